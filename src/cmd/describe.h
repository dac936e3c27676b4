/*
 * describe.h - `sallyport describe`: the language itself, from its table.
 *
 * Nothing is said here that policy/schema.h does not know. Exit status: 0,
 * 2 usage.
 */
#ifndef SALLYPORT_CMD_DESCRIBE_H
#define SALLYPORT_CMD_DESCRIBE_H

int describe_main(int argc, char **argv);

#endif
