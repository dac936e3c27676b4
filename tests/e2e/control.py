#!/usr/bin/env python3
"""The daemon's control socket: a keeper offers the listener of a service, and
gets finished connections over its channel, whatever happens to workers and
policy, and whatever other keepers do."""

import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading

sys.dont_write_bytecode = True

from lib import backend, client, daemon, keeper, pki, policy, tap  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(120)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
CONTEXT = client.context(ROOT.path, P.leaf("alice", ROOT))
NAMELESS = client.context(ROOT.path)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
SOCKET = T.path("control")
POLICY = T.path("control.policy")
NOBODY = 65534

PORT, PLAIN, ELSEWHERE, NEAR, MINE, NOT_NAMED, THEIRS, JOBS = (
    daemon.free_ports() for _ in range(8))
FORWARDED = policy.Rule("forwarded", ELSEWHERE, RING, "127.0.0.1:9")


def owned(rule, *lines):
    """The rule's text with more conditions."""
    return rule.text().replace("Direction Inbound",
                               "\n\t".join(("Direction Inbound",) + lines))


RULES = (
    policy.Rule("wrapped", PORT, RING).text(),
    policy.Rule("open", PLAIN, enabled=False).text(),
    FORWARDED.text(),
    policy.Rule("near", NEAR, RING, remote="127.0.0.1").text(),
    owned(policy.Rule("mine", MINE, RING), "Userid root", "Jobname Redis*"),
    owned(policy.Rule("theirs", THEIRS, RING),
          "Userid %s" % pwd.getpwuid(NOBODY).pw_name),
    owned(policy.Rule("jobs", JOBS, RING), "Jobname redis"),
)


def write(*rules):
    T.write("control.policy", "\n".join(rules))


def begin(*more, path=SOCKET, workers=2):
    return daemon.Daemon(T, POLICY, "--control", path, *more,
                         workers=workers)


def connect(port, context=CONTEXT, host="127.0.0.1"):
    return client.Tls(port, context, host=host)


def serve(listener, tls):
    """The service takes the connection and says something; returns its
    socket."""
    tls.handshake()
    conn = listener.accept()
    conn.sendall(b"hello")
    equal(tls.recv_exactly(5), b"hello", "what the service says")
    tls.send(b"thanks")
    equal(conn.recv(100), b"thanks", "what the client says")
    return conn


def end(tls, conn):
    tls.close_write()
    equal(conn.recv(100), b"", "the client's end")
    conn.close()
    equal(tls.recv(), b"", "the service's end")
    tls.sock.close()


def again(number, listener):
    """Drops an offer and gives another listener on the same port."""
    K.drop(number)
    listener.close()
    fresh = keeper.Listener(T, port=listener.port)
    return K.offer(fresh, job=b"again"), fresh


write(*RULES)
os.umask(0)     # the daemon's own is what counts
with T.case("the socket is the daemon's own"):
    D = begin()
    mode = os.lstat(SOCKET).st_mode
    expect(stat.S_ISSOCK(mode), "it is no socket")
    equal(stat.S_IMODE(mode), 0o600, "mode")
K = keeper.Keeper(T, SOCKET)

with T.case("what a listener is to the agent"):
    for port, who, want in (
            (PORT, {}, ("wrap", "wrapped")),
            (PLAIN, {}, ("clear", "")),
            (NOT_NAMED, {}, ("clear", "")),
            (NEAR, {}, ("wrap", "near")),
            (MINE, {}, ("clear", "")),
            (MINE, {"user": b"root"}, ("clear", "")),
            (MINE, {"user": b"root", "job": b"redis-server"},
             ("wrap", "mine")),
            (MINE, {"user": b"Root", "job": b"redis-server"},
             ("clear", "")),
            (MINE, {"user": b"root", "unit": b"redis.service"},
             ("wrap", "mine")),
            # A process that calls itself a service is none.
            (MINE, {"user": b"root", "job": b"redis.service"},
             ("clear", ""))):
        equal(K.ask(keeper.sockaddr("127.0.0.1", port), **who), want,
              "port %d %r" % (port, who))

