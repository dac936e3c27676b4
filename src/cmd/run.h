/*
 * run.h - `sallyport run`: wraps a service.
 *
 * Exit status: the service's own (killed by a signal, so is this); 125 the
 * service could not be wrapped, 126 not executed, 127 not found, 2 usage.
 */
#ifndef SALLYPORT_CMD_RUN_H
#define SALLYPORT_CMD_RUN_H

int run_main(int argc, char **argv);

#endif
