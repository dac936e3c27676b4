#include "cmd/describe-words.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "policy/schema.h"

/* Words, each once when sorted. */
struct words {
	const char **list;
	size_t count, size;
};

/* -1 where there is no memory. */
static int
add_word(struct words *words, const char *word)
{
	const char **list = words->list;

	if (words->count == words->size) {
		words->size = words->size == 0 ? 256 : words->size * 2;
		list = realloc(list, words->size * sizeof(*list));
		if (list == NULL)
			return -1;
		words->list = list;
	}
	words->list[words->count++] = word;
	return 0;
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
sort_words(struct words *words)
{
	size_t kept = 0;

	if (words->count == 0)
		return;
	qsort(words->list, words->count, sizeof(*words->list), compare_words);
	for (size_t i = 1; i < words->count; i++)
		if (strcmp(words->list[i], words->list[kept]) != 0)
			words->list[++kept] = words->list[i];
	words->count = kept + 1;
}

static int
collect_row(const struct schema_param *row, struct words *names,
    struct words *values)
{
	const struct schema_choice *choice = row->choices;

	if (add_word(names, row->name) == -1)
		return -1;
	for (; choice != NULL && choice->name != NULL; choice++)
		if (add_word(values, choice->name) == -1)
			return -1;
	return 0;
}

static int
collect_words(struct words *statements, struct words *names,
    struct words *values)
{
	const struct schema_statement *statement;
	const struct schema_param *row;

	for (int id = 0; id < SCHEMA_STATEMENT_COUNT; id++) {
		statement = schema_statement((enum schema_statement_id)id);
		if (add_word(statements, statement->name) == -1)
			return -1;
		for (size_t i = 0; (row = schema_row(statement, i)) != NULL;
		    i++)
			if (collect_row(row, names, values) == -1)
				return -1;
	}
	sort_words(statements);
	sort_words(names);
	sort_words(values);
	return 0;
}

/*
 * Arguments of `syn keyword` that are no keywords, whatever their case
 * (:help :syn-arguments).
 */
static bool
is_argument(const char *word)
{
	static const char *const arguments[] = {
		"cchar", "conceal", "concealends", "contained", "containedin",
		"contains", "display", "extend", "fold", "nextgroup",
		"oneline", "skipempty", "skipnl", "skipwhite", "transparent",
	};

	for (size_t i = 0; i < ARRAY_SIZE(arguments); i++)
		if (strcasecmp(word, arguments[i]) == 0)
			return true;
	return false;
}

static void
print_keywords(const struct words *words, const char *group)
{
	for (size_t i = 0; i < words->count; i++)
		if (is_argument(words->list[i]))
			printf("syn match %s \"\\<%s\\>\"\n", group,
			    words->list[i]);
		else
			printf("syn keyword %s %s\n", group,
			    words->list[i]);
}

/* One list: a word that is both a statement and a parameter is one token. */
int
describe_words_print_dict(void)
{
	static const char *const forms[] = {
		" {\\x0a", "}\\x0a", "#", "0", "65535", "192.0.2.1",
		"192.0.2.0/24", "192.0.2.1-192.0.2.9", "2001:db8::/32",
		"0-65535", "All", "C02B1301", "unix:/x",
	};
	struct words words = { NULL, 0, 0 };
	int status = 0;

	for (size_t i = 0; i < ARRAY_SIZE(forms) && status == 0; i++)
		status = add_word(&words, forms[i]);
	if (status == 0)
		status = collect_words(&words, &words, &words);
	for (size_t i = 0; i < words.count && status == 0; i++)
		printf("\"%s\"\n", words.list[i]);
	free(words.list);
	return status;
}

static void
print_syntax(const struct words *statements, const struct words *names,
    const struct words *values)
{
	puts("\" Vim syntax file: the policy language of Sallyport");
	puts("\" Made by `sallyport describe --format vim`.");
	puts("if exists(\"b:current_syntax\")\n  finish\nendif");
	puts("syn case ignore");
	/* TLSv1.2 is one word; so is 3DesKeyCheck */
	puts("syn iskeyword @,48-57,_,.");
	puts("syn match sallyportNumber \"\\<\\d\\+\\>\"");
	puts("syn match sallyportAddress \"\\<\\d\\+\\(\\.\\d\\+\\)\\{3}"
	    "\\(/\\d\\+\\)\\=\\>\"");
	puts("syn match sallyportSuite \"\\<TLS_[A-Z0-9_]\\+\\>\"");
	print_keywords(values, "sallyportValue");
	print_keywords(names, "sallyportParameter");
	print_keywords(statements, "sallyportStatement");
	puts("syn match sallyportComment \"\\(^\\|\\s\\)\\zs#.*$\" "
	    "contains=@Spell");
	puts("syn region sallyportBlock start=\"{\" end=\"}\" transparent fold");
	puts("hi def link sallyportStatement Statement");
	puts("hi def link sallyportParameter Identifier");
	puts("hi def link sallyportValue Constant");
	puts("hi def link sallyportSuite Constant");
	puts("hi def link sallyportAddress Number");
	puts("hi def link sallyportNumber Number");
	puts("hi def link sallyportComment Comment");
	puts("let b:current_syntax = \"sallyport\"");
}

int
describe_words_print_vim(void)
{
	struct words statements = { NULL, 0, 0 }, names = { NULL, 0, 0 },
	    values = { NULL, 0, 0 };
	int status = collect_words(&statements, &names, &values);

	if (status == 0)
		print_syntax(&statements, &names, &values);
	free(statements.list);
	free(names.list);
	free(values.list);
	return status;
}
