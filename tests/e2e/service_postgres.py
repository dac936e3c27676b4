#!/usr/bin/env python3
"""PostgreSQL, wrapped: psql through a TLS tunnel; what the database knows of
its clients, and lets in by address; its unix socket beside."""

import os
import random
import signal
import subprocess
import sys

sys.dont_write_bytecode = True

from lib import service, tap  # noqa: E402
from lib.daemon import free_ports  # noqa: E402
from lib.service import PLAIN, Service, Setting  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(240)
try:
    BIN = os.path.dirname(service.program(
        "postgres", "postgresql", "/usr/lib/postgresql/*/bin/postgres"))
    SOCAT = service.program("socat", "socat")
except Skip as skip:
    T.skip_all(str(skip))
S = Setting(T)
PORT = free_ports()
# Short: it is the directory of a unix socket.
FOLDER = S.directory("pg")
DATA = os.path.join(FOLDER, "data")
HBA = """
local	all	all			trust
host	all	all	127.0.0.9/32	trust
host	all	all	::1/128		trust
"""
SETTINGS = """
listen_addresses = '127.0.0.1,::1'
unix_socket_directories = '%s'
port = %d
fsync = off
shared_buffers = 16MB
max_connections = 40
logging_collector = off
log_connections = on
""" % (FOLDER, PORT)


def initdb():
    argv = [os.path.join(BIN, "initdb"), "-D", DATA, "-U", "tester", "-N",
            "--auth", "trust", "--locale", "C", "-E", "UTF8"]
    more = {}
    if service.ROOTLY:
        more = {"user": service.NOBODY.pw_uid,
                "group": service.NOBODY.pw_gid, "extra_groups": []}
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, cwd=FOLDER,
                          env={"PATH": service.PATH, "HOME": FOLDER}, **more)
    expect(done.returncode == 0, done.stdout)
    T.write("pg/data/pg_hba.conf", HBA)
    T.write("pg/data/postgresql.conf", SETTINGS)
    S.own(DATA)


class Tunnel:
    """socat: plaintext from a local port to TLS from `source`."""

    def __init__(self, target, source=None):
        self.port = free_ports()
        words = ["TCP:%s:%d" % (target, PORT)] if PLAIN else [
            "OPENSSL:%s:%d" % (target, PORT), "cafile=" + S.ca.path,
            "cert=" + S.leaf.path, "key=" + S.leaf.key.path,
            "commonname=localhost"]
        if source:
            words.append("bind=" + source)
        with open(T.path("tunnel-%d" % self.port), "w") as log:
            proc = subprocess.Popen(
                [SOCAT, "TCP4-LISTEN:%d,bind=127.0.0.1,reuseaddr,fork,"
                 "backlog=100" % self.port, ",".join(words)],
                stdin=subprocess.DEVNULL, stderr=log, start_new_session=True,
                preexec_fn=service.die_with_parent)
        T.cleanup(lambda: (proc.terminate(), proc.wait(10)))
        wait_for(lambda: service.listens(self.port), "the tunnel")


