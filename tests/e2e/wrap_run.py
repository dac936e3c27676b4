#!/usr/bin/env python3
"""`sallyport run` is as good as exec: what the service starts with, how it
ends, signals, terminals, and what is left when it is over."""

import fcntl
import os
import pty
import re
import resource
import signal
import socket
import subprocess
import sys
import termios

sys.dont_write_bytecode = True

from lib import client, service, tap, wrap  # noqa: E402
from lib.service import die_with_parent  # noqa: E402
from lib.daemon import alive, sanitized  # noqa: E402
from lib.tap import equal, expect, wait_for  # noqa: E402

T = tap.Tap(150)
S = wrap.Setting(T)
PORT = wrap.free_ports()
RULES = S.policy(PORT)


def run(*command, **more):
    return wrap.Run(S, command, RULES, **more)


def over(command, status, text=None):
    """It ends so; returns its standard error."""
    it = run(*command)
    if text:
        it.told(text)
    it.end(status)
    return it


for status in (0, 3, 255):
    with T.case("exit status %d" % status):
        over([S.trap, "exit", "0", "-", str(status)], status)
for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV,
               signal.SIGABRT, signal.SIGUSR1, signal.SIGINT):
    with T.case("a service killed by " + number.name):
        over([S.trap, "kill", "0", "-", str(int(number))], -number)
with T.case("a command that is not found"):
    it = run("no-such-command-at-all")
    it.end(127)
    expect(any("no-such-command-at-all" in text for text in it.err if text),
           str(it.err))
    over([T.path("no-such-file")], 127)
with T.case("a command that is not executable"):
    over([T.write("not-executable", "#!/bin/sh\n")], 126)
    over(["/"], 126)
with T.case("a script"):
    script = T.write("script", "#!/bin/sh\necho \"$0 $@\"\nexit 7\n")
    os.chmod(script, 0o755)
    it = over([script, "a b", "", "--policy"], 7)
    equal(it.said(), [script + " a b  --policy"], "its arguments")
with T.case("a command found through PATH"):
    it = over(["sh", "-c", "echo $0", "name"], 0)
    equal(it.said(), ["name"], "it said")

with T.case("a refused policy: diagnostics, 125, and nothing started"):
    bad = T.write("bad.policy", "TTLSRule r\n{\n\tNonsense 1\n}\n")
    it = wrap.Run(S, ["touch", T.path("started")], bad)
    it.end(125)
    expect(any("Nonsense" in text for text in it.err if text), str(it.err))
    expect(not os.path.exists(T.path("started")), "it was started")
with T.case("no policy: 125"):
    it = wrap.Run(S, ["true"], T.path("no-such-policy"))
    it.end(125)
    expect(any("no-such-policy" in text for text in it.err if text),
           str(it.err))
with T.case("a policy without its key ring: 125"):
    it = wrap.Run(S, ["true"], T.write("ringless.policy", wrap.policy.text(
        wrap.policy.Rule("r", PORT, T.path("no-such-ring")))))
    it.end(125)
    expect(any("no-such-ring" in text for text in it.err if text),
           str(it.err))
with T.case("a usage that is wrong"):
    for words in ([], ["--policy"], ["--no-such-option", "true"],
                  ["--policy", RULES], ["--policy", RULES, "--"]):
        done = subprocess.run([S.sallyport, "run"] + words,
                              stdin=subprocess.DEVNULL, timeout=20,
                              capture_output=True)
        equal(done.returncode, 2, "status of %r" % words)
        expect(done.stderr, "nothing said of %r" % words)


class State:
    """What a program finds, started in an unusual way."""

    def __init__(self, wrapped):
        self.extra = os.open("/dev/zero", os.O_RDONLY)
        self.wrapped = wrapped

    def prepare(self):
        """In the child, before exec."""
        die_with_parent()
        os.umask(0o037)
        os.dup2(self.extra, 55)
        resource.setrlimit(resource.RLIMIT_NOFILE, (777, 888))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 4096))
        resource.setrlimit(resource.RLIMIT_STACK, (1 << 22, 1 << 23))
        os.nice(3)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK,
                               {signal.SIGUSR2, signal.SIGALRM})

    def lines(self):
        it = wrap.Run(S, [S.trap, "state"], RULES, self.wrapped,
                      preexec_fn=self.prepare, pass_fds=[55],
                      cwd="/usr/share", stdin=subprocess.DEVNULL,
                      start_new_session=False,
                      env={"FOO": "bar", "EMPTY": "", "PATH": "/bin",
                           "A.b": "c d"})
        it.end()
        os.close(self.extra)
        return [re.sub(r"(pipe|socket):\[\d+\]", r"\1", text)
                for text in it.said()]


