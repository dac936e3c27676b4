/*
 * inspect-files.h - who else can read or change the files of a key ring, and
 * which of them are passed over.
 */
#ifndef SALLYPORT_AGENT_INSPECT_FILES_H
#define SALLYPORT_AGENT_INSPECT_FILES_H

struct diag;
struct environment;

/*
 * Modes and owners of the ring's files and of every directory that leads to
 * them. Those that nobody but root or this process's user can change are
 * good; so is a directory that anybody may write where the sticky bit keeps
 * him from others' entries.
 */
void inspect_files_all(const struct environment *environment, struct diag *diag);

#endif
