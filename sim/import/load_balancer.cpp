// The annotations of Oracle's cloud controller, sorted by what they do to the simulation.
// Source: oci-oke.md section 4.3, dns.md section 5.3.
#include "sim/import/load_balancer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/import/keys.hpp"

namespace meshsim {
namespace {

using Kind = LoadBalancerRequest::Kind;

constexpr std::string_view kCommon = "oci.oraclecloud.com/";
constexpr std::string_view kLb = "service.beta.kubernetes.io/oci-load-balancer-";
constexpr std::string_view kNlb = "oci-network-load-balancer.oraclecloud.com/";

enum class Use : std::uint8_t { Type, Internal, Subnet, Groups, Address, Source, Harmless, Effect };

// `quiet`: of Effect, the value that changes nothing.
struct Annotation {
  std::string_view prefix;
  std::string_view name;
  Use use;
  std::string_view quiet{};
  std::string_view effect{};
};

constexpr auto kAnnotations = std::to_array<Annotation>({
    {kCommon, "load-balancer-type", Use::Type},
    {kCommon, "oci-network-security-groups", Use::Groups},
    {kCommon, "loadbalancer-policy", Use::Effect, "ROUND_ROBIN", "how backends are chosen"},
    {kCommon, "node-label-selector", Use::Effect, "", "which nodes are backends"},
    {kCommon, "security-rule-management-mode", Use::Effect, "None",
     "the controller adds security rules by itself"},
    {kCommon, "oci-backend-network-security-group", Use::Effect, "", "rules are added to an NSG"},
    {kCommon, "ingress-ip-mode", Use::Harmless},
    {kCommon, "oci-load-balancer-rule-sets", Use::Harmless},
    {kCommon, "initial-freeform-tags-override", Use::Harmless},
    {kCommon, "initial-defined-tags-override", Use::Harmless},
    {kLb, "internal", Use::Internal},
    {kLb, "subnet1", Use::Subnet},
    {kLb, "subnet2", Use::Harmless},
    {kLb, "shape", Use::Harmless},
    {kLb, "shape-flex-min", Use::Harmless},
    {kLb, "shape-flex-max", Use::Harmless},
    {kLb, "security-list-management-mode", Use::Effect, "None",
     "the controller edits security lists by itself"},
    {kLb, "health-check-retries", Use::Effect, "3", "when a dead backend is noticed"},
    {kLb, "health-check-timeout", Use::Effect, "3000", "when a dead backend is noticed"},
    {kLb, "health-check-interval", Use::Effect, "10000", "when a dead backend is noticed"},
    {kLb, "connection-idle-timeout", Use::Effect, "300", "when idle connections are closed"},
    {kLb, "connection-proxy-protocol-version", Use::Effect, "", "a header before the data"},
    {kLb, "backend-protocol", Use::Harmless},
    {kLb, "ssl-ports", Use::Effect, "", "TLS ends at the load balancer"},
    {kLb, "tls-secret", Use::Harmless},
    {kNlb, "internal", Use::Internal},
    {kNlb, "subnet", Use::Subnet},
    {kNlb, "oci-network-security-groups", Use::Groups},
    {kNlb, "assigned-private-ipv4", Use::Address},
    {kNlb, "is-preserve-source", Use::Source},
    {kNlb, "backend-policy", Use::Effect, "FIVE_TUPLE", "which flows share a backend"},
    {kNlb, "security-list-management-mode", Use::Effect, "None",
     "the controller edits security lists by itself"},
    {kNlb, "health-check-retries", Use::Effect, "3", "when a dead backend is noticed"},
    {kNlb, "health-check-timeout", Use::Effect, "3000", "when a dead backend is noticed"},
    {kNlb, "health-check-interval", Use::Effect, "10000", "when a dead backend is noticed"},
    {kNlb, "node-label-selector", Use::Effect, "", "which nodes are backends"},
    {kNlb, "is-ppv2-enabled", Use::Effect, "false", "a header before the data"},
    {kNlb, "external-ip-only", Use::Harmless},
    {kNlb, "assigned-ipv6", Use::Effect, "", "an IPv6 address"},
});

std::string_view prefix_of(std::string_view key) {
  for (const std::string_view prefix : {kCommon, kLb, kNlb}) {
    if (key.starts_with(prefix)) return prefix;
  }
  return {};
}

const Annotation* known(std::string_view key) {
  const std::string_view prefix = prefix_of(key);
  const std::string_view name = key.substr(prefix.size());
  for (const Annotation& annotation : kAnnotations) {
    if (annotation.prefix == prefix && annotation.name == name) return &annotation;
  }
  return nullptr;
}

std::string_view kind_name(Kind kind) { return kind == Kind::Nlb ? "nlb" : "lb"; }

class Reading {
 public:
  Reading(const std::string& where, Diagnostics& diagnostics)
      : where_(where), diagnostics_(diagnostics) {}

