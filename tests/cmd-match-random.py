#!/usr/bin/env python3
"""sallyport match: random policies against a matcher that reads every rule.

Policies are written as text, in all the forms that conditions have, and
matched by the program and by a few lines of Python that know nothing of its
table; two million flows where SALLYPORT_FULL is set.
"""
import ipaddress
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "e2e"))

from lib.tap import Tap  # noqa: E402

POLICIES = 15
FLOWS = 20000
SEED = 1905

V4 = [int(ipaddress.ip_address(f"10.{a}.{b}.{c}"))
      for a in (0, 1) for b in (0, 7) for c in (0, 1, 127, 128, 255)]
V6 = [int(ipaddress.ip_address(f"2001:db8:{a}::{b}"))
      for a in (0, 1) for b in ("0", "1", "ffff", "1:0")]
PORTS = [1, 2, 80, 443, 444, 1023, 1024, 6777, 65534, 65535]
NAMES = ["ab", "abc", "ABC", "abcd", "b", "Bx", "payroll", "z"]
PATTERNS = NAMES + ["*", "a*", "ab*", "AB*", "pay*", "x*"]


def address(version, number):
    return str(ipaddress.IPv4Address(number) if version == 4 else
               ipaddress.IPv6Address(number))


class Policy:
    """One policy: its text, and its rules as the matcher takes them."""

    def __init__(self, rng):
        self.rng = rng
        self.statements = []
        self.serial = 0
        self.rules = [self.rule(n) for n in range(rng.randint(1, 40))]
        rng.shuffle(self.statements)
        self.rules.sort(key=lambda r: (-r["priority"],
                                       r["name"].encode("cp037")))

    def text(self):
        actions = ("TTLSGroupAction off\n{\n  TTLSEnabled Off\n}\n")
        return actions + "\n".join(self.statements)

    def word(self, keyword):
        return self.rng.choice([keyword, keyword, keyword.upper(),
                                keyword.lower()])

    def statement(self, keyword, name, lines):
        brace = self.rng.choice(["\n{\n", " {\n"])
        body = "".join(f"{self.rng.choice(['', '  ', chr(9)])}{line}"
                       f"{self.rng.choice(['', '', '  # ' + keyword])}\n"
                       for line in lines)
        return f"{self.word(keyword)} {name}{brace}{body}}}\n"

    def define(self, keyword, lines):
        self.serial += 1
        name = f"{keyword[:2]}{self.serial}"
        self.statements.append(self.statement(keyword, name, lines))
        return name

    def bounds(self):
        """A version, and two addresses of it in order."""
        version = self.rng.choice((4, 4, 6))
        pool = V4 if version == 4 else V6
        low, high = sorted(self.rng.choices(pool, k=2))
        return version, low, high

    def subnet(self):
        """A version, an address and a prefix length."""
        version, low, _ = self.bounds()
        length = self.rng.choice((0, 7, 8, 16, 24, 25, 31, 32) if version == 4
                                 else (0, 32, 48, 64, 112, 127, 128))
        return version, low, length

    @staticmethod
    def of_subnet(version, low, length):
        free = (32 if version == 4 else 128) - length
        return version, low >> free << free, low | (1 << free) - 1

    def one_set(self):
        """The lines of an IpAddrSet, and its range."""
        if self.rng.random() < .5:
            version, low, length = self.subnet()
            return ([f"Prefix {address(version, low)}/{length}"],
                    self.of_subnet(version, low, length))
        version, low, high = self.bounds()
        return ([f"Range {address(version, low)}-{address(version, high)}"],
                (version, low, high))

    def addr_group(self):
        lines, ranges = [], []
        for _ in range(self.rng.randint(1, 4)):
            kind = self.rng.choice(("IpAddr", "IpAddrSet"))
            if kind == "IpAddr":
                version, low, _ = self.bounds()
                body = [f"Addr {address(version, low)}"]
                found = (version, low, low)
            else:
                body, found = self.one_set()
            ranges.append(found)
            if self.rng.random() < .5:
                lines.append(f"{kind}Ref {self.define(kind, body)}")
            else:
                lines += [self.word(kind), "{"] + body + ["}"]
        return self.define("IpAddrGroup", lines), ranges

    def addresses(self, side):
        """Lines of a condition, and the ranges it stands for; None: all."""
        form = self.rng.randrange(9)
        version, low, high = self.bounds()
        if form < 3:
            return [], None
        if form == 3:
            return [f"{side}Addr All"], None
        if form == 4:
            return [f"{side}Addr {address(version, low)}"], \
                [(version, low, low)]
        if form == 5:
            version, low, length = self.subnet()
            return [f"{side}Addr {address(version, low)}/{length}"], \
                [self.of_subnet(version, low, length)]
        if form == 6:
            return [f"{side}Addr {address(version, low)}-"
                    f"{address(version, high)}"], [(version, low, high)]
        if form == 7:
            body, found = self.one_set()
            return [f"{side}AddrSetRef {self.define('IpAddrSet', body)}"], \
                [found]
        name, ranges = self.addr_group()
        return [f"{side}AddrGroupRef {name}"], ranges

    def port_range(self):
        low, high = sorted(self.rng.choices(PORTS, k=2))
        if self.rng.random() < .4:
            high = low
        text = str(low) if low == high and self.rng.random() < .7 else \
            f"{low}{self.rng.choice('- ')}{high}"
        return text, (low, high)

    def ports(self, side):
        form = self.rng.randrange(7)
        if form < 2:
            return [], None
        if form == 2:
            return [f"{side}PortRange 0"], None
        if form in (3, 4):
            text, found = self.port_range()
            return [f"{side}PortRange {text}"], [found]
        if form == 5:
            text, found = self.port_range()
            name = self.define("PortRange", [f"Port {text}"])
            return [f"{side}PortRangeRef {name}"], [found]
        lines, ranges = [], []
        for _ in range(self.rng.randint(1, 4)):
            text, found = self.port_range()
            ranges.append(found)
            if self.rng.random() < .5:
                name = self.define("PortRange", [f"Port {text}"])
                lines.append(f"PortRangeRef {name}")
            else:
                lines += ["PortRange", "{", f"Port {text}", "}"]
        return [f"{side}PortGroupRef {self.define('PortGroup', lines)}"], \
            ranges

    def pattern(self, keyword):
        if self.rng.random() < .6:
            return [], None
        pattern = self.rng.choice(PATTERNS)
        return [f"{keyword} {pattern}"], pattern

    def rule(self, number):
        rng, rule, lines = self.rng, {}, []
        rule["name"] = f"{rng.choice('aBz09_~')}{rng.choice('aAzZ5-')}{number}"
        for key, (more, found) in (
                ("local", self.addresses("Local")),
                ("remote", self.addresses("Remote")),
                ("local_port", self.ports("Local")),
                ("remote_port", self.ports("Remote")),
                ("user", self.pattern("Userid")),
                ("job", self.pattern("Jobname"))):
            rule[key] = found
            lines += more
        if not lines:
            lines.append("LocalAddr all")
        rule["direction"] = rng.choice(("Inbound", "Outbound", "Both"))
        rule["priority"] = rng.choice((1, 2, 5, 2000000000))
        lines.append(f"Direction {rule['direction']}")
        if rule["priority"] != 1 or rng.random() < .5:
            lines.append(f"{self.word('Priority')} {rule['priority']}")
        rng.shuffle(lines)
        lines.append("TTLSGroupActionRef off")
        self.statements.append(self.statement("TTLSRule", rule["name"],
                                              lines))
        return rule


