// YAML to a tree of values with positions: the only includer of yaml-cpp. Its event interface is
// used because its nodes lose the position of what is missing and keep twice-given keys silently.
// Left out on purpose: merge keys and all tags but those of the core schema.
#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <sstream>

#include "sim/config/node.hpp"
#include "sim/config/text_file.hpp"

namespace meshsim {
namespace {

// Thrown out of yaml-cpp when a limit is reached; the diagnostic has been made.
struct LimitReached {};

// The text between its lines, to see what yaml-cpp's marks point at.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(i + 1);
    }
  }

  // Line `line` (1-based) without its end; empty behind the last.
  std::string_view line(std::uint32_t line) const {
    if (line == 0 || line > starts_.size()) return {};
    const std::size_t start = starts_[line - 1];
    // Not looked for: a program's JSON may be one line of megabytes, asked for at every value.
    std::size_t end = line < starts_.size() ? starts_[line] - 1 : text_.size();
    if (end > start && text_[end - 1] == '\r') --end;
    return text_.substr(start, end - start);
  }
  std::string_view from(Pos pos) const {
    const std::string_view text = line(pos.line);
    return pos.column <= text.size() ? text.substr(pos.column - 1) : std::string_view{};
  }

  // True if the quote that `rest`, a part of a line, starts with is closed somewhere behind.
  // yaml-cpp takes the end of the file for the closing quote, with all that stands before it.
  bool closes_quote(std::string_view rest) const {
    const char quote = rest.front();
    const std::size_t start = static_cast<std::size_t>(rest.data() - text_.data());
    for (std::size_t i = start + 1; i < text_.size(); ++i) {
      if (quote == '"' && text_[i] == '\\') {
        ++i;
      } else if (text_[i] == quote) {
        if (quote == '"' || text_.substr(i + 1, 1) != "'") return true;
        ++i;  // '' is a quote in a quoted text
      }
    }
    return false;
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// What a value costs after its aliases are expanded.
struct Cost {
  std::uint64_t nodes = 1;
  std::uint64_t bytes = 0;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::uint32_t file, const Lines& lines, const YamlLimits& limits,
              Diagnostics& diagnostics, std::vector<Node>& documents)
      : file_(file),
        lines_(lines),
        limits_(limits),
        diagnostics_(diagnostics),
        documents_(documents) {}

  void OnDocumentStart(const YAML::Mark&) override {
    anchors_.clear();
    frames_.clear();
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.pos = null_pos(pos_of(mark));
    finish(std::move(node), anchor, Cost{});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      diagnostics_.error(pos_of(mark), "", "this alias stands inside the value it names");
      throw LimitReached{};
    }
    const auto& [value, cost] = found->second;
    aliased_bytes_ += cost.bytes;
    if (aliased_bytes_ > limits_.bytes || nodes_ + cost.nodes > limits_.nodes) {
      refuse(pos_of(mark), fmt::format("the aliases expand to more than {} values or {} MiB; "
                                       "write out what is needed",
                                       limits_.nodes, limits_.bytes >> 20));
    }
    finish(Node{value}, 0, cost);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.kind = Node::Kind::Scalar;
    node.pos = pos_of(mark);
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    node.scalar = value;
    check_tag(tag, node.pos);
    place_text(node);
    finish(std::move(node), anchor, Cost{1, value.size()});
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::Sequence, pos_of(mark), tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::Mapping, pos_of(mark), tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    Cost cost;
    bool has_key = false;  // of a mapping: the next value belongs to `key`
    bool is_ignored = false;
    Entry entry;
    std::map<std::string, Pos, std::less<>> keys;
  };

  Pos pos_of(const YAML::Mark& mark) const {
    if (mark.line < 0) return {file_, 1, 1};
    return {file_, static_cast<std::uint32_t>(mark.line) + 1,
            static_cast<std::uint32_t>(mark.column) + 1};
  }

  [[noreturn]] void refuse(Pos pos, std::string message) {
    diagnostics_.error(pos, "", std::move(message));
    throw LimitReached{};
  }

  // yaml-cpp marks a value that is not there at the token behind it, often lines below. The key
  // or the dash of it is where the reader would look.
  Pos null_pos(Pos mark) const {
    const std::string_view text = lines_.from(mark);
    if (text.starts_with('~') || text.starts_with("null") || text.starts_with("Null") ||
        text.starts_with("NULL")) {
      return mark;
    }
    if (frames_.empty()) return mark;
    if (frames_.back().has_key) return frames_.back().entry.pos;
    for (std::uint32_t line = mark.line; line-- > frames_.back().node.pos.line;) {
      const std::string_view above = lines_.line(line);
      const std::size_t indent = indentation(above);
      if (above.substr(indent).starts_with('-')) {
        return {file_, line, static_cast<std::uint32_t>(indent) + 1};
      }
    }
    return mark;
  }

  void check_tag(const std::string& tag, Pos pos) {
    static constexpr std::array<std::string_view, 7> kCore{"str",  "int", "float", "bool",
                                                           "null", "map", "seq"};
    constexpr std::string_view kPrefix = "tag:yaml.org,2002:";
    if (tag.empty() || tag == "?" || tag == "!") return;
    const std::string_view text = tag;
    if (text.starts_with(kPrefix) &&
        std::find(kCore.begin(), kCore.end(), text.substr(kPrefix.size())) != kCore.end()) {
      return;
    }
    diagnostics_.error(pos, "", fmt::format("tag '{}' is not known here; remove it", tag));
  }

  // Fills text_line and text_column; a block scalar's text starts on the line behind its '|'.
  void place_text(Node& node) {
    node.text_line = node.pos.line;
    node.text_column = node.pos.column;
    std::string_view text = lines_.from(node.pos);
    while (text.starts_with('!') || text.starts_with('&')) {  // tag and anchor come first
      text.remove_prefix(std::min(text.find(' '), text.size()));
      text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    }
    if (!node.quoted || !(text.starts_with('|') || text.starts_with('>'))) {
      if (!text.starts_with('"') && !text.starts_with('\'')) return;
      ++node.text_column;
      if (!lines_.closes_quote(text)) refuse(node.pos, "this quote is not closed");
      return;
    }
    node.text_line = node.pos.line + 1;
    std::uint32_t line = node.text_line;
    std::string_view value = node.scalar;
    while (value.starts_with('\n')) {
      value.remove_prefix(1);
      ++line;
    }
    const std::size_t indent = indentation(lines_.line(line)) - indentation(value);
    node.text_column = static_cast<std::uint32_t>(indent) + 1;
  }

  void open(Node::Kind kind, Pos pos, const std::string& tag, YAML::anchor_t anchor) {
    check_tag(tag, pos);
    if (frames_.size() >= limits_.depth) {
      refuse(pos, fmt::format("nested deeper than {} levels", limits_.depth));
    }
    if (expects_key()) refuse(pos, "a list or a mapping cannot be a key; is a bracket not closed?");
    Frame frame;
    frame.node.kind = kind;
    frame.node.pos = pos;
    frame.anchor = anchor;
    frames_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    nodes_ -= frame.cost.nodes - 1;  // finish() counts them again, as part of the whole
    finish(std::move(frame.node), frame.anchor, frame.cost);
  }

  bool expects_key() const {
    return !frames_.empty() && frames_.back().node.is_mapping() && !frames_.back().has_key;
  }

  // Puts a complete value where it belongs.
  void finish(Node node, YAML::anchor_t anchor, Cost cost) {
    if (expects_key()) return take_key(std::move(node), anchor);
    nodes_ += cost.nodes;
    if (nodes_ > limits_.nodes) {
      refuse(node.pos, fmt::format("more than {} values in one file", limits_.nodes));
    }
    if (anchor != 0) anchors_[anchor] = {node, cost};
    if (frames_.empty()) {
      if (!node.is_null()) documents_.push_back(std::move(node));
      return;
    }
    Frame& frame = frames_.back();
    frame.cost.nodes += cost.nodes;
    frame.cost.bytes += cost.bytes;
    if (frame.node.is_sequence()) {
      frame.node.items.push_back(std::move(node));
      return;
    }
    frame.has_key = false;
    if (frame.is_ignored) return;
    frame.entry.value = std::move(node);
    frame.node.entries.push_back(std::move(frame.entry));
    frame.entry = Entry{};
  }

  void take_key(Node key, YAML::anchor_t anchor) {
    Frame& frame = frames_.back();
    if (!key.is_scalar()) refuse(key.pos, "a key must be a plain text; quote it if it is one");
    if (anchor != 0) anchors_[anchor] = {key, Cost{1, key.scalar.size()}};
    frame.cost.bytes += key.scalar.size();
    frame.has_key = true;
    frame.is_ignored = false;
    frame.entry.pos = key.pos;
    if (key.scalar == "<<" && !key.quoted) {
      diagnostics_.error(key.pos, "",
                         "merge keys ('<<') are not read; write the merged keys out here");
      frame.is_ignored = true;
      return;
    }
    const auto [first, is_new] = frame.keys.emplace(key.scalar, key.pos);
    if (!is_new) {
      diagnostics_.error(key.pos, "",
                         fmt::format("key '{}' is given twice; first at {}:{}", key.scalar,
                                     first->second.line, first->second.column));
      frame.is_ignored = true;
    }
    frame.entry.key = std::move(key.scalar);
  }

  std::uint32_t file_;
  const Lines& lines_;
  const YamlLimits& limits_;
  Diagnostics& diagnostics_;
  std::vector<Node>& documents_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, std::pair<Node, Cost>> anchors_;
  std::uint64_t nodes_ = 0;
  std::uint64_t aliased_bytes_ = 0;
};

