"""onnxruntime through its C API: sessions, and I/O bindings over our own buffers."""

import ctypes
import pathlib

import onnxruntime

from competitor import GraphCompetitor, Wrong
from forms import forms
from graph import Buffers
from onnx_graph import OnnxGraph
from timing import Calls

NAME = "onnxruntime"
API_VERSION = 16
# Places in the function table, which only grows at its end.
ENTRIES = {"GetErrorMessage": 2, "CreateEnv": 3, "CreateSessionFromArray": 8,
           "CreateSessionOptions": 10, "SetSessionGraphOptimizationLevel": 23,
           "SetIntraOpNumThreads": 24, "SetInterOpNumThreads": 25, "CreateRunOptions": 39,
           "CreateTensorWithDataAsOrtValue": 49, "CreateCpuMemoryInfo": 69, "ReleaseSession": 95,
           "ReleaseValue": 96, "ReleaseSessionOptions": 100, "AddSessionConfigEntry": 130,
           "RunWithBinding": 133, "CreateIoBinding": 134, "ReleaseIoBinding": 135,
           "BindInput": 136, "BindOutput": 137}
WARNING, ALL_OPTIMISATIONS, ARENA, FLOAT = 2, 99, 1, 1


def version():
    return onnxruntime.__version__


class Api:
    """The function table; a status that is not NULL becomes an exception."""

    def __init__(self):
        folder = pathlib.Path(onnxruntime.__file__).parent / "capi"
        self.library = ctypes.CDLL(str(min(folder.glob("libonnxruntime.so*"))))
        self.library.OrtGetApiBase.restype = ctypes.POINTER(ctypes.c_void_p)
        get = ctypes.CFUNCTYPE(ctypes.POINTER(ctypes.c_void_p), ctypes.c_uint32)
        self.table = get(self.library.OrtGetApiBase()[0])(API_VERSION)
        self.environment = self.create("CreateEnv", WARNING, b"peers")
        self.memory = self.create("CreateCpuMemoryInfo", ARENA, 0)
        self.run_options = self.create("CreateRunOptions")

    def address(self, name):
        return self.table[ENTRIES[name]]

    def call(self, name, *arguments):
        status = ctypes.CFUNCTYPE(ctypes.c_void_p)(self.address(name))(
            *[ctypes.c_size_t(a) if isinstance(a, int) else a for a in arguments])
        if status:
            message = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)(
                self.address("GetErrorMessage"))(status)
            raise Wrong(message.decode(errors="replace")[:200])

    def create(self, name, *arguments):
        handle = ctypes.c_void_p()
        self.call(name, *arguments, ctypes.byref(handle))
        return handle

    def release(self, name, handle):
        ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self.address(name))(handle)


API = None


def candidates(workload, threads):
    """(form, maker, fallback). One form also with weights that the session does not repack."""
    for form in forms(workload, native=True):
        for packed in (True, False) if "one matrix" in form.name else (True,):
            name = form.name + ("" if packed else ", weights as they are")
            yield name, lambda form=form, name=name, packed=packed: make(
                form, name, packed, threads), False


def make(form, name, packed, threads):
    global API
    API = API or Api()
    graph = OnnxGraph()
    form.build(graph)
    model = graph.serialized()
    options = API.create("CreateSessionOptions")
    API.call("SetIntraOpNumThreads", options, threads)
    API.call("SetInterOpNumThreads", options, 1)
    API.call("SetSessionGraphOptimizationLevel", options, ALL_OPTIMISATIONS)
    if not packed:
        API.call("AddSessionConfigEntry", options, b"session.disable_prepacking", b"1")
    session = API.create("CreateSessionFromArray", API.environment, model, len(model), options)
    API.release("ReleaseSessionOptions", options)
    buffers = Buffers(graph)
    keep = [lambda: API.release("ReleaseSession", session)]
    bindings = [bind(graph, buffers, session, which, keep) for which in range(2)]
    calls = Calls([(API.address("RunWithBinding"), session, API.run_options, b) for b in bindings])
    return GraphCompetitor(NAME, name, threads, calls, buffers, keep)


def bind(graph, buffers, session, which, keep):
    """Inputs from set `which`, outputs into the other."""
    binding = API.create("CreateIoBinding", session)
    keep.append(lambda: API.release("ReleaseIoBinding", binding))
    for entry, ports, side in (("BindInput", graph.inputs, which),
                               ("BindOutput", graph.outputs, 1 - which)):
        for port in ports:
            shape = (ctypes.c_int64 * len(port.shape))(*port.shape)
            value = API.create("CreateTensorWithDataAsOrtValue", API.memory,
                               buffers.view(side, port).ctypes.data, port.size * 4, shape,
                               len(port.shape), FLOAT)
            API.call(entry, binding, port.name.encode(), value)
            keep.append(lambda value=value: API.release("ReleaseValue", value))
    return binding
