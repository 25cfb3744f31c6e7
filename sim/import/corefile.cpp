// The parser of the Corefile: server blocks, snippets, imports; source: dns.md sections 1.2 and 1.3
// (coredns/caddy, parse.go; coredns core/dnsserver).
#include "sim/import/corefile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "models/dns/name.hpp"
#include "sim/import/corefile_plugins.hpp"
#include "sim/import/corefile_tokens.hpp"

namespace meshsim {
namespace {

constexpr std::size_t kMostImports = 10'000;

// A syntax error ends the reading, as it does in CoreDNS; thrown and caught in this file.
struct SyntaxError {
  CorefileToken at;
  std::string message;
};

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string{} : path.substr(0, slash + 1);
}

// One '*' or '?', not across folders.
bool glob_matches(std::string_view pattern, std::string_view path) {
  const std::size_t wild = pattern.find_first_of("*?");
  if (wild == pattern.npos) return pattern == path;
  const std::string_view head = pattern.substr(0, wild);
  const std::string_view tail = pattern.substr(wild + 1);
  if (path.size() < head.size() + tail.size()) return false;
  if (!path.starts_with(head) || !path.ends_with(tail)) return false;
  const std::string_view middle = path.substr(head.size(), path.size() - head.size() - tail.size());
  if (middle.find('/') != middle.npos) return false;
  return pattern[wild] == '*' || middle.size() == 1;
}

class Parser {
 public:
  explicit Parser(const CorefileInput& input) : input_(input) {
    const auto main = input.files.find(input.main);
    if (main != input.files.end()) tokens_ = corefile_tokens(main->second, input.main);
  }

  std::vector<CorefileBlock> run() {
    std::vector<CorefileBlock> blocks;
    while (!at_end()) {
      if (import_here()) continue;
      CorefileBlock block;
      read_keys(block);
      if (block.keys.empty()) continue;  // an import without tokens, or quoted nothing
      const std::string& first = block.keys[0].text;
      if (first.starts_with('(') && first.ends_with(')') && block.keys.size() == 1) {
        read_snippet(block.keys[0]);
        continue;
      }
      read_block(block);
      blocks.push_back(std::move(block));
    }
    return blocks;
  }

 private:
  bool at_end() const { return at_ >= tokens_.size(); }
  const CorefileToken& current() const { return tokens_[at_]; }
  const CorefileToken& last() const { return tokens_[std::min(at_, tokens_.size()) - 1]; }

  // Whether the token at `index` starts a line.
  bool starts_line(std::size_t index) const {
    if (index == 0) return true;
    if (index >= tokens_.size()) return false;
    const CorefileToken& before = tokens_[index - 1];
    const auto breaks = static_cast<std::uint32_t>(
        before.quoted ? std::count(before.text.begin(), before.text.end(), '\n') : 0);
    return before.source != tokens_[index].source || before.line + breaks != tokens_[index].line;
  }

  CorefileToken with_variables(CorefileToken token) const {
    token.text = with_environment(token.text, input_.environment);
    return token;
  }

  void read_keys(CorefileBlock& block) {
    bool expects_another = false;
    for (;;) {
      CorefileToken key = with_variables(current());
      if (key.text == "{" && !key.quoted) {
        if (expects_another) {
          throw SyntaxError{key, "Expected another address but had '{' - check for extra comma"};
        }
        return;
      }
      const CorefileToken written = key;
      expects_another = key.text.ends_with(',');
      for (std::size_t from = 0; from <= key.text.size();) {  // "a.org,b.org" are two keys
        const std::size_t comma = std::min(key.text.find(',', from), key.text.size());
        CorefileToken part = written;
        part.text = key.text.substr(from, comma - from);
        if (part.pos) part.pos.column += static_cast<std::uint32_t>(from);
        if (!part.text.empty()) block.keys.push_back(std::move(part));
        from = comma + 1;
      }
      ++at_;
      if (at_end()) {
        if (expects_another) throw SyntaxError{written, "Unexpected EOF"};
        return;
      }
      if (!expects_another && starts_line(at_)) return;
    }
  }

