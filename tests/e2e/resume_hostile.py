#!/usr/bin/env python3
"""Tickets and ids that are changed, cut, stretched, invented, stolen or said
again: a full handshake or an alert, and nobody is worse for it."""

import functools
import os
import random
import re
import signal
import socket
import ssl
import struct
import sys
import threading

sys.dont_write_bytecode = True

from lib import FULL, backend, client, daemon, hello, pki, policy, resume, tap  # noqa: E402
from lib.rawtls import PRE_SHARED_KEY, Alert  # noqa: E402
from lib.resume import ID, THIRTEEN, TICKET, WAYS, Client13  # noqa: E402
from lib.tap import Skip, among, equal, expect, wait_for  # noqa: E402

T = tap.Tap(600 if FULL else 150)
resume.needed(T)
SEED = int(os.environ.get("SALLYPORT_SEED", random.randrange(1 << 32)))
RANDOM = random.Random(SEED)
T.diag("SALLYPORT_SEED=%d" % SEED)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
BOB = P.leaf("bob", ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
ECHO = backend.Backend(T, backend.echo)
PORT = daemon.free_ports(5)
SMALL, FAR = PORT + 1, PORT + 2
SIZE = 32
D = daemon.Daemon(T, policy.text(
    policy.Rule("gate", PORT, RING, ECHO.address),
    policy.Rule("small", SMALL, RING, ECHO.address,
                gsk=resume.gsk(cache=SIZE))))
S = resume.Service(D, ALICE)
FOREIGN = resume.Service(daemon.Daemon(T, policy.text(
    policy.Rule("gate", FAR, RING, ECHO.address)), workers=1), ALICE)
# Those of RFC 8446, 6.2 that speak of what was sent.
PROPER = {"unexpected_message", "illegal_parameter", "decode_error",
          "decrypt_error", "handshake_failure", "missing_extension",
          "unsupported_extension", "record_overflow", "protocol_version"}
# One share for all clients: they are many.
SECRET = RANDOM.randrange(1, 1 << 255)


def offered(way, offer):
    """What a server says to an offer that is no good: "anew", or the name
    of an alert."""
    with resume.link(PORT, way) as it:
        it.secret = SECRET
        try:
            expect(not it.ask(way, offer), "TLS %s: resumed: %s"
                   % (way, offer.name[:300].hex()))
        except Alert as alert:
            name = client.ALERTS.get(alert.description)
            among(name, PROPER, "TLS %s: alert for %s" % (
                way, offer.name[:300].hex()))
            return name
        except (EOFError, ConnectionError) as error:
            raise AssertionError("TLS %s: %r, and no alert, for %s" % (
                way, error, offer.name[:300].hex()))
    return "anew"


class Healthy:
    """Around a case: workers live on, nothing reached the service, and who
    has a session is served by it."""

    def __enter__(self):
        self.workers = D.workers()
        self.kept = {way: S.session(PORT, way) for way in WAYS}
        self.seen = ECHO.seen()
        return self

    def __exit__(self, kind, *_):
        if kind:
            return
        equal(ECHO.seen(), self.seen, "what reached the service")
        equal(sorted(D.workers()), sorted(self.workers), "workers")
        expect(not D.faults(), "\n".join(D.faults()))
        for way, session in self.kept.items():
            S.use(PORT, way, session, resumed=True)


def changed(name):
    """A good one with every byte changed in turn, and bits at random."""
    for at in range(len(name)):
        yield (name[:at] + bytes([name[at] ^ RANDOM.randrange(1, 256)])
               + name[at + 1:])
    for _ in range(500 if FULL else 50):
        bits = int.from_bytes(name, "big")
        for _ in range(RANDOM.choice((1, 1, 2, 8, 64))):
            bits ^= 1 << RANDOM.randrange(len(name) * 8)
        changed_name = bits.to_bytes(len(name), "big")
        if changed_name != name:
            yield changed_name


def cut(name):
    for size in range(1, len(name)):
        yield name[:size]


def stretched(name):
    for size in (1, 2, 15, 16, 17, 32, 64, 255, 256, 1000):
        yield os.urandom(size) + name
        for at in (16, 32, 34, 50, -32, -16, -1):
            yield name[:at] + os.urandom(size) + name[at:]
    yield name[:-1] + name


def huge(name):
    for size in (1024, 2048, 4096, 16000, 16384, 20000, 32768, 65000):
        yield name[:-1] + os.urandom(size - len(name))
        yield os.urandom(size)


OTHERS = S.session(PORT, THIRTEEN).name


def spliced(name):
    """The parts of two good ones put together anew: key's name, IV, length,
    state, MAC."""
    other = OTHERS
    for at in (16, 32, 34, -32, -16):
        yield name[:at] + other[at:]
        yield other[:at] + name[at:]
    for size in (0, 1, 16, len(name) - 66, 1024, 32767, 65535):
        yield name[:32] + struct.pack(">H", size) + name[34:]
    yield name[:16] + bytes(16) + name[32:]
    yield bytes(16) + name[16:]


def invented(_):
    for size in list(range(1, 70)) + [128, 160, 192, 208, 256]:
        yield os.urandom(size)
        yield bytes(size)


# Other servers' tickets have the client's chain in them; up to here they are
# passed over like any that is not ours.
LARGE = 16000
KINDS = {"changed": changed, "cut": cut, "stretched": stretched,
         "huge": huge, "spliced": spliced, "invented": invented}
for way in (TICKET, THIRTEEN):
    for kind, make in KINDS.items():
        with T.case("TLS %s: a ticket that is %s" % (way, kind)):
            with Healthy() as healthy:
                good = healthy.kept[way]
                told = {}
                for name in make(good.name):
                    # What is behind the seal is nobody's; see below.
                    if name.startswith(good.name):
                        continue
                    what = offered(way, good.but(name=name))
                    told[what] = told.get(what, 0) + 1
                    if len(name) <= LARGE:
                        equal(what, "anew", "what was said to %d bytes"
                              % len(name))
                T.diag(", ".join("%d %s" % (count, what)
                                 for what, count in told.items()))

with T.case("bytes behind a ticket, which the seal says nothing of"):
    # The library drops them: it is that ticket, or none.
    for way in (TICKET, THIRTEEN):
        good = S.session(PORT, way)
        for size in (1, 16, 300):
            it, line = S.use(PORT, way, good.but(
                name=good.name + os.urandom(size)), leaf=BOB)
            who = "alice" if it.resumed else "bob"
            expect("CN=%s," % who in line["identity"], line.line)

with T.case("TLS 1.3: an identity without a byte"):
    with Healthy() as healthy:
        offered(THIRTEEN, healthy.kept[THIRTEEN].but(name=b""))

with T.case("TLS 1.2: ids of every length, near and far from a good one"):
    with Healthy() as healthy:
        good = healthy.kept[ID]
        for name in changed(good.name):
            equal(offered(ID, good.but(name=name)), "anew", "changed")
        for size in range(1, 32):
            for name in (good.name[:size], os.urandom(size), bytes(size)):
                equal(offered(ID, good.but(name=name)), "anew",
                      "of %d bytes" % size)
        for name in (good.name + b"\0", os.urandom(33), os.urandom(255)):
            expect(offered(ID, good.but(name=name)) != "anew",
                   "an id of %d bytes is no id" % len(name))

with T.case("TLS 1.3: ids of every length come back (RFC 8446, D.4)"):
    daemon.needs_wolfssl(5, 8)  # 5.7 wants none, or 32 bytes
    name = os.urandom(32)
    for size in range(33):
        answer, _ = hello.ask(PORT, hello.client_hello(
            [0x1301], hello.TLS12, [hello.TLS13], session=name[:size]))
        equal(answer.session, name[:size], "echo of %d" % size)

with T.case("what another daemon gave is worth nothing here"):
    for way in WAYS:
        kept = FOREIGN.session(FAR, way)
        with Healthy():
            equal(offered(way, kept), "anew", "TLS " + way)
        S.use(PORT, way, kept, leaf=BOB, resumed=False)
        FOREIGN.use(FAR, way, kept, resumed=True)

with T.case("a hello that is said again, by one without the secret"):
    for way in WAYS:
        with Healthy() as healthy:
            taken = []
            for again in range(6):
                with resume.link(PORT, way) as it:
                    since = D.mark()
                    if not again:
                        send = it.sock.sendall

                        class Tapped:
                            """Our socket, whose words somebody notes."""

                            def __init__(self, sock):
                                self.sock = sock

                            def sendall(self, data):
                                taken.append(data)
                                self.sock.sendall(data)

                            def __getattr__(self, name):
                                return getattr(self.sock, name)
                        it.sock = Tapped(it.sock)
                        expect(it.ask(way, healthy.kept[way]),
                               "not resumed")
                    else:
                        it.sock.sendall(taken[0])
                        it.answer()
                        # It goes on as if it knew.
                        it.sock.sendall(
                            hello.record(20, b"\1", 0x303)
                            + hello.record(22 if way != THIRTEEN else 23,
                                           os.urandom(53), 0x303)
                            + hello.record(23, os.urandom(64), 0x303))
                        try:
                            while it.sock.recv(65536):
                                pass
                        except ConnectionError:
                            pass
                    own = it.port
                line = D.conn(since, own)
                expect(line.reason != 0, line.line)
                expect("identity" not in line, line.line)
                expect(line.get("resumed") != "yes", line.line)
                equal(int(line["in"]) + int(line["out"]), 0, line.line)


# The extension itself

def with_key(it, body, modes=Client13.modes, after=b""):
    """A hello with such a pre_shared_key extension."""
    it.modes = modes
    it.hello(hello.extension(PRE_SHARED_KEY, body) + after)


def vector(body):
    return len(body).to_bytes(2, "big") + body


def broken(session):
    """Bodies of pre_shared_key that are none: (what, body)."""
    name, age, _ = session.offer()
    identity = vector(name) + struct.pack(">I", age)
    binder = b"\x20" + bytes(32)
    good = vector(identity) + vector(binder)
    yield "none", b""
    for size in range(1, len(good), 1 if FULL else 7):
        yield "cut at %d" % size, good[:size]
    yield "more behind it", good + b"\0"
    yield "no binder", vector(identity) + vector(b"")
    yield "a binder too few", vector(identity * 2) + vector(binder)
    yield "a binder too many", vector(identity) + vector(binder * 2)
    for size in (0, 1, 31, 33, 64, 255):
        yield ("a binder of %d" % size, vector(identity) + vector(
            bytes([size]) + bytes(size)))
    yield "no identity", vector(b"") + vector(binder)
    yield "an identity too long", vector(
        b"\xff\xff" + identity[2:]) + vector(binder)
    yield "identities too long", b"\xff\xff" + good[2:]
    yield "a wrong binder", good
    yield "200 of them", (vector(b"".join(
        vector(os.urandom(64)) + bytes(4) for _ in range(200)))
        + vector(binder * 200))


with T.case("TLS 1.3: an offer that is malformed"):
    with Healthy() as healthy:
        for what, body in broken(healthy.kept[THIRTEEN]):
            with resume.link(PORT, THIRTEEN) as it:
                it.secret = SECRET
                with_key(it, body)
                try:
                    it.answer()
                    equal(it.chosen, None, what)
                except Alert as alert:
                    among(client.ALERTS[alert.description], PROPER, what)
                except (EOFError, ConnectionError) as error:
                    raise AssertionError("%s: %r" % (what, error))

with T.case("TLS 1.3: an offer in the wrong place, or without its modes"):
    with Healthy() as healthy:
        name, age, _ = healthy.kept[THIRTEEN].offer()
        body = (vector(vector(name) + struct.pack(">I", age))
                + vector(b"\x20" + bytes(32)))
        for what, more in (
                ("not the last extension",
                 {"after": hello.extension(0x1234, b"")}),
                ("twice", {"after": hello.extension(PRE_SHARED_KEY, body)}),
                ("no modes", {"modes": None}),
                ("without a new exchange", {"modes": b"\x01\x00"}),
                ("a mode that is none", {"modes": b"\x01\x07"}),
                ("modes of no length", {"modes": b"\x00"})):
            with resume.link(PORT, THIRTEEN) as it:
                it.secret = SECRET
                with_key(it, body, **more)
                try:
                    it.answer()
                    equal(it.chosen, None, what)
                except Alert as alert:
                    among(client.ALERTS[alert.description], PROPER, what)

with T.case("TLS 1.3: no secret of old without a new exchange"):
    # psk_ke alone (RFC 8446, 4.2.9): all is lost with the ticket's key.
    with Healthy() as healthy:
        for modes in (b"\x01\x00", b"\x02\x00\x07"):
            with resume.link(PORT, THIRTEEN) as it:
                it.modes = modes
                it.secret = SECRET
                try:
                    it.ask(THIRTEEN, healthy.kept[THIRTEEN])
                    equal(it.chosen, None, "taken with modes %r" % modes)
                except Alert as alert:
                    among(client.ALERTS[alert.description], PROPER, "alert")

with T.case("TLS 1.3: early data is not taken"):
    with Healthy() as healthy:
        session = healthy.kept[THIRTEEN]
        with resume.link(PORT, THIRTEEN) as it:
            since = D.mark()
            it.hello(hello.extension(42, b""), [session.offer()])
            it.record(23, os.urandom(200))
            try:
                it.answer()
                it.greeted(session.secret if it.chosen is not None
                           else bytes(32))
                expect(b"\0\x2a\0\0" not in it.encrypted, "it takes it")
            except Alert as alert:
                among(client.ALERTS[alert.description],
                      PROPER | {"bad_record_mac"}, "alert")
        line = D.conn(since, it.port)
        equal(int(line["in"]), 0, line.line)

with T.case("hellos with a good offer and bytes changed at random"):
    with Healthy() as healthy:
        for way in WAYS:
            for _ in range(1000 if FULL else 100):
                with resume.link(PORT, way) as it:
                    it.secret = SECRET
                    it.hold()
                    if way == THIRTEEN:
                        it.hello(offers=[healthy.kept[way].offer()])
                    else:
                        one = healthy.kept[way].name
                        it.hello(session=one[:32],
                                 ticket=one if way == TICKET else None)
                    data = bytearray(it.held)
                    for _ in range(RANDOM.choice((1, 1, 2, 5, 20))):
                        data[RANDOM.randrange(9, len(data))] = \
                            RANDOM.randrange(256)
                    it.held = bytes(data)
                    it.release()
                    if RANDOM.random() < 0.5:
                        it.sock.settimeout(2)
                        try:
                            it.sock.recv(65536)
                        except ConnectionError:
                            pass


# No growth

ONE = resume.Service(daemon.Daemon(T, policy.text(
    policy.Rule("gate", FAR + 1, RING, ECHO.address),
    policy.Rule("small", FAR + 2, RING, ECHO.address,
                gsk=resume.gsk(cache=SIZE))), workers=1), ALICE)


def said(way, offer):
    """A hello as it goes over the wire."""
    with resume.link(FAR + 1, way) as it:
        it.hold()
        if way == THIRTEEN:
            it.hello(offers=[offer.offer()])
        elif way == TICKET:
            it.hello(session=bytes(32), ticket=offer.name)
        else:
            it.hello(session=offer.name)
        return it.held


def one_after_another(calls):
    """Each when the connection before it has left the daemon, so that its
    memory does not depend on how many there are at once."""
    log = ONE.daemon
    for call in calls:
        before = log.mark()
        call()
        with log.changed:
            expect(log.changed.wait_for(lambda: len(log.lines) > before, 10),
                   "it does not end")


def say(data):
    """Says a hello, and goes when it is answered."""
    with socket.create_connection(("127.0.0.1", FAR + 1), 10) as sock:
        sock.sendall(data)
        expect(sock.recv(65536), "no answer")
        # Without TIME_WAIT, of which there would be too many.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))


def memory(pid):
    """Bytes of its own; exactly, as /proc/PID/status does not have it."""
    try:
        with open("/proc/%d/smaps_rollup" % pid) as f:
            return int(re.search(r"Anonymous: +(\d+)", f.read())[1]) * 1024
    except PermissionError:
        raise Skip("only root sees a worker's memory")


def grows(calls, bound):
    """Insists that the worker does not grow by so many bytes, three times
    in a row."""
    pid, = ONE.daemon.workers()
    memory(pid)
    one_after_another(calls[:len(calls) // 4])
    growth = []
    while not growth or growth[-1] > bound:
        expect(len(growth) < 3, "it grows: %s bytes" % growth)
        before = memory(pid)
        one_after_another(calls)
        growth.append(memory(pid) - before)
        equal(ONE.daemon.workers(), [pid], "workers")
    T.diag("%s bytes" % growth)


ROUNDS = 5000 if FULL else 200
with T.case("%d rounds of good and bad ones, and no growth" % ROUNDS):
    if daemon.sanitized():
        raise Skip("AddressSanitizer keeps what is freed; it finds leaks")
    hellos = []
    for way in WAYS:
        kept = ONE.session(FAR + 1, way)
        # The key is known, the rest is not what was sealed.
        bad = kept.but(name=kept.name[:-50] + bytes([kept.name[-50] ^ 1])
                       + kept.name[-49:]) if way != ID else kept.but(
                           name=os.urandom(32))
        hellos += [said(way, kept), said(way, bad)]
    # A leak of 100 bytes at one of them is twice as much.
    grows([functools.partial(say, data) for data in hellos] * ROUNDS,
          ROUNDS * 50)


# The cache, full to the brim

def python(leaf):
    ctx = client.context(ROOT.path, leaf, version=ssl.TLSVersion.TLSv1_2)
    ctx.options |= ssl.OP_NO_TICKET
    return ctx


def visit(ctx, session=None, port=SMALL):
    """(its session, whether it was resumed, its port)."""
    with client.Tls(port, ctx, session=session) as tls:
        tls.handshake()
        tls.echo(b"hello")
        tls.close()
        return tls.tls.session, tls.tls.session_reused, tls.port


FLOOD = 2000 if FULL else 300
CONTEXT = python(ALICE)
with T.case("a flood of sessions stays within the cache's size"):
    crowd = [visit(CONTEXT)[0] for _ in range(FLOOD)]
    equal(len({one.id for one in crowd}), FLOOD, "ids")
    # Each is asked for once, without a handshake of its own, which would be
    # kept as well.
    there = sum(resume.probe(SMALL, resume.Kept(ID, one.id, b""))
                for one in crowd)
    T.diag("%d of %d are there still, of %d at most" % (there, FLOOD, SIZE))
    expect(0 < there <= SIZE, "%d sessions are there" % there)
    for _ in range(4):
        fresh = visit(CONTEXT)[0]
        for pid in D.workers():
            with S.only(pid):
                expect(visit(CONTEXT, fresh)[1], "a fresh one: not resumed")

with T.case("and memory within its bounds"):
    if daemon.sanitized():
        raise Skip("AddressSanitizer keeps what is freed")
    grows([functools.partial(visit, CONTEXT, port=FAR + 2)] * 200, 200 * 200)

with T.case("many at once, a worker killed: nobody is taken for another"):
    since = D.mark()
    expected, faults = {}, []
    stop = threading.Event()

    def come_and_go(leaf):
        """Comes back with its last three sessions in turn."""
        ctx, sessions = python(leaf), []
        for turn in range(1 << 30):
            if stop.is_set():
                return
            try:
                session = (sessions.pop(0) if len(sessions) > 2 else None)
                session, _, port = visit(ctx, session)
                sessions.append(session)
                expected[port] = leaf.label
            except (OSError, EOFError):
                pass    # its worker was killed
            except Exception as error:
                faults.append(error)
                return

    threads = [threading.Thread(target=come_and_go, args=(leaf,))
               for leaf in (ALICE, BOB, ALICE, BOB)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(8 if FULL else 2):
            seen = len(D.conns(since))
            wait_for(lambda: len(D.conns(since)) > seen + 100, "visits")
            doomed = D.workers()[0]
            os.kill(doomed, signal.SIGKILL)
            wait_for(lambda: len(set(D.workers()) - {doomed}) == 2,
                     "a new worker")
        seen = len(D.conns(since))
        wait_for(lambda: len(D.conns(since)) > seen + 100, "visits")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    equal(faults, [], "faults")
    count = {"yes": 0, "no": 0}
    for line in D.conns(since):
        if "identity" not in line or line.reason != 0:
            continue
        who = expected.get(int(line["peer"].rpartition(":")[2]))
        expect(who is None or "CN=%s," % who in line["identity"],
               "%s came: %s" % (who, line.line))
        equal(line["verified"], "yes", line.line)
        count[line["resumed"]] += 1
    T.diag("%(yes)d resumed, %(no)d began anew" % count)
    expect(count["yes"] > 50, "hardly any resumed")

with T.case("the daemons end well"):
    D.close()
    FOREIGN.daemon.close()
    ONE.daemon.close()
T.done()
