// Reads the embedded tables of regions and round trips, once.
#include "sim/topology/regions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>
#include <utility>

#include "meshsim/base/check.hpp"
#include "sim/config/quantities.hpp"

namespace meshsim {

extern const char* const kRegionsCsv;     // in the generated region_data.cpp
extern const char* const kRoundTripsCsv;  // columns from,to,rtt_ms,source

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Within a region: two VMs in different availability domains; source: oci-oke.md section 10.
constexpr KnownRoundTrip kSameRegion{600us, "same region, between availability domains"};

std::string_view take(std::string_view& rest, char end) {
  const std::string_view part = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return part;
}

// Calls `use` with each row below the heading; '#' opens a comment.
template <class Use>
void for_each_row(std::string_view csv, Use&& use) {
  bool is_heading = true;
  while (!csv.empty()) {
    const std::string_view row = take(csv, '\n');
    if (row.empty() || row.front() == '#') continue;
    if (!std::exchange(is_heading, false)) use(row);
  }
}

std::vector<KnownRegion> read_regions() {
  std::vector<KnownRegion> regions;
  for_each_row(kRegionsCsv, [&](std::string_view row) {
    KnownRegion region;
    region.name = take(row, ',');
    region.key = take(row, ',');
    region.metro = take(row, ',');
    region.country = take(row, ',');
    const std::string_view domains = row.substr(row.rfind(',') + 1);
    std::from_chars(domains.data(), domains.data() + domains.size(), region.availability_domains);
    regions.push_back(region);
  });
  return regions;
}

std::map<Pair, KnownRoundTrip> read_round_trips() {
  std::map<Pair, KnownRoundTrip> trips;
  for_each_row(kRoundTripsCsv, [&](std::string_view row) {
    const std::string_view from = take(row, ',');
    const std::string_view to = take(row, ',');
    KnownRoundTrip trip;
    std::string error;
    const std::string milliseconds = std::string{take(row, ',')} + "ms";
    check(ScalarText<Duration>::parse(milliseconds, trip.round_trip, error),
          "a round trip in oci-rtt.csv is a number of ms");
    trip.source = row;
    trips.emplace(std::minmax(from, to), trip);
  });
  return trips;
}

}  // namespace

const std::vector<KnownRegion>& known_regions() {
  static const std::vector<KnownRegion> regions = read_regions();
  return regions;
}

const KnownRegion* find_region(std::string_view name_or_key) {
  for (const KnownRegion& region : known_regions()) {
    if (region.name == name_or_key || region.key == name_or_key) return &region;
  }
  return nullptr;
}

std::vector<std::string_view> regions_by_choice() {
  std::vector<std::string_view> names{"eu-paris-1",  "eu-amsterdam-1", "eu-frankfurt-1",
                                      "uk-london-1", "us-ashburn-1",   "us-phoenix-1",
                                      "ap-tokyo-1",  "ap-singapore-1"};
  const std::size_t first = names.size();
  for (const KnownRegion& region : known_regions()) {
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(first);
    if (std::find(names.begin(), end, region.name) == end) names.push_back(region.name);
  }
  return names;
}

std::optional<KnownRoundTrip> known_round_trip(std::string_view region_a,
                                               std::string_view region_b) {
  static const std::map<Pair, KnownRoundTrip> trips = read_round_trips();
  if (find_region(region_a) == nullptr || find_region(region_b) == nullptr) return std::nullopt;
  if (region_a == region_b) return kSameRegion;
  const auto found = trips.find(std::minmax(region_a, region_b));
  if (found == trips.end()) return std::nullopt;
  return found->second;
}

}  // namespace meshsim
