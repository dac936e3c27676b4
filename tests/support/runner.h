/*
 * runner.h - the main() of every unit test.
 *
 * A test program makes one libcheck suite and hands it over; the results go
 * to standard output as TAP, which automake's driver reads.
 */
#ifndef SALLYPORT_TESTS_SUPPORT_RUNNER_H
#define SALLYPORT_TESTS_SUPPORT_RUNNER_H

#include <check.h>

/*
 * Runs the suite that `make` returns. Returns the exit status of main():
 * 0 where no test failed and at least one ran. With an argument, runs only
 * the test case of that name.
 */
int runner_main(int argc, char **argv, Suite *(*make)(void));

#endif
