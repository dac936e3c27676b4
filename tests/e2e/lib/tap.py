"""TAP output, a private directory, and an end for tests that hang."""

import atexit
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback


class Skip(Exception):
    """Raised inside a case: it does not apply here, and why."""


class Tap:
    """One test program.  `limit` seconds is when it is considered stuck."""

    def __init__(self, limit=120):
        self.count = 0
        self.failed = 0
        self.cleanups = []
        self.notes = []
        # Short: a unix socket's path has 108 bytes.
        self.dir = tempfile.mkdtemp(prefix="sp-e2e-", dir="/tmp")
        os.chmod(self.dir, 0o755)
        # A shell's background job starts with these ignored, and so would
        # all that it starts.
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            if signal.getsignal(number) == signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, self._stuck)
        signal.signal(signal.SIGTERM, self._ended)
        signal.alarm(limit)
        atexit.register(self._clean)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, content):
        """A file of the private directory; returns its path."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb" if isinstance(content, bytes) else "w") as f:
            f.write(content)
        return path

    def cleanup(self, function):
        """Called at the end, last registered first."""
        self.cleanups.append(function)

    def note(self, function):
        """`function()` gives lines that explain a failure."""
        self.notes.append(function)

    def _line(self, text):
        print(text, flush=True)

    def diag(self, text):
        for line in str(text).splitlines():
            self._line("# " + line)

    @contextlib.contextmanager
    def case(self, name):
        """One TAP line: not ok where the body raises."""
        start = time.monotonic()
        try:
            yield
        except Skip as skip:
            self.count += 1
            self._line("ok %d - %s # SKIP %s" % (self.count, name, skip))
        except Exception:
            self.count += 1
            self.failed += 1
            self._line("not ok %d - %s" % (self.count, name))
            self.diag(traceback.format_exc())
            for note in self.notes:
                self.diag("\n".join(note()))
        else:
            self.count += 1
            self._line("ok %d - %s" % (self.count, name))
        spent = time.monotonic() - start
        if spent > 5:
            self.diag("%.1f s" % spent)

    def skip_all(self, reason):
        self._line("1..0 # SKIP " + reason)
        self._clean()
        sys.exit(0)

    def done(self):
        self._clean()
        self._line("1..%d" % self.count)
        sys.exit(1 if self.failed else 0)

    def _clean(self):
        signal.alarm(0)
        while self.cleanups:
            try:
                self.cleanups.pop()()
            except Exception:
                self.diag(traceback.format_exc())
                self.failed += 1
        shutil.rmtree(self.dir, ignore_errors=True)

    def _stuck(self, _signum, frame):
        self.diag("".join(traceback.format_stack(frame)))
        for note in self.notes:
            self.diag("\n".join(note()))
        self._line("Bail out! stuck")
        self._clean()
        os._exit(99)

    def _ended(self, _signum, _frame):
        self._line("Bail out! terminated")
        self._clean()
        os._exit(99)


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def equal(got, want, what):
    if got != want:
        raise AssertionError("%s: got %r, want %r" % (what, got, want))


def among(got, wanted, what):
    if got not in wanted:
        raise AssertionError("%s: got %r, want one of %r"
                             % (what, got, sorted(wanted, key=str)))


def wait_for(condition, what, limit=10.0):
    """Waits until `condition()` is true; returns what it returned."""
    end = time.monotonic() + limit
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("waited %.0f s in vain for %s"
                                 % (limit, what))
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
