#!/usr/bin/env python3
"""Which rule holds for a wrapped connection: its client's address, the
service's user and name; what is in clear by the policy's own words."""

import os
import pwd
import sys

sys.dont_write_bytecode = True

from lib import client, policy, tap, wrap  # noqa: E402
from lib.service import NOBODY, ROOTLY  # noqa: E402
from lib.tap import equal, expect  # noqa: E402

T = tap.Tap(90)
S = wrap.Setting(T)


def user():
    """Who the wrapped services are; Skip where that is a mere number."""
    if ROOTLY:
        return NOBODY.pw_name
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        raise tap.Skip("a user without a name")


def rules(port, also="", **more):
    """A policy of one rule, with lines of its own."""
    text = policy.text(policy.Rule("trap", port, S.ring, **more))
    mark = "\tLocalPortRange %s\n" % port
    expect(mark in text, text)
    return T.write("rules-%d" % port, text.replace(mark, mark + also, 1))


def start(also="", mode="echo", options=(), **more):
    port = wrap.free_ports()
    run = wrap.Run(S, [S.trap, mode, str(port), "0.0.0.0"],
                   rules(port, also, **more), options=options)
    run.at = port
    return run.ready()


def secured(port, source=None):
    with client.Tls(port, S.full, source=source) as link:
        link.handshake()
        equal(wrap.line(link), b"hello from echo\n", "over TLS")
        link.echo(b"secured")
        link.close()


def clear(port):
    with wrap.Plain(port) as link:
        equal(wrap.line(link), b"hello from echo\n", "in clear")
        link.echo(b"clear" * 1000)
        link.close()


with T.case("the service's name and user match"):
    run = start("\tJobname trap\n\tUserid %s\n" % user())
    secured(run.at)
    run.stop()
for also in ("\tJobname other\n", "\tUserid somebody\n"):
    with T.case("a rule for another: clear, and told: " + also.split()[1]):
        run = start(also)
        clear(run.at)
        expect("clear" in run.told(r"\b%d\b" % run.at), "told")
        run.stop()
with T.case("a rule with TTLSEnabled Off: clear"):
    run = start(enabled=False)
    clear(run.at)
    run.stop()
with T.case("clients of one address only: TLS, others in clear"):
    run = start(remote="127.0.0.2")
    for _ in range(3):
        secured(run.at, "127.0.0.2")
        clear(run.at)
    run.stop()
with T.case("a listener of one address, a rule for another"):
    port = wrap.free_ports()
    run = wrap.Run(S, [S.trap, "echo", str(port), "127.0.0.3"],
                   rules(port, local="127.0.0.4"))
    run.ready()
    with wrap.Plain(port, "127.0.0.3") as link:
        equal(wrap.line(link), b"hello from echo\n", "in clear")
        link.close()
    run.stop()
with T.case("a connection in clear: names are the kernel's own"):
    run = start(mode="names", enabled=False)
    for _ in range(2):
        with wrap.Plain(run.at) as link:
            wrap.rest(link)
    with wrap.Plain(run.at) as link:
        wrap.line(link)
        link.close()
    run.end()
    among = run.said()
    for want in ("listener own: family 2 0.0.0.0 port own length 16",
                 "accept: family 2 127.0.0.1 port client length 16",
                 "connection own: family 2 127.0.0.1 port own length 16",
                 "exec connection peer: family 2 127.0.0.1 port client "
                 "length 16"):
        expect(want in among, "no %r in\n%s" % (want, "\n".join(among)))
with T.case("a rule that hands off otherwise is not wrapped"):
    port = wrap.free_ports()
    run = wrap.Run(S, [S.trap, "poll", str(port)],
                   rules(port, backend="127.0.0.1:1"))
    run.told(r"\b%d\b.*Forward" % port)
    equal(run.ended(), 9, "status")
    expect(any("EACCES" in text for text in run.said()), str(run.said()))
    run.over = True
with T.case("one rule wraps, another hands off otherwise: its clients are "
            "refused"):
    port = wrap.free_ports()
    text = policy.text(
        policy.Rule("near", port, S.ring, remote="127.0.0.1"),
        policy.Rule("far", port, S.ring, "127.0.0.1:1", remote="127.0.0.2"))
    run = wrap.Run(S, [S.trap, "echo", str(port), "0.0.0.0"],
                   T.write("near-and-far", text)).ready()
    secured(port)
    with client.Tls(port, S.full, source="127.0.0.2") as link:
        run.wait('rule="far".* peer=127.0.0.2:%d .*reason=7003/'
                 % link.port, "err")
        expect(not link.fill(), "the port answers")
    secured(port)
    run.stop()
with T.case("two services of one policy, each with its port"):
    first = wrap.free_ports(2)
    both = S.policy("%d-%d" % (first, first + 1))
    pair = [wrap.Run(S, [S.trap, "echo", str(first + i), "0.0.0.0"],
                     both).ready() for i in range(2)]
    for i in range(2):
        secured(first + i)
    pair[0].stop()
    secured(first + 1)
    pair[1].stop()
with T.case("two services on one port: the second is told so"):
    run = start()
    second = wrap.Run(S, [S.trap, "echo", str(run.at), "0.0.0.0"],
                      S.policy(run.at))
    second.wait("FAILED bind.*EADDRINUSE")
    equal(second.ended(), 9, "status")
    second.over = True
    secured(run.at)
    run.stop()
T.done()
