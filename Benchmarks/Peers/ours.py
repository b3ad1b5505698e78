"""rnnc: the runtime with a plan file, and emitted C; both called through C."""

import ctypes
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

import numpy as np

import native
from competitor import Competitor, Wrong
from graph import aligned
from timing import Calls
from workloads import by_gate

RUNTIME, EMITTED = "rnnc runtime", "rnnc emitted C"


class Tool:
    """The compiler under test, and its runtime built into a shared object."""

    def __init__(self, path, sources, folder):
        self.path, self.folder = str(path), folder
        self.help = self.output("compile", "--help")
        self.version = self.output("--version").strip()
        self.clang = native.toolchain_clang()
        self.library = native.runtime(self.clang, sources, folder)
        self.compiled = {}

    def output(self, *arguments):
        done = subprocess.run([self.path, *arguments], capture_output=True, text=True)
        if done.returncode:
            raise Wrong((done.stderr or done.stdout).strip()[:300])
        return done.stdout

    def compile(self, workload):
        """A folder with m.plan, m.c, m.h and perhaps m.weights. Raises Wrong with the reason."""
        key = (workload.layers, workload.bf16)
        if workload.bf16 and "--type" not in self.help:
            raise Wrong("rnnc compile has no --type yet")
        if key not in self.compiled:
            folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
            write_model(workload, folder)
            extra = ["--type", "bf16"] if workload.bf16 else []
            self.output("compile", str(folder / "m.yaml"), "-o", str(folder), "--prefix", "m",
                        "--emit", "plan,c", "-q", *extra)
            self.compiled[key] = folder
        return self.compiled[key]

    def forget(self):
        """Removes the models of the row that was just measured."""
        for folder in self.compiled.values():
            shutil.rmtree(folder)
        self.compiled = {}


def write_model(workload, folder):
    tensors, lines = {}, ["format: 1", "name: m", "weights: m.safetensors", "inputs:",
                          f"  x: {{type: f32, shape: [{workload.inputs}]}}", "layers:"]
    for index, (layer, w) in enumerate(zip(workload.layers, workload.weights())):
        lines += describe(f"l{index}", layer)
        tensors |= {f"l{index}.{k}": v for k, v in layer_tensors(layer, w).items()}
    lines += ["outputs:", f"  y: {{from: l{index}}}", ""]
    if not tensors:
        lines[2] = "weights: {init: uniform, seed: 1}"
    (folder / "m.yaml").write_text("\n".join(lines))
    (folder / "m.safetensors").write_bytes(safetensors(tensors))


def describe(name, layer):
    if layer.kind == "relu":
        return [f"  - activation: {name}", "    kind: relu"]
    if layer.kind == "linear":
        return [f"  - linear: {name}", f"    out: {layer.outputs}",
                f"    activation: {layer.activation}"]
    lines = [f"  - {layer.kind}: {name}", f"    hidden: {layer.outputs}"]
    if layer.blocks > 1:
        structure = f"{{structure: block_diagonal, blocks: {layer.blocks}}}"
        lines += [f"    {matrix}: {structure}" for matrix in ("input", "recurrent")]
    return lines


def layer_tensors(layer, w):
    """Dense tensors as PyTorch has them; blocks packed as [gate, block, out, in]."""
    if layer.kind in ("linear", "relu"):
        return {"weight": w["w"][0], "bias": w["b"]} if w else {}
    result = {f"bias_{m}h_l0": by_gate(layer, w[f"b{k}"]).reshape(-1) for m, k in ("ix", "hh")}
    for m, k in (("i", "wx"), ("h", "wh")):
        parts = by_gate(layer, w[k])
        if layer.blocks == 1:
            result[f"weight_{m}h_l0"] = parts.reshape(-1, parts.shape[-1])
        else:
            result[f"weight_{m}h_blocks"] = parts
    return result


def safetensors(tensors):
    header, parts, at = {}, [], 0
    for name, array in tensors.items():
        data = np.ascontiguousarray(array, np.float32).tobytes()
        header[name] = {"dtype": "F32", "shape": list(array.shape),
                        "data_offsets": [at, at + len(data)]}
        parts.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


