# Policy text to rule table: no wolfSSL, no event loop.
noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES += \
	src/policy/policy.h \
	src/policy/rules.h \
	src/policy/schema.c src/policy/schema.h \
	src/policy/settings.h \
	src/policy/source.h
