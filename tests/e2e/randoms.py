#!/usr/bin/env python3
"""What is said to be random never comes twice: the ServerHello's random, TLS
1.2's session ids, TLS 1.3's key shares, the IVs of tickets; of two workers, of
those that take a killed one's place, and of the next generation.  Some
thousand hellos; 100,000 with SALLYPORT_FULL=1."""

import os
import re
import signal
import socket
import struct
import sys

sys.dont_write_bytecode = True

from lib import FULL, backend, daemon, hello, pki, policy, resume, tap  # noqa: E402
from lib.resume import THIRTEEN, TICKET  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

COUNT = 50000 if FULL else 1500     # of each protocol
HEAD = 50 if FULL else 25   # of a worker's first
T = tap.Tap(1200 if FULL else 90)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
ECHO = backend.Backend(T, backend.echo)
PORT = daemon.free_ports()
PATH = T.write("policy", policy.text(policy.Rule(
    "gate", PORT, RING, ECHO.address, role="Server",
    gsk=resume.gsk(count=32))))
D = daemon.Daemon(T, PATH)
S = resume.Service(D)
TICKETS = resume.possible()
HELLOS = {
    "1.2": hello.client_hello([0xc02b], hello.TLS12),
    "1.3": hello.client_hello([0x1301], hello.TLS12, [hello.TLS13]),
}
# RFC 8446, 4.1.3: a HelloRetryRequest's random is no random.
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891"
                      "c2a211167abb8c5e079e09e2c8a8339c")
LINGER = struct.pack("ii", 1, 0)
SEEN = {kind: set() for kind in ("random", "id", "share", "iv")}
TOLD = {kind: 0 for kind in SEEN}


def greet(version):
    """The message of a ServerHello, from behind its header on."""
    with socket.create_connection(("127.0.0.1", PORT), 10) as sock:
        sock.sendall(HELLOS[version])
        got = b""
        while len(got) < 5 or len(got) < 5 + int.from_bytes(got[3:5], "big"):
            more = sock.recv(4096)
            expect(more, "it ended after %r" % got)
            got += more
        expect(got[0] == 22 and got[5] == 2, "no ServerHello: %r" % got[:6])
        # Without TIME_WAIT, of which there would be too many.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
    return got[9:5 + int.from_bytes(got[3:5], "big")]


def note(kind, value):
    TOLD[kind] += 1
    expect(value not in SEEN[kind], "the %s for the second time: %s"
           % (kind, value.hex()))
    SEEN[kind].add(value)


def ask(version, count):
    """So many hellos, one after the other."""
    for _ in range(count):
        body = greet(version)
        random, size = body[2:34], body[34]
        expect(random != RETRY, "a HelloRetryRequest")
        # The last eight bytes of an older protocol may be the downgrade's
        # mark (RFC 8446, 4.1.3).
        note("random", random[:24])
        if version == "1.2":
            if size:
                equal(size, 32, "the id's length")
                note("id", body[35:67])
            continue
        at = 35 + size + 5
        while at + 4 <= len(body):
            kind, size = struct.unpack(">HH", body[at:at + 4])
            if kind == 51:
                note("share", body[at + 8:at + 4 + size])
            at += 4 + size


def tickets(rounds):
    for _ in range(rounds):
        it, _ = S.use(PORT, THIRTEEN, resumed=False)
        equal(it.count, 32, "tickets")
        for one in it.all:
            note("iv", one.name[16:32])
        note("iv", S.session(PORT, TICKET).name[16:32])


def each(what):
    """What one worker says, and then the other."""
    with T.case("%s: each worker by itself" % what):
        pids = D.workers()
        equal(len(pids), 2, "workers")
        for pid in pids:
            with S.only(pid):
                for version in HELLOS:
                    ask(version, HEAD)
                if TICKETS:
                    tickets(1)


each("from the start")
for version in HELLOS:
    with T.case("TLS %s: %d in a row, while workers are killed"
                % (version, COUNT)):
        for turn in range(4):
            ask(version, COUNT // 4)
            if turn == 3:
                break
            doomed = D.workers()[turn % 2]
            os.kill(doomed, signal.SIGKILL)
            wait_for(lambda: len(set(D.workers()) - {doomed}) == 2,
                     "a new worker")
each("after a respawn")
with T.case("the next generation"):
    old = set(D.workers())
    since = D.mark()
    D.proc.send_signal(signal.SIGHUP)
    D.wait_line(re.compile("generation 2.* serves"), since)
    wait_for(lambda: not old & set(D.workers()), "the old workers' end")
each("after a reload")
with T.case("nothing came twice"):
    for kind, told in TOLD.items():
        T.diag("%s: %d" % (kind, told))
        equal(len(SEEN[kind]), told, kind)
    expect(TOLD["random"] >= 2 * COUNT, "too few were asked")
    expect(TOLD["id"] >= COUNT or not TICKETS, "too few ids were given")
    expect(TOLD["iv"] >= 6 * 32 or not TICKETS, "too few were given")
with T.case("the daemon ends well"):
    D.close()
T.done()
