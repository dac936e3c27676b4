# shellcheck shell=bash
# TAP for the tests in this directory. `make check` says where the source and
# the build are (tests/local.mk); started by hand, the build is the current
# directory.
# shellcheck disable=SC2034  # used by those that source this
set -uo pipefail

lint=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
srcdir=${SALLYPORT_SRCDIR:-$(cd "$lint/../.." && pwd)}
builddir=${SALLYPORT_BUILDDIR:-$PWD}
scripts=$srcdir/scripts
sample=$(mktemp -d)
trap 'rm -rf "$sample"' EXIT
number=0

# result STATUS NAME [OUTPUT]
result() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		printf '%s\n' "${3-}" | sed 's/^/# /'
	fi
}

# passes NAME COMMAND ARG...
passes() {
	local name=$1 output status=0
	shift

	output=$("$@" 2>&1) || status=$?
	result $status "$name" "$output"
}

# refuses NAME PATTERN COMMAND ARG...: fails, and says why.
refuses() {
	local name=$1 pattern=$2 output
	shift 2

	if output=$("$@" 2>&1); then
		result 1 "$name" "status 0; $output"
	elif ! grep -qE -e "$pattern" <<<"$output"; then
		result 1 "$name" "it did not say \"$pattern\": $output"
	else
		result 0 "$name"
	fi
}

# put FILE: standard input to a file of the sample tree.
put() {
	mkdir -p "$sample/$(dirname "$1")"
	cat >"$sample/$1"
}

# A new, empty sample tree.
anew() {
	rm -rf "$sample"
	mkdir -p "$sample"
}

plan() {
	echo "1..$number"
}
