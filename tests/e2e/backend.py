#!/usr/bin/env python3
"""A service that is down, slow, full, resets, or listens on a unix path: the
client gets a clean end, and the log names it."""

import select
import socket
import ssl
import sys
import threading
import time

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, tap  # noqa: E402
from lib.tap import among, equal, expect, wait_for  # noqa: E402

T = tap.Tap(120)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])


def listener(backlog):
    """A socket that listens and that nobody accepts from."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(backlog)
    T.cleanup(sock.close)
    return sock


def resets_at_once(conn, _backend):
    backend.reset(conn)


def resets_midway(conn, _backend):
    conn.recv(4)
    conn.sendall(b"half of")
    # The reset must not overtake what was sent.
    time.sleep(0.2)
    backend.reset(conn)


def greets(conn, _backend):
    """A protocol in which the service speaks first."""
    conn.sendall(b"220 welcome\r\n")
    backend.echo(conn, _backend)


SLOW, FULL = listener(16), listener(0)
GONE_PATH = T.path("gone")
NOT_A_SOCKET = T.write("file", "")
EMPTY_PORT = daemon.free_ports()
ECHO = backend.Backend(T, backend.echo)
BACKENDS = {
    "down": "127.0.0.1:%d" % EMPTY_PORT,
    "slow": "127.0.0.1:%d" % SLOW.getsockname()[1],
    "full": "127.0.0.1:%d" % FULL.getsockname()[1],
    "reset": backend.Backend(T, resets_at_once).address,
    "midway": backend.Backend(T, resets_midway).address,
    "greets": backend.Backend(T, greets).address,
    "unix": backend.Backend(T, backend.echo, unix=T.path("u")).address,
    "unix-gone": "unix:" + GONE_PATH,
    "unix-file": "unix:" + NOT_A_SOCKET,
    "ipv6": backend.Backend(T, backend.echo, host="::1").address,
    "echo": ECHO.address,
}
FIRST = daemon.free_ports(len(BACKENDS))
PORTS = {name: FIRST + i for i, name in enumerate(BACKENDS)}
D = daemon.Daemon(T, policy.text(*(
    policy.Rule(name, PORTS[name], RING, address)
    for name, address in BACKENDS.items())))
BEFORE = {pid: daemon.descriptors(pid) for pid in D.workers()}
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def connect(name, version, **more):
    context = client.context(ROOT.path, ALICE, version=version)
    return client.Tls(PORTS[name], context, **more)


def at_backend(line, name):
    """The log names the service."""
    address = BACKENDS[name]
    if address.startswith("unix:"):
        address = address[len("unix:"):]
    equal(line.get("backend"), address, "backend\n" + line.line)


def rest(tls):
    """Reads to the end: what came, and how it ended."""
    data = b""
    try:
        while True:
            more = tls.recv()
            if not more:
                return data, "close_notify"
            data += more
    except ssl.SSLEOFError:
        return data, "truncated"
    except ssl.SSLError as error:
        return data, "alert " + str(client.alert_of(error))
    except ConnectionResetError:
        return data, "reset"


for version in VERSIONS:
    for name in ("down", "unix-gone", "unix-file"):
        with T.case("%s: %s" % (version.name, name)):
            since = D.mark()
            with connect(name, version) as tls:
                tls.handshake()
                data, end = rest(tls)
                own = tls.port
            equal(data, b"", "what the client got")
            expect(end == "close_notify" or end.startswith("alert"),
                   "the end was: " + end)
            line = D.conn(since, own)
            equal(line.reason, 7101, "reason\n" + line.line)
            at_backend(line, name)

    with T.case("%s: the service resets at once" % version.name):
        since = D.mark()
        with connect("reset", version) as tls:
            tls.handshake()
            data, end = rest(tls)
            own = tls.port
        line = D.conn(since, own)
        among(line.reason, {7103}, "reason\n" + line.line)
        expect(end != "reset", "the end was: " + end)

    with T.case("%s: the service resets midway" % version.name):
        since = D.mark()
        with connect("midway", version) as tls:
            tls.handshake()
            tls.send(b"ping")
            data, end = rest(tls)
            own = tls.port
        line = D.conn(since, own)
        equal(line.reason, 7103, "reason\n" + line.line)
        equal(data, b"half of", "what the client got")
        # A close_notify would say that this was all.
        expect(end != "close_notify", "the end looks complete")
        equal((line["in"], line["out"]), ("4", "7"), "bytes\n" + line.line)

    with T.case("%s: a service that speaks first" % version.name):
        with connect("greets", version) as tls:
            tls.handshake()
            equal(tls.recv_exactly(13), b"220 welcome\r\n", "the greeting")
            tls.echo(b"EHLO")
            tls.close()

    for name in ("unix", "ipv6"):
        with T.case("%s: a service at %s" % (version.name, name)):
            since = D.mark()
            with connect(name, version) as tls:
                tls.handshake()
                tls.echo(b"hello there")
                tls.close()
                own = tls.port
            line = D.conn(since, own)
            equal(line.reason, 0, "reason\n" + line.line)
            at_backend(line, name)

    with T.case("%s: the client resets" % version.name):
        since, before = D.mark(), ECHO.seen()
        tls = connect("echo", version).handshake()
        tls.echo(b"x")
        backend.reset(tls.sock)
        line = D.conn(since, tls.port)
        among(line.reason, {7201, 7202}, "reason\n" + line.line)

    with T.case("%s: the client ends without close_notify" % version.name):
        since = D.mark()
        tls = connect("echo", version).handshake()
        tls.echo(b"x")
        tls.sock.close()
        line = D.conn(since, tls.port)
        among(line.reason, {7201, 7202}, "reason\n" + line.line)

with T.case("a service that is slow to accept"):
    since = D.mark()
    with connect("slow", VERSIONS[1]) as tls:
        tls.handshake()
        tls.send(b"early")
        # Nobody has accepted yet; it must be kept until then.
        wait_for(lambda: select.select([SLOW], [], [], 0)[0], "the backlog")
        time.sleep(0.5)
        conn = SLOW.accept()[0]
        conn.settimeout(10)
        equal(conn.recv(100), b"early", "what reached the service")
        conn.sendall(b"late")
        conn.shutdown(socket.SHUT_WR)
        equal(rest(tls), (b"late", "close_notify"), "what the client got")
        tls.close_write()
        equal(conn.recv(100), b"", "after the last byte")
        conn.close()
        equal(D.conn(since, tls.port).reason, 0, "reason")

with T.case("a service whose queue is full"):
    since = D.mark()
    filler = []
    while True:
        sock = socket.socket()
        sock.settimeout(0.3)
        try:
            sock.connect(FULL.getsockname())
            filler.append(sock)
        except socket.timeout:
            sock.close()
            break
    with connect("full", VERSIONS[1], limit=60) as tls:
        begun = time.monotonic()
        tls.handshake()
        # Meanwhile others are served.
        with connect("echo", VERSIONS[1]) as other:
            other.handshake()
            other.echo(b"meanwhile")
            other.close()
        data, end = rest(tls)
        spent = time.monotonic() - begun
        own = tls.port
    equal(data, b"", "what the client got")
    expect(end == "close_notify" or end.startswith("alert"),
           "the end was: " + end)
    line = D.conn(since, own)
    equal(line.reason, 7102, "reason\n" + line.line)
    T.diag("after %.1f s" % spent)
    for sock in filler:
        sock.close()

with T.case("a service that comes back"):
    with socket.socket() as late:
        late.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        late.bind(("127.0.0.1", EMPTY_PORT))
        late.listen()

        def serve():
            conn = late.accept()[0]
            with conn:
                conn.sendall(conn.recv(100))
                conn.recv(1)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with connect("down", VERSIONS[1]) as tls:
            tls.handshake()
            tls.echo(b"there it is")
            tls.close()
        thread.join(5)

with T.case("no worker was lost, nothing is left open"):
    equal(D.zombies(), [], "zombies")
    equal(set(D.workers()), set(BEFORE), "the workers")
    wait_for(lambda: all(daemon.descriptors(pid) <= count
                         for pid, count in BEFORE.items()),
             "descriptors to be closed")

with T.case("the daemon ends well"):
    D.close()
T.done()
