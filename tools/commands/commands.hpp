// The verbs, one file each.
#pragma once

#include <array>

#include "tools/cli.hpp"

namespace meshsim::tools {

extern const Verb kCheckVerb;
extern const Verb kImportVerb;
extern const Verb kNewVerb;
extern const Verb kPathVerb;
extern const Verb kReachVerb;
extern const Verb kResolveVerb;
extern const Verb kRunVerb;
extern const Verb kSchemaVerb;
extern const Verb kTopologyVerb;
extern const Verb kVersionVerb;
extern const Verb kExplainVerb;
extern const Verb kCompletionVerb;

// In the order of the help.
inline constexpr std::array kVerbs{&kRunVerb,    &kPathVerb,    &kReachVerb,      &kResolveVerb,
                                   &kCheckVerb,  &kNewVerb,     &kTopologyVerb,   &kImportVerb,
                                   &kSchemaVerb, &kExplainVerb, &kCompletionVerb, &kVersionVerb};

}  // namespace meshsim::tools
