#!/usr/bin/env python3
"""`sallyport run --control`: services under the host's daemon, which may be
reloaded, killed and started again."""

import os
import re
import signal
import sys

sys.dont_write_bytecode = True

from lib import client, daemon, policy, tap, wrap  # noqa: E402
from lib.service import ROOTLY  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(90)
S = wrap.Setting(T)
PORT = wrap.free_ports(3)
OTHER, CLEAR = PORT + 1, PORT + 2
SOCKET = T.path("control")
# The socket is its daemon's user's.
OURS = {"user": 0, "group": 0} if ROOTLY else {}


def rules(*ports):
    return T.write("rules", policy.text(*(
        policy.Rule("rule-%d" % port, port, S.ring) for port in ports)))


def begin(path):
    return daemon.Daemon(T, path, "--control", SOCKET,
                         *(("--user", "nobody") if ROOTLY else ()))


def service(port, *options):
    return wrap.Run(S, [S.trap, "echo", str(port)],
                    options=("--control", SOCKET, *options), **OURS)


def served(port):
    with client.Tls(port, S.full) as link:
        link.handshake()
        equal(wrap.line(link), b"hello from echo\n", "served")
        link.echo(b"words" * 1000)
        link.close()


def refused(port):
    """Connects, and never sees a word in clear."""
    with wrap.Plain(port) as link:
        link.send(b"hello?\r\n\r\n")
        said = wrap.rest(link)
        expect(b"hello from" not in said, "in clear: %r" % said)


with T.case("no daemon: the service is not started"):
    it = service(PORT)
    it.told("no daemon answers at .*; start sallyportd with --control")
    it.end(125)

with T.case("two services under one daemon"):
    POLICY = rules(PORT, OTHER)
    D = begin(POLICY)
    ONE, TWO = service(PORT), service(OTHER)
    for it, port in ((ONE, PORT), (TWO, OTHER)):
        it.told("speaks TLS by rule 'rule-%d'" % port)
        it.ready()
        equal(it.agents(), [], "private agents")
        served(port)
        refused(port)

with T.case("one ends, and its port with it; the other is served"):
    TWO.stop()
    wait_for(lambda: daemon._port_is_free(OTHER), "the port to be free")
    served(PORT)
    TWO = service(OTHER).ready()
    served(OTHER)

with T.case("a reload: who is connected stays so, others come"):
    with client.Tls(PORT, S.full) as link:
        link.handshake()
        equal(wrap.line(link), b"hello from echo\n", "before")
        since = D.mark()
        os.kill(D.pid, signal.SIGHUP)
        D.wait_line(re.compile("generation 2 serves"), since)
        served(PORT)
        served(OTHER)
        link.echo(b"still here")
        link.close()

with T.case("killed: clients wait for the next daemon, the services for both"):
    pids = ONE.service(), TWO.service()
    D.workers()
    os.kill(D.pid, signal.SIGKILL)
    D.proc.wait(10)
    wait_for(lambda: not [p for p in D.family if daemon.alive(p)],
             "the workers to follow")
    with client.Tls(PORT, S.full, limit=30) as link:
        D = begin(POLICY)
        link.handshake()
        equal(wrap.line(link), b"hello from echo\n", "who has waited")
        link.close()
    served(OTHER)
    equal((ONE.service(), TWO.service()), pids, "the services")

with T.case("killed ten times: never a word in clear"):
    for _ in range(10):
        D.workers()
        os.kill(D.pid, signal.SIGKILL)
        D.proc.wait(10)
        D = begin(POLICY)
        served(PORT)
        refused(PORT)
    equal((ONE.service(), TWO.service()), pids, "the services")

with T.case("a port that no rule names: clear and told, or refused"):
    it = service(CLEAR)
    it.told("is in clear: no rule names it")
    it.ready()
    it.stop()
    it = service(CLEAR, "--strict")
    it.told("is refused: no rule names it")
    expect(it.ended() != 0, "it was let")
    it.over = True

with T.case("what the daemon forwards, a private agent does not, and says so"):
    path = T.write("forward", policy.text(
        policy.Rule("theirs", CLEAR, S.ring, backend="127.0.0.1:1")))
    it = wrap.Run(S, ["true"], path)
    it.wait(r"rule 'theirs' is not served here.*\[SP1706\]", "err")
    it.end()

with T.case("a service that starts while the daemon is away waits in listen"):
    it = wrap.Run(S, ["/bin/sh", "-c", "read line; exec %s echo %d"
                      % (S.trap, CLEAR)],
                  options=("--control", SOCKET), **OURS)
    since = D.mark()
    wait_for(lambda: it.service(), "the service")
    D.workers()
    os.kill(D.pid, signal.SIGKILL)
    D.proc.wait(10)
    it.write()
    POLICY = rules(PORT, OTHER, CLEAR)
    D = begin(POLICY)
    it.told("speaks TLS by rule 'rule-%d'" % CLEAR)
    it.ready()
    served(CLEAR)
    it.stop()

with T.case("SIGTERM to the daemon: the services stay, and are found again"):
    D.proc.terminate()
    equal(D.proc.wait(20), 0, "exit status")
    D = begin(POLICY)
    served(PORT)
    served(OTHER)
    ONE.stop()
    TWO.stop()
    D.stop()
T.done()
