#!/bin/bash
# scripts/check-layers: it refuses what it should, and the tree passes.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"

good() {
	anew
	put src/base/a.h <<<''
	put src/base/a.c <<<'#include "base/a.h"'
	put src/io/b.h <<<'#include "base/a.h"'
	put src/tls/c.c <<-'EOF'
		#include <wolfssl/ssl.h>
		#include "config.h"
		#include "io/b.h"
	EOF
	put grammar/g.h <<<'#include "base/a.h"'
	put src/policy/p.c <<<'#include "grammar/g.h"'
	put grammar/policy_scan.c <<<'#include "made/by/flex.h"'
	put src/wrap/w.h <<<''
	put src/wrap/w.c <<<'#include "wrap/w.h"'
}

good
passes "a good tree passes" "$scripts/check-layers" "$sample"

put src/base/late.c <<<'#include "io/b.h"'
refuses "an include of a later layer" \
    'src/base/late.c:1: layer base includes "io/b.h".*later layer io' \
    "$scripts/check-layers" "$sample"

good
put src/base/late.c <<<'  #  include "grammar/g.h"'
refuses "the grammar belongs to policy" 'later layer policy' \
    "$scripts/check-layers" "$sample"

good
put src/relay/r.c <<<'#include <wolfssl/ssl.h>'
refuses "wolfSSL outside its directories" 'r.c:1: <wolfssl/ssl.h> belongs' \
    "$scripts/check-layers" "$sample"

good
put src/trust/r.c <<<'#include <ev.h>'
refuses "libev where nothing waits" 'r.c:1: <ev.h> belongs to' \
    "$scripts/check-layers" "$sample"

good
put src/base/x.h <<<'#include "base/y.h"'
put src/base/y.h <<<'#include "base/x.h"'
refuses "two headers that include each other" 'include cycle: ' \
    "$scripts/check-layers" "$sample"

good
put src/base/x.h <<<'#include "base/y.h"'
put src/base/y.h <<<'#include "base/z.h"'
put src/base/z.h <<<'#include "base/x.h"'
put src/base/x.c <<<'#include "base/x.h"'
refuses "a cycle of three headers" \
    'include cycle: (src/base/.\.h -> ){3}' "$scripts/check-layers" "$sample"

good
put src/policy/rules.h <<<''
put src/relay/r.c <<<'#include "policy/rules.h"'
refuses "the relay never sees a rule" 'never includes "policy/rules.h"' \
    "$scripts/check-layers" "$sample"

good
put src/wrap/v.c <<<'#include "base/a.h"'
refuses "the wrap stands alone" 'src/wrap stands alone' \
    "$scripts/check-layers" "$sample"

good
put src/base/lost.c <<<'#include "base/gone.h"'
refuses "an include of nothing" '"base/gone.h" is no file of ours' \
    "$scripts/check-layers" "$sample"

good
put src/new/n.c <<<'#include "base/a.h"'
refuses "a directory in no layer" 'src/new is in no layer' \
    "$scripts/check-layers" "$sample"

anew
refuses "an empty tree" 'no sources' "$scripts/check-layers" "$sample"

passes "this tree keeps to its layers" "$scripts/check-layers" "$srcdir"
plan
