#include "trust/judge.h"

#include <stdio.h>
#include <time.h>

#include "base/compiler.h"
#include "trust/path.h"

/* More is refused by the judge; it must not be cut off before. */
#define CHAIN_MAX (PATH_CERTS_MAX + 1)

void
judge_chain(void *arg, const struct tls_judge_cert *chain, size_t count,
    struct tls_judge_verdict *verdict_r)
{
	const struct judge *judge = arg;
	struct der_bytes certs[CHAIN_MAX];
	struct path_verdict verdict;

	if (count > CHAIN_MAX)
		count = CHAIN_MAX;
	for (size_t i = 0; i < count; i++)
		certs[i] = (struct der_bytes){ chain[i].data,
		    chain[i].length };
	if (judge->admits_all) {
		ensure(count > 0);
		path_describe(&certs[0], &verdict);
	} else {
		path_judge(&(struct path_params){
			.anchors = judge->anchors,
			.purpose = PATH_PURPOSE_CLIENT,
			.now = time(NULL),
			.min_rsa_bits = judge->min_rsa_bits,
			.min_ecc_bits = judge->min_ecc_bits,
			.pairs = judge->pairs,
			.pair_count = judge->pair_count,
			.curves = judge->curves,
			.curve_count = judge->curve_count,
			.ca_curves = judge->ca_curves,
			.ca_curve_count = judge->ca_curve_count,
		    }, certs, count, &verdict);
	}
	verdict_r->reason = verdict.reason;
	verdict_r->not_after = verdict.not_after;
	snprintf(verdict_r->identity, sizeof(verdict_r->identity), "%s",
	    verdict.identity);
	if (verdict.depth > 0)
		snprintf(verdict_r->detail, sizeof(verdict_r->detail),
		    "depth %d: %.350s", verdict.depth, verdict.detail);
	else
		snprintf(verdict_r->detail, sizeof(verdict_r->detail), "%s",
		    verdict.detail);
}
