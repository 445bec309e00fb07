#include "console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "output.hpp"

namespace perso::station {

namespace {

std::string_view word_for(const run::Result& result) {
  if (result.outcome) return run::name_of(*result.outcome);
  return result.order_id.empty() ? "refused" : "uncertain";
}

/// "left: order A-17 issued, chip 4790..., 412 ms" or the same with what went wrong.
std::string sentence(const std::string& writer, const run::Result& result, std::chrono::nanoseconds took) {
  std::string text = writer + ": ";
  text += result.order_id.empty() ? "card " : "order " + result.order_id + " ";
  text += word_for(result);
  if (result.chip) text += ", chip " + result.chip->hex();
  if (took.count() > 0)
    text += fmt::format(", {} ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  if (result.why) text += fmt::format("\n  {}", result.why->what());
  return text;
}

class PlainConsole : public run::LineObserver {
 public:
  void waiting(const std::string&) override {}
  void step(const std::string&, std::string_view) override {}
  void ended(const std::string& writer, const run::Result& result, std::chrono::nanoseconds took) override {
    if (!result.outcome && !result.why) return;  // a blank chip with no order for it
    say(sentence(writer, result, took));
  }
  void held(const std::string& order_id, const Error& why) override {
    say("order " + order_id + " waits for a person: " + why.what());
  }
  void stopped(const std::string& writer, const Error& why) override {
    say(writer + ": stopped, " + why.what());
  }

 protected:
  virtual void say(const std::string& text) { std::cout << text << std::endl; }
};

/// Finished cards scroll by above one line for each writer, which is written over.
class LiveConsole final : public PlainConsole {
 public:
  explicit LiveConsole(const std::vector<std::string>& writers) {
    for (const std::string& writer : writers) doing_[writer] = "waiting for a card";
    draw();
  }
  ~LiveConsole() override { erase(); }
  void waiting(const std::string& writer) override { show(writer, "waiting for a card"); }
  void step(const std::string& writer, std::string_view step) override { show(writer, std::string(step)); }

 protected:
  void say(const std::string& text) override {
    erase();
    std::cout << text << '\n';
    draw();
  }

 private:
  void show(const std::string& writer, std::string doing) {
    doing_[writer] = std::move(doing);
    erase();
    draw();
  }
  void erase() {
    // up over the writers' lines, then clear to the end of the screen
    std::cout << fmt::format("\x1b[{}A\x1b[J", doing_.size()) << std::flush;
  }
  void draw() {
    for (const auto& [writer, doing] : doing_) std::cout << fmt::format("{:<12} {}\n", writer, doing);
    std::cout << std::flush;
  }
  std::map<std::string, std::string> doing_;
};

class JsonConsole final : public run::LineObserver {
 public:
  void waiting(const std::string&) override {}
  void step(const std::string&, std::string_view) override {}
  void ended(const std::string& writer, const run::Result& result, std::chrono::nanoseconds took) override {
    if (!result.outcome && !result.why) return;
    nlohmann::json line{
        {"writer", writer},
        {"outcome", word_for(result)},
        {"milliseconds", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}};
    if (!result.order_id.empty()) line["order"] = result.order_id;
    if (result.chip) line["chip"] = result.chip->hex();
    if (result.why) line["error"] = {{"code", name_of(result.why->code())}, {"message", result.why->what()}};
    print_json(line);
  }
  void held(const std::string& order_id, const Error& why) override {
    print_json({{"order", order_id}, {"held", why.what()}});
  }
  void stopped(const std::string& writer, const Error& why) override {
    print_json({{"writer", writer}, {"stopped", why.what()}});
  }
};

}  // namespace

ConsoleKind console_kind(bool json) {
  if (json) return ConsoleKind::json;
  return isatty(STDOUT_FILENO) == 1 ? ConsoleKind::live : ConsoleKind::plain;
}

std::unique_ptr<run::LineObserver> make_console(ConsoleKind kind, const std::vector<std::string>& writers) {
  switch (kind) {
    case ConsoleKind::live:
      return std::make_unique<LiveConsole>(writers);
    case ConsoleKind::json:
      return std::make_unique<JsonConsole>();
    case ConsoleKind::plain:
      break;
  }
  return std::make_unique<PlainConsole>();
}

}  // namespace perso::station
