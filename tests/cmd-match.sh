#!/bin/bash
# sallyport match: the built program, its answers and exit statuses.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/lint/tap.sh"

sallyport=$builddir/sallyport

# answers NAME STATUS OUTPUT COMMAND ARG...: exactly this on both streams.
answers() {
	local name=$1 status=$2 wanted=$3 output got=0
	shift 3

	output=$("$@" 2>&1) || got=$?
	if [ "$got" -eq "$status" ] && [ "$output" = "$wanted" ]; then
		result 0 "$name"
	else
		result 1 "$name" "status $got, not $status; $output"
	fi
}

# says NAME STATUS PATTERN COMMAND ARG...: with this status, something like it.
says() {
	local name=$1 status=$2 pattern=$3 output got=0
	shift 3

	output=$("$@" 2>&1) || got=$?
	if [ "$got" -eq "$status" ] && grep -qE -e "$pattern" <<<"$output"; then
		result 0 "$name"
	else
		result 1 "$name" "status $got, not $status; $output"
	fi
}

match() {
	"$sallyport" match "$sample/rules.policy" "$@"
}

inbound() {
	match --direction inbound --local "$1" --remote "$2" "${@:3}"
}

batch() {
	printf '%b' "$1" | match --batch -
}

put rules.policy <<'END'
TTLSGroupAction Secure
{
	TTLSEnabled On
}
TTLSGroupAction Clear
{
	TTLSEnabled Off
}
TTLSEnvironmentAction Server
{
	HandshakeRole Server
	TTLSKeyringParms
	{
		Keyring ring
	}
}
TTLSConnectionAction Patient
{
	HandshakeRole Server
}
# The order of the file decides nothing.
TTLSRule web
{
	LocalPortRange 443 444
	RemoteAddr 198.51.100.0/24
	Direction Inbound
	TTLSGroupActionRef Secure
	TTLSEnvironmentActionRef Server
	TTLSConnectionActionRef Patient
}
TTLSRule first
{
	LocalPortRange 443
	RemoteAddr 198.51.100.66
	Direction Both
	Priority 9
	TTLSGroupActionRef Clear
}
TTLSRule Second
{
	LocalPortRange 443
	RemoteAddr 198.51.100.0/28
	Direction Inbound
	TTLSGroupActionRef Clear
}
TTLSRule 2ndToLast
{
	LocalAddr 2001:db8::/32
	RemotePortRange 636
	Direction Outbound
	TTLSGroupActionRef Clear
}
TTLSRule jobs
{
	RemotePortRange 900
	Jobname AZF*
	Direction Outbound
	TTLSGroupActionRef Clear
}
TTLSRule users
{
	RemotePortRange 900
	Userid alice
	Direction Outbound
	TTLSGroupActionRef Clear
}
END

answers "a rule in JSON" 0 '{"rule": "web", "priority": 1, "secured": true, "group": "Secure", "environment": "Server", "connection": "Patient"}' \
    inbound 192.0.2.1:444 198.51.100.66:50000 --format json
answers "nulls for actions that are not there" 0 '{"rule": "first", "priority": 9, "secured": false, "group": "Clear", "environment": null, "connection": null}' \
    inbound 192.0.2.1:443 198.51.100.66:50000 --format json
answers "nulls where no rule matches" 3 '{"rule": null, "priority": null, "secured": null, "group": null, "environment": null, "connection": null}' \
    inbound 192.0.2.1:443 192.0.2.66:50000 --format json
answers "the rule, why, its actions and place" 0 "rule web, priority 1, $sample/rules.policy:22
  because
    direction is inbound
    local port 444 is in 443-444
    remote address 198.51.100.66 is in 198.51.100.0/24
  group        Secure
  environment  Server
  connection   Patient
  secured      yes
  then         TLS as a server
  passed over, in search order
    first, priority 9, $sample/rules.policy:31
      local port 444 is not 443
    jobs, priority 1, $sample/rules.policy:53
      it is for outbound connections; remote port 50000 is not 900; job is not known to be AZF*
    users, priority 1, $sample/rules.policy:60
      it is for outbound connections; remote port 50000 is not 900; user is not known to be alice" \
    inbound 192.0.2.1:444 198.51.100.66:50000
answers "a clear rule, and nothing before it" 0 "rule first, priority 9, $sample/rules.policy:31
  because
    direction is outbound
    local port is 443
    remote address is 198.51.100.66
  group        Clear
  secured      no
  then         it stays in clear: TTLSEnabled is Off" match \
    --direction outbound --local 192.0.2.1:443 --remote 198.51.100.66:50000
