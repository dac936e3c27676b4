#!/usr/bin/env python3
"""A session is good for its own rule, server name, version and policy; anywhere
else it is worth nothing, in whatever company it is offered."""

import os
import re
import signal
import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, resume, tap  # noqa: E402
from lib.rawtls import Alert  # noqa: E402
from lib.resume import ID, THIRTEEN, TICKET, WAYS  # noqa: E402
from lib.tap import among, equal, expect, wait_for  # noqa: E402

T = tap.Tap(120)
resume.needed(T)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
OTHER = P.ca("other")
ALICE, BOB, CAROL = (P.leaf(name, ROOT) for name in ("alice", "bob", "carol"))
MALLORY = P.leaf("mallory", OTHER)
SERVER = P.server("server", ROOT)
RING = P.ring(T.path("ring"), SERVER, trusted=[ROOT])
ECHO = backend.Backend(T, backend.echo)
NAMES = ("gate", "same", "equal", "open", "nobody", "trusting")
FIRST = daemon.free_ports(len(NAMES) + 3)
PORTS = {name: FIRST + at for at, name in enumerate(NAMES)}
CHOOSY = FIRST + len(NAMES)     # likes other suites better than our clients
OLD = CHOOSY + 1                # and the next one: old versions
TRUSTING = P.ring(T.path("trusting"), SERVER, trusted=[ROOT, OTHER])
PATH = T.path("bound.policy")


def rules(**changes):
    gate = policy.Rule("gate", PORTS["gate"], RING, ECHO.address, **changes)
    return T.write("bound.policy", policy.text(
        gate,
        # Its very actions.
        policy.Rule("same", PORTS["same"], like=gate),
        # Others that say the same.
        policy.Rule("equal", PORTS["equal"], RING, ECHO.address),
        policy.Rule("open", PORTS["open"], RING, ECHO.address,
                    auth="PassThru"),
        policy.Rule("nobody", PORTS["nobody"], RING, ECHO.address,
                    role="Server"),
        policy.Rule("trusting", PORTS["trusting"], TRUSTING, ECHO.address),
        policy.Rule("choosy", CHOOSY, RING, ECHO.address, ciphers=[
            ("V3CipherSuites4Char", "130313021301")]),
        *(policy.Rule("old-%d" % port, port, RING, ECHO.address,
                      versions=policy.VERSIONS) for port in (OLD, OLD + 1))))


D = daemon.Daemon(T, rules())
S = resume.Service(D, ALICE)
LOCKED = ("gate", "same", "equal", "trusting")    # to those without a name


def turned_away(port, way, leaf, offer, alerts, server=None):
    """Refused, and the service has seen nothing of it."""
    since, seen = D.mark(), ECHO.seen()
    alert, own = resume.refused(port, way, leaf, offer, server)
    among(client.ALERTS[alert], alerts, "TLS %s: alert" % way)
    line = D.conn(since, own)
    expect(line.reason != 0 and line.get("resumed") != "yes", line.line)
    equal(ECHO.seen(), seen, "what reached the service")


NO_CERTIFICATE = {"certificate_required", "handshake_failure",
                  "bad_certificate"}
UNKNOWN = {"unknown_ca"}


def begun_anew(port, way, offer, leaf=BOB, server=None):
    """A full handshake, and the name in the log is that of whoever comes."""
    it, line = S.use(port, way, offer, leaf, server, resumed=False)
    if it.asked:
        expect("CN=%s," % leaf.label in line["identity"], line.line)
    else:
        expect("identity" not in line, line.line)


