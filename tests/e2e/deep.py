#!/usr/bin/env python3
"""What `sallyport lint --deep` says of the files that a policy names, beside
what stops a start: word for word, with directories and dates masked."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys

sys.dont_write_bytecode = True

from lib import (build_path, daemon, der, pki, policy,  # noqa: E402
                 source_path, tap)
from lib.tap import Skip, equal, expect  # noqa: E402

T = tap.Tap(120)
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
SERVER = P.server("server", ROOT)
RSA_KEY = P.key("rsa", "rsa")
RSA = P.server("rsa", ROOT, key=RSA_KEY)
NOBODY = 65534
SAN = pki.extension("2.5.29.17", der.sequence(der.tlv(0x82, b"localhost")))


def ring(name, leaf=SERVER, trusted=(ROOT,), **more):
    """A ring whose files are nobody else's."""
    folder = P.ring(T.path("rings", name), leaf, trusted=trusted, **more)
    for file in os.listdir(os.path.join(folder, "personal")):
        os.chmod(os.path.join(folder, "personal", file), 0o600)
    return folder


def rule(keyring, **more):
    more.setdefault("backend", "127.0.0.1:9")
    return policy.Rule("gate", daemon.free_ports(), keyring, **more)


def mask(text):
    text = text.replace(os.path.realpath(T.dir), "DIR").replace(T.dir, "DIR")
    text = re.sub(r"\b\d{4}-\d\d-\d\d\b", "DATE", text)
    return re.sub(r"DIR/rings/[^/: ]+", "RING", text)


