# The library that `sallyport run` preloads: libc only, every symbol hidden
# but the interposed ones. A program to automake, for it is linked once and
# needs no libtool. Sanitizers cannot be preloaded into a stranger.
wrap_PROGRAMS += libsallyport.so
libsallyport_so_SOURCES = \
	src/wrap/wrap.c \
	src/wrap/wrap_accept.c src/wrap/wrap_accept.h \
	src/wrap/wrap_address.c src/wrap/wrap_address.h \
	src/wrap/wrap_call.h \
	src/wrap/wrap_clear.c src/wrap/wrap_clear.h \
	src/wrap/wrap_end.c src/wrap/wrap_end.h \
	src/wrap/wrap_epoll.c src/wrap/wrap_epoll.h \
	src/wrap/wrap_exec.c src/wrap/wrap_exec.h \
	src/wrap/wrap_listen.c src/wrap/wrap_listen.h \
	src/wrap/wrap_memory.c src/wrap/wrap_memory.h \
	src/wrap/wrap_name.c src/wrap/wrap_name.h \
	src/wrap/wrap_option-table.c src/wrap/wrap_option-table.h \
	src/wrap/wrap_option-value.c src/wrap/wrap_option-value.h \
	src/wrap/wrap_option.c src/wrap/wrap_option.h \
	src/wrap/wrap_proc.c src/wrap/wrap_proc.h \
	src/wrap/wrap_real.c src/wrap/wrap_real.h \
	src/wrap/wrap_socket.c src/wrap/wrap_socket.h
EXTRA_DIST += src/wrap/exports
libsallyport_so_CPPFLAGS = -D_GNU_SOURCE -I$(srcdir)/src
libsallyport_so_CFLAGS = $(WARN_CFLAGS) $(LIBRARY_CFLAGS)
libsallyport_so_LDFLAGS = -shared -Wl,-z,relro -Wl,-z,now -Wl,-z,defs

# The agent names the sockets that the library reads.
libagent_a_SOURCES += src/wrap/wrap_name.c src/wrap/wrap_name.h \
	src/wrap/wrap_call.h
