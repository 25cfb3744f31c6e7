// Max-min fair rates of flows over links: no flow can get more without taking from one that has no
// more than it (Bertsekas and Gallager, "Data Networks", section 6.5.2). A change looks only at the
// links whose fill level it can move; flows of the same bottleneck share one rate, so none of them
// is touched. Leaves out time: see flow_completions.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "meshsim/base/units.hpp"
#include "models/fabric/flow_table.hpp"

namespace meshsim::fabric {

struct LinkId {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(LinkId, LinkId) = default;
};
// Ids of flows that have ended are used again.
struct FlowId {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(FlowId, FlowId) = default;
};

inline constexpr BitRate kMaxLinkRate{std::uint64_t{1} << 50};

constexpr FlowRate flow_rate(BitRate rate) {
  return static_cast<FlowRate>(rate.bits_per_second) << kFlowRateBits;
}

// The rates are those of progressive filling: all rates rise together; when a link is full (of two
// at the same moment, the one with the lower id) its flows are settled. They depend on the present
// links and flows alone, not on what came before.
class FlowRates {
 public:
  // What settling has cost, in all: for measurements.
  struct Work {
    std::uint64_t looks = 0;  // limits whose level was computed
    std::uint64_t binds = 0;  // levels set
    std::uint64_t moves = 0;  // flows that changed their bottleneck
  };

  // Capacities are at most kMaxLinkRate; 0 is a cut link.
  LinkId add_link(BitRate capacity);
  std::size_t links() const { return links_.size(); }

  // The path names no link twice, and is empty only for a flow with a cap (its own highest rate).
  FlowId add(std::span<const LinkId> path, std::optional<BitRate> cap = std::nullopt);
  void remove(FlowId flow);
  void set_capacity(LinkId link, BitRate capacity);
  // Brings the rates up to date after any number of the changes above.
  void settle();

  // Below: as of the last settle().
  std::size_t flows() const { return present_; }
  double bits_per_second(FlowId flow) const;
  FlowRate rate(FlowId flow) const { return level(group(flow)); }
  // Flows of one group have one bottleneck, and so one rate.
  std::uint32_t group(FlowId flow) const { return table_.flows[flow.value].group; }
  FlowRate level(std::uint32_t group) const { return table_.limits[group].level; }
  // The link that binds the flow; none if it is bound by its cap.
  std::optional<LinkId> bottleneck(FlowId flow) const;

  // What the last changes and settle() did; each may stand here more than once.
  std::span<const std::uint32_t> changed_groups() const { return changed_groups_; }
  std::span<const FlowId> moved_flows() const { return moved_flows_; }  // added ones too
  const Work& work() const { return work_; }

  auto state() {
    return std::tie(table_, links_, cap_limits_, queue_, present_, settled_, changed_groups_,
                    moved_flows_, work_);
  }

 private:
  std::uint32_t cap_limit(BitRate cap);
  std::uint32_t likely_group(const Flow& flow) const;
  void begin_change();
  void look_at_dirty();
  void look_at(std::uint32_t limit);
  FlowRate fill_level(std::uint32_t limit);
  bool is_short_of_flows(std::uint32_t limit) const;
  void bind(std::uint32_t limit);
  void unbind(std::uint32_t limit);
  void meet_allowances(std::uint32_t limit, FlowRate level);
  void capture(std::uint32_t limit);
  void set_level(std::uint32_t limit, FlowRate level);
  void queue(std::uint32_t limit);
  void unqueue(std::uint32_t limit);

  FlowTable table_;
  std::vector<std::uint32_t> links_;                   // limits, by LinkId
  std::map<std::uint64_t, std::uint32_t> cap_limits_;  // by bits per second
  PlacedHeap<LimitKey> queue_;  // limits whose level does not fit those of the others
  std::size_t present_ = 0;
  bool settled_ = true;
  std::vector<std::uint32_t> changed_groups_;
  std::vector<FlowId> moved_flows_;
  Work work_;

  // Work space, empty between calls.
  struct Settled {
    LimitKey key;
    std::uint32_t flows = 0;
  };
  std::vector<Settled> below_;
  std::vector<std::uint32_t> found_;
};

}  // namespace meshsim::fabric
