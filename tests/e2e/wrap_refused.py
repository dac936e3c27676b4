#!/usr/bin/env python3
"""What cannot be wrapped is refused, with words that help, and its port is
never in the clear."""

import os
import shutil
import socket
import sys

sys.dont_write_bytecode = True

from lib import client, tap, wrap  # noqa: E402
from lib.service import ROOTLY, answer_to  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(150)
S = wrap.Setting(T)


def refuses(port, host="127.0.0.1"):
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) != 0


def in_clear(port):
    """What a client without TLS reads: at most an alert, where a rule names
    the port."""
    with socket.create_connection(("127.0.0.1", port), 15) as sock:
        return answer_to(sock, b"hello\n")


def never_in_clear(port):
    if not refuses(port):
        got = in_clear(port)
        expect(b"hello" not in got, "in the clear: %r" % got)


def sent_away(run, program, port):
    """The message: who, where, why, and what to use instead."""
    said = run.told(r"\b%d\b" % port)
    said += "\n".join(text for text in run.err if text)
    for word in (program, str(port), "trap", "Transparent", "Forward"):
        expect(word in said, "no %r in:\n%s" % (word, said))


def fixed(port, rule=None, options=()):
    return wrap.Run(S, [S.fixed, "listen", str(port)],
                    S.policy(rule or port), options=options)


with T.case("a static program on a rule's port"):
    port = wrap.free_ports()
    run = fixed(port)
    run.wait("^ready")
    equal(run.said()[0], "listen: EACCES", "it said")
    expect(refuses(port), "the port is open")
    sent_away(run, "fixed", port)
    run.end()

with T.case("a static program on a port that no rule names"):
    port = wrap.free_ports(2)
    run = fixed(port, port + 1)
    run.wait("^ready")
    equal(run.said()[0], "listen: 0", "it said")
    with wrap.Plain(port) as link:
        equal(wrap.line(link), b"hello from fixed\n", "in the clear")
        link.close()
    said = run.told(r"\b%d\b" % port)
    expect("clear" in said, said)
    run.end()

with T.case("a dynamic program on a port that no rule names"):
    port = wrap.free_ports(2)
    run = wrap.Run(S, [S.trap, "echo", str(port)], S.policy(port + 1))
    run.ready()
    with wrap.Plain(port) as link:
        equal(wrap.line(link), b"hello from echo\n", "in the clear")
        link.echo(b"clear")
        link.close()
    said = run.told(r"\b%d\b" % port)
    expect("clear" in said, said)
    run.stop()

for kind, argv in (("static", [S.fixed, "listen"]), ("dynamic",
                                                     [S.trap, "poll"])):
    with T.case("--strict, a port that no rule names: " + kind):
        port = wrap.free_ports(2)
        run = wrap.Run(S, argv + [str(port)], S.policy(port + 1),
                       options=["--strict"])
        said = run.told(r"\b%d\b" % port)
        expect("strict" in said, said)
        if kind == "static":
            run.wait("^ready")
            equal(run.said()[0], "listen: EACCES", "it said")
            expect(refuses(port), "the port is open")
            run.end()
        else:
            equal(run.ended(), 9, "status")
            expect(any("listen" in text and "EACCES" in text
                       for text in run.said()), str(run.said()))
            run.over = True

with T.case("--strict, a rule's port"):
    strict = wrap.Trap(S, "poll", options=["--strict"]).ready()
    equal([strict.use(), strict.use()], ["poll", "poll"], "served by")
    strict.end()

with T.case("a raw listen in a dynamic program"):
    raw = wrap.Trap(S, "raw-listen")
    raw.ready()
    equal(raw.said()[0], "listen: EACCES", "it said")
    expect(refuses(raw.at), "the port is open")
    sent_away(raw, "trap", raw.at)
    raw.write()
    raw.wait("^raw accept: EINVAL")
    raw.end()

for table in ("i386", "x32"):
    with T.case("listen of the system call table of " + table):
        raw = wrap.Trap(S, "raw-other", table)
        raw.ready()
        expect(raw.said()[0] in ("listen: EACCES", "listen: EPERM",
                                 "listen: ENOSYS"), raw.said()[0])
        expect(refuses(raw.at), "the port is open")
        raw.write()
        raw.end()

with T.case("a raw accept on a copy of the old socket"):
    raw = wrap.Trap(S, "raw-accept").ready()
    with client.Tls(raw.at, S.full) as link:
        link.handshake()
        link.send(b"taken?")
        never_in_clear(raw.at)
        raw.write()
        raw.wait("^raw accept: EINVAL")
    raw.end()
    expect("accepted" not in raw.said(), "it took a connection")

