"""A graph under construction, whatever format it is written in.

Every input and output has a place: a named buffer and an offset in floats. There are two sets of
buffers; a call reads one and writes the other, so an output placed where an input stands feeds
that state back without a copy. "y" is the result.
"""

import dataclasses

import numpy as np

ALIGNMENT = 64
SLACK = 64  # floats after the end: kernels may read a little beyond


@dataclasses.dataclass
class Port:
    name: str
    shape: tuple
    buffer: str
    offset: int

    @property
    def size(self):
        return int(np.prod(self.shape))


class Graph:
    """Subclasses write the nodes; values are whatever they like."""

    def __init__(self):
        self.inputs, self.outputs = [], []

    def place_input(self, name, shape, buffer=None, offset=0):
        self.inputs.append(Port(name, tuple(shape), buffer or name, offset))

    def place_output(self, name, shape, buffer=None, offset=0):
        self.outputs.append(Port(name, tuple(shape), buffer or name, offset))


def aligned(size):
    """A float32 array of zeros that begins at a multiple of 64 bytes."""
    raw = np.zeros(size * 4 + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start:start + size * 4].view(np.float32)


class Buffers:
    """The two sets of buffers of a graph; calls alternate between them."""

    def __init__(self, graph):
        ports = graph.inputs + graph.outputs
        sizes = {}
        for port in ports:
            sizes[port.buffer] = max(sizes.get(port.buffer, 0), port.offset + port.size)
        self.sets = [{name: aligned(size + SLACK) for name, size in sizes.items()}
                     for _ in range(2)]
        self.input_port = next(p for p in graph.inputs if p.name == "x" or p.buffer == "xh")
        self.result = next(p for p in graph.outputs if p.name == "y")

    def view(self, which, port):
        return self.sets[which][port.buffer][port.offset:port.offset + port.size]

    def write(self, which, x):
        start = self.input_port.offset
        self.sets[which][self.input_port.buffer][start:start + x.size] = x.reshape(-1)

    def read(self, which):
        """The result of a call that read set `which`."""
        return self.view(1 - which, self.result)
