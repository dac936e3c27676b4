#!/usr/bin/env python3
"""What a TLS library may have on by default and must not: old protocols,
suites without authentication or encryption, compression, renegotiation, and,
where a rule wants none, resumption."""

import os
import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, hello, pki, policy, resume, tap  # noqa: E402
from lib.rawtls import (CERTIFICATE, DATA, HANDSHAKE, SERVER_HELLO,  # noqa: E402
                        Alert, Raw12, Raw13)
from lib.tap import among, equal, expect  # noqa: E402

T = tap.Tap(90)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
RINGS = {"ec": P.ring(T.path("ec"), P.server("ec-server", ROOT),
                      trusted=[ROOT]),
         "rsa": P.ring(T.path("rsa"), P.server("rsa-server", ROOT, "rsa"),
                       trusted=[ROOT])}
SERVICE = backend.Backend(T, backend.http)
FIRST = daemon.free_ports(8)
PORTS = {}
# All but TLS 1.0, where the library has not even that.
KNOWN = policy.VERSIONS[0 if daemon.own_wolfssl() else 1:]
NEVER_AGAIN = ("never", "never-open", "never-server")


def rules():
    """Nothing coded, and every version On that can be; at last rules whose
    sessions never resume."""
    for at, (kind, ring) in enumerate(RINGS.items()):
        PORTS[kind] = FIRST + 2 * at
        yield policy.Rule(kind, PORTS[kind], ring, SERVICE.address)
        PORTS[kind + "-old"] = FIRST + 2 * at + 1
        yield policy.Rule(kind + "-old", PORTS[kind + "-old"], ring,
                          SERVICE.address, versions=KNOWN)
    PORTS["open"] = FIRST + 4
    yield policy.Rule("open", PORTS["open"], RINGS["ec"], SERVICE.address,
                      auth="PassThru")
    for at, (name, more) in enumerate(zip(NEVER_AGAIN, (
            {}, {"auth": "PassThru"}, {"role": "Server"}))):
        PORTS[name] = FIRST + 5 + at
        yield policy.Rule(name, PORTS[name], RINGS["ec"], SERVICE.address,
                          gsk=resume.gsk(timeout=0), **more)


D = daemon.Daemon(T, policy.text(*rules()))
if not resume.possible():
    NEVER_AGAIN += ("ec", "open")
GOOD_SUITES = [0x1301, 0xc02b, 0xc02f]
NEVER = {
    "anonymous": [0x0018, 0x001b, 0x0034, 0x003a, 0x006c, 0x006d, 0x00a6,
                  0x00a7, 0xc017, 0xc018, 0xc019],
    "NULL": [0x0001, 0x0002, 0x003b, 0xc001, 0xc006, 0xc00b, 0xc010,
             0xc0b4, 0xc0b5],
    "export": [0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014,
               0x0017, 0x0019, 0x0062, 0x0064],
    "RC4": [0x0004, 0x0005, 0x0018, 0xc002, 0xc007, 0xc00c, 0xc011],
    "DES": [0x0009, 0x000c, 0x000f, 0x0012, 0x0015, 0x001a],
    "3DES": [0x000a, 0x000d, 0x0010, 0x0013, 0x0016, 0x001b, 0xc003, 0xc008,
             0xc00d, 0xc012],
    "PSK": [0x008b, 0x008c, 0x008d, 0x00a8, 0x00a9, 0x00aa, 0x00ab, 0x00ae,
            0xc035, 0xc036, 0xc037, 0xccab, 0xd001],
    "MD5 or IDEA": [0x0001, 0x0007],
}


def ask(port, record, **more):
    """The answer, and the log line of the connection."""
    since = D.mark()
    answer, own = hello.ask(port, record, **more)
    return answer, D.conn(since, own)


def declined(port, record, reasons, alerts):
    answer, line = ask(port, record)
    expect(not answer.hello, "a ServerHello: version %r, suite %r"
           % (answer.version, answer.suite))
    among(line.reason, reasons, "reason\n" + line.line)
    expect(answer.alert, "no alert\n" + line.line)
    equal(answer.alert[0], 2, "alert level")
    among(client.ALERTS.get(answer.alert[1]), alerts, "alert\n" + line.line)


