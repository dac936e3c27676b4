#!/usr/bin/env python3
"""Versions in every combination of the four switches, and cipher lists by
name and by code, in the policy's order."""

import itertools
import ssl
import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, hello, pki, policy, tap  # noqa: E402
from lib.tap import among, equal, expect  # noqa: E402

T = tap.Tap(120)
if not daemon.own_wolfssl():
    T.skip_all("this TLS library lacks TLS 1.0 and suites of RSA alone")
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
RSA_RING = P.ring(T.path("rsa-ring"), P.server("rsa-server", ROOT, "rsa"),
                  trusted=[ROOT])
SERVICE = backend.Backend(T, backend.echo)

NAMES = policy.VERSIONS
CODES = dict(zip(NAMES, (hello.TLS10, hello.TLS11, hello.TLS12,
                         hello.TLS13)))
EXACT = dict(zip(NAMES, (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1,
                         ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)))
# What Python's own TLS library can still do.
HAS = dict(zip(NAMES, (ssl.HAS_TLSv1, ssl.HAS_TLSv1_1, ssl.HAS_TLSv1_2,
                       ssl.HAS_TLSv1_3)))
# One for every version, for the ECDSA server.
SUITES = [0x1301, 0xc02b, 0xc009]
CIPHERS = [("V3CipherSuites4Char", "1301C02BC009")]

COMBINATIONS = [names for count in range(1, 5)
                for names in itertools.combinations(NAMES, count)]

