// The labels of the trace records that a control plane makes. `text` names the object.
#pragma once

#include <string_view>

namespace meshsim::k8s {

inline constexpr std::string_view kPodAttached = "k8s.pod-attached";  // value: pod
inline constexpr std::string_view kPodStarted = "k8s.pod-started";    // value: pod
inline constexpr std::string_view kPodReady = "k8s.pod-ready";        // value: pod, other: 1 or 0
inline constexpr std::string_view kPodDeleted = "k8s.pod-deleted";    // value: pod
// value: pod, other: how often its container has exited since it last ran for 10 min.
inline constexpr std::string_view kContainerExited = "k8s.container-exited";
// The EndpointSlice is written. value: service, other: 1 added or 0 removed.
inline constexpr std::string_view kEndpoint = "k8s.endpoint";
inline constexpr std::string_view kService = "k8s.service";  // value: service, other: 1 or 0

}  // namespace meshsim::k8s
