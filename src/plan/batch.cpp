#include "plan/batch.hpp"

#include <algorithm>
#include <fstream>
#include <set>

#include "plan/csv.hpp"
#include "plan/json.hpp"
#include "plan/rows.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

namespace fs = std::filesystem;
using profile::Field;
using profile::FieldType;

constexpr std::string_view order_column = "order";
constexpr std::string_view reason_column = "reason";

[[noreturn]] void refuse_portrait(const std::string& what) {
  throw Error(Code::portrait_invalid, what);
}

/// Whether every order says it: `fill_in` gives none.
bool is_needed(const Field& field) {
  return !field.optional && !field.validity && !field.today && field.type != FieldType::count &&
         field.type != FieldType::access_number;
}

/// One row on its way to an order.
struct Row {
  std::vector<std::string> values;   // one a column
  std::vector<std::string> surplus;  // as in Rejected
  std::vector<Fault> faults;         // what was found before the values were looked at

  bool tells_of(const std::string& field) const {
    return std::ranges::find(faults, field, &Fault::field) != faults.end();
  }
};

/// The rows of one batch, each to an order or to its faults. What kind of file they come from is not known
/// here.
class Batch {
 public:
  Batch(const fs::path& file, const Intake& intake, const std::function<void(Order&&)>& take,
        const std::function<void(const Rejected&)>& reject)
      : file_(file.string()), folder_(folder_of(file)), intake_(intake), take_(take), reject_(reject) {}

  bool has_columns() const { return !columns_.empty(); }
  const std::vector<std::string>& columns() const { return columns_; }

  /// The header of a file that has one.
  void set_columns(const std::vector<std::string>& names) {
    const std::string where = file_ + " row 1: ";
    const auto fail = [&](const std::string& what) { throw Error(Code::order_invalid, where + what); };
    std::set<std::string, std::less<>> seen;
    for (const std::string& name : names) {
      if (!is_known(name)) {  // not named: a file without a header has a holder's data there
        std::string known;
        for (const std::string& column : all_columns()) known += (known.empty() ? "" : ", ") + column;
        fail("has a column that the profile does not know; name the columns of these: " + known);
      }
      if (!seen.insert(name).second) fail("has the column " + name + " twice; take one out");
    }
    for (const std::string& name : all_columns()) {
      const Field* field = intake_.profile.field(name);
      if (!seen.contains(name) && (field == nullptr || is_needed(*field)))
        fail("has no column " + name + "; add it");
    }
    columns_ = names;
  }

  /// order, reason and every field, for a file without a header.
  std::vector<std::string> all_columns() const {
    std::vector<std::string> names{std::string(order_column), std::string(reason_column)};
    for (const Field& field : intake_.profile.holder) names.push_back(field.name);
    return names;
  }
  bool is_known(std::string_view name) const {
    return name == order_column || name == reason_column || name == reasons_column ||
           intake_.profile.field(name) != nullptr;
  }

  /// A row with a value for each column.
  /// @param place "row 7"
  void add(const std::string& place, Row row) {
    const std::string where = file_ + ' ' + place + shown_id(row.values);
    Order order = read_order(readable(row), row.faults);
    fill_in(order, intake_.profile, intake_.now, intake_.random);
    for (Fault& fault : faults_at_intake(order, intake_.profile, intake_.now))
      // Of a field that could not be read, the reason why is told already.
      if (!row.tells_of(fault.field)) row.faults.push_back(std::move(fault));
    if (row.faults.empty()) hand_over(std::move(order), row.faults);
    if (!row.faults.empty()) reject(where, std::move(row));
  }

  /// A row that is out of step: any value may stand where the id should.
  void add_out_of_step(const std::string& place, const std::vector<std::string>& cells) {
    Row row{cells,
            {},
            {{"", "has " + std::to_string(cells.size()) + " values, the header " +
                      std::to_string(columns_.size()) + "; check its commas"}}};
    row.values.resize(columns_.size());
    for (std::size_t i = columns_.size(); i < cells.size(); ++i) row.surplus.push_back(cells[i]);
    reject(file_ + ' ' + place, std::move(row));
  }

  /// Whether an Error came from who takes and rejects, and not from the file.
  bool is_outside() const { return outside_; }

 private:
  static fs::path folder_of(const fs::path& file) {
    std::error_code error;  // a file that is not there is told of by who reads it
    return fs::canonical(file, error).parent_path();
  }

  void hand_over(Order&& order, std::vector<Fault>& faults) {
    outside_ = true;
    try {
      take_(std::move(order));
    } catch (const Error& error) {
      if (error.code() != Code::order_duplicate) throw;
      faults.push_back({"", error.message(), error.code()});
    }
    outside_ = false;
  }

  void reject(const std::string& where, Row row) {
    outside_ = true;
    reject_({where, std::move(row.faults), columns_, std::move(row.values), std::move(row.surplus)});
    outside_ = false;
  }

