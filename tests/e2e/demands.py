#!/usr/bin/env python3
"""What a rule demands of a client's hello, and what it answers: extended master
secret, fallback, record size, truncated MAC, renegotiation indication, server
names and their certificates, middleboxes, Diffie-Hellman groups."""

import re
import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, hello, pki, policy, tap  # noqa: E402
from lib.tap import among, equal, expect  # noqa: E402

T = tap.Tap(90)
if not daemon.lists():
    T.skip_all("this TLS library answers hellos by itself")
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
RSA_RING = P.ring(T.path("rsa-ring"), P.server("rsa-server", ROOT, "rsa"),
                  trusted=[ROOT])
for name, kind in (("one", "ec"), ("two", "ec"), ("rsa", "rsa")):
    for ring in (RING, RSA_RING):
        P.ring(ring, P.server(name, ROOT, kind), label="label " + name,
               default=False)
BIG = P.server("big", ROOT, key=P.key("big", "rsa", 3072))
BIG_RING = P.ring(T.path("big-ring"), BIG, trusted=[ROOT])
SERVICE = backend.Backend(T, backend.http)


def much(conn, _backend):
    """More than one record, whatever its size."""
    conn.recv(65536)
    conn.sendall(b"x" * 40000)


MUCH = backend.Backend(T, much)

EMS, MAX_FRAGMENT, TRUNCATED, NAME, INDICATION = 23, 1, 4, 0, 0xff01
FALLBACK, SIGNAL = 0x5600, 0x00ff       # RFC 7507, RFC 5746
ECDHE, CBC, THIRTEEN = 0xc02b, 0xc009, 0x1301
OLD = ("TLSv1", "TLSv1.1", "TLSv1.2")

RULES = {}


def rule(name, *extra, ring=RING, **more):
    RULES[name] = policy.Rule(
        name, None, ring, MUCH.address if name.startswith("fragment") else
        SERVICE.address, role="Server", auth=None,
        extra=extra, ciphers=more.pop("ciphers", [
            ("V3CipherSuites4Char", "1301C02BC009")]), **more)


rule("plain")
for value in ("Off", "On", "Required"):
    rule("ems-" + value, ("ServerExtendedMasterSecret", value),
         versions=OLD + ("TLSv1.3",))
for value in ("Off", "Optional", "Required"):
    rule("fragment-" + value, ("ServerMaxSSLFragment", value))
    rule("hmac-" + value, ("TruncatedHMAC", value))
for value in ("Optional", "Server", "Both"):
    rule("indication-" + value, ("RenegotiationIndicator", value),
         versions=OLD + ("TLSv1.3",))
rule("scsv-Off", ("ServerScsv", "Off"))
rule("scsv-On", ("ServerScsv", "On"))
rule("scsv-12", ("ServerScsv", "On"), versions=OLD)
for value in ("Off", "On"):
    rule("compat-" + value, ("MiddleBoxCompatMode", value))
LIST = [("ServerHandshakeSNIList", "one.test/label one"),
        ("ServerHandshakeSNIList", "two.test/label two"),
        ("ServerHandshakeSNIList", "default.test/server")]
rule("sni-Off", ("ServerHandshakeSNI", "Off"), *LIST)
rule("sni-Optional", ("ServerHandshakeSNI", "Optional"),
     ("ServerHandshakeSNIMatch", "Optional"), *LIST)
rule("sni-match", ("ServerHandshakeSNI", "Optional"),
     ("ServerHandshakeSNIMatch", "Required"), *LIST)
rule("sni-Required", ("ServerHandshakeSNI", "Required"),
     ("ServerHandshakeSNIMatch", "Required"), *LIST)
KINDS = [("V3CipherSuites4Char", "1301C02FC02B")]
for name, labels in (("labels", ("rsa", "one")),
                     ("labels-ec", ("one", "rsa"))):
    rule(name, *(("ServerCertificateLabel", "label " + one)
                 for one in labels), ciphers=KINDS)
