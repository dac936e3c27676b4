#!/usr/bin/env python3
"""Node's http server, wrapped: alone, and as a cluster of two, whose
connections are handed on or accepted by each worker itself."""

import json
import os
import signal
import sys

sys.dont_write_bytecode = True

from lib import service, tap  # noqa: E402
from lib.daemon import free_ports  # noqa: E402
from lib.service import Service, Setting  # noqa: E402
from lib.tap import Skip, equal, expect, wait_for  # noqa: E402

T = tap.Tap(180)
try:
    NODE = service.program("node", "nodejs")
except Skip as skip:
    T.skip_all(str(skip))
S = Setting(T)
SCRIPT = T.write("server.js", """
const cluster = require('cluster');
const http = require('http');
const [port, host, workers] = process.argv.slice(2);

if (Number(workers) > 0 && (cluster.isPrimary || cluster.isMaster)) {
	for (let i = 0; i < Number(workers); i++)
		cluster.fork();
	cluster.on('exit', () => cluster.fork());
} else {
	http.createServer((request, response) => {
		const socket = request.socket;
		const parts = [];
		request.on('data', (part) => parts.push(part));
		request.on('end', () => {
			socket.setNoDelay(true);
			socket.setKeepAlive(true, 30000);
			if (request.method == 'POST')
				return response.end(Buffer.concat(parts));
			response.end(JSON.stringify({ pid: process.pid,
			    remote: [socket.remoteAddress, socket.remotePort],
			    local: [socket.localAddress, socket.localPort],
			    family: socket.remoteFamily }));
		});
	}).listen(Number(port), host,
	    () => console.log('listening', process.pid));
}
""")


class Node:
    def __init__(self, bind, workers=0, policy="rr"):
        self.port = free_ports()
        self.service = Service(
            S, [NODE, SCRIPT, str(self.port), bind, str(workers)], self.port,
            env={"NODE_CLUSTER_SCHED_POLICY": policy},
            host="::1" if bind == "::1" else "127.0.0.1")
        wait_for(lambda: self.service.text().count("listening")
                 >= max(workers, 1), "the workers")

    def ask(self, host="127.0.0.1", source=None):
        """What the server says of one connection, and the client's port."""
        conn = S.http(self.port, host, source)
        try:
            number = conn.sock.getsockname()[1]
            conn.request("GET", "/", headers={"Connection": "close"})
            return json.loads(conn.getresponse().read()), number
        finally:
            conn.close()

    def shows(self, host, source, remote, local):
        said, number = self.ask(host, source)
        equal((said["remote"], said["local"]),
              ([remote, number], [local, self.port]), "addresses")
        equal(said["family"], "IPv6" if ":" in remote else "IPv4", "family")

    def many(self):
        for number in range(2, 22):
            source = "127.0.0.%d" % number
            self.shows("127.0.0.1", source, source, "127.0.0.1")

    def echo(self, size):
        """A POST that comes back, then another on the same connection."""
        conn = S.http(self.port)
        for data in (os.urandom(size), b"x"):
            conn.request("POST", "/", data)
            expect(conn.getresponse().read() == data, "it differs")
        conn.close()

    def refuses(self, host="127.0.0.1"):
        S.refuses(self.port, b"GET / HTTP/1.0\r\n\r\n", host)


with T.case("socket.remoteAddress and localAddress"):
    D = Node("127.0.0.1")
    D.many()

with T.case("2 MiB there and back, keep-alive, and 20 clients at once"):
    D.echo(2 << 20)
    service.crowd(20, lambda i: D.echo(100000))

with T.case("neither without a certificate nor in plaintext"):
    D.refuses()

with T.case("SIGTERM: the starter sees what killed it"):
    equal(D.service.stop(), -signal.SIGTERM, "exit status")

with T.case("IPv6"):
    D = Node("::1")
    D.shows("::1", "::1", "::1", "::1")
    D.refuses("::1")
    D.service.stop()

with T.case("dual-stack: clients of both, an IPv4 one as the mapped address"):
    D = Node("::")
    D.shows("::1", "::1", "::1", "::1")
    D.shows("127.0.0.1", "127.0.0.7", "::ffff:127.0.0.7",
            "::ffff:127.0.0.1")
    D.refuses()
    D.refuses("::1")
    D.service.stop()

for POLICY, HOW in (("rr", "the primary hands them on"),
                    ("none", "each accepts")):
    with T.case("a cluster of two, %s: addresses" % HOW):
        D = Node("127.0.0.1", 2, POLICY)
        D.many()
        D.echo(2 << 20)
        service.crowd(20, lambda i: D.echo(100000))
        D.refuses()
    with T.case("a cluster of two, %s: a worker is replaced" % HOW):
        victim = D.ask()[0]["pid"]
        count = D.service.text().count("listening")
        D.service.kin.look()
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: D.service.text().count("listening") > count,
                 "the new worker")
        D.many()
        equal(D.service.stop(), -signal.SIGTERM, "exit status")
T.done()
