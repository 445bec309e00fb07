// Reads a card as an inspection system does and judges it. Knows what the edition promises and whom to trust;
// knows nothing of the plan.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bytes/clock.hpp"
#include "channel/bac.hpp"
#include "crypto/crl.hpp"
#include "identity/text.hpp"
#include "iso7816/card.hpp"
#include "platform/platform.hpp"

namespace perso::inspect {

/// One file that a card of the edition must have.
struct PromisedFile {
  std::string name;
  iso7816::Fid fid;
  using Read = platform::ReadAccess;
  Read read = Read::always;                         // never: reading must be refused; bac: to strangers
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
  bool locked = true;  // the chip's life cycle, and no stranger writes
  /// Where a record or template repeats the number of EF.DG1; on a card without one it is the card's number.
  struct RecordNumber {
    std::string application, file;
    std::size_t at = 0, bytes = 0;  // in a record
    identity::Encoding text = identity::Encoding::utf_16le;
    char pad = ' ';
    bool right = false;               // aligned to the right: filled up in front
    std::vector<tlv::Tag> path = {};  // in a template: the tags from its own to the element's
  };
  std::optional<RecordNumber> record_number;
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
  std::string number;  // from EF.DG1, or the record of a card without one; empty if it could not be read
  /// SHA-256 of EF.SOD; of a card without one, of all files that can be read, one after the other as the
  /// edition has them. Empty where something of it could not be read.
  Bytes digest;
  /// What the card says of its holder, for the operator's screen alone: EF.DG1, EF.DG11, EF.DG12.
  std::map<std::string, std::string> holder;
  Bytes portrait;  // the image in EF.DG2, JPEG or JPEG 2000; empty if it could not be read
  bool passed() const;
};

/// Whom an inspection believes.
struct Trust {
  std::vector<crypto::Certificate> anchors;  // certification authorities of signers
  std::vector<crypto::Crl> lists = {};       // what they have revoked
};

/// Reads every promised file once and judges what was read. A check is made where what it looks at was
/// read; what was not read is a failed check of its own, and so is a promise that therefore cannot be
/// judged. In this order:
/// - each application is selected; a stranger is refused the files that are not for everybody, with 6982 or
///   6985; those for everybody are read; then basic access control is opened with `printed`, and the files
///   behind it are read in its channel;
/// - EF.COM lists the promised data groups;
/// - EF.SOD has its form, a digest of each data group, a signature, and a signer to be believed at `now`
///   (crypto::check_path); one of LDS 1.8 repeats the versions of EF.COM;
/// - EF.DG1: form and check digits of its machine readable zone; EF.DG2: form, and the image is what it says;
///   EF.DG11, EF.DG12: form and tag list;
/// - active authentication: the chip signs a random challenge with the key of EF.DG15 (ICAO 9303-11 6.1,
///   ECDSA with SHA-256, or RSA with ISO/IEC 9796-2);
/// - each promised signature: its form, made over the files as they were read, by a signer to be believed;
/// - record number and portrait copy are those of EF.DG1 and EF.DG2;
/// - the lock as a stranger sees it, by commands that could change nothing on any chip: UPDATE BINARY of the
///   first byte of the file read last, with the value that it has, and in the channel where it was read in
///   one. Where nothing stands behind basic access control the issuer security domain follows, if there is
///   one: its FCI has to say the life cycle state 0F (tag 8A); and STORE DATA of the reserved DGI 3FFF,
///   empty, without a channel. Any error is a refusal, 6D00 and 6E00 too: what a chip lacks cannot be used to
///   write. A chip with basic access control has no such state of its own: that files are closed to strangers
///   is its lock (src/vchip/CONTRACT-iso7816.md section 1). The writes show that nobody without keys can
///   write; that the issuer cannot either is what the state says, and what chip::Driver::prove_locked tries.
///
/// The connection is a fresh one: some chips close nothing again, once they were opened, before a reset.
/// Reads with extended length, and in parts of 256 bytes on a card that answers 6700 to that: 32 KiB a file
/// then, as whenever a file takes several parts. In a channel always with short length.
/// @param printed what opens basic access control, where a file stands behind it
/// @param command_limit largest command data field that the reader takes, in bytes: no answer is asked to be
/// longer, and below 256 every command is of short length
/// @throws Error of exit code 4 where the card stops answering; every other fault is a failed check
Report inspect(iso7816::Card& card, const Promises& promises,
               const std::optional<channel::PrintedData>& printed, const Trust& trust, Random& random,
               Instant now, std::size_t command_limit = 65535);

}  // namespace perso::inspect