# The ring's own key is of either kind, and so is the name's.
KIND_LIST = [("ServerHandshakeSNI", "Optional"),
             ("ServerHandshakeSNIMatch", "Optional"),
             ("ServerHandshakeSNIList", "one.test/label one"),
             ("ServerHandshakeSNIList", "rsa.test/label rsa")]
for name, ring in (("kinds-ec", RING), ("kinds-rsa", RSA_RING)):
    rule(name, *KIND_LIST, ring=ring, ciphers=KINDS)
for value, ring in (("Legacy", BIG_RING), ("2048", BIG_RING),
                    ("Match", BIG_RING)):
    rule("edh-" + value, ("ServerEDHGroupSize", value), ring=ring,
         ciphers=[("V3CipherSuites4Char", "009E")])
rule("edh-small", ("ServerEDHGroupSize", "Match"), ring=RSA_RING,
     ciphers=[("V3CipherSuites4Char", "009E")])

FIRST = daemon.free_ports(len(RULES))
for at, one in enumerate(RULES.values()):
    one.port = FIRST + at
D = daemon.Daemon(T, policy.text(*RULES.values()))


def ask(name, suites=(ECDHE,), version=hello.TLS12, **more):
    """The answer to a hello, and a way to the log's line of it."""
    since = D.mark()
    port = RULES[name].port
    answer, own = hello.ask(port, hello.client_hello(
        list(suites), version, **more))
    return answer, lambda: D.conn(since, own, at=port)


def served(name, *args, **more):
    answer, line = ask(name, *args, **more)
    expect(answer.hello, "%s: no ServerHello" % name)
    return answer


def refused(name, reason, alert, *args, **more):
    answer, line = ask(name, *args, **more)
    equal(answer.alert, (2, alert), "%s: alert" % name)
    equal(line().reason, reason, "%s: reason\n%s" % (name, line().line))


def thirteen(**more):
    return dict(more, suites=[THIRTEEN], versions=[hello.TLS13],
                session=bytes(32))


# (rules, the extension, its body, suites that go with it)
for name, kind, body, suites in (
        ("ems", EMS, b"", [ECDHE]),
        ("fragment", MAX_FRAGMENT, b"\x01", [ECDHE]),
        ("hmac", TRUNCATED, b"", [CBC])):
    wanted = "On" if name == "ems" else "Optional"
    with T.case("%s: Off does not answer it" % name):
        answer = served(name + "-Off", suites, more=[(kind, body)])
        expect(kind not in answer.extensions, answer.extensions)
        served(name + "-Off", suites)
    with T.case("%s: %s answers, and needs nobody to ask" % (name, wanted)):
        answer = served("%s-%s" % (name, wanted), suites,
                        more=[(kind, body)])
        equal(answer.extensions.get(kind), body, "answer")
        answer = served("%s-%s" % (name, wanted), suites)
        expect(kind not in answer.extensions, answer.extensions)
    with T.case("%s: Required refuses who does not ask" % name):
        answer = served(name + "-Required", suites, more=[(kind, body)])
        equal(answer.extensions.get(kind), body, "answer")
        refused(name + "-Required", 7455, 40, suites)
        refused(name + "-Required", 7455, 40, suites, extensions=False)
        if name == "fragment":
            refused(name + "-Required", 7455, 40, **thirteen())
        else:
            served(name + "-Required", **thirteen())

with T.case("extended master secret is On where nothing is coded"):
    equal(served("plain", more=[(EMS, b"")]).extensions.get(EMS), b"",
          "answer")
    for kind, body in ((MAX_FRAGMENT, b"\x01"), (TRUNCATED, b"")):
        answer = served("plain", [CBC], more=[(kind, body)])
        expect(kind not in answer.extensions, answer.extensions)