with T.case("a port that another hand-off has is refused with a cure"):
    what, text = K.ask(keeper.sockaddr("127.0.0.1", ELSEWHERE))
    equal(what, "refuse", "verdict")
    line = policy.line_of("\n".join(RULES), "TTLSRule forwarded")
    for word in ("'forwarded'", "control.policy:%d" % line, "Handoff Wrap",
                 "port %d off by Forward" % ELSEWHERE):
        expect(word in text, text)

LISTENER = keeper.Listener(T, port=PORT)
NUMBER = K.offer(LISTENER, user=b"root", job=b"service")

with T.case("a client with a certificate is served"):
    since = D.mark()
    tls = connect(PORT)
    conn = serve(LISTENER, tls)
    expect(keeper.is_blocking(conn), "it is not in blocking mode")
    equal(conn.family, socket.AF_UNIX, "family")
    equal(conn.type, socket.SOCK_STREAM, "type")
    equal(keeper.read_name(conn),
          ("c", ("127.0.0.1", PORT), ("127.0.0.1", tls.port)), "name")
    end(tls, conn)
    line = D.conn(since, tls.port)
    equal((line.reason, line["rule"], line["backend"], line["verified"],
           line["in"], line["out"]),
          (0, "wrapped", "wrap:service", "yes", "6", "5"), line.line)

with T.case("IPv6, and IPv4 at an IPv6 listener"):
    for bound, host, local in (("::1", "::1", "::1"),
                               ("::", "127.0.0.1", "::ffff:127.0.0.1"),
                               ("::", "::1", "::1")):
        K.drop(NUMBER)
        LISTENER.close()
        LISTENER = keeper.Listener(T, bound, PORT)
        equal(K.ask(LISTENER.name), ("wrap", "wrapped"), "verdict")
        NUMBER = K.offer(LISTENER, job=b"six")
        tls = connect(PORT, host=host)
        conn = serve(LISTENER, tls)
        equal(keeper.read_name(conn),
              ("c", (local, PORT), (local, tls.port)), "name")
        end(tls, conn)
    NUMBER, LISTENER = again(NUMBER, LISTENER)

with T.case("a client without a certificate does not reach the service"):
    since = D.mark()
    tls = connect(PORT, NAMELESS)
    try:
        tls.handshake()
        tls.recv()
        raise AssertionError("it was admitted")
    except ssl.SSLError as error:
        equal(client.alert_of(error), "certificate_required", "alert")
    equal(D.conn(since, tls.port).reason, 5001, "reason")
    tls.sock.close()
    with socket.create_connection(("127.0.0.1", PORT)) as raw:
        raw.sendall(b"GET / HTTP/1.0\r\n\r\n")
        line = D.conn(since, raw.getsockname()[1])
        equal(line.reason, 5003, line.line)
    expect(LISTENER.is_empty(), "something was handed over")

with T.case("a service that has closed waits for no silent client"):
    since = D.mark()
    tls = connect(PORT)
    conn = serve(LISTENER, tls)
    conn.sendall(b"farewell")
    conn.close()
    line = D.conn(since, tls.port)
    equal((line.reason, line["out"]), (0, "13"), line.line)
    equal(tls.recv_exactly(8), b"farewell", "what the service says")
    equal(tls.recv(), b"", "the service's end")
    tls.sock.close()
    # Half closed is not closed: then the client may go on.
    tls = connect(PORT)
    conn = serve(LISTENER, tls)
    conn.shutdown(socket.SHUT_WR)
    equal(tls.recv(), b"", "the service's end")
    for _ in range(3):
        tls.send(b"more")
        equal(conn.recv(100), b"more", "what the client says")
    end(tls, conn)

with T.case("an out-of-band byte is not lost"):
    tls = connect(PORT)
    conn = serve(LISTENER, tls)
    try:
        conn.send(b"!", socket.MSG_OOB)
    except OSError:
        conn.close()
        raise Skip("AF_UNIX has no MSG_OOB here")
    conn.sendall(b"then")
    equal(tls.recv_exactly(5), b"!then", "what comes")
    end(tls, conn)

