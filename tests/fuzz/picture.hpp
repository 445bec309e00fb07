// What both picture targets do with their input.
#pragma once

#include <algorithm>

#include "fuzz/target.hpp"
#include "identity/portrait_codec.hpp"

namespace perso::fuzz {

/// Of what conforms the coded data is kept.
inline void strip_picture(ByteView input) {
  using namespace identity;
  const PictureFacts facts = read_picture_facts(input);
  if (!facts.plain) return;
  const bool jpeg = facts.header.format == PictureFormat::jpeg;
  const auto samples_of = [&](const PictureFacts& of) {
    return (jpeg ? decode_jpeg(of, false, 0) : decode_jpeg2000(of, false, 0)).samples;
  };
  Bytes samples;
  if (!accepted([&] { samples = samples_of(facts); })) return;
  const Bytes stripped = jpeg ? strip_jpeg(facts) : strip_jpeg2000(facts);
  hold(samples_of(read_picture_facts(stripped)) == samples, "a stripped picture keeps its pixels");
}

/// Small pictures, so that many are tried; any aspect; room for every quality.
inline void try_picture(ByteView input, identity::PictureFormat format) {
  using namespace identity;
  const PortraitRules rules{.width = 24,
                            .height = 30,
                            .max_bytes = 16384,
                            .format = format,
                            .max_source_bytes = 65536,
                            .max_source_side = 256,
                            .aspect_tolerance_percent = 1000};
  const bool good = accepted([&] { check_portrait(input, rules); });
  Bytes made;
  const bool prepared = accepted([&] { made = prepare_portrait(input, rules); });
  hold(good == prepared, "what the check takes can be prepared, and nothing else");
  if (!prepared) return;
  hold(made.size() <= rules.max_bytes, "a portrait keeps to its bytes");
  const PictureHeader header = read_picture_header(made);
  hold(header.format == format && header.width == rules.width && header.height == rules.height &&
           header.grey == rules.grey,
       "a portrait is what the rules say");
  hold(prepare_portrait(made, rules) == made, "a portrait is a source that conforms");
  strip_picture(input);
}

}  // namespace perso::fuzz
