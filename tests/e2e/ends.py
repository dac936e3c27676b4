#!/usr/bin/env python3
"""How a connection ends: when the service finishes first, what the client
still says arrives; a cut is never taken for an end; who is refused can read
why."""

import queue
import socket
import ssl
import struct
import sys
import time

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, tap  # noqa: E402
from lib.rawtls import ALERT, DATA, HANDSHAKE, Alert, Raw13  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(90)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
ENDS = queue.Queue()


def finishes_first(conn, _):
    """Reads a little, says its end, and reads on; ENDS gets what came and
    how it ended."""
    conn.recv(10)
    conn.shutdown(socket.SHUT_WR)
    data = b""
    try:
        while True:
            more = conn.recv(65536)
            if not more:
                ENDS.put(("end", data))
                return
            data += more
    except ConnectionResetError:
        ENDS.put(("reset", data))


def breaks_off(conn, _):
    """Half an answer, then a reset."""
    conn.recv(65536)
    conn.sendall(b"half of an answer")
    backend.reset(conn)


SERVICE = backend.Backend(T, finishes_first)
BREAKS = backend.Backend(T, breaks_off)
PORT = daemon.free_ports(2)
CUT = PORT + 1
D = daemon.Daemon(T, policy.text(
    policy.Rule("gate", PORT, RING, SERVICE.address),
    policy.Rule("cut", CUT, RING, BREAKS.address)))


def finished(raw):
    """A whole handshake; the server then says that it has finished."""
    raw.open()
    raw.handshake(raw.certificates(ALICE))
    raw.handshake(raw.verify(ALICE.key))
    raw.handshake(raw.finished())
    raw.change()
    return raw


def last_words(raw, update):
    """What the client says after the server's close_notify."""
    raw.record(DATA, b"hi")
    try:
        while True:
            kind, _ = raw.read()
            # Tickets, until close_notify comes.
            equal(kind, HANDSHAKE, "a record")
    except Alert as told:
        equal(told.description, 0, "alert")
    if update:
        raw.update()
    raw.record(DATA, b"more ")
    raw.record(DATA, b"words")
    raw.record(ALERT, b"\1\0")
    raw.sock.shutdown(socket.SHUT_WR)


for update in (False, True):
    with T.case("the rest of an upload arrives" + (
            ", keys updated meanwhile" if update else "")):
        since = D.mark()
        with Raw13(PORT) as raw:
            last_words(finished(raw), update)
            equal(ENDS.get(timeout=10), ("end", b"more words"),
                  "what the service saw")
        equal(D.conn(since).reason, 0, "reason")

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    with T.case("%s: a reset in an upload is a reset" % version.name):
        since = D.mark()
        with client.Tls(PORT, client.context(ROOT.path, ALICE,
                                             version=version)) as tls:
            tls.handshake()
            tls.send(b"hi")
            equal(tls.recv(), b"", "what the service says")
            tls.send(b"half of")
            tls.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", 1, 0))
            own = tls.port
        equal(ENDS.get(timeout=10)[0], "reset", "how it ended")
        line = D.conn(since, own)
        equal(line.reason, 7201, "reason\n" + line.line)



def cut(version):
    """What a client sees that sends while the service breaks off."""
    with client.Tls(CUT, client.context(ROOT.path, ALICE,
                                        version=version)) as tls:
        tls.handshake()
        try:
            for _ in range(64):
                tls.send(b"x" * 16384)
        except OSError:
            pass
        got = b""
        try:
            while True:
                more = tls.recv()
                if not more:
                    return "a clean end", got
                got += more
        except (OSError, EOFError) as told:
            return "a failure", told


for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    with T.case("%s: a response that is cut is no whole one"
                % version.name):
        for _ in range(10):
            since = D.mark()
            how, what = cut(version)
            equal(how, "a failure", repr(what))
            equal(D.conn(since).reason, 7103, "reason")

def unwelcome(raw):
    """A whole flight with no certificate in it."""
    raw.open()
    raw.handshake(raw.certificates())
    raw.handshake(raw.finished())
    raw.change()
    return raw


with T.case("who is refused may go on sending, and then reads why"):
    since = D.mark()
    with Raw13(PORT) as raw:
        unwelcome(raw)
        # Logged, so refused; what comes now comes too late.
        line = D.conn(since, raw.port)
        equal(line.reason, 5001, "reason\n" + line.line)
        for _ in range(5):
            time.sleep(0.1)
            raw.sock.sendall(b"\x17\x03\x03\x20\x00" + bytes(8192))
        alert = None
        try:
            while raw.read():
                pass
        except Alert as told:
            alert = told.description
        equal(alert, 116, "the alert")

with T.case("it may not go on for ever: too much"):
    with Raw13(PORT) as raw:
        unwelcome(raw)
        begun, sent = time.monotonic(), 0
        try:
            while sent < 64 << 20:
                raw.sock.sendall(bytes(65536))
                sent += 65536
        except OSError:
            pass
        expect(sent < 64 << 20, "all of it was taken")
        expect(time.monotonic() - begun < 5, "it took long")

with T.case("it may not go on for ever: too long"):
    before = {pid: daemon.descriptors(pid) for pid in D.workers()}
    with Raw13(PORT) as raw:
        unwelcome(raw)
        begun, spent = time.monotonic(), None
        while time.monotonic() - begun < 15:
            try:
                raw.sock.sendall(b"x")
            except OSError:
                spent = time.monotonic() - begun
                break
            time.sleep(0.1)
        expect(spent is not None, "it is not ended")
        expect(1 < spent < 6, "ended after %.1f s" % spent)
    wait_for(lambda: all(daemon.descriptors(pid) <= count
                         for pid, count in before.items()),
             "descriptors to be closed")

with T.case("a flood of key updates is ended"):
    since = D.mark()
    with Raw13(PORT) as raw:
        finished(raw)
        try:
            for _ in range(1000):
                raw.update()
        except OSError:
            pass
        line = D.conn(since)
    equal(line.reason, 415, "reason\n" + line.line)
    equal(line.alert, "sent/unexpected_message", line.line)

with T.case("the daemon ends well"):
    D.close()
T.done()
