"""What the bench measures of a server: the figures, and how each is got."""

import json
import os
import statistics

import process
from process import Group

WARM_UP = 32


class Broken(Exception):
    """A server, or the load generator, did not do what it should."""


class Figure:
    """One row: `key`, what it is, its unit, digits to show, and the plot that
    it is a bar of."""

    def __init__(self, key, text, unit, digits=0, plot=None, short=None):
        self.key = key
        self.text = text
        self.unit = unit
        self.digits = digits
        self.plot = plot
        self.short = short or text


# Less is better in all of them.
FIGURES = (
    Figure("full13", "full handshake, TLS 1.3", "µs CPU",
           plot="handshakes", short="full, TLS 1.3"),
    Figure("full12", "full handshake, TLS 1.2", "µs CPU",
           plot="handshakes", short="full, TLS 1.2"),
    Figure("ticket13", "resumed handshake, TLS 1.3", "µs CPU",
           plot="handshakes", short="resumed, TLS 1.3"),
    Figure("ticket12", "resumed handshake, TLS 1.2, by ticket", "µs CPU",
           plot="handshakes", short="resumed, TLS 1.2, ticket"),
    Figure("id12", "resumed handshake, TLS 1.2, by session id", "µs CPU",
           plot="handshakes", short="resumed, TLS 1.2, id"),
    Figure("hello", "a ClientHello answered, TLS 1.3; the client leaves",
           "µs CPU"),
    Figure("up", "a KiB from the client to the service", "ns CPU",
           plot="bulk", short="to the service"),
    Figure("down", "a KiB from the service to the client", "ns CPU",
           plot="bulk", short="from the service"),
    Figure("trip", "a round trip of 64 bytes", "µs CPU", 1,
           plot="latency", short="processor time"),
    Figure("p50_all", "a round trip of 64 bytes, median", "µs"),
    Figure("p99_all", "a round trip of 64 bytes, 99th percentile", "µs"),
    Figure("p50", "added to a round trip, median", "µs", 0,
           plot="latency", short="added, median"),
    Figure("p99", "added to a round trip, 99th percentile", "µs", 0,
           plot="latency", short="added, 99th percentile"),
    Figure("idle", "an idle connection, never used", "KiB", 1,
           plot="memory", short="never used"),
    Figure("used", "an idle connection, after one byte each way", "KiB", 1,
           plot="memory", short="after one byte each way"),
)


class Size:
    """How much of everything."""

    #          runs, handshakes, trips, idle, MiB, seconds a measurement
    SCALES = {"full": (5, 2000, 20000, 2000, 1024, 120),
              "quick": (1, 400, 4000, 500, 128, 60),
              "tiny": (1, 10, 40, 10, 1, 20)}

    def __init__(self, scale, idle_most):
        (self.runs, self.handshakes, self.trips, self.idle, self.mib,
         self.limit) = self.SCALES[scale]
        self.idle = min(self.idle, idle_most)


