#!/usr/bin/env python3
"""The README's first picture: latency of one LSTM step over its width, dense and in blocks.

Runs `rnnc bench` (every width measures its dense twin and its block-diagonal forms in one run),
then writes latency.json (the figures and the machine) and latency.svg into the output folder.
Needs only Python's standard library.

    python3 Benchmarks/first_picture.py --rnnc .build/release/rnnc --out Benchmarks/Results
"""

import argparse
import json
import math
import pathlib
import subprocess

import chart

WIDTHS = [64, 128, 256, 512, 1024, 2048]
BLOCKS = [4, 16, 64]
MODEL = pathlib.Path(__file__).parent / "Models" / "lstm.yaml"


def bench(rnnc, width, blocks, seconds, dense):
    """Results of one `rnnc bench` over the LSTM model: the model itself, then its dense twin."""
    command = [rnnc, "bench", str(MODEL), "--json", "--duration", str(seconds)]
    command += ["--set", f"dims.hidden={width}", "--set", f"dims.blocks={blocks}"]
    if dense:
        command.append("--dense")
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def measure(rnnc, seconds, rounds):
    """Median and 99th percentile in microseconds per step, by number of blocks and width: those of
    the round with the least median, for what else a machine does only adds."""
    best, environment = {}, None
    for _ in range(rounds):
        for width in WIDTHS:
            for blocks in BLOCKS:
                document = bench(rnnc, width, blocks, seconds, dense=blocks == BLOCKS[0])
                environment = document["environment"]
                for count, result in zip([blocks, 1], document["results"]):
                    point = {"width": width, "p50_us": result["p50_us"], "p99_us": result["p99_us"]}
                    best[count, width] = min(best.get((count, width), point), point,
                                             key=lambda point: point["p50_us"])
    for width in WIDTHS:
        print(f"{width} units: " + ", ".join(
            f"{name(count)} {best[count, width]['p50_us']:.2f} us" for count in [1, *BLOCKS]))
    return {"environment": environment, "model": "LSTM, input as wide as hidden, f32, one thread",
            "rounds": rounds,
            "series": [{"blocks": count, "points": [best[count, width] for width in WIDTHS]}
                       for count in [1, *BLOCKS]]}


def name(blocks):
    return "dense" if blocks == 1 else f"{blocks} blocks"


# The picture: log axes, one line per number of blocks, labelled where it ends.
LEFT, TOP, WIDTH, HEIGHT, RIGHT, BOTTOM = 64, 56, 560, 340, 140, 56
COLOURS = ["#6b7280", "#0072b2", "#d55e00", "#009e73"]  # told apart by colour-blind readers too


def svg(data):
    values = [p["p50_us"] for s in data["series"] for p in s["points"]]
    low = 10 ** math.floor(math.log10(min(values)))
    high = 10 ** math.ceil(math.log10(max(values)))
    x = chart.Logarithmic(WIDTHS[0], WIDTHS[-1], LEFT, LEFT + WIDTH)
    y = chart.Logarithmic(low, high, TOP + HEIGHT, TOP)
    parts = [f'<text class="title" x="{LEFT}" y="24">One LSTM step: median latency over width</text>',
             f'<text class="note" x="{LEFT}" y="42">{data["model"]}; input and recurrent matrices '
             'in blocks; log scales</text>']
    parts += grid(x, y, low, high)
    parts += [line(s, x, y, colour) for s, colour in zip(data["series"], COLOURS)]
    parts += labels(data["series"], x, y)
    total_width, total_height = LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM
    return chart.page(parts, total_width, total_height)


def grid(x, y, low, high):
    parts = []
    value = low
    while value <= high * 1.001:
        at = y(value)
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{LEFT + WIDTH}"/>')
        parts.append(f'<text class="tick end" x="{LEFT - 8}" y="{at + 4:.1f}">{value:g}</text>')
        value *= 10
    for width in WIDTHS:
        at = x(width)
        parts.append(f'<path class="grid" d="M{at:.1f} {TOP}V{TOP + HEIGHT}"/>')
        parts.append(f'<text class="tick middle" x="{at:.1f}" y="{TOP + HEIGHT + 18}">{width}</text>')
    parts.append(f'<text class="tick middle" x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 42}">'
                 'hidden units</text>')
    parts.append(f'<text class="tick middle" transform="translate(16 {TOP + HEIGHT / 2}) rotate(-90)">'
                 'µs per step</text>')
    return parts


def line(series, x, y, colour):
    points = [(x(p["width"]), y(p["p50_us"])) for p in series["points"]]
    path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
    dots = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in points)
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>{dots}'


def labels(series, x, y):
    """Names at the lines' ends with the gain over dense, pushed apart where they would touch."""
    dense = series[0]["points"][-1]["p50_us"]
    wanted = sorted((y(s["points"][-1]["p50_us"]), i) for i, s in enumerate(series))
    parts, last = [], -100.0
    for at, i in wanted:
        last = max(at, last + 18)
        gain = dense / series[i]["points"][-1]["p50_us"]
        text = name(series[i]["blocks"]) + ("" if i == 0 else f" ({gain:.0f}x)")
        parts.append(f'<text class="label" style="fill:{COLOURS[i]}" x="{LEFT + WIDTH + 10}" '
                     f'y="{last + 4:.1f}">{text}</text>')
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rnnc", default=".build/release/rnnc")
    parser.add_argument("--out", default="Benchmarks/Results", type=pathlib.Path)
    parser.add_argument("--seconds", default=0.5, type=float, help="per measurement")
    parser.add_argument("--rounds", default=7, type=int)
    parser.add_argument("--redraw", action="store_true", help="draw latency.json again")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    figures = arguments.out / "latency.json"
    if not arguments.redraw:
        data = measure(arguments.rnnc, arguments.seconds, arguments.rounds)
        figures.write_text(json.dumps(data, indent=1) + "\n")
    (arguments.out / "latency.svg").write_text(svg(json.loads(figures.read_text())))


if __name__ == "__main__":
    main()
