#!/usr/bin/env python3
"""Measures sallyportd beside what else ends TLS in front of a TCP service,
as far as it is installed, on this machine.

  bench.py [--quick | --tiny] [--runs N] [--peers NAME,...] [--key ec|rsa]
           [--no-rules] [--json FILE] [--doc DIRECTORY]
  bench.py --render FILE --doc DIRECTORY

SALLYPORT_SRCDIR and SALLYPORT_BUILDDIR name the trees, as for the tests.
--json keeps the results; --doc writes performance.md and its plots; --render
does that from results that were kept.  --tiny is for a test of this."""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "e2e")]

import figures      # noqa: E402
import machine      # noqa: E402
import page         # noqa: E402
import policies     # noqa: E402
import servers      # noqa: E402
from process import Group   # noqa: E402

RULES = re.compile(
    r"^(.+?) +(\d+) rules: build +([\d.]+) s, +(\d+) bytes a rule, +"
    r"look-up +(\d+) ns", re.M)


def say(text):
    print(text, file=sys.stderr, flush=True)


def rules(build_path, scale):
    """The rule table's own figures: (shape, rules, build seconds, bytes a
    rule, look-up ns)."""
    counts = ["1000", "100000"] + (["1000000"] if scale == "full" else [])
    said = subprocess.run([build_path("tests/bench/bench_rules")] + counts,
                          stdin=subprocess.DEVNULL, check=True, timeout=600,
                          stdout=subprocess.PIPE, text=True).stdout
    return [(shape, int(count), float(build), int(size), int(look_up))
            for shape, count, build, size, look_up in RULES.findall(said)]


def measure(bench, found, size, free_ports, left_out):
    """Each server in turn, and again from the next one on, so that what the
    machine does meanwhile meets all alike."""
    runs = {server.name: [] for server in found}
    direct = []
    for turn in range(size.runs):
        direct.append(bench.direct())
        for at in range(len(found)):
            server = found[(turn + at) % len(found)]
            if server.name in left_out:
                continue
            say("run %d of %d: %s" % (turn + 1, size.runs, server.name))
            try:
                runs[server.name].append(bench.measure(server, free_ports))
            except figures.Broken as broken:
                if server is found[0]:
                    raise
                left_out[server.name] = "failed: %s" % broken
                say("%s is left out: %s" % (server.name, broken))
                del runs[server.name]
    return runs, direct


def bench(args):
    from lib import build_path, daemon, pki, policy
    if daemon.sanitized():
        raise figures.Broken("a build with sanitizers measures nothing")
    directory = tempfile.mkdtemp(prefix="sp-bench-", dir="/tmp")
    os.chmod(directory, 0o755)
    try:
        setting = servers.Setting(directory, args.key, pki, policy,
                                  build_path)
        left_out = {}
        found = servers.find(setting, args.peers.split(","), left_out)
        for name, why in left_out.items():
            say("%s is left out: %s" % (name, why))
        size = figures.Size(args.scale, servers.CONNECTIONS // 2)
        size.runs = args.runs or size.runs
        result = {"machine": machine.describe(), "scale": args.scale,
                  "key": args.key, "sizes": vars(size),
                  "versions": {s.name: s.version() for s in found}}
        runs, direct = measure(figures.Bench(setting, size), found, size,
                               daemon.free_ports, left_out)
        Group.end_all()
        result.update(runs=runs, direct=direct, left_out=left_out)
        if not args.no_rules:
            say("the rule table")
            result["rules"] = rules(build_path, args.scale)
            result["policies"] = policies.measure(
                build_path, (100000, 1000000) if args.scale == "full" else
                (10000,), (100000,) if args.scale == "full" else (10000,),
                say)
        return result
    finally:
        Group.end_all()
        shutil.rmtree(directory, ignore_errors=True)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_const", dest="scale",
                        const="quick", default="full")
    parser.add_argument("--tiny", action="store_const", dest="scale",
                        const="tiny")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--peers", default=",".join(
        peer.name for peer in servers.PEERS))
    parser.add_argument("--key", choices=("ec", "rsa"), default="ec")
    parser.add_argument("--no-rules", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("--doc")
    parser.add_argument("--render")
    return parser.parse_args()


def ended(_signum, _frame):
    raise SystemExit("ended before it was done")


def main():
    args = arguments()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, ended)
    signal.alarm(3600 if args.scale == "full" else 600)
    if args.render:
        with open(args.render) as f:
            result = json.load(f)
    else:
        start = time.monotonic()
        try:
            result = bench(args)
        except figures.Broken as broken:
            say("bench: %s" % broken)
            return 1
        say("measured for %d s" % (time.monotonic() - start))
    if args.json:
        with open(args.json, "w") as f:
            json.dump(result, f, indent=1)
    view = page.View(result)
    print(view.plain())
    if args.doc:
        view.write(args.doc)
    return 0


if __name__ == "__main__":
    sys.exit(main())