// yaml-cpp's words, and what to do about them.
std::string explained(const std::string& message, std::string_view line) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kHelp{{
      {"illegal map value", "a ':' where no key can stand; quote a text that holds ': '"},
      {"end of map not found", "a key or the end of the mapping was expected; look at the indent"},
      {"end of sequence not found", "'-' or the end of the list was expected; look at the indent"},
      {"end of map flow not found", "a '}' or ',' is missing"},
      {"end of sequence flow not found", "a ']' or ',' is missing"},
      {"the referenced anchor is not defined", "define it with & before it is used with *"},
  }};
  if (line.substr(indentation(line)).starts_with('\t')) return "indent with spaces, not with tabs";
  for (const auto& [words, help] : kHelp) {
    if (message.starts_with(words)) return fmt::format("{}: {}", words, help);
  }
  return message;
}

// Where a JSON text that was cut off ends; nothing if it is whole, or YAML with a comment behind
// it.
std::optional<Pos> cut_off_at(std::string_view text, std::uint32_t file) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos || text[first] != '{') return {};
  const std::size_t last = text.find_last_not_of(kBlank);
  const std::size_t line_start = text.rfind('\n', last) + 1;
  const std::string_view last_line = text.substr(line_start, last + 1 - line_start);
  if (text[last] == '}' || text[last] == ']' || last_line.find('#') != std::string_view::npos) {
    return {};
  }
  const auto lines =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(last), '\n');
  return Pos{file, static_cast<std::uint32_t>(lines) + 1,
             static_cast<std::uint32_t>(last_line.size())};
}

}  // namespace

