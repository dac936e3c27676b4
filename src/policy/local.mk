# Policy text to rule table: no wolfSSL, no event loop.
noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES += \
	src/policy/axis.c src/policy/axis.h \
	src/policy/condition.c src/policy/condition.h \
	src/policy/diag-codes.h \
	src/policy/diag-print.c src/policy/diag-print.h \
	src/policy/diag.c src/policy/diag.h \
	src/policy/ebcdic.c src/policy/ebcdic.h \
	src/policy/piece.c src/policy/piece.h \
	src/policy/policy.h \
	src/policy/prefix.c src/policy/prefix.h \
	src/policy/rule-index.c src/policy/rule-index.h \
	src/policy/rules.c src/policy/rules.h \
	src/policy/schema.c src/policy/schema.h \
	src/policy/settings.h \
	src/policy/source.c src/policy/source.h \
	src/policy/tree.c src/policy/tree.h
