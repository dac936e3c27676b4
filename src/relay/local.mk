# One connection: channels, pumps, its session.
noinst_LIBRARIES += librelay.a
librelay_a_SOURCES =
