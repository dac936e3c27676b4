#!/usr/bin/env python3
"""A Java virtual machine, wrapped: its HTTP server, a ServerSocket with a
thread a connection, and a server of one Selector."""

import os
import subprocess
import sys

sys.dont_write_bytecode = True

from lib import service, tap  # noqa: E402
from lib.daemon import free_ports  # noqa: E402
from lib.service import Service, Setting  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(180)
try:
    JAVA = service.program("java", "default-jdk-headless")
    JAVAC = service.program("javac", "default-jdk-headless")
except Skip as skip:
    T.skip_all(str(skip))
S = Setting(T)
SOURCE = T.write("Servers.java", """
import com.sun.net.httpserver.HttpServer;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.*;
import java.nio.ByteBuffer;
import java.nio.channels.*;
import java.util.Iterator;

public class Servers {
	static String text(Object remote, Object local) {
		InetSocketAddress r = (InetSocketAddress)remote;
		InetSocketAddress l = (InetSocketAddress)local;
		return r.getAddress().getHostAddress() + " " + r.getPort()
		    + " " + l.getAddress().getHostAddress() + " "
		    + l.getPort() + "\\n";
	}

	static void http(InetSocketAddress at) throws Exception {
		HttpServer server = HttpServer.create(at, 0);
		server.createContext("/", exchange -> {
			byte[] data = exchange.getRequestBody().readAllBytes();
			if (data.length == 0)
				data = text(exchange.getRemoteAddress(),
				    exchange.getLocalAddress()).getBytes();
			exchange.sendResponseHeaders(200, data.length);
			exchange.getResponseBody().write(data);
			exchange.close();
		});
		server.start();
	}

	static void serve(Socket socket) {
		try (socket) {
			socket.setTcpNoDelay(true);
			socket.setKeepAlive(true);
			socket.setSoTimeout(60000);
			if (!socket.getTcpNoDelay())
				throw new Exception("TCP_NODELAY");
			OutputStream out = socket.getOutputStream();
			out.write(text(socket.getRemoteSocketAddress(),
			    socket.getLocalSocketAddress()).getBytes());
			socket.getInputStream().transferTo(out);
			socket.shutdownOutput();
		} catch (Exception e) {
			e.printStackTrace();
		}
	}

	static void threads(InetSocketAddress at) throws Exception {
		ServerSocket server = new ServerSocket();
		server.setReuseAddress(true);
		server.setSoTimeout(200);
		server.bind(at, 100);
		while (true) {
			try {
				Socket socket = server.accept();
				new Thread(() -> serve(socket)).start();
			} catch (SocketTimeoutException e) {
				continue;
			}
		}
	}

	static void ready(Selector selector, SelectionKey key)
	    throws Exception {
		if (key.isAcceptable()) {
			SocketChannel c =
			    ((ServerSocketChannel)key.channel()).accept();
			if (c == null)
				return;
			c.configureBlocking(false);
			c.setOption(StandardSocketOptions.TCP_NODELAY, true);
			ByteBuffer b = ByteBuffer.allocate(65536);
			b.put(text(c.getRemoteAddress(),
			    c.getLocalAddress()).getBytes());
			c.register(selector, SelectionKey.OP_WRITE, b);
			return;
		}
		SocketChannel c = (SocketChannel)key.channel();
		ByteBuffer b = (ByteBuffer)key.attachment();
		if (key.isReadable() && c.read(b) < 0) {
			c.close();
			return;
		}
		b.flip();
		c.write(b);
		b.compact();
		key.interestOps((b.position() > 0 ? SelectionKey.OP_WRITE : 0)
		    | (b.hasRemaining() ? SelectionKey.OP_READ : 0));
	}

	static void selector(InetSocketAddress at) throws Exception {
		Selector selector = Selector.open();
		ServerSocketChannel server = ServerSocketChannel.open();
		server.configureBlocking(false);
		server.bind(at, 100);
		server.register(selector, SelectionKey.OP_ACCEPT);
		System.out.println("ready on " + server.getLocalAddress());
		while (true) {
			selector.select();
			Iterator<SelectionKey> keys =
			    selector.selectedKeys().iterator();
			while (keys.hasNext()) {
				SelectionKey key = keys.next();
				keys.remove();
				ready(selector, key);
			}
		}
	}

	public static void main(String[] args) throws Exception {
		InetAddress any = InetAddress.getByName(args[0]);
		int port = Integer.parseInt(args[1]);

		http(new InetSocketAddress(any, port));
		Thread thread = new Thread(() -> {
			try {
				threads(new InetSocketAddress(any, port + 1));
			} catch (Exception e) {
				e.printStackTrace();
			}
		});
		thread.start();
		selector(new InetSocketAddress(any, port + 2));
	}
}
""")
CLASSES = T.path("classes")


def start(bind):
    port = free_ports(3)
    return Service(S, [JAVA, "-Xmx128m", "-XX:+UseSerialGC", "-cp", CLASSES,
                       "Servers", bind, str(port)], port, 3,
                   host="::1" if bind == "::1" else "127.0.0.1")


def told(server, offset, host, source):
    """What the server says of a connection: (remote, local); then an echo
    of what may be more than it has room for."""
    port = server.port + offset
    data = os.urandom(50000)
    if offset == 0:
        conn = S.http(port, host, source)
        number = conn.sock.getsockname()[1]
        conn.request("GET", "/")
        line = conn.getresponse().read()
        conn.request("POST", "/", data)
        expect(conn.getresponse().read() == data, "it differs")
        conn.close()
    else:
        with S.connect(port, host, source) as sock:
            number = sock.getsockname()[1]
            with sock.makefile("rb") as file:
                line = file.readline()
                sock.sendall(data)
                expect(file.read(len(data)) == data, "it differs")
    words = line.decode().split()
    equal((words[1], words[3]), (str(number), str(port)), "ports")
    return words[0], words[2]


with T.case("javac"):
    subprocess.run([JAVAC, "-d", CLASSES, SOURCE], check=True)
    D = start("::")

ONE = "0:0:0:0:0:0:0:1"
NAMES = ("HttpServer", "ServerSocket", "Selector")
for OFFSET, NAME in enumerate(NAMES):
    with T.case(NAME + ": the clients' addresses, of IPv4 and IPv6"):
        for I in range(2, 12):
            SOURCE = "127.0.0.%d" % I
            equal(told(D, OFFSET, "127.0.0.1", SOURCE),
                  (SOURCE, "127.0.0.1"), "addresses")
        equal(told(D, OFFSET, "::1", None), (ONE, ONE), "addresses")
    with T.case(NAME + ": 20 clients at once"):
        service.crowd(20, lambda i, offset=OFFSET: told(
            D, offset, "127.0.0.1", "127.0.1.%d" % (i + 1)))
    with T.case(NAME + ": neither without a certificate nor in plaintext"):
        S.refuses(D.port + OFFSET, b"GET / HTTP/1.0\r\n\r\n")
        S.refuses(D.port + OFFSET, b"GET / HTTP/1.0\r\n\r\n", "::1")

with T.case("SIGTERM: its own exit status, and nothing was thrown"):
    wait_for(lambda: "ready on" in D.text(), "ready")
    # As the virtual machine has it: 128 and the signal's number.
    equal(D.stop(), 143, "exit status")
    expect("Exception" not in D.text(), D.text())
T.done()
