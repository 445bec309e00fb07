#include "run/run.hpp"

#include <algorithm>

#include "crypto/primitives.hpp"

namespace perso::run {

namespace {

using Standing = ChipHistory::Standing;

KeySetCheck check_of(const keys::ChipKeys& keys) {
  return {keys.version(), {keys.kcv(keys::Role::enc), keys.kcv(keys::Role::mac), keys.kcv(keys::Role::dek)}};
}

std::vector<chip::FileImage> images_of(const plan::PlannedApplication& application) {
  std::vector<chip::FileImage> images;
  for (const plan::PlannedFile& file : application.files)
    images.push_back(
        {file.fid, file.short_fid,
         file.read == profile::Access::always ? chip::ReadAccess::always : chip::ReadAccess::never,
         file.contents.value()});
  return images;
}

/// Errors that end the station and not one card.
bool ends_station(const Error& error) {
  return exit_code_of(error.code()) >= 5;
}

/// Errors that say that the card is another than it should be. Any other only says that it could not be told.
bool judged(const Error& error) {
  return error.code() == Code::verification_failed || error.code() == Code::promise_broken;
}

class Run {
 public:
  Run(const Writer& writer, const Edition& edition, const Station& station, const Progress& progress)
      : writer_(writer), edition_(edition), station_(station), progress_(progress) {}

  Result take(const Prepared* prepared) {
    try {
      identify();
    } catch (const Error& error) {
      return refuse(error);
    }
    const ChipHistory history = station_.journal.history(identity_.chip);
    if (history.standing == Standing::uncertain && station_.journal.take_up(history.run.value()))
      return settle(history);
    if (const auto objection = objection_to(history)) return refuse(*objection);
    if (prepared == nullptr) {
      leave(iso7816::Leave::reset);  // a good blank stays where it is
      return result({}, {}, {});
    }
    return personalize(*prepared);
  }

 private:
  void begin(std::string_view step) {
    step_ = step;
    progress_(step);
  }

  void connect() {
    connection_ = writer_.slot.connect();
    use_driver();
  }

  void use_driver() {
    driver_ = chip::make_driver(*edition_.profile.chip.platform, *connection_, station_.random,
                                edition_.command_limit);
  }

  /// The station is done with this card. That it left by itself changes nothing any more.
  void leave(iso7816::Leave how = iso7816::Leave::powered_off) {
    driver_.reset();
    if (!connection_) return;
    try {
      connection_->close(how);
    } catch (const Error& error) {
      if (ends_station(error)) throw;
    }
    connection_.reset();
  }

  void identify() {
    begin("identify");
    connect();
    atr_.assign(connection_->atr().begin(), connection_->atr().end());
    identity_ = driver_->identify();
    identified_ = true;
  }

  /// Why this chip must not be written, if it must not.
  std::optional<Error> objection_to(const ChipHistory& history) const {
    switch (history.standing) {
      case Standing::interrupted:
        return Error(Code::chip_interrupted,
                     "an earlier run was interrupted on this chip: set it aside as spoiled");
      case Standing::issued:
      case Standing::rejected:
      case Standing::spoiled:
        return Error(Code::chip_not_blank, "the ledger knows this chip as used: take it out");
      case Standing::in_work:
      case Standing::uncertain:
        return Error(Code::chip_not_blank,
                     "another writer works on a chip with this identifier: take it out");
      case Standing::unknown:
        break;
    }
    if (identity_.life != chip::Life::blank)
      return Error(Code::chip_not_blank, "the chip is not blank and not of this ledger: take it out");
    return std::nullopt;
  }

  Result refuse(const Error& error) {
    if (ends_station(error)) throw error;
    leave();
    // A reader that failed says nothing of a chip: it is the line's matter, not the ledger's.
    if (exit_code_of(error.code()) != 4)
      station_.journal.refused(identified(), writer_.name, name_of(error.code()));
    return result({}, error.at(step_), {});
  }

  Result personalize(const Prepared& prepared) {
    station_.random.fill(run_);
    begin("bind");
    try {
      station_.journal.bind(run_, prepared.order.id, {identity_.chip, atr_, writer_.body}, writer_.name);
    } catch (const Error& error) {
      return refuse(error);
    }
    bound_ = true;
    try {
      write(prepared.plan);
      verify();
    } catch (const Error& error) {
      if (ends_station(error)) throw;
      return fail(prepared.order.id, error.at(step_));
    }
    return close(prepared.order.id, Outcome::issued, std::nullopt);
  }

