#include "support/runner.h"

#include <stdio.h>
#include <stdlib.h>

int
runner_main(int argc, char **argv, Suite *(*make)(void))
{
	SRunner *runner = srunner_create(make());
	int run, failed;

	/* The TAP stream is the report; libcheck's own would disturb it. */
	srunner_set_tap(runner, "-");
	srunner_run(runner, NULL, argc > 1 ? argv[1] : NULL, CK_SILENT);
	run = srunner_ntests_run(runner);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	if (run == 0)
		fprintf(stderr, "%s: no test ran\n", argv[0]);
	return failed == 0 && run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
