"""A TLS client that sends whatever handshake messages it is told to, in any
order: one suite each, ECDHE on P-256, ECDSA and AES-128-GCM."""

import os
import random
import socket
import struct

from . import crypto, hello

ALERT, HANDSHAKE, DATA, CCS = 21, 22, 23, 20
(SERVER_HELLO, NEW_SESSION_TICKET, ENCRYPTED_EXTENSIONS, CERTIFICATE, SERVER_KEY_EXCHANGE,
 CERTIFICATE_REQUEST, SERVER_HELLO_DONE, CERTIFICATE_VERIFY,
 CLIENT_KEY_EXCHANGE, FINISHED, KEY_UPDATE) = (
     2, 4, 8, 11, 12, 13, 14, 15, 16, 20, 24)


def message(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _vector(size, body):
    return len(body).to_bytes(size, "big") + body


class Alert(Exception):
    def __init__(self, body):
        super().__init__("alert %d" % body[1])
        self.description = body[1]


class Keys:
    """One direction's protection; `implicit`: TLS 1.2's nonce."""

    def __init__(self, key, iv, implicit):
        self.gcm = crypto.Gcm(key)
        self.iv = iv
        self.implicit = implicit
        self.number = 0

    def seal(self, kind, body):
        count = struct.pack(">Q", self.number)
        self.number += 1
        if self.implicit:
            extra = count + struct.pack(">BHH", kind, 0x303, len(body))
            return kind, count + self.gcm.seal(self.iv + count, body, extra)
        body += bytes([kind])
        head = struct.pack(">BHH", DATA, 0x303, len(body) + 16)
        return DATA, self.gcm.seal(self._nonce(count), body, head)

    def open(self, kind, body):
        count = struct.pack(">Q", self.number)
        self.number += 1
        if self.implicit:
            extra = count + struct.pack(">BHH", kind, 0x303, len(body) - 24)
            return kind, self.gcm.open(self.iv + body[:8], body[8:], extra)
        head = struct.pack(">BHH", kind, 0x303, len(body))
        text = self.gcm.open(self._nonce(count), body, head).rstrip(b"\0")
        return text[-1], text[:-1]

    def _nonce(self, count):
        return bytes(a ^ b for a, b in zip(self.iv, bytes(4) + count))


class Raw:
    """A connection.  open() does everything up to the server's last
    message; then the caller sends what it likes."""

    thirteen = False

    def __init__(self, port, leaf=None, host="127.0.0.1", limit=10):
        self.sock = socket.create_connection((host, port), limit)
        self.port = self.sock.getsockname()[1]
        self.leaf = leaf
        self.transcript = b""
        self.reading = self.writing = None
        self.input = b""
        self.messages = b""
        self.secret = random.SystemRandom().randrange(1, 1 << 255)
        self.random = os.urandom(32)
        self.held = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    # Records

    def record(self, kind, body):
        if self.writing and kind != CCS:
            kind, body = self.writing.seal(kind, body)
        data = hello.record(kind, body, 0x303)
        if self.held is None:
            self.sock.sendall(data)
        else:
            self.held += data

    def hold(self):
        """Records are kept back from now on, to be sent as one."""
        self.held = b""

    def release(self):
        held, self.held = self.held, None
        self.sock.sendall(held)

    def handshake(self, data, noted=True):
        """Sends a handshake message; noted: it enters the transcript."""
        if noted:
            self.transcript += data
        self.record(HANDSHAKE, data)

    def read(self):
        """The next record: (kind, body).  Raises Alert for one, and
        EOFError at the end."""
        while True:
            if len(self.input) >= 5:
                kind, _, size = struct.unpack(">BHH", self.input[:5])
                if len(self.input) >= 5 + size:
                    body = self.input[5:5 + size]
                    self.input = self.input[5 + size:]
                    break
            more = self.sock.recv(65536)
            if not more:
                raise EOFError("the server closed")
            self.input += more
        if kind == CCS:
            return kind, body
        if self.reading:
            kind, body = self.reading.open(kind, body)
        if kind == ALERT:
            raise Alert(body)
        return kind, body

    def next(self):
        """The next handshake message: (kind, body)."""
        while True:
            if len(self.messages) >= 4:
                size = 4 + int.from_bytes(self.messages[1:4], "big")
                if len(self.messages) >= size:
                    data = self.messages[:size]
                    self.messages = self.messages[size:]
                    self.transcript += data
                    return data[0], data[4:]
            kind, body = self.read()
            if kind == HANDSHAKE:
                self.messages += body

    def _hello(self, suite, versions, share, more=b"", session=b""):
        extensions = [
            hello.extension(10, b"\0\x02\0\x17"),
            hello.extension(11, b"\x01\0"),
            hello.extension(13, b"\0\x02\x04\x03"),
            hello.extension(23, b"")]
        if versions:
            extensions.append(hello.extension(43, versions))
            extensions.append(hello.extension(51, share))
        body = (b"\x03\x03" + self.random + _vector(1, session)
                + _vector(2, struct.pack(">H", suite)) + b"\x01\0"
                + _vector(2, b"".join(extensions) + more))
        self.handshake(message(1, body))

    def _shared(self, peer):
        point = crypto.multiply(self.secret, crypto.decode(peer))
        return point[0].to_bytes(32, "big")

    def certificates(self, *chain):
        """The client's Certificate message."""
        if self.thirteen:
            body = b"\0" + _vector(3, b"".join(
                _vector(3, link.der) + b"\0\0" for link in chain))
        else:
            body = _vector(3, b"".join(_vector(3, link.der)
                                       for link in chain))
        return message(CERTIFICATE, body)

    def verify(self, key):
        """The CertificateVerify message over what was sent so far."""
        signed = self.transcript
        if self.thirteen:
            signed = (b" " * 64 + b"TLS 1.3, client CertificateVerify\0"
                      + crypto.sha256(signed))
        return message(CERTIFICATE_VERIFY,
                       b"\x04\x03" + _vector(2, key.sign(signed, "sha256")))

    def answered(self, data):
        """Sends application data; what comes back, b"" at the end."""
        self.record(DATA, data)
        while True:
            kind, body = self.read()
            if kind == DATA:
                return body


class Raw12(Raw):
    def hello(self, proof=b"", session=b"", ticket=None):
        """proof: of the handshake before this one (RFC 5746); session and
        ticket: of one to be resumed, ticket b"" to ask for one."""
        self.transcript = b""
        self.random = os.urandom(32)
        more = hello.extension(0xff01, _vector(1, proof))
        if ticket is not None:
            more += hello.extension(35, ticket)
        self._hello(0xc02b, None, None, more, session)

    def open(self):
        self.hello()
        return self.greeted()

    def greeted(self):
        """Everything up to the server's ServerHelloDone; `session` is the
        id it gave, `asked` whether it wants a certificate."""
        _, body = self.next()
        self.server_random = body[2:34]
        self.session = body[35:35 + body[34]]
        self.asked = False
        while True:
            kind, body = self.next()
            self.asked = self.asked or kind == CERTIFICATE_REQUEST
            if kind == SERVER_KEY_EXCHANGE:
                self.peer = body[4:4 + body[3]]
            elif kind == SERVER_HELLO_DONE:
                return self

    def key_exchange(self):
        point = crypto.encode(crypto.multiply(self.secret))
        return message(CLIENT_KEY_EXCHANGE, _vector(1, point))

    def derive(self):
        """The keys; the transcript must end with ClientKeyExchange, which
        the extended master secret (RFC 7627) is bound to."""
        self.master = crypto.prf(
            self._shared(self.peer), b"extended master secret",
            crypto.sha256(self.transcript), 48)
        block = crypto.prf(self.master, b"key expansion",
                           self.server_random + self.random, 40)
        self.own = Keys(block[:16], block[32:36], True)
        self.theirs = Keys(block[16:32], block[36:40], True)

    def change(self):
        """ChangeCipherSpec; from here on we encrypt."""
        self.record(CCS, b"\x01")
        self.writing = self.own

    def finished(self):
        self.proof = crypto.prf(self.master, b"client finished",
                                crypto.sha256(self.transcript), 12)
        return message(FINISHED, self.proof)

    def expect_finished(self):
        """`tickets` are those that came before it."""
        self.tickets = []
        while True:
            kind, body = self.read()
            if kind == CCS:
                break
            if body[0] == NEW_SESSION_TICKET:
                self.tickets.append(body[10:])
                self.transcript += body
        self.reading = self.theirs
        kind, _ = self.next()
        if kind != FINISHED:
            raise AssertionError("message %d for Finished" % kind)


class Raw13(Raw):
    thirteen = True

    def open(self, more=b""):
        """more: extensions at the end of the ClientHello; `extensions` are
        those of the answer."""
        point = crypto.encode(crypto.multiply(self.secret))
        self._hello(0x1301, b"\x02\x03\x04",
                    _vector(2, b"\0\x17" + _vector(2, point)), more)
        kind, body = self.next()
        answer = hello.Answer(hello.record(HANDSHAKE, message(kind, body)))
        self.extensions = answer.extensions
        shared = self._shared(answer.extensions[51][4:])
        empty = crypto.sha256(b"")
        early = crypto.mac(bytes(32), bytes(32))
        secret = crypto.mac(crypto.expand_label(early, b"derived", empty,
                                                32), shared)
        self.client_secret, self.reading = None, None
        self.client_secret = self._secret(secret, b"c hs traffic")
        self.reading = self._keys(self._secret(secret, b"s hs traffic"))
        self.writing = self._keys(self.client_secret)
        self.asked = False
        while kind != FINISHED:
            kind, _ = self.next()
            self.asked = self.asked or kind == CERTIFICATE_REQUEST
        master = crypto.mac(crypto.expand_label(secret, b"derived", empty,
                                                32), bytes(32))
        self.secrets = [self._secret(master, b"c ap traffic"),
                        self._secret(master, b"s ap traffic")]
        self.own = self._keys(self.secrets[0])
        self.reading = self._keys(self.secrets[1])
        return self

    def update(self):
        """Asks for new keys in both directions (RFC 8446, 4.6.3)."""
        self.handshake(message(KEY_UPDATE, b"\x01"), noted=False)
        self.secrets[0] = crypto.expand_label(self.secrets[0],
                                              b"traffic upd", b"", 32)
        self.writing = self._keys(self.secrets[0])

    def expect_update(self):
        kind, _ = self.next()
        if kind != KEY_UPDATE:
            raise AssertionError("message %d for KeyUpdate" % kind)
        self.secrets[1] = crypto.expand_label(self.secrets[1],
                                              b"traffic upd", b"", 32)
        self.reading = self._keys(self.secrets[1])

    def _secret(self, secret, label):
        return crypto.expand_label(secret, label,
                                   crypto.sha256(self.transcript), 32)

    @staticmethod
    def _keys(secret):
        return Keys(crypto.expand_label(secret, b"key", b"", 16),
                    crypto.expand_label(secret, b"iv", b"", 12), False)

    def finished(self):
        key = crypto.expand_label(self.client_secret, b"finished", b"", 32)
        return message(FINISHED, crypto.mac(
            key, crypto.sha256(self.transcript)))

    def change(self):
        """From here on the keys are those of application data."""
        self.writing = self.own
