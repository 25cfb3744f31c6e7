// What the setups of the plugins share: their words, their complaints, numbers and durations.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "models/dns/config.hpp"
#include "sim/import/corefile.hpp"
#include "sim/import/corefile_tokens.hpp"

namespace meshsim::corefile {

using Words = std::vector<CorefileToken>;

// Where one plugin's complaints go.
class Report {
 public:
  Report(std::string_view plugin, Diagnostics& diagnostics)
      : plugin_(plugin), diagnostics_(diagnostics) {}

  void error(const CorefileToken& at, std::string_view message) const;
  void warning(const CorefileToken& at, std::string_view message) const;
  void argument_count(const CorefileToken& last) const;
  void unknown_property(const CorefileToken& at) const;
  void not_modelled(const CorefileToken& at) const;
  // What the system says and not the plugin.
  void outside(const CorefileToken& at, std::string_view message) const;

 private:
  std::string_view plugin_;
  Diagnostics& diagnostics_;
};

// A whole number and nothing else.
std::optional<std::int64_t> integer(std::string_view text);

// A Go duration: "1m30s", "0.5s", "500ms"; "0" alone is zero.
std::optional<Duration> go_duration(std::string_view text);

// `fallthrough [ZONES]`.
dns::Fallthrough fallthrough(const Words& line);
// The zones of the words from `first` on, lower-case; those of the block if there are none.
dns::Zones zones_or_keys(const Words& words, std::size_t first, const dns::ServerBlock& block);

void set_up_cache(const CorefileDirective& directive, const Report& report,
                  dns::ServerBlock& block);
void set_up_rewrite(const CorefileDirective& directive, const CorefileInput& input,
                    const Report& report, dns::ServerBlock& block);
void set_up_forward(const CorefileDirective& directive, const CorefileInput& input,
                    const Report& report, dns::ServerBlock& block);
void set_up_kubernetes(const CorefileDirective& directive, const Report& report,
                       dns::ServerBlock& block);
// hosts, template, file, acl, autopath and the smaller ones; false: it is none of them.
bool set_up_answerer(const CorefileDirective& directive, const CorefileInput& input,
                     const Report& report, dns::ServerBlock& block);
bool set_up_adjuster(const CorefileDirective& directive, const CorefileInput& input,
                     const Report& report, dns::ServerBlock& block);

}  // namespace meshsim::corefile