for way in WAYS:
    with T.case("TLS %s: another rule, though it be the same to the letter"
                % way):
        kept = {name: S.session(PORTS[name], way) for name in NAMES}
        for name in NAMES:
            for other in NAMES:
                if other != name:
                    begun_anew(PORTS[other], way, kept[name])
        for name in NAMES:
            expect(resume.probe(PORTS[name], kept[name]),
                   "%s: not resumed at its own" % name)
    with T.case("TLS %s: and without a certificate there is no way in" % way):
        for name in NAMES:
            for other in LOCKED:
                if other != name:
                    turned_away(PORTS[other], way, None, kept[name],
                                NO_CERTIFICATE)
    with T.case("TLS %s: PassThru's session at Required" % way):
        for leaf in (None, MALLORY):
            with resume.link(PORTS["open"], way) as it:
                it.enter(way, leaf)
                it.answered(b"hello")
                it.close()
                if way == THIRTEEN:
                    it.collect()
            session = it.kept[way]
            line = S.use(PORTS["open"], way, session, resumed=True)[1]
            equal(line.get("verified"), "no" if leaf else None, line.line)
            for name in LOCKED:
                turned_away(PORTS[name], way, None, session, NO_CERTIFICATE)
            turned_away(PORTS["gate"], way, MALLORY, session, UNKNOWN)
            begun_anew(PORTS["gate"], way, session, ALICE)
    with T.case("TLS %s: who is trusted at another rule only" % way):
        session = S.session(PORTS["trusting"], way, leaf=MALLORY)
        turned_away(PORTS["gate"], way, MALLORY, session, UNKNOWN)
        turned_away(PORTS["gate"], way, None, session, NO_CERTIFICATE)
        begun_anew(PORTS["open"], way, session, BOB)

SERVERS = (None, "a.example", "b.example", "a.example.example")
for way in WAYS:
    with T.case("TLS %s: another server name" % way):
        kept = {name: S.session(PORTS["gate"], way, server=name)
                for name in SERVERS}
        declined = 0
        for name in SERVERS:
            for other in SERVERS:
                if name == other:
                    S.use(PORTS["gate"], way, kept[name], server=other,
                          resumed=True)
                    continue
                since, seen = D.mark(), ECHO.seen()
                try:
                    begun_anew(PORTS["gate"], way, kept[name], BOB, other)
                except Alert:
                    declined += 1
                    line = D.conn(since)
                    expect(line.reason != 0, line.line)
                    equal(ECHO.seen(), seen, "what reached the service")
        T.diag("%d were refused, %d began anew"
               % (declined, len(SERVERS) * (len(SERVERS) - 1) - declined))

with T.case("a session of one way in another's clothes"):
    for kind in WAYS:
        for way in WAYS:
            if kind != way:
                session = S.session(PORTS["gate"], kind)
                disguised = session.but(way=way)
                if way == ID:
                    disguised.name = session.name[:32]
                begun_anew(PORTS["gate"], way, disguised)
                if way != THIRTEEN:
                    turned_away(PORTS["gate"], way, None, disguised,
                                NO_CERTIFICATE)

with T.case("TLS 1.2: ticket and id of two sessions in one hello"):
    mine = S.session(PORTS["gate"], TICKET, leaf=ALICE)
    other = S.session(PORTS["gate"], ID, leaf=BOB)
    with resume.link(PORTS["gate"], TICKET) as it:
        since = D.mark()
        it.hello(session=other.name, ticket=mine.name)
        it.answer()
        # It says the id again in either case: it is the ticket's session,
        # or none.
        it.master = mine.secret
        it.expand()
        it.expect_finished()
        it.change()
        it.handshake(it.finished())
        equal(it.answered(b"hello"), b"hello", "the echo")
        it.close()
    line = D.conn(since, it.port)
    expect("CN=alice," in line["identity"], line.line)

