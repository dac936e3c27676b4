#!/bin/bash
# sallyport: the dispatcher, explain and describe, as built.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/lint/tap.sh"

sallyport=$builddir/sallyport

# says NAME STATUS PATTERN ARG...
says() {
	local name=$1 status=$2 pattern=$3 output got=0
	shift 3

	output=$("$sallyport" "$@" 2>&1) || got=$?
	if [ "$got" -eq "$status" ] && grep -qE -e "$pattern" <<<"$output"; then
		result 0 "$name"
	else
		result 1 "$name" "status $got, not $status; $output"
	fi
}

says "nothing is asked" 2 '^usage'
says "--help" 0 '^usage' --help
says "--version" 0 '^sallyport [0-9]' --version
says "an unknown option" 2 "'--bogus'" --bogus
says "an unknown command" 2 "'xyzzy'" xyzzy
says "a misspelt command" 2 "did you mean 'match'" mtach
says "help for a misspelt command" 2 "did you mean 'describe'" help descrbe
says "run without a command" 2 "command to run is missing.*run --help" run
for command in verify status connections reload stop; do
	says "$command is for later" 2 "'$command'.*later release" "$command"
done
for command in lint fmt show match explain describe; do
	says "help $command" 0 "^usage: sallyport $command" help "$command"
	says "$command --help" 0 "^usage: sallyport $command" "$command" --help
	says "$command: an unknown option" 2 "'--bogus'" "$command" --bogus
done

says "a reason by number" 0 '^5001 no-client-certificate: ' explain 5001
says "a reason by name" 0 '^435 unknown-ca: ' explain unknown-ca
says "a diagnostic" 0 '^SP1203: ' explain SP1203
says "a diagnostic, otherwise spelt" 0 '^SP1203: ' explain sp1203
says "a reason in capitals" 0 '^435 unknown-ca: ' explain UNKNOWN-CA
says "what to do" 0 '^What to do: ' explain 5004
says "an unknown code" 1 "'SP9999'" explain SP9999
says "a misspelt name" 1 "did you mean 'unknown-ca'" explain unkown-ca
says "no code" 2 'CODE is missing' explain
says "two codes" 2 'one CODE only' explain 5001 5003

says "an unknown format" 2 "format 'xml'" describe --format xml
says "an operand" 2 'no operand' describe language
for format in json md man vim dict; do
	says "the language as $format" 0 'PeerMinCertKeySize|HandshakeTimeout' \
	    describe --format "$format"
done
if [ -w /dev/full ]; then
	for format in json md dict; do
		refuses "$format that cannot be written is no success" \
		    'describe: standard output: ' bash -c \
		    "'$sallyport' describe --format $format >/dev/full"
	done
fi
passes "JSON has its fixed shape" python3 - "$sallyport" <<'END'
import json, subprocess, sys
out = subprocess.run([sys.argv[1], "describe", "--format", "json"],
    stdout=subprocess.PIPE, check=True).stdout
root = json.loads(out)
assert list(root) == ["statements"]
names = [s["name"] for s in root["statements"]]
assert len(set(names)) == len(names)
for s in root["statements"]:
    assert list(s) == ["name", "doc", "parameters"], s
    assert s["doc"]
    for p in s["parameters"]:
        assert list(p) == ["name", "type", "values", "default",
            "default_zos", "acts", "doc"], p
        assert p["values"] and all(isinstance(v, str) for v in p["values"])
        assert p["acts"] in ("yes", "later", "no")
        assert p["doc"]
by_name = {s["name"]: {p["name"]: p for p in s["parameters"]}
    for s in root["statements"]}
role = by_name["TTLSEnvironmentAction"]["HandshakeRole"]
assert "ServerWithClientAuth" in role["values"], role
for name in "TTLSKeyringParms", "TTLSKeyringParmsRef":
    assert name in by_name["TTLSEnvironmentAction"], name
assert by_name["TTLSRule"]["Priority"]["default"] == "1"
tls13 = by_name["TTLSEnvironmentAdvancedParms"]["TLSv1.3"]
assert (tls13["default"], tls13["default_zos"]) == ("On", "Off"), tls13
END
passes "the dictionary has each word once" bash -c "
	words=\$('$sallyport' describe --format dict)
	[ -z \"\$(sort <<<\"\$words\" | uniq -d)\" ] &&
	! grep -vE '^\"[^\"]+\"\$' <<<\"\$words\""
plan
