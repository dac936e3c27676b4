# The daemon: supervisor, workers, listeners.
noinst_LIBRARIES += libagent.a
libagent_a_SOURCES =
