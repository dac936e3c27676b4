#!/bin/bash
# sallyport show: what the built program prints of a policy, in all forms.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/lint/tap.sh"

sallyport=$builddir/sallyport
case $sallyport in
/*) ;;
*) sallyport=$PWD/$sallyport ;;
esac
tests=$srcdir/tests/show

# says NAME STATUS PATTERN COMMAND ARG...: with this status, something like it.
says() {
	local name=$1 status=$2 pattern=$3 output got=0
	shift 3

	output=$("$@" 2>&1) || got=$?
	if [ "$got" -eq "$status" ] && grep -qE -e "$pattern" <<<"$output"; then
		result 0 "$name"
	else
		result 1 "$name" "status $got, not $status; $output"
	fi
}

# golden FILE ARG...: what is printed for a policy in tests/show.
golden() {
	local expected=$tests/$1 said=$sample/said
	shift

	(cd "$tests" && "$sallyport" show "$@") >"$said" 2>&1
	if [ "${update-}" = --update ]; then
		cp "$said" "$expected"
	fi
	passes "show $*" diff -u "$expected" "$said"
}

show() {
	(cd "$tests" && "$sallyport" show "$@")
}

# drawn NAME ARG...: Graphviz takes the graph, where there is Graphviz.
drawn() {
	local name=$1
	shift

	if ! command -v dot >/dev/null; then
		number=$((number + 1))
		echo "ok $number - $name # SKIP no dot"
		return
	fi
	show "$@" --format dot >"$sample/graph.dot"
	passes "$name" dot -Tsvg -o "$sample/graph.svg" "$sample/graph.dot"
}

update=${1-}
golden mixed.human mixed.policy
golden mixed.json mixed.policy --format json
golden mixed.dot mixed.policy --format dot
golden one.human mixed.policy clear
golden one.json mixed.policy clear --format json
golden one.dot mixed.policy clear --format dot

drawn "a graph that can be drawn" mixed.policy
drawn "a graph of one rule" mixed.policy clear
drawn "a graph of hostile names" hostile.policy
if [ -s "$sample/graph.svg" ]; then
	passes "they are drawn as they are" grep -qF '>\N\G</text>' \
	    "$sample/graph.svg"
fi
golden hostile.human hostile.policy
golden hostile.dot hostile.policy --format dot
passes "JSON of hostile names" python3 -c '
import json, subprocess, sys
said = subprocess.run([sys.argv[1], "show", sys.argv[2], "--format", "json"],
    capture_output=True, check=True).stdout
names = [rule["rule"] for rule in json.loads(said)["rules"]]
assert "\\\"];x[label=<b>&amp;" in names, names
' "$sallyport" "$tests/hostile.policy"

for format in human json dot; do
	says "no secret in $format" 0 '\*\*\*' show mixed.policy --format $format
	refuses "not even a part of it in $format" '^$' bash -c "
	    cd '$tests' &&
	    '$sallyport' show mixed.policy --all --format $format |
	    grep -E 'hunter2' || { echo; false; }"
done

says "an unknown rule" 1 "no rule 'wbe' \(did you mean 'web'\?\)" \
    show mixed.policy wbe
says "an unknown rule, nothing near" 1 "no rule 'xyzzy'$" \
    show mixed.policy xyzzy
says "a policy with an error" 1 'broken.policy:1:' \
    "$sallyport" show "$srcdir/tests/show/broken.policy"
says "a policy that is not there" 2 'none.policy' show none.policy
says "a directory" 2 'Is a directory' show .
says "no file" 2 'FILE is missing' show
says "three operands" 2 'one FILE and one RULE' show a b c
says "a wrong format" 2 "format 'xml'" show mixed.policy --format xml
says "wrong defaults" 2 "defaults 'old'" show mixed.policy --defaults old
says "z/OS defaults" 0 'defaults zOS$' show mixed.policy --defaults zOS
says "z/OS defaults differ" 0 'TLSv1 +On +default' \
    show mixed.policy web --all --defaults zOS
says "what is coded as the default is, with --all" 0 \
    '^ +ClientAuthType +Required +mixed.policy:[0-9]+$' \
    show mixed.policy web --all
says "what is not coded is, with --all, and is marked" 0 \
    '^ +CertValidationMode +Any +default$' show mixed.policy web --all
says "a condition that is not coded is, with --all" 0 \
    '^ +remote port +any +default$' show mixed.policy web --all
says "what a connection action replaces is not shown" 0 '^1$' bash -c "
    cd '$tests' && '$sallyport' show mixed.policy web --all |
    grep -c HandshakeTimeout"
says "a list that is replaced is the default again" 0 \
    '^ +SignaturePairs +0601 .*default$' \
    show mixed.policy web --all --defaults zOS
# What would act, and does not for this rule.
{
	sed '/^TTLSEnvironmentAction/,$d' "$tests/mixed.policy"
	cat <<-'END'
	TTLSEnvironmentAction Server
	{
		HandshakeRole Server
		SuiteBProfile 128
		TTLSKeyringParms
		{
			Keyring ring
		}
		TTLSCipherParmsRef strong
		TTLSEnvironmentAdvancedParms
		{
			ClientAuthType Full
		}
	}
	TTLSRule web
	{
		LocalPortRange 443
		Direction Inbound
		TTLSGroupActionRef Secure
		TTLSEnvironmentActionRef Server
	}
	END
} | put overruled.policy
says "a role that asks for no certificate" 0 \
    'has no effect: no certificate is asked for' show "$sample/overruled.policy"
says "a cipher list beside Suite B" 0 \
    'has no effect: SuiteBProfile takes the place' \
    show "$sample/overruled.policy"
says "help" 0 '^usage: sallyport show' show --help
if [ -w /dev/full ]; then
	says "output that fails is no success" 2 'standard output' \
	    bash -c "'$sallyport' show '$tests/mixed.policy' >/dev/full"
fi
plan
