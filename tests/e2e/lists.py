#!/usr/bin/env python3
"""Curves, key share groups and signatures: only those of the policy's lists,
in its order, in TLS 1.2 and 1.3, on both sides of the handshake."""

import itertools
import re
import sys

sys.dont_write_bytecode = True

from lib import backend, client, daemon, pki, policy, tap  # noqa: E402
from lib.tap import among, equal, expect  # noqa: E402

T = tap.Tap(120)
if not daemon.lists():
    T.skip_all("this TLS library chooses by itself")
P = pki.Pki(T.path("pki"))
ROOT = P.ca("root")
RSA_ROOT = P.ca("rsa-root", kind="rsa")
CLIENTS = {kind: P.leaf("client-" + kind, ROOT, kind)
           for kind in ("ec", "p384", "rsa", "ed25519")}
ALICE = CLIENTS["ec"]
BY_RSA = P.leaf("by-rsa", RSA_ROOT)
ROOT_384 = P.ca("root-384", kind="p384")
TRUSTED = [ROOT, RSA_ROOT, ROOT_384]
RINGS = {kind: P.ring(T.path("ring-" + kind),
                      P.server("server-" + kind, ROOT, kind),
                      trusted=TRUSTED)
         for kind in ("ec", "p384", "rsa", "ed25519")}
SERVICE = backend.Backend(T, backend.http)

# As the policy writes them; as `openssl s_client` takes and prints them.
CURVES = {"0021": ("P-224", "secp224r1"), "0023": ("P-256", "prime256v1"),
          "0024": ("P-384", "secp384r1"), "0025": ("P-521", "secp521r1"),
          "0029": ("X25519", "X25519"), "0030": ("X448", "X448")}
# By the kind of key: OpenSSL's name, and what it prints of the server's.
PAIRS = {"0401": ("RSA+SHA256", "RSA", "SHA256"),
         "0501": ("RSA+SHA384", "RSA", "SHA384"),
         "0601": ("RSA+SHA512", "RSA", "SHA512"),
         "0804": ("rsa_pss_rsae_sha256", "RSA-PSS", "SHA256"),
         "0805": ("rsa_pss_rsae_sha384", "RSA-PSS", "SHA384"),
         "0806": ("rsa_pss_rsae_sha512", "RSA-PSS", "SHA512"),
         "0403": ("ECDSA+SHA256", "ECDSA", "SHA256"),
         "0503": ("ECDSA+SHA384", "ECDSA", "SHA384"),
         "0603": ("ECDSA+SHA512", "ECDSA", "SHA512"),
         "0807": ("ed25519", "ed25519", None)}

RULES = {}


def rule(name, ring="ec", **more):
    RULES[name] = (RINGS[ring], more)


def signatures(parameter, *codes):
    return [(parameter, "".join(codes))]


def no_client(**more):
    """The server's side alone is looked at."""
    return dict(more, role="Server", auth=None)


KEX = {"23": ["0023"], "24": ["0024"], "25": ["0025"], "21": ["0021"],
       "29": ["0029"], "30": ["0030"], "24-23-29": ["0024", "0023", "0029"],
       "29-23-24": ["0029", "0023", "0024"]}
for label, codes in KEX.items():
    # An ECDSA key would have to be of one of the client's curves.
    rule("kex-" + label, "rsa", **no_client(
        signatures=signatures("ServerKexECurves", *codes)))
SHARES = {"23": ["0023"], "24": ["0024"], "29": ["0029"], "30": ["0030"],
          "25": ["0025"], "24-23": ["0024", "0023"],
          "29-23-24": ["0029", "0023", "0024"]}
for label, codes in SHARES.items():
    rule("share-" + label, **no_client(
        signatures=signatures("ServerKeyShareGroups", *codes)))
rule("kex-rsa", "rsa", **no_client(
    signatures=signatures("ServerKexECurves", "0024"),
    ciphers=[("V3CipherSuites4Char", "C02F009C")]))