  /// From the first write to the lock.
  void write(plan::Plan plan) {
    const auto transport = edition_.transport.for_chip(identity_.chip);
    const auto issuer = edition_.issuer.for_chip(identity_.chip);

    begin("open");
    driver_->open(*transport);

    begin("mark");
    reached_ = Reached::written;
    driver_->mark(run_);
    for (const auto& application : plan.applications) driver_->install(application.aid);

    begin("rekey");
    station_.journal.rekeying(run_, check_of(*transport), check_of(*issuer));
    driver_->replace_keys(*transport, *issuer);

    begin("generate keys");
    const plan::ChipContribution contribution = generate(plan, *issuer);

    begin("complete");
    plan::complete(plan, edition_.profile, contribution, edition_.signers, station_.clock.now());
    station_.journal.promise(
        run_, {plan.number, plan.replacement, plan.sod_digest().value(), contribution.public_keys});

    begin("write");
    driver_->open(*issuer);
    for (const auto& application : plan.applications) driver_->write(application.aid, images_of(application));

    begin("read back");
    for (const auto& application : plan.applications) read_back(application);

    begin("lock");
    reached_ = Reached::locking;
    driver_->lock(*issuer);
  }

  plan::ChipContribution generate(const plan::Plan& plan, const keys::ChipKeys& issuer) {
    plan::ChipContribution contribution{identity_.chip, {}};
    for (const profile::GeneratedKey& key : edition_.profile.chip.generates) {
      const auto& owner = owner_of(plan, key.name);
      contribution.public_keys[key.name] = driver_->generate(owner, {key.id, key.algorithm}, issuer);
    }
    return contribution;
  }

  /// The application that publishes the key is the one that holds it.
  const iso7816::Aid& owner_of(const plan::Plan& plan, const std::string& key) const {
    for (std::size_t i = 0; i < edition_.profile.applications.size(); ++i)
      for (const profile::File& file : edition_.profile.applications[i].files) {
        const auto* content = std::get_if<profile::ChipPublicKey>(&file.content);
        if (content != nullptr && content->key == key) return plan.applications[i].aid;
      }
    throw Error(Code::profile_invalid, "no file publishes the key '" + key + "' that the chip generates");
  }

  void read_back(const plan::PlannedApplication& application) {
    for (const plan::PlannedFile& file : application.files) {
      if (file.read == profile::Access::never) continue;
      const Bytes read = driver_->read_back(application.aid, file.fid, file.contents->size());
      if (read != *file.contents)
        throw Error(Code::read_back_differs, file.name + " reads back other bytes than were written");
    }
  }

  /// Over a fresh connection: judges the card as a stranger does, holds what was read against the ledger, and
  /// tries to write as the issuer.
  void verify() {
    begin("verify");
    driver_.reset();
    connection_->close(iso7816::Leave::reset);
    connection_.reset();
    connect();
    if (driver_->identify().chip != identity_.chip)
      throw Error(Code::card_torn, "another card came in the place of the finished one");
    judge();
    // The stranger has selected what it liked: a driver that knows nothing of it begins anew.
    use_driver();
    driver_->prove_locked(edition_.profile.applications.front().aid,
                          *edition_.issuer.for_chip(identity_.chip));
    verified_ = true;
  }

  void judge() {
    const inspect::Report report =
        inspect::inspect(*connection_, edition_.promises, edition_.trust_anchors, station_.random,
                         station_.clock.now(), edition_.command_limit);
    const auto failed = std::find_if(report.checks.begin(), report.checks.end(),
                                     [](const auto& check) { return !check.passed; });
    if (failed != report.checks.end())
      throw Error(Code::verification_failed,
                  "the finished card fails '" + failed->name + "': " + failed->detail);
    if (!station_.journal.keeps_promise(run_, report.number, report.sod_digest))
      throw Error(Code::promise_broken,
                  "the finished card carries another number or EF.SOD than the ledger committed for it");
  }