  LoadBalancerRequest request;

  void kind(const Label& label) {
    if (label.value == "lb" || label.value == "nlb") {
      request.kind = {label.value == "nlb" ? Kind::Nlb : Kind::Lb, label.pos};
    } else {
      error(label, "is neither lb nor nlb");
    }
  }

  void take(const Annotation& annotation, const Label& label) {
    const Kind wanted = annotation.prefix == kNlb ? Kind::Nlb : Kind::Lb;
    if (annotation.use != Use::Type && annotation.prefix != kCommon &&
        wanted != request.kind.value) {
      warning(label, fmt::format("has no effect: this Service asks for load-balancer-type {}",
                                 kind_name(request.kind.value)));
      return;
    }
    switch (annotation.use) {
      case Use::Type:
      case Use::Harmless: break;
      case Use::Internal: request.is_internal = truth(label); break;
      case Use::Source: request.preserves_source = truth(label); break;
      case Use::Subnet: request.subnet = {label.value, label.pos}; break;
      case Use::Groups: request.nsgs = split_list(label.value, label.text_pos); break;
      case Use::Address: address(label); break;
      case Use::Effect:
        if (label.value == annotation.quiet) break;
        warning(label, fmt::format("not modelled yet: {}; the run ignores it", annotation.effect));
        break;
    }
  }

  void unknown(const Label& label) {
    std::vector<std::string> keys;
    for (const Annotation& each : kAnnotations) {
      keys.push_back(std::string{each.prefix} + std::string{each.name});
    }
    const std::string_view near = nearest(label.key, {keys.begin(), keys.end()});
    warning(label, near.empty() ? "unknown annotation of Oracle's controller; without effect"
                                : fmt::format("unknown; did you mean '{}'?", near));
  }

 private:
  Located<bool> truth(const Label& label) {
    if (label.value != "true" && label.value != "false") error(label, "is neither true nor false");
    return {label.value == "true", label.pos};
  }

  void address(const Label& label) {
    if (const auto address = parse_ipv4(label.value)) {
      request.address = {*address, label.pos};
    } else {
      error(label, "is no IPv4 address; write one like 10.1.2.11");
    }
  }

  void error(const Label& label, std::string_view what) {
    diagnostics_.error(label.pos, where_,
                       fmt::format("annotation {}: '{}' {}", label.key, label.value, what));
  }
  void warning(const Label& label, std::string what) {
    diagnostics_.warning(label.pos, where_,
                         fmt::format("annotation {}: {}", label.key, std::move(what)));
  }

  const std::string& where_;
  Diagnostics& diagnostics_;
};

}  // namespace

LoadBalancerRequest read_load_balancer(const Labels& annotations, const std::string& where,
                                       Diagnostics& diagnostics) {
  Reading reading{where, diagnostics};
  // The kind comes first: it decides which of the others have an effect.
  if (const Label* type = find_label(annotations, "oci.oraclecloud.com/load-balancer-type")) {
    reading.kind(*type);
  }
  for (const Label& label : annotations) {
    if (prefix_of(label.key).empty()) continue;
    if (const Annotation* annotation = known(label.key)) {
      reading.take(*annotation, label);
    } else {
      reading.unknown(label);
    }
  }
  return reading.request;
}

}  // namespace meshsim
