#include "policy/condition.h"

#include <string.h>

#include "policy/times.h"

static bool
is_coded_name(const char *pattern)
{
	return pattern != NULL && strcmp(pattern, "*") != 0;
}

unsigned
condition_coded(const struct rules_rule *rule)
{
	unsigned coded = 0;

	if (rule->local_ports != NULL)
		coded |= CONDITION_LOCAL_PORT;
	if (rule->remote_ports != NULL)
		coded |= CONDITION_REMOTE_PORT;
	if (rule->remote_addrs != NULL)
		coded |= CONDITION_REMOTE_ADDR;
	if (rule->local_addrs != NULL)
		coded |= CONDITION_LOCAL_ADDR;
	if (is_coded_name(rule->user))
		coded |= CONDITION_USER;
	if (is_coded_name(rule->job))
		coded |= CONDITION_JOB;
	if (rule->times != NULL)
		coded |= CONDITION_TIME;
	return coded;
}

static bool
in_ports(uint16_t port, const struct rules_ports *ports)
{
	size_t lo = 0, hi = ports->count, middle;

	while (lo < hi) {
		middle = lo + (hi - lo) / 2;
		if (port > ports->range[middle].hi)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo < ports->count && port >= ports->range[lo].lo;
}

static bool
in_addrs(const struct addr *addr, const struct rules_addrs *addrs)
{
	size_t lo = 0, hi = addrs->count, middle;

	while (lo < hi) {
		middle = lo + (hi - lo) / 2;
		if (addr_compare(addr, &addrs->range[middle].hi) > 0)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo < addrs->count &&
	    addr_compare(addr, &addrs->range[lo].lo) >= 0;
}

static bool
name_met(const char *pattern, const char *name,
    int (*compare)(const char *, const char *, size_t))
{
	size_t length = strlen(pattern);

	if (length > 0 && pattern[length - 1] == '*')
		return length == 1 ||
		    (name != NULL && compare(pattern, name, length - 1) == 0);
	return name != NULL && compare(pattern, name, length + 1) == 0;
}

bool
condition_user_met(const char *pattern, const char *user)
{
	return name_met(pattern, user, strncmp);
}

/* Not strncasecmp: which letters are one must not hang on the locale. */
static int
compare_folded(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		int x = a[i] >= 'a' && a[i] <= 'z' ? a[i] - 32 : a[i];
		int y = b[i] >= 'a' && b[i] <= 'z' ? b[i] - 32 : b[i];

		if (x != y)
			return x - y;
		if (x == '\0')
			break;
	}
	return 0;
}

bool
condition_job_met(const char *pattern, const char *job)
{
	return name_met(pattern, job, compare_folded);
}

size_t
condition_unit_stem(const char *unit)
{
	size_t length = strlen(unit), ending = strlen(CONDITION_UNIT_ENDING);

	return length > ending && compare_folded(unit + length - ending,
	    CONDITION_UNIT_ENDING, ending) == 0 ? length - ending : length;
}

bool
condition_unit_met(const char *pattern, const char *unit)
{
	size_t stem;

	if (unit == NULL || condition_job_met(pattern, unit))
		return unit != NULL;
	stem = condition_unit_stem(unit);
	return strlen(pattern) == stem &&
	    compare_folded(pattern, unit, stem) == 0;
}

bool
condition_met(const struct rules_rule *rule, const struct rules_flow *flow,
    unsigned conditions)
{
	if ((conditions & CONDITION_LOCAL_PORT) != 0 &&
	    !in_ports(flow->local.port, rule->local_ports))
		return false;
	if ((conditions & CONDITION_REMOTE_PORT) != 0 &&
	    !in_ports(flow->remote.port, rule->remote_ports))
		return false;
	if ((conditions & CONDITION_REMOTE_ADDR) != 0 &&
	    !in_addrs(&flow->remote.addr, rule->remote_addrs))
		return false;
	if ((conditions & CONDITION_LOCAL_ADDR) != 0 &&
	    !in_addrs(&flow->local.addr, rule->local_addrs))
		return false;
	if ((conditions & CONDITION_USER) != 0 &&
	    !condition_user_met(rule->user, flow->user))
		return false;
	if ((conditions & CONDITION_JOB) != 0 &&
	    !condition_job_met(rule->job, flow->job) &&
	    !condition_unit_met(rule->job, flow->unit))
		return false;
	return (conditions & CONDITION_TIME) == 0 ||
	    (flow->moment != NULL && times_met(rule->times, flow->moment));
}
