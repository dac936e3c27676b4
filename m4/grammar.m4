# SP_GRAMMAR_TOOLS: bison and flex proper, as the grammar uses their own ways.
AC_DEFUN([SP_GRAMMAR_TOOLS], [
AC_ARG_VAR([BISON], [the bison parser generator, 3.6 or newer])
AC_ARG_VAR([FLEX], [the flex scanner generator])
AC_CHECK_PROGS([BISON], [bison])
AS_IF([test -z "$BISON"],
    [AC_MSG_ERROR([bison is not installed (Debian: apt-get install bison)])])
AC_MSG_CHECKING([for bison 3.6 or newer])
sp_version=$($BISON --version 2>/dev/null | sed -n '1s/.* //p')
AC_MSG_RESULT([$sp_version])
AS_VERSION_COMPARE([$sp_version], [3.6],
    [AC_MSG_ERROR([the grammar needs bison 3.6 or newer])])

AC_CHECK_PROGS([FLEX], [flex])
AS_IF([test -z "$FLEX"],
    [AC_MSG_ERROR([flex is not installed (Debian: apt-get install flex)])])
AC_MSG_CHECKING([whether $FLEX is flex])
AS_IF([$FLEX --version 2>/dev/null | grep '^flex 2' >/dev/null],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
    AC_MSG_ERROR([the scanner needs flex 2.5.35 or newer, not another lex])])
])
