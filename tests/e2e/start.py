#!/usr/bin/env python3
"""What the daemon refuses to start with: each refusal names file and line,
says what to do, and exits 1; --check and `sallyport lint --deep` say the
same."""

import os
import re
import shutil
import socket
import sys

sys.dont_write_bytecode = True

from lib import daemon, pki, policy, tap  # noqa: E402
from lib.tap import Skip, equal, expect  # noqa: E402

T = tap.Tap(120)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
SERVER = P.server("server", ROOT)
BACKEND = "127.0.0.1:9"
NOBODY = 65534


def ring(name, leaf=SERVER, trusted=(ROOT,), **more):
    return P.ring(T.path("rings", name), leaf, trusted=trusted, **more)


GOOD = ring("good")


def rule(keyring=GOOD, port=None, **more):
    more.setdefault("backend", BACKEND)
    return policy.Rule("gate", port or daemon.free_ports(), keyring, **more)


# A rule that needs what a later version builds: lint, which judges the
# language, warns; a start, which must serve it, refuses.
NOT_ACTING, NOT_SERVED = "SP1601", "SP1705"


def faults(said, severity="error"):
    """{(line, code)} of the diagnostics in what was said."""
    return {(int(line), code) for line, code in re.findall(
        r"\.policy:(\d+):\d+: %s: .*\[(SP\d{4})\]" % severity, said)}


def agree(path, user=None):
    """A start, --check and lint --deep find the same errors, each at the
    same line under the same code; returns them."""
    started = faults(daemon.check(path, user=user)[1])
    status, said = daemon.check(path, "--check", user=user)
    equal(faults(said), started, "what --check finds, a start the other")
    equal(status, 1 if started else 0, "exit status of --check\n" + said)
    status, said = daemon.lint(path, "--deep", user=user)
    expect(not daemon.FAULTS.search(said), said)
    unserved = {fault for fault in started if fault[1] == NOT_SERVED}
    equal(faults(said), started - unserved,
          "what lint --deep finds, a start the other\n" + said)
    equal(status, 1 if started - unserved else 0,
          "exit status of lint --deep\n" + said)
    if unserved:
        warned = {line for line, code in faults(said, "warning")
                  if code == NOT_ACTING}
        expect(warned & {line for line, _ in unserved},
               "lint does not warn at %r\n%s" % (unserved, said))
    return started


def refused(text, needle, words, nth=1, user=None):
    """The text is refused at the line that holds `needle` or at one of
    several; the message matches the pattern `words`."""
    path = T.write("refused.policy", text)
    lines = [policy.line_of(text, one, nth) for one in needle.split("|")]
    found = agree(path, user)
    expect({line for line, _ in found} & set(lines),
           "lines %r are not among %r" % (lines, found))
    for extra in ((), ("--check",)):
        status, said = daemon.check(path, *extra, user=user)
        where = "%s:\n%s" % (" ".join(extra) or "start", said)
        equal(status, 1, "exit status, " + where)
        expect(any("refused.policy:%d" % line in said for line in lines),
               "lines %r are not named, %s" % (lines, where))
        expect(re.search(words, said, re.I),
               "%r is not said, %s" % (words, where))
        # Beside the caret, or on a line of its own.
        expect(re.search(r"\^~* \w+|^ *help: \w+", said, re.M),
               "no cure, " + where)
        expect(not daemon.FAULTS.search(said), where)


with T.case("a good policy passes --check and opens no port"):
    port = daemon.free_ports()
    path = T.write("good.policy", policy.text(rule(port=port)))
    with socket.socket() as taken:
        # Whatever holds the port is none of its business.
        taken.bind(("0.0.0.0", port))
        taken.listen()
        for extra in ("--check",), ("--check", "--workers", "1"):
            status, said = daemon.check(path, *extra)
            equal((status, said), (0, ""), "what --check says")
    equal(daemon.lint(path, "--deep")[0], 0, "exit status of lint --deep")
    os.chmod(os.path.join(GOOD, "personal", "server.pem"), 0o600)
    equal(daemon.lint(path, "--deep", "--strict")[0], 0, "with --strict")

with T.case("the policy does not exist"):
    status, said = daemon.check(T.path("none.policy"))
    equal(status, 1, said)
    expect("none.policy" in said and "No such file" in said, said)

with T.case("an unknown option"):
    status, said = daemon.check("", "--no-such-option")
    equal(status, 2, said)

