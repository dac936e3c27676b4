"""As much DER (X.690) as certificates need, to write and to take apart."""


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def sequence(*parts):
    return tlv(0x30, *parts)


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def boolean(value):
    return tlv(0x01, b"\xff" if value else b"\x00")


def octets(body):
    return tlv(0x04, body)


def bits(body, unused=0):
    return tlv(0x03, bytes([unused]), body)


def oid(dotted):
    arcs = [int(arc) for arc in dotted.split(".")]
    out = [40 * arcs[0] + arcs[1]]
    for arc in arcs[2:]:
        septets = [arc & 0x7f]
        while arc > 0x7f:
            arc >>= 7
            septets.append(0x80 | (arc & 0x7f))
        out += reversed(septets)
    return tlv(0x06, bytes(out))


def utf8(text):
    return tlv(0x0c, text.encode())


def time(moment):
    """A datetime in UTC, as RFC 5280 4.1.2.5 wants it."""
    if 1950 <= moment.year < 2050:
        return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def parse(data):
    """A tree of what split() finds: [tag, children or bytes], ...; what is
    inside an octet string is left alone."""
    return [[tag, parse(body) if tag & 0x20 else body]
            for tag, body, _ in split(data)]


def encode(tree):
    return b"".join(tlv(tag, encode(body) if isinstance(body, list)
                        else body) for tag, body in tree)


def split(data):
    """The elements one after another in `data`: [(tag, body, whole)]."""
    found = []
    at = 0
    while at < len(data):
        size = data[at + 1]
        head = 2
        if size & 0x80:
            head += size & 0x7f
            size = int.from_bytes(data[at + 2:at + head], "big")
        end = at + head + size
        found.append((data[at], data[at + head:end], data[at:end]))
        at = end
    return found
