// Does a packet arrive, and if not, which line stops it? The answer for the state that the
// configuration leads to: every Service applied, every pod running, links without loss and jitter.
// A watched packet goes through the very components that a run is made of (converged_world.hpp), so
// what decides here is what decides there. Where the files do not say enough the answer is unknown.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"
#include "sim/scenario/path_end.hpp"
#include "sim/scenario/plan.hpp"

namespace meshsim {

enum class PathVerdict : std::uint8_t { Delivered, Dropped, Unknown };
std::string_view to_string(PathVerdict verdict);

struct PathQuery {
  PathEnd from;  // one that sends
  PathEnd to;
  Protocol protocol = Protocol::Tcp;
  std::uint16_t port = 0;         // not of ICMP
  std::uint16_t size = 64;        // bytes of the IP packet, headers included
  std::uint16_t source_port = 0;  // 0: any; a load balancer's choice depends on it
  bool wants_answer = false;      // follow the answer as well, and the handshake of TCP
};

struct PathHop {
  std::string where;    // component: "vcn/c1", "drg/c1-drg/vcn-c1", "c1/node/10.1.64.10", ...
  Hop hop{};            // if it goes on, or has arrived
  std::string decided;  // what, in words
  std::string rule;     // by which rule or object; empty: nothing in the files
  Pos pos;              // where that stands; none: a default
  std::string missing;  // of the last: the rule or statement that would let it on, if one would
  std::string cause;    // an earlier decision that sent it this way
  Pos cause_pos;
  Duration latency{};       // since the packet left its sender
  std::string packet;       // as it leaves here: "udp 10.1.64.10:40000 > 10.2.64.10:53, 64 bytes"
  std::string tunnel;       // its encapsulation: "vxlan 10.1.64.10 > 10.2.64.10"; empty: none
  std::uint32_t bytes = 0;  // on the wire, encapsulation included
  std::string state;        // what this place now remembers of the flow, and for how long
};

// One direction: the packet, its answer, or the answer to that.
struct PathLeg {
  bool arrived = false;
  bool refused = false;          // arrived, but nothing listens there (only known in a run)
  std::optional<DropCode> code;  // why it did not; neither: it was still under way
  std::vector<PathHop> hops;     // the last one is where it ended

  // Who decided that it ended: of the last hop, or the cause that sent it there.
  const PathHop& last() const { return hops.back(); }
};

struct Path {
  PathQuery query;
  PathVerdict verdict = PathVerdict::Unknown;
  std::vector<PathLeg> legs;  // the packet; then, if asked for, its answer and what follows
  // Where a node does not know a pod since its agent is not connected to the pod's cluster: the
  // path of that connection, which is what fails. One or none.
  std::vector<Path> failed_connection;
  std::vector<Unknown> unknowns;  // what the verdict depends on and the files do not say
  // Where chance decides (load balancers, Services) several flows are tried, and the path is that
  // of the first one that fails, if one does.
  std::uint32_t flows = 0;
  std::uint32_t flows_delivered = 0;

  // Of the leg that decides the verdict; nothing if it is Delivered.
  std::optional<DropCode> code() const;
};

class ConvergedWorld;

// Answers queries about one plan.
class PathFinder {
 public:
  explicit PathFinder(const Plan& plan);  // keeps no reference to it
  ~PathFinder();

  Path find(const PathQuery& query);
  // Whether the packet arrives, without hops: for many at once. In the order of the queries.
  struct Answer {
    PathVerdict verdict = PathVerdict::Unknown;
    std::optional<DropCode> code;
  };
  std::vector<Answer> find_all(const std::vector<PathQuery>& queries);

 private:
  std::unique_ptr<ConvergedWorld> world_;
};

}  // namespace meshsim