with T.case("a record size asked for is kept, in TLS 1.2 and 1.3"):
    for version in ("1_2", "1_3"):
        for name, most in (("fragment-Optional", 512),
                           ("fragment-Off", 16384)):
            said = client.openssl(
                RULES[name].port, ROOT.path, version=version,
                extra=["-maxfraglen", "512", "-msg"])
            sizes = [int(size.replace(" ", ""), 16) for size in re.findall(
                r"<<< TLS [\d.]+, RecordHeader.*\n    .. .. .. (.. ..)",
                said.text)]
            expect(said.status == 0 and sizes, said)
            # RFC 6066, 4: so many bytes of plaintext; and the seal.
            expect((max(sizes) <= 512 + 256) == (most == 512), sizes)

with T.case("RenegotiationIndicator: who does not indicate is refused"):
    for name, demanded in (("indication-Optional", False),
                           ("indication-Server", True),
                           ("indication-Both", True)):
        served(name, [ECDHE, SIGNAL])
        answer = served(name, more=[(INDICATION, b"\0")])
        equal(answer.extensions.get(INDICATION), b"\0", "answer")
        served(name, **thirteen())
        served(name, [CBC, SIGNAL], hello.TLS10, extensions=False)
        if demanded:
            refused(name, 7455, 40)
            refused(name, 7455, 40, [CBC], hello.TLS10, extensions=False)
        else:
            served(name)

with T.case("ServerScsv: a fallback is refused, where there is a better one"):
    served("scsv-Off", [ECDHE, FALLBACK])
    refused("scsv-On", 7456, 86, [ECDHE, FALLBACK])
    served("scsv-On")
    served("scsv-On", [THIRTEEN, FALLBACK], versions=[hello.TLS13])
    served("scsv-12", [ECDHE, FALLBACK])
    for version in (hello.TLS11, hello.TLS10):
        refused("scsv-12", 7456, 86, [CBC, FALLBACK], version)
        refused("scsv-12", 7456, 86, [CBC, FALLBACK], version,
                extensions=False)
        served("scsv-12", [CBC], version)

with T.case("MiddleBoxCompatMode: a change_cipher_spec, where it is asked for"):
    ccs = b"\x14\x03\x03\x00\x01\x01"
    expect(ccs in served("compat-On", **thirteen()).data, "none is sent")
    expect(ccs in served("plain", **thirteen()).data, "none is sent")
    answer = served("compat-Off", **thirteen())
    expect(ccs not in answer.data, "one is sent")
    equal(answer.session, bytes(32), "session id")
    for name in ("compat-On", "compat-Off"):
        for version in ("1_2", "1_3"):
            equal(client.openssl(RULES[name].port, ROOT.path,
                                 version=version).status, 0, name)


def certificate(name, *options, version="1_3"):
    """The name in the certificate that is presented; or the alert."""
    said = client.openssl(RULES[name].port, ROOT.path, version=version,
                          extra=list(options))
    found = re.search(r"subject=.*CN ?= ?(\S+)", said.text)
    return found.group(1) if found else said.alert


for version in ("1_2", "1_3"):
    with T.case("ServerHandshakeSNI: the certificate by name, TLS %s"
                % version):
        for name, wanted in (
                ("sni-Off", ["server", "server", "server", "server"]),
                ("sni-Optional", ["one", "two", "server", "server"]),
                ("sni-match", ["one", "two", "server",
                               "unrecognized_name"]),
                ("sni-Required", ["one", "two", "server",
                                  "unrecognized_name"])):
            for asked, want in zip(("one.test", "TWO.test", "default.test",
                                    "other.test"), wanted):
                equal(certificate(name, "-servername", asked,
                                  version=version), want,
                      "%s, %s" % (name, asked))
            equal(certificate(name, "-noservername", version=version),
                  "unrecognized_name" if name == "sni-Required"
                  else "server", "%s, no name" % name)

