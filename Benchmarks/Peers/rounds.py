"""One workload: verify all forms, keep the fastest, measure these in interleaved rounds."""

import dataclasses
import os

import numpy as np

from competitor import Wrong, verify
from timing import batch_for, slice_of

FINALISTS = 2  # forms per competitor that go through all rounds
LARGE = 1 << 25  # bytes of weights from which on only one does


class Cores:
    """Pins the main thread: one core for one thread, two for two."""

    def __init__(self, first):
        others = sorted(os.sched_getaffinity(0) - {first})
        self.first, self.second = first, others[-1] if others else None

    def pin(self, threads):
        cores = {self.first} if threads == 1 else {self.first, self.second}
        os.sched_setaffinity(0, cores)


@dataclasses.dataclass
class Trial:
    peer: str
    form: str
    threads: int
    error: float | None = None  # largest difference from the reference
    seen_us: float | None = None  # a first short look
    reason: str = ""  # why it was not measured


def measure(workload, field, cores, count, seconds):
    """A dictionary with trials and with p50, p99 of the best form of each competitor."""
    trials, finalists = [], []
    for threads in workload.threads:
        if threads > 1 and cores.second is None:
            trials.append(Trial("all", "", threads, reason="only one core is allowed"))
            continue
        finalists += qualify(workload, field, cores, threads, seconds, trials)
    samples = interleave(finalists, cores, count, seconds)
    results = best(workload, finalists, samples)
    for competitor, *_ in finalists:
        competitor.close()
    return {"group": workload.group, "name": workload.name, "length": workload.length,
            "bf16": workload.bf16, "target": workload.target,
            "layers": [dataclasses.asdict(layer) for layer in workload.layers],
            "weight_bytes": workload.weight_bytes(), "results": results,
            "trials": [dataclasses.asdict(trial) for trial in trials]}


def qualify(workload, field, cores, threads, seconds, trials):
    """Verifies and looks at every form; (competitor, batch, typical ns) of the fastest."""
    kept, wrong = {}, False
    for peer, form, make, fallback in field.candidates(workload, threads):
        if fallback and not wrong:
            continue
        cores.pin(threads)
        trial = Trial(peer, form, threads)
        trials.append(trial)
        try:
            entry = look(make(), workload, trial, seconds)
        except Wrong as error:
            trial.reason, wrong = str(error), True
            continue
        wrong = False
        fastest = sorted([*kept.get(peer, []), (trial.seen_us, len(trials), entry)])
        places = FINALISTS if workload.weight_bytes() < LARGE else 1
        for *_, (loser, *_) in fastest[places:]:
            loser.close()
        kept[peer] = fastest[:places]
    return [entry for entries in kept.values() for *_, entry in entries]


def look(competitor, workload, trial, seconds):
    try:
        trial.form = competitor.form
        verify(competitor, workload)
    except Exception as error:
        competitor.close()
        raise error if isinstance(error, Wrong) else Wrong(str(error)[:200])
    finally:
        trial.error = competitor.error
    batch, typical = batch_for(competitor.calls)
    seen, _ = slice_of(competitor.calls, batch, typical, seconds)
    trial.seen_us = float(np.median(seen)) / 1000 / workload.length
    return competitor, batch, typical


def interleave(finalists, cores, count, seconds):
    """Everybody gets a slice of each round, in rotating order; all samples of each, and how many
    were dropped."""
    samples = [[] for _ in finalists]
    for turn in range(count):
        for place in range(len(finalists)):
            index = (place + turn) % len(finalists)
            competitor, batch, typical = finalists[index]
            cores.pin(competitor.threads)
            samples[index].append(slice_of(competitor.calls, batch, typical, seconds))
    return [(np.concatenate([times for times, _ in parts]) / 1000,
             sum(dropped for _, dropped in parts)) for parts in samples]


def best(workload, finalists, samples):
    """The fastest form of each competitor, in microseconds per step."""
    results = {}
    for (competitor, batch, _), (times, dropped) in zip(finalists, samples):
        times = times / workload.length
        p50, p99 = np.percentile(times, [50, 99])
        entry = {"peer": competitor.peer, "threads": competitor.threads, "form": competitor.form,
                 "entry": competitor.calls.entry, "p50_us": float(p50), "p99_us": float(p99),
                 "samples": len(times), "dropped": dropped, "calls_per_sample": batch,
                 "error": competitor.error}
        key = (competitor.peer, competitor.threads)
        if key not in results or p50 < results[key]["p50_us"]:
            results[key] = entry
    return list(results.values())
