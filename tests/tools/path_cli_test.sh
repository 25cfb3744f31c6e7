#!/usr/bin/env bash
# `meshsim path` and `meshsim reach`: exit codes, streams, and what a user is told to write.
# Usage: path_cli_test.sh SOURCE_DIR MESHSIM
source_dir=$1 meshsim=$2
# shellcheck source=tests/tools/assert.sh
source "$source_dir/tests/tools/assert.sh"
cd "$source_dir" || exit 1
export NO_COLOR=1

pods=(--from pod/c2/storage-c2-0 --to pod/c3/storage-c3-0)

run "$meshsim" path three-region.yaml "${pods[@]}" --port 7575
[[ $code -eq 0 ]] || run "$meshsim" path scenarios/three-region.yaml "${pods[@]}" --port 7575
expect_code 0
expect_no_err
expect_out "leaves pod/c2/storage-c2-0"
expect_out "vxlan 10.2.64.11 > 10.3.64.11"
expect_out "rule 'VXLAN from c2 VCN' of NSG 'workers' of VCN c3"
expect_out "Delivered after 4."

run "$meshsim" path scenarios/three-region-hub.yaml "${pods[@]}" --port 7575
expect_code 1
expect_out "because: Cilium of c2 has no clustermesh.config.clusters entry for c3"
expect_out "(scenarios/manifests/hub/c2/cilium-values.yaml:"
expect_out "Dropped: nat-private-target at vcn/c2"

run "$meshsim" path topologies/three-region-hub.yaml --proto udp --port 8472 \
  --from node/c2/10.2.64.10 --to node/c3/10.3.64.10 -o json
expect_code 1
expect_out '"code": "drg-no-route"'
expect_out "DRG c1-drg does not announce it"

# Does a hub's DRG pass packets on? Without the statement that lets it, and with it.
run "$meshsim" path topologies/three-region-hub.yaml --proto udp --port 8472 \
  --from node/c2/10.2.64.10 --to node/c3/10.3.64.10
expect_code 1
expect_out "missing: a route table of its own for attachment"
expect_out "ACCEPT DRG_ATTACHMENT_TYPE = REMOTE_PEERING_CONNECTION"
run "$meshsim" path topologies/three-region-hub-transit.yaml --proto udp --port 8472 \
  --from node/c2/10.2.64.10 --to node/c3/10.3.64.10
expect_code 0
expect_out "rpc/c1-c3"

run "$meshsim" path topologies/three-region.yaml --from pod/c1/coredns-0 --to pod/c2/coredns-0 \
  --port 53
expect_code 3
expect_out "Unknown: the answer depends on what the files do not say"
expect_out "which CNI connects the pods"

# `kubectl` from the operator's host to both API endpoints.
imported=scenarios/imported/two-region
for api in api/c1 api/c2; do
  run "$meshsim" path $imported/state.json --from host/c1-operator --to $api --port 6443 --return
  expect_code 0
  expect_out "arrives at $api"
  expect_out "ACKNOWLEDGEMENT"
done
run "$meshsim" path $imported/kubectl-c1.json --from node/c1/10.1.68.8 --to api/c1 --port 6443
expect_code 3
expect_out "Unknown: the files do not say where the API endpoint of c1 is"

for picture in dot mermaid; do
  run "$meshsim" path scenarios/three-region.yaml "${pods[@]}" --port 7575 -o "$picture"
  expect_code 0
  expect_out "rpc/c2-c3"
done

# In a run: the pods of c3 start at 60 s.
run "$meshsim" path scenarios/three-region.yaml "${pods[@]}" --proto icmp --at 50s
expect_code 1
run "$meshsim" path scenarios/three-region.yaml "${pods[@]}" --proto icmp --at 90s --return
expect_code 0
expect_out "c3/storage-c3-0"
expect_out "ANSWER"

wrong_use() {
  local says=$1
  shift
  run "$meshsim" "$@"
  expect_code 2
  expect_no_out
  expect_err "$says"
}
mesh=scenarios/three-region.yaml
wrong_use "say between whom" path $mesh --port 1
wrong_use "--port is missing" path $mesh --from 10.1.64.10 --to 10.2.64.10
wrong_use "did you mean 'storage-c2-" path $mesh --from pod/c2/storage-c2-O --to 10.2.64.10 --port 1
wrong_use "there is no cluster 'c7'" path $mesh --from pod/c7/x --to 10.2.64.10 --port 1
wrong_use "sends nothing by itself" path $mesh --from lb/c1/kube-dns-nlb --to 10.2.64.10 --port 1
wrong_use "the scenario ends before that" path $mesh "${pods[@]}" --port 1 --at 1h
wrong_use "there is no file 'no.yaml'" path no.yaml --from 10.1.64.10 --to 10.2.64.10 --port 1
wrong_use "there is no cluster 'c7'" reach $mesh --from c7
wrong_use "between nodes or pods" reach $mesh --level service --over-time

run "$meshsim" reach topologies/three-region-hub.yaml
expect_code 1
expect_out "drg-no-route x8"
expect_out "why: meshsim path FILE --from node/c2/"
run "$meshsim" reach topologies/three-region.yaml
expect_code 0
expect_out "30 of 30 pairs reached (udp 8472); 9 paths followed"
run "$meshsim" reach topologies/three-region.yaml --level pod
expect_code 3
run "$meshsim" reach scenarios/three-region-hub.yaml --level pod --from c3
expect_code 1
expect_out "nat-private-target x"
run "$meshsim" reach scenarios/three-region-hub.yaml --level pod --from pod/c1/coredns-0
expect_code 0
# Load balancers let in the other clusters only.
run "$meshsim" reach scenarios/three-region.yaml --level service --proto udp
expect_code 1
expect_out "c1         none  all   all"
run "$meshsim" reach scenarios/three-region.yaml --level service --proto udp -o json
expect_code 1
expect_out '"kind": "Reach"'

for kind in path reach; do
  run "$meshsim" schema $kind
  expect_code 0
  expect_out '"title": "meshsim '$kind' -o json"'
done

finish
