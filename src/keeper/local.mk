# What `sallyport run` is while the service lives.
noinst_LIBRARIES += libkeeper.a
libkeeper_a_SOURCES = \
	src/keeper/attach.c src/keeper/attach.h \
	src/keeper/copies.c src/keeper/copies.h \
	src/keeper/guard.c src/keeper/guard.h \
	src/keeper/held.c src/keeper/held.h \
	src/keeper/keeper.c src/keeper/keeper.h \
	src/keeper/keeper-call.c src/keeper/keeper-call.h \
	src/keeper/keeper-hold.c src/keeper/keeper-hold.h \
	src/keeper/keeper-state.h \
	src/keeper/twin.c src/keeper/twin.h \
	src/keeper/unit.c src/keeper/unit.h
