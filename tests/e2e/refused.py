#!/usr/bin/env python3
"""Whom the gate refuses: what the client sees, what the log says, and that
nothing reaches the service."""

import ssl
import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, hello, pki, policy, tap  # noqa: E402
from lib.tap import among, equal, expect  # noqa: E402

T = tap.Tap(120)
P = pki.Pki(T.path("pki"))
SERVICE = backend.Backend(T, backend.http)

ROOT = P.ca("root")
INTER = P.ca("intermediate", ROOT)
OTHER = P.ca("other")
OTHER_INTER = P.ca("other-intermediate", OTHER)
CLONE = P.clone("root-clone", ROOT)
# A CA certificate signed by the real CA, and its clone.
INTER_CLONE = P.clone("intermediate-clone", INTER)
OLD_INTER = P.ca("expired-intermediate", ROOT, start=-9 * pki.DAY,
                 end=-2 * pki.DAY)
V1_INTER = P.ca("v1-intermediate", ROOT, version=1)
SHORT_INTER = P.ca("short-intermediate", ROOT, path_length=0)
LONG_INTER = P.ca("long-intermediate", SHORT_INTER)
MUTE_INTER = P.ca("mute-intermediate", ROOT, usage=pki.DIGITAL_SIGNATURE)
RSA_ROOT = P.ca("rsa-root", kind="rsa")
RSA_CLONE = P.clone("rsa-root-clone", RSA_ROOT)

RING = P.ring(T.path("ring"), P.server("server", ROOT),
              trusted=[ROOT, RSA_ROOT])
FIRST = daemon.free_ports(4)
PORTS = {"Required": FIRST, "Full": FIRST + 1, "PassThru": FIRST + 2,
         "Server": FIRST + 3}


def rules():
    for auth in ("Required", "Full", "PassThru"):
        yield policy.Rule(auth, PORTS[auth], RING, SERVICE.address,
                          auth=auth, timeout=10)
    yield policy.Rule("Server", PORTS["Server"], RING, SERVICE.address,
                      role="Server", timeout=10)


class Bad:
    """A client that must be refused: reasons and alerts that fit."""

    def __init__(self, name, leaf, reasons, alerts, chain=None):
        self.name = name
        self.leaf = leaf
        self.reasons = reasons
        self.alerts = alerts
        self.chain = P.chain("chain-" + leaf.label, *chain) if chain else None


ALICE = P.leaf("alice", ROOT)
BOB = P.leaf("bob", INTER)
CHAIN_BOB = P.chain("chain-bob", INTER)
CERTIFICATE_ALERTS = {"bad_certificate", "unknown_ca", "decrypt_error",
                      "certificate_unknown"}

