#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "identity/portrait_codec.hpp"
#include "identity/portrait_reader.hpp"

namespace perso::identity {

namespace {

constexpr std::size_t least_bits_per_100_pixels = 20;
constexpr int most_resolutions = 6;

template <auto End>
struct Ender {
  template <typename T>
  void operator()(T* what) const {
    End(what);
  }
};
using Codec = std::unique_ptr<opj_codec_t, Ender<opj_destroy_codec>>;
using Stream = std::unique_ptr<opj_stream_t, Ender<opj_stream_destroy>>;
using Image = std::unique_ptr<opj_image_t, Ender<opj_image_destroy>>;

template <typename Owner>
Owner started(typename Owner::pointer what) {
  if (what == nullptr) throw std::bad_alloc();
  return Owner(what);
}

/// A file in memory, of a size that never changes, as the library's streams reach it: nothing here throws
/// through C. The library prints nothing where no handlers are set.
template <typename Byte>
struct MemoryFile {
  std::span<Byte> bytes;
  std::size_t at = 0;
  std::size_t end = 0;  // behind the last byte written

  static MemoryFile& of(void* user) { return *static_cast<MemoryFile*>(user); }
  static OPJ_BOOL seek(OPJ_OFF_T to, void* user) {
    if (to < 0 || static_cast<std::size_t>(to) > of(user).bytes.size()) return OPJ_FALSE;
    of(user).at = static_cast<std::size_t>(to);
    return OPJ_TRUE;
  }
  static OPJ_OFF_T skip(OPJ_OFF_T by, void* user) {
    return seek(static_cast<OPJ_OFF_T>(of(user).at) + by, user) ? by : -1;
  }
  static OPJ_SIZE_T read(void* to, OPJ_SIZE_T size, void* user) {
    MemoryFile& file = of(user);
    size = std::min(size, file.bytes.size() - file.at);
    if (size == 0) return static_cast<OPJ_SIZE_T>(-1);
    std::memcpy(to, file.bytes.data() + file.at, size);
    file.at += size;
    return size;
  }
  static OPJ_SIZE_T write(void* from, OPJ_SIZE_T size, void* user) {
    MemoryFile& file = of(user);
    if (size > file.bytes.size() - file.at) return static_cast<OPJ_SIZE_T>(-1);
    std::memcpy(file.bytes.data() + file.at, from, size);
    file.at += size;
    file.end = std::max(file.end, file.at);
    return size;
  }
};

template <typename Byte>
Stream open_stream(MemoryFile<Byte>& file, bool input) {
  using File = MemoryFile<Byte>;
  Stream stream = started<Stream>(opj_stream_default_create(input ? OPJ_TRUE : OPJ_FALSE));
  opj_stream_set_user_data(stream.get(), &file, nullptr);
  opj_stream_set_user_data_length(stream.get(), file.bytes.size());
  opj_stream_set_skip_function(stream.get(), File::skip);
  opj_stream_set_seek_function(stream.get(), File::seek);
  opj_stream_set_read_function(stream.get(), File::read);
  if constexpr (!std::is_const_v<Byte>) opj_stream_set_write_function(stream.get(), File::write);
  return stream;
}

/// ITU-T BT.601, as JPEG has it.
std::uint8_t luma(int red, int green, int blue) {
  return static_cast<std::uint8_t>((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
}

Pixels to_pixels(const opj_image_t& image, bool grey) {
  const std::span components(image.comps, image.numcomps);
  Pixels pixels{static_cast<int>(components[0].w), static_cast<int>(components[0].h), grey ? 1 : 3, {}};
  const std::size_t count = std::size_t{components[0].w} * components[0].h;
  for (const opj_image_comp_t& component : components)
    if (component.data == nullptr || std::size_t{component.w} * component.h != count)
      refuse_portrait("is a damaged JPEG 2000 file: components of different sizes");
  const auto sample = [&](std::size_t component, std::size_t i) {
    const auto& data = components[std::min(component, components.size() - 1)].data;
    return static_cast<std::uint8_t>(std::clamp(data[i], 0, 255));
  };
  pixels.samples.reserve(count * static_cast<std::size_t>(pixels.channels));
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t red = sample(0, i), green = sample(1, i), blue = sample(2, i);
    if (grey)
      pixels.samples.push_back(components.size() == 1 ? red : luma(red, green, blue));
    else
      pixels.samples.insert(pixels.samples.end(), {red, green, blue});
  }
  return pixels;
}

Image to_image(const Pixels& pixels) {
  const auto channels = static_cast<std::size_t>(pixels.channels);
  opj_image_cmptparm_t component{};
  component.dx = component.dy = 1;
  component.w = static_cast<OPJ_UINT32>(pixels.width);
  component.h = static_cast<OPJ_UINT32>(pixels.height);
  component.prec = 8;
  std::vector<opj_image_cmptparm_t> components(channels, component);
  Image image = started<Image>(opj_image_create(static_cast<OPJ_UINT32>(channels), components.data(),
                                                channels == 1 ? OPJ_CLRSPC_GRAY : OPJ_CLRSPC_SRGB));
  image->x1 = component.w;
  image->y1 = component.h;
  for (std::size_t i = 0; i < pixels.samples.size(); ++i)
    image->comps[i % channels].data[i / channels] = pixels.samples[i];
  return image;
}

opj_cparameters_t parameters_for(const Pixels& pixels, std::size_t bytes) {
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  parameters.irreversible = 1;
  parameters.tcp_mct = pixels.channels == 3 ? 1 : 0;
  parameters.numresolution = 1;
  while (parameters.numresolution < most_resolutions &&
         std::min(pixels.width, pixels.height) >> parameters.numresolution > 0)
    ++parameters.numresolution;
  parameters.cp_disto_alloc = 1;
  parameters.tcp_numlayers = 1;
  // Of the samples' size; 1 is whatever the transformation leaves.
  parameters.tcp_rates[0] =
      std::max(1.0F, static_cast<float>(pixels.samples.size()) / static_cast<float>(bytes));
  return parameters;
}

/// A JP2 file of about `bytes`.
Bytes compress(const Pixels& pixels, std::size_t bytes) {
  opj_cparameters_t parameters = parameters_for(pixels, bytes);
  const Image image = to_image(pixels);
  const Codec codec = started<Codec>(opj_create_compress(OPJ_CODEC_JP2));
  constexpr std::size_t headers = 4096;
  Bytes out(2 * pixels.samples.size() + headers);
  MemoryFile<std::uint8_t> file{out};
  const Stream stream = open_stream(file, false);
  if (!opj_setup_encoder(codec.get(), &parameters, image.get()) ||
      !opj_start_compress(codec.get(), image.get(), stream.get()) || !opj_encode(codec.get(), stream.get()) ||
      !opj_end_compress(codec.get(), stream.get()))
    refuse_portrait("cannot be compressed");
  out.resize(file.end);
  return strip_jpeg2000(read_jpeg2000_facts(out));  // the library tells of itself
}

}  // namespace

Pixels decode_jpeg2000(const PictureFacts& facts, bool grey, int halvings) {
  const Codec codec = started<Codec>(opj_create_decompress(OPJ_CODEC_J2K));
  MemoryFile<const std::uint8_t> file{facts.coded};
  const Stream stream = open_stream(file, true);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  parameters.cp_reduce = static_cast<OPJ_UINT32>(halvings);
  opj_image_t* read = nullptr;
  bool whole = opj_setup_decoder(codec.get(), &parameters) &&
               opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE) &&
               opj_read_header(stream.get(), codec.get(), &read);
  const Image image(read);
  whole = whole && opj_decode(codec.get(), stream.get(), image.get()) &&
          opj_end_decompress(codec.get(), stream.get());
  if (!whole) refuse_portrait("is a damaged JPEG 2000 file or one that is cut short");
  return to_pixels(*image, grey);
}

std::optional<Bytes> encode_jpeg2000(const Pixels& pixels, std::size_t max_bytes) {
  const std::size_t count = static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height);
  const std::size_t least = count * least_bits_per_100_pixels / 800;
  // The library leaves a part of the headers out of its reckoning: it misses by some bytes, either way.
  const auto spare = [](std::size_t bytes) { return bytes / 256 + 1; };
  for (std::size_t aim = max_bytes - std::min(max_bytes, spare(max_bytes)); aim > least;) {
    Bytes jp2 = compress(pixels, aim);
    if (jp2.size() <= max_bytes) return jp2;
    aim -= std::min(aim, jp2.size() - max_bytes + spare(aim));
  }
  return std::nullopt;
}

}  // namespace perso::identity
