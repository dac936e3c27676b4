#!/usr/bin/env python3
"""Policies in Vim, as installed: it knows them by what is in them, and its
colours are those of the language's table."""

import json
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

from lib import build_path, source_path, tap  # noqa: E402
from lib.tap import Skip, equal, expect  # noqa: E402

T = tap.Tap(120)
LANGUAGE = json.loads(subprocess.run(
    [build_path("sallyport"), "describe", "--format", "json"],
    stdout=subprocess.PIPE, check=True).stdout)["statements"]
for folder, path in (("syntax", build_path("vim/syntax/sallyport.vim")),
                     ("ftdetect", source_path("vim/ftdetect/sallyport.vim"))):
    os.makedirs(T.path("runtime", folder))
    shutil.copy(path, T.path("runtime", folder, "sallyport.vim"))


def vim(script, file):
    """Runs the commands on a file; returns what they wrote to OUT."""
    out = T.path("out")
    if os.path.exists(out):
        os.remove(out)
    T.write("script.vim", "\n".join([
        "set runtimepath^=%s" % T.path("runtime"),
        "filetype on", "syntax on", "edit %s" % file] + script + ["qall!"]))
    done = subprocess.run(
        ["vim", "-u", "NONE", "-i", "NONE", "-n", "-N", "-es", "-S",
         T.path("script.vim")], stdin=subprocess.DEVNULL, timeout=60,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=dict(os.environ, TERM="dumb", HOME=T.dir))
    expect(os.path.exists(out), done.stdout.decode(errors="replace"))
    with open(out) as f:
        return f.read().splitlines()


def needs_vim():
    if not shutil.which("vim"):
        raise Skip("it is not installed")
    version = subprocess.run(["vim", "--version"], stdout=subprocess.PIPE,
                             text=True, check=True).stdout
    if "+syntax" not in version or "+eval" not in version:
        raise Skip("this vim is a small one")


def filetype(name, text):
    T.write(name, text)
    return vim(["call writefile([&filetype], '%s')" % T.path("out")],
               T.path(name))[0]


def groups(words):
    """The highlighting group of each of these, each on a line of its own."""
    T.write("words.policy", "TTLSRule x\n" + "".join(
        "\t%s\n" % word for word in words))
    return vim(["let found = []", "for number in range(2, line('$'))",
                "call add(found, synIDattr(synID(number, 2, 1), 'name'))",
                "endfor",
                "call writefile(found, '%s')" % T.path("out")],
               T.path("words.policy"))


with T.case("a policy is known by what is in it"):
    needs_vim()
    equal(filetype("a.policy", "# web\n\nTTLSRule web\n{\n}\n"), "sallyport",
          "a rule")
    equal(filetype("b.conf", "ttlsgroupaction x\n{\n}\n"), "sallyport",
          "in small letters")
    expect(filetype("c.conf", "server {\n}\n") != "sallyport", "nginx's")
    expect(filetype("d.policy", "grant {\n}\n") != "sallyport", "Java's")

with T.case("every statement and parameter has its colour"):
    needs_vim()
    names = sorted({s["name"] for s in LANGUAGE})
    for name, group in zip(names, groups(names)):
        equal(group, "sallyportStatement", name)
    names = sorted({p["name"] for s in LANGUAGE for p in s["parameters"]}
                   - set(names))
    expect(len(names) > 150, "only %d parameters" % len(names))
    for name, group in zip(names, groups(names)):
        equal(group, "sallyportParameter", name)

with T.case("values, numbers, suites and comments have theirs"):
    needs_vim()
    wanted = {
        "On": "sallyportValue", "ServerWithClientAuth": "sallyportValue",
        "Transparent": "sallyportValue", "zOS": "sallyportValue",
        "6777": "sallyportNumber", "192.0.2.0/24": "sallyportAddress",
        "TLS_AES_128_GCM_SHA256": "sallyportSuite",
        "# On": "sallyportComment", "something": "", "Ons": "",
    }
    equal(dict(zip(wanted, groups(wanted))), wanted, "groups")

T.done()
