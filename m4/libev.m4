# SP_LIBEV: libev installs no pkg-config file.
AC_DEFUN([SP_LIBEV], [
AC_CHECK_HEADER([ev.h], [],
    [AC_MSG_ERROR([libev is not installed (Debian: libev-dev)])])
AC_CHECK_LIB([ev], [ev_loop_new], [LIBEV_LIBS=-lev],
    [AC_MSG_ERROR([libev is not installed (Debian: libev-dev)])])
AC_MSG_CHECKING([libev's version])
sp_major=none sp_minor=none
AC_COMPUTE_INT([sp_major], [EV_VERSION_MAJOR], [[#include <ev.h>]])
AC_COMPUTE_INT([sp_minor], [EV_VERSION_MINOR], [[#include <ev.h>]])
LIBEV_VERSION="$sp_major.$sp_minor"
AC_MSG_RESULT([$LIBEV_VERSION])
AC_SUBST([LIBEV_LIBS])
])
