#!/usr/bin/env python3
"""SIGHUP: the new policy takes over, nobody is dropped, and a policy with an
error changes nothing."""

import os
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
    """Returns where in the log it began."""
    since = D.mark()
    D.proc.send_signal(signal.SIGHUP)
    D.wait_line(re.compile(pattern), since)
    return since


def retired(before):
    """Waits until the old workers, given with what each had open, have let
    go of their listening sockets, for it is by signal that they are told."""
    wait_for(lambda: all(daemon.descriptors(pid) < count
                         for pid, count in before.items() if count),
             "the old workers to stop accepting")


write(policy.Rule("kept", KEPT, RING, ONE),
      policy.Rule("goes", GOES, RING, ONE))
D = daemon.Daemon(T, PATH)
OLD = set(D.workers())
held = [connect(KEPT), connect(GOES)]

with T.case("the new policy serves"):
    write(policy.Rule("kept", KEPT, RING, TWO),
          policy.Rule("comes", COMES, RING, TWO))
    before = {pid: daemon.descriptors(pid) for pid in OLD}
    reload(r"generation 2")
    retired(before)
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

TAKEN = socket.socket()
TAKEN.bind(("0.0.0.0", daemon.free_ports()))
TAKEN.listen()
TAKEN_PORT = TAKEN.getsockname()[1]

# What is wrong, the rule, the parameter it is told at, and what is told.
BROKEN = (
    ("an error", policy.Rule("kept", KEPT, RING, ONE, auth="Maybe"),
     "ClientAuthType", r"Maybe"),
    ("a missing ring", policy.Rule("kept", KEPT, T.path("no"), ONE),
     "Keyring ", r"No such file"),
    ("no trust anchor", policy.Rule("kept", KEPT, P.ring(
        T.path("untrusting"), P.server("untrusting", ROOT)), ONE),
     "Keyring ", r"trust"),
    ("a port that is taken", policy.Rule("kept", TAKEN_PORT, RING, ONE),
     "TTLSRule|LocalPortRange", r"in use"),
    ("what is not built yet", policy.Rule("kept", KEPT, RING, ONE,
                                          auth="SAFCheck"),
     "ClientAuthType", r"SAFCheck|ClientAuthType"),
)


def told(since, text, needle, words):
    """The log names file and line, and says why."""
    with D.changed:
        said = "\n".join(D.lines[since:])
    places = ["reload.policy:%d:" % policy.line_of(text, one)
              for one in needle.split("|")]
    found = [line for line in said.splitlines()
             if any(place in line for place in places)
             and re.search(words, line)]
    expect(found, "not told at %r: %r\n%s" % (places, words, said))
    expect(re.search(r"\[SP\d{4}\]", found[0]), "no code: " + found[0])


for what, broken, needle, words in BROKEN:
    with T.case("%s: the policy that runs stays, and why" % what):
        workers = set(D.workers())
        write(broken)
        told(reload(r"refused"), broken.text(), needle, words)
        equal(set(D.workers()), workers, "the workers")
        for port in (KEPT, COMES):
            tls, said = connect(port)
            equal(said, b"two", "which service")
            tls.close()

with T.case("a policy that is gone: the policy that runs stays"):
    os.unlink(PATH)
    since = reload(r"refused")
    D.wait_line(re.compile(r"reload\.policy.*No such file"), since, 1)
    tls, said = connect(KEPT)
    equal(said, b"two", "which service")
    tls.close()

with T.case("a ring that was broken meanwhile: the policy that runs stays"):
    mended = T.path("ring", "personal", "server.pem")
    with open(mended) as f:
        content = f.read()
    T.write("ring/personal/server.pem", "garbage\n")
    write(policy.Rule("kept", KEPT, RING, ONE))
    reload(r"refused")
    tls, said = connect(KEPT)
    equal(said, b"two", "which service")
    tls.close()
    # A worker that dies now is replaced under the policy that runs.
    workers = D.workers()
    os.kill(workers[0], signal.SIGKILL)
    wait_for(lambda: len(set(D.workers()) - {workers[0]}) == 2,
             "a new worker")
    for _ in range(8):
        tls, said = connect(KEPT)
        equal(said, b"two", "which service")
        tls.close()
    T.write("ring/personal/server.pem", content)

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
            reload(r"generation %d\b.* serves" % (turn + 3))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    equal(lost, [], "lost connections")
    wait_for(lambda: len(D.workers()) == 2, "the old workers' end")
    wait_for(lambda: not D.zombies(), "the old workers to be buried")

with T.case("the daemon ends well"):
    D.close()
T.done()
