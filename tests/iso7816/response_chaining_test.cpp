#include "iso7816/response_chaining.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "support/scripted_card.hpp"

using namespace perso;
using iso7816::ResponseChaining;

namespace {

const iso7816::CommandApdu get_data{0x80, 0xCA, 0x9F, 0x7F, {}, 256};

/// Has more to say for ever.
class Endless final : public iso7816::Card {
 public:
  explicit Endless(std::size_t size) : part_(size) {}
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu&) override {
    ++commands;
    return {part_, iso7816::StatusWord{0x6100}};
  }
  std::size_t commands = 0;

 private:
  Bytes part_;
};

}  // namespace

TEST_CASE("61xx is followed by GET RESPONSE until the answer is whole") {
  test::ScriptedCard card;
  card.expect("80CA9F7F00", "6102").expect("00C0000002", "01026100").expect("00C0000000", "0304056282");
  const auto answer = ResponseChaining(card).transmit(get_data);
  CHECK(to_hex(answer.data) == "0102030405");
  CHECK(answer.status == iso7816::sw::end_of_file);
}

TEST_CASE("6Cxx repeats the command, whichever it is, with the Le that the card names") {
  test::ScriptedCard card;
  card.expect("80CA9F7F00", "6C02")
      .expect("80CA9F7F02", "01026105")
      .expect("00C0000005", "6C01")
      .expect("00C0000001", "039000");
  const auto answer = ResponseChaining(card).transmit(get_data);
  CHECK(to_hex(answer.data) == "010203");
  CHECK(answer.status.ok());
}

TEST_CASE("a second 6Cxx is an answer like any other") {
  test::ScriptedCard card;
  card.expect("80CA9F7F00", "6C02").expect("80CA9F7F02", "6C02");
  CHECK(ResponseChaining(card).transmit(get_data).status.value == 0x6C02);
}

TEST_CASE("whatever else the card says passes") {
  test::ScriptedCard card;
  card.expect("80CA9F7F00", "0102039000").expect("80CA9F7F00", "6A88");
  ResponseChaining chaining(card);
  CHECK(to_hex(chaining.transmit(get_data).data) == "010203");
  CHECK(chaining.transmit(get_data).status == iso7816::sw::referenced_data_not_found);
}

TEST_CASE("an answer without an end is given up") {
  for (const std::size_t size : {0u, 256u}) {
    CAPTURE(size);
    Endless card(size);
    try {
      ResponseChaining(card).transmit(get_data);
      FAIL("it came to an end");
    } catch (const Error& error) {
      CHECK(error.code() == Code::chip_foreign);
    }
    CHECK(card.commands <= 257);
  }
}
