#!/usr/bin/env python3
"""sallyport lint: --format sarif against what SARIF 2.1.0 and code scanning
ask for, --format json's fixed shape, and --fix of files."""

import json
import os
import re
import subprocess
import sys
import tempfile

SRCDIR = os.environ.get("SALLYPORT_SRCDIR", ".")
BUILDDIR = os.path.abspath(os.environ.get("SALLYPORT_BUILDDIR", "."))
SALLYPORT = os.path.join(BUILDDIR, "sallyport")
number = 0


def case(name, check):
    global number
    number += 1
    try:
        check()
    except Exception as error:  # the test goes on
        print("not ok %d - %s" % (number, name))
        print("# %s: %s" % (type(error).__name__,
            str(error).replace("\n", "\n# ")))
    else:
        print("ok %d - %s" % (number, name))
    sys.stdout.flush()


def lint(*args, cwd=None):
    done = subprocess.run([SALLYPORT, "lint", *args], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, cwd=cwd, timeout=60)
    return done.returncode, done.stdout, done.stderr


# --- SARIF 2.1.0, as far as it is used here ---------------------------------
# A type is a Python type, a set of allowed texts, a list of one type (an array
# of it), a function that judges, or a dictionary of properties: those that end
# in "!" are required, and no others may be there.

def uri(value):
    assert isinstance(value, str) and value, value
    assert re.fullmatch(r"(?:[A-Za-z0-9\-._~/:]|%[0-9A-F]{2})+", value), value
    # a colon in the first segment would be a scheme's
    assert ":" not in value.split("/")[0] or value.startswith("file:///"), value


def positive(value):
    assert type(value) is int and value >= 1, value


def index(value):
    assert type(value) is int and value >= 0, value


LEVEL = {"none", "note", "warning", "error"}
TEXT = {"text!": str}
REGION = {"startLine!": positive, "startColumn!": positive,
    "endLine!": positive, "endColumn!": positive}
ARTIFACT = {"uri!": uri}
LOCATION = {"physicalLocation!": {"artifactLocation!": ARTIFACT,
    "region": REGION}, "message": TEXT}
RULE = {"id!": str, "name!": str, "shortDescription!": TEXT,
    "fullDescription!": TEXT, "help!": TEXT,
    "defaultConfiguration!": {"level!": LEVEL}}
FIX = {"description!": TEXT, "artifactChanges!": [{
    "artifactLocation!": ARTIFACT, "replacements!": [{
    "deletedRegion!": REGION, "insertedContent": TEXT}]}]}
RESULT = {"ruleId!": str, "ruleIndex!": index, "level!": LEVEL,
    "message!": TEXT, "locations!": [LOCATION],
    "relatedLocations": [LOCATION], "fixes": [FIX]}
LOG = {"$schema!": str, "version!": {"2.1.0"}, "runs!": [{
    "tool!": {"driver!": {"name!": str, "version!": str, "rules!": [RULE]}},
    "columnKind!": {"unicodeCodePoints", "utf16CodeUnits"},
    "results!": [RESULT]}]}


def judge(value, wanted, where="log"):
    if isinstance(wanted, dict):
        assert isinstance(value, dict), where
        names = {name.rstrip("!") for name in wanted}
        assert set(value) <= names, "%s: %s" % (where, set(value) - names)
        for name, inner in wanted.items():
            plain = name.rstrip("!")
            if plain in value:
                judge(value[plain], inner, where + "." + plain)
            else:
                assert name == plain, "%s has no %s" % (where, plain)
    elif isinstance(wanted, list):
        assert isinstance(value, list), where
        for i, inner in enumerate(value):
            judge(inner, wanted[0], "%s[%d]" % (where, i))
    elif isinstance(wanted, set):
        assert value in wanted, "%s: %r" % (where, value)
    elif isinstance(wanted, type):
        assert type(value) is wanted, "%s: %r" % (where, value)
        assert value != "", "%s is empty" % where
    else:
        wanted(value)


def scanning(log):
    """What GitHub's code scanning takes, beyond the format itself."""
    assert len(log["runs"]) <= 20
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        assert len(rules) <= 25000
        ids = [rule["id"] for rule in rules]
        names = [rule["name"] for rule in rules]
        assert len(set(ids)) == len(ids)
        assert len(set(names)) == len(names)
        for rule in rules:
            assert len(rule["id"]) <= 255 and len(rule["name"]) <= 255
            assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", rule["name"]), rule
            for part in "shortDescription", "fullDescription":
                assert len(rule[part]["text"]) <= 1024, rule
        for result in run["results"]:
            assert 1 <= len(result["locations"]) <= 1000
            assert ids[result["ruleIndex"]] == result["ruleId"], result
            for region in regions(result):
                start = region["startLine"], region["startColumn"]
                end = region["endLine"], region["endColumn"]
                assert start <= end, region


