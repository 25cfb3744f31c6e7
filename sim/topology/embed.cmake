# Writes a .cpp with the content of REGIONS and RTT as string literals, so that the program needs no
# file at run time: cmake -DREGIONS=... -DRTT=... -DOUT=... -P embed.cmake
file(READ "${REGIONS}" regions)
file(READ "${RTT}" rtt)
file(WRITE "${OUT}.new" "// Generated from topologies/data by sim/topology/embed.cmake.
namespace meshsim {
extern const char* const kRegionsCsv;
extern const char* const kRoundTripsCsv;
const char* const kRegionsCsv = R\"csv(${regions})csv\";
const char* const kRoundTripsCsv = R\"csv(${rtt})csv\";
}  // namespace meshsim
")
file(RENAME "${OUT}.new" "${OUT}")