with T.case("the way of asking is good"):
    for kind in ("ec", "rsa", "ec-old", "rsa-old"):
        answer, _ = ask(PORTS[kind], hello.client_hello(
            GOOD_SUITES, hello.TLS12))
        expect(answer.hello, "no ServerHello: %r" % answer.data)
        answer, _ = ask(PORTS[kind], hello.client_hello(
            GOOD_SUITES, hello.TLS12, [hello.TLS13]))
        equal(answer.version, hello.TLS13, "version")

for kind in ("ec", "rsa", "ec-old", "rsa-old"):
    with T.case("%s: SSLv3" % kind):
        declined(PORTS[kind], hello.client_hello(
            [0xc009, 0xc013, 0x002f, 0x0035, 0x000a], hello.SSL3,
            extensions=False), {412}, {"protocol_version",
                                       "handshake_failure"})
    with T.case("%s: an SSLv2 ClientHello" % kind):
        answer, line = ask(PORTS[kind], bytes.fromhex(
            "802e0100020015000000100100800300800700c0060040020080040080"
            "0000040000fe00") + os.urandom(16), finish=True)
        expect(not answer.hello, "a ServerHello")
        among(line.reason, {412, 410, 415, 5003}, "reason")
    for what, suites in NEVER.items():
        with T.case("%s: suites: %s" % (kind, what)):
            declined(PORTS[kind], hello.client_hello(suites), {402},
                     {"handshake_failure", "insufficient_security"})
    with T.case("%s: TLS 1.3 suites for integrity only" % kind):
        declined(PORTS[kind], hello.client_hello(
            [0xc0b4, 0xc0b5], hello.TLS12, [hello.TLS13]), {402},
            {"handshake_failure", "insufficient_security"})
    with T.case("%s: compression is not taken" % kind):
        answer, _ = ask(PORTS[kind], hello.client_hello(
            GOOD_SUITES, compressions=b"\x01\x40\x00"))
        equal(answer.compression, 0, "compression")
    with T.case("%s: compression alone" % kind):
        answer, line = ask(PORTS[kind], hello.client_hello(
            GOOD_SUITES, compressions=b"\x01"))
        expect(not answer.hello, "a ServerHello")
        among(line.reason, {402, 410, 415}, "reason")
    with T.case("%s: an invented ticket and session id" % kind):
        session = os.urandom(32)
        answer, _ = ask(PORTS[kind], hello.client_hello(
            GOOD_SUITES, session=session, ticket=os.urandom(192)))
        expect(answer.hello, "no ServerHello")
        expect(answer.session != session, "the session is resumed")

for kind in NEVER_AGAIN:
    with T.case("%s: neither ticket nor id is promised" % kind):
        answer, _ = ask(PORTS[kind], hello.client_hello(
            GOOD_SUITES, ticket=b""))
        expect(answer.hello, "no ServerHello")
        expect(35 not in answer.extensions, "a session_ticket extension")
        equal(answer.session, b"", "the session's id")

for port in ("ec", "open", "never-server"):
    with T.case("%s: the client asks to renegotiate" % port):
        since = D.mark()
        result = client.openssl(
            PORTS[port], ROOT.path, ALICE, version="1_2",
            # s_client takes a line "R" as a command; -ign_eof switches
            # that off, so it comes without.
            extra=["-no_ign_eof"], request=b"R\n", limit=5)
        expect("RENEGOTIATING" in result.text, str(result))
        line = D.conn(since)
        equal(line.reason, 432, "reason\n%s\n%s" % (line.line, result))
        expect(backend.BODY not in result.out, "it was served")


def session(port, version, extra, name, wanted=False):
    """A connection that keeps its session: the file, or None; wanted: it
    gets something to come back with, else it must not."""
    path = T.path(name)
    result = client.openssl(PORTS[port], ROOT.path, ALICE, version=version,
                            extra=list(extra) + ["-sess_out", path])
    expect(backend.BODY in result.out, str(result))
    expect("Reused" not in result.text, str(result))
    if wanted:
        expect(os.path.exists(path), str(result))
    elif version == "1_3":
        expect("New Session Ticket" not in result.text, str(result))
    else:
        expect("TLS session ticket:" not in result.text, str(result))
    return path if os.path.exists(path) else None