def said(rules, args=()):
    """[(severity, code, line, message, cure)] of lint --deep, about files, on
    a rule, several, or the text of a policy."""
    path = T.write("deep.policy", text_of(rules))
    done = subprocess.run(
        [build_path("sallyport"), "lint", "--deep", "--format", "json",
         *args, path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=60)
    errors = done.stderr.decode(errors="replace")
    expect(not daemon.FAULTS.search(errors), errors)
    (file,) = json.loads(done.stdout)["files"]
    equal(done.returncode, 1 if file["errors"] else 0, "exit status")
    expect(b"PRIVATE" not in done.stdout, "a key is in the output")
    return [(d["severity"], d["code"], d["spans"][0]["line"],
             mask(d["message"]), d["help"]) for d in file["diagnostics"]
            if d["code"].startswith("SP17")]


def text_of(rules):
    if isinstance(rules, str):
        return rules
    return policy.text(*(rules if isinstance(rules, list) else [rules]))


def says(rules, *wanted):
    """Exactly these, each "severity CODE line-needle: message"; all with a
    cure."""
    text = text_of(rules)
    found = []
    for severity, code, line, message, cure in said(rules):
        expect(cure, "no cure: " + message)
        word = text.splitlines()[line - 1].split()[0]
        found.append("%s %s %s: %s" % (severity, code, word, message))
    status, answer = daemon.check(T.path("deep.policy"), "--check")
    equal(sorted(re.findall(r"policy:(\d+):.* error: .*\[(SP\d{4})\]", answer)),
          sorted((str(r[2]), r[1]) for r in said(rules) if r[0] == "error"),
          "errors of --check\n" + answer)
    if sorted(found) != sorted(wanted):
        raise AssertionError("said:\n%s\nwanted:\n%s" % (
            "\n".join(sorted(found)), "\n".join(sorted(wanted))))


def starts(*rules):
    """Warnings stop no start, and are none of its business."""
    path = T.write("start.policy", policy.text(*rules))
    equal(daemon.check(path, "--check"), (0, ""), "--check")


def pem(*names):
    return "RING/personal/%s.pem" % (names or ("server",))[0]


with T.case("of a good ring nothing is said"):
    says(rule(ring("good")))

with T.case("the policy to copy is without a fault"):
    with open(source_path("policies/mutual-auth.policy")) as f:
        path = T.write("model.policy", policy.adapt(
            f.read(), Keyring=T.path("rings", "good")))
    for args in ((path,), (path, "--deep")):
        equal(daemon.lint(*args), (0, ""), " ".join(args))

with T.case("a label that is not there: those that are, the nearest first"):
    folder = ring("labels")
    for label in "second", "serve2":
        ring("labels", label=label, default=False)
    records = said(rule(folder, label="serber"))
    equal([r[:2] for r in records], [("error", "SP1707")], "records")
    equal(records[0][4], "did you mean 'server'? the key ring has 'second', "
          "'serve2', 'server'", "cure")
    records = said(rule(folder, label="completely-other"))
    equal(records[0][4], "the key ring has 'second', 'serve2', 'server'",
          "cure")

with T.case("every fault of a ring, and of every ring"):
    folder = ring("faulty", P.server("gone", ROOT, start=-9 * pki.DAY,
                                     end=-2 * pki.DAY), trusted=())
    T.write(folder + "/trusted/a.pem", "garbage\n")
    T.write(folder + "/trusted/b.pem", SERVER.pem)
    T.write(folder + "/personal/other.pem", SERVER.pem)
    two = policy.Rule("two", daemon.free_ports(), folder, "127.0.0.1:9",
                      label="other")
    says([rule(folder), two],
         "error SP1703 Keyring: %s: certificate 1, CN=gone,O=Sallyport "
         "tests, has expired on DATE" % pem(),
         "error SP1701 Keyring: RING/trusted/a.pem: there is no PEM "
         "certificate in it",
         "error SP1701 Keyring: RING/trusted/a.pem: there is no PEM "
         "certificate in it",
         "error SP1710 Keyring: RING/trusted/b.pem: trusted certificate 1, "
         "CN=server,O=Sallyport tests: it is not a CA certificate",
         "error SP1710 Keyring: RING/trusted/b.pem: trusted certificate 1, "
         "CN=server,O=Sallyport tests: it is not a CA certificate",
         "error SP1701 Keyring: RING/personal/other.key: the certificate "
         "'other' has no private key",
         "warning SP1715 Keyring: %s: certificate 1, CN=gone,O=Sallyport "
         "tests, was issued by CN=root,O=Sallyport tests, which is neither "
         "in the chain nor trusted" % pem(),
         "warning SP1715 Keyring: %s: certificate 1, CN=server,O=Sallyport "
         "tests, was issued by CN=root,O=Sallyport tests, which is neither "
         "in the chain nor trusted" % pem("other"))

with T.case("rules that share a ring share what is said of it"):
    folder = ring("shared", trusted=())
    one = rule(folder)
    ports = policy.Rule("more", daemon.free_ports(), None, like=one)
    other = policy.Rule("other", daemon.free_ports(), "unused",
                        "127.0.0.1:9", auth="Full")
    text = policy.text(one, ports, other).replace("keyring-other",
                                                  "keyring-gate", 1)
    start = text.index("TTLSKeyringParms keyring-other")
    text = text[:start] + text[text.index("}", start) + 1:]
    says(text,
         "error SP1702 Keyring: RING: client certificates are asked for, and "
         "the key ring trusts no CA",
         "warning SP1715 Keyring: %s: certificate 1, CN=server,O=Sallyport "
         "tests, was issued by CN=root,O=Sallyport tests, which is neither "
         "in the chain nor trusted" % pem())

# --- the key, and the suites it fits ---------------------------------------

with T.case("another certificate's key"):
    folder = ring("mismatch")
    with open(P.key("stranger").path) as f:
        T.write(folder + "/personal/server.pem", SERVER.pem + f.read())
    records = said(rule(folder))
    equal([r[:2] for r in records], [("error", "SP1708")], "records")

with T.case("keys of kinds that cannot serve"):
    def of_kind(label, *options):
        folder = T.path("rings", "kind-" + label)
        os.makedirs(folder + "/personal")
        T.write(folder + "/personal/default", "server\n")
        T.write(folder + "/trusted/root.pem", ROOT.pem)
        subprocess.run(
            ["openssl", "req", "-x509", "-nodes", "-subj", "/CN=" + label,
             "-days", "90", "-keyout", folder + "/personal/server.key",
             "-out", pem().replace("RING", folder), *options],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return [r[1] + " " + r[3].split("server.pem: ")[-1]
                for r in said(rule(folder)) if r[0] == "error"]

    def ec(curve):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:" + curve)

    for curve in "secp256k1", "brainpoolP256r1":
        equal(of_kind(curve, *ec(curve)),
              ["SP1737 the TLS library has no such curve as its key is of"],
              curve)
    equal(of_kind("p224", *ec("secp224r1")),
          ["SP1737 its key is of a curve that clients take no signature by"],
          "P-224")
    equal(of_kind("pss", "-newkey", "rsa-pss", "-pkeyopt",
                  "rsa_keygen_bits:2048"),
          ["SP1737 its key is for RSA-PSS alone, which the TLS library signs "
           "no handshake with"], "RSA-PSS")
    equal(of_kind("large", "-newkey", "rsa:4608"),
          ["SP1737 its RSA key is larger than the TLS library takes"], "RSA")
    equal(of_kind("good", *ec("prime256v1")), [], "P-256")

ECDSA_LIST = [("V3CipherSuites", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
              ("V3CipherSuites", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")]
RSA_LIST = [("V3CipherSuites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")]
NEW_LIST = [("V3CipherSuites", "TLS_AES_128_GCM_SHA256")]

with T.case("an ECDSA-only list with an RSA key"):
    folder = ring("rsa", RSA)
    says(rule(folder, ciphers=ECDSA_LIST, versions=("TLSv1.2",)),
         "error SP1709 V3CipherSuites: %s: its key is RSA, and no suite of "
         "the list is for such a key (TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
         " is not)" % pem())

with T.case("an RSA-only list with an ECDSA key"):
    says(rule(ring("ecdsa"), ciphers=RSA_LIST, versions=("TLSv1.2",)),
         "error SP1709 V3CipherSuites: %s: its key is ECDSA, and no suite of "
         "the list is for such a key (TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
         " is not)" % pem())

with T.case("a version without a suite for the key"):
    both = rule(folder, ciphers=ECDSA_LIST + NEW_LIST,
                versions=("TLSv1.2", "TLSv1.3"))
    says(both,
         "warning SP1711 V3CipherSuites: %s: its key is RSA, and no suite of "
         "the list is for such a key in TLS 1.2" % pem())
    starts(both)

with T.case("suites for other keys beside those that fit are welcome"):
    mixed = rule(folder, ciphers=ECDSA_LIST + RSA_LIST,
                 versions=("TLSv1.2",))
    says(mixed)
    starts(mixed)

# What any other library than the one that the set-up builds cannot do.
OURS = "sessions are resumed" in daemon.version()

with T.case("several certificates of one rule"):
    if not OURS:
        raise Skip("the TLS library cannot tell them apart")
    folder = ring("several", SERVER, label="first")
    ring("several", RSA, label="second", default=False)
    labels = [("ServerCertificateLabel", "first"),
              ("ServerCertificateLabel", "second")]
    for suites in ECDSA_LIST, RSA_LIST, ECDSA_LIST + RSA_LIST:
        says(rule(folder, extra=labels, ciphers=suites,
                  versions=("TLSv1.2",)))
    ring("several", P.server("short", ROOT, end=3 * pki.DAY + pki.DAY / 2,
                             key=RSA_KEY), label="second", default=False)
    os.chmod(folder + "/personal/second.pem", 0o644)
    says(rule(folder, extra=labels),
         "warning SP1719 Keyring: %s: certificate 1, CN=short,O=Sallyport "
         "tests, ends on DATE, in 3 days" % pem("second"),
         "warning SP1728 Keyring: %s: everybody can read the private key in "
         "it (mode 0644)" % pem("second"))
    ring("several", RSA, label="first")
    ring("several", RSA, label="second", default=False)
    says(rule(folder, extra=labels, ciphers=ECDSA_LIST,
              versions=("TLSv1.2",)),
         "error SP1709 V3CipherSuites: %s: its key is RSA, and no suite of "
         "the list is for such a key (TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
         " is not)" % pem("first"))

with T.case("a key that is too small"):
    folder = ring("small", P.server("small", ROOT,
                                    key=P.key("small", "rsa", 1024)))
    says(rule(folder),
         "warning SP1713 Keyring: %s: certificate 1, CN=small,O=Sallyport "
         "tests, has a key of 1024 bits; 2048 are the least of today" % pem())
    starts(rule(folder))

with T.case("a key smaller than what is asked of clients"):
    says(rule(ring("rsa", RSA), extra=[("PeerMinRsaKeySize", "3072")]),
         "warning SP1713 Keyring: %s: certificate 1, CN=rsa,O=Sallyport "
         "tests, has a key of 2048 bits, and PeerMinRsaKeySize asks clients "
         "for 3072" % pem())

# --- dates -----------------------------------------------------------------

with T.case("what ends within 30 days"):
    soon = P.ca("soon", end=20 * pki.DAY + pki.DAY / 2)
    folder = ring("soon", P.server("ends", soon, end=3 * pki.DAY
                                   + pki.DAY / 2), trusted=(soon,))
    says(rule(folder),
         "warning SP1719 Keyring: %s: certificate 1, CN=ends,O=Sallyport "
         "tests, ends on DATE, in 3 days" % pem(),
         "warning SP1719 Keyring: RING/trusted/soon.pem: trusted certificate "
         "1, CN=soon,O=Sallyport tests, ends on DATE, in 20 days")
    starts(rule(folder))

with T.case("not yet valid"):
    later = P.ca("later", start=2 * pki.DAY)
    folder = ring("later", P.server("later-server", later, start=2 * pki.DAY),
                  trusted=(later,))
    says(rule(folder),
         "error SP1703 Keyring: %s: certificate 1, CN=later-server,"
         "O=Sallyport tests, is not valid before DATE" % pem(),
         "warning SP1723 Keyring: RING/trusted/later.pem: trusted "
         "certificate 1, CN=later,O=Sallyport tests, is not valid before "
         "DATE, and no client of it is let in")

# --- chains ----------------------------------------------------------------

MIDDLE = P.ca("middle", ROOT)
LOW = P.ca("low", MIDDLE)
DEEP = P.server("deep", LOW)
PERSONAL = pem()


def name(common_name):
    return "CN=%s,O=Sallyport tests" % common_name


with T.case("a complete chain, with and without its root"):
    says(rule(ring("complete", DEEP, chain=(LOW, MIDDLE))))
    says(rule(ring("complete", DEEP, chain=(LOW, MIDDLE, ROOT))))

with T.case("an intermediate is missing"):
    says(rule(ring("missing", DEEP)),
         "warning SP1715 Keyring: %s: certificate 1, %s, was issued by %s, "
         "which is neither in the chain nor trusted"
         % (PERSONAL, name("deep"), name("low")))
    starts(rule(ring("missing", DEEP)))

with T.case("a chain that ends below an unknown root"):
    other = P.ca("other-root")
    says(rule(ring("open", DEEP, chain=(LOW, MIDDLE), trusted=(other,))),
         "advice SP1716 Keyring: %s: the chain ends at certificate 3, issued "
         "by %s" % (PERSONAL, name("root")))

with T.case("the wrong order, and a stranger among them"):
    says(rule(ring("order", DEEP, chain=(MIDDLE, LOW))),
         "warning SP1718 Keyring: %s: the certificates belong in the order "
         "1, 3, 2" % PERSONAL)
    says(rule(ring("stranger", SERVER, chain=(MIDDLE,))),
         "warning SP1718 Keyring: %s: certificate 2, %s, is not part of the "
         "chain" % (PERSONAL, name("middle")))

with T.case("an issuer of another key"):
    renewed = P.ca("middle2", ROOT, subject=MIDDLE.subject)
    says(rule(ring("renewed", P.server("under", MIDDLE), chain=(renewed,))),
         "warning SP1717 Keyring: %s: certificate 1 is not signed by the key "
         "of %s that is in the chain" % (PERSONAL, name("middle")),
         "warning SP1718 Keyring: %s: certificate 2, %s, is not part of the "
         "chain" % (PERSONAL, name("middle")))

with T.case("signed by SHA-1"):
    says(rule(ring("sha1", P.server("old", ROOT, digest="sha1"))),
         "warning SP1714 Keyring: %s: certificate 1, %s, is signed by MD5 or "
         "SHA-1, which clients refuse" % (PERSONAL, name("old")))

# --- what the server's certificate is for ----------------------------------

with T.case("a CA's certificate, without a name"):
    says(rule(ring("ca", ROOT)),
         "warning SP1720 Keyring: %s: %s is a CA certificate, which some "
         "clients refuse" % (PERSONAL, name("root")),
         "warning SP1721 Keyring: %s: %s may not sign handshakes: its key "
         "usage lacks digitalSignature" % (PERSONAL, name("root")),
         "advice SP1722 Keyring: %s: %s has no extended key usage, and some "
         "clients ask for serverAuth" % (PERSONAL, name("root")),
         "advice SP1722 Keyring: %s: %s has no subjectAltName, and browsers "
         "look nowhere else for the server's name" % (PERSONAL, name("root")))

with T.case("a client's certificate"):
    says(rule(ring("client", P.leaf("client", ROOT, extra=[SAN]))),
         "warning SP1721 Keyring: %s: %s is not for servers: its extended key "
         "usage lacks serverAuth" % (PERSONAL, name("client")))

with T.case("digitalSignature is needed where something is signed"):
    leaf = P.leaf("cipherer", ROOT, purposes=(pki.SERVER,), extra=[SAN],
                  key=RSA_KEY, usage=der.bits(b"\x20", 5))
    folder = ring("cipherer", leaf)
    says(rule(folder),
         "warning SP1721 Keyring: %s: %s may not sign handshakes: its key "
         "usage lacks digitalSignature" % (PERSONAL, name("cipherer")))
    if OURS:    # others have no such suite
        says(rule(folder, versions=("TLSv1.2",), ciphers=[
            ("V3CipherSuites", "TLS_RSA_WITH_AES_128_GCM_SHA256")]))

# --- who is trusted --------------------------------------------------------

with T.case("a trusted CA that cannot sign, or has expired"):
    over = P.ca("over", start=-9 * pki.DAY, end=-2 * pki.DAY)
    mute = P.ca("mute", usage=der.bits(b"\x02", 1))
    says(rule(ring("bad-cas", trusted=(ROOT, over, mute))),
         "error SP1710 Keyring: RING/trusted/mute.pem: trusted certificate "
         "1, %s: its key usage does not allow it to sign certificates"
         % name("mute"),
         "error SP1710 Keyring: RING/trusted/over.pem: trusted certificate "
         "1, %s: it has expired; it was good until DATE" % name("over"))

with T.case("a trusted CA twice"):
    folder = ring("twice")
    shutil.copy(ROOT.path, folder + "/trusted/again.pem")
    says(rule(folder),
         "advice SP1724 Keyring: RING/trusted/root.pem: trusted certificate "
         "1, %s, is also in RING/trusted/again.pem" % name("root"))
    starts(rule(folder))

# --- revocation lists ------------------------------------------------------

CRLS = ("error SP1701 Keyring: RING: the key ring has revocation lists in "
        "crl/, which this version does not judge")

with T.case("revocation lists, in DER and PEM"):
    folder = ring("crls")
    path = P.crl(folder + "/crl/root.crl", ROOT)
    says(rule(folder), CRLS)
    done = subprocess.run(["openssl", "crl", "-inform", "DER", "-in", path],
                          stdout=subprocess.PIPE, check=True)
    T.write(path, done.stdout)
    says(rule(folder), CRLS)
    os.chmod(path, 0o666)
    says(rule(folder), CRLS,
         "warning SP1729 Keyring: RING/crl/root.crl: everybody can write "
         "this file (mode 0666)")

with T.case("revocation lists that say nothing"):
    folder = ring("stale")
    stranger = P.ca("stranger-ca")
    P.crl(folder + "/crl/a-stale", ROOT, -9 * pki.DAY, -2 * pki.DAY)
    P.crl(folder + "/crl/b-open", ROOT, end=None)
    P.crl(folder + "/crl/c-early", ROOT, start=2 * pki.DAY)
    P.crl(folder + "/crl/d-stranger", stranger)
    T.write(folder + "/crl/e-certificate", ROOT.der)
    T.write(folder + "/crl/f-garbage", "garbage\n")
    says(rule(folder), CRLS,
         "warning SP1727 Keyring: RING/crl/a-stale: revocation list 1 of %s "
         "is out of date: the next one was due on DATE" % name("root"),
         "warning SP1727 Keyring: RING/crl/b-open: revocation list 1 of %s "
         "does not say until when it is good" % name("root"),
         "warning SP1727 Keyring: RING/crl/c-early: revocation list 1 of %s "
         "is of DATE, which is to come" % name("root"),
         "warning SP1726 Keyring: RING/crl/d-stranger: revocation list 1 is "
         "of %s, which is no CA of this key ring" % name("stranger-ca"),
         "warning SP1725 Keyring: RING/crl/e-certificate: revocation list "
         "1: it is not a revocation list",
         "error SP1701 Keyring: RING/crl/f-garbage: there is no revocation "
         "list in it")

# --- permissions -----------------------------------------------------------

with T.case("a key that others can read"):
    for mode, who in (0o640, "its group"), (0o604, "everybody"):
        folder = ring("exposed")
        os.chmod(folder + "/personal/server.pem", mode)
        says(rule(folder),
             "warning SP1728 Keyring: %s: %s can read the private key in it "
             "(mode %04o)" % (PERSONAL, who, mode))
        starts(rule(folder))

with T.case("a key of its own file"):
    folder = ring("apart")
    T.write(folder + "/personal/server.pem", SERVER.pem)
    shutil.copy(SERVER.key.path, folder + "/personal/server.key")
    os.chmod(folder + "/personal/server.pem", 0o644)
    os.chmod(folder + "/personal/server.key", 0o600)
    says(rule(folder))
    os.chmod(folder + "/personal/server.key", 0o644)
    says(rule(folder),
         "warning SP1728 Keyring: RING/personal/server.key: everybody can "
         "read the private key in it (mode 0644)")

with T.case("what everybody can write"):
    folder = ring("open-door")
    os.chmod(folder + "/trusted", 0o777)
    os.chmod(folder + "/trusted/root.pem", 0o666)
    says(rule(folder),
         "warning SP1729 Keyring: RING/trusted: everybody can exchange what "
         "is in this directory (mode 0777)",
         "warning SP1729 Keyring: RING/trusted/root.pem: everybody can write "
         "this file (mode 0666)")
    os.chmod(folder + "/trusted", 0o1777)
    os.chmod(folder + "/trusted/root.pem", 0o644)
    says(rule(folder))

with T.case("a directory above the ring, and one that a link leads through"):
    home = T.path("homes", "open")
    os.makedirs(home)
    shutil.copytree(ring("for-home"), home + "/ring")
    os.chmod(home, 0o777)
    says(rule(home + "/ring"),
         "warning SP1729 Keyring: DIR/homes/open: everybody can exchange what "
         "is in this directory (mode 0777)")
    os.symlink(home + "/ring", T.path("rings", "linked"))
    says(rule(T.path("rings", "linked")),
         "warning SP1729 Keyring: DIR/homes/open: everybody can exchange what "
         "is in this directory (mode 0777)")
    folder = ring("link-inside")
    os.remove(folder + "/trusted/root.pem")
    os.symlink(home + "/ring/trusted/root.pem", folder + "/trusted/root.pem")
    says(rule(folder),
         "warning SP1729 Keyring: DIR/homes/open: everybody can exchange what "
         "is in this directory (mode 0777)")

with T.case("another user's file"):
    if os.getuid() != 0:
        raise Skip("needs root")
    folder = ring("foreign")
    os.chown(folder + "/trusted", NOBODY, NOBODY)
    (record,) = said(rule(folder))
    equal(record[:2], ("warning", "SP1730"), "record")
    expect(re.fullmatch(r"RING/trusted: it belongs to \w+, who can change it",
                        record[3]), record[3])

with T.case("files that nothing reads"):
    folder = ring("others")
    shutil.copy(ROOT.path, folder + "/trusted/ca.crt")
    os.symlink("root.pem", folder + "/trusted/9d66eef0.0")
    T.write(folder + "/personal/server.p12", "x")
    os.makedirs(folder + "/trust")
    says(rule(folder),
         "warning SP1731 Keyring: RING/trust: nothing reads it",
         "warning SP1731 Keyring: RING/personal/server.p12: nothing reads it",
         "warning SP1731 Keyring: RING/trusted/ca.crt: nothing reads it")
    starts(rule(folder))

# --- one PEM file ----------------------------------------------------------

with T.case("a ring in one PEM file"):
    with open(SERVER.key.path) as f:
        key = f.read()
    path = T.write("rings/one.pem", key + SERVER.pem + ROOT.pem
                   + P.ca("clients").pem)
    os.chmod(path, 0o600)
    says(rule(path))
    os.chmod(path, 0o644)
    says(rule(path),
         "warning SP1728 Keyring: RING: everybody can read the private key "
         "in it (mode 0644)")

# --- whose service it is ---------------------------------------------------

with T.case("Userid that nobody has"):
    def of_user(name):
        wrapped = rule(T.path("rings", "good"), backend=None)
        return wrapped.text().replace("{\n", "{\n\tUserid %s\n" % name, 1)

    for name in ("root", "nobody*", "no-such*"):
        equal(said(of_user(name)), [], name)
    for name, cure in (("ROOT", "'root'?"), ("0", "'root'?"),
                       ("no-such-user", "runs as")):
        (record,) = said(of_user(name))
        equal(record[:2] + (record[3],), (
            "warning", "SP1736", "rule 'gate' never matches on this host: "
            "it has no user '%s'" % name), "the record")
        expect(cure in record[4], record[4])

# --- where the service listens ---------------------------------------------

with T.case("Backend unix:PATH"):
    path = T.path("service")
    gate = rule(T.path("rings", "good"), backend="unix:" + path)
    absent = "advice SP1732 Backend: DIR/service: No such file or directory"
    says(gate, absent)
    starts(gate)
    T.write("service", "x")
    says(gate, "warning SP1733 Backend: DIR/service: it is not a socket")
    os.remove(path)
    with socket.socket(socket.AF_UNIX) as service:
        service.bind(path)
        service.listen(1)
        says(gate)
        service.setblocking(False)
        try:
            service.accept()
            raise AssertionError("the service saw a connection")
        except BlockingIOError:
            pass
    says(gate, "advice SP1732 Backend: DIR/service: nobody listens on this "
         "socket now")

T.done()
