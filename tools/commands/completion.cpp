// meshsim completion: scripts for bash and zsh, written from the table of verbs.
#include <fmt/format.h>

#include <algorithm>

#include "tools/commands/commands.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

std::string spaced(std::string_view words) {
  std::string text{words};
  std::replace(text.begin(), text.end(), '|', ' ');
  return text;
}

std::string options_of(const Verb& verb) {
  std::string words = "-h --help";
  for (const Option& option : verb.options) {
    if (option.letter != 0) words += fmt::format(" -{}", option.letter);
    words += fmt::format(" {}", option.name);
  }
  return words;
}

// One branch of the bash function: what may follow in a call of this verb.
std::string bash_branch(const Verb& verb) {
  std::string text = fmt::format("    {})\n      case $previous in\n", verb.name);
  for (const Option& option : verb.options) {
    if (option.kind == OptionKind::Flag) continue;
    const std::string names = option.letter == 0
                                  ? std::string{option.name}
                                  : fmt::format("-{} | {}", option.letter, option.name);
    const bool has_words = option.kind == OptionKind::Choice;
    text +=
        fmt::format("        {}) words=\"{}\" ;;\n", names, has_words ? spaced(option.value) : "");
  }
  text += "        *)\n";
  text += fmt::format("          words=\"{}\"\n", spaced(verb.operand_words));
  const bool takes_files = verb.takes_files();
  text += fmt::format("          files={}\n", takes_files ? "yes" : "no");
  text +=
      fmt::format("          [[ $current == -* ]] && words=\"{}\" files=no\n", options_of(verb));
  return text + "          ;;\n      esac\n      ;;\n";
}

std::string bash_script() {
  std::string verbs;
  std::string branches;
  for (const Verb* verb : kVerbs) {
    verbs += fmt::format("{} ", verb->name);
    branches += bash_branch(*verb);
  }
  return fmt::format(R"(# bash completion of meshsim; made by `meshsim completion bash`
_meshsim() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  local words="" files=no
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "{}--help --version" -- "$current")
    return
  fi
  case ${{COMP_WORDS[1]}} in
{}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ $files == yes ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(
      compgen -d -- "$current"
      compgen -f -X '!*.yaml' -- "$current"
      compgen -f -X '!*.yml' -- "$current"
      compgen -f -X '!*.json' -- "$current"
    )
  fi
}}
complete -F _meshsim meshsim
)",
                     verbs, branches);
}

// In zsh's one-line specs a colon, a bracket or a quote would end the text.
std::string zsh_text(std::string_view text) {
  std::string plain;
  for (const char letter : text) {
    if (letter == '\'') continue;
    if (letter == ':' || letter == '[' || letter == ']') plain += '\\';
    plain += letter;
  }
  return plain;
}

std::string zsh_branch(const Verb& verb) {
  std::string text = fmt::format("    {})\n      _arguments \\\n", verb.name);
  text += "        '(-h --help)'{-h,--help}'[explain this verb]' \\\n";
  for (const Option& option : verb.options) {
    std::string argument;
    if (option.kind == OptionKind::Choice) {
      argument = fmt::format(":word:({})", spaced(option.value));
    } else if (option.kind != OptionKind::Flag) {
      argument = fmt::format(":{}:", option.value);
    }
    if (option.letter == 0) {
      text +=
          fmt::format("        '{}[{}]{}' \\\n", option.name, zsh_text(option.meaning), argument);
    } else {
      text += fmt::format("        '(-{0} {1})'{{-{0},{1}}}'[{2}]{3}' \\\n", option.letter,
                          option.name, zsh_text(option.meaning), argument);
    }
  }
  if (!verb.operand_words.empty()) {
    text += fmt::format("        '2:word:({})'", spaced(verb.operand_words));
    if (verb.takes_files()) text += " \\\n        '*:file:_files -g \"*.(yaml|yml|json)\"'";
  } else if (verb.takes_files()) {
    text += fmt::format("        '{}:file:_files -g \"*.(yaml|yml|json)\"'",
                        verb.takes_several() ? "*" : "2");
  } else if (!verb.operand.empty()) {
    text += fmt::format("        '2:{}:'", verb.operand);
  } else {
    text += "        '2:nothing more:'";
  }
  return text + "\n      ;;\n";
}

std::string zsh_script() {
  std::string verbs;
  std::string branches;
  for (const Verb* verb : kVerbs) {
    verbs += fmt::format("    '{}:{}'\n", verb->name, zsh_text(verb->summary));
    branches += zsh_branch(*verb);
  }
  return fmt::format(R"(#compdef meshsim
# zsh completion of meshsim; made by `meshsim completion zsh`
_meshsim() {{
  local -a verbs=(
{}  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  case $words[2] in
{}  esac
}}
_meshsim "$@"
)",
                     verbs, branches);
}

ExitCode completion(const Arguments& arguments) {
  if (arguments.operand() == "bash") {
    print(bash_script());
  } else if (arguments.operand() == "zsh") {
    print(zsh_script());
  } else {
    tell(fmt::format("meshsim completion: '{}' is none of bash|zsh\n", arguments.operand()));
    return ExitCode::BadInput;
  }
  return ExitCode::Holds;
}

}  // namespace

constinit const Verb kCompletionVerb{
    .name = "completion",
    .operand = "bash|zsh",
    .operand_words = "bash|zsh",
    .summary = "a completion script for your shell",
    .text =
        "Prints a completion script. An installed meshsim has both in place already.\n\n"
        "  source <(meshsim completion bash)       for this shell\n"
        "  meshsim completion zsh > ~/.zfunc/_meshsim\n",
    .options = {},
    .run = completion,
};

}  // namespace meshsim::tools