with T.case("megabytes each way"):
    tls = connect(PORT)
    conn = serve(LISTENER, tls)
    want = os.urandom(1 << 20) * 4
    got = bytearray()

    def reflect():
        while True:
            data = conn.recv(65536)
            if not data:
                break
            conn.sendall(data)
        conn.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=reflect, daemon=True)
    thread.start()
    parts = iter([want[i:i + 65536] for i in range(0, len(want), 65536)])
    tls.pump(lambda: next(parts, None), got.extend, tls.close_write)
    thread.join(10)
    expect(bytes(got) == want, "bytes differ")
    conn.close()

with T.case("what no rule secures is handed over as it came"):
    for port, rule, host in ((PLAIN, "open", "127.0.0.1"),
                             (NEAR, None, "127.0.0.2")):
        since = D.mark()
        listener = keeper.Listener(T, port=port)
        number = K.offer(listener, job=b"plain")
        with socket.create_connection(("127.0.0.1", port), 10,
                                      (host, 0)) as raw:
            raw.sendall(b"plain")
            conn = listener.accept()
            equal(conn.family, socket.AF_INET, "family")
            equal(conn.getpeername(), raw.getsockname(), "peer")
            expect(keeper.is_blocking(conn), "it is not in blocking mode")
            equal(conn.recv(100), b"plain", "what the client says")
            line = D.conn(since, raw.getsockname()[1])
            equal((line.reason, line.get("rule"), line["proto"],
                   line["backend"]), (7002, rule, "clear", "wrap:plain"),
                  line.line)
            expect(" info " in line.line, line.line)
            conn.close()
            equal(raw.recv(100), b"", "the service's end")
        K.drop(number)
        listener.close()

def turned_away(port, since):
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.settimeout(15)
        equal(raw.recv(1), b"", "what the client is told")
        line = D.conn(since, raw.getsockname()[1])
    equal(line["reason"], "7004/rule-gone", line.line)


with T.case("what no rule names is not handed over: its rule must be gone"):
    listener = keeper.Listener(T, port=NOT_NAMED)
    since = D.mark()
    number = K.offer(listener, job=b"plain")
    turned_away(NOT_NAMED, since)
    K.drop(number)
    listener.close()

with T.case("user and job of the listener are those of its connections"):
    for job, secured in (b"redis-server", True), (b"other", False):
        listener = keeper.Listener(T, port=MINE)
        number = K.offer(listener, user=b"root", job=job)
        if secured:
            tls = connect(MINE)
            end(tls, serve(listener, tls))
        else:
            turned_away(MINE, D.mark())
        K.drop(number)
        listener.close()

with T.case("a service that does not accept"):
    K.drop(NUMBER)
    LISTENER.close()
    slow = keeper.Listener(T, port=PORT, backlog=3, room=1)
    number = K.offer(slow, job=b"slow")
    clients = []
    since = D.mark()
    before = {pid: daemon.spent(pid) for pid in D.workers()}
    # Clients that come to where nobody is accepted stay without an answer;
    # whoever has one is admitted.
    while len(clients) < 40:
        tls = connect(PORT)
        tls.sock.settimeout(0.3)
        clients.append(tls)
        try:
            tls.handshake()
        except TimeoutError:
            break
    admitted = len(clients) - 1
    # Two workers, three that wait at each, and what the channel holds.
    expect(6 <= admitted < 40, "%d were admitted" % admitted)
    spent = sum(daemon.spent(pid) - before.get(pid, 0)
                for pid in D.workers())
    expect(spent < 1, "%.2f s of processor time" % spent)
    clients[-1].sock.settimeout(15)
    found = {}
    for _ in range(admitted):
        conn = slow.accept()
        found[keeper.read_name(conn)[2][1]] = conn
    clients[-1].handshake()
    conn = slow.accept()
    found[keeper.read_name(conn)[2][1]] = conn
    equal(set(found), {tls.port for tls in clients}, "who was handed over")
    for tls in clients:
        tls.sock.settimeout(15)
        end(tls, found[tls.port])
    K.drop(number)
    slow.close()
    LISTENER = keeper.Listener(T, port=PORT)
    NUMBER = K.offer(LISTENER, job=b"service")

