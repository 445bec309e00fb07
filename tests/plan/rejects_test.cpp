// Batches in both kinds of file, good rows beside bad ones.
#include <algorithm>

#include "plan/csv.hpp"
#include "plan/fixture.hpp"

namespace perso::plan {

using namespace test;

namespace {

constexpr const char* header =
    "order,reason,latin_name,chinese_name,sex,birth_date,nationality,number,issued,expires,replacements,"
    "previous_number,portrait\n";

/// Row `n`, good but for its sex.
std::string row(int n, const std::string& sex = "M", const std::string& portrait = "face.jpg") {
  return "T-" + std::to_string(n) + ",renewal,\"AKHMETOV, DANIYAR\",艾达," + sex +
         ",1990-01-23,KAZ,911398199001230181,2026-10-12,,01,KAZ110090012308," + portrait + "\n";
}

struct Folder : Scratch {
  explicit Folder(const std::string& name) : Scratch(name) {
    std::filesystem::copy(sample_folder() / "02.jpg", path() / "face.jpg");
  }
};

/// What reading a batch gave.
struct Outcome {
  std::vector<std::string> taken;
  std::vector<Rejected> rejected;
};

Outcome read(const std::filesystem::path& file) {
  Outcome outcome;
  read_batch(
      file, intake(), [&](Order&& order) { outcome.taken.push_back(order.id); },
      [&](const Rejected& row) { outcome.rejected.push_back(row); });
  return outcome;
}

}  // namespace

TEST_CASE("good rows are taken, the others come with every fault, where they stand and what they say") {
  const Folder folder("keep-going");
  const auto csv = folder.write("batch.csv", header + row(1) + row(2, "Q", "none.jpg") + row(3) +
                                                 "T-4,renewal\n" + row(5, "") + row(6));
  const Outcome outcome = read(csv);
  CHECK(outcome.taken == std::vector<std::string>{"T-1", "T-3", "T-6"});
  REQUIRE(outcome.rejected.size() == 3);
  const Rejected& second = outcome.rejected[0];
  CHECK(second.where == csv.string() + " row 3 (T-2)");
  REQUIRE(second.faults.size() == 2);
  CHECK(second.faults[0].field == "portrait");
  CHECK(second.faults[0].code == Code::portrait_invalid);
  CHECK(second.faults[1].field == "sex");
  CHECK(csv_line(second.columns) == header);
  CHECK(csv_line(second.values) == row(2, "Q", "none.jpg"));
  CHECK(outcome.rejected[1].where == csv.string() + " row 5");
  CHECK(outcome.rejected[1].values.size() == 13);
  CHECK(outcome.rejected[1].faults[0].text == "has 2 values, the header 13; check its commas");
  CHECK(outcome.rejected[2].faults[0].text == "is missing; fill it in");
}

TEST_CASE("a row out of step shows no value in the place of its id") {
  const Folder folder("out-of-step");
  const auto csv = folder.write("batch.csv",
                                "portrait,number,reason,sex,birth_date,nationality,issued,order,latin_name\n"
                                "face.jpg,911398199001230181,renewal,M,1990-01-23,KAZ,SUKARNADI,\n"
                                "911398199001230181,renewal,M,1990-01-23,KAZ,2026-10-12,T-2,SUKARNADI\n");
  for (const Rejected& row : read(csv).rejected) CHECK(row.where.find('(') == std::string::npos);
}

TEST_CASE("what all or nothing says: every fault of the first hundred bad rows") {
  const Folder folder("all-faults");
  const auto csv = folder.write("batch.csv", header + row(1, "Q", "none.jpg") + row(2) + row(3, ""));
  std::size_t taken = 0;
  const Error error = error_of([&] { read_batch(csv, intake(), [&](Order&&) { ++taken; }); });
  CHECK(error.code() == Code::order_invalid);
  CHECK(error.message() ==
        csv.string() + " row 2 (T-1), field portrait names no file; put it beside the batch\n" +
            csv.string() + " row 2 (T-1), field sex is neither M nor F; write one of these\n" + csv.string() +
            " row 4 (T-3), field sex is missing; fill it in");

  std::string many = header;
  for (int n = 0; n < 150; ++n) many += row(n, "Q");
  const Error hundred =
      error_of([&] { read_batch(folder.write("many.csv", many), intake(), [](Order&&) {}); });
  CHECK(std::ranges::count(hundred.message(), '\n') == 99);
  CHECK(hundred.message().find("row 101 (T-99)") != std::string::npos);
}

TEST_CASE("a file whose structure is broken is refused as a whole, with the faults of the rows before") {
  const Folder folder("format");
  CHECK(error_of([&] { read(folder.write("batch.csv", header + row(1) + "\"T-2")); }).message().find('\n') ==
        std::string::npos);
  const auto csv = folder.write("batch.csv", header + row(1, "Q") + row(2) + "\"T-3");
  const std::string told = csv.string() + " row 2 (T-1), field sex is neither M nor F; write one of these\n" +
                           csv.string() + " row 4: ends inside quotes; close them";
  CHECK(error_of([&] { read(csv); }).message() == told);
  CHECK(error_of([&] { read_batch(csv, intake(), [](Order&&) {}); }).message() == told);
}

TEST_CASE("a byte that is no text is a fault of its row, and stays as it is") {
  const Folder folder("bytes");
  std::string bad_byte = row(2), control = row(3), in_id = row(4), long_value = row(6);
  bad_byte.replace(bad_byte.find("AKH"), 3, "A\xFFH");
  control.replace(control.find("KAZ"), 3, "K\x01Z");
  in_id.replace(0, 3, "T\x7F-");
  long_value.replace(long_value.find("KAZ"), 3, std::string(1025, 'K'));
  const Outcome outcome =
      read(folder.write("batch.csv", header + row(1) + bad_byte + control + in_id + row(5) + long_value));
  CHECK(outcome.taken == std::vector<std::string>{"T-1", "T-5"});
  REQUIRE(outcome.rejected.size() == 4);
  const std::pair<const char*, const char*> told[] = {
      {"latin_name", "is not UTF-8; save the file as UTF-8"},
      {"nationality", "has a control character or line end inside a value; take it out"},
      {"order", "has a control character or line end inside a value; take it out"},
      {"nationality", "has a value of more than 1024 bytes; shorten it, or close its quotes"},
  };
  for (std::size_t i = 0; i < std::size(told); ++i) {
    REQUIRE(outcome.rejected[i].faults.size() == 1);
    CHECK(outcome.rejected[i].faults[0].field == told[i].first);
    CHECK(outcome.rejected[i].faults[0].text == told[i].second);
  }
  CHECK(csv_line(outcome.rejected[0].values) == bad_byte);
  CHECK(csv_line(outcome.rejected[1].values) == control);
}

TEST_CASE("cells beyond the last column are kept") {
  const Folder folder("surplus");
  std::string longer = row(1);
  longer.insert(longer.size() - 1, ",one,\"t,wo\"");
  const Outcome outcome = read(folder.write("batch.csv", header + longer));
  REQUIRE(outcome.rejected.size() == 1);
  CHECK(outcome.rejected[0].faults[0].text == "has 15 values, the header 13; check its commas");
  CHECK(csv_line(outcome.rejected[0].values) == row(1));
  CHECK(outcome.rejected[0].surplus == std::vector<std::string>{"one", "t,wo"});
}

TEST_CASE("what the ledger finds twice is a fault of its row; what else it throws passes through") {
  const Folder folder("taken");
  const auto csv = folder.write("batch.csv", header + row(1) + row(2));
  std::vector<Rejected> rejected;
  read_batch(
      csv, intake(),
      [](Order&& order) {
        if (order.id == "T-2") throw Error(Code::order_duplicate, "order T-2 was imported before");
      },
      [&](const Rejected& row) { rejected.push_back(row); });
  REQUIRE(rejected.size() == 1);
  CHECK(rejected[0].faults[0].code == Code::order_duplicate);
  CHECK(rejected[0].faults[0].text == "order T-2 was imported before");
  const Error disk =
      error_of([&] { read_batch(csv, intake(), [](Order&&) { throw Error(Code::ledger_io, "full"); }); });
  CHECK(disk.code() == Code::ledger_io);
}

TEST_CASE("a mended list of refused rows is a batch again") {
  const Folder folder("again");
  std::string text = header + row(1);
  text.insert(text.find('\n'), ",reasons");
  text.insert(text.size() - 1, ",\"batch.csv row 2 (T-1): sex is neither M nor F; write one of these\"");
  CHECK(read(folder.write("rejects.csv", text)).taken.size() == 1);
}

TEST_CASE("JSON orders go the same way as those of CSV") {
  const Folder folder("json");
  const std::string members =
      R"("reason": "renewal", "latin_name": "AKHMETOV, DANIYAR", "birth_date": "1990-01-23",)"
      R"( "nationality": "KAZ", "number": "911398199001230181", "issued": "2026-10-12", "replacements": "01",)"
      R"( "expires": "", "portrait": "face.jpg")";
  const auto object = [&](const std::string& id, const std::string& more) {
    return "{\"order\": \"" + id + "\", " + members + more + "}\n";
  };
  const auto file = folder.write("batch.jsonl", object("T-1", R"(, "sex": "M")") + object("T-2", "") +
                                                    object("T-3", R"(, "sex": "M", "shoe_size": "44")") +
                                                    object("T-4", R"(, "sex": "M", "reasons": "was wrong")"));
  const Outcome outcome = read(file);
  CHECK(outcome.taken == std::vector<std::string>{"T-1", "T-4"});
  REQUIRE(outcome.rejected.size() == 2);
  CHECK(outcome.rejected[0].where == file.string() + " object 2 (T-2)");
  CHECK(outcome.rejected[0].faults[0].field == "sex");
  CHECK(csv_line(outcome.rejected[0].columns) ==
        "order,reason,latin_name,chinese_name,sex,birth_date,nationality,number,issued,expires,replacements,"
        "previous_number,portrait,access_number\n");
  CHECK(csv_line(outcome.rejected[0].values).starts_with("T-2,renewal,\"AKHMETOV, DANIYAR\",,,1990-01-23,"));
  CHECK(outcome.rejected[1].faults[0].text.starts_with("has a member that the profile does not know"));
  CHECK(outcome.rejected[1].surplus == std::vector<std::string>{"shoe_size: 44"});
}

TEST_CASE("JSON values that are no text, and members twice, are faults of their object") {
  const Folder folder("json-values");
  const std::string good =
      R"("reason": "renewal", "latin_name": "AKHMETOV, DANIYAR", "birth_date": "1990-01-23", "sex": "M",)"
      R"( "nationality": "KAZ", "number": "911398199001230181", "issued": "2026-10-12", "portrait": "face.jpg")";
  const auto file = folder.write(
      "batch.JSON", "[{\"order\": \"T-1\", " + good + ", \"replacements\": 1},\n" + "{\"order\": \"T-2\", " +
                        good + ", \"replacements\": [\"01\", {\"a\": null}]},\n" + "{\"order\": \"T-3\", " +
                        good + ", \"replacements\": \"01\", \"sex\": \"F\"},\n" + "{\"order\": \"T-4\", " +
                        good + ", \"replacements\": \"01\"}]");
  const Outcome outcome = read(file);
  CHECK(outcome.taken == std::vector<std::string>{"T-4"});
  REQUIRE(outcome.rejected.size() == 3);
  for (const std::size_t i : {0U, 1U}) {
    REQUIRE(outcome.rejected[i].faults.size() == 1);
    CHECK(outcome.rejected[i].faults[0].field == "replacements");
    CHECK(outcome.rejected[i].faults[0].text == "is something other than text; write it in quotes");
  }
  CHECK(outcome.rejected[0].values[10] == "1");
  CHECK(outcome.rejected[1].values[10] == R"(["01",{"a":null}])");
  CHECK(outcome.rejected[2].where == file.string() + " object 3 (T-3)");
  CHECK(outcome.rejected[2].faults[0].field == "sex");
  CHECK(outcome.rejected[2].faults[0].text == "stands twice; take one out");
  CHECK(outcome.rejected[2].surplus == std::vector<std::string>{"sex: F"});
}

TEST_CASE("a value that needs quotes in CSV gets them") {
  CHECK(csv_line({"a", "", "b c", "d,e", "f\"g", " h", "i\nj", "k\t"}) ==
        "a,,b c,\"d,e\",\"f\"\"g\",\" h\",\"i\nj\",\"k\t\"\n");
}

}  // namespace perso::plan
