// The report for people: kubectl's habits, upper-case headings, columns two blanks apart.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sim/report/report.hpp"
#include "sim/scenario/expect.hpp"

namespace meshsim {
namespace {

// Columns on a terminal: colour sequences take none, UTF-8 continuation bytes neither.
std::size_t visible_size(std::string_view text) {
  std::size_t size = 0;
  bool in_colour = false;
  for (const char letter : text) {
    if (letter == '\x1b') in_colour = true;
    if (!in_colour && (static_cast<unsigned char>(letter) & 0xC0) != 0x80) ++size;
    if (letter == 'm') in_colour = false;
  }
  return size;
}

// Columns as wide as their widest cell; nothing behind the last one.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) { add(std::move(headings)); }

  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  std::string text() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_) {
      for (std::size_t column = 0; column < row.size(); ++column) {
        widths[column] = std::max(widths[column], visible_size(row[column]));
      }
    }
    std::string lines;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t column = 0; column < row.size(); ++column) {
        const std::size_t blanks = widths[column] - visible_size(row[column]) + 2;
        line += row[column] + std::string(blanks, ' ');
      }
      lines += line.erase(line.find_last_not_of(' ') + 1) + "\n";
    }
    return lines;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string seconds(Time time) {
  return fmt::format("{}.{:03}s", ns(time) / 1'000'000'000, ns(time) / 1'000'000 % 1000);
}

std::string or_dash(const std::optional<Time>& time) { return time ? seconds(*time) : "-"; }

std::string took(const MemberResult& member) {
  const auto duration = member.took();
  return duration ? format_duration(ns(*duration)) : "-";
}

std::string member_table(const RunResult& run, bool wide) {
  std::vector<std::string> headings{"MEMBER", "POD",       "CLUSTER", "SITE",
                                    "STATE",  "JOINED-AT", "TOOK",    "SENIOR"};
  if (wide) {
    for (const char* more :
         {"JVM-AT", "TIMESTAMP", "STARTED-AT", "REFUSALS", "STARTS", "SERVICES", "WAITING-FOR"}) {
      headings.emplace_back(more);
    }
  }
  Table table{std::move(headings)};
  for (const MemberResult& member : run.members) {
    std::vector<std::string> cells{member.id == 0 ? "-" : std::to_string(member.id),
                                   member.pod,
                                   member.cluster,
                                   member.site,
                                   std::string{to_string(member.state)},
                                   or_dash(member.joined_at),
                                   took(member),
                                   member.senior ? "*" : ""};
    if (wide) {
      cells.push_back(or_dash(member.process_at));
      cells.push_back(or_dash(member.timestamp));
      cells.push_back(or_dash(member.started_at));
      cells.push_back(std::to_string(member.refusals));
      cells.push_back(std::to_string(member.starts));
      cells.push_back(std::to_string(member.services.size()));
      cells.push_back(member.waiting_for.empty() ? "-" : member.waiting_for);
    }
    table.add(std::move(cells));
  }
  return table.text();
}

// What stops those that do not run, in one line each; the dropped packets below say why.
std::string not_running(const RunResult& run) {
  std::string text;
  for (const MemberResult& member : run.members) {
    if (member.state == MemberState::Running) continue;
    text += fmt::format("{}/{} is {}", member.cluster, member.pod, to_string(member.state));
    if (!member.stopped_because.empty()) text += ": " + member.stopped_because;
    if (!member.waiting_for.empty()) text += "; it waited for " + member.waiting_for;
    text += "\n";
  }
  return text;
}

// For a short timeline: every member tells of the same settling; the first one stands for all.
bool is_told_already(const RunResult& run, std::size_t index) {
  constexpr Duration kTogether = 1s;
  const TimelineEntry& entry = run.timeline[index];
  if (entry.event != "stable") return false;
  for (std::size_t before = index; before-- > 0;) {
    const TimelineEntry& earlier = run.timeline[before];
    if (entry.at - earlier.at > kTogether) return false;
    if (earlier.event == entry.event && earlier.text == entry.text) return true;
  }
  return false;
}

std::string timeline_table(const RunResult& run, bool wide) {
  Table table{{"AT", "MEMBER", "EVENT"}};
  std::size_t left_out = 0;
  for (std::size_t index = 0; index < run.timeline.size(); ++index) {
    const TimelineEntry& entry = run.timeline[index];
    if (!wide && (entry.event == "service-joined" || is_told_already(run, index))) {
      ++left_out;
      continue;
    }
    table.add({seconds(entry.at), entry.member, entry.text});
  }
  std::string text = table.text();
  if (left_out != 0) text += fmt::format("({} lines more: see -o wide)\n", left_out);
  return text;
}

std::string drop_table(const RunResult& run, bool wide) {
  // By code and deciding line, not by node: a reader wants to know what to change.
  struct Group {
    const DropResult* first;
    std::uint64_t count;
  };
  std::vector<Group> groups;
  for (const DropResult& drop : run.drops) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return !wide && group.first->code == drop.code &&
             group.first->decided_at == drop.decided_at && group.first->cause == drop.cause;
    });
    if (same == groups.end()) {
      groups.push_back({&drop, drop.count});
    } else {
      same->count += drop.count;
    }
  }
  std::string text;
  for (const auto& [drop, count] : groups) {
    text += fmt::format("{} x{}, first at {} in {}\n", drop->code, count, seconds(drop->first_at),
                        drop->where);
    text += fmt::format("    packet:   {}\n", drop->packet);
    const auto why = [&](const char* title, const std::string& words, const std::string& place) {
      if (words.empty() && place.empty()) return;
      text += fmt::format("    {}{}{}\n", title, words,
                          place.empty() ? std::string{} : fmt::format(" ({})", place));
    };
    why("because:  ", drop->cause, drop->cause_at);
    why("decided:  ", drop->decided_by, drop->decided_at);
    text += fmt::format("    remedy:   {}\n", drop->remedy);
  }
  return text;
}