with T.case("a dropped listener is closed in every process"):
    K.drop(NUMBER)
    LISTENER.far.close()
    equal(LISTENER.accept(), None, "the channel's end")
    LISTENER.sock.close()
    with socket.socket() as sock:
        # Without SO_REUSEADDR a copy that still listens would be in the way.
        try:
            socket.create_connection(("127.0.0.1", PORT), 5)
            raise AssertionError("somebody listens")
        except ConnectionRefusedError:
            pass
    LISTENER = keeper.Listener(T, port=PORT)
    NUMBER = K.offer(LISTENER, job=b"service")
    tls = connect(PORT)
    end(tls, serve(LISTENER, tls))

with T.case("a service that has gone: its port is not accepted at"):
    K.drop(NUMBER)
    LISTENER.close()
    gone = keeper.Listener(T, port=PORT)
    number = K.offer(gone, job=b"gone")
    tls = connect(PORT)
    conn = serve(gone, tls)
    gone.near.close()
    # What was handed over goes on.
    tls.send(b"more")
    equal(conn.recv(100), b"more", "what the client says")
    end(tls, conn)
    # Nobody takes a client from the queue any more.
    def waits():
        with socket.create_connection(("127.0.0.1", PORT)) as raw:
            raw.settimeout(0.1)
            raw.sendall(b"GET / HTTP/1.0\r\n\r\n")
            try:
                raw.recv(100)
                return False
            except TimeoutError:
                return True
            except OSError:
                return False
    wait_for(waits, "the workers to notice")
    K.drop(number)
    gone.close()
    LISTENER = keeper.Listener(T, port=PORT)
    NUMBER = K.offer(LISTENER, job=b"service")

with T.case("a service that speaks on its channel, or shuts it down"):
    odd = keeper.Listener(T, port=PLAIN)
    number = K.offer(odd)
    odd.near.send(b"nonsense")
    odd.near.send(b"")
    before = {pid: daemon.spent(pid) for pid in D.workers()}
    odd.near.shutdown(socket.SHUT_WR)
    with socket.create_connection(("127.0.0.1", PLAIN)):
        equal(odd.accept().family, socket.AF_INET, "family")
    K.drop(number)
    odd.close()
    spent = sum(daemon.spent(pid) - before.get(pid, 0)
                for pid in D.workers())
    expect(spent < 1, "%.2f s of processor time" % spent)

with T.case("a listener that is shut down harms nobody"):
    odd = keeper.Listener(T, port=PLAIN)
    number = K.offer(odd)
    with socket.create_connection(("127.0.0.1", PLAIN)):
        odd.accept().close()
    odd.sock.shutdown(socket.SHUT_RDWR)
    tls = connect(PORT)
    end(tls, serve(LISTENER, tls))
    K.drop(number)
    odd.close()

with T.case("workers killed: the next ones serve"):
    tls = connect(PORT)
    held = serve(LISTENER, tls)
    for pid in D.workers():
        since = D.mark()
        os.kill(pid, signal.SIGKILL)
        D.wait_line(re.compile("was killed"), since)
    wait_for(lambda: len(D.workers()) == 2, "two workers")
    equal(held.recv(100), b"", "the end of what the worker held")
    tls = connect(PORT)
    end(tls, serve(LISTENER, tls))
    # The dead need not let go.
    NUMBER, LISTENER = again(NUMBER, LISTENER)
    tls = connect(PORT)
    end(tls, serve(LISTENER, tls))


def reload(pattern):
    since = D.mark()
    old = D.workers()
    D.proc.send_signal(signal.SIGHUP)
    D.wait_line(re.compile(pattern), since)
    return since, old


