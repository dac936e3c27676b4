#!/usr/bin/env python3
"""How long a session may be resumed: to the millisecond, counted from the full
handshake, whatever the client says, and no longer than its certificate."""

import base64
import datetime
import os
import re
import sys
import time

sys.dont_write_bytecode = True

from lib import backend, client, daemon, der, pki, policy, resume, tap  # noqa: E402
from lib.resume import ID, THIRTEEN, TICKET, WAYS, Watch  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(120)
resume.needed(T)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
ECHO = backend.Backend(T, backend.echo)
WEB = backend.Backend(T, backend.http)
# Name: (parameters, seconds by id, by ticket); None: longer than this test.
LIMITS = {
    "both": (resume.gsk(timeout=1), 1, 1),
    "ticket": (resume.gsk(ticket_timeout=1), None, 1),
    "shorter-ticket": (resume.gsk(timeout=2, ticket_timeout=1), 2, 1),
    "shorter-session": (resume.gsk(timeout=1, ticket_timeout=604800), 1, 1),
    "no-ids": (resume.gsk(timeout=2, cache=0), 0, 2),
    "no-tickets": (resume.gsk(timeout=2, enable="Off"), 2, 0),
    "never": (resume.gsk(timeout=0), 0, 0),
    "never-ticket": (resume.gsk(ticket_timeout=0), None, 0),
    "never-ticket-coded": (
        resume.gsk(timeout=86400, ticket_timeout=0), None, 0),
    "long": (resume.gsk(ticket_timeout=604800), None, None),
    "long-session": (resume.gsk(timeout=86400, ticket_timeout=604800),
                     None, None),
    "default": ((), None, None),
}
FIRST = daemon.free_ports(len(LIMITS) + 1)
PORTS = {name: FIRST + at for at, name in enumerate(LIMITS)}
HTTP = FIRST + len(LIMITS)
D = daemon.Daemon(T, policy.text(
    policy.Rule("web", HTTP, RING, WEB.address, gsk=resume.gsk(timeout=1)),
    *(policy.Rule(name, PORTS[name], RING, ECHO.address, gsk=LIMITS[name][0])
      for name in LIMITS)))
S = resume.Service(D, ALICE)


def limit(name, way):
    return LIMITS[name][1 if way == ID else 2]


def full(name, way):
    """A full handshake, and what comes of it."""
    return S.use(PORTS[name], way, resumed=False)[0]


for name in LIMITS:
    for way in WAYS:
        if limit(name, way) != 0:
            continue
        with T.case("%s: TLS %s: nothing to come back with" % (name, way)):
            it = full(name, way)
            equal(it.kept.get(way), None, "what it kept")
            if way == THIRTEEN:
                equal(it.count, 0, "tickets")

with T.case("never: what the client of another time kept is not taken"):
    # Ids and tickets of a rule that has them, and of thin air.
    for way in WAYS:
        for name in ("never", "never-ticket", "no-ids", "no-tickets"):
            if limit(name, way) == 0:
                kept = S.session(PORTS["long"], way)
                for offer in (kept, kept.but(name=os.urandom(32)),
                              kept.but(name=os.urandom(208))):
                    if way == ID and len(offer.name) > 32:
                        continue
                    S.use(PORTS[name], way, offer, resumed=False)

def watch(name, way, take=None):
    """A Watch of one rule's session."""
    port = PORTS[name]
    return Watch("%s, TLS %s" % (name, way), lambda: S.session(port, way),
                 limit(name, way),
                 take or (lambda offer: (resume.probe(port, offer), offer)))


with T.case("resumes until its time, and no more after it"):
    # Those that go on beyond that.
    lasting = [(name, S.session(PORTS[name], way)) for name in LIMITS
               for way in WAYS if limit(name, way) is None]
    kinds = sorted(((limit(name, way), name, way) for name in LIMITS
                    for way in WAYS if limit(name, way)), reverse=True)
    watches = [watch(name, way) for _, name, way in kinds]
    expect(len(watches) > 10, "%d to watch" % len(watches))
    Watch.all(watches)
    T.diag("%d resumed, %d did not" % (sum(one.yes for one in watches),
                                       sum(one.no for one in watches)))
    for name, session in lasting:
        expect(resume.probe(PORTS[name], session),
               "%s, TLS %s: not resumed" % (name, session.way))

