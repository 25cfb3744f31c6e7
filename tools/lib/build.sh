# shellcheck shell=bash
# Shared by tools/meshsim and tools/test: Debian packages, configuring and building.
# Everything here speaks on stderr; stdout belongs to the program or to the test report.
# The caller sets: root (the source tree), me (its own name in messages).
: "${root:?}" "${me:?}"

say() { printf '%s: %s\n' "$me" "$*" >&2; }

# fail TEXT...: an internal or outside failure; 4 is its exit code in every part of meshsim.
fail() {
  say "$@"
  exit 4
}

# is_installed PACKAGE
is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]]
}

# missing_packages WHEN...: prints "PACKAGE WHY" for each line of packages.txt that is not met.
missing_packages() {
  local names when why name alternatives
  while read -r names when why; do
    [[ -z $names || $names == '#'* || " $* " != *" $when "* ]] && continue
    IFS='|' read -ra alternatives <<<"$names"
    for name in "${alternatives[@]}"; do
      is_installed "$name" && continue 2
    done
    printf '%s %s\n' "${alternatives[0]}" "$why"
  done <"$root/tools/packages.txt"
}

# Prints the words that make a command run as root; fails if there are none.
as_root() {
  if [[ $EUID -eq 0 ]]; then
    echo env
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    echo sudo
  else
    return 1
  fi
}

# need_packages WHEN...: installs what is missing, or says how to and stops with 4.
need_packages() {
  local missing name why names=() become
  if ! command -v dpkg-query >/dev/null; then
    say "this is no Debian, so the packages of tools/packages.txt are yours to provide"
    return
  fi
  missing=$(missing_packages "$@")
  [[ -z $missing ]] && return
  say "these Debian packages are missing:"
  while read -r name why; do
    printf '  %-20s %s\n' "$name" "$why" >&2
    names+=("$name")
  done <<<"$missing"
  if [[ ${MESHSIM_NO_INSTALL:-0} != 0 ]] || ! become=$(as_root); then
    say "install them, as root, with:"
    echo "apt-get install -y --no-install-recommends ${names[*]}" >&2
    exit 4
  fi
  say "installing them (MESHSIM_NO_INSTALL=1 would only print the line)"
  "$become" apt-get update -q >&2 || say "apt-get update failed; trying with the lists as they are"
  "$become" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
    install -y -q --no-install-recommends "${names[@]}" >&2 ||
    fail "apt-get could not install: ${names[*]}"
}

# begin STAGE: what this script does from now on, for time_line.
stages=()
begin() { stages+=("$SECONDS $1"); }

# time_line: prints "configuring 4 s, building 210 s, testing 38 s"
time_line() {
  local i since name next line=''
  for i in "${!stages[@]}"; do
    read -r since name <<<"${stages[i]}"
    read -r next _ <<<"${stages[i + 1]:-$SECONDS}"
    line+="${line:+, }$name $((next - since)) s"
  done
  echo "$line"
}

# one_at_a_time NAME: waits until no other call holds the lock; it is kept until this shell ends.
one_at_a_time() {
  mkdir -p "$root/build" || fail "cannot make the folder $root/build"
  exec {lock}>"$root/build/$1.lock" || fail "cannot write in $root/build"
  if ! flock -n "$lock"; then
    say "another call is building; waiting for it"
    flock "$lock" || fail "cannot lock $root/build/$1.lock"
  fi
}

# configure PRESET [OPTION...]: into build/PRESET.
configure() {
  local folder=$root/build/$1 generator=()
  # A build folder keeps its generator; ninja is the faster one for a new folder.
  [[ ! -e $folder/CMakeCache.txt ]] && command -v ninja >/dev/null && generator=(-G Ninja)
  say "configuring build/$1"
  (cd "$root" && cmake --preset "$1" "${generator[@]}" "${@:2}") >&2 ||
    fail "configuring build/$1 failed"
}

# compile PRESET [TARGETS]: the targets, separated by blanks; everything if there are none.
compile() {
  say "building ${2:-everything} in build/$1"
  # shellcheck disable=SC2086  # several words
  cmake --build "$root/build/$1" --parallel "$(nproc)" ${2:+--target $2} >&2 ||
    fail "the build failed; the first error above says where"
}

# build PRESET [TARGETS [OPTION...]]: both.
build() {
  configure "$1" "${@:3}"
  compile "$1" "${2:-}"
}
