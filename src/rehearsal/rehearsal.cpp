#include "rehearsal/rehearsal.hpp"

#include "bytes/error.hpp"
#include "rehearsal/blank.hpp"
#include "run/run.hpp"

namespace perso::rehearsal {

namespace {

/// The time stands still: what a rehearsal takes is reckoned, not measured.
class StandingClock final : public Clock {
 public:
  explicit StandingClock(Instant now) : now_(now) {}
  Instant now() override { return now_; }
  std::chrono::nanoseconds elapsed() override { return {}; }
  void sleep(std::chrono::milliseconds) override {}

 private:
  Instant now_;
};

/// A ledger that has seen nothing and keeps nothing but the promise.
class BlankJournal final : public run::Journal {
 public:
  std::optional<plan::Order> take_order(const std::string&) override { return std::nullopt; }
  void put_back(const std::string&) override {}
  void hold(const std::string&, std::string_view) override {}
  run::ChipHistory history(const keys::ChipId&) override { return {}; }
  plan::Order order_of(const run::RunId&) override { return {}; }
  bool take_up(const run::RunId&) override { return false; }
  void let_go(const run::RunId&) override {}
  std::size_t uncertain() override { return 0; }
  std::optional<plan::Order> waiting(const std::string&, const std::string&) override { return std::nullopt; }
  void bind(const run::RunId&, const std::string&, const run::Blank&, const std::string&) override {}
  void rekeying(const run::RunId&, const run::KeySetCheck&, const run::KeySetCheck&) override {}
  void promise(const run::RunId&, const run::Promise& promise) override { promise_ = promise; }
  bool keeps_promise(const run::RunId&, const std::string& number, ByteView digest) override {
    return number == promise_.number && std::ranges::equal(digest, promise_.sod_digest);
  }
  void close(const run::RunId&, run::Outcome, std::string_view) override {}
  void refused(const std::optional<keys::ChipId>&, const std::string&, std::string_view) override {}

 private:
  run::Promise promise_;
};

/// The chip in its slot, and everything that goes over to it.
class RecordedSlot final : public iso7816::Slot {
 public:
  RecordedSlot(vchip::Chip& chip, Rehearsal& record) : chip_(chip), record_(record) {}
  const std::string& name() const override { return name_; }
  bool wait_for_card(std::chrono::milliseconds) override { return true; }
  bool wait_for_removal(std::chrono::milliseconds) override { return true; }
  std::unique_ptr<iso7816::Connection> connect() override {
    return std::make_unique<RecordedConnection>(*this);
  }
  void begin(std::string_view step) { step_ = step; }

 private:
  class RecordedConnection final : public iso7816::Connection {
   public:
    explicit RecordedConnection(RecordedSlot& slot) : slot_(slot) {
      slot_.chip_.power_on();
      slot_.chip_.reset();
    }
    ByteView atr() const override { return slot_.chip_.atr(); }
    void close(iso7816::Leave) override {}
    iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
      const Bytes sent = command.encode();
      const Bytes answer = slot_.chip_.process(sent);
      slot_.record_.exchanges.push_back({slot_.step_, sent, answer, slot_.chip_.effort()});
      return iso7816::ResponseApdu::parse(answer);
    }

   private:
    RecordedSlot& slot_;
  };

  vchip::Chip& chip_;
  Rehearsal& record_;
  std::string name_ = "rehearsal";
  std::string step_;
};

/// What the first phase left open is seen on the finished chip.
std::vector<ApplicationSeen> files_seen(const plan::Plan& plan, const inspect::Report& report) {
  std::vector<ApplicationSeen> applications;
  for (const plan::PlannedApplication& planned : plan.applications) {
    ApplicationSeen& application = applications.emplace_back(ApplicationSeen{planned.name, planned.aid, {}});
    for (const plan::PlannedFile& file : planned.files) {
      FileSeen& seen =
          application.files.emplace_back(FileSeen{file.name, file.fid, file.read, !file.contents, 0, {}});
      const Bytes* contents = file.contents ? &*file.contents : nullptr;
      for (const inspect::ReadFile& read : report.files)
        if (contents == nullptr && read.application == planned.name && read.name == file.name)
          contents = &read.contents;
      if (contents == nullptr) continue;
      seen.size = contents->size();
      seen.digest = crypto::digest(crypto::Hash::sha256, *contents);
    }
  }
  return applications;
}

}  // namespace

Rehearsal rehearse(const profile::Profile& profile, const plan::Order& order, const keys::KeySet& keys,
                   Random& random, Instant now, std::size_t command_limit) {
  Rehearsal rehearsal{order.id, profile.name, std::string(profile.chip.platform->name), {}, {}};
  vchip::Hardware hardware;
  hardware.memory = static_cast<std::uint32_t>(profile.chip.memory);
  random.fill(std::span(hardware.cplc).subspan(12, 6));  // serial number and batch
  vchip::Chip chip = make_blank(profile, keys, hardware, random);
  RecordedSlot slot(chip, rehearsal);

  const run::OpenEdition edition(profile, keys, command_limit);
  const plan::Plan plan = plan::compile(profile, order, {edition->signers, random, now});
  BlankJournal journal;
  StandingClock clock(now);
  const run::Prepared prepared{order, plan};
  const run::Result result = run::run_card({"rehearsal", slot}, &prepared, *edition, {journal, clock, random},
                                           [&](std::string_view step) { slot.begin(step); });
  if (result.why) throw *result.why;

  // Another look, which is no part of the run.
  const std::size_t commands = rehearsal.exchanges.size();
  const auto card = slot.connect();
  const inspect::Report report = inspect::inspect(*card, {plan.access.value_or(channel::AccessData{}),
                                                          {&edition->inspected, 1},
                                                          edition->trust,
                                                          random,
                                                          clock,
                                                          command_limit});
  rehearsal.exchanges.resize(commands);
  rehearsal.applications = files_seen(plan, report);
  return rehearsal;
}

}  // namespace perso::rehearsal
