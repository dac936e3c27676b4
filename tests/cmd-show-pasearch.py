#!/usr/bin/env python3
"""sallyport show against what z/OS printed of the same policy.

Where SALLYPORT_CORPUS names a directory that has them: a listing of
pasearch on z/OS 3.1, and a policy that was in force there. What `show --all
--defaults zOS` prints of the policy has to agree value for value, for every
rule that both have, with what the listing's three scopes come to: connection
over environment over group, but signature parameters as a whole.

The policy was edited after the listing was made, and the listing is of more
than the policy. The differences are named below, each with its reason; one
that is not there any more is as wrong as one that is new.
"""
import json
import os
import re
import subprocess
import sys

CORPUS = os.environ.get("SALLYPORT_CORPUS", "")
POLICY = os.path.join(CORPUS, "policies", "02-colinpaice-pagenttn.policy")
REPORT = os.path.join(CORPUS, "pasearch-zos31.report")
SALLYPORT = os.path.join(os.environ.get("SALLYPORT_BUILDDIR", "."),
                         "sallyport")

# Rules of other files of the same system.
ELSEWHERE = {"DEFAULTRULE12", "DEFAULTRULE13", "GPMSERVE"}


def differences():
    """(rule, what) to (z/OS, sallyport)."""
    found = {}
    # The listing has no suite of TLS 1.3, which is off in all these rules,
    # and none of the policy's four-digit lines, which end in faults: z/OS
    # left them out, or they were added since. Here a list is what was coded.
    suites = [("C023", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
              ("C024", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
              ("C027", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
              ("C028", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
              ("C02B", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
              ("C02C", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
              ("C02F", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")]
    chacha = [("1303", "TLS_CHACHA20_POLY1305_SHA256")]
    fourchar = [("C032", "TLS_ECDH_RSA_WITH_AES_256_GCM_SHA384"),
                ("C031", "TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256"),
                ("C02D", "TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256")]
    for rule in ("AZFClientRule", "AZFMutAuthRule", "AZFSrvAuthRule",
                 "CPJES2IN", "CPJES2OUT"):
        found[rule, "v3CipherSuites"] = suites, suites + chacha + fourchar
    suites = [("003D", "TLS_RSA_WITH_AES_256_CBC_SHA256"),
              ("C02C", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")]
    for rule in ("COLATTLJ", "COLATTLS", "TNZZZZ"):
        found[rule, "v3CipherSuites"] = suites, chacha + suites
        # Another value was coded when the listing was made: it is still
        # there, behind a #.
        found[rule, "HandshakeRole"] = ["ServerWithClientAuth"], ["Server"]
        # The policy says that it was added.
        found[rule, "ApplicationControlled"] = ["Off"], ["On"]
        # Other labels are there, behind a #.
        found[rule, "ServerCertificateLabel"] = ["NISTECCTEST"], None
    # Both names are still there, behind a #; the address is not.
    found["COLATTLJ", "job"] = "COLCOMPI", None
    found["COLATTLJ", "user"] = "COLIN", None
    found["COLATTLJ", "remote_addresses"] = ["10.1.1.2"], []
    return found


SCOPES = ("Group", "Environment", "Connection")
SKIPPED = {"Version", "Status", "Scope", "Policy created", "Policy updated"}
LABEL = re.compile(r"^( +)([A-Za-z0-9_. ]+?): *(.*?) *$")
ITEM = re.compile(r"^ +([0-9A-F]{4})  (\S+) *$")
PAIR = re.compile(r"(\w[\w ]*): +(\S*)")


class Action:
    """One scope of a rule: parameters, and which statements it printed."""

    def __init__(self, name):
        self.name = name
        self.scope = None
        self.parameters = {}        # name to list of values
        self.home = {}              # name to statement

    def read(self, lines):
        statement = last = None
        for line in lines:
            item = ITEM.match(line)
            if item:
                self.parameters[last].append(item.groups())
                continue
            label = LABEL.match(line)
            if label is None:
                continue
            indent, name, value = label.groups()
            if name == "Scope":
                self.scope = value
            if name in SKIPPED:
                continue
            if len(indent) == 4:
                statement = None
            if name.startswith("TTLS") and value == "":
                statement = name
                continue
            last = name
            self.home[name] = statement
            self.parameters.setdefault(name, [])
            if value:
                self.parameters[name].append(value)


class Rule:
    def __init__(self, text):
        lines = text.splitlines()
        self.name = lines[0].strip()
        parts = re.split(r"^  TTLS Action: +", text, flags=re.M)
        self.head = parts[0]
        self.actions = {}
        for part in parts[1:]:
            action = Action(part.split()[0])
            action.read(part.splitlines()[1:])
            self.actions[action.scope] = action

    def pairs(self):
        return dict(PAIR.findall(self.head))

    def address(self, which):
        found = re.search(which + r" Address:\n +FromAddr: +(\S+) *\n"
                          r" +ToAddr: +(\S+)", self.head)
        low, high = found.groups()
        if low == "All":
            return []
        return [low if low == high else f"{low}-{high}"]

    def ports(self, which):
        pairs = self.pairs()
        low, high = pairs[which + "PortFrom"], pairs[which + "PortTo"]
        if low == high == "0":
            return []
        return [low if low == high else f"{low}-{high}"]

    def conditions(self):
        pairs = self.pairs()
        # An empty name is 13 blanks behind its label, too.
        owner = re.search(r"JobName: {1,13}(\S*) +UserId: *(\S*)", self.head)
        times = re.search(r"Day of Month Mask:.*?\n +First to Last: +1{31} *\n"
                          r" +Last to First: +1{31} *\n"
                          r" +Month of Yr Mask: +1{12} *\n"
                          r" +Day of Week Mask: +1{7} .*\n"
                          r" +Start Date Time: +None *\n"
                          r" +End Date Time: +None *\n"
                          r" +Fr TimeOfDay: +00:00 +To TimeOfDay: +24:00",
                          self.head)
        return {
            "priority": int(pairs["Priority"]),
            "direction": pairs["ServiceDirection"],
            "local_addresses": self.address("Local"),
            "remote_addresses": self.address("Remote"),
            "local_ports": self.ports("Local"),
            "remote_ports": self.ports("Remote"),
            "job": owner[1] or None,
            "user": owner[2] or None,
            "times": [] if times else "some",
            "group": self.named("Group"),
            "environment": self.named("Environment"),
            "connection": self.named("Connection"),
        }

    def named(self, scope):
        return self.actions[scope].name if scope in self.actions else None

    def effective(self):
        """What the scopes come to."""
        values = {}
        for scope in SCOPES:
            action = self.actions.get(scope)
            if action is None:
                continue
            if "TTLSSignatureParms" in action.home.values():
                values = {name: value for name, value in values.items()
                          if value[1] != "TTLSSignatureParms"}
            for name, value in action.parameters.items():
                values[name] = (value, action.home[name])
        return {name: value[0] for name, value in values.items()}


def read_report():
    with open(REPORT, encoding="utf-8") as file:
        text = file.read()
    rules = [Rule(part)
             for part in re.split(r"^policyRule: +", text, flags=re.M)[1:]]
    return {rule.name: rule for rule in rules}


def key(name):
    """The listing has one name for both forms of the list."""
    return name.lower().replace("v3ciphersuites4char", "v3ciphersuites")


def listed(value):
    if not isinstance(value, list):
        value = [value]
    return [(item["code"], item["name"]) if isinstance(item, dict)
            else str(item) for item in value]


def shown(rule):
    directory = os.path.dirname(POLICY) + "/"
    values = {}
    for parameter in rule["parameters"]:
        value = listed(parameter["value"])
        if parameter["name"] == "Keyring":
            value = [value[0].removeprefix(directory)]
        values[key(parameter["name"])] = value
    return values


def compare(name, theirs, ours):
    """Yields what differs of one rule."""
    for what, value in theirs.conditions().items():
        if value != ours[what]:
            yield (name, what), (value, ours[what])
    values = shown(ours)
    for what, value in theirs.effective().items():
        if value != values.get(key(what)):
            yield (name, what), (value, values.get(key(what)))


def main():
    if not (os.path.exists(POLICY) and os.path.exists(REPORT)):
        print("1..0 # SKIP SALLYPORT_CORPUS names no directory with them")
        return
    said = subprocess.run(
        [SALLYPORT, "show", POLICY, "--all", "--defaults", "zOS", "--format",
         "json"], capture_output=True, check=True).stdout
    ours = {rule["rule"]: rule for rule in json.loads(said)["rules"]}
    theirs = read_report()
    number = 0

    def result(good, name, *why):
        nonlocal number
        number += 1
        print("ok" if good else "not ok", number, "-", name)
        for line in why if not good else ():
            print("#", line)

    result(set(theirs) - set(ours) == ELSEWHERE, "rules of the listing",
           set(theirs) - set(ours))
    result(set(ours) <= set(theirs), "rules of the policy",
           set(ours) - set(theirs))
    compared = 0
    for name in sorted(set(ours) & set(theirs)):
        found = dict(compare(name, theirs[name], ours[name]))
        compared += len(theirs[name].effective())
        expected = {k: v for k, v in differences().items()
                    if k[0] == name}
        result(found == expected, f"rule {name}",
               *[f"{where[1]}: z/OS {v[0]}, here {v[1]}"
                 for where, v in found.items() if expected.get(where) != v],
               *[f"{where[1]}: it does not differ as it did"
                 for where, v in expected.items() if found.get(where) != v])
    # 9 rules of some 80 parameters each: a listing that was not understood
    # has nothing that differs, either.
    result(compared > 9 * 60, "the listing was understood", compared)
    print(f"1..{number}")


main()
