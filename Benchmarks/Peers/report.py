"""The results as JSON and as Markdown."""

import json
import os
import pathlib
import platform
import subprocess

import field
from workloads import BF16, EMPTY, SEQUENCES, STEPS, THREADS

COLUMNS = [*field.RNNC, *field.PEERS]
HEADINGS = {EMPTY: "The empty call: what an entry costs by itself",
            STEPS: "One step, one thread", SEQUENCES: "A sequence, one thread",
            BF16: "bf16 weights, one thread (peers in f32 or bf16, whatever is faster)",
            THREADS: "Two threads against one"}
DENSE_GAIN, BLOCK_GAIN = 1.8, 1.9  # two threads over one, sequences
BYTE_SHARE = 0.85  # of the ratio of bytes, blocks over our own dense


def document(results, peers, cores, count, seconds, took):
    return {"schema": "rnnc.peers/1", "environment": environment(cores),
            "versions": peers.versions, "absent": peers.absent,
            "rounds": count, "slice_seconds": seconds, "took_seconds": round(took),
            "rows": results}


def environment(cores):
    info = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")),
                 platform.machine())
    return {"processor": model, "cores": os.cpu_count(), "caches": caches(),
            "pinned_to": cores.first, "second_core": cores.second,
            "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(), "compiler": first_line(["cc", "--version"])}


def caches():
    """Of the first core: {"L1d": "48K", ...}."""
    result = {}
    for index in sorted(pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((index / name).read_text().strip()
                             for name in ("level", "type", "size"))
        result[f"L{level}{'d' if kind == 'Data' else 'i' if kind == 'Instruction' else ''}"] = size
    return result


def first_line(command):
    return subprocess.run(command, capture_output=True, text=True).stdout.split("\n")[0]


def store(path, data):
    path.write_text(json.dumps(data, indent=1) + "\n")


def load(path):
    return json.loads(path.read_text())


# What the rows say.


def result(row, peer, threads=1):
    return next((r for r in row["results"] if (r["peer"], r["threads"]) == (peer, threads)), None)


def fastest(row, names, threads=1):
    found = [r for name in names if (r := result(row, name, threads))]
    return min(found, key=lambda r: r["p50_us"], default=None)


def us(row):
    return fastest(row, field.RNNC)


def rival(row):
    return fastest(row, field.PEERS)


def ratio(row):
    """Best peer / rnnc, above 1 where rnnc is faster; None where one is absent."""
    mine, theirs = us(row), rival(row)
    return theirs["p50_us"] / mine["p50_us"] if mine and theirs else None


def line(row):
    cells = [f"{r['peer']}{' x2' if r['threads'] > 1 else ''} {short(r['p50_us'])}"
             for r in row["results"]]
    gain = ratio(row)
    return f"{row['name']}: {', '.join(cells)}" + (f"; ratio {gain:.2f}" if gain else "")


def short(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def cell(found):
    return f"{short(found['p50_us'])} / {short(found['p99_us'])}" if found else "absent"


def dropped(data):
    """Share of samples left out because the core was taken away."""
    found = [r for row in data["rows"] for r in row["results"]]
    lost = sum(r["dropped"] for r in found)
    return lost / max(1, lost + sum(r["samples"] for r in found))


# Markdown.


def table(heading, rows):
    yield "| " + " | ".join(heading) + " |"
    yield "|" + "---|" * len(heading)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def steadiness(rows):
    """p99 over p50 of rnnc and of the best peer, row by row, in one sentence."""
    def spread(found):
        return found["p99_us"] / found["p50_us"]
    pairs = [(row, us(row), rival(row)) for row in rows if us(row) and rival(row)]
    worse = [f"{row['name']} ({spread(mine):.2f} against {spread(theirs):.2f})"
             for row, mine, theirs in pairs if spread(mine) > spread(theirs)]
    text = f"p99 / p50 is at most the best peer's in {len(pairs) - len(worse)} of {len(pairs)} rows"
    return text + (f"; not in {', '.join(worse)}." if worse else ".")


def main_row(row):
    best, gain, target = rival(row), ratio(row), row["target"]
    cells = [cell(result(row, name)) for name in COLUMNS]
    return [row["name"], *cells, best["peer"] if best else "none",
            "" if gain is None else f"{gain:.2f}" if gain >= 1 else f"**{gain:.2f}**",
            f"{target:g}" if target else "", verdict(gain, target)]


def verdict(value, target):
    if not target:
        return ""
    return "no figure" if value is None else "met" if value >= target else "**not met**"


def heading_row():
    return ["workload", *COLUMNS, "best peer", "best peer / rnnc", "target", ""]


def threads_cell(row, peer):
    one, two = result(row, peer, 1), result(row, peer, 2)
    if not one or not two:
        return "absent"
    return f"{short(one['p50_us'])} → {short(two['p50_us'])} ({one['p50_us'] / two['p50_us']:.2f}x)"


def threads_target(row):
    """What two threads shall gain: 1 (never slower), more for sequences."""
    layer = row["layers"][0]
    if row["length"] == 1:
        return 1.0
    return BLOCK_GAIN if layer["blocks"] > 1 else DENSE_GAIN if layer["outputs"] >= 128 else 1.0


def threads_row(row):
    one, two = us(row), fastest(row, field.RNNC, 2)
    gain = one["p50_us"] / two["p50_us"] if one and two else None
    target = threads_target(row)
    return [row["name"], *[threads_cell(row, name) for name in COLUMNS],
            "" if gain is None else f"{gain:.2f}", f"{target:g}", verdict(gain, target)]


def structured(rows):
    """Blocks over our own dense at 1024 units, beside the ratio of their bytes."""
    steps = {(r["layers"][0]["outputs"], r["layers"][0]["blocks"]): r for r in rows
             if r["group"] == STEPS and r["layers"][0]["kind"] == "lstm" and us(r)}
    for (width, blocks), row in steps.items():
        dense = steps.get((width, 1))
        if width == 1024 and blocks > 1 and dense:
            gain = us(dense)["p50_us"] / us(row)["p50_us"]
            size = dense["weight_bytes"] / row["weight_bytes"]
            yield [row["name"], f"{gain:.1f}", f"{size:.1f}", f"{gain / size:.2f}",
                   f"{BYTE_SHARE}", verdict(gain / size, BYTE_SHARE)]


def reasons(row):
    """Why a competitor has no figure in a row: its last trial's reason."""
    for threads in sorted({t["threads"] for t in row["trials"]}):
        for name in dict.fromkeys(t["peer"] for t in row["trials"] if t["threads"] == threads):
            if not result(row, name, threads):
                said = [t["reason"] for t in row["trials"]
                        if t["peer"] == name and t["threads"] == threads]
                yield name, threads, said[-1]


def notes(data):
    yield "## Absent and rejected"
    yield ""
    for name, reason in data["absent"].items():
        yield f"- {name} takes no part: {reason}"
    for row in data["rows"]:
        for name, threads, reason in reasons(row):
            of = f", {threads} threads" if threads > 1 else ""
            yield f"- {name} is absent in '{row['name']}'{of}: {reason}"
    rejected = {}
    for row in data["rows"]:
        for trial in row["trials"]:
            if trial["reason"] and trial["form"]:
                key = (trial["peer"], trial["form"], trial["reason"].split(" by ")[0])
                rejected.setdefault(key, []).append(row["name"])
    for (name, form, reason), names in rejected.items():
        yield f"- {name}, form '{form}', not timed: {reason} ({', '.join(dict.fromkeys(names))})"
    yield ""


def forms_table(data):
    yield "## The form that was fastest"
    yield ""
    names = list(field.PEERS)
    rows = [[f"{row['name']}{' (threads)' if row['group'] == THREADS else ''}",
             *[(r := result(row, name, max(t['threads'] for t in row['trials'])))
               and r["form"] or "absent" for name in names]] for row in data["rows"]]
    yield from table(["workload", *names], rows)


def introduction(data):
    where, versions = data["environment"], data["versions"]
    python = sorted({r["peer"] for row in data["rows"] for r in row["results"]
                     if r["entry"] == "Python"})
    cached = ", ".join(f"{k} {v}" for k, v in where["caches"].items())
    yield "# rnnc and its peers"
    yield ""
    yield ("Microseconds per step, `p50 / p99` over all samples of "
           f"{data['rounds']} interleaved rounds; batch 1, one stream, states fed back. A ratio "
           "above 1 says that rnnc (the faster of its two entries) is that much faster than the "
           "fastest peer. Written by `make peers`; how and what: [Benchmarks](../README.md).")
    yield ""
    yield (f"{where['processor']}, {where['cores']} cores, {cached}; {where['system']}; "
           f"one thread on core {where['pinned_to']}; {where['compiler']}. "
           + ", ".join(f"{k} {v}" for k, v in versions.items())
           + f". Took {data['took_seconds']} s.")
    yield ""
    share = dropped(data)
    yield (f"Left out: {share:.1%} of the samples, in whose millisecond the scheduler gave the "
           "core to another process." + (" The machine was not quiet." if share > 0.02 else ""))
    yield ""
    if python:
        yield (f"{', '.join(python)}: no C entry in the package, so the call from Python is timed, "
               "its own cost included (see the empty call). All others are called from a C loop.")
        yield ""


def markdown(data):
    lines = list(introduction(data))
    for group in (EMPTY, STEPS, SEQUENCES, BF16):
        rows = [row for row in data["rows"] if row["group"] == group]
        if rows:
            lines += [f"## {HEADINGS[group]}", "", *table(heading_row(), map(main_row, rows))]
            lines += [steadiness(rows), ""] if group == STEPS else []
    rows = [row for row in data["rows"] if row["group"] == THREADS]
    if rows:
        lines += [f"## {HEADINGS[THREADS]}", "", "p50 with one thread → with two (gain).", "",
                  *table(["workload", *COLUMNS, "rnnc's gain", "target", ""],
                         map(threads_row, rows))]
    rows = list(structured(data["rows"]))
    if rows:
        lines += ["## Structured against our own dense", "",
                  *table(["workload", "dense / blocks, time", "dense / blocks, bytes", "share",
                          "target", ""], rows)]
    return "\n".join([*lines, *forms_table(data), *notes(data)])
