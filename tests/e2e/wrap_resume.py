#!/usr/bin/env python3
"""Sessions that come back to a service under `sallyport run`."""

import re
import sys

sys.dont_write_bytecode = True

from lib import resume, tap, wrap  # noqa: E402
from lib.daemon import Conn  # noqa: E402
from lib.resume import THIRTEEN, WAYS  # noqa: E402
from lib.tap import equal, expect  # noqa: E402

T = tap.Tap(60)
resume.needed(T)
S = wrap.Setting(T)
SERVICE = wrap.Trap(S, "echo").ready()
GREETING = b"hello from echo\n"


def use(way, offer=None):
    """A connection from end to end, its line in the log."""
    data = b"the same bytes as ever"
    with resume.link(SERVICE.at, way) as it:
        it.enter(way, S.leaf, offer)
        back = b""
        while len(back) < len(GREETING + data):
            back += it.answered(b"" if back else data)
        equal(back, GREETING + data, "what the service says")
        it.close()
        if way == THIRTEEN:
            it.collect()
    return it, Conn(SERVICE.wait(r" conn: .*peer=\S*:%d\b" % it.port, "err"))


for way in WAYS:
    with T.case("TLS %s: six of six" % way):
        it, first = use(way)
        equal(first["resumed"], "no", first.line)
        session, since = it.kept[way], set()
        for _ in range(6):
            it, line = use(way, session)
            equal((it.resumed, line["resumed"]), (True, "yes"), line.line)
            for field in ("identity", "verified", "rule", "proto"):
                equal(line[field], first[field], line.line)
            since.add(line["since"])
            session = it.kept.get(way, session)
        expect(all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", one)
                   for one in since), "since %s" % since)
        moments = [resume.moment(one) for one in since]
        expect(max(moments) - min(moments) < 0.02, "since %s" % since)

with T.case("another run knows nobody"):
    kept = {way: use(way)[0].kept[way] for way in WAYS}
    SERVICE.stop()
    SERVICE = wrap.Trap(S, "echo").ready()
    for way in WAYS:
        it, line = use(way, kept[way])
        equal((it.resumed, line["resumed"]), (False, "no"), line.line)

with T.case("it ends well"):
    SERVICE.stop()
T.done()
