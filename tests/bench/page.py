"""What is shown of results: a table in plain text, doc/performance.md, and
its plots."""

import os

import figures
import plot

OURS = "sallyport"
PLOTS = (
    ("handshakes", "Processor time of a handshake, in microseconds"),
    ("bulk", "Processor time of a KiB relayed, in nanoseconds"),
    ("latency", "A round trip of 64 bytes, in microseconds"),
    ("memory", "Memory of an idle connection, in KiB"),
)

HEAD = """\
# Performance

What `sallyportd` costs beside other programs that end TLS in front of a TCP
service. `make update-performance` wrote this page and its plots; `make bench`
measures and prints only. Figures of another machine are other figures: it is
the ratios that travel.
"""

METHOD = """\
## Method

- Every server has one worker, the same %(key)s certificate, TLS 1.3 with
  TLS_AES_128_GCM_SHA256 and TLS 1.2 with %(suite12)s,
  key exchange on P-256, and demands a certificate of every client. Beyond that
  it runs as it comes; `tests/bench/servers.py` has each configuration.
- Client and service are programs of our own (`tests/bench/load.c`,
  `tests/bench/backend.c`) on the same machine, over loopback. The client
  verifies the server, and offers the server one session again and again where
  handshakes are to be resumed; a figure counts only where all were.
- *CPU* is what the kernel's own clocks of the server's processes say
  (clock_getcpuclockid(3)), from before the first connection until they stand
  still. It is user and system time.
- A handshake ends with one byte that went to the service and came back; so a
  connection to the service is part of it. %(handshakes)d of each
  kind, eight at once.
- A relayed KiB is one of %(mib)d MiB on one connection; the service says when
  it has them all.
- Round trips are %(trips)d on four connections. What is *added* is the time of
  a trip less that of the same trip in clear with no server between.
- Memory is proportional set size (smaps_rollup) of all the server's processes,
  with %(idle)d connections less without, divided by their number. The kernel's
  socket buffers are not in it.
- Servers take turns, in another order each time, and each turn begins with new
  processes. A figure is the median of %(runs)d.
"""

SPREAD = """\
  From the least to the most, a figure's runs lie %(usual).0f %% of it apart in
  the middle case, and %(most).0f %% in the worst: %(worst)s.
"""


def number(value, digits):
    return "–" if value is None else "%.*f" % (digits, value)


