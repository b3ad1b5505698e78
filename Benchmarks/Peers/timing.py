"""Builds the timing loop and wraps it: call tables, batches and samples."""

import resource
import time

import numpy as np

import native

SHORTEST = 2000.0  # ns: a shorter call is timed in batches that last this long
LONG = 10e6  # ns: of longer calls fewer are made
PATIENCE = 5  # times its length a disturbed slice may be repeated
LIBRARY = None


def library(folder):
    """The loop, compiled into `folder`."""
    global LIBRARY
    LIBRARY = native.timing_loop(folder)


class Calls:
    """A table of C calls; `unit` of them make one call of the workload."""

    entry = "C"

    def __init__(self, calls, unit=1):
        self.table = native.table(calls)
        self.unit = unit

    def perform(self, first=0):
        """One call of the workload, for verification."""
        if LIBRARY.peers_perform(self.table, len(self.table), first * self.unit, self.unit):
            raise RuntimeError("a call returned an error")

    def measure(self, batch, samples):
        """Nanoseconds per call of the workload, one number per sample; negative where the
        scheduler took the core away."""
        result = np.zeros(samples)
        if LIBRARY.peers_measure(self.table, len(self.table), batch * self.unit, samples,
                                 result.ctypes.data):
            raise RuntimeError("a call returned an error")
        return result * self.unit


class PythonCalls:
    """The same for a peer without a C entry: a Python function, called in a Python loop."""

    entry = "Python"

    def __init__(self, function):
        self.function = function

    def perform(self, first=0):
        self.function()

    def measure(self, batch, samples):
        result, function, clock = np.zeros(samples), self.function, time.perf_counter_ns
        for sample in range(samples):
            before = taken_away()
            start = clock()
            for _ in range(batch):
                function()
            result[sample] = (clock() - start) / batch
            if taken_away() != before:
                result[sample] *= -1
        return result


def taken_away():
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nivcsw


def batch_for(calls):
    """Calls per sample, after a first look at how long one takes; and that time in ns."""
    typical = float(np.abs(calls.measure(1, 2)).min())
    if typical < LONG:
        typical = float(np.abs(calls.measure(1, 9)).min())
    if typical < SHORTEST:
        typical = float(np.abs(calls.measure(16, 9)).min())
    return max(1, int(np.ceil(SHORTEST / typical))), typical


def slice_of(calls, batch, typical, seconds):
    """Samples over about `seconds`; a tenth before them warms the caches and is thrown away. And
    the number of samples left out because the core was taken away. A slice without any other
    is repeated while time allows, and at last taken as it is."""
    least = 5 if typical < LONG else 2
    samples, dropped = max(least, int(seconds * 1e9 / (typical * batch))), 0
    end = time.monotonic() + PATIENCE * seconds
    while True:
        calls.measure(batch, max(1, samples // 10))
        result = calls.measure(batch, samples)
        valid = result[result >= 0]
        if len(valid):
            return valid, dropped + samples - len(valid)
        dropped += samples
        if time.monotonic() > end:
            return np.abs(result), dropped