# name: (ring, lines, the suites in order)
LISTS = {
    "names": (RSA_RING, [
        ("V3CipherSuites", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
        ("V3CipherSuites", "TLS_RSA_WITH_AES_128_CBC_SHA"),
        ("V3CipherSuites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        ("V3CipherSuites", "TLS_RSA_WITH_AES_256_CBC_SHA")],
        [0xc030, 0x002f, 0xc02f, 0x0035]),
    "two-digits": (RSA_RING, [("V3CipherSuites", "2F35"),
                              ("V3CipherSuites", "9C")],
                   [0x002f, 0x0035, 0x009c]),
    "four-digits": (RSA_RING, [
        ("V3CipherSuites4Char", "C02F009C"),
        ("V3CipherSuites4Char", "C030"),
        ("V3CipherSuites4Char", "TLS_RSA_WITH_AES_256_GCM_SHA384")],
        [0xc02f, 0x009c, 0xc030, 0x009d]),
    "ecdsa": (RING, [("V3CipherSuites4Char", "C024C02BC00AC02C")],
              [0xc024, 0xc02b, 0xc00a, 0xc02c]),
    "tls13": (RING, [("V3CipherSuites4Char", "130313011302")],
              [0x1303, 0x1301, 0x1302]),
    "tls13-names": (RING, [
        ("V3CipherSuites4Char", "TLS_AES_256_GCM_SHA384"),
        ("V3CipherSuites4Char", "TLS_CHACHA20_POLY1305_SHA256")],
        [0x1302, 0x1303]),
}

FIRST = daemon.free_ports(len(COMBINATIONS) + len(LISTS) + 1)
PORTS = {}


def rules():
    port = itertools.count(FIRST)
    for names in COMBINATIONS:
        PORTS[names] = next(port)
        yield policy.Rule("v" + "-".join(names).replace("TLSv", ""),
                          PORTS[names], RING, SERVICE.address,
                          versions=names, ciphers=CIPHERS)
    for name, (ring, lines, suites) in LISTS.items():
        PORTS[name] = next(port)
        only = ("TLSv1.3",) if suites[0] >> 8 == 0x13 else ("TLSv1.2",)
        yield policy.Rule(name, PORTS[name], ring, SERVICE.address,
                          versions=only, ciphers=lines)
    PORTS["default"] = next(port)
    yield policy.Rule("default", PORTS["default"], RING, SERVICE.address)


D = daemon.Daemon(T, policy.text(*rules()))


def handshake(port, version):
    """A whole connection; the version agreed on, or None."""
    context = client.context(ROOT.path, ALICE, version=version)
    with client.Tls(port, context) as tls:
        own = tls.port
        try:
            tls.handshake()
            tls.echo(b"hello")
            agreed = tls.tls.version()
            tls.close()
        except ssl.SSLError as error:
            return None, client.alert_of(error), own
        except OSError as error:
            return None, str(error), own
    return agreed, None, own


for names in COMBINATIONS:
    port = PORTS[names]
    with T.case("On: %s; a client of one version" % ", ".join(names)):
        for name in NAMES:
            if not HAS[name]:
                continue
            since = D.mark()
            agreed, alert, own = handshake(port, EXACT[name])
            line = D.conn(since, own, at=port)
            if name in names:
                equal(agreed, name, "version\n" + line.line)
                equal(line["proto"], name, "proto in the log")
                equal(line.reason, 0, "reason\n" + line.line)
                continue
            equal(agreed, None, "%s is off\n%s" % (name, line.line))
            if NAMES.index(name) < NAMES.index(names[0]):
                equal(line.reason, 412, "reason\n" + line.line)
                equal(alert, "protocol_version", "alert\n" + line.line)
            else:
                # A hello says up to which version, not from which on: the
                # server may offer a lower one, or find no suite for it.
                among(line.reason, {412, 402, 7450}, "reason\n" + line.line)
                expect(alert or line.alert, "no alert\n" + line.line)
    with T.case("On: %s; a client of several" % ", ".join(names)):
        for highest in NAMES:
            offered = NAMES[:NAMES.index(highest) + 1]
            common = [name for name in offered if name in names]
            best = CODES[common[-1]] if common else None
            record = hello.client_hello(
                SUITES, min(CODES[highest], hello.TLS12),
                [CODES[name] for name in reversed(offered)]
                if highest == "TLSv1.3" else None)
            since = D.mark()
            answer, own = hello.ask(port, record)
            equal(answer.version, best, "up to %s, %r" % (highest,
                                                          answer.data[:16]))
            if not best:
                equal(D.conn(since, own, at=port).reason, 412, "reason")
                equal(answer.alert, (2, 70), "alert")

with T.case("nothing coded: TLS 1.2 and 1.3, no older"):
    got = {name: handshake(PORTS["default"], EXACT[name])[0]
           for name in NAMES if HAS[name]}
    equal(got, {name: name if name in ("TLSv1.2", "TLSv1.3") else None
                for name in got}, "agreed")


def choose(name, suites):
    """The suite that the server takes of those offered."""
    thirteen = LISTS[name][2][0] >> 8 == 0x13
    record = hello.client_hello(suites, hello.TLS12,
                                [hello.TLS13] if thirteen else None)
    since = D.mark()
    answer, own = hello.ask(PORTS[name], record)
    return answer, since, own


for name, (_, lines, suites) in LISTS.items():
    with T.case("cipher list %s: the policy's order counts" % name):
        for count in range(1, len(suites) + 1):
            for subset in itertools.combinations(suites, count):
                for offered in (subset, subset[::-1]):
                    answer, _, _ = choose(name, list(offered))
                    equal(answer.suite, subset[0], "of %s" % (
                        ["%04X" % suite for suite in offered]))
    with T.case("cipher list %s: nothing else is taken" % name):
        others = [suite for suite in (0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c,
                                      0xc02f, 0xc030, 0x009c, 0x009d, 0x003c,
                                      0x003d, 0x002f, 0x0035, 0xc009, 0xc00a,
                                      0xc013, 0xc014, 0xc023, 0xc024, 0xc027,
                                      0xc028, 0xcca8, 0xcca9)
                  if suite not in suites]
        answer, since, own = choose(name, others)
        equal(answer.suite, None, "suite")
        line = D.conn(since, own, at=PORTS[name])
        equal(line.reason, 402, "reason\n" + line.line)
        among(answer.alert, {(2, 40), (2, 71)}, "alert")
        expect(line["alert"].startswith("sent/"), line.line)

for name, want in (("names", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
                   ("two-digits", "TLS_RSA_WITH_AES_128_CBC_SHA"),
                   ("tls13", "TLS_CHACHA20_POLY1305_SHA256")):
    with T.case("cipher list %s: a connection, and its log line" % name):
        if name != "tls13":
            # 5.7 takes no ECDSA certificate where all suites are RSA's.
            daemon.needs_wolfssl(5, 8)
        context = client.context(ROOT.path, ALICE)
        context.set_ciphers("ALL:@SECLEVEL=0")
        since = D.mark()
        with client.Tls(PORTS[name], context) as tls:
            tls.handshake()
            tls.echo(b"hello")
            tls.close()
            own = tls.port
        equal(D.conn(since, own, at=PORTS[name])["cipher"], want,
              "cipher in the log")

with T.case("the daemon ends well"):
    D.close()
T.done()
