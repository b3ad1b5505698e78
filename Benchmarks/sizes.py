#!/usr/bin/env python3
"""No size is a cliff: one dense LSTM step over every number of hidden units.

Every size is judged against the next multiple of 16, which does at least as much arithmetic: below
33 units a step may not be slower than that one's, from 33 on not more than 1.1 times. Writes
sizes.json (all figures) and sizes.svg into the output folder, prints the worst sizes, and exits
with 1 when one is above its limit. Needs Python's standard library, a C compiler, and the clang
of the Swift toolchain, which builds the runtime from the sources of this tree.

How a ratio is measured: both plans are open in one process on one core, and take turns in slices
of a few milliseconds (the size first in one round, the multiple first in the next). A slice gives
the median of its calls, which an interrupt or a lost time slice does not move. A round gives the
quotient of its two slices. The ratio is the median of the rounds' quotients. A machine that slows
down slows both slices of a round alike; a neighbour who wakes between them spoils that round, and
half of the rounds must be spoilt in the same direction to move the median. The quotient of the two
minima is worse here: the processor has fast moments that only one side may catch (the same plan
against itself then gives 0.75 to 1.08). Multiples of 16 are measured against a second copy of
themselves: what they differ by is what this script cannot tell: mostly half a percent, up to a
tenth where the weights just fill the second-level cache, for there the physical pages that a copy
happens to get decide.

Sizes above their limit are measured again, up to twice, each time with new copies of both plans;
all rounds count.

    python3 Benchmarks/sizes.py --rnnc .build/release/rnnc --from 30 --to 70 --out /tmp/sizes
"""

import argparse
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

import sizes_picture
from steps import SLICE, Machine, native, pairs

SMALL, SMALL_LIMIT, LIMIT = 32, 1.0, 1.1
MULTIPLE = 16
AGAIN = 2


def next_multiple(width):
    return -(-width // MULTIPLE) * MULTIPLE


def limit(width):
    return SMALL_LIMIT if width <= SMALL else LIMIT


def result(width, measured):
    """What is recorded of a size; times in microseconds."""
    quotients = [a / b for a, b in measured]
    low, _, high = statistics.quantiles(quotients, n=4)
    return {"hidden": width, "next": next_multiple(width), "limit": limit(width),
            "step_us": round(statistics.median(a for a, _ in measured) / 1e3, 4),
            "next_us": round(statistics.median(b for _, b in measured) / 1e3, 4),
            "ratio": round(statistics.median(quotients), 4),
            "quartiles": [round(low, 4), round(high, 4)], "rounds": len(measured),
            "pairs_us": [[round(a / 1e3, 4), round(b / 1e3, 4)] for a, b in measured]}


def measure(machine, widths, rounds):
    """{width: its rounds}. A multiple of 16 stays open while the sizes below it are measured."""
    found, other, opened = {}, None, None
    for width in widths:
        if next_multiple(width) != opened:
            if other:
                other.close()
            opened = next_multiple(width)
            other = machine.open(opened)
        step = machine.open(width)
        found[width] = list(pairs(step, other, rounds))
        step.close()
        if width % MULTIPLE == 0 and len(widths) > MULTIPLE:
            print(f"{width} units: {statistics.median(a for a, _ in found[width]) / 1e3:.2f} us",
                  flush=True)
    if other:
        other.close()
    return found


def above(entry):
    """More than the limit, to two decimals: what lies below cannot be told from equal."""
    return round(entry["ratio"], 2) > entry["limit"]


def judged(machine, widths, rounds):
    """Results of all sizes, the suspicious ones measured again."""
    found = measure(machine, widths, rounds)
    for _ in range(AGAIN):
        suspects = [width for width in widths if above(result(width, found[width]))]
        if suspects:
            print(f"{len(suspects)} above the limit are measured again", flush=True)
        for width, more in measure(machine, suspects, rounds).items():
            found[width] += more
    return [result(width, found[width]) for width in widths]


def report(sizes):
    """The worst sizes beside their limits, and what the script itself cannot tell."""
    worst = sorted(sizes, key=lambda s: s["limit"] - s["ratio"])[:10]
    print("worst sizes, time over that of the next multiple of 16:")
    for s in worst:
        low, high = s["quartiles"]
        print(f"  {s['hidden']:4} units: {s['ratio']:.3f} (quartiles {low:.3f} to {high:.3f}, "
              f"limit {s['limit']}){' ABOVE' if above(s) else ''}")
    same = [abs(s["ratio"] - 1) for s in sizes if s["hidden"] == s["next"]]
    if same:
        print(f"multiples of 16 against themselves: at most {max(same):.1%} off")
    count = sum(map(above, sizes))
    print(f"{len(sizes)} sizes, {count or 'none'} above the limit")
    return count


def store(path, document):
    """One line per size."""
    head = {key: value for key, value in document.items() if key != "sizes"}
    lines = ",\n".join("  " + json.dumps(size) for size in document["sizes"])
    path.write_text(json.dumps(head, indent=1)[:-2] + ',\n "sizes": [\n' + lines + "\n ]\n}\n")


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rnnc", default=".build/release/rnnc", type=pathlib.Path)
    parser.add_argument("--sources", default=native.ROOT / "Sources", type=pathlib.Path,
                        help="of the tree that --rnnc was built from")
    parser.add_argument("--out", default="Benchmarks/Results", type=pathlib.Path)
    parser.add_argument("--from", dest="first", default=1, type=int, metavar="H")
    parser.add_argument("--to", dest="last", default=600, type=int, metavar="H")
    parser.add_argument("--step", default=1, type=int)
    parser.add_argument("--duration", default=0.2, type=float, help="seconds per size")
    parser.add_argument("--cpu", type=int, help="the core to run on (default: the last one)")
    parser.add_argument("--redraw", action="store_true", help="draw and judge sizes.json again")
    chosen = parser.parse_args()
    if not (1 <= chosen.first <= chosen.last and chosen.step > 0):
        parser.error("--from takes a number from 1 on, --to one from there on, --step from 1 on")
    if not 0 < chosen.duration < 1e4:
        parser.error("--duration takes seconds, more than 0")
    return chosen


def run(chosen):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0)) if chosen.cpu is None else chosen.cpu})
    widths = list(range(chosen.first, chosen.last + 1, chosen.step))
    rounds = max(2, round(chosen.duration / (2 * SLICE)))
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(chosen.rnnc.resolve(), chosen.sources.resolve(), pathlib.Path(folder))
        start = time.monotonic()
        environment = machine.environment(widths[0])
        sizes = judged(machine, widths, rounds)
    return {"schema": "rnnc.sizes/1", "environment": environment,
            "model": "dense LSTM step, input as wide as hidden, f32, one thread",
            "slice_seconds": SLICE, "took_seconds": round(time.monotonic() - start),
            "sizes": sizes}


def main():
    chosen = options()
    file = chosen.out / "sizes.json"
    try:
        chosen.out.mkdir(parents=True, exist_ok=True)
        if not chosen.redraw:
            store(file, run(chosen))
        document = json.loads(file.read_text())
    except (native.Wrong, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    (chosen.out / "sizes.svg").write_text(sizes_picture.svg(document, above))
    return 1 if report(document["sizes"]) else 0


if __name__ == "__main__":
    sys.exit(main())
