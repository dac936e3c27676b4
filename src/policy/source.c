#include "policy/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define PADDING		2	/* what flex wants after the text */
#define READ_FIRST	((size_t)64 * 1024)

/* The last place looked for: diagnostics are shown in order of offset. */
struct checkpoint {
	uint32_t offset, line;		/* the line's start, and its number */
	uint32_t at, column;		/* a place on that line */
};

struct source {
	char *path;
	char *text;
	size_t size, start;
	struct checkpoint *last;
};

void
source_free(struct source **source)
{
	if (*source == NULL)
		return;
	if ((*source)->text != NULL)
		explicit_bzero((*source)->text, (*source)->size);
	free((*source)->text);
	free((*source)->path);
	free((*source)->last);
	free(*source);
	*source = NULL;
}

static struct source *
source_new(const char *path)
{
	struct source *source = calloc(1, sizeof(*source));

	if (source == NULL)
		return NULL;
	source->path = strdup(path);
	source->last = malloc(sizeof(*source->last));
	if (source->path == NULL || source->last == NULL) {
		source_free(&source);
		return NULL;
	}
	*source->last = (struct checkpoint){ 0, 1, 0, 1 };
	return source;
}

/* Gives the text its padding, and finds where it starts. */
static int
seal(struct source *source)
{
	char *text = realloc(source->text, source->size + PADDING);

	if (text == NULL)
		return -1;
	memset(text + source->size, 0, PADDING);
	source->text = text;
	if (source->size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		source->start = 3;
	return 0;
}

/* A failed step would leave a copy of a secret behind, so no realloc. */
static int
grow(struct source *source, size_t *room)
{
	size_t size = *room == 0 ? READ_FIRST : *room * 2;
	char *text = malloc(size);

	if (text == NULL)
		return -1;
	if (source->text != NULL) {
		memcpy(text, source->text, source->size);
		explicit_bzero(source->text, source->size);
		free(source->text);
	}
	source->text = text;
	*room = size;
	return 0;
}

static int
read_all(struct source *source, int fd, size_t room)
{
	ssize_t n;

	if (room > 0 && (source->text = malloc(room)) == NULL)
		return -1;
	for (;;) {
		if (source->size == room && grow(source, &room) == -1)
			return -1;
		n = read(fd, source->text + source->size, room - source->size);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		source->size += (size_t)n;
		if (source->size > SOURCE_MAX) {
			errno = EFBIG;
			return -1;
		}
	}
}

int
source_load(const char *path, struct source **source_r)
{
	struct source *source = source_new(path);
	struct stat st;
	int fd = -1, saved, result = -1;
	size_t room = 0;

	if (source == NULL)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1 || fstat(fd, &st) == -1)
		goto out;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		goto out;
	}
	if (S_ISREG(st.st_mode)) {
		if ((uintmax_t)st.st_size > SOURCE_MAX) {
			errno = EFBIG;
			goto out;
		}
		room = (size_t)st.st_size + PADDING;
	}
	if (read_all(source, fd, room) == -1 || seal(source) == -1)
		goto out;
	*source_r = source;
	source = NULL;
	result = 0;
out:
	saved = errno;
	if (fd != -1)
		close(fd);
	source_free(&source);
	errno = saved;
	return result;
}

int
source_from_memory(const char *path, const void *bytes, size_t size,
    struct source **source_r)
{
	struct source *source;

	if (size > SOURCE_MAX) {
		errno = EFBIG;
		return -1;
	}
	source = source_new(path);
	if (source == NULL)
		return -1;
	source->text = malloc(size + PADDING);
	if (source->text != NULL && size > 0)
		memcpy(source->text, bytes, size);
	source->size = size;
	if (source->text == NULL || seal(source) == -1) {
		source->size = 0;
		source_free(&source);
		errno = ENOMEM;
		return -1;
	}
	*source_r = source;
	return 0;
}

const char *
source_path(const struct source *source)
{
	return source->path;
}

const char *
source_text(const struct source *source)
{
	return source->text;
}

size_t
source_size(const struct source *source)
{
	return source->size;
}

size_t
source_start(const struct source *source)
{
	return source->start;
}

char *
source_scan_buffer(struct source *source)
{
	return source->text;
}

/* The checkpoint moved to the line that holds offset. */
static struct checkpoint *
find_line(const struct source *source, uint32_t offset)
{
	struct checkpoint *last = source->last;
	const char *end;

	if (offset < last->offset)
		*last = (struct checkpoint){ 0, 1, 0, 1 };
	while ((end = memchr(source->text + last->offset, '\n',
	    offset - last->offset)) != NULL) {
		last->offset = (uint32_t)(end + 1 - source->text);
		last->line++;
		last->at = last->offset;
		last->column = 1;
	}
	return last;
}

static uint32_t
clamp(const struct source *source, uint32_t offset)
{
	return offset > source->size ? (uint32_t)source->size : offset;
}

struct source_place
source_locate(const struct source *source, uint32_t offset)
{
	struct checkpoint *last;
	size_t n;

	offset = clamp(source, offset);
	last = find_line(source, offset);
	if (offset < last->at) {
		last->at = last->offset;
		last->column = 1;
	}
	if (last->at < source->start && offset >= source->start)
		last->at = (uint32_t)source->start;
	while (last->at < offset) {
		n = str_utf8_length(source->text + last->at,
		    source->size - last->at);
		if (n > offset - last->at)
			break;
		last->at += n == 0 ? 1 : (uint32_t)n;
		last->column++;
	}
	return (struct source_place){ last->line, last->column };
}

size_t
source_line(const struct source *source, uint32_t offset, uint32_t *line_r)
{
	const char *start, *end;
	size_t left;

	offset = clamp(source, offset);
	*line_r = find_line(source, offset)->offset;
	if (*line_r < source->start)
		*line_r = (uint32_t)source->start;
	start = source->text + *line_r;
	left = source->size - *line_r;
	end = memchr(start, '\n', left);
	if (end == NULL)
		end = start + left;
	if (end > start && end[-1] == '\r')
		end--;
	return (size_t)(end - start);
}
