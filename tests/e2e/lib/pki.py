"""Certificates good and bad.  The DER is ours, so that anything can be wrong
in them; `openssl` makes the keys and signs."""

import base64
import datetime
import hashlib
import os
import subprocess
import textwrap

from . import der

DAY = datetime.timedelta(days=1)
CLIENT = "1.3.6.1.5.5.7.3.2"
SERVER = "1.3.6.1.5.5.7.3.1"

SIGNATURES = {
    ("ec", "sha256"): der.sequence(der.oid("1.2.840.10045.4.3.2")),
    ("rsa", "sha256"): der.sequence(der.oid("1.2.840.113549.1.1.11"),
                                    der.tlv(0x05)),
    ("ec", "sha384"): der.sequence(der.oid("1.2.840.10045.4.3.3")),
    ("p384", "sha256"): der.sequence(der.oid("1.2.840.10045.4.3.2")),
    ("p384", "sha384"): der.sequence(der.oid("1.2.840.10045.4.3.3")),
    ("ec", "sha1"): der.sequence(der.oid("1.2.840.10045.4.1")),
    ("rsa", "sha1"): der.sequence(der.oid("1.2.840.113549.1.1.5"),
                                  der.tlv(0x05)),
}
DIGITAL_SIGNATURE = der.bits(b"\xa0", 5)    # and keyEncipherment
KEY_AGREEMENT = der.bits(b"\x08", 3)
CERT_SIGN = der.bits(b"\x06", 1)            # keyCertSign, cRLSign


def _openssl(*args, data=b""):
    return subprocess.run(("openssl",) + args, input=data, check=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE).stdout


def pem(der_bytes):
    text = base64.b64encode(der_bytes).decode()
    return ("-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
            % "\n".join(textwrap.wrap(text, 64)))


def name(common_name):
    """An X.501 name: O=Sallyport tests, CN=common_name."""
    return der.sequence(
        der.tlv(0x31, der.sequence(der.oid("2.5.4.10"),
                                   der.utf8("Sallyport tests"))),
        der.tlv(0x31, der.sequence(der.oid("2.5.4.3"),
                                   der.utf8(common_name))))


def extension(dotted, body, critical=False):
    return der.sequence(der.oid(dotted),
                        der.boolean(True) if critical else b"",
                        der.octets(body))


