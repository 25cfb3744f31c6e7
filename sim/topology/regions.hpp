// The OCI regions that exist and the round trips between them, from topologies/data.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "meshsim/base/units.hpp"

namespace meshsim {

struct KnownRegion {
  std::string_view name;   // "eu-paris-1"
  std::string_view key;    // "CDG"
  std::string_view metro;  // "Paris"
  std::string_view country;
  std::uint32_t availability_domains = 1;
};

// In the order of the file.
const std::vector<KnownRegion>& known_regions();

// By identifier or key, or nullptr.
const KnownRegion* find_region(std::string_view name_or_key);

// All regions in the order in which a generator takes them: eight far-flung ones first (Paris,
// Amsterdam, Frankfurt, London, Ashburn, Phoenix, Tokyo, Singapore), then the rest as in the file.
std::vector<std::string_view> regions_by_choice();

struct KnownRoundTrip {
  Duration round_trip{};
  std::string_view source;
};

// Between VMs of two known regions; nothing if a region is unknown.
std::optional<KnownRoundTrip> known_round_trip(std::string_view region_a,
                                               std::string_view region_b);

}  // namespace meshsim
