#!/usr/bin/env python3
"""Which rule a connection gets: ranges of ports, addresses, priority, rules
that switch TLS off, and no rule at all."""

import socket
import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, hello, pki, policy, tap  # noqa: E402
from lib.tap import equal, expect  # noqa: E402

T = tap.Tap(90)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
OTHER_ROOT = P.ca("other-root")
BOB = P.leaf("bob", OTHER_ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
OTHER_RING = P.ring(T.path("other-ring"), P.server("server-2", ROOT),
                    trusted=[OTHER_ROOT])


def answers(text):
    """A service that says who it is, then echoes."""
    def serve(conn, service):
        conn.sendall(text)
        backend.echo(conn, service)
    return backend.Backend(T, serve)


ONE, TWO, CLEAR = answers(b"one"), answers(b"two"), answers(b"clr")
RANGE = daemon.free_ports(5)
SHARED, OFF, SIX, FOUR = (daemon.free_ports() for _ in range(4))
RULES = [
    policy.Rule("range", "%d-%d" % (RANGE, RANGE + 4), RING, ONE.address),
    policy.Rule("near", SHARED, RING, ONE.address, remote="127.0.0.1",
                priority=20),
    policy.Rule("subnet", SHARED, OTHER_RING, TWO.address,
                remote="127.0.1.0/24", priority=10),
    # Wider than the rule above, but asked later.
    policy.Rule("wide", SHARED, RING, CLEAR.address,
                remote="127.0.0.5-127.0.1.200", priority=5,
                enabled=False),
    policy.Rule("off", OFF, backend=CLEAR.address, enabled=False),
    policy.Rule("six", SIX, RING, TWO.address, local="::1"),
    policy.Rule("four", FOUR, RING, ONE.address, local="127.0.0.1",
                trace=6),
]
D = daemon.Daemon(T, policy.text(*RULES))


def served(port, says, rule, leaf=ALICE, **more):
    since = D.mark()
    with client.Tls(port, client.context(ROOT.path, leaf), **more) as tls:
        tls.handshake()
        equal(tls.recv_exactly(3), says, "which service")
        tls.echo(b"hello")
        tls.close()
        own = tls.port
    line = D.conn(since, own)
    equal(line["rule"], rule, "rule")
    equal(line.reason, 0, "reason\n" + line.line)
    return line


def refused(port, reason, rule, **more):
    since = D.mark()
    with client.Tls(port, client.context(ROOT.path, ALICE), **more) as tls:
        own = tls.port
        try:
            tls.handshake()
            tls.recv()
            expect(False, "it was served")
        except OSError:
            pass
    line = D.conn(since, own)
    equal(line.reason, reason, "reason\n" + line.line)
    equal(line.get("rule") or None, rule, "rule")
    return line


for offset in range(5):
    with T.case("port %d of a range of 5" % (offset + 1)):
        line = served(RANGE + offset, b"one", "range")
        expect(line["local"].endswith(":%d" % (RANGE + offset)), line.line)

with T.case("the range over IPv6"):
    line = served(RANGE + 2, b"one", "range", host="::1")
    expect(line["peer"].startswith("[::1]:"), line.line)

with T.case("one port, several rules: by address"):
    served(SHARED, b"one", "near")
with T.case("one port, several rules: by subnet, with its own trust"):
    served(SHARED, b"two", "subnet", leaf=BOB, source="127.0.1.7")
with T.case("a certificate of the other rule is not good here"):
    refused(SHARED, 435, "subnet", source="127.0.1.7")


def in_clear(port, rule, source="127.0.0.1"):
    since = D.mark()
    with socket.create_connection(("127.0.0.1", port), 10,
                                  (source, 0)) as sock:
        own = sock.getsockname()[1]
        equal(sock.recv(3), b"clr", "which service")
        sock.sendall(b"plain")
        equal(sock.recv(5), b"plain", "the echo")
        sock.shutdown(socket.SHUT_WR)
        equal(sock.recv(1), b"", "the end")
    line = D.conn(since, own)
    equal(line["rule"], rule, "rule")
    equal(line.reason, 0, "reason\n" + line.line)
    equal((line["in"], line["out"]), ("5", "8"), "bytes\n" + line.line)
    expect("clear" in line.line.lower(), "clear is not said: " + line.line)


with T.case("TTLSEnabled Off relays in clear and says so"):
    in_clear(OFF, "off")
with T.case("TTLSEnabled Off by address, on a port that others secure"):
    in_clear(SHARED, "wide", "127.0.0.9")
with T.case("a clear service is not offered TLS"):
    since = D.mark()
    answer, own = hello.ask(OFF, hello.client_hello([0x1301]), finish=True)
    expect(answer.data.startswith(b"clr\x16"), repr(answer.data))

with T.case("no rule for this address: closed, not relayed"):
    before = [service.seen() for service in (ONE, TWO, CLEAR)]
    refused(SHARED, 7001, None, source="127.0.3.1")
    equal([service.seen() for service in (ONE, TWO, CLEAR)], before,
          "what reached the services")
with T.case("no rule, plain text: closed without a byte"):
    since = D.mark()
    with socket.create_connection(("127.0.0.1", SHARED), 10,
                                  ("127.0.3.1", 0)) as sock:
        own = sock.getsockname()[1]
        try:
            equal(sock.recv(100), b"", "what was said")
        except ConnectionResetError:
            pass
    equal(D.conn(since, own).reason, 7001, "reason")

with T.case("a rule for ::1 only"):
    served(SIX, b"two", "six", host="::1")
    try:
        socket.create_connection(("127.0.0.1", SIX), 5).close()
        expect(False, "it listens on IPv4")
    except ConnectionRefusedError:
        pass
with T.case("a rule for 127.0.0.1 only"):
    served(FOUR, b"one", "four")
    for host in ("127.0.0.2", "::1"):
        try:
            socket.create_connection((host, FOUR), 5).close()
            expect(False, "it listens on " + host)
        except ConnectionRefusedError:
            pass

with T.case("Trace with bit 4 tells the mapping, and only there"):
    since = D.mark()
    served(SIX, b"two", "six", host="::1")
    served(FOUR, b"one", "four")
    with D.changed:
        maps = [line for line in D.lines[since:] if " map: " in line]
    equal(len(maps), 1, "lines that tell a mapping")
    expect(' map: rule="four" peer=127.0.0.1:' in maps[0], maps[0])
    expect(maps[0].endswith("local=127.0.0.1:%d" % FOUR), maps[0])

with T.case("the daemon ends well"):
    D.close()

T.done()
