#!/usr/bin/env python3
"""Python's http.server, wrapped: its access log shows the clients."""

import os
import signal
import sys

sys.dont_write_bytecode = True

from lib import client, service, tap  # noqa: E402
from lib.daemon import free_ports  # noqa: E402
from lib.service import PLAIN, Service, Setting  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(120)
S = Setting(T)
DATA = os.urandom(3 << 20)
FOLDER = S.directory("www")
T.write("www/data", DATA)
T.write("www/small", b"hello\n")


def start(bind):
    port = free_ports()
    return Service(S, [service.python(), "-u", "-m", "http.server", str(port),
                       "--bind", bind, "--directory", FOLDER], port,
                   host="::1" if ":" in bind else "127.0.0.1")


def logged(server, address, path):
    wait_for(lambda: any(
        line.startswith(address + " - - ") and '"GET %s ' % path in line
        for line in server.text().splitlines()),
        "%s with %s in the access log" % (path, address))


def uses(server, host, source, shown):
    path = "/small?%s" % source
    equal(S.get(server.port, path, host, source), (200, b"hello\n"), "answer")
    logged(server, shown, path)


def refuses(server, host):
    S.refuses(server.port, b"GET /refused HTTP/1.0\r\n\r\n", host)
    equal(S.get(server.port, "/small", host), (200, b"hello\n"), "answer")
    expect("/refused" not in server.text(), "the service saw a refused one")


with T.case("IPv4: the access log shows each client's address"):
    V4 = start("127.0.0.1")
    for number in range(2, 12):
        uses(V4, "127.0.0.1", "127.0.0.%d" % number, "127.0.0.%d" % number)

with T.case("a file, bit for bit"):
    expect(S.get(V4.port, "/data") == (200, DATA), "it differs")

with T.case("curl"):
    if PLAIN:
        raise Skip("plain")
    result = client.run(["curl", "--silent", "--show-error", "--cacert",
                         S.ca.path, "--cert", S.leaf.path, "--key",
                         S.leaf.key.path, "https://127.0.0.1:%d/small?curl"
                         % V4.port])
    equal(result.out, b"hello\n", str(result))
    logged(V4, "127.0.0.1", "/small?curl")

with T.case("20 clients at once"):
    service.crowd(20, lambda i: uses(V4, "127.0.0.1", "127.0.1.%d" % (i + 1),
                                     "127.0.1.%d" % (i + 1)))

with T.case("neither without a certificate nor in plaintext"):
    refuses(V4, "127.0.0.1")

with T.case("Ctrl-C: it ends by itself, with its own exit status"):
    equal(V4.stop(signal.SIGINT), 0, "exit status")
    expect("Keyboard interrupt received" in V4.text(), V4.text())

with T.case("IPv6"):
    V6 = start("::1")
    uses(V6, "::1", "::1", "::1")
    refuses(V6, "::1")

with T.case("SIGTERM: the starter sees what killed it"):
    equal(V6.stop(), -signal.SIGTERM, "exit status")

with T.case("dual-stack: clients of both, an IPv4 one as the mapped address"):
    DUAL = start("::")
    uses(DUAL, "::1", "::1", "::1")
    uses(DUAL, "127.0.0.1", "127.0.0.7", "::ffff:127.0.0.7")
    refuses(DUAL, "127.0.0.1")
    refuses(DUAL, "::1")
T.done()
