// Reads a text as if it were a file named "in.yaml".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "sim/config/node.hpp"
#include "sim/import/kubernetes.hpp"

namespace meshsim {

struct Imported {
  explicit Imported(std::string_view text)
      : manifests(
            read_manifests(parse_yaml(text, sources.add("in.yaml"), diagnostics), diagnostics)) {}

  std::string messages() const { return diagnostics.text(sources); }
  std::string at(Pos pos) const { return sources.text(pos); }

  Sources sources;
  Diagnostics diagnostics;
  KubernetesManifests manifests;
};

struct ImportedFile {
  explicit ImportedFile(const std::string& path)
      : manifests(read_manifests(path, sources, diagnostics)) {}

  std::string messages() const { return diagnostics.text(sources); }
  // Without the folder.
  std::string at(Pos pos) const {
    const std::string text = sources.text(pos);
    return text.substr(text.rfind('/') + 1);
  }

  Sources sources;
  Diagnostics diagnostics;
  KubernetesManifests manifests;
};

// A document and the one message it must give (nothing else is said).
struct Wrong {
  std::string_view name;
  std::string_view text;
  std::string_view message;
};

inline void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.name; }

}  // namespace meshsim
