"""The workloads: networks with fixed weights, and the targets they are measured against.

A matrix in B blocks is kept as [B, rows / B, columns / B]; dense is one block. The rows of a block
are ordered [gate][unit], gates as PyTorch has them: LSTM i f g o, GRU r z n (reset after).
"""

import dataclasses
import functools
import math
import zlib

import numpy as np

GATES = {"lstm": 4, "gru": 3, "rnn": 1}
STEPS = "step"
SEQUENCES = "sequence"
THREADS = "threads"
BF16 = "bf16"
EMPTY = "empty"


@dataclasses.dataclass(frozen=True)
class Layer:
    kind: str  # lstm, gru, rnn, linear or relu
    inputs: int
    outputs: int
    blocks: int = 1
    activation: str = ""  # of a linear layer: tanh or sigmoid


@dataclasses.dataclass(frozen=True)
class Workload:
    group: str
    name: str
    layers: tuple
    length: int = 1  # steps per call
    threads: tuple = (1,)
    bf16: bool = False
    target: float | None = None  # best peer / rnnc, at least

    @property
    def inputs(self):
        return self.layers[0].inputs

    @property
    def outputs(self):
        return self.layers[-1].outputs

    @property
    def recurrent(self):
        return [i for i, layer in enumerate(self.layers) if layer.kind in GATES]

    @property
    def tolerance(self):
        return 2e-2 if self.bf16 else 1e-4

    def weights(self):
        """Per layer a dict of float32 arrays; the same every time."""
        return all_weights(self.layers)

    def weight_bytes(self):
        return sum(a.nbytes for w in self.weights() for a in w.values())


@functools.lru_cache(maxsize=1)
def all_weights(layers):
    shape = repr([dataclasses.astuple(layer) for layer in layers])
    rng = np.random.default_rng(zlib.crc32(shape.encode()))
    return [layer_weights(layer, rng) for layer in layers]


def layer_weights(layer, rng):
    def uniform(*shape, bound):
        return ((rng.random(shape, dtype=np.float32) * 2 - 1) * bound).astype(np.float32)

    if layer.kind == "relu":
        return {}
    if layer.kind == "linear":
        bound = 1 / math.sqrt(layer.inputs)
        return {"w": uniform(1, layer.outputs, layer.inputs, bound=bound),
                "b": uniform(layer.outputs, bound=bound)}
    gates, blocks = GATES[layer.kind], layer.blocks
    columns, units = layer.inputs // blocks, layer.outputs // blocks
    bound = 1 / math.sqrt(units)
    return {"wx": uniform(blocks, gates * units, columns, bound=bound),
            "wh": uniform(blocks, gates * units, units, bound=bound),
            "bx": uniform(blocks, gates * units, bound=bound),
            "bh": uniform(blocks, gates * units, bound=bound)}


def by_gate(layer, array):
    """[blocks, gates * units, ...] as [gates, blocks, units, ...]."""
    gates, units = GATES[layer.kind], layer.outputs // layer.blocks
    return array.reshape(layer.blocks, gates, units, *array.shape[2:]).swapaxes(0, 1)


def spread(layer, array):
    """A block-diagonal matrix with its zeros: [gates * outputs, columns], gate by gate."""
    parts = by_gate(layer, array)
    gates, blocks, units, columns = parts.shape
    whole = np.zeros((gates, blocks, units, blocks, columns), np.float32)
    for block in range(blocks):
        whole[:, block, :, block] = parts[:, block]
    return whole.reshape(gates * blocks * units, blocks * columns)


def flat_bias(layer, array):
    """[blocks, gates * units] as [gates * outputs], gate by gate."""
    return np.ascontiguousarray(by_gate(layer, array)).reshape(-1)


def lstm(width, blocks=1):
    return Layer("lstm", width, width, blocks)


DENSE_TARGETS = {64: 1.5, 128: 1.7, 256: 1.45, 512: 1.1, 1024: 0.95, 2048: 0.95}
BLOCK_TARGETS = {(256, 16): 4.5, (512, 16): 2.4, (1024, 16): 1.35,
                 (256, 64): 20, (512, 64): 11, (1024, 64): 5.5}