SIGNING = {"rsa": [["0401"], ["0601"], ["0804"], ["0806", "0805"],
                   ["0501", "0804", "0401"]],
           "ec": [["0403"], ["0503", "0403"], ["0603"]],
           "p384": [["0503"], ["0403", "0503"]],
           "ed25519": [["0807"]]}
for kind, lists in SIGNING.items():
    for at, codes in enumerate(lists):
        rule("sign-%s-%d" % (kind, at), kind, **no_client(
            signatures=signatures("SignaturePairs", *codes)))
# RSA key exchange signs nothing.
UNSIGNED = dict(ciphers=[("V3CipherSuites4Char", "C02F009C")])
rule("unsigned", "rsa", **no_client(**UNSIGNED))
rule("unsigned-0403", "rsa", **no_client(
    signatures=signatures("SignaturePairs", "0403"), **UNSIGNED))

CLIENT_PAIRS = {"ec": "0403", "p384": "0503", "rsa": "0804",
                "ed25519": "0807"}
for kind, code in CLIENT_PAIRS.items():
    # 0403 is for the server's own key, and for the chain.
    rule("client-" + kind,
         signatures=signatures("SignaturePairs", "0403", code))
rule("client-0401", signatures=signatures("SignaturePairs", "04030401"))
rule("cert-0401", signatures=signatures("SignaturePairs", "0403")
     + signatures("SignaturePairsCert", "0401"))
rule("cert-0403", signatures=signatures("SignaturePairs", "04030401")
     + signatures("SignaturePairsCert", "0403"))

# A connection action's parms are in place of the environment's, all of them.
rule("override", "rsa", **no_client(
    signatures=signatures("ServerKexECurves", "0023")
    + signatures("ServerKeyShareGroups", "0023")
    + signatures("SignaturePairs", "0804"),
    ciphers=[("V3CipherSuites4Char", "1301C02F")],
    connection=[("TTLSSignatureParms",
                 signatures("ServerKexECurves", "0024")),
                ("TTLSCipherParms",
                 [("V3CipherSuites4Char", "1302C030")])]))

for profile in ("128", "128Min", "192", "192Min", "All"):
    rule("b-" + profile, "ec" if profile.startswith("128") else "p384",
         **no_client(action=[("SuiteBProfile", profile)],
                     signatures=signatures("ServerKexECurves", "0025"),
                     ciphers=[("V3CipherSuites4Char", "1301C030")]))

SIGNERS = {"ec": ROOT, "rsa": RSA_ROOT, "p384": ROOT_384}
for profile in "128", "192", "All":
    rule("bm-" + profile, "ec" if profile == "128" else "p384",
         action=[("SuiteBProfile", profile)])

# A version without a suite in the list is not offered.
rule("no-13", **no_client(ciphers=[("V3CipherSuites4Char", "C02B")]))
rule("no-12", **no_client(ciphers=[("V3CipherSuites4Char", "1301")]))

FIRST = daemon.free_ports(len(RULES))
PORTS = {name: FIRST + at for at, name in enumerate(RULES)}
D = daemon.Daemon(T, policy.text(*(
    policy.Rule(name, PORTS[name], ring, SERVICE.address, **more)
    for name, (ring, more) in RULES.items())))


