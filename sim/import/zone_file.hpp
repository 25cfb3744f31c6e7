// A zone file as the file plugin reads it: records, $ORIGIN and $TTL, parentheses, comments.
// Left out: $INCLUDE and $GENERATE.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/dns/message.hpp"

namespace meshsim {

struct ZoneFile {
  std::vector<dns::Record> records;
  std::string error;  // empty: it is well-formed
  std::uint32_t line = 0;
};

ZoneFile read_zone_file(std::string_view text, std::string_view origin);

}  // namespace meshsim
