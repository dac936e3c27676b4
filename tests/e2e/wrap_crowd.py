#!/usr/bin/env python3
"""Crowds: a service that never accepts while 2,000 clients come; descriptors
and memory over many connections: 2,000, with SALLYPORT_FULL=1 100,000."""

import concurrent.futures
import resource
import selectors
import signal
import socket
import ssl
import sys
import time

sys.dont_write_bytecode = True

from lib import FULL, client, tap, wrap  # noqa: E402
from lib.daemon import descriptors, resident, sanitized  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(3000 if FULL else 200)
S = wrap.Setting(T)
CROWD = 2000
MANY = 100000 if FULL else 2000
WAVES = 4
BACKLOG = 100
MIB = 1 << 20

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 10000), hard))


def agents(trap):
    return [trap.supervisor()] + wait_for(trap.workers, "a worker")


def parts(trap):
    """Every process of ours and the service: (descriptors, memory)."""
    return {pid: (descriptors(pid), resident(pid))
            for pid in agents(trap) + [trap.pid, trap.service()]}


class Waiting:
    """A client that began and has not been served: every other one
    without TLS."""

    def __init__(self, port, number):
        self.plain = number & 1
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.connect_ex(("127.0.0.1", port))
        self.got = b""
        self.began = self.over = False
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = S.full.wrap_bio(self.incoming, self.outgoing)
        self.words = b""

    def ready(self):
        """Something may have come."""
        try:
            if not self.began:
                self.began = True
                if self.plain:
                    self.sock.send(b"GET / HTTP/1.0\r\n\r\n")
            else:
                data = self.sock.recv(65536)
                self.got += data
                self.over = not data
                self.incoming.write(data)
            if not self.plain:
                self.advance()
        except BlockingIOError:
            pass
        except OSError:
            self.over = True

    def advance(self):
        try:
            self.words += self.tls.read(100)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            self.over = True
        if self.outgoing.pending:
            self.sock.send(self.outgoing.read())

    def proper(self):
        expect(b"hello from" not in self.got,
               "answered in the clear: %r" % self.got[:100])
        expect(not self.plain or self.got[:1] in (b"", b"\x15"),
               "answered: %r" % self.got[:100])


def attend(selector, until, limit):
    """Lets the clients go on until `until()`."""
    end = time.monotonic() + limit
    while not until():
        expect(time.monotonic() < end, "waited %d s in vain" % limit)
        for key, _ in selector.select(0.05):
            key.data.ready()
            if key.data.over:
                selector.unregister(key.fileobj)
            else:
                selector.modify(key.fileobj, selectors.EVENT_READ, key.data)


def let_in(clients):
    return sum(one.tls.version() is not None for one in clients)


def settled(selector, clients):
    """Until nothing has come for a while: some are let in, others wait."""
    quiet = [time.monotonic(), None]

    def still():
        state = sum(len(one.got) for one in clients)
        # In the middle of a handshake nothing has settled yet.
        under_way = any(one.got and not one.over and not one.plain
                        and not one.tls.version() for one in clients)
        if state != quiet[1] or under_way or not let_in(clients):
            quiet[:] = [time.monotonic(), state]
        return time.monotonic() - quiet[0] > 0.6

    attend(selector, still, 60)


