#!/usr/bin/env python3
"""nginx with two workers, wrapped, with reuseport and without: files bit for
bit, addresses in its log, and reload and binary upgrade with no request
lost."""

import os
import re
import signal
import sys
import threading

sys.dont_write_bytecode = True

from lib import FULL, client, service, tap  # noqa: E402
from lib.daemon import alive, free_ports  # noqa: E402
from lib.service import PLAIN, ROOTLY, Service, Setting  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(240)
try:
    NGINX = service.program("nginx", "nginx")
except Skip as skip:
    T.skip_all(str(skip))
S = Setting(T)
DATA = os.urandom(5 << 20)
T.write("www/data", DATA)
T.write("www/small", b"hello\n")
TURNS = 10 if FULL else 2
CONFIG = """
%(user)s
worker_processes 2;
daemon %(daemon)s;
pid %(folder)s/pid;
error_log %(folder)s/error.log notice;
events { worker_connections 512; }
http {
	log_format ends '$remote_addr $server_addr $server_port $request_uri '
		'$connection $pid';
	access_log %(folder)s/access.log ends;
	client_body_temp_path %(folder)s/body;
	proxy_temp_path %(folder)s/proxy;
	fastcgi_temp_path %(folder)s/fastcgi;
	uwsgi_temp_path %(folder)s/uwsgi;
	scgi_temp_path %(folder)s/scgi;
	sendfile on;
	tcp_nopush on;
	tcp_nodelay on;
	keepalive_requests 10000;
	server {
		%(listen)s
		root %(root)s;
		location = /generation { return 200 %(generation)d; }
	}
}
"""


