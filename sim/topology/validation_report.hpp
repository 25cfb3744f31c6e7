// What every check of a topology needs: where a value stands, and how a mistake is reported.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshsim/topology/topology.hpp"
#include "sim/config/node.hpp"
#include "sim/topology/validate.hpp"

namespace meshsim {

class ValidationReport {
 public:
  // `document`: the mapping the topology was read from, or nullptr.
  ValidationReport(const Topology& topology, const Node* document, const std::string& path,
                   Diagnostics& diagnostics, ValidateFor use)
      : topology_(topology),
        document_(document),
        prefix_(path.empty() ? "" : path + "."),
        diagnostics_(diagnostics),
        is_run_(use == ValidateFor::Run) {}

  const Topology& topology() const { return topology_; }

  // The place of a value: in the document if it stands there, else of the object it belongs to.
  Pos place(const std::string& path, Pos object) const;
  bool stands(const std::string& path) const;
  void error(const std::string& path, Pos object, std::string message) const;
  void warn(Pos pos, const std::string& path, std::string message) const;

  template <class T>
  void unique_names(const std::vector<T>& list, const std::string& path) const {
    std::vector<std::pair<std::string_view, Pos>> names;
    for (const T& one : list) names.emplace_back(one.name, one.pos);
    names_differ(names, path);
  }

  // Reports a name that is none of the list's.
  template <class T>
  bool names_one_of(const std::vector<T>& list, const std::string& name, const std::string& path,
                    Pos pos, std::string_view what) const {
    return find_named(list, name) != nullptr || no_such(list, name, path, pos, what);
  }

  template <class T>
  bool no_such(const std::vector<T>& list, const std::string& name, const std::string& path,
               Pos pos, std::string_view what) const {
    std::vector<std::string_view> names;
    for (const T& one : list) names.push_back(one.name);
    not_among(names, name, path, pos, what);
    return false;
  }

  void check_region(const std::string& region, const std::string& path, Pos pos) const;

 protected:
  const Topology& topology_;
  const Node* document_;
  std::string prefix_;
  Diagnostics& diagnostics_;
  bool is_run_;  // else what the rules of `meshsim check` say is left to them

 private:
  void names_differ(const std::vector<std::pair<std::string_view, Pos>>& names,
                    const std::string& path) const;
  void not_among(const std::vector<std::string_view>& names, const std::string& name,
                 const std::string& path, Pos pos, std::string_view what) const;
};

// DRGs, their tables, and peerings (validate_drgs.cpp).
void validate_drgs(const ValidationReport& report);

}  // namespace meshsim
