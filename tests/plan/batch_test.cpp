#include <algorithm>

#include "plan/csv.hpp"
#include "plan/fixture.hpp"
#include "plan/rows.hpp"

namespace perso::plan {

using test::edition;
using test::error_of;
using test::intake;
using test::Scratch;

namespace {

constexpr const char* header =
    "order,reason,latin_name,chinese_name,sex,birth_date,nationality,number,issued,expires,replacements,"
    "previous_number,portrait";
constexpr const char* row =
    "T-1,renewal,\"AKHMETOV, "
    "DANIYAR\",艾达,M,1990-01-23,KAZ,911398199001230181,2026-10-12,,01,KAZ110090012308,face.jpg";

/// A batch in a folder of its own, with a good portrait beside it.
struct Folder : Scratch {
  explicit Folder(const std::string& name) : Scratch(name) {
    std::filesystem::copy(test::sample_folder() / "02.jpg", path() / "face.jpg");
  }
  std::filesystem::path batch(const std::string& text) const { return write("batch.csv", text); }
};

std::vector<Order> read_all(const std::filesystem::path& csv) {
  std::vector<Order> orders;
  read_batch(csv, intake(), [&](Order&& order) { orders.push_back(std::move(order)); });
  return orders;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a disk that fails in the middle is no end of file") {
  // Linux opens this as a regular file and fails to read its first byte.
  const Error error = error_of([] { for_each_csv_row("/proc/self/mem", [](auto, const auto&) {}); });
  CHECK(error.code() == Code::order_invalid);
  CHECK(error.message() == "/proc/self/mem: cannot be read; look at its disk");
}

TEST_CASE("an id that tells of the holder is not shown, whatever is wrong with its row") {
  const Folder folder("telling-id");
  const std::string telling = replaced(row, "T-1", "DANIYAR-7");
  const auto csv =
      folder.batch(std::string(header) + "\n" + replaced(telling, "face.jpg", "none.jpg") + "\n");
  const std::string where = csv.string() + " row 2, field ";
  CHECK(error_of([&] { read_all(csv); }).message() ==
        where + "portrait names no file; put it beside the batch\n" + where +
            "order repeats something of latin_name; choose an id that tells nothing of the holder");
}

TEST_CASE("forms of CSV that programs write") {
  const Folder folder("forms");
  const std::string lf = std::string(header) + "\n" + row + "\n";
  CHECK(read_all(folder.batch(lf)).size() == 1);
  CHECK(read_all(folder.batch(std::string(header) + "\r\n" + row + "\r\n")).size() == 1);
  CHECK(read_all(folder.batch("\xEF\xBB\xBF" + lf)).size() == 1);
  CHECK(read_all(folder.batch(std::string(header) + "\n\n" + row)).size() ==
        1);  // a blank line, no line end at the end
  CHECK(read_all(folder.batch(std::string(header) + "\n")).empty());
  // Columns in another order, and those left out that may be.
  const auto orders = read_all(
      folder.batch("portrait,number,reason,order,latin_name,sex,birth_date,nationality,issued\n"
                   "face.jpg,911398199001230181,first-issue,T-2,SUKARNADI,M,1990-01-23,KAZ,2026-10-12\n"));
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].id == "T-2");
  CHECK(orders[0].fields.at("replacements") == "00");
  CHECK(orders[0].fields.at("expires") == "2036-10-12");
  CHECK_FALSE(orders[0].fields.contains("previous_number"));
}

