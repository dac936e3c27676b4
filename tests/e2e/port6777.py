#!/usr/bin/env python3
"""policies/mutual-auth.policy on its own port 6777, in a network namespace
of its own where that is permitted, else on loopback."""

import os
import shutil
import socket
import subprocess
import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, source_path, tap  # noqa: E402
from lib.tap import equal, expect  # noqa: E402

PORT = 6777
INSIDE = "SALLYPORT_TEST_NAMESPACE"


def enter():
    """Starts this program again inside a new network namespace, if it may
    make one."""
    if INSIDE in os.environ or not shutil.which("unshare"):
        return
    how = ["unshare", "-n"] if os.getuid() == 0 else ["unshare", "-rn"]
    try_out = how + ["ip", "link", "set", "lo", "up"]
    if not shutil.which("ip") or subprocess.run(
            try_out, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode:
        return
    os.environ[INSIDE] = "1"
    os.execvp(how[0], how + [
        "sh", "-c", 'ip link set lo up && exec "$@"', "sh",
        sys.executable, "-B"] + sys.argv)


enter()
T = tap.Tap(60)
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("0.0.0.0", PORT))
    except OSError as error:
        T.skip_all("port %d: %s" % (PORT, error))

P = pki.Pki(T.path("pki"), "rsa")
ROOT = P.ca("root")
ALICE = P.leaf("alice", ROOT)
RING = P.ring(T.path("ring"), P.server("server", ROOT), trusted=[ROOT])
SERVICE = backend.Backend(T, backend.http)
with open(source_path("policies/mutual-auth.policy")) as f:
    TEXT = policy.adapt(f.read(), Keyring=RING, Backend=SERVICE.address)
D = daemon.Daemon(T, TEXT)

with T.case("with a certificate: served"):
    since = D.mark()
    result = client.openssl(PORT, ROOT.path, ALICE)
    expect(backend.BODY in result.out, str(result))
    line = D.conn(since)
    equal(line.reason, 0, "reason")
    equal(line["local"], "127.0.0.1:%d" % PORT, "local")

with T.case("without: refused"):
    since, before = D.mark(), SERVICE.seen()
    result = client.openssl(PORT, ROOT.path)
    expect(result.status != 0, str(result))
    equal(D.conn(since).reason, 5001, "reason")
    equal(SERVICE.seen(), before, "what reached the service")

with T.case("the daemon ends well"):
    D.close()
T.done()
