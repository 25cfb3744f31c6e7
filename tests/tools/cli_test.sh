#!/usr/bin/env bash
# The command line without a scenario: help, usage errors, streams, completion.
# Usage: cli_test.sh SOURCE_DIR MESHSIM
source_dir=$1 meshsim=$2
# shellcheck source=tests/tools/assert.sh
source "$source_dir/tests/tools/assert.sh"

run "$meshsim"
expect_code 2
expect_no_out
expect_err "usage: meshsim VERB"

run "$meshsim" --help
expect_code 0
expect_no_err
expect_out "start with:"
verbs=$(sed -n '/^verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p' <<<"$out")
[[ $(wc -l <<<"$verbs") -ge 5 ]] || wrong "--help lists no verbs"
for verb in $verbs; do
  run "$meshsim" "$verb" --help
  expect_code 0
  expect_no_err
  expect_out "usage: meshsim $verb"
  expect_out "  -h, --help"
  [[ $verb == version ]] || expect_out "  meshsim $verb "  # an example
done

# Usage errors: exit 2, nothing on stdout, the nearest name, where to read on.
usage_error() {
  local says=$1
  shift
  run "$meshsim" "$@"
  expect_code 2
  expect_no_out
  expect_err "$says"
}
usage_error "unknown verb 'rnu'; did you mean 'run'?" rnu x.yaml
usage_error "Try 'meshsim --help'." frobnicate
usage_error "unknown option '--sed'; did you mean '--seed'?" run x.yaml --sed 3
usage_error "unknown option '--versoin'; did you mean '--version'?" --versoin
usage_error "FILE is missing" run
usage_error "'b.yaml' is one word too many" run a.yaml b.yaml
usage_error "'jsn' is none of table|wide|json|yaml|csv; did you mean 'json'?" run x.yaml -o jsn
usage_error "--seed: '-1' is no whole number" run x.yaml --seed=-1
usage_error "--seed: '1e3' is no whole number" run x.yaml --seed 1e3
usage_error "--runs: 0 is not from 1 to 1000000" run x.yaml --runs 0
usage_error "--until: '90' has no unit; write 90" run x.yaml --until 90
usage_error "Try 'meshsim run --help'." run x.yaml --seed
usage_error "no topic 'exit-cods'; did you mean 'exit-codes'?" explain exit-cods
usage_error "'fish' is none of bash|zsh" completion fish

run "$meshsim" version
expect_code 0
[[ $out == "meshsim "[0-9]*.*.* ]] || wrong "the version is not one line of its own"
version=$out
run "$meshsim" --version
[[ $out == "$version" ]] || wrong "--version and version differ"

run "$meshsim" explain exit-codes
expect_code 0
for code in 0 1 2 3 4; do
  grep -q "^$code  " <<<"$out" || wrong "exit code $code is not explained"
done
run "$meshsim" explain drop-codes
expect_code 0
expect_out $'drg-no-route\n  cause:  '

# Checks: exit codes, the rules that are asked, reports beside the answer.
run "$meshsim" check "$source_dir/topologies/three-region.yaml"
expect_code 0
expect_out "0 errors, 0 warnings"
run "$meshsim" check "$source_dir/topologies/three-region-hub.yaml" --rule MS0201 -o wide \
  --sarif "$scratch/out.sarif" --junit-xml "$scratch/out.xml"
expect_code 1
expect_no_err
expect_out "error    MS0201  $source_dir/topologies/three-region-hub.yaml:16:8"
expect_out "    the way:"
[[ -s $scratch/out.sarif && -s $scratch/out.xml ]] || wrong "the reports were not written"
run "$meshsim" check "$source_dir/topologies/three-region-hub.yaml" --rule MS02 --except MS0201
expect_code 0
run "$meshsim" check "$source_dir/topologies/three-region-hub.yaml" --github
expect_code 1
expect_out "::error file=$source_dir/topologies/three-region-hub.yaml,line=16,col=8,title=MS0201::"
run "$meshsim" check "$source_dir/topologies/two-region.yaml" \
  "c1=$source_dir/scenarios/manifests/two-region/c1/cilium-values.yaml"