with T.case("MPTCP, as Go opens it"):
    trap = wrap.Trap(S, "mptcp")
    trap.wait("^(ready|FAILED)", limit=10)
    never_in_clear(trap.at)
    if "listen: 0" in trap.said() and not refuses(trap.at):
        equal(trap.use(), "mptcp", "served by")
        trap.proc.terminate()
        trap.ended()
    else:
        expect(trap.told(r"\b%d\b" % trap.at), "words")
        trap.end()
    trap.over = True


with T.case("a service that hides its memory"):
    trap = wrap.Trap(S, "hidden")
    trap.wait("^listen: ")
    if "listen: 0" in trap.said():
        equal(trap.ready().use(), "hidden", "served by")
        trap.end()
    else:
        equal(trap.said()[0], "listen: EACCES", "it said")
        expect(refuses(trap.at), "the port is open")
        expect(trap.told(r"\b%d\b|trap" % trap.at), "words")
        trap.ended()
        trap.over = True


def set_id():
    """A copy of `trap` that runs as its owner."""
    path = T.path("bin", "set-id")
    if not os.path.exists(path):
        shutil.copy(S.trap, path)
        os.chmod(path, 0o4755)
    if os.statvfs(path).f_flag & os.ST_NOSUID:
        raise Skip("this file system has no set-id programs")
    return path


with T.case("a set-id program is refused before it starts"):
    port = wrap.free_ports()
    if not ROOTLY:
        raise Skip("only root can make one of another user")
    run = wrap.Run(S, [set_id(), "poll", str(port)], S.policy(port))
    run.told("set-(user-)?id")
    equal(run.ended(), 125, "status")
    equal(run.said(), [], "it said")
    run.over = True

with T.case("a set-id child gains nothing"):
    if not ROOTLY:
        raise Skip("only root can make one of another user")
    run = wrap.Run(S, ["/bin/sh", "-c", "%s state 0; true" % set_id()],
                   S.policy(wrap.free_ports()))
    run.wait("^user 65534 65534 ")
    run.end()


def inherited(program, *args):
    """A command that inherits a listener of the starter's, on a rule's
    port, with a client from before that spoke in the clear."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port = wrap.free_ports()
    listener.bind(("127.0.0.1", port))
    listener.listen(16)
    early = socket.create_connection(("127.0.0.1", port), 15)
    early.sendall(b"hello?\n")
    fd = listener.fileno()
    run = wrap.Run(S, [program, *args, str(fd), "2"], S.policy(port),
                   pass_fds=[fd])
    return run, port, listener, early


def served(port):
    """A client that was let in, or None."""
    link = None
    try:
        link = client.Tls(port, S.full)
        return link.handshake()
    except OSError:
        if link:
            link.sock.close()
        return None


def nothing(sock):
    """It is ended without a byte of the service's."""
    got = answer_to(sock, b"")
    expect(b"hello" not in got, "in the clear: %r" % got)


with T.case("an inherited listener is converted"):
    run, port, listener, early = inherited(S.trap, "inherited", "0", "-")
    run.ready()
    with listener, early:
        for _ in range(2):
            with wait_for(lambda: served(port), "TLS on the port") as link:
                equal(wrap.line(link), b"hello from inherited\n", "served")
                link.echo(b"converted")
                link.close()
        nothing(early)
    run.end()

with T.case("an inherited listener and a static program"):
    run, port, listener, early = inherited(S.fixed, "inherited", "0", "-")
    with listener, early:
        early.settimeout(2)
        got = b""
        try:
            got = early.recv(100)
        except OSError:
            pass
        expect(b"hello" not in got, "in the clear: %r" % got)
    run.family()
    run.proc.stdin.close()
    expect(run.ended() in (0, 125), "status")
    run.over = True

with T.case("a static program inherits a wrapped listener"):
    trap = wrap.Trap(S, "exec", "execve", S.fixed)
    trap.wait("^ready")
    with client.Tls(trap.at, S.full) as link:
        link.handshake()
        trap.wait("^accept: E")
        never_in_clear(trap.at)
    trap.end()

with T.case("a static child of a wrapped service"):
    port = wrap.free_ports()
    run = wrap.Run(S, ["/bin/sh", "-c", "%s listen %d" % (S.fixed, port)],
                   S.policy(port))
    run.wait("^ready")
    equal(run.said()[0], "listen: EACCES", "it said")
    expect(refuses(port), "the port is open")
    sent_away(run, "fixed", port)
    run.end()
T.done()
