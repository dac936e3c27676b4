#!/bin/bash
# pki.sh DIR - makes the certificates that check_path judges, as DIR/NAME.der.
set -eu
cd "$1"

key() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
}

# self NAME SUBJECT EXTENSION...: a self-signed certificate.
self() {
	local name=$1 subject=$2
	shift 2
	[ -f "$name.key" ] || key "$name"
	{ printf '[req]\ndistinguished_name=dn\n[dn]\n[ext]\n'
	  printf '%s\n' "$@"; } >"$name.cnf"
	openssl req -x509 -new -key "$name.key" -subj "$subject" -days 3650 \
	    -config "$name.cnf" -extensions ext -out "$name.pem"
	openssl x509 -in "$name.pem" -outform DER -out "$name.der"
}

# issue NAME ISSUER SUBJECT [-digest] EXTENSION...
issue() {
	local name=$1 issuer=$2 subject=$3 digest=-sha256
	shift 3
	case ${1-} in -*) digest=$1; shift ;; esac
	[ -f "$name.key" ] || key "$name"
	printf '%s\n' "$@" >"$name.ext"
	openssl req -new -key "$name.key" -subj "$subject" |
	    openssl x509 -req "$digest" -CA "$issuer.pem" \
	    -CAkey "$issuer.key" -set_serial "0x$(openssl rand -hex 8)" \
	    -days 365 -extfile "$name.ext" -out "$name.pem" 2>/dev/null
	openssl x509 -in "$name.pem" -outform DER -out "$name.der"
}

ca='basicConstraints=critical,CA:TRUE'
sign='keyUsage=critical,keyCertSign,cRLSign'
ids='subjectKeyIdentifier=hash'
aki='authorityKeyIdentifier=keyid'
end='basicConstraints=CA:FALSE'
use='keyUsage=digitalSignature'
client='extendedKeyUsage=clientAuth'

self root '/O=Test/CN=Root' "$ca" "$sign" "$ids"
skid=$(openssl x509 -in root.pem -noout -ext subjectKeyIdentifier |
    tail -n 1 | tr -d ' ')
self clone '/O=Test/CN=Root' "$ca" "$sign" "subjectKeyIdentifier=$skid"
self foreign '/O=Foreign/CN=Foreign Root' "$ca" "$sign" "$ids"
self pathless '/CN=Short Root' "$ca,pathlen:0" "$sign" "$ids"
self confined '/CN=Confined Root' "$ca" "$sign" "$ids" \
    'nameConstraints=critical,permitted;DNS:example.com'
self notca '/CN=Not a CA' "$end" "$ids"
self nosign '/CN=No Sign' "$ca" 'keyUsage=critical,cRLSign' "$ids"

issue inter root '/O=Test/CN=Intermediate' "$ca,pathlen:0" "$sign" "$ids" "$aki"
issue deep inter '/O=Test/CN=Too Deep' "$ca" "$sign" "$ids" "$aki"
issue mute root '/O=Test/CN=Mute' "$ca" 'keyUsage=critical,cRLSign' "$ids" "$aki"
issue tight root '/O=Test/CN=Tight' "$ca" "$sign" "$ids" "$aki" \
    'nameConstraints=critical,permitted;DNS:example.com'
issue servers root '/O=Test/CN=Servers' "$ca" "$sign" "$ids" "$aki" \
    'extendedKeyUsage=serverAuth'
issue under pathless '/CN=Under' "$ca" "$sign" "$ids" "$aki"

for issuer in root inter deep mute tight servers foreign clone under pathless; do
	issue "by-$issuer" "$issuer" "/CN=by $issuer" "$end" "$use" \
	    "$client" "$ids" "$aki"
done
issue server root '/CN=server' "$end" "$use" 'extendedKeyUsage=serverAuth' \
    "$ids" "$aki"
issue nousage root '/CN=no usage' "$end" "$ids" "$aki"
issue agree root '/CN=agree' "$end" 'keyUsage=keyAgreement' "$client" \
    "$ids" "$aki"
issue critical root '/CN=critical' "$end" "$client" \
    '1.2.3.4.5=critical,ASN1:UTF8String:unknown' "$ids" "$aki"
issue by-leaf by-root '/CN=by leaf' "$end" "$use" "$client" "$ids" "$aki"
issue sha1 root '/CN=sha1' -sha1 "$end" "$client" "$ids" "$aki"

# pss NAME DIGEST: an RSASSA-PSS signature, by an RSA authority.
pss() {
	[ -f rsaroot.der ] || {
		openssl genrsa -out rsaroot.key 2048 2>/dev/null
		self rsaroot '/CN=RSA Root' "$ca" "$sign" "$ids"
	}
	key "$1"
	printf '%s\n' "$end" "$client" "$ids" "$aki" >"$1.ext"
	openssl req -new -key "$1.key" -subj "/CN=$1" |
	    openssl x509 -req "-$2" -sigopt rsa_padding_mode:pss \
	    -CA rsaroot.pem -CAkey rsaroot.key -set_serial 7 -days 365 \
	    -extfile "$1.ext" -out "$1.pem" 2>/dev/null
	openssl x509 -in "$1.pem" -outform DER -out "$1.der"
}
pss pss1 sha1
pss pss256 sha256
openssl genrsa -out small.key 1024 2>/dev/null
issue small root '/CN=small' "$end" "$client" "$ids" "$aki"
# old NAME SUBJECT [ISSUER]: a certificate of version 1. Before 3.5, OpenSSL
# made one where there was no extension; since then it has to be asked for.
old() {
	local name=$1 subject=$2 issuer=${3:-$1}
	key "$name"
	printf '[req]\ndistinguished_name=dn\n[dn]\n' >"$name.cnf"
	if openssl req -help 2>&1 | grep -q -- -x509v1; then
		local by=()
		[ "$issuer" = "$name" ] ||
			by=(-CA "$issuer.pem" -CAkey "$issuer.key")
		openssl req -x509 -x509v1 -new -key "$name.key" \
		    -config "$name.cnf" -subj "$subject" -set_serial 9 \
		    -days 365 "${by[@]}" -out "$name.pem" 2>/dev/null
	else
		local by=(-CA "$issuer.pem" -CAkey "$issuer.key")
		[ "$issuer" != "$name" ] || by=(-signkey "$name.key")
		openssl req -new -key "$name.key" -subj "$subject" |
		    openssl x509 -req "${by[@]}" -set_serial 9 -days 365 \
		    -out "$name.pem" 2>/dev/null
	fi
	openssl x509 -in "$name.pem" -outform DER -out "$name.der"
}
old v1 /CN=v1 root
old v1root '/CN=v1 Root'
openssl dsaparam -noout -genkey -out dsa.key 2048 2>/dev/null
issue dsa root '/CN=dsa' "$end" "$client" "$ids" "$aki"
issue odd root '/C=DE/O=A, "B"/UID=u/CN= x#y' "$end" "$client" "$ids"