class Said:
    """What a client came to: None where it was refused."""

    def __init__(self, name, version, *options, leaf=None):
        since = D.mark()
        self.result = client.openssl(
            PORTS[name], ROOT.path, leaf,
            version=version and version.replace(".", "_"),
            extra=["-msg"] + list(options))
        text = self.result.text
        self.line = D.conn(since, at=PORTS[name])
        good = self.line.reason == 0
        self.hellos = text.count("ClientHello")
        self.curve = self.digest = self.kind = self.suite = None
        self.version = self.line["proto"] if good else None
        if good:
            found = re.search(r"Server Temp Key: (?:ECDH, )?([\w-]+)", text)
            self.curve = found and found.group(1)
            found = re.search(r"Peer signing digest: (\w+)", text)
            self.digest = found and found.group(1)
            found = re.search(r"Peer signature type: ([\w-]+)", text)
            self.kind = found and found.group(1)
            self.suite = self.line["cipher"]

    def refused(self, *reasons):
        among(self.line.reason, set(reasons),
              "reason\n%s\n%s" % (self.line.line, self.result))
        expect(self.line["alert"].startswith("sent/"), self.line.line)

    def admitted(self):
        equal(self.line.reason, 0,
              "reason\n%s\n%s" % (self.line.line, self.result))
        return self


def groups(codes):
    return ["-groups", ":".join(CURVES[code][0] for code in codes)]


for label, codes in KEX.items():
    with T.case("ServerKexECurves %s: TLS 1.2" % " ".join(codes)):
        for code in ("0021", "0023", "0024", "0025", "0029", "0030"):
            said = Said("kex-" + label, "1.2", *groups([code]))
            if code in codes:
                equal(said.admitted().curve, CURVES[code][1], "the curve")
            else:
                said.refused(7452)
        for offered in itertools.permutations(["0023", "0024", "0029"]):
            common = [code for code in codes if code in offered]
            if common:
                said = Said("kex-" + label, "1.2", *groups(offered))
                equal(said.admitted().curve, CURVES[common[0]][1],
                      "of " + " ".join(offered))

with T.case("ServerKexECurves: suites without a curve are left"):
    said = Said("kex-rsa", "1.2", *groups(["0023"]))
    equal(said.admitted().suite, "TLS_RSA_WITH_AES_128_GCM_SHA256", "suite")
    said = Said("kex-rsa", "1.2", *groups(["0023", "0024"]))
    equal(said.admitted().suite, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "suite")
    equal(said.curve, "secp384r1", "the curve")

with T.case("ServerKexECurves says nothing of TLS 1.3"):
    equal(Said("kex-24", "1.3", *groups(["0023"])).admitted().version,
          "TLSv1.3", "version")

for label, codes in SHARES.items():
    with T.case("ServerKeyShareGroups %s: TLS 1.3" % " ".join(codes)):
        for code in ("0023", "0024", "0025", "0029", "0030"):
            said = Said("share-" + label, "1.3", *groups([code]))
            if code in codes:
                equal(said.admitted().curve, CURVES[code][1], "the group")
                equal(said.hellos, 1, "hellos")
            else:
                said.refused(7452)

with T.case("ServerKeyShareGroups: HelloRetryRequest for another group"):
    for first, name, want in (("0029", "share-24", "0024"),
                              ("0025", "share-29-23-24", "0029"),
                              ("0025", "share-24-23", "0024")):
        said = Said(name, "1.3",
                    *groups(dict.fromkeys([first, "0023", "0024", "0029"])))
        equal(said.admitted().curve, CURVES[want][1], "the group")
        equal(said.hellos, 2, "hellos\n%s" % said.result)

with T.case("ServerKeyShareGroups: a share of any of them is enough"):
    said = Said("share-24-23", "1.3", *groups(["0023", "0024"]))
    equal(said.admitted().curve, "prime256v1", "the group")
    equal(said.hellos, 1, "hellos")

with T.case("ServerKeyShareGroups says nothing of TLS 1.2"):
    equal(Said("share-30", "1.2", *groups(["0023"])).admitted().version,
          "TLSv1.2", "version")


def signed(said, code):
    """Whether the server signed by this pair."""
    _, kind, digest = PAIRS[code]
    equal(said.admitted().kind, kind, "type\n%s" % said.result)
    equal(said.digest, digest, "digest\n%s" % said.result)


KIND = {"rsa": ("01", "04", "05", "06"), "ec": ("03",), "p384": ("03",),
        "ed25519": ("07",)}