with T.case("ring missing"):
    refused(policy.text(rule(T.path("rings", "nowhere"))), "Keyring ",
            r"No such file|not exist|missing")

with T.case("ring empty"):
    os.makedirs(T.path("rings", "empty"))
    refused(policy.text(rule(T.path("rings", "empty"))), "Keyring ",
            r"no certificate|empty|no personal")

with T.case("ring unreadable"):
    if os.getuid() != 0 or not shutil.which("setpriv"):
        raise Skip("needs root and setpriv")
    folder = ring("unreadable")
    for root, dirs, files in os.walk(folder):
        for name in dirs + files:
            os.chmod(os.path.join(root, name), 0o755)
    os.chmod(os.path.join(folder, "personal", "server.pem"), 0o600)
    refused(policy.text(rule(folder)), "Keyring ", r"Permission denied",
            user=NOBODY)

with T.case("ring directory unreadable"):
    if os.getuid() != 0 or not shutil.which("setpriv"):
        raise Skip("needs root and setpriv")
    folder = ring("closed")
    os.chmod(folder, 0o700)
    refused(policy.text(rule(folder)), "Keyring ", r"Permission denied",
            user=NOBODY)

with T.case("a trusted certificate unreadable"):
    if os.getuid() != 0 or not shutil.which("setpriv"):
        raise Skip("needs root and setpriv")
    folder = ring("half-closed")
    os.chmod(os.path.join(folder, "trusted", "root.pem"), 0o600)
    refused(policy.text(rule(folder)), "Keyring ", r"Permission denied",
            user=NOBODY)

with T.case("the key belongs to another certificate"):
    folder = ring("mismatch")
    other = P.server("other", ROOT)
    with open(other.key.path) as f:
        T.write(os.path.join(folder, "personal", "server.pem"),
                SERVER.pem + f.read())
    refused(policy.text(rule(folder)), "Keyring ", r"match|belong")

with T.case("the key is missing"):
    folder = ring("no-key")
    T.write(os.path.join(folder, "personal", "server.pem"), SERVER.pem)
    refused(policy.text(rule(folder)), "Keyring ", r"key")

with T.case("the certificate is garbage"):
    folder = ring("garbage")
    T.write(os.path.join(folder, "personal", "server.pem"), "garbage\n")
    refused(policy.text(rule(folder)), "Keyring ", r"certificate")

with T.case("a trusted certificate is garbage"):
    folder = ring("bad-anchor")
    T.write(os.path.join(folder, "trusted", "broken.pem"), "garbage\n")
    refused(policy.text(rule(folder)), "Keyring ", r"broken\.pem")

with T.case("a label that is not in the ring"):
    refused(policy.text(rule(label="nobody")), "CertificateLabel ",
            r"nobody")

with T.case("the default names what is not there"):
    folder = ring("bad-default")
    T.write(os.path.join(folder, "personal", "default"), "absent\n")
    refused(policy.text(rule(folder)), "Keyring ", r"absent")

with T.case("a label that is in the ring"):
    folder = ring("two")
    ring("two", P.server("second", ROOT), label="second", default=False)
    path = T.write("label.policy", policy.text(rule(folder, label="second")))
    status, said = daemon.check(path, "--check")
    equal(status, 0, said)

with T.case("a ring in one PEM file"):
    with open(SERVER.key.path) as f:
        path = T.write("ring.pem", f.read() + SERVER.pem + ROOT.pem)
    status, said = daemon.check(T.write("pem.policy", policy.text(
        rule(path))), "--check")
    equal(status, 0, said)

with T.case("no trust anchor where clients are judged"):
    refused(policy.text(rule(ring("no-anchor", trusted=()))), "Keyring ",
            r"trust")

with T.case("no trust anchor is needed without client authentication"):
    path = T.write("server.policy", policy.text(
        rule(ring("no-anchor-2", trusted=()), role="Server")))
    status, said = daemon.check(path, "--check")
    equal(status, 0, said)

with T.case("the server's certificate has expired"):
    expired = P.server("expired", ROOT, start=-9 * pki.DAY,
                       end=-2 * pki.DAY)
    refused(policy.text(rule(ring("expired", expired))), "Keyring ",
            r"expired")

with T.case("the server's certificate is not valid yet"):
    early = P.server("early", ROOT, start=2 * pki.DAY)
    refused(policy.text(rule(ring("early", early))), "Keyring ",
            r"not.*valid")

