"""Plaintext services that count what reaches them."""

import os
import socket
import struct
import threading

threading.stack_size(256 * 1024)


class Backend:
    """Serves every connection with `serve(sock, backend)` in a thread of
    its own.  `connections` and `received` count what came."""

    def __init__(self, tap, serve, host="127.0.0.1", unix=None,
                 backlog=4096):
        if unix:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.bind(unix)
            os.chmod(unix, 0o777)
            self.address = "unix:" + unix
        else:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self.socket = socket.socket(family)
            self.socket.bind((host, 0))
            self.port = self.socket.getsockname()[1]
            self.address = ("[%s]:%d" if ":" in host else "%s:%d") % (
                host, self.port)
        self.socket.listen(backlog)
        self.serve = serve
        self.lock = threading.Lock()
        self.connections = 0
        self.received = 0
        threading.Thread(target=self._accept, daemon=True).start()
        tap.cleanup(self.close)

    def _accept(self):
        while True:
            try:
                conn = self.socket.accept()[0]
            except OSError:
                return
            with self.lock:
                self.connections += 1
            threading.Thread(target=self._serve, args=(conn,),
                             daemon=True).start()

    def _serve(self, conn):
        with conn:
            try:
                self.serve(conn, self)
            except OSError:
                pass

    def count(self, data):
        """Notes bytes received, and returns them."""
        with self.lock:
            self.received += len(data)
        return data

    def seen(self):
        with self.lock:
            return self.connections, self.received

    def close(self):
        # shutdown wakes the thread in accept, close alone would not.
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


def echo(conn, backend):
    """Sends back what comes, until the client has finished."""
    while True:
        data = backend.count(conn.recv(65536))
        if not data:
            return
        conn.sendall(data)


BODY = b"hello from plaintext\n"


def http(conn, backend):
    """Answers one request and closes."""
    request = b""
    while b"\r\n\r\n" not in request:
        data = backend.count(conn.recv(4096))
        if not data:
            return
        request += data
    conn.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                 % (len(BODY), BODY))
    conn.shutdown(socket.SHUT_WR)
    # A close with unread data would reset.
    while backend.count(conn.recv(4096)):
        pass


def reset(conn):
    """Closes with a reset."""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    conn.close()
