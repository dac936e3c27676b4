#!/bin/bash
# Policies of other people, where SALLYPORT_CORPUS names a directory that has
# them as policies/*.policy: none may crash the reader, and what is refused is
# refused with a place in it. IBM's fragment without braces, 08-*, is refused
# for its two missing blocks and nothing else.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/lint/tap.sh"

corpus=${SALLYPORT_CORPUS-}
if [ ! -d "$corpus/policies" ]; then
	echo "1..0 # SKIP SALLYPORT_CORPUS names no directory with policies"
	exit 0
fi

# judge POLICY: the exit status agrees with what is said.
judge() {
	local said status=0

	said=$(timeout 60 "$builddir/sallyport" lint "$1" 2>&1) || status=$?
	case $status in
	0) ! grep -qE '^[^ ].*: error: ' <<<"$said" ;;
	1) grep -qE ':[0-9]+:[0-9]+: error: .* \[SP[0-9]+\]$' <<<"$said" ;;
	*) false ;;
	esac || {
		printf 'status %s: %s\n' "$status" "$said"
		return 1
	}
}

# fragment POLICY: what is wrong with it, by code and line.
fragment() {
	local said

	said=$("$builddir/sallyport" lint "$1" | sed -nE \
		's/^.*:([0-9]+):[0-9]+: (error|warning): .*\[(SP[0-9]+)\]$/\1 \3/p')
	diff -u - <(sort -n <<<"$said") <<-'END'
		4 SP1004
		4 SP1312
		14 SP1004
		14 SP1312
		18 SP1405
		21 SP1405
		26 SP1004
		26 SP1312
		30 SP1004
		30 SP1312
		31 SP1004
		31 SP1312
		38 SP1004
		38 SP1312
		41 SP1004
		41 SP1312
	END
}

for policy in "$corpus"/policies/*.policy; do
	passes "$(basename "$policy")" judge "$policy"
	case $policy in
	*/08-*) passes "the fragment without braces" fragment "$policy" ;;
	esac
done

plan
