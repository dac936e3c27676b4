/*
 * describe-words.h - the words of the policy language, for tools that read
 * text: Vim's syntax highlighting and a fuzzer's dictionary.
 */
#ifndef SALLYPORT_CMD_DESCRIBE_WORDS_H
#define SALLYPORT_CMD_DESCRIBE_WORDS_H

#include "base/compiler.h"

/* To standard output. 0, or -1 where there is no memory. */
MUST_USE int describe_words_print_vim(void);
MUST_USE int describe_words_print_dict(void);

#endif
