#!/usr/bin/env python3
"""Handshakes with messages left out, doubled, forged or out of order: the
client that must prove itself cannot skip the proof."""

import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, tap  # noqa: E402
from lib.rawtls import (ALERT, CCS, DATA, Alert, Raw12, Raw13,  # noqa: E402
                        message)
from lib.tap import among, equal, expect  # noqa: E402

T = tap.Tap(90)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
BOB = P.leaf("bob", ROOT)
MALLORY = P.leaf("mallory", P.ca("other"))
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
SERVICE = backend.Backend(T, backend.echo)
FIRST = daemon.free_ports(2)
PORTS = {"Required": FIRST, "Full": FIRST + 1}
D = daemon.Daemon(T, policy.text(*(
    policy.Rule(auth, port, RING, SERVICE.address, auth=auth, timeout=5)
    for auth, port in PORTS.items())))


def exchange12(raw):
    raw.handshake(raw.key_exchange())
    raw.derive()


def finish12(raw):
    raw.change()
    raw.handshake(raw.finished())
    raw.expect_finished()


def finish13(raw):
    raw.handshake(raw.finished())
    raw.change()


# Each of these is given an opened connection and sends its flight.


def good12(raw):
    raw.handshake(raw.certificates(ALICE))
    exchange12(raw)
    raw.handshake(raw.verify(ALICE.key))
    finish12(raw)


def empty12(raw):
    raw.handshake(raw.certificates())
    exchange12(raw)
    finish12(raw)


def no_certificate12(raw):
    exchange12(raw)
    finish12(raw)


def no_verify12(raw):
    raw.handshake(raw.certificates(ALICE))
    exchange12(raw)
    finish12(raw)


def foreign_verify12(raw):
    raw.handshake(raw.certificates(ALICE))
    exchange12(raw)
    raw.handshake(raw.verify(MALLORY.key))
    finish12(raw)


def early_verify12(raw):
    """CertificateVerify before ClientKeyExchange."""
    raw.handshake(raw.certificates(ALICE))
    raw.handshake(raw.verify(ALICE.key))
    exchange12(raw)
    finish12(raw)


def late_certificate12(raw):
    """Certificate after ClientKeyExchange."""
    exchange12(raw)
    raw.handshake(raw.certificates(ALICE))
    raw.handshake(raw.verify(ALICE.key))
    finish12(raw)


def verify_alone12(raw):
    exchange12(raw)
    raw.handshake(raw.verify(MALLORY.key))
    finish12(raw)


def two_certificates12(raw):
    """One's own certificate to prove, another's to be taken for."""
    raw.handshake(raw.certificates(ALICE))
    raw.handshake(raw.certificates(BOB))
    exchange12(raw)
    raw.handshake(raw.verify(BOB.key))
    finish12(raw)


def weak_verify12(raw):
    """CertificateVerify over SHA-1 (RFC 9155)."""
    raw.handshake(raw.certificates(ALICE))
    exchange12(raw)
    proof = ALICE.key.sign(raw.transcript, "sha1")
    raw.handshake(message(15, b"\x02\x03" + len(proof).to_bytes(2, "big")
                          + proof))
    finish12(raw)


def two_verifies12(raw):
    raw.handshake(raw.certificates(ALICE))
    exchange12(raw)
    raw.handshake(raw.verify(ALICE.key))
    raw.handshake(raw.verify(ALICE.key))
    finish12(raw)


def early_change12(raw):
    """ChangeCipherSpec before there is a key."""
    raw.record(CCS, b"\x01")
    raw.handshake(raw.certificates(ALICE))
    exchange12(raw)
    raw.handshake(raw.verify(ALICE.key))
    finish12(raw)


def no_change12(raw):
    """Finished in clear, and application data after it."""
    raw.handshake(raw.certificates(ALICE))
    exchange12(raw)
    raw.handshake(raw.verify(ALICE.key))
    raw.handshake(raw.finished())
    raw.expect_finished()