expect_code 3
expect_out "which CNI connects the pods of c2"
run "$meshsim" check "$source_dir/topologies/three-region.yaml" --sarif /dev/full
expect_code 4
run "$meshsim" check "$scratch/none.yaml" -o json
expect_code 2
expect_out '"kind": "Error"'
usage_error "there is no rule 'MS0200' (did you mean MS0" check x.yaml --rule MS0200
usage_error "FILE... is missing" check
usage_error "there is no rule 'MS0299' (did you mean MS0" explain MS0299
run "$meshsim" explain MS0201
expect_code 0
expect_out "MS0201 (error): no route between connected clusters in the DRGs"
expect_out "Bad:"
run "$meshsim" explain rules
expect_code 0
expect_out "MS0601  error    members of a cluster do not reach each other"
run "$meshsim" schema check
expect_code 0
expect_out '"CheckResult"'

# Files: where it looked, and the nearest name.
mkdir -p "$scratch/data/scenarios" "$scratch/here"
echo "kind: nonsense" | tee "$scratch/data/scenarios/three.yaml" >"$scratch/here/near.yaml"
run env -C "$scratch/here" MESHSIM_DATA="$scratch/data" "$meshsim" run threee.yaml
expect_code 2
expect_no_out
expect_err "there is no file 'threee.yaml' in ., $scratch/data/scenarios; did you mean 'three.yaml'"
run env -C "$scratch/here" MESHSIM_DATA="$scratch/data" "$meshsim" run three.yaml
expect_err "$scratch/data/scenarios/three.yaml:1:"
run env -C "$scratch/here" MESHSIM_DATA="$scratch/data" "$meshsim" run scenarios/three.yaml
expect_err "$scratch/data/scenarios/three.yaml:1:"
run env -C "$scratch/here" MESHSIM_DATA="$scratch/data" "$meshsim" run near.yaml
expect_code 2
expect_err "near.yaml:1:"

# With -o json, stdout is one valid document even then.
run env -C "$scratch/here" "$meshsim" run none.yaml -o json
expect_code 2
cat >"$scratch/kind.cmake" <<END
file(READ "$scratch/out" text)
string(JSON kind GET "\${text}" kind)
if(NOT kind STREQUAL "Error")
  message(FATAL_ERROR "kind is \${kind}")
endif()
END
cmake -P "$scratch/kind.cmake" || wrong "stdout is not one JSON document of kind Error"

# Imports: topologies on stdout, what is left open on stderr with exit code 3.
imported=$source_dir/scenarios/imported/two-region
usage_error "tf|kubectl FILE... is missing" import
usage_error "FILE... is missing" import tf
usage_error "'teraform' is none of tf|kubectl" import teraform x.json
usage_error "state.json:1:1: error: is no dump with Nodes in it" \
  import kubectl "$imported/state.json"
usage_error "kubectl-c1.json:1:1: error: is no output of terraform show -json" \
  import tf "$imported/kubectl-c1.json"
head -c 50000 "$imported/state.json" >"$scratch/cut.json"
usage_error "error: the text ends here, before its brackets are closed" \
  import tf "$scratch/cut.json"
echo 'resource "oci_core_vcn" "v" {}' >"$scratch/main.tf"
usage_error "is Terraform's source; give what Terraform makes of it" import tf "$scratch/main.tf"
cat >"$scratch/nodes.json" <<END
{"kind": "List", "apiVersion": "v1", "items": [{"kind": "Node", "apiVersion": "v1",
  "metadata": {"name": "n"},
  "status": {"addresses": [{"type": "InternalIP", "address": "10.1.0.4"}]}}]}
END
usage_error "which cluster it is of; write CLUSTER=$scratch/nodes.json" \
  import kubectl "$scratch/nodes.json"