with T.case("every trust anchor has expired"):
    old = P.ca("old", start=-9 * pki.DAY, end=-2 * pki.DAY)
    refused(policy.text(rule(ring("old-anchor", trusted=(old,)))),
            "Keyring ", r"expired")

with T.case("a relative ring is relative to the policy file"):
    text = policy.text(rule("rings/good"))
    status, said = daemon.check(T.write("relative.policy", text), "--check")
    equal(status, 0, said)

with T.case("the port is taken"):
    port = daemon.free_ports()
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", port))
        taken.listen()
        text = policy.text(rule(port=port))
        path = T.write("taken.policy", text)
        status, said = daemon.check(path)
        equal(status, 1, said)
        expect(re.search(r"taken\.policy:(%d|%d)\b" % (
            policy.line_of(text, "LocalPortRange"),
            policy.line_of(text, "TTLSRule")), said), said)
        expect("SP1704" in said, said)
        expect("in use" in said and str(port) in said, said)

with T.case("errors of the policy, all of them at once"):
    text = policy.text(rule()).replace("HandshakeRole", "HandshakeRoll")
    text = text.replace("Direction Inbound", "Direction Inward")
    path = T.write("wrong.policy", text)
    equal(len(agree(path)), 2, "errors")
    for extra in ((), ("--check",)):
        status, said = daemon.check(path, *extra)
        equal(status, 1, said)
        for needle in ("HandshakeRoll", "Inward"):
            expect("wrong.policy:%d" % policy.line_of(text, needle) in said,
                   "%s\n%s" % (needle, said))
        expect("HandshakeRole" in said, "no suggestion\n" + said)

with T.case("faults of several rings, all of them at once"):
    text = policy.text(rule(T.path("rings", "nowhere")),
                       policy.Rule("two", daemon.free_ports(), ring(
                           "no-anchor-3", trusted=()), BACKEND),
                       policy.Rule("three", daemon.free_ports(), GOOD,
                                   BACKEND, label="absent"))
    found = agree(T.write("several.policy", text))
    wanted = {policy.line_of(text, "Keyring ", nth) for nth in (1, 2)}
    wanted.add(policy.line_of(text, "CertificateLabel"))
    equal({line for line, _ in found}, wanted, "lines")

with T.case("a reference to nothing"):
    text = policy.text(rule()).replace(
        "TTLSKeyringParmsRef keyring-gate", "TTLSKeyringParmsRef keyring-gat")
    refused(text, "TTLSKeyringParmsRef", r"keyring-gat\b")

with T.case("not built yet: Handoff Transparent"):
    text = policy.text(rule()).replace("Handoff Forward",
                                       "Handoff Transparent")
    refused(text, "Handoff|TTLSRule", "Transparent")

with T.case("a forwarded connection has neither user nor job"):
    for name in "Userid alice", "Jobname web*":
        path = T.write("job.policy", policy.text(rule()).replace(
            "Direction Inbound", "Direction Inbound\n\t" + name))
        for extra in (), ("--check",):
            status, said = daemon.check(path, *extra)
            equal(status, 1, said)
            expect("no user and no job" in said and "job.policy:1:" in said,
                   said)

with T.case("not built yet: ClientAuthType SAFCheck"):
    refused(policy.text(rule(auth="SAFCheck")), "ClientAuthType",
            r"SAFCheck")

with T.case("not built yet: HandshakeRole Client"):
    refused(policy.text(rule(role="Client")), "HandshakeRole", r"Client")

with T.case("not built yet: ProxyProtocol"):
    text = policy.text(rule()).replace("Handoff Forward",
                                       "Handoff Forward\n\tProxyProtocol V2")
    refused(text, "ProxyProtocol", r"ProxyProtocol")

with T.case("not built yet: ApplicationControlled On"):
    refused(policy.text(rule(extra=[("ApplicationControlled", "On")])),
            "ApplicationControlled", r"ApplicationControlled")

with T.case("no cipher suite that can be used"):
    refused(policy.text(rule(ciphers=[
        ("V3CipherSuites", "TLS_RSA_WITH_NULL_SHA")])),
        "V3CipherSuites", r"NULL|cipher")

with T.case("no protocol is On"):
    path = T.write("none-on.policy", policy.text(rule(versions=())))
    agree(path)
    status, said = daemon.check(path, "--check")
    equal(status, 1, said)
    expect(re.search(r"none-on\.policy:\d+", said), said)

T.done()
