// Words in columns, as tables on a terminal have them.
#pragma once

#include <string>
#include <vector>

namespace meshsim {

// A line per row, two blanks between columns, none at the end.
std::string in_columns(const std::vector<std::vector<std::string>>& rows);

}  // namespace meshsim
