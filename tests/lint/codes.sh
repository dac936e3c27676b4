#!/bin/bash
# Every diagnostic of policy/diag-codes.h is seen in a test: in the golden
# files of tests/policy, or where what it needs can be made.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"

# What cannot be had by a policy and a directory:
#	1002 memory that runs out (check_policy counts it, and no text shows)
#	1527 more overlaps than a test has time for
#	1603 another TLS library
unseen=' 1002 1527 1603 '

# check_codes TREE
check_codes() {
	local tree=$1 symbol number status=0

	while read -r symbol number; do
		case $unseen in
		*" $number "*) continue ;;
		esac
		grep -qsF "[SP$number]" "$tree"/tests/policy/*/*.err && continue
		grep -qs "SP$number" "$tree"/tests/e2e/*.py \
		    "$tree"/tests/*.sh && continue
		grep -qsw "DIAG_$symbol" "$tree"/tests/check_*.c && continue
		echo "SP$number ($symbol) is seen in no test"
		status=1
	done < <(sed -nE 's/^\tD\(([A-Z0-9_]+), ([0-9]+),.*/\1 \2/p' \
	    "$tree/src/policy/diag-codes.h")
	return $status
}

# unique TREE: no number has two meanings.
unique() {
	local twice

	twice=$(sed -nE 's/^\tD\([A-Z0-9_]+, ([0-9]+),.*/SP\1/p' \
	    "$1/src/policy/diag-codes.h" | sort | uniq -d)
	[ -z "$twice" ] || { echo "twice: $twice"; return 1; }
}

anew
printf '\tD(NUL_BYTE, 1003, ERROR, "x", \\\n' | put src/policy/diag-codes.h
put tests/policy/bad/nul.err <<<'nul.policy:1:1: error: a NUL [SP1003]'
passes "a code in a golden file is seen" check_codes "$sample"
rm "$sample/tests/policy/bad/nul.err"
refuses "a code in none is not" 'SP1003 .* is seen in no test' \
    check_codes "$sample"
printf '\tD(A, 1003, ERROR, "x", \\\n\tD(B, 1003, ERROR, "y", \\\n' |
	put src/policy/diag-codes.h
refuses "a number with two meanings" 'twice: SP1003' unique "$sample"
passes "this tree's codes are all seen" check_codes "$srcdir"
passes "this tree's codes are unique" unique "$srcdir"

plan