for way in (ID, TICKET):
    with T.case("TLS %s: not without the extended master secret" % way):
        # RFC 7627, 5.3: abort, or a full handshake.
        session = S.session(PORTS["gate"], way)
        with resume.link(PORTS["gate"], way) as it:
            it.bound = False
            try:
                it.ask(way, session)
                expect(not it.resumed, "resumed")
            except Alert as alert:
                among(client.ALERTS[alert.description],
                      {"handshake_failure", "illegal_parameter"}, "alert")
    with T.case("TLS %s: none to come back to without it (RFC 7627, 5.4)"
                % way):
        with resume.link(PORTS["gate"], way) as it:
            it.bound = False
            try:
                it.enter(way, ALICE)
                equal(it.answered(b"hello"), b"hello", "the echo")
                it.close()
            except Alert as alert:
                equal(client.ALERTS[alert.description], "handshake_failure",
                      "alert")
                it.kept = {}
        sessions = list(it.kept.values())
        for bound in (True, False):
            for kept in sessions:
                with resume.link(PORTS["gate"], way) as it:
                    it.bound = bound
                    try:
                        expect(not it.ask(way, kept), "resumed")
                    except Alert:
                        pass
    with T.case("TLS %s: not under another suite" % way):
        with resume.link(PORTS["gate"], way) as it:
            it.suite = 0xc02c
            try:
                it.ask(way, session)
                expect(not it.resumed, "resumed")
            except Alert as alert:
                among(client.ALERTS[alert.description],
                      {"handshake_failure", "illegal_parameter"}, "alert")

with T.case("TLS 1.2 by id: not after a fatal alert (RFC 5246, 7.2.2)"):
    for fatal in (False, True):
        since = D.mark()
        with resume.link(PORTS["gate"], ID) as it:
            it.enter(ID, ALICE)
            equal(it.answered(b"hello"), b"hello", "the echo")
            session = it.kept[ID]
            if fatal:
                it.record(21, b"\x02\x50")
                expect(D.conn(since, it.port, at=PORTS["gate"]).reason != 0,
                       "it ended well")
            else:
                it.close()
        equal(resume.probe(PORTS["gate"], session), not fatal, "resumed")

for version in ("1", "1.1"):
    with T.case("TLS %s: by id, and at its own rule alone" % version):
        client.old_version("openssl", version)
        path = T.path("old")
        for port, resumed, more in ((OLD, False, ["-sess_out", path]),
                                    (OLD, True, ["-sess_in", path]),
                                    (OLD + 1, False, ["-sess_in", path]),
                                    (OLD, True, ["-sess_in", path])):
            since = D.mark()
            result = client.openssl(port, ROOT.path, ALICE,
                                    version=version.replace(".", "_"),
                                    extra=["-no_ticket", "-no_ign_eof",
                                           *more],
                                    request=b"Q\n")
            line = daemon.Conn(D.wait_line(re.compile(
                ' conn: rule="old-%d"' % port), since))
            equal(line.reason, 0, "%s\n%s" % (line.line, result))
            equal(line["resumed"], "yes" if resumed else "no", line.line)
            expect("CN=alice," in line["identity"], line.line)
            expect(line["proto"].startswith("TLSv" + version), line.line)

with T.case("TLS 1.3: not under another suite's digest"):
    session = S.session(PORTS["gate"], THIRTEEN)
    with resume.link(PORTS["gate"], THIRTEEN) as it:
        it.suite = 0x1302
        try:
            it.ask(THIRTEEN, session)
            expect(not it.resumed, "resumed")
        except Alert:
            pass


# Several sessions in one hello (RFC 8446, 4.2.11)

def company(offers, leaf=CAROL):
    """Offers several; (whom the log names, which was chosen), or (None,
    None) for a refusal."""
    since, seen = D.mark(), ECHO.seen()
    with resume.link(PORTS["gate"], THIRTEEN) as it:
        try:
            it.enter(THIRTEEN, leaf, offers[0], others=offers[1:])
            equal(it.answered(b"hello"), b"hello", "the echo")
            it.close()
        except Alert as alert:
            # The last of them for an identity that is there twice.
            among(client.ALERTS[alert.description],
                  {"decrypt_error", "illegal_parameter",
                   "handshake_failure", "decode_error"}, "alert")
            line = D.conn(since, it.port)
            expect(line.reason != 0, line.line)
            expect("identity" not in line, line.line)
            equal(ECHO.seen(), seen, "what reached the service")
            return None, None
    line = D.conn(since, it.port)
    equal(line.reason, 0, line.line)
    equal(line["resumed"], "yes" if it.resumed else "no", line.line)
    return re.search("CN=([a-z]+),", line["identity"]).group(1), it.chosen