with T.case("started with closed streams, which stay closed"):
    # What run opens itself must not get their numbers.
    it = wrap.Run(S, ["/bin/sh", "-c", """
        "$@" <&- >&- 2>&-
        echo "status $?" """, "sh", S.sallyport, "run", "--policy", RULES,
                      "--", "/bin/sh", "-c", """
        for n in 0 1 2; do [ -e /proc/$$/fd/$n ] && exit 9; done
        exit 7"""], wrapped=False)
    it.wait("^status 7$")
    it.end()
with T.case("what the service starts with"):
    # A descriptor to pass has to be open here, too.
    os.dup2(0, 55)
    plain, wrapped = State(False).lines(), State(True).lines()
    os.close(55)
    preload = [text for text in wrapped
               if text.startswith("environment LD_PRELOAD=")]
    equal(preload, ["environment LD_PRELOAD="
                    + T.path("bin", "libsallyport.so")], "LD_PRELOAD")
    wrap.differ(plain, [text for text in wrapped if text not in preload])
    expect("umask 037" in plain and "blocked 12" in plain
           and "ignored 1" in plain and "environment FOO=bar" in plain
           and any(text.startswith("descriptor 55: /dev/zero")
                   for text in plain), "\n".join(plain))

with T.case("an LD_PRELOAD of the user's own stays"):
    if sanitized():
        raise tap.Skip("nothing is preloaded into AddressSanitizer")
    it = run("/bin/sh", "-c", "echo $LD_PRELOAD",
             env={"LD_PRELOAD": "/lib/x86_64-linux-gnu/libm.so.6:",
                  "PATH": "/usr/bin:/bin"})
    it.end()
    expect("libm.so.6" in it.said()[0]
           and "libsallyport.so" in it.said()[0], str(it.said()))

with T.case("LISTEN_PID names the service"):
    it = wrap.Run(S, ["/bin/sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh",
                      S.sallyport, "run", "--policy", RULES, "--",
                      "/bin/sh", "-c", "echo $LISTEN_PID $$"],
                  wrapped=False)
    it.end()
    meant, own = it.said()[0].split()
    equal(meant, own, "LISTEN_PID")

with T.case("standard streams are the service's own"):
    it = run(S.trap, "cat")
    it.write("one\ntwo\n")
    it.wait("^two$")
    it.end()
    equal(it.said(), ["one", "two"], "standard output")
    expect("end of input" in it.err, str(it.err))

with T.case("a reader that goes away: the service gets SIGPIPE's EPIPE"):
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" | head -n 1', "sh", S.sallyport, "run",
         "--policy", RULES, "--", "yes"], timeout=20, capture_output=True,
        stdin=subprocess.DEVNULL)
    equal(done.stdout, b"y\n", "it said")

SENT = ("HUP", "INT", "QUIT", "USR1", "USR2", "WINCH", "ALRM", "CONT",
        "URG", "IO", "PWR", "VTALRM", "PROF")
with T.case("signals that are sent to run reach the service"):
    it = run(S.trap, "signals")
    it.wait("^pid ")
    for sent in SENT:
        number = getattr(signal, "SIG" + sent)
        it.proc.send_signal(number)
        it.wait("^got %d$" % number)
    it.proc.send_signal(signal.SIGRTMIN + 3)
    it.wait("^got %d$" % (signal.SIGRTMIN + 3))
    it.proc.terminate()
    it.wait("^got %d$" % signal.SIGTERM)
    it.end()
    equal(len([text for text in it.said() if text.startswith("got")]),
          len(SENT) + 2, "signals seen")


class Terminal:
    """A command in the foreground of a terminal of its own."""

    def __init__(self, *command):
        self.master, slave = pty.openpty()

        def prepare():
            die_with_parent()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        self.it = run(*command, stdin=slave, preexec_fn=prepare)
        os.close(slave)

    def type(self, text):
        os.write(self.master, text)

    def close(self):
        os.close(self.master)


