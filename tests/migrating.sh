#!/bin/bash
# The commands of doc/migrating-from-zos.md, in their order, on what its reader
# would bring from z/OS: its policy in EBCDIC, a certificate with its key as
# PKCS #12, a CA.
# shellcheck source=tests/lint/tap.sh
. "$(dirname "$0")/lint/tap.sh"

page=$srcdir/doc/migrating-from-zos.md
PATH=$builddir:$PATH

# block KIND: all fenced blocks of it.
block() {
	awk -v kind="$1" '
		$0 == "```" { shown = 0 }
		shown
		$0 == "```" kind { shown = 1 }' "$page"
}

# issue NAME USE: a certificate and key of the CA, in NAME.pem and NAME.key.
issue() {
	printf '%s\n' basicConstraints=CA:FALSE keyUsage=digitalSignature \
	    "extendedKeyUsage=$2" subjectAltName=DNS:localhost >ext
	openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$1" \
	    -keyout "$1.key" -out "$1.csr" &&
	    openssl x509 -req -in "$1.csr" -CA partner.pem -CAkey ca.key \
	    -CAcreateserial -days 200 -extfile ext -out "$1.pem"
}

bring() {
	cd "$sample" &&
	    block policy >as-written &&
	    iconv -f UTF-8 -t IBM1047 as-written | tr '\045' '\025' \
	    >gate.ebcdic &&
	    openssl req -x509 -newkey rsa:2048 -nodes -days 300 \
	    -subj '/CN=Partner CA' -keyout ca.key -out partner.pem &&
	    issue server serverAuth && issue client clientAuth &&
	    echo secret >gate.pass &&
	    openssl pkcs12 -export -in server.pem -inkey server.key \
	    -certfile partner.pem -name 'Gate Server' \
	    -passout file:gate.pass -out gate.p12
}

# The page's port may be another program's.
port=$(python3 -c '
import random, socket
while True:
    port = random.randrange(15000, 25000)
    with socket.socket() as s:
        try:
            s.bind(("0.0.0.0", port))
        except OSError:
            continue
    print(port)
    break')

# What was started ends with it, however it ends.
follow() {
	cd "$sample" && {
		echo 'set -e'
		echo "trap 'kill \$(jobs -p) 2>/dev/null || :' EXIT"
		block sh | sed "s/6777/$port/g"
	} >commands && sed -i "s/6777/$port/g" as-written &&
	    iconv -f UTF-8 -t IBM1047 as-written | tr '\045' '\025' \
	    >gate.ebcdic && timeout 120 bash commands >said 2>&1 || {
		cat said
		return 1
	}
}

for tool in openssl iconv curl python3; do
	command -v "$tool" >/dev/null || {
		echo "1..0 # SKIP no $tool"
		exit 0
	}
done

passes "what comes from z/OS" bring
passes "every command of the page" follow
passes "the policy comes over unchanged" \
    cmp "$sample/as-written" "$sample/gate.policy"
passes "nothing is wrong with it" bash -c "! grep -E '(error|warning):' \
    '$sample/said'"
passes "the defaults differ" grep -q '^[<>].*TLSv1.3' "$sample/said"
passes "the service answers a client with a certificate" \
    grep -q 'Directory listing' "$sample/said"
passes "and refuses one without" grep -q 'reason=5001' "$sample/said"
plan
