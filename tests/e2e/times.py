#!/usr/bin/env python3
"""Rules that are in force at times: forwarded ports and wrapped services, by
the clock of the daemon's zone or of another; what is closed out of hours."""

import os
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True

from lib import backend, client, daemon, policy, tap, wrap  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(200)
S = wrap.Setting(T)
NO_RULE, CLEAR = 7001, 7002
DAY = 24 * 60
# Around now, and far from it; no test runs for two hours.
NOW = int(time.time()) // 60 % DAY


def hours(begin, end, zone="UTC"):
    """A condition from `begin` to `end`, minutes from now."""
    return ("\tIpTimeCondition\n\t{\n\t\tTimeOfDayRange %02d:%02d-%02d:%02d\n"
            "\t\tTimeZone %s\n\t}\n" % (
                *divmod((NOW + begin) % DAY, 60),
                *divmod((NOW + end) % DAY, 60), zone))


IN = hours(-120, 120)
OUT = hours(120, -120)


def seconds(begin, end):
    """A condition from one second to another; None: no end."""
    def stamp(at):
        return time.strftime("%Y%m%d%H%M%S", time.gmtime(at))
    return ("\tIpTimeCondition\n\t{\n\t\tConditionTimeRange %s:%s\n"
            "\t\tTimeZone UTC\n\t}\n" % (
                stamp(begin), "99991231235959" if end is None else stamp(end)))


class Timed(policy.Rule):
    """A rule with lines of its own."""

    def __init__(self, name, port, also="", direction="Inbound", **more):
        super().__init__(name, port, S.ring, **more)
        self.also = also
        self.direction = direction

    def text(self):
        text = super().text()
        mark = "\tDirection Inbound\n"
        expect(mark in text, text)
        return text.replace(mark, "\tDirection %s\n%s" % (
            self.direction, self.also), 1)


def answers(text):
    def serve(conn, service):
        conn.sendall(text)
        backend.echo(conn, service)
    return backend.Backend(T, serve)


ONE, TWO = answers(b"one"), answers(b"two")


def talk(port, says):
    with client.Tls(port, S.full) as link:
        link.handshake()
        equal(link.recv_exactly(3), says, "which service")
        link.echo(b"hello")
        link.close()


def closed(d, port):
    """Neither TLS nor plain text is answered, and the log says why."""
    since = d.mark()
    before = ONE.seen(), TWO.seen()
    with client.Tls(port, S.full) as link:
        own = link.port
        expect(not link.fill(), "the port answers")
    line = d.conn(since, own)
    equal(line.reason, NO_RULE, line.line)
    since = d.mark()
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        own = sock.getsockname()[1]
        try:
            equal(sock.recv(100), b"", "what was said")
        except ConnectionResetError:
            pass
    equal(d.conn(since, own).reason, NO_RULE, "reason")
    equal((ONE.seen(), TWO.seen()), before, "what reached the services")


with T.case("forwarded: the rule that is in force counts"):
    pair, alone, never = (daemon.free_ports() for _ in range(3))
    D = daemon.Daemon(T, policy.text(
        Timed("rest", pair, OUT, backend=ONE.address, priority=9),
        Timed("work", pair, IN, backend=TWO.address, priority=1),
        Timed("either", alone, OUT + IN, backend=ONE.address),
        Timed("never", never, OUT, backend=ONE.address,
              remote="127.0.0.1")))
    talk(pair, b"two")
    talk(alone, b"one")
with T.case("forwarded: a port out of hours is open, and closed to all"):
    closed(D, never)
with T.case("forwarded: no rule at any time is another reason"):
    since = D.mark()
    with client.Tls(never, S.full, source="127.0.0.9") as link:
        own = link.port
        expect(not link.fill(), "the port answers")
    equal(D.conn(since, own).reason, NO_RULE, "reason")
    D.stop()


