"""TLS records by hand: a ClientHello with anything in it, and what a server
answers in clear."""

import os
import socket
import struct

ALERT, HANDSHAKE = 21, 22
SERVER_HELLO, CERTIFICATE_REQUEST = 2, 13

SSL3, TLS10, TLS11, TLS12, TLS13 = 0x300, 0x301, 0x302, 0x303, 0x304

GROUPS = (0x001d, 0x0017, 0x0018)
SIGNATURES = (0x0403, 0x0503, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501,
              0x0601, 0x0203, 0x0201)


def _vector(size, body):
    return len(body).to_bytes(size, "big") + body


def _words(values):
    return b"".join(struct.pack(">H", value) for value in values)


def extension(kind, body):
    return struct.pack(">H", kind) + _vector(2, body)


def record(kind, body, version=TLS10):
    return struct.pack(">BH", kind, version) + _vector(2, body)


def client_hello(suites, version=TLS12, versions=None, compressions=b"\0",
                 session=b"", ticket=None, extensions=True,
                 signatures=SIGNATURES, more=()):
    """The record of a ClientHello.  versions: the supported_versions
    extension; ticket: the body of a session_ticket extension; signatures:
    the pairs of signature_algorithms (empty: it is left out); more: others,
    as (number, body)."""
    parts = []
    if extensions:
        parts.append(extension(10, _vector(2, _words(GROUPS))))
        parts.append(extension(11, b"\x01\x00"))
        if signatures:
            parts.append(extension(13, _vector(2, _words(signatures))))
    if ticket is not None:
        parts.append(extension(35, ticket))
    parts += [extension(*one) for one in more]
    if versions:
        parts.append(extension(43, _vector(1, _words(versions))))
        # A point on secp256r1: twice its generator is as good as any.
        share = bytes.fromhex(
            "047cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc4766"
            "997807775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d22"
            "7873d1")
        parts.append(extension(51, _vector(2, struct.pack(">H", 0x17)
                                           + _vector(2, share))))
    body = (struct.pack(">H", version) + os.urandom(32)
            + _vector(1, session) + _vector(2, _words(suites))
            + _vector(1, compressions))
    if parts:
        body += _vector(2, b"".join(parts))
    return record(HANDSHAKE, b"\x01" + _vector(3, body),
                  min(version, TLS10))


class Answer:
    """What a server said in clear: `alert` (level, description) or None,
    and of its ServerHello, where there is one, version, suite, session,
    compression and the extensions by number."""

    def __init__(self, data):
        self.data = data
        self.alert = None
        self.version = self.suite = self.session = self.compression = None
        self.extensions = {}
        messages = b""
        while len(data) >= 5:
            kind, _, size = struct.unpack(">BHH", data[:5])
            body, data = data[5:5 + size], data[5 + size:]
            if kind == ALERT and len(body) == 2:
                self.alert = (body[0], body[1])
            elif kind == HANDSHAKE:
                messages += body
        if len(messages) > 4 and messages[0] == SERVER_HELLO:
            size = int.from_bytes(messages[1:4], "big")
            if len(messages) >= 4 + size:
                self._server_hello(messages[4:4 + size])

    def _server_hello(self, body):
        self.version = int.from_bytes(body[:2], "big")
        at = 35 + body[34]
        self.session = body[35:at]
        self.suite = int.from_bytes(body[at:at + 2], "big")
        self.compression = body[at + 2]
        at += 5
        while at + 4 <= len(body):
            kind, size = struct.unpack(">HH", body[at:at + 4])
            self.extensions[kind] = body[at + 4:at + 4 + size]
            at += 4 + size
        if 43 in self.extensions:
            self.version = int.from_bytes(self.extensions[43], "big")

    @property
    def hello(self):
        return self.suite is not None


def ask(port, data, host="127.0.0.1", limit=10.0, finish=False):
    """Sends bytes and reads until a ServerHello or an alert is there, or
    the stream ends.  Returns (Answer, client's port).  finish: close our
    direction after sending."""
    with socket.create_connection((host, port), limit) as sock:
        own = sock.getsockname()[1]
        got = b""
        try:
            sock.sendall(data)
            if finish:
                sock.shutdown(socket.SHUT_WR)
            while True:
                more = sock.recv(65536)
                if not more:
                    break
                got += more
                answer = Answer(got)
                if answer.hello and not finish:
                    break
        except (ConnectionResetError, BrokenPipeError):
            pass
    return Answer(got), own