def comes(port, version, extra, path, leaf=ALICE):
    return client.openssl(PORTS[port], ROOT.path, leaf, version=version,
                          extra=[*extra, "-sess_in", path])


def resumes(port, version, extra, path, leaf=ALICE):
    result = comes(port, version, extra, path, leaf)
    expect("Reused, TLS" not in result.text, "resumed: %s" % result)
    return result


for version, extra, said in (("1_2", (), "1.2, tickets"),
                             ("1_2", ("-no_ticket",), "1.2, session ids"),
                             ("1_3", (), "1.3")):
    with T.case("no resumption, TLS " + said):
        for port in NEVER_AGAIN:
            kept = session(port, version, extra, "kept" + version)
            if kept:
                expect(backend.BODY in resumes(port, version, extra, kept).out,
                       "not served in full either")
    with T.case("PassThru's session is worthless at Required, TLS " + said):
        if not resume.possible():
            raise tap.Skip("sessions are not resumed with this TLS library")
        kept = session("open", version, extra, "open" + version, True)
        expect("Reused, TLS" in comes("open", version, extra, kept).text,
               "at its own rule either")
        for port in ("ec", "rsa", "never"):
            before = SERVICE.seen()
            result = resumes(port, version, extra, kept, None)
            expect(backend.BODY not in result.out, str(result))
            equal(SERVICE.seen(), before, "what reached the service")

def keeps(port):
    """A whole TLS 1.2 handshake of a client that would like to come back:
    the session id and the tickets that it was given."""
    with Raw12(PORTS[port]) as raw:
        raw.hello(ticket=b"")
        raw.greeted()
        if raw.asked:
            raw.handshake(raw.certificates(ALICE))
        raw.handshake(raw.key_exchange())
        raw.derive()
        if raw.asked:
            raw.handshake(raw.verify(ALICE.key))
        raw.change()
        raw.handshake(raw.finished())
        raw.expect_finished()
        expect(b"200 OK" in raw.answered(client.REQUEST), "not served")
        return raw.session, raw.tickets


def comes_back(port, session, ticket):
    """Asks to resume: the server must begin anew."""
    with Raw12(PORTS[port]) as raw:
        raw.hello(session=session, ticket=ticket)
        kind, body = raw.next()
        equal(kind, SERVER_HELLO, "the first message")
        given = body[35:35 + body[34]]
        expect(not given or given != session, "it takes the session up")
        # Not ChangeCipherSpec, as in a handshake that is cut short.
        kind, _ = raw.read()
        equal(kind, HANDSHAKE, "the record after the ServerHello")
    with Raw12(PORTS[port]) as raw:
        raw.hello(session=session, ticket=ticket)
        raw.next()
        equal(raw.next()[0], CERTIFICATE, "after the ServerHello")


for port in NEVER_AGAIN:
    with T.case("%s: TLS 1.2: neither ticket nor session comes back" % port):
        session, tickets = keeps(port)
        equal(tickets, [], "tickets")
        equal(session, b"", "the session's id")
        for other in NEVER_AGAIN:
            comes_back(other, session or os.urandom(32), None)
            comes_back(other, session or os.urandom(32), os.urandom(160))
    with T.case("%s: TLS 1.3: no ticket comes, none is taken" % port):
        identity, binder = os.urandom(160), os.urandom(32)
        offer = hello.extension(45, b"\x01\x01") + hello.extension(
            41, b"\0\xa6\0\xa0" + identity + bytes(4)
            + b"\0\x21\x20" + binder)
        with Raw13(PORTS[port]) as raw:
            raw.modes = None    # they are in the offer
            raw.open(offer)
            expect(41 not in raw.extensions, "it takes the key up")
            equal(raw.asked, port != "never-server", "whether it asks")
            if raw.asked:
                raw.handshake(raw.certificates(ALICE))
                raw.handshake(raw.verify(ALICE.key))
            raw.handshake(raw.finished())
            raw.change()
            raw.record(DATA, client.REQUEST)
            said = []
            try:
                while True:
                    kind, body = raw.read()
                    expect(kind != HANDSHAKE,
                           "message %d after the handshake" % body[0])
                    said.append(body)
            except (Alert, EOFError):
                pass
            expect(b"200 OK" in b"".join(said), "not served: %r" % said)

with T.case("the daemon ends well"):
    D.close()
T.done()
