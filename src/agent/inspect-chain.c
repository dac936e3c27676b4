#include "agent/inspect-chain.h"

#include "agent/fault.h"
#include "base/str.h"
#include "trust/name.h"

/* Names match, and so does the signature; a weak one is not looked at. */
static bool
issued(const struct cert *issuer, const struct cert *cert)
{
	return der_same(&cert->issuer, &issuer->subject) &&
	    cert_signed_by(cert, issuer) != 0;
}

static bool
is_issued_by_trusted(const struct cert *cert,
    const struct inspect_chain_cert *trusted, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (issued(&trusted[i].cert, cert))
			return true;
	return false;
}

/* The issuer of a certificate, among those that were not used; 0: none. */
static size_t
find_issuer(const struct inspect_chain_cert *chain, size_t count,
    const struct cert *cert, bool *named_r)
{
	*named_r = false;
	for (size_t i = 1; i < count; i++) {
		if (chain[i].used ||
		    !der_same(&cert->issuer, &chain[i].cert.subject))
			continue;
		if (cert_signed_by(cert, &chain[i].cert) != 0)
			return i;
		*named_r = true;
	}
	return 0;
}

static void
say_order(const struct settings *s, struct diag *diag,
    const struct inspect_chain_cert *leaf, const char *order)
{
	fault_say(diag, DIAG_CHAIN_ORDER, s, leaf->file->path,
	    "move them: each one is followed by its issuer's",
	    "the certificates belong in the order %s", order);
}

/* At the end of what was found: is it a good end? */
static void
say_end(const struct settings *s, struct diag *diag,
    const struct inspect_chain_cert *top, bool is_leaf, bool named)
{
	char issuer[128];

	name_print(&top->cert.issuer, issuer, sizeof(issuer));
	if (named)
		fault_say(diag, DIAG_CHAIN_BROKEN, s,
		    top->file->path, "put the issuer's present certificate "
		    "into the chain",
		    "certificate %u is not signed by the key of %s that is "
		    "in the chain", top->file->number, issuer);
	else if (is_leaf)
		fault_say(diag, DIAG_CHAIN_INCOMPLETE, s,
		    top->file->path, "append the issuer's certificate; where "
		    "it is a root that the clients have, put it into trusted/ "
		    "or let be",
		    "certificate %u, %s, was issued by %s, which is neither "
		    "in the chain nor trusted", top->file->number, top->name,
		    issuer);
	else
		fault_say(diag, DIAG_CHAIN_OPEN, s,
		    top->file->path,
		    "if that is no root which the clients have, append its "
		    "certificate", "the chain ends at certificate %u, issued "
		    "by %s", top->file->number, issuer);
}

static void
say_unused(const struct settings *s, bool is_file, struct diag *diag,
    const struct inspect_chain_cert *chain, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		/* In one PEM file, those are the clients' CAs. */
		if (chain[i].used ||
		    (is_file && cert_self_issued(&chain[i].cert)))
			continue;
		fault_say(diag, DIAG_CHAIN_ORDER, s,
		    chain[i].file->path, "remove it",
		    "certificate %u, %s, is not part of the chain",
		    chain[i].file->number, chain[i].name);
	}
}

void
inspect_chain_follow(const struct settings *s, bool is_file,
    struct inspect_chain_cert *chain, size_t count,
    const struct inspect_chain_cert *trusted, size_t trusted_count,
    struct diag *diag)
{
	struct inspect_chain_cert *top = &chain[0];
	bool named = false, ordered = true;
	char text[128];
	struct str order;
	size_t next;

	str_init(&order, text, sizeof(text));
	str_add(&order, "%u", top->file->number);
	top->used = true;
	while (!cert_self_issued(&top->cert)) {
		next = find_issuer(chain, count, &top->cert, &named);
		if (next == 0) {
			if (!is_issued_by_trusted(&top->cert, trusted,
			    trusted_count))
				say_end(s, diag, top, top == &chain[0], named);
			break;
		}
		ordered = ordered && &chain[next] == top + 1;
		top = &chain[next];
		top->used = true;
		str_add(&order, ", %u", top->file->number);
	}
	if (!ordered)
		say_order(s, diag, &chain[0], text);
	say_unused(s, is_file, diag, chain, count);
}
