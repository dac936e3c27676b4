#!/bin/bash
# The manual pages are sound: mandoc(1) has nothing to say of them, and
# groff(1) has no warning. Every command has its page.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"

pages=("$srcdir"/doc/*.[158] "$builddir"/doc/sallyport.policy.5)

# But for what it says of pages that are not installed, of the system, and of
# headings that it takes for others.
by_mandoc() {
	local said
	said=$(mandoc -Tlint "$1" | grep -vE \
	    'referenced manual not found|: Os |possible typo in section name')
	[ -z "$said" ] || { printf '%s\n' "$said"; return 1; }
}

by_groff() {
	local said
	said=$(groff -mandoc -ww -z -Tutf8 "$1" 2>&1)
	[ -z "$said" ] || { printf '%s\n' "$said"; return 1; }
}

for page in "${pages[@]}"; do
	for tool in mandoc groff; do
		if command -v "$tool" >/dev/null; then
			passes "$tool: ${page##*/}" "by_$tool" "$page"
		else
			number=$((number + 1))
			echo "ok $number - ${page##*/} # SKIP no $tool"
		fi
	done
done

commands=$("$builddir/sallyport" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
for command in $commands; do
	[ "$command" = help ] ||
		passes "$command has its page" \
		    grep -q '^\.SH SYNOPSIS' "$srcdir/doc/sallyport-$command.1"
done
plan
