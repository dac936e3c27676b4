# The programs, both at the top of the build directory.
#
# sbin_PROGRAMS += sallyportd
# sallyportd_SOURCES = src/cmd/sallyportd.c
# sallyportd_LDADD = $(PROGRAM_LIBS)
#
# bin_PROGRAMS += sallyport
# sallyport_SOURCES = src/cmd/sallyport.c ...
# sallyport_LDADD = $(PROGRAM_LIBS)
