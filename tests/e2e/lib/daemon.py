"""Runs sallyportd, reads its log, and looks at its processes."""

import ctypes
import os
import random
import re
import shlex
import signal
import socket
import subprocess
import threading
import time

from . import build_path
from .tap import Skip, expect, wait_for

PR_SET_PDEATHSIG = 1
# What must never be in the log of a build with sanitizers, or of any other.
FAULTS = re.compile(r"(Address|Leak|Thread)Sanitizer|runtime error:"
                    r"|internal error at")

_next_port = random.randrange(15000, 25000)


def _port_is_free(port):
    for family, address in ((socket.AF_INET, "0.0.0.0"),
                            (socket.AF_INET6, "::")):
        with socket.socket(family, socket.SOCK_STREAM) as s:
            if family == socket.AF_INET6:
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((address, port))
            except OSError:
                return False
    return True


def free_ports(count=1):
    """The first of `count` consecutive ports that nobody uses, below the
    ephemeral ones, so that no client of ours takes one."""
    global _next_port
    for _ in range(1000):
        first = _next_port
        _next_port += count
        if _next_port > 30000:
            _next_port = 15000
        if all(_port_is_free(first + i) for i in range(count)):
            return first
    raise AssertionError("no free port")


def binary():
    path = build_path("sallyportd")
    expect(os.access(path, os.X_OK), "%s is not built" % path)
    return path


def sanitized():
    """Whether the daemon was built with AddressSanitizer."""
    with open(binary(), "rb") as f:
        return b"__asan_init" in f.read()


def parse(line):
    """The fields of a logfmt line."""
    fields = {}
    for match in re.finditer(r'([\w.-]+)=("(?:[^"\\]|\\.)*"|\S*)', line):
        key, value = match.groups()
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        fields[key] = value
    return fields


class Conn(dict):
    """The log line of one connection, and its parts by name."""

    def __init__(self, line):
        super().__init__(parse(line))
        self.line = line

    @property
    def reason(self):
        return int(self["reason"].split("/")[0])

    @property
    def alert(self):
        return self.get("alert")


def children(pid):
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry) as f:
                rest = f.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(rest[1]) == pid:
            found.append((int(entry), rest[0]))
    return found


def descriptors(pid):
    """How many are open; 0 where only root may know, for the daemon hides
    its memory from its own user, and of a process that has ended."""
    try:
        return len(os.listdir("/proc/%d/fd" % pid))
    except (PermissionError, FileNotFoundError):
        return 0


def resident(pid):
    """Resident memory in bytes."""
    with open("/proc/%d/status" % pid) as f:
        for line in f:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def spent(pid):
    """Processor time of a process in seconds."""
    with open("/proc/%d/stat" % pid) as f:
        rest = f.read().rpartition(")")[2].split()
    return (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")


def alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def owners(pids, local, remotes):
    """Which of the processes holds each IPv4 connection, seen from the end
    whose own port is `local`, by the port of its other end; None: none of
    them.  Only root may know."""
    wanted, found = {}, dict.fromkeys(remotes)
    with open("/proc/net/tcp") as f:
        next(f)
        for line in f:
            parts = line.split()
            ports = [int(end.split(":")[1], 16) for end in parts[1:3]]
            if ports[0] == local and ports[1] in found:
                wanted["socket:[%s]" % parts[9]] = ports[1]
    for pid in pids:
        folder = "/proc/%d/fd" % pid
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for fd in names:
            try:
                link = os.readlink(os.path.join(folder, fd))
            except OSError:
                continue
            if link in wanted:
                found[wanted[link]] = pid
    return found


def check(policy, *args, user=None, limit=10):
    """Runs the daemon where it should not stay; user: another uid, root
    only.  Returns (status, text)."""
    argv = [binary(), "--policy", policy, "--foreground"] + list(args)
    if user is not None:
        argv = ["setpriv", "--reuid", str(user), "--regid", str(user),
                "--clear-groups"] + argv
    proc = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    try:
        out = proc.communicate(timeout=limit)[0]
    except subprocess.TimeoutExpired:
        proc.terminate()
        out = proc.communicate(timeout=10)[0]
        raise AssertionError("it did start:\n" + out.decode())
    return proc.returncode, out.decode(errors="replace")


def lint(policy, *args, user=None):
    """Runs `sallyport lint`; returns (status, text)."""
    argv = [build_path("sallyport"), "lint"] + list(args) + [policy]
    if user is not None:
        argv = ["setpriv", "--reuid", str(user), "--regid", str(user),
                "--clear-groups"] + argv
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, timeout=20,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors="replace")


def version():
    """What the daemon says that it is, and of its TLS library."""
    return subprocess.run([build_path("sallyportd"), "--version"],
                          capture_output=True, text=True, check=True).stdout


