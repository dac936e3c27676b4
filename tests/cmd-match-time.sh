#!/bin/bash
# sallyport match: rules that are in force at times, and units as jobs.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/lint/tap.sh"

sallyport=$builddir/sallyport

# Berlin's, without a need of any file.
export TZ=CET-1CEST,M3.5.0,M10.5.0/3

put times.policy <<'END'
TTLSGroupAction Clear
{
	TTLSEnabled Off
}
TTLSRule office
{
	LocalPortRange 1
	Direction Both
	IpTimeCondition
	{
		DayOfWeekMask 0111110
		TimeOfDayRange 8-12, 13:00-17:30
	}
	TTLSGroupActionRef Clear
}
TTLSRule night
{
	LocalPortRange 2
	Direction Inbound
	IpTimeCondition
	{
		TimeOfDayRange 22:00-06:00
	}
	TTLSGroupActionRef Clear
}
TTLSRule monthend
{
	LocalPortRange 3
	Direction Inbound
	IpTimeConditionRef ultimo
	IpTimeConditionRef feast
	TTLSGroupActionRef Clear
}
TTLSRule quarter
{
	LocalPortRange 4
	Direction Inbound
	IpTimeCondition
	{
		ConditionTimeRange 20261001000000:20261231240000
	}
	TTLSGroupActionRef Clear
}
TTLSRule elsewhere
{
	LocalPortRange 5
	Direction Inbound
	IpTimeCondition
	{
		TimeOfDayRange 9:00-10:00
		TimeZone UTC+05:30
	}
	TTLSGroupActionRef Clear
}
TTLSRule gap
{
	LocalPortRange 6
	Direction Inbound
	IpTimeCondition
	{
		TimeOfDayRange 02:00-03:00
	}
	TTLSGroupActionRef Clear
}
TTLSRule unit
{
	LocalPortRange 7
	Direction Inbound
	Jobname Web-Service-With-A-Long-Name
	TTLSGroupActionRef Clear
}
TTLSRule units
{
	LocalPortRange 8
	Direction Inbound
	Jobname getty@*
	TTLSGroupActionRef Clear
}
TTLSRule whole
{
	LocalPortRange 9
	Direction Inbound
	Jobname nginx.service
	TTLSGroupActionRef Clear
}
IpTimeCondition ultimo
{
	DayOfMonthMask 0000000000000000000000000000000 1100000000000000000000000000000
}
IpTimeCondition feast
{
	ConditionTimeRange 20261224000000:20261226235959
}
END

# at NAME RULE PORT TIME [ARG...]: the rule, or "-".
at() {
	local name=$1 wanted=$2 port=$3 time=$4 got
	shift 4

	got=$("$sallyport" match "$sample/times.policy" --direction inbound \
	    --local "192.0.2.1:$port" --remote 192.0.2.2:5000 --at "$time" \
	    "$@" 2>&1 | sed -n '1s/^rule \([^,]*\),.*/\1/; 1s/^no rule.*/-/; 1p')
	if [ "$got" = "$wanted" ]; then
		result 0 "$name"
	else
		result 1 "$name" "$got"
	fi
}

# refused NAME PATTERN TIME
refused() {
	local output got=0

	output=$("$sallyport" match "$sample/times.policy" --direction inbound \
	    --local 192.0.2.1:1 --remote 192.0.2.2:5000 --at "$3" 2>&1) ||
	    got=$?
	if [ "$got" -eq 2 ] && grep -q -- "$2" <<<"$output"; then
		result 0 "$1"
	else
		result 1 "$1" "status $got; $output"
	fi
}

# 2026-11-23 is a Monday.
at "on a Monday, before" - 1 2026-11-23T07:59:59
at "on a Monday, in time" office 1 2026-11-23T08:00
at "the end is not in it" - 1 2026-11-23T12:00
at "the second range" office 1 "2026-11-23 17:29:59"
at "on a Sunday" - 1 2026-11-22T09:00
at "by an offset" office 1 2026-11-23T07:00Z
at "by another" office 1 2026-11-23T12:30:00+05:30
at "by seconds" office 1 @1795417200
at "before the seconds" - 1 @1795417199

