#!/usr/bin/env bash
# Runs what the documents show: every line "$ COMMAND" of a ```console block, in a copy of the tree,
# and compares what the block shows below it; "..." there stands for anything. Where nothing is
# shown only the exit code counts: 0, or N where the command ends in "# exit N".
# Usage: readme_test.sh SOURCE_DIR MESHSIM
source_dir=$1 meshsim=$2
# shellcheck source=tests/tools/assert.sh
source "$source_dir/tests/tools/assert.sh"

# The tree as a reader has it, with the tested program behind tools/meshsim.
tree=$scratch/tree
mkdir -p "$tree/tools" "$scratch/bin"
cp -r "$source_dir"/{scenarios,topologies} "$tree"
ln -s "$meshsim" "$tree/tools/meshsim"
ln -s "$meshsim" "$scratch/bin/meshsim"
export PATH=$scratch/bin:$PATH MESHSIM_DATA=$tree NO_COLOR=1
commands=0

# What a test cannot run: it would fetch, install or build, or start this test again.
is_for_people_only() {
  [[ $1 =~ ^(git|sudo|apt-get|cmake|cpack|cd|tools/test|\.ci/run)([[:space:]]|$) ]]
}

# matches SHOWN ACTUAL: as files; a line of only "..." stands for any number of lines.
matches() {
  local line pattern=""
  while IFS= read -r line; do
    [[ $line == '*' ]] || line+=$'\n'
    pattern+=$line
  done < <(sed -e 's/[][*?\\]/\\&/g' -e 's/\.\.\./*/g' "$1")
  # shellcheck disable=SC2053  # the right side is a pattern
  [[ $(<"$2")$'\n' == $pattern ]]
}

# try PLACE COMMAND: runs it and looks at $scratch/shown.
try() {
  local wanted=0
  is_for_people_only "$2" && return
  commands=$((commands + 1))
  [[ $2 =~ '# exit '([0-9]) ]] && wanted=${BASH_REMATCH[1]}
  (cd "$tree" && bash -c "$2") >"$scratch/actual" 2>&1 </dev/null
  code=$?
  if [[ $code -ne $wanted ]]; then
    failures=$((failures + 1))
    printf '%s: exit code %s: %s\n%s\n' "$1" "$code" "$2" "$(<"$scratch/actual")"
  elif [[ -s $scratch/shown ]] && ! matches "$scratch/shown" "$scratch/actual"; then
    failures=$((failures + 1))
    printf '%s: the document shows (<) other output than this command (>): %s\n' "$1" "$2"
    diff "$scratch/shown" "$scratch/actual"
  fi
}

for document in "$source_dir"/*.md "$source_dir"/docs/*.md; do
  in_block=no command="" number=0
  while IFS= read -r line; do
    number=$((number + 1))
    if [[ $in_block == no ]]; then
      [[ $line == '```console' ]] && in_block=yes
      continue
    fi
    if [[ $line == '$ '* || $line == '```' ]]; then
      [[ -n $command ]] && try "$place" "$command"
      command=${line#'$ '} place=${document#"$source_dir/"}:$number
      : >"$scratch/shown"
      [[ $line == '```' ]] && in_block=no command=""
    else
      printf '%s\n' "$line" >>"$scratch/shown"
    fi
  done <"$document"
done
[[ $commands -gt 0 ]] || wrong "no document shows a command"
echo "$commands commands of the documents were run"

finish