BAD = [
    Bad("foreign CA", P.leaf("mallory", OTHER), {435}, {"unknown_ca"}),
    Bad("foreign CA that is sent along", P.leaf("mallory-chain", OTHER),
        {435, 7435}, {"unknown_ca"}, [OTHER]),
    Bad("expired", P.leaf("expired", ROOT, start=-9 * pki.DAY,
                          end=-2 * pki.DAY),
        {401}, {"certificate_expired"}),
    Bad("not yet valid", P.leaf("early", ROOT, start=2 * pki.DAY),
        {7401}, {"certificate_expired", "bad_certificate"}),
    Bad("wrong purpose", P.leaf("purpose", ROOT, purposes=(pki.SERVER,)),
        {7440}, {"unsupported_certificate", "bad_certificate"}),
    Bad("clone of the CA as leaf", CLONE, {7436}, CERTIFICATE_ALERTS),
    Bad("leaf of the clone, clone sent", P.leaf("clone-leaf", CLONE),
        {7436, 413}, CERTIFICATE_ALERTS, [CLONE]),
    Bad("leaf of the clone, clone not sent",
        P.leaf("clone-leaf-alone", CLONE, subject=pki.name("clone-leaf")),
        {413, 435}, CERTIFICATE_ALERTS),
    Bad("leaf of an intermediate's clone, clone sent",
        P.leaf("inter-clone-leaf", INTER_CLONE), {7436, 413},
        CERTIFICATE_ALERTS, [INTER_CLONE]),
    Bad("CA certificate as leaf", P.ca("ca-leaf", ROOT), {7441},
        {"bad_certificate", "unsupported_certificate",
         "certificate_unknown"}),
    Bad("the trusted CA itself as leaf", ROOT, {7441, 7436},
        CERTIFICATE_ALERTS | {"unsupported_certificate"}),
    Bad("intermediate not sent", P.leaf("lonely", INTER), {435},
        {"unknown_ca"}),
    Bad("broken chain: unrelated intermediate",
        P.leaf("broken", INTER), {7435}, {"unknown_ca", "bad_certificate"},
        [OTHER_INTER]),
    Bad("issued by one that is no CA", P.leaf("child", ALICE), {7442},
        CERTIFICATE_ALERTS | {"unsupported_certificate"}, [ALICE]),
    Bad("expired intermediate", P.leaf("of-expired", OLD_INTER),
        {401}, {"certificate_expired"}, [OLD_INTER]),
    Bad("version 1 intermediate", P.leaf("of-v1", V1_INTER), {7442},
        CERTIFICATE_ALERTS | {"unsupported_certificate"}, [V1_INTER]),
    Bad("version 1 certificate", P.ca("v1-leaf", ROOT, version=1), {7446},
        CERTIFICATE_ALERTS | {"unsupported_certificate"}),
    Bad("intermediate beyond the path length", P.leaf("of-long", LONG_INTER),
        {7442}, CERTIFICATE_ALERTS, [LONG_INTER, SHORT_INTER]),
    Bad("intermediate without keyCertSign", P.leaf("of-mute", MUTE_INTER),
        {440, 7442}, CERTIFICATE_ALERTS | {"unsupported_certificate"},
        [MUTE_INTER]),
    Bad("key usage without digitalSignature",
        P.leaf("usage", ROOT, usage=pki.KEY_AGREEMENT), {440},
        CERTIFICATE_ALERTS | {"unsupported_certificate"}),
    Bad("critical extension that nobody knows", P.leaf(
        "critical", ROOT, extra=[pki.extension("1.3.6.1.4.1.99999.1",
                                               b"\x05\x00", True)]),
        {7446}, CERTIFICATE_ALERTS | {"unsupported_certificate"}),
    Bad("RSA key of 1024 bits",
        P.leaf("weak", ROOT, key=P.key("weak", "rsa", 1024)), {7444},
        CERTIFICATE_ALERTS | {"insufficient_security"}),
    Bad("signed with SHA-1", P.leaf("sha1", ROOT, digest="sha1"), {7445},
        CERTIFICATE_ALERTS | {"insufficient_security"}),
    Bad("more certificates than are looked at", P.leaf("many", INTER),
        {7443}, CERTIFICATE_ALERTS | {"handshake_failure"},
        [OTHER_INTER] * 20 + [INTER]),
    Bad("clone of a good leaf", P.clone("alice-clone", ALICE), {413},
        CERTIFICATE_ALERTS),
    Bad("clone of an RSA CA as leaf", RSA_CLONE, {7436}, CERTIFICATE_ALERTS),
    Bad("leaf of an RSA CA's clone, clone sent",
        P.leaf("rsa-clone-leaf", RSA_CLONE), {7436, 413},
        CERTIFICATE_ALERTS, [RSA_CLONE]),
]

D = daemon.Daemon(T, policy.text(*rules()))
OWN = daemon.own_wolfssl()


def refused(port, bad, version):
    """One refusal, seen from all three sides."""
    since, before = D.mark(), SERVICE.seen()
    result = client.openssl(port, ROOT.path, bad.leaf, bad.chain, version)
    line = D.conn(since)
    # Other builds judge unknown extensions and long chains before we do.
    among(line.reason, bad.reasons if OWN or not bad.reasons & {7443, 7446}
          else bad.reasons | {415, 7435},
          "reason\n%s\n%s" % (line.line, result))
    expect(result.status != 0, "the client believes it succeeded: %s"
           % result)
    if OWN:
        among(result.alert, bad.alerts, "the client's alert\n" + line.line)
        equal(line.alert, "sent/" + result.alert, "alert in the log")
    expect(backend.BODY not in result.out, "the client was served")
    equal(SERVICE.seen(), before, "what reached the service")
    return line


