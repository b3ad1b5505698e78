"""PyTorch on the CPU: products and elementwise operators written out, results into tensors that
exist, under inference mode. There is no C entry, so calls come from Python."""

import dataclasses
import warnings

import numpy as np
import torch

from competitor import Competitor, Wrong
from forms import ZEROS_IN_SEQUENCES, ZEROS_WORTH_A_TRY
from timing import PythonCalls
from workloads import by_gate, flat_bias, spread

warnings.filterwarnings("ignore", module="torch")
NAME = "PyTorch"
ORDER = [0, 1, 3, 2]  # i f o g: the sigmoid gates side by side
INFERENCE = torch.inference_mode(True)  # for the whole process
torch.set_num_threads(1)
INFERENCE.__enter__()


def version():
    return torch.__version__


class TorchCompetitor(Competitor):
    """`function` works on x and y in place."""

    def __init__(self, form, function, x, y):
        super().__init__(NAME, form, 1, PythonCalls(function))
        self.x, self.y = x, y

    def write(self, which, x):
        self.x.copy_(torch.from_numpy(x.reshape(self.x.shape)))

    def read(self, which):
        return self.y.reshape(-1).numpy()


def candidates(workload, threads):
    def entry(name, build, *more):
        return name, lambda: TorchCompetitor(name, *build(workload, *more)), False

    layer = workload.layers[0]
    if threads > 1:
        yield "", one_thread_only, False
    elif layer.kind == "relu":
        yield entry("clamp_min of one number", relu)
    elif workload.length > 1:
        if layer.blocks == 1 or layer.outputs <= ZEROS_IN_SEQUENCES:
            yield entry("nn.LSTM", module)
        if layer.blocks > 1:
            yield entry("nn.LSTM per block", modules)
    elif layer.kind == "lstm" and len(workload.layers) == 1:
        yield from lstm_candidates(layer, entry)
    else:
        yield entry("written out", chain, False)
        yield entry("written out, scripted", chain, True)


def lstm_candidates(layer, entry):
    if layer.blocks == 1 or layer.outputs <= ZEROS_WORTH_A_TRY:
        yield entry("one matrix", dense_lstm, False)
        yield entry("one matrix, scripted", dense_lstm, True)
    if layer.blocks == layer.outputs == layer.inputs:
        yield entry("elementwise", diagonal_lstm, False)
    if layer.blocks > 1:
        yield entry("baddbmm", block_lstm, False)
        yield entry("baddbmm, scripted", block_lstm, True)


def one_thread_only():
    raise Wrong("its number of threads belongs to the whole process: measured with one only")


def tensor(array):
    return torch.from_numpy(np.ascontiguousarray(array, np.float32))


def relu(workload):
    x, y = torch.zeros(1), torch.zeros(1)
    return lambda: torch.clamp_min(x, 0, out=y), x, y


def module_of(w, layer):
    lstm = torch.nn.LSTM(layer.inputs, layer.outputs)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    for name, value in zip(names, w):
        getattr(lstm, name).data.copy_(tensor(value))
    return lstm.eval()


def module(workload):
    layer, (w,) = workload.layers[0], workload.weights()
    values = [spread(layer, w["wx"]), spread(layer, w["wh"]), flat_bias(layer, w["bx"]),
              flat_bias(layer, w["bh"])]
    lstm = module_of(values, layer)
    x = torch.zeros(workload.length, 1, layer.inputs)
    y = torch.zeros(workload.length, 1, layer.outputs)

    def call():
        y.copy_(lstm(x)[0])
    return call, x, y


def modules(workload):
    """The blocks are networks of their own."""
    layer, (w,) = workload.layers[0], workload.weights()
    columns, units = layer.inputs // layer.blocks, layer.outputs // layer.blocks
    small = dataclasses.replace(layer, inputs=columns, outputs=units, blocks=1)
    parts = [module_of([w[k][b] for k in ("wx", "wh", "bx", "bh")], small)
             for b in range(layer.blocks)]
    x = torch.zeros(workload.length, 1, layer.inputs)
    y = torch.zeros(workload.length, 1, layer.outputs)

    def call():
        torch.cat([part(v)[0] for part, v in zip(parts, x.split(columns, 2))], 2, out=y)
    return call, x, y


def dense_step(b: torch.Tensor, w: torch.Tensor, xh: torch.Tensor, pre: torch.Tensor,
               s: torch.Tensor, g: torch.Tensor, i: torch.Tensor, f: torch.Tensor,
               o: torch.Tensor, c: torch.Tensor, t: torch.Tensor, h: torch.Tensor):
    torch.addmv(b, w, xh, out=pre)
    s.sigmoid_()
    g.tanh_()
    c.mul_(f).addcmul_(i, g)
    torch.tanh(c, out=t)
    torch.mul(o, t, out=h)


def block_step(b: torch.Tensor, w: torch.Tensor, xh: torch.Tensor, pre: torch.Tensor,
               s: torch.Tensor, g: torch.Tensor, i: torch.Tensor, f: torch.Tensor,
               o: torch.Tensor, c: torch.Tensor, t: torch.Tensor, h: torch.Tensor):
    torch.baddbmm(b, w, xh, out=pre)
    s.sigmoid_()
    g.tanh_()
    c.mul_(f).addcmul_(i, g)
    torch.tanh(c, out=t)
    torch.mul(o, t, out=h)


def bound(function, scripted, *arguments):
    step = torch.jit.script(function) if scripted else function
    return lambda: step(*arguments)


