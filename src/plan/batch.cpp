// Batches of orders as CSV.
#include <algorithm>
#include <fstream>
#include <set>

#include "bytes/error.hpp"
#include "plan/csv.hpp"
#include "plan/order.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

namespace fs = std::filesystem;
using profile::Field;
using profile::FieldType;

constexpr std::string_view order_column = "order";
constexpr std::string_view reason_column = "reason";

/// The rows of one batch, each to an order.
class Batch {
 public:
  Batch(const fs::path& csv, const profile::Profile& profile)
      : file_(csv), folder_(fs::canonical(csv).parent_path()), profile_(profile) {}

  void read_header(const std::vector<std::string>& cells) {
    std::set<std::string, std::less<>> seen;
    for (const std::string& name : cells) {
      if (name != order_column && name != reason_column && profile_.field(name) == nullptr)
        fail(file_.string() + " row 1",
             "has a column that the profile does not know; take it out or correct its name");
      if (!seen.insert(name).second)
        fail(file_.string() + " row 1", "has the column " + name + " twice; take one out");
    }
    const auto need = [&](std::string_view name) {
      if (!seen.contains(name))
        fail(file_.string() + " row 1", "has no column " + std::string(name) + "; add it");
    };
    need(order_column);
    need(reason_column);
    for (const Field& field : profile_.holder)
      if (!field.optional && !field.validity && field.type != FieldType::count) need(field.name);
    columns_ = cells;
  }

  /// Where a row stands, for messages: with its id, once that is known to be one and to tell nothing of the
  /// holder.
  std::string place(std::size_t row, const std::vector<std::string>& cells) const {
    const std::string place = file_.string() + " row " + std::to_string(row);
    if (cells.size() != columns_.size()) return place;
    Order order;
    for (std::size_t i = 0; i < cells.size(); ++i)
      (columns_[i] == order_column ? order.id : order.fields[columns_[i]]) = cells[i];
    const bool shown = is_order_id(order.id) && !field_told_by_id(order, profile_);
    return shown ? place + " (" + order.id + ")" : place;
  }

  Order read_order(const std::string& where, const std::vector<std::string>& cells) const {
    if (cells.size() != columns_.size())
      fail(where, "has " + std::to_string(cells.size()) + " values, the header " +
                      std::to_string(columns_.size()) + "; check its commas");
    Order order;
    order.profile = profile_.name;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string& name = columns_[i];
      if (name == order_column) {
        order.id = cells[i];
      } else if (name == reason_column) {
        const auto reason = reason_named(cells[i]);
        if (!reason)
          fail(where + ", field reason",
               "is none of first-issue, renewal, replacement, sample; write one of these");
        order.reason = *reason;
      } else if (cells[i].empty()) {
        continue;
      } else if (const Field& field = *profile_.field(name); field.type == FieldType::portrait) {
        order.portrait = read_portrait(where + ", field " + name, cells[i], field.portrait.max_bytes);
      } else {
        order.fields.emplace(name, cells[i]);
      }
    }
    return order;
  }

 private:
  [[noreturn]] static void fail(const std::string& where, const std::string& what,
                                Code code = Code::order_invalid) {
    throw Error(code, where + ' ' + what);
  }

  /// A file in the batch's folder or below it, also after every symbolic link has been followed.
  Bytes read_portrait(const std::string& where, const std::string& name, std::size_t max_bytes) const {
    const auto refuse = [&](const char* what) { fail(where, what, Code::portrait_invalid); };
    const fs::path path(name);
    if (path.is_absolute() || std::ranges::find(path, "..") != path.end())
      refuse("leaves the batch's folder; put the file beside the batch");
    std::error_code error;
    const fs::path found = fs::canonical(folder_ / path, error);
    if (error || !fs::is_regular_file(found, error)) refuse("names no file; put it beside the batch");
    const fs::path inside = found.lexically_relative(folder_);
    if (inside.empty() || *inside.begin() == "..")
      refuse("leads out of the batch's folder; put the file itself there");

    std::ifstream in(found, std::ios::binary);
    Bytes bytes(max_bytes + 1);
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    if (in.bad() || bytes.empty()) refuse("cannot be read or is empty; check the file");
    if (bytes.size() > max_bytes)
      fail(where, "is larger than " + std::to_string(max_bytes) + " bytes; make it smaller",
           Code::portrait_invalid);
    return bytes;
  }

  fs::path file_;
  fs::path folder_;
  const profile::Profile& profile_;
  std::vector<std::string> columns_;
};

}  // namespace

void read_csv(const std::filesystem::path& csv, const profile::Profile& profile,
              const std::function<void(Order&&)>& take) {
  std::optional<Batch> batch;
  for_each_csv_row(csv, [&](std::size_t row, const std::vector<std::string>& cells) {
    if (!batch) return batch.emplace(csv, profile).read_header(cells);
    const std::string where = batch->place(row, cells);
    Order order = batch->read_order(where, cells);
    fill_in(order, profile);
    check(order, profile, where);
    try {
      take(std::move(order));
    } catch (const Error& error) {
      if (error.code() != Code::order_duplicate) throw;
      throw Error(error.code(), where + ": " + error.message());
    }
  });
  if (!batch) throw Error(Code::order_invalid, csv.string() + ": has no header; write one");
}

}  // namespace perso::plan
