"""TLS clients: openssl, gnutls-cli and curl as processes, and one of our own
that shows every byte (ssl.MemoryBIO)."""

import os
import re
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

from .tap import Skip, wait_for

REQUEST = b"GET / HTTP/1.0\r\n\r\n"

# RFC 8446 section 6, RFC 5246 section 7.2.
ALERTS = {
    0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac",
    22: "record_overflow", 40: "handshake_failure", 42: "bad_certificate",
    43: "unsupported_certificate", 44: "certificate_revoked",
    45: "certificate_expired", 46: "certificate_unknown",
    47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied",
    50: "decode_error", 51: "decrypt_error", 70: "protocol_version",
    71: "insufficient_security", 80: "internal_error",
    86: "inappropriate_fallback", 90: "user_canceled",
    100: "no_renegotiation", 109: "missing_extension",
    110: "unsupported_extension", 112: "unrecognized_name",
    116: "certificate_required",
}


class Result:
    """What a client program said."""

    def __init__(self, argv, status, out, err):
        self.argv = argv
        self.status = status
        self.out = out
        self.err = err
        self.text = (out + err).decode(errors="replace")
        found = (re.search(r"SSL alert number (\d+)", self.text)
                 or re.search(r"Received alert \[(\d+)\]", self.text))
        self.alert = ALERTS.get(int(found.group(1))) if found else None

    def __str__(self):
        return "%s: exit %s\n%s" % (" ".join(self.argv), self.status,
                                    self.text)


def need(program):
    if not shutil.which(program):
        raise Skip("%s is not installed" % program)


def run(argv, request=b"", limit=20):
    """Runs a client whose standard input holds `request` and then stays
    open: its end is the server's doing, not ours."""
    need(argv[0])
    reader, writer = os.pipe()
    try:
        os.write(writer, request)
        proc = subprocess.Popen(argv, stdin=reader, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        try:
            out, err = proc.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            proc.kill()
            out, err = proc.communicate()
            err += b"(killed: it hung)"
        return Result(argv, proc.returncode, out, err)
    finally:
        os.close(reader)
        os.close(writer)


def old_version(program, version):
    """Raises Skip where a client program of this machine has no longer TLS
    1.1 or older: tried with `openssl s_server`."""
    if (program, version) not in _OLD:
        _OLD[program, version] = _reaches_openssl(program, version)
    if not _OLD[program, version]:
        raise Skip("%s has no TLS %s here" % (program, version))


_OLD = {}


def _reaches_openssl(program, version):
    need(program)
    need("openssl")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "server.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-subj", "/CN=localhost", "-addext",
             "subjectAltName=IP:127.0.0.1", "-keyout", path + ".key",
             "-out", path], check=True, stderr=subprocess.DEVNULL)
        server = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:%d" % port,
             "-cert", path, "-key", path + ".key", "-www", "-cipher",
             "DEFAULT@SECLEVEL=0", "-tls" + version.replace(".", "_")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: _listens(port), "openssl s_server")
            result = ask(program, port, path, version=version)
            return b"s_server" in result.out
        finally:
            server.kill()
            server.wait()


def _listens(port):
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def ask(program, port, ca, leaf=None, links=None, chain=None, version=None,
        host="127.0.0.1"):
    """One request by one of the three programs; version: "1.2".  links:
    the intermediates; chain: these after the leaf."""
    if program == "openssl":
        return openssl(port, ca, leaf, links,
                       version and version.replace(".", "_"), host)
    return {"gnutls-cli": gnutls, "curl": curl}[program](
        port, ca, leaf, chain, version, host)


def _endpoint(host, port):
    return ("[%s]:%d" if ":" in host else "%s:%d") % (host, port)


def openssl(port, ca, leaf=None, chain=None, version=None, host="127.0.0.1",
            extra=(), request=REQUEST, limit=20):
    """version: as the option has it, "1_2".  chain: a PEM file."""
    argv = ["openssl", "s_client", "-connect", _endpoint(host, port),
            "-ign_eof", "-verify_return_error", "-CAfile", ca,
            "-cipher", "DEFAULT@SECLEVEL=0"]
    if leaf:
        argv += ["-cert", leaf.path, "-key", leaf.key.path]
    if chain:
        argv += ["-cert_chain", chain]
    if version:
        argv.append("-tls" + version)
    return run(argv + list(extra), request, limit)


def gnutls(port, ca, leaf=None, chain=None, version=None, host="127.0.0.1",
           key=None, request=REQUEST):
    """version: "1.2".  chain: a PEM file that begins with the leaf."""
    argv = ["gnutls-cli", "--x509cafile", ca, "--port", str(port)]
    if version:
        argv += ["--priority", "NORMAL:-VERS-ALL:+VERS-TLS%s%s" % (
            version, ":%VERIFY_ALLOW_SIGN_WITH_SHA1"
            if version < "1.2" else "")]
    if leaf:
        argv += ["--x509certfile", chain or leaf.path,
                 "--x509keyfile", key or leaf.key.path]
    return run(argv + [host], request)


def curl(port, ca, leaf=None, chain=None, version=None, host="127.0.0.1"):
    """version: "1.2".  chain: a PEM file that begins with the leaf."""
    argv = ["curl", "--silent", "--show-error", "--max-time", "15",
            "--cacert", ca, "https://%s/" % _endpoint(host, port)]
    if version:
        argv += ["--tlsv" + version, "--tls-max", version]
        if version < "1.2":
            argv += ["--ciphers", "DEFAULT@SECLEVEL=0"]
    if leaf:
        argv += ["--cert", chain or leaf.path, "--key", leaf.key.path]
    return run(argv)


