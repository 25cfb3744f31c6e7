#!/usr/bin/env bash
# Holds the hot loops to budgets of instructions, which, unlike seconds, no busy machine changes.
# Usage: instructions_test.sh DRIVER. Exit code 77 if there is no valgrind: the test is skipped.
set -euo pipefail
driver=$1
command -v valgrind >/dev/null || exit 77

# instructions WORKLOAD ROUNDS: prints "INSTRUCTIONS TIMES"
instructions() {
  local log times
  log=$(mktemp)
  times=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$log" \
    "$driver" "$1" "$2")
  echo "$(sed -nE 's/.*Collected *: *([0-9]+).*/\1/p' "$log") $times"
  rm "$log"
}

# budget WORKLOAD FEW MANY MOST: the difference of two runs leaves the set-up out.
failed=0
budget() {
  local workload=$1 most=$4 few many few_times many_times each
  read -r few few_times < <(instructions "$workload" "$2")
  read -r many many_times < <(instructions "$workload" "$3")
  each=$(((many - few) / (many_times - few_times)))
  echo "$workload: $each instructions each time, at most $most"
  [[ $each -le $most ]] || failed=1
}

# What was measured with g++ 12 -O1 (the preset of tools/test) on 2026-11-25, and a tenth more.
budget hold 20 60 920
budget timeouts 20 60 1290
budget packet-hops 2 6 1305
exit "$failed"
