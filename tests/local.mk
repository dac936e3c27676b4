# `make check`. A unit test is one line here: its source is the file of the
# same name with .c. Scripts print TAP; the driver counts both alike.

UNIT_TESTS = \
	tests/check_addr \
	tests/check_arena \
	tests/check_buffer \
	tests/check_cache \
	tests/check_claim \
	tests/check_compile \
	tests/check_crl \
	tests/check_diag \
	tests/check_fix \
	tests/check_flat \
	tests/check_format \
	tests/check_inheritance \
	tests/check_keys \
	tests/check_language \
	tests/check_lineage \
	tests/check_link \
	tests/check_listen \
	tests/check_log \
	tests/check_option \
	tests/check_path \
	tests/check_policy \
	tests/check_pump \
	tests/check_reason \
	tests/check_resets \
	tests/check_resume \
	tests/check_rules \
	tests/check_schema \
	tests/check_seal \
	tests/check_shadow \
	tests/check_sink \
	tests/check_source \
	tests/check_store \
	tests/check_str \
	tests/check_ticket \
	tests/check_times \
	tests/check_times_text \
	tests/check_tls \
	tests/check_twin \
	tests/check_unit \
	tests/check_value \
	tests/check_wrap

# Tests that make every allocation fail, one after the other.
TORTURE_FLAGS = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=reallocarray,--wrap=strdup,--wrap=strndup
tests_check_tls_SOURCES = tests/check_tls.c tests/support/torture.c \
	tests/support/torture.h
tests_check_tls_LDFLAGS = $(AM_LDFLAGS) $(TORTURE_FLAGS)

tests_check_ticket_SOURCES = tests/check_ticket.c tests/support/torture.c \
	tests/support/torture.h
tests_check_ticket_LDFLAGS = $(AM_LDFLAGS) $(TORTURE_FLAGS) \
	-Wl,--wrap=TLSX_PopulateExtensions

tests_check_policy_SOURCES = tests/check_policy.c tests/support/torture.c \
	tests/support/torture.h
tests_check_policy_LDFLAGS = $(AM_LDFLAGS) $(TORTURE_FLAGS) \
	-Wl,--wrap=arena_alloc

# Tests that set the clock.
CLOCK_FLAGS = -Wl,--wrap=clock_gettime,--wrap=time
CLOCK_SOURCES = tests/support/clock.c tests/support/clock.h
tests_check_cache_SOURCES = tests/check_cache.c $(CLOCK_SOURCES)
tests_check_cache_LDFLAGS = $(AM_LDFLAGS) $(CLOCK_FLAGS)
tests_check_keys_SOURCES = tests/check_keys.c $(CLOCK_SOURCES)
tests_check_keys_LDFLAGS = $(AM_LDFLAGS) $(CLOCK_FLAGS) \
	-Wl,--wrap=getrandom
tests_check_lineage_SOURCES = tests/check_lineage.c $(CLOCK_SOURCES)
tests_check_lineage_LDFLAGS = $(AM_LDFLAGS) $(CLOCK_FLAGS)
tests_check_resume_SOURCES = tests/check_resume.c $(CLOCK_SOURCES)
tests_check_resume_LDFLAGS = $(AM_LDFLAGS) $(CLOCK_FLAGS)
tests_check_store_SOURCES = tests/check_store.c $(CLOCK_SOURCES)
tests_check_store_LDFLAGS = $(AM_LDFLAGS) $(CLOCK_FLAGS) \
	-Wl,--wrap=getrandom

# What of the preloaded library stands on its own.
tests_check_option_SOURCES = tests/check_option.c \
	src/wrap/wrap_memory.c src/wrap/wrap_option-table.c \
	src/wrap/wrap_option-value.c
tests_check_wrap_SOURCES = tests/check_wrap.c src/wrap/wrap_clear.c \
	src/wrap/wrap_epoll.c src/wrap/wrap_exec.c src/wrap/wrap_proc.c \
	src/wrap/wrap_socket.c

