#!/usr/bin/env python3
"""Whose service it is: Jobname and Userid with wildcards, and the systemd
service that a process belongs to."""

import os
import pwd
import sys

sys.dont_write_bytecode = True

from lib import client, policy, tap, wrap  # noqa: E402
from lib.service import NOBODY, ROOTLY  # noqa: E402
from lib.tap import Skip, equal, expect  # noqa: E402

T = tap.Tap(90)
S = wrap.Setting(T)


def user():
    """Who the wrapped services are; Skip where that is a mere number."""
    if ROOTLY:
        return NOBODY.pw_name
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        raise Skip("a user without a name")


def start(*lines):
    port = wrap.free_ports()
    text = policy.text(policy.Rule("trap", port, S.ring))
    mark = "\tLocalPortRange %s\n" % port
    expect(mark in text, text)
    run = wrap.Run(S, [S.trap, "echo", str(port), "0.0.0.0"], T.write(
        "names-%d" % port, text.replace(
            mark, mark + "".join("\t%s\n" % line for line in lines), 1)))
    run.at = port
    return run.ready()


def secured(*lines):
    run = start(*lines)
    with client.Tls(run.at, S.full) as link:
        link.handshake()
        equal(wrap.line(link), b"hello from echo\n", "over TLS")
        link.echo(b"secured")
        link.close()
    run.stop()


def clear(*lines):
    run = start(*lines)
    with wrap.Plain(run.at) as link:
        equal(wrap.line(link), b"hello from echo\n", "in clear")
        link.close()
    run.stop()


with T.case("a job by its beginning, in any case"):
    secured("Jobname TR*")
    clear("Jobname tri*")
with T.case("a job by nothing but a wildcard"):
    secured("Jobname *")
with T.case("a user by its beginning, whose case counts"):
    secured("Userid %s*" % user()[:2])
    clear("Userid %s*" % user()[:2].swapcase())
with T.case("a user and a job: both must match"):
    secured("Userid *", "Jobname trap*")
    clear("Userid %s" % user(), "Jobname trip*")


class Group:
    """A control group that looks like a systemd service's, with this process
    in it; Skip where it may not be made."""

    def __init__(self, name):
        home, base = self.find()
        self.home = base + home
        self.path = os.path.join(self.home, name)

    @staticmethod
    def find():
        """Our group in the hierarchy that systemd uses, and where that is
        mounted."""
        groups, mounts = {}, {}
        with open("/proc/self/cgroup") as f:
            for line in f:
                _, kind, path = line.rstrip("\n").split(":", 2)
                groups[kind] = path
        with open("/proc/self/mountinfo") as f:
            for line in f:
                before, _, after = line.partition(" - ")
                kind, _, options = after.split()[:3]
                if before.split()[3] != "/":
                    continue
                if kind == "cgroup2":
                    mounts[""] = before.split()[4]
                elif "name=systemd" in options.split(","):
                    mounts["name=systemd"] = before.split()[4]
        for kind in ("name=systemd", ""):
            if kind in groups:
                if kind not in mounts:
                    break
                return groups[kind], mounts[kind]
        raise Skip("no control groups in sight")

    @staticmethod
    def enter(path):
        with open(os.path.join(path, "cgroup.procs"), "w") as f:
            f.write(str(os.getpid()))

    def __enter__(self):
        try:
            os.mkdir(self.path)
            self.enter(self.path)
        except OSError as error:
            self.leave()
            raise Skip("no control group: %s" % error)
        return self

    def leave(self):
        try:
            self.enter(self.home)
            os.rmdir(self.path)
        except OSError:
            pass

    def __exit__(self, *_):
        self.leave()


UNIT = "sallyport-test-%d@1" % os.getpid()
with T.case("a service unit, with its ending and without"):
    with Group(UNIT + ".service"):
        secured("Jobname " + UNIT)
        secured("Jobname %s.SERVICE" % UNIT.upper())
        secured("Jobname sallyport-test-*")
        secured("Jobname trap")
        clear("Jobname sallyport-test")
        clear("Jobname %s.scope" % UNIT)
with T.case("a scope is no service"):
    with Group(UNIT + ".scope"):
        clear("Jobname " + UNIT)
        clear("Jobname %s.scope" % UNIT)
T.done()
