// Setup of the plugins that answer by themselves: hosts, template, file, chaos, erratic, autopath.
// Source: dns.md section 2.7 (coredns, plugin/*/setup.go).
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "models/dns/name.hpp"
#include "models/dns/pattern.hpp"
#include "sim/import/corefile_plugins.hpp"
#include "sim/import/corefile_setup.hpp"
#include "sim/import/zone_file.hpp"

namespace meshsim::corefile {
namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream{line.substr(0, line.find('#'))};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

void add_host(const std::vector<std::string>& words, dns::HostsConfig& hosts) {
  if (words.size() < 2) return;
  const bool is_v4 = parse_ipv4(words[0]).has_value();
  const std::string address = is_v4 ? words[0] : dns::canonical_ipv6(words[0]);
  if (address.empty()) return;
  std::vector<std::string> names;
  for (std::size_t index = 1; index < words.size(); ++index) {
    names.push_back(dns::absolute(dns::lower(words[index])));
  }
  hosts.entries.emplace_back(address, std::move(names));
}

// A file that the Corefile names, relative to its folder; nullptr if it is not there.
const CorefileText* file_named(const CorefileInput& input, const std::string& path) {
  const auto found = input.files.find(path);
  return found == input.files.end() ? nullptr : &found->second;
}

void set_up_hosts(const CorefileDirective& directive, const CorefileInput& input,
                  const Report& report, dns::ServerBlock& block) {
  dns::HostsConfig hosts;
  hosts.pos = directive.name.pos;
  std::size_t first_zone = 0;
  if (!directive.arguments.empty()) {
    if (const CorefileText* const file = file_named(input, directive.arguments[0].text)) {
      std::istringstream lines{file->text};
      for (std::string line; std::getline(lines, line);) add_host(words_of(line), hosts);
      first_zone = 1;
    } else if (directive.arguments[0].text.find('/') != std::string::npos) {
      report.warning(directive.arguments[0], "the file is not given; it counts as empty");
      first_zone = 1;
    }
  }
  hosts.zones = zones_or_keys(directive.arguments, first_zone, block);
  for (const Words& line : directive.block) {
    const std::string& option = line[0].text;
    if (option == "fallthrough") {
      hosts.falls_through = fallthrough(line);
    } else if (option == "no_reverse") {
      hosts.reverse = false;
    } else if (option == "ttl") {
      const auto ttl = line.size() == 2 ? integer(line[1].text) : std::nullopt;
      if (!ttl) return report.argument_count(line.back());
      if (*ttl <= 0 || *ttl > 65535) return report.error(line[1], "ttl provided is invalid");
      hosts.ttl = static_cast<std::uint32_t>(*ttl);
    } else if (option == "reload") {
      if (line.size() != 2) return report.argument_count(line.back());
    } else {
      std::vector<std::string> words;
      for (const CorefileToken& word : line) words.push_back(word.text);
      if (!parse_ipv4(option) && dns::canonical_ipv6(option).empty()) {
        return report.unknown_property(line[0]);
      }
      add_host(words, hosts);
    }
  }
  block.hosts = std::move(hosts);
}

// "{{ .Name }} 60 IN A 10.0.{{ .Group.a }}.1": what stands between the braces is one field.
// `last`: the last word of the line, which CoreDNS shows in its complaint.
bool read_template(const CorefileToken& word, const CorefileToken& last, const Report& report,
                   dns::TemplateText& text) {
  using Kind = dns::TemplatePiece::Kind;
  const auto wrong = [&](std::string_view why) {
    report.error(word, fmt::format("could not compile template: {}, template: answer:1: {}",
                                   last.text, why));
    return false;
  };
  const std::string& source = word.text;
  for (std::size_t at = 0; at < source.size();) {
    const std::size_t open = std::min(source.find("{{", at), source.size());
    if (open > at) text.push_back({Kind::Text, source.substr(at, open - at)});
    if (open == source.size()) return true;
    const std::size_t close = source.find("}}", open);
    if (close == std::string::npos) return wrong("unclosed action");
    std::string field = source.substr(open + 2, close - open - 2);
    at = close + 2;
    std::erase(field, '-');
    const std::vector<std::string> words = words_of(field);
    if (words.empty()) return wrong("missing value for command");
    const std::string& name = words[0];
    if (name == ".Name" || name == ".Question.Name") {
      text.push_back({Kind::Name, {}});
    } else if (name == ".Zone") {
      text.push_back({Kind::Zone, {}});
    } else if (name == ".Type") {
      text.push_back({Kind::Type, {}});
    } else if (name == ".Class") {
      text.push_back({Kind::Class, {}});
    } else if (name == ".Remote") {
      text.push_back({Kind::Remote, {}});
    } else if (name.starts_with(".Group.")) {
      text.push_back({Kind::Group, name.substr(7)});
    } else if (name == "index" && words.size() == 3 && words[1] == ".Match") {
      text.push_back({Kind::Match, words[2]});
    } else if (name == "index" && words.size() == 3 && words[1] == ".Group") {
      std::string group = words[2];
      std::erase(group, '"');
      text.push_back({Kind::Group, group});
    } else {
      return wrong(fmt::format("'{}' is not modelled here", field));
    }
  }
  return true;
}

// `template CLASS TYPE [ZONES] { match ...; answer ...; ... }`
void set_up_template(const CorefileDirective& directive, const Report& report,
                     dns::ServerBlock& block) {
  const Words& words = directive.arguments;
  if (words.size() < 2) {
    return report.argument_count(words.empty() ? directive.name : words.back());
  }
  dns::TemplateConfig config;
  config.pos = directive.name.pos;
  const auto record_class = dns::parse_class(words[0].text);
  if (!record_class) {
    return report.error(words[0], fmt::format("invalid query class {}", words[0].text));
  }
  const auto type = dns::parse_type(words[1].text);
  if (!type) return report.error(words[1], fmt::format("invalid RR class {}", words[1].text));
  config.record_class = *record_class;
  config.type = *type;
  config.zones = zones_or_keys(words, 2, block);
  for (const Words& line : directive.block) {
    const std::string& option = line[0].text;
    const auto texts = [&](std::vector<dns::TemplateText>& into) {
      if (line.size() < 2) {
        report.argument_count(line.back());
        return false;
      }
      for (std::size_t index = 1; index < line.size(); ++index) {
        if (!read_template(line[index], line.back(), report, into.emplace_back())) return false;
      }
      return true;
    };
    if (option == "match") {
      if (line.size() < 2) return report.argument_count(line.back());
      for (std::size_t index = 1; index < line.size(); ++index) {
        const dns::Pattern pattern{line[index].text};
        if (!pattern.error().empty()) {
          return report.error(line[index], fmt::format("could not parse regex: {}, {}",
                                                       line[index].text, pattern.error()));
        }
        config.matches.push_back(line[index].text);
      }
    } else if (option == "answer") {
      if (!texts(config.answers)) return;
    } else if (option == "authority") {
      if (!texts(config.authorities)) return;
    } else if (option == "additional") {
      if (!texts(config.additionals)) return;
    } else if (option == "rcode") {
      const auto rcode = line.size() == 2 ? dns::parse_rcode(line[1].text) : std::nullopt;
      if (!rcode) {
        return report.error(line.back(), fmt::format("unknown rcode {}", line.back().text));
      }
      config.rcode = *rcode;
    } else if (option == "fallthrough") {
      config.falls_through = fallthrough(line);
    } else if (option == "upstream" || option == "ederror") {
      // Aliases are always looked up; extended errors are not modelled.
    } else {
      return report.unknown_property(line[0]);
    }
  }
  if (config.matches.empty()) config.matches.emplace_back(".*");
  block.templates.push_back(std::move(config));
}

void set_up_file(const CorefileDirective& directive, const CorefileInput& input,
                 const Report& report, dns::ServerBlock& block) {
  const Words& words = directive.arguments;
  if (words.empty()) return report.argument_count(directive.name);
  dns::FileConfig config;
  config.pos = directive.name.pos;
  config.zones = zones_or_keys(words, 1, block);
  for (const Words& line : directive.block) {
    if (line[0].text == "fallthrough") {
      config.falls_through = fallthrough(line);
    } else if (line[0].text != "reload" && line[0].text != "upstream") {
      return report.unknown_property(line[0]);
    }
  }
  const CorefileText* const file = file_named(input, words[0].text);
  if (file == nullptr) {
    return report.error(words[0], fmt::format("open {}: no such file or directory", words[0].text));
  }
  const ZoneFile zone = read_zone_file(file->text, config.zones.front());
  if (!zone.error.empty()) {
    return report.error(words[0],
                        fmt::format("{}, line {}: {}", words[0].text, zone.line, zone.error));
  }
  config.records = zone.records;
  block.files.push_back(std::move(config));
}

void set_up_autopath(const CorefileDirective& directive, const CorefileInput& input,
                     const Report& report, dns::ServerBlock& block) {
  const Words& words = directive.arguments;
  if (words.empty()) return report.argument_count(directive.name);
  dns::AutopathConfig config;
  config.pos = directive.name.pos;
  const std::string source = words.back().text;
  Words zones = words;
  zones.pop_back();
  config.zones = zones_or_keys(zones, 0, block);
  if (source.starts_with('@')) {
    if (source != "@kubernetes") {
      return report.error(words.back(), fmt::format("'{}' is not modelled here", source));
    }
    config.of_kubernetes = true;
  } else {
    const CorefileText* const file = file_named(input, source);
    if (file == nullptr) {
      return report.error(words.back(), fmt::format("failed to parse \"{}\": open {}: no such "
                                                    "file or directory",
                                                    source, source));
    }
    std::istringstream lines{file->text};
    for (std::string line; std::getline(lines, line);) {
      const std::vector<std::string> parts = words_of(line);
      if (parts.empty() || parts[0] != "search") continue;
      config.search.clear();
      for (std::size_t index = 1; index < parts.size(); ++index) {
        config.search.push_back(dns::absolute(dns::lower(parts[index])));
      }
    }
  }
  block.autopath = std::move(config);
}

void set_up_chaos(const CorefileDirective& directive, const CorefileInput& input,
                  dns::ServerBlock& block) {
  dns::ChaosConfig chaos;
  chaos.version = "CoreDNS-" + input.version;
  const Words& words = directive.arguments;
  if (!words.empty()) chaos.version = words[0].text;
  for (std::size_t index = 1; index < words.size(); ++index) {
    chaos.authors.push_back(words[index].text);
  }
  block.chaos = std::move(chaos);
}

void set_up_erratic(const CorefileDirective& directive, const Report& report,
                    dns::ServerBlock& block) {
  dns::ErraticConfig config;
  for (const Words& line : directive.block) {
    const auto amount = line.size() > 1 ? integer(line[1].text) : std::optional<std::int64_t>{2};
    if (!amount || *amount < 0) {
      return report.error(line.back(),
                          fmt::format("illegal amount value given {}", line.back().text));
    }
    const auto every = static_cast<std::uint32_t>(*amount);
    if (line[0].text == "drop") {
      config.drop = every;
    } else if (line[0].text == "truncate") {
      config.truncate = every;
    } else if (line[0].text == "delay") {
      return report.not_modelled(line[0]);
    } else if (line[0].text != "large") {
      return report.unknown_property(line[0]);
    }
  }
  block.erratic = config;
}

}  // namespace

bool set_up_answerer(const CorefileDirective& directive, const CorefileInput& input,
                     const Report& report, dns::ServerBlock& block) {
  const std::string& name = directive.name.text;
  if (name == "hosts") {
    set_up_hosts(directive, input, report, block);
  } else if (name == "template") {
    set_up_template(directive, report, block);
  } else if (name == "file") {
    set_up_file(directive, input, report, block);
  } else if (name == "autopath") {
    set_up_autopath(directive, input, report, block);
  } else if (name == "chaos") {
    set_up_chaos(directive, input, block);
  } else if (name == "erratic") {
    set_up_erratic(directive, report, block);
  } else {
    return false;
  }
  return true;
}

}  // namespace meshsim::corefile
