// Reads a card as an inspection system does and judges it: opens it with what is printed on it, recognises
// its edition, reads, verifies, and comes to one verdict. Knows what editions promise and whom to trust;
// knows nothing of a plan. Any document of ICAO Doc 9303 is read; one of a known edition is held to all that
// it promises, strictly.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bytes/clock.hpp"
#include "bytes/error.hpp"
#include "channel/document_keys.hpp"
#include "identity/text.hpp"
#include "inspect/trust.hpp"
#include "iso7816/card.hpp"
#include "lds/sod.hpp"
#include "platform/platform.hpp"
#include "tlv/tlv.hpp"

namespace perso::inspect {

/// One file that a card of the edition must have.
struct PromisedFile {
  std::string name;
  iso7816::Fid fid;
  using Read = platform::ReadAccess;
  Read read = Read::always;
  std::optional<iso7816::ShortFid> short_fid = {};  // saves a SELECT
};
struct PromisedApplication {
  std::string name;
  iso7816::Aid aid;  // or the master file
  std::vector<PromisedFile> files;
};
/// What the edition promises of any card, whoever holds it.
struct Promises {
  std::vector<PromisedApplication> applications;
  bool active_authentication = false;
  bool chip_authentication = false;
  std::vector<channel::PaceInfo> pace;  // what EF.CardAccess offers, in this order
  bool bac = false;
  /// What EF.COM says, which nobody signs in LDS 1.7. Where it is not given any versions are taken.
  std::optional<lds::LdsVersions> versions;
  /// Where a record or template has one of the holder's values.
  struct Place {
    std::string application, file;
    std::size_t at = 0, bytes = 0;  // in a record
    identity::Encoding text = identity::Encoding::utf_16le;
    char pad = ' ';
    bool right = false;               // aligned to the right: filled up in front
    std::vector<tlv::Tag> path = {};  // in a template: the tags from its own to the element's
  };
  /// What repeats the number of EF.DG1; on a card without one it is the card's number.
  std::optional<Place> record_number;
  /// YYYYMMDD or YYYY-MM-DD: what EF.DG1 has not, or without its century.
  std::optional<Place> record_issued, record_expires;
  /// What repeats the holder of EF.DG1: surname, a blank and given names, in places that follow each other;
  /// the date of birth as those; the sex as M and F, or 1 and 2 (GB/T 2261.1); the nationality as ISO 3166-1
  /// or the zone has it.
  std::vector<Place> record_name;
  std::optional<Place> record_birth, record_sex, record_nationality;
  struct PortraitCopy {  // the file that repeats the portrait of EF.DG2
    std::string application, file;
  };
  std::optional<PortraitCopy> portrait_copy;
  struct Signature {  // a detached signature over other files, one after the other
    enum class Kind { cms, gmt_0010 };
    Kind kind = Kind::gmt_0010;
    std::string application, file;
    std::vector<std::pair<std::string, std::string>> over;  // application and file
  };
  std::vector<Signature> signatures;
};

/// An edition that an inspection can recognise.
struct Edition {
  std::string name;  // "prc-2023"
  Promises promises;
  /// What EF.DG1 begins with, "IRCHN": document code, filled up to two characters, and issuer. An edition
  /// without a zone is known by its applications alone.
  std::string zone_head;
};

/// The first that applies.
enum class Verdict {
  unreadable,   // it did not open, stopped answering, or a file that has to be there could not be read
  altered,      // what stands on it is not what was signed, or contradicts itself
  cloned,       // the chip does not hold the keys that were signed for it
  revoked,      // its signer was
  not_trusted,  // its signer leads to nobody who is believed, or may not sign today
  not_yet_valid,
  expired,
  genuine,
};
/// "not yet valid"
std::string_view name_of(Verdict verdict);

struct Check {
  enum class Result {
    passed,
    failed,
    not_possible
  };                 // the last: nothing was there to be judged, and none needed
  std::string name;  // "EF.SOD signature"
  Result result = Result::failed;
  Verdict means = Verdict::altered;  // where it failed
  std::string detail;                // why not, or what was found; no holder data
  std::chrono::nanoseconds took{};   // with the card's answers
};

struct ReadFile {
  std::string application, name;
  iso7816::Fid fid;
  Bytes contents;
};

struct Report {
  Verdict verdict = Verdict::unreadable;
  Trust trust = Trust::unknown;
  std::string edition;  // empty: a document of no known edition, read tolerantly
  std::string
      access;  // what opened it: "PACE-ECDH-CAM-AES-CBC-CMAC-128 with the card access number"; empty: nothing
  std::vector<ReadFile> files;
  std::vector<Check> checks;
  std::vector<std::string> tolerated;  // what breaks the standard in a foreign document
  std::string number;  // from EF.DG1, or the record of a card without one; empty if it could not be read
  /// SHA-256 of EF.SOD; of a card without one, of all files that can be read, one after the other as the
  /// edition has them. Empty where something of it could not be read.
  Bytes digest;
  /// What the card says of its holder, for the operator's screen alone: EF.DG1, EF.DG11, EF.DG12, the record.
  std::map<std::string, std::string> holder;
  Bytes portrait;  // the image in EF.DG2, JPEG or JPEG 2000; empty if it could not be read
  /// Why the card stopped answering, where it did: an error of exit code 4.
  std::optional<Error> interrupted;
  std::chrono::nanoseconds took{};
};

/// What an inspection is done with. Everything must outlive it.
struct Request {
  channel::AccessData access;         // what is printed, as far as it is known
  std::span<const Edition> editions;  // to be recognised, the likeliest first; may be empty
  const TrustStore& trust;
  Random& random;
  Clock& clock;
  std::size_t command_limit = 65535;  // largest command data field that the reader takes, bytes: no answer is
                                      // asked to be longer; below 256 every command is of short length
};

/// Takes the card in this order, each file read once:
/// - EF.CardAccess from the master file, if there is one;
/// - access: the strongest way that the chip offers: PACE with chip authentication mapping, integrated,
/// generic;
///   longer keys before shorter; with the card access number, or the zone where that is not given or not
///   known to the chip. Where there is no PACE, basic access control; a chip that wants neither is read in
///   the clear;
/// - EF.CardSecurity, after chip authentication mapping, which proves nothing without it;
/// - the eMRTD application: EF.SOD, EF.COM, EF.DG1, EF.DG14, chip authentication, unless the mapping has
/// proven
///   the chip; all other data groups that EF.SOD or EF.COM list, but for those behind extended access
///   control; active authentication;
/// - recognition: the edition by the zone of EF.DG1 and its other applications, of which one at least is
/// there;
///   a card without the eMRTD application by those alone; then what else the edition promises.
/// What is read before the edition is known is read tolerantly, and held against a card of a known one after.
///
/// The checks, of which a failed one means the verdict beside it: each promised or listed file can be read
/// (unreadable), and what is promised to nobody cannot (altered); form, digests and signature of EF.SOD and
/// EF.CardSecurity, EF.COM, versions, zone, face image, record and portrait copy, national signatures,
/// access as promised, EF.CardAccess against EF.DG14 and EF.CardSecurity (altered); chip and active
/// authentication, promised or shown, and EF.CardSecurity's keys against EF.DG14 (cloned); signers, of the
/// zone's state, and those of a known edition under its own issuer (revoked, not trusted); date of issue and
/// of expiry, by the days of China (not yet valid, expired; the last day counts as valid). Signed contents in
/// which a foreign issuer broke the standard are tolerated, and told. Where the card breaks off or proves a
/// copy the rest is not possible.
///
/// The card gives 1 MiB at most, in answers of 64 bytes at least. Files beyond 32,767 bytes are read on with
/// an odd INS. Length is extended where reader and chip take it.
///
/// The connection is a fresh one: some chips close nothing again, once they were opened, before a reset.
/// Never throws for what a card says or does.
Report inspect(iso7816::Card& card, const Request& request);

/// What a finished card must not do for a stranger, tried on a fresh connection with commands that could
/// change nothing on any chip: each application's files that are not for everybody answer 6982 or 6985 to
/// reading; a card that opens by PACE does not say who it is (GET DATA of what its issuer security domain
/// has, INITIALIZE UPDATE); the issuer security domain, if there is one, says the state 0F and refuses STORE
/// DATA of the reserved DGI 3FFF; and UPDATE BINARY is refused. Any error is a refusal, 6D00 and 6E00 too:
/// what a chip lacks cannot be used to write.
/// @throws Error of exit code 4 where the card stops answering; every other fault is a failed check
std::vector<Check> probe_as_stranger(iso7816::Card& card, const Promises& promises,
                                     std::size_t command_limit);

}  // namespace perso::inspect
