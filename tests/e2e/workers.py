#!/usr/bin/env python3
"""Workers and supervisor that die, and an orderly end."""

import os
import pwd
import re
import shutil
import signal
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True

from lib import FULL, backend, client, daemon, pki, policy, tap  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(400 if FULL else 120)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
CONTEXT = client.context(ROOT.path, P.leaf("alice", ROOT))
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
SERVICE = backend.Backend(T, backend.echo)
PORT = daemon.free_ports()
POLICY = policy.text(policy.Rule("gate", PORT, RING, SERVICE.address))


def connect():
    tls = client.Tls(PORT, CONTEXT).handshake()
    tls.echo(b"hello")
    return tls


def broken(tls):
    """Whether the connection is no more."""
    try:
        tls.echo(b"anybody there?")
        return False
    except (OSError, EOFError):
        return True


def owners_of(held, pids):
    """Which of the workers has each connection."""
    found = daemon.owners(pids, PORT, [tls.port for tls in held])
    return {tls: found[tls.port] for tls in held}


def refuses():
    """Whether nobody listens on the port."""
    try:
        socket.create_connection(("127.0.0.1", PORT), 5).close()
        return False
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        # It was in the queue when the queue was closed.
        return False


def kill_one(daemon_, doomed):
    daemon_.family.add(doomed)
    os.kill(doomed, signal.SIGKILL)
    wait_for(lambda: not daemon.alive(doomed), "the worker's death")


D = daemon.Daemon(T, POLICY, workers=2)

with T.case("as many workers as asked for"):
    equal(len(D.workers()), 2, "workers")

for turn in (1, 2, 3):
    with T.case("a killed worker costs only its own connections, %d"
                % turn):
        if os.getuid() != 0:
            raise Skip("only root sees whose a connection is")
        pids = D.workers()
        held = [connect() for _ in range(16)]
        owners = owners_of(held, pids)
        expect(None not in owners.values(), "whose? %r" % owners)
        doomed = owners[held[0]]
        since = D.mark()
        kill_one(D, doomed)
        for tls in held:
            equal(broken(tls), owners[tls] == doomed,
                  "a connection of worker %s, %s was killed"
                  % (owners[tls], doomed))
        wait_for(lambda: len(D.workers()) == 2, "a new worker")
        expect(doomed not in D.workers(), "the old worker lives")
        wait_for(lambda: not D.zombies(), "the dead worker's burial")
        D.wait_line(re.compile(r"\b%d\b" % doomed), since)
        for _ in range(8):
            connect().close()
        for tls in held:
            tls.sock.close()

KILLS = 50 if FULL else 6
# A worker that dies within its first second is replaced a second later.
PACE = 0.6


class Load(threading.Thread):
    """Connects, echoes, closes, over and over; `lost` is how often that
    failed after the connection was accepted, `refused` how often before."""

    def __init__(self, stop):
        super().__init__(daemon=True)
        self.stop = stop
        self.served = self.lost = 0
        self.refused = []
        self.start()

    def run(self):
        while not self.stop.is_set():
            try:
                tls = client.Tls(PORT, CONTEXT)
            except OSError as error:
                self.refused.append(repr(error))
                continue
            try:
                with tls:
                    tls.handshake()
                    tls.echo(b"load")
                    tls.close()
                self.served += 1
            except (OSError, EOFError):
                self.lost += 1
            time.sleep(0.01)    # for the threads that measure


with T.case("%d workers killed under load: each costs only its own" % KILLS):
    if os.getuid() != 0:
        raise Skip("only root sees whose a connection is")
    stop = threading.Event()
    load = [Load(stop) for _ in range(4)]
    held = [connect() for _ in range(24)]
    since, own_lost, order = D.mark(), 0, D.workers()
    begun = time.monotonic()
    try:
        for turn in range(KILLS):
            owners = owners_of(held, order)
            expect(None not in owners.values(), "whose? %r" % owners)
            doomed = order.pop(0)
            kill_one(D, doomed)
            for tls in held:
                equal(broken(tls), owners[tls] == doomed,
                      "kill %d: a connection of worker %s, %s was killed"
                      % (turn, owners[tls], doomed))
            own_lost += sum(at == doomed for at in owners.values())
            new = wait_for(lambda: set(D.workers()) - {doomed} - set(order),
                           "a new worker")
            order += new
            equal(len(order), 2, "workers")
            for tls in held:
                if owners[tls] == doomed:
                    tls.sock.close()
            held = [connect() if owners[tls] == doomed else tls
                    for tls in held]
            time.sleep(PACE)
    finally:
        stop.set()
        for thread in load:
            thread.join(30)
    served = sum(thread.served for thread in load)
    lost = sum(thread.lost for thread in load)
    T.diag("%d kills in %.1f s: %d connections served meanwhile, %d of the "
           "load and %d of those held lost" % (
               KILLS, time.monotonic() - begun, served, lost, own_lost))
    equal([one for thread in load for one in thread.refused], [],
          "connections that were refused")
    # Each thread has one connection at a time.
    expect(lost <= KILLS * len(load), "%d were lost" % lost)
    expect(own_lost > 0, "no held connection was ever killed")
    expect(served > 20 * KILLS, "only %d were served" % served)
    with D.changed:
        told = sum("was killed by signal 9" in line
                   for line in D.lines[since:])
    equal(told, KILLS, "deaths in the log")
    wait_for(lambda: not D.zombies(), "their burial")
    equal(len(D.workers()), 2, "workers")
    for tls in held:
        tls.close()

