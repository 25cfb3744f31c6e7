// Every rule of joining is taken by some scenario, but for those that no scenario can reach yet.
#include <gmock/gmock.h>

#include <set>
#include <string>

#include "tests/models/coherence/lab.hpp"

namespace meshsim::coherence {
namespace {

std::set<std::string> taken_by(Lab& lab, const std::vector<std::string>& names) {
  std::set<std::string> labels;
  for (const std::string& name : names) {
    const std::uint32_t rules = lab.member(name).rules_taken();
    for (std::size_t r = 0; r < join_rules().size(); ++r) {
      if (rules >> r & 1U) labels.insert(std::string{join_rules()[r].label});
    }
  }
  return labels;
}

TEST(JoinRules, AreAllTakenBySomeScenario) {
  std::set<std::string> taken;
  const auto collect = [&](Lab& lab, const std::vector<std::string>& names) {
    taken.merge(taken_by(lab, names));
  };
  {  // three together, then a fourth from afar whose clock check refuses at first
    Lab lab(2, {"par", "ams"}, {{"par1"}, {"par2", 10ms}, {"par3", 28ms}, {"ams1", 6s}}, 20ms);
    lab.run_for(9s);
    collect(lab, {"par1", "par2", "par3", "ams1"});
  }
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {  // requests out of the order of timestamps
    Lab lab(seed, {"par"}, {{"par1"}, {"par2", 20ms}, {"par3", 22ms}, {"par4", 25ms}}, 10ms,
            crowded());
    lab.run_for(6s);
    collect(lab, {"par1", "par2", "par3", "par4"});
  }
  {  // a hub with two newcomers: evictions, a hang, a restart in the same process
    Lab lab(1, {"ca", "cb", "cc"},
            {{"ca1"}, {"ca2", 10ms}, {"cb1", 6s}, {"cb2", 6080ms}, {"cc1", 12s}, {"cc2", 12s}});
    lab.block("cb", "cc");
    lab.run_for(35s);
    collect(lab, {"ca1", "ca2", "cb1", "cb2", "cc1", "cc2"});
  }
  {  // too far for the TCP check, until the start gives up after 300 s
    Lab lab(1, {"par", "ams"}, {{"par1"}, {"ams1", 5s}}, 1200ms);
    lab.run_for(310s);
    collect(lab, {"ams1"});
  }
  {  // the senior is lost while a newcomer asks for an id
    Lab lab(1, {"par", "ams"}, {{"par1"}, {"ams1", 6s}});
    lab.run_for(6150ms);
    lab.kill("par1");
    lab.run_for(5s);
    collect(lab, {"ams1"});
  }
  {  // the link is cut right after the id reply has been heard, and stays so
    Lab lab(1, {"par", "ams"}, {{"par1"}, {"ams1", 6s}}, 100ms);
    while (lab.traced("ams1", kJoined) == 0 && lab.world().now() < at(20s)) lab.run_for(1ms);
    lab.block("par", "ams");
    lab.run_for(5s);
    collect(lab, {"ams1"});
  }
  {  // a newcomer that hears a junior but not the senior: it neither joins nor founds
    Lab lab(1, {"ca", "cb", "cc"}, {{"ca1"}, {"cb1", 5s}, {"cc1", 8s}});
    lab.block("ca", "cc");
    lab.run_for(20s);
    EXPECT_EQ(lab.member("cc1").join_state(), JoinState::Announce);
    EXPECT_EQ(lab.records(kFormed).size(), 1U);
    collect(lab, {"cb1"});
  }
  {  // alone, but its own address is not well known: it never founds
    Lab lab(1, {"par"}, {{"par1"}}, 10ms, armed(), {"10.1.0.9"});
    lab.run_for(8s);
    EXPECT_EQ(lab.traced("par1", kFormed), 0U);
    collect(lab, {"par1"});
  }

  // J17 asks for a senior that refuses for another reason than time, J20 and J24 for 300 s in the
  // middle of a join.
  const std::set<std::string> unreached{"J17", "J20", "J24"};
  for (const JoinRule& rule : join_rules()) {
    const std::string label{rule.label};
    EXPECT_EQ(taken.contains(label), !unreached.contains(label)) << label;
  }
}

}  // namespace
}  // namespace meshsim::coherence
