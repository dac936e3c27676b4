#!/bin/bash
# Every policy we ship is clean, and every example does what it says.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"

expected() {
	diff "$1/expected" <("$builddir/sallyport" match "$1"/*.policy \
	    --batch "$1/flows")
}

for policy in "$srcdir"/policies/*.policy "$srcdir"/examples/*/*.policy; do
	passes "${policy#"$srcdir"/} is clean" \
	    "$builddir/sallyport" lint --strict "$policy"
done
for example in "$srcdir"/examples/*/; do
	passes "${example#"$srcdir"/} matches as expected" expected "$example"
done
plan
