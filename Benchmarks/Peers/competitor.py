"""A competitor: one form of one peer, ready to be called. And its verification."""

import functools

import numpy as np

from native import Wrong
from reference import Reference

STEPS = 20  # verified from zero states


def release(keep):
    """Undoes, last first, what a competitor made: functions are called, the rest is dropped."""
    for item in keep[::-1]:
        if callable(item):
            item()
    keep.clear()


class Competitor:
    """`calls` is what is timed; write and read say where inputs and results stand."""

    def __init__(self, peer, form, threads, calls):
        self.peer, self.form, self.threads, self.calls = peer, form, threads, calls
        self.error = None

    def write(self, which, x):
        raise NotImplementedError

    def read(self, which):
        raise NotImplementedError

    def close(self):
        pass


class GraphCompetitor(Competitor):
    """A peer that runs a graph over two sets of buffers."""

    def __init__(self, peer, form, threads, calls, buffers, keep):
        super().__init__(peer, form, threads, calls)
        self.buffers, self.keep = buffers, keep  # keep: whatever the calls point at

    def write(self, which, x):
        self.buffers.write(which, x)

    def read(self, which):
        return self.buffers.read(which)

    def close(self):
        release(self.keep)


@functools.lru_cache(maxsize=1)
def expected(workload):
    """Inputs and outputs of 20 steps from zero, or of one sequence."""
    rng = np.random.default_rng(7)
    inputs = rng.uniform(-1, 1, (max(STEPS, workload.length), workload.inputs)).astype(np.float32)
    return inputs, Reference(workload).run(inputs)


def verify(competitor, workload):
    """Raises Wrong unless the outputs agree with the reference."""
    inputs, outputs = expected(workload)
    if workload.length > 1:
        result = call(competitor, 0, inputs).reshape(outputs.shape)
    else:
        result = np.stack([call(competitor, i, x) for i, x in enumerate(inputs)])
    competitor.error = float(np.abs(result - outputs).max())
    if not competitor.error <= workload.tolerance:  # not a number is wrong too
        raise Wrong(f"differs from the reference by {competitor.error:.2g}")
    for which in range(2):
        competitor.write(which, inputs if workload.length > 1 else inputs[0])


def call(competitor, index, x):
    competitor.write(index % 2, x)
    competitor.calls.perform(index)
    return np.array(competitor.read(index % 2), np.float64)
