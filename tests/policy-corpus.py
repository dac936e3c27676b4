#!/usr/bin/env python3
"""Policies of other people, where SALLYPORT_CORPUS names a directory that has
them as policies/*.policy.

Of those that tests/policy-corpus.expected lists, lint has to find every fault
and invent none; of all, no command may crash on any piece of them, and fmt
must not change what they mean.
"""
import collections
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "e2e"))

from lib.tap import Tap  # noqa: E402

SALLYPORT = os.path.abspath(os.path.join(
    os.environ.get("SALLYPORT_BUILDDIR", "."), "sallyport"))
SAID = re.compile(r":(\d+):\d+: (error|warning|advice): .*\[SP(\d+)\]$", re.M)
PIECES = 24
STATUSES = (0, 1, 2)


def run(*words):
    ran = subprocess.run([SALLYPORT, *words], capture_output=True,
                         timeout=60, check=False)
    assert ran.returncode in STATUSES, (words, ran.returncode, ran.stderr)
    return ran.returncode, ran.stdout.decode("utf-8", "replace")


def expected():
    """By policy: sorted (kind, line, code)."""
    found, policy = collections.defaultdict(list), None
    with open(os.path.join(HERE, "policy-corpus.expected"),
              encoding="ascii") as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if len(words) == 1:
                policy = found[words[0]]
            elif words:
                policy.append((words[0], int(words[1]), words[2]))
    return found


def judge(path, wanted):
    status, said = run("lint", path)
    found = [(kind[0].upper(), int(line), code)
             for line, kind, code in SAID.findall(said)]
    errors = sorted(item for item in found if item[0] == "E")
    assert status == (1 if errors else 0), said
    assert errors == sorted(i for i in wanted if i[0] == "E"), (errors, said)
    missing = [item for item in wanted if item not in found]
    assert not missing, (missing, said)


def pieces(tap, path):
    """Cut short anywhere, it is still read by everything."""
    with open(path, "rb") as whole:
        text = whole.read()
    for number in range(PIECES):
        piece = tap.write("piece.policy", text[:len(text) * number // PIECES])
        for command in ("lint", "show", "fmt"):
            run(command, piece)


def meaning(path):
    """What a policy comes to, without the lines it is written on."""
    status, shown = run("show", "--all", "--format", "json", path)
    return status, re.sub(r'"(line|file)": ("[^"]*"|\d+)', "", shown)


def formatted(tap, path):
    status, text = run("fmt", path)
    if status != 0:
        return
    made = tap.write("made.policy", text)
    assert run("fmt", made) == (0, text), "a second time it changes"
    before, after = meaning(path), meaning(made)
    assert before[0] == after[0]
    if before[0] == 0:
        strip = os.path.dirname(path).encode() + b"|" + tap.dir.encode()
        assert re.sub(strip.decode(), "", before[1]) == \
            re.sub(strip.decode(), "", after[1])


def main():
    tap = Tap(limit=600)
    directory = os.path.join(os.environ.get("SALLYPORT_CORPUS", ""),
                             "policies")
    if not os.environ.get("SALLYPORT_CORPUS") or \
            not os.path.isdir(directory):
        tap.skip_all("SALLYPORT_CORPUS names no directory with policies")
    wanted = expected()
    for name in sorted(os.listdir(directory)):
        path = os.path.join(directory, name)
        if name in wanted:
            with tap.case(f"{name}: what lint says"):
                judge(path, wanted[name])
        with tap.case(f"{name}: in pieces"):
            pieces(tap, path)
        with tap.case(f"{name}: formatted"):
            formatted(tap, path)
    tap.done()


if __name__ == "__main__":
    main()
