"""The results as a picture: a row per workload, every peer's time as a multiple of rnnc's.
The empty call is left to the table: it would stretch the axis."""

import math

import field
import report
from workloads import BF16, SEQUENCES, STEPS, THREADS

LEFT, WIDTH, RIGHT, TOP, ROW, GAP = 232, 520, 150, 104, 19, 34
# Told apart by colour-blind readers, and by shape.
MARKS = {"onnxruntime": ("#0072b2", "circle"), "OpenVINO": ("#d98200", "square"),
         "LiteRT": ("#009e73", "triangle"), "PyTorch": ("#cc79a7", "diamond")}
TITLES = {STEPS: "One step", SEQUENCES: "A sequence of 100 steps",
          BF16: "bf16 weights", THREADS: "Two threads, everybody"}


def text(kind, x, y, content):
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{content}</text>'


class Scale:
    """A ratio on a log axis."""

    def __init__(self, ratios):
        self.low = min(0.5, *ratios)
        self.high = 1.08 * max(2, *ratios)

    def __call__(self, value):
        span = math.log(self.high) - math.log(self.low)
        return LEFT + WIDTH * (math.log(value) - math.log(self.low)) / span

    def ticks(self):
        values = [m * 10 ** e for e in range(-2, 5) for m in (1, 2, 5)]
        kept = [v for v in values if self.low <= v <= self.high]
        return kept if len(kept) <= 12 else [v for v in kept if round(math.log10(v), 6) % 1 == 0]


def points(row):
    """({peer: ratio}, rnnc's time) of a row, or None where rnnc has none."""
    threads = 2 if row["group"] == THREADS else 1
    mine = report.fastest(row, field.RNNC, threads)
    if not mine:
        return None
    found = {name: report.result(row, name, threads) for name in MARKS}
    return ({name: r["p50_us"] / mine["p50_us"] for name, r in found.items() if r},
            mine["p50_us"])


def svg(data):
    rows = [(row, points(row)) for row in data["rows"]]
    rows = [(row, found) for row, found in rows if row["group"] in TITLES and found and found[0]]
    if not rows:
        return page(["no figures"], LEFT, TOP)
    scale = Scale([r for _, (ratios, _) in rows for r in ratios.values()])
    body, y = [], TOP
    for group in TITLES:
        chosen = [entry for entry in rows if entry[0]["group"] == group]
        if chosen:
            body.append(text("group", 14, y + 13, TITLES[group]))
            y += GAP - ROW + 6
            for row, (ratios, mine) in chosen:
                body += line(row, ratios, mine, scale, y)
                y += ROW
            y += GAP - ROW
    return page(header(data) + grid(scale, y) + body, y + 44, LEFT + WIDTH + RIGHT)


def header(data):
    where = data["environment"]
    parts = [text("title", 14, 26, "rnnc and its peers: time per step as a multiple of rnnc's"),
             text("note", 14, 45, "right of the line rnnc is faster, left of it the peer is "
                  f"(shaded rows); medians, log scale; {where['processor']}"),
             '<path class="one" d="M20 60v14"/>', text("legend", 28, 72, "rnnc (faster of runtime "
                                                       "and emitted C)")]
    x = 304
    for name in MARKS:
        parts += [mark(name, x, 67.5), text("legend", x + 10, 72, name)]
        x += 44 + 7.2 * len(name)
    return parts


def grid(scale, bottom):
    parts = []
    for value in scale.ticks():
        x = scale(value)
        kind = "one" if value == 1 else "grid"
        parts.append(f'<path class="{kind}" d="M{x:.1f} {TOP - 6}V{bottom - 8}"/>')
        for y in (TOP - 11, bottom + 8):
            parts.append(text("tick", x, y, f"{value:g}x"))
    parts.append(text("column", LEFT + WIDTH + RIGHT - 14, TOP - 11, "rnnc, µs per step"))
    return parts


def line(row, ratios, mine, scale, y):
    """The row's name, its marks, rnnc's time; shaded and named where a peer is ahead."""
    middle, ahead = y + ROW / 2, sorted((r, n) for n, r in ratios.items() if r < 1)
    parts = []
    if ahead:
        parts.append(f'<rect class="ahead" x="6" y="{y + 0.5:.1f}" rx="4" height="{ROW - 1}" '
                     f'width="{LEFT + WIDTH + RIGHT - 12}"/>')
    parts.append(f'<path class="row" d="M{LEFT} {middle:.1f}H{LEFT + WIDTH}"/>')
    parts.append(text("name bold" if ahead else "name", LEFT - 12, middle + 4.5,
                      ("◀ " if ahead else "") + row["name"]))
    parts += [mark(name, scale(ratio), middle) for name, ratio in ratios.items()]
    parts.append(text("value", LEFT + WIDTH + RIGHT - 14, middle + 4.5, report.short(mine)))
    if ahead:
        parts.append(text("who", LEFT + WIDTH + 4, middle + 4.5, ahead[0][1]))
    return parts


def mark(name, x, y):
    colour, shape = MARKS[name]
    paths = {"circle": f"M{x - 4.6:.1f} {y:.1f}a4.6 4.6 0 1 0 9.2 0a4.6 4.6 0 1 0 -9.2 0",
             "square": f"M{x - 4.1:.1f} {y - 4.1:.1f}h8.2v8.2h-8.2z",
             "triangle": f"M{x:.1f} {y - 5.2:.1f}l5.2 9.2h-10.4z",
             "diamond": f"M{x:.1f} {y - 5.6:.1f}l5.6 5.6l-5.6 5.6l-5.6 -5.6z"}
    return f'<path class="mark" fill="{colour}" d="{paths[shape]}"/>'


def page(body, height, width):
    return STYLE.format(width=width, height=round(height), body="\n".join(body))


STYLE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
width="{width}" height="{height}" role="img">
<style>
  text {{ font-family: system-ui, sans-serif; font-size: 13px; fill: #374151; }}
  .title {{ font-size: 17px; font-weight: 600; fill: #111827; }}
  .group {{ font-size: 14px; font-weight: 600; fill: #111827; }}
  .note, .column, .who {{ font-size: 12px; }}
  .tick {{ font-size: 12px; text-anchor: middle; }}
  .name, .value, .column {{ text-anchor: end; }}
  .bold, .who {{ font-weight: 600; }}
  .grid {{ stroke: #9ca3af; stroke-opacity: 0.35; }}
  .row {{ stroke: #9ca3af; stroke-opacity: 0.25; }}
  .one {{ stroke: #111827; stroke-width: 2.5; }}
  .ahead {{ fill: #d55e00; fill-opacity: 0.2; }}
  .mark {{ stroke: #ffffff; stroke-width: 0.8; fill-opacity: 0.92; }}
  .page {{ fill: #ffffff; }}
  @media (prefers-color-scheme: dark) {{
    text {{ fill: #d1d5db; }}
    .title, .group {{ fill: #f9fafb; }}
    .one {{ stroke: #f9fafb; }}
    .mark {{ stroke: #0d1117; }}
    .page {{ fill: #0d1117; }}
  }}
</style>
<rect class="page" width="100%" height="100%" rx="8"/>
{body}
</svg>
"""
