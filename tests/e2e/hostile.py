#!/usr/bin/env python3
"""Clients that mean harm or are broken: nothing crashes, leaks, hangs or
reaches the service.  SALLYPORT_FULL=1 makes it 100,000 random streams."""

import os
import random
import selectors
import socket
import ssl
import struct
import sys

sys.dont_write_bytecode = True

from lib import FULL, backend, client, daemon, hello, pki, policy, tap  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(1800 if FULL else 150)
SEED = int(os.environ.get("SALLYPORT_SEED", "0")) or random.randrange(1 << 32)
RANDOM = random.Random(SEED)
STREAMS = 100000 if FULL else 10000
BATCH = 64

P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
# RSA: its signatures, and so the handshake, are always of one length.
ALICE = P.leaf("alice", ROOT, kind="rsa")
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
SERVICE = backend.Backend(T, backend.echo)
PORT = daemon.free_ports()
D = daemon.Daemon(T, policy.text(policy.Rule(
    "gate", PORT, RING, SERVICE.address, versions=policy.VERSIONS,
    timeout=5)))
BEFORE = {pid: daemon.descriptors(pid) for pid in D.workers()}
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
T.diag("SALLYPORT_SEED=%d" % SEED)


def good(version=None, **more):
    """A good client; returns the bytes it sent for the handshake."""
    context = client.context(ROOT.path, ALICE, version=version)
    since = D.mark()
    with client.Tls(PORT, context, **more) as tls:
        tls.handshake()
        sent = tls.sent
        tls.echo(b"good")
        tls.close()
        own = tls.port
    # Logged before anything else is counted.
    equal(D.conn(since, own).reason, 0, "reason of a good client")
    return sent


def healthy(since, connections):
    """After `connections` hostile ones: each logged once and refused, the
    same workers, nothing open, and good clients are served."""
    lines = D.wait_conns(connections, since)
    wrong = [line.line for line in lines if line.reason in (0, 7304)]
    expect(not wrong, "%d with a wrong reason, such as\n%s"
           % (len(wrong), "\n".join(wrong[:5])))
    equal(len(lines), connections, "connections in the log")
    equal(set(D.workers()), set(BEFORE), "the workers")
    equal(D.zombies(), [], "zombies")
    wait_for(lambda: all(daemon.descriptors(pid) <= count
                         for pid, count in BEFORE.items()),
             "descriptors to be closed")
    for version in VERSIONS:
        good(version)


def mutate(data):
    data = bytearray(data)
    for _ in range(RANDOM.choice((1, 1, 1, 2, 4, 16))):
        at = RANDOM.randrange(len(data))
        how = RANDOM.randrange(4)
        if how == 0:
            data[at] ^= 1 << RANDOM.randrange(8)
        elif how == 1:
            data[at] = RANDOM.choice((0, 1, 0x7f, 0x80, 0xff))
        elif how == 2:
            del data[at:at + RANDOM.randrange(1, 9)]
            data = data or bytearray(1)
        else:
            data[at:at] = RANDOM.randbytes(RANDOM.randrange(1, 9))
    return bytes(data)


def resized(record):
    """The record with its length field set right again."""
    return record[:3] + struct.pack(">H", len(record) - 5) + record[5:]


def client_hello():
    if RANDOM.randrange(2):
        return hello.client_hello([0x1301, 0x1303], hello.TLS12,
                                  [hello.TLS13], session=bytes(32))
    return hello.client_hello([0xc02b, 0xc009], RANDOM.choice(
        (hello.TLS10, hello.TLS11, hello.TLS12)), ticket=b"")


def stream():
    """One hostile stream of bytes."""
    how = RANDOM.randrange(8)
    if how == 0:
        return RANDOM.randbytes(RANDOM.randrange(1, 600))
    if how == 1:
        return hello.record(RANDOM.choice((20, 21, 22, 23, 24)),
                            RANDOM.randbytes(RANDOM.randrange(0, 400)),
                            RANDOM.choice((0x300, 0x301, 0x303, 0x304)))
    if how == 2:
        return client_hello() + RANDOM.randbytes(RANDOM.randrange(1, 300))
    if how == 3:
        return client_hello() + hello.record(
            RANDOM.choice((20, 21, 22, 23)),
            RANDOM.randbytes(RANDOM.randrange(0, 300)), 0x303)
    if how == 4:
        whole = client_hello()
        return whole[:RANDOM.randrange(1, len(whole))]
    if how in (5, 6):
        return resized(mutate(client_hello() + b"\0")[:4000])
    return mutate(client_hello())


