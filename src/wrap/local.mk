# The library that `sallyport run` preloads: libc only, every symbol hidden
# but the interposed ones. A program to automake, for it is linked once and
# needs no libtool. Sanitizers cannot be preloaded into a stranger.
wrap_PROGRAMS += libsallyport.so
libsallyport_so_SOURCES = \
	src/wrap/wrap.c \
	src/wrap/wrap_call.h \
	src/wrap/wrap_name.c src/wrap/wrap_name.h
libsallyport_so_CPPFLAGS = -D_GNU_SOURCE -I$(srcdir)/src
libsallyport_so_CFLAGS = $(WARN_CFLAGS) $(LIBRARY_CFLAGS)
libsallyport_so_LDFLAGS = -shared -Wl,-z,relro -Wl,-z,now -Wl,-z,defs

# The agent names the sockets that the library reads.
libagent_a_SOURCES += src/wrap/wrap_name.c src/wrap/wrap_name.h \
	src/wrap/wrap_call.h
