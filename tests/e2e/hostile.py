#!/usr/bin/env python3
"""Clients that mean harm or are broken: nothing crashes, leaks, hangs or
reaches the service.  SALLYPORT_FULL=1 makes it 100,000 random streams, and
SALLYPORT_SEED=N repeats a run."""

import collections
import os
import random
import selectors
import socket
import ssl
import struct
import sys

sys.dont_write_bytecode = True

from lib import (FULL, backend, client, crypto, daemon, der,  # noqa: E402
                 hello, pki, policy, tap)
from lib.rawtls import CERTIFICATE, CLIENT_KEY_EXCHANGE, message  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(1800 if FULL else 150)
SEED = int(os.environ.get("SALLYPORT_SEED", "0")) or random.randrange(1 << 32)
RANDOM = random.Random(SEED)
STREAMS = 100000 if FULL else 10000
LIVE = 5000 if FULL else 300
SIGNED = 2000 if FULL else 50
BATCH = 64

P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
# RSA: its signatures, and so the handshake, are always of one length.
ALICE = P.leaf("alice", ROOT, kind="rsa")
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
SERVICE = backend.Backend(T, backend.echo)
PORT = daemon.free_ports(2)
OPEN = PORT + 1     # where any certificate is read, and none is judged
# All but TLS 1.0, where the library has not even that.
KNOWN = policy.VERSIONS[0 if daemon.own_wolfssl() else 1:]
D = daemon.Daemon(T, policy.text(
    policy.Rule("gate", PORT, RING, SERVICE.address, versions=KNOWN,
                timeout=5),
    policy.Rule("open", OPEN, RING, SERVICE.address, versions=KNOWN,
                timeout=5, auth="PassThru")))
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
    if connections > 100:
        count = collections.Counter(line.reason for line in lines)
        T.diag("reasons: " + ", ".join("%d: %d" % pair for pair
                                       in sorted(count.items())))
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
    record = record.ljust(5, b"\x03")
    return record[:3] + struct.pack(">H", len(record) - 5) + record[5:]


def client_hello():
    if RANDOM.randrange(2):
        return hello.client_hello([0x1301, 0x1303], hello.TLS12,
                                  [hello.TLS13], session=bytes(32))
    return hello.client_hello([0xc02b, 0xc009], RANDOM.choice(
        (hello.TLS10, hello.TLS11, hello.TLS12)), ticket=b"")


def recorded(version, leaf, chain=None):
    """The flights of a real client, one string of bytes for each."""
    flights = [b""]

    class Recorder(client.Tls):
        def flush(self):
            data = self.outgoing.read()
            flights[-1] += data
            if data:
                self.sock.sendall(data)

        def fill(self):
            if flights[-1]:
                flights.append(b"")
            return super().fill()
    with Recorder(PORT, client.context(ROOT.path, leaf, chain,
                                       version=version)) as tls:
        tls.handshake()
        tls.echo(b"recorded")
        tls.close()
    return [flight for flight in flights if flight]


def records(data):
    """Its records, taken apart."""
    found = []
    while data:
        size = 5 + int.from_bytes(data[3:5], "big")
        found.append(data[:size])
        data = data[size:]
    return found


def replayed():
    """What a client once said, damaged: bytes, whole records, or its end
    cut off."""
    data = b"".join(RANDOM.choice(RECORDED))
    how = RANDOM.randrange(4)
    if how == 0:
        return mutate(data)
    if how == 1:
        return data[:RANDOM.randrange(1, len(data))]
    parts = records(data)
    at = RANDOM.randrange(len(parts))
    if how == 2:
        parts[at] = resized(mutate(parts[at] + b"\0")[:16000])
    else:
        other = RANDOM.randrange(len(parts))
        parts[at:at + RANDOM.randrange(2)] = [parts[other]]
    return b"".join(parts)


def spots(tree):
    """Every element of the tree, with the list that it is in."""
    for at, element in enumerate(tree):
        yield tree, at
        if isinstance(element[1], list):
            yield from spots(element[1])