  void read_block(CorefileBlock& block) {
    if (at_end()) return;  // keys and nothing else: a block without plugins
    const bool braces = current().text == "{" && !current().quoted;
    if (braces) ++at_;
    while (!at_end()) {
      if (current().text == "}" && !current().quoted) {
        if (!braces) {
          throw SyntaxError{current(), "Unexpected '}' because no matching opening brace"};
        }
        ++at_;
        return;
      }
      if (import_here()) continue;
      block.directives.push_back(read_directive());
    }
    if (braces) {
      throw SyntaxError{
          last(), fmt::format("Syntax error: Unexpected token '{}', expecting '}}'", last().text)};
    }
  }

  CorefileDirective read_directive() {
    CorefileDirective directive;
    directive.name = current();
    const std::string& name = directive.name.text;
    if (!is_corefile_directive(name)) {
      const std::string_view near = nearest_corefile_directive(name);
      throw SyntaxError{directive.name,
                        fmt::format("Unknown directive '{}'{}", name,
                                    near.empty() ? "" : fmt::format("; did you mean '{}'?", near))};
    }
    ++at_;
    while (!at_end() && !starts_line(at_)) {
      const CorefileToken token = with_variables(current());
      if (token.text == "}" && !token.quoted) {
        throw SyntaxError{token, "Unexpected '}' because no matching opening brace"};
      }
      ++at_;
      if (token.text == "{" && !token.quoted) {
        read_directive_block(directive);
        return directive;
      }
      directive.arguments.push_back(token);
    }
    return directive;
  }

  void read_directive_block(CorefileDirective& directive) {
    std::size_t nesting = 1;
    bool fresh_line = true;
    while (!at_end()) {
      if (starts_line(at_)) fresh_line = true;
      if (fresh_line && import_here()) continue;
      const CorefileToken token = with_variables(current());
      ++at_;
      if (token.text == "{" && !token.quoted) ++nesting;
      if (token.text == "}" && !token.quoted && --nesting == 0) return;
      if (fresh_line) directive.block.emplace_back();
      fresh_line = false;
      directive.block.back().push_back(token);
    }
    throw SyntaxError{last(), "Unexpected EOF"};
  }

  void read_snippet(const CorefileToken& key) {
    const std::string name = key.text.substr(1, key.text.size() - 2);
    if (snippets_.contains(name)) {
      throw SyntaxError{key, fmt::format("redeclaration of previously declared snippet {}", name)};
    }
    if (at_end() || current().text != "{") {
      throw SyntaxError{last(), "a snippet needs '{' after its name"};
    }
    std::size_t nesting = 1;
    std::vector<CorefileToken> body;
    for (++at_; !at_end(); ++at_) {
      if (current().text == "{" && !current().quoted) ++nesting;
      if (current().text == "}" && !current().quoted && --nesting == 0) break;
      body.push_back(current());
    }
    if (at_end()) throw SyntaxError{last(), "Unexpected EOF"};
    ++at_;
    snippets_[name] = std::move(body);
  }

  // If an import stands here, replaces it by what it imports.
  bool import_here() {
    if (current().text != "import" || current().quoted || !starts_line(at_)) return false;
    const CorefileToken import = current();
    std::size_t end = at_ + 1;
    while (end < tokens_.size() && !starts_line(end)) ++end;
    if (end == at_ + 1) {
      throw SyntaxError{import, "Wrong argument count or unexpected line ending after 'import'"};
    }
    const CorefileToken pattern = with_variables(tokens_[at_ + 1]);
    if (pattern.text.empty()) {
      throw SyntaxError{pattern, "Import requires a non-empty filepath"};
    }
    // A closing brace may stand on the same line; anything else is one argument too many.
    if (end > at_ + 2 && tokens_[at_ + 2].text != "}") {
      throw SyntaxError{tokens_[at_ + 2], "Import takes only one argument (glob pattern or file)"};
    }
    if (++imports_ > kMostImports) throw SyntaxError{import, "too many imports"};
    std::vector<CorefileToken> body = imported(pattern);
    const auto place = tokens_.begin() + static_cast<std::ptrdiff_t>(at_);
    tokens_.insert(tokens_.erase(place, place + 2), std::make_move_iterator(body.begin()),
                   std::make_move_iterator(body.end()));
    return true;
  }

