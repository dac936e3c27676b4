# The language: scanner, parser, table. Part of libpolicy.a.
#
# policy.y and policy.l become grammar/policy_parse.[ch] and
# grammar/policy_scan.[ch] in the build directory; include them as
# "grammar/policy_parse.h" and "grammar/policy_scan.h".

libpolicy_a_SOURCES += \
	grammar/actions.c \
	grammar/advanced.c \
	grammar/conditions.c \
	grammar/gsk.c \
	grammar/language.c grammar/language.h \
	grammar/lines.c

nodist_libpolicy_a_SOURCES = \
	grammar/policy_parse.c grammar/policy_parse.h \
	grammar/policy_scan.c grammar/policy_scan.h
EXTRA_DIST += grammar/policy.y grammar/policy.l

BUILT_SOURCES += $(nodist_libpolicy_a_SOURCES)
CLEANFILES += $(nodist_libpolicy_a_SOURCES)

grammar/policy_parse.c: grammar/policy.y
	$(AM_V_GEN)$(MKDIR_P) grammar && $(BISON) -Wall -Werror \
		--defines=grammar/policy_parse.h -o $@ $(srcdir)/grammar/policy.y
grammar/policy_parse.h: grammar/policy_parse.c
grammar/policy_scan.c: grammar/policy.l
	$(AM_V_GEN)$(MKDIR_P) grammar && $(FLEX) \
		--header-file=grammar/policy_scan.h -o $@ $(srcdir)/grammar/policy.l
grammar/policy_scan.h: grammar/policy_scan.c

# Generated code answers to its generator, not to our warnings.
grammar/policy_parse.o grammar/policy_scan.o: WARN_CFLAGS = -std=gnu11
$(libpolicy_a_OBJECTS): $(nodist_libpolicy_a_SOURCES)
