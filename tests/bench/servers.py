"""The servers that the bench measures: sallyportd, and what else ends TLS in
front of a TCP service and is installed.

All of them with one worker, the same certificate, the same two suites, and a
certificate asked of every client.  What is not said here is as they come."""

import os
import re
import resource
import shutil
import subprocess

SUITE13 = "TLS_AES_128_GCM_SHA256"
SUITE12 = "ECDHE-%s-AES128-GCM-SHA256"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NGINX_STREAM = "/usr/lib/nginx/modules/ngx_stream_module.so"
ROOTLY = os.getuid() == 0
# More than are ever open: the idle ones, each with its backend's end.
FILES = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 12000)
CONNECTIONS = FILES // 2 - 200


class Absent(Exception):
    """A server that cannot be measured here, and why."""


class Setting:
    """What all servers share.  `kind`: of the keys, "ec" or "rsa"."""

    def __init__(self, directory, kind, pki, policy, build_path):
        self.directory = directory
        self.kind = kind
        self.policy = policy
        self.build_path = build_path
        self.pki = pki.Pki(os.path.join(directory, "pki"), kind)
        self.root = self.pki.ca("root")
        self.server = self.pki.server("server", self.root)
        self.client = self.pki.leaf("client", self.root)
        self.ring = self.pki.ring(os.path.join(directory, "ring"),
                                  self.server, trusted=[self.root])
        self.suite12 = SUITE12 % {"ec": "ECDSA", "rsa": "RSA"}[kind]
        with open(self.server.key.path) as key:
            self.both = self.write("both.pem", key.read() + self.server.pem)

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w") as f:
            f.write(text)
        return path


def program(name):
    found = shutil.which(name, path=PATH)
    if not found:
        raise Absent("not installed")
    return found


def _say(*argv):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, check=False,
                          timeout=10, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout.decode(
                              errors="replace")


def _number(text, pattern):
    found = re.search(pattern, text)
    return found.group(1) if found else "of unknown version"


class Sallyport:
    name = "sallyport"

    def __init__(self, setting):
        self.setting = setting
        self.program = setting.build_path("sallyportd")

    def version(self):
        """sallyportd and, in the second line, its TLS library."""
        lines = _say(self.program, "--version").splitlines()
        return [_number(lines[0], r"sallyportd (\S+)")] + [
            re.sub(r", (static|shared), from \S*?;", ";", line)
            for line in lines[1:2]]

    def command(self, port, backend):
        s = self.setting
        suites = [("V3CipherSuites", SUITE13),
                  ("V3CipherSuites", "TLS_%s_WITH_AES_128_GCM_SHA256" %
                   {"ec": "ECDHE_ECDSA", "rsa": "ECDHE_RSA"}[s.kind])]
        rule = s.policy.Rule("bench", port, s.ring, "127.0.0.1:%d" % backend,
                             versions=("TLSv1.2", "TLSv1.3"), ciphers=suites)
        path = s.write("bench.policy", s.policy.text(rule))
        return [self.program, "--policy", path, "--foreground",
                "--workers", "1"]


class Hitch:
    name = "hitch"

    def __init__(self, setting):
        self.setting = setting
        self.program = program("hitch")

    def version(self):
        return [_number(_say(self.program, "--version"), r"hitch (\S+)")]

    def command(self, port, backend):
        s = self.setting
        path = s.write("hitch.conf", """\
frontend = "[127.0.0.1]:%d"
backend = "[127.0.0.1]:%d"
pem-file = "%s"
workers = 1
daemon = off
quiet = on
tls-protos = TLSv1.2 TLSv1.3
ciphers = "%s"
ciphersuites = "%s"
client-verify = required
client-verify-ca = "%s"
%s""" % (port, backend, s.both, s.suite12, SUITE13, s.root.path,
            'user = "nobody"\n' if ROOTLY else ""))
        return [self.program, "--config", path]


class Haproxy:
    name = "haproxy"

    def __init__(self, setting):
        self.setting = setting
        self.program = program("haproxy")

    def version(self):
        return [_number(_say(self.program, "-v"), r"version ([^\s-]+)")]

    def command(self, port, backend):
        s = self.setting
        path = s.write("haproxy.cfg", """\
global
  nbthread 1
  maxconn %d
defaults
  mode tcp
  timeout connect 10s
  timeout client 1h
  timeout server 1h
frontend bench
  bind 127.0.0.1:%d ssl crt %s ca-file %s verify required ciphers %s \
ciphersuites %s
  default_backend service
backend service
  server service 127.0.0.1:%d
""" % (CONNECTIONS, port, s.both, s.root.path, s.suite12, SUITE13, backend))
        return [self.program, "-db", "-f", path]


class Nginx:
    name = "nginx"

    def __init__(self, setting):
        self.setting = setting
        self.program = program("nginx")
        self.load = ""
        built = _say(self.program, "-V")
        if os.path.exists(NGINX_STREAM):
            self.load = "load_module %s;" % NGINX_STREAM
        elif not re.search(r"--with-stream(\s|$)", built):
            raise Absent("it has no stream module")

    def version(self):
        return [_number(_say(self.program, "-v"), r"nginx/(\S+)")]

    def command(self, port, backend):
        s = self.setting
        path = s.write("nginx.conf", """\
%s
daemon off;
worker_processes 1;
pid %s/nginx.pid;
error_log stderr crit;
worker_rlimit_nofile %d;
%s
events { worker_connections %d; }
stream {
  access_log off;
  server {
    listen 127.0.0.1:%d ssl;
    ssl_certificate %s;
    ssl_certificate_key %s;
    ssl_client_certificate %s;
    ssl_verify_client on;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers %s;
    ssl_conf_command Ciphersuites %s;
    ssl_session_cache shared:bench:10m;
    proxy_buffer_size 64k;
    proxy_timeout 1h;
    proxy_pass 127.0.0.1:%d;
  }
}
""" % (self.load, s.directory, FILES, "user root;" if ROOTLY else "",
            FILES - 200, port, s.server.path, s.server.key.path, s.root.path,
            s.suite12, SUITE13, backend))
        return [self.program, "-c", path, "-p", s.directory, "-e", "stderr"]


class Stunnel:
    name = "stunnel"

    def __init__(self, setting):
        self.setting = setting
        self.program = program("stunnel4")

    def version(self):
        return [_number(_say(self.program, "-version"), r"stunnel (\S+)")]

    def command(self, port, backend):
        s = self.setting
        path = s.write("stunnel.conf", """\
foreground = yes
debug = 3
syslog = no
pid =
[bench]
accept = 127.0.0.1:%d
connect = 127.0.0.1:%d
cert = %s
key = %s
CAfile = %s
verifyChain = yes
requireCert = yes
sslVersionMin = TLSv1.2
ciphers = %s
ciphersuites = %s
""" % (port, backend, s.server.path, s.server.key.path, s.root.path,
            s.suite12, SUITE13))
        return [self.program, path]


PEERS = (Hitch, Haproxy, Nginx, Stunnel)


def find(setting, wanted, left_out):
    """Sallyport first, then the peers of `wanted` that are here; why others
    are not goes to left_out[name]."""
    found = [Sallyport(setting)]
    for peer in PEERS:
        if peer.name not in wanted:
            continue
        try:
            found.append(peer(setting))
        except Absent as absent:
            left_out[peer.name] = str(absent)
    return found
