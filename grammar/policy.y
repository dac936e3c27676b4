/*
 * policy.y - the structure of a policy: lines, and blocks in braces.
 *
 * No keyword is known here. An unknown or misspelt one is no syntax error,
 * so one typing mistake gives one message and no cascade; the table
 * (language.c) knows the words. The scanner sees to it that braces balance.
 */
%code requires {
#include "policy/tree.h"

#define POLICY_YYLTYPE struct source_span
}

/* The names by which flex's header asks for our types. */
%code provides {
#define YYSTYPE POLICY_YYSTYPE
#define YYLTYPE POLICY_YYLTYPE
}

%code {
#include "grammar/policy_scan.h"
#include "policy/diag.h"

/* A span reaches from the first to the last of what it covers. */
#define YYLLOC_DEFAULT(current, rhs, n) do { \
	if ((n) > 0) { \
		(current) = YYRHSLOC(rhs, 1); \
		(current).length = YYRHSLOC(rhs, n).offset + \
		    YYRHSLOC(rhs, n).length - (current).offset; \
	} else { \
		(current) = YYRHSLOC(rhs, 0); \
	} \
} while (0)

/* Deep enough for TREE_DEPTH blocks: the stack never moves to the heap,
 * and so may be left by a jump when memory runs out. */
#define YYINITDEPTH 1024
#define YYMAXDEPTH 1024

static void policy_yyerror(const struct source_span *span,
    struct tree_parse *parse, void *scanner, const char *message);
}

%define api.pure full
%define api.prefix {policy_yy}
%define api.token.prefix {POLICY_TOKEN_}
%define parse.error custom
%locations
%parse-param { struct tree_parse *parse } { void *scanner }
%lex-param { void *scanner }

%union {
	struct tree_word word;
	struct tree_node *node;
	struct tree_list list;
	struct tree_block block;
	bool closed;
}

%token <word> WORD "word"
%token <word> STRING "quoted text"
%token OPEN "{"
%token <closed> CLOSE "}"
%token EOL "end of line"
%token YYEOF 0 "end of file"

%type <node> entry head
%type <block> block
%type <list> entries

%%

policy:
	entries				{ parse->result = $entries.first; }
	;

entries:
	%empty				{ $$ = (struct tree_list){ 0 }; }
	| entries[list] entry
		{ $$ = tree_append(parse, $list, $entry); }
	;

entry:
	head EOL
	| head EOL block	{ $$ = $head; tree_make_block($$, $block); }
	| head block		{ $$ = $head; tree_make_block($$, $block); }
	| error EOL		{ $$ = NULL; yyerrok; }
	;

block:
	open entries CLOSE
		{
			parse->level--;
			$$ = (struct tree_block){ $entries.first, $CLOSE };
		}
	;

open:
	OPEN				{ parse->level++; }
	;

head:
	keyword args			{ $$ = tree_end_line(parse); }
	;

keyword:
	WORD				{ tree_begin_line(parse, $WORD); }
	;

args:
	%empty
	| args arg
	;

arg:
	WORD				{ tree_add_word(parse, $WORD); }
	| STRING			{ tree_add_word(parse, $STRING); }
	;

%%

static int
yyreport_syntax_error(const yypcontext_t *context, struct tree_parse *parse,
    void *scanner)
{
	const struct source_span *span = yypcontext_location(context);
	yysymbol_kind_t found = yypcontext_token(context);
	struct diag_record *record;

	(void)scanner;
	if (found == YYSYMBOL_STRING)
		record = diag_report(parse->diag, DIAG_SYNTAX, *span,
		    "a line begins with a keyword, not with quoted text");
	else
		record = diag_report(parse->diag, DIAG_SYNTAX, *span,
		    "the line cannot be read: %s is not expected here",
		    yysymbol_name(found));
	diag_cure(parse->diag, record, "begin the line with a keyword");
	return 0;
}

/* Only what the parser cannot help comes here: a stack that is full. */
static void
policy_yyerror(const struct source_span *span, struct tree_parse *parse,
    void *scanner, const char *message)
{
	(void)scanner;
	diag_report(parse->diag, DIAG_SYNTAX, *span,
	    "the policy cannot be read: %s", message);
}