def served(port, leaf=None, chain=None, version=None):
    since = D.mark()
    result = client.openssl(port, ROOT.path, leaf, chain, version)
    line = D.conn(since)
    expect(backend.BODY in result.out, "not served: %s\n%s"
           % (result, line.line))
    equal(line.reason, 0, "reason\n" + line.line)
    return line


for version in ("1_2", "1_3"):
    said = "TLS " + version.replace("_", ".")
    none_alerts = {"1_2": {"handshake_failure", "certificate_required"},
                   "1_3": {"certificate_required"}}[version]
    for auth in ("Required", "Full"):
        where = "%s, %s: " % (said, auth)
        with T.case(where + "good certificate is served"):
            line = served(PORTS[auth], ALICE, None, version)
            expect("alice" in line.get("identity", ""), line.line)
            equal(line.get("verified"), "yes", "verified")
        with T.case(where + "good certificate with intermediate is served"):
            served(PORTS[auth], BOB, CHAIN_BOB, version)
        for bad in BAD:
            with T.case(where + bad.name):
                refused(PORTS[auth], bad, version)
    with T.case(said + ", Required: no certificate"):
        since, before = D.mark(), SERVICE.seen()
        result = client.openssl(PORTS["Required"], ROOT.path,
                                version=version)
        line = D.conn(since)
        equal(line.reason, 5001, "reason\n" + line.line)
        if OWN:
            among(result.alert, none_alerts, "alert\n" + line.line)
        equal(line.alert, "sent/" + result.alert, "alert in the log")
        expect(result.status != 0, str(result))
        equal(SERVICE.seen(), before, "what reached the service")
    with T.case(said + ", Full: no certificate is admitted"):
        served(PORTS["Full"], version=version)
    with T.case(said + ", PassThru: no certificate is admitted"):
        served(PORTS["PassThru"], version=version)
    for bad in BAD:
        if bad.reasons == {7443}:
            # A limit of ours, whoever is let in.
            with T.case(said + ", PassThru: refused as well: " + bad.name):
                refused(PORTS["PassThru"], bad, version)
            continue
        with T.case(said + ", PassThru: admitted, not verified: "
                    + bad.name):
            if bad.reasons == {7446}:
                daemon.needs_wolfssl(5, 8)
            line = served(PORTS["PassThru"], bad.leaf, bad.chain,
                          version)
            expect("identity" in line, line.line)
            equal(line.get("verified"), "no", "verified\n" + line.line)
    with T.case(said + ", role Server: no certificate is asked for"):
        since = D.mark()
        result = client.openssl(PORTS["Server"], ROOT.path, ALICE,
                                version=version)
        expect(backend.BODY in result.out, str(result))
        expect("Acceptable client certificate CA names" not in result.text
               and "Requested Signature Algorithms" not in result.text,
               "a certificate request: %s" % result)
        expect("alice" not in D.conn(since).line, "an identity")

for kind, size in (("rsa", 3072), ("rsa", 4096), ("p384", 0), ("p521", 0),
                   ("ed25519", 0)):
    what = kind + (str(size) if size else "")
    leaf = P.leaf("key-" + what, ROOT, key=P.key("key-" + what, kind, size))
    for version in ("1_2", "1_3"):
        with T.case("TLS %s: a client's key of kind %s is served" % (
                version.replace("_", "."), what)):
            served(PORTS["Required"], leaf, None, version)

NAMES = {
    "quotes and fields": 'eve" reason=0/closed alert="none" rule="x',
    "lines": "eve\n2026-01-01T00:00:00.000Z info conn: rule=\"x\" "
             "reason=0/closed\r\n",
    "control bytes": "eve\x1b[2J\x07\x7f\x00\u009b31m",
    "a great length": "e" * 3000,
    "another script": "\u0415\u0432\u0430 \u8fce\u5bbe",
}
for what, common_name in NAMES.items():
    for auth in ("Required", "PassThru"):
        with T.case("%s: a name with %s cannot forge the log" % (auth,
                                                                 what)):
            since = D.mark()
            leaf = P.leaf("evil", OTHER, subject=pki.name(common_name))
            result = client.openssl(PORTS[auth], ROOT.path, leaf)
            line = D.conn(since)
            equal(line["rule"], auth, "rule")
            among(line.reason, {0} if auth == "PassThru" else {435, 414},
                  "reason\n" + line.line)
            expect(len(line.line) < 4096, "%d bytes" % len(line.line))
            expect(line.line.isprintable(), repr(line.line))
            equal(len(D.conns(since)), 1, "lines for one connection")