SCRIPT_TESTS = \
	tests/cmd-fmt.sh \
	tests/cmd-lint.py \
	tests/cmd-match.sh \
	tests/cmd-match-random.py \
	tests/cmd-match-time.sh \
	tests/cmd-sallyport.sh \
	tests/cmd-show.sh \
	tests/cmd-show-everything.py \
	tests/cmd-show-pasearch.py \
	tests/lint/codes.sh \
	tests/lint/docs.sh \
	tests/lint/examples.sh \
	tests/lint/headers.sh \
	tests/lint/layers.sh \
	tests/lint/man.sh \
	tests/lint/map.sh \
	tests/lint/policy-page.sh \
	tests/lint/symbols.sh \
	tests/migrating.sh \
	tests/policy-corpus.py \
	tests/policy-golden.sh

# What lint says of each becomes what is expected; look at the difference.
EXTRA_DIST += tests/policy tests/show
update-golden: sallyport
	SALLYPORT_SRCDIR='$(abs_srcdir)' SALLYPORT_BUILDDIR='$(abs_builddir)' \
		$(BASH_PATH) $(srcdir)/tests/policy-golden.sh --update
.PHONY: update-golden

# The daemon as a whole: what client, log and service see.
E2E_TESTS = \
	tests/e2e/backend.py \
	tests/e2e/background.py \
	tests/e2e/bench.py \
	tests/e2e/bulk.py \
	tests/e2e/completion.py \
	tests/e2e/control.py \
	tests/e2e/deep.py \
	tests/e2e/defaults.py \
	tests/e2e/demands.py \
	tests/e2e/ends.py \
	tests/e2e/hostile.py \
	tests/e2e/leak.py \
	tests/e2e/lists.py \
	tests/e2e/many.py \
	tests/e2e/messages.py \
	tests/e2e/mtls.py \
	tests/e2e/port6777.py \
	tests/e2e/protocols.py \
	tests/e2e/randoms.py \
	tests/e2e/refused.py \
	tests/e2e/reload.py \
	tests/e2e/resume.py \
	tests/e2e/resume_bound.py \
	tests/e2e/resume_hostile.py \
	tests/e2e/resume_parms.py \
	tests/e2e/resume_time.py \
	tests/e2e/rules.py \
	tests/e2e/sandbox.py \
	tests/e2e/service_apache.py \
	tests/e2e/service_java.py \
	tests/e2e/service_memcached.py \
	tests/e2e/service_nginx.py \
	tests/e2e/service_node.py \
	tests/e2e/service_postgres.py \
	tests/e2e/service_python.py \
	tests/e2e/service_redis.py \
	tests/e2e/service_socat.py \
	tests/e2e/start.py \
	tests/e2e/timers.py \
	tests/e2e/times.py \
	tests/e2e/vim_syntax.py \
	tests/e2e/workers.py \
	tests/e2e/wrap_calls.py \
	tests/e2e/wrap_crowd.py \
	tests/e2e/wrap_daemon.py \
	tests/e2e/wrap_kill.py \
	tests/e2e/wrap_listeners.py \
	tests/e2e/wrap_names.py \
	tests/e2e/wrap_refused.py \
	tests/e2e/wrap_resume.py \
	tests/e2e/wrap_rules.py \
	tests/e2e/wrap_run.py \
	tests/e2e/wrap_transfer.py

E2E_LIBRARY = \
	tests/e2e/lib/__init__.py \
	tests/e2e/lib/backend.py \
	tests/e2e/lib/client.py \
	tests/e2e/lib/crypto.py \
	tests/e2e/lib/daemon.py \
	tests/e2e/lib/der.py \
	tests/e2e/lib/hello.py \
	tests/e2e/lib/keeper.py \
	tests/e2e/lib/pki.py \
	tests/e2e/lib/policy.py \
	tests/e2e/lib/rawtls.py \
	tests/e2e/lib/resume.py \
	tests/e2e/lib/service.py \
	tests/e2e/lib/tap.py \
	tests/e2e/lib/wrap.py

# A fuzz target is tests/fuzz/fuzz_NAME.c with seeds in tests/fuzz/corpus/NAME:
# one line here, and its _LDADD. Under --enable-fuzzing it is a libFuzzer
# program; else `make check` runs it over its seeds and mutations of them.
#	tests_fuzz_fuzz_NAME_LDADD = $(FUZZ_LIBS)
FUZZERS = \
	tests/fuzz/fuzz_format \
	tests/fuzz/fuzz_policy \
	tests/fuzz/fuzz_session \
	tests/fuzz/fuzz_show
