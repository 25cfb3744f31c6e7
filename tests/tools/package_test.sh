#!/usr/bin/env bash
# Makes the .deb package, unpacks it and runs what is inside.
# Usage: package_test.sh SOURCE_DIR BUILD_DIR
source_dir=$1 build_dir=$2
# shellcheck source=tests/tools/assert.sh
source "$source_dir/tests/tools/assert.sh"

run cpack --config "$build_dir/CPackConfig.cmake" -G DEB -B "$scratch/package"
expect_code 0
deb=$(find "$scratch/package" -maxdepth 1 -name 'meshsim_*.deb')
[[ -f $deb ]] || wrong "there is no package"

run dpkg-deb -f "$deb" Package Version Depends
expect_out "Package: meshsim"
for library in libc6 libfmt9 libstdc++6; do
  expect_out "$library"
done
run dpkg-deb -c "$deb"
[[ $out != *.a$'\n'* && $out != *.hpp* ]] || wrong "the package holds files for developers"

dpkg-deb -x "$deb" "$scratch/root"
unset MESHSIM_DATA
cd "$scratch" || exit 1
run "$scratch/root/usr/bin/meshsim" version
expect_code 0
expect_out "meshsim "
if [[ -e $source_dir/scenarios/three-region.yaml ]]; then
  run "$scratch/root/usr/bin/meshsim" run three-region.yaml
  expect_code 0
fi

finish
