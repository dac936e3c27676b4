"""A TLS client that sends whatever handshake messages it is told to, in any
order: one suite each, ECDHE on P-256, ECDSA and AES-128-GCM.  Sessions are
offered as the caller says, whatever the server said of them: see lib/resume.py
for a client with better manners."""

import os
import random
import socket
import struct

from . import crypto, hello

ALERT, HANDSHAKE, DATA, CCS = 21, 22, 23, 20
RECORD = 16384
(SERVER_HELLO, NEW_SESSION_TICKET, ENCRYPTED_EXTENSIONS, CERTIFICATE, SERVER_KEY_EXCHANGE,
 CERTIFICATE_REQUEST, SERVER_HELLO_DONE, CERTIFICATE_VERIFY,
 CLIENT_KEY_EXCHANGE, FINISHED, KEY_UPDATE) = (
     2, 4, 8, 11, 12, 13, 14, 15, 16, 20, 24)
NAME, TICKET, PRE_SHARED_KEY, MODES = 0, 35, 41, 45


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
    suite = 0xc02b
    ahead = ()      # suites that are offered before it
    bound = True    # by the extended master secret (RFC 7627)

    def __init__(self, port, leaf=None, host="127.0.0.1", limit=10):
        self.sock = socket.create_connection((host, port), limit)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
        """Sends a record, or several of a message that is too long for
        one."""
        while len(body) > RECORD:
            self._record(kind, body[:RECORD])
            body = body[RECORD:]
        self._record(kind, body)

    def _record(self, kind, body):
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
        """The next handshake message: (kind, body); what else comes is
        passed over."""
        while True:
            kind, body = self.next_or_change()
            if kind is not None:
                return kind, body

    def next_or_change(self):
        """The next handshake message, or (None, b"") for ChangeCipherSpec,
        which is no message."""
        while True:
            found = self._message()
            if found:
                return found
            kind, body = self.read()
            if kind == HANDSHAKE:
                self.messages += body
            elif kind == CCS:
                return None, b""

    def _message(self):
        if len(self.messages) < 4:
            return None
        size = 4 + int.from_bytes(self.messages[1:4], "big")
        if len(self.messages) < size:
            return None
        data, self.messages = self.messages[:size], self.messages[size:]
        self.transcript += data
        return data[0], data[4:]

    def _hello(self, versions, share, more=b"", session=b""):
        """The ClientHello."""
        extensions = [
            hello.extension(10, b"\0\x02\0\x17"),
            hello.extension(11, b"\x01\0"),
            hello.extension(13, b"\0\x02\x04\x03")]
        if self.bound:
            extensions.append(hello.extension(23, b""))
        if versions:
            extensions.append(hello.extension(43, versions))
            extensions.append(hello.extension(51, share))
        body = (b"\x03\x03" + self.random + _vector(1, session)
                + _vector(2, b"".join(struct.pack(">H", suite) for suite in
                                      (*self.ahead, self.suite))) + b"\x01\0"
                + _vector(2, b"".join(extensions) + more))
        return message(1, body)

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
            if kind == HANDSHAKE:
                self.messages += body

    def close(self):
        """close_notify, and what comes until the end."""
        self.record(ALERT, b"\x01\x00")
        try:
            while True:
                kind, body = self.read()
                if kind == HANDSHAKE:
                    self.messages += body
        except (Alert, EOFError):
            pass
        self.sock.close()


class Raw12(Raw):
    def hello(self, proof=b"", session=b"", ticket=None, more=b""):
        """proof: of the handshake before this one (RFC 5746); session and
        ticket: of one to be resumed, ticket b"" to ask for one; more:
        extensions."""
        self.transcript = b""
        self.random = os.urandom(32)
        more += hello.extension(0xff01, _vector(1, proof))
        if ticket is not None:
            more += hello.extension(TICKET, ticket)
        self.handshake(self._hello(None, None, more, session))

    def open(self):
        self.hello()
        return self.greeted()

    def answer(self):
        """The ServerHello; `session` is the id it gave."""
        kind, body = self.next()
        if kind != SERVER_HELLO:
            raise AssertionError("message %d for ServerHello" % kind)
        self.server_random = body[2:34]
        self.session = body[35:35 + body[34]]

    def greeted(self):
        """Everything up to the server's ServerHelloDone; `asked` is whether
        it wants a certificate."""
        self.answer()
        return self.greeted_in_full()

    def greeted_in_full(self):
        """What follows the ServerHello where nothing is resumed."""
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
        the extended master secret is bound to."""
        label, seed = ((b"extended master secret",
                        crypto.sha256(self.transcript)) if self.bound else
                       (b"master secret", self.random + self.server_random))
        self.master = crypto.prf(self._shared(self.peer), label, seed, 48)
        self.expand()

    def expand(self):
        """The keys of the master secret, which may be an earlier one's."""
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
        """`tickets` are those that came before it, `lives` what the server
        says of their lives."""
        self.tickets, self.lives = [], []
        while True:
            kind, body = self.next_or_change()
            if kind is None:
                break
            if kind != NEW_SESSION_TICKET:
                raise AssertionError("message %d for ChangeCipherSpec" % kind)
            self.lives.append(int.from_bytes(body[:4], "big"))
            self.tickets.append(body[6:])
        self.reading = self.theirs
        expected = crypto.prf(self.master, b"server finished",
                              crypto.sha256(self.transcript), 12)
        kind, body = self.next()
        if kind != FINISHED or body != expected:
            raise AssertionError("message %d for Finished" % kind)