tests_fuzz_fuzz_format_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_policy_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_session_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_show_SOURCES = tests/fuzz/fuzz_show.c \
	src/cmd/jsontext.c src/cmd/match-passed.c src/cmd/match-reason.c \
	src/cmd/match-text.c src/cmd/options.c \
	src/cmd/show.c src/cmd/show-dot.c src/cmd/show-field.c \
	src/cmd/show-human.c src/cmd/show-json.c src/cmd/show-text.c
tests_fuzz_fuzz_show_LDADD = $(FUZZ_LIBS)
EXTRA_DIST += tests/fuzz/corpus tests/policy-corpus.expected

# Files that tests read, and their helpers.
EXTRA_DIST += $(E2E_TESTS) $(E2E_LIBRARY)
EXTRA_DIST += $(SCRIPT_TESTS) tests/lint/tap.sh tests/support/pki.sh

TEST_EXTENSIONS = .sh .py
TAP_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TAP_DRIVER)
SH_LOG_DRIVER = $(TAP_DRIVER)
SH_LOG_COMPILER = $(BASH_PATH)
PY_LOG_DRIVER = $(TAP_DRIVER)
PY_LOG_COMPILER = $(PYTHON)
AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_srcdir)'; export srcdir; \
	builddir='$(abs_builddir)'; export builddir; \
	SALLYPORT_SRCDIR='$(abs_srcdir)'; export SALLYPORT_SRCDIR; \
	SALLYPORT_BUILDDIR='$(abs_builddir)'; export SALLYPORT_BUILDDIR; \
	CC='$(CC)'; export CC; \
	HEADER_FLAGS='$(WOLFSSL_CFLAGS) $(JANSSON_CFLAGS) $(CHECK_CFLAGS)'; \
	export HEADER_FLAGS; \
	ASAN_OPTIONS="detect_leaks=1:abort_on_error=1:$$ASAN_OPTIONS"; \
	export ASAN_OPTIONS; \
	UBSAN_OPTIONS="print_stacktrace=1:$$UBSAN_OPTIONS"; \
	export UBSAN_OPTIONS;

if ENABLE_FUZZING
FUZZ_LIBS = $(FUZZER_FLAGS) $(PROGRAM_LIBS)
noinst_PROGRAMS += $(FUZZERS)
else
FUZZ_LIBS = libreplay.a $(PROGRAM_LIBS)
check_LIBRARIES += libreplay.a
libreplay_a_SOURCES = tests/fuzz/replay.c
check_PROGRAMS += $(FUZZERS)
TESTS += $(FUZZERS)
endif

TESTS += $(SCRIPT_TESTS) $(E2E_TESTS)
if HAVE_CHECK
check_LIBRARIES += libsupport.a
libsupport_a_SOURCES = tests/support/maker.c tests/support/maker.h \
	tests/support/rig.c tests/support/rig.h \
	tests/support/runner.c tests/support/runner.h \
	tests/support/view.c tests/support/view.h \
	tests/support/visit.c tests/support/visit.h
AM_CPPFLAGS += -I$(srcdir)/tests $(CHECK_CFLAGS)
check_PROGRAMS += $(UNIT_TESTS)
# In front of the layers in LDADD, so that tests need not name it.
TEST_SUPPORT = libsupport.a
TESTS += $(UNIT_TESTS)
endif

# Services that tests/e2e/wrap_*.py wraps. No sanitizers: they are strangers,
# into which a library is preloaded.
check_PROGRAMS += tests/wrap/trap tests/wrap/fixed
tests_wrap_trap_SOURCES = tests/wrap/trap.c tests/wrap/trap.h \
	tests/wrap/trap_accept.c tests/wrap/trap_copy.c \
	tests/wrap/trap_event.c tests/wrap/trap_name.c \
	tests/wrap/trap_option.c tests/wrap/trap_process.c \
	tests/wrap/trap_raw.c tests/wrap/trap_self.c \
	tests/wrap/trap_transfer.c
tests_wrap_trap_CFLAGS = $(WARN_CFLAGS)
tests_wrap_trap_LDFLAGS =
tests_wrap_trap_LDADD = -lpthread
tests_wrap_fixed_SOURCES = tests/wrap/fixed.c
tests_wrap_fixed_CFLAGS = $(WARN_CFLAGS)
tests_wrap_fixed_LDFLAGS = -static
tests_wrap_fixed_LDADD =
