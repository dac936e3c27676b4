#!/usr/bin/env python3
"""policies/mutual-auth.policy on its own port 6777, which a service opens that
`sallyport run` has started: in a network namespace of its own where that is
permitted, else on loopback."""

import os
import shutil
import socket
import subprocess
import sys

sys.dont_write_bytecode = True

from lib import policy, source_path, tap, wrap  # noqa: E402
from lib.daemon import Conn  # noqa: E402
from lib.service import python  # noqa: E402
from lib.tap import equal, expect  # noqa: E402

PORT = 6777
INSIDE = "SALLYPORT_TEST_NAMESPACE"


def enter():
    """Starts this program again inside a new network namespace, if it may
    make one."""
    if INSIDE in os.environ or not shutil.which("unshare"):
        return
    how = ["unshare", "-n"] if os.getuid() == 0 else [
        "unshare", "-n", "--map-current-user", "--keep-caps"]
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

BODY = b"hello from plaintext\n"
REQUEST = b"GET / HTTP/1.0\r\n\r\n"
S = wrap.Setting(T)
with open(source_path("policies/mutual-auth.policy")) as f:
    RULES = T.write("mutual-auth.policy",
                    policy.adapt(f.read(), Keyring=S.ring))
T.write("site/index.html", BODY)
SERVICE = wrap.Run(S, [python(), "-u", "-m", "http.server",
                       "--bind", "127.0.0.1", "--directory", T.path("site"),
                       str(PORT)], RULES)


def conn(pattern):
    return Conn(SERVICE.wait(" conn: .*" + pattern, "err"))


with T.case("the service opens the port, and is told to speak TLS"):
    SERVICE.told("127.0.0.1:%d .* speaks TLS by rule 'client_AZF'" % PORT)

with T.case("with a certificate: served"):
    equal(S.get(PORT, source="127.0.0.2"), (200, BODY), "the answer")
    line = conn("peer=127.0.0.2:")
    equal(line["rule"], "client_AZF", "rule")
    equal(line["local"], "127.0.0.1:%d" % PORT, "local")
    equal(line.get("verified"), "yes", "verified")

with T.case("the service's own log has the client's address"):
    SERVICE.wait(r'^127\.0\.0\.2 .*"GET / ', "err")

with T.case("without one, and without TLS: refused"):
    S.refuses(PORT, REQUEST)
    conn(r"reason=5001/")
    served = [text for text in SERVICE.err if text and '"GET /' in text]
    equal(len(served), 1, "requests that reached the service")

with T.case("it ends with the service, and the port with it"):
    SERVICE.stop()
    with socket.socket() as probe:
        expect(probe.connect_ex(("127.0.0.1", PORT)) != 0, "it listens")
T.done()
