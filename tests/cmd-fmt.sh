#!/bin/bash
# sallyport fmt: what it prints, its statuses, and how it rewrites files.
# The layout itself is judged by tests/check_format.c.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/lint/tap.sh"

sallyport=$builddir/sallyport
crooked='ttlsgroupaction g {
  TTLSEnabled ON # why
}'
canonical='TTLSGroupAction g
{
	TTLSEnabled On # why
}'

# says NAME STATUS OUTPUT ARG...: exactly this on both streams, in the sample.
says() {
	local name=$1 status=$2 wanted=$3 output got=0
	shift 3

	output=$(cd "$sample" && "$sallyport" fmt "$@" 2>&1) || got=$?
	if [ "$got" -eq "$status" ] && [ "$output" = "$wanted" ]; then
		result 0 "$name"
	else
		result 1 "$name" "status $got, not $status; $output"
	fi
}

# holds NAME FILE TEXT
holds() {
	local got

	got=$(cat "$sample/$2")
	[ "$got" = "$3" ]
	result $? "$1" "$got"
}

case $sallyport in
/*) ;;
*) sallyport=$PWD/$sallyport ;;
esac

put a.policy <<<"$crooked"
put b.policy <<<"$canonical"
says "a policy is printed" 0 "$canonical" a.policy
holds "and left alone" a.policy "$crooked"
says "several are printed" 0 "$canonical
$canonical" a.policy b.policy
says "--check names what would change" 1 \
    "a.policy:1: not in canonical layout from here" --check a.policy b.policy
says "--check of what would not" 0 "" --check b.policy
put c.policy <<<"$canonical

"
says "--check of empty lines at the end" 1 \
    "c.policy:5: not in canonical layout from here" --check c.policy
says "--defaults is taken" 0 "" --defaults zOS --check b.policy
output=$("$sallyport" fmt /dev/stdin <<<"$crooked")
[ "$output" = "$canonical" ]
result $? "standard input" "$output"
if [ -w /dev/full ]; then
	refuses "what cannot be written is no success" 'standard output' \
	    bash -c "'$sallyport' fmt '$sample/a.policy' >/dev/full"
fi

passes "the policies that are shipped are canonical" \
    "$sallyport" fmt --check "$srcdir"/policies/*.policy

put broken.policy <<<'TTLSGroupAction g
{'
refuses "a broken policy: what is wrong with it" '3:1: error: .*SP1101' \
    "$sallyport" fmt "$sample/broken.policy"
refuses "a broken policy: it is not laid out" 'not formatted: its structure' \
    "$sallyport" fmt "$sample/broken.policy"
says "a file that is not there" 2 "none.policy: error: the policy cannot be \
read: No such file or directory [SP1001]" none.policy
says "--check and --in-place" 2 "sallyport fmt: --check and --in-place \
exclude each other; see \`sallyport fmt --help\`" --check -i a.policy

# --- rewriting ---------------------------------------------------------------

chmod 640 "$sample/a.policy"
says "--in-place says nothing" 0 "" --in-place a.policy b.policy
holds "the file is rewritten" a.policy "$canonical"
[ "$(stat -c %a "$sample/a.policy")" = 640 ]
result $? "its mode stays" "$(stat -c %a "$sample/a.policy")"
before=$(stat -c %i.%y "$sample/b.policy")
says "-i is the same" 0 "" -i b.policy
[ "$(stat -c %i.%y "$sample/b.policy")" = "$before" ]
result $? "what is canonical is not touched"
says "a broken policy in place" 1 "$(cd "$sample" &&
	"$sallyport" fmt broken.policy 2>&1)" -i broken.policy
holds "is left alone" broken.policy 'TTLSGroupAction g
{'

mkdir "$sample/away"
put away/real.policy <<<"$crooked"
ln -s away/real.policy "$sample/link.policy"
says "a symbolic link" 0 "" -i link.policy
holds "what it leads to is rewritten" away/real.policy "$canonical"
[ -L "$sample/link.policy" ]
result $? "and it is still a link"

put one.policy <<<"$crooked"
ln "$sample/one.policy" "$sample/two.policy"
says "a file of two names" 2 "sallyport fmt: one.policy: not written: it has \
other hard links, which would keep the old text" -i one.policy
holds "is left alone under both" two.policy "$crooked"

put fixed.policy <<<"$crooked"
chmod 444 "$sample/fixed.policy"
if [ "$(id -u)" -eq 0 ]; then
	says "root rewrites a read-only file" 0 "" -i fixed.policy
	holds "as with any editor" fixed.policy "$canonical"
	[ "$(stat -c %a "$sample/fixed.policy")" = 444 ]
	result $? "which stays read-only"
	put owned.policy <<<"$crooked"
	chown 4711:4712 "$sample/owned.policy"
	says "another's file" 0 "" -i owned.policy
	[ "$(stat -c %u:%g "$sample/owned.policy")" = 4711:4712 ]
	result $? "stays his"
else
	says "a read-only file" 2 "sallyport fmt: fixed.policy: not written: \
Permission denied" -i fixed.policy
	holds "is left alone" fixed.policy "$crooked"
	put away/next.policy <<<"$crooked"
	chmod 555 "$sample/away"
	says "a read-only directory" 2 "sallyport fmt: away/next.policy: not \
written: Permission denied" -i away/next.policy
	chmod 755 "$sample/away"
fi
mkfifo "$sample/pipe.policy"
printf '%s\n' "$crooked" >"$sample/pipe.policy" &
says "what is no file" 0 "$canonical" pipe.policy
wait
printf '%s\n' "$crooked" >"$sample/pipe.policy" &
says "what is no file, in place" 2 "sallyport fmt: pipe.policy: not written: \
it is not a regular file" -i pipe.policy
wait
if setfacl -m u:4711:r "$sample/fixed.policy" 2>/dev/null; then
	put list.policy <<<"$crooked"
	chmod 600 "$sample/list.policy"
	setfacl -m u:4711:r "$sample/list.policy"
	was=$(getfacl -c "$sample/list.policy")
	says "a file with an access list" 0 "" -i list.policy
	[ "$(getfacl -c "$sample/list.policy")" = "$was" ]
	result $? "keeps it" "$(getfacl -c "$sample/list.policy")"
fi
[ -z "$(find "$sample" -name '.sallyport.*')" ]
result $? "nothing is left behind" "$(find "$sample")"

# Killed at any time, it leaves one text or the other.
killed() {
	local old new now pid i cut=0

	for i in $(seq 3000); do
		printf '%s\n' "${crooked/ g / g$i }"
	done >"$sample/old"
	"$sallyport" fmt "$sample/old" >"$sample/new"
	old=$(sha256sum <"$sample/old")
	new=$(sha256sum <"$sample/new")
	for i in $(seq 40); do
		cp "$sample/old" "$sample/big.policy"
		"$sallyport" fmt -i "$sample/big.policy" &
		pid=$!
		sleep "0.0$((i % 4))$((i % 10))"
		kill -9 "$pid" 2>/dev/null && cut=$((cut + 1))
		wait "$pid" 2>/dev/null
		now=$(sha256sum <"$sample/big.policy")
		[ "$now" = "$old" ] || [ "$now" = "$new" ] || return 1
	done
	echo "$cut of 40 were cut short"
	[ "$cut" -gt 0 ]
} 2>/dev/null
passes "a kill leaves the old text or the new" killed

plan
