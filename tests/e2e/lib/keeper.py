"""A keeper in Python: src/agent/link.h and src/wrap/wrap_call.h, spoken to a
real agent."""

import os
import select
import socket
import struct

from .tap import equal, expect

VERSION = 3
HELLO, ASK, VERDICT, OFFER, DROP, DROPPED = range(1, 7)
WRAP, CLEAR, REFUSE, LATER = range(1, 5)
VERDICTS = {WRAP: "wrap", CLEAR: "clear", REFUSE: "refuse",
            LATER: "later"}

# struct link_message
LAYOUT = struct.Struct("=IIQI4x128s64s64s256s512s")


def message(kind, number=0, local=b"", user=b"", job=b"", backlog=0,
            verdict=0, text=b"", unit=b""):
    return LAYOUT.pack(kind, verdict, number, backlog, local, user, job,
                       unit, text)


def sockaddr(host, port):
    """An address as the kernel has it."""
    if ":" in host:
        return (struct.pack("=H", socket.AF_INET6)
                + struct.pack(">HI", port, 0)
                + socket.inet_pton(socket.AF_INET6, host) + bytes(4))
    return (struct.pack("=H", socket.AF_INET) + struct.pack(">H", port)
            + socket.inet_aton(host))


class Message:
    def __init__(self, data):
        (self.kind, self.verdict, self.id, self.backlog, _, _, _,
         _, text) = LAYOUT.unpack(data)
        self.text = text.split(b"\0")[0].decode()


class Ended(Exception):
    """The agent has ended the link."""


def read_end(data):
    family = data[0]
    port = int.from_bytes(data[1:3], "big")
    if family == 4:
        return (socket.inet_ntop(socket.AF_INET, data[7:11]), port)
    return (socket.inet_ntop(socket.AF_INET6, data[7:23]), port)


def read_name(sock):
    """(kind, local, remote) of a socket that stands for a TCP one, from its
    own name; None: it stands for itself."""
    name = sock.getsockname()
    if sock.family != socket.AF_UNIX or not name.startswith(
            b"\0sallyport/"):
        return None
    rest = name[len(b"\0sallyport/"):]
    return chr(rest[0]), read_end(rest[9:32]), read_end(rest[32:55])


class Listener:
    """What a wrapped service has: a listening socket L of the keeper's, and
    a channel.  `far` is the agent's end, `near` the service's."""

    def __init__(self, tap, host="127.0.0.1", port=0, backlog=64, room=None):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.sock.bind((host, port))
        self.sock.listen(backlog)
        self.backlog = backlog
        self.port = self.sock.getsockname()[1]
        self.name = sockaddr(host, self.port)
        self.near, self.far = socket.socketpair(socket.AF_UNIX,
                                                socket.SOCK_SEQPACKET)
        if room is not None:
            self.far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
        tap.cleanup(self.close)

    def accept(self, limit=10):
        """One connection, as the service gets it; None at the end."""
        ready, _, _ = select.select([self.near], [], [], limit)
        expect(ready, "nothing was handed over")
        data, fds, _, _ = socket.recv_fds(self.near, 16, 4)
        if not data:
            return None
        equal((data, len(fds)), (b"c", 1), "what is on the channel")
        return socket.socket(fileno=fds[0])

    def is_empty(self):
        return not select.select([self.near], [], [], 0)[0]

    def close(self):
        for sock in (self.sock, self.near, self.far):
            sock.close()


class Keeper:
    """One link to an agent."""

    def __init__(self, tap, path, greeted=True):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sock.settimeout(10)
        self.sock.connect(path)
        self.numbers = 0
        tap.cleanup(self.close)
        if greeted:
            hello = self.receive()
            equal((hello.kind, hello.id), (HELLO, VERSION), "the greeting")

    def receive(self):
        try:
            data = self.sock.recv(LAYOUT.size + 1)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Ended
        return Message(data)

    def send(self, data, fds=()):
        socket.send_fds(self.sock, [data], list(fds))

    def number(self):
        self.numbers += 1
        return self.numbers

    def ask(self, name, user=b"", job=b"", unit=b""):
        """(what, text): what a listener would be to the agent."""
        number = self.number()
        self.send(message(ASK, number, name, user, job, unit=unit))
        answer = self.receive()
        equal((answer.kind, answer.id), (VERDICT, number), "the answer")
        return VERDICTS[answer.verdict], answer.text

    def offer(self, listener, user=b"", job=b""):
        """The offer's number."""
        number = self.number()
        self.send(message(OFFER, number, listener.name, user, job,
                          listener.backlog),
                  [listener.sock.fileno(), listener.far.fileno()])
        return number

    def drop(self, number):
        """Waits until every process has closed it."""
        self.send(message(DROP, number))
        answer = self.receive()
        equal((answer.kind, answer.id), (DROPPED, number), "the answer")

    def is_served(self):
        """The agent goes on answering."""
        return self.ask(sockaddr("127.0.0.1", 1))[0] in VERDICTS.values()

    def ends(self):
        """Reads what is left until the agent ends the link."""
        try:
            while True:
                self.receive()
        except Ended:
            return

    def close(self):
        self.sock.close()


def is_blocking(sock):
    return os.get_blocking(sock.fileno())
