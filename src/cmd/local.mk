# The programs, both at the top of the build directory.

sbin_PROGRAMS += sallyportd
sallyportd_SOURCES = \
	src/cmd/options.c src/cmd/options.h \
	src/cmd/sallyportd.c
sallyportd_LDADD = $(PROGRAM_LIBS)

bin_PROGRAMS += sallyport
sallyport_SOURCES = \
	src/cmd/describe.c src/cmd/describe.h \
	src/cmd/describe-man.c src/cmd/describe-man.h \
	src/cmd/describe-words.c src/cmd/describe-words.h \
	src/cmd/explain.c src/cmd/explain.h \
	src/cmd/fmt.c src/cmd/fmt.h \
	src/cmd/jsontext.c src/cmd/jsontext.h \
	src/cmd/lint.c src/cmd/lint.h \
	src/cmd/lint-fix.c src/cmd/lint-fix.h \
	src/cmd/lint-json.c src/cmd/lint-json.h \
	src/cmd/lint-sarif.c src/cmd/lint-sarif.h \
	src/cmd/match.c src/cmd/match.h \
	src/cmd/match-passed.c src/cmd/match-passed.h \
	src/cmd/match-reason.c src/cmd/match-reason.h \
	src/cmd/match-text.c src/cmd/match-text.h \
	src/cmd/match-time.c src/cmd/match-time.h \
	src/cmd/options.c src/cmd/options.h \
	src/cmd/rewrite.c src/cmd/rewrite.h \
	src/cmd/run.c src/cmd/run.h \
	src/cmd/run-agent.c src/cmd/run-agent.h \
	src/cmd/run-service.c src/cmd/run-service.h \
	src/cmd/sallyport.c \
	src/cmd/show.c src/cmd/show.h \
	src/cmd/show-dot.c src/cmd/show-dot.h \
	src/cmd/show-field.c src/cmd/show-field.h \
	src/cmd/show-human.c src/cmd/show-human.h \
	src/cmd/show-json.c src/cmd/show-json.h \
	src/cmd/show-text.c src/cmd/show-text.h
sallyport_CPPFLAGS = $(AM_CPPFLAGS) -DPKGLIBDIR='"$(pkglibdir)"'
sallyport_LDADD = $(PROGRAM_LIBS)
