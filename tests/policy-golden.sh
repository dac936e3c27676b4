#!/bin/bash
# What `sallyport lint` says of tests/policy/*/NAME.policy, word for word:
# NAME.err in bad/, which are refused, and in good/, which are not (no file:
# nothing is said). With --update the answers become the expected ones; look
# at the difference before it is committed.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/lint/tap.sh"

sallyport=$builddir/sallyport
case $sallyport in
/*) ;;
*) sallyport=$PWD/$sallyport ;;
esac
policies=$srcdir/tests/policy
update=${1-}

# What is said of suites and lists depends on what the TLS library has: the
# golden files hold what the one says that the set-up builds.
other_library() {
	! "${sallyport}d" --version |
		grep -q 'lists of groups and signatures yes'
}
depends() {
	grep -qE 'V3CipherSuites|TTLSSignatureParms' "$1"
}

# golden KIND STATUS: every policy of a kind.
golden() {
	local kind=$1 status=$2 policy name got said expected

	for policy in "$policies/$kind"/*.policy; do
		name=$(basename "$policy" .policy)
		expected=$policies/$kind/$name.err
		said=$sample/said
		got=0
		(cd "$policies/$kind" &&
			"$sallyport" lint "$name.policy") >"$said" 2>&1 || got=$?
		if [ "$update" = --update ]; then
			rm -f "$expected"
			[ ! -s "$said" ] || cp "$said" "$expected"
		fi
		[ -f "$expected" ] || expected=/dev/null
		if depends "$policy" && other_library; then
			result 0 "$kind/$name # SKIP another TLS library"
			continue
		fi
		if [ "$got" -ne "$status" ]; then
			result 1 "$kind/$name" "status $got, not $status"
		else
			passes "$kind/$name" diff -u "$expected" "$said"
		fi
	done
}

# huge NAME PATTERN: a made policy is refused within a minute, in little output.
huge() {
	local name=$1 pattern=$2 got=0 said

	said=$(cd "$sample" && timeout 60 "$sallyport" lint made.policy 2>&1) ||
		got=$?
	if [ "$got" -ne 1 ]; then
		result 1 "$name" "status $got: ${said:0:2000}"
	elif [ ${#said} -gt 100000 ]; then
		result 1 "$name" "${#said} characters of output"
	elif ! grep -qE -e "$pattern" <<<"$said"; then
		result 1 "$name" "it did not say \"$pattern\": ${said:0:2000}"
	else
		result 0 "$name"
	fi
}

golden good 0
golden bad 1

head -c 10000000 /dev/zero | tr '\0' x >"$sample/made.policy"
huge "a line of 10 MB" "^made.policy:1:1: error: unknown statement"
{
	printf 'TTLSRule web\n{\n\tDirection '
	head -c 10000000 /dev/zero | tr '\0' y
	printf '\n}\n'
} >"$sample/made.policy"
huge "a value of 10 MB" "^made.policy:3:12: error: 'yyyy.*\.\.\.' is not a value"
head -c 10000000 /dev/zero | tr '\0' '#' >"$sample/made.policy"
printf '\nTTLSRul web\n{\n}\n' >>"$sample/made.policy"
huge "a comment of 10 MB" "^made.policy:2:1: error: unknown statement 'TTLSRul'"
yes 'TTLSRule web {' | head -n 10000 >"$sample/made.policy"
huge "10,000 open braces" "more than 64 deep"
{
	yes 'TTLSEnvironmentAction {' | head -n 10000
	yes '}' | head -n 10000
} >"$sample/made.policy"
huge "10,000 blocks in blocks" "cannot stand inside"
yes '}' | head -n 10000 >"$sample/made.policy"
huge "10,000 surplus braces" "^10000 errors, 0 warnings"
yes '{' | head -n 10000 >"$sample/made.policy"
huge "10,000 braces without a statement" "1 error, 0 warnings"
{
	printf 'TTLSRule web\n{\n'
	yes '	Directoin Both' | head -n 1000000
	printf '}\n'
} >"$sample/made.policy"
huge "a million errors" "^1000[0-9]{3} errors, 0 warnings"
yes 'a }' | head -n 2500000 | tr '\n' ' ' >"$sample/made.policy"
huge "a line of 10 MB with 2,500,000 errors" "^250000[0-9] errors, 0 warnings"
{
	printf 'TTLSRule web\n{\n\tDirection Both '
	head -c 10000000 /dev/zero | tr '\0' '\t'
	yes '}' | head -n 200 | tr '\n' ' '
} >"$sample/made.policy"
huge "many errors late on a long line" ":3:10000017: error: "
head -c 1000000 /dev/zero >"$sample/made.policy"
huge "a megabyte of NULs" "^made.policy:1:1: error: the file holds a NUL"
head -c 3000000 /dev/zero | tr '\0' '"' >"$sample/made.policy"
huge "quotes" "^[0-9]+ errors?, "

plan
