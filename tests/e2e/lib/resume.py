"""Clients that keep their sessions and come back with them, in three ways: by
session id and by ticket (TLS 1.2), by ticket (TLS 1.3).  They offer whatever
they are told to, for as long as they are told to."""

import contextlib
import datetime
import os
import signal
import subprocess
import time

from . import hello
from .daemon import binary, children
from .rawtls import NAME, Alert, Raw12, Raw13
from .tap import equal, expect, wait_for

def possible():
    """Whether the TLS library that the daemon is built with can resume: other
    versions of it lack something (README)."""
    said = subprocess.run([binary(), "--version"], capture_output=True,
                          text=True, check=True).stdout
    return "sessions are resumed" in said


def needed(tap):
    """Skips a test program that is about nothing else."""
    if not possible():
        tap.skip_all("sessions are not resumed with this TLS library")


ID, TICKET, THIRTEEN = "1.2 by id", "1.2 by ticket", "1.3"
WAYS = (ID, TICKET, THIRTEEN)


def gsk(timeout=None, cache=None, enable=None, algorithm=None, count=None,
        refresh=None, ticket_timeout=None):
    """Lines for policy.Rule's gsk."""
    server = "GSK_SESSION_TICKET_SERVER_"
    pairs = (("GSK_V3_SESSION_TIMEOUT", timeout),
             ("GSK_V3_SIDCACHE_SIZE", cache),
             (server + "ENABLE", enable), (server + "ALGORITHM", algorithm),
             (server + "COUNT", count), (server + "KEY_REFRESH", refresh),
             (server + "TIMEOUT", ticket_timeout))
    return [pair for pair in pairs if pair[1] is not None]


class Kept:
    """A session as its client keeps it.  `begun` and `ended` are the times
    on the monotonic clock between which its first, full handshake was."""

    def __init__(self, way, name, secret, life=None, add=0, span=(0, 0)):
        self.way = way
        self.name = name        # the id or the ticket
        self.secret = secret
        self.life = life        # seconds, as the server said with a ticket
        self.add = add
        self.got = time.monotonic()
        self.begun, self.ended = span

    def but(self, **changes):
        """A copy with other values."""
        copy = Kept(self.way, self.name, self.secret, self.life, self.add)
        copy.__dict__.update(self.__dict__)
        copy.__dict__.update(changes)
        return copy

    def offer(self):
        """As Raw13 wants it; its age is what it is, for a server may look
        at it (RFC 8446, 8.3)."""
        age = int((time.monotonic() - self.got) * 1000)
        return self.name, (age + self.add) % (1 << 32), self.secret


def _name(server):
    """The extension of a server's name (RFC 6066, section 3)."""
    if server is None:
        return b""
    name = server.encode()
    entry = b"\0" + len(name).to_bytes(2, "big") + name
    return hello.extension(NAME, len(entry).to_bytes(2, "big") + entry)


def _chain(leaf):
    """A client's certificates: None, a leaf, or one and its issuers."""
    if leaf is None:
        return ()
    return leaf if isinstance(leaf, tuple) else (leaf,)


class Client12(Raw12):
    """enter() is a whole handshake; then `resumed`, and `kept`: sessions by
    way."""

    def ask(self, way, offer=None, server=None):
        """Sends the hello and reads whether the answer takes the offer."""
        session, ticket = b"", b"" if way == TICKET else None
        if offer and offer.way == ID:
            session = offer.name
        elif offer:
            # RFC 5077, 3.4: an id of the client's, so that it can see
            # whether the ticket was taken.
            session, ticket = os.urandom(32), offer.name
        self.hello(session=session, ticket=ticket, more=_name(server))
        self.answer()
        self.resumed = bool(session) and self.session == session
        return self.resumed

    def enter(self, way, leaf=None, offer=None, server=None):
        self.begun = time.monotonic()
        if self.ask(way, offer, server):
            self.master = offer.secret
            self.span = offer.begun, offer.ended
            self.expand()
            self.expect_finished()
            self.change()
            self.handshake(self.finished())
        else:
            self._in_full(_chain(leaf))
            self.span = self.begun, time.monotonic()
        self.kept = {}
        if self.session and not self.resumed:
            self._keep(ID, self.session)
        for ticket, life in zip(self.tickets, self.lives):
            self._keep(TICKET, ticket, life)
        return self

    def _in_full(self, chain):
        self.greeted_in_full()
        if self.asked:
            self.handshake(self.certificates(*chain))
        self.handshake(self.key_exchange())
        self.derive()
        if self.asked and chain:
            self.handshake(self.verify(chain[0].key))
        self.change()
        self.handshake(self.finished())
        self.expect_finished()

    def _keep(self, way, name, life=None):
        self.kept[way] = Kept(way, name, self.master, life, span=self.span)


