# The daemon: supervisor, workers, listeners.
noinst_LIBRARIES += libagent.a
libagent_a_SOURCES = \
	src/agent/claim.c src/agent/claim.h \
	src/agent/control.c src/agent/control.h \
	src/agent/environment.c src/agent/environment.h \
	src/agent/fault.c src/agent/fault.h \
	src/agent/fit.c src/agent/fit.h \
	src/agent/generation.c src/agent/generation.h \
	src/agent/inspect.c src/agent/inspect.h \
	src/agent/inspect-backend.c src/agent/inspect-backend.h \
	src/agent/inspect-chain.c src/agent/inspect-chain.h \
	src/agent/inspect-files.c src/agent/inspect-files.h \
	src/agent/inspect-user.c src/agent/inspect-user.h \
	src/agent/link.c src/agent/link.h \
	src/agent/listen.c src/agent/listen.h \
	src/agent/offer.c src/agent/offer.h \
	src/agent/orders.c src/agent/orders.h \
	src/agent/proof.c src/agent/proof.h \
	src/agent/registry.c src/agent/registry.h \
	src/agent/resets.c src/agent/resets.h \
	src/agent/sandbox.c src/agent/sandbox.h \
	src/agent/supervisor.c src/agent/supervisor.h \
	src/agent/worker.c src/agent/worker.h \
	src/agent/wrapped.c src/agent/wrapped.h