with T.case("Ctrl-C: one SIGINT for the service"):
    terminal = Terminal(S.trap, "signals")
    terminal.it.wait("^pid ")
    terminal.type(b"\x03")
    terminal.it.wait("^got 2$")
    # Had it been sent a second one, it would be there before these.
    for number in (signal.SIGUSR1, signal.SIGWINCH):
        terminal.it.proc.send_signal(number)
        terminal.it.wait("^got %d$" % number)
    equal(terminal.it.said().count("got 2"), 1, "times")
    terminal.type(b"\x1c")
    terminal.it.wait("^got 3$")
    terminal.it.proc.terminate()
    terminal.it.end()
    equal(terminal.it.said().count("got 3"), 1, "times")
    terminal.close()
with T.case("Ctrl-C ends both"):
    terminal = Terminal(S.trap, "echo", str(PORT))
    terminal.it.ready()
    terminal.type(b"\x03")
    terminal.it.end(-signal.SIGINT)
    terminal.close()
with T.case("Ctrl-Z stops both, and both go on"):
    terminal = Terminal(S.trap, "echo", str(PORT))
    terminal.it.ready()
    pair = [terminal.it.pid, terminal.it.service()]
    terminal.it.family()

    def states():
        table = service.processes()
        return "".join(table[pid][2] for pid in pair)

    # Its group has no shell to say so: as a shell would, by signal.
    os.killpg(terminal.it.pid, signal.SIGSTOP)
    wait_for(lambda: states() == "TT", "both to stop")
    os.killpg(terminal.it.pid, signal.SIGCONT)
    wait_for(lambda: "T" not in states(), "both to go on")
    with client.Tls(PORT, S.full) as link:
        link.handshake()
        equal(wrap.line(link), b"hello from echo\n", "served")
    terminal.it.stop()
    terminal.close()
with T.case("the terminal is gone: SIGHUP ends both"):
    terminal = Terminal(S.trap, "echo", str(PORT))
    terminal.it.ready()
    terminal.close()
    terminal.it.end(-signal.SIGHUP)
with T.case("a service that reads its terminal"):
    terminal = Terminal("/bin/sh", "-c", "read line; echo got $line")
    terminal.type(b"words\n")
    terminal.it.wait("^got words$")
    terminal.it.end()
    terminal.close()

with T.case("run is killed: the service and the agent end"):
    it = run(S.trap, "echo", str(PORT)).ready()
    expect(len(it.family()) >= 4, "processes")
    it.proc.kill()
    it.end(-signal.SIGKILL)
with T.case("the service is killed: run dies of it, the agent ends"):
    it = run(S.trap, "echo", str(PORT)).ready()
    it.family()
    os.kill(it.service(), signal.SIGKILL)
    it.end(-signal.SIGKILL)

with T.case("the port is free when run has ended, twenty times"):
    for _ in range(20):
        it = run(S.trap, "echo", str(PORT)).ready()
        with client.Tls(PORT, S.full) as link:
            link.handshake()
            equal(wrap.line(link), b"hello from echo\n", "served")
            link.close()
        it.stop()

with T.case("a daemon: run returns at once, the daemon is served"):
    it = run(S.trap, "daemon", str(PORT))
    pid = int(it.wait("^daemon ").split()[1])
    equal(it.proc.wait(15), 0, "exit status")
    for _ in range(2):
        with client.Tls(PORT, S.full) as link:
            link.handshake()
            equal(wrap.line(link), b"hello from daemon\n", "served")
            link.echo(b"still here")
            link.close()
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not alive(pid), "the daemon to end")

    def refused():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", PORT)) != 0

    wait_for(refused, "the port to be closed")
    wait_for(lambda: not it.left(), "all to end")
    it.over = True

with T.case("children that outlive the service are served, too"):
    it = run("/bin/sh", "-c", "%s echo %d & read line; exit 5"
             % (S.trap, PORT))
    it.ready()
    it.write()
    equal(it.proc.wait(15), 5, "exit status")
    with client.Tls(PORT, S.full) as link:
        link.handshake()
        equal(wrap.line(link), b"hello from echo\n", "served")
    holders = [pid for pid in service.processes()
               if wrap.name(pid) == "trap"
               and str(PORT) in service.command(pid).split()]
    equal(len(holders), 1, "services: %r" % holders)
    os.kill(holders[0], signal.SIGTERM)
    wait_for(refused, "the port to be closed")
    it.over = True
T.done()