def zone_file(offset):
    """A zone so many hours east (tzfile(5)), as whoever starts sees it."""
    head = b"TZif2" + bytes(15) + struct.pack(">6I", 0, 0, 0, 0, 1, 4)
    body = struct.pack(">iBB", offset * 3600, 0, 0) + b"TST\0"
    path = T.path("zone-%d" % offset)
    with open(path, "wb") as f:
        f.write(head + body + head + body + b"\nTST%d\n" % -offset)
    os.chmod(path, 0o600)
    return path


with T.case("the local clock is that of TZ, read before workers start"):
    port = daemon.free_ports()
    path = zone_file(9)
    D = daemon.Daemon(T, policy.text(
        Timed("here", port, hours(9 * 60 - 120, 9 * 60 + 120, "Local"),
              backend=ONE.address, priority=9),
        Timed("there", port, hours(-120, 120, "Local"),
              backend=TWO.address)), wrapper=("env", "TZ=:" + path))
    os.unlink(path)
    talk(port, b"one")
    D.stop()

with T.case("rules change without a reload, connections stay"):
    port = daemon.free_ports()
    change = int(time.time()) + 4
    D = daemon.Daemon(T, policy.text(
        Timed("early", port, seconds(change - 3600, change - 1),
              backend=ONE.address),
        Timed("late", port, seconds(change, None), backend=TWO.address)),
        workers=1)
    with client.Tls(port, S.full) as held:
        held.handshake()
        equal(held.recv_exactly(3), b"one", "before")
        if time.time() >= change:
            raise Skip("this machine is too slow")
        wait_for(lambda: time.time() >= change, "the change")
        talk(port, b"two")
        held.echo(b"still here")
        held.close()
    D.stop()

with T.case("rules change at the minute"):
    if not os.environ.get("SALLYPORT_FULL"):
        raise Skip("takes up to a minute: SALLYPORT_FULL=1")
    port = daemon.free_ports()
    # Not the last seconds: the daemon must be there before.
    wait_for(lambda: time.time() % 60 < 50, "a minute's start", 15)
    change = (int(time.time()) // 60 + 1) * 60
    ahead = change // 60 % DAY - NOW
    D = daemon.Daemon(T, policy.text(
        Timed("early", port, hours(ahead - 60, ahead), backend=ONE.address),
        Timed("late", port, hours(ahead, ahead + 60), backend=TWO.address)),
        workers=1)
    talk(port, b"one")
    if time.time() >= change:
        raise Skip("this machine is too slow")
    wait_for(lambda: time.time() >= change, "the change", 70)
    talk(port, b"two")
    D.stop()


def start(*rules, port):
    return wrap.Run(S, [S.trap, "echo", str(port), "0.0.0.0"],
                    T.write("wrapped-%d" % port, policy.text(*rules))).ready()


def secured(port):
    with client.Tls(port, S.full) as link:
        link.handshake()
        equal(wrap.line(link), b"hello from echo\n", "over TLS")
        link.echo(b"secured")
        link.close()


with T.case("wrapped, in force, for both directions"):
    port = wrap.free_ports()
    run = start(Timed("web", port, IN, direction="Both"), port=port)
    run.wait("inbound connections only", "err")
    secured(port)
    run.stop()

with T.case("wrapped, out of hours: taken over, and in clear, as on z/OS"):
    port = wrap.free_ports()
    run = start(Timed("web", port, OUT), port=port)
    run.told(r"\b%d\b.* speaks TLS by rule 'web' when it is in force; till "
             "then it is in clear" % port)
    with wrap.Plain(port) as link:
        equal(wrap.line(link), b"hello from echo\n", "in clear")
        link.echo(b"clear")
        run.wait(r"peer=127.0.0.1:%d .*reason=%d/" % (link.port, CLEAR),
                 "err")
        link.close()
    run.stop()

with T.case("wrapped, out of hours, and clear then by the policy's own word"):
    port = wrap.free_ports()
    run = start(Timed("web", port, OUT, priority=9),
                Timed("clear", port, enabled=False), port=port)
    with wrap.Plain(port) as link:
        equal(wrap.line(link), b"hello from echo\n", "in clear")
        link.echo(b"clear")
        link.close()
    run.stop()
T.done()