class Raw13(Raw):
    thirteen = True
    suite = 0x1301
    modes = b"\x01\x01"    # psk_dhe_ke: without it no ticket comes

    def hello(self, more=b"", offers=()):
        """more: extensions; offers: (identity, age as it is sent, secret) of
        each session to be resumed."""
        point = crypto.encode(crypto.multiply(self.secret))
        share = _vector(2, b"\0\x17" + _vector(2, point))
        if offers and self.modes is None:
            raise ValueError("offers go with modes")
        if self.modes is not None:
            more += hello.extension(MODES, self.modes)
        if not offers:
            self.handshake(self._hello(b"\x02\x03\x04", share, more))
            return
        names = _vector(2, b"".join(
            _vector(2, name) + struct.pack(">I", age)
            for name, age, _ in offers))
        binders = _vector(2, b"".join(_vector(1, bytes(32))
                                      for _ in offers))
        data = self._hello(
            b"\x02\x03\x04", share,
            more + hello.extension(PRE_SHARED_KEY, names + binders))
        # RFC 8446, 4.2.11.2: over all but the binders.
        data = data[:-len(binders)]
        self.handshake(data + _vector(2, b"".join(
            _vector(1, self._binder(secret, data))
            for _, _, secret in offers)))

    @staticmethod
    def _binder(secret, data):
        early = crypto.mac(bytes(32), secret)
        key = crypto.expand_label(early, b"res binder", crypto.sha256(b""),
                                  32)
        key = crypto.expand_label(key, b"finished", b"", 32)
        return crypto.mac(key, crypto.sha256(data))

    def answer(self):
        """The ServerHello; `chosen` is which of the offers it took, or
        None; `extensions` are the answer's."""
        kind, body = self.next()
        answer = hello.Answer(hello.record(HANDSHAKE, message(kind, body)))
        if kind != SERVER_HELLO:
            raise AssertionError("message %d for ServerHello" % kind)
        self.server_random = body[2:34]
        self.extensions = answer.extensions
        self.chosen = None
        if PRE_SHARED_KEY in answer.extensions:
            self.chosen = int.from_bytes(answer.extensions[PRE_SHARED_KEY],
                                         "big")

    def open(self, more=b"", offers=()):
        """As hello(); then everything up to the server's Finished."""
        self.hello(more, offers)
        self.answer()
        return self.greeted(bytes(32) if self.chosen is None
                            else offers[self.chosen][2])

    def greeted(self, early):
        """What follows the ServerHello; early: the secret of the session
        that is resumed, or 32 zeros."""
        shared = self._shared(self.extensions[51][4:])
        empty = crypto.sha256(b"")
        early = crypto.mac(bytes(32), early)
        secret = crypto.mac(crypto.expand_label(early, b"derived", empty,
                                                32), shared)
        self.client_secret = self._secret(secret, b"c hs traffic")
        their_secret = self._secret(secret, b"s hs traffic")
        self.reading = self._keys(their_secret)
        self.writing = self._keys(self.client_secret)
        self.asked = False
        kind = None
        while kind != FINISHED:
            before = self.transcript
            kind, body = self.next()
            self.asked = self.asked or kind == CERTIFICATE_REQUEST
            if kind == ENCRYPTED_EXTENSIONS:
                self.encrypted = body
        if body != self._proof(their_secret, before):
            raise AssertionError("the server's Finished is wrong")
        self.master = crypto.mac(crypto.expand_label(secret, b"derived",
                                                     empty, 32), bytes(32))
        self.secrets = [self._secret(self.master, b"c ap traffic"),
                        self._secret(self.master, b"s ap traffic")]
        self.own = self._keys(self.secrets[0])
        self.reading = self._keys(self.secrets[1])
        return self

    def tickets(self):
        """What came so far since change(): (lifetime, age_add, ticket,
        secret of the session) of each."""
        found = []
        while True:
            next_message = self._message()
            if not next_message:
                return found
            kind, body = next_message
            if kind != NEW_SESSION_TICKET:
                raise AssertionError("message %d for a ticket" % kind)
            life, add, size = struct.unpack(">IIB", body[:9])
            nonce, body = body[9:9 + size], body[9 + size:]
            size = int.from_bytes(body[:2], "big")
            if body[2 + size:] != b"\0\0":
                raise AssertionError("extensions in a ticket: %r"
                                     % body[2 + size:])
            found.append((life, add, body[2:2 + size], crypto.expand_label(
                self.resumption, b"resumption", nonce, 32)))

    def update(self):
        """Asks for new keys in both directions (RFC 8446, 4.6.3)."""
        self.handshake(message(KEY_UPDATE, b"\x01"), noted=False)
        self.secrets[0] = crypto.expand_label(self.secrets[0],
                                              b"traffic upd", b"", 32)
        self.writing = self._keys(self.secrets[0])

    def expect_update(self):
        kind = NEW_SESSION_TICKET
        while kind == NEW_SESSION_TICKET:
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

    @staticmethod
    def _proof(secret, transcript):
        key = crypto.expand_label(secret, b"finished", b"", 32)
        return crypto.mac(key, crypto.sha256(transcript))

    def finished(self):
        return message(FINISHED, self._proof(self.client_secret,
                                             self.transcript))

    def change(self):
        """From here on the keys are those of application data."""
        self.writing = self.own
        self.resumption = self._secret(self.master, b"res master")
