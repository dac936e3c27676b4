#!/usr/bin/env python3
"""sallyport show of a policy that codes everything the language has.

The policy is made from the language's own table (`sallyport describe`), so a
parameter that is new has to be shown without anybody thinking of it here.
The shape of the JSON is checked on this and on every good policy of the tree.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

BUILD = os.environ.get("SALLYPORT_BUILDDIR", ".")
SOURCE = os.environ.get("SALLYPORT_SRCDIR",
                        os.path.join(os.path.dirname(__file__), ".."))
SALLYPORT = os.path.join(BUILD, "sallyport")

# Coded in the inner statement, which counts.
INNER = {("TTLSGskAdvancedParms", "HttpCdpEnable"),
         ("TTLSGskAdvancedParms", "OcspAiaEnable"),
         # Another spelling of the same list.
         ("TTLSCipherParms", "V3CipherSuites")}
# What has to have this value for the policy to be one.
FIXED = {"TTLSEnabled": "On", "TLSv1.3": "On", "Handoff": "Forward",
         "HandshakeRole": "ServerWithClientAuth"}
# By type, where it is not chosen from the values: text coded, value shown.
RSA = {"code": "0401", "name": "TLS_SIGALG_SHA256_WITH_RSA"}
SAMPLES = {
    "text": ("one/two", "one/two"), "word": ("word", "word"),
    "path": ("/a/path", "/a/path"), "secret": ("hunter2", "***"),
    "endpoint": ("127.0.0.1:80", "127.0.0.1:80"),
    "URL": ("http://host.example/", "http://host.example/"),
    "curves": ("secp256r1", [{"code": "0023", "name": "secp256r1"}]),
    "signature algorithms": ("0401", [RSA]),
}
SUITES = {
    "V3CipherSuites4Char": ("1301", [{"code": "1301",
                                      "name": "TLS_AES_128_GCM_SHA256"}]),
    "V2CipherSuites": ("1", None),
}

# Texts of which there may be several.
ADD_UP = re.compile(r"SNIList$|^HostReferenceId|^ServerCert|^OcspUrl$")

number = 0


def result(good, name, *why):
    global number
    number += 1
    print("ok" if good else "not ok", number, "-", name)
    for line in why if not good else ():
        print("#", line)


def show(policy, *options):
    return subprocess.run([SALLYPORT, "show", policy, *options],
                          capture_output=True, check=False)


def sample(parameter):
    """What to code, and what is shown; None: nothing to be known of it."""
    name, kind = parameter["name"], parameter["type"]
    default, values = parameter["default"], parameter["values"]
    if name in FIXED:
        return FIXED[name], FIXED[name]
    if kind in ("flag", "enum"):
        other = [value for value in values if value != default]
        return other[-1], other[-1]
    if kind == "integer":
        low, high = re.match(r"(\d+)-(\d+)", values[-1]).groups()
        number = high if high != default else low
        return number, int(number)
    if kind == "cipher suites":
        return SUITES[name]
    return SAMPLES[kind]


class Writer:
    """A policy, and which parameter is coded on which line how."""

    def __init__(self, language):
        self.statements = {s["name"]: s for s in language["statements"]}
        self.lines = []
        self.coded = {}

    def add(self, text):
        self.lines.append(text)

    def statement(self, header):
        """A statement with every parameter, and all blocks inside it."""
        name = header.split()[0]
        self.add(header)
        self.add("{")
        for parameter in self.statements[name]["parameters"]:
            if parameter["type"] == "block":
                self.statement(parameter["name"])
            elif parameter["type"] != "reference":
                self.parameter(name, parameter)
        self.add("}")

    def parameter(self, statement, parameter):
        name = parameter["name"]
        if (statement, name) in INNER:
            return
        text, value = sample(parameter)
        if ADD_UP.search(name):
            value = [value]
        self.add(f"{name} {text}")
        self.coded[statement, name] = (len(self.lines), value)

    def rule(self, *refs):
        self.add("TTLSRule everything")
        self.add("{")
        self.add("LocalPortRange 443")
        self.add("Direction Inbound")
        for ref in refs:
            self.add(f"{ref}Ref x")
        self.add("}")

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(self.lines) + "\n")


def check_coded(writer, rule, wanted, name):
    """Every coded parameter that counts is shown as it was coded."""
    shown = {}
    for parameter in rule["parameters"]:
        key = parameter["statement"], parameter["name"]
        if parameter["default"]:
            continue
        if key in shown:
            result(False, name, f"{key} is shown twice")
            return
        shown[key] = parameter
    wrong = []
    for key in wanted:
        line, value = writer.coded[key]
        parameter = shown.get(key)
        if parameter is None:
            wrong.append(f"{key} is not shown")
        elif parameter["line"] != line:
            wrong.append(f"{key}: not from line {line}: {parameter}")
        elif value is not None and parameter["value"] != value:
            wrong.append(f"{key}: {parameter['value']}, not {value}")
    extra = [key for key in shown if key not in wanted]
    result(not wrong and not extra, name, *wrong, *extra)


def everything(language, directory):
    actions = ["TTLSGroupAction", "TTLSEnvironmentAction",
               "TTLSApplicationAction"]
    writer = Writer(language)
    for action in actions:
        writer.statement(f"{action} x")
    writer.rule(*actions)
    path = os.path.join(directory, "one.policy")
    writer.write(path)
    said = show(path, "--all", "--format", "json")
    result(said.returncode == 0, "a policy with everything",
           *said.stderr.decode().splitlines()[:20])
    if said.returncode != 0:
        return None
    rule = json.loads(said.stdout)["rules"][0]
    # What the environment codes again replaces what the group did.
    both = {key[1] for key in writer.coded
            if key[0].startswith("TTLSEnvironment")}
    wanted = [key for key in writer.coded
              if not key[0].startswith("TTLSGroup") or key[1] not in both]
    result(len(wanted) > 100, "it is long", len(wanted))
    check_coded(writer, rule, wanted, "all of it is shown, from its line")

    writer.statement("TTLSConnectionAction x")
    writer.lines[writer.lines.index("TTLSEnvironmentActionRef x")] += (
        "\nTTLSConnectionActionRef x")
    # That line is above the connection action: it moves it by one.
    moved = {key: (line + 1 if key[0].startswith("TTLSConnection") or
                   line > writer.lines.index("TTLSRule everything")
                   else line, value)
             for key, (line, value) in writer.coded.items()}
    writer.coded = moved
    path = os.path.join(directory, "two.policy")
    writer.write(path)
    said = show(path, "--all", "--format", "json")
    result(said.returncode == 0, "with a connection action, too",
           *said.stderr.decode().splitlines()[:20])
    rule = json.loads(said.stdout)["rules"][0]
    mine = {key[1] for key in writer.coded
            if key[0].startswith("TTLSConnection")}
    wanted = [key for key in writer.coded
              if key[0].startswith("TTLSConnection") or key[1] not in mine]
    check_coded(writer, rule, wanted, "what it codes replaces all else")
    return path


# ---- the shape of the JSON

TEXT, INT, BOOL = (str,), (int,), (bool,)
MAYBE = (str, type(None))
PLACE = {"file": TEXT, "line": INT}
PARAMETER = {"statement": TEXT, "definition": MAYBE, "name": TEXT,
             "value": (str, int, list), "default": BOOL, "acts": TEXT,
             "reason": MAYBE, "file": MAYBE, "line": (int, type(None))}
RULE = {"rule": TEXT, "priority": INT, "direction": TEXT, "secured": BOOL,
        "local_addresses": (list,), "remote_addresses": (list,),
        "local_ports": (list,), "remote_ports": (list,), "user": MAYBE,
        "job": MAYBE, "times": (list,), "group": MAYBE, "environment": MAYBE,
        "connection": MAYBE, "application": MAYBE, **PLACE,
        "parameters": (list,)}
TIME = {"definition": MAYBE, "coded": (dict,), **PLACE}
UNUSED = {"statement": TEXT, "name": TEXT, **PLACE}
WHOLE = {"file": TEXT, "defaults": TEXT, "lines": (list,), "rules": (list,), "unused": (list,)}


def shape(value, wanted):
    """Yields what of an object is not as it should be."""
    if list(value) != list(wanted):
        yield f"keys {list(value)}"
        return
    for key, types in wanted.items():
        # True is an int, too, and here it is not.
        if type(value[key]) not in types:
            yield f"{key}: {value[key]!r}"


def check_value(value):
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from shape(item, {"code": TEXT, "name": TEXT})
            elif not isinstance(item, str):
                yield f"item {item!r}"


def check_whole(whole, is_all):
    yield from shape(whole, WHOLE)
    for line in whole["lines"]:
        yield from shape(line, PARAMETER)
    for rule in whole["rules"]:
        yield from shape(rule, RULE)
        for time in rule["times"]:
            yield from shape(time, TIME)
        for parameter in rule["parameters"]:
            yield from shape(parameter, PARAMETER)
            yield from check_value(parameter["value"])
            if parameter["default"] != (parameter["line"] is None):
                yield f"a default from a line: {parameter}"
            if parameter["default"] and not is_all:
                yield f"a default: {parameter}"
            if (parameter["acts"] == "yes") != (parameter["reason"] is None):
                yield f"acts without reason: {parameter}"
    order = [-rule["priority"] for rule in whole["rules"]]
    if order != sorted(order):
        yield "the rules are not in search order"
    for unused in whole["unused"]:
        yield from shape(unused, UNUSED)


def check_shapes(paths):
    wrong = []
    for path in paths:
        for options in ([], ["--all"], ["--all", "--defaults", "zOS"]):
            said = show(path, "--format", "json", *options)
            if said.returncode != 0:
                wrong.append(f"{path}: status {said.returncode}")
                continue
            wrong += [f"{path}: {what}" for what in check_whole(
                json.loads(said.stdout), "--all" in options)]
        for form in ("human", "dot"):
            said = show(path, "--format", form)
            if said.returncode != 0 or said.stderr:
                wrong.append(f"{path}: {form}: status {said.returncode}")
            said.stdout.decode("utf-8")
    result(not wrong, f"the shape of {len(paths)} policies", *wrong[:20])


def main():
    language = json.loads(subprocess.run(
        [SALLYPORT, "describe", "--format", "json"], capture_output=True,
        check=True).stdout)
    with tempfile.TemporaryDirectory() as directory:
        paths = glob.glob(os.path.join(SOURCE, "tests/policy/good/*.policy"))
        made = everything(language, directory)
        if made is not None:
            paths.append(made)
        result(len(paths) > 10, "there are good policies", len(paths))
        check_shapes(sorted(paths))
    print(f"1..{number}")
    return 0


sys.exit(main())
