/*
 * replay.c - a fuzz target's main() where there is no libFuzzer.
 *
 * Runs the target over every file of its corpus, tests/fuzz/corpus/NAME for
 * fuzz_NAME, and then over mutations of them: the same ones each time, so
 * that `make check` is repeatable. A crash leaves its input in a file.
 *
 *	SALLYPORT_SRCDIR	the source directory
 *	SALLYPORT_FUZZ_ROUNDS	how many mutations (default: 2000)
 *	SALLYPORT_FUZZ_SEED	another sequence of them (default: 1)
 *
 * With arguments: runs these files only, as libFuzzer does.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_MAX = 1 << 16, SEEDS_MAX = 4096 };

struct input {
	size_t size;
	uint8_t bytes[INPUT_MAX];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct input *seeds[SEEDS_MAX];
static size_t seed_count;
static struct input current;
static char crash_name[128];
static uint64_t state;

static void
crashed(int signal_number)
{
	int fd = open(crash_name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd >= 0 && write(fd, current.bytes, current.size) >= 0)
		close(fd);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* The target gets memory of the exact size, so that sanitizers see its end. */
static void
run_current(void)
{
	uint8_t *exact = malloc(current.size > 0 ? current.size : 1);

	if (exact == NULL)
		abort();
	memcpy(exact, current.bytes, current.size);
	LLVMFuzzerTestOneInput(exact, current.size);
	free(exact);
}

static int
read_current(const char *path)
{
	FILE *file = fopen(path, "rb");
	int failed;

	if (file == NULL)
		return -1;
	current.size = fread(current.bytes, 1, sizeof(current.bytes), file);
	failed = ferror(file);
	fclose(file);
	return failed ? -1 : 0;
}

/* xorshift64*, of Marsaglia and Vigna. */
static uint32_t
draw(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 2685821657736338717u) >> 32) % below;
}

static void
insert(size_t at, const uint8_t *bytes, size_t count)
{
	if (count > INPUT_MAX - current.size)
		count = INPUT_MAX - current.size;
	memmove(current.bytes + at + count, current.bytes + at,
	    current.size - at);
	memmove(current.bytes + at, bytes, count);
	current.size += count;
}

static void
mutate_once(void)
{
	static const char odd[] = "{}#\"\n\r\0\t \xc2\xa0\xff-:/,~*.09aZ";
	const struct input *other = seeds[draw((uint32_t)seed_count)];
	size_t at = draw((uint32_t)current.size + 1);
	size_t left = current.size - at;
	size_t from, count = left > 0 ? draw((uint32_t)left) + 1 : 0;
	uint8_t byte;

	switch (draw(6)) {
	case 0:
		if (left > 0)
			current.bytes[at] ^= (uint8_t)(1u << draw(8));
		break;
	case 1:
		if (left > 0)
			current.bytes[at] =
			    (uint8_t)odd[draw(sizeof(odd) - 1)];
		break;
	case 2:
		byte = (uint8_t)odd[draw(sizeof(odd) - 1)];
		insert(at, &byte, 1);
		break;
	case 3:	/* take away */
		count = count > 64 && draw(4) != 0 ? 64 : count;
		memmove(current.bytes + at, current.bytes + at + count,
		    left - count);
		current.size -= count;
		break;
	case 4:	/* a piece of another seed */
		if (other->size == 0)
			break;
		from = draw((uint32_t)other->size);
		insert(at, other->bytes + from,
		    draw((uint32_t)(other->size - from)) + 1);
		break;
	case 5:	/* cut off */
		if (draw(8) == 0)
			current.size = at;
		break;
	}
}

static void
mutate(void)
{
	const struct input *seed = seeds[draw((uint32_t)seed_count)];
	uint32_t times = draw(8) + 1;

	memcpy(current.bytes, seed->bytes, seed->size);
	current.size = seed->size;
	while (times-- > 0)
		mutate_once();
}

static unsigned long
setting(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text != NULL && *text != '\0' ? strtoul(text, NULL, 10) :
	    otherwise;
}

static int
replay_corpus(const char *directory)
{
	struct dirent **entries;
	char path[4096];
	int count = scandir(directory, &entries, NULL, alphasort);

	if (count < 0) {
		printf("Bail out! %s: %s\n", directory, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		snprintf(path, sizeof(path), "%s/%s", directory, name);
		if (name[0] != '.' && seed_count < SEEDS_MAX) {
			struct input *seed = malloc(sizeof(*seed));

			if (seed == NULL || read_current(path) != 0) {
				printf("Bail out! %s cannot be read\n", path);
				return -1;
			}
			*seed = current;
			seeds[seed_count++] = seed;
			run_current();
			printf("ok %zu - %s\n", seed_count, name);
			fflush(stdout);
		}
		free(entries[i]);
	}
	free(entries);
	return 0;
}

static int
run_files(char **paths)
{
	for (; *paths != NULL; paths++) {
		if (read_current(*paths) != 0) {
			perror(*paths);
			return EXIT_FAILURE;
		}
		fprintf(stderr, "%s: %zu bytes\n", *paths, current.size);
		run_current();
	}
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	/* The sanitizers report the others, and abort. */
	static const int fatal[] = { SIGABRT, SIGALRM,
#ifndef __SANITIZE_ADDRESS__
		SIGSEGV, SIGBUS, SIGILL, SIGFPE,
#endif
	};
	const char *name = strrchr(argv[0], '/');
	const char *source = getenv("SALLYPORT_SRCDIR");
	unsigned long rounds = setting("SALLYPORT_FUZZ_ROUNDS", 2000);
	char directory[2048];

	name = name != NULL ? name + 1 : argv[0];
	snprintf(crash_name, sizeof(crash_name), "crash-%s", name);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		signal(fatal[i], crashed);
	if (argc > 1)
		return run_files(argv + 1);

	state = setting("SALLYPORT_FUZZ_SEED", 1) * 0x9e3779b97f4a7c15u | 1;
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%s",
	    source != NULL ? source : ".", name);
	if (replay_corpus(directory) != 0)
		return 99;
	if (seed_count == 0) {
		printf("Bail out! %s is empty\n", directory);
		return 99;
	}
	for (unsigned long i = 0; i < rounds; i++) {
		alarm(20);	/* one input that takes this long is a fault */
		mutate();
		run_current();
	}
	printf("ok %zu - %lu mutations\n1..%zu\n", seed_count + 1, rounds,
	    seed_count + 1);
	while (seed_count > 0)
		free(seeds[--seed_count]);
	return EXIT_SUCCESS;
}