def wrong_finished12(raw):
    raw.handshake(raw.certificates(ALICE))
    exchange12(raw)
    raw.handshake(raw.verify(ALICE.key))
    raw.change()
    raw.handshake(message(20, bytes(12)))
    raw.expect_finished()


def early_data12(raw):
    """Application data in clear, in the middle of the handshake."""
    raw.handshake(raw.certificates(ALICE))
    raw.record(DATA, b"early")
    exchange12(raw)
    raw.handshake(raw.verify(ALICE.key))
    finish12(raw)


def data_for_finished12(raw):
    """Application data under the new key, with no Finished."""
    raw.handshake(raw.certificates(ALICE))
    exchange12(raw)
    raw.handshake(raw.verify(ALICE.key))
    raw.change()
    raw.record(DATA, b"early")
    raw.handshake(raw.finished())
    raw.expect_finished()


def good13(raw):
    raw.handshake(raw.certificates(ALICE))
    raw.handshake(raw.verify(ALICE.key))
    finish13(raw)


def empty13(raw):
    raw.handshake(raw.certificates())
    finish13(raw)


def no_certificate13(raw):
    finish13(raw)


def no_verify13(raw):
    raw.handshake(raw.certificates(ALICE))
    finish13(raw)


def foreign_verify13(raw):
    raw.handshake(raw.certificates(ALICE))
    raw.handshake(raw.verify(MALLORY.key))
    finish13(raw)


def early_verify13(raw):
    raw.handshake(raw.verify(ALICE.key))
    raw.handshake(raw.certificates(ALICE))
    finish13(raw)


def verify_alone13(raw):
    raw.handshake(raw.verify(MALLORY.key))
    finish13(raw)


def empty_then_verify13(raw):
    raw.handshake(raw.certificates())
    raw.handshake(raw.verify(MALLORY.key))
    finish13(raw)


def two_certificates13(raw):
    raw.handshake(raw.certificates(ALICE))
    raw.handshake(raw.certificates(BOB))
    raw.handshake(raw.verify(BOB.key))
    finish13(raw)


def other_algorithm13(raw):
    """A CertificateVerify that names another algorithm than it uses."""
    raw.handshake(raw.certificates(ALICE))
    verify = raw.verify(ALICE.key)
    raw.handshake(verify[:4] + b"\x04\x01" + verify[6:])
    finish13(raw)


def wrong_finished13(raw):
    raw.handshake(raw.certificates(ALICE))
    raw.handshake(raw.verify(ALICE.key))
    raw.handshake(message(20, bytes(32)))
    raw.change()


def no_finished13(raw):
    raw.handshake(raw.certificates(ALICE))
    raw.handshake(raw.verify(ALICE.key))
    raw.change()


def early_data13(raw):
    """Application data under the handshake's key."""
    raw.handshake(raw.certificates(ALICE))
    raw.record(DATA, b"early")
    raw.handshake(raw.verify(ALICE.key))
    finish13(raw)


def clear13(raw):
    """The flight in clear."""
    raw.writing = None
    good13(raw)


def hello_again13(raw):
    raw.handshake(raw.transcript[:4 + int.from_bytes(
        raw.transcript[1:4], "big")], noted=False)
    good13(raw)


FLIGHTS = [
    # name, the flight in TLS 1.2 and in 1.3, the reasons that fit
    ("an empty Certificate", empty12, empty13, {5001}),
    ("no Certificate", no_certificate12, no_certificate13, {415, 5001}),
    ("no CertificateVerify", no_verify12, no_verify13, {415}),
    ("CertificateVerify of another key", foreign_verify12, foreign_verify13,
     {410, 413, 415}),
    ("CertificateVerify too early", early_verify12, early_verify13, {415}),
    ("CertificateVerify without Certificate", verify_alone12,
     verify_alone13, {415, 5001}),
    ("an empty Certificate with CertificateVerify", None,
     empty_then_verify13, {415, 5001}),
    ("Certificate too late", late_certificate12, None, {415, 5001}),
    ("two Certificates", two_certificates12, two_certificates13, {415}),
    ("a CertificateVerify with SHA-1", weak_verify12, None, {7445, 415}),
    ("two CertificateVerifies", two_verifies12, None, {415}),
    ("a CertificateVerify that names the wrong algorithm", None,
     other_algorithm13, {410, 413, 415}),
    ("ChangeCipherSpec too early", early_change12, None, {415}),
    ("no ChangeCipherSpec", no_change12, None, {415, 410}),
    ("a wrong Finished", wrong_finished12, wrong_finished13, {415, 411}),
    ("application data in the handshake", early_data12, early_data13,
     {415, 410}),
    ("application data for Finished", data_for_finished12, no_finished13,
     {415, 410, 411}),
    ("the last flight in clear", None, clear13, {415, 410, 411}),
    ("a second ClientHello", None, hello_again13, {415}),
]


