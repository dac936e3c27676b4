/*
 * describe-man.h - the policy language as a part of a manual page.
 */
#ifndef SALLYPORT_CMD_DESCRIBE_MAN_H
#define SALLYPORT_CMD_DESCRIBE_MAN_H

/*
 * Prints, in mdoc(7) and to standard output, a subsection a statement and an
 * item a parameter: type, values with range and unit, both defaults, and
 * whether it acts and why not.
 */
void describe_man_print(void);

#endif
