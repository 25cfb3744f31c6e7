// A rule of `meshsim check`: a stable id, what it says, and the function that looks. Ids are never
// given to another rule.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "meshsim/topology/unknown.hpp"

namespace meshsim::checks {

class Subject;

// A note is worth knowing and breaks nothing: it does not change the exit code.
enum class Level : std::uint8_t { Error, Warning, Note };
std::string_view to_string(Level level);

// What a rule looks at. Without Helm values nothing can be said about the mesh.
enum class Needs : std::uint8_t { Network, Mesh };

// One step of a path: a hop, a name that is asked on, a member of a group.
struct Step {
  Pos pos;
  std::string text;
};

struct Finding {
  std::string rule;
  Level level = Level::Error;
  Pos pos;                           // the line that would have to change; none: a default
  std::vector<std::string> objects;  // what it is about, the one to change first: "cluster c1"
  std::string message;
  std::string remedy;
  std::vector<Step> steps;  // the path, if there is one
  std::string accepted;     // the reason given by an `ignore:`; empty if there is none
  Pos accepted_at;

  bool is_accepted() const { return !accepted.empty(); }
};

// What one rule has found, and what it could not know.
class Findings {
 public:
  explicit Findings(const std::vector<Unknown>& unknowns) : unknowns_(unknowns) {}

  // The caller adds steps and a level of its own where they differ.
  Finding& add(Pos pos, std::vector<std::string> objects, std::string message, std::string remedy,
               std::vector<Step> steps = {}) {
    list_.push_back({{},
                     {},
                     pos,
                     std::move(objects),
                     std::move(message),
                     std::move(remedy),
                     std::move(steps),
                     {},
                     {}});
    return list_.back();
  }

  // True if what the object has or lacks is not known. To be asked before anything is said to be
  // missing; it is noted that the rule's answer depends on it.
  bool is_unknown(Unknown::Of of, std::string_view name);

  std::vector<Finding>& list() { return list_; }
  const std::vector<const Unknown*>& met() const { return met_; }

 private:
  const std::vector<Unknown>& unknowns_;
  std::vector<Finding> list_;
  std::vector<const Unknown*> met_;  // each once
};

struct Rule {
  std::string_view id;  // "MS0101"
  Level level = Level::Error;
  std::string_view title;
  void (*look)(const Subject& subject, Findings& findings) = nullptr;
  Needs needs = Needs::Network;
};

}  // namespace meshsim::checks
