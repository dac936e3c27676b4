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

# library FLAGS: the sample's preloaded library, of standard input.
library() {
	mkdir -p "$sample/src/wrap"
	${CC:-cc} -fPIC "$@" -x c -shared -o "$sample/libsallyport.so" -
	printf 'accept\nlisten\n' >"$sample/exports"
}

good
object src/wrap/libsallyport_so-wrap_name.o <<<'int wrap_name_of;'
object src/wrap/libsallyport_so-wrap.o <<<'int accept(void) { return 0; }'
library <<<'int accept(void) { return 0; } int listen(void) { return 0; }'
passes "a library that exports what is listed passes" \
    "$scripts/check-symbols" "$sample" "$sample/exports"

object src/wrap/libsallyport_so-wrap_name.o <<<'int name_of;'
refuses "an object of the library without its file's prefix" \
    'name_of does not start with wrap_name_' \
    "$scripts/check-symbols" "$sample" "$sample/exports"

good
library <<<'int accept(void) { return 0; } int listen(void) { return 0; }
	int wrap_name_of(void) { return 0; }'
refuses "a library that exports more" '^> wrap_name_of' \
    "$scripts/check-symbols" "$sample" "$sample/exports"

library -fvisibility=hidden <<<'int listen(void) { return 0; }
	int __attribute__((visibility("default"))) accept(void) { return 0; }'
refuses "a library that lacks one" '^< listen' \
    "$scripts/check-symbols" "$sample" "$sample/exports"

anew
refuses "a build without objects" 'no objects' \
    "$scripts/check-symbols" "$sample"

passes "this build keeps to its names" "$scripts/check-symbols" "$builddir"
plan
