"""Bars, as SVG."""

from xml.sax.saxutils import escape

COLOURS = ("#0b6e4f", "#d1a054", "#7d9cc0", "#b07aa1", "#a0a8b0")
WIDTH, LEFT, RIGHT = 760, 190, 70
BAR, GAP, TOP = 16, 14, 64


def _text(x, y, words, more=""):
    return '<text x="%g" y="%g"%s>%s</text>' % (x, y, more, escape(words))


def _bar(x, y, width, colour):
    return ('<rect x="%g" y="%g" width="%g" height="%g" fill="%s"/>'
            % (x, y, width, BAR - 3, colour))


def _shown(value):
    return "%.1f" % value if abs(value) < 100 else "%.0f" % value


def bars(title, names, groups):
    """One group of bars a row; groups: (text, a value for each name), None
    where there is none."""
    most = max([value for _, values in groups for value in values
                if value is not None] + [0]) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    height = TOP + len(groups) * (len(names) * BAR + GAP)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
           'width="%d" height="%d" font-family="sans-serif" font-size="12" '
           'fill="#1f2933">' % (WIDTH, height, WIDTH, height),
           '<title>%s</title>' % escape(title),
           '<rect width="100%" height="100%" fill="#ffffff"/>',
           _text(12, 22, title, ' font-size="15" font-weight="bold"')]
    for at, name in enumerate(names):
        x = LEFT + at * 100
        out.append(_bar(x, 36, 12, COLOURS[at % len(COLOURS)]))
        out.append(_text(x + 17, 47, name))
    y = TOP
    for words, values in groups:
        middle = y + len(names) * BAR / 2 + 3
        out.append(_text(LEFT - 8, middle, words, ' text-anchor="end"'))
        for at, value in enumerate(values):
            if value is None:
                out.append(_text(LEFT + 4, y + BAR - 5, "–"))
            else:
                width = max(value, 0) * scale
                out.append(_bar(LEFT, y, width, COLOURS[at % len(COLOURS)]))
                out.append(_text(LEFT + width + 5, y + BAR - 5,
                                 _shown(value)))
            y += BAR
        y += GAP
    return "\n".join(out + ["</svg>", ""])