with T.case("a reload keeps the listeners, and what runs"):
    tls = connect(PORT)
    held = serve(LISTENER, tls)
    reload("generation 2 serves")
    for _ in range(4):
        other = connect(PORT)
        end(other, serve(LISTENER, other))
    held.sendall(b"still")
    equal(tls.recv_exactly(5), b"still", "what the service says")
    # Old workers that have something left and new ones: all let go.
    NUMBER, LISTENER = again(NUMBER, LISTENER)
    end(tls, held)

with T.case("a reload that no longer names the port"):
    write(*RULES[1:])
    since, old = reload("generation 3 serves")
    D.wait_line(re.compile(r"no rule names a wrapped listener.*:%d" % PORT),
                since)
    wait_for(lambda: not set(old) & set(D.workers()), "the old workers")
    turned_away(PORT, D.mark())
    write(*RULES)
    _, old = reload("generation 4 serves")
    wait_for(lambda: not set(old) & set(D.workers()), "the old workers")
    tls = connect(PORT)
    end(tls, serve(LISTENER, tls))

with T.case("a policy that is refused changes nothing"):
    T.write("control.policy", "TTLSRule\n")
    reload("the new policy is refused")
    tls = connect(PORT)
    end(tls, serve(LISTENER, tls))
    write(*RULES)


def pair():
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


NAME = LISTENER.name
TAKEN = []      # the descriptors of hostile offers


def offer(first=None, second=None, number=1):
    """The bytes and descriptors of an offer; None: a good one."""
    if first is None:
        first = socket.create_server(("127.0.0.1", 0))
    if second is None:
        near, second = pair()
        TAKEN.append(near)
    TAKEN.extend((first, second))
    return (keeper.message(keeper.OFFER, number, NAME, backlog=1),
            [first.fileno(), second.fileno()])


def plain_socket():
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock


def datagram():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    return sock


def unix_server():
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.bind("")
    sock.listen()
    return sock


MANY = [socket.socket() for _ in range(3)]
HOSTILE = {
    "an empty message": [(b"", ())],
    "an empty message with descriptors": [(b"", offer()[1])],
    "one byte": [(b"x", ())],
    "a byte too few": [(keeper.message(keeper.ASK, 1, NAME)[:-1], ())],
    "a byte too many": [(keeper.message(keeper.ASK, 1, NAME) + b"x", ())],
    "zeros": [(bytes(keeper.LAYOUT.size), ())],
    "noise": [(os.urandom(keeper.LAYOUT.size), ())],
    "noise with descriptors": [(os.urandom(keeper.LAYOUT.size),
                                offer()[1])],
    "what an agent says": [(keeper.message(keeper.HELLO, 1), ())],
    "what a worker says": [(keeper.message(keeper.DROPPED, 1), ())],
    "a question about nothing": [(keeper.message(keeper.ASK, 1), ())],
    "a question with descriptors": [(keeper.message(keeper.ASK, 1, NAME),
                                     offer()[1])],
    "a drop with a descriptor": [(keeper.message(keeper.DROP, 1),
                                  offer()[1][:1])],
    "an offer of nothing": [(offer()[0], ())],
    "an offer of one descriptor": [(offer()[0], offer()[1][:1])],
    "an offer of three": [(offer()[0], [s.fileno() for s in MANY])],
    "a socket that does not listen": [offer(first=plain_socket())],
    "a datagram socket": [offer(first=datagram())],
    "a unix listener": [offer(first=unix_server())],
    "a file": [offer(first=open("/dev/null", "rb"))],
    "a channel that is a file": [offer(second=open("/dev/null", "rb"))],
    "a channel that is TCP": [offer(second=plain_socket())],
    "a channel that is a stream": [offer(second=socket.socketpair()[0])],
    "a channel that listens": [offer(second=unix_server())],
    "the wrong way round": [offer(pair()[0],
                                  socket.create_server(("127.0.0.1", 0)))],
    "a number twice": [offer(), offer()],
}