def context(ca, leaf=None, chain=None, version=None):
    """A client context; version: an ssl.TLSVersion, exactly that one."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.load_verify_locations(ca)
    if leaf:
        made.load_cert_chain(chain or leaf.path, leaf.key.path)
    if version is not None:
        if version < ssl.TLSVersion.TLSv1_2:
            made.set_ciphers("DEFAULT:@SECLEVEL=0")
        made.minimum_version = version
        made.maximum_version = version
    return made


class Tls:
    """A TLS client whose records pass through our hands.

    `trickle` seconds between bytes sent (None: as they come); `allowance`
    bytes in all may be sent, then BrokenPipeError is raised.  `session`: an
    ssl.SSLSession to be resumed; `name`: the server's.
    Closing one direction is possible, as ssl.SSLSocket does not allow.
    """

    def __init__(self, port, ctx, host="127.0.0.1", source=None,
                 trickle=None, allowance=None, limit=15.0, session=None,
                 name=None):
        address = (source, 0) if source else None
        self.sock = socket.create_connection((host, port), limit, address)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self.sock.getsockname()[1]
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.tls = ctx.wrap_bio(self.incoming, self.outgoing,
                                server_hostname=name, session=session)
        self.trickle = trickle
        self.allowance = allowance
        self.limit = limit
        self.sent = 0
        self.ended = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def flush(self):
        data = self.outgoing.read()
        if self.allowance is not None:
            data = data[:max(0, self.allowance - self.sent)]
        if self.trickle is None:
            if data:
                self.sock.sendall(data)
                self.sent += len(data)
        else:
            for i in range(len(data)):
                self.sock.sendall(data[i:i + 1])
                self.sent += 1
                if self.trickle:
                    time.sleep(self.trickle)
        if self.allowance is not None and self.sent >= self.allowance:
            raise BrokenPipeError("allowance spent")

    def fill(self):
        """Waits for bytes of the server; False at the end of the stream."""
        data = self.sock.recv(65536)
        if data:
            self.incoming.write(data)
            return True
        self.ended = True
        self.incoming.write_eof()
        return False

    def _until_done(self, step):
        while True:
            try:
                value = step()
            except ssl.SSLWantReadError:
                self.flush()
                self.fill()
                continue
            except ssl.SSLError:
                # What our side has to say about it, an alert, still goes.
                try:
                    self.flush()
                except OSError:
                    pass
                raise
            self.flush()
            return value

    def handshake(self):
        self._until_done(self.tls.do_handshake)
        return self

    def send(self, data):
        self._until_done(lambda: self.tls.write(data))

    def recv(self, size=65536):
        """b"" where the server has closed its direction in TLS."""
        try:
            return self._until_done(lambda: self.tls.read(size))
        except ssl.SSLZeroReturnError:
            return b""

    def recv_exactly(self, size):
        data = b""
        while len(data) < size:
            more = self.recv(size - len(data))
            if not more:
                raise EOFError("the stream ended after %d bytes" % len(data))
            data += more
        return data

    def echo(self, data):
        """Sends to an echo service and insists on the answer."""
        self.send(data)
        back = self.recv_exactly(len(data))
        if back != data:
            raise AssertionError("echo: got %r, want %r" % (back, data))

    def close_write(self):
        """close_notify; what the server sends can still be read."""
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self.flush()

    def close(self):
        """Ends the connection in order, in both directions."""
        self.close_write()
        while self.recv():
            pass
        self.sock.close()

    def pump(self, source, sink, on_sent=None):
        """Both directions at once: sends source() (None: nothing more, and
        then on_sent() is called once), gives what comes to sink()."""
        self.sock.setblocking(False)
        pending = memoryview(b"")
        writing, reading = True, True
        while writing or reading or pending:
            if reading:
                try:
                    while True:
                        data = self.tls.read(65536)
                        if not data:
                            raise ssl.SSLZeroReturnError()
                        sink(data)
                except ssl.SSLWantReadError:
                    if self.ended:
                        raise EOFError("the stream ended without "
                                       "close_notify")
                except ssl.SSLZeroReturnError:
                    reading = False
            if writing and not pending:
                data = source()
                if data is None:
                    writing = False
                    if on_sent:
                        on_sent()
                else:
                    self.tls.write(data)
            if not pending and self.outgoing.pending:
                pending = memoryview(self.outgoing.read())
            want_write = [self.sock] if pending or writing else []
            want_read = [self.sock] if reading else []
            if not want_write and not want_read:
                break
            ready = select.select(want_read, want_write, [], self.limit)
            if not ready[0] and not ready[1]:
                raise TimeoutError("nothing moved for %.0f s" % self.limit)
            if ready[0]:
                self.fill()
            if pending:
                try:
                    pending = pending[self.sock.send(pending):]
                except BlockingIOError:
                    pass
        self.sock.settimeout(self.limit)


def alert_of(error):
    """The name of the alert in an ssl.SSLError's text, or None."""
    text = str(error).lower().replace(" ", "_")
    for name in ALERTS.values():
        if name in text:
            return name
    # OpenSSL's names for two of them.
    if "tlsv1_alert_decrypt" in text:
        return "decrypt_error"
    return "certificate_required" if "certificate_required" in text else None
