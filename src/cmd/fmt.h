/*
 * fmt.h - `sallyport fmt`: a policy in canonical layout.
 */
#ifndef SALLYPORT_CMD_FMT_H
#define SALLYPORT_CMD_FMT_H

/* Runs it; argv[0] is "fmt". Returns the exit status. */
int fmt_main(int argc, char **argv);

#endif
