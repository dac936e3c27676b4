#!/usr/bin/env python3
"""What bash and zsh propose at a press of the tab key: as they do it for a
person, at a terminal, held against what the programs' own help says."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

from lib import build_path, source_path, tap  # noqa: E402
from lib.tap import Skip, equal, expect  # noqa: E402

T = tap.Tap(120)
POLICY = """\
TTLSRule first-rule
{
}
ttlsrule Second~rule {
}
TTLSGroupAction group
{
}
"""


PROMPT = "ready> "


class Shell:
    """A shell at a terminal, with completion as it is installed."""

    def __init__(self, *argv, setup=()):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # Wide, so that no line is broken; and a home without settings.
            os.environ.update(
                TERM="dumb", COLUMNS="200", LINES="500", HOME=T.dir,
                PS1=PROMPT,
                PATH="%s:%s" % (build_path(""), os.environ["PATH"]))
            os.environ.pop("LC_ALL", None)
            os.chdir(T.dir)
            os.execvp(argv[0], argv)
        self.marks = 0
        self.finish()
        for line in setup:
            self.write(line + "\n")
            self.finish()

    def write(self, keys):
        os.write(self.fd, keys.encode())

    def read_until(self, *wanted):
        """What the terminal shows, up to when all of these are there, or
        nothing comes any more."""
        seen = ""
        while not all(word in seen for word in wanted):
            if not select.select([self.fd], [], [], 10)[0]:
                break
            seen += os.read(self.fd, 65536).decode(errors="replace")
            seen = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x07", "", seen)
        return seen

    def finish(self):
        """Drops the line, and waits for the next prompt. What the shell
        prints is not what is typed, which is echoed."""
        self.marks += 1
        mark = "MARK%d" % self.marks
        self.write("\x15echo M''ARK%d\n" % self.marks)
        seen = self.read_until(mark + "\r\n")
        expect(mark in seen, "the shell hangs: %r" % seen)
        rest = seen.rpartition(mark)[2]
        if PROMPT.strip() not in rest:
            self.read_until(PROMPT.strip())
        return seen.partition("echo M''ARK")[0]

    def proposals(self, typed, wanted):
        """Every word that is shown when that is typed and the tab key
        pressed twice. `wanted` is waited for."""
        self.write(typed)
        seen = self.read_until(typed)
        self.write("\t\t")
        seen = self.read_until(*wanted)
        return set((seen + self.finish()).split())

    def completes(self, typed, to):
        """Does one press of it make that of the line?"""
        self.write(typed)
        self.read_until(typed)
        self.write("\t")
        seen = self.read_until(to[len(os.path.commonprefix([typed, to])):])
        self.finish()
        expect((typed + seen).replace("\b", "").rstrip().endswith(to),
               "%r becomes %r, not %r" % (typed, typed + seen, to))

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def bash():
    if not shutil.which("bash"):
        raise Skip("it is not installed")
    return Shell("bash", "--norc", "--noprofile", "-i", setup=(
        "bind 'set show-all-if-ambiguous on'",
        "bind 'set completion-query-items 0'",
        "bind 'set page-completions off'",
        "bind 'set enable-bracketed-paste off'",
        "source %s" % source_path("completion/sallyport.bash"),
        "source %s" % source_path("completion/sallyportd.bash")))


def zsh():
    if not shutil.which("zsh"):
        raise Skip("it is not installed")
    return Shell("zsh", "-f", "-i", setup=(
        "unset zle_bracketed_paste; unsetopt prompt_cr prompt_sp beep",
        "fpath=(%s $fpath)" % source_path("completion"),
        "autoload -Uz compinit && compinit -u -D",
        "zstyle ':completion:*' menu no; LISTMAX=0",
        "unsetopt auto_menu always_last_prompt list_packed"))


def help_of(*argv):
    return subprocess.run([build_path(argv[0]), *argv[1:], "--help"],
                          stdout=subprocess.PIPE, check=True,
                          text=True).stdout


def options_of(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) | {"--help"}


def values_of(text, option):
    found = re.search(r"%s ([A-Za-z]+(?:\|[A-Za-z]+)+)" % option, text)
    return set(found.group(1).split("|")) if found else set()


HELP = help_of("sallyport")
COMMANDS = re.findall(r"^  ([a-z]+) ", HELP, re.M)
T.write("sample.policy", POLICY)
T.write("with blank.policy", POLICY)

for start in bash, zsh:
    name = start.__name__
    shell = None

    with T.case(name + ": commands"):
        shell = start()
        got = shell.proposals("sallyport ", COMMANDS)
        expect(set(COMMANDS) <= got, "not all commands: %r" % got)
        shell.completes("sallyport desc", "sallyport describe")

    with T.case(name + ": options are those that help names"):
        if shell is None:
            raise Skip("no " + name)
        for command in COMMANDS:
            wanted = options_of(help_of("sallyport", command))
            line = "sallyport %s --" % command
            if command == "help":
                continue
            if len(wanted) == 1 and start is bash:
                shell.completes(line, "sallyport %s --help" % command)
                continue
            got = shell.proposals(line, wanted)
            got = {word for word in got if re.match("--[a-z]", word)}
            equal(got, wanted, command)
        wanted = options_of(help_of("sallyportd")) | {"--version"}
        got = shell.proposals("sallyportd --", wanted)
        equal({word for word in got if re.match("--[a-z]", word)}, wanted,
              "sallyportd")

    with T.case(name + ": values are those that help names"):
        if shell is None:
            raise Skip("no " + name)
        tried = 0
        for command in COMMANDS:
            text = help_of("sallyport", command)
            for option in "--format", "--defaults", "--direction":
                wanted = values_of(text, option)
                if not wanted:
                    continue
                line = "sallyport %s %s " % (command, option)
                equal(shell.proposals(line, wanted) - {PROMPT.strip()}
                      - set(line.split()), wanted, line)
                tried += 1
        expect(tried >= 8, "only %d were tried" % tried)
        got = shell.proposals("sallyportd --defaults ", ["Modern", "zOS"])
        expect({"Modern", "zOS"} <= got, "sallyportd --defaults")
        shell.completes("sallyport show --format=js",
                        "sallyport show --format=json")

    with T.case(name + ": files"):
        if shell is None:
            raise Skip("no " + name)
        for line in ("sallyport lint ", "sallyport lint --strict ",
                     "sallyport fmt ", "sallyport show ", "sallyport match ",
                     "sallyport match --batch ", "sallyport run --policy ",
                     "sallyportd --policy "):
            shell.completes(line + "sam", line + "sample.policy")

    with T.case(name + ": the rules of a policy"):
        if shell is None:
            raise Skip("no " + name)
        for file in "sample.policy", "with\\ blank.policy", "./sample.policy":
            for before in "", "--all ", "--format json ":
                line = "sallyport show %s%s " % (before, file)
                shell.completes(line + "fi", line + "first-rule")
        got = shell.proposals(line, ["first-rule", "~rule"])
        expect({"first-rule", "Second~rule"} <= {
            word.replace("\\", "") for word in got}, "%r" % got)

    with T.case(name + ": nothing of what is typed is executed"):
        if shell is None:
            raise Skip("no " + name)
        for line in ("sallyport show $(touch${IFS}touched) ",
                     "sallyport show *(e:touch touched:) ",
                     "sallyport show ./*(e\\:touch\\ touched\\:) "):
            shell.proposals(line, [])
        shell.completes("sallyport show sample.policy fi",
                        "sallyport show sample.policy first-rule")
        expect(not os.path.exists(T.path("touched")), "it was")

    with T.case(name + ": a wrapped service's command line"):
        if shell is None:
            raise Skip("no " + name)
        T.write("bin/only-here", "#!/bin/sh\n")
        os.chmod(T.path("bin", "only-here"), 0o755)
        shell.write("PATH=$PATH:%s\n" % T.path("bin"))
        shell.finish()
        shell.completes("sallyport run --strict -- only-h",
                        "sallyport run --strict -- only-here")
        shell.completes("sallyport run -- cat sam",
                        "sallyport run -- cat sample.policy")

    if shell is not None:
        shell.close()

T.done()
