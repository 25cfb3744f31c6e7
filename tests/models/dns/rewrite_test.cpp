// Name rules against what CoreDNS 1.12.2 sent upstream and answered for the same Corefiles.
#include "models/dns/rewrite.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "models/dns/name.hpp"
#include "sim/import/corefile.hpp"

namespace meshsim::dns {
namespace {

struct Recorded {
  std::string id, rules, name, upstream, question;
  std::vector<std::string> sent;  // "answer OWNER TYPE TARGET"
  std::vector<std::string> reply;
};

std::vector<Recorded> read_recorded() {
  std::ifstream file{"tests/models/dns/data/rewrite-1.12.2.txt"};
  std::vector<Recorded> cases;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words{line};
    std::string kind, word;
    words >> kind;
    if (kind == "case") {
      words >> cases.emplace_back().id;
    } else if (kind == "|") {
      cases.back().rules += line.substr(2) + "\n";
    } else if (kind == "ask") {
      words >> cases.back().name;
    } else if (kind == "upstream") {
      words >> cases.back().upstream;
    } else if (kind == "question") {
      words >> cases.back().question;
    } else if (kind == "sent") {
      cases.back().sent.push_back(line.substr(5));
    } else if (kind == "answer" || kind == "authority" || kind == "additional") {
      cases.back().reply.push_back(line);
    }
  }
  return cases;
}

std::vector<Record>& section(DnsMessage& message, const std::string& name) {
  if (name == "answer") return message.answer;
  return name == "authority" ? message.authority : message.additional;
}

RecordType type_of(const std::string& name) {
  for (const RecordType type :
       {RecordType::A, RecordType::Srv, RecordType::Cname, RecordType::Ptr, RecordType::Soa}) {
    if (to_string(type) == name) return type;
  }
  return RecordType::Txt;
}

DnsMessage upstream_reply(const Recorded& recorded) {
  DnsMessage reply;
  reply.name = recorded.upstream;
  for (const std::string& line : recorded.sent) {
    std::istringstream words{line};
    std::string where, owner, type, target;
    words >> where >> owner >> type >> target;
    section(reply, where)
        .push_back({.owner = owner, .type = type_of(type), .target = target == "-" ? "" : target});
  }
  if (recorded.sent.empty()) reply.answer.push_back({.owner = recorded.upstream});
  return reply;
}

std::vector<std::string> lines_of(DnsMessage& reply) {
  std::vector<std::string> lines;
  for (const char* name : {"answer", "authority", "additional"}) {
    for (const Record& record : section(reply, name)) {
      const bool with_target = !record.target.empty() && record.type != RecordType::Soa;
      lines.push_back(std::string{name} + " " + record.owner + " " +
                      std::string{to_string(record.type)} + " " +
                      (with_target ? record.target : "-"));
    }
  }
  return lines;
}

TEST(Rewrite, NamesGoUpAndComeBackAsRecorded) {
  const std::vector<Recorded> cases = read_recorded();
  ASSERT_GE(cases.size(), 50U);
  for (const Recorded& recorded : cases) {
    SCOPED_TRACE(recorded.id + "\n" + recorded.rules);
    CorefileInput input;
    input.files["Corefile"] = {". {\n" + recorded.rules + "\nforward . 198.51.100.1\n}\n"};
    Diagnostics diagnostics;
    const auto config = parse_corefile(input, diagnostics);
    ASSERT_TRUE(config) << diagnostics.text(Sources{});

    const Rewriter rewriter{config->blocks.at(0).rewrites};
    const Rewritten rewritten = rewriter.apply(recorded.name);
    if (recorded.upstream == "-") {
      EXPECT_TRUE(rewritten.illegal);
      continue;
    }
    EXPECT_EQ(rewritten.name, recorded.upstream);
    DnsMessage asked;
    asked.name = recorded.name;
    DnsMessage reply = upstream_reply(recorded);
    reply.type = asked.type;
    rewriter.revert(rewritten, asked, reply);
    EXPECT_EQ(reply.name, recorded.question);
    EXPECT_EQ(lines_of(reply), recorded.reply);
  }
}

}  // namespace
}  // namespace meshsim::dns
