"""The programs of tests/wrap under `sallyport run`, and plain beside it: what
they say must be the same."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import threading
import time

from . import build_path, client, policy, service
from .daemon import FAULTS, children, free_ports
from .service import NOBODY, PATH, ROOTLY, die_with_parent
from .tap import Skip, equal, expect, wait_for

TRAPS = ("trap", "fixed")
SKIPPED = 77
AGENT = "sallyport-agent"


class Plain:
    """A client without TLS, with the manners of client.Tls."""

    def __init__(self, port, host="127.0.0.1", limit=15.0):
        self.sock = socket.create_connection((host, port), limit)
        self.port = self.sock.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def handshake(self):
        return self

    def send(self, data):
        self.sock.sendall(data)

    def recv(self, size=65536):
        return self.sock.recv(size)

    recv_exactly = client.Tls.recv_exactly
    echo = client.Tls.echo

    def close_write(self):
        self.sock.shutdown(socket.SHUT_WR)

    close = client.Tls.close


def rest(link):
    """All that still comes."""
    return b"".join(iter(link.recv, b""))


def line(link):
    got = b""
    while not got.endswith(b"\n"):
        byte = link.recv(1)
        expect(byte, "the stream ended after %r" % got)
        got += byte
    return got


class Setting(service.Setting):
    """Certificates and programs; `trap` of tests/wrap among them."""

    def __init__(self, tap):
        super().__init__(tap)
        for name in TRAPS:
            shutil.copy(build_path(os.path.join("tests/wrap", name)),
                        tap.path("bin", name))
        tap.cleanup(self.sweep)
        self.sallyport = tap.path("bin", "sallyport")
        self.trap = tap.path("bin", "trap")
        self.fixed = tap.path("bin", "fixed")

    def sweep(self):
        """Ends what a failed case left: programs of our directory, which
        nobody else starts."""
        for pid in service.processes():
            if self.tap.path("bin") + "/" in service.command(pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    continue

    def policy(self, port, *more):
        """One rule for a port or a range, with this setting's ring; more
        are rules, too."""
        return self.tap.write(
            "policy-%s-%d" % (port, time.monotonic_ns()), policy.text(
                policy.Rule("trap", port, self.ring), *more))


class Run:
    """A command, wrapped or not; what it writes is read at once.

    `self.proc` is the keeper, or the command itself where it is plain. Without
    rules the options say where an agent is.
    """

    def __init__(self, setting, argv, rules=None, wrapped=True, options=(),
                 env=None, stdin=subprocess.PIPE, **more):
        tap = setting.tap
        self.wrapped = wrapped
        self.argv = list(argv)
        if wrapped:
            own = [] if rules is None else ["--policy", rules]
            self.argv = [setting.sallyport, "run", *own, *options,
                         "--"] + self.argv
        if ROOTLY:
            more = {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid,
                    "extra_groups": [], **more}
        if env is None:
            env = {"PATH": PATH, "HOME": "/", "LC_ALL": "C"}
        self.out, self.err = [], []
        self.changed = threading.Condition()
        more.setdefault("start_new_session", True)
        more.setdefault("preexec_fn", die_with_parent)
        more.setdefault("cwd", tap.dir)
        self.proc = subprocess.Popen(
            self.argv, stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=env, **more)
        self.pid = self.proc.pid
        self.seen = {self.pid}
        self.readers = [
            threading.Thread(target=self._read, args=pair, daemon=True)
            for pair in ((self.proc.stdout, self.out),
                         (self.proc.stderr, self.err))]
        for reader in self.readers:
            reader.start()
        self.over = False
        tap.cleanup(self.kill)
        tap.note(self.tail)

    def _read(self, stream, into):
        for raw in stream:
            with self.changed:
                into.append(raw.decode(errors="replace").rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            into.append(None)
            self.changed.notify_all()

    def tail(self, count=15):
        """Once; of one that ended well, nobody wants to know."""
        if self.over:
            return []
        self.over = True
        with self.changed:
            return (["%s:" % shlex.join(self.argv)]
                    + ["  out %s" % text for text in self.out[-count:]]
                    + ["  err %s" % text for text in self.err[-count:]])

    def wait(self, pattern, stream="out", since=0, limit=15):
        """The first line from `since` on that the pattern is found in."""
        lines = getattr(self, stream)
        end = time.monotonic() + limit
        at = since
        with self.changed:
            while True:
                for at in range(at, len(lines)):
                    if lines[at] is None:
                        raise AssertionError(
                            "%s ended without %r:\n%s" % (
                                stream, pattern, "\n".join(self.tail())))
                    if re.search(pattern, lines[at]):
                        return lines[at]
                at = len(lines)
                left = end - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    raise AssertionError("no %r on std%s:\n%s" % (
                        pattern, stream, "\n".join(self.tail())))

    def ready(self, nth=1):
        """Waits for the nth "ready"."""
        since = 0
        for _ in range(nth):
            self.wait("^ready$", since=since)
            since = self.out.index("ready", since) + 1
        return self

    def told(self, pattern, limit=15):
        """A sentence of the keeper's on standard error."""
        return self.wait("^sallyport run: .*" + pattern, "err", limit=limit)

    def said(self):
        """Standard output's lines so far."""
        with self.changed:
            return [text for text in self.out if text is not None]

    def write(self, text="\n"):
        self.proc.stdin.write(text.encode())
        self.proc.stdin.flush()

    # Processes

    def agents(self):
        """The private agent's supervisor: the keeper's child of its
        name."""
        return [pid for pid, state in children(self.pid)
                if state != "Z" and name(pid) == AGENT]

    def supervisor(self):
        return wait_for(self.agents, "an agent")[0]

    def workers(self):
        return [pid for agent in self.agents()
                for pid, state in children(agent) if state != "Z"]

    def service(self):
        """The command's process."""
        if not self.wrapped:
            return self.pid
        return wait_for(lambda: [
            pid for pid, state in children(self.pid)
            if name(pid) not in (AGENT, "sallyport")],
            "the service")[0]

    def family(self):
        found = service.family(self.pid)
        self.seen |= found
        return found

    def left(self):
        table = service.processes()
        return [pid for pid in self.seen if pid != self.pid
                and pid in table and table[pid][2] not in "ZX"]

    def ended(self, limit=15):
        """Waits for its end; the exit status, negative where a signal was
        it. Nothing of it remains."""
        self.family()
        try:
            status = self.proc.wait(limit)
        except subprocess.TimeoutExpired:
            raise AssertionError("it does not end:\n%s"
                                 % "\n".join(self.tail()))
        wait_for(lambda: not self.left(), "the end of all processes", limit)
        for reader in self.readers:
            reader.join(limit)
        faults = [text for text in self.err if text and FAULTS.search(text)]
        expect(not faults, "\n".join(faults))
        return status

    def end(self, status=0):
        """It ends by itself, with this status."""
        if self.proc.stdin:
            self.proc.stdin.close()
        got = self.ended()
        expect(got == status, "exit status %d, want %d:\n%s"
               % (got, status, "\n".join(self.tail())))
        self.over = True

    def stop(self):
        """SIGTERM, of which it dies."""
        self.family()
        self.proc.terminate()
        self.end(-signal.SIGTERM)

    def kill(self):
        """Whatever is left of it, without questions."""
        if self.proc.poll() is None:
            self.family()
        table = service.processes()
        for pid in self.seen:
            # A pid that was given to somebody else is in another session.
            if pid in table and (pid == self.pid
                                 or table[pid][1] in self.seen):
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    continue
        self.proc.wait(10)
        for reader in self.readers:
            reader.join(1)