with T.case("and then a full handshake serves, whose time is its own"):
    for (_, name, way), old in zip(kinds, watches):
        it, _ = S.use(PORTS[name], way, old.session, resumed=False)
        if not it.kept:
            # A ticket that is refused is not replaced in TLS 1.2: whoever
            # has nothing then asks for one next time.
            it, _ = S.use(PORTS[name], way, resumed=False)
        session = it.kept.get(way) or it.kept[ID]
        S.use(PORTS[name], session.way, session, resumed=True)

with T.case("what the client is told of a ticket's life"):
    for name, way, most in (
            ("long", TICKET, 604800), ("long", THIRTEEN, 604800),
            ("long-session", TICKET, 86400),
            ("long-session", THIRTEEN, 86400),
            ("default", TICKET, 300), ("default", THIRTEEN, 300),
            ("shorter-ticket", TICKET, 1), ("shorter-ticket", THIRTEEN, 1)):
        life = S.session(PORTS[name], way).life
        expect(max(1, most - 5) <= life <= most,
               "%s, TLS %s: %d s" % (name, way, life))


def chained(port):
    """Takes the newest session of each resumption to the next one."""
    def take(offer):
        with resume.link(port, offer.way) as it:
            it.enter(offer.way, ALICE, offer)
            equal(it.answered(b"on and on"), b"on and on", "the echo")
            it.close()
            if offer.way == THIRTEEN:
                equal(it.collect(), 1 if it.resumed else 2, "tickets")
                if it.resumed:
                    expect(it.kept[THIRTEEN].life <= offer.life,
                           "a longer life: %d s after %d s"
                           % (it.kept[THIRTEEN].life, offer.life))
        return it.resumed, it.kept.get(offer.way, offer)
    return take


with T.case("a chain of resumptions ends with the first handshake's time"):
    chains = [watch("both", way, chained(PORTS["both"])) for way in WAYS]
    Watch.all(chains)
    T.diag("%d in a row" % min(one.yes for one in chains))


with T.case("taken up in time, and finished after it: not let in"):
    begun = []
    for way in WAYS:
        session = S.session(PORTS["both"], way)
        it = resume.link(PORTS["both"], way)
        since = D.mark()
        expect(it.ask(way, session), "TLS %s: not taken up" % way)
        if way == THIRTEEN:
            it.greeted(session.secret)
        else:
            it.master = session.secret
            it.expand()
            it.expect_finished()
        begun.append((way, session, it, since))
    for way, session, it, since in begun:
        wait_for(lambda: time.monotonic() - session.ended >= 1,
                 "the end of its time")
        seen = ECHO.seen()
        with it:
            try:
                if way == THIRTEEN:
                    it.handshake(it.finished())
                    it.change()
                else:
                    it.change()
                    it.handshake(it.finished())
                it.answered(b"late")
                raise AssertionError("TLS %s: let in" % way)
            except (resume.Alert, EOFError, OSError):
                pass
        line = D.conn(since, it.port)
        expect(line.reason != 0 and line.get("resumed") != "yes", line.line)
        equal(ECHO.seen(), seen, "what reached the service")


# A session file that promises more

def opened(path):
    """The fields of an SSL_SESSION in openssl's file: [tag, value], ..."""
    with open(path) as f:
        return der.parse(base64.b64decode("".join(
            f.read().splitlines()[1:-1])))[0][1]


def claims(path, seconds):
    """Edits a session file of openssl's: got now, and good for long."""
    fields = opened(path)
    # [1] time, [2] timeout, [9] the ticket's lifetime.
    values = {0xa1: int(time.time()), 0xa2: seconds, 0xa9: seconds}
    changed = 0
    for field in fields:
        if field[0] in values:
            field[1] = der.parse(der.integer(values[field[0]]))
            changed += 1
    expect(changed >= 2, "%d fields changed" % changed)
    with open(path, "w") as f:
        f.write("-----BEGIN SSL SESSION PARAMETERS-----\n%s"
                "-----END SSL SESSION PARAMETERS-----\n"
                % base64.encodebytes(der.encode([[0x30, fields]])).decode())


