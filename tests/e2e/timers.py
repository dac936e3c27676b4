#!/usr/bin/env python3
"""HandshakeTimeout: silence, and a handshake that does not get on."""

import socket
import ssl
import struct
import sys
import threading
import time

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, tap  # noqa: E402
from lib.tap import equal, expect  # noqa: E402

T = tap.Tap(90)
P = pki.Pki(T.path("pki"))
SERVICE = backend.Backend(T, backend.echo)
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
FULL = threading.Event()  # the service that does not read may go
STUCK = backend.Backend(T, lambda conn, service: FULL.wait(60))
FIRST = daemon.free_ports(3)
LIMIT = 1
D = daemon.Daemon(T, policy.text(
    policy.Rule("impatient", FIRST, RING, SERVICE.address, timeout=LIMIT),
    policy.Rule("patient", FIRST + 1, RING, SERVICE.address, timeout=0),
    policy.Rule("stuck", FIRST + 2, RING, STUCK.address)))


class Attempt(threading.Thread):
    """A client in a thread; `spent` is the time until the server ended
    it.  act(tls) sends, then the server's end is waited for."""

    def __init__(self, version, act, trickle=None):
        super().__init__(daemon=True)
        self.tls = client.Tls(FIRST, client.context(ROOT.path, ALICE,
                                                    version=version),
                              trickle=trickle, limit=40)
        self.act = act
        self.since = D.mark()
        self.begun = time.monotonic()
        self.spent = None
        self.start()

    def run(self):
        try:
            self.act(self.tls)
            while self.tls.sock.recv(65536):
                pass
        except OSError:
            pass
        self.spent = time.monotonic() - self.begun

    def verdict(self, reason, least, most):
        self.join(45)
        expect(self.spent is not None, "the server never ended it")
        line = D.conn(self.since, self.tls.port)
        equal(line.reason, reason, "reason\n" + line.line)
        expect(least <= self.spent <= most,
               "ended after %.1f s, not between %.1f and %.1f"
               % (self.spent, least, most))


def silence(_tls):
    """Says nothing."""


def first_flight(tls):
    """A whole ClientHello, then nothing."""
    try:
        tls.tls.do_handshake()
    except ssl.SSLWantReadError:
        tls.flush()


def trickle(tls):
    tls.handshake()


def half_hello(tls):
    """The beginning of a ClientHello, then nothing."""
    tls.allowance = 40
    try:
        first_flight(tls)
    except BrokenPipeError:
        pass


IDLE_SINCE = D.mark()
IDLE = client.Tls(FIRST + 1, client.context(ROOT.path, ALICE))
RUNNING = {
    (name, version): Attempt(version, act, pause)
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    for name, act, pause in (
        ("silence", silence, None),
        ("half a ClientHello, then silence", half_hello, None),
        ("a ClientHello, then silence", first_flight, None),
        ("one byte a second", trickle, 1.0),
        # Faster than the timer, which so must not begin anew.
        ("ten bytes a second", trickle, 0.1))}

for (name, version), attempt in RUNNING.items():
    with T.case("%s: %s" % (version.name, name)):
        if name == "silence":
            attempt.verdict(5004, LIMIT - 0.1, LIMIT + 3)
        else:
            # The second timer is ten times the first.
            attempt.verdict(5005, LIMIT - 0.1, 11 * LIMIT + 4)

with T.case("HandshakeTimeout 0 waits"):
    expect(not [line for line in D.conns(IDLE_SINCE)
                if line["rule"] == "patient"], "it was ended")
    IDLE.handshake()
    IDLE.echo(b"still here")
    IDLE.close()
    equal(D.conn(IDLE_SINCE, IDLE.port).reason, 0, "reason")

with T.case("nothing but the good client reached the service"):
    equal(SERVICE.seen(), (1, len("still here")), "the service saw")

with T.case("a session outlives HandshakeTimeout"):
    with client.Tls(FIRST, client.context(ROOT.path, ALICE)) as tls:
        tls.handshake()
        tls.echo(b"one")
        time.sleep(LIMIT + 0.5)
        tls.echo(b"two")
        tls.close()

with T.case("a client that resets is noticed though the service is stuck"):
    since = D.mark()
    with client.Tls(FIRST + 2, client.context(ROOT.path, ALICE)) as tls:
        tls.handshake()
        tls.sock.settimeout(1)
        try:
            while True:
                tls.send(b"x" * 65536)
        except (socket.timeout, OSError):
            pass
        tls.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
        own = tls.port
    line = D.conn(since, own, limit=20)
    equal(line.reason, 7201, "reason\n" + line.line)
    FULL.set()

with T.case("the daemon ends well"):
    D.close()
T.done()
