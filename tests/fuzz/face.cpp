// EF.DG2: lds::parse_dg2 and encode_dg2, with the picture's own header.
#include "fuzz/readers.hpp"
#include "lds/dg2.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace perso;
  const ByteView input{data, size};
  const auto read = fuzz::read_twice([&](Deviations& told) { return lds::parse_dg2(input, told); });
  if (!read.tolerant) return 0;
  const Bytes& image = read.tolerant->image;
  fuzz::hold(image.size() < size, "a face lies in its file");
  if (read.strict)
    fuzz::hold(read.strict->image == image && read.strict->header == read.tolerant->header,
               "a face says the same to both readers");
  // An image may be anything behind its first bytes: not every one has a header of its own.
  fuzz::accepted([&] {
    const identity::PictureHeader own = identity::read_picture_header(image);
    const lds::FaceImage again = lds::parse_dg2(lds::encode_dg2(image));
    fuzz::hold(again.image == image, "a face that was read is written so that it is read again");
    fuzz::hold(again.header.format == own.format && again.header.width == own.width &&
                   again.header.height == own.height && again.header.grey == own.grey,
               "a written face says of its picture what the picture says");
  });
  return 0;
}
