// Reports: what people read and what programs read.
#include "sim/report/report.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace meshsim {
namespace {

using testing::HasSubstr;
using testing::Not;

RunReport small_report() {
  RunResult run;
  run.scenario = "small";
  run.seed = 7;
  run.version = "0.1.0";
  run.simulated = at(90s);
  MemberResult member;
  member.pod = "storage-c1-0";
  member.cluster = "c1";
  member.site = "PARIS";
  member.state = MemberState::Running;
  member.id = 1;
  member.announced_at = at(1s);
  member.joined_at = at(4217ms);
  member.senior = true;
  run.members.push_back(member);
  member.pod = "storage-c1-1";
  member.id = 0;
  member.senior = false;
  member.joined_at.reset();
  member.state = MemberState::Announcing;
  member.waiting_for = "an answer";
  run.members.push_back(member);
  DropResult drop;
  drop.code = "drg-no-route";
  drop.count = 2;
  drop.where = "drg/c1-drg";
  drop.packet = "udp a, \"b\"";
  drop.decided_by = "the default table";
  run.drops.push_back(drop);
  run.wall.seconds = 0.25;
  ExpectationSummary expectation{"members == 2", "s.yaml:9:5", 0, 0, 1, "1"};
  return {{run}, {expectation}};
}

TEST(ReportTable, ShowsMembersDropsAndVerdicts) {
  const std::string text = report_table(small_report(), false, {});
  EXPECT_THAT(text, HasSubstr("MEMBER  POD           CLUSTER  SITE   STATE       JOINED-AT  TOOK"));
  EXPECT_THAT(text,
              HasSubstr("1       storage-c1-0  c1       PARIS  Running     4.217s     3.217s"));
  EXPECT_THAT(text, HasSubstr("c1/storage-c1-1 is Announcing; it waited for an answer\n"));
  EXPECT_THAT(text, HasSubstr("drg-no-route x2"));
  EXPECT_THAT(text, HasSubstr("fails    members == 2  1       s.yaml:9:5\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(ReportTable, KeepsItsColumnsWithColour) {
  const std::string text = report_table(small_report(), false, {.colour = true});
  EXPECT_THAT(text, HasSubstr("\x1b[31mfails\x1b[0m    members == 2"));
}

TEST(ReportJson, KeepsWhatDependsOnTheMachineUnderOneKey) {
  RunReport one = small_report();
  RunReport other = small_report();
  other.runs.front().wall = {9.5, 123, 4.5, std::nullopt};
  auto first = nlohmann::json::parse(report_json(one));
  auto second = nlohmann::json::parse(report_json(other));
  EXPECT_NE(first, second);
  first.erase("wall");
  second.erase("wall");
  EXPECT_EQ(first, second);
  EXPECT_EQ(first["kind"], "RunResult");
  EXPECT_EQ(first["members"][0]["tookNs"], 3'217'000'000);
  EXPECT_TRUE(first["members"][1]["id"].is_null());
}

TEST(ReportJson, NamesEveryKeyOfItsSchema) {
  const auto schema = nlohmann::json::parse(result_schema());
  const auto run = nlohmann::json::parse(report_json(small_report()));
  const auto& described = schema["definitions"]["RunResult"];
  for (const auto& key : described["required"]) {
    EXPECT_TRUE(run.contains(key.get<std::string>())) << key;
  }
  for (const auto& [key, value] : run.items()) {
    EXPECT_TRUE(described["properties"].contains(key)) << key;
  }
  const auto& member = described["properties"]["members"]["items"]["properties"];
  for (const auto& [key, value] : run["members"][0].items()) {
    EXPECT_TRUE(member.contains(key)) << key;
  }
}

TEST(ReportCsv, QuotesWhatNeedsIt) {
  RunReport report = small_report();
  report.runs.front().members.front().site = "a, \"b\"";
  EXPECT_THAT(report_csv(report), HasSubstr("7,1,storage-c1-0,c1,\"a, \"\"b\"\"\",Running,"));
}

TEST(ReportYaml, HoldsTheSameAsJson) {
  const std::string yaml = report_yaml(small_report());
  EXPECT_THAT(yaml, HasSubstr("kind: \"RunResult\"\n"));
  EXPECT_THAT(yaml, HasSubstr("members:\n  - id: 1\n    pod: \"storage-c1-0\"\n"));
  EXPECT_THAT(yaml, HasSubstr("warnings: []\n"));
}

TEST(ErrorJson, IsOneValidDocumentWhateverTheFileHeld) {
  Sources sources;
  Diagnostics diagnostics;
  diagnostics.error({sources.add("a.yaml"), 3, 4}, "name", "'\xff\xfe' is not UTF-8");
  const auto json = nlohmann::json::parse(error_json(diagnostics, sources));
  EXPECT_EQ(json["kind"], "Error");
  EXPECT_EQ(json["errors"][0]["at"], "a.yaml:3:4");
}

}  // namespace
}  // namespace meshsim
