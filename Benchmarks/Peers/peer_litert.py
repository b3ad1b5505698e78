"""LiteRT through its C API: compiled models (XNNPACK), tensor buffers over our memory."""

import ctypes
import dataclasses
import importlib.metadata
import pathlib

import ai_edge_litert

from competitor import Competitor, GraphCompetitor, Wrong, release
from forms import forms
from graph import ALIGNMENT, SLACK, Buffers, aligned
from tflite_graph import TfliteGraph
from timing import Calls

NAME = "LiteRT"
CPU, FLOAT, INTEGER = 1, 1, 2
MINIMUM_SEVERITY, SILENT = 25, 4  # of log messages


def version():
    return importlib.metadata.version("ai-edge-litert")


class Layout(ctypes.Structure):
    _fields_ = [("rank", ctypes.c_uint32, 7), ("has_strides", ctypes.c_uint32, 1),
                ("dimensions", ctypes.c_int32 * 8), ("strides", ctypes.c_uint32 * 8)]


class TensorType(ctypes.Structure):
    _fields_ = [("element", ctypes.c_int), ("layout", Layout)]


class EnvironmentOption(ctypes.Structure):
    _fields_ = [("tag", ctypes.c_int64), ("type", ctypes.c_int64), ("value", ctypes.c_int64)]


class Api:
    """Calls by name; a status other than 0 becomes an exception."""

    def __init__(self):
        folder = pathlib.Path(ai_edge_litert.__file__).parent
        self.library = ctypes.CDLL(str(folder / "libLiteRt.so"))
        quiet = EnvironmentOption(MINIMUM_SEVERITY, INTEGER, SILENT)
        self.environment = self.create("LiteRtCreateEnvironment", 1, ctypes.byref(quiet))

    def call(self, name, *arguments):
        status = getattr(self.library, name)(
            *[ctypes.c_size_t(a) if isinstance(a, int) else a for a in arguments])
        if status:
            raise Wrong(f"{name}: status {status}")

    def create(self, name, *arguments):
        handle = ctypes.c_void_p()
        self.call(name, *arguments, ctypes.byref(handle))
        return handle


API = None


def candidates(workload, threads):
    """A sequence is as many calls of a step: the format's own LSTM operator has no fast path."""
    for form in forms(dataclasses.replace(workload, length=1), native=False):
        if workload.length == 1:
            yield form.name, lambda form=form: make(form, threads), False
        elif "two" in form.name or workload.layers[0].blocks > 1 and "zeros" not in form.name:
            yield form.name, lambda form=form: make_sequence(form, threads, workload), False


def compiled_model(graph, threads, keep):
    """With the hint that one delegate takes everything where that is so."""
    if any(port.offset * 4 % ALIGNMENT for port in graph.inputs + graph.outputs):
        raise Wrong("a buffer inside another does not begin at 64 bytes")
    data = graph.serialized()
    model = API.create("LiteRtCreateModelFromBuffer", API.environment, data, len(data))
    keep += [data, lambda: API.library.LiteRtDestroyModel(model)]
    for hint in ("hint_fully_delegated_to_single_delegate = true\n", ""):
        options, text = cpu_options(f"num_threads = {threads}\n{hint}")
        keep.append(text)
        try:
            compiled = API.create("LiteRtCreateCompiledModel", API.environment, model, options)
            break
        except Wrong:
            if not hint:
                raise
    keep.append(lambda: API.library.LiteRtDestroyCompiledModel(compiled))
    return compiled


def new_graph(form):
    global API
    API = API or Api()
    graph = TfliteGraph()
    form.build(graph)
    return graph


def make(form, threads):
    graph, keep = new_graph(form), []
    compiled = compiled_model(graph, threads, keep)
    buffers = Buffers(graph)
    calls = [call(compiled, [(p, buffers.view(which, p)) for p in graph.inputs],
                  [(p, buffers.view(1 - which, p)) for p in graph.outputs], keep)
             for which in range(2)]
    return GraphCompetitor(NAME, form.name, threads, Calls(calls), buffers, keep)


def rows(count, width):
    """[count, width] zeros, each row at a multiple of 64 bytes as the library demands."""
    stride = -(-width * 4 // ALIGNMENT) * ALIGNMENT // 4
    return aligned(count * stride + SLACK)[:count * stride].reshape(count, stride)[:, :width]


def make_sequence(form, threads, workload):
    """Step t reads row t of x and row t - 1 of y, and writes row t of y; c alternates."""
    graph, keep, steps = new_graph(form), [], workload.length
    compiled = compiled_model(graph, threads, keep)
    x, y, c = (rows(count, width) for count, width in (
        (steps, workload.inputs), (steps + 1, workload.outputs), (3, workload.outputs)))
    calls = []
    for t in range(steps):
        memory = {"x": x[t], "h": y[t], "c": c[0 if t == 0 else 1 + t % 2], "y": y[t + 1],
                  "c.next": c[1 + (t + 1) % 2]}
        calls.append(call(compiled, [(p, memory[p.name]) for p in graph.inputs],
                          [(p, memory[p.name]) for p in graph.outputs], keep))
    return Sequence(form.name + f", {steps} calls", threads, Calls(calls, unit=steps), x,
                    y[1:], keep)


class Sequence(Competitor):
    def __init__(self, form, threads, calls, x, y, keep):
        super().__init__(NAME, form, threads, calls)
        self.x, self.y, self.keep = x, y, keep

    def write(self, which, x):
        self.x[:] = x

    def read(self, which):
        return self.y

    def close(self):
        release(self.keep)


def call(compiled, inputs, outputs, keep):
    ins, outs = (tensor_buffers(side, keep) for side in (inputs, outputs))
    return (API.library.LiteRtRunCompiledModel, compiled, 0, len(ins), ctypes.addressof(ins),
            len(outs), ctypes.addressof(outs))


@ctypes.CFUNCTYPE(None, ctypes.c_void_p)
def nothing(address):
    """Our memory is not theirs to free."""


def cpu_options(settings):
    """Settings reach the delegate as text under its name."""
    options = API.create("LiteRtCreateOptions")
    API.call("LiteRtSetOptionsHardwareAccelerators", options, CPU)
    text = ctypes.create_string_buffer(settings.encode())
    opaque = API.create("LiteRtCreateOpaqueOptions", b"xnnpack", text, nothing)
    API.call("LiteRtAddOpaqueOptions", options, opaque)
    return options, text


def tensor_buffers(pairs, keep):
    """Handles for (port, memory) pairs."""
    handles = (ctypes.c_void_p * len(pairs))()
    for index, (port, memory) in enumerate(pairs):
        kind = TensorType(FLOAT)
        kind.layout.rank = len(port.shape)
        kind.layout.dimensions[:len(port.shape)] = port.shape
        handle = API.create("LiteRtCreateTensorBufferFromHostMemory", ctypes.byref(kind),
                            ctypes.c_void_p(memory.ctypes.data), port.size * 4, nothing)
        handles[index] = handle.value
        keep += [memory, lambda handle=handle: API.library.LiteRtDestroyTensorBuffer(handle)]
    keep.append(handles)
    return handles
