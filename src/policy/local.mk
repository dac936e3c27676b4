# Policy text to rule table: no wolfSSL, no event loop.
noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES += \
	src/policy/axis.c src/policy/axis.h \
	src/policy/body.c src/policy/body.h \
	src/policy/codes.c src/policy/codes.h \
	src/policy/compile.c src/policy/compile.h \
	src/policy/condition.c src/policy/condition.h \
	src/policy/context.h \
	src/policy/diag.c src/policy/diag.h \
	src/policy/diag-codes.h \
	src/policy/diag-print.c src/policy/diag-print.h \
	src/policy/ebcdic.c src/policy/ebcdic.h \
	src/policy/effective.c src/policy/effective.h \
	src/policy/format.c src/policy/format.h \
	src/policy/gap.c src/policy/gap.h \
	src/policy/groups.c src/policy/groups.h \
	src/policy/inert.c src/policy/inert.h \
	src/policy/lint.c src/policy/lint.h \
	src/policy/lint-resumption.c src/policy/lint-resumption.h \
	src/policy/mistake.c src/policy/mistake.h \
	src/policy/names.c src/policy/names.h \
	src/policy/network.c src/policy/network.h \
	src/policy/piece.c src/policy/piece.h \
	src/policy/policy.c src/policy/policy.h \
	src/policy/prefix.c src/policy/prefix.h \
	src/policy/rule-index.c src/policy/rule-index.h \
	src/policy/rules.c src/policy/rules.h \
	src/policy/same.c src/policy/same.h \
	src/policy/schema.c src/policy/schema.h \
	src/policy/settings.c src/policy/settings.h \
	src/policy/source.c src/policy/source.h \
	src/policy/suites.c src/policy/suites.h \
	src/policy/times.c src/policy/times.h \
	src/policy/times-pool.c src/policy/times-pool.h \
	src/policy/times-value.c src/policy/times-value.h \
	src/policy/tree.c src/policy/tree.h \
	src/policy/value.c src/policy/value.h \
	src/policy/value-field.c src/policy/value-field.h \
	src/policy/value-list.c src/policy/value-list.h \
	src/policy/value-show.c src/policy/value-show.h \
	src/policy/view.c src/policy/view.h \
	src/policy/walk.c src/policy/walk.h
