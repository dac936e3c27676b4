#!/usr/bin/env python3
"""The daemon under valgrind: nothing is lost, nothing invalid is touched.
1,000 connections; 10,000 with SALLYPORT_FULL=1."""

import glob
import re
import shutil
import socket
import ssl
import sys

sys.dont_write_bytecode = True

from lib import (FULL, backend, client, daemon, hello, pki, policy, resume,  # noqa: E402
                 tap)
from lib.tap import equal, expect  # noqa: E402

COUNT = 10000 if FULL else 1000
T = tap.Tap(1800 if FULL else 170)
if not shutil.which("valgrind"):
    T.skip_all("valgrind is not installed")
if daemon.sanitized():
    T.skip_all("valgrind does not run programs with AddressSanitizer")

P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
OTHER = P.ca("other")
ALICE = P.leaf("alice", ROOT)
GOOD = client.context(ROOT.path, ALICE)
NONE = client.context(ROOT.path)
FOREIGN = client.context(ROOT.path, P.leaf("mallory", OTHER))
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
SERVICE = backend.Backend(T, backend.echo)
PORT = daemon.free_ports(2)
HASTY = PORT + 1    # where silence ends soon
LOGS = T.path("valgrind")
D = daemon.Daemon(
    T, policy.text(
        policy.Rule("gate", PORT, RING, SERVICE.address, timeout=60),
        policy.Rule("hasty", HASTY, RING, SERVICE.address, timeout=1)),
    workers=1, limit=120, wrapper=[
        "valgrind", "--quiet", "--leak-check=full",
        "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
        "--log-file=%s.%%p" % LOGS])


def served():
    with client.Tls(PORT, GOOD, limit=60) as tls:
        tls.handshake()
        tls.echo(b"hello")
        tls.close()
        return tls.port


def refused(context):
    with client.Tls(PORT, context, limit=60) as tls:
        try:
            tls.handshake()
            tls.recv()
            expect(False, "it was served")
        except OSError:
            return tls.port


BACK = [client.context(ROOT.path, ALICE, version=version)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2,
                        ssl.TLSVersion.TLSv1_3)]
BACK[0].options |= ssl.OP_NO_TICKET
SESSIONS = [None] * len(BACK)
RESUMED = []


def comes_back(number):
    """With the session of last time: an id's, a ticket's, TLS 1.3's."""
    at = number % len(BACK)
    with client.Tls(PORT, BACK[at], limit=60, session=SESSIONS[at]) as tls:
        tls.handshake()
        tls.echo(b"hello")
        if tls.tls.session_reused:
            RESUMED.append(at)
        SESSIONS[at] = tls.tls.session
        tls.close()


def tampers(number):
    """Offers a session whose id or ticket is not what it was."""
    kept = KEPT[number % len(KEPT)]
    at = number % len(kept.name)
    with resume.link(PORT, kept.way, limit=60) as it:
        it.ask(kept.way, kept.but(name=kept.name[:at] + bytes(
            [kept.name[at] ^ 1]) + kept.name[at + 1:]))


def garbage():
    return hello.ask(PORT, b"GET / HTTP/1.0\r\n\r\n", limit=60)[1]


def abandoned():
    return hello.ask(PORT, hello.client_hello([0x1301], hello.TLS12,
                                              [hello.TLS13]), limit=60)[1]


def silent(number):
    """Begins, or does not; the daemon ends it."""
    sock = socket.create_connection(("127.0.0.1", HASTY), 60)
    if number & 1:
        sock.sendall(b"\x16\x03\x01\x02\x00\x01")
    return sock


def torn(number):
    """A reset: of nothing, of half a handshake, of a session."""
    with client.Tls(PORT, GOOD, limit=60) as tls:
        if number % 3 == 1:
            tls.sock.sendall(hello.client_hello([0x1301], hello.TLS12,
                                                [hello.TLS13])[:40])
        elif number % 3 == 2:
            tls.handshake()
            tls.send(b"hello")
        backend.reset(tls.sock)


KEPT = [resume.Service(D, ALICE).session(PORT, way)
        for way in resume.WAYS] if resume.possible() else []
with T.case("%d connections" % COUNT):
    since = D.mark()
    waiting = []
    for number in range(COUNT):
        kind = number % 10
        if kind < 2:
            served()
        elif kind == 2:
            refused(NONE)
        elif kind == 3:
            refused(FOREIGN)
        elif kind == 4:
            garbage()
        elif kind == 5:
            abandoned()
        elif kind == 6:
            waiting.append(silent(number // 10))
        elif kind == 7:
            torn(number // 10)
        elif kind == 8:
            comes_back(number // 10)
        elif KEPT:
            tampers(number // 10)
        else:
            served()
    lines = D.wait_conns(COUNT, since, 120)
    for sock in waiting:
        sock.close()
    reasons = {line.reason for line in lines}
    expect({0, 5001, 435, 5003, 420, 5004, 5005, 7201} <= reasons,
           "reasons seen: %r" % sorted(reasons))
    equal(set(RESUMED), {0, 1, 2} if KEPT else set(), "resumed")

with T.case("the daemon ends well"):
    workers = D.workers()
    equal(len(workers), 1, "workers")
    equal(D.stop(120), 0, "exit status")

with T.case("valgrind has nothing to say"):
    reports = glob.glob(LOGS + ".*")
    expect(len(reports) >= 2, "reports: %r" % reports)
    for path in reports:
        with open(path) as f:
            said = f.read()
        expect(not re.search(r"definitely lost|Invalid|uninitialised"
                             r"|ERROR SUMMARY: [1-9]", said),
               "%s:\n%s" % (path, said[:20000]))
        if said.strip():
            T.diag(said[:2000])
T.done()
