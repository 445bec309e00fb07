#include "identity/portrait_reader.hpp"

#include "bytes/error.hpp"

namespace perso::identity {

void refuse_portrait(const std::string& what) {
  throw Error(Code::portrait_invalid, "the portrait " + what);
}

ByteView PictureCursor::take(std::size_t size) {
  if (size > left()) refuse_portrait("is cut short");
  const ByteView taken = bytes_.subspan(at_, size);
  at_ += size;
  return taken;
}

ByteView PictureCursor::segment() {
  const std::size_t length = u16();
  if (length < 2) refuse_portrait("has a segment without a length");
  return take(length - 2);
}

}  // namespace perso::identity