def within(ranges, version, number):
    return ranges is None or any(v == version and low <= number <= high
                                 for v, low, high in ranges)


def named(pattern, name, fold):
    if pattern in (None, "*"):
        return True
    if name is None:
        return False
    if fold:
        pattern, name = pattern.upper(), name.upper()
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else \
        name == pattern


def met(rule, flow):
    direction, version, local, lport, remote, rport, user, job = flow
    return (rule["direction"] in ("Both", direction) and
            (rule["local_port"] is None or
             any(a <= lport <= b for a, b in rule["local_port"])) and
            (rule["remote_port"] is None or
             any(a <= rport <= b for a, b in rule["remote_port"])) and
            within(rule["local"], version, local) and
            within(rule["remote"], version, remote) and
            named(rule["user"], user, False) and
            named(rule["job"], job, True))


def near(rng, pool, most):
    return min(max(rng.choice(pool) + rng.choice((-1, 0, 0, 1)), 1), most)


def make_flow(rng):
    version = rng.choice((4, 4, 6))
    pool, most = (V4, 2 ** 32 - 1) if version == 4 else (V6, 2 ** 128 - 1)
    return (rng.choice(("Inbound", "Outbound")), version,
            near(rng, pool, most), near(rng, PORTS, 65535),
            near(rng, pool, most), near(rng, PORTS, 65535),
            rng.choice(NAMES + [None]), rng.choice(NAMES + [None]))


def endpoint(version, number, port):
    text = address(version, number)
    return f"{text}:{port}" if version == 4 else f"[{text}]:{port}"


def line_of(flow):
    direction, version, local, lport, remote, rport, user, job = flow
    return (f"{direction.lower()} {endpoint(version, local, lport)} "
            f"{endpoint(version, remote, rport)} {user or '-'} {job or '-'}")


def compare(sallyport, tap, seed):
    """Raises where the program and the matcher differ."""
    rng = random.Random(seed)
    policy = Policy(rng)
    flows = [make_flow(rng) for _ in range(FLOWS)]
    path = tap.write("random.policy", policy.text())
    batch = tap.write("flows", "".join(line_of(flow) + "\n"
                                       for flow in flows))
    ran = subprocess.run([sallyport, "match", path, "--batch", batch],
                         capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"seed {seed}: {ran.stderr[:2000]}"
    answers = ran.stdout.splitlines()
    assert len(answers) == len(flows), f"seed {seed}: {len(answers)} answers"
    for flow, answer in zip(flows, answers):
        wanted = next((rule["name"] for rule in policy.rules
                       if met(rule, flow)), "-")
        assert answer == wanted, (f"seed {seed}: {line_of(flow)}: {answer}, "
                                  f"not {wanted}\n{policy.text()}")


def main():
    tap = Tap(limit=600)
    sallyport = os.path.abspath(os.path.join(
        os.environ.get("SALLYPORT_BUILDDIR", "."), "sallyport"))
    policies = POLICIES * (7 if os.environ.get("SALLYPORT_FULL") else 1)
    with tap.case(f"{policies * FLOWS} flows of {policies} policies"):
        for seed in range(SEED, SEED + policies):
            compare(sallyport, tap, seed)
    tap.done()


if __name__ == "__main__":
    main()
