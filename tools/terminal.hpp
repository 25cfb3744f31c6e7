// The standard streams: data goes out whole or the program fails, and colour is for people.
#pragma once

#include <string_view>

namespace meshsim::tools {

// Makes sure that the streams 0 to 2 are open, so that no file of ours takes their place. False if
// standard output was closed: then there is nowhere to put an answer.
[[nodiscard]] bool claim_streams();

// Writes all of `text` to standard output, or throws IoError. A reader that went away (`| head`)
// is one too, with an empty message: it has seen enough and needs no complaint.
void print(std::string_view text);

// For people: goes to standard error; failures are ignored.
void tell(std::string_view text);

// Standard output is a terminal that takes colours, and NO_COLOR is not set.
bool wants_colour();
// Standard error is a terminal: somebody watches.
bool is_watched();

}  // namespace meshsim::tools