SEQUENCE_TARGETS = {64: 2.2, 128: 1.7, 256: 1.4, 512: 1.1, 1024: 1.1}
BLOCK_SEQUENCE_TARGETS = {256: 5.5, 512: 3, 1024: 2.1}
BF16_TARGETS = {256: 3.5, 512: 1.8, 1024: 1.6}
LENGTH = 100
CHAIN = (Layer("linear", 42, 24, activation="tanh"), Layer("gru", 24, 24), Layer("gru", 24, 48),
         Layer("gru", 48, 96), Layer("linear", 96, 22, activation="sigmoid"))


def label(width, blocks):
    if blocks == 1:
        return f"LSTM {width}"
    return f"LSTM {width}, diagonal" if blocks == width else f"LSTM {width}, {blocks} blocks"


def step(width, blocks=1):
    target = DENSE_TARGETS.get(width) if blocks == 1 else BLOCK_TARGETS.get((width, blocks))
    return Workload(STEPS, label(width, blocks), (lstm(width, blocks),), target=target)


def sequence(width, blocks=1):
    target = (SEQUENCE_TARGETS if blocks == 1 else BLOCK_SEQUENCE_TARGETS).get(width)
    return Workload(SEQUENCES, f"{label(width, blocks)}, T={LENGTH}", (lstm(width, blocks),),
                    length=LENGTH, target=target)


def two_threads(workload):
    return dataclasses.replace(workload, group=THREADS, threads=(1, 2), target=None)


def standard():
    """The workloads of the default run."""
    rows = [Workload(EMPTY, "empty call", (Layer("relu", 1, 1),))]
    rows += [step(width) for width in (64, 128, 256, 512, 1024, 2048)]
    rows += [Workload(STEPS, "GRU 2x256", (Layer("gru", 256, 256),) * 2, target=1.2),
             Workload(STEPS, "RNN 512", (Layer("rnn", 512, 512),)),
             Workload(STEPS, "chain 42-24, GRU 24/48/96, 22", CHAIN, target=1.35)]
    rows += [step(width, blocks) for blocks in (4, 16, 64)
             for width in (64, 128, 256, 512, 1024, 2048)]
    rows += [sequence(width) for width in (64, 128, 256, 512, 1024)]
    rows += [sequence(width, 16) for width in (256, 512, 1024)]
    rows += [two_threads(step(width)) for width in (64, 256, 1024)]
    rows += [two_threads(step(1024, 16))]
    rows += [two_threads(sequence(width)) for width in (64, 128, 256, 512, 1024)]
    rows += [two_threads(sequence(width, 16)) for width in (256, 1024)]
    rows += [bf16(step(width), BF16_TARGETS[width]) for width in (256, 512, 1024)]
    return rows


def bf16(workload, target):
    return dataclasses.replace(workload, group=BF16, name=workload.name + ", bf16", bf16=True,
                               target=target)


def custom(widths, blocks):
    """Steps and sequences of other sizes; block counts that do not divide a width are left out."""
    pairs = [(width, count) for count in [1, *blocks] for width in widths if width % count == 0]
    return [step(*pair) for pair in pairs] + [sequence(*pair) for pair in pairs]


QUICK = ("empty call", "LSTM 64", "LSTM 128", "LSTM 256", "LSTM 512", "LSTM 1024", "GRU 2x256",
         "chain 42-24, GRU 24/48/96, 22", "LSTM 256, 16 blocks", "LSTM 256, 64 blocks",
         "LSTM 1024, 16 blocks", "LSTM 64, T=100", "LSTM 256, T=100", "LSTM 256, 16 blocks, T=100",
         "LSTM 512, bf16")


def quick():
    rows = [row for row in standard() if row.name in QUICK and row.group != THREADS]
    return rows + [two_threads(sequence(256)), two_threads(sequence(256, 16))]