class Nginx:
    """One nginx; `listen` may have PORT and options."""

    def __init__(self, name, listen, daemon="off", root=False):
        self.folder = S.directory(name)
        self.port = free_ports()
        self.values = {
            "folder": self.folder, "root": T.path("www"), "daemon": daemon,
            "user": "user nobody nogroup;" if root else "",
            "listen": "".join("listen %s;" % one.replace(
                "PORT", str(self.port)) for one in listen)}
        self.generation = 0
        self.configure()
        self.service = Service(
            S, [NGINX, "-c", os.path.join(self.folder, "conf"),
                "-e", os.path.join(self.folder, "error.log")],
            self.port, root=root, background=daemon == "on",
            host="::1" if listen[0].startswith("[") else "127.0.0.1")
        T.note(self.errors)
        wait_for(lambda: os.path.exists(self.folder + "/pid")
                 and self.read("pid").strip(), "the pid file")
        wait_for(lambda: len(self.workers(self.master())) == 2, "workers")
        self.service.kin.add(self.master())

    def configure(self):
        """A new generation of the configuration."""
        self.generation += 1
        T.write(os.path.join(self.folder, "conf"),
                CONFIG % dict(self.values, generation=self.generation))

    def read(self, name):
        with open(os.path.join(self.folder, name)) as f:
            return f.read()

    def errors(self):
        return ([] if self.service.over
                else self.read("error.log").splitlines()[-8:])

    def master(self, name="pid"):
        return int(self.read(name))

    def workers(self, master):
        table = service.processes()
        return [pid for pid, (parent, _, state, _) in table.items()
                if parent == master and state not in "ZX"
                and "worker process" in service.command(pid)
                and "shutting down" not in service.command(pid)]

    def get(self, path, host="127.0.0.1", source=None):
        return S.get(self.port, path, host, source)

    def logged(self, path):
        """The fields of the access log's line for this path."""
        def found():
            return [line.split() for line
                    in self.read("access.log").splitlines()
                    if line.split()[3] == path]
        return wait_for(found, "%s in the access log" % path)[0]

    def shows(self, host, source, remote, local):
        path = "/small?%s-%s" % (host, source)
        equal(self.get(path, host, source), (200, b"hello\n"), "answer")
        equal(self.logged(path)[:3], [remote, local, str(self.port)],
              "addresses in the log")

    def serves(self):
        expect(self.get("/data") == (200, DATA), "the file differs")

    def kept(self):
        """Many requests on one connection."""
        conn = S.http(self.port)
        for i in range(200):
            conn.request("GET", "/data" if i == 100 else "/small?kept")
            expect(conn.getresponse().read()
                   == (DATA if i == 100 else b"hello\n"), "request %d" % i)
        conn.close()
        lines = [line.split() for line in
                 self.read("access.log").splitlines() if "?kept" in line]
        equal(len({line[4] for line in lines}), 1, "connections")

    def refuses(self, host="127.0.0.1"):
        S.refuses(self.port, b"GET /refused HTTP/1.0\r\n\r\n", host)
        equal(self.get("/small", host), (200, b"hello\n"), "answer")
        expect("/refused" not in self.read("access.log"),
               "the service saw a refused one")

    def reload(self, send):
        self.configure()
        old = self.workers(self.master())
        send(signal.SIGHUP)
        wait_for(lambda: not set(old) & set(self.workers(self.master()))
                 and len(self.workers(self.master())) == 2, "new workers")
        wait_for(lambda: all(self.newest() for _ in range(8)),
                 "the new generation")

    def newest(self):
        return self.get("/generation") == (200,
                                           str(self.generation).encode())

    def upgrade(self):
        """As nginx's manual has it: USR2, WINCH, QUIT."""
        old = self.master()
        self.configure()
        os.kill(old, signal.SIGUSR2)
        wait_for(lambda: os.path.exists(self.folder + "/pid.oldbin")
                 and os.path.exists(self.folder + "/pid")
                 and self.read("pid").strip() not in ("", str(old))
                 and len(self.workers(self.master())) == 2, "the new master")
        equal(self.master("pid.oldbin"), old, "old master")
        os.kill(old, signal.SIGWINCH)
        wait_for(lambda: not self.workers(old), "the old workers' end")
        os.kill(old, signal.SIGQUIT)
        wait_for(lambda: not alive(old), "the old one's end")
        self.service.kin.add(self.master())
        for _ in range(8):
            expect(self.newest(), "an old generation answers")

    def quit(self):
        """It ends well, and has had no trouble with its sockets."""
        self.service.kin.look()
        os.kill(self.master(), signal.SIGQUIT)
        equal(self.service.ended(), 0, "exit status")
        self.untroubled()

    def untroubled(self):
        equal([line for line in self.read("error.log").splitlines()
               if re.search(r"\[(warn|error|crit|alert|emerg)\]", line)], [],
              "error log")


class Load:
    """Clients that make one request a connection, until the block ends.
    Each must be answered right."""

    def __init__(self, nginx, clients=6):
        self.nginx = nginx
        self.stop = threading.Event()
        self.counts = [0] * clients
        self.threads = [threading.Thread(target=self._ask, args=(i,))
                        for i in range(clients)]
        self.wrong = []

    def _ask(self, number):
        while not self.stop.is_set():
            try:
                got = self.nginx.get("/small?load")
                if got != (200, b"hello\n"):
                    self.wrong.append("answer %r" % (got,))
            except Exception as error:
                self.wrong.append("%s: %s" % (type(error).__name__, error))
                return
            self.counts[number] += 1

    def flows(self):
        """Waits until each client was answered again."""
        before = list(self.counts)
        wait_for(lambda: self.wrong or all(
            now > then + 1 for now, then in zip(self.counts, before)),
            "answers", 60)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.flows()
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.flows()
        finally:
            self.stop.set()
            for thread in self.threads:
                thread.join()
        if kind is None:
            equal(self.wrong, [], "requests that failed (of %d)"
                  % sum(self.counts))


