// Whatever single rule, route, attachment or peering is taken out of Terraform's state, the answer
// of `meshsim path` changes if, and only if, the packet needed it: to the right code, at the object
// that lacks it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/path/mesh_plans.hpp"

namespace meshsim {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

const std::string kImported = "scenarios/imported/two-region/";

struct Question {
  const char* from;
  const char* to;
  Protocol protocol;
  std::uint16_t port;
};

// Something of the state: taken out while this lives.
class Taken {
 public:
  Taken(Json& list, std::size_t place)
      : list_(list), place_(static_cast<std::ptrdiff_t>(place)), element_(list[place]) {
    list_.erase(place);
  }
  ~Taken() { list_.insert(list_.begin() + place_, element_); }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;

 private:
  Json& list_;
  std::ptrdiff_t place_;
  Json element_;
};

struct Item {
  std::string name;  // "c1: rule 'VXLAN from c2 VCN'"
  Json* list = nullptr;
  std::size_t place = 0;
};

// "c1" of "module.c1[0].module.drg[0]...".
std::string cluster_of(const Json& resource) {
  const auto address = resource["address"].get<std::string>();
  return address.substr(7, address.find('[') - 7);
}

// Rules, routes, attachments and peerings, wherever in the modules they stand.
void collect(Json& module, std::vector<Item>& items) {
  if (module.contains("resources")) {
    Json& list = module["resources"];
    for (std::size_t place = 0; place < list.size(); ++place) {
      const auto type = list[place]["type"].get<std::string>();
      const std::string cluster = cluster_of(list[place]);
      Json& values = list[place]["values"];
      const auto add = [&](const std::string& what) {
        items.push_back({cluster + ": " + what, &list, place});
      };
      if (type == "oci_core_network_security_group_security_rule") {
        add("rule '" + values["description"].get<std::string>() + "'");
      } else if (type == "oci_core_drg_attachment") {
        add("attachment");
      } else if (type == "oci_core_remote_peering_connection") {
        add("peering");
      } else if (type == "oci_core_route_table") {
        Json& rules = values["route_rules"];
        for (std::size_t rule = 0; rule < rules.size(); ++rule) {
          items.push_back({fmt::format("{}: route {} of {}", cluster,
                                       rules[rule]["destination"].get<std::string>(),
                                       values["display_name"].get<std::string>()),
                           &rules, rule});
        }
      }
    }
  }
  if (!module.contains("child_modules")) return;
  for (Json& child : module["child_modules"]) collect(child, items);
}

// The state, which parts may be taken out of, with the dumps and Helm values that go with it.
class Removal : public testing::Test {
 protected:
  Removal() {
    std::string name = (fs::temp_directory_path() / "meshsim-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::ifstream file{kImported + "state.json"};
    state_ = Json::parse(file);
    collect(state_["values"]["root_module"], items_);
  }
  ~Removal() override { fs::remove_all(folder_); }

  // The input without what has been taken out.
  std::unique_ptr<Planned> plan() const {
    const std::string state = (folder_ / "state.json").string();
    std::ofstream{state} << state_.dump(1);
    return look_at({state, kImported + "kubectl-c1.json", kImported + "kubectl-c2.json",
                    "scenarios/manifests/two-region/c1/cilium-values.yaml",
                    "scenarios/manifests/two-region/c2/cilium-values.yaml"});
  }

  static Path ask(PathFinder& finder, const Plan& plan, const Question& question) {
    const FoundEnd from = find_end(plan, question.from);
    const FoundEnd to = find_end(plan, question.to);
    EXPECT_TRUE(from.end && to.end) << from.problem << to.problem;
    if (!from.end || !to.end) return {};
    PathQuery query;
    query.from = *from.end;
    query.to = *to.end;
    query.protocol = question.protocol;
    query.port = question.port;
    query.wants_answer = true;
    return finder.find(query);
  }

  // By question, what becomes of the packet without each of the items if that is not "Delivered".
  std::vector<std::string> needs(const std::vector<Question>& questions) {
    std::vector<std::string> texts(questions.size());
    const auto whole = plan();
    PathFinder of_whole{*whole->plan};
    for (const Question& question : questions) {
      EXPECT_EQ(verdict(ask(of_whole, *whole->plan, question)), "Delivered") << question.to;
    }
    for (const Item& item : items_) {
      const Taken taken{*item.list, item.place};
      const auto planned = plan();
      if (!planned->plan) {
        for (std::string& text : texts)
          text += "  " + item.name + " -> " + error_of(*planned) + "\n";
        continue;
      }
      PathFinder finder{*planned->plan};
      for (std::size_t index = 0; index < questions.size(); ++index) {
        const Path path = ask(finder, *planned->plan, questions[index]);
        EXPECT_FALSE(rules_of(path).contains(item.name)) << "but it is gone";
        if (path.verdict == PathVerdict::Delivered) continue;
        texts[index] += "  " + item.name + " -> " + verdict_and_cause(path) + "\n";
      }
    }
    return texts;
  }

  static std::string error_of(const Planned& planned) {
    for (const Diagnostic& one : planned.diagnostics.list()) {
      if (one.severity == Severity::Error) return "error: " + one.message;
    }
    return "no plan, and no error";
  }

  static std::string verdict(const Path& path) {
    if (path.verdict == PathVerdict::Unknown) {
      return "unknown: " + (path.unknowns.empty() ? "?" : path.unknowns.front().what);
    }
    for (std::size_t leg = 0; leg < path.legs.size(); ++leg) {
      if (!path.legs[leg].code) continue;
      const PathHop& last = path.legs[leg].last();
      return fmt::format("{}{} at {}: {}",
                         leg == 0   ? ""
                         : leg == 1 ? "answer "
                                    : "last ",
                         row_of(*path.legs[leg].code).name, last.where, last.rule);
    }
    return std::string{to_string(path.verdict)};
  }

  static std::string verdict_and_cause(const Path& path) {
    std::string text = verdict(path);
    for (const Path& one : path.failed_connection) text += "; behind it " + verdict(one);
    return text;
  }

  static std::set<std::string> rules_of(const Path& path) {
    std::set<std::string> rules;
    for (const PathLeg& leg : path.legs) {
      for (const PathHop& hop : leg.hops) {
        const std::size_t of = hop.rule.find(" of NSG");
        if (of == std::string::npos) continue;
        rules.insert(hop.rule.substr(hop.rule.size() - 2) + ": " + hop.rule.substr(0, of));
      }
    }
    return rules;
  }
  fs::path folder_;
  Json state_;
  std::vector<Item> items_;
};

TEST_F(Removal, FindsEverythingThatCanBeTakenOut) {
  // 86 rules of NSGs, 8 routes, 2 attachments, 2 ends of the peering.
  EXPECT_EQ(items_.size(), 98U);
}

// removals.txt has for each question what it needs: without it, what comes of the packet, where,
// and by which object. It is read in review; this test prints the new text when it differs.
TEST_F(Removal, EndsThePathsThatNeedIt) {
  const std::vector<Question> questions{
      {"pod/c1/storage-c1-0", "pod/c2/storage-c2-0", Protocol::Tcp, 7575},
      {"pod/c2/storage-c2-0", "pod/c1/storage-c1-0", Protocol::Tcp, 7575},
      {"pod/c1/coredns-6c5f8d7b9-4kq2x", "lb/c2/kube-dns-nlb", Protocol::Udp, 53},
      {"pod/c2/coredns-6c5f8d7b9-4kq2x", "lb/c1/kube-dns-nlb", Protocol::Udp, 53},
      {"host/c1-operator", "api/c1", Protocol::Tcp, 6443},
      {"host/c1-operator", "api/c2", Protocol::Tcp, 6443}};
  const std::vector<std::string> needed = needs(questions);
  std::string text;
  for (std::size_t index = 0; index < questions.size(); ++index) {
    const Question& question = questions[index];
    text += fmt::format("{} > {} {} {}\n{}\n", question.from, question.to,
                        to_string(question.protocol), question.port, needed[index]);
  }
  std::ifstream file{"tests/path/removals.txt"};
  const std::string expected{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_EQ(text, expected) << text;
}

}  // namespace
}  // namespace meshsim