def name_in(path, way):
    """The session's id, or its ticket: [10]."""
    if way == ID:
        return [value for tag, value in opened(path) if tag == 0x04][1]
    return dict(opened(path))[0xaa][0][1]


def sent(result, name):
    """Whether the client did send an id or a ticket, by -msg's bytes."""
    octets = "".join(re.findall(r"^    ((?:[0-9a-f]{2} ?)+)$", result.text,
                                re.M))
    return name.hex() in octets.replace(" ", "")


with T.case("not after it, though the client's file says otherwise"):
    files = []
    for way, version, extra in ((ID, "1_2", ["-no_ticket"]),
                                (TICKET, "1_2", []), (THIRTEEN, "1_3", [])):
        path = T.path("session" + str(len(files)))
        result = client.openssl(HTTP, ROOT.path, ALICE, version=version,
                                extra=[*extra, "-sess_out", path])
        expect(backend.BODY in result.out, str(result))
        files.append((way, version, extra, path, name_in(path, way)))
    ended = time.monotonic()
    wait_for(lambda: time.monotonic() - ended >= 1, "the end of their time")
    for way, version, extra, path, name in files:
        claims(path, 100000)
        since = D.mark()
        result = client.openssl(HTTP, ROOT.path, ALICE, version=version,
                                extra=[*extra, "-sess_in", path, "-msg"])
        expect(sent(result, name), "%s: not offered\n%s" % (way, result))
        expect(backend.BODY in result.out, str(result))
        expect("Reused, TLS" not in result.text, str(result))
        line = daemon.Conn(D.wait_line(re.compile(' conn: rule="web"'), since))
        equal(line["resumed"], "no", line.line)

with T.case("TLS 1.3: a ticket that is said to be new, or of any age"):
    session = S.session(PORTS["both"], THIRTEEN)
    wait_for(lambda: time.monotonic() - session.ended >= 1,
             "the end of its time")
    for claim in (0, 1, 500, 999, 1 << 31, (1 << 32) - 1):
        young = session.but(got=time.monotonic() - claim / 1000)
        expect(not resume.probe(PORTS["both"], young),
               "resumed: %d ms old, it says" % claim)


# Certificates that end

def ending(end):
    """Certificates that end at a moment, or whose issuer does."""
    left = datetime.timedelta(seconds=end - time.time())
    middle = P.ca("middle", ROOT, end=left)
    return (("its own", P.leaf("short", ROOT, end=left)),
            ("its issuer's", (P.leaf("under", middle), middle)))


with T.case("a client certificate that expires meanwhile ends it"):
    # Whole seconds: a certificate has no others.
    end = int(time.time()) + 4
    kept = [(what, chain, way, S.session(PORTS["long"], way, leaf=chain))
            for what, chain in ending(end) for way in WAYS]
    T.diag("%.1f s before the end" % (end - time.time()))
    asked = 0
    while time.time() < end:
        for what, _, way, session in kept:
            taken = resume.probe(PORTS["long"], session)
            # That second is within it (RFC 5280, 4.1.2.5).
            expect(taken or time.time() >= end,
                   "%s certificate, TLS %s: not resumed %.3f s before its "
                   "end" % (what, way, end - time.time()))
            asked += 1
        time.sleep(0.05)
    expect(asked >= len(kept), "only %d were asked before the end" % asked)
    wait_for(lambda: time.time() >= end + 1, "the end of the certificates")
    for what, chain, way, session in kept:
        expect(not resume.probe(PORTS["long"], session),
               "%s certificate, TLS %s: taken up" % (what, way))
        since = D.mark()
        alert, own = resume.refused(PORTS["long"], way, chain, session)
        equal(client.ALERTS[alert], "certificate_expired",
              "%s certificate, TLS %s" % (what, way))
        line = D.conn(since, own)
        equal(line.reason, 401, line.line)
        expect(line.get("resumed") != "yes", line.line)

with T.case("the daemon ends well"):
    D.close()
T.done()
