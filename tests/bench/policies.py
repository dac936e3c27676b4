"""What large policies cost: to load, as the daemon does, and to lint.

Each is written as text, and read by the program as a user would run it: its
processor time and its largest size are the kernel's figures of the process."""

import os
import subprocess
import tempfile

ACTIONS = """\
TTLSGroupAction on
{
	TTLSEnabled On
}
TTLSEnvironmentAction server
{
	HandshakeRole Server
	TTLSKeyringParms
	{
		Keyring ring
	}
}
"""


def rule(number, remote, ports, priority):
    return ("TTLSRule rule%07d\n{\n\tLocalPortRange %s\n\tRemoteAddr %s\n"
            "\tDirection Inbound\n\tPriority %d\n\tTTLSGroupActionRef on\n"
            "\tTTLSEnvironmentActionRef server\n}\n"
            % (number, ports, remote, priority))


def address(number):
    return "%d.%d.%d.%d" % (number >> 24 & 255, number >> 16 & 255,
                            number >> 8 & 255, number & 255)


def networks(count):
    """Distinct networks, scattered over the whole space, on one port."""
    for i in range(count):
        yield rule(i, address((i * 2654435761 & 0xffffffff) | 1) + "/32",
                   "443", 1 + i % 1000)


def nested(count):
    """Networks in networks: the smaller one comes first."""
    for i in range(count):
        length = (32, 28, 24, 20, 16)[i % 5]
        base = (i // 5 * 2654435761 & 0xffffffff) >> (32 - length)
        yield rule(i, "%s/%d" % (address(base << (32 - length)), length),
                   "443", length)


def tiles(count):
    """One rule for all, and others before it that leave a corner of it."""
    yield rule(0, "All", "443", 1)
    for i in range(1, count):
        yield rule(i, address(i << 8) + "/24", "443", 2)


def ranges(count):
    """Wide port ranges that cross, each of one network."""
    for i in range(count):
        low = 1 + i * 7919 % 30000
        yield rule(i, address((i * 2654435761 & 0xffffffff) | 1),
                   "%d-%d" % (low, low + 30000), 1 + i % 1000)


def crossing(count):
    """Every rule crosses every other one."""
    for i in range(count):
        yield rule(i, "10.0.0.0-10.%d.%d.%d" % (i >> 16 & 255, i >> 8 & 255,
                                                i & 255),
                   "%d-%d" % (1 + i % 30000, 65535), 1 + i)


SHAPES = (networks, nested, tiles, ranges, crossing)


def run(command):
    """Processor seconds and largest size in bytes; it may have remarks."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError("%s: status %d" % (command, process.returncode))
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def measure(build_path, counts, lint_counts, say):
    """Of each shape and size: (shape, rules, bytes of text, seconds to load,
    bytes a rule at the most, seconds to lint or None)."""
    program = build_path("sallyport")
    empty, _ = run([program, "--version"])
    rows = []
    for shape in SHAPES:
        for count in sorted(set(counts) | set(lint_counts)):
            say("%d rules: %s" % (count, shape.__name__))
            with tempfile.NamedTemporaryFile("w", suffix=".policy") as text:
                text.write(ACTIONS)
                text.writelines(shape(count))
                text.flush()
                load, size = run([program, "match", text.name, "--batch",
                                  "/dev/null"])
                lint = None
                if count in lint_counts:
                    lint, _ = run([program, "lint", text.name])
                rows.append((shape.__doc__.split("\n")[0].rstrip("."), count,
                             os.path.getsize(text.name), load - empty,
                             size / count, lint))
    return rows
