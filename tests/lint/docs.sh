#!/bin/bash
# scripts/check-docs: it refuses what it should, and the manual is whole.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"

good() {
	anew
	put sample <<-'EOF'
		#!/bin/sh
		case $1 in
		--help)
			cat <<-'END'
			usage: sample [--verbose] COMMAND
			Commands:
			  paint [--blue]   paints

			Not a command here.
			END
			;;
		paint)
			echo "usage: sample paint [--blue] [--dry-run]"
			echo
			echo "Exit status: 0 painted, 125 no paint."
			;;
		esac
	EOF
	chmod +x "$sample/sample"
	put sample.1 <<-'EOF'
		.It Fl \-verbose
		.B \-\-verbose
		.SS paint
		\fB\-\-blue\fR and \-\-dry\-run
		.SH EXIT STATUS
		.TP
		.B 0
		.TP
		.BI 125
		.SH SEE ALSO
	EOF
}

good
passes "a whole manual passes" \
    "$scripts/check-docs" "$sample/sample" "$sample/sample.1"

sed -i '/dry/d' "$sample/sample.1"
refuses "a subcommand's option without explanation" \
    'sample paint: --dry-run is not in the manual' \
    "$scripts/check-docs" "$sample/sample" "$sample/sample.1"

good
sed -i '/verbose/d' "$sample/sample.1"
refuses "a program's option without explanation" \
    'sample: --verbose is not in the manual' \
    "$scripts/check-docs" "$sample/sample" "$sample/sample.1"

good
sed -i 's/paint/painter/' "$sample/sample.1"
refuses "a subcommand without explanation" \
    'sample: paint is not in the manual' \
    "$scripts/check-docs" "$sample/sample" "$sample/sample.1"

good
sed -i '/125/d' "$sample/sample.1"
echo 'Not the place: 125' >>"$sample/sample.1"
refuses "an exit status without explanation" \
    'sample paint: exit status 125 is not in the manual' \
    "$scripts/check-docs" "$sample/sample" "$sample/sample.1"

good
put sample-paint.1 <<-'EOF'
	.B \-\-blue
	.SH EXIT STATUS
	.B 0
	.B 125
EOF
refuses "an option that another command's page explains" \
    'sample paint: --dry-run is not in the manual' \
    "$scripts/check-docs" "$sample/sample" "$sample/sample.1" \
    "$sample/sample-paint.1"

# known PROGRAM FILE...: what looks like a code is one that `explain` knows.
known() {
	local program=$1 code status=0
	shift

	while read -r code; do
		"$program" explain "$code" >/dev/null 2>&1 ||
			{ echo "$code is unknown to explain"; status=1; }
	done < <(cat "$@" | sed 's/RFC[^0-9]*[0-9]*//g; s/:[0-9]*//g
		s/7000 and above//g' |
	    grep -oE '(SP[0-9]{4}|\b7[0-6][0-9]{2}\b)' | sort -u)
	return $status
}

put page <<<'See SP1203, (7002), 7000 and above, RFC 7627, https://localhost:7005/'
passes "codes that explain knows pass" \
    known "$builddir/sallyport" "$sample/page"
put page <<<'| connections are closed (7005), not clear |'
refuses "a reason that is gone" '7005 is unknown' \
    known "$builddir/sallyport" "$sample/page"
put page <<<'.BR SP1799'
refuses "a diagnostic that is not there" 'SP1799 is unknown' \
    known "$builddir/sallyport" "$sample/page"
passes "the texts name codes that explain knows" \
    known "$builddir/sallyport" "$srcdir"/{NEWS,README.md,SECURITY.md} \
    "$srcdir"/doc/*.{1,8,5.in,md}

good
put sample <<<'#!/bin/sh'
refuses "a program without help" '--help names no option' \
    "$scripts/check-docs" "$sample/sample" "$sample/sample.1"

passes "the manual has all that sallyport --help offers" \
    "$scripts/check-docs" "$builddir/sallyport" "$srcdir"/doc/sallyport*.1
passes "the manual has all that sallyportd --help offers" \
    "$scripts/check-docs" "$builddir/sallyportd" "$srcdir/doc/sallyportd.8"
plan
