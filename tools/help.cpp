// The help texts, written from the tables of verbs.
#include <fmt/format.h>

#include "tools/cli.hpp"

namespace meshsim::tools {

std::string help_text(std::span<const Verb* const> verbs) {
  std::string text =
      "meshsim predicts what a mesh of Kubernetes clusters in several Oracle Cloud regions will\n"
      "do before anyone provisions it: who finds whom, how long joining takes, and why not.\n\n"
      "usage: meshsim VERB [OPTION...] [FILE]\n\n"
      "verbs:\n";
  for (const Verb* verb : verbs) {
    text += fmt::format("  {:<24} {}\n", fmt::format("{} {}", verb->name, verb->operand),
                        verb->summary);
  }
  text +=
      "\nstart with:\n"
      "  meshsim run three-region.yaml           simulate three regions that all know each other\n"
      "  meshsim run three-region-hub.yaml       the same through a hub, and what stops the third\n"
      "  meshsim explain scenario                what a scenario file may say\n"
      "  meshsim run --help                      each verb explains itself\n\n"
      "exit codes:";
  const char* separator = " ";
  for (const ExitCodeRow& row : kExitCodes) {
    text += fmt::format("{}{} {}", separator, static_cast<int>(row.code), row.name);
    separator = ", ";
  }
  return text + " (meshsim explain exit-codes)\n";
}

std::string help_text(const Verb& verb) {
  std::string text = fmt::format("usage: meshsim {}{}{}{}\n\n", verb.name,
                                 verb.options.empty() ? "" : " [OPTION...]",
                                 verb.operand.empty() ? "" : " ", verb.operand);
  text += verb.text;
  text += "\noptions:\n";
  for (const Option& option : verb.options) {
    const std::string left =
        fmt::format("{} {}{}{}", option.letter == 0 ? "   " : fmt::format("-{},", option.letter),
                    option.name, option.value.empty() ? "" : " ", option.value);
    text += fmt::format("  {:<26} {}\n", left, option.meaning);
  }
  return text + fmt::format("  {:<26} {}\n", "-h, --help", "this text");
}

}  // namespace meshsim::tools