def needs_wolfssl(*least):
    """Skips a case that an older library than `least` cannot pass: the
    fallback builds (5.7, 5.5) work, with the limits that README names."""
    found = tuple(map(int, re.search(r"wolfSSL (\d+)\.(\d+)",
                                     version()).groups()))
    if found < least:
        raise Skip("wolfSSL %d.%d" % found)


def own_wolfssl():
    """Whether scripts/wolfssl built the library.  A distribution's lacks TLS
    1.0, chooses its alerts by itself, and tells less of the peer."""
    return "internal header yes" in version()


def lists():
    """Whether the policy's lists of groups and signatures reach the
    handshake, and what else looks at a hello."""
    return "lists of groups and signatures yes" in version()


class Daemon:
    """A running sallyportd; ready when the constructor returns."""

    def __init__(self, tap, policy, *args, workers=2, wrapper=(), limit=30):
        if "\n" in policy:
            policy = tap.write("policy-%d" % random.randrange(1 << 30),
                               policy)
        self.policy = policy
        self.lines = []
        self.changed = threading.Condition()
        argv = list(wrapper) + [
            binary(), "--policy", policy, "--foreground",
            "--workers", str(workers)] + list(args)
        self.argv = argv
        self.proc = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=self._die_with_parent)
        self.pid = self.proc.pid
        self.family = {self.pid}
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        tap.cleanup(self.kill)
        tap.note(self.tail)
        self.wait_line(re.compile(r"\bready\b"), limit=limit)
        self.workers()

    @staticmethod
    def _die_with_parent():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

    def _read(self):
        for raw in self.proc.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()
        with self.changed:
            self.lines.append("(end of log)")
            self.changed.notify_all()

    def tail(self, count=6):
        with self.changed:
            return (["log of %s:" % shlex.join(self.argv)]
                    + ["  " + line for line in self.lines[-count:]])

    def mark(self):
        """A place in the log, for `since`."""
        with self.changed:
            return len(self.lines)

    def wait_line(self, pattern, since=0, limit=10):
        """The first line from `since` on that the pattern is found in."""
        end = time.monotonic() + limit
        at = since
        with self.changed:
            while True:
                while at < len(self.lines):
                    if pattern.search(self.lines[at]):
                        return self.lines[at]
                    if self.lines[at] == "(end of log)":
                        raise AssertionError(
                            "the daemon ended:\n%s"
                            % "\n".join(self.lines[since:]))
                    at += 1
                left = end - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    raise AssertionError("no %r in the log:\n%s" % (
                        pattern.pattern, "\n".join(self.lines[since:])))

    def conns(self, since=0):
        with self.changed:
            lines = self.lines[since:]
        return [Conn(line) for line in lines if " conn: " in line]

    def conn(self, since=0, peer_port=None, limit=10, at=None):
        """The log line of the first connection ended since `since`, or of
        the one from the client's port `peer_port`, to our port `at`: one
        port of a client's may serve it for several of ours in a row."""
        pattern = r" conn: "
        if peer_port is not None:
            pattern += r".*\bpeer=\S*:%d\b" % peer_port
        if at is not None:
            pattern += r".*\blocal=\S*:%d\b" % at
        return Conn(self.wait_line(re.compile(pattern), since, limit))

    def wait_conns(self, count, since=0, limit=30):
        """Waits until `count` connections were logged since `since`."""
        def logged():
            with self.changed:
                return sum(" conn: " in line for line in self.lines[since:])
        wait_for(lambda: logged() >= count,
                 "%d connections in the log" % count, limit)
        return self.conns(since)

    def workers(self):
        """The pids of the workers that live."""
        found = [pid for pid, state in children(self.pid) if state != "Z"]
        self.family.update(found)
        return found

    def zombies(self):
        return [pid for pid, state in children(self.pid) if state == "Z"]

    def faults(self):
        with self.changed:
            return [line for line in self.lines if FAULTS.search(line)]

    def stop(self, limit=30):
        """SIGTERM; returns the exit status."""
        self.workers()
        if self.proc.poll() is None:
            self.proc.terminate()
        status = self.proc.wait(limit)
        self.reader.join(5)
        return status

    def close(self):
        """Ends it and insists that it ended well."""
        status = self.stop()
        expect(not self.faults(), "\n".join(self.faults()))
        expect(status == 0, "exit status %d\n%s"
               % (status, "\n".join(self.tail())))

    def kill(self):
        """Whatever is left of it, without questions."""
        self.workers()
        for pid in self.family:
            # A pid that was given to somebody else has another group.
            try:
                if os.getpgid(pid) == self.pid:
                    os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        self.proc.wait(10)
