#!/usr/bin/env python3
"""memcached with four threads, wrapped: set, get, stats; many clients."""

import re
import sys

sys.dont_write_bytecode = True

from lib import service, tap  # noqa: E402
from lib.daemon import free_ports  # noqa: E402
from lib.service import Service, Setting  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(120)
try:
    MEMCACHED = service.program("memcached", "memcached")
except tap.Skip as skip:
    T.skip_all(str(skip))
S = Setting(T)
CLIENTS = 200


class Cache:
    """A client of the text protocol."""

    def __init__(self, port, source=None):
        self.sock = S.connect(port, source=source)
        self.port = self.sock.getsockname()[1]
        self.file = self.sock.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.sock.close()

    def say(self, line, data=None):
        self.sock.sendall(line.encode() + b"\r\n"
                          + (b"" if data is None else data + b"\r\n"))

    def line(self):
        return self.file.readline().rstrip(b"\r\n").decode()

    def set(self, key, data):
        self.say("set %s 0 0 %d" % (key, len(data)), data)
        equal(self.line(), "STORED", "set " + key)

    def get(self, key):
        self.say("get " + key)
        found = re.match(r"VALUE %s 0 (\d+)$" % key, self.line())
        expect(found, "get %s: not found" % key)
        data = self.file.read(int(found.group(1)) + 2)[:-2]
        equal(self.line(), "END", "get " + key)
        return data

    def stats(self, what=""):
        self.say("stats " + what if what else "stats")
        found = {}
        while True:
            line = self.line()
            if not line.startswith("STAT "):
                equal(line, "END", "stats")
                return found
            _, key, *value = line.split(" ", 2)
            found[key] = "".join(value)


PORT = free_ports()
D = Service(S, [MEMCACHED, "-t", "4", "-U", "0", "-l", "127.0.0.1",
                "-p", str(PORT), "-c", "1024", "-v"], PORT)

with T.case("set, get and stats"):
    with Cache(PORT) as cache:
        value = bytes(range(256)) * 2000
        cache.set("one", value)
        expect(cache.get("one") == value, "it differs")
        stats = cache.stats()
        equal(stats["threads"], "4", "threads")
        equal((stats["cmd_set"], stats["get_hits"]), ("1", "1"), "counted")

with T.case("`stats conns` shows the client and the port it came to"):
    with Cache(PORT, "127.0.0.9") as cache:
        values = cache.stats("conns").values()
        expect("tcp:127.0.0.9:%d" % cache.port in values, values)
        expect("tcp:127.0.0.1:%d" % PORT in values, values)

with T.case("%d clients at once, over all threads" % CLIENTS):
    caches = [Cache(PORT) for _ in range(CLIENTS)]
    for i, cache in enumerate(caches):
        cache.say("set key%d 0 0 5" % i, b"%05d" % i)
    for cache in caches:
        equal(cache.line(), "STORED", "set")
    for i, cache in enumerate(caches):
        cache.say("get key%d" % ((i + 77) % CLIENTS))
    for i, cache in enumerate(caches):
        other = (i + 77) % CLIENTS
        equal([cache.line() for _ in range(3)],
              ["VALUE key%d 0 5" % other, "%05d" % other, "END"], "get")
    # Those that it has of itself are in the number, too.
    expect(int(caches[0].stats()["curr_connections"]) >= CLIENTS, "stats")
    for cache in caches:
        cache.__exit__()
    with Cache(PORT) as cache:
        wait_for(lambda: int(cache.stats()["curr_connections"]) < 10,
                 "the end of the connections")

with T.case("neither without a certificate nor in plaintext"):
    with Cache(PORT) as cache:
        before = cache.stats()["total_connections"]
        S.refuses(PORT, b"version\r\nversion\r\n")
        equal(cache.stats()["total_connections"], before, "connections")

with T.case("it ends well, and had nothing to complain of"):
    equal([line for line in D.text().splitlines() if re.search(
        r"failed|sockopt|getpeername|Invalid", line)], [], "log")
    equal(D.stop(), 0, "exit status")
T.done()