def client_program(name, host, port, *args):
    return subprocess.run(
        [os.path.join(BIN, name), *args,
         "host=%s port=%d user=tester dbname=postgres sslmode=disable "
         "gssencmode=disable connect_timeout=30" % (host, port)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.STDOUT, timeout=60,
        env={"PATH": service.PATH, "HOME": T.dir})


def query(host, port, *commands):
    """What psql prints of a session."""
    words = [word for text in commands for word in ("-c", text)]
    done = client_program("psql", host, port, "-XAtq", *words, "-d")
    equal(done.returncode, 0, "psql: " + done.stdout)
    return done.stdout.splitlines()


ACTIVITY = ("select client_addr, inet_server_addr(), inet_server_port() "
            "from pg_stat_activity where pid = pg_backend_pid()")

with T.case("initdb, as the service's user"):
    initdb()
    D = Service(S, [os.path.join(BIN, "postgres"), "-D", DATA], PORT)

with T.case("a query through the tunnel; pg_stat_activity has the address"):
    ALLOWED = Tunnel("127.0.0.1", "127.0.0.9")
    equal(query("127.0.0.1", ALLOWED.port, ACTIVITY),
          ["127.0.0.9|127.0.0.1|%d" % PORT], "addresses")

with T.case("the same over IPv6"):
    equal(query("127.0.0.1", Tunnel("[::1]").port, ACTIVITY),
          ["::1|::1|%d" % PORT], "addresses")

with T.case("a value of 4 MiB, there and back"):
    TEXT = "".join(random.choices("0123456789abcdef", k=4 << 20))
    T.write("in.sql", "create table large (t text); "
            "insert into large values ('%s'); select t from large;" % TEXT)
    DONE = client_program("psql", "127.0.0.1", ALLOWED.port, "-XAtq", "-f",
                          T.path("in.sql"), "-d")
    expect(DONE.stdout == TEXT + "\n", DONE.stdout[:500])

with T.case("100 connections, a process each"):
    query("127.0.0.1", ALLOWED.port,
          "create table counter as select 0 as n")
    T.write("count.sql", "update counter set n = n + 1;\n")
    DONE = client_program("pgbench", "127.0.0.1", ALLOWED.port, "-n", "-C",
                          "-c", "4", "-j", "2", "-t", "25", "-f",
                          T.path("count.sql"))
    equal(DONE.returncode, 0, "pgbench: " + DONE.stdout)
    equal(query("127.0.0.1", ALLOWED.port, "select n from counter"), ["100"],
          "counted")

with T.case("the unix socket beside, which is no client of ours"):
    equal(query(FOLDER, PORT, "select client_addr is null, n from counter "
                "join pg_stat_activity on pid = pg_backend_pid()"),
          ["t|100"], "query")

with T.case("pg_hba.conf refuses by address"):
    OTHER = Tunnel("127.0.0.1", "127.0.0.50")
    DONE = client_program("psql", "127.0.0.1", OTHER.port, "-XAtq", "-c",
                          "select 1", "-d")
    expect(DONE.returncode != 0 and
           'no pg_hba.conf entry for host "127.0.0.50"' in DONE.stdout,
           DONE.stdout)

with T.case("SIGHUP: a new pg_hba.conf lets it in"):
    T.write("pg/data/pg_hba.conf",
            HBA + "host all all 127.0.0.50/32 trust\n")
    D.send(signal.SIGHUP)
    wait_for(lambda: client_program(
        "psql", "127.0.0.1", OTHER.port, "-XAtq", "-c", "select 1",
        "-d").stdout == "1\n", "the new pg_hba.conf")
    equal(query("127.0.0.1", OTHER.port, ACTIVITY),
          ["127.0.0.50|127.0.0.1|%d" % PORT], "addresses")

with T.case("neither without a certificate nor in plaintext"):
    # SSLRequest: a server in clear answers it with one byte.
    for host in ("127.0.0.1", "::1"):
        S.refuses(PORT, bytes.fromhex("0000000804d2162f"), host)
    if not PLAIN:
        DONE = client_program("psql", "127.0.0.1", PORT, "-XAtq", "-c",
                              "select 1", "-d")
        expect(DONE.returncode != 0 and "FATAL" not in DONE.stdout,
               DONE.stdout)

with T.case("a client that vanishes: its process ends"):
    COUNT = ("select count(*) from pg_stat_activity "
             "where client_addr = '127.0.0.9'")
    with S.connect(PORT, source="127.0.0.9") as sock:
        # StartupMessage 3.0.
        pairs = b"user\0tester\0database\0postgres\0\0"
        sock.sendall((len(pairs) + 8).to_bytes(4, "big")
                     + b"\0\3\0\0" + pairs)
        equal(sock.recv(1), b"R", "answer")
        equal(query(FOLDER, PORT, COUNT), ["1"], "clients")
    wait_for(lambda: query(FOLDER, PORT, COUNT) == ["0"], "none")

with T.case("a fast shutdown, and its own exit status"):
    equal(D.stop(signal.SIGINT), 0, "exit status")
    expect("database system is shut down" in D.text(), D.text())
T.done()