class Bench:
    """The programs of ours, and one run of one server."""

    def __init__(self, setting, size):
        self.setting = setting
        self.size = size
        self.load_path = setting.build_path("tests/bench/load")
        self.backends = {mode: self._backend(mode)
                         for mode in ("echo", "sink", "source")}

    def _backend(self, mode):
        group = Group([self.setting.build_path("tests/bench/backend"), mode])
        port = group.line()
        if not port:
            raise Broken("the backend does not start")
        return int(port)

    def _load(self, mode, port, *more, tls="1.3"):
        s = self.setting
        return Group([self.load_path, mode, str(port), "--wait", "--tls", tls,
                      "--limit", str(self.size.limit), "--ca", s.root.path,
                      "--cert", s.client.path, "--key", s.client.key.path]
                     + [str(word) for word in more])

    @staticmethod
    def _result(load, what):
        line = load.line()
        while line and not line.startswith("{"):
            line = load.line()      # a random
        try:
            result = json.loads(line)
        except ValueError:
            raise Broken("%s: the load generator ended" % what) from None
        if result["failed"] or not result["done"]:
            raise Broken("%s: %d done, %d failed" % (
                what, result["done"], result["failed"]))
        return result

    def _timed(self, server, mode, port, *more, tls="1.3"):
        """What the load generator says, and the server's CPU seconds."""
        what = " ".join(str(word) for word in (mode, tls) + more)
        load = self._load(mode, port, *more, tls=tls)
        try:
            if load.line() != "ready\n":
                raise Broken("%s: the load generator ended" % what)
            pids = server.family()
            before = process.settled_cpu(pids)
            load.say()
            result = self._result(load, what)
            result["cpu"] = process.settled_cpu(pids) - before
        finally:
            load.end()
        return result

    def _handshakes(self, server, port, out):
        count = ("--count", self.size.handshakes)
        for key, tls, resume in (("full13", "1.3", None),
                                 ("full12", "1.2", None),
                                 ("ticket13", "1.3", "ticket"),
                                 ("ticket12", "1.2", "ticket"),
                                 ("id12", "1.2", "id")):
            more = count + (("--resume", resume) if resume else ())
            result = self._timed(server, "hs", port, *more, tls=tls)
            if not resume or result["resumed"] == result["done"]:
                out[key] = result["cpu"] / result["done"] * 1e6
                out[key + "_rate"] = result["done"] / result["seconds"]
            else:
                out.setdefault("notes", {})[key] = (
                    "%(resumed)d of %(done)d resumed" % result)

    def _hellos(self, server, port, out):
        result = self._timed(server, "hellos", port, "--count",
                             self.size.handshakes)
        out["hello"] = result["cpu"] / result["done"] * 1e6
        out["hello_rate"] = result["done"] / result["seconds"]

    def _memory(self, server, port, out):
        """What a crowd that does nothing costs: first as it came, then
        after one byte went there and back on each."""
        pids = server.family()
        process.settled_cpu(pids)
        before = process.memory(pids)
        if before is None:
            return
        load = self._load("idle", port, "--conns", self.size.idle)
        try:
            load.line()
            load.say()
            for key in ("idle", "used"):
                result = self._result(load, "idle")
                if result["done"] != self.size.idle:
                    raise Broken("idle: %d are open" % result["done"])
                process.settled_cpu(pids)
                out[key] = (process.memory(pids) - before) / result["done"]
                load.say()
        finally:
            load.end()

    def _trips(self, server, port, out):
        result = self._timed(server, "rr", port, "--count", self.size.trips,
                             "--conns", 4)
        out["trip"] = result["cpu"] / result["done"] * 1e6
        out["p50_all"], out["p99_all"] = result["p50_us"], result["p99_us"]

    def _bulk(self, server, port, key, out):
        result = self._timed(server, key, port, "--mib", self.size.mib,
                             "--conns", 1)
        out[key] = result["cpu"] / (result["bytes"] / 1024) * 1e9
        out[key + "_mib_s"] = result["bytes"] / 1048576 / result["seconds"]

    def _start(self, peer, backend, free_ports):
        port = free_ports()
        log = os.path.join(self.setting.directory, peer.name + ".log")
        group = Group(peer.command(port, self.backends[backend]), log)
        try:
            if not process.wait_for_port(port, group):
                with open(log, errors="replace") as f:
                    raise Broken("it does not start: %s" % f.read()[-400:])
            if backend == "echo":
                self._timed(group, "hs", port, "--count", WARM_UP)
        except BaseException:
            group.end()
            raise
        return group, port

    def measure(self, peer, free_ports):
        """All figures of one server, from a process that is new."""
        out = {}
        server, port = self._start(peer, "echo", free_ports)
        try:
            self._memory(server, port, out)
            self._handshakes(server, port, out)
            self._hellos(server, port, out)
            self._trips(server, port, out)
        finally:
            server.end()
        for backend, key in (("sink", "up"), ("source", "down")):
            server, port = self._start(peer, backend, free_ports)
            try:
                self._bulk(server, port, key, out)
            finally:
                server.end()
        return out

    def direct(self):
        """A client in clear, with nothing between it and the service."""
        nobody = Group(["sleep", "600"])
        out = {}
        try:
            result = self._timed(nobody, "rr", self.backends["echo"],
                                 "--count", self.size.trips, "--conns", 4,
                                 tls="off")
            out["p50_all"] = result["p50_us"]
            out["p99_all"] = result["p99_us"]
        finally:
            nobody.end()
        return out


def summary(runs, direct):
    """The median of each figure over a server's runs; what a server adds to
    a round trip is its own median less that of no server at all."""
    keys = {key for run in runs for key in run if key != "notes"}
    out = {key: statistics.median([run[key] for run in runs if key in run])
           for key in keys}
    for key in ("p50", "p99"):
        if key + "_all" in out and key + "_all" in direct:
            out[key] = out[key + "_all"] - direct[key + "_all"]
    notes = {}
    for run in runs:
        notes.update(run.get("notes", {}))
    # A figure that some runs did not reach is none.
    for key in notes:
        out.pop(key, None)
    out["notes"] = notes
    return out


def spread(runs, key):
    """How far apart the runs of a figure are, as a part of their median."""
    values = [run[key] for run in runs if key in run]
    if len(values) < 2 or not statistics.median(values):
        return 0.0
    return (max(values) - min(values)) / statistics.median(values)
