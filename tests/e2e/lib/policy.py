"""Policies for tests: rules as Python data, or an existing file adapted."""

import re

VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")


class Rule:
    """One TTLSRule and the actions it leads to.

    `versions`: what is On, the rest is Off; None: nothing coded.
    `ciphers`: lines for TTLSCipherParms, as (parameter, value).
    `backend`: a value for Backend; None: no TTLSApplicationAction.
    `gsk`: lines for TTLSGskAdvancedParms, as (parameter, value).
    `signatures`: lines for TTLSSignatureParms, as (parameter, value).
    `action`: more lines of the environment action.
    `connection`: lines of a TTLSConnectionAction, as (parameter, value);
    those of a block as (block, [(parameter, value)]).
    `like`: another Rule, whose very actions are this one's, too.
    """

    def __init__(self, name, port, keyring=None, backend=None, **more):
        self.name = name
        self.port = port
        self.keyring = keyring
        self.backend = backend
        self.enabled = more.pop("enabled", True)
        self.trace = more.pop("trace", None)
        self.role = more.pop("role", "ServerWithClientAuth")
        self.auth = more.pop("auth", "Required")
        self.validation = more.pop("validation", "RFC5280")
        self.versions = more.pop("versions", None)
        self.ciphers = more.pop("ciphers", None)
        self.timeout = more.pop("timeout", None)
        self.label = more.pop("label", None)
        self.priority = more.pop("priority", None)
        self.local = more.pop("local", None)
        self.remote = more.pop("remote", None)
        self.extra = more.pop("extra", ())
        self.gsk = more.pop("gsk", ())
        self.signatures = more.pop("signatures", ())
        self.action = more.pop("action", ())
        self.connection = more.pop("connection", ())
        self.like = more.pop("like", None)
        if more:
            raise TypeError("unknown: %s" % ", ".join(more))

    def _rule(self):
        actions = self.like or self
        yield "LocalAddr", self.local
        yield "RemoteAddr", self.remote
        yield "LocalPortRange", self.port
        yield "Direction", "Inbound"
        yield "Priority", self.priority
        yield "TTLSGroupActionRef", "group-" + actions.name
        if actions.enabled:
            yield "TTLSEnvironmentActionRef", "environment-" + actions.name
        if actions.connection:
            yield "TTLSConnectionActionRef", "connection-" + actions.name
        if actions.backend:
            yield "TTLSApplicationActionRef", "application-" + actions.name

    def _environment(self):
        yield "HandshakeRole", self.role
        yield "TTLSKeyringParmsRef", "keyring-" + self.name
        if self.ciphers:
            yield "TTLSCipherParmsRef", "ciphers-" + self.name
        if self.signatures:
            yield "TTLSSignatureParmsRef", "signatures-" + self.name
        yield "TTLSEnvironmentAdvancedParmsRef", "advanced-" + self.name
        if self.gsk:
            yield "TTLSGskAdvancedParmsRef", "gsk-" + self.name
        yield from self.action

    def _advanced(self):
        if self.role == "ServerWithClientAuth":
            yield "ClientAuthType", self.auth
            yield "CertValidationMode", self.validation
        yield "CertificateLabel", self.label
        yield "HandshakeTimeout", self.timeout
        if self.versions is not None:
            for version in VERSIONS:
                yield version, "On" if version in self.versions else "Off"
        for pair in self.extra:
            yield pair

    def text(self):
        if self.like:
            return _block("TTLSRule", self.name, self._rule())
        blocks = [("TTLSRule", self.name, self._rule()),
                  ("TTLSGroupAction", "group-" + self.name,
                   [("TTLSEnabled", "On" if self.enabled else "Off"),
                    ("Trace", self.trace)])]
        if self.enabled:
            blocks += [
                ("TTLSEnvironmentAction", "environment-" + self.name,
                 self._environment()),
                ("TTLSEnvironmentAdvancedParms", "advanced-" + self.name,
                 self._advanced()),
                ("TTLSKeyringParms", "keyring-" + self.name,
                 [("Keyring", self.keyring)])]
        if self.enabled and self.ciphers:
            blocks.append(("TTLSCipherParms", "ciphers-" + self.name,
                           self.ciphers))
        if self.enabled and self.gsk:
            blocks.append(("TTLSGskAdvancedParms", "gsk-" + self.name,
                           self.gsk))
        if self.enabled and self.signatures:
            blocks.append(("TTLSSignatureParms", "signatures-" + self.name,
                           self.signatures))
        if self.connection:
            blocks.append(("TTLSConnectionAction",
                           "connection-" + self.name, self.connection))
        if self.backend:
            blocks.append(("TTLSApplicationAction",
                           "application-" + self.name,
                           [("Handoff", "Forward"),
                            ("Backend", self.backend)]))
        return "\n".join(_block(*block) for block in blocks)


def _block(kind, name, pairs):
    lines = [_block(key, "", value) if isinstance(value, list)
             else "\t%s %s\n" % (key, value)
             for key, value in pairs if value is not None]
    return "%s %s\n{\n%s}\n" % (kind, name, "".join(lines))


def text(*rules):
    return "\n".join(rule.text() for rule in rules)


def line_of(policy, needle, nth=1):
    """The number of the nth line that holds `needle`."""
    for number, line in enumerate(policy.splitlines(), 1):
        if needle in line:
            nth -= 1
            if nth == 0:
                return number
    raise AssertionError("no %r in the policy" % needle)


def adapt(policy, **values):
    """`policy` with the values of some parameters replaced, everywhere; a
    parameter that does not occur is a fault of the test."""
    for parameter, value in values.items():
        policy, count = re.subn(
            r"(?mi)^(\s*%s\s+)\S.*$" % re.escape(parameter),
            lambda found, value=value: found.group(1) + str(value), policy)
        if not count:
            raise AssertionError("no %s in the policy" % parameter)
    return policy


def forward(policy, rule, backend):
    """`policy` with the rule's hand-off made Forward, which it did not
    say."""
    policy, count = re.subn(
        r"(?m)^(TTLSRule\s+%s\s*\{\n)" % re.escape(rule),
        r"\1\tTTLSApplicationActionRef to-the-backend\n", policy)
    if count != 1:
        raise AssertionError("no rule %s in the policy" % rule)
    return policy + "\n" + _block(
        "TTLSApplicationAction", "to-the-backend",
        [("Handoff", "Forward"), ("Backend", backend)])