def throw(streams, limit=20):
    """Sends each stream on a connection of its own, all at once, ends our
    direction, and reads to the end; some connections are reset."""
    selector = selectors.DefaultSelector()
    for data in streams:
        sock = socket.create_connection(("127.0.0.1", PORT), limit)
        try:
            sock.sendall(data)
            if RANDOM.randrange(8) == 0:
                backend.reset(sock)
                continue
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            # It has said no before we were done.
            pass
        sock.setblocking(False)
        selector.register(sock, selectors.EVENT_READ)
    while selector.get_map():
        ready = selector.select(limit)
        expect(ready, "%d connections hang" % len(selector.get_map()))
        for key, _ in ready:
            try:
                if key.fileobj.recv(65536):
                    continue
            except BlockingIOError:
                continue
            except OSError:
                pass
            selector.unregister(key.fileobj)
            key.fileobj.close()
    selector.close()


for version in VERSIONS:
    with T.case("%s: byte by byte, it works" % version.name):
        good(version, trickle=0)

with T.case("%d random and damaged streams" % STREAMS):
    since, seen = D.mark(), SERVICE.seen()
    left = STREAMS
    while left:
        count = min(left, BATCH)
        throw([stream() for _ in range(count)])
        left -= count
    equal(SERVICE.seen(), seen, "what reached the service")
    healthy(since, STREAMS)

for version in VERSIONS:
    with T.case("%s: a handshake cut off at each byte" % version.name):
        total = good(version)
        since, seen = D.mark(), SERVICE.seen()
        context = client.context(ROOT.path, ALICE, version=version)
        # Every byte of the ClientHello's beginning, and of the last flight.
        step = 1 if FULL else 3
        cuts = sorted(set(range(1, 80)) | set(range(80, total - 60, step))
                      | set(range(total - 60, total)))
        for cut in cuts:
            with client.Tls(PORT, context, allowance=cut) as tls:
                try:
                    tls.handshake()
                    # In TLS 1.3 the client has finished first: its last
                    # flight is what is cut off.
                    tls.flush()
                    expect(False, "%d of %d bytes were enough"
                           % (tls.sent, total))
                except BrokenPipeError:
                    pass
                except OSError as error:
                    raise AssertionError("cut %d: %s" % (cut, error))
                if cut % 2:
                    backend.reset(tls.sock)
        equal(SERVICE.seen(), seen, "what reached the service")
        healthy(since, len(cuts))

FLOODS = {
    "alerts of level warning": hello.record(21, b"\x01\x5a") * 5000,
    "empty handshake records": hello.record(22, b"") * 5000,
    "empty application records": hello.record(23, b"") * 5000,
    "ChangeCipherSpec": hello.record(20, b"\x01") * 5000,
    "a record of 65,535 bytes": b"\x16\x03\x01\xff\xff" + bytes(65535),
    "a handshake message of 16 MiB": hello.record(
        22, b"\x01\xff\xff\xff" + bytes(16000)) * 200,
    "a ClientHello, then ChangeCipherSpec without end":
        hello.client_hello([0x1301], hello.TLS12, [hello.TLS13],
                           session=bytes(32))
        + hello.record(20, b"\x01", 0x303) * 5000,
    "application data before the handshake":
        hello.record(23, b"GET / HTTP/1.0\r\n\r\n", 0x303) * 3,
}
for name, data in FLOODS.items():
    with T.case("a flood: " + name):
        since, seen = D.mark(), SERVICE.seen()
        throw([data] * 4)
        equal(SERVICE.seen(), seen, "what reached the service")
        healthy(since, 4)

with T.case("a ClientHello in records of one byte"):
    since = D.mark()
    whole = hello.client_hello([0x1301, 0xc02b], hello.TLS12,
                               [hello.TLS13, hello.TLS12])[5:]
    answer, own = hello.ask(PORT, b"".join(
        hello.record(22, bytes([byte])) for byte in whole))
    expect(answer.hello or answer.alert, "answered %r" % answer.data)

with T.case("a good client's application data in one segment with Finished"):
    context = client.context(ROOT.path, ALICE, version=VERSIONS[1])
    with client.Tls(PORT, context) as tls:
        while True:
            try:
                tls.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                tls.flush()
                tls.fill()
        tls.tls.write(b"at once")
        tls.flush()
        equal(tls.recv_exactly(7), b"at once", "the echo")
        tls.close()

with T.case("the daemon ends well"):
    D.close()
T.done()
