// The format: a line of text that says what it is, size and hash of the rest, the rest.
#include "sim/scenario/snapshot_file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "meshsim/base/version.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/coherence/messages.hpp"
#include "models/dns/message.hpp"
#include "models/fabric/hop.hpp"
#include "models/fabric/mesh_messages.hpp"

namespace meshsim {
namespace {

// Every type that a model puts into a packet, a line each.
constexpr std::array<const ContentType*, 6> kPayloadTypes{
    &kContentType<coherence::Datagram>,  // between members
    &kContentType<dns::DnsMessage>,      // queries and answers
    &kContentType<fabric::MeshAnswer>,   // Cilium agents and the etcd of another cluster
    &kContentType<fabric::MeshRequest>,  //
    &kContentType<fabric::MeshUpdate>,   //
    &kContentType<ProbeTag>,             // of watched packets
};

constexpr std::string_view kFirstWords = "meshsim snapshot, format ";
constexpr std::string_view kFirstLine = "meshsim snapshot, format 1\n";

// What stands between the first line and the rest.
struct Seal {
  std::uint64_t size = 0;
  std::uint64_t hash = 0;
  static Seal of(std::string_view rest) { return {rest.size(), stable_hash(rest)}; }
  friend bool operator==(const Seal&, const Seal&) = default;
};

// Decisions by what they say, so that a changed scenario finds those it still has.
std::vector<std::string> decisions_of(const RunState& run) {
  std::vector<std::string> list;
  for (std::uint32_t number = 0; number < run.world.decisions.count(); ++number) {
    const Decision& decision = run.world.decisions.at({number});
    list.push_back(run.sources.text(decision.pos) + " " + decision.text);
  }
  return list;
}

// The numbers that the decisions of a snapshot have in this world. Of equal ones the first is the
// first, the second the second. One that is no more is kept by its words.
std::vector<std::uint32_t> renumbered(const std::vector<std::string>& saved, RunState run) {
  std::map<std::string, std::vector<std::uint32_t>> here;
  const std::vector<std::string> own = decisions_of(run);
  for (std::uint32_t number = 0; number < own.size(); ++number) {
    here[own[number]].push_back(number);
  }
  std::map<std::string, std::size_t> used;
  std::vector<std::uint32_t> numbers;
  for (const std::string& decision : saved) {
    const std::vector<std::uint32_t>& equal = here[decision];
    std::size_t& next = used[decision];
    numbers.push_back(next < equal.size() ? equal[next]
                                          : run.world.decisions.add({}, decision).value);
    ++next;
  }
  return numbers;
}

void archive(Snapshot& snapshot, RunState run) {
  std::vector<std::string> decisions;
  if (!snapshot.is_reading()) decisions = decisions_of(run);
  snapshot(decisions);
  if (snapshot.is_reading()) snapshot.renumber_decisions(renumbered(decisions, run));
  run.world.simulation->archive(snapshot);
  snapshot.all(run.observer, run.reachable, run.events);
}

[[noreturn]] void cannot_write(const std::string& path) {
  const int failure = errno;
  throw IoError(fmt::format("cannot write '{}': {}", path, std::strerror(failure)));
}

}  // namespace

void write_snapshot(const std::string& path, const std::string& scenario_hash, RunState run) {
  const Simulation& simulation = *run.world.simulation;
  SnapshotHeader header{std::string{kVersion}, scenario_hash, simulation.seed(),
                        simulation.ran_until()};
  Snapshot snapshot{kPayloadTypes};
  snapshot(header);
  archive(snapshot, run);

  const Seal seal = Seal::of(snapshot.bytes());
  const std::string part = path + ".part";
  {
    std::ofstream file{part, std::ios::binary | std::ios::trunc};
    if (!file) cannot_write(part);
    file << kFirstLine;
    file.write(reinterpret_cast<const char*>(&seal), sizeof seal);
    file << snapshot.bytes();
    if (!file.flush()) {
      const int failure = errno;
      std::filesystem::remove(part);
      errno = failure;
      cannot_write(part);
    }
  }
  std::error_code error;
  std::filesystem::rename(part, path, error);
  if (!error) return;
  std::filesystem::remove(part);
  throw IoError(fmt::format("cannot write '{}': {}", path, error.message()));
}

std::optional<SnapshotFile> read_snapshot(const std::string& path, Diagnostics& diagnostics) {
  const auto refuse = [&](const std::string& why) {
    diagnostics.error({}, path, why);
    return std::nullopt;
  };
  std::ifstream stream{path, std::ios::binary};
  if (!stream || std::filesystem::is_directory(path)) {
    return refuse(
        "cannot be read; name a file that `meshsim run FILE --save-at TIME SNAPSHOT` has written");
  }
  const std::string bytes{std::istreambuf_iterator<char>{stream}, {}};
  if (!bytes.starts_with(kFirstWords)) {
    return refuse("is no snapshot; write one with `meshsim run FILE --save-at TIME SNAPSHOT`");
  }
  if (!bytes.starts_with(kFirstLine)) {
    return refuse("is in the format of another version of meshsim; write it anew with this one");
  }
  std::string_view rest{bytes};
  rest.remove_prefix(kFirstLine.size());
  Seal seal;
  if (rest.size() >= sizeof seal) std::memcpy(&seal, rest.data(), sizeof seal);
  rest.remove_prefix(std::min(rest.size(), sizeof seal));
  if (seal.size == 0 || seal != Seal::of(rest)) {
    return refuse("is damaged or not whole; write it anew");
  }
  SnapshotFile file{path, {}, std::string{rest}};
  Snapshot snapshot{file.body, kPayloadTypes};
  snapshot(file.header);
  if (file.header.version != kVersion) {
    return refuse(fmt::format("was written by meshsim {}, this is {}; write it anew with this one",
                              file.header.version, kVersion));
  }
  return file;
}

void restore(const SnapshotFile& file, RunState run) {
  Snapshot snapshot{file.body, kPayloadTypes};
  SnapshotHeader header;
  snapshot(header);
  archive(snapshot, run);
}

}  // namespace meshsim
