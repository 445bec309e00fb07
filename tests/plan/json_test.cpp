#include "plan/json.hpp"

#include "plan/fixture.hpp"
#include "plan/rows.hpp"

namespace perso::plan {

using namespace test;

namespace {

using Members = std::map<std::string, std::string>;

/// The objects of a file in which every value is text.
std::vector<Members> read_all(const std::filesystem::path& file) {
  std::vector<Members> objects;
  for_each_json_object(file, [&](std::size_t number, const JsonObject& members) {
    CHECK(number == objects.size() + 1);
    objects.emplace_back();
    for (const JsonMember& member : members) {
      CHECK(member.is_text);
      CHECK(objects.back().emplace(member.name, member.value).second);
    }
  });
  return objects;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("objects one after the other, or in an array") {
  const Scratch folder("json");
  const Members second{{"a", ""}};
  const std::string one = R"({"a": "1", "b": "\u827e \"\\\/"})", two = R"({"a":""})";
  for (const std::string& text : {one + "\n" + two + "\n", one + two, "[" + one + "," + two + "]\n",
                                  "\xEF\xBB\xBF \r\n\t[\n" + one + "\n,\n" + two + "\n]\n\n"}) {
    CAPTURE(text);
    const auto objects = read_all(folder.write("a.json", text));
    REQUIRE(objects.size() == 2);
    CHECK(objects[0].at("a") == "1");
    CHECK(objects[0].at("b") == "艾 \"\\/");
    CHECK(objects[1] == second);
  }
  CHECK(read_all(folder.write("a.json", "")).empty());
  CHECK(read_all(folder.write("a.json", "[]")).empty());
  CHECK(read_all(folder.write("a.json", "{}")).size() == 1);
  const std::string longest = R"({"a": ")" + repeated("\\u0041", max_value_bytes) + "\"}";
  CHECK(read_all(folder.write("a.json", longest))[0].at("a").size() == max_value_bytes);
}

TEST_CASE("hostile JSON ends in one error, soon, and shows nothing of a value") {
  const Scratch folder("hostile");
  struct Hostile {
    std::string text;
    const char* says;
  };
  const std::string good = R"({"a": "SECRET"})";
  const Hostile files[] = {
      {R"({"a": 1e999})", " object 1: is broken JSON"},
      {"[[]]", " object 1: is no object"},
      {"[\"SECRET\"]", " object 1: is no object"},
      {"[" + good + ", 5]", " object 2: is no object"},
      {"\"SECRET\"", " object 1: is no object"},
      {"5", " object 1: is no object"},
      {good + "[]", " object 2: is no object"},
      {"[]" + good, " object 1: follows the end of the array"},
      {"[" + good + "] x", " object 2: follows the end of the array"},
      {good + ",", " object 2: is broken JSON"},
      {"[" + good + ",]", " object 2: is broken JSON"},
      {"[" + good, " object 2: is broken JSON"},
      {R"({"a": "SECRET)", " object 1: is broken JSON"},
      {R"({"a": "SECRET"])", " object 1: is broken JSON"},
      {R"({"a" "SECRET"})", " object 1: is broken JSON"},
      {R"({a: "SECRET"})", " object 1: is broken JSON"},
      {R"({'a': 'SECRET'})", " object 1: is broken JSON"},
      {R"({"a": "SECRET" /* b */})", " object 1: is broken JSON"},
      {R"({"a": "SECRET\x"})", " object 1: is broken JSON"},
      {R"({"a": "\ud800"})", " object 1: is broken JSON"},
      {R"({"a": "\udc00\ud800"})", " object 1: is broken JSON"},
      {"{\"a\": \"SECRET\n\"}", " object 1: is broken JSON"},
      {std::string("{\"a\": \"SECRET\0\"}", 16), " object 1: is broken JSON"},
      {"{\"a\": \"SECRET\xFF\"}", " object 1: is broken JSON"},
      {"{\"a\": \"\xC0\xAF\"}", " object 1: is broken JSON"},
      {"{\"a\": \"\xED\xA0\x80\"}", " object 1: is broken JSON"},
      {"\xFF\xFE{\"a\": \"1\"}", " object 1: is broken JSON"},
      {std::string(1, '\0'), " object 1: is broken JSON"},
      {R"({"a": ")" + std::string(20'000'000, 'x') + "\"}", ": has a value or a gap that is too long"},
      {R"({"a": )" + std::string(20'000'000, '1') + "}", ": has a value or a gap that is too long"},
      {R"({"a": )" + std::string(20'000'000, ' ') + "\"1\"}", ": has a value or a gap that is too long"},
      {std::string(20'000'000, '['), " object 1: is no object"},
      {repeated(R"({"a":)", 1'000'000), " object 1: is broken JSON"},
      {"\x89PNG\r\n", " object 1: is broken JSON"},
  };
  for (const Hostile& hostile : files) {
    CAPTURE(hostile.text.substr(0, 60));
    const auto file = folder.write("a.json", hostile.text);
    const Error error = error_of([&] { for_each_json_object(file, [](auto, const auto&) {}); });
    CHECK(error.code() == Code::order_invalid);
    CHECK_MESSAGE(error.message().starts_with(file.string() + hostile.says), error.message());
    CHECK(error.message().find("SECRET") == std::string::npos);
    CHECK(error.message().size() < file.string().size() + 120);
  }
  std::string members;
  for (std::size_t i = 0; i <= max_columns; ++i)
    members += (i == 0 ? "\"" : ", \"") + std::to_string(i) + "\": \"\"";
  CHECK(error_of([&] { read_all(folder.write("a.json", "{" + members + "}")); })
            .message()
            .find("has more than 64 members") != std::string::npos);
}