with T.case("TLS 1.3: somebody else's ticket beside one's own"):
    alice = S.session(PORTS["gate"], THIRTEEN, leaf=ALICE)
    # Seen in passing: the secret is not known.
    bob = S.session(PORTS["gate"], THIRTEEN, leaf=BOB)
    seen = bob.but(secret=os.urandom(32))
    known = bob.but(secret=alice.secret)
    dead = alice.but(name=os.urandom(len(alice.name)))
    elsewhere = S.session(PORTS["equal"], THIRTEEN, leaf=BOB)
    for offers in ([alice, seen], [seen, alice], [alice, known],
                   [known, alice], [alice, seen, seen], [seen, alice, seen],
                   [dead, alice, seen], [dead, seen, alice],
                   [elsewhere, alice], [alice, elsewhere],
                   [elsewhere, seen, alice], [alice, alice],
                   [dead] * 4 + [alice, seen], [seen]):
        who, chosen = company(offers)
        T.diag("%s: %s, %s" % (" ".join(
            {id(alice): "own", id(dead): "dead",
             id(elsewhere): "elsewhere"}.get(id(one), "other's")
            for one in offers), who, chosen))
        if chosen is not None:
            expect(offers[chosen] is alice, "it took number %d" % chosen)
            equal(who, "alice", "whom the log names")
        elif who is not None:
            equal(who, "carol", "whom the log names")

with T.case("TLS 1.3: the same, where all are opened before one is taken"):
    # As none is of the suite that the server likes best.
    own = S.session(CHOOSY, THIRTEEN, leaf=ALICE)
    others = S.session(CHOOSY, THIRTEEN, leaf=BOB)
    theirs = others.but(secret=os.urandom(32))
    taken = 0
    for offers in ([own, theirs], [theirs, own], [dead, own, theirs],
                   [own, dead, theirs], [own, others], [others, own]):
        for ahead in ((), (0x1303,), (0x1303, 0x1302)):
            since = D.mark()
            with resume.link(CHOOSY, THIRTEEN) as it:
                it.ahead = ahead
                try:
                    it.ask(THIRTEEN, offers[0], others=offers[1:])
                    if it.chosen is None:
                        continue
                    it.go_on(CAROL, offers[it.chosen], 0)
                    it.answered(b"hello")
                    it.close()
                except Alert:
                    expect(offers[0] is theirs, "its own is good")
                    continue
            line = D.conn(since, it.port)
            equal(line.reason, 0, line.line)
            who = {id(own): "alice", id(others): "bob"}[id(offers[it.chosen])]
            expect("CN=%s," % who in line["identity"], "%s: %s"
                   % (who, line.line))
            taken += 1
    expect(taken >= 12, "only %d were taken" % taken)

with T.case("TLS 1.3: two of one's own: the log names the one that is taken"):
    carol = S.session(PORTS["gate"], THIRTEEN, leaf=CAROL)
    for offers in ([alice, bob], [bob, alice], [dead, bob, alice],
                   [bob, dead, alice], [alice, bob, carol],
                   [carol, bob, alice]):
        who, chosen = company(offers, MALLORY)
        expect(chosen is not None, "none was taken")
        equal(who, {id(alice): "alice", id(bob): "bob", id(carol): "carol"}
              [id(offers[chosen])], "whom the log names")

with T.case("TLS 1.3: ids and tickets of TLS 1.2 for an identity"):
    for way in (ID, TICKET):
        old = S.session(PORTS["gate"], way, leaf=BOB)
        for secret in (old.secret, old.secret[:32], os.urandom(32)):
            for offers in ([old.but(secret=secret)],
                           [old.but(secret=secret), alice],
                           [alice, old.but(secret=secret)]):
                who, chosen = company(offers)
                if chosen is not None:
                    expect(offers[chosen] is alice, "it took the old one")
                    equal(who, "alice", "whom the log names")
                elif who is not None:
                    equal(who, "carol", "whom the log names")

