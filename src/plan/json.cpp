#include "plan/json.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "bytes/error.hpp"
#include "plan/rows.hpp"

namespace perso::plan {

namespace {

using Json = nlohmann::json;
using Take = std::function<void(std::size_t, const JsonObject&)>;

/// Between two tokens: the longest value with every character escaped, and much white space.
constexpr std::size_t max_between_tokens = 16384;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  throw Error(Code::order_invalid, where + ": " + what);
}

/// The file's characters. The parser collects a token before it tells of it, so what it may read from one
/// token to the next is limited here.
class Source {
 public:
  explicit Source(const std::filesystem::path& file) : name_(file.string()) {
    std::error_code error;
    if (std::filesystem::is_regular_file(file, error)) in_.open(file, std::ios::binary);
    if (!in_.is_open()) fail(name_, "there is no such file; name a batch in JSON");
    refill();
    if (std::string_view(buffer_.data(), end_).starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }

  const std::string& name() const { return name_; }
  bool at_end() const { return at_ == end_; }
  char current() const { return buffer_[at_]; }
  void advance() {
    if (++read_ > max_between_tokens) fail(name_, "has a value or a gap that is too long; shorten it");
    if (++at_ == end_) refill();
  }
  void begin_token() { read_ = 0; }
  void skip_blanks() {
    for (; !at_end() && std::string_view(" \t\r\n").find(current()) != std::string_view::npos; advance())
      begin_token();
  }

 private:
  void refill() {
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    if (in_.bad()) fail(name_, "cannot be read; look at its disk");
    at_ = 0;
    end_ = static_cast<std::size_t>(in_.gcount());
  }

  std::string name_;
  std::ifstream in_;
  std::array<char, 4096> buffer_;
  std::size_t at_ = 0, end_ = 0, read_ = 0;
};

/// How the parser reads a Source. All ends are alike.
class SourceIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  SourceIterator() = default;
  explicit SourceIterator(Source& source) : source_(&source) {}
  char operator*() const { return source_->current(); }
  SourceIterator& operator++() {
    source_->advance();
    return *this;
  }
  bool operator==(const SourceIterator& other) const { return ended() == other.ended(); }
  bool operator!=(const SourceIterator& other) const { return !(*this == other); }

 private:
  bool ended() const { return source_ == nullptr || source_->at_end(); }
  Source* source_ = nullptr;
};

/// What the parser tells, token by token. Nothing is ever kept but the object in hand.
class Handler final : public nlohmann::json_sax<Json> {
 public:
  Handler(Source& source, const Take& take) : source_(source), take_(take) {}

  /// Nothing may follow an array.
  bool done() const { return array_ == Array::closed; }
  [[noreturn]] void refuse(const std::string& what) const {
    fail(source_.name() + " object " + std::to_string(number_), what);
  }

  bool start_array(std::size_t) override {
    if (object_) return nest('[');
    if (array_ != Array::none || number_ != 1) refuse_value();
    array_ = Array::open;
    return next();
  }
  bool end_array() override {
    if (object_) return unnest(']');
    array_ = Array::closed;
    return next();
  }
  bool start_object(std::size_t) override {
    if (object_) return nest('{');
    if (number_ > max_rows) refuse("is one more than a batch may have; make two batches");
    object_.emplace();
    return next();
  }
  bool key(string_t& name) override {
    if (depth_ > 0) return collect(Json(name).dump() + ':');
    if (object_->size() == max_columns)
      refuse("has more than " + std::to_string(max_columns) + " members; take some out");
    object_->push_back({std::move(name), {}, true});
    return next();
  }
  bool string(string_t& value) override {
    if (!object_) refuse_value();
    if (depth_ > 0) return collect(Json(value).dump() + ',');
    object_->back().value = std::move(value);
    return next();
  }
  bool end_object() override {
    if (depth_ > 0) return unnest('}');
    take_(number_, *object_);
    object_.reset();
    ++number_;
    return next();
  }

  bool null() override { return other("null"); }
  bool boolean(bool value) override { return other(Json(value).dump()); }
  bool number_integer(number_integer_t value) override { return other(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return other(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& written) override { return other(written); }
  bool binary(binary_t&) override { refuse_value(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    refuse("is broken JSON or not UTF-8; look at its quotes, commas and brackets");
  }

 private:
  enum class Array { none, open, closed };

  [[noreturn]] void refuse_value() const {
    refuse("is no object; write an order as members between { and }");
  }

  /// A value that is no text.
  bool other(const std::string& written) {
    if (!object_) refuse_value();
    object_->back().is_text = false;
    return collect(depth_ > 0 ? written + ',' : written);
  }
  bool nest(char bracket) {
    ++depth_;
    object_->back().is_text = false;
    return collect(std::string(1, bracket));
  }
  bool unnest(char bracket) {
    std::string& value = object_->back().value;
    if (value.ends_with(',')) value.pop_back();
    --depth_;
    return collect(depth_ > 0 ? std::string{bracket, ','} : std::string{bracket});
  }
  /// As much of a nested value as a text might be long: it is shown to who mends it, and never used.
  bool collect(const std::string& written) {
    std::string& value = object_->back().value;
    if (value.size() <= max_value_bytes) value += written;
    return next();
  }
  bool next() {
    source_.begin_token();
    return true;
  }

  Source& source_;
  const Take& take_;
  Array array_ = Array::none;
  std::optional<JsonObject> object_;
  std::size_t depth_ = 0;  // below the object in hand
  std::size_t number_ = 1;
};

}  // namespace

void for_each_json_object(const std::filesystem::path& file, const Take& take) {
  Source source(file);
  Handler handler(source, take);
  for (source.skip_blanks(); !source.at_end(); source.skip_blanks()) {
    if (handler.done()) handler.refuse("follows the end of the array; take it out or put it inside");
    Json::sax_parse(SourceIterator(source), SourceIterator(), &handler, Json::input_format_t::json,
                    /*strict=*/false);
  }
}

}  // namespace perso::plan