def dense_lstm(workload, scripted):
    """[x; h] in one tensor, whose tail the step writes."""
    layer, (w,) = workload.layers[0], workload.weights()
    n = layer.outputs
    rows = np.concatenate([np.arange(gate * n, (gate + 1) * n) for gate in ORDER])
    matrix = tensor(np.concatenate([spread(layer, w["wx"]), spread(layer, w["wh"])], 1)[rows])
    bias = tensor(flat_bias(layer, w["bx"] + w["bh"])[rows])
    xh, pre, c, t = (torch.zeros(size) for size in (layer.inputs + n, 4 * n, n, n))
    i, f, o, g = pre.split(n)
    h = xh[layer.inputs:]
    call = bound(dense_step, scripted, bias, matrix, xh, pre, pre[:3 * n], g, i, f, o, c, t, h)
    return call, xh[:layer.inputs], h


def block_lstm(workload, scripted):
    """[x; h] of every block side by side: [blocks, columns + units, 1]."""
    layer, (w,) = workload.layers[0], workload.weights()
    columns, n = layer.inputs // layer.blocks, layer.outputs // layer.blocks

    def rows(array):
        return np.concatenate([by_gate(layer, array)[gate] for gate in ORDER], 1)
    matrix = tensor(np.concatenate([rows(w["wx"]), rows(w["wh"])], 2))
    bias = tensor(rows(w["bx"] + w["bh"])[..., None])
    xh, pre = (torch.zeros(layer.blocks, size, 1) for size in (columns + n, 4 * n))
    c, t = (torch.zeros(layer.blocks, n, 1) for _ in range(2))
    i, f, o, g = pre.split(n, 1)
    h = xh[:, columns:]
    call = bound(block_step, scripted, bias, matrix, xh, pre, pre[:, :3 * n], g, i, f, o, c, t, h)
    return call, xh[:, :columns], h


def diagonal_step(b: torch.Tensor, wx: torch.Tensor, wh: torch.Tensor, x: torch.Tensor,
                  pre: torch.Tensor, s: torch.Tensor, g: torch.Tensor, i: torch.Tensor,
                  f: torch.Tensor, o: torch.Tensor, c: torch.Tensor, t: torch.Tensor,
                  h: torch.Tensor):
    torch.addcmul(b, wx, x, out=pre)
    pre.addcmul_(wh, h)
    s.sigmoid_()
    g.tanh_()
    c.mul_(f).addcmul_(i, g)
    torch.tanh(c, out=t)
    torch.mul(o, t, out=h)


def diagonal_lstm(workload, scripted):
    """Blocks of one: vectors per gate."""
    layer, (w,) = workload.layers[0], workload.weights()
    wx, wh, b = (tensor(by_gate(layer, a)[ORDER].reshape(4, -1))
                 for a in (w["wx"], w["wh"], w["bx"] + w["bh"]))
    x, c, t, h = (torch.zeros(layer.outputs) for _ in range(4))
    pre = torch.zeros(4, layer.outputs)
    i, f, o, g = pre
    call = bound(diagonal_step, scripted, b, wx, wh, x, pre, pre[:3], g, i, f, o, c, t, h)
    return call, x, h


def linear_step(b: torch.Tensor, w: torch.Tensor, x: torch.Tensor, y: torch.Tensor, tanh: bool):
    torch.addmv(b, w, x, out=y)
    if tanh:
        y.tanh_()
    else:
        y.sigmoid_()


def rnn_step(b: torch.Tensor, wx: torch.Tensor, wh: torch.Tensor, x: torch.Tensor,
             t: torch.Tensor, h: torch.Tensor):
    torch.addmv(b, wx, x, out=t)
    t.addmv_(wh, h)
    torch.tanh(t, out=h)


def gru_step(bx: torch.Tensor, bh: torch.Tensor, wx: torch.Tensor, wh: torch.Tensor,
             x: torch.Tensor, px: torch.Tensor, ph: torch.Tensor, s: torch.Tensor,
             sh: torch.Tensor, r: torch.Tensor, z: torch.Tensor, n: torch.Tensor,
             nh: torch.Tensor, h: torch.Tensor):
    torch.addmv(bx, wx, x, out=px)
    torch.addmv(bh, wh, h, out=ph)
    s.add_(sh).sigmoid_()
    n.addcmul_(r, nh).tanh_()
    torch.lerp(n, h, z, out=h)


def chain(workload, scripted):
    """Layer after layer, each into its own tensors."""
    x = first = torch.zeros(workload.inputs)
    calls = []
    for layer, w in zip(workload.layers, workload.weights()):
        call, x = LAYERS[layer.kind](layer, w, x, scripted)
        calls.append(call)
    if len(calls) == 1:
        return calls[0], first, x

    def all_layers():
        for call in calls:
            call()
    return all_layers, first, x


def linear_layer(layer, w, x, scripted):
    y = torch.zeros(layer.outputs)
    return bound(linear_step, scripted, tensor(w["b"]), tensor(w["w"][0]), x, y,
                 layer.activation == "tanh"), y


def rnn_layer(layer, w, x, scripted):
    t, h = torch.zeros(layer.outputs), torch.zeros(layer.outputs)
    return bound(rnn_step, scripted, tensor(flat_bias(layer, w["bx"] + w["bh"])),
                 tensor(w["wx"][0]), tensor(w["wh"][0]), x, t, h), h


def gru_layer(layer, w, x, scripted):
    n = layer.outputs
    px, ph, h = torch.zeros(3 * n), torch.zeros(3 * n), torch.zeros(n)
    return bound(gru_step, scripted, tensor(w["bx"][0]), tensor(w["bh"][0]), tensor(w["wx"][0]),
                 tensor(w["wh"][0]), x, px, ph, px[:2 * n], ph[:2 * n], px[:n], px[n:2 * n],
                 px[2 * n:], ph[2 * n:], h), h


LAYERS = {"linear": linear_layer, "rnn": rnn_layer, "gru": gru_layer}