def attempt(kind, auth, flight):
    """What the service answered (None: it was refused), the alert if one
    came, and the log line."""
    since = D.mark()
    answer = alert = None
    with kind(PORTS[auth]) as raw:
        raw.open()
        try:
            flight(raw)
            answer = raw.answered(b"let me in")
        except Alert as told:
            alert = client.ALERTS.get(told.description, told.description)
        except (EOFError, OSError, ValueError):
            # Ended, or with an alert under keys that we never got to.
            pass
        own = raw.port
    return answer, alert, D.conn(since, own)


for kind, good in ((Raw12, good12), (Raw13, good13)):
    said = "TLS 1.3" if kind.thirteen else "TLS 1.2"
    for auth in PORTS:
        with T.case("%s, %s: the flight as it should be is served"
                    % (said, auth)):
            answer, alert, line = attempt(kind, auth, good)
            equal((answer, alert), (b"let me in", None), line.line)
            expect("alice" in line["identity"], line.line)
        for name, twelve, thirteen, reasons in FLIGHTS:
            flight = thirteen if kind.thirteen else twelve
            if flight is None:
                continue
            with T.case("%s, %s: %s" % (said, auth, name)):
                if auth == "Full" and flight is no_certificate12:
                    # 5.7 takes it for an empty one, which is as good here.
                    daemon.needs_wolfssl(5, 8)
                if flight is weak_verify12 and not daemon.own_wolfssl():
                    raise tap.Skip("this TLS library tells no digests")
                before = SERVICE.seen()
                answer, alert, line = attempt(kind, auth, flight)
                if auth == "Full" and flight in (empty12, empty13):
                    equal(answer, b"let me in", line.line)
                    expect("identity" not in line, line.line)
                    continue
                equal(answer, None, "it was served\n" + line.line)
                among(line.reason, reasons, "reason\n" + line.line)
                equal(SERVICE.seen(), before, "what reached the service")

def again(raw):
    """A whole second handshake, as another client."""
    raw.hello(raw.proof)
    raw.greeted()
    raw.handshake(raw.certificates(MALLORY))
    exchange12(raw)
    raw.handshake(raw.verify(MALLORY.key))
    finish12(raw)


def again_without_proof(raw):
    raw.hello()
    raw.greeted()


def renegotiation(auth, act):
    """After a good handshake and an echo, `act`."""
    since = D.mark()
    with Raw12(PORTS[auth]) as raw:
        raw.open()
        good12(raw)
        equal(raw.answered(b"before"), b"before", "the echo")
        try:
            act(raw)
            answer = raw.answered(b"after")
        except (Alert, EOFError, OSError) as end:
            answer = end
        own = raw.port
    line = D.conn(since, own)
    expect(not isinstance(answer, bytes), "served again: %r" % answer)
    equal(line.reason, 432, "reason\n" + line.line)
    expect("alice" in line["identity"], line.line)
    equal(line["in"], "6", "bytes\n" + line.line)


for auth in PORTS:
    with T.case("%s: a second handshake, with a foreign certificate" % auth):
        renegotiation(auth, again)
    with T.case("%s: a second ClientHello, with no proof of the first"
                % auth):
        renegotiation(auth, again_without_proof)

