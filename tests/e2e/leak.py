#!/usr/bin/env python3
"""The daemon under valgrind: nothing is lost, nothing invalid is touched.
1,000 connections; 10,000 with SALLYPORT_FULL=1."""

import glob
import re
import shutil
import socket
import sys

sys.dont_write_bytecode = True

from lib import FULL, backend, client, daemon, hello, pki, policy, tap  # noqa: E402
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
GOOD = client.context(ROOT.path, P.leaf("alice", ROOT))
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


with T.case("%d connections" % COUNT):
    since = D.mark()
    waiting = []
    for number in range(COUNT):
        kind = number % 8
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
            waiting.append(silent(number >> 3))
        else:
            torn(number >> 3)
    lines = D.wait_conns(COUNT, since, 120)
    for sock in waiting:
        sock.close()
    reasons = {line.reason for line in lines}
    expect({0, 5001, 435, 5003, 420, 5004, 5005, 7201} <= reasons,
           "reasons seen: %r" % sorted(reasons))

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
