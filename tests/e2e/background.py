#!/usr/bin/env python3
"""A start without --foreground: it comes back with 0 when the daemon
serves, and with 1 and the diagnostic when it does not."""

import os
import re
import signal
import socket
import subprocess
import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, tap  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(60)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
CONTEXT = client.context(ROOT.path, P.leaf("alice", ROOT))
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
SERVICE = backend.Backend(T, backend.echo)
PORT = daemon.free_ports()
GOOD = policy.text(policy.Rule("gate", PORT, RING, SERVICE.address))
PATH = T.path("background.policy")


def processes():
    """The daemon's processes, told by the policy's path, which no other
    run of this test has."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/cmdline" % entry, "rb") as f:
                if PATH.encode() in f.read().split(b"\0"):
                    found.append(int(entry))
        except OSError:
            continue
    return [pid for pid in found if daemon.alive(pid)]


def supervisor():
    """The one whose parent is none of them."""
    pids = processes()
    below = {child for pid in pids for child, _ in daemon.children(pid)}
    tops = [pid for pid in pids if pid not in below]
    equal(len(tops), 1, "processes at the top")
    return tops[0]


def ended():
    for pid in processes():
        os.kill(pid, signal.SIGKILL)


T.cleanup(ended)


def start(text, *args):
    """Starts it and waits until it comes back and nobody holds its output
    any more: what a shell, or ssh, waits for."""
    if text is not None:
        T.write("background.policy", text)
    argv = [daemon.binary(), "--policy", PATH, "--workers", "2"]
    return subprocess.run(argv + list(args), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=20)


def echoes():
    with client.Tls(PORT, CONTEXT) as tls:
        tls.handshake()
        tls.echo(b"hello")
        tls.close()


def refuses():
    try:
        socket.create_connection(("127.0.0.1", PORT), 5).close()
        return False
    except ConnectionRefusedError:
        return True


for turn in (1, 2, 3):
    with T.case("it comes back when it serves, %d" % turn):
        done = start(GOOD)
        equal(done.returncode, 0, done.stderr)
        # At once, with no waiting.
        echoes()
        top = supervisor()
        equal(len(daemon.children(top)), 2, "workers")
        for pid in processes():
            equal(os.getsid(pid), top, "session of %d" % pid)
            if os.getuid() == 0:
                for fd in range(3):
                    equal(os.readlink("/proc/%d/fd/%d" % (pid, fd)),
                          "/dev/null", "descriptor %d of %d" % (fd, pid))
    if turn < 3:
        with T.case("SIGTERM ends it, %d" % turn):
            os.kill(top, signal.SIGTERM)
            wait_for(lambda: not processes(), "its end")
            expect(refuses(), "the port is open")

with T.case("a second one on the same port: 1, and why"):
    others = set(processes())
    done = start(None)
    equal(done.returncode, 1, done.stderr)
    expect(re.search(r"background\.policy:\d+.*%d.*in use" % PORT,
                     done.stderr), done.stderr)
    equal(set(processes()), others, "processes")
    echoes()

with T.case("SIGHUP with a broken policy: it goes on"):
    before = set(processes())
    T.write("background.policy", GOOD.replace("HandshakeRole", "Roll"))
    os.kill(top, signal.SIGHUP)
    for _ in range(20):
        echoes()
    equal(set(processes()), before, "processes")

with T.case("SIGHUP with a good policy: new workers"):
    old = before - {top}
    T.write("background.policy", GOOD)
    os.kill(top, signal.SIGHUP)
    wait_for(lambda: not old & set(processes()), "the old workers' end")
    echoes()
    equal(len(daemon.children(top)), 2, "workers")
    if os.getuid() == 0:
        for pid in processes():
            equal(os.readlink("/proc/%d/fd/2" % pid), "/dev/null",
                  "standard error of %d" % pid)

with T.case("a worker that is killed is replaced"):
    doomed = (set(processes()) - {top}).pop()
    os.kill(doomed, signal.SIGKILL)
    wait_for(lambda: len(set(processes()) - {doomed}) == 3, "a new worker")
    echoes()
    os.kill(top, signal.SIGTERM)
    wait_for(lambda: not processes(), "its end")

REFUSED = (
    ("an error", GOOD.replace("HandshakeRole", "HandshakeRoll"),
     "HandshakeRoll", r"did you mean 'HandshakeRole'"),
    ("a missing ring", GOOD.replace(RING, T.path("nowhere")), "Keyring ",
     r"No such file"),
    ("what is not built yet", GOOD.replace("Required", "SAFCheck"),
     "ClientAuthType", r"SAFCheck|ClientAuthType"),
)
for what, text, needle, words in REFUSED:
    with T.case(what + ": 1, and why"):
        done = start(text)
        equal(done.returncode, 1, done.stderr)
        expect("background.policy:%d:" % policy.line_of(text, needle)
               in done.stderr, done.stderr)
        expect(re.search(words, done.stderr), done.stderr)
        equal(processes(), [], "processes")
        expect(refuses(), "the port is open")

with T.case("no policy at that place: 1, and why"):
    os.unlink(PATH)
    done = start(None)
    equal(done.returncode, 1, done.stderr)
    expect("No such file" in done.stderr, done.stderr)
    equal(processes(), [], "processes")
T.done()