std::vector<Node> parse_yaml(std::string_view text, std::uint32_t file, Diagnostics& diagnostics,
                             const YamlLimits& limits) {
  std::vector<Node> documents;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.size() > limits.bytes) {
    diagnostics.error({file, 1, 1}, "",
                      fmt::format("the text has {} MiB; at most {} MiB are read", text.size() >> 20,
                                  limits.bytes >> 20));
    return documents;
  }
  if (!check_utf8(text, file, diagnostics)) return documents;
  if (const auto end = cut_off_at(text, file)) {
    diagnostics.error(*end, "", "the text ends here, before its brackets are closed; is it whole?");
    return documents;
  }

  const std::size_t errors = diagnostics.errors();
  const Lines lines{text};
  std::istringstream stream{std::string{text}};
  try {
    YAML::Parser parser{stream};
    TreeBuilder builder{file, lines, limits, diagnostics, documents};
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const LimitReached&) {
    return documents;
  } catch (const YAML::Exception& error) {
    const bool has_mark = !error.mark.is_null();
    const Pos pos{file, has_mark ? static_cast<std::uint32_t>(error.mark.line) + 1 : 1,
                  has_mark ? static_cast<std::uint32_t>(error.mark.column) + 1 : 1};
    diagnostics.error(pos, "", explained(error.msg, lines.line(pos.line)));
    return documents;
  }
  if (documents.empty() && diagnostics.errors() == errors) {
    diagnostics.error({file, 1, 1}, "", "the file is empty; it holds no YAML document");
  }
  return documents;
}

std::vector<Node> read_yaml_file(const std::string& path, Sources& sources,
                                 Diagnostics& diagnostics, Pos from, const YamlLimits& limits) {
  const auto text = read_text_file(path, limits.bytes, sources, diagnostics, from);
  if (!text) return {};
  return parse_yaml(*text, sources.add(path), diagnostics, limits);
}

}  // namespace meshsim
