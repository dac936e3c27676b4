#!/bin/bash
# scripts/check-symbols: it refuses what it should, and the build passes.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/tap.sh"

# object FILE: compiles standard input to an object of the sample build.
object() {
	mkdir -p "$sample/$(dirname "$1")"
	${CC:-cc} -fPIE -x c -c -o "$sample/$1" -
}

good() {
	anew
	object src/base/addr.o <<<'int addr_parse(void) { return 0; }'
	object src/policy/rule-index.o <<-'EOF'
		static int helper(void) { return 1; }
		int rule_index_size = 3;
		int rule_index_make(void) { return helper(); }
	EOF
	object src/cmd/sallyport.o <<<'int main(void) { return 0; }'
	object grammar/policy_parse.o <<<'int policy_parse(void) { return 0; }'
}

good
passes "a good build passes" "$scripts/check-symbols" "$sample"

object src/base/addr.o <<<'int parse_addr(void) { return 0; }'
refuses "a function without its file's prefix" \
    'src/base/addr.o: parse_addr does not start with addr_' \
    "$scripts/check-symbols" "$sample"

good
object src/base/addr.o <<<'int counter;'
refuses "a variable without its file's prefix" 'addr.o: counter does not' \
    "$scripts/check-symbols" "$sample"

good
object src/policy/rule-index.o <<<'int rule_make(void) { return 0; }'
refuses "half a prefix" 'rule_make does not start with rule_index_' \
    "$scripts/check-symbols" "$sample"

good
object grammar/policy_scan.o <<<'int yylex(void) { return 0; }'
refuses "generated code without the grammar's prefix" 'yylex does not' \
    "$scripts/check-symbols" "$sample"

anew
refuses "a build without objects" 'no objects' \
    "$scripts/check-symbols" "$sample"

passes "this build keeps to its names" "$scripts/check-symbols" "$builddir"
plan
