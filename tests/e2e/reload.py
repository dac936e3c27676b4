#!/usr/bin/env python3
"""SIGHUP: the new policy takes over, nobody is dropped, and a policy with an
error changes nothing."""

import re
import signal
import socket
import sys
import threading

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, tap  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(90)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
CONTEXT = client.context(ROOT.path, ALICE)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])


def says(text):
    def serve(conn, service):
        conn.sendall(text)
        backend.echo(conn, service)
    return backend.Backend(T, serve).address


ONE, TWO = says(b"one"), says(b"two")
KEPT, GOES, COMES = (daemon.free_ports() for _ in range(3))
PATH = T.path("reload.policy")


def write(*rules):
    T.write("reload.policy", policy.text(*rules))


def connect(port):
    """A connection, and which service it led to."""
    tls = client.Tls(port, CONTEXT).handshake()
    return tls, tls.recv_exactly(3)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
        return True
    except ConnectionRefusedError:
        return False
    except ConnectionResetError:
        # It was in the queue when the queue was closed.
        return True


def reload(pattern):
    since = D.mark()
    D.proc.send_signal(signal.SIGHUP)
    D.wait_line(re.compile(pattern), since)


write(policy.Rule("kept", KEPT, RING, ONE),
      policy.Rule("goes", GOES, RING, ONE))
D = daemon.Daemon(T, PATH)
OLD = set(D.workers())
held = [connect(KEPT), connect(GOES)]

with T.case("the new policy serves"):
    write(policy.Rule("kept", KEPT, RING, TWO),
          policy.Rule("comes", COMES, RING, TWO))
    reload(r"generation 2")
    for port in (KEPT, COMES):
        tls, said = connect(port)
        equal(said, b"two", "which service")
        tls.close()
    wait_for(lambda: not listens(GOES), "the old port to be closed")

with T.case("who was there goes on"):
    for tls, said in held:
        equal(said, b"one", "which service")
        tls.echo(b"still here")

with T.case("the old workers leave with their last connection"):
    expect(OLD & set(D.workers()), "they are gone already")
    for tls, _ in held:
        tls.close()
    wait_for(lambda: not OLD & set(D.workers()), "the old workers' end")
    wait_for(lambda: not D.zombies(), "their burial")
    equal(len(D.workers()), 2, "workers")

for what, broken in (
        ("an error", [policy.Rule("kept", KEPT, RING, ONE, auth="Maybe")]),
        ("a missing ring", [policy.Rule("kept", KEPT, T.path("no"), ONE)])):
    with T.case("%s: the policy that runs stays" % what):
        workers = set(D.workers())
        write(*broken)
        reload(r"refused")
        equal(set(D.workers()), workers, "the workers")
        for port in (KEPT, COMES):
            tls, said = connect(port)
            equal(said, b"two", "which service")
            tls.close()

with T.case("20 reloads under load lose no connection"):
    stop = threading.Event()
    lost = []

    def client_loop():
        while not stop.is_set():
            try:
                tls, _ = connect(KEPT)
                tls.echo(b"x")
                tls.close()
            except Exception as error:
                lost.append(repr(error))
    threads = [threading.Thread(target=client_loop) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(20):
            write(policy.Rule("kept", KEPT, RING, (ONE, TWO)[turn % 2]))
            reload(r"generation %d\b" % (turn + 3))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    equal(lost, [], "lost connections")
    wait_for(lambda: len(D.workers()) == 2, "the old workers' end")
    equal(D.zombies(), [], "zombies")

with T.case("the daemon ends well"):
    D.close()
T.done()
