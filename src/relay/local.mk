# One connection: channels, pumps, its session.
noinst_LIBRARIES += librelay.a
librelay_a_SOURCES = \
	src/relay/cause.c src/relay/cause.h \
	src/relay/chan.c src/relay/chan.h \
	src/relay/pump.c src/relay/pump.h \
	src/relay/report.c src/relay/report.h \
	src/relay/session.c src/relay/session.h \
	src/relay/sink.c src/relay/sink.h