with T.case("%d clients of a service that never accepts" % CROWD):
    trap = wrap.Trap(S, "never", BACKLOG).ready()
    before = parts(trap)
    BEGAN = time.monotonic()
    selector = selectors.DefaultSelector()
    clients, counts = [], []
    for wave in range(WAVES):
        for number in range(CROWD // WAVES):
            one = Waiting(trap.at, number)
            clients.append(one)
            selector.register(one.sock, selectors.EVENT_WRITE, one)
        settled(selector, clients)
        counts.append((let_in(clients), sum(
            descriptors(pid) for pid in agents(trap))))
    T.diag("let in and descriptors, wave by wave: %r" % counts)
    for one in clients:
        one.proper()
        equal(one.words, b"", "words of a service that has not accepted")
    expect(counts[0][0] > 0, "nobody was let in")
    # Once all that may wait do, whoever comes stays in the kernel's queue.
    equal(counts[-1][0], counts[-2][0], "let in of all waves but the last")
    expect(counts[-1][1] <= counts[-2][1], "descriptors: %r" % counts)
    after = parts(trap)
    for pid, (_, memory) in after.items():
        expect(sanitized() or memory - before[pid][1] < 48 * MIB,
               "process %d grew by %d MiB" % (
                   pid, (memory - before[pid][1]) / MIB))
    equal(after[trap.service()][0], before[trap.service()][0],
          "the service's descriptors")

with T.case("then it accepts: those that are still there are served"):
    there = [one for one in clients if not one.plain and not one.over
             and one.tls.version() is not None]
    trap.write()

    def served():
        for one in clients:
            if one.words and not one.over and one.tls:
                # Finished, so that the next one is served.
                one.over = True
                try:
                    one.tls.unwrap()
                except ssl.SSLError:
                    pass
                one.sock.send(one.outgoing.read())
                try:
                    selector.unregister(one.sock)
                except KeyError:
                    pass
        return all(one.words or one.over for one in there)

    attend(selector, served, 60)
    lost = [one for one in there if not one.words]
    expect(len(there) > 10, "only %d were there" % len(there))
    # On a slow machine some have been turned away: they wait ten seconds.
    expect(not lost or time.monotonic() - BEGAN > 8,
           "%d of %d that had been let in were not served"
           % (len(lost), len(there)))
    for one in clients:
        one.proper()
        one.sock.close()
    selector.close()
    equal(trap.use(limit=30), "never", "served by")
    trap.write()
    trap.end()

with T.case("it ends without having accepted: who waits is told"):
    trap = wrap.Trap(S, "never", BACKLOG).ready()
    links = [trap.connect() for _ in range(20)]
    trap.family()
    trap.proc.terminate()
    for link in links:
        with link:
            try:
                equal(link.recv(), b"", "words of nobody")
            except OSError:
                pass
    trap.end(-signal.SIGTERM)

with T.case("one descriptor a connection in the service"):
    trap = wrap.Trap(S, "echo").ready()
    trap.use()
    base = wait_for(lambda: descriptors(trap.service()), "descriptors")
    links = [trap.greeted()[0] for _ in range(50)]
    equal(descriptors(trap.service()) - base, 50, "more descriptors")
    for link in links:
        with link:
            link.echo(b"held")
            link.close()
    wait_for(lambda: descriptors(trap.service()) == base,
             "the service's descriptors to be as before")


def one_of_many(number):
    """Of every kind: in order, refused, in the clear, torn."""
    kind = number % 10
    if kind < 6:
        trap.use()
        return
    try:
        with client.Tls(trap.at, S.nameless if kind == 6
                        else S.full) as link:
            if kind == 7:
                link.sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
                link.sock.recv(100)
            elif kind == 8:
                link.sock.sendall(b"\x16\x03\x01")
            else:
                link.handshake()
                link.recv()
    except OSError:
        pass


def rounds(count):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in pool.map(one_of_many, range(count)):
            pass


with T.case("%d connections leave nothing behind" % MANY):
    # What grows once, tables and caches, has grown after a few hundred.
    rounds(MANY // 4)
    wait_for(lambda: descriptors(trap.service()) == base, "rest", 30)
    before = parts(trap)
    rounds(MANY)
    wait_for(lambda: descriptors(trap.service()) == base, "rest", 30)
    wait_for(lambda: all(descriptors(pid) <= before[pid][0] + 2
                         for pid in before),
             "the descriptors to be as before", 30)
    after = parts(trap)
    for pid in before:
        equal(pid in after, True, "process %d lives" % pid)
        grown = after[pid][1] - before[pid][1]
        expect(sanitized() or grown < 4 * MIB, "process %d grew by %d KiB"
               % (pid, grown >> 10))
    trap.stop()
T.done()