  std::vector<CorefileToken> imported(const CorefileToken& pattern) {
    const auto snippet = snippets_.find(pattern.text);
    if (snippet != snippets_.end()) return snippet->second;
    const auto stars = std::count(pattern.text.begin(), pattern.text.end(), '*');
    const auto marks = std::count(pattern.text.begin(), pattern.text.end(), '?');
    if (stars + marks > 1 || pattern.text.find('[') != std::string::npos) {
      throw SyntaxError{pattern, fmt::format("Glob pattern may only contain one wildcard (*), but "
                                             "has others: {}",
                                             pattern.text)};
    }
    const std::string path =
        pattern.text.starts_with('/') ? pattern.text : folder_of(pattern.source) + pattern.text;
    std::vector<CorefileToken> result;
    bool found = false;
    for (const auto& [name, text] : input_.files) {  // sorted by name, as CoreDNS does
      if (!glob_matches(path, name)) continue;
      found = true;
      std::vector<CorefileToken> tokens = corefile_tokens(text, name);
      result.insert(result.end(), tokens.begin(), tokens.end());
    }
    if (!found && stars + marks == 0) {
      throw SyntaxError{pattern, fmt::format("File to import not found: {}", pattern.text)};
    }
    return result;  // a glob without matches is no error
  }

  const CorefileInput& input_;
  std::vector<CorefileToken> tokens_;
  std::size_t at_ = 0;
  std::size_t imports_ = 0;
  std::map<std::string, std::vector<CorefileToken>> snippets_;
};

void add_keys(const CorefileToken& token, bool lowers, dns::ServerBlock& block,
              Diagnostics& diagnostics) {
  std::string_view text = token.text;
  for (const std::string_view scheme : {"tls://", "quic://", "grpc://", "https://"}) {
    if (text.starts_with(scheme)) {
      diagnostics.error(
          token.pos, token.source,
          fmt::format("server block key '{}': {} is not modelled yet", token.text, scheme));
      return;
    }
  }
  if (text.starts_with("dns://")) text.remove_prefix(6);
  std::uint16_t port = 53;
  // The colons of an IPv6 prefix are none before a port.
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != text.npos && (text.find(':') == colon || text[colon - 1] == ']' ||
                                               text.find('/') < colon);
  if (has_port) {
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size()) {
      diagnostics.error(token.pos, token.source,
                        fmt::format("server block key '{}': '{}' is no port", token.text, digits));
      return;
    }
    text = text.substr(0, colon);
  }
  const std::vector<std::string> zones = corefile_zones(text);
  if (zones.empty()) {
    diagnostics.error(token.pos, token.source,
                      fmt::format("server block key '{}' is no domain name", token.text));
  }
  for (const std::string& zone : zones) {
    block.keys.push_back({lowers ? dns::lower(zone) : zone, port, token.pos});
  }
}

void warn_about_upper_case(const dns::ServerKey& key, const CorefileToken& token,
                           const CorefileInput& input, Diagnostics& diagnostics) {
  if (key.zone == dns::lower(key.zone) || dns::at_least(input.version, 1, 14, 7)) return;
  diagnostics.warning(token.pos, token.source,
                      fmt::format("server block key '{}' has upper-case letters: CoreDNS {} never "
                                  "matches it; write {}",
                                  token.text, input.version, dns::lower(token.text)));
}

// What CoreDNS serves without a Corefile: `.:53 { whoami log }`.
dns::ServerBlock whoami_block() {
  dns::ServerBlock block;
  block.keys.push_back({".", 53, {}});
  block.plugins = {"whoami", "log"};
  return block;
}