def name(pid):
    try:
        with open("/proc/%d/comm" % pid) as f:
            return f.read().rstrip("\n")
    except OSError:
        return ""


class Trap(Run):
    """`trap MODE` on a port of its own, which the one rule names."""

    def __init__(self, setting, mode, *args, host="127.0.0.1", wrapped=True,
                 ports=None, count=1, options=(), **more):
        """ports: what the rule names instead; count: ports from `at` on."""
        self.setting = setting
        self.host = host
        self.at = free_ports(count)
        if count > 1:
            ports = "%d-%d" % (self.at, self.at + count - 1)
        argv = [setting.trap, mode, str(self.at), host, *map(str, args)]
        rules = setting.policy(ports or self.at) if wrapped else None
        super().__init__(setting, argv, rules, wrapped, options, **more)

    def connect(self, port=None, host=None, context=None, limit=15):
        """A client that has been let in."""
        host = host or {"0.0.0.0": "127.0.0.1",
                        "::": "::1"}.get(self.host, self.host)
        port = port or self.at
        if not self.wrapped:
            return Plain(port, host, limit)
        return client.Tls(port, context or self.setting.full, host,
                          limit=limit).handshake()

    def greeted(self, *args, **more):
        """A client, and who greets it."""
        link = self.connect(*args, **more)
        return link, line(link).decode().strip().replace("hello from ", "")

    def use(self, *args, **more):
        """One connection from end to end; the tag of who served it."""
        link, tag = self.greeted(*args, **more)
        with link:
            link.echo(b"0123456789" * 100)
            link.close()
        return tag


def both(setting, drive, mode, *args, status=0, adapt=None, **more):
    """Runs a trap plain and wrapped; drive(trap) is the client, and what it
    returns is compared like what the program said. adapt(wrapped, line)
    gives the line to compare, or None."""
    told = {}
    for wrapped in (False, True):
        trap = Trap(setting, mode, *args, wrapped=wrapped, **more)
        result = drive(trap)
        try:
            trap.end(status)
        except AssertionError:
            if trap.proc.poll() == SKIPPED:
                raise Skip("not on this machine")
            raise
        said = trap.said()
        expect(not any("FAILED" in text for text in said),
               "%s:\n%s" % ("wrapped" if wrapped else "plain",
                            "\n".join(said)))
        if adapt:
            said = [text for text in (adapt(wrapped, text) for text in said)
                    if text is not None]
        told[wrapped] = said, result
    differ(told[False][0], told[True][0])
    equal(told[True][1], told[False][1], "what the client saw")


def differ(plain, wrapped):
    """Fails with the lines that differ."""
    if plain == wrapped:
        return
    pairs = [pair for pair in zip(plain + [None] * len(wrapped),
                                  wrapped + [None] * len(plain))
             if pair[0] != pair[1]]
    raise AssertionError("\n".join(
        "plain %r\nwrapped %r" % pair for pair in pairs[:40]))


__all__ = ["Plain", "Run", "Setting", "Trap", "both", "free_ports", "line",
           "name", "rest"]