for kind, lists in SIGNING.items():
    for at, codes in enumerate(lists):
        name = "sign-%s-%d" % (kind, at)
        with T.case("SignaturePairs %s, %s key: the server's"
                    % (" ".join(codes), kind)):
            every = [code for code in PAIRS
                     if kind != "rsa" and code[2:] == KIND[kind][0]
                     and (kind == "ed25519") == (code == "0807")
                     or kind == "rsa" and code not in (
                         "0403", "0503", "0603", "0807")]
            # TLS 1.2: any hash; 1.3: PSS alone, and the curve's own hash.
            thirteen = {"rsa": [code for code in codes if code[1] == "8"],
                        "ec": ["0403"], "p384": ["0503"],
                        "ed25519": ["0807"]}[kind]
            for version, usable in (("1.2", codes), ("1.3", thirteen)):
                usable = [code for code in codes if code in usable]
                for offered in (every, every[::-1]):
                    said = Said(name, version, "-sigalgs", ":".join(
                        PAIRS[code][0] for code in offered))
                    if usable:
                        signed(said, usable[0])
                    else:
                        # Without a pair for it TLS 1.3 is off.
                        said.refused(412)
                for code in every:
                    said = Said(name, version, "-sigalgs", PAIRS[code][0])
                    if code in usable:
                        signed(said, code)
                    elif "ClientHello" in said.result.text:
                        among(said.line.reason,
                              {7453, 420} if usable else {412, 420},
                              "reason of %s\n%s" % (code, said.line.line))
            if not thirteen:
                # Who has both versions is served by TLS 1.2.
                equal(Said(name, None).admitted().version, "TLSv1.2",
                      "version")

with T.case("RSA key exchange needs no pair in common"):
    sha1 = ["-sigalgs", "RSA+SHA1"]
    said = Said("unsigned", "1.2", "-cipher",
                "ECDHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256:@SECLEVEL=0",
                *sha1).admitted()
    equal(said.suite, "TLS_RSA_WITH_AES_128_GCM_SHA256", "suite")
    said = Said("unsigned-0403", "1.2").admitted()
    equal(said.suite, "TLS_RSA_WITH_AES_128_GCM_SHA256", "suite")
    said = Said("unsigned", "1.2").admitted()
    equal(said.suite, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "suite")
    Said("unsigned", "1.2", "-cipher",
         "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", *sha1).refused(7453)
    Said("unsigned-0403", "1.2", "-cipher",
         "ECDHE-RSA-AES128-GCM-SHA256").refused(7453)

for kind, code in CLIENT_PAIRS.items():
    with T.case("SignaturePairs 0403 %s: clients' keys" % code):
        for own, leaf in CLIENTS.items():
            for version in ("1.2", "1.3"):
                said = Said("client-" + kind, version, leaf=leaf)
                if own == kind or own == "ec" or (
                        # TLS 1.2 leaves the curve to the hash.
                        own == "p384" and version == "1.2"):
                    said.admitted()
                else:
                    expect(said.line.reason != 0, "%s, TLS %s: %s" % (
                        own, version, said.line.line))

with T.case("SignaturePairs 0401: RSA clients in TLS 1.2, not in 1.3"):
    Said("client-0401", "1.2", leaf=CLIENTS["rsa"]).admitted()
    said = Said("client-0401", "1.3", leaf=CLIENTS["rsa"])
    expect(said.line.reason != 0, said.line.line)

with T.case("SignaturePairsCert: what certificates may be signed with"):
    for version in ("1.2", "1.3"):
        Said("cert-0401", version, leaf=BY_RSA).admitted()
        Said("cert-0401", version, leaf=ALICE).refused(7447)
        Said("cert-0403", version, leaf=ALICE).admitted()
        Said("cert-0403", version, leaf=BY_RSA).refused(7447)

