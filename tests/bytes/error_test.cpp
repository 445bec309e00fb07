#include "bytes/error.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <vector>

using namespace perso;

namespace {

std::vector<Code> all_codes() {
  std::vector<Code> codes;
  for (int i = 0; i <= static_cast<int>(Code::ledger_io); ++i) codes.push_back(static_cast<Code>(i));
  return codes;
}

}  // namespace

TEST_CASE("an error is one line: code, message, step, status word") {
  const Error bare(Code::card_torn, "the card left the reader");
  CHECK(std::string(bare.what()) == "card-torn: the card left the reader");
  const Error placed = Error(Code::command_refused, "the chip refused PUT KEY", 0x6982).at("replace keys");
  CHECK(std::string(placed.what()) == "command-refused: the chip refused PUT KEY (replace keys, SW 6982)");
  CHECK(placed.status_word() == 0x6982);
  CHECK(placed.at("outer step").step() == "replace keys");
}

TEST_CASE("every code has a name of its own and an exit code of 1 to 6") {
  std::set<std::string_view> names;
  for (const Code code : all_codes()) {
    CHECK(names.insert(name_of(code)).second);
    CHECK(exit_code_of(code) >= 1);
    CHECK(exit_code_of(code) <= 6);
  }
}

TEST_CASE("every code stands in the README's table with its exit code") {
  std::ifstream in(PERSO_SOURCE_DIR "/README.md");
  std::stringstream readme;
  readme << in.rdbuf();
  for (const Code code : all_codes()) {
    const std::string row =
        "| `" + std::string(name_of(code)) + "` | " + std::to_string(exit_code_of(code)) + " |";
    CAPTURE(row);
    CHECK(readme.str().find(row) != std::string::npos);
  }
}
