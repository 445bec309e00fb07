#include "identity/portrait.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "identity/portrait_codec.hpp"
#include "identity/portrait_header.hpp"
#include "identity/portrait_reader.hpp"

namespace perso::identity {

namespace {

std::string sides(int width, int height) {
  return std::to_string(width) + " by " + std::to_string(height) + " pixels";
}

void judge_size(const PictureHeader& header, const PortraitRules& rules) {
  if (std::max(header.width, header.height) > rules.max_source_side)
    refuse_portrait("is " + sides(header.width, header.height) + "; no side may have more than " +
                    std::to_string(rules.max_source_side));
  if (header.width < rules.width || header.height < rules.height)
    refuse_portrait("is " + sides(header.width, header.height) + "; it has to be " +
                    sides(rules.width, rules.height) + " or larger");
  const std::int64_t wide = std::int64_t{header.width} * rules.height;
  const std::int64_t high = std::int64_t{header.height} * rules.width;
  if (std::abs(wide - high) * 100 > high * rules.aspect_tolerance_percent)
    refuse_portrait("is " + sides(header.width, header.height) + "; its sides have to be as " +
                    std::to_string(rules.width) + " to " + std::to_string(rules.height));
}

/// Everything that can be said without decoding.
PictureFacts judge(ByteView source, const PortraitRules& rules) {
  if (source.size() > rules.max_source_bytes)
    refuse_portrait("has " + std::to_string(source.size()) + " bytes; at most " +
                    std::to_string(rules.max_source_bytes) + " are allowed");
  const PictureFacts facts = read_picture_facts(source);
  judge_size(facts.header, rules);
  if (facts.header.dots_per_inch != 0 && facts.header.dots_per_inch < rules.least_dots_per_inch)
    refuse_portrait("says " + std::to_string(facts.header.dots_per_inch) + " dots per inch; at least " +
                    std::to_string(rules.least_dots_per_inch) + " are wanted");
  if (facts.header.format == PictureFormat::jpeg)
    require_whole_jpeg(facts);
  else
    require_whole_jpeg2000(facts);
  return facts;
}

Pixels decode(const PictureFacts& facts, bool grey, int halvings) {
  return facts.header.format == PictureFormat::jpeg ? decode_jpeg(facts, grey, halvings)
                                                    : decode_jpeg2000(facts, grey, halvings);
}

/// As often as leaves twice the pixels a side that the chip's has, for the filter to choose from.
int spare_halvings(const PictureFacts& facts, const PortraitRules& rules) {
  int halvings = 0;
  while (halvings < facts.halvings && facts.header.width >> (halvings + 1) >= 2 * rules.width &&
         facts.header.height >> (halvings + 1) >= 2 * rules.height)
    ++halvings;
  return halvings;
}

/// But for its size in bytes.
bool conforms(const PictureFacts& facts, const PortraitRules& rules) {
  const PictureHeader& header = facts.header;
  return facts.plain && header.format == rules.format && header.grey == rules.grey &&
         header.width == rules.width && header.height == rules.height;
}

Bytes strip(const PictureFacts& facts) {
  return facts.header.format == PictureFormat::jpeg ? strip_jpeg(facts) : strip_jpeg2000(facts);
}

/// An eighth of a JPEG needs every coded byte and little of the arithmetic. Of JPEG 2000, what preparation
/// will decode: nothing that is not decoded can be found damaged.
void decode_for_faults(const PictureFacts& facts, const PortraitRules& rules) {
  const bool jpeg = facts.header.format == PictureFormat::jpeg;
  decode(facts, jpeg, jpeg ? facts.halvings : spare_halvings(facts, rules));
}

}  // namespace

void check_portrait(ByteView source, const PortraitRules& rules) {
  decode_for_faults(judge(source, rules), rules);
}

Bytes prepare_portrait(ByteView source, const PortraitRules& rules) {
  const PictureFacts facts = judge(source, rules);
  if (conforms(facts, rules)) {
    Bytes stripped = strip(facts);
    if (stripped.size() <= rules.max_bytes) {
      decode_for_faults(facts, rules);
      return stripped;
    }
  }
  const Pixels pixels =
      fit_pixels(decode(facts, rules.grey, spare_halvings(facts, rules)), rules.width, rules.height);
  std::optional<Bytes> picture = rules.format == PictureFormat::jpeg
                                     ? encode_jpeg(pixels, rules.max_bytes)
                                     : encode_jpeg2000(pixels, rules.max_bytes);
  if (!picture)
    refuse_portrait("cannot be brought to " + std::to_string(rules.max_bytes) +
                    " bytes; allow more, or take it before a plainer background");
  return *std::move(picture);
}

}  // namespace perso::identity