TEST_CASE("what is no text is told so, and nothing nested grows without end") {
  const Scratch folder("values");
  const auto only_member = [&](const std::string& value) {
    JsonMember only;
    for_each_json_object(folder.write("a.json", "[{\"a\": " + value + "}, {\"b\": \"\"}]"),
                         [&](std::size_t number, const JsonObject& members) {
                           REQUIRE(members.size() == 1);
                           if (number == 1) only = members[0];
                           CHECK(number <= 2);
                         });
    CHECK(only.name == "a");
    return only;
  };
  for (const char* value : {"1", "-1", "1.50", "null", "true", "{}", "[]", "[[],{}]",
                            R"({"b":["c",1],"d":{}})", R"(["\"","\\",-2.0,[null]])"}) {
    CAPTURE(std::string(value));
    const JsonMember member = only_member(value);
    CHECK_FALSE(member.is_text);
    CHECK(member.value == value);
  }
  CHECK(only_member(repeated("[", 1'000'000) + repeated("]", 1'000'000)).value.size() < 2 * max_value_bytes);
  CHECK(only_member(R"("x\u0000\u007f")").value == std::string("x\0\x7F", 3));
  std::size_t twice = 0;
  for_each_json_object(folder.write("a.json", R"({"a": "1", "\u0061": "2"})"),
                       [&](std::size_t, const JsonObject& members) { twice = members.size(); });
  CHECK(twice == 2);
}

TEST_CASE("objects are counted, and handed out one at a time") {
  const Scratch folder("many");
  const std::string many = repeated("{\"a\":\"1\"}\n", max_rows);
  std::size_t seen = 0;
  const auto count = [&](std::size_t number, const JsonObject&) { seen = number; };
  for_each_json_object(folder.write("a.json", many), count);
  CHECK(seen == max_rows);
  CHECK(error_of([&] { for_each_json_object(folder.write("a.json", many + "{}"), count); })
            .message()
            .find("object 1000001: is one more than a batch may have") != std::string::npos);
}

TEST_CASE("files that are no JSON batch, and errors from outside") {
  const Scratch folder("none");
  CHECK(error_of([&] { read_all(folder.path() / "absent.json"); }).code() == Code::order_invalid);
  CHECK(error_of([&] { read_all(folder.path()); }).code() == Code::order_invalid);
  CHECK(error_of([&] { read_all("/proc/self/mem"); }).message() ==
        "/proc/self/mem: cannot be read; look at its disk");
  const auto file = folder.write("a.json", "{}");
  CHECK(error_of([&] {
          for_each_json_object(file, [](auto, const auto&) { throw Error(Code::ledger_io, "full"); });
        }).code() == Code::ledger_io);
}

}  // namespace perso::plan
