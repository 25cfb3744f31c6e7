#!/usr/bin/env bash
# tools/meshsim and tools/test on a project of one source file: packages, builds, exit codes.
# Usage: wrapper_test.sh SOURCE_DIR
source_dir=$1
# shellcheck source=tests/tools/assert.sh
source "$source_dir/tests/tools/assert.sh"

# A tree with the real scripts and presets and a program that says its words and exits with 3.
tree=$scratch/tree
mkdir -p "$tree"/{include,sim,models,tools,topologies/data}
cp -r "$source_dir"/tools/{meshsim,test,lib} "$tree/tools"
cp "$source_dir/CMakePresets.json" "$tree"
echo "bash build  runs the scripts" >"$tree/tools/packages.txt"
cat >"$tree/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX)
add_subdirectory(tools)
if(MESHSIM_TESTS OR NOT DEFINED MESHSIM_TESTS)
  enable_testing()
  add_test(NAME works COMMAND true)
  add_test(NAME breaks COMMAND false)
endif()
END
echo 'add_executable(meshsim meshsim.cpp)' >"$tree/tools/CMakeLists.txt"
cat >"$tree/tools/meshsim.cpp" <<'END'
#include <cstdio>
int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) std::puts(argv[i]);
  return 3;
}
END
export CCACHE_DISABLE=1

# The real list: each line has a package, one of three moments, and a reason.
while read -r names when why; do
  [[ -z $names || $names == '#'* || ($when == @(build|test|peers) && -n $why) ]] ||
    wrong "tools/packages.txt has a bad line: $names $when $why"
done <"$source_dir/tools/packages.txt"

# Missing packages: which and why, the one line, exit 4, nothing built.
cat >"$tree/tools/packages.txt" <<'END'
bash                     build  runs the scripts
no-such-package-a|bash   build  is there by its other name
no-such-package-b        build  does not exist
no-such-package-c|also   build  neither does this
no-such-package-d        test   only tests need it
END
run env MESHSIM_NO_INSTALL=1 "$tree/tools/meshsim"
expect_code 4
expect_no_out
expect_err "no-such-package-b    does not exist"
expect_err $'\napt-get install -y --no-install-recommends no-such-package-b no-such-package-c'
[[ $err != *no-such-package-[ad]* ]] || wrong "a package is asked for that is not needed"
[[ $(grep -c '^apt-get' <<<"$err") -eq 1 ]] || wrong "there is more than one apt-get line"
[[ ! -e $tree/build/release/CMakeCache.txt ]] || wrong "something was configured"
run env MESHSIM_NO_INSTALL=1 "$tree/tools/test"
expect_code 4
expect_err "no-such-package-b no-such-package-c no-such-package-d"
echo "bash build  runs the scripts" >"$tree/tools/packages.txt"

# Two first calls at once: both wait for one build, stdout is the program's alone.
"$tree/tools/meshsim" second >"$scratch/second.out" 2>"$scratch/second.err" &
run "$tree/tools/meshsim" "two words"
wait $!
second=$?
expect_code 3
[[ $out == "two words" ]] || wrong "stdout is not the program's alone"
[[ $second -eq 3 && $(<"$scratch/second.out") == second ]] ||
  wrong "the call at the same time failed"
[[ $(cat "$scratch/err" "$scratch/second.err" | grep -c "configuring build/release") -eq 1 ]] ||
  wrong "two calls at once did not share one build"

# Nothing changed: no build tool is started. These would say so.
mkdir "$scratch/shims"
for tool in cmake ninja make dpkg-query apt-get; do
  printf '#!/bin/sh\necho "%s was started" >&2\nexit 1\n' "$tool" >"$scratch/shims/$tool"
done
chmod +x "$scratch"/shims/*
run env PATH="$scratch/shims:$PATH" "$tree/tools/meshsim" again
expect_code 3
expect_out again
expect_no_err
(cd "$scratch" && ln -s tree/tools/meshsim link)
run env PATH="$scratch/shims:$PATH" "$scratch/link" by-link
expect_out by-link
expect_no_err
run bash -c "cd '$tree/tools' && PATH='$scratch/shims:$PATH' ./meshsim here"
expect_out here
expect_no_err

# A change is built, even one whose time was set back; a removed file is noticed.
sed -i 's/return 3/return 1/' "$tree/tools/meshsim.cpp"
run "$tree/tools/meshsim"
expect_code 1
: >"$tree/sim/extra.hpp"
run "$tree/tools/meshsim"
rm "$tree/sim/extra.hpp"
run "$tree/tools/meshsim"
expect_code 1
expect_err "building meshsim"

# A broken source: exit 4, a clear last line, and the next call tries again.
echo 'error here' >>"$tree/tools/meshsim.cpp"
for _ in first again; do
  run "$tree/tools/meshsim"
  expect_code 4
  expect_no_out
  [[ ${err##*$'\n'} == "tools/meshsim: the build failed; the first error above says where" ]] ||
    wrong "the last line does not say that the build failed"
done

# tools/test counts, and its last line is its own.
run "$tree/tools/test"
expect_code 4
[[ ${out##*$'\n'} == "0 passed, 0 failed" ]] || wrong "a failed build is not counted as no test"
sed -i '$d' "$tree/tools/meshsim.cpp"
run "$tree/tools/test"
expect_code 1
[[ ${out##*$'\n'} == "1 passed, 1 failed" ]] || wrong "passed and failed are not counted"
[[ ${err##*$'\n'} =~ configuring\ [0-9]+\ s,\ building\ [0-9]+\ s,\ testing\ [0-9]+\ s$ ]] ||
  wrong "the last line of stderr does not say where the time went"
run "$tree/tools/test" -R works
expect_code 0
[[ ${out##*$'\n'} == "1 passed, 0 failed" ]] || wrong "ctest options are not passed on"
run "$tree/tools/test" -R no-such-test
expect_code 1
[[ ${out##*$'\n'} == "0 passed, 0 failed" ]] || wrong "no test at all is not a failure"

finish