with T.case("SignaturePairs judges certificates where no other list does"):
    Said("client-ec", "1.3", leaf=BY_RSA).refused(7447)

with T.case("a connection action's lists replace the environment's"):
    said = Said("override", "1.2", *groups(["0023", "0024"]))
    equal(said.admitted().curve, "secp384r1", "the curve")
    equal(said.suite, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "suite")
    Said("override", "1.2", *groups(["0023"])).refused(7452)
    # It codes no groups and no pairs: any will do.
    said = Said("override", "1.3", *groups(["0029"]),
                "-sigalgs", "rsa_pss_rsae_sha256")
    equal(said.admitted().curve, "X25519", "the group")
    equal(said.suite, "TLS_AES_256_GCM_SHA384", "suite")
    said = Said("override", "1.2", *groups(["0024"]),
                "-sigalgs", "RSA+SHA512")
    equal(said.admitted().digest, "SHA512", "digest")

SUITE_B = {"C02B": "ECDHE-ECDSA-AES128-GCM-SHA256",
           "C023": "ECDHE-ECDSA-AES128-SHA256",
           "C02C": "ECDHE-ECDSA-AES256-GCM-SHA384",
           "C024": "ECDHE-ECDSA-AES256-SHA384",
           "C009": "ECDHE-ECDSA-AES128-SHA"}
for profile, suites, codes in (
        ("128", ["C02B", "C023"], ["0023"]),
        ("128Min", ["C02B", "C02C"], ["0023", "0024"]),
        ("192", ["C02C", "C024"], ["0024"]),
        ("192Min", ["C02C"], ["0024"]),
        ("All", ["C02C", "C02B", "C024", "C023"], ["0024", "0023"])):
    name = "b-" + profile
    with T.case("SuiteBProfile %s" % profile):
        for suite, cipher in SUITE_B.items():
            said = Said(name, "1.2", "-cipher", cipher + "@SECLEVEL=0")
            if suite in suites:
                equal(said.admitted().curve, CURVES[codes[0]][1],
                      "the curve")
            else:
                said.refused(402, 7452)
        for code in ("0023", "0024", "0025"):
            # The key's own curve must be among them.
            own = "0023" if profile.startswith("128") else "0024"
            said = Said(name, "1.2", *groups(dict.fromkeys([code, own])))
            equal(said.admitted().curve, CURVES[
                [one for one in codes if one in (code, own)][0]][1],
                "the curve")
            if code not in codes:
                Said(name, "1.2", *groups([code])).refused(7452)
        equal(Said(name, None).admitted().version, "TLSv1.2", "version")
        Said(name, "1.3").refused(412)

# Who is let in by profile, and why the others are not.
BY_KIND = {("ec", "ec"): {"192": 7447},
           ("ec", "p384"): {"192": 7446},
           ("ec", "rsa"): {"128": 7447, "192": 7447, "All": 7447},
           ("p384", "p384"): {"128": 7446},
           ("p384", "ec"): {"128": 7446, "192": 7447},
           ("p384", "rsa"): {"128": 7447, "192": 7447, "All": 7447},
           ("p521", "p384"): {"128": 7446, "192": 7446, "All": 7446}}
for (own, by), refusals in BY_KIND.items():
    with T.case("SuiteBProfile: a client's %s key, signed by %s" % (own, by)):
        leaf = P.leaf("b-%s-%s" % (own, by), SIGNERS[by], own,
                      digest="sha384" if by == "p384" else "sha256")
        for profile in "128", "192", "All":
            said = Said("bm-" + profile, "1.2", leaf=leaf)
            if profile in refusals:
                said.refused(refusals[profile])
            else:
                said.admitted()

with T.case("SuiteBProfile: a CA's key is of the profile, whatever it signs"):
    leaf = P.leaf("b-weak-ca", ROOT, "p384", digest="sha384")
    Said("bm-192", "1.2", leaf=leaf).refused(7446)
    Said("bm-All", "1.2", leaf=leaf).admitted()

