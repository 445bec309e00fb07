// Whom an inspection believes: certification authorities, their link certificates, master lists, revocation
// lists.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/deviations.hpp"
#include "crypto/path.hpp"

namespace perso::inspect {

/// What a card's signer says of it. The better first.
enum class Trust {
  production,  // an authority of the issuer's own
  specimen,    // the same for specimens; what is the issuer's and says SPECIMEN in its name is no more
  foreign,     // an authority of another issuer that is believed
  unknown,     // nobody who is believed
};
std::string_view name_of(Trust trust);

/// Const members are thread-safe.
class TrustStore {
 public:
  /// A certification authority: an anchor where it is self-signed, else a link that must itself lead to an
  /// anchor. A certificate that is already there keeps the better trust it had.
  /// @throws Error Code::malformed for one that may not sign certificates
  void add(crypto::Certificate authority, Trust trust);
  void add(crypto::Crl list);

  /// DIR/production, DIR/specimen and DIR/foreign, each as far as it is there: certificates (.cer .crt .der
  /// .pem), revocation lists (.crl), master lists (.ml), in DER or PEM, at most 8 MiB and 4,096 files each. A
  /// master list is believed where its signer led to an anchor that stands in a file of its own, on the day
  /// of the list; what it holds is `foreign`, but for what is there already. What is none of these, or breaks
  /// its format, is told to `skipped` and passed over: one bad file must not close a border.
  /// @throws Error Code::config_invalid where DIR has none of the three
  void load(const std::filesystem::path& dir, Deviations& skipped);

  struct Judgement {
    Trust trust = Trust::unknown;            // of the anchor that was reached, whatever the fault
    std::optional<crypto::PathFault> fault;  // why not to believe the signer
    std::string country;                     // of the anchor, as it has it; empty where none was reached
  };
  Judgement judge(const crypto::Certificate& signer, Instant now) const;
  /// The same of who signed a master list.
  Judgement judge_list_signer(const crypto::Certificate& signer, Instant now) const;

  std::size_t authorities() const { return anchors_.size() + links_.size(); }

 private:
  struct Authority {
    crypto::Certificate certificate;
    Trust trust;
  };
  Judgement judge(const crypto::Certificate& signer, crypto::SignerPurpose purpose, Instant now) const;

  std::vector<Authority> anchors_, links_;
  std::vector<crypto::Crl> lists_;
};

}  // namespace perso::inspect