run "$meshsim" import kubectl "$scratch/nodes.json" --cluster c7 -o table
expect_code 3
expect_out "c7"

run "$meshsim" import tf "$imported/state.json"
expect_code 0
expect_out "kind: Topology"
printf '%s\n' "$out" >"$scratch/imported.yaml"
run "$meshsim" topology "$scratch/imported.yaml" -o yaml
expect_code 0
expect_no_err
[[ $out == "$(<"$scratch/imported.yaml")" ]] || wrong "an imported topology loads to another one"
run "$meshsim" import kubectl "c9=$imported/kubectl-c1.json" -o json
expect_code 3
expect_out '"name": "c9"'
expect_err "unknown: c9: routes, security rules and DRG of the VCN: no dump says it"

# Streams: a closed or full stdout is a failure; a reader that went away needs no complaint.
run bash -c '"$0" version >&-' "$meshsim"
expect_code 4
expect_err "standard output is closed"
run bash -c '"$0" version >/dev/full' "$meshsim"
expect_code 4
expect_err "cannot write to standard output: No space left on device"
run bash -c '{ sleep 0.2; "$0" version; echo "code $?" >&2; } | true' "$meshsim"
expect_err "code 4"
[[ $err == "code 4" ]] || wrong "a reader that went away is complained about"
run bash -c '"$0" version <&- 2>&-' "$meshsim"
expect_code 0

# new: a folder that runs and loads as it is; nothing is overwritten; limits are warnings.
run "$meshsim" new "$scratch/mesh" -n 2 --members 1 --nodes 1
expect_code 0
[[ $out == "$scratch/mesh/scenario.yaml" ]] || wrong "the scenario's name is not all of stdout"
expect_err "12 files; next: meshsim run $scratch/mesh/scenario.yaml"
run "$meshsim" topology "$scratch/mesh/topology.yaml"
expect_code 0
expect_no_err
run "$meshsim" run "$scratch/mesh/scenario.yaml" --stats
expect_code 0
expect_out "MEMORY"
expect_err "bytes per member with its heap"
run "$meshsim" new "$scratch/mesh"
expect_code 2
expect_no_out
expect_err "exists and is not empty; name a new folder, nothing is overwritten"
run "$meshsim" new "$scratch/large" -n 12
expect_code 0
expect_err "warning: a region needs 11 remote peerings"
run "$meshsim" new /proc/mesh
expect_code 4
usage_error "--clusters: 256 is not from 2 to 255" new "$scratch/none" --clusters 256
usage_error "'star' is none of full|hub|chain|ring" new "$scratch/none" --mesh star
usage_error "in a full mesh nothing has to be passed on" new "$scratch/none" --transit
[[ ! -e $scratch/none ]] || wrong "a refused call leaves a folder"

# Completion: the scripts load, and complete verbs, options and words.
for shell in bash zsh; do
  "$meshsim" completion "$shell" >"$scratch/completion.$shell"
done
run bash -n "$scratch/completion.bash"
expect_code 0
# complete WORD...: what bash offers for the last word of `meshsim WORD...`
complete_words() {
  # shellcheck disable=SC2016  # the words belong to the inner shell
  run bash -c 'source "$0"; COMP_WORDS=(meshsim "$@"); COMP_CWORD=$#; _meshsim
               printf "%s\n" "${COMPREPLY[@]}"' "$scratch/completion.bash" "$@"
}
complete_words ru
[[ $out == run ]] || wrong "the verb is not completed"
complete_words run --se
[[ $out == --seed ]] || wrong "the option is not completed"
complete_words run -o j
[[ $out == json ]] || wrong "the choice is not completed"
complete_words explain exit
[[ $out == exit-codes ]] || wrong "the topic is not completed"
cd "$scratch/here" || exit 1
complete_words run n
[[ $out == near.yaml ]] || wrong "the file is not completed"
if command -v zsh >/dev/null; then
  run zsh -n "$scratch/completion.zsh"
  expect_code 0
fi

finish
