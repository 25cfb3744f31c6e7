// A parsed Corefile: server blocks and the plugins that are modelled, each with its place in the
// user's file and, once registered, the decision that traces name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "meshsim/base/decisions.hpp"
#include "meshsim/base/diagnostics.hpp"
#include "meshsim/base/ip.hpp"
#include "meshsim/base/units.hpp"
#include "models/dns/message.hpp"

namespace meshsim::dns {

inline constexpr std::string_view kDefaultVersion = "1.12.2";  // source: dns.md, head

// Whether `version` is at least major.minor.patch.
bool at_least(std::string_view version, int major, int minor, int patch);

struct ServerKey {
  std::string zone;  // absolute; letter case as written (it matters before 1.14.7)
  std::uint16_t port = 53;
  Pos pos;
};

// What a directive restricts itself to: the zones it names, or those of its server block.
using Zones = std::vector<std::string>;
// The longest zone that holds the name, or nullptr.
const std::string* matching_zone(const Zones& zones, std::string_view name);

// Whether an unanswered name goes on to the next plugin, and of which zones.
struct Fallthrough {
  bool is_on = false;
  Zones zones;  // empty: all
  bool applies_to(std::string_view name) const;
};

struct CacheConfig {
  Zones zones;                    // empty: those of the server block
  std::uint32_t capacity = 9984;  // entries of each store; source: dns.md section 2.4
  std::uint32_t denial_capacity = 9984;
  Duration success_max = 3600s;
  Duration success_min = 5s;
  Duration denial_max = 1800s;
  Duration denial_min = 5s;
  Duration servfail = 5s;
  bool keep_ttl = false;
  std::uint32_t prefetch = 0;  // hits; 0: off
  Duration prefetch_window = 60s;
  std::uint32_t prefetch_percent = 10;
  Duration stale{};  // how long expired entries are served; zero: not at all
  bool verify_stale = false;
  // Of `disable success|denial [ZONES]`.
  Zones success_disabled;
  Zones denial_disabled;
  Pos pos;
  DecisionId decision;
};

enum class NameMatch : std::uint8_t { Exact, Prefix, Suffix, Substring, Regex };

// `answer name` and `answer value` of a rule.
struct AnswerRule {
  bool of_value = false;
  std::string pattern;
  std::string replacement;
};

enum class RewriteField : std::uint8_t { Name, Type, Class, Ttl, Edns0, Cname, Rcode };

// What `rewrite edns0` puts into the query's OPT record.
struct EdnsRule {
  enum class Kind : std::uint8_t { Local, Nsid, Subnet };
  enum class Action : std::uint8_t { Set, Append, Replace, Unset };
  Kind kind = Kind::Local;
  Action action = Action::Set;
  std::uint16_t code = 0;
  std::string data;      // bytes
  std::string variable;  // "{client_ip}"; empty: data
  std::uint8_t v4_bits = 0;
  std::uint8_t v6_bits = 0;
  bool reverts = false;
};

// One `rewrite` rule. Names are lower-case and absolute (but for the pattern of a regex).
struct RewriteRule {
  RewriteField field = RewriteField::Name;
  NameMatch match = NameMatch::Exact;
  std::string from;
  std::string to;
  bool stop = true;
  bool answer_auto = false;
  std::vector<AnswerRule> answers;
  std::uint16_t old_number = 0;  // type or class asked for, RCODE of the reply
  std::uint16_t new_number = 0;
  std::uint32_t ttl_min = 0;
  std::uint32_t ttl_max = 0;
  EdnsRule edns;
  Pos pos;
  DecisionId decision;
};

enum class ForwardPolicy : std::uint8_t { Random, RoundRobin, Sequential };

struct Upstream {
  Ipv4 address;
  std::uint16_t port = 53;
};

struct ForwardConfig {
  std::string from = ".";
  Zones except;
  std::vector<Upstream> to;
  ForwardPolicy policy = ForwardPolicy::Random;
  std::uint32_t max_fails = 2;
  Duration health_check = 500ms;
  std::string health_domain = ".";
  bool health_recursion = true;  // RD of the probes; off with no_rec
  Duration expire = 10s;
  std::uint32_t max_concurrent = 0;        // 0: no limit
  std::uint32_t max_connect_attempts = 0;  // 0: no limit
  Duration read_timeout = 2s;
  bool fail_fast = false;  // failfast_all_unhealthy_upstreams
  bool force_tcp = false;
  bool prefer_udp = false;
  std::vector<Rcode> next;      // codes that hand over to the next line
  std::vector<Rcode> failover;  // codes that count as an error of the upstream
  bool next_on_nodata = false;
  Pos pos;
  DecisionId decision;
};

enum class PodMode : std::uint8_t { Disabled, Insecure, Verified };

// One comma-separated part of a label selector.
struct LabelTerm {
  enum class Kind : std::uint8_t { Equal, NotEqual, Exists, NotExists };
  Kind kind = Kind::Equal;
  std::string key;
  std::string value;
};

struct KubernetesConfig {
  Zones zones;
  std::uint32_t ttl = 5;  // seconds
  PodMode pods = PodMode::Disabled;
  bool endpoint_pod_names = false;
  bool no_endpoints = false;
  std::vector<std::string> namespaces;  // empty: all
  std::vector<LabelTerm> labels;
  bool ignore_empty_service = false;
  Fallthrough falls_through;
  Pos pos;
  DecisionId decision;
};

struct HostsConfig {
  Zones zones;
  std::uint32_t ttl = 3600;
  bool reverse = true;
  Fallthrough falls_through;
  std::vector<std::pair<std::string, std::vector<std::string>>> entries;  // address, names
  Pos pos;
  DecisionId decision;
};

// A piece of a template's text: literal, or what stands for a field of the question.
struct TemplatePiece {
  enum class Kind : std::uint8_t { Text, Name, Zone, Type, Class, Group, Match, Remote };
  Kind kind = Kind::Text;
  std::string text;  // of Text, and the name or number of Group
};
using TemplateText = std::vector<TemplatePiece>;

struct TemplateConfig {
  Zones zones;
  RecordClass record_class = RecordClass::In;  // Any: every class
  RecordType type = RecordType::Any;           // Any: every type
  std::vector<std::string> matches;
  std::vector<TemplateText> answers;
  std::vector<TemplateText> authorities;
  std::vector<TemplateText> additionals;
  Rcode rcode = Rcode::NoError;
  Fallthrough falls_through;
  Pos pos;
  DecisionId decision;
};

struct FileConfig {
  Zones zones;
  std::vector<Record> records;  // of the zone file, in its order
  Fallthrough falls_through;
  Pos pos;
  DecisionId decision;
};

struct AclRule {
  enum class Action : std::uint8_t { Allow, Block, Filter, Drop };
  Action action = Action::Allow;
  std::vector<RecordType> types;  // empty: all
  std::vector<Prefix> nets;       // empty: all
};
struct AclConfig {
  Zones zones;
  std::vector<AclRule> rules;
  Pos pos;
  DecisionId decision;
};

struct AutopathConfig {
  Zones zones;
  std::vector<std::string> search;
  bool of_kubernetes = false;
  Pos pos;
  DecisionId decision;
};

struct Dns64Config {
  std::string prefix = "64:ff9b::/96";
  bool translate_all = false;
  bool allow_ipv4 = false;
  Pos pos;
};

struct HeaderRule {
  bool of_response = true;
  bool set = true;
  char flag = 'a';  // a(a), r(a), d (rd)
};

struct ReloadConfig {
  Duration interval = 30s;
  Duration jitter = 15s;
};

struct ErraticConfig {
  std::uint32_t drop = 2;  // every n-th query; 0: none
  std::uint32_t truncate = 0;
};

struct ChaosConfig {
  std::string version;
  std::vector<std::string> authors;
};

// The plugins that act on answers or on time, by name.
enum class Plugin : std::uint8_t {
  Bufsize,
  Nsid,
  Local,
  Dns64,
  Acl,
  Any,
  Chaos,
  Loadbalance,
  Cache,
  Rewrite,
  Header,
  Autopath,
  Minimal,
  Template,
  Hosts,
  Kubernetes,
  File,
  Loop,
  Forward,
  Erratic,
  Whoami,
};

// In the order in which a query passes them, which is compiled in; source: dns.md section 1.5.
std::vector<Plugin> plugin_order(std::string_view version);

struct ServerBlock {
  std::vector<ServerKey> keys;
  std::vector<Ipv4> bind;            // empty: all addresses
  std::vector<std::string> plugins;  // all directives, in the order of the file
  std::optional<CacheConfig> cache;
  std::vector<RewriteRule> rewrites;
  bool reverts_rewrites = true;
  std::vector<ForwardConfig> forwards;
  std::optional<KubernetesConfig> kubernetes;
  std::optional<HostsConfig> hosts;
  std::vector<TemplateConfig> templates;
  std::vector<FileConfig> files;
  std::vector<AclConfig> acls;
  std::optional<AutopathConfig> autopath;
  std::optional<Dns64Config> dns64;
  std::vector<HeaderRule> headers;
  std::optional<ReloadConfig> reload;
  std::optional<ErraticConfig> erratic;
  std::optional<ChaosConfig> chaos;
  std::string nsid;
  std::uint16_t bufsize = 0;  // 0: off
  std::vector<Prefix> preferred;
  std::string view;  // expression of a `view`, empty: none
  Pos pos;
  DecisionId decision;

  bool has(Plugin plugin) const;
};

struct Config {
  std::vector<ServerBlock> blocks;
};

// Registers every block and plugin, so that traces can name the line that decided.
void register_decisions(Config& config, Decisions& decisions);

}  // namespace meshsim::dns