def mutate_tree(data, times=1):
    """DER with elements changed, moved, doubled or dropped; the lengths
    around them are right again."""
    tree = der.parse(data)
    for _ in range(times):
        inside, at = RANDOM.choice(list(spots(tree)))
        element = inside[at]
        how = RANDOM.randrange(7)
        if how == 0:
            element[0] = RANDOM.choice((
                0, 1, 2, 3, 4, 5, 6, 12, 19, 22, 23, 24, 30, 48, 49, 0x80,
                0xa0, 0xa3, RANDOM.randrange(256)))
        elif how == 1:
            inside[at:at + 1] = []
            if not tree:
                return b"\x30\x00"
        elif how == 2:
            inside[at:at] = [element] * RANDOM.choice((1, 1, 1, 30, 300))
        elif how == 3:
            element[1] = RANDOM.choice((
                b"", b"\0", b"\xff" * 9, RANDOM.randbytes(300)))
        elif how == 4:
            inside[at] = RANDOM.choice(list(spots(tree)))[0][0]
            # Never a circle.
            inside[at] = der.parse(der.tlv(0x30, b"\x05\0"))[0]
        elif isinstance(element[1], list):
            element[1] = element[1][::-1]
        elif element[1]:
            element[1] = mutate(element[1])
    return der.encode(tree)


def mutate_der(data):
    how = RANDOM.randrange(8)
    if how == 0:
        return mutate(data)
    if how == 1:
        return data[:RANDOM.randrange(len(data))]
    return mutate_tree(data, RANDOM.choice((1, 1, 1, 2, 5)))


def _vector(size, body):
    # Right, but for one in thirty.
    count = len(body)
    if RANDOM.randrange(30) == 0:
        count = max(0, count + RANDOM.choice((-1, 1, -300, 300, 65535)))
    return (count % (1 << 8 * size)).to_bytes(size, "big") + body


def certificate_message(chain):
    # A message has room for 16 MiB, and damage can make one grow.
    return message(CERTIFICATE, _vector(3, b"".join(
        _vector(3, link[:1 << 17]) for link in chain)))


def in_records(data):
    """As handshake records, now and then of a few bytes each."""
    size = 16384 if RANDOM.randrange(8) else RANDOM.randrange(4, 400)
    return b"".join(hello.record(22, data[at:at + size], 0x303)
                    for at in range(0, len(data), size))


POINT = message(CLIENT_KEY_EXCHANGE, _vector(
    1, crypto.encode(crypto.multiply(3))))


def certificate_flight(chain):
    """A TLS 1.2 client as far as its certificate, which needs nothing of
    what the server says."""
    begin = hello.client_hello([0xc02b], hello.TLS12)
    rest = in_records(certificate_message(chain))
    if RANDOM.randrange(4) == 0:
        rest += in_records(POINT) + RANDOM.randbytes(RANDOM.randrange(80))
    return begin + rest


def certificates():
    """Chains of a real client's certificates, one of them damaged."""
    chain = [one.der for one in RANDOM.choice(CHAINS)]
    at = RANDOM.randrange(len(chain))
    chain[at] = mutate_der(chain[at])
    how = RANDOM.randrange(12)
    if how == 0:
        chain.append(ROOT.der)
    elif how == 1:
        chain = chain * RANDOM.choice((2, 5, 9, 33))
    elif how == 2:
        chain = chain[::-1]
    elif how == 3:
        chain.append(b"")
    return certificate_flight(chain)


def signed():
    """A damaged certificate with the CA's good signature under it."""
    body, algorithm, _ = der.split(der.split(RANDOM.choice(
        (ALICE, BOB, INTER)).der)[0][1])
    tbs = mutate_tree(body[2], RANDOM.choice((1, 1, 2)))
    leaf = der.sequence(tbs, algorithm[2] if ROOT.key.kind == "rsa" else
                        pki.SIGNATURES["ec", "sha256"],
                        der.bits(ROOT.key.sign(tbs, "sha256")))
    return certificate_flight(RANDOM.choice((
        [leaf], [leaf, INTER.der], [BOB.der, leaf])))


def stream():
    """One hostile stream of bytes."""
    how = RANDOM.randrange(13)
    if how in (8, 9):
        return replayed()
    if how >= 10:
        return certificates()
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
        sock = socket.create_connection(
            ("127.0.0.1", RANDOM.choice((PORT, PORT, OPEN))), limit)
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