with T.case("a keeper that talks nonsense loses its own link only"):
    for what, messages in HOSTILE.items():
        since = D.mark()
        stranger = keeper.Keeper(T, SOCKET)
        for data, fds in messages:
            stranger.send(data, fds)
        try:
            stranger.ends()
        except TimeoutError:
            raise AssertionError("%s: the link goes on" % what)
        stranger.close()
        if messages[0][0]:
            D.wait_line(re.compile("warning registry: the link of keeper "
                                   "%d " % os.getpid()), since)
        expect(K.is_served(), "the good keeper is not served: " + what)
    for sock in TAKEN + MANY:
        sock.close()
    tls = connect(PORT)
    end(tls, serve(LISTENER, tls))
    expect(not D.faults(), "\n".join(D.faults()))

with T.case("drops of what is not there are answered"):
    K.drop(4711)
    K.drop(4711)

with T.case("an offer may be dropped before it was taken"):
    odd = [keeper.Listener(T) for _ in range(20)]
    for listener in odd:
        K.send(*[keeper.message(keeper.OFFER, 10000 + listener.port,
                                listener.name, backlog=1),
                 [listener.sock.fileno(), listener.far.fileno()]])
        K.send(keeper.message(keeper.DROP, 10000 + listener.port))
    equal({K.receive().id for _ in odd},
          {10000 + listener.port for listener in odd}, "what is dropped")
    for listener in odd:
        listener.close()

with T.case("a keeper that reads no answers"):
    stranger = keeper.Keeper(T, SOCKET)
    since = D.mark()
    stranger.sock.settimeout(0.2)
    try:
        for _ in range(100000):
            stranger.send(keeper.message(keeper.ASK, 1, NAME))
        raise AssertionError("the agent keeps everything")
    except OSError:
        pass
    D.wait_line(re.compile("does not read its answers"), since)
    expect(K.is_served(), "the good keeper is not served")
    stranger.close()

with T.case("a keeper that offers thousands of listeners"):
    stranger = keeper.Keeper(T, SOCKET)
    since = D.mark()
    odd = keeper.Listener(T)
    try:
        for i in range(3000):
            stranger.send(keeper.message(keeper.OFFER, i, NAME, backlog=1),
                          [odd.sock.fileno(), odd.far.fileno()])
    except OSError:
        pass
    stranger.ends()
    D.wait_line(re.compile("offers too many listeners"), since, limit=30)
    stranger.close()
    odd.close()
    tls = connect(PORT)
    end(tls, serve(LISTENER, tls))

with T.case("many links, and many that come and go"):
    links = [keeper.Keeper(T, SOCKET) for _ in range(100)]
    for link in links[::2]:
        link.close()
    for link in links[1::2]:
        expect(link.is_served(), "a link is not served")
        link.close()
    expect(K.is_served(), "the first keeper is not served")

with T.case("a keeper's end takes its listeners along"):
    before = {pid: daemon.descriptors(pid) for pid in [D.pid] + D.workers()}
    other = keeper.Keeper(T, SOCKET)
    odd = keeper.Listener(T, port=PLAIN)
    other.offer(odd)
    with socket.create_connection(("127.0.0.1", PLAIN)):
        odd.accept().close()
    other.close()
    odd.far.close()
    equal(odd.accept(), None, "the channel's end")
    odd.close()
    wait_for(lambda: all(daemon.descriptors(pid) <= count
                         for pid, count in before.items()),
             "no more descriptors than before")

