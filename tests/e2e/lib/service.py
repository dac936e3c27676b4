"""Real services under `sallyport run`, as nobody where the test is root, and
the clients that use them over TLS.

SALLYPORT_PLAIN=1 starts the services without it and has the clients speak
plaintext: whose fault is it?  The cases that need TLS are skipped then."""

import ctypes
import glob
import http.client
import os
import pwd
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import threading

from . import build_path, client, pki, policy
from .daemon import FAULTS, PR_SET_PDEATHSIG
from .tap import Skip, among, expect, wait_for

PLAIN = os.environ.get("SALLYPORT_PLAIN") == "1"
ROOTLY = os.getuid() == 0
NOBODY = pwd.getpwnam("nobody")
# Not the shims that a developer may have in front of them.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROGRAMS = ("sallyport", "sallyportd", "libsallyport.so")


def program(name, package, *patterns):
    """Where a service is; Skip names the Debian package that has it."""
    for pattern in patterns:
        found = sorted(glob.glob(pattern))
        if found:
            return found[-1]
    found = shutil.which(name, path=PATH)
    if not found:
        raise Skip("%s is not installed: package %s" % (name, package))
    return found


def python():
    return program("python3", "python3")


def processes():
    """pid -> (parent, session, state, when it was started)."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry) as f:
                rest = f.read().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(entry)] = (int(rest[1]), int(rest[3]), rest[0], rest[19])
    return found


class Kin:
    """A process, its descendants, whoever is in the session of one of them,
    and whose command line has the mark: as far as one has looked in time.
    Numbers of processes are used again; these are told apart."""

    def __init__(self, pid, mark=None):
        self.mark = mark
        self.born = {}
        self.add(pid)

    def add(self, pid):
        self._note({pid}, processes())

    def _note(self, pids, table):
        for pid in pids:
            if pid in table:
                self.born[pid] = table[pid][3]

    def look(self):
        """Those that live."""
        table = processes()
        found = {pid for pid, born in self.born.items()
                 if pid in table and table[pid][3] == born}
        # A session outlives its leader, and keeps its number from others.
        sessions = {pid for pid in self.born
                    if pid in found or pid not in table}
        if self.mark:
            found |= {pid for pid in table if self.mark in command(pid)}
        more = found
        while more:
            found = found | more
            more = {pid for pid, (parent, session, _, _) in table.items()
                    if pid not in found
                    and (parent in found or session in found | sessions)}
        self._note(found, table)
        return {pid for pid in found if table[pid][2] not in "ZX"}

    def kill(self):
        """Whatever is left, until nothing is."""
        wait_for(lambda: not self._kill(), "the end of all processes")

    def _kill(self):
        left = self.look()
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        return left


def family(pid):
    return Kin(pid).look()


def command(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            return f.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


class Setting:
    """Certificates, and a copy of the programs that everybody may read:
    the build directory may be closed to nobody."""

    def __init__(self, tap):
        self.tap = tap
        # Nobody reads what the test writes.
        os.umask(0o022)
        self.pki = pki.Pki(tap.path("pki"))
        self.ca = self.pki.ca("root")
        self.leaf = self.pki.leaf("client", self.ca)
        self.ring = self.pki.ring(tap.path("ring"),
                                  self.pki.server("server", self.ca),
                                  trusted=[self.ca])
        self.full = client.context(self.ca.path, self.leaf)
        self.nameless = client.context(self.ca.path)
        os.mkdir(tap.path("bin"))
        for name in PROGRAMS:
            if not PLAIN or name != "libsallyport.so":
                shutil.copy(build_path(name), tap.path("bin", name))
        self.own(tap.path("ring"))

    def own(self, path):
        """Gives a file or a directory tree to nobody."""
        if not ROOTLY:
            return path
        os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)
        for folder, folders, files in os.walk(path):
            for name in folders + files:
                os.chown(os.path.join(folder, name), NOBODY.pw_uid,
                         NOBODY.pw_gid)
        return path

    def directory(self, *names):
        """A directory that the service may write to."""
        path = self.tap.path(*names)
        os.makedirs(path, exist_ok=True)
        return self.own(path)

    # Clients

    def connect(self, port, host="127.0.0.1", source=None, limit=30):
        """A connected client with its certificate."""
        sock = socket.create_connection(
            (host, port), limit, (source, 0) if source else None)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if PLAIN:
            return sock
        try:
            return self.full.wrap_socket(sock, suppress_ragged_eofs=False)
        except BaseException:
            sock.close()
            raise

    def http(self, port, host="127.0.0.1", source=None):
        """An HTTP connection, for as many requests as are wanted."""
        made = http.client.HTTPConnection(host, port, 30)
        made.sock = self.connect(port, host, source)
        # A second connection would be opened in the clear.
        made.auto_open = 0
        return made

    def get(self, port, path="/", host="127.0.0.1", source=None):
        """One request on a connection of its own: (status, body)."""
        made = self.http(port, host, source)
        try:
            made.request("GET", path, headers={"Connection": "close"})
            response = made.getresponse()
            return response.status, response.read()
        finally:
            made.close()

    def refuses(self, port, request, host="127.0.0.1"):
        """Neither a client without a certificate nor one without TLS gets
        an answer of the service, whatever it asks."""
        if PLAIN:
            return
        self._refuses_nameless(port, request, host)
        with socket.create_connection((host, port), 30) as sock:
            got = answer_to(sock, request)
        # At most an alert: RFC 8446 section 5.1, 6.
        expect(got == b"" or (len(got) == 7 and got[:2] == b"\x15\x03"),
               "a plaintext client was answered: %r" % got)

    def _refuses_nameless(self, port, request, host):
        with socket.create_connection((host, port), 30) as sock:
            try:
                with self.nameless.wrap_socket(
                        sock, suppress_ragged_eofs=False) as tls:
                    tls.sendall(request)
                    got = tls.recv(100)
            except ssl.SSLError as error:
                among(client.alert_of(error),
                      {"certificate_required", "handshake_failure"},
                      "alert in %s" % error)
                return
        raise AssertionError("a client without a certificate got %r" % got)


def answer_to(sock, request):
    """What comes until the end, whoever ends it."""
    got = b""
    try:
        sock.sendall(request)
        while True:
            data = sock.recv(65536)
            if not data:
                return got
            got += data
    except (ConnectionResetError, BrokenPipeError):
        return got


def listens(port, host="127.0.0.1"):
    family_of = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family_of) as probe:
        probe.settimeout(5)
        return probe.connect_ex((host, port)) == 0


class Service:
    """A running service, whose ports listen when the constructor returns.

    ports: those that the policy's one rule names, consecutive; host: where
    to look whether they listen.  root: it may keep what root has.
    background: its first process leaves, and the others go on.
    What it and Sallyport write goes to `log`.
    """

    def __init__(self, setting, argv, port, count=1, host="127.0.0.1",
                 env=None, cwd=None, root=False, background=False,
                 options=(), limit=60):
        self.setting = setting
        self.port = port
        self.leaves = background
        self.over = False
        tap = setting.tap
        ports = str(port) if count == 1 else "%d-%d" % (
            port, port + count - 1)
        self.rules = tap.write("policy-%d" % port, policy.text(
            policy.Rule("service", ports, setting.ring)))
        self.argv = list(argv)
        if not PLAIN:
            self.argv = [tap.path("bin", "sallyport"), "run", "--policy",
                         self.rules, *options, "--"] + self.argv
        self.log = tap.path("log-%d" % port)
        more = {}
        if ROOTLY and not root:
            more = {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid,
                    "extra_groups": []}
        with open(self.log, "ab") as log:
            self.proc = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent,
                cwd=cwd or tap.dir,
                env={"PATH": PATH, "HOME": cwd or tap.dir, "LC_ALL": "C",
                     **(env or {})}, **more)
        self.pid = self.proc.pid
        self.kin = Kin(self.pid, self.rules)
        tap.cleanup(self.kill)
        tap.note(self.tail)
        for i in range(count):
            wait_for(lambda i=i: self._listens(port + i, host),
                     "%s to listen" % argv[0], limit)

    def _listens(self, port, host):
        if self.proc.poll() is not None and not self.leaves:
            raise AssertionError("it ended with %d:\n%s" % (
                self.proc.returncode, "\n".join(self.tail(20))))
        return listens(port, host)

    def text(self):
        with open(self.log, errors="replace") as f:
            return f.read()

    def tail(self, count=12):
        """Of one that has ended well, nobody wants to know."""
        return [] if self.over else (
            ["log of %s:" % shlex.join(self.argv)]
            + ["  " + line for line in self.text().splitlines()[-count:]])

    def send(self, number):
        """Sent as a person would: to what was started."""
        self.proc.send_signal(number)

    def ended(self, limit=30):
        """Waits for its end; its exit status.  Nothing of it remains, nor
        of Sallyport."""
        self.kin.look()
        status = self.proc.wait(limit)
        wait_for(lambda: not self.kin.look(), "the end of all its processes",
                 limit)
        faults = [line for line in self.text().splitlines()
                  if FAULTS.search(line)]
        expect(not faults, "\n".join(faults))
        self.over = True
        return status

    def stop(self, number=signal.SIGTERM, limit=30):
        self.kin.look()
        self.send(number)
        return self.ended(limit)

    def kill(self):
        """Whatever is left of it, without questions."""
        self.kin.kill()
        self.proc.wait(10)


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def crowd(count, work):
    """Runs work(i) in `count` threads at once; the first that fails fails
    the case."""
    errors = []

    def one(i):
        try:
            work(i)
        except Exception as error:
            errors.append("%d: %s: %s" % (i, type(error).__name__, error))

    threads = [threading.Thread(target=one, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(not errors, "%d of %d failed:\n%s"
           % (len(errors), count, "\n".join(errors[:5])))