with T.case("a certificate with an empty subject"):
    leaf = P.leaf("nameless", ROOT, subject=b"\x30\x00", extra=[
        pki.extension("2.5.29.17", b"\x30\x0a\x82\x08nameless", True)])
    line = served(PORTS["Required"], leaf)
    expect("nameless" in line.get("identity", ""), line.line)

with T.case("gnutls-cli without a certificate"):
    since, before = D.mark(), SERVICE.seen()
    result = client.gnutls(PORTS["Required"], ROOT.path)
    equal(D.conn(since).reason, 5001, "reason")
    among(result.alert, {"certificate_required"}, str(result))
    expect(result.status != 0, str(result))
    equal(SERVICE.seen(), before, "what reached the service")

with T.case("curl without a certificate"):
    since, before = D.mark(), SERVICE.seen()
    result = client.curl(PORTS["Required"], ROOT.path)
    equal(D.conn(since).reason, 5001, "reason")
    equal(result.status, 56, str(result))
    expect("certificate required" in result.text, str(result))
    equal(SERVICE.seen(), before, "what reached the service")

for version in ("1.2", "1.3"):
    for auth in ("Required", "Full"):
        with T.case("TLS %s, %s: another's certificate without its key"
                    % (version, auth)):
            since, before = D.mark(), SERVICE.seen()
            # gnutls-cli does not insist that key and certificate fit.
            result = client.gnutls(PORTS[auth], ROOT.path, ALICE,
                                   version=version, key=BOB.key.path)
            line = D.conn(since)
            among(line.reason, {410, 413, 415}, "reason\n%s\n%s"
                  % (line.line, result))
            among(result.alert, {"decrypt_error", "bad_certificate"},
                  line.line)
            equal(SERVICE.seen(), before, "what reached the service")

for what, data in (("HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                    ("a line of text", b"HELO example.org\r\n"),
                    ("blanks", b"   \r\n\r\n"),
                    ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n")):
    with T.case("plain text: " + what):
        since, before = D.mark(), SERVICE.seen()
        answer, own = hello.ask(PORTS["Required"], data)
        line = D.conn(since, own)
        equal(line.reason, 5003, "reason\n" + line.line)
        # An alert, or nothing; no plain text of any kind.
        expect(not answer.data or answer.alert, "answered %r" % answer.data)
        equal(SERVICE.seen(), before, "what reached the service")

with T.case("a client that closes at once"):
    since = D.mark()
    answer, own = hello.ask(PORTS["Required"], b"", finish=True)
    equal(D.conn(since, own).reason, 420, "reason")

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    with T.case("%s: the client does not trust the server" % version.name):
        if version == ssl.TLSVersion.TLSv1_3:
            daemon.needs_wolfssl(5, 8)  # 5.7 cannot read the alert
        since, before = D.mark(), SERVICE.seen()
        context = client.context(OTHER.path, ALICE, version=version)
        with client.Tls(PORTS["Required"], context) as tls:
            own = tls.port
            try:
                tls.handshake()
                expect(False, "the client trusts a foreign CA")
            except ssl.SSLCertVerificationError:
                pass
        line = D.conn(since, own)
        equal(line.reason, 7450, "reason\n" + line.line)
        equal(line.alert, "received/unknown_ca", "alert\n" + line.line)
        equal(SERVICE.seen(), before, "what reached the service")

with T.case("TLS 1.1 at a rule without it"):
    since = D.mark()
    result = client.openssl(PORTS["Required"], ROOT.path, ALICE,
                            version="1_1")
    line = D.conn(since)
    equal(line.reason, 412, "reason\n" + line.line)
    equal(result.alert, "protocol_version", str(result))

with T.case("the daemon ends well"):
    D.close()
T.done()