  /// What an error after `bind` means for the chip and the order.
  Result fail(const std::string& order_id, const Error& error) {
    if (judged(error)) return close(order_id, Outcome::rejected, error);
    if (reached_ == Reached::nothing) return close(order_id, Outcome::returned, error);
    if (reached_ == Reached::written) return close(order_id, Outcome::spoiled, error);
    return leave_open(order_id, error);
  }

  /// A chip whose run was cut off after its promise: if it is locked it is judged, else it can never be
  /// whole.
  Result settle(const ChipHistory& history) {
    run_ = history.run.value();
    const bool locked = identity_.life == chip::Life::issued;
    try {
      if (locked)
        verify();
      else
        prove_unfinished();
    } catch (const Error& error) {
      if (ends_station(error)) throw;
      if (judged(error)) return close(history.order_id, Outcome::rejected, error.at(step_));
      return leave_open(history.order_id, error.at(step_));
    }
    if (locked) return close(history.order_id, Outcome::issued, std::nullopt);
    return close(history.order_id, Outcome::spoiled,
                 Error(Code::chip_interrupted,
                       "an earlier run was interrupted before the lock: set the chip aside as spoiled"));
  }

  /// That it is the very chip of the run, and not one that only says so: it bears the run's mark and opens to
  /// its keys, which were replaced before the promise. @throws Error where it is not
  void prove_unfinished() {
    begin("settle");
    if (identity_.life != chip::Life::personalizing || identity_.mark != run_)
      throw Error(Code::chip_foreign,
                  "the chip has the identifier of an interrupted run's chip, but not its mark: find out "
                  "where it comes from");
    driver_->open(*edition_.issuer.for_chip(identity_.chip));
  }

  /// Locked, or perhaps locked, and nobody can tell whether it is whole: the run waits until its chip is seen
  /// again.
  Result leave_open(const std::string& order_id, const Error& error) {
    station_.journal.let_go(run_);
    leave();
    return result({}, error, order_id);
  }

  Result close(const std::string& order_id, Outcome outcome, std::optional<Error> why) {
    begin("log");
    station_.journal.close(run_, outcome, why ? name_of(why->code()) : "");
    leave();
    return result(outcome, std::move(why), order_id);
  }

  std::optional<keys::ChipId> identified() const {
    return identified_ ? std::optional(identity_.chip) : std::nullopt;
  }

  Result result(std::optional<Outcome> outcome, std::optional<Error> why, const std::string& order_id) const {
    return {outcome, std::move(why), order_id, identified(), bound_, verified_};
  }

  enum class Reached { nothing, written, locking };  // what the chip may have gone through

  const Writer& writer_;
  const Edition& edition_;
  const Station& station_;
  const Progress& progress_;
  std::unique_ptr<iso7816::Connection> connection_;
  std::unique_ptr<chip::Driver> driver_;
  Bytes atr_;
  chip::Identity identity_;
  bool identified_ = false;
  bool bound_ = false;
  bool verified_ = false;
  RunId run_{};
  Reached reached_ = Reached::nothing;
  std::string_view step_;
};

}  // namespace

inspect::Promises promises_of(const profile::Profile& profile) {
  inspect::Promises promises;
  promises.active_authentication = !profile.chip.generates.empty();
  for (const profile::Application& application : profile.applications) {
    inspect::PromisedApplication promised{application.name, application.aid, {}};
    for (const profile::File& file : application.files) {
      promised.files.push_back({file.name, file.fid, file.read == profile::Access::always, file.short_fid});
      if (std::holds_alternative<profile::Image>(file.content))
        promises.portrait_copy = {application.name, file.name};
      if (const auto* record = std::get_if<profile::Record>(&file.content))
        for (const profile::RecordField& field : record->fields) {
          const profile::Field* value = field.value ? profile.field(*field.value) : nullptr;
          if (value != nullptr && value->type == profile::FieldType::prc_number_18)
            promises.record_number = {application.name, file.name, field.at, field.bytes};
        }
    }
    promises.applications.push_back(std::move(promised));
  }
  return promises;
}

Result run_card(const Writer& writer, const Prepared* prepared, const Edition& edition,
                const Station& station, const Progress& progress) {
  return Run(writer, edition, station, progress).take(prepared);
}

}  // namespace perso::run
