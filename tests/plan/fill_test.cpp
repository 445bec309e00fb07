#include <array>

#include "plan/fixture.hpp"

namespace perso::plan {

using namespace test;

namespace {

/// Gives the bytes that it was made with, and then fails the test.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) {
      REQUIRE(at_ < bytes_.size());
      byte = bytes_[at_++];
    }
  }
  bool used_up() const { return at_ == bytes_.size(); }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

}  // namespace

TEST_CASE("an access number is drawn where the order gives none, digit by digit, without bias") {
  Order given;
  given.fields["access_number"] = "000007";
  fill_in(given, edition(), now, random());
  CHECK(given.fields["access_number"] == "000007");

  // From 250 on a byte is drawn again: 256 is no multiple of ten.
  ScriptedRandom script({0, 249, 250, 255, 13, 101, 254, 200, 99});
  Order drawn;
  fill_in(drawn, edition(), now, script);
  CHECK(drawn.fields["access_number"] == "093109");
  CHECK(script.used_up());

  // Ten digits at six places, 6,000 draws: a place's chi-squared (9 degrees of freedom) is above 40 once in
  // 10^5.
  constexpr int draws = 6000;
  std::array<std::array<int, 10>, 6> seen{};
  for (int i = 0; i < draws; ++i) {
    Order order;
    fill_in(order, edition(), now, random());
    const std::string& number = order.fields["access_number"];
    REQUIRE(number.size() == 6);
    for (std::size_t place = 0; place < 6; ++place)
      ++seen[place].at(static_cast<std::size_t>(number[place] - '0'));
  }
  for (const auto& place : seen) {
    double chi_squared = 0;
    for (const int count : place)
      chi_squared += (count - draws / 10.0) * (count - draws / 10.0) / (draws / 10.0);
    CHECK(chi_squared < 40);
  }
}

TEST_CASE("an order without a day of issue is issued on the day in China on which it is taken in") {
  Order order = good_order();
  order.fields.erase("issued");
  order.fields.erase("expires");
  fill_in(order, edition(), std::chrono::sys_days(std::chrono::year(2026) / 12 / 31) + std::chrono::hours(16),
          random());
  CHECK(order.fields["issued"] == "2027-01-01");
  CHECK(order.fields["expires"] == "2037-01-01");
}

TEST_CASE("only what was left out is filled in") {
  Order order = good_order();
  order.fields["expires"] = "2030-01-01";
  fill_in(order, edition(), now, random());
  CHECK(order.fields["expires"] == "2030-01-01");
  CHECK(order.fields["replacements"] == "01");

  Order first;
  first.fields["issued"] = "2026-10-12";
  fill_in(first, edition(), now, random());
  CHECK(first.fields["replacements"] == "00");
  CHECK_FALSE(first.fields.contains("expires"));  // no birth date to tell the age by
  Order renewal;
  renewal.reason = Reason::renewal;
  fill_in(renewal, edition(), now, random());
  CHECK_FALSE(renewal.fields.contains("replacements"));
}

}  // namespace perso::plan