std::string verdict_word(Holds holds, const ReportStyle& style) {
  const std::string word{to_string(holds)};
  if (!style.colour) return word;
  const char* colour = holds == Holds::Yes ? "32" : holds == Holds::No ? "31" : "33";
  return fmt::format("\x1b[{}m{}\x1b[0m", colour, word);
}

std::string expectation_table(const RunReport& report, const ReportStyle& style) {
  const bool several = report.runs.size() > 1;
  std::vector<std::string> headings{"VERDICT", "EXPECT", several ? "MEDIAN (RANGE)" : "ACTUAL",
                                    "AT"};
  if (several) headings.insert(headings.begin() + 1, "RUNS");
  Table table{std::move(headings)};
  for (const ExpectationSummary& expectation : report.expectations) {
    std::vector<std::string> cells{verdict_word(expectation.holds(), style), expectation.expression,
                                   expectation.actual, expectation.position};
    if (several) {
      cells.insert(cells.begin() + 1, fmt::format("{}/{}", expectation.held, expectation.runs));
    }
    table.add(std::move(cells));
  }
  return table.text();
}

std::string footer(const RunReport& report) {
  const RunResult& run = report.runs.front();
  std::uint64_t events = 0;
  for (const RunResult& each : report.runs) events += each.events;
  const std::string runs = report.runs.size() == 1
                               ? fmt::format("seed {}, fingerprint {}", run.seed, run.fingerprint)
                               : fmt::format("{} runs, seeds {}..{}", report.runs.size(), run.seed,
                                             report.runs.back().seed);
  return fmt::format("scenario {} ({}), {}, meshsim {}\nsimulated {}, {} events\n", run.scenario,
                     run.scenario_hash, runs, run.version, seconds(run.simulated), events);
}

std::string memory_table(const RunMemory& memory) {
  Table table{{"OF", "NUMBER", "BYTES", "BYTES EACH"}};
  table.add({"components", std::to_string(memory.components),
             std::to_string(memory.component_bytes), std::to_string(memory.bytes_per_component())});
  table.add({"pending events", std::to_string(memory.peak_pending),
             std::to_string(memory.event_bytes + memory.queue_bytes),
             fmt::format("{:.1f}", memory.bytes_per_pending_event())});
  table.add({"members", std::to_string(memory.members),
             std::to_string(memory.members * memory.member_bytes),
             std::to_string(memory.member_bytes)});
  table.add({"payloads alive", std::to_string(memory.payloads), "", ""});
  return table.text();
}

std::string section(const char* title, const std::string& body) {
  return body.empty() ? std::string{} : fmt::format("\n{}\n{}", title, body);
}

}  // namespace

std::string report_table(const RunReport& report, bool wide, const ReportStyle& style) {
  const RunResult& run = report.runs.front();
  std::string text;
  if (report.runs.size() == 1) {
    text += member_table(run, wide);
    text += section("NOT RUNNING", not_running(run));
    text += section("DROPPED PACKETS", drop_table(run, wide));
    text += section("TIMELINE", timeline_table(run, wide));
  }
  if (!report.expectations.empty()) {
    text += section("EXPECTATIONS", expectation_table(report, style));
  }
  std::string warnings;
  for (const std::string& warning : run.warnings) warnings += warning + "\n";
  text += section("WARNINGS", warnings);
  if (run.memory) text += section("MEMORY", memory_table(*run.memory));
  text += "\n" + footer(report);
  return text.starts_with('\n') ? text.substr(1) : text;
}

std::string wall_line(const RunReport& report) {
  std::uint64_t events = 0;
  std::uint64_t peak = 0;
  double wall = 0;
  for (const RunResult& run : report.runs) {
    events += run.events;
    wall += run.wall.seconds;
    peak = std::max(peak, run.wall.peak_memory_bytes);
  }
  std::string text = fmt::format("took {:.3f}s", wall);
  if (wall > 0) text += fmt::format(", {:.0f} events/s", static_cast<double>(events) / wall);
  if (peak > 0) {
    text += fmt::format(", peak {:.1f} MiB", static_cast<double>(peak) / (1024.0 * 1024.0));
  }
  const std::optional<std::uint64_t>& member = report.runs.front().wall.bytes_per_member;
  if (member) text += fmt::format(", {} bytes per member with its heap", *member);
  return text + "\n";
}

}  // namespace meshsim
