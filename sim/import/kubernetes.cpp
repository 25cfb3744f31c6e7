// Reads Kubernetes manifests and dumps.