dns::ServerBlock set_up_block(const CorefileBlock& parsed, const CorefileInput& input,
                              Diagnostics& diagnostics) {
  dns::ServerBlock block;
  block.pos = parsed.keys[0].pos;
  for (const CorefileToken& token : parsed.keys) {
    const std::size_t before = block.keys.size();
    add_keys(token, dns::at_least(input.version, 1, 14, 7), block, diagnostics);
    if (block.keys.size() > before) {
      warn_about_upper_case(block.keys.back(), token, input, diagnostics);
    }
  }
  set_up_plugins(parsed, input, block, diagnostics);
  return block;
}

// Two blocks for one zone and port: only views, and other addresses, keep them apart.
void check_for_clashes(const std::vector<CorefileBlock>& parsed, const dns::Config& config,
                       const CorefileInput& input, Diagnostics& diagnostics) {
  std::map<std::pair<std::string, std::uint16_t>, std::vector<std::size_t>> known;
  const bool views_may_come_last = dns::at_least(input.version, 1, 12, 3);
  for (std::size_t index = 0; index < config.blocks.size(); ++index) {
    const dns::ServerBlock& block = config.blocks[index];
    for (const dns::ServerKey& key : block.keys) {
      std::vector<std::size_t>& others = known[{key.zone, key.port}];
      for (const std::size_t other : others) {
        const dns::ServerBlock& before = config.blocks[other];
        const bool by_view = !before.view.empty() || (views_may_come_last && !block.view.empty());
        const bool overlaps = before.bind.empty() != block.bind.empty();
        const bool by_address =
            !before.bind.empty() && !block.bind.empty() &&
            std::find_first_of(before.bind.begin(), before.bind.end(), block.bind.begin(),
                               block.bind.end()) == before.bind.end();
        if (by_address || (by_view && !overlaps)) continue;
        const CorefileToken& first = parsed[other].keys[0];
        const std::string zone = fmt::format("dns://{}:{}", key.zone, key.port);
        const std::string message =
            overlaps
                ? fmt::format("cannot serve {0} - zone overlap listener capacity with {0} on {1}",
                              zone, to_string((before.bind.empty() ? block : before).bind[0]))
                : fmt::format("cannot serve {} - it is already defined (first in {}, line {})",
                              zone, first.source, first.pos ? first.pos.line : first.line);
        diagnostics.error(key.pos, parsed[index].keys[0].source, message);
        break;
      }
      others.push_back(index);
    }
  }
}

}  // namespace

std::optional<dns::Config> parse_corefile(const CorefileInput& input, Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.errors();
  dns::Config config;
  try {
    const std::vector<CorefileBlock> parsed = Parser{input}.run();
    for (const CorefileBlock& block : parsed) {
      config.blocks.push_back(set_up_block(block, input, diagnostics));
    }
    check_for_clashes(parsed, config, input, diagnostics);
    if (parsed.empty()) config.blocks.push_back(whoami_block());
  } catch (const SyntaxError& error) {
    diagnostics.error(error.at.pos, error.at.source, error.message);
  }
  if (diagnostics.errors() != errors_before) return std::nullopt;
  return config;
}

std::string_view oke_corefile() {
  return R"(.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
    import custom/*.override
}
import custom/*.server
)";
}

CorefileInput oke_corefile_input(std::optional<CorefileText> base,
                                 const std::map<std::string, CorefileText>& custom,
                                 std::string version, std::vector<Ipv4> node_resolvers) {
  CorefileInput input;
  if (!base) base = CorefileText{std::string{oke_corefile()}};
  input.files.emplace(input.main, std::move(*base));
  for (const auto& [key, text] : custom) input.files.emplace("custom/" + key, text);
  input.version = std::move(version);
  input.node_resolvers = std::move(node_resolvers);
  return input;
}

}  // namespace meshsim
