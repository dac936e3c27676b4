#!/bin/bash
# sallyport.policy(5) names every statement and parameter of the table, and
# what it gives as an example is a policy without a fault.
set -u
page=${builddir:?}/doc/sallyport.policy.5
sallyport=$builddir/sallyport
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
	fi
}

"$sallyport" describe --format json >"$work/language.json"
missing=$(python3 - "$work/language.json" "$page" <<'EOF'
import json
import sys

with open(sys.argv[1]) as file:
    language = json.load(file)
with open(sys.argv[2]) as file:
    lines = file.read().splitlines()
statements = [s["name"] for s in language["statements"]]
assert len(statements) > 10
for statement in language["statements"]:
    if ".Ss " + statement["name"] not in lines:
        print(statement["name"])
    for parameter in statement["parameters"]:
        if ".It Ic " + parameter["name"] not in lines:
            print(statement["name"], parameter["name"])
EOF
)
[ -z "$missing" ]
result $? "every statement and parameter is in the page"
[ -z "$missing" ] || printf '%s\n' "$missing" | sed 's/^/# /'

# Type, values, defaults and effect of each, however its lines are broken.
wrong=$(python3 - "$work/language.json" "$page" <<'EOF'
import json
import sys

with open(sys.argv[1]) as file:
    language = json.load(file)
with open(sys.argv[2]) as file:
    text = file.read().replace("\\-", "-").replace("\\&", "")
subsections = {part.split("\n", 1)[0]: part
               for part in text.split("\n.Ss ")[1:]}
said = 0
for statement in language["statements"]:
    items = {part.split("\n", 1)[0]: " ".join(part.split())
             for part in subsections[statement["name"]].split("\n.It Ic ")}
    for row in statement["parameters"]:
        item = items[row["name"]]
        kind = "one of" if row["type"] == "enum" else row["type"]
        wanted = ["%s: %s." % (kind[0].upper() + kind[1:],
                               " | ".join(row["values"]))]
        modern, zos = row["default"], row["default_zos"]
        if modern is not None or zos is not None:
            wanted.append("Default: %s" % (modern or "none"))
        if zos not in (modern, None):
            wanted.append("with PolicyDefaults zOS: %s." % zos)
        if row["acts"] == "later":
            wanted.append("Has no effect yet: ")
        if row["acts"] == "no":
            wanted.append("Has no effect: ")
        for words in wanted:
            said += 1
            if words not in item:
                print("%s %s: %s" % (statement["name"], row["name"], words))
assert said > 300
EOF
)
[ -z "$wrong" ]
result $? "the page says type, range, defaults and effect of each"
[ -z "$wrong" ] || printf '%s\n' "$wrong" | sed 's/^/# /'

sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' "$page" | grep -v '^\.' >"$work/p.policy"
[ -s "$work/p.policy" ] && "$sallyport" lint --strict "$work/p.policy" \
    >"$work/said"
result $? "the example is a good policy"
sed 's/^/# /' "$work/said"

! grep -q '@REFERENCE@' "$page"
result $? "the reference is in its place"
echo "1..$count"
