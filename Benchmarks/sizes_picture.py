"""Step time over the number of hidden units, and below it the ratio to the next multiple of 16."""

import math

import chart

LEFT, TOP, WIDTH, TALL, GAP, RIGHT, BOTTOM = 64, 76, 760, 220, 56, 20, 52
LOWER = TOP + TALL + GAP
GREY, BLUE, RED = "#6b7280", "#0072b2", "#d55e00"  # told apart by colour-blind readers too


def svg(data, above):
    """`above` says whether an entry of data["sizes"] is above its limit."""
    sizes = data["sizes"]
    first, last = sizes[0]["hidden"], sizes[-1]["hidden"]
    x = chart.Linear(first, max(last, first + 1), LEFT, LEFT + WIDTH)
    parts = heading(data, sum(map(above, sizes)))
    parts += columns(x, first, last) + times(sizes, x) + ratios(sizes, x, above)
    return chart.page(parts, LEFT + WIDTH + RIGHT, LOWER + TALL + BOTTOM)


def text(kind, x, y, content):
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{content}</text>'


def heading(data, count):
    where = data["environment"]
    parts = [text("title", LEFT, 24, "No size is a cliff: one dense LSTM step over its width"),
             text("note", LEFT, 43, f"{data['model']}; {where['isa']}, {where['cpu']}")]
    parts += [dot(LEFT + 5, 58.5, GREY, 3), text("note", LEFT + 14, 63, "multiple of 16"),
              dot(LEFT + 125, 58.5, BLUE, 2.4), text("note", LEFT + 134, 63, "other size")]
    verdict = f"above its limit ({count})" if count else "above its limit (none)"
    parts += [triangle(LEFT + 220, 58.5), text("note", LEFT + 230, 63, verdict)]
    return parts + [text("note end", LEFT + WIDTH, 63,
                         "jumps of the machine's speed move times, not ratios")]


def dot(x, y, colour, radius):
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"/>'


def triangle(x, y):
    return f'<path fill="{RED}" d="M{x:.1f} {y - 5:.1f}l4.8 8.6h-9.6z"/>'


def columns(x, first, last):
    """Vertical lines at multiples of 16, as many as fit, through both panels."""
    every = next(16 * 2 ** k for k in range(20) if (last - first) / (16 * 2 ** k) <= 12)
    parts = []
    for width in range(math.ceil(first / every) * every, last + 1, every):
        at = x(width)
        for top in (TOP, LOWER):
            parts.append(f'<path class="grid" d="M{at:.1f} {top}V{top + TALL}"/>')
            parts.append(text("tick middle", at, top + TALL + 17, width))
    return parts + [text("tick middle", LEFT + WIDTH / 2, LOWER + TALL + 40, "hidden units")]


def row(y, value, label):
    return [f'<path class="grid" d="M{LEFT} {y(value):.1f}H{LEFT + WIDTH}"/>',
            text("tick end", LEFT - 8, y(value) + 4, label)]


def side(top, content):
    return (f'<text class="tick middle" transform="translate(16 {top + TALL / 2}) rotate(-90)">'
            f'{content}</text>')


def times(sizes, x):
    """Upper panel: a line through all sizes, the multiples as dots; log scale."""
    values = [s["step_us"] for s in sizes]
    low, high = min(values) / 1.15, max(values) * 1.15
    y = chart.Logarithmic(low, high, TOP + TALL, TOP)
    steps = [m * 10.0 ** e for e in range(-3, 7) for m in (1, 2, 5)]
    shown = [v for v in steps if low <= v <= high]
    if len(shown) > 7:
        shown = [v for v in shown if math.log10(v) == round(math.log10(v))]
    parts = [part for v in shown for part in row(y, v, f"{v:g}")]
    path = "L".join(f"{x(s['hidden']):.1f} {y(s['step_us']):.1f}" for s in sizes)
    parts.append(f'<path d="M{path}" fill="none" stroke="{BLUE}" stroke-width="1.6"/>')
    parts += [dot(x(s["hidden"]), y(s["step_us"]), GREY, 3) for s in sizes
              if s["hidden"] == s["next"]]
    return parts + [side(TOP, "µs per step, log scale")]


def ratios(sizes, x, above):
    """Lower panel: time over that of the next multiple, the limits as a dashed line."""
    most = max(1.2, max(s["ratio"] for s in sizes) * 1.05)
    y = chart.Linear(0, most, LOWER + TALL, LOWER)
    every = 0.2 if most < 2 else math.ceil(most / 8)
    parts = [part for k in range(int(most / every) + 1)
             for part in row(y, k * every, f"{k * every:.2g}")]
    radius = 2.4 if len(sizes) <= 200 else 1.6
    for s in sorted(sizes, key=above):
        place = x(s["hidden"]), y(s["ratio"])
        multiple = s["hidden"] == s["next"]
        parts.append(triangle(*place) if above(s) else
                     dot(*place, GREY if multiple else BLUE, 3 if multiple else radius))
    steps = [(s["limit"], x(s["hidden"])) for s in sizes]
    for value in dict(steps):
        ends = [at for limit, at in steps if limit == value]
        parts.append(f'<path d="M{min(ends):.1f} {y(value):.1f}H{max(ends):.1f}" fill="none" '
                     f'stroke="{RED}" stroke-width="1.5" stroke-dasharray="6 4"/>')
    parts.append(text("note end", LEFT + WIDTH, y(sizes[-1]["limit"]) - 6,
                      f"limit: {sizes[-1]['limit']:g}"))
    return parts + [side(LOWER, "time / that of the next multiple")]
