#!/usr/bin/env python3
"""Sessions that come back: by id and by ticket, in TLS 1.2 and 1.3, at any
worker and at its successor, with clients of all kinds."""

import os
import signal
import ssl
import sys
import time

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, resume, tap  # noqa: E402
from lib.resume import ID, THIRTEEN, TICKET, WAYS  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(120)
resume.needed(T)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
BOB = P.leaf("bob", ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
ECHO = backend.Backend(T, backend.echo)
WEB = backend.Backend(T, backend.http)
PORT = daemon.free_ports(4)
FULL, OPEN, HTTP = PORT + 1, PORT + 2, PORT + 3
D = daemon.Daemon(T, policy.text(
    policy.Rule("gate", PORT, RING, ECHO.address),
    policy.Rule("full", FULL, RING, ECHO.address, auth="Full"),
    policy.Rule("open", OPEN, RING, ECHO.address, role="Server"),
    policy.Rule("web", HTTP, RING, WEB.address)))
S = resume.Service(D, ALICE)


def again(port, way, session, line, at=None):
    """Resumes, and compares the log with the line of the full handshake;
    returns (what to resume next, when the log says it began)."""
    if at is None:
        it, now = S.use(port, way, session, resumed=True)
    else:
        with S.only(at):
            it, now = S.use(port, way, session, resumed=True)
    for field in ("rule", "identity", "verified", "proto", "in", "out"):
        equal(now.get(field), line.get(field), "%s\n%s" % (field, now.line))
    return it.kept.get(way, session), now["since"]


def begins(port, way, leaf=ALICE, at=None):
    """A full handshake: (its session, its line, the seconds of the clock on
    the wall between which it was)."""
    with S.only(at or D.workers()[0]):
        begun = time.time()
        it, line = S.use(port, way, leaf=leaf, resumed=False)
    expect(way in it.kept, "%s: nothing to keep" % way)
    return it.kept[way], line, (begun, time.time())


def timely(since, span):
    """What the log has of the time is the full handshake's; its clock goes
    in milliseconds, and is converted."""
    least, most = span
    expect(least - 0.02 <= resume.moment(since) <= most + 0.02,
           "since %s, the handshake was between %.3f and %.3f"
           % (since, least, most))


for way in WAYS:
    with T.case("TLS %s: six of six, at one worker and the other" % way):
        one, two = D.workers()
        session, line, span = begins(PORT, way, at=one)
        equal(line["verified"], "yes", line.line)
        for turn in range(6):
            session, since = again(PORT, way, session, line,
                                   (two, one)[turn % 2])
            timely(since, span)
    with T.case("TLS %s: two clients are not mistaken for each other" % way):
        first, line, _ = begins(PORT, way)
        other, others, _ = begins(PORT, way, BOB)
        expect(line["identity"] != others["identity"], "the same identity")
        for _ in range(3):
            first, _ = again(PORT, way, first, line)
            other, _ = again(PORT, way, other, others)
    with T.case("TLS %s: without a certificate, where none is needed" % way):
        for port in (FULL, OPEN):
            since = D.mark()
            with resume.link(port, way) as it:
                it.enter(way)
                equal(it.answered(b"hello"), b"hello", "the echo")
                it.close()
                if way == THIRTEEN:
                    it.collect()
            line = D.conn(since, it.port)
            expect("identity" not in line, line.line)
            it, now = S.use(port, way, it.kept[way], resumed=True)
            expect("identity" not in now, now.line)
            equal(now.get("verified"), line.get("verified"), now.line)

with T.case("a worker that takes the place of a killed one resumes"):
    kept = {way: begins(PORT, way) for way in WAYS}
    for dead in D.workers():
        rest = set(D.workers()) - {dead}
        os.kill(dead, signal.SIGKILL)
        wait_for(lambda: not daemon.alive(dead), "the worker's death")
        new = wait_for(lambda: set(D.workers()) - rest - {dead},
                       "a new worker").pop()
        for way, (session, line, span) in kept.items():
            session, since = again(PORT, way, session, line, new)
            timely(since, span)
            kept[way] = session, line, span

with T.case("a resumed connection has its own keys"):
    # With the first one's, a second connection would be an open book.
    for way in (ID, TICKET):
        session = S.session(PORT, way)
        seen = set()
        for _ in range(3):
            it, _ = S.use(PORT, way, session, resumed=True)
            seen |= {it.own.iv + it.random, it.theirs.iv + it.server_random}
        equal(len(seen), 6, "keys and randoms")

with T.case("a ticket works more than once, and at the same time"):
    for way in WAYS:
        session = S.session(PORT, way)
        since = D.mark()
        links = [resume.link(PORT, way) for _ in range(4)]
        for it in links:
            it.enter(way, offer=session)
            expect(it.resumed, "%s: not resumed" % way)
        for it in links:
            equal(it.answered(b"hello"), b"hello", "the echo")
            it.close()
            D.conn(since, it.port)


# Clients as there are

VERSIONS = ((ID, "1_2", ("-no_ticket",)), (TICKET, "1_2", ()),
            (THIRTEEN, "1_3", ()))


def lines(since, wanted, what):
    """The log of some connections, in no order: two workers write it."""
    found = D.wait_conns(len(wanted), since)
    equal(sorted(line["resumed"] for line in found), wanted, "%s\n%s" % (
        what, "\n".join(line.line for line in found)))
    for line in found:
        equal(line["identity"], found[0]["identity"], line.line)
        equal(line["verified"], "yes", line.line)


def openssl(version, extra, leaf=ALICE):
    result = client.openssl(HTTP, ROOT.path, leaf, version=version,
                            extra=extra)
    expect(backend.BODY in result.out, str(result))
    return result


for way, version, extra in VERSIONS:
    with T.case("openssl, TLS " + way):
        since, path = D.mark(), T.path("session")
        result = openssl(version, [*extra, "-sess_out", path])
        expect("Reused" not in result.text, str(result))
        for _ in range(2):
            # The certificate stays at home.
            result = openssl(version, [*extra, "-sess_in", path], None)
            expect("Reused, TLS" in result.text, str(result))
        lines(since, ["no", "yes", "yes"], str(result))

for way, version, extra in VERSIONS[:2]:
    with T.case("openssl -reconnect, TLS " + way):
        since = D.mark()
        result = client.openssl(HTTP, ROOT.path, ALICE, version=version,
                                extra=[*extra, "-reconnect"])
        equal(result.text.count("Reused, TLS"), 5, "times\n%s" % result)
        lines(since, ["no"] + ["yes"] * 5, str(result))

with T.case("openssl, TLS 1.3, after a HelloRetryRequest"):
    since, path = D.mark(), T.path("session")
    # The group that it sends a key of first is none of the server's.
    retry = ["-groups", "ffdhe8192:P-256", "-msg"]
    result = openssl("1_3", [*retry, "-sess_out", path])
    equal(result.text.count(", ClientHello"), 2, "hellos\n%s" % result)
    result = openssl("1_3", [*retry, "-sess_in", path])
    equal(result.text.count(", ClientHello"), 2, "hellos\n%s" % result)
    expect("Reused, TLS" in result.text, str(result))
    lines(since, ["no", "yes"], str(result))

with T.case("openssl, with small records: a ticket that is too long for one"):
    # RFC 6066, 4; wolfSSL does not split it. The name is in the ticket.
    leaf = P.leaf("long", ROOT, subject=pki.name("long " * 40))
    since, visits = D.mark(), 0
    for way, version, extra in VERSIONS:
        for size in ("512", "4096"):
            path = T.path("session-%s-%s" % (version, size))
            small = [*extra, "-maxfraglen", size]
            openssl(version, [*small, "-sess_out", path], leaf)
            visits += 1
            if os.path.exists(path):
                openssl(version, [*small, "-sess_in", path], leaf)
                visits += 1
    D.wait_conns(visits, since)

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    with T.case("python, %s, and what goes through" % version.name):
        since = D.mark()
        ctx = client.context(ROOT.path, ALICE, version=version)
        data = os.urandom(1 << 18)
        session = None
        for turn in range(4):
            with client.Tls(PORT, ctx, session=session) as tls:
                tls.handshake()
                equal(tls.tls.session_reused, turn > 0, "resumed")
                tls.send(data)
                equal(tls.recv_exactly(len(data)), data, "the echo")
                session = tls.tls.session
                tls.close()
        lines(since, ["no"] + ["yes"] * 3, version.name)

for version in ("1.2", "1.3"):
    with T.case("gnutls-cli, TLS " + version):
        client.need("gnutls-cli")
        since = D.mark()
        result = client.run(
            ["gnutls-cli", "--x509cafile", ROOT.path, "--port", str(HTTP),
             "--priority", "NORMAL:-VERS-ALL:+VERS-TLS" + version,
             "--x509certfile", ALICE.path, "--x509keyfile", ALICE.key.path,
             "--resume", "--waitresumption", "127.0.0.1"], client.REQUEST)
        expect("This is a resumed session" in result.text, str(result))
        lines(since, ["no", "yes"], str(result))

for version in ("1.2", "1.3"):
    with T.case("curl, TLS " + version):
        client.need("curl")
        since = D.mark()
        url = "https://127.0.0.1:%d/" % HTTP
        result = client.run(
            ["curl", "--silent", "--show-error", "--max-time", "15",
             "--tlsv" + version, "--tls-max", version, "--cacert", ROOT.path,
             "--cert", ALICE.path, "--key", ALICE.key.path, url, url, url])
        equal(result.out, backend.BODY * 3, str(result))
        lines(since, ["no", "yes", "yes"], str(result))

with T.case("the daemon ends well"):
    D.close()
T.done()