INTER = P.ca("intermediate", ROOT)
BOB = P.leaf("bob", INTER)
# With more in it than others.
CAROL = P.leaf("carol", INTER, purposes=(pki.CLIENT, pki.SERVER), extra=[
    pki.extension("2.5.29.17", der.sequence(
        der.tlv(0x82, b"carol.example"), der.tlv(0x81, b"c@example"),
        der.tlv(0x87, bytes(4)), der.tlv(0xa4, pki.name("carol")))),
    pki.extension("2.5.29.30", der.sequence(der.tlv(0xa0, der.sequence(
        der.tlv(0x82, b"example"))))),
    pki.extension("2.5.29.32", der.sequence(der.sequence(
        der.oid("2.5.29.32.0")))),
    pki.extension("2.5.29.31", der.sequence(der.sequence(der.tlv(
        0xa0, der.tlv(0xa0, der.tlv(0x86, b"http://127.0.0.1/crl"))))))])
CHAINS = [[ALICE], [BOB, INTER], [CAROL, INTER], [BOB, INTER, ROOT]]
BOTH = P.chain("bob-chain", BOB, INTER)
RECORDED = [recorded(version, leaf, chain) for version in VERSIONS
            for leaf, chain in ((ALICE, None), (BOB, BOTH))]

for version in VERSIONS:
    with T.case("%s: byte by byte, it works" % version.name):
        good(version, trickle=0)

with T.case("a certificate flight of this kind is understood"):
    for port, leaf, reasons in ((PORT, ALICE, {420}), (OPEN, ALICE, {420}),
                                (PORT, P.leaf("mallory", P.ca("other")),
                                 {435})):
        since = D.mark()
        _, own = hello.ask(port, hello.client_hello([0xc02b], hello.TLS12)
                           + hello.record(22, message(CERTIFICATE, (
                               len(leaf.der) + 3).to_bytes(3, "big") + len(
                                   leaf.der).to_bytes(3, "big") + leaf.der),
                               0x303), finish=True)
        line = D.conn(since, own)
        expect(line.reason in reasons, line.line)
        expect(leaf.label in line.get("identity", ""), line.line)

with T.case("%d random and damaged streams" % STREAMS):
    since, seen = D.mark(), SERVICE.seen()
    left = STREAMS
    while left:
        count = min(left, BATCH)
        throw([stream() for _ in range(count)])
        left -= count
    equal(SERVICE.seen(), seen, "what reached the service")
    healthy(since, STREAMS)

with T.case("%d damaged certificates with a good signature" % SIGNED):
    since, seen = D.mark(), SERVICE.seen()
    left = SIGNED
    while left:
        count = min(left, BATCH)
        throw([signed() for _ in range(count)])
        left -= count
    equal(SERVICE.seen(), seen, "what reached the service")
    healthy(since, SIGNED)


class Damaging(client.Tls):
    """A real client whose last flight is damaged on its way."""

    def flush(self):
        data = self.outgoing.read()
        if data and self.sent:
            parts = records(data)
            at = RANDOM.randrange(len(parts))
            parts[at] = (mutate(parts[at]) if RANDOM.randrange(3) else
                         resized(mutate(parts[at] + b"\0")))
            if parts[at] == records(data)[at]:
                parts[at] = parts[at][:-1] + bytes([parts[at][-1] ^ 1])
            data = b"".join(parts)
            self.sock.sendall(data)
            self.sock.shutdown(socket.SHUT_WR)
        elif data:
            self.sock.sendall(data)
        self.sent += len(data)


for version in VERSIONS:
    with T.case("%s: %d last flights damaged on the way"
                % (version.name, LIVE)):
        since, seen = D.mark(), SERVICE.seen()
        contexts = [client.context(ROOT.path, leaf, chain, version=version)
                    for leaf, chain in ((ALICE, None), (BOB, BOTH))]
        for _ in range(LIVE):
            with Damaging(PORT, RANDOM.choice(contexts)) as tls:
                try:
                    tls.handshake()
                    tls.recv()
                    expect(False, "it was served")
                except OSError:
                    pass
        equal(SERVICE.seen(), seen, "what reached the service")
        healthy(since, LIVE)

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
    daemon.needs_wolfssl(5, 7)  # 5.5 wants a whole header at once
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
