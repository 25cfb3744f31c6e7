// What a member's JVM is told on its command line and in its environment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/located.hpp"

namespace meshsim {

// The JVM's arguments that matter to a member.
struct JvmSettings {
  std::vector<Located<std::string>> wka;  // each name at its own column; ":port" is kept
  Located<std::string> cluster;
  Located<std::string> role;
  Located<std::string> site;
  Located<std::string> rack;
  Located<std::string> machine;
  Located<std::uint32_t> local_port{7575, {}};  // source: coherence.md section 13
  Located<std::uint32_t> cluster_port{7574, {}};
  Located<bool> storage_enabled{true, {}};
  Located<bool> prefers_ipv4{false, {}};   // java.net.preferIPv4Stack
  Located<bool> wka_dns_retry{false, {}};  // source: coherence.md section 2.1
  Located<std::uint32_t> wka_dns_timeout_ms{360'000, {}};
  Located<std::uint32_t> wka_dns_frequency_ms{10, {}};
  Located<std::uint32_t> wka_refresh_ms{10'000, {}};
  Located<std::uint32_t> dns_ttl_s{30, {}};  // networkaddress.cache.ttl
  Located<std::uint32_t> dns_negative_ttl_s{10, {}};
};

// Fills settings from system properties and variables. Properties of Coherence that are not read,
// and misspelled ones, are warnings; those of applications are not our matter.
class JvmReader {
 public:
  // `where` names the place in messages. `is_operators`: written by the operator, not by a person.
  JvmReader(std::string where, bool is_operators, JvmSettings& settings, Diagnostics& diagnostics)
      : where_(std::move(where)),
        is_operators_(is_operators),
        settings_(settings),
        diagnostics_(diagnostics) {}

  // One argument, "-Dcoherence.wka=a,b"; its text starts at `start`.
  void argument(std::string_view text, Pos start);
  // Arguments with blanks between them.
  void arguments(std::string_view text, Pos start);
  // A variable of the environment: JVM_ARGS, COHERENCE_CLUSTER, ...
  void variable(std::string_view name, std::string_view value, Pos name_pos, Pos value_pos);

 private:
  bool take(std::string_view name, std::string_view value, Pos pos);
  bool take_text(std::string_view name, std::string_view value, Pos pos);
  bool take_truth(std::string_view name, std::string_view value, Pos pos);
  bool take_number(std::string_view name, std::string_view value, Pos pos);
  void report_unread(std::string_view name, Pos pos);

  std::string where_;
  bool is_operators_;
  JvmSettings& settings_;
  Diagnostics& diagnostics_;
};

}  // namespace meshsim
