#include "run/run.hpp"

#include <algorithm>
#include <future>

#include "run/steps.hpp"
#include "run/verification.hpp"

namespace perso::run {

namespace {

using Standing = ChipHistory::Standing;

KeySetCheck check_of(const keys::ChipKeys& keys) {
  return {keys.version(), {keys.kcv(keys::Role::enc), keys.kcv(keys::Role::mac), keys.kcv(keys::Role::dek)}};
}

bool complete(const plan::PlannedApplication& application) {
  return std::ranges::all_of(application.files,
                             [](const plan::PlannedFile& file) { return file.contents.has_value(); });
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
      if (!identity_.chip) open_as_waiting();
    } catch (const Error& error) {
      return refuse(error);
    }
    const ChipHistory history = station_.journal.history(*identity_.chip);
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
  }

  /// The chip is closed: it may be that of any run that waits for it. With the data that opened it, if any
  /// do, it says who it is. Behind a wrong try the chip answers a second later; few runs wait at a time.
  /// @throws Error chip_not_blank where it is a finished card of somebody else
  void open_as_waiting() {
    std::string tried;
    while (const auto order = station_.journal.waiting(edition_.profile.name, tried)) {
      const auto access = plan::access_of(edition_.profile, *order);
      if (!access) break;
      try {
        identity_ = driver_->identify(*access);
        return;
      } catch (const Error& error) {
        if (error.code() != Code::keys_do_not_open) throw;
      }
      tried = order->id;
    }
    throw Error(Code::chip_not_blank,
                "the chip is a finished card, and none that this ledger waits for: take it out");
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
      station_.journal.refused(identity_.chip, writer_.name, name_of(error.code()));
    return result({}, error.at(step_), {});
  }

  Result personalize(const Prepared& prepared) {
    station_.random.fill(run_);
    begin("bind");
    try {
      station_.journal.bind(run_, prepared.order.id, {*identity_.chip, atr_, writer_.body}, writer_.name);
    } catch (const Error& error) {
      return refuse(error);
    }
    bound_ = true;
    try {
      write(prepared.plan);
      verify(prepared.order);
    } catch (const Error& error) {
      if (ends_station(error)) throw;
      return fail(prepared.order.id, error.at(step_));
    }
    return close(prepared.order.id, Outcome::issued, std::nullopt);
  }

  /// From the first write to the lock.
  void write(const plan::Plan& plan) {
    const auto transport = keys_of(edition_.transport);
    const auto issuer = keys_of(edition_.issuer);

    begin("open");
    driver_->open(transport.get());

    begin("mark");
    reached_ = Reached::written;
    driver_->mark(run_);
    install(*driver_, plan);

    if (transport && issuer) {
      begin("rekey");
      station_.journal.rekeying(run_, check_of(*transport), check_of(*issuer));
      driver_->replace_keys(*issuer);
    }

    begin("generate keys");
    const plan::ChipContribution contribution{*identity_.chip, generate_keys(*driver_, edition_.profile)};
    inject_keys(*driver_, edition_.profile, plan);

    // What the chip's keys go into is encoded and signed while the chip takes all other files.
    const Instant now = station_.clock.now();
    std::future<plan::Plan> completed = std::async(std::launch::async, [&, whole = plan]() mutable {
      plan::complete(whole, edition_.profile, contribution, {edition_.signers, station_.random, now});
      return std::move(whole);
    });
    begin("write");
    driver_->open(issuer.get());
    set_access(*driver_, edition_.profile, plan);
    write_files(plan);

    begin("complete");
    const plan::Plan whole = completed.get();
    station_.journal.promise(
        run_, {whole.number, whole.replacement, whole.digest().value(), contribution.public_keys});
    write_rest(whole, plan);

    begin("read back");
    for (const auto& application : whole.applications) read_back(application);

    begin("lock");
    reached_ = Reached::locking;
    driver_->lock();
  }

  /// The master file comes first: the chip is turned to it. An application that waits for more files comes
  /// last: the chip is then still turned to that.
  void write_files(const plan::Plan& plan) {
    const auto turn_of = [](const plan::PlannedApplication& application) {
      return application.aid.is_master_file() ? 0 : complete(application) ? 1 : 2;
    };
    for (const int turn : {0, 1, 2})
      for (const auto& application : plan.applications)
        if (turn_of(application) == turn) write_images(application.aid, images_of(application));
  }

  void write_rest(const plan::Plan& whole, const plan::Plan& before) {
    for (std::size_t i = whole.applications.size(); i-- > 0;)
      write_images(whole.applications[i].aid, images_of(whole.applications[i], &before.applications[i]));
  }

  void write_images(const iso7816::Aid& application, const std::vector<chip::FileImage>& images) {
    if (!images.empty()) driver_->write(application, images);
  }

  std::unique_ptr<keys::ChipKeys> keys_of(const keys::CardKeys* keys) const {
    return keys == nullptr ? nullptr : keys->for_chip(*identity_.chip);
  }

  void read_back(const plan::PlannedApplication& application) {
    for (const plan::PlannedFile& file : application.files) {
      if (file.read == profile::Access::never) continue;
      const Bytes read = driver_->read_back(application.aid, file.fid, file.contents->size());
      if (read != *file.contents)
        throw Error(Code::read_back_differs, file.name + " reads back other bytes than were written");
    }
  }

  void reconnect() {
    driver_.reset();
    connection_->close(iso7816::Leave::reset);
    connection_.reset();
    connect();
  }

  /// Each time over a fresh connection: what a stranger gets, what an inspection finds, which must be what
  /// the ledger committed, and whether the issuer can still write.
  void verify(const plan::Order& order) {
    begin("verify");
    reconnect();
    require_shut_to_strangers(*connection_, edition_);
    reconnect();
    const inspect::Report report = require_genuine(*connection_, edition_, station_, order);
    if (!station_.journal.keeps_promise(run_, report.number, report.digest))
      throw Error(Code::promise_broken,
                  "the finished card carries another number or EF.SOD than the ledger committed for it");
    reconnect();
    if (identify_by_zone(*driver_, edition_, order).chip != identity_.chip)
      throw Error(Code::card_torn, "another card came in the place of the finished one");
    driver_->prove_locked(edition_.profile.applications.front().aid, keys_of(edition_.issuer).get());
    verified_ = true;
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
        verify(station_.journal.order_of(run_));
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
  /// its keys, which were replaced before the promise. On a platform without either it is known by its
  /// identifier alone. @throws Error where it is not
  void prove_unfinished() {
    begin("settle");
    const bool marked = edition_.profile.chip.platform->key_sets;
    if (identity_.life != chip::Life::personalizing || (marked && identity_.mark != run_))
      throw Error(Code::chip_foreign,
                  "the chip has the identifier of an interrupted run's chip, but not its mark: find out "
                  "where it comes from");
    driver_->open(keys_of(edition_.issuer).get());
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

  Result result(std::optional<Outcome> outcome, std::optional<Error> why, const std::string& order_id) const {
    return {outcome, std::move(why), order_id, identity_.chip, bound_, verified_};
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
  bool bound_ = false;
  bool verified_ = false;
  RunId run_{};
  Reached reached_ = Reached::nothing;
  std::string_view step_;
};

}  // namespace

Result run_card(const Writer& writer, const Prepared* prepared, const Edition& edition,
                const Station& station, const Progress& progress) {
  return Run(writer, edition, station, progress).take(prepared);
}

}  // namespace perso::run
