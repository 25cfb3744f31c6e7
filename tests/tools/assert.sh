# shellcheck shell=bash
# What the script tests share: a scratch folder, a run that keeps its streams, and assertions.
set -u
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# run COMMAND...: its streams go to $out and $err, its exit code to $code.
run() {
  "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
  code=$?
  out=$(<"$scratch/out")
  err=$(<"$scratch/err")
}

wrong() {
  failures=$((failures + 1))
  printf 'line %s: %s\n' "${BASH_LINENO[1]}" "$*"
  printf '  exit code %s\n  stdout: %s\n  stderr: %s\n' "${code:-}" "${out:-}" "${err:-}"
}

expect_code() { [[ $code -eq $1 ]] || wrong "the exit code is not $1"; }
expect_out() { [[ $out == *"$1"* ]] || wrong "stdout does not say '$1'"; }
expect_err() { [[ $err == *"$1"* ]] || wrong "stderr does not say '$1'"; }
expect_no_out() { [[ -z $out ]] || wrong "stdout is not empty"; }
expect_no_err() { [[ -z $err ]] || wrong "stderr is not empty"; }

finish() {
  [[ $failures -eq 0 ]] && echo "all as expected"
  exit "$((failures > 0))"
}
