#!/usr/bin/env python3
"""What services do with a connection's bytes, plain and wrapped; much data
each way, bit for bit. 32 MiB; 1 GiB with SALLYPORT_FULL=1."""

import os
import socket
import sys

sys.dont_write_bytecode = True

from lib import FULL, backend, tap, wrap  # noqa: E402
from lib.tap import equal, expect  # noqa: E402

T = tap.Tap(1200 if FULL else 150)
S = wrap.Setting(T)
BLOCK = os.urandom(1000003)
FILE = T.write("block", BLOCK)
COUNT = (1 << 30) // len(BLOCK) + 1 if FULL else 32


def whole(trap):
    with trap.ready().connect() as link:
        got = wrap.rest(link)
        equal(len(got), len(BLOCK), "bytes")
        expect(got == BLOCK, "other bytes")
        link.close_write()


def echoed(trap):
    """More than a pipe holds, in pieces that fit nothing."""
    with trap.ready().connect() as link:
        for at in range(0, 300000, 33331):
            link.echo(BLOCK[at:at + 33331])
        link.close()


def receive(trap):
    with trap.ready().connect() as link:
        wrap.line(link)
        link.send(b"0123456789")
        wrap.line(link)
        link.send(b"abcde")
        link.send(b"fghij")
        wrap.line(link)
        link.send(b"last")
        link.close_write()
        return wrap.rest(link)


def vector(trap):
    with trap.ready().connect() as link:
        link.send(b"0123456789ab")
        got = link.recv_exactly(12 * 4 + 6)
        link.send(b"end")
        return got, wrap.rest(link)


def addressed(trap):
    with trap.ready().connect() as link:
        got = wrap.rest(link)
        link.send(b"sixteenb")
        link.close_write()
        return got


def urgent(trap):
    link = trap.ready().connect()
    with link:
        link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        got = wrap.rest(link)
        link.close_write()
        return got


def half_service(trap):
    with trap.ready().connect() as link:
        got = wrap.rest(link)
        link.send(b"and I still do")
        link.close_write()
        return got


def half_client(trap):
    with trap.ready().connect() as link:
        link.send(b"that is all")
        link.close_write()
        return wrap.rest(link)


def reset(trap):
    with trap.ready().connect() as link:
        link.send(b"gone")
        wrap.line(link)
        backend.reset(link.sock)


def cut(trap):
    """What the client sees is no orderly end."""
    with trap.ready().connect() as link:
        link.send(b"give" + b"more")
        got = link.recv_exactly(10)
        try:
            return got, link.recv(), "in order"
        except OSError:
            return got, b"", "cut"


def lingering(trap):
    """The same, but it has read all that was sent."""
    with trap.ready().connect() as link:
        link.send(b"give" + b"more")
        got = link.recv_exactly(10)
        link.send(b"!")
        try:
            return got, link.recv(), "in order"
        except OSError:
            return got, b"", "cut"


for mode, drive in (("sendfile", whole), ("splice", echoed),
                    ("receive", receive), ("vector", vector),
                    ("addressed", addressed),
                    ("urgent", urgent), ("half-service", half_service),
                    ("half-client", half_client), ("reset", reset),
                    ("abort", cut), ("linger", lingering),
                    ("linger-listener", lingering),
                    ("linger-off", lingering)):
    with T.case(mode):
        wrap.both(S, drive, mode, *([FILE] if mode == "sendfile" else []))


class Blocks:
    """BLOCK so many times over, for client.Tls.pump."""

    def __init__(self):
        self.left = COUNT * len(BLOCK)
        self.at = 0

    def __call__(self):
        if not self.left:
            return None
        part = BLOCK[self.at:self.at + min(self.left, 65536)]
        self.at = (self.at + len(part)) % len(BLOCK)
        self.left -= len(part)
        return part


class Same:
    """Expects the like."""

    def __init__(self):
        self.size = 0

    def __call__(self, data):
        at = self.size % len(BLOCK)
        self.size += len(data)
        while data:
            part = BLOCK[at:at + len(data)]
            expect(data[:len(part)] == part, "other bytes")
            data, at = data[len(part):], 0


for first in ("client", "service", "both"):
    with T.case("%d MiB each way, the first to finish: %s"
                % (COUNT * len(BLOCK) >> 20, first)):
        trap = wrap.Trap(S, "bulk", FILE, COUNT, first).ready()
        sink = Same()
        with trap.connect(limit=60) as link:
            if first == "service":
                while sink.size < COUNT * len(BLOCK):
                    data = link.recv()
                    expect(data, "an early end")
                    sink(data)
                equal(link.recv(), b"", "after the last byte")
            link.pump(Blocks(), sink, link.close_write)
        trap.end()
        equal(sink.size, COUNT * len(BLOCK), "bytes to the client")
        equal(trap.said()[-1], "bit for bit", "the service")
T.done()
