// What a finished card must not do for a stranger.
#include <algorithm>
#include <array>

#include "inspect/inspect.hpp"
#include "inspect/session.hpp"
#include "lds/files.hpp"

namespace perso::inspect {

using iso7816::CommandApdu;
using iso7816::ResponseApdu;
using iso7816::StatusWord;

namespace {

/// Of the issuer security domain: issuer and card image numbers, card recognition data, key information, the
/// mark of a personalization, production data (GlobalPlatform Card Specification 2.3.1 11.3.3).
constexpr std::array<std::uint8_t, 2> telling_objects[] = {{0x00, 0x42}, {0x00, 0x45}, {0x00, 0x66},
                                                           {0x00, 0xE0}, {0xDF, 0x70}, {0x9F, 0x7F}};
constexpr std::uint8_t life_cycle_locked = 0x0F;  // GlobalPlatform Card Specification 2.3.1 5.1.1, SECURED

/// Whether a command was not carried out: an error, neither a success nor a warning (ISO/IEC 7816-4 5.6).
bool refused(StatusWord status) {
  return status.sw1() >= 0x64 && status.sw1() <= 0x6F;
}

/// The life cycle state in an FCI of the issuer security domain; nullopt where it does not say it.
/// @throws Error Code::malformed
std::optional<std::uint8_t> life_cycle_in(ByteView fci) {
  constexpr tlv::Tag fci_tag{0x6F}, life_cycle_tag{0x8A};
  tlv::Reader reader(fci, tlv::Rules::ber);
  const auto state = tlv::find(reader.expect(fci_tag).value, life_cycle_tag, tlv::Rules::ber);
  if (!state) return std::nullopt;
  if (state->value.size() != 1) throw Error(Code::malformed, "the life cycle state is not one byte");
  return state->value[0];
}

FilePlace place_of(const PromisedFile& file) {
  return {file.fid, file.short_fid, false};
}

class Stranger {
 public:
  Stranger(iso7816::Card& card, const Promises& promises, std::size_t command_limit)
      : session_(card, command_limit), promises_(promises) {}

  std::vector<Check> try_all() {
    const bool asked = try_issuer_domain();
    bool tried = false;
    for (const PromisedApplication& application : promises_.applications)
      tried = try_application(application) || tried;
    if (!asked && !tried) check("lock", false, "there is nothing to try it on");
    return std::move(checks_);
  }

 private:
  bool try_issuer_domain();
  void try_life_cycle(ByteView fci);
  bool try_application(const PromisedApplication& application);
  bool try_update(const PromisedApplication& application);
  std::optional<std::uint8_t> first_byte(const PromisedApplication& application, const PromisedFile& file);

  void check(std::string name, bool passed, std::string detail) {
    checks_.push_back({std::move(name),
                       passed ? Check::Result::passed : Check::Result::failed,
                       Verdict::altered,
                       std::move(detail),
                       {}});
  }
  void check_refused(std::string name, const CommandApdu& command) {
    const StatusWord status = session_.transmit(command).status;
    check(std::move(name), refused(status), answered(status));
  }

  Session session_;
  const Promises& promises_;
  std::vector<Check> checks_;
};

/// Whether there is one.
bool Stranger::try_issuer_domain() {
  const Bytes issuer_domain{0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00};
  const ResponseApdu selected =
      session_.transmit({0x00, 0xA4, 0x04, 0x00, issuer_domain, iso7816::max_ne_short});
  if (!selected.status.ok()) return false;
  if (!promises_.pace.empty()) {
    for (const auto& tag : telling_objects)
      check_refused("GET DATA of " + to_hex(tag) + " is closed to strangers",
                    {0x80, 0xCA, tag[0], tag[1], {}, iso7816::max_ne_short});
    const Bytes host_challenge(8, 0x00);
    check_refused("a stranger's INITIALIZE UPDATE is refused",
                  {0x80, 0x50, 0x00, 0x00, host_challenge, iso7816::max_ne_short});
  }
  try_life_cycle(selected.data);
  check_refused("a stranger's STORE DATA is refused", {0x80, 0xE2, 0x88, 0x00, Bytes{0x3F, 0xFF, 0x00}, 0});
  return true;
}

/// A chip that knows basic access control alone may have no such state: that its files are closed is its
/// lock.
void Stranger::try_life_cycle(ByteView fci) {
  const std::string name = "life cycle";
  try {
    const auto state = life_cycle_in(fci);
    if (state)
      check(name, *state == life_cycle_locked, "state " + to_hex({&*state, 1}));
    else if (!promises_.bac)
      check(name, false, "the issuer security domain does not say its life cycle state");
  } catch (const Error& error) {
    check(name, false, error.message());
  }
}

/// Whether there was a file to try UPDATE BINARY on.
bool Stranger::try_application(const PromisedApplication& application) {
  if (const StatusWord status = session_.select(application.aid); !status.ok()) {
    check(application.name, false, "SELECT " + answered(status));
    return false;
  }
  for (const PromisedFile& file : application.files) {
    if (file.read == PromisedFile::Read::always) continue;
    // By one part: a file that begins to be read is not closed.
    const StatusWord status = session_.begin(place_of(file)).status;
    const bool never = file.read == PromisedFile::Read::never;
    check(file.name + (never ? " is not readable" : " is closed to strangers"), closed(status),
          answered(status));
  }
  return try_update(application);
}

/// With the value that the byte has, so that nothing changes on a chip that obeys.
bool Stranger::try_update(const PromisedApplication& application) {
  for (const PromisedFile& file : application.files) {
    const auto byte = first_byte(application, file);
    if (!byte) continue;
    const auto p1 = static_cast<std::uint8_t>(file.short_fid ? 0x80 | file.short_fid->value : 0x00);
    check_refused("a stranger's UPDATE BINARY of " + file.name + " is refused",
                  {0x00, 0xD6, p1, 0x00, Bytes{*byte}, 0});
    return true;
  }
  return false;
}

/// As it stands in a file that is current now, or has a short identifier; nullopt where nobody knows it.
std::optional<std::uint8_t> Stranger::first_byte(const PromisedApplication& application,
                                                 const PromisedFile& file) {
  if (file.read == PromisedFile::Read::always) {
    const ResponseApdu answer = session_.begin(place_of(file));
    if (answer.data.empty()) return std::nullopt;
    return answer.data.front();
  }
  const lds::LdsFile* const known = lds::find_fid(file.fid);
  if (!lds::is_emrtd(application.aid) || known == nullptr || !file.short_fid) return std::nullopt;
  return static_cast<std::uint8_t>(known->tag.value);
}

}  // namespace

std::vector<Check> probe_as_stranger(iso7816::Card& card, const Promises& promises,
                                     std::size_t command_limit) {
  return Stranger(card, promises, command_limit).try_all();
}

}  // namespace perso::inspect
