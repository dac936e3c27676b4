"""What the end-to-end tests share: see pki, policy, daemon, backend, client,
hello and tap.  Standard library only."""

import os
import sys

# The clients must offer what a test asks for, whatever the system's own
# crypto policy says; read by OpenSSL when `ssl` is first imported.
os.environ["OPENSSL_CONF"] = "/dev/null"
os.environ["GNUTLS_SYSTEM_PRIORITY_FILE"] = "/dev/null"
os.environ.pop("SSLKEYLOGFILE", None)

# Nothing is written into the source tree, which may be read-only.
sys.dont_write_bytecode = True

FULL = os.environ.get("SALLYPORT_FULL") == "1"


def _directory(variable, purpose):
    path = os.environ.get(variable)
    if not path or not os.path.isdir(path):
        print("Bail out! %s must name %s" % (variable, purpose))
        sys.exit(99)
    return os.path.abspath(path)


def build_path(name):
    """A program of the build directory."""
    return os.path.join(_directory("SALLYPORT_BUILDDIR",
                                   "the build directory"), name)


def source_path(name):
    """A file of the source tree."""
    return os.path.join(_directory("SALLYPORT_SRCDIR",
                                   "the source directory"), name)
