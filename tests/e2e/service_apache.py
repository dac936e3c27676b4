#!/usr/bin/env python3
"""Apache httpd, prefork, wrapped: its children accept in turn, its log has
the clients' addresses, a graceful restart loses no request."""

import os
import re
import signal
import sys
import threading

sys.dont_write_bytecode = True

from lib import service, tap  # noqa: E402
from lib.daemon import free_ports  # noqa: E402
from lib.service import Service, Setting  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(180)
try:
    APACHE = service.program("apache2", "apache2-bin")
except Skip as skip:
    T.skip_all(str(skip))
S = Setting(T)
DATA = os.urandom(2 << 20)
T.write("www/data", DATA)
T.write("www/small", b"hello\n")
CHILDREN = 4
CONFIG = """
ServerRoot %(folder)s
ServerName localhost
DefaultRuntimeDir %(folder)s
PidFile %(folder)s/pid
ErrorLog %(folder)s/error.log
LogLevel info
Mutex file:%(folder)s
LoadModule mpm_prefork_module %(modules)s/mod_mpm_prefork.so
LoadModule authz_core_module %(modules)s/mod_authz_core.so
LoadModule headers_module %(modules)s/mod_headers.so
StartServers %(children)d
MinSpareServers %(children)d
MaxSpareServers %(children)d
MaxRequestWorkers %(children)d
%(listen)s
LogFormat "%%a %%A %%{local}p %%U %%P" ends
CustomLog %(folder)s/access.log ends
DocumentRoot %(root)s
Header set Generation %(generation)d
KeepAlive On
<Directory %(root)s>
	Require all granted
</Directory>
"""


class Apache:
    def __init__(self, name, *listen):
        self.folder = S.directory(name)
        self.port = free_ports()
        self.listen = "".join("Listen %s:%d\n" % (address, self.port)
                              for address in listen)
        self.generation = 0
        self.configure()
        self.service = Service(
            S, [APACHE, "-D", "FOREGROUND", "-f",
                os.path.join(self.folder, "conf")], self.port,
            host="::1" if listen[0] == "[::1]" else "127.0.0.1")
        T.note(lambda: [] if self.service.over
               else self.read("error.log").splitlines()[-8:])

    def configure(self):
        """A new generation of the configuration."""
        self.generation += 1
        T.write(os.path.join(self.folder, "conf"), CONFIG % {
            "folder": self.folder, "root": T.path("www"),
            "modules": "/usr/lib/apache2/modules", "listen": self.listen,
            "children": CHILDREN, "generation": self.generation})

    def read(self, name):
        with open(os.path.join(self.folder, name)) as f:
            return f.read()

    def lines(self, path):
        return [line.split() for line in self.read("access.log").splitlines()
                if line.split()[3] == path]

    def shows(self, host, source, remote, local):
        path = "/%s-%s" % (host, source)
        T.write("www" + path, b"hello\n")
        equal(S.get(self.port, path, host, source), (200, b"hello\n"),
              "answer")
        line = wait_for(lambda: self.lines(path), "the line in the log")[0]
        equal(line[:3], [remote, local, str(self.port)], "addresses")

    def refuses(self, host="127.0.0.1"):
        S.refuses(self.port, b"GET /refused HTTP/1.0\r\n\r\n", host)
        equal(S.get(self.port, "/small", host), (200, b"hello\n"), "answer")
        expect("/refused" not in self.read("access.log"),
               "the service saw a refused one")

    def asked(self):
        """The generation of the configuration that answers a request."""
        conn = S.http(self.port)
        try:
            conn.request("GET", "/small", headers={"Connection": "close"})
            response = conn.getresponse()
            equal((response.status, response.read()), (200, b"hello\n"),
                  "answer")
            return int(response.headers["Generation"])
        finally:
            conn.close()


def graceful(apache):
    """USR1 while clients ask: none fails, and in the end all are answered
    by the new configuration."""
    stop, wrong = threading.Event(), []

    def ask():
        while not stop.is_set():
            try:
                apache.asked()
            except Exception as error:
                wrong.append("%s: %s" % (type(error).__name__, error))
                return

    threads = [threading.Thread(target=ask) for _ in range(CHILDREN)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(2):
            apache.configure()
            apache.service.send(signal.SIGUSR1)
            wait_for(lambda: wrong or all(
                apache.asked() == apache.generation for _ in range(20)),
                "the new configuration", 30)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    equal(wrong, [], "requests that failed")


def untroubled(apache):
    equal([line for line in apache.read("error.log").splitlines()
           if re.search(r":(warn|error|crit|alert|emerg)\]", line)
           and "MaxRequestWorkers" not in line], [], "error log")


ONE = Apache("one", "127.0.0.1")
with T.case("a file, bit for bit, and the clients' addresses in the log"):
    expect(S.get(ONE.port, "/data") == (200, DATA), "it differs")
    for number in range(2, 22):
        source = "127.0.0.%d" % number
        ONE.shows("127.0.0.1", source, source, "127.0.0.1")

with T.case("all of its children serve"):
    def together(_):
        for _ in range(10):
            expect(S.get(ONE.port, "/data") == (200, DATA), "it differs")
    service.crowd(2 * CHILDREN, together)
    expect(len({line[4] for line in ONE.lines("/data")}) > 1,
           "one child served all")

with T.case("50 requests on one connection"):
    conn = S.http(ONE.port)
    for _ in range(50):
        conn.request("GET", "/small")
        equal(conn.getresponse().read(), b"hello\n", "answer")
    conn.close()

with T.case("neither without a certificate nor in plaintext"):
    ONE.refuses()

with T.case("graceful restart, and no request lost"):
    graceful(ONE)

with T.case("SIGTERM ends it"):
    equal(ONE.service.stop(), 0, "exit status")
    untroubled(ONE)

# Its children take turns with poll(2) where there are several.
TWO = Apache("two", "127.0.0.1", "[::1]")
with T.case("two listeners, IPv4 and IPv6"):
    TWO.shows("127.0.0.1", "127.0.0.9", "127.0.0.9", "127.0.0.1")
    TWO.shows("::1", "::1", "::1", "::1")
    TWO.refuses()
    TWO.refuses("::1")
    graceful(TWO)
    equal(TWO.service.stop(), 0, "exit status")
    untroubled(TWO)

with T.case("dual-stack: an IPv4 client's address as such"):
    DUAL = Apache("dual", "[::]")
    DUAL.shows("::1", "::1", "::1", "::1")
    DUAL.shows("127.0.0.1", "127.0.0.7", "127.0.0.7", "127.0.0.1")
    DUAL.refuses()
    equal(DUAL.service.stop(), 0, "exit status")
    untroubled(DUAL)
T.done()