def common(name, listen):
    """What holds with reuseport and without."""
    with T.case(name + ": a file of 5 MiB, bit for bit"):
        nginx = Nginx(name, listen)
        nginx.serves()
        service.crowd(4, lambda _: nginx.serves())
    with T.case(name + ": $remote_addr, $server_addr and $server_port"):
        for number in range(2, 22):
            source = "127.0.0.%d" % number
            nginx.shows("127.0.0.1", source, source, "127.0.0.1")
    with T.case(name + ": 200 requests on one connection"):
        nginx.kept()
    with T.case(name + ": neither without a certificate nor in plaintext"):
        nginx.refuses()
    with T.case(name + ": reload, and no request lost"):
        with Load(nginx):
            for _ in range(TURNS):
                nginx.reload(nginx.service.send)
        nginx.serves()
    return nginx


REUSE = common("reuseport", ["127.0.0.1:PORT reuseport"])
with T.case("reuseport: both workers serve"):
    for i in range(64):
        REUSE.get("/small?both")
    PIDS = {line.split()[5] for line in REUSE.read("access.log").splitlines()
            if "?both" in line}
    equal(len(PIDS), 2, "workers that served")

with T.case("curl"):
    if PLAIN:
        raise Skip("plain")
    RESULT = client.run([
        "curl", "--silent", "--show-error", "--cacert", S.ca.path, "--cert",
        S.leaf.path, "--key", S.leaf.key.path,
        "https://127.0.0.1:%d/data" % REUSE.port])
    expect(RESULT.out == DATA, str(RESULT.err))

with T.case("reuseport: SIGTERM ends it"):
    equal(REUSE.service.stop(), 0, "exit status")
    REUSE.untroubled()

SHARED = common("shared", ["127.0.0.1:PORT"])
with T.case("shared: SIGQUIT ends it"):
    equal(SHARED.service.stop(signal.SIGQUIT), 0, "exit status")
    SHARED.untroubled()

with T.case("IPv6"):
    V6 = Nginx("v6", ["[::1]:PORT"])
    V6.shows("::1", "::1", "::1", "::1")
    V6.refuses("::1")
    V6.quit()

with T.case("dual-stack: clients of both, an IPv4 one as itself or mapped"):
    DUAL = Nginx("dual", ["[::]:PORT ipv6only=off"])
    DUAL.shows("::1", "::1", "::1", "::1")
    DUAL.shows("127.0.0.1", "127.0.0.7", "::ffff:127.0.0.7",
               "::ffff:127.0.0.1")
    DUAL.refuses("127.0.0.1")
    DUAL.refuses("::1")
    DUAL.quit()

for NAME, LISTEN in (("reuseport", ["127.0.0.1:PORT reuseport"]),
                     ("shared", ["127.0.0.1:PORT"])):
    # It upgrades itself only where its first process has left.
    with T.case(NAME + ": in the background"):
        DAEMON = Nginx("daemon-" + NAME, LISTEN, daemon="on")
        DAEMON.serves()
        DAEMON.shows("127.0.0.1", "127.0.0.9", "127.0.0.9", "127.0.0.1")
    with T.case(NAME + ": binary upgrade, and no request lost"):
        with Load(DAEMON):
            for _ in range(TURNS):
                DAEMON.upgrade()
        DAEMON.serves()
        DAEMON.shows("127.0.0.1", "127.0.0.10", "127.0.0.10", "127.0.0.1")
        DAEMON.refuses()
    with T.case(NAME + ": Sallyport ends when the last of it has ended"):
        DAEMON.quit()

with T.case("started by root, its workers nobody's"):
    if not ROOTLY:
        raise Skip("needs root")
    ROOT = Nginx("root", ["127.0.0.1:PORT reuseport", "[::1]:PORT"],
                 root=True)
    for worker in ROOT.workers(ROOT.master()):
        equal(os.stat("/proc/%d" % worker).st_uid, service.NOBODY.pw_uid,
              "worker's user")
    ROOT.serves()
    ROOT.shows("127.0.0.1", "127.0.0.9", "127.0.0.9", "127.0.0.1")
    ROOT.shows("::1", "::1", "::1", "::1")
    ROOT.refuses()
    ROOT.refuses("::1")
    with Load(ROOT):
        ROOT.reload(ROOT.service.send)
    ROOT.quit()
T.done()
