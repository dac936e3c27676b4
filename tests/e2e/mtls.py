#!/usr/bin/env python3
"""policies/mutual-auth.policy with the clients people have: OpenSSL, GnuTLS
and curl, TLS 1.1 (switched on) to 1.3, RSA and ECDSA, IPv4 and IPv6. The daemon forwards, so
that what reaches the service can be counted."""

import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, source_path, tap  # noqa: E402
from lib.tap import among, equal, expect  # noqa: E402

T = tap.Tap(120)
SERVICE = backend.Backend(T, backend.http)
with open(source_path("policies/mutual-auth.policy")) as f:
    POLICY = f.read()

PROTOCOLS = {"1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}
HOSTS = ("127.0.0.1", "::1")


class Setting:
    """The policy with a server of one kind of key, and clients of both."""

    def __init__(self, kind):
        self.kind = kind
        self.pki = pki.Pki(T.path(kind), kind)
        root = self.pki.ca("root")
        self.root = root.path
        inter = self.pki.ca("intermediate", root)
        # The server, too, has an intermediate that clients do not know.
        issuer = self.pki.ca("server-intermediate", root)
        ring = self.pki.ring(T.path(kind, "ring"),
                             self.pki.server("server", issuer), [issuer],
                             trusted=[root])
        self.leaves = {key: self.pki.leaf("client-" + key, inter, kind=key)
                       for key in ("rsa", "ec")}
        self.links = self.pki.chain("links", inter)
        self.chains = {key: self.pki.chain("chain-" + key, leaf, inter)
                       for key, leaf in self.leaves.items()}
        self.port = daemon.free_ports()
        text = policy.adapt(POLICY, LocalPortRange=self.port, Keyring=ring,
                            **{"TLSv1.1": "On"})
        self.daemon = daemon.Daemon(T, policy.forward(
            text, "client_AZF", SERVICE.address))

    def serves(self, program, version, key, host):
        if version < "1.2":
            client.old_version(program, version)
        since, before = self.daemon.mark(), SERVICE.seen()
        result = client.ask(program, self.port, self.root,
                            self.leaves[key], self.links, self.chains[key],
                            version, host)
        line = self.daemon.conn(since)
        expect(backend.BODY in result.out, "%s\n%s" % (result, line.line))
        equal(result.status, 0, "exit status of %s" % result)
        # gnutls-cli leaves without a close_notify of its own.
        among(line.reason, {0, 7202} if program == "gnutls-cli" else {0},
              "reason\n" + line.line)
        equal(line.get("proto"), PROTOCOLS[version], "proto")
        expect("client-" + key in line.get("identity", ""), line.line)
        equal(line.get("verified"), "yes", "verified")
        expect(line.get("peer", "").startswith(
            "[::1]:" if host == "::1" else host + ":"), line.line)
        expect(line.get("cipher", "").startswith("TLS_"), line.line)
        after = SERVICE.seen()
        equal(after[0] - before[0], 1, "connections at the service")
        equal(int(line["in"]), after[1] - before[1], "bytes in")
        expect(int(line["out"]) > len(backend.BODY), "bytes out")

    def refuses(self, program, version, host):
        """The same client without its certificate."""
        if version < "1.2":
            client.old_version(program, version)
        since, before = self.daemon.mark(), SERVICE.seen()
        result = client.ask(program, self.port, self.root,
                            version=version, host=host)
        line = self.daemon.conn(since)
        equal(line.reason, 5001, "reason\n" + line.line)
        expect(result.status != 0, str(result))
        expect(backend.BODY not in result.out, str(result))
        equal(SERVICE.seen(), before, "what reached the service")


for setting in (Setting("rsa"), Setting("ec")):
    for version in PROTOCOLS:
        for program in ("openssl", "gnutls-cli", "curl"):
            for host in HOSTS:
                where = "%s, %s server, TLS %s, %s: " % (
                    program, setting.kind, version, host)
                for key in ("rsa", "ec"):
                    with T.case(where + "served with a certificate, "
                                + key):
                        setting.serves(program, version, key, host)
                with T.case(where + "refused without one"):
                    setting.refuses(program, version, host)
    with T.case("%s server: the daemon ends well" % setting.kind):
        setting.daemon.close()
T.done()
