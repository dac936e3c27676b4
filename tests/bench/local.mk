# `make bench`: what sallyportd costs, beside what else is installed. Prints a
# table, and keeps the results in tests/bench/bench.json.
#
#	BENCH_QUICK=1		less of everything, once
#	BENCH_FLAGS=...		more options of tests/bench/bench.py
#
# The load generator and the service behind are tested by tests/e2e/bench.py.

check_PROGRAMS += tests/bench/backend tests/bench/load
tests_bench_backend_SOURCES = tests/bench/backend.c
tests_bench_backend_LDADD = libbase.a
tests_bench_load_SOURCES = tests/bench/load.c tests/bench/load.h \
	tests/bench/load_options.c \
	tests/bench/client.c tests/bench/client.h \
	tests/bench/hello.c tests/bench/hello.h
tests_bench_load_LDADD = libbase.a $(WOLFSSL_LIBS)

# `make tests/bench/bench_rules`, then run it: the rule table alone.
EXTRA_PROGRAMS += tests/bench/bench_rules
# The same of bench_lint: rules in each other's way.
EXTRA_PROGRAMS += tests/bench/bench_lint

DRIVER_OF_BENCH = \
	tests/bench/bench.py \
	tests/bench/figures.py \
	tests/bench/machine.py \
	tests/bench/page.py \
	tests/bench/plot.py \
	tests/bench/policies.py \
	tests/bench/process.py \
	tests/bench/servers.py
EXTRA_DIST += $(DRIVER_OF_BENCH)
CLEANFILES += tests/bench/bench.json

BENCH_NEEDS = sallyport$(EXEEXT) sallyportd$(EXEEXT) \
	tests/bench/backend$(EXEEXT) tests/bench/load$(EXEEXT) \
	tests/bench/bench_rules$(EXEEXT)
BENCH = SALLYPORT_SRCDIR='$(abs_srcdir)' SALLYPORT_BUILDDIR='$(abs_builddir)' \
	$(PYTHON) $(srcdir)/tests/bench/bench.py \
	--json tests/bench/bench.json $(BENCH_FLAGS)

bench: $(BENCH_NEEDS)
	@quick=; test -z "$$BENCH_QUICK" || quick=--quick; \
		$(BENCH) $$quick

# The same in full, and doc/performance.md with its plots from it.
update-performance: $(BENCH_NEEDS)
	@$(BENCH) --doc '$(abs_srcdir)/doc'
.PHONY: bench update-performance

# The page is the work of a quiet machine, not of a build.
EXTRA_DIST += $(wildcard $(srcdir)/doc/performance*.svg)
dist_doc_DATA += $(wildcard $(srcdir)/doc/performance.md)
