#!/usr/bin/env bash
# readme_test.sh itself: it finds a wrong output and a wrong exit code, and lets "..." stand for
# anything. Usage: readme_checks_test.sh SOURCE_DIR
source_dir=$1
# shellcheck source=tests/tools/assert.sh
source "$source_dir/tests/tools/assert.sh"

mkdir -p "$scratch"/{scenarios,topologies,docs,tests}
cp -r "$source_dir/tests/tools" "$scratch/tests"

# document LINE...: the only document shows this in a console block.
document() {
  { echo '```console' && printf '%s\n' "$@" && echo '```'; } >"$scratch/README.md"
  run bash "$scratch/tests/tools/readme_test.sh" "$scratch" /bin/true
}

document '$ printf "a [x]*\nb\nc\n"' 'a [x]*' '...' 'c' '$ printf "took 3s\n"' 'took ...s'
expect_code 0
expect_out "2 commands"
document '$ printf "a\nb\n"' 'a' 'c'
expect_code 1
expect_out "README.md:2: the document shows (<) other output"
document '$ printf "a\nb\n"' 'a'
expect_code 1
document '$ echo ab' '?b'
expect_code 1
document '$ false'
expect_code 1
expect_out "README.md:2: exit code 1: false"
document '$ false  # exit 1'
expect_code 0
document '$ tools/test' 'nothing that could be compared'
expect_code 1
expect_out "no document shows a command"

finish
