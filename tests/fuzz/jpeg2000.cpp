// JPEG 2000 portraits, from the file to the chip's picture: identity::check_portrait and prepare_portrait.
#include "fuzz/picture.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  perso::fuzz::try_picture({data, size}, perso::identity::PictureFormat::jpeg2000);
  return 0;
}