with T.case("only root and the daemon's user speak for others, and of jobs"):
    if os.getuid() != 0 or not shutil.which("setpriv"):
        raise Skip("needs root and setpriv")
    asked = {"user": b"root", "job": b"redis", "unit": b"redis.service"}
    os.chmod(SOCKET, 0o666)
    for port, want in (MINE, "clear"), (THEIRS, "wrap"), (JOBS, "clear"):
        said = subprocess.run(
            ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY),
             "--clear-groups", sys.executable, "-c", """
import socket, sys
sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
sock.connect(sys.argv[1])
sock.recv(4096)
sock.send(bytes.fromhex(sys.argv[2]))
sys.stdout.buffer.write(sock.recv(4096))
""", SOCKET, keeper.message(keeper.ASK, 1, keeper.sockaddr(
                "127.0.0.1", port), **asked).hex()],
            stdout=subprocess.PIPE, check=True, timeout=20).stdout
        answer = keeper.Message(said)
        equal(keeper.VERDICTS[answer.verdict], want, "port %d" % port)
    os.chmod(SOCKET, 0o600)
    for port, want in (MINE, "wrap"), (THEIRS, "clear"), (JOBS, "wrap"):
        equal(K.ask(keeper.sockaddr("127.0.0.1", port), b"root",
                    b"redis")[0], want, "port %d, root" % port)

with T.case("a second daemon is refused, and the first one goes on"):
    second = T.write("second.policy", RULES[0])
    status, said = daemon.check(second, "--control", SOCKET)
    equal(status, 1, said)
    expect("another daemon answers there" in said and SOCKET in said, said)
    expect(K.is_served(), "the keeper is not served")

with T.case("SIGTERM: keepers go, what runs is finished"):
    tls = connect(PORT)
    conn = serve(LISTENER, tls)
    late = connect(PORT)        # not yet a word of it
    wait_for(lambda: late.sock.getpeername(), "the connection")
    D.workers()
    D.proc.terminate()
    K.ends()
    wait_for(lambda: not os.path.exists(SOCKET), "the socket to go")
    conn.sendall(b"last")
    equal(tls.recv_exactly(4), b"last", "what the service says")
    end(tls, conn)
    late.sock.close()
    equal(D.proc.wait(20), 0, "exit status")
    expect(not D.faults(), "\n".join(D.faults()))

with T.case("killed, and found again by the next one"):
    D = begin()
    K = keeper.Keeper(T, SOCKET)
    NUMBER = K.offer(LISTENER, job=b"service")
    tls = connect(PORT)
    end(tls, serve(LISTENER, tls))
    os.kill(D.pid, signal.SIGKILL)
    K.ends()
    wait_for(lambda: not [pid for pid in D.family if daemon.alive(pid)],
             "the workers to follow")
    expect(os.path.exists(SOCKET), "the file has gone")
    # Meanwhile clients queue where the keeper listens.
    tls = connect(PORT)
    D = begin(*(("--user", "nobody") if os.getuid() == 0 else ()))
    K = keeper.Keeper(T, SOCKET)
    NUMBER = K.offer(LISTENER, job=b"service")
    end(tls, serve(LISTENER, tls))
    D.close()
    K.ends()
    K.close()

with T.case("a path that is not ours to take"):
    T.write("taken", "text")
    status, said = daemon.check(POLICY, "--control", T.path("taken"))
    equal(status, 1, said)
    expect("no socket" in said and os.path.exists(T.path("taken")), said)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(T.path("stream"))
        other.listen()
        status, said = daemon.check(POLICY, "--control", T.path("stream"))
        equal(status, 1, said)
        expect("another program" in said, said)
        expect(os.path.exists(T.path("stream")), "it was removed")
    for path, words in ((T.path("no", "such"), "directory"),
                        ("/" + "x" * 200, "at most 107 bytes")):
        status, said = daemon.check(POLICY, "--control", path)
        equal(status, 1, said)
        expect(words in said, said)

with T.case("without --control a rule for wrapped services is refused"):
    text = policy.text(policy.Rule("wrapped", PORT, RING))
    path = T.write("wrap.policy", text)
    for extra in (), ("--check",):
        status, said = daemon.check(path, *extra)
        equal(status, 1, said)
        expect("--control" in said and "[SP1705]" in said
               and "wrap.policy:%d" % policy.line_of(text, "TTLSRule")
               in said, said)
    equal(daemon.check(path, "--check", "--control", SOCKET), (0, ""),
          "with it")
    os.chmod(os.path.join(RING, "personal", "server.pem"), 0o600)
    equal(daemon.lint(path, "--deep", "--strict"), (0, ""), "lint")

T.done()
