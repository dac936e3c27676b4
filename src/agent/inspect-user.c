#include "agent/inspect-user.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy/condition.h"
#include "policy/diag.h"
#include "policy/rules.h"

#define USER_MAX	256	/* useradd(8) */

/* Where the lookup itself fails, nothing is known of the name. */
static bool
is_absent(const char *name)
{
	errno = 0;
	return getpwnam(name) == NULL && (errno == 0 || errno == ENOENT ||
	    errno == ESRCH);
}

/* z/OS's names are in upper case; a number is no name. */
static const char *
meant(const char *name)
{
	char lower[USER_MAX];
	struct passwd *pw;
	size_t length = strlen(name);

	if (length >= sizeof(lower))
		return NULL;
	if (strspn(name, "0123456789") == length)
		pw = getpwuid((uid_t)strtoul(name, NULL, 10));
	else {
		for (size_t i = 0; i <= length; i++)
			lower[i] = (char)tolower((unsigned char)name[i]);
		pw = getpwnam(lower);
	}
	return pw == NULL ? NULL : pw->pw_name;
}

static void
look_up(const struct rules_rule *rule, struct diag *diag)
{
	struct diag_record *record;
	const char *other;

	if (!is_absent(rule->user))
		return;
	record = diag_report(diag, DIAG_USER_UNKNOWN, rule->span,
	    "rule '%s' never matches on this host: it has no user '%s'",
	    rule->name, rule->user);
	other = meant(rule->user);
	if (other != NULL)
		diag_cure(diag, record, "did you mean '%s'? Userid is a "
		    "name, and its case counts", other);
	else
		diag_cure(diag, record, "write the name of the user that the "
		    "service runs as; its case counts");
}

void
inspect_user_all(const struct rules *rules, struct diag *diag)
{
	const struct rules_rule *rule;

	for (size_t i = 0; i < rules_count(rules); i++) {
		rule = rules_at(rules, i);
		if ((condition_coded(rule) & CONDITION_USER) != 0 &&
		    strchr(rule->user, '*') == NULL)
			look_up(rule, diag);
	}
}
