"""Measures rnnc against onnxruntime, OpenVINO, LiteRT and PyTorch: the program behind `make peers`.

Every form of every competitor is verified against a double-precision reference, the fastest are
measured in rounds, and the results are written as Markdown, JSON and SVG.
"""

import argparse
import os
import sys

for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    if variable in os.environ:  # libraries read them when they load: start again without
        os.environ.pop(variable)
        os.execv(sys.executable, [sys.executable, *sys.argv])

import pathlib
import re
import tempfile
import time

import field
import picture
import report
import rounds
import timing
import workloads
from native import ROOT
from ours import Tool


def numbers(text):
    return [int(part) for part in text.split(",")]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--rnnc", default=".build/release/rnnc", help="the tool")
    add("--sources", default=ROOT / "Sources", type=pathlib.Path,
        help="what the tool was built from: the runtime is built from it")
    add("--out", default="Benchmarks/Results", type=pathlib.Path)
    add("--cpu", type=int, default=max(os.sched_getaffinity(0)), help="of one-thread rows")
    add("--widths", type=numbers, help="LSTM steps and sequences of these widths instead")
    add("--blocks", type=numbers, help="and these block counts, where they divide the width")
    add("--only", default="", metavar="REGEX", help="rows whose name matches")
    add("--rounds", type=int, help="default 4")
    add("--slice", type=float, default=0.02, help="seconds per competitor and round")
    add("--quick", action="store_true", help="fewer rows and rounds")
    add("--redraw", action="store_true", help="write peers.md and peers.svg from peers.json")
    return parser.parse_args()


def selected(options):
    if options.widths or options.blocks:
        rows = workloads.custom(options.widths or [64, 128, 256, 512, 1024], options.blocks or [])
    else:
        rows = workloads.quick() if options.quick else workloads.standard()
    return [row for row in rows if re.search(options.only, f"{row.group}: {row.name}")]


def measure(options):
    start = time.monotonic()
    cores = rounds.Cores(options.cpu)
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        folder = pathlib.Path(folder)
        timing.library(folder)
        tool = Tool(pathlib.Path(options.rnnc).resolve(), options.sources.resolve(), folder)
        peers = field.Field(tool)
        count = options.rounds or (3 if options.quick else 4)
        results = []
        for row in selected(options):
            results.append(rounds.measure(row, peers, cores, count, options.slice))
            print(report.line(results[-1]), flush=True)
            tool.forget()
    seconds = time.monotonic() - start
    return report.document(results, peers, cores, count, options.slice, seconds)


def main():
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    figures = options.out / "peers.json"
    if not options.redraw:
        report.store(figures, measure(options))
    data = report.load(figures)
    (options.out / "peers.md").write_text(report.markdown(data))
    (options.out / "peers.svg").write_text(picture.svg(data))


if __name__ == "__main__":
    main()
