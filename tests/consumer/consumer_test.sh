#!/usr/bin/env bash
# Installs meshsim into a scratch folder, moves that elsewhere, builds a project against it and runs
# both. Usage: consumer_test.sh SOURCE_DIR BUILD_DIR
source_dir=$1 build_dir=$2
# shellcheck source=tests/tools/assert.sh
source "$source_dir/tests/tools/assert.sh"

run cmake --install "$build_dir" --prefix "$scratch/first"
expect_code 0
mv "$scratch/first" "$scratch/moved"  # nothing in it may know where it was
prefix=$scratch/moved

run cmake -S "$source_dir/tests/consumer" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$prefix"
expect_code 0
run cmake --build "$scratch/build"
expect_code 0
run "$scratch/build/consumer"
expect_code 0
[[ $out == "10 events" ]] || wrong "the consumer's world did not run as it should"

# No public header needs one that is not installed.
while read -r header; do
  echo "#include \"$header\""
done < <(cd "$prefix/include" && find meshsim -name '*.hpp' | sort) >"$scratch/all.cpp"
run c++ -std=c++20 -fsyntax-only -I "$prefix/include" "$scratch/all.cpp"
expect_code 0

unset MESHSIM_DATA
cd "$scratch" || exit 1
run "$prefix/bin/meshsim" version
expect_code 0
expect_out "meshsim "
for file in share/bash-completion/completions/meshsim share/zsh/vendor-completions/_meshsim; do
  [[ -s $prefix/$file ]] || wrong "$file is missing"
done
if [[ -e $source_dir/scenarios/three-region.yaml ]]; then
  run "$prefix/bin/meshsim" run three-region.yaml
  expect_code 0
  expect_out "SENIOR"
fi

finish
