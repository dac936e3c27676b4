#!/bin/bash
# doc/architecture.md names every module, and none that is not there.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"

# check_map TREE
check_map() {
	local tree=$1 present named status=0

	present=$(cd "$tree" && find src grammar -name '*.[chly]' \
	    ! -name 'policy_parse.*' ! -name 'policy_scan.*' |
	    sed -E 's,^src/,,; s,\.[ch]$,,' | sort -u)
	# shellcheck disable=SC2016  # backquotes of Markdown
	named=$(sed -nE 's,^\| `([a-z]+/[^`]*)` \|.*,\1,p' \
	    "$tree/doc/architecture.md" | sort -u)
	comm -23 <(echo "$present") <(echo "$named") |
	    sed 's/$/ is not in doc\/architecture.md/' | grep . && status=1
	comm -13 <(echo "$present") <(echo "$named") |
	    sed 's/$/ is in doc\/architecture.md only/' |
	    grep -v '^tests/' && status=1
	return $status
}

good() {
	anew
	put src/base/a.c <<<''
	put src/base/a.h <<<''
	put grammar/g.y <<<''
	put doc/architecture.md <<-'EOF'
		| `base/a` | is |
		| `grammar/g.y` | is |
		| `tests/e2e/` | tests |
	EOF
}

good
passes "a true map passes" check_map "$sample"
put src/base/b.c <<<''
refuses "a module that is not on the map" 'base/b is not in' check_map "$sample"
good
rm "$sample"/src/base/a.*
refuses "a module that is gone" 'base/a is in .* only' check_map "$sample"

passes "the map of this tree is true" check_map "$srcdir"
plan
