// One visit to a card: everything that is asked of it, in order.
#pragma once

#include <set>
#include <utility>

#include "inspect/document.hpp"

namespace perso::inspect {

/// Reads what a card has, opens it and lets it prove itself. Files go into the report; what they say into the
/// document, as far as the visit needs it.
class Visit {
 public:
  Visit(iso7816::Card& card, const Request& request, Findings& findings, Document& document)
      : request_(request), findings_(findings), document_(document), session_(card, request.command_limit) {}
  /// Never throws for what the card says or does: a failed check tells how a visit ended before its end.
  void make();

 private:
  enum class Reading { mandatory, if_there };

  void go_through();
  bool open_master_file();
  void judge_mapping();
  void take_card_security(const Bytes& file);
  bool read_document();
  void open_by_bac(const iso7816::Aid& application);
  void read_data_groups(std::set<int> listed);
  const Bytes* read_lds_file(iso7816::Fid fid, Reading reading);
  void authenticate_chip();
  void agree_with_chip();
  void recognise_document();
  bool read_plain_card();
  void read_promised();
  void try_closed(const PromisedApplication& application, const PromisedFile& file);
  void take_name_of(const PromisedApplication& application);
  /// As the edition calls it, once it is known.
  std::string called(const iso7816::Aid& application) const;
  bool has(const iso7816::Aid& application) { return session_.select(application).ok(); }
  /// A file of the selected application; nullptr, and a failed check, where it cannot be read.
  const Bytes* read(const iso7816::Aid& application, std::string_view name, const FilePlace& place,
                    Reading reading);
  std::optional<ReadOutcome> hear(const std::string& check, const FilePlace& place);
  void chip_has_answered();

  const Request& request_;
  Findings& findings_;
  Document& document_;
  Session session_;
  bool chip_is_to_answer_ = false;  // with its authentication key: in a channel not heard from yet
  std::string closed_because_;      // nothing opened the card, if it needs that
  std::set<std::pair<iso7816::Aid, iso7816::Fid>> tried_;
};

}  // namespace perso::inspect
