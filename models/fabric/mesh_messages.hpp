// What an agent and a remote cluster's etcd say to each other, as payloads of TCP segments: an
// outline of etcd's protocol that keeps its round trips and its reliability.
#pragma once

#include <cstdint>
#include <vector>

#include "meshsim/base/ip.hpp"
#include "models/fabric/ipcache.hpp"

namespace meshsim::fabric {

inline constexpr std::uint16_t kMeshPort = 2379;

struct MeshRequest {
  enum class Kind : std::uint8_t {
    Setup,      // TLS, user, status, cluster configuration, canaries, leases: one round trip each
    List,       // a page of keys behind `after`
    Watch,      // all changes behind `revision`, now and from now on
    Keepalive,  // the same, and an answer in any case
  };
  Kind kind = Kind::Setup;
  std::uint32_t step = 0;  // numbers the requests of a connection
  Prefix after{};
  bool first_page = false;
  std::uint64_t revision = 0;
};

// One segment of an answer; the answer is complete with all its parts.
struct MeshAnswer {
  std::uint32_t step = 0;
  std::uint32_t part = 0;
  std::uint32_t parts = 1;
  std::vector<IpcacheChange> keys{};
  std::uint64_t revision = 0;  // of the store
  bool more = false;           // there are further pages
};

// Changes between two revisions, sent to those who watch.
struct MeshUpdate {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  IpcacheChange key{};
};

// Bytes of TCP payload. A connect takes about 9.3 kB up and 12 kB down in 16 round trips; an
// endpoint key 340 B. Source: cilium-clustermesh.md section 15.
inline constexpr std::uint32_t kMeshRequestBytes = 530;
inline constexpr std::uint32_t kMeshAnswerBytes = 700;
inline constexpr std::uint32_t kMeshKeyBytes = 290;
// With these a segment stays below the smallest MTU of the path (1450).
inline constexpr std::uint32_t kMeshKeysPerSegment = 2;

}  // namespace meshsim::fabric
