#include "tlv/tlv.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"

using namespace perso;
using namespace perso::tlv;

TEST_CASE("elements are read in order and nested by their views") {
  const Bytes input = from_hex(
      "6106040101"
      "040102"
      "5F2E0142"
      "7F4900");
  Reader reader(input);
  const Element outer = reader.expect(Tag{0x61});
  CHECK(outer.tag.constructed());
  Reader inner(outer.value);
  CHECK(to_hex(inner.expect(Tag{0x04}).value) == "01");
  CHECK_FALSE(inner.take(Tag{0x05}));
  CHECK(to_hex(inner.take(Tag{0x04})->encoded) == "040102");
  inner.expect_end();
  CHECK_FALSE(Tag{0x5F2E}.constructed());
  CHECK(to_hex(reader.expect(Tag{0x5F2E}).value) == "42");
  CHECK(reader.expect(Tag{0x7F49}).value.empty());
  CHECK(reader.at_end());
}

TEST_CASE("what is not strict is refused") {
  struct Row {
    const char* hex;
    bool ber_takes_it;
  };
  for (const Row& row : {
           Row{"", false}, Row{"04", false}, Row{"0402FF", false}, Row{"048000", false},  // indefinite
           Row{"0481", false}, Row{"04850000000001FF", false},                            // five length bytes
           Row{"0484FFFFFFFF00", false},                      // more than is there
           Row{"1F808180", false}, Row{"5F81828301", false},  // tag of five bytes
           Row{"04810142", true},                             // not the shortest length
           Row{"0482000142", true}, Row{"1F1E00", true},      // not the shortest tag
       }) {
    CAPTURE(row.hex);
    const Bytes input = from_hex(row.hex);
    CHECK_THROWS_AS(single(input), Error);
    if (row.ber_takes_it)
      CHECK_NOTHROW(single(input, Rules::ber));
    else
      CHECK_THROWS_AS(single(input, Rules::ber), Error);
  }
}

TEST_CASE("nothing may follow a single element") {
  CHECK_THROWS_AS(single(from_hex("04014200")), Error);
}

TEST_CASE("what is written is read back, at every length form") {
  for (const std::size_t size : {0u, 1u, 127u, 128u, 255u, 256u, 65535u, 65536u}) {
    CAPTURE(size);
    const Bytes value(size, 0x5A);
    for (const std::uint32_t tag : {0x04u, 0x7F61u, 0xDF8101u}) {
      const Bytes encoded = encode(Tag{tag}, value);
      const Element element = single(encoded);
      CHECK(element.tag == Tag{tag});
      CHECK(element.value.size() == size);
      CHECK(announced_size(encoded) == encoded.size());
    }
  }
}

TEST_CASE("the announced size needs the whole head and no more") {
  const Bytes encoded = encode(Tag{0x7F61}, Bytes(300, 0));  // 7F61 82 012C
  for (std::size_t cut = 0; cut < 5; ++cut) CHECK_FALSE(announced_size(ByteView(encoded).first(cut)));
  CHECK(announced_size(ByteView(encoded).first(5)) == 305);
}