with T.case("TLS 1.3: a stranger with somebody's ticket and no secret"):
    for leaf in (None, MALLORY):
        before = ECHO.seen()
        since = D.mark()
        with resume.link(PORTS["gate"], THIRTEEN) as it:
            try:
                it.enter(THIRTEEN, leaf, seen)
                it.answered(b"hello")
                raise AssertionError("let in")
            except Alert:
                pass
        line = D.conn(since, it.port)
        expect(line.reason != 0, line.line)
        expect("CN=bob" not in line.get("identity", ""), line.line)
        equal(ECHO.seen(), before, "what reached the service")

for way in (ID, TICKET):
    with T.case("TLS %s: a stranger with somebody's and no secret" % way):
        bobs = S.session(PORTS["gate"], way, leaf=BOB)
        before = ECHO.seen()
        since = D.mark()
        with resume.link(PORTS["gate"], way) as it:
            expect(it.ask(way, bobs), "not taken up")
            it.master = os.urandom(48)
            it.expand()
            it.change()
            it.handshake(it.finished())
            it.record(23, b"let me in")
            try:
                while True:
                    it.read()
            except (Alert, EOFError, ValueError):
                pass
        line = D.conn(since, it.port)
        expect(line.reason != 0, line.line)
        expect("CN=bob" not in line.get("identity", ""), line.line)
        expect(line.get("resumed") != "yes", line.line)
        equal(ECHO.seen(), before, "what reached the service")


# The policy that was

def reload(**changes):
    rules(**changes)
    old = set(D.workers())
    since = D.mark()
    D.proc.send_signal(signal.SIGHUP)
    D.wait_line(re.compile("generation .* serves"), since)
    # None of them has a connection, so they end.
    wait_for(lambda: not old & set(D.workers()), "the old workers' end")


with T.case("after a reload all begin anew, and then resume"):
    kept = {way: S.session(PORTS["gate"], way) for way in WAYS}
    reload()
    for way in WAYS:
        begun_anew(PORTS["gate"], way, kept[way])
        turned_away(PORTS["gate"], way, None, kept[way], NO_CERTIFICATE)
        S.use(PORTS["gate"], way, S.session(PORTS["gate"], way),
              resumed=True)

with T.case("a rule that was open is closed to those of that time"):
    reload(auth="PassThru")
    kept = {}
    for way in WAYS:
        with resume.link(PORTS["gate"], way) as it:
            it.enter(way)
            it.answered(b"hello")
            it.close()
            if way == THIRTEEN:
                it.collect()
        kept[way] = it.kept[way]
        expect(resume.probe(PORTS["gate"], kept[way]), "not resumed")
    reload()
    for way in WAYS:
        turned_away(PORTS["gate"], way, None, kept[way], NO_CERTIFICATE)
    # And open again: that is another policy still.
    reload(auth="PassThru")
    for way in WAYS:
        begun_anew(PORTS["gate"], way, kept[way])

with T.case("a policy that is refused changes nothing"):
    kept = {way: S.session(PORTS["gate"], way) for way in WAYS}
    T.write("bound.policy", "TTLSRule broken\n{\n")
    since = D.mark()
    D.proc.send_signal(signal.SIGHUP)
    D.wait_line(re.compile("refused"), since)
    for way in WAYS:
        S.use(PORTS["gate"], way, kept[way], resumed=True)

with T.case("the daemon ends well"):
    D.close()

with T.case("a new start knows nobody"):
    D = daemon.Daemon(T, rules())
    S = resume.Service(D, ALICE)
    for way in WAYS:
        begun_anew(PORTS["gate"], way, kept[way])
        turned_away(PORTS["gate"], way, None, kept[way], NO_CERTIFICATE)
    D.close()
T.done()
