#!/usr/bin/env python3
"""Much data each way, bit for bit, with either side finishing first.
64 MiB; 1 GiB with SALLYPORT_FULL=1."""

import hashlib
import os
import socket
import ssl
import sys
import threading

sys.dont_write_bytecode = True

from lib import FULL, backend, client, daemon, pki, policy, tap  # noqa: E402
from lib.tap import equal, expect  # noqa: E402

T = tap.Tap(1200 if FULL else 200)
SIZE = (1 << 30) if FULL else (64 << 20)
# A run that does not fit records, buffers or pages, so that it drifts.
BLOCK = os.urandom(199999)


class Stream:
    """SIZE bytes that can be made twice."""

    def __init__(self, size):
        self.left = size
        self.at = 0
        self.hash = hashlib.sha256()

    def __call__(self):
        if not self.left:
            return None
        part = BLOCK[self.at:self.at + min(self.left, 65536)]
        self.at = (self.at + len(part)) % len(BLOCK)
        self.left -= len(part)
        self.hash.update(part)
        return part


class Sink:
    def __init__(self):
        self.size = 0
        self.hash = hashlib.sha256()

    def __call__(self, data):
        self.size += len(data)
        self.hash.update(data)


class Service:
    """One connection's far end.  mode: who finishes first."""

    def __init__(self, mode):
        self.mode = mode
        self.sink = Sink()
        self.stream = Stream(SIZE)
        self.done = threading.Event()

    def _send(self, conn):
        for part in iter(self.stream, None):
            conn.sendall(part)

    def _receive(self, conn):
        for data in iter(lambda: conn.recv(262144), b""):
            self.sink(data)

    def __call__(self, conn, _backend):
        if self.mode == "client":
            self._receive(conn)
            self._send(conn)
        elif self.mode == "service":
            self._send(conn)
            conn.shutdown(socket.SHUT_WR)
            self._receive(conn)
        else:
            sender = threading.Thread(target=self._send, args=(conn,))
            sender.start()
            self._receive(conn)
            sender.join()
        self.done.set()


def run(port, context, mode):
    """mode: "client" finishes first and then reads; "service" likewise;
    "both" send and receive at the same time."""
    service = Service(mode)
    BACKEND.serve = service
    since = D.mark()
    stream, sink = Stream(SIZE), Sink()
    with client.Tls(port, context, limit=60) as tls:
        tls.handshake()
        if mode == "service":
            while sink.size < SIZE:
                data = tls.recv()
                expect(data, "the stream ended after %d bytes" % sink.size)
                sink(data)
            equal(tls.recv(), b"", "after the last byte")
        tls.pump(stream, sink, tls.close_write)
        expect(service.done.wait(60), "the service did not finish")
        own = tls.port
    line = D.conn(since, own)
    equal(service.sink.size, SIZE, "bytes to the service")
    equal(service.sink.hash.digest(), stream.hash.digest(),
          "what reached the service")
    equal(sink.size, SIZE, "bytes to the client")
    equal(sink.hash.digest(), service.stream.hash.digest(),
          "what reached the client")
    equal(line.reason, 0, "reason\n" + line.line)
    equal((int(line["in"]), int(line["out"])), (SIZE, SIZE),
          "bytes in the log")


P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
BACKEND = backend.Backend(T, None)
PORT = daemon.free_ports()
D = daemon.Daemon(T, policy.text(
    policy.Rule("bulk", PORT, RING, BACKEND.address)))

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    context = client.context(ROOT.path, ALICE, version=version)
    for mode, said in (("client", "the client finishes first"),
                       ("service", "the service finishes first"),
                       ("both", "both at once")):
        with T.case("%s, %d MiB each way, %s"
                    % (version.name, SIZE >> 20, said)):
            run(PORT, context, mode)

with T.case("the daemon ends well"):
    D.close()
T.done()
