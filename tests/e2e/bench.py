#!/usr/bin/env python3
"""The load generator and the backend of `make bench`, in small: every mode
does what it counts, a failure is one, and the driver goes through."""

import json
import os
import re
import socket
import subprocess
import sys

sys.dont_write_bytecode = True

from lib import build_path, daemon, pki, policy, source_path, tap  # noqa: E402
from lib.tap import equal, expect  # noqa: E402

T = tap.Tap(120)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
STRANGER = P.ca("stranger")
SUITES = [("V3CipherSuites", "TLS_AES_128_GCM_SHA256"),
          ("V3CipherSuites", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")]


def backend(mode):
    proc = subprocess.Popen([build_path("tests/bench/backend"), mode],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    T.cleanup(proc.kill)
    return proc, int(proc.stdout.readline())


MODES = ("echo", "sink", "source")
BACKENDS = {mode: backend(mode) for mode in MODES}
FIRST = daemon.free_ports(len(MODES))
PORTS = {mode: FIRST + at for at, mode in enumerate(MODES)}
D = daemon.Daemon(T, policy.text(*[
    policy.Rule(mode, PORTS[mode], RING, "127.0.0.1:%d" % BACKENDS[mode][1],
                versions=("TLSv1.2", "TLSv1.3"), ciphers=SUITES)
    for mode in MODES]), workers=1)


def run(mode, port, *args, ca=ROOT, cert=ALICE, status=0, text=""):
    """Runs the load generator; returns the lines of its output, the last
    one read."""
    argv = [build_path("tests/bench/load"), mode, str(port), "--ca", ca.path]
    if cert:
        argv += ["--cert", cert.path, "--key", cert.key.path]
    done = subprocess.run(argv + [str(arg) for arg in args], input=text,
                          capture_output=True, text=True, timeout=60)
    equal(done.returncode, status, "exit status of %s\n%s%s" % (
        " ".join(argv), done.stdout[-400:], done.stderr))
    lines = done.stdout.splitlines()
    return lines[:-1] + [json.loads(lines[-1])]


def counts(result, **wanted):
    for key, value in wanted.items():
        equal(result[key], value, key)


for version, proto in (("1.3", "TLSv1.3"), ("1.2", "TLSv1.2")):
    with T.case("full handshakes, TLS " + version):
        since = D.mark()
        result = run("hs", PORTS["echo"], "--tls", version, "--count", 40,
                     "--conns", 4)[-1]
        counts(result, done=40, failed=0, resumed=0)
        expect(0 < result["p50_us"] <= result["p99_us"], str(result))
        lines = D.wait_conns(40, since)
        equal(len(lines), 40, "connections")
        equal({line["proto"] for line in lines}, {proto}, "versions")
        equal({(line["in"], line["out"]) for line in lines}, {("1", "1")},
              "bytes in and out")
        expect(all("alice" in line["identity"] for line in lines),
               lines[0].line)

for version, way in (("1.3", "ticket"), ("1.2", "ticket"), ("1.2", "id")):
    with T.case("resumed handshakes, TLS %s by %s: all of them"
                % (version, way)):
        since = D.mark()
        counts(run("hs", PORTS["echo"], "--tls", version, "--resume", way,
                   "--count", 40, "--conns", 4)[-1],
               done=40, failed=0, resumed=40)
        # The first one is not counted: it fetches the session.
        said = [line["resumed"] for line in D.wait_conns(41, since)]
        equal((said.count("no"), said.count("yes")), (1, 40), "in the log")

def answer(mode, size):
    """How many bytes the backend sends to one who sends `size`."""
    with socket.create_connection(("127.0.0.1", BACKENDS[mode][1])) as sock:
        sock.sendall(bytes(size))
        sock.shutdown(socket.SHUT_WR)
        return sum(map(len, iter(lambda: sock.recv(65536), b"")))


with T.case("the backend answers with a byte for a MiB, and the reverse"):
    equal(answer("sink", 5 << 19), 2, "bytes of a sink")
    equal(answer("source", 3), 3 << 20, "bytes of a source")
    equal(answer("echo", 1000), 1000, "bytes of an echo")

with T.case("bulk, to the service and from it"):
    for mode, port, way in (("up", "sink", "in"), ("down", "source", "out")):
        since = D.mark()
        counts(run(mode, PORTS[port], "--mib", 4, "--conns", 2)[-1],
               done=2, failed=0, bytes=8 << 20)
        for line in D.wait_conns(2, since):
            equal(int(line[way]), 4 << 20, "bytes " + way)

with T.case("round trips"):
    since = D.mark()
    result = run("rr", PORTS["echo"], "--count", 400, "--conns", 4,
                 "--size", 64)[-1]
    counts(result, done=400, failed=0)
    expect(0 < result["p50_us"] <= result["p99_us"], str(result))
    for line in D.wait_conns(4, since):
        equal((line["in"], line["out"]), ("6400", "6400"), "bytes")

with T.case("the same in clear, with no daemon between"):
    counts(run("rr", BACKENDS["echo"][1], "--tls", "off", "--count", 100,
               "--conns", 2)[-1], done=100, failed=0)
    counts(run("up", BACKENDS["sink"][1], "--tls", "off", "--mib", 2,
               "--conns", 1)[-1], done=1, failed=0, bytes=2 << 20)

with T.case("idle connections, and a byte on each"):
    since = D.mark()
    load = subprocess.Popen(
        [build_path("tests/bench/load"), "idle", str(PORTS["echo"]),
         "--conns", "50", "--ca", ROOT.path, "--cert", ALICE.path,
         "--key", ALICE.key.path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    T.cleanup(load.kill)
    counts(json.loads(load.stdout.readline()), done=50, failed=0)
    equal(len(D.conns(since)), 0, "connections that have ended")
    load.stdin.write(b"\n")
    load.stdin.flush()
    counts(json.loads(load.stdout.readline()), done=50, failed=0)
    equal(len(D.conns(since)), 0, "connections that have ended")
    load.stdin.close()
    equal(load.wait(20), 0, "exit status")
    equal({line["in"] for line in D.wait_conns(50, since)}, {"1"}, "in")

for version in ("1.3", "1.2"):
    with T.case("hellos, TLS %s: no random twice" % version):
        lines = run("hellos", PORTS["echo"], "--tls", version,
                    "--count", 300)
        counts(lines.pop(), done=300, failed=0)
        expect(all(re.fullmatch("[0-9a-f]{64}", line) for line in lines),
               lines[0])
        equal(len(set(lines)), 300, "randoms")

with T.case("what fails is counted, and is the exit status"):
    counts(run("hs", PORTS["echo"], "--count", 5, ca=STRANGER,
               status=1)[-1], done=0, failed=5)
    counts(run("hs", PORTS["echo"], "--count", 5, cert=None,
               status=1)[-1], done=0, failed=5)
    counts(run("hellos", BACKENDS["echo"][1], "--count", 5, status=1)[-1],
           done=0, failed=5)
    # Its bytes do not come back, and nothing ends it but the limit.
    counts(run("rr", BACKENDS["sink"][1], "--tls", "off", "--count", 4,
               "--conns", 2, "--limit", 1, status=1)[-1], done=0, failed=2)

with T.case("the daemon ends well"):
    D.close()

with T.case("the driver, without peers, and its page"):
    kept, doc = T.path("bench.json"), T.path("doc")
    os.mkdir(doc)
    script = source_path("tests/bench/bench.py")
    if daemon.sanitized():
        raise tap.Skip("a build with sanitizers measures nothing")
    done = subprocess.run(
        [sys.executable, script, "--tiny", "--peers", "",
         "--no-rules", "--json", kept, "--doc", doc],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    equal(done.returncode, 0, done.stderr)
    with open(kept) as f:
        runs = json.load(f)["runs"]
    equal(list(runs), ["sallyport"], "what was measured")
    expect({"full13", "full12", "up", "down", "trip"} <= set(
        runs["sallyport"][0]), str(runs))
    pages = sorted(os.listdir(doc))
    equal(pages, ["performance-bulk.svg", "performance-handshakes.svg",
                  "performance-latency.svg", "performance-memory.svg",
                  "performance.md"], "what was written")
    with open(os.path.join(doc, "performance.md")) as f:
        text = f.read()
    for picture in re.findall(r"\((\S+\.svg)\)", text):
        expect(picture in pages, picture)
    expect("| full handshake, TLS 1.3 | µs CPU |" in text, text)

for proc, _ in BACKENDS.values():
    proc.stdin.close()
with T.case("the backends end with their standard input"):
    for proc, _ in BACKENDS.values():
        equal(proc.wait(10), 0, "exit status")
T.done()
