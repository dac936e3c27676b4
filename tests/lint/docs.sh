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

good
put sample <<<'#!/bin/sh'
refuses "a program without help" '--help names no option' \
    "$scripts/check-docs" "$sample/sample" "$sample/sample.1"

passes "the manual has all that sallyport --help offers" \
    "$scripts/check-docs" "$builddir/sallyport" "$srcdir"/doc/sallyport*.1
passes "the manual has all that sallyportd --help offers" \
    "$scripts/check-docs" "$builddir/sallyportd" "$srcdir/doc/sallyportd.8"
plan
