// Findings about pairs of clusters: in a mesh of 64 the same line is to blame for thousands of
// pairs, and one finding with all of them says more than thousands.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/rule.hpp"
#include "sim/check/subject.hpp"

namespace meshsim::checks {

class PairFindings {
 public:
  explicit PairFindings(Findings& findings) : findings_(findings) {}
  PairFindings(const PairFindings&) = delete;
  PairFindings& operator=(const PairFindings&) = delete;
  ~PairFindings();  // adds what was collected

  // `arrow`: "c2 to c3", "c2 and c3". Findings of one place and `kind` become one, with the message
  // and steps of the first. The objects of all are kept.
  void add(Pos pos, std::string_view kind, std::string arrow, std::vector<std::string> objects,
           std::string message, std::string remedy, std::vector<Step> steps = {});

 private:
  struct Group {
    Finding finding;
    std::vector<std::string> arrows;
  };
  Findings& findings_;
  std::map<std::pair<Pos, std::string>, std::size_t> index_;
  std::vector<Group> groups_;  // in the order of the first
};

std::string to(const PlannedCluster& from, const PlannedCluster& to);  // "c2 to c3"
std::string with(const PlannedCluster& a, const PlannedCluster& b);    // "c2 and c3"

}  // namespace meshsim::checks