with T.case("connections that were never accepted are not lost"):
    # With both workers stopped, connections wait in the listen queue.
    pids = D.workers()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    waiting = [client.Tls(PORT, CONTEXT) for _ in range(4)]
    for pid in pids:
        kill_one(D, pid)
    for tls in waiting:
        tls.handshake()
        tls.echo(b"patience")
        tls.close()

with T.case("SIGTERM drains: what is open may finish"):
    tls = connect()
    D.workers()
    D.proc.terminate()
    wait_for(refuses, "the port to be closed")
    tls.echo(b"still there")
    expect(D.proc.poll() is None, "it has ended already")
    tls.close()
    equal(D.proc.wait(15), 0, "exit status")
    wait_for(lambda: not [pid for pid in D.family if daemon.alive(pid)],
             "the end of all processes")
    expect(not D.faults(), "\n".join(D.faults()))

with T.case("a second start on the same port, at once"):
    D = daemon.Daemon(T, POLICY, workers=1)
    connect().close()

with T.case("an idle daemon ends at once"):
    equal(D.stop(5), 0, "exit status")

with T.case("the supervisor killed: the port is closed, workers end"):
    D = daemon.Daemon(T, POLICY, workers=2)
    tls = connect()
    pids = D.workers()
    equal(len(pids), 2, "workers")
    before = SERVICE.seen()
    os.kill(D.pid, signal.SIGKILL)
    wait_for(refuses, "the port to be closed")
    equal(SERVICE.seen(), before, "what reached the service")
    # What was open may finish, as in any drain.
    tls.close()
    wait_for(lambda: not [pid for pid in pids if daemon.alive(pid)],
             "the workers' end")

with T.case("a second SIGTERM does not wait"):
    D = daemon.Daemon(T, POLICY, workers=2)
    tls = connect()
    D.proc.terminate()
    wait_for(refuses, "the port to be closed")
    D.proc.terminate()
    D.proc.wait(10)
    wait_for(lambda: not [pid for pid in D.family if daemon.alive(pid)],
             "the end of all processes")
    tls.sock.close()

with T.case("SIGTERM: who does not finish is ended after a while"):
    if not FULL:
        raise Skip("takes half a minute: SALLYPORT_FULL=1")
    D = daemon.Daemon(T, POLICY, workers=2)
    tls = connect()
    tls.limit = 60
    tls.sock.settimeout(60)
    D.proc.terminate()
    expect(broken(tls) is False, "it was ended at once")
    try:
        equal(tls.recv(), b"", "what came")
    except OSError:
        pass
    equal(D.conn(0, tls.port).reason, 7303, "reason")
    equal(D.proc.wait(10), 0, "exit status")

with T.case("--user: workers are somebody else, who cannot read the ring"):
    if os.getuid() != 0:
        raise Skip("needs root")
    os.chmod(T.path("pki"), 0o700)
    os.chmod(RING, 0o700)
    D = daemon.Daemon(T, POLICY, "--user", "nobody", workers=2)
    for pid in D.workers():
        with open("/proc/%d/status" % pid) as f:
            status = dict(line.split(":", 1) for line in f)
        uid = pwd.getpwnam("nobody").pw_uid
        equal(status["Uid"].split(), [str(uid)] * 4, "uid")
        equal(int(status["CapEff"], 16), 0, "capabilities")
        equal(status["NoNewPrivs"].strip(), "1", "no new privileges")
    connect().close()
    kill_one(D, D.workers()[0])
    wait_for(lambda: len(D.workers()) == 2, "a new worker")
    for _ in range(8):
        connect().close()
    D.close()

with T.case("descriptors that run out stop nobody for ever"):
    if not shutil.which("prlimit"):
        raise Skip("prlimit is not installed")
    D = daemon.Daemon(T, POLICY, workers=1,
                      wrapper=["prlimit", "--nofile=48:48"])
    crowd = [client.Tls(PORT, CONTEXT) for _ in range(100)]
    since = D.mark()
    for tls in crowd:
        tls.sock.close()
    D.wait_line(re.compile("reason="), since)
    for _ in range(8):
        connect().close()
    held = []
    for _ in range(60):
        tls = client.Tls(PORT, CONTEXT, limit=2)
        held.append(tls)
        try:
            tls.handshake()
            tls.echo(b"hello")
        except (OSError, EOFError):
            break
    expect(10 < len(held) < 48, "%d connections were served" % len(held))
    # Clients wait, and the worker waits with them.
    waiting = [client.Tls(PORT, CONTEXT) for _ in range(4)]
    pid = D.workers()[0]
    used = daemon.spent(pid)
    time.sleep(1)
    used = daemon.spent(pid) - used
    expect(used < 0.3, "the worker used %.2f s of a second" % used)
    with D.changed:
        told = sum("accepting is paused" in line for line in D.lines)
    expect(0 < told < 20, "told %d times" % told)
    for tls in waiting:
        tls.sock.close()
    for tls in held:
        tls.sock.close()
    wait_for(lambda: not broken(connect()), "service again")
    equal(D.zombies(), [], "zombies")
    D.close()

with T.case("the next start serves"):
    D = daemon.Daemon(T, POLICY, workers=2)
    connect().close()
    D.close()
T.done()
