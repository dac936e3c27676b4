"""Processes of the bench: each in a group of its own, none outlives it; and
what the kernel says of them."""

import ctypes
import os
import re
import signal
import socket
import subprocess
import time

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def _die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Group:
    """A program, and what it starts.  Its output goes to the file `log`, or
    to a pipe where there is none."""

    living = set()

    def __init__(self, argv, log=None):
        out = open(log, "wb") if log else subprocess.PIPE
        try:
            self.proc = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=out,
                stderr=subprocess.STDOUT if log else None, text=True,
                start_new_session=True, preexec_fn=_die_with_parent)
        finally:
            if log:
                out.close()
        self.living.add(self)

    def line(self):
        return self.proc.stdout.readline()

    def say(self, text="\n"):
        try:
            self.proc.stdin.write(text)
            self.proc.stdin.flush()
        except OSError:
            pass

    def family(self):
        """Its own pid and those of its descendants."""
        children = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open("/proc/%s/stat" % entry) as f:
                    parent = int(f.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry))
        found = [self.proc.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def end(self, limit=5):
        """SIGTERM for the program, then SIGKILL for what is left of its
        group; a pid that is a group's is given to nobody else."""
        if self not in self.living:
            return
        self.living.remove(self)
        for stream in (self.proc.stdin, self.proc.stdout):
            try:
                if stream:
                    stream.close()
            except OSError:
                pass
        if self.proc.poll() is None:
            self.proc.terminate()
        try:
            self.proc.wait(limit)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.proc.pid, signal.SIGKILL)
        except OSError:
            pass
        self.proc.wait()

    @classmethod
    def end_all(cls):
        for group in list(cls.living):
            group.end(1)


def wait_for_port(port, group, limit=10):
    """Until somebody listens; False where the program ended before."""
    end = time.monotonic() + limit
    while group.proc.poll() is None and time.monotonic() < end:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.02)
    return False


def cpu(pids):
    """Processor time of processes in seconds, by their own clocks, which
    count nanoseconds and threads that have ended."""
    total = 0.0
    clock = ctypes.c_int()
    for pid in pids:
        if LIBC.clock_getcpuclockid(pid, ctypes.byref(clock)) == 0:
            try:
                total += time.clock_gettime(clock.value)
            except OSError:
                pass
    return total


def settled_cpu(pids, limit=3):
    """The same, when it has stood still for a while."""
    end = time.monotonic() + limit
    before, still = cpu(pids), 0
    while still < 3 and time.monotonic() < end:
        time.sleep(0.02)
        now = cpu(pids)
        still = still + 1 if now - before < 0.0002 else 0
        before = now
    return before


def memory(pids):
    """Proportional set size in KiB; None where the kernel does not tell us,
    as it tells nobody but root of a process that guards its memory."""
    total = 0
    for pid in pids:
        try:
            with open("/proc/%d/smaps_rollup" % pid) as f:
                total += int(re.search(r"(?m)^Pss:\s+(\d+)",
                                       f.read()).group(1))
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return total