def regions(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("region", "deletedRegion"):
                yield inner
            else:
                yield from regions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from regions(inner)


def sarif(*files, cwd=None):
    _, out, _ = lint("--format", "sarif", *files, cwd=cwd)
    log = json.loads(out.decode("utf-8"))
    inserted = [r["insertedContent"]["text"] for r in replacements(log)]
    for r in replacements(log):  # an empty text is one, too
        if r["insertedContent"]["text"] == "":
            r["insertedContent"]["text"] = "-"
    judge(log, LOG)
    scanning(log)
    for r, text in zip(replacements(log), inserted):
        r["insertedContent"]["text"] = text
    return log


def replacements(log):
    return [r for run in log["runs"] for result in run["results"]
        for fix in result.get("fixes", []) for change in fix["artifactChanges"]
        for r in change["replacements"]]


def validator_refuses():
    _, out, _ = lint("--format", "sarif", os.path.join(POLICIES, "bad",
        "every-fault.policy"))

    def spoil(change):
        log = json.loads(out.decode("utf-8"))
        run = log["runs"][0]
        change(log, run, run["results"][0])
        try:
            judge(log, LOG)
            scanning(log)
        except (AssertionError, KeyError, IndexError):
            return
        raise AssertionError("not seen: %s" % change)

    spoil(lambda log, run, result: log.pop("version"))
    spoil(lambda log, run, result: result.pop("message"))
    spoil(lambda log, run, result: result.update(level="advice"))
    spoil(lambda log, run, result: result.update(ruleIndex=result[
        "ruleIndex"] + 1))
    spoil(lambda log, run, result: next(regions(result)).update(startLine=0))
    spoil(lambda log, run, result: run["tool"]["driver"]["rules"][0].pop(
        "id"))
    spoil(lambda log, run, result: result["locations"][0][
        "physicalLocation"]["artifactLocation"].update(uri="a b"))


POLICIES = os.path.join(SRCDIR, "tests", "policy")


def every_policy():
    for kind in "good", "bad":
        folder = os.path.join(POLICIES, kind)
        names = sorted(n for n in os.listdir(folder) if n.endswith(".policy"))
        assert names
        log = sarif(*names, cwd=folder)
        _, out, _ = lint("--format", "json", *names, cwd=folder)
        files = json.loads(out.decode("utf-8"))["files"]
        said = [d for f in files for d in f["diagnostics"]]
        results = log["runs"][0]["results"]
        assert len(said) == len(results)
        for d, r in zip(said, results):
            assert r["ruleId"] == d["code"]
            assert r["level"] == {"advice": "note"}.get(d["severity"],
                d["severity"])
            assert r["message"]["text"].startswith(d["message"])
            assert d["help"] is None or \
                r["message"]["text"].endswith(d["help"])
            place = r["locations"][0]["physicalLocation"]
            assert place["artifactLocation"]["uri"] in names
            if "region" in place:
                span = d["spans"][0]
                assert place["region"] == {"startLine": span["line"],
                    "startColumn": span["column"],
                    "endLine": span["end_line"],
                    "endColumn": span["end_column"]}
            assert len(r.get("relatedLocations", [])) == \
                max(len(d["spans"]) - 1, 0)


def json_shape():
    _, out, _ = lint("--format", "json", os.path.join(POLICIES, "bad",
        "every-fault.policy"))
    root = json.loads(out.decode("utf-8"))
    assert list(root) == ["files"]
    for file in root["files"]:
        assert list(file) == ["file", "errors", "warnings", "advice",
            "diagnostics"], file
        for d in file["diagnostics"]:
            assert list(d) == ["severity", "code", "message", "help",
                "spans"], d
            for span in d["spans"]:
                assert list(span) == ["file", "line", "column", "end_line",
                    "end_column", "label"], span


def names_of_all_kinds(folder):
    def check():
        for name in (b"a b#?%.policy", b"sub:x.policy", "\u00e9\u4e2d.policy"
                .encode(), b"\xff\xfe.policy", b"-dash.policy"):
            path = os.path.join(os.fsencode(folder), name)
            with open(path, "wb") as file:
                file.write(b"TTLSRul \xff\xfe\n")
            for given in os.path.join(b".", name), path:
                log = sarif(given, cwd=folder)
                got = log["runs"][0]["results"][0]["locations"][0][
                    "physicalLocation"]["artifactLocation"]["uri"]
                plain = got[len("file://"):] if got.startswith("file://") \
                    else got
                raw = re.sub(rb"%([0-9A-F]{2})",
                    lambda m: bytes([int(m.group(1), 16)]), plain.encode())
                assert raw == given, (raw, given)
    return check


def columns(folder):
    def check():
        path = os.path.join(folder, "wide.policy")
        with open(path, "w", encoding="utf-8") as file:
            # two UTF-16 units, one code point, in front of the place
            file.write("IpAddr \U0001f600\n{\n\tAddr 1.2.3.4 "
                "\U0001f600 x\n}\n")
        log = sarif("wide.policy", cwd=folder)
        assert log["runs"][0]["columnKind"] == "unicodeCodePoints"
        region = [r for r in log["runs"][0]["results"]
            if r["ruleId"] == "SP1312"][0]
        assert next(regions(region)) == {"startLine": 3, "startColumn": 15,
            "endLine": 3, "endColumn": 18}, region
    return check


def unreadable(folder):
    def check():
        status, _, _ = lint("--format", "sarif", "none.policy", cwd=folder)
        assert status == 2
        log = sarif("none.policy", cwd=folder)
        place = log["runs"][0]["results"][0]["locations"][0]
        assert place == {"physicalLocation": {"artifactLocation":
            {"uri": "none.policy"}}}, place
    return check


def apply(text, log):
    """The fixes of a log, written by somebody else than lint --fix."""
    lines = text.split("\n")
    edits = [(r["deletedRegion"], r["insertedContent"]["text"])
        for r in replacements(log)]
    for region, new in sorted(edits, key=lambda e: (e[0]["startLine"],
            e[0]["startColumn"]), reverse=True):
        first, last = region["startLine"] - 1, region["endLine"] - 1
        head = lines[first][:region["startColumn"] - 1]
        tail = lines[last][region["endColumn"] - 1:]
        lines[first:last + 1] = (head + new + tail).split("\n")
    return "\n".join(lines)


BROKEN = "\tTTLSEnabled On }\nTTLSGroupAction g\n{\n"
AFTER = """TTLSGroupAction g # \u00e9\u00e9
{
\tTTLSEnabled On # \u4e2d
}
TTLSConnectionAction c
{
\tHandshakeRole Server
}
"""


def put(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def fixes(folder):
    def check():
        before = AFTER.replace("On #", "\"On\" #")
        path = put(folder, "fixes.policy", before)
        text = apply(before, sarif(path))
        assert text == AFTER, text
        status, out, _ = lint("--fix", path)
        assert read(path) == AFTER and b": 1 fixed\n" in out, out
        assert status == 0, out
    return check


def fix_formats(folder):
    def check():
        for form in "json", "sarif":
            path = put(folder, "form.policy", AFTER.replace("On #", "on x #"))
            _, out, err = lint("--fix", "--format", form, path)
            json.loads(out.decode("utf-8"))
            assert err.endswith(b"form.policy: 1 fixed\n"), err
    return check


def fix_leaves(folder):
    def check():
        path = put(folder, "left.policy", BROKEN)
        status, out, _ = lint("--fix", path)
        assert status == 1 and b"SP1101" in out, out
        path = put(folder, "clean.policy", AFTER)
        before = os.stat(path)
        status, out, _ = lint("--fix", path)
        assert b"fixed" not in out and os.stat(path) == before
        status, _, _ = lint("--fix", os.path.join(folder, "no.policy"))
        assert status == 2
    return check


def fix_refused(folder):
    def check():
        path = put(folder, "one.policy", AFTER.replace("On #", "On x #"))
        os.link(path, os.path.join(folder, "two.policy"))
        before = read(path)
        status, out, err = lint("--fix", path)
        assert status == 2 and b"not written" in err, err
        assert b"SP1312" in out and b"fixed" not in out, out
        assert read(path) == before
        if os.geteuid() != 0:
            path = put(folder, "fixed.policy", before)
            os.chmod(path, 0o444)
            status, _, err = lint("--fix", path)
            assert status == 2 and b"Permission denied" in err, err
            assert read(path) == before
    return check


def fix_link(folder):
    def check():
        path = put(folder, "real.policy", AFTER.replace("On #", "On x #"))
        os.chmod(path, 0o640)
        link = os.path.join(folder, "link.policy")
        os.symlink("real.policy", link)
        lint("--fix", link)
        assert os.path.islink(link) and "# x #" in read(path)
        assert os.stat(path).st_mode & 0o7777 == 0o640
    return check


def main():
    case("the test sees what SARIF does not allow", validator_refuses)
    case("every policy of the tree, as SARIF and as JSON", every_policy)
    case("JSON has its fixed shape", json_shape)
    with tempfile.TemporaryDirectory() as folder:
        case("names of all kinds", names_of_all_kinds(folder))
        case("columns are code points", columns(folder))
        case("a file that is not there", unreadable(folder))
        case("SARIF's fixes are those of --fix", fixes(folder))
        case("--fix beside JSON and SARIF", fix_formats(folder))
        case("--fix leaves what it cannot cure", fix_leaves(folder))
        case("--fix of what may not be written", fix_refused(folder))
        case("--fix through a symbolic link", fix_link(folder))
    print("1..%d" % number)


main()
