// meshsim schema: JSON Schemas of what meshsim reads and writes.
#include <fmt/format.h>

#include "sim/check/report.hpp"
#include "sim/report/path_report.hpp"
#include "sim/report/report.hpp"
#include "tools/commands/commands.hpp"
#include "tools/documents.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

constexpr std::string_view kKinds = "scenario|topology|result|path|reach|check";

std::string text_of(std::string_view kind) {
  if (kind == "result") return result_schema();
  if (kind == "path") return path_schema();
  if (kind == "reach") return reach_schema();
  if (kind == "check") return checks::check_schema();
  for (const ExplainRoot& document : documents()) {
    if (document.name == kind) {
      return json_schema(fmt::format("meshsim {}", document.name), document.type());
    }
  }
  return "";
}

ExitCode schema(const Arguments& arguments) {
  std::string text = text_of(arguments.operand());
  if (text.empty()) {
    tell(fmt::format("meshsim schema: '{}' is none of {}\n", arguments.operand(), kKinds));
    return ExitCode::BadInput;
  }
  if (!text.ends_with('\n')) text += '\n';
  print(text);
  return ExitCode::Holds;
}

}  // namespace

constinit const Verb kSchemaVerb{
    .name = "schema",
    .operand = kKinds,
    .operand_words = kKinds,
    .summary = "a JSON Schema of what meshsim reads or writes",
    .text =
        "Prints a JSON Schema (draft-07): of scenario and topology files for your editor, of\n"
        "`meshsim run -o json` (result), `path`, `reach` and `check` for programs. It grows only: "
        "no\n"
        "key is renamed or removed.\n\n"
        "  meshsim schema scenario > scenario.schema.json\n",
    .options = {},
    .run = schema,
};

}  // namespace meshsim::tools
