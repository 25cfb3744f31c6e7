// Looks things up in the tree of values.
#include "sim/config/node.hpp"

namespace meshsim {

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Pos text_pos(const Node& scalar, std::uint32_t line, std::uint32_t column) {
  return {scalar.pos.file, scalar.text_line + line - 1, scalar.text_column + column - 1};
}

}  // namespace meshsim
