#!/usr/bin/env python3
"""redis-server, wrapped: the addresses it knows, pipelines, and restarts
under load, in which no plaintext client ever finds an open door."""

import random
import re
import signal
import socket
import ssl
import sys
import threading

sys.dont_write_bytecode = True

from lib import FULL, client, service, tap  # noqa: E402
from lib.daemon import free_ports  # noqa: E402
from lib.service import PLAIN, Service, Setting  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(240)
try:
    REDIS = service.program("redis-server", "redis-server")
except Skip as skip:
    T.skip_all(str(skip))
S = Setting(T)
PORT = free_ports()
CLIENTS = 50
ROUNDS = 2000 if FULL else 200
PIPELINE = 40
RESTARTS = 10 if FULL else 2
TOOL_OPTIONS = ["--tls", "--cacert", S.ca.path, "--cert", S.leaf.path,
                "--key", S.leaf.key.path, "-h", "127.0.0.1", "-p", str(PORT)]


class Redis:
    """A client of the protocol RESP."""

    def __init__(self, host="127.0.0.1", source=None):
        self.sock = S.connect(PORT, host, source)
        self.port = self.sock.getsockname()[1]
        self.file = self.sock.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.sock.close()

    @staticmethod
    def encode(*words):
        return b"*%d\r\n" % len(words) + b"".join(
            b"$%d\r\n%s\r\n" % (len(word), word) for word in
            (word if isinstance(word, bytes) else str(word).encode()
             for word in words))

    def answer(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise EOFError("the stream ended in %r" % line)
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b":":
            return int(rest)
        if kind == b"$":
            if rest == b"-1":
                return None
            data = self.file.read(int(rest) + 2)
            if len(data) < int(rest) + 2:
                raise EOFError("the stream ended in a string")
            return data[:-2]
        raise AssertionError("answer %r" % line)

    def ask(self, *words):
        self.sock.sendall(self.encode(*words))
        return self.answer()


def start():
    return Service(S, [
        REDIS, "--port", str(PORT), "--bind", "127.0.0.1", "::1",
        "--protected-mode", "no", "--save", "", "--appendonly", "no",
        "--enable-debug-command", "yes", "--dir", S.directory("redis")],
        PORT)


def fields(text):
    return dict(pair.split("=", 1) for pair in text.decode().split())


def known(host, source, shown, local):
    """What the service knows of a client."""
    with Redis(host, source) as one:
        info = fields(one.ask("CLIENT", "INFO"))
        equal(info["addr"], "%s:%d" % (shown, one.port), "addr")
        equal(info["laddr"], "%s:%d" % (local, PORT), "laddr")
        with Redis() as other:
            listed = other.ask("CLIENT", "LIST").decode().splitlines()
            equal(len(listed), 2, "clients")
            expect(any("addr=%s:%d " % (shown, one.port) in line
                       for line in listed), listed)


def pipelines(number):
    """One client: many commands sent at once, every answer looked at."""
    draw = random.Random(number)
    name = "counter-%d" % number
    with Redis(source="127.0.2.%d" % (number + 1)) as one:
        for done in range(0, ROUNDS, PIPELINE):
            commands, answers = [], []
            for i in range(done, done + PIPELINE):
                value = draw.randbytes(draw.randrange(400))
                key = "key-%d-%d" % (number, i)
                commands += [("SET", key, value), ("GET", key),
                             ("INCR", name)]
                answers += ["OK", value, i + 1]
            one.sock.sendall(b"".join(Redis.encode(*words)
                                      for words in commands))
            for want in answers:
                equal(one.answer(), want, "answer")


class Load:
    """Clients that ask and come back when they are cut off, and one that
    speaks plaintext all the time."""

    def __init__(self, clients):
        self.stop = threading.Event()
        self.answers = [0] * clients
        self.wrong = []
        self.doors = 0          # plaintext connections that were tried
        self.threads = [threading.Thread(target=self._client, args=(i,))
                        for i in range(clients)]
        if not PLAIN:
            self.threads.append(threading.Thread(target=self._plaintext))
        for thread in self.threads:
            thread.start()

    def _client(self, number):
        while not self.stop.is_set():
            try:
                with Redis() as one:
                    self._talk(one, number)
            except (OSError, EOFError, ssl.SSLError):
                self.stop.wait(0.01)
            except Exception as error:
                self.wrong.append(repr(error))
                return

    def _talk(self, one, number):
        while not self.stop.is_set():
            word = b"%d-%d" % (number, self.answers[number])
            equal(one.ask("ECHO", word), word, "echo")
            self.answers[number] += 1

    def _plaintext(self):
        while not self.stop.is_set():
            try:
                with socket.create_connection(("127.0.0.1", PORT),
                                              30) as sock:
                    got = service.answer_to(sock, b"PING\r\nPING\r\n")
            except OSError:
                self.stop.wait(0.01)
                continue
            self.doors += 1
            if got and got[:2] != b"\x15\x03":
                self.wrong.append("in plaintext: %r" % got)

    def progress(self):
        """Waits until every client was answered again."""
        before = list(self.answers)
        wait_for(lambda: self.wrong or all(
            now > then for now, then in zip(self.answers, before)),
            "an answer to every client", 60)
        equal(self.wrong, [], "wrong answers")

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()
        equal(self.wrong, [], "wrong answers")
        expect(PLAIN or self.doors, "no plaintext client reached the port")


D = start()
with T.case("CLIENT INFO and LIST: the client's address and its own"):
    known("127.0.0.1", "127.0.0.9", "127.0.0.9", "127.0.0.1")

with T.case("the same over IPv6"):
    known("::1", None, "[::1]", "[::1]")

with T.case("%d pipelining clients, every answer right" % CLIENTS):
    service.crowd(CLIENTS, pipelines)

with T.case("redis-cli"):
    if PLAIN:
        raise Skip("plain")
    service.program("redis-cli", "redis-tools")
    result = client.run(["redis-cli"] + TOOL_OPTIONS + ["PING"])
    equal(result.out, b"PONG\n", str(result))

with T.case("redis-benchmark, 50 clients"):
    if PLAIN:
        raise Skip("plain")
    service.program("redis-benchmark", "redis-tools")
    result = client.run(["redis-benchmark"] + TOOL_OPTIONS + [
        "-c", "50", "-P", "16", "-n", "20000", "-t", "set,get", "--csv"],
        limit=60)
    equal(result.status, 0, str(result))
    for word in ("SET", "GET"):
        expect('"%s","' % word in result.text, str(result))

with T.case("neither without a certificate nor in plaintext"):
    for host in ("127.0.0.1", "::1"):
        S.refuses(PORT, b"PING\r\nPING\r\n", host)

with T.case("SHUTDOWN by a client: the status is the service's"):
    with Redis() as one:
        try:
            one.ask("SHUTDOWN", "NOSAVE")
        except (EOFError, OSError):
            pass
    equal(D.ended(), 0, "exit status")

with T.case("restart under load: clients come back, no door opens"):
    D = start()
    LOAD = Load(20)
    try:
        for _ in range(RESTARTS):
            LOAD.progress()
            equal(D.stop(), 0, "exit status")
            D = start()
        LOAD.progress()
    finally:
        LOAD.end()

with T.case("it executes itself anew under load: the same"):
    LOAD = Load(20)
    try:
        for _ in range(RESTARTS):
            LOAD.progress()
            since = D.text().count("Ready to accept")
            with Redis() as one:
                try:
                    one.ask("DEBUG", "RESTART")
                except (EOFError, OSError):
                    pass
            wait_for(lambda: D.text().count("Ready to accept") > since,
                     "the new start")
        LOAD.progress()
    finally:
        LOAD.end()

with T.case("nothing went wrong in it"):
    equal([line for line in D.text().splitlines()
           if re.match(r"\d+:[A-Z] ", line) and "overcommit" not in line
           and re.search(r"[Ee]rror|[Ff]ail|setsockopt", line)], [], "log")
    equal(D.stop(signal.SIGINT), 0, "exit status")
T.done()