says "no rule" 3 'no rule matches, of 6$' \
    inbound 192.0.2.1:445 198.51.100.66:50000
says "it stays in clear" 3 '^  then +it stays in clear$' \
    inbound 192.0.2.1:445 198.51.100.66:50000
says "the five that miss least" 3 \
    'passed over, the 5 that miss least of 6 \(--all' \
    inbound 192.0.2.1:445 198.51.100.66:50000
answers "not the one that misses most" 1 "" \
    grep 2ndToLast <(inbound 192.0.2.1:445 198.51.100.66:50000)
says "it, too, with --all" 3 '^    2ndToLast, priority 1' \
    inbound 192.0.2.1:445 198.51.100.66:50000 --all
says "what of it was missed" 3 '^ +it is for outbound connections; remote port 50000 is not 636; local address 192.0.2.1 is not in 2001:db8::/32$' \
    inbound 192.0.2.1:445 198.51.100.66:50000 --all
says "a job that matches" 0 "^    job 'azfmfa' begins as AZF\*$" match \
    --direction outbound --local 192.0.2.1:5 --remote 192.0.2.2:900 \
    --job azfmfa
says "a user that matches" 0 "^    user 'alice' is alice$" match \
    --direction outbound --local 192.0.2.1:5 --remote 192.0.2.2:900 \
    --user alice
says "a job that does not" 0 "job 'x' does not begin as AZF\*$" match \
    --direction outbound --local 192.0.2.1:5 --remote 192.0.2.2:900 \
    --user alice --job x
says "a user that does not" 3 "user 'Alice' is not alice$" match \
    --direction outbound --local 192.0.2.1:5 --remote 192.0.2.2:900 \
    --user Alice
says "a name that could be a forged line" 3 "user 'a.x0Arule web' is not" \
    match --direction outbound --local 192.0.2.1:5 --remote 192.0.2.2:900 \
    --user $'a\nrule web'

{
	sed '/^TTLSRule web/,$d' "$sample/rules.policy"
	cat <<-'END'
	TTLSRule sundays
	{
		LocalPortRange 443
		Direction Inbound
		IpTimeCondition
		{
			DayOfWeekMask 1000000
			TimeZone UTC
		}
		TTLSGroupActionRef Clear
	}
	END
} | put sundays.policy
sundays() {
	TZ=UTC "$sallyport" match "$sample/sundays.policy" \
	    --direction inbound --local 192.0.2.1:443 --remote 192.0.2.9:1 \
	    --at "$1"
}
says "a rule in force" 0 \
    '^    it is in force at 2026-01-04 12:00:00 UTC$' sundays 2026-01-04T12:00Z
says "a rule not in force" 3 \
    '^      it is not in force at 2026-01-05 12:00:00 UTC$' \
    sundays 2026-01-05T12:00Z

# A port that forwards is never in clear, whatever else matches there.
{
	sed '/^TTLSRule first/,$d' "$sample/rules.policy"
	cat <<-'END'
	TTLSApplicationAction Onward
	{
		Handoff Forward
		Backend 127.0.0.1:80
	}
	TTLSRule forward
	{
		LocalAddr 192.0.2.0/24
		LocalPortRange 443
		RemoteAddr 203.0.113.0/24
		Direction Inbound
		TTLSGroupActionRef Secure
		TTLSEnvironmentActionRef Server
		TTLSApplicationActionRef Onward
	}
	END
} | put forward.policy
forward() {
	"$sallyport" match "$sample/forward.policy" --direction inbound \
	    --local "$1" --remote "$2"
}
says "no rule on a port that forwards" 3 \
    '^  then +it is closed: the port is held for forward, which forwards$' \
    forward 192.0.2.1:443 192.0.2.9:1
says "another rule on a port that forwards" 0 \
    '^  then +it is closed: the port is held for forward, which forwards$' \
    forward 192.0.2.1:443 198.51.100.1:1
says "the rule that forwards" 0 '^  then +TLS as a server$' \
    forward 192.0.2.1:443 203.0.113.1:1
says "no rule beside it" 3 '^  then +it stays in clear$' \
    forward 192.0.2.1:80 192.0.2.9:1
says "no rule at another address" 3 '^  then +it stays in clear$' \
    forward 192.0.3.1:443 192.0.2.9:1

