#!/bin/bash
# scripts/check-headers: it refuses what it should, and the tree passes.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"

# header FIRST GUARD BODY
header() {
	anew
	put src/base/addr.h <<-EOF
		/*
		 * $1
		 */
		#ifndef $2
		#define $2

		$3

		#endif
	EOF
}

first="addr.h - addresses."
guard=SALLYPORT_BASE_ADDR_H

header "$first" $guard '#include <stddef.h>

/* A place. */
struct addr {
	int port;	/* 1-65535 */

	int (*visit)(struct addr *);
};

int addr_visit(struct addr *addr);

#define ADDR_SIZE(a) \
	sizeof(a)

static inline int
addr_port(const struct addr *addr)
{
	return addr->port;
}

/* The size. */
size_t addr_size(const struct addr *addr);
size_t addr_length(const struct addr *addr,
    int kind);

enum addr_kind { ADDR_4, ADDR_6 };
struct other;'
put grammar/policy_scan.h <<<'made by flex'
passes "a good header passes" "$scripts/check-headers" "$sample"

header "Addresses." $guard ''
refuses "a header that does not say what it is" \
    'addr.h:2: the first comment' "$scripts/check-headers" "$sample"

header "$first" SALLYPORT_ADDR_H ''
refuses "a guard that is not the path" "the guard is not $guard" \
    "$scripts/check-headers" "$sample"

header "$first" $guard 'size_t addr_size(void);'
refuses "a header that needs another one first" 'does not compile alone' \
    "$scripts/check-headers" "$sample"

header "$first" $guard '/* The size. */
int addr_size(void);

int addr_port(void);'
refuses "a function without a comment" \
    'addr.h:10: no comment says what this does' \
    "$scripts/check-headers" "$sample"

header "$first" $guard '/* A place. */
struct addr { int port; };

int addr_visit(struct addr *addr);

int addr_port(void);'
refuses "a function after the group of a type" 'addr.h:12: no comment' \
    "$scripts/check-headers" "$sample"

header "$first" $guard 'int addr_port(int port);'
passes "the only function is what the first comment is about" \
    "$scripts/check-headers" "$sample"

header "$first" $guard '__attribute__((warn_unused_result)) int addr_port(int a,
    int b);
int addr_size(void);'
refuses "such a function in two lines" 'addr.h:7: no comment' \
    "$scripts/check-headers" "$sample"

anew
put src/base/addr.h <<<'int addr_port;'
refuses "a header without comment or guard" 'has no guard' \
    "$scripts/check-headers" "$sample"

anew
refuses "a tree without headers" 'no headers' \
    "$scripts/check-headers" "$sample"

# HEADER_FLAGS: where the libraries' and the generated headers are.
# shellcheck disable=SC2086  # options, one a word
passes "this tree's headers are contracts" "$scripts/check-headers" \
    "$srcdir" "-I$builddir" ${HEADER_FLAGS-}
plan
