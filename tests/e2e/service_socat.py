#!/usr/bin/env python3
"""socat with fork, wrapped: a process a connection, and programs that talk
to their standard input and output, as under inetd."""

import os
import signal
import sys

sys.dont_write_bytecode = True

from lib import client, service, tap  # noqa: E402
from lib.daemon import free_ports  # noqa: E402
from lib.service import PLAIN, Service, Setting  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(120)
try:
    SOCAT = service.program("socat", "socat")
except Skip as skip:
    T.skip_all(str(skip))
S = Setting(T)
# What a program under inetd can know, then what the client says.
SCRIPT = T.write("inetd.sh", """#!/bin/sh
echo "from $SOCAT_PEERADDR:$SOCAT_PEERPORT to $SOCAT_SOCKADDR:$SOCAT_SOCKPORT"
exec cat
""")
LINE = T.write("line.sh", """#!/bin/sh
echo "from $SOCAT_PEERADDR"
read -r line
echo "you said $line"
""")
os.chmod(SCRIPT, 0o755)
os.chmod(LINE, 0o755)


class Socat:
    def __init__(self, listen, program, host="127.0.0.1"):
        self.port = free_ports()
        self.service = Service(
            S, [SOCAT, "%s:%d,%s" % (listen[0], self.port, listen[1]),
                program], self.port, host=host)

    def talk(self, data, host="127.0.0.1", source=None, banner=False):
        """Sends the data, reads it back; returns the first line, if there
        is one, and the client's port."""
        with S.connect(self.port, host, source) as sock:
            number = sock.getsockname()[1]
            with sock.makefile("rb") as file:
                first = file.readline().decode() if banner else None
                for at in range(0, len(data), 8192):
                    part = data[at:at + 8192]
                    sock.sendall(part)
                    expect(file.read(len(part)) == part, "it differs")
        return first, number

    def told(self, host, source, peer, local):
        first, number = self.talk(b"x" * 100000, host, source, True)
        equal(first, "from %s:%d to %s:%d\n" % (peer, number, local,
                                                self.port), "environment")


V4 = ("TCP4-LISTEN", "bind=127.0.0.1,reuseaddr,fork,backlog=64")
for KIND in ("EXEC", "SYSTEM"):
    with T.case("inetd style, %s: both addresses in the environment" % KIND):
        D = Socat(V4, "%s:%s" % (KIND, SCRIPT))
        for number in range(2, 8):
            D.told("127.0.0.1", "127.0.0.%d" % number,
                   "127.0.0.%d" % number, "127.0.0.1")
    with T.case("%s: neither without a certificate nor in plaintext" % KIND):
        S.refuses(D.port, b"hello\nhello\n")
    with T.case("%s: 20 clients at once" % KIND):
        service.crowd(20, lambda i: D.told(
            "127.0.0.1", "127.0.1.%d" % (i + 1), "127.0.1.%d" % (i + 1),
            "127.0.0.1"))
    with T.case("%s: it ends with its own status" % KIND):
        # As socat has it: 128 and the signal's number.
        equal(D.service.stop(), 143, "exit status")

with T.case("its end is not that of the clients it has"):
    for _ in range(5):
        D = Socat(V4, "EXEC:%s" % SCRIPT)
        with S.connect(D.port) as sock, sock.makefile("rb") as file:
            file.readline()
            D.service.kin.look()
            D.service.send(signal.SIGTERM)
            equal(D.service.proc.wait(30), 143, "exit status")
            for _ in range(3):
                sock.sendall(b"still here\n")
                equal(file.readline(), b"still here\n", "answer")
            wait_for(lambda: not service.listens(D.port),
                     "the port to be closed")
        equal(D.service.ended(), 143, "exit status")

with T.case("nofork: the program has the connection itself"):
    D = Socat(V4, "EXEC:%s,nofork" % SCRIPT)
    D.told("127.0.0.1", "127.0.0.9", "127.0.0.9", "127.0.0.1")
    D.told("127.0.0.1", "127.0.0.10", "127.0.0.10", "127.0.0.1")
    S.refuses(D.port, b"hello\nhello\n")
    D.service.stop()

with T.case("openssl s_client, and a program that hangs up"):
    if PLAIN:
        raise Skip("plain")
    D = Socat(V4, "EXEC:%s" % LINE)
    result = client.openssl(D.port, S.ca.path, S.leaf, request=b"hello\n",
                            extra=["-quiet"])
    equal(result.out, b"from 127.0.0.1\nyou said hello\n", str(result))
    D.service.stop()

with T.case("IPv6"):
    D = Socat(("TCP6-LISTEN", "bind=[::1],reuseaddr,fork,backlog=64"),
              "EXEC:%s" % SCRIPT, "::1")
    ONE = "[0000:0000:0000:0000:0000:0000:0000:0001]"
    D.told("::1", "::1", ONE, ONE)
    S.refuses(D.port, b"hello\nhello\n", "::1")
    D.service.stop()

with T.case("the range of addresses that socat lets in"):
    D = Socat(("TCP4-LISTEN", "bind=127.0.0.1,reuseaddr,fork,backlog=64,"
               "range=127.0.0.8/29"), "EXEC:%s" % SCRIPT)
    D.told("127.0.0.1", "127.0.0.9", "127.0.0.9", "127.0.0.1")
    with S.connect(D.port, source="127.0.0.20") as sock:
        equal(sock.recv(1), b"", "answer")
    D.told("127.0.0.1", "127.0.0.10", "127.0.0.10", "127.0.0.1")
    D.service.stop()
T.done()
