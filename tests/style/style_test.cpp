#include <doctest/doctest.h>

#include <algorithm>

#include "style/rules.hpp"

using namespace perso::test;

namespace {

using Rule = Complaints (*)(const Tree&);

std::string told(const Complaints& complaints) {
  std::string all;
  for (const std::string& complaint : complaints) all += complaint + "\n";
  return all;
}

const Tree& whole_tree() {
  static const Tree tree = read_tree(PERSO_SOURCE_DIR);
  return tree;
}

/// Two layers, base and roof, where roof stands on base.
Tree two_layers(SourceFile file) {
  return {{"src/CMakeLists.txt", "foreach(layer IN ITEMS base attic roof vchip keys)\n"},
          {"src/base/CMakeLists.txt", "perso_layer(base)\n"},
          {"src/roof/CMakeLists.txt", "perso_layer(roof LINKS perso_base Threads::Threads)\n"},
          {"src/vchip/CMakeLists.txt", "perso_layer(vchip LINKS perso_base PRIVATE_LINKS perso_roof)\n"},
          std::move(file)};
}

const std::string pem = std::string("-----BEGIN ") + "EC PRIVATE KEY" + "-----\n";

struct Case {
  std::string what;
  Rule rule;
  Tree tree;
  std::string complaint;  // empty where there is none
};

const std::vector<Case> cases = {
    {"a secret exposed in a driver",
     secrets_stay_closed,
     {{"src/chip/driver.cpp", "int a;\nsend(key.expose());\n"}},
     "src/chip/driver.cpp:2: a secret"},
    {"by pointer, in the program",
     secrets_stay_closed,
     {{"station/run.cpp", "send(key->expose());\n"}},
     "station/run.cpp:1: a secret"},
    {"where keys are computed with", secrets_stay_closed, {{"src/keys/a.cpp", "key.expose();\n"}}, ""},
    {"in a comment and a text",
     secrets_stay_closed,
     {{"src/chip/a.cpp", "// key.expose()\nf(\"expose\", '\"', R\"x(expose)x\", 1'000);\n"}},
     ""},
    {"behind a text",
     secrets_stay_closed,
     {{"src/chip/a.cpp", "f(\"a\\\"\", '\\'', 1'000); /* * */ k.expose();\n"}},
     "src/chip/a.cpp:1:"},

    {"Botan in the chip",
     libraries_have_one_home,
     {{"src/vchip/a.cpp", "#include <botan/aead.h>\n"}},
     "src/vchip/a.cpp:1: botan/aead.h belongs to src/crypto/ alone"},
    {"PC/SC in the program",
     libraries_have_one_home,
     {{"station/doctor.cpp", "\n#include <winscard.h>\n"}},
     "station/doctor.cpp:2: winscard.h"},
    {"SQLite in the run",
     libraries_have_one_home,
     {{"src/run/a.hpp", "#include <sqlite3.h>\n"}},
     "sqlite3.h"},
    {"YAML in the keys",
     libraries_have_one_home,
     {{"src/keys/a.cpp", "#include <yaml-cpp/yaml.h>\n"}},
     "yaml-cpp/yaml.h"},
    {"each in its home",
     libraries_have_one_home,
     {{"src/crypto/a.cpp", "#include <botan/aead.h>\n"},
      {"src/yaml/a.cpp", "#include <yaml-cpp/yaml.h>\n"},
      {"tests/ledger/a.cpp", "#include <sqlite3.h>\n"}},
     ""},

    {"what is linked", layers_look_up, two_layers({"src/roof/a.cpp", "#include \"base/a.hpp\"\n"}), ""},
    {"what comes in with it", layers_look_up, two_layers({"src/vchip/a.cpp", "#include \"roof/a.hpp\"\n"}),
     ""},
    {"what is above and not linked", layers_look_up,
     two_layers({"src/roof/a.cpp", "#include <vector>\n#include \"attic/a.hpp\"\n"}),
     "src/roof/a.cpp:2: roof does not link attic"},
    {"what is below", layers_look_up, two_layers({"src/base/a.cpp", "#include \"roof/a.hpp\"\n"}),
     "src/base/a.cpp:1: base does not link roof"},
    {"a link downwards", layers_look_up,
     two_layers({"src/attic/CMakeLists.txt", "perso_layer(attic PRIVATE_LINKS perso_roof)\n"}),
     "src/attic/CMakeLists.txt:1: roof does not stand above it"},
    {"the virtual chip and the terminal's keys", layers_look_up,
     two_layers({"src/vchip/a.cpp", "#include \"keys/keys.hpp\"\n"}),
     "the virtual chip shares nothing with keys"},
    {"no list of layers", layers_look_up, {}, "src/CMakeLists.txt:1: it lists no layers"},

    {"the time of day",
     world_comes_in_from_outside,
     {{"src/plan/a.cpp", "auto t = std::chrono::system_clock::now();\n"}},
     "src/plan/a.cpp:1: system_clock::now belongs behind an interface"},
    {"the environment",
     world_comes_in_from_outside,
     {{"src/run/a.cpp", "std::getenv(\"HOME\");\n"}},
     "getenv"},
    {"chance", world_comes_in_from_outside, {{"src/run/a.cpp", "int i = rand ();\n"}}, "rand belongs"},
    {"a wait", world_comes_in_from_outside, {{"src/run/a.cpp", "sleep_for(1s);\n"}}, "sleep_for belongs"},
    {"an adapter, and words that only look alike",
     world_comes_in_from_outside,
     {{"src/pcsc/a.cpp", "steady_clock::now();\n"}, {"src/run/a.cpp", "operand(brand);  // rand\n"}},
     ""},

    {"a code that is only compared with",
     codes_are_raised,
     {{"src/bytes/error.hpp", "enum class Code {\n  // 1: cards\n  torn,  // (gone)\n  full,\n};\n"},
      {"src/a.cpp", "if (code == Code::torn) throw Error(Code::full, \"x\");\ncase Code::torn:\n"}},
     "nothing raises torn"},
    {"codes that are raised",
     codes_are_raised,
     {{"src/bytes/error.hpp", "enum class Code { torn };\n"}, {"station/a.cpp", "fail(Code::torn);\n"}},
     ""},
    {"no codes at all", codes_are_raised, {{"src/bytes/error.hpp", "\n"}}, "it names no codes"},

    {"a long file", files_stay_short, {{"tests/a.cpp", std::string(451, '\n')}}, "tests/a.cpp:451: longer"},
    {"a file of full length, and a long one that is not C++",
     files_stay_short,
     {{"tests/a.cpp", std::string(450, '\n')}, {"tests/a.vec", std::string(451, '\n')}},
     ""},

    {"a private key", keys_stay_out, {{"keys/a.pem", "\n" + pem}}, "keys/a.pem:2: a private key"},
    {"a certificate", keys_stay_out, {{"keys/a.pem", "-----BEGIN CERTIFICATE-----\n"}}, ""},
};

}  // namespace

TEST_CASE("each rule finds what breaks it, and nothing else") {
  for (const Case& one : cases) {
    CAPTURE(one.what);
    const std::string complaints = told(one.rule(one.tree));
    CAPTURE(complaints);
    CHECK(complaints.empty() == one.complaint.empty());
    CHECK(complaints.find(one.complaint) != std::string::npos);
  }
}

TEST_CASE("the tree is read whole") {
  const auto has = [](std::string_view path) {
    return std::ranges::find(whole_tree(), path, &SourceFile::path) != whole_tree().end();
  };
  for (const std::string_view path : {"src/CMakeLists.txt", "src/bytes/error.hpp", "station/main.cpp",
                                      "tests/style/style_test.cpp", "keys/README.md", "README.md"})
    CHECK_MESSAGE(has(path), path);
  CHECK(
      std::ranges::none_of(whole_tree(), [](const SourceFile& file) { return is_in(file.path, "build/"); }));
}

TEST_CASE("the tree keeps its rules") {
  for (const Rule rule : {secrets_stay_closed, libraries_have_one_home, layers_look_up,
                          world_comes_in_from_outside, codes_are_raised, files_stay_short, keys_stay_out})
    CHECK(told(rule(whole_tree())) == "");
}
