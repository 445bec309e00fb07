// Reads a card as an inspection system does and judges it. Knows what the edition promises and whom to trust;
// knows nothing of the plan.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bytes/clock.hpp"
#include "crypto/certificate.hpp"
#include "iso7816/card.hpp"

namespace perso::inspect {

/// One file that a card of the edition must have.
struct PromisedFile {
  std::string name;
  iso7816::Fid fid;
  bool readable = true;                             // else reading must be refused
  std::optional<iso7816::ShortFid> short_fid = {};  // saves a SELECT
};
struct PromisedApplication {
  std::string name;
  iso7816::Aid aid;
  std::vector<PromisedFile> files;
};
/// What the edition promises of any card, whoever holds it.
struct Promises {
  std::vector<PromisedApplication> applications;
  bool active_authentication = false;
  bool locked = true;    // the chip's life cycle, and no stranger writes
  struct RecordNumber {  // where the text record repeats the number of EF.DG1
    std::string application, file;
    std::size_t at = 0, bytes = 0;  // UTF-16LE
  };
  std::optional<RecordNumber> record_number;
  struct PortraitCopy {  // the file that repeats the portrait of EF.DG2
    std::string application, file;
  };
  std::optional<PortraitCopy> portrait_copy;
};

struct Check {
  std::string name;  // "EF.SOD signature"
  bool passed = false;
  std::string detail;  // why not, or what was found; no holder data
};

struct ReadFile {
  std::string application, name;
  iso7816::Fid fid;
  Bytes contents;
};

struct Report {
  std::vector<ReadFile> files;
  std::vector<Check> checks;
  std::string number;  // from EF.DG1, empty if it could not be read
  Bytes sod_digest;    // SHA-256 of EF.SOD, empty if it could not be read
  /// What the card says of its holder, for the operator's screen alone.
  std::map<std::string, std::string> holder;
  bool passed() const;
};

/// Reads every promised file once and judges what was read. A check is made where what it looks at was
/// read; what was not read is a failed check of its own, and so is a promise that therefore cannot be
/// judged. In this order:
/// - each application is selected, each file read, or refused with 6982 where it must not be readable;
/// - EF.COM lists the promised data groups;
/// - EF.SOD has its form, a digest of each data group, a signature, and a signer issued by a trust anchor
///   and valid at `now`;
/// - EF.DG1: form and check digits of its machine readable zone; EF.DG2: form, and the image is as large as
///   it says;
/// - active authentication: the chip signs a random challenge with the key of EF.DG15 (ICAO 9303-11 6.1,
///   ECDSA with SHA-256);
/// - record number and portrait copy are those of EF.DG1 and EF.DG2;
/// - the lock as a stranger sees it, by three commands that could change nothing on any chip: UPDATE BINARY
///   of the first byte of the file read last, with the value that it has; SELECT of the issuer security
///   domain, where there is one, whose FCI has to say the life cycle state 0F (tag 8A); and there STORE DATA
///   of the reserved DGI 3FFF, empty, without a channel. Any error is a refusal, 6D00 and 6E00 too: what a
///   chip lacks cannot be used to write. The two writes show that nobody without keys can write; that the
///   issuer cannot either is what the state says, and what chip::Driver::prove_locked tries with its keys.
///
/// Reads with extended length, and in parts of 256 bytes on a card that answers 6700 to that: 32 KiB a file
/// then, as whenever a file takes several parts.
/// @param command_limit largest command data field that the reader takes, in bytes: no answer is asked to be
/// longer, and below 256 every command is of short length
/// @throws Error of exit code 4 where the card stops answering; every other fault is a failed check
Report inspect(iso7816::Card& card, const Promises& promises,
               const std::vector<crypto::Certificate>& trust_anchors, Random& random, Instant now,
               std::size_t command_limit = 65535);

}  // namespace perso::inspect
