#!/usr/bin/env python3
"""The private agent is killed at every stage: nobody is ever answered in the
clear, the service is unharmed and is served again. Twelve times; a hundred
and eight with SALLYPORT_FULL=1."""

import os
import signal
import socket
import ssl
import sys

sys.dont_write_bytecode = True

from lib import FULL, client, tap, wrap  # noqa: E402
from lib.daemon import alive, spent  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(600 if FULL else 150)
S = wrap.Setting(T)
ROUNDS = 9 if FULL else 1
SECRET = b"hello from"


class Spy(client.Tls):
    """A TLS client that keeps every byte it was sent."""

    def __init__(self, port):
        self.raw = b""
        super().__init__(port, S.full)

    def fill(self):
        data = self.sock.recv(65536)
        self.raw += data
        if data:
            self.incoming.write(data)
            return True
        self.ended = True
        self.incoming.write_eof()
        return False

    def proper(self):
        """Nothing but TLS records, as far as whole ones came; RFC 8446
        section 5.1."""
        raw = self.raw
        while raw:
            expect(20 <= raw[0] <= 23 and raw[1:2] in (b"", b"\3"),
                   "no record: %r" % raw[:40])
            if len(raw) < 5:
                break
            raw = raw[5 + int.from_bytes(raw[3:5], "big"):]
        expect(SECRET not in self.raw, "the service's words, in the clear")


class Talker:
    """A client without TLS that waits for an answer to what it asked."""

    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port), 15)
        self.sock.sendall(b"hello?\n")

    def proper(self):
        """It was sent an alert at most."""
        got = b""
        try:
            while True:
                data = self.sock.recv(65536)
                if not data:
                    break
                got += data
        except ConnectionError:
            pass
        expect(SECRET not in got, "in the clear: %r" % got)
        expect(got == b"" or got[0] == 21, "an answer: %r" % got)
        self.sock.close()


def hello(port):
    """A client in the middle of its handshake."""
    spy = Spy(port)
    try:
        spy.tls.do_handshake()
    except ssl.SSLWantReadError:
        spy.flush()
    return spy


def established(port):
    spy = Spy(port)
    spy.handshake()
    equal(wrap.line(spy), b"hello from echo\n", "it greets")
    return spy


def finish(spy):
    """What the killed agent's clients see: an end, and no plain byte. One
    whose connection waited in the queue is served."""
    try:
        while spy.recv():
            if SECRET in spy.raw:
                break
            spy.close_write()
    except (OSError, ssl.SSLError):
        pass
    spy.proper()
    spy.sock.close()


def kill(trap, target):
    agent = trap.supervisor()
    workers = wait_for(trap.workers, "a worker")
    victims = {"supervisor": [agent], "worker": workers,
               "both": [agent] + workers}[target]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    return victims


def works(trap):
    """The service is served, by an agent that lives."""
    def once():
        try:
            with Spy(trap.at) as spy:
                spy.handshake()
                equal(wrap.line(spy), b"hello from echo\n", "it greets")
                spy.echo(b"served again")
                spy.close()
                spy.proper()
                return True
        except (OSError, EOFError, ssl.SSLError):
            return False
    wait_for(once, "service again", 15)


def at_rest(trap, target):
    return kill(trap, target)


def mid_handshake(trap, target):
    spies = [hello(trap.at) for _ in range(3)]
    talkers = [Talker(trap.at) for _ in range(2)]
    victims = kill(trap, target)
    # And those that come while there is none.
    spies += [hello(trap.at) for _ in range(2)]
    talkers += [Talker(trap.at) for _ in range(2)]
    for spy in spies:
        finish(spy)
    for talker in talkers:
        talker.proper()
    return victims


def mid_transfer(trap, target):
    spies = [established(trap.at) for _ in range(3)]
    for spy in spies:
        spy.sock.setblocking(False)
        try:
            for _ in range(50):
                spy.tls.write(b"x" * 16000)
                spy.sock.send(spy.outgoing.read())
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        spy.sock.settimeout(15)
    victims = kill(trap, target)
    for spy in spies:
        # A worker that has lost its supervisor serves what it has.
        if target == "supervisor":
            spy.sock.shutdown(socket.SHUT_WR)
        try:
            while spy.fill():
                pass
        except OSError:
            pass
        spy.proper()
        spy.sock.close()
    return victims


def full_queue(trap, target):
    """The service is stopped, clients are let in and wait."""
    pid = trap.service()
    os.kill(pid, signal.SIGSTOP)
    try:
        spies = []
        for _ in range(20):
            spy = Spy(trap.at)
            spy.handshake()
            spies.append(spy)
        waiting = [hello(trap.at) for _ in range(20)]
        talkers = [Talker(trap.at) for _ in range(3)]
        victims = kill(trap, target)
    finally:
        os.kill(pid, signal.SIGCONT)
    for spy in spies + waiting:
        finish(spy)
    for talker in talkers:
        talker.proper()
    return victims


TRAP = wrap.Trap(S, "echo").ready()
TRAP.use()
PID = TRAP.service()
KEEPER = TRAP.pid

for stage in (at_rest, mid_handshake, mid_transfer, full_queue):
    for target in ("supervisor", "worker", "both"):
        with T.case("%s killed %s, %d times" % (
                target, stage.__name__.replace("_", " "), ROUNDS)):
            before = spent(PID)
            for _ in range(ROUNDS):
                victims = stage(TRAP, target)
                works(TRAP)
                wait_for(lambda: not any(map(alive, victims)),
                         "the killed to be gone")
                equal(TRAP.service(), PID, "the service's process")
                wait_for(lambda: len(TRAP.agents()) == 1, "one agent")
            expect(spent(PID) - before < 0.1 * ROUNDS + 0.1,
                   "the service used %.2f s" % (spent(PID) - before))
            expect(not any("FAILED" in text for text in TRAP.said()),
                   str(TRAP.said()))

with T.case("no agent for a while: clients wait, the service sleeps"):
    # A keeper that is stopped starts no other.
    agent, workers = TRAP.supervisor(), TRAP.workers()
    os.kill(KEEPER, signal.SIGSTOP)
    before = spent(PID)
    for pid in [agent] + workers:
        os.kill(pid, signal.SIGKILL)
    spies = [hello(TRAP.at) for _ in range(5)]
    talkers = [Talker(TRAP.at) for _ in range(5)]
    for talker in talkers:
        # It takes a time without an answer to see that there is none.
        talker.sock.settimeout(0.1)
        try:
            expect(not talker.sock.recv(100), "an answer without an agent")
        except TimeoutError:
            pass
        talker.sock.settimeout(15)
    expect(spent(PID) - before <= 0.02, "the service spins")
    expect(alive(PID), "the service ended")
    os.kill(KEEPER, signal.SIGCONT)
    for spy in spies:
        spy.handshake()
        equal(wrap.line(spy), b"hello from echo\n", "served after all")
        spy.close()
        spy.proper()
    for talker in talkers:
        talker.proper()

with T.case("connections of the dead are closed in the service"):
    wait_for(lambda: len(os.listdir("/proc/%d/fd" % PID)) <= 5,
             "the service to close them")

with T.case("all end"):
    TRAP.stop()
T.done()
