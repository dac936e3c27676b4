#!/usr/bin/env python3
"""What the processes may do, and what nobody may learn from them: rights,
memory, keys."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, hello, pki, policy, tap  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(90)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
SERVER = P.server("server", ROOT)
RSA = P.server("rsa-server", ROOT, "rsa")
RING = P.ring(T.path("ring"), SERVER, trusted=[ROOT])
SERVICE = backend.Backend(T, backend.echo)
PORT = daemon.free_ports()
CONTEXT = client.context(ROOT.path, ALICE)
NOBODY = pwd.getpwnam("nobody")
ROOTLY = os.getuid() == 0 and bool(shutil.which("setpriv"))
SAID = []       # everything that was ever printed or logged


def text(ring=RING, **more):
    return policy.text(policy.Rule("gate", PORT, ring, SERVICE.address,
                                   **more))


def served():
    with client.Tls(PORT, CONTEXT) as tls:
        tls.handshake()
        tls.echo(b"hello")
        tls.close()


def status(pid):
    with open("/proc/%d/status" % pid) as f:
        return {key: value.strip() for key, value in
                (line.split(":", 1) for line in f if ":" in line)}


def core_limits(pid):
    with open("/proc/%d/limits" % pid) as f:
        for line in f:
            if line.startswith("Max core file size"):
                return line.split()[4:6]
    raise AssertionError("no limit of core files")


def hidden(pid):
    """Whether the memory of another user's process is closed to that very
    user: so it is where a process cannot be dumped.  Root looks."""
    uid = int(status(pid)["Uid"].split()[0])
    expect(uid != 0, "a process of root shows nothing here")
    equal(os.stat("/proc/%d/environ" % pid).st_uid == 0,
          not opens(uid, "/proc/%d/environ" % pid), "two ways to look")
    return os.stat("/proc/%d/mem" % pid).st_uid == 0


def opens(uid, path):
    done = subprocess.run(
        ["setpriv", "--reuid", str(uid), "--regid", str(uid),
         "--clear-groups", "head", "-c1", path],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0


def readable(*folders):
    """For everybody, as far as a daemon of nobody needs it."""
    for folder in folders:
        for root, dirs, files in os.walk(folder):
            for name in dirs + files:
                os.chmod(os.path.join(root, name), 0o755)
        os.chmod(folder, 0o755)


def keep(said):
    SAID.append(said)
    return said


with T.case("what is looked at can be seen"):
    if not ROOTLY:
        raise Skip("needs root and setpriv")
    # An ordinary process of nobody is open to nobody.
    with subprocess.Popen(["setpriv", "--reuid", str(NOBODY.pw_uid),
                           "--regid", str(NOBODY.pw_gid), "--clear-groups",
                           "sleep", "60"]) as idle:
        try:
            wait_for(lambda: status(idle.pid)["Uid"].split()[0]
                     == str(NOBODY.pw_uid)
                     and status(idle.pid)["Name"] == "sleep", "nobody")
            expect(not hidden(idle.pid), "nobody's sleep is hidden")
        finally:
            idle.kill()

with T.case("--user nobody: who the workers are"):
    if not ROOTLY:
        raise Skip("needs root and setpriv")
    # Only root may read the ring: it is read before the change.
    os.chmod(T.path("pki"), 0o700)
    os.chmod(RING, 0o700)
    # Started with more groups than its own.
    D = daemon.Daemon(T, text(), "--user", "nobody", workers=2,
                      wrapper=["setpriv", "--groups", "0,1,2,4"])
    equal(status(D.pid)["Groups"].split(), ["0", "1", "2", "4"], "groups")
    pids = D.workers()
    equal(len(pids), 2, "workers")
    for pid in pids:
        has = status(pid)
        equal(has["Uid"].split(), [str(NOBODY.pw_uid)] * 4, "uid")
        equal(has["Gid"].split(), [str(NOBODY.pw_gid)] * 4, "gid")
        expect(set(has["Groups"].split())
               <= {str(group) for group in os.getgrouplist(
                   "nobody", NOBODY.pw_gid)}, "groups " + has["Groups"])
        for which in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            equal(int(has[which], 16), 0, which)
        equal(has["NoNewPrivs"], "1", "NoNewPrivs")
        equal(core_limits(pid), ["0", "0"], "core limit of a worker")
        expect(hidden(pid), "nobody can read the worker's memory")
    equal(core_limits(D.pid), ["0", "0"], "core limit of the supervisor")
    served()
    D.workers()
    D.close()
    keep("\n".join(D.lines))
    os.chmod(T.path("pki"), 0o755)
    os.chmod(RING, 0o755)

with T.case("as nobody from the start: no process can be looked into"):
    if not ROOTLY:
        raise Skip("needs root and setpriv")
    readable(RING)
    D = daemon.Daemon(T, text(), workers=2, wrapper=[
        "setpriv", "--reuid", str(NOBODY.pw_uid), "--regid",
        str(NOBODY.pw_gid), "--clear-groups", "--inh-caps=+net_bind_service",
        "--ambient-caps=+net_bind_service"])
    for pid in [D.pid] + D.workers():
        equal(core_limits(pid), ["0", "0"], "core limit")
        expect(hidden(pid), "nobody can look into %s of %s" % (
            pid, "the supervisor" if pid == D.pid else "a worker"))
    for pid in D.workers():
        for which in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            equal(int(status(pid)[which], 16), 0, which)
    served()
    # After a reload as well.
    since, old = D.mark(), set(D.workers())
    D.proc.send_signal(signal.SIGHUP)
    D.wait_line(re.compile("generation 2.* serves"), since)
    wait_for(lambda: not old & set(D.workers()), "the old workers' end")
    for pid in D.workers():
        expect(hidden(pid), "nobody can look into a new worker")
    D.close()
    keep("\n".join(D.lines))

with T.case("only root becomes somebody else"):
    if not ROOTLY:
        raise Skip("needs root and setpriv")
    path = T.write("user.policy", text())
    code, said = daemon.check(path, "--user", "root", user=NOBODY.pw_uid)
    equal(code, 2, said)
    expect("root" in said, said)
    code, said = daemon.check(path, "--user", "no-such-user-here")
    equal(code, 2, said)
    expect("no-such-user-here" in said, said)

# Whatever goes wrong with a key, and whatever is traced, no key is shown.


def broken_ring(name, content, **files):
    folder = P.ring(T.path(name), SERVER, trusted=[ROOT])
    T.write(os.path.join(folder, "personal", "server.pem"), content)
    for extra, inside in files.items():
        T.write(os.path.join(folder, "personal", "server." + extra), inside)
    return folder


def read(path):
    with open(path) as f:
        return f.read()


KEYS = {"server": read(SERVER.key.path), "rsa": read(RSA.key.path)}


def secrets():
    """What must not be seen: the lines of the keys, and what they are in
    other clothes."""
    found = set()
    for key in KEYS.values():
        lines = [line for line in key.splitlines() if "-----" not in line]
        found.update(line[:32] for line in lines if len(line) >= 32)
    raw = subprocess.run(
        ["openssl", "pkey", "-in", SERVER.key.path, "-noout", "-text"],
        check=True, stdout=subprocess.PIPE).stdout.decode()
    private = re.search(r"priv:\s+([0-9a-f:\s]+?)\s+pub:", raw).group(1)
    digits = re.sub(r"[^0-9a-f]", "", private)
    found.update((digits[-40:], private.split()[0][:24]))
    return {secret.lower() for secret in found}


def lines_turned(key):
    """A key whose base64 has gone wrong somewhere in the middle."""
    lines = key.splitlines()
    return "\n".join([lines[0], lines[2], lines[1]] + lines[3:]) + "\n"


RINGS = {
    "two keys": lambda: broken_ring("two-keys", SERVER.pem + KEYS["rsa"]
                                    + KEYS["server"]),
    "another's key": lambda: broken_ring("others", SERVER.pem
                                         + KEYS["rsa"]),
    "a key and no certificate": lambda: broken_ring("alone",
                                                    KEYS["server"]),
    "a damaged key": lambda: broken_ring(
        "damaged", SERVER.pem + lines_turned(KEYS["server"])),
    "a key with no end": lambda: broken_ring(
        "endless", SERVER.pem + KEYS["server"].rpartition("-----END")[0]),
    "a key with no begin": lambda: broken_ring(
        "headless", SERVER.pem + KEYS["server"].split("\n", 1)[1]),
    "a key that calls itself a certificate": lambda: broken_ring(
        "renamed", KEYS["rsa"].replace("PRIVATE KEY", "CERTIFICATE")),
    "a key among the trusted": lambda: P.ring(
        T.path("trusting"), SERVER, trusted=[]),
    "a key for a label": lambda: broken_ring(
        "default", SERVER.pem + KEYS["server"]),
}

for what, make in RINGS.items():
    with T.case("no key is shown: " + what):
        ring = make()
        if what == "a key among the trusted":
            T.write(os.path.join(ring, "trusted", "ca.pem"), KEYS["rsa"])
        if what == "a key for a label":
            T.write(os.path.join(ring, "personal", "default"),
                    KEYS["server"])
        path = T.write("broken.policy", text(ring))
        code, said = daemon.check(path, "--check")
        expect(code == 1, "it was taken: " + said)
        keep(said)
        for extra in ((), ("--format", "json")):
            keep(daemon.lint(path, "--deep", *extra)[1])

with T.case("no password is shown"):
    for line in ("KeyringPw swordfish\n", "KeyringPw swordfish more\n",
                 "keyringpw swordfish\n", "KeyringPww swordfish\n",
                 "KeyringPw \"swordfish\n", "KeyringPw swordfish {\n"):
        path = T.write("password.policy", text().replace(
            "\tKeyring ", "\t" + line + "\tKeyring "))
        for said in (daemon.check(path, "--check")[1],
                     daemon.lint(path, "--deep")[1],
                     daemon.lint(path, "--deep", "--format", "json")[1]):
            expect("KeyringPw" in said, "nothing is said of it: " + said)
            expect("swordfish" not in said, "%r:\n%s" % (line, said))

with T.case("a daemon that tells all it can, of every kind of client"):
    D = daemon.Daemon(T, text(trace=255), workers=1)
    served()
    for version in ("1_2", "1_3"):
        keep(str(client.openssl(PORT, ROOT.path, version=version)))
    hello.ask(PORT, b"GET / HTTP/1.0\r\n\r\n")
    hello.ask(PORT, KEYS["server"].encode(), finish=True)
    since = D.mark()
    T.write(os.path.basename(D.policy), text(RINGS["another's key"]()))
    D.proc.send_signal(signal.SIGHUP)
    D.wait_line(re.compile("refused"), since)
    D.close()
    keep("\n".join(D.lines))

with T.case("no key in anything that was said"):
    expect(len(SAID) > 20, "%d texts" % len(SAID))
    wanted = secrets()
    expect(len(wanted) > 20, "%d secrets" % len(wanted))
    # The way of looking is good.
    expect(any(secret in KEYS["rsa"].lower() for secret in wanted), "blind")
    for said in SAID:
        for secret in wanted:
            expect(secret not in said.lower(), "%r is in:\n%s"
                   % (secret, said[:3000]))
T.done()