at "before midnight" night 2 2026-11-22T22:00
at "at midnight" night 2 2026-11-23
at "after midnight" night 2 2026-11-23T05:59
at "in the morning" - 2 2026-11-23T06:00

at "the last day" monthend 3 2026-02-28T12:00
at "the last but one" monthend 3 2026-02-27T12:00
at "none of the last two" - 3 2026-02-26T12:00
at "in a leap year" - 3 2028-02-27T12:00
at "the last day of a leap year's" monthend 3 2028-02-29T12:00
at "the other condition" monthend 3 2026-12-24T00:00
at "the other's last second" monthend 3 2026-12-26T23:59:59
at "and past it" - 3 2026-12-27

at "before a period" - 4 2026-09-30T23:59:59
at "its first second" quarter 4 2026-10-01T00:00:00
at "its last second" quarter 4 2026-12-31T23:59:59
at "past a period" - 4 2027-01-01

at "in another zone" elsewhere 5 2026-11-23T03:30Z
at "not in that zone" - 5 2026-11-23T09:30

at "the hour that is left out, before" - 6 2026-03-29T00:59Z
at "the hour that is left out, after" - 6 2026-03-29T01:00Z
at "an hour for the first time" gap 6 2026-10-25T00:30Z
at "an hour for the second time" gap 6 2026-10-25T01:30Z
at "and not a third one" - 6 2026-10-25T02:00Z

at "a unit" unit 7 @0 --job web-service-with-a-long-name.service
at "a process of this name" unit 7 @0 --job WEB-SERVICE-WITH-A-LONG-NAME
at "a unit with a longer name" - 7 @0 \
    --job web-service-with-a-long-names.service
at "a template's instance" units 8 @0 --job getty@tty1.service
at "another template" - 8 @0 --job gettys@tty1.service
at "the whole name of a unit" whole 9 @0 --job nginx.service
at "a process is no unit" - 9 @0 --job nginx

refused "no time" "is no time" noon
refused "an empty time" "is no time" ""
refused "no such month" "is no time" 2026-13-01
refused "no such day" "is no time" 2026-02-29
refused "no such hour" "is no time" 2026-02-28T24:00
refused "an hour of one digit" "is no time" 2026-02-28T1:00
refused "text behind it" "is no time" 2026-02-28T10:00x
refused "half an offset" "is no time" 2026-02-28T10:00+1
refused "no seconds" "is no time" @
refused "words for seconds" "is no time" @now
refused "seconds past all years" "is no time" @99999999999999999999
refused "an hour that is left out" "leaves out" 2026-03-29T02:30

put secured.policy <<'END'
TTLSGroupAction On
{
	TTLSEnabled On
}
TTLSEnvironmentAction server
{
	HandshakeRole Server
	TTLSKeyringParms
	{
		Keyring ring
	}
}
TTLSRule day
{
	LocalPortRange 1
	Direction Both
	IpTimeCondition
	{
		TimeOfDayRange 6-22
	}
	TTLSGroupActionRef On
	TTLSEnvironmentActionRef server
}
END
# then_it NAME TEXT DIRECTION: what becomes of a connection at night.
then_it() {
	local output got=0

	output=$("$sallyport" match "$sample/secured.policy" --direction "$3" \
	    --local 192.0.2.1:1 --remote 192.0.2.2:5000 \
	    --at 2026-11-23T23:00 2>&1) || got=$?
	if [ "$got" -eq 3 ] && grep -q "^  then  *$2$" <<<"$output"; then
		result 0 "$1"
	else
		result 1 "$1" "status $got; $output"
	fi
}
then_it "what a rule secures at other times is closed" \
    "it stays in clear" inbound
then_it "what leaves the host is not" "it stays in clear" outbound

batch=$(printf 'inbound 192.0.2.1:%s 192.0.2.2:1 - %s\n' 1 - 2 - \
    9 nginx.service 9 nginx | "$sallyport" match "$sample/times.policy" \
    --batch - --at 2026-11-23T10:00 | tr '\n' ' ')
if [ "$batch" = "office - whole - " ]; then
	result 0 "a batch at a time"
else
	result 1 "a batch at a time" "$batch"
fi

plan