with T.case("a second ClientHello in one segment with Finished"):
    since, before = D.mark(), SERVICE.seen()[1]
    with Raw12(PORTS["Required"]) as raw:
        raw.open()
        raw.handshake(raw.certificates(ALICE))
        exchange12(raw)
        raw.handshake(raw.verify(ALICE.key))
        raw.hold()
        raw.change()
        raw.handshake(raw.finished())
        raw.hello(raw.proof)
        raw.release()
        try:
            while raw.read():
                pass
        except (Alert, EOFError, OSError, ValueError):
            pass
        own = raw.port
    line = D.conn(since, own)
    equal(line.reason, 432, "reason\n" + line.line)
    equal(SERVICE.seen()[1], before, "bytes at the service")

with T.case("TLS 1.3: new keys are agreed on, three times"):
    since = D.mark()
    with Raw13(PORTS["Required"]) as raw:
        raw.open()
        good13(raw)
        for turn in range(3):
            equal(raw.answered(b"turn %d" % turn), b"turn %d" % turn,
                  "the echo")
            raw.update()
            raw.expect_update()
        equal(raw.answered(b"last"), b"last", "the echo")

with T.case("TLS 1.3: a ClientHello after the handshake"):
    since = D.mark()
    with Raw13(PORTS["Required"]) as raw:
        raw.open()
        first = raw.transcript[:4 + int.from_bytes(raw.transcript[1:4],
                                                   "big")]
        good13(raw)
        raw.handshake(first)
        answer = None
        try:
            answer = raw.answered(b"after")
        except (Alert, EOFError, OSError):
            pass
        own = raw.port
    line = D.conn(since, own)
    equal(answer, None, "the echo")
    among(line.reason, {415, 432}, "reason\n" + line.line)

for kind, good in ((Raw12, good12), (Raw13, good13)):
    said = "TLS 1.3" if kind.thirteen else "TLS 1.2"
    # A few are legal (BEAST's cure sends them); a flood need not be borne.
    for count in (1, 8, 1000):
        with T.case(said + ": %d empty records, then data" % count):
            since = D.mark()
            with kind(PORTS["Required"]) as raw:
                raw.open()
                good(raw)
                raw.hold()
                for _ in range(count):
                    raw.record(DATA, b"")
                raw.release()
                try:
                    answer = raw.answered(b"data")
                except (Alert, EOFError, OSError):
                    answer = None
                own = raw.port
            line = D.conn(since, own)
            if answer is None and count > 100:
                equal(line.reason, 415, "reason\n" + line.line)
            else:
                equal(answer, b"data", "the echo\n" + line.line)
    with T.case(said + ": a fatal alert amid the session"):
        since = D.mark()
        with kind(PORTS["Required"]) as raw:
            raw.open()
            good(raw)
            equal(raw.answered(b"data"), b"data", "the echo")
            raw.record(ALERT, b"\x02\x50")
            try:
                while raw.read():
                    pass
            except (Alert, EOFError, OSError):
                pass
            own = raw.port
        line = D.conn(since, own)
        equal(line.reason, 7450, "reason\n" + line.line)
        equal(line.alert, "received/internal_error", line.line)
    with T.case(said + ": a record that was tampered with"):
        since, before = D.mark(), SERVICE.seen()[1]
        with kind(PORTS["Required"]) as raw:
            raw.open()
            good(raw)
            raw.hold()
            raw.record(DATA, b"data")
            raw.held = raw.held[:-1] + bytes([raw.held[-1] ^ 1])
            raw.release()
            alert = None
            try:
                while raw.read():
                    pass
            except Alert as told:
                alert = told.description
            except (EOFError, OSError):
                pass
            own = raw.port
        line = D.conn(since, own)
        equal(line.reason, 411, "reason\n" + line.line)
        equal(alert, 20, "alert\n" + line.line)
        equal(SERVICE.seen()[1], before, "bytes at the service")

with T.case("the daemon ends well"):
    D.close()
T.done()