class Client13(Raw13):
    """As Client12; tickets come later: see collect()."""

    def ask(self, way, offer=None, server=None, others=()):
        """others: offers after the first one."""
        offers = [one.offer() for one in ([offer] if offer else [])
                  + list(others)]
        self.hello(_name(server), offers)
        self.answer()
        self.offers = offers
        self.resumed = self.chosen is not None
        return self.resumed

    def enter(self, way, leaf=None, offer=None, server=None, others=()):
        begun = time.monotonic()
        self.ask(way, offer, server, others)
        return self.go_on(leaf, offer, begun)

    def go_on(self, leaf, offer, begun):
        """The handshake from the ServerHello on."""
        self.kept = {}
        self.greeted(self.offers[self.chosen][2] if self.resumed
                     else bytes(32))
        if self.asked:
            self.handshake(self.certificates(*_chain(leaf)))
            for one in _chain(leaf)[:1]:
                self.handshake(self.verify(one.key))
        self.handshake(self.finished())
        self.change()
        self.span = ((offer.begun, offer.ended) if self.resumed
                     else (begun, None))
        return self

    def collect(self):
        """Keeps the last ticket that came so far, and says how many came."""
        found = self.tickets()
        if self.span[1] is None:
            self.span = self.span[0], time.monotonic()
        self.all = [Kept(THIRTEEN, name, secret, life, add, self.span)
                    for life, add, name, secret in found]
        if found:
            self.kept[THIRTEEN] = self.all[-1]
        return len(found)


def link(port, way, **more):
    return (Client13 if way == THIRTEEN else Client12)(port, **more)


def refused(port, way, leaf=None, offer=None, server=None):
    """A whole handshake that must not succeed; (the alert's number, our
    port)."""
    with link(port, way) as it:
        try:
            it.enter(way, leaf, offer, server)
            it.answered(b"let me in")
        except Alert as alert:
            return alert.description, it.port
        raise AssertionError("it was let in; resumed: %r" % it.resumed)


def probe(port, offer, server=None):
    """Whether a server takes an offer up, by its ServerHello."""
    with link(port, offer.way) as it:
        return it.ask(offer.way, offer, server)


class Service:
    """An echo service behind a daemon, as its clients use it."""

    def __init__(self, daemon, leaf=None):
        self.daemon = daemon
        self.leaf = leaf

    def use(self, port, way, offer=None, leaf=None, server=None, resumed=None,
            others=(), data=b"the same bytes as ever"):
        """One connection from end to end.  Returns (what the client keeps,
        the connection's line in the log); resumed: as it must be."""
        since = self.daemon.mark()
        more = {"others": others} if others else {}
        with link(port, way) as it:
            it.enter(way, leaf or self.leaf, offer, server, **more)
            back = b""
            while len(back) < len(data):
                back += it.answered(b"" if back else data)
            equal(back, data, "the echo")
            it.close()
            if way == THIRTEEN:
                it.count = it.collect()
        line = self.daemon.conn(since, it.port, at=port)
        equal(line.reason, 0, line.line)
        equal(line["resumed"], "yes" if it.resumed else "no",
              "as the client sees it: " + line.line)
        equal("since" in line, it.resumed, line.line)
        if resumed is not None:
            equal(it.resumed, resumed, "%s: resumed" % way)
        return it, line

    def session(self, port, way, **more):
        """A full handshake; what is kept of it."""
        it, _ = self.use(port, way, resumed=False, **more)
        expect(way in it.kept, "%s: nothing to keep" % way)
        return it.kept[way]

    @contextlib.contextmanager
    def only(self, pid):
        """Only this worker serves: the others are stopped."""
        others = [one for one in self.daemon.workers() if one != pid]
        try:
            for one in others:
                os.kill(one, signal.SIGSTOP)
            for one in others:
                wait_for(lambda: dict(children(self.daemon.pid)).get(one)
                         == "T", "a worker to stop")
            yield
        finally:
            for one in others:
                os.kill(one, signal.SIGCONT)


def moment(text):
    """Seconds since 1970 of a time as the log says it."""
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(
        tzinfo=datetime.timezone.utc).timestamp()


class Watch:
    """A session that is offered again and again, until its end: `limit`
    seconds after its first handshake it may resume no more, before that it
    must.  What a moment does not say for sure is not asked."""

    def __init__(self, what, begin, limit, take):
        """begin: makes the session; take: offers one, and returns (resumed,
        what to offer next)."""
        self.what = what
        self.begin = begin
        self.limit = limit
        self.take = take
        self.tries = 5
        self._restart()

    def _restart(self):
        self.session = self.begin()
        self.yes = self.no = 0

    def step(self):
        """Offers it once; whether it is over."""
        begun = time.monotonic()
        try:
            resumed, following = self.take(self.session)
        except Alert:
            # Taken up in time, and over when the handshake was.
            resumed, following = False, None
        least = begun - self.session.ended
        most = time.monotonic() - self.session.begun
        if resumed:
            expect(least < self.limit, "%s: resumed after %.3f s"
                   % (self.what, least))
            self.yes += 1
            self.session = following
        else:
            expect(most >= self.limit, "%s: not resumed after %.3f s"
                   % (self.what, most))
            self.no += least >= self.limit
        if self.no < 3:
            return False
        if self.yes == 0:
            # A slow machine: it was over before it was asked.
            self.tries -= 1
            expect(self.tries > 0, "%s: it never resumed" % self.what)
            self._restart()
            return False
        return True

    @staticmethod
    def all(watches, pace=0.01):
        """Watches several side by side to their ends."""
        left = list(watches)
        while left:
            left = [watch for watch in left if not watch.step()]
            time.sleep(pace)
