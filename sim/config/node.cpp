// Looks things up in the tree of values.
#include "sim/config/node.hpp"

#include <charconv>

namespace meshsim {

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

const Node* find_path(const Node& root, std::string_view path) {
  const Node* node = &root;
  while (node != nullptr && !path.empty()) {
    if (path.front() == '[') {
      std::size_t index = 0;
      const auto [end, code] = std::from_chars(path.data() + 1, path.data() + path.size(), index);
      if (code != std::errc{} || index >= node->items.size()) return nullptr;
      node = &node->items[index];
      path.remove_prefix(static_cast<std::size_t>(end - path.data()) + 1);
    } else {
      if (path.front() == '.') path.remove_prefix(1);
      const std::string_view key = path.substr(0, path.find_first_of(".["));
      path.remove_prefix(key.size());
      node = node->find(key);
    }
  }
  return node;
}

Pos text_pos(const Node& scalar, std::uint32_t line, std::uint32_t column) {
  return {scalar.pos.file, scalar.text_line + line - 1, scalar.text_column + column - 1};
}

}  // namespace meshsim
