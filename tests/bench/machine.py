"""The machine that figures belong to."""

import os
import platform
import re
import subprocess
import time


def _file(path, pattern):
    try:
        with open(path) as f:
            found = re.search(pattern, f.read(), re.M)
    except OSError:
        found = None
    return found.group(1) if found else "unknown"


def _openssl():
    try:
        said = subprocess.run(["openssl", "version"], check=True,
                              stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, timeout=10).stdout
        return said.split(" (")[0].strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def describe():
    """What is said of it, in the order of the page."""
    return {
        "processor": _file("/proc/cpuinfo", r"^model name\s*: (.+)$"),
        "processors": str(os.cpu_count()),
        "memory": "%.1f GiB" % (os.sysconf("SC_PAGE_SIZE")
                                * os.sysconf("SC_PHYS_PAGES") / 2 ** 30),
        "kernel": "%s %s, %s" % (platform.system(), platform.release(),
                                 platform.machine()),
        "distribution": _file("/etc/os-release", r'^PRETTY_NAME="(.+)"$'),
        "OpenSSL, which the peers use": _openssl(),
        "load when it began": "%.2f" % os.getloadavg()[0],
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
