#!/usr/bin/env python3
"""accept and its flags and errors, names, socket options: each call says the
same, plain and wrapped."""

import os
import re
import signal
import socket
import sys

sys.dont_write_bytecode = True

from lib import tap, wrap  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(200)
S = wrap.Setting(T)


def times(count):
    def drive(trap):
        trap.ready()
        return [trap.use() for _ in range(count)]
    return drive


with T.case("accept4 and its flags"):
    wrap.both(S, times(6), "accept4")
with T.case("flags of the descriptor"):
    wrap.both(S, times(1), "flags")
with T.case("what is no listener of TCP"):
    wrap.both(S, times(1), "errors")


def refuses(trap):
    """Whether the port refuses connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", trap.at)) != 0


def asleep(pid):
    """Whether every thread of the process sleeps in the kernel."""
    folder = "/proc/%d/task" % pid
    for task in os.listdir(folder):
        with open("%s/%s/stat" % (folder, task)) as f:
            if f.read().rpartition(")")[2].split()[0] != "S":
                return False
    return True


def shut(trap):
    trap.wait("^waiting")
    wait_for(lambda: asleep(trap.service()), "the thread to sleep")
    trap.write()
    trap.wait("^port is closed")
    wait_for(lambda: refuses(trap), "the port to be closed")
    trap.write()
    trap.ready()
    return trap.use()


for how in ("read", "both"):
    with T.case("shutdown of the listener wakes accept: " + how):
        wrap.both(S, shut, "shutdown", how)


def silent(trap):
    """A client that says nothing until the service has given up once."""
    trap.ready()
    link, tag = trap.greeted()
    with link:
        link.echo(b"late")
        link.close()
    return tag


for when in ("early", "late"):
    with T.case("SO_RCVTIMEO set %s" % when):
        wrap.both(S, silent, "timeout", when)


def interrupted(trap):
    pid = int(trap.wait("^waiting").split()[1])
    wait_for(lambda: asleep(pid), "it to wait")
    os.kill(pid, signal.SIGUSR1)
    trap.ready()
    wait_for(lambda: asleep(pid), "it to wait")
    os.kill(pid, signal.SIGUSR1)
    return trap.use()


with T.case("a signal interrupts accept, or does not"):
    wrap.both(S, interrupted, "interrupt", adapt=lambda wrapped, line:
              re.sub(r"waiting \d+", "waiting", line))


def short_of_descriptors(trap):
    trap.ready()
    links = [trap.connect() for _ in range(3)]
    for link in links:
        link.send(b"kept")
        link.close_write()
    return sorted(wrap.rest(link) for link in links)


with T.case("no descriptor left: EMFILE, and nobody is lost"):
    wrap.both(S, short_of_descriptors, "emfile")


def three(host):
    def drive(trap):
        trap.ready()
        for _ in range(2):
            with trap.connect(host=host) as link:
                wrap.rest(link)
        return trap.use(host=host)
    return drive


for listens, comes in (("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.2"),
                       ("::1", "::1"), ("::", "::1"), ("::", "127.0.0.1")):
    with T.case("names: listener %s, client of %s" % (listens, comes)):
        wrap.both(S, three(comes), "names", host=listens)

# What a wrapped service may see otherwise, and why.
ALLOWED = (
    # A clock; and what the kernel knows of a route only later.
    r"\w+ TCP_TIMESTAMP: ", r"connection IP(V6)?_MTU: ",
    # Their control messages do not exist between local sockets.
    r"\w+ (SO_ZEROCOPY|TCP_INQ) ",
    # What the segments of the client's own connection are like.
    r"connection TCP_(MAXSEG|WINDOW_CLAMP)\b",
    # Whether buffers were set by hand before.
    r"\w+ SO_BUF_LOCK: ",
    # No TCP has anything to do with it.
    r"connection IP_MULTICAST_TTL", r"\w+ level 9999",
)


def options(_wrapped, text):
    return None if any(re.match(pattern, text) for pattern in ALLOWED) \
        else text


for host in ("127.0.0.1", "::1"):
    with T.case("every socket option, " + host):
        wrap.both(S, times(1), "options", host=host, adapt=options)
for when in ("before", "after"):
    with T.case("options set %s listen, at the connection" % when):
        wrap.both(S, times(1), "options-kept", when, adapt=options)

with T.case("io_uring is not to be had"):
    ring = wrap.Trap(S, "io-uring")
    ring.end()
    equal(ring.said(), ["io_uring_setup: ENOSYS"], "it said")
expect(T.count > 10, "cases")
T.done()