  /// The values, those that are no text left out and told of.
  std::vector<std::string> readable(Row& row) const {
    std::vector<std::string> values = row.values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string& name = columns_[i];
      if (name == reasons_column) continue;
      const auto fault = text_fault(values[i]);
      if (fault && !row.tells_of(name)) row.faults.push_back({name, *fault});
      if (row.tells_of(name)) values[i].clear();
    }
    return values;
  }

  Order read_order(const std::vector<std::string>& values, std::vector<Fault>& faults) const {
    Order order;
    order.profile = intake_.profile.name;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string &name = columns_[i], &value = values[i];
      if (name == order_column) {
        order.id = value;
      } else if (name == reason_column) {
        const auto reason = reason_named(value);
        if (!reason && std::ranges::find(faults, name, &Fault::field) == faults.end())
          faults.push_back(
              {name, "is none of first-issue, renewal, replacement, sample; write one of these"});
        order.reason = reason.value_or(Reason::renewal);
      } else if (name == reasons_column || value.empty()) {
        continue;
      } else if (const Field& field = *intake_.profile.field(name); field.type == FieldType::portrait) {
        try {
          order.portrait = read_portrait(value, field.portrait.max_source_bytes);
        } catch (const Error& error) {
          faults.push_back({name, error.message(), error.code()});
        }
      } else {
        order.fields.emplace(name, value);
      }
    }
    return order;
  }

  /// " (A-7)", once it is known to be an id and to tell nothing of the holder.
  std::string shown_id(const std::vector<std::string>& values) const {
    Order order;
    for (std::size_t i = 0; i < values.size(); ++i)
      (columns_[i] == order_column ? order.id : order.fields[columns_[i]]) = values[i];
    const bool shown = is_order_id(order.id) && !field_told_by_id(order, intake_.profile);
    return shown ? " (" + order.id + ")" : "";
  }

  /// A file in the batch's folder or below it, also after every symbolic link has been followed.
  Bytes read_portrait(const std::string& name, std::size_t max_bytes) const {
    const fs::path path(name);
    if (path.is_absolute() || std::ranges::find(path, "..") != path.end())
      refuse_portrait("leaves the batch's folder; put the file beside the batch");
    std::error_code error;
    const fs::path found = fs::canonical(folder_ / path, error);
    if (error || !fs::is_regular_file(found, error))
      refuse_portrait("names no file; put it beside the batch");
    const fs::path inside = found.lexically_relative(folder_);
    if (inside.empty() || *inside.begin() == "..")
      refuse_portrait("leads out of the batch's folder; put the file itself there");

    const auto size = fs::file_size(found, error);
    if (error || size == 0) refuse_portrait("cannot be read or is empty; check the file");
    if (size > max_bytes)
      refuse_portrait("is larger than " + std::to_string(max_bytes) + " bytes; make it smaller");
    Bytes bytes(size);
    std::ifstream in(found, std::ios::binary);
    if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size)))
      refuse_portrait("cannot be read or is empty; check the file");
    return bytes;
  }

  std::string file_;
  fs::path folder_;
  const Intake& intake_;
  const std::function<void(Order&&)>& take_;
  const std::function<void(const Rejected&)>& reject_;
  std::vector<std::string> columns_;
  bool outside_ = false;
};

void read_csv(const fs::path& file, Batch& batch) {
  for_each_csv_row(file, [&](std::size_t row, const std::vector<std::string>& cells) {
    const std::string place = "row " + std::to_string(row);
    if (!batch.has_columns())
      batch.set_columns(cells);
    else if (cells.size() == batch.columns().size())
      batch.add(place, {cells, {}, {}});
    else
      batch.add_out_of_step(place, cells);
  });
  if (!batch.has_columns()) throw Error(Code::order_invalid, file.string() + ": has no header; write one");
}

/// The members of an object in their columns.
Row row_of(const JsonObject& members, const Batch& batch) {
  Row row;
  row.values.resize(batch.columns().size());
  std::set<std::string_view> seen;
  for (const JsonMember& member : members) {
    const auto column = std::ranges::find(batch.columns(), member.name);
    const bool fits = column != batch.columns().end() && seen.insert(*column).second;
    if (fits) row.values[static_cast<std::size_t>(column - batch.columns().begin())] = member.value;
    if (fits && !member.is_text)
      row.faults.push_back({member.name, "is something other than text; write it in quotes"});
    if (fits || member.name == reasons_column) continue;
    row.surplus.push_back(member.name + ": " + member.value);
    // An unknown name may be a misplaced value, and is not shown.
    if (column != batch.columns().end())
      row.faults.push_back({member.name, "stands twice; take one out"});
    else
      row.faults.push_back(
          {"", "has a member that the profile does not know; take it out or correct its name"});
  }
  return row;
}

void read_json(const fs::path& file, Batch& batch) {
  batch.set_columns(batch.all_columns());
  for_each_json_object(file, [&](std::size_t number, const JsonObject& members) {
    batch.add("object " + std::to_string(number), row_of(members, batch));
  });
}

bool is_json(const fs::path& file) {
  std::string extension = file.extension().string();
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return extension == ".json" || extension == ".jsonl";
}

void add_all(FaultReport& report, const Rejected& row) {
  for (const Fault& fault : row.faults) report.add(row.where, fault);
}

}  // namespace

void read_batch(const fs::path& file, const Intake& intake, const std::function<void(Order&&)>& take,
                const std::function<void(const Rejected&)>& reject) {
  FaultReport report;
  std::size_t told = 0;
  const std::function<void(const Rejected&)> remembered = [&](const Rejected& row) {
    if (told++ < max_rows_told) add_all(report, row);
    reject(row);
  };
  Batch batch(file, intake, take, remembered);
  try {
    is_json(file) ? read_json(file, batch) : read_csv(file, batch);
  } catch (const Error& error) {
    if (batch.is_outside() || report.empty()) throw;
    report.add(error);
    report.raise();
  }
}

void read_batch(const fs::path& file, const Intake& intake, const std::function<void(Order&&)>& take) {
  FaultReport report;
  std::size_t told = 0;
  read_batch(file, intake, take, [&](const Rejected& row) {
    add_all(report, row);
    if (++told == max_rows_told) report.raise();
  });
  if (!report.empty()) report.raise();
}

}  // namespace perso::plan