class Key:
    """kind: "ec" (P-256) or "rsa"; a leaf's may be another, too."""

    def __init__(self, directory, label, kind, size=2048):
        self.kind = kind
        self.path = os.path.join(directory, label + ".key")
        options = {"ec": ("EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
                   "p384": ("EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
                   "p521": ("EC", "-pkeyopt", "ec_paramgen_curve:P-521"),
                   "ed25519": ("ED25519",),
                   "rsa": ("RSA", "-pkeyopt", "rsa_keygen_bits:%d" % size),
                   }[kind]
        _openssl("genpkey", "-algorithm", *options, "-out", self.path)
        self.spki = _openssl("pkey", "-in", self.path, "-pubout",
                             "-outform", "DER")
        (_, public, _) = der.split(der.split(self.spki)[0][1])[1]
        self.id = hashlib.sha1(public[1:]).digest()

    def sign(self, data, digest):
        return _openssl("dgst", "-" + digest, "-sign", self.path, data=data)


class Certificate:
    def __init__(self, directory, label, subject, key, encoded):
        self.label = label
        self.subject = subject
        self.key = key
        self.key_id = key.id    # as its subject key identifier says
        self.der = encoded
        self.pem = pem(encoded)
        self.path = os.path.join(directory, label + ".pem")
        with open(self.path, "w") as f:
            f.write(self.pem)


class Pki:
    """Makes certificates in a directory; `kind` is the default of keys."""

    def __init__(self, directory, kind="ec"):
        self.directory = directory
        self.kind = kind
        self.serial = int.from_bytes(os.urandom(6), "big")
        os.makedirs(directory, exist_ok=True)

    def key(self, label, kind=None, size=2048):
        return Key(self.directory, label, kind or self.kind, size)

    def _issue(self, label, subject, key, issuer, extensions, start, end,
               digest="sha256"):
        """issuer None: self-signed; no extensions: a version 1
        certificate."""
        signer = issuer.key if issuer else key
        self.serial += 1
        now = datetime.datetime.now(datetime.timezone.utc)
        algorithm = SIGNATURES[signer.kind, digest]
        tbs = der.sequence(
            der.tlv(0xa0, der.integer(2)) if extensions else b"",
            der.integer(self.serial),
            algorithm,
            issuer.subject if issuer else subject,
            der.sequence(der.time(now + start), der.time(now + end)),
            subject,
            key.spki,
            der.tlv(0xa3, der.sequence(*extensions)) if extensions else b"")
        encoded = der.sequence(tbs, algorithm,
                               der.bits(signer.sign(tbs, digest)))
        return Certificate(self.directory, label, subject, key, encoded)

    def ca(self, label, issuer=None, kind=None, subject=None, key=None,
           start=-DAY, end=365 * DAY, usage=CERT_SIGN, path_length=None,
           version=3):
        key = key or self.key(label, kind)
        subject = subject or name(label)
        authority = issuer.key_id if issuer else key.id
        constraints = [der.boolean(True)]
        if path_length is not None:
            constraints.append(der.integer(path_length))
        extensions = [
            extension("2.5.29.19", der.sequence(*constraints), True),
            extension("2.5.29.15", usage, True),
            extension("2.5.29.14", der.octets(key.id)),
            extension("2.5.29.35", der.sequence(der.tlv(0x80, authority))),
        ] if version == 3 else []
        return self._issue(label, subject, key, issuer, extensions,
                           start, end)

    def leaf(self, label, issuer, kind=None, purposes=(CLIENT,), key=None,
             subject=None, start=-DAY, end=90 * DAY,
             usage=DIGITAL_SIGNATURE, extra=(), digest="sha256"):
        """purposes None: no extended key usage at all.  extra: more
        extensions."""
        key = key or self.key(label, kind)
        extensions = [
            extension("2.5.29.19", der.sequence(), True),
            extension("2.5.29.15", usage, True),
            extension("2.5.29.14", der.octets(key.id)),
            extension("2.5.29.35",
                      der.sequence(der.tlv(0x80, issuer.key_id))),
        ]
        if purposes is not None:
            usages = [der.oid(purpose) for purpose in purposes]
            extensions.append(extension("2.5.29.37", der.sequence(*usages)))
        extensions += extra
        return self._issue(label, subject or name(label), key, issuer,
                           extensions, start, end, digest)

    def crl(self, path, issuer, start=-DAY, end=30 * DAY):
        """A revocation list that revokes nobody, in DER; end None: it does
        not say until when it is good."""
        now = datetime.datetime.now(datetime.timezone.utc)
        algorithm = SIGNATURES[issuer.key.kind, "sha256"]
        tbs = der.sequence(
            der.integer(1), algorithm, issuer.subject, der.time(now + start),
            b"" if end is None else der.time(now + end))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(der.sequence(tbs, algorithm,
                                 der.bits(issuer.key.sign(tbs, "sha256"))))
        return path

    def server(self, label, issuer, kind=None, **more):
        """A server's certificate for localhost and both loopbacks."""
        key = more.get("key") or self.key(label, kind)
        alternatives = der.sequence(
            der.tlv(0x82, b"localhost"),
            der.tlv(0x87, bytes([127, 0, 0, 1])),
            der.tlv(0x87, bytes(15) + b"\x01"))
        extensions = [
            extension("2.5.29.19", der.sequence(), True),
            extension("2.5.29.15", DIGITAL_SIGNATURE, True),
            extension("2.5.29.14", der.octets(key.id)),
            extension("2.5.29.35",
                       der.sequence(der.tlv(0x80, issuer.key_id))),
            extension("2.5.29.37", der.sequence(der.oid(SERVER))),
            extension("2.5.29.17", alternatives),
        ]
        return self._issue(label, name(label), key, issuer, extensions,
                           more.get("start", -DAY),
                           more.get("end", 90 * DAY),
                           more.get("digest", "sha256"))

    def clone(self, label, original):
        """The same certificate over another key: every byte but those of
        the public key is the original's, its signature included."""
        key = self.key(label, original.key.kind)
        encoded = original.der
        if len(key.spki) != len(original.key.spki):
            raise ValueError("keys of one size are needed")
        at = encoded.index(original.key.spki)
        encoded = (encoded[:at] + key.spki
                   + encoded[at + len(key.spki):])
        clone = Certificate(self.directory, label, original.subject, key,
                            encoded)
        clone.key_id = original.key_id
        return clone

    def chain(self, label, *certificates):
        """A PEM file of several certificates, in this order."""
        path = os.path.join(self.directory, label + ".pem")
        with open(path, "w") as f:
            f.write("".join(certificate.pem for certificate in certificates))
        return path

    def ring(self, path, leaf, chain=(), trusted=(), label="server",
             default=True):
        """A key ring directory; may be called again to add a label."""
        personal = os.path.join(path, "personal")
        anchors = os.path.join(path, "trusted")
        os.makedirs(personal, exist_ok=True)
        os.makedirs(anchors, exist_ok=True)
        with open(os.path.join(personal, label + ".pem"), "w") as f:
            f.write(leaf.pem + "".join(link.pem for link in chain))
            with open(leaf.key.path) as key:
                f.write(key.read())
        if default:
            with open(os.path.join(personal, "default"), "w") as f:
                f.write(label + "\n")
        for anchor in trusted:
            with open(os.path.join(anchors, anchor.label + ".pem"),
                      "w") as f:
                f.write(anchor.pem)
        return path
