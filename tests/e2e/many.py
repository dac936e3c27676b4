#!/usr/bin/env python3
"""2,000 connections at once; a reader of one byte a second, who stops nobody
else; back-pressure, which keeps memory bounded."""

import asyncio
import resource
import ssl
import sys
import threading
import time

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, tap  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(150)
WANTED = 2000
AT_ONCE = 64
MIB = 1 << 20

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
CONTEXT = client.context(ROOT.path, ALICE)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])


class Source:
    """Sends without end to a connection; `sent` is what the kernel took."""

    def __init__(self):
        self.sent = 0
        self.stopped = threading.Event()

    def __call__(self, conn, _backend):
        block = bytes(65536)
        while True:
            try:
                self.sent += conn.send(block)
            except OSError:
                break
        self.stopped.set()


class AsyncEcho:
    """An echo service for very many connections, in a thread."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.connections = 0
        threading.Thread(target=self._run, daemon=True).start()
        self.ready.wait(10)

    def _run(self):
        async def begin():
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0,
                                                backlog=4096)
            self.port = server.sockets[0].getsockname()[1]
            self.ready.set()
        self.loop.create_task(begin())
        self.loop.run_forever()

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            while True:
                data = await reader.read(4096)
                if not data:
                    break
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()


ECHO = AsyncEcho()
SOURCE = Source()
ENDLESS = backend.Backend(T, SOURCE)
FIRST = daemon.free_ports(2)
D = daemon.Daemon(T, policy.text(
    policy.Rule("echo", FIRST, RING, "127.0.0.1:%d" % ECHO.port,
                timeout=60),
    policy.Rule("endless", FIRST + 1, RING, ENDLESS.address)))


async def one(gate, number):
    async with gate:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", FIRST, ssl=CONTEXT, ssl_handshake_timeout=60)
    await echo(reader, writer, number)
    return reader, writer


async def echo(reader, writer, number):
    text = b"hello %d\n" % number
    writer.write(text)
    await writer.drain()
    equal(await asyncio.wait_for(reader.readline(), 60), text, "the echo")


async def crowd(size):
    gate = asyncio.Semaphore(AT_ONCE)
    pairs = await asyncio.gather(*(one(gate, i) for i in range(size)))
    begun = time.monotonic()
    await asyncio.gather(*(echo(*pair, i) for i, pair in enumerate(pairs)))
    spent = time.monotonic() - begun
    connections = ECHO.connections
    for _, writer in pairs:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for _, writer in pairs),
                         return_exceptions=True)
    return connections, spent


def reads_slowly(tls, stop):
    """One byte a second, from the socket itself."""
    tls.handshake()
    tls.send(b"begin")
    while not stop.wait(1.0):
        tls.sock.recv(1)


with T.case("a slow reader stops nobody else, and memory stays bounded"):
    before = {pid: daemon.resident(pid) for pid in D.workers()}
    stop = threading.Event()
    slow = [client.Tls(FIRST + 1, CONTEXT) for _ in range(8)]
    readers = [threading.Thread(target=reads_slowly, args=(tls, stop),
                                daemon=True) for tls in slow]
    for reader in readers:
        reader.start()
    wait_for(lambda: ENDLESS.connections == len(slow), "the slow readers")

    def still():
        """Whether the service was able to send during half a second."""
        sent = SOURCE.sent
        time.sleep(0.5)
        return SOURCE.sent - sent < 65536
    wait_for(still, "back-pressure at the service", 20)
    worst = 0
    with client.Tls(FIRST, CONTEXT) as tls:
        tls.handshake()
        for number in range(200):
            begun = time.monotonic()
            tls.echo(b"ping %d" % number)
            worst = max(worst, time.monotonic() - begun)
        tls.close()
    expect(worst < 0.5, "an echo took %.3f s" % worst)
    grown = {pid: daemon.resident(pid) - size
             for pid, size in before.items()}
    T.diag("the service got rid of %d KiB; workers grew by %s KiB"
           % (SOURCE.sent >> 10, [size >> 10 for size in grown.values()]))
    if not daemon.sanitized():
        expect(sum(grown.values()) < 16 * MIB, "grown: %r" % grown)
    stop.set()
    for reader in readers:
        reader.join(5)
    for tls in slow:
        tls.sock.close()
    wait_for(SOURCE.stopped.is_set, "the end of the service's connections")

with T.case("%d connections at once" % WANTED):
    if hard < WANTED * 3 + 200:
        raise Skip("only %d descriptors are allowed" % hard)
    since = D.mark()
    before = {pid: daemon.descriptors(pid) for pid in D.workers()}
    # One connection for the ping in the case before.
    base = ECHO.connections
    connections, spent = asyncio.run(crowd(WANTED))
    equal(connections - base, WANTED, "connections at the service")
    expect(spent < 20, "an echo to all took %.1f s" % spent)
    lines = [line for line in D.wait_conns(WANTED, since)
             if line["rule"] == "echo"]
    equal({line.reason for line in lines}, {0}, "reasons")
    equal(set(D.workers()), set(before), "the workers")

    def returned():
        return all(daemon.descriptors(pid) <= count
                   for pid, count in before.items())
    wait_for(returned, "descriptors to be closed: %r, before %r" % (
        [daemon.descriptors(pid) for pid in before], before))

with T.case("500 clients that begin and then say nothing"):
    since = D.mark()
    silent = [client.Tls(FIRST, CONTEXT) for _ in range(500)]
    for number, tls in enumerate(silent):
        # Half of them with half a ClientHello.
        if number % 2:
            tls.sock.sendall(b"\x16\x03\x01\x02\x00\x01")
    worst = 0
    for number in range(20):
        begun = time.monotonic()
        with client.Tls(FIRST, CONTEXT) as tls:
            tls.handshake()
            tls.echo(b"meanwhile")
            tls.close()
        worst = max(worst, time.monotonic() - begun)
    expect(worst < 1, "a connection took %.3f s" % worst)
    for tls in silent:
        tls.sock.close()
    lines = D.wait_conns(520, since)
    equal({line.reason for line in lines}, {0, 420}, "reasons")

with T.case("it still serves, with TLS 1.2 too"):
    context = client.context(ROOT.path, ALICE,
                             version=ssl.TLSVersion.TLSv1_2)
    with client.Tls(FIRST, context) as tls:
        tls.handshake()
        tls.echo(b"after the crowd")
        tls.close()

with T.case("the daemon ends well"):
    D.close()
T.done()