answers "a batch, line for line" 0 'web
first
web
2ndToLast
-
-
first' batch 'inbound 192.0.2.1:443 198.51.100.7:50000
inbound 192.0.2.1:443 198.51.100.66:50000
INBOUND\t192.0.2.1:444  198.51.100.1:1\r
outbound [2001:db8::1]:1 [2001:db9::1]:636
outbound [2001:db9::1]:1 [2001:db9::1]:636
inbound [2001:db8::1]:1 [2001:db9::1]:636
outbound 192.0.2.1:443 198.51.100.66:1'
answers "lower case stands before upper case" 0 'web' \
    batch 'inbound 192.0.2.1:443 198.51.100.1:50000\n'
answers "users and jobs" 0 'jobs
-
users
-
-
jobs' batch 'outbound 192.0.2.1:1 192.0.2.2:900 - azfmfa
outbound 192.0.2.1:1 192.0.2.2:900
outbound 192.0.2.1:1 192.0.2.2:900 alice
outbound 192.0.2.1:1 192.0.2.2:900 Alice
outbound 192.0.2.1:1 192.0.2.2:900 alicent -
outbound 192.0.2.1:1 192.0.2.2:900 alice AZF'
answers "an empty batch" 0 '' batch ''

printf 'outbound 192.0.2.1:1 192.0.2.2:900 alice\n' >"$sample/flows"
answers "a batch from a file" 0 users match --batch "$sample/flows"
says "a batch that is not there" 2 'No such file' match --batch "$sample/none"
says "a batch that is a directory" 2 'directory' match --batch "$sample"
answers "what is good is answered before what is not" 2 'web
<stdin>:2: the line is blank' \
    batch 'inbound 192.0.2.1:443 198.51.100.7:5\n\ninbound 192.0.2.1:443 198.51.100.7:5\n'
for line in 'inbound' 'inbound 192.0.2.1:443' '# a comment' \
    'sideways 192.0.2.1:443 192.0.2.1:5' 'inbound 192.0.2.1 192.0.2.1:5' \
    'inbound 192.0.2.1:1 192.0.2.1' 'inbound 192.0.2.1:1 2001:db8::1:5' \
    'inbound 192.0.2.1:1 192.0.2.1:65536' \
    'inbound 192.0.2.1:1 192.0.2.1:1 a b c' 'inbound 192.0.2.1:1\0 192.0.2.1:1'; do
	says "refused in a batch: $line" 2 '^<stdin>:1: ' batch "$line\n"
done

says "a policy that is not there" 1 'none.policy' "$sallyport" match \
    "$sample/none.policy" --batch -
echo 'TTLSRule broken {' >"$sample/bad.policy"
says "a policy with an error" 1 'bad.policy:1:' "$sallyport" match \
    "$sample/bad.policy" --direction inbound --local 192.0.2.1:1 \
    --remote 192.0.2.1:2

both="--local 192.0.2.1:1 --remote 192.0.2.1:2"
# shellcheck disable=SC2086  # words
{
says "no file" 2 'FILE is missing' "$sallyport" match
says "two files" 2 'one FILE only' match again
says "no direction" 2 'option --direction' match $both
says "no local" 2 'option --local' match --direction inbound
says "no remote" 2 'option --remote' match --direction inbound \
    --local 192.0.2.1:1
says "a wrong direction" 2 "direction 'in'" match $both --direction in
says "a wrong endpoint" 2 "remote '192.0.2.1' is not ADDRESS:PORT" match \
    --direction inbound --local 192.0.2.1:1 --remote 192.0.2.1
says "a wrong format" 2 "format 'xml'" match --format xml
says "wrong defaults" 2 "defaults 'old'" match --defaults old
says "an unknown option" 2 "'--bogus'" match --bogus
says "an option without value" 2 "'--local' needs" match --local
says "a batch with a flow" 2 'batch' match --batch - --local 192.0.2.1:1
says "all in a batch" 2 'no --all' match --batch - --all
says "all in JSON" 2 'no --all' match $both --direction inbound --format json \
    --all
says "a batch in JSON" 2 'batch' match --batch - --format json
says "help" 0 '^usage: sallyport match' match --help
}
says "defaults may be chosen" 0 'rule first' inbound 192.0.2.1:443 \
    198.51.100.66:50000 --defaults zOS
if [ -w /dev/full ]; then
	says "output that fails is no success" 2 'standard output' \
	    bash -c "printf 'inbound 192.0.2.1:443 192.0.2.1:1\n' |
		'$sallyport' match '$sample/rules.policy' --batch - >/dev/full"
fi
plan