class View:
    def __init__(self, result):
        self.result = result
        direct = figures.summary(result["direct"], {})
        self.direct = direct
        self.medians = {name: figures.summary(runs, direct)
                        for name, runs in result["runs"].items()}
        self.names = [OURS] + sorted(name for name in self.medians
                                     if name != OURS)

    def best(self, key):
        """The best peer of a figure: (name, value), or None."""
        values = [(self.medians[name][key], name) for name in self.names[1:]
                  if key in self.medians[name]]
        return min(values) if values else None

    def rows(self):
        """Of each figure: itself, a value for each server, and the ratio to
        the best peer where there is one."""
        for figure in figures.FIGURES:
            values = [self.medians[name].get(figure.key)
                      for name in self.names]
            best = self.best(figure.key)
            ratio = None
            if values[0] is not None and best and best[0] > 0:
                ratio = values[0] / best[0]
            yield figure, values, ratio

    def notes(self):
        for name, why in sorted(self.result["left_out"].items()):
            yield "%s is left out: %s" % (name, why)
        for name in self.names:
            for key, note in self.medians[name]["notes"].items():
                text = next(f.text for f in figures.FIGURES if f.key == key)
                yield "%s, %s: %s" % (name, text, note)
        yield ("a round trip with no server between: median %.0f µs, 99th "
               "percentile %.0f µs" % (self.direct["p50_all"],
                                       self.direct["p99_all"]))
        for name in self.names:
            if "idle" not in self.medians[name]:
                yield ("%s: only root may know its memory" % name)

    def spreads(self):
        return sorted(
            (figures.spread(runs, key), "%s, %s" % (name, text))
            for name, runs in self.result["runs"].items()
            for key, text in [(f.key, f.text) for f in figures.FIGURES
                              if f.key not in ("p50", "p99")])

    # Plain text

    def plain(self):
        lines = ["%-50s %-7s" % ("", "") + "".join(
            "%10s" % name for name in self.names) + "%10s" % "ratio"]
        for figure, values, ratio in self.rows():
            lines.append(
                "%-50s %-7s" % (figure.text, figure.unit)
                + "".join("%10s" % number(value, figure.digits)
                          for value in values)
                + "%10s" % number(ratio, 2))
        for shape, count, build, size, look_up in self.result.get("rules",
                                                                  ()):
            lines.append("rules: %-22s %8d: look-up %d ns, built in %.3f s, "
                         "%d bytes a rule" % (shape, count, look_up, build,
                                              size))
        for row in self.result.get("policies", ()):
            lines.append("policy of %d rules, %s: %s" % (
                row[1], row[0], self._policy_figures(row)))
        return "\n".join(lines + ["note: " + note for note in self.notes()])

    @staticmethod
    def _policy_figures(row):
        _, _, text, load, size, lint = row
        return "loaded in %.2f s, %d MB of text, %d bytes a rule at most%s" % (
            load, text // 1000000, size,
            "" if lint is None else ", linted in %.2f s" % lint)

    # Markdown

    def _machine(self):
        yield "## Machine\n"
        yield "| | |\n|---|---|"
        for what, value in self.result["machine"].items():
            yield "| %s | %s |" % (what, value)
        for name, lines in self.result["versions"].items():
            yield "| %s | %s |" % (name, "; ".join(lines))
        yield ""

    def _table(self):
        yield "## Figures\n"
        yield ("Less is better. The ratio is sallyport to the best of the "
               "others.\n")
        yield "| | | %s | ratio |" % " | ".join(self.names)
        yield "|---|---|%s" % ("---:|" * (len(self.names) + 1))
        for figure, values, ratio in self.rows():
            yield "| %s | %s | %s | %s |" % (
                figure.text, figure.unit,
                " | ".join(number(value, figure.digits) for value in values),
                number(ratio, 2))
        yield ""
        for note in self.notes():
            yield "- %s" % note
        for key, title in PLOTS:
            yield "\n![%s](performance-%s.svg)" % (title, key)
        yield ""

    def _rules(self):
        if "rules" not in self.result:
            return
        yield "## Rule table\n"
        yield ("What it costs to find the one rule of a connection, and to "
               "build the table;\nthe shapes are those of "
               "`tests/bench/bench_rules.c`.\n")
        yield "| shape | rules | look-up, ns | build, s | bytes a rule |"
        yield "|---|---:|---:|---:|---:|"
        for shape, count, build, size, look_up in self.result["rules"]:
            yield "| %s | %d | %d | %.3f | %d |" % (shape, count, look_up,
                                                    build, size)
        yield ""

    def _policies(self):
        if "policies" not in self.result:
            return
        yield "## Whole policies\n"
        yield ("What the program needs to read a policy file, compile it and "
               "build the table, and\nto lint it, in processor time; the "
               "most memory it held meanwhile includes the\ntext. The "
               "shapes are those of `tests/bench/policies.py`.\n")
        yield ("| shape | rules | text, MB | load, s CPU | bytes a rule at "
               "the most | lint, s CPU |")
        yield "|---|---:|---:|---:|---:|---:|"
        for shape, count, text, load, size, lint in self.result["policies"]:
            yield "| %s | %d | %.1f | %.2f | %d | %s |" % (
                shape, count, text / 1e6, load, size, number(lint, 2))
        yield ""

    def markdown(self):
        spreads = self.spreads()
        sizes = dict(self.result["sizes"])
        ec = self.result["key"] == "ec"
        sizes.update(
            key="ECDSA P-256" if ec else "RSA-2048",
            suite12="ECDHE-%s-AES128-GCM-SHA256" % ("ECDSA" if ec else "RSA"),
            usual=spreads[len(spreads) // 2][0] * 100,
            most=spreads[-1][0] * 100, worst=spreads[-1][1])
        method = METHOD + (SPREAD if sizes["runs"] > 1 else "")
        parts = [HEAD] + list(self._machine()) + list(self._table())
        return "\n".join(parts + list(self._rules()) +
                         list(self._policies()) + [method % sizes])

    def write(self, directory):
        with open(os.path.join(directory, "performance.md"), "w") as f:
            f.write(self.markdown())
        for key, title in PLOTS:
            groups = [(figure.short, values)
                      for figure, values, _ in self.rows()
                      if figure.plot == key]
            path = os.path.join(directory, "performance-%s.svg" % key)
            with open(path, "w") as f:
                f.write(plot.bars(title, self.names, groups))
