// The page of each rule: why it matters, an example that it finds, and one that it does not.
// The examples are whole inputs; a test runs the rule on each of them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meshsim::checks {

// A file of an example. Cilium values and manifests say their cluster: "c1/cilium-values.yaml".
struct ExampleFile {
  std::string name;  // "topology.yaml"
  std::string text;
};

struct RulePage {
  std::string id;
  std::string title;
  std::string why;
  std::vector<ExampleFile> bad;
  std::vector<ExampleFile> good;  // what differs; the other files are those of `bad`
};

std::span<const RulePage> rule_pages();
// Of that id, or nullptr.
const RulePage* find_page(std::string_view id);

// As `meshsim explain MS0101` prints it.
std::string page_text(const RulePage& page);
// As `meshsim explain rules` prints it: every rule in a line.
std::string rule_list();

}  // namespace meshsim::checks
