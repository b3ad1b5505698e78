#!/usr/bin/env python3
"""Emitted code against the runtime: one step of every model in Models/ and of small LSTMs and GRUs.

Both run in one process on one core and take turns in slices, as sizes.py says; a ratio is the
runtime's time over the emitted code's, the median of the rounds' quotients. Fails (exit 1) when
emitted code is slower than the runtime by more than what the script cannot tell (two percent), or
less than 1.3 times as fast where the layer has 32 units or fewer. Writes emitted.json into the output
folder. Needs Python's standard library, a C compiler, and the clang of the Swift toolchain.

    python3 Benchmarks/emitted.py --rnnc .build/release/rnnc --out /tmp/emitted
"""

import argparse
import ctypes
import json
import os
import pathlib
import statistics
import sys
import tempfile

from steps import HERE, MODEL, SLICE, Machine, Step, native, pairs

LIMIT, SMALL_LIMIT, SMALL = 0.98, 1.3, 32
WIDTHS = (4, 8, 16, 24, 32, 64, 128)


class EmittedStep(Step):
    """A shared library of a model, which `compile` has made under the prefix `m`."""

    def open(self, path):
        self.emitted = ctypes.CDLL(str(path))
        for name in ("m_state_size", "m_scratch_size"):
            getattr(self.emitted, name).restype = ctypes.c_size_t
        self.sizes = [self.emitted.m_state_size(), self.emitted.m_scratch_size()]

    def bind(self, state, scratch, x, y):
        if self.emitted.m_init(ctypes.c_void_p(state), ctypes.c_size_t(self.sizes[0])):
            raise native.Wrong("m_init failed")
        return self.emitted.m_step, state, scratch, x, y

    def close(self):
        pass


def cases(models):
    """(name, description, its flags, units where they are few)."""
    for path in sorted(models.glob("*/model.yaml")):
        yield path.parent.name, path, [], None
    for kind in ("lstm", "gru"):
        for width in WIDTHS:
            flags = ["--set", f"dims.hidden={width}", "--set", "dims.blocks=1"]
            yield f"{kind} {width}", MODEL.parent / f"{kind}.yaml", flags, width


def widths(machine, plan):
    """Numbers of the one input and of the one output."""
    document = json.loads(machine.tool("show", plan, "--json", "-q"))
    ports = document["results"][0]
    return [port_width(ports[key][0]) for key in ("inputs", "outputs")]


def port_width(port):
    width = 1
    for axis in port["shape"]:
        width *= axis
    return width


def measure(machine, case, rounds, target):
    name, path, flags, units = case
    folder = machine.folder / name.replace(" ", "-")
    machine.tool("compile", path, *flags, "--target", target, "--prefix", "m", "--emit",
                 "plan,shared", "-o", folder, "-q")
    sizes = widths(machine, folder / "m.plan")
    runtime = Step(machine, folder / "m.plan", *sizes)
    emitted = EmittedStep(machine, folder / "libm.so", *sizes)
    found = list(pairs(runtime, emitted, rounds))
    runtime.close()
    return {"model": name, "limit": SMALL_LIMIT if units and units <= SMALL else LIMIT,
            "runtime_us": round(statistics.median(a for a, _ in found) / 1e3, 4),
            "emitted_us": round(statistics.median(b for _, b in found) / 1e3, 4),
            "ratio": round(statistics.median(a / b for a, b in found), 3)}


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rnnc", default=".build/release/rnnc", type=pathlib.Path)
    parser.add_argument("--sources", default=native.ROOT / "Sources", type=pathlib.Path,
                        help="of the tree that --rnnc was built from")
    parser.add_argument("--models", default=HERE.parent / "Models", type=pathlib.Path)
    parser.add_argument("--out", default="Benchmarks/Results", type=pathlib.Path)
    parser.add_argument("--target", default="host")
    parser.add_argument("--duration", default=0.4, type=float, help="seconds per model")
    parser.add_argument("--only", default="", help="models whose name contains this")
    parser.add_argument("--cpu", type=int, help="the core to run on (default: the last one)")
    return parser.parse_args()


def run(chosen):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0)) if chosen.cpu is None else chosen.cpu})
    rounds = max(5, round(chosen.duration / (2 * SLICE)))
    results = []
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(chosen.rnnc.resolve(), chosen.sources.resolve(), pathlib.Path(folder))
        environment = machine.environment(16)
        for case in cases(chosen.models):
            if chosen.only not in case[0]:
                continue
            result = measure(machine, case, rounds, chosen.target)
            results.append(result)
            verdict = "" if result["ratio"] >= result["limit"] else "  BELOW"
            print(f"{result['model']:24} runtime {result['runtime_us']:9.3f} us, emitted "
                  f"{result['emitted_us']:9.3f} us, {result['ratio']:.2f} times as fast "
                  f"(limit {result['limit']}){verdict}", flush=True)
    return {"schema": "rnnc.emitted/1", "environment": environment, "results": results}


def main():
    chosen = options()
    try:
        chosen.out.mkdir(parents=True, exist_ok=True)
        document = run(chosen)
    except (native.Wrong, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    (chosen.out / "emitted.json").write_text(json.dumps(document, indent=1) + "\n")
    return 1 if any(r["ratio"] < r["limit"] for r in document["results"]) else 0


if __name__ == "__main__":
    sys.exit(main())
