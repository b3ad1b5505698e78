"""OpenVINO through its C API: the ONNX models, compiled for the CPU, tensors over our buffers."""

import ctypes
import pathlib
import tempfile

import openvino

from competitor import GraphCompetitor, Wrong
from forms import forms
from graph import Buffers
from onnx_graph import OnnxGraph
from timing import Calls

NAME = "OpenVINO"
FLOAT = 4  # ov_element_type_e
API = None


def version():
    """Also loads the library, which looks once for the cores that it may use: before any pinning."""
    global API
    API = API or Api()
    return openvino.__version__.split("-")[0]


class Property(ctypes.Structure):
    _fields_ = [("key", ctypes.c_char_p), ("value", ctypes.c_char_p)]


class Shape(ctypes.Structure):
    _fields_ = [("rank", ctypes.c_int64), ("dims", ctypes.POINTER(ctypes.c_int64))]


class Api:
    """Calls by name; a status other than 0 becomes an exception."""

    def __init__(self):
        folder = pathlib.Path(openvino.__file__).parent / "libs"
        self.library = ctypes.CDLL(str(next(folder.glob("libopenvino_c.so*"))))
        self.library.ov_get_last_err_msg.restype = ctypes.c_char_p
        self.core = self.create("ov_core_create")
        devices = (ctypes.c_void_p * 2)()
        self.call("ov_core_get_available_devices", self.core, ctypes.byref(devices))

    def call(self, name, *arguments):
        status = getattr(self.library, name)(
            *[ctypes.c_size_t(a) if isinstance(a, int) else a for a in arguments])
        if status:
            text = (self.library.ov_get_last_err_msg() or b"").decode(errors="replace")
            raise Wrong(f"{name}: status {status} {' '.join(text.split())[:160]}")

    def create(self, name, *arguments):
        handle = ctypes.c_void_p()
        self.call(name, *arguments, ctypes.byref(handle))
        return handle


def candidates(workload, threads):
    precisions = [True, False] if workload.bf16 else [False]
    for bf16 in precisions:
        for form in forms(workload, native=True):
            for separate in (False, True):
                name = (form.name + (", bf16 hint" if bf16 else "")
                        + (", two requests" if separate else ""))
                yield name, lambda form=form, name=name, separate=separate, bf16=bf16: make(
                    form, name, separate, threads, bf16), separate


def make(form, name, separate, threads, bf16):
    """One request whose states are updated in place, or two that feed each other."""
    graph = OnnxGraph()
    form.build(graph)
    compiled = compile_model(graph, threads, bf16)
    buffers = Buffers(graph)
    if not separate:
        buffers.sets[1] = buffers.sets[0]
    requests = [API.create("ov_compiled_model_create_infer_request", compiled)
                for _ in range(2 if separate else 1)]
    keep = [lambda: API.library.ov_compiled_model_free(compiled)]
    for which, request in enumerate(requests):
        keep.append(lambda request=request: API.library.ov_infer_request_free(request))
        bind(graph, buffers, request, which, keep)
    calls = Calls([(API.library.ov_infer_request_infer, request) for request in requests])
    return GraphCompetitor(NAME, name, threads, calls, buffers, keep)


def compile_model(graph, threads, bf16):
    settings = {"INFERENCE_NUM_THREADS": str(threads), "NUM_STREAMS": "1",
                "PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": "NO",
                "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32"}
    properties = (Property * len(settings))(*[(k.encode(), v.encode())
                                              for k, v in settings.items()])
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(graph.serialized())
        file.flush()
        model = API.create("ov_core_read_model", API.core, file.name.encode(), None)
        compiled = API.create("ov_core_compile_model_props", API.core, model, b"CPU",
                              len(settings), properties)
    API.library.ov_model_free(model)
    return compiled


def bind(graph, buffers, request, which, keep):
    for entry, ports, side in (("ov_infer_request_set_tensor", graph.inputs, which),
                               ("ov_infer_request_set_tensor", graph.outputs, 1 - which)):
        for port in ports:
            dims = (ctypes.c_int64 * len(port.shape))(*port.shape)
            address = ctypes.c_void_p(buffers.view(side, port).ctypes.data)
            tensor = API.create("ov_tensor_create_from_host_ptr", FLOAT,
                                Shape(len(port.shape), dims), address)
            API.call(entry, request, port.name.encode(), tensor)
            keep.append(lambda tensor=tensor: API.library.ov_tensor_free(tensor))
