#!/usr/bin/env bash
# The reports of `meshsim check` hold against the schemas that others publish, and its JSON against
# our own: check_reports_test.sh ROOT PROGRAM
set -u
root=$1
meshsim=$2
cd "$root" || exit 1
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
failures=0

fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

# holds FILE SCHEMA: true if the JSON file satisfies the JSON Schema.
holds() {
  python3 - "$1" "$2" <<'END'
import json
import sys

import jsonschema

with open(sys.argv[1]) as file, open(sys.argv[2]) as schema:
    wrong = list(jsonschema.Draft7Validator(json.load(schema)).iter_errors(json.load(file)))
for error in wrong[:5]:
    print(f"{sys.argv[1]}: {'/'.join(map(str, error.absolute_path))}: {error.message}")
sys.exit(1 if wrong else 0)
END
}

"$meshsim" schema check > "$folder/check.schema.json" || fail "meshsim schema check"

# Clean, broken, accepted, and with files missing: c2's Helm values.
number=0
check() {
  number=$((number + 1))
  local base="$folder/$number"
  "$meshsim" check -o json --sarif "$base.sarif" --junit-xml "$base.xml" "$@" \
    > "$base.json" 2> "$base.err"
  holds "$base.sarif" tests/data/schemas/sarif-schema-2.1.0.json || fail "SARIF of $*"
  holds "$base.json" "$folder/check.schema.json" || fail "JSON of $*"
  xmllint --noout --schema tests/data/schemas/junit.xsd "$base.xml" 2> "$base.lint" ||
    { cat "$base.lint"; fail "JUnit of $*"; }
}

for file in scenarios/*.yaml topologies/*.yaml; do
  check "$file"
done
check topologies/two-region.yaml c1=scenarios/manifests/two-region/c1/cilium-values.yaml
grep -q '"outcome": "unknown"' "$folder/$number.json" || fail "nothing is unknown"
grep -q '<error type="unknown"' "$folder/$number.xml" || fail "JUnit says nothing of unknowns"

# The schemas can tell: what breaks them is found.
sed 's/"level": "error"/"level": "terrible"/' "$folder/1.sarif" > "$folder/broken.sarif"
sed -i 's/"version": "2.1.0"/"version": "3"/' "$folder/broken.sarif"
holds "$folder/broken.sarif" tests/data/schemas/sarif-schema-2.1.0.json > /dev/null &&
  fail "a broken SARIF file passes"
sed 's/ hostname="localhost"//' "$folder/1.xml" > "$folder/broken.xml"
xmllint --noout --schema tests/data/schemas/junit.xsd "$folder/broken.xml" 2> /dev/null &&
  fail "a broken JUnit file passes"

[ "$number" -ge 15 ] || fail "only $number inputs"
[ "$failures" -eq 0 ] || exit 1
echo "$number inputs"