class Ours(Competitor):
    def __init__(self, peer, form, threads, calls, inputs, outputs, keep, close=None):
        super().__init__(peer, form, threads, calls)
        self.inputs, self.outputs, self.keep, self.release = inputs, outputs, keep, close

    def write(self, which, x):
        self.inputs[:x.size] = x.reshape(-1)

    def read(self, which):
        return self.outputs

    def close(self):
        if self.release:
            self.release()


class Job(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in
                ("program", "state", "scratch", "inputs", "outputs")]
    _fields_ += [("steps", ctypes.c_size_t), ("threads", ctypes.c_int), ("result", ctypes.c_int)]


def memory(workload):
    return [aligned(size * workload.length) for size in (workload.inputs, workload.outputs)]


def runtime(tool, workload, threads):
    """rnnc_step or rnnc_run over the plan; several threads through rnnc_run_share."""
    folder, library = tool.compile(workload), tool.library
    program, message = ctypes.c_void_p(), ctypes.create_string_buffer(300)
    if library.rnnc_open(str(folder / "m.plan").encode(), ctypes.byref(program), message, 300):
        raise Wrong(message.value.decode())
    state, scratch = (aligned(getattr(library, f"rnnc_{name}_size")(program) // 4 + 16)
                      for name in ("state", "scratch"))
    if library.rnnc_init(program, ctypes.c_void_p(state.ctypes.data),
                         ctypes.c_size_t(state.nbytes)):
        raise Wrong("rnnc_init failed")
    inputs, outputs = memory(workload)
    ports = [(ctypes.c_void_p * 1)(a.ctypes.data) for a in (inputs, outputs)]
    addresses = [ctypes.addressof(port) for port in ports]
    arguments = [program, state.ctypes.data, scratch.ctypes.data, *addresses]
    job = Job(program, *arguments[1:], workload.length, threads)
    if threads > 1:
        call, form = (library.peers_run_job, ctypes.addressof(job)), "rnnc_run_share"
    elif workload.length > 1:
        call, form = (library.rnnc_run, *arguments, workload.length), "rnnc_run"
    else:
        call, form = (library.rnnc_step, *arguments), "rnnc_step"
    return Ours(RUNTIME, form, threads, Calls([call]), inputs, outputs,
                [state, scratch, ports, job], lambda: library.rnnc_close(program))


def emitted(tool, workload, threads):
    """step or run of the emitted C, compiled as its first comment says."""
    if threads > 1:
        raise Wrong("emitted C has no run_threads yet")
    folder = tool.compile(workload)
    target = folder / "libm_emitted.so"
    if not target.exists():
        compile_emitted(tool.clang or "cc", folder, target)
    library = ctypes.CDLL(str(target))
    for name in ("m_state_size", "m_scratch_size"):
        getattr(library, name).restype = ctypes.c_size_t
    state, scratch = (aligned(getattr(library, f"m_{name}_size")() // 4 + 16)
                      for name in ("state", "scratch"))
    if library.m_init(ctypes.c_void_p(state.ctypes.data), ctypes.c_size_t(state.nbytes)):
        raise Wrong("init failed")
    inputs, outputs = memory(workload)
    arguments = [a.ctypes.data for a in (state, scratch, inputs, outputs)]
    call = ((library.m_run, *arguments, workload.length) if workload.length > 1
            else (library.m_step, *arguments))
    return Ours(EMITTED, "run" if workload.length > 1 else "step", threads, Calls([call]),
                inputs, outputs, [state, scratch])


def compile_emitted(compiler, folder, target):
    text = (folder / "m.c").read_text()
    said = re.search(r"compile with ((?:-m\S+ ?)+)", " ".join(text[:2000].split()))
    flags = said.group(1).rstrip(". ").split() if said else []
    native.run([compiler, "-O2", *flags, "-shared", "-fPIC", "-I.", "-o", target, "m.c"], folder)
