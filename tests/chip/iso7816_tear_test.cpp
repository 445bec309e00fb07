// Cards that are torn out of the reader at every command of a personalization: what the driver says, and how
// the chip is found afterwards.
#include <doctest/doctest.h>

#include "sample_passport.hpp"

using namespace perso;
using namespace perso::test;
using chip::Life;
using vchip::PassportKind;

namespace {

/// Loses its power at one command: before the chip has it, or when the chip has carried it out and could not
/// answer any more. What a reader says then.
class TornCard final : public iso7816::Card {
 public:
  enum class When { before, after };
  TornCard(VirtualCard& card, std::size_t command, When when) : card_(card), left_(command), when_(when) {}

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    if (left_ > 0) {
      --left_;
      return card_.transmit(command);
    }
    if (when_ == When::after && card_.chip().powered()) card_.transmit(command);
    card_.chip().power_off();
    throw Error(Code::card_torn, "the card is gone");
  }

 private:
  VirtualCard& card_;
  std::size_t left_;
  When when_;
};

void make(chip::Driver& driver, const Passport& passport) {
  write(driver, passport);
  driver.lock();
}

/// How many commands make a passport, and the first of them with which the chip is another one.
struct Course {
  explicit Course(const Passport& passport, PassportKind kind) {
    VirtualCard card(blank(kind));
    class Watch final : public iso7816::Card {
     public:
      Watch(VirtualCard& below, Course& into) : card(below), course(into) {}
      iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
        const auto answer = card.transmit(command);
        if (course.begins == 0 && card.chip().life() == vchip::LifeCycle::personalizing)
          course.begins = course.commands;
        ++course.commands;
        return answer;
      }
      VirtualCard& card;
      Course& course;
    } watch(card, *this);
    make(*driver_for(watch), passport);
  }
  std::size_t commands = 0;
  std::size_t begins = 0;  // CREATE FILE of EF.COM; the lock is the last
};

}  // namespace

TEST_CASE("a card torn at any command is reported as torn, and is found blank, begun or issued") {
  for (const PassportKind kind : {PassportKind::own, PassportKind::published}) {
    const Passport passport = kind == PassportKind::own ? Passport() : plain_passport();
    const Course course(passport, kind);
    REQUIRE(course.begins > 0);
    REQUIRE(course.commands > 50);
    for (const auto when : {TornCard::When::before, TornCard::When::after})
      for (std::size_t command = 0; command < course.commands; ++command) {
        CAPTURE(command);
        VirtualCard card(blank(kind));
        TornCard torn(card, command, when);
        const auto driver = driver_for(torn);
        CHECK(error_of([&] { make(*driver, passport); }).code() == Code::card_torn);

        const std::size_t done = when == TornCard::When::after ? command + 1 : command;
        const Life found = done <= course.begins    ? Life::blank
                           : done < course.commands ? Life::personalizing
                                                    : Life::issued;
        card.chip().power_on();
        const auto later = driver_for(card);
        CHECK(later->identify(printed).life == found);
        if (found == Life::issued) {
          later->prove_locked(passport.aid, nullptr);
        } else {
          CHECK(error_of([&] { later->prove_locked(passport.aid, nullptr); }).code() ==
                Code::verification_failed);
        }
      }
  }
}

TEST_CASE("a chip whose power fails in the middle of a write is found begun, until it is locked") {
  const Passport passport;
  VirtualCard whole(blank());
  const std::size_t born = whole.chip().nvm().log().size();
  make(*driver_for(whole), passport);
  const std::size_t written = whole.chip().nvm().log().size() - born;
  std::size_t before = 0;
  for (std::size_t bytes = 0; bytes < written; bytes += 37) {
    CAPTURE(bytes);
    VirtualCard card(blank());
    card.chip().nvm().cut_power_after_bytes(bytes);
    CHECK_THROWS_AS(make(*driver_for(card), passport), vchip::PowerLoss);
    card.chip().power_on();
    const Life found = driver_for(card)->identify().life;
    CHECK(found != Life::issued);
    if (found == Life::blank) ++before;
    CHECK((found == Life::blank) == (bytes / 37 < before));  // never blank again
  }
  CHECK(before > 0);
}
