#!/usr/bin/env python3
"""The parameters of sessions and tickets do what the manual says: how many, for
whom, under which key."""

import os
import sys
import time

sys.dont_write_bytecode = True

from lib import backend, daemon, hello, pki, policy, resume, tap  # noqa: E402
from lib.resume import ID, THIRTEEN, TICKET, WAYS  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(90)
resume.needed(T)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
ECHO = backend.Backend(T, backend.echo)
RULES = {
    "default": resume.gsk(),
    "no-ids": resume.gsk(cache=0),
    "off": resume.gsk(enable="Off"),
    "off-no-ids": resume.gsk(enable="Off", cache=0),
    "count-0": resume.gsk(count=0),
    "count-1": resume.gsk(count=1),
    "count-4": resume.gsk(count=4),
    "count-32": resume.gsk(count=32),
    "aes-128": resume.gsk(algorithm="AESCBC128"),
    "aes-256": resume.gsk(algorithm="AESCBC256"),
    "turning": resume.gsk(refresh=1),
    "turning-fast": resume.gsk(refresh=1, ticket_timeout=3),
    "one-key": resume.gsk(refresh=0),
}
FIRST = daemon.free_ports(len(RULES))
PORTS = {name: FIRST + at for at, name in enumerate(RULES)}
D = daemon.Daemon(T, policy.text(*(
    policy.Rule(name, PORTS[name], RING, ECHO.address, gsk=gsk)
    for name, gsk in RULES.items())))
S = resume.Service(D, ALICE)
KEY_NAME, IV = slice(0, 16), slice(16, 32)

for name, count in (("default", 2), ("count-0", 0), ("count-1", 1),
                    ("count-4", 4), ("count-32", 32), ("off", 0),
                    ("off-no-ids", 0), ("no-ids", 2)):
    with T.case("%s: %d tickets in TLS 1.3, one after a resumption"
                % (name, count)):
        it, _ = S.use(PORTS[name], THIRTEEN, resumed=False)
        equal(it.count, count, "tickets")
        equal(len({one.name[IV] for one in it.all}), count, "different IVs")
        equal(len({one.name for one in it.all}), count, "different tickets")
        equal(len({one.secret for one in it.all}), count, "their secrets")
        for one in it.all[:4]:
            again, _ = S.use(PORTS[name], THIRTEEN, one, resumed=True)
            equal(again.count, 1, "tickets after a resumption")

for name in RULES:
    tickets = not name.startswith("off") and name != "count-0"
    ids = not name.endswith("no-ids")
    with T.case("%s: TLS 1.2: by ticket: %s, by id: %s" % (
            name, tickets, ids)):
        it, _ = S.use(PORTS[name], TICKET, resumed=False)
        equal(TICKET in it.kept, tickets, "a ticket")
        if tickets:
            S.use(PORTS[name], TICKET, it.kept[TICKET], resumed=True)
        it, _ = S.use(PORTS[name], ID, resumed=False)
        equal(it.kept.keys(), {ID} if ids else set(), "what it keeps")
        if ids:
            S.use(PORTS[name], ID, it.kept[ID], resumed=True)

for name in ("off", "count-0"):
    with T.case("%s: who asks for a ticket gets an id" % name):
        it, _ = S.use(PORTS[name], TICKET, resumed=False)
        session = it.kept[ID]
        # As a client does that still hopes for a ticket.
        with resume.link(PORTS[name], TICKET) as it:
            it.hello(session=session.name, ticket=b"")
            it.answer()
            equal(it.session, session.name, "the session's id")
    with T.case("%s: no ticket is promised, none is taken" % name):
        answer, _ = hello.ask(PORTS[name], hello.client_hello(
            [0xc02b], ticket=b""))
        expect(answer.hello and 35 not in answer.extensions, "promised")
        for way in (TICKET, THIRTEEN):
            S.use(PORTS[name], way, S.session(PORTS["default"], way),
                  resumed=False)

with T.case("ids are not to be guessed"):
    ids = {S.session(PORTS["default"], ID).name for _ in range(8)}
    equal(len(ids), 8, "different ids")
    equal({len(one) for one in ids}, {32}, "bytes")
    for at in range(0, 32, 4):
        expect(len({one[at:at + 4] for one in ids}) == 8,
               "bytes %d on are the same in two" % at)

for way in (TICKET, THIRTEEN):
    with T.case("TLS %s: one key for all workers, another for each rule"
                % way):
        found = {}
        for name in ("default", "one-key", "aes-256"):
            names = set()
            for pid in D.workers():
                with S.only(pid):
                    names.add(S.session(PORTS[name], way).name[KEY_NAME])
            equal(len(names), 1, "keys of " + name)
            found[name] = names.pop()
        equal(len(set(found.values())), 3, "keys of three rules")
    with T.case("TLS %s: nobody reads a ticket" % way):
        session = S.session(PORTS["aes-256"], way)
        for secret in (session.secret, ALICE.subject, b"alice"):
            expect(secret not in session.name, "it is in clear: %r" % secret)


class Turn:
    """The keys of a rule, as they are seen in its tickets."""

    def __init__(self, name, way):
        self.port, self.way = PORTS[name], way
        self.first = S.session(self.port, way)
        self.seen = [self.first.name[KEY_NAME]]
        self.kept = [self.first]

    def look(self):
        """Another ticket: was it sealed by another key?"""
        session = S.session(self.port, self.way)
        if session.name[KEY_NAME] in self.seen:
            equal(session.name[KEY_NAME], self.seen[-1], "an old key again")
            return False
        self.seen.append(session.name[KEY_NAME])
        self.kept.append(session)
        return True


STILL = S.session(PORTS["one-key"], THIRTEEN)
TURNS = [Turn("turning", way) for way in (TICKET, THIRTEEN)]
with T.case("keys turn each second, and what they sealed is still good"):
    for turn in range(2):
        for one in TURNS:
            wait_for(one.look, "another key")
            for session in one.kept:
                it, _ = S.use(one.port, one.way, session, resumed=True)
                renewed = it.kept.get(one.way)
                if session.name[KEY_NAME] == one.seen[-1]:
                    continue
                # Under a key that goes: another ticket comes.
                expect(renewed, "TLS %s: no new ticket" % one.way)
                expect(renewed.name[KEY_NAME] not in one.seen[:-1],
                       "TLS %s: sealed by an old key" % one.way)
                S.use(one.port, one.way, renewed, resumed=True)

with T.case("where keys do not turn, they did not"):
    equal(S.session(PORTS["one-key"], THIRTEEN).name[KEY_NAME],
          STILL.name[KEY_NAME], "the key's name")
    S.use(PORTS["one-key"], THIRTEEN, STILL, resumed=True)


def newest(offer):
    """To the next one, with whatever ticket came last."""
    it, _ = S.use(PORTS["turning-fast"], offer.way, offer)
    return it.resumed, it.kept.get(offer.way, offer)


with T.case("a chain over several keys ends with its first handshake's time"):
    chains = [resume.Watch(
        "TLS " + way, lambda way=way: S.session(PORTS["turning-fast"], way),
        3, newest) for way in (TICKET, THIRTEEN)]
    names = {chain.what: set() for chain in chains}
    while chains:
        for chain in chains:
            names[chain.what].add(chain.session.name[KEY_NAME])
        chains = [chain for chain in chains if not chain.step()]
        time.sleep(0.05)
    for what, seen in names.items():
        expect(len(seen) >= 3, "%s: %d keys" % (what, len(seen)))

with T.case("the daemon ends well"):
    D.close()
T.done()
