/*
 * compiler.h - what C lacks: attributes, container_of, and ensure().
 *
 * ensure() guards our own invariants. It is always on: a broken invariant in
 * a program that decides who is let in must stop that program. It is never
 * used for a user's mistake (a diagnostic) or the world's failure (a reason).
 */
#ifndef SALLYPORT_BASE_COMPILER_H
#define SALLYPORT_BASE_COMPILER_H

#include <stddef.h>

#define MUST_USE	__attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NO_RETURN	__attribute__((noreturn))
#define UNUSED		__attribute__((unused))

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define ensure(cond) \
	((cond) ? (void)0 : compiler_ensure_failed(#cond, __FILE__, __LINE__))

/* Prints the broken invariant to standard error and aborts. */
NO_RETURN void compiler_ensure_failed(const char *condition, const char *file,
    int line);

#endif