with T.case("ServerHandshakeSNI: what is said in the log and in the hello"):
    host = b"\x00\x0b\x00\x00\x08one.test"
    equal(served("sni-Optional", more=[(NAME, host)]).extensions.get(NAME),
          b"", "answer")
    expect(NAME not in served("sni-Off", more=[(NAME, host)]).extensions,
           "answered")
    refused("sni-Required", 7454, 112)
    refused("sni-Required", 7454, 112, extensions=False)
    other = b"\x00\x0d\x00\x00\x0aother.test"
    refused("sni-match", 7454, 112, more=[(NAME, other)])
    expect(NAME not in served("sni-Optional",
                              more=[(NAME, other)]).extensions, "answered")

for version in ("1_2", "1_3"):
    with T.case("ServerHandshakeSNI: a key of another kind, TLS %s" % version):
        for name, own in (("kinds-ec", "server"), ("kinds-rsa", "rsa-server")):
            for asked, want in (("one.test", "one"), ("rsa.test", "rsa"),
                                ("other.test", own)):
                equal(certificate(name, "-servername", asked,
                                  version=version), want,
                      "%s, %s" % (name, asked))

with T.case("ServerCertificateLabel: one for each kind of key, in order"):
    for name, own in (("labels", "rsa"), ("labels-ec", "one")):
        for version in ("1_2", "1_3"):
            equal(certificate(name, version=version), own, "the first")
            equal(certificate(name, "-sigalgs", "ECDSA+SHA256",
                              version=version), "one", "for ECDSA")
            equal(certificate(name, "-sigalgs", "rsa_pss_rsae_sha256",
                              version=version), "rsa", "for RSA")
            equal(certificate(name, "-sigalgs",
                              "ECDSA+SHA256:rsa_pss_rsae_sha256",
                              version=version), own, "for both")
        equal(certificate(name, "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256",
                          version="1_2"), "one", "by the suite")
        equal(certificate(name, "-cipher", "ECDHE-RSA-AES128-GCM-SHA256",
                          version="1_2"), "rsa", "by the suite")
        refused(name, 402, 40, [0x009c])

with T.case("a server name with a NUL is not what stands before it"):
    for name in ("sni-Required", "sni-Optional", "plain"):
        for host in (b"one.test\0", b"one.test\0.evil", b"\0"):
            sni = len(host).to_bytes(2, "big") + host
            sni = (len(sni) + 1).to_bytes(2, "big") + b"\0" + sni
            refused(name, 410, 50, more=[(NAME, sni)])
            # The library reads no further, and misses the key share.
            refused(name, 410, 109, more=[(NAME, sni)], **thirteen())

with T.case("TLS 1.3 without signature_algorithms is refused"):
    for name in ("plain", "labels", "sni-Optional"):
        refused(name, 410, 109, signatures=(), **thirteen())
        served(name, [ECDHE, 0xc02f], signatures=())

with T.case("suites and signatures that nobody knows are passed over"):
    for name in ("plain", "labels"):
        for count in (140, 200, 500):
            strange = list(range(0x8000, 0x8000 + count))
            served(name, strange + [ECDHE])
            served(name, signatures=strange + [0x0403])
            served(name, **dict(thirteen(), suites=strange + [THIRTEEN]))
            served(name, signatures=strange + [0x0403, 0x0804], **thirteen())

with T.case("ServerEDHGroupSize: 2048 bits, or as the key has"):
    for name, bits in (("edh-Legacy", 2048), ("edh-2048", 2048),
                       ("edh-Match", 3072), ("edh-small", 2048)):
        said = client.openssl(RULES[name].port, ROOT.path, version="1_2")
        found = re.search(r"Server Temp Key: DH, (\d+) bits", said.text)
        equal(found and int(found.group(1)), bits, "%s\n%s" % (name, said))

with T.case("the daemon ends well"):
    among(len(D.workers()), {2}, "workers")
    D.close()
T.done()
