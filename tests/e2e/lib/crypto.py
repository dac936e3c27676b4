"""AES-128-GCM, P-256 and HKDF in plain Python: slow, with no care for side
channels, and enough for a TLS client that breaks the rules on purpose."""

import functools
import hashlib
import hmac

# AES (FIPS 197)


def _xtime(a):
    a <<= 1
    return a ^ 0x11b if a & 0x100 else a


def _make_sbox():
    exp, log = [0] * 256, [0] * 256
    value = 1
    for power in range(255):
        exp[power], log[value] = value, power
        value ^= _xtime(value)
    box = []
    for byte in range(256):
        inverse = exp[(255 - log[byte]) % 255] if byte else 0
        out = 0x63
        for turn in range(5):
            out ^= (inverse << turn | inverse >> (8 - turn)) & 0xff
        box.append(out)
    return box


SBOX = _make_sbox()


class Aes128:
    def __init__(self, key):
        words = [list(key[at:at + 4]) for at in range(0, 16, 4)]
        constant = 1
        while len(words) < 44:
            word = list(words[-1])
            if len(words) % 4 == 0:
                word = [SBOX[byte] for byte in word[1:] + word[:1]]
                word[0] ^= constant
                constant = _xtime(constant)
            words.append([a ^ b for a, b in zip(word, words[-4])])
        self.rounds = [sum(words[at:at + 4], []) for at in range(0, 44, 4)]

    def block(self, data):
        state = [a ^ b for a, b in zip(data, self.rounds[0])]
        for number, key in enumerate(self.rounds[1:], 1):
            state = [SBOX[state[(at + 4 * (at % 4)) % 16]]
                     for at in range(16)]
            if number < 10:
                mixed = []
                for at in range(0, 16, 4):
                    column = state[at:at + 4]
                    whole = column[0] ^ column[1] ^ column[2] ^ column[3]
                    mixed += [column[i] ^ whole
                              ^ _xtime(column[i] ^ column[(i + 1) % 4])
                              for i in range(4)]
                state = mixed
            state = [a ^ b for a, b in zip(state, key)]
        return bytes(state)


class Gcm:
    """AES-128-GCM (NIST SP 800-38D) with nonces of 12 bytes."""

    def __init__(self, key):
        self.aes = Aes128(key)
        self.h = int.from_bytes(self.aes.block(bytes(16)), "big")

    def _multiply(self, x):
        product, v = 0, self.h
        for bit in range(127, -1, -1):
            if x >> bit & 1:
                product ^= v
            v = v >> 1 ^ (0xe1 << 120 if v & 1 else 0)
        return product

    def _tag(self, nonce, text, extra):
        y = 0
        for data in (extra, text):
            for at in range(0, len(data), 16):
                block = data[at:at + 16].ljust(16, b"\0")
                y = self._multiply(y ^ int.from_bytes(block, "big"))
        y = self._multiply(y ^ (len(extra) * 8 << 64 | len(text) * 8))
        mask = self.aes.block(nonce + b"\0\0\0\x01")
        return (y ^ int.from_bytes(mask, "big")).to_bytes(16, "big")

    def _cipher(self, nonce, data):
        out = b""
        for number, at in enumerate(range(0, len(data), 16), 2):
            stream = self.aes.block(nonce + number.to_bytes(4, "big"))
            out += bytes(a ^ b for a, b in zip(data[at:at + 16], stream))
        return out

    def seal(self, nonce, text, extra):
        data = self._cipher(nonce, text)
        return data + self._tag(nonce, data, extra)

    def open(self, nonce, data, extra):
        data, tag = data[:-16], data[-16:]
        if self._tag(nonce, data, extra) != tag:
            raise ValueError("the record's tag is wrong")
        return self._cipher(nonce, data)


# P-256 (FIPS 186-4, D.1.2.3)

P = 2 ** 256 - 2 ** 224 + 2 ** 192 + 2 ** 96 - 1
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def _add(one, two):
    if one is None or two is None:
        return one or two
    if one[0] == two[0]:
        if one[1] != two[1]:
            return None
        slope = 3 * (one[0] ** 2 - 1) * pow(2 * one[1], -1, P) % P
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, P) % P
    x = (slope ** 2 - one[0] - two[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


# Clients that come by the thousand keep their share.
@functools.lru_cache(64)
def multiply(scalar, point=G):
    total = None
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point = _add(point, point)
        scalar >>= 1
    return total


def encode(point):
    return b"\x04" + b"".join(part.to_bytes(32, "big") for part in point)


def decode(data):
    return (int.from_bytes(data[1:33], "big"),
            int.from_bytes(data[33:65], "big"))


# Key derivation with SHA-256


def sha256(data):
    return hashlib.sha256(data).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def expand_label(secret, label, context, size):
    """RFC 8446, 7.1; up to 32 bytes."""
    label = b"tls13 " + label
    info = (size.to_bytes(2, "big") + bytes([len(label)]) + label
            + bytes([len(context)]) + context)
    return mac(secret, info + b"\x01")[:size]


def prf(secret, label, seed, size):
    """RFC 5246, section 5."""
    seed = label + seed
    out, a = b"", seed
    while len(out) < size:
        a = mac(secret, a)
        out += mac(secret, a + seed)
    return out[:size]
