#!/usr/bin/env python3
"""What services do to their listeners, plain and wrapped: readiness, copies,
processes, threads, exec, the same port again."""

import concurrent.futures
import os
import signal
import sys

sys.dont_write_bytecode = True

from lib import FULL, tap, wrap  # noqa: E402
from lib.daemon import spent  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(300)
S = wrap.Setting(T)


def times(count):
    """So many clients, one after the other."""
    def drive(trap):
        trap.ready()
        return [trap.use() for _ in range(count)]
    return drive


def patient(count):
    """The like, where the one who made the port listen has just left it to
    others: a client of that very moment may be turned away."""
    def once(trap):
        try:
            return trap.use()
        except OSError:
            return None

    def drive(trap):
        trap.ready()
        return [wait_for(lambda: once(trap), "service")
                for _ in range(count)]
    return drive


def crowd(count):
    """So many clients, all connected before one of them is done."""
    def drive(trap):
        trap.ready()
        links = []
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            tags = sorted(tag for link, tag in pool.map(
                lambda _: trap.greeted(), range(count))
                if links.append(link) is None)
        for link in links:
            with link:
                link.echo(b"here")
                link.close()
        return tags
    return drive


def waiting(count):
    """So many clients that ask and finish before they are accepted."""
    def drive(trap):
        trap.ready()
        os.kill(trap.service(), signal.SIGSTOP)
        links = [trap.connect() for _ in range(count)]
        for link in links:
            link.send(b"asked early")
            link.close_write()
        os.kill(trap.service(), signal.SIGCONT)
        return [wrap.rest(link) for link in links]
    return drive


for flags in ("level", "edge", "oneshot", "exclusive"):
    with T.case("epoll registered before bind: " + flags):
        wrap.both(S, times(3), "epoll", flags, 3)
    with T.case("epoll, clients wait: " + flags):
        wrap.both(S, waiting(3), "epoll", flags, 3)
with T.case("epoll registered before bind: the table"):
    wrap.both(S, times(1), "epoll-table")
with T.case("epoll registered before fork"):
    wrap.both(S, times(1), "epoll-fork")
with T.case("epoll on a copy that another process makes listen"):
    wrap.both(S, patient(3), "epoll-copy")
with T.case("poll"):
    wrap.both(S, times(2), "poll")
with T.case("select"):
    wrap.both(S, times(2), "select")
for when in ("late", "early"):
    with T.case("SIGIO, asked for " + when):
        wrap.both(S, times(1), "sigio", when)

for host in ("127.0.0.1", "0.0.0.0", "::1", "::"):
    with T.case("dup before listen, accept on the copy: " + host):
        wrap.both(S, times(3), "dup", host=host)
with T.case("dup before listen, listen on the copy"):
    wrap.both(S, times(3), "dup-listen")
with T.case("dup2, dup3, F_DUPFD before and after listen"):
    wrap.both(S, times(8), "dup-ways")
with T.case("listen again with another backlog"):
    wrap.both(S, times(2), "relisten")
for who in ("parent", "child"):
    with T.case("fork between bind and listen, listen in the " + who):
        wrap.both(S, times(1), "fork-between", who, "keeps")
    with T.case("the same, and its descriptor is closed at once: " + who):
        wrap.both(S, patient(1), "fork-between", who)
with T.case("fork between bind and listen, listen in both"):
    wrap.both(S, crowd(2), "fork-both")
with T.case("accept in four processes, forked after listen"):
    wrap.both(S, crowd(4), "prefork")
with T.case("accept in four processes, forked before listen"):
    wrap.both(S, crowd(4), "prefork", "late")
with T.case("accept in four threads"):
    wrap.both(S, crowd(4), "threads")


def every_process(trap):
    """The kernel chooses whom a connection goes to: until all had one."""
    trap.ready()
    seen = set()
    for _ in range(300):
        seen.add(trap.use())
        if len(seen) == 4:
            break
    trap.write()
    trap.proc.stdin.close()
    return sorted(seen)


with T.case("SO_REUSEPORT in four processes"):
    wrap.both(S, every_process, "reuseport")

for first in ("", "bound"):
    with T.case("a listener by SCM_RIGHTS" + (first and ", only bound")):
        wrap.both(S, patient(2), "rights", first)

for how in ("execve", "execv", "execvp", "execl", "execlp"):
    with T.case("exec keeps the listener: " + how):
        wrap.both(S, times(1), "exec", how, adapt=lambda wrapped, line:
                  None if line.startswith("LD_PRELOAD") else line)
for how in ("execve-clean", "execve-other", "execvpe-clean", "execle-clean",
            "fexecve-clean", "execveat-clean", "posix_spawn-clean",
            "posix_spawnp-clean", "vfork-clean", "clearenv", "unsetenv"):
    with T.case("exec keeps the listener, its environment cleaned: " + how):
        wrap.both(S, times(1), "exec", how, adapt=lambda wrapped, line:
                  None if line.startswith("LD_PRELOAD") else line)
with T.case("a shell in between keeps the listener"):
    wrap.both(S, times(1), "system", adapt=lambda wrapped, line:
              None if line.startswith("LD_PRELOAD") else line)


def each(trap):
    trap.ready()
    return [trap.use(trap.at + i) for i in range(40)]


with T.case("forty listeners in one process"):
    wrap.both(S, each, "many", 40, count=40)


def port_said(trap):
    port = int(trap.wait("^port ").split()[1])
    return trap.use(port)


for how in ("bind", "listen"):
    with T.case("a port that the kernel chooses at " + how):
        wrap.both(S, port_said, "ephemeral", how, ports="1024-65535",
                  host="127.0.0.1", adapt=lambda wrapped, line: None)


def rounds(trap):
    for nth in range(10):
        trap.ready(nth + 1)
        trap.use()
    trap.wait("^bound")


TIMES = 10000 if FULL else 300
with T.case("close and bind again, %d times" % TIMES):
    wrap.both(S, lambda trap: trap.wait("^bound", limit=90), "rebind", TIMES)
with T.case("close and bind again with SO_REUSEADDR and clients"):
    wrap.both(S, rounds, "rebind", 100, 1)


def held(trap):
    trap.ready()
    tags = [trap.use()]
    trap.write()
    trap.wait("^again")
    return tags + [trap.use()]


with T.case("the port is held by a child, and then free"):
    wrap.both(S, held, "held")

def in_jail(trap):
    tags = [trap.ready().use()]
    trap.ready(2)
    return tags + [trap.use()]


with T.case("a service that has changed its root and user"):
    if not wrap.ROOTLY:
        raise tap.Skip("only root can")
    os.mkdir(T.path("empty"))
    wrap.both(S, in_jail, "jail", T.path("empty"), 65534, user=0, group=0)

with T.case("a service that waits uses no processor"):
    idle = wrap.Trap(S, "echo").ready()
    idle.use()
    before = spent(idle.service())
    for _ in range(20):
        idle.use()
    expect(spent(idle.service()) - before < 0.5, "processor time")
    equal(len(idle.agents()), 1, "agents")
    idle.stop()
    wait_for(lambda: not idle.left(), "all to end")
T.done()
