// Reads the documents of docs/rules, which are part of the program: a heading per rule, then text,
// then blocks of YAML under "Bad:" and "Good:", each with the file's name in its first comment.
#include "sim/check/pages.hpp"

#include <fmt/format.h>

#include "sim/check/rules.hpp"

namespace meshsim::checks {

extern const char* const kPageTexts[];
extern const unsigned kPageTextCount;

namespace {

constexpr std::string_view kFence = "```";

class PageReader {
 public:
  std::vector<RulePage> pages;

  void document(std::string_view text) {
    files_ = nullptr;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    is_page_ = false;
  }

 private:
  void line(std::string_view line) {
    if (line.starts_with("## MS")) {
      const std::size_t colon = line.find(':');
      pages.push_back(
          {std::string{line.substr(3, 6)}, std::string{line.substr(colon + 2)}, "", {}, {}});
      files_ = nullptr;
      is_page_ = true;
    } else if (!is_page_) {
      return;  // the head of the document
    } else if (line == "Bad:") {
      files_ = &pages.back().bad;
    } else if (line == "Good:") {
      files_ = &pages.back().good;
    } else if (line.starts_with(kFence)) {
      in_block_ = !in_block_;
      if (in_block_ && files_ != nullptr) files_->push_back({});
    } else if (in_block_) {
      example_line(line);
    } else if (files_ == nullptr) {
      pages.back().why += fmt::format("{}\n", line);
    }
  }

  void example_line(std::string_view line) {
    if (files_ == nullptr) return;
    ExampleFile& file = files_->back();
    if (file.name.empty() && line.starts_with("# ")) {
      file.name = line.substr(2);
    } else {
      file.text += fmt::format("{}\n", line);
    }
  }

  std::vector<ExampleFile>* files_ = nullptr;
  bool in_block_ = false;
  bool is_page_ = false;
};

std::string trimmed(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  while (text.starts_with('\n')) text.erase(0, 1);
  return text;
}

std::string example_text(const std::vector<ExampleFile>& files) {
  std::string text;
  for (const ExampleFile& file : files) {
    text += fmt::format("  # {}\n", file.name);
    std::string_view rest = file.text;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      text += fmt::format("  {}\n", rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
  }
  return text;
}

}  // namespace

std::span<const RulePage> rule_pages() {
  static const std::vector<RulePage> pages = [] {
    PageReader reader;
    for (unsigned i = 0; i < kPageTextCount; ++i) reader.document(kPageTexts[i]);
    for (RulePage& page : reader.pages) page.why = trimmed(std::move(page.why));
    return std::move(reader.pages);
  }();
  return pages;
}

const RulePage* find_page(std::string_view id) {
  for (const RulePage& page : rule_pages()) {
    if (page.id == id) return &page;
  }
  return nullptr;
}

std::string page_text(const RulePage& page) {
  const Rule* const rule = find_rule(page.id);
  std::string text =
      fmt::format("{} ({}): {}\n\n{}\n", page.id, rule == nullptr ? "" : to_string(rule->level),
                  page.title, page.why);
  text += fmt::format("\nBad:\n{}", example_text(page.bad));
  text +=
      fmt::format("\nGood{}:\n{}", page.good.size() < page.bad.size() ? " (the rest as above)" : "",
                  example_text(page.good));
  return text + fmt::format(
                    "\nTo accept it, with your reason: ignore: [\"{} because ...\"] at the "
                    "object in a topology or scenario,\nor the annotation "
                    "meshsim.dev/ignore: \"{} because ...\" of a manifest.\n",
                    page.id, page.id);
}

std::string rule_list() {
  std::string text = "RULE    LEVEL    WHAT IT FINDS\n";
  for (const Rule& rule : all_rules()) {
    text += fmt::format("{}  {:<7}  {}\n", rule.id, to_string(rule.level), rule.title);
  }
  return text;
}

}  // namespace meshsim::checks
