// JPEG 2000 pictures for tests: the same gradients, in shapes that the product itself never writes.
#pragma once

#include <openjpeg.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include "bytes/bytes.hpp"

namespace perso::test {

struct Jpeg2000Shape {
  int components = 3;
  unsigned precision = 8;    // bits
  unsigned subsampling = 1;  // of the second and third component
  bool bare = false;         // a codestream without a JP2 file around it
  int tile = 0;              // side; 0: one tile
  int layers = 1;
  int code_block = 64;  // side
  int precinct = 0;     // side; 0: one a resolution
  int resolutions = 6;
  float rate = 10;  // raw size over coded size; 1: without loss
  OPJ_PROG_ORDER progression = OPJ_LRCP;
};

namespace detail {

using Image = std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)>;

inline Image draw(int width, int height, const Jpeg2000Shape& shape) {
  std::vector<opj_image_cmptparm_t> parts(static_cast<std::size_t>(shape.components));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const unsigned step = i == 0 ? 1 : shape.subsampling;
    parts[i] = {};
    parts[i].dx = parts[i].dy = step;
    parts[i].w = (static_cast<unsigned>(width) + step - 1) / step;
    parts[i].h = (static_cast<unsigned>(height) + step - 1) / step;
    parts[i].prec = shape.precision;
  }
  Image image(opj_image_create(static_cast<unsigned>(parts.size()), parts.data(),
                               parts.size() == 1 ? OPJ_CLRSPC_GRAY : OPJ_CLRSPC_SRGB),
              opj_image_destroy);
  image->x1 = static_cast<unsigned>(width);
  image->y1 = static_cast<unsigned>(height);
  const int most = (1 << shape.precision) - 1;
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (unsigned y = 0; y < parts[i].h; ++y)
      for (unsigned x = 0; x < parts[i].w; ++x)
        image->comps[i].data[y * parts[i].w + x] =
            most * static_cast<int>(i == 1 ? y : x) / static_cast<int>(i == 1 ? parts[i].h : parts[i].w);
  return image;
}

inline opj_cparameters_t parameters(const Jpeg2000Shape& shape) {
  opj_cparameters_t set;
  opj_set_default_encoder_parameters(&set);
  set.cp_disto_alloc = 1;
  set.tcp_numlayers = shape.layers;
  for (int i = 0; i < shape.layers; ++i) set.tcp_rates[i] = shape.rate * static_cast<float>(shape.layers - i);
  set.tcp_mct = shape.components == 3 && shape.subsampling == 1 ? 1 : 0;
  set.numresolution = shape.resolutions;
  set.cblockw_init = set.cblockh_init = shape.code_block;
  set.prog_order = shape.progression;
  if (shape.precinct != 0) {
    set.csty |= 1;
    set.res_spec = shape.resolutions;
    std::fill_n(set.prcw_init, shape.resolutions, shape.precinct);
    std::fill_n(set.prch_init, shape.resolutions, shape.precinct);
  }
  if (shape.tile != 0) {
    set.tile_size_on = OPJ_TRUE;
    set.cp_tdx = set.cp_tdy = shape.tile;
  }
  return set;
}

}  // namespace detail

inline Bytes make_jpeg2000(int width, int height, const Jpeg2000Shape& shape = {}) {
  const detail::Image image = detail::draw(width, height, shape);
  opj_cparameters_t parameters = detail::parameters(shape);
  const std::string path =
      (std::filesystem::temp_directory_path() / ("perso-" + std::to_string(getpid()) + ".jp2")).string();
  const std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)> codec(
      opj_create_compress(shape.bare ? OPJ_CODEC_J2K : OPJ_CODEC_JP2), opj_destroy_codec);
  std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)> stream(
      opj_stream_create_default_file_stream(path.c_str(), OPJ_FALSE), opj_stream_destroy);
  const bool made = opj_setup_encoder(codec.get(), &parameters, image.get()) &&
                    opj_start_compress(codec.get(), image.get(), stream.get()) &&
                    opj_encode(codec.get(), stream.get()) && opj_end_compress(codec.get(), stream.get());
  stream.reset();
  std::ifstream in(path, std::ios::binary);
  Bytes jpeg2000((std::istreambuf_iterator<char>(in)), {});
  std::filesystem::remove(path);
  if (!made) throw std::runtime_error("no JPEG 2000 file was made");
  return jpeg2000;
}

}  // namespace perso::test