with T.case("a version without a suite in the list is not offered"):
    equal(Said("no-13", None).admitted().version, "TLSv1.2", "version")
    Said("no-13", "1.3").refused(412)
    equal(Said("no-12", None).admitted().version, "TLSv1.3", "version")
    Said("no-12", "1.2").refused(402, 412)



def coded(*lines):
    """A policy with these lines in TTLSSignatureParms."""
    return T.write("coded.policy", policy.text(policy.Rule(
        "coded", FIRST, RINGS["ec"], SERVICE.address,
        **no_client(signatures=lines))))


with T.case("lint names the codes that are never used"):
    path = coded(("ServerKexECurves", "002300240019"),
                 ("ServerKeyShareGroups", "0029"),
                 ("ServerKeyShareGroups", "secp224r1"),
                 ("SignaturePairs", "060305030403020302020201"))
    status, said = daemon.lint(path)
    equal(status, 0, said)
    found = re.findall(r"warning: (\w+) names what is never used: (.*) "
                       r"\[SP1604\]", said)
    equal(found, [
        ("ServerKexECurves", "secp192r1"),
        ("ServerKeyShareGroups", "secp224r1"),
        ("SignaturePairs", "TLS_SIGALG_SHA1_WITH_ECDSA, "
         "TLS_SIGALG_SHA1_WITH_DSA, TLS_SIGALG_SHA1_WITH_RSA")], "lists")

with T.case("a list of which nothing is left is refused at the start"):
    for lines, want in (([("SignaturePairs", "020302020201")],
                         "none of the signature pairs"),
                        ([("ServerKeyShareGroups", "0021")],
                         "none of the key share groups")):
        path = coded(*lines)
        status, said = daemon.check(path)
        expect(status != 0 and want in said, said)
        status, said = daemon.lint(path, "--deep")
        expect(status == 1 and want in said, said)

def of_key(kind, *codes, **more):
    """What lint --deep and the start say of SP1734 and SP1735."""
    path = T.write("key.policy", policy.text(policy.Rule(
        "key", FIRST, RINGS[kind], SERVICE.address, **no_client(
            signatures=codes and signatures("SignaturePairs", *codes),
            **more))))
    _, said = daemon.lint(path, "--deep")
    status, start = daemon.check(path, "--check")
    found = re.findall(r"\[SP(173[45])\]", said)
    equal(re.findall(r"\[SP(173[45])\]", start),
          [one for one in found if one == "1734"], "the start")
    equal(status != 0, "1734" in found, start)
    return found


with T.case("pairs by which the key cannot sign are told, or refused"):
    equal(of_key("rsa", "0403"), ["1734"], "none of the key")
    equal(of_key("rsa", "0403", **UNSIGNED), [], "nothing to sign")
    equal(of_key("ed25519", "0401", "0403", "0804"), ["1734"], "Ed25519")
    for kind, profile in (("rsa", "192"), ("rsa", "All"), ("ec", "192"),
                          ("ec", "192Min"), ("p384", "128")):
        equal(of_key(kind, action=[("SuiteBProfile", profile)]), ["1734"],
              "Suite B, %s, %s" % (profile, kind))
    for kind, profile in (("ec", "128"), ("p384", "128Min"), ("ec", "All")):
        equal(of_key(kind, action=[("SuiteBProfile", profile)]), [],
              "Suite B, %s, %s" % (profile, kind))
    equal(of_key("rsa", "0601", "0501", "0401"), ["1735"], "RSA")
    equal(of_key("p384", "0403"), ["1735"], "P-384")
    equal(of_key("p384", "0503"), [], "P-384 by its own hash")
    equal(of_key("rsa", "0401", versions=("TLSv1.3",)), ["1734"], "only 1.3")

with T.case("the daemon ends well"):
    D.close()
T.done()