TEST_CASE("a batch with a fault ends there, with file, row, order and field") {
  const Folder folder("faults");
  struct Broken {
    const char* from;
    std::string to;
    const char* says;
  };
  const std::string ten_megabytes(10'000'000, 'A');
  const Broken faults[] = {
      {"order,", "", "row 1: has no column order; add it"},
      {"reason,", "", "row 1: has no column reason; add it"},
      {",sex,", ",", "row 1: has no column sex; add it"},
      {",sex,", ",gender,", "row 1: has a column that the profile does not know"},
      {",sex,", ",order,", "row 1: has the column order twice"},
      {",M,", ",", "row 3: has 12 values, the header 13"},
      {",M,", ",M,,", "row 3: has 14 values, the header 13"},
      {"renewal", "Renewal", "row 3 (T-1), field reason is none of first-issue"},
      {"T-1", "T 1", "row 3, field order is not 1 to 64"},
      {"T-1", "", "row 3, field order is not 1 to 64"},
      {"911398199001230181", "911398199001230182", "row 3 (T-1), field number "},
      {"911398199001230181", "932682198501010017",
       "row 3 (T-1), field number bears a date that contradicts birth_date"},
      {"1990-01-23", "1991-01-23", "row 3 (T-1), field number bears a date that contradicts birth_date"},
      {",M,", ",,", "row 3 (T-1), field sex is missing"},
      {"\"AKHMETOV, DANIYAR\"", "\"AKHMETOV, DANIYAR", "row 3: ends inside quotes"},
      {"\"AKHMETOV, DANIYAR\"", "AKHMETOV \"D\"",
       "row 3: has quotes that are not closed or stand inside a value"},
      {"\"AKHMETOV, DANIYAR\"", "\"AKHMETOV,\nDANIYAR\"",
       "row 3 (T-1), field latin_name has a control character or line end inside a value"},
      {"AKHMETOV", std::string("AKH\0METOV", 9), "row 3 (T-1), field latin_name has a control character"},
      {"艾达", "\xFF\xFE", "row 3 (T-1), field chinese_name is not UTF-8"},
      {"AKHMETOV", ten_megabytes, "row 3: has a value of more than 1024 bytes"},
      {",M,", std::string(100'000, ','), "row 3: has more than 64 columns"},
      {"face.jpg", "nobody.jpg", "row 3 (T-1), field portrait names no file"},
      {"face.jpg", "", "row 3 (T-1), field portrait is missing"},
      {"face.jpg", ".", "row 3 (T-1), field portrait names no file"},
      {"face.jpg", "../02.jpg", "row 3 (T-1), field portrait leaves the batch's folder"},
      {"face.jpg", "x/../face.jpg", "row 3 (T-1), field portrait leaves the batch's folder"},
      {"face.jpg", "/etc/passwd", "row 3 (T-1), field portrait leaves the batch's folder"},
      {"face.jpg", "link.jpg", "row 3 (T-1), field portrait leads out of the batch's folder"},
      {"face.jpg", "pipe.jpg", "row 3 (T-1), field portrait names no file"},
      {"face.jpg", "large.jpg", "row 3 (T-1), field portrait is larger than 1048576 bytes"},
      {"face.jpg", "empty.jpg", "row 3 (T-1), field portrait cannot be read or is empty"},
      {"face.jpg", "short.jpg", "row 3 (T-1), field portrait cannot be taken: "},
  };
  std::filesystem::create_symlink(test::sample_folder() / "02.jpg", folder.path() / "link.jpg");
  REQUIRE(std::system(("mkfifo " + (folder.path() / "pipe.jpg").string()).c_str()) == 0);
  folder.write("large.jpg", std::string(30'000'000, 'x'));
  folder.write("empty.jpg", "");
  const Bytes whole = test::read_bytes(folder.path() / "face.jpg");
  folder.write("short.jpg", as_text(ByteView(whole).first(whole.size() / 2)));

  // The row before is good, so that nothing is hidden by the first one.
  const std::string good_row = replaced(row, "T-1", "T-0");
  const std::string good = std::string(header) + "\n" + good_row + "\n" + row + "\n";
  for (const Broken& fault : faults) {
    CAPTURE(std::string(fault.from));
    CAPTURE(fault.to.substr(0, 40));
    const bool in_header = std::string_view(fault.says).starts_with("row 1: ");
    const std::string text =
        in_header ? replaced(good, fault.from, fault.to)
                  : std::string(header) + "\n" + good_row + "\n" + replaced(row, fault.from, fault.to) + "\n";
    const auto csv = folder.batch(text);
    std::size_t taken = 0;
    const Error error = error_of([&] { read_batch(csv, intake(), [&](Order&&) { ++taken; }); });
    const bool portrait =
        std::string_view(fault.says).find("field portrait") != std::string_view::npos && !fault.to.empty();
    CHECK(error.code() == (portrait ? Code::portrait_invalid : Code::order_invalid));
    CHECK_MESSAGE(error.message().starts_with(csv.string() + " " + fault.says), error.message());
    CHECK(error.message().size() < csv.string().size() + 250);
    CHECK(taken == (in_header ? 0 : 1));
  }
}

TEST_CASE("rows are counted as a table program shows them") {
  const Folder folder("rows");
  for (const char* end : {"\n", "\r\n", "\r"}) {
    CAPTURE(std::string(end));
    const auto csv =
        folder.batch(std::string(header) + end + end + row + end + replaced(row, ",M,", ",Q,") + end);
    std::size_t taken = 0;
    const Error error = error_of([&] { read_batch(csv, intake(), [&](Order&&) { ++taken; }); });
    CHECK_MESSAGE(error.message().starts_with(csv.string() + " row 4 (T-1), field sex "), error.message());
    CHECK(taken == 1);
  }
}

TEST_CASE("a value is judged while it grows, and rows are counted") {
  const Folder folder("limits");
  const auto open_quotes = folder.batch("a,\"" + std::string(10'000'000, 'x'));
  const auto ignore = [](std::size_t, const std::vector<std::string>&) {};
  CHECK(error_of([&] { for_each_csv_row(open_quotes, ignore); }).message() ==
        open_quotes.string() +
            " row 1: has a value of more than 1024 bytes; shorten it, or close its quotes");
  std::string rows;
  for (std::size_t i = 0; i < max_rows; ++i) rows += "a\n";
  CHECK_NOTHROW(for_each_csv_row(folder.batch(rows), ignore));
  const Error error = error_of([&] { for_each_csv_row(folder.batch(rows + "a\n"), ignore); });
  CHECK(error.message().find("row 1000001: is one more than a batch may have") != std::string::npos);
}

TEST_CASE("a link that stays in the folder is followed") {
  const Folder folder("link");
  std::filesystem::create_directory(folder.path() / "faces");
  std::filesystem::rename(folder.path() / "face.jpg", folder.path() / "faces/a.jpg");
  std::filesystem::create_symlink("faces/a.jpg", folder.path() / "face.jpg");
  CHECK(read_all(folder.batch(std::string(header) + "\n" + row + "\n")).size() == 1);
  CHECK(read_all(folder.batch(std::string(header) + "\n" + replaced(row, "face.jpg", "faces/a.jpg") + "\n"))
            .size() == 1);
}

TEST_CASE("files that are no batch") {
  const Folder folder("none");
  CHECK(error_of([&] { read_all(folder.path() / "absent.csv"); }).code() == Code::order_invalid);
  CHECK(error_of([&] { read_all(folder.path()); }).code() == Code::order_invalid);
  CHECK(error_of([&] { read_all(folder.batch("")); }).message().ends_with("has no header; write one"));
  CHECK(error_of([&] { read_all(folder.path() / "face.jpg"); }).code() == Code::order_invalid);
  CHECK(error_of([&] { read_all(folder.batch(std::string(5'000'000, '"'))); }).code() == Code::order_invalid);
  CHECK(error_of([&] { read_all(folder.batch(std::string(5'000'000, 'x'))); }).code() == Code::order_invalid);
}

TEST_CASE("a duplicate that the ledger finds gets its row; what else it throws passes through") {
  const Folder folder("taken");
  const auto csv = folder.batch(std::string(header) + "\n" + row + "\n");
  const Error duplicate = error_of([&] {
    read_batch(csv, intake(),
               [](Order&&) { throw Error(Code::order_duplicate, "an order of this id was taken before"); });
  });
  CHECK(duplicate.code() == Code::order_duplicate);
  CHECK(duplicate.message() == csv.string() + " row 2 (T-1): an order of this id was taken before");
  const Error disk =
      error_of([&] { read_batch(csv, intake(), [](Order&&) { throw Error(Code::ledger_io, "full"); }); });
  CHECK(disk.code() == Code::ledger_io);
  CHECK(disk.message() == "full");
}

TEST_CASE("rows are handed out one at a time, as they are read") {
  const Folder folder("stream");
  std::string text = "a,b\n";
  for (int i = 0; i < 50'000; ++i) text += "1,2\n";
  std::size_t rows = 0;
  for_each_csv_row(folder.batch(text), [&](std::size_t number, const std::vector<std::string>& cells) {
    CHECK_MESSAGE(number == ++rows, number);
    CHECK(cells.size() == 2);
  });
  CHECK(rows == 50'001);
}

}  // namespace perso::plan
