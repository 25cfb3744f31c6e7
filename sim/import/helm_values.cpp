// Reads Helm values of the Cilium chart.
