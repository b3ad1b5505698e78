"""The forms a network can be written in. All are tried; the fastest that is right is measured.

Dense products: one matrix over [x; h] that lie side by side in one buffer, or one over x and one
over h. Block-diagonal products: a batched product, a grouped convolution, a small product per
block, or the dense matrix with its zeros; blocks of one as elementwise products. Gates: the three sigmoid gates in one product and the
candidate in another, or a product per gate. Where a format has recurrent operators (ONNX), these.
"""

import dataclasses
from typing import Callable

import numpy as np

from workloads import GATES, by_gate, flat_bias, spread

# Units up to which a dense matrix with its zeros may win: in steps, in sequences.
ZEROS_WORTH_A_TRY, ZEROS_IN_SEQUENCES = 128, 512
BLOCKS_AS_OPERATORS = 24  # so many small operators per product at most
LSTM_SETS = {"gates apart": [[0], [1], [3], [2]], "gates together": [[0, 1, 3], [2]]}


@dataclasses.dataclass
class Form:
    name: str
    build: Callable  # fills a graph


def forms(workload, native):
    """All forms of a workload in a format with (`native`) or without recurrent operators."""
    layer = workload.layers[0]
    if layer.kind == "relu":
        return [Form("Relu of one number", relu)]
    if workload.length > 1:
        return sequence_forms(workload) if native else []
    result = [Form("operators", lambda g: operators(g, workload))] if native else []
    if len(workload.layers) > 1 or layer.kind != "lstm":
        return result + [Form("written out, " + sets, written_out(workload, sets))
                         for sets in LSTM_SETS]
    if layer.blocks > 1 and layer.outputs > ZEROS_WORTH_A_TRY:
        result = []
    if layer.blocks == layer.outputs == layer.inputs:
        result.append(Form("elementwise", lstm_step(workload, "elementwise", "gates apart")))
    for sets in LSTM_SETS:
        result += [Form(f"{how}, {sets}", lstm_step(workload, how, sets))
                   for how in products(layer)]
    return result


def products(layer):
    if layer.blocks == 1:
        return ["one matrix", "two matrices"]
    how = ["batched product", "grouped convolution"]
    if layer.blocks <= BLOCKS_AS_OPERATORS:
        how.append("product per block")
    if layer.outputs <= ZEROS_WORTH_A_TRY:
        how.append("zeros stored")
    return how


def relu(g):
    g.output("y", g.relu(g.input("x", (1, 1))), (1, 1))


def sequence_forms(workload):
    layer = workload.layers[0]
    result = []
    if layer.blocks > 1:
        result.append(Form("operator per block", lambda g: sequence_per_block(g, workload)))
    if layer.blocks == 1 or layer.outputs <= ZEROS_IN_SEQUENCES:
        result.append(Form("operator", lambda g: sequence_operator(g, workload)))
    return result


def sequence_operator(g, workload):
    layer, (w,) = workload.layers[0], workload.weights()
    x = g.input("x", (workload.length, 1, layer.inputs))
    y, *_ = g.recurrent(layer, w, x)
    g.output("y", y, (workload.length, 1, 1, layer.outputs))


def sequence_per_block(g, workload):
    """The blocks are networks of their own."""
    layer, (w,) = workload.layers[0], workload.weights()
    columns, units = layer.inputs // layer.blocks, layer.outputs // layer.blocks
    small = dataclasses.replace(layer, inputs=columns, outputs=units, blocks=1)
    x = g.input("x", (workload.length, 1, layer.inputs))
    parts = g.split(x, layer.blocks, 2, columns)
    ys = [g.recurrent(small, {k: v[b:b + 1] for k, v in w.items()}, part)[0]
          for b, part in enumerate(parts)]
    g.output("y", g.concat(ys, 3), (workload.length, 1, 1, layer.outputs))


def operators(g, workload):
    """The format's own LSTM, GRU, RNN and fully connected operators."""
    x = g.input("x", (1, 1, workload.inputs) if workload.recurrent[0] == 0
                else (1, workload.inputs))
    for index, (layer, w) in enumerate(zip(workload.layers, workload.weights())):
        if layer.kind == "linear":
            if index > 0:
                x = g.reshape(x, (1, layer.inputs))
            x = linear(g, layer, w, x)
            continue
        if index == 1 and workload.layers[0].kind == "linear":
            x = g.reshape(x, (1, 1, layer.inputs))
        shape = (1, 1, layer.outputs)
        h = g.input(f"h{index}", shape)
        c = g.input(f"c{index}", shape) if layer.kind == "lstm" else None
        _, x, *rest = g.recurrent(layer, w, x, h, c)
        last = index == len(workload.layers) - 1
        g.output("y" if last else f"h{index}.next", x, shape, f"h{index}")
        if rest:
            g.output(f"c{index}.next", rest[0], shape, f"c{index}")
    if layer.kind == "linear":
        g.output("y", x, (1, layer.outputs))


def linear(g, layer, w, x):
    y = g.fc(x, w["w"][0], w["b"])
    return g.tanh(y) if layer.activation == "tanh" else g.sigmoid(y)


def written_out(workload, sets):
    def build(g):
        x = g.input("x", (1, workload.inputs))
        for index, (layer, w) in enumerate(zip(workload.layers, workload.weights())):
            last = index == len(workload.layers) - 1
            if layer.kind == "linear":
                x = linear(g, layer, w, x)
                continue
            h = g.input(f"h{index}", (1, layer.outputs))
            x = CELLS[layer.kind](g, layer, w, x, h, sets)
            name = "y" if last else f"h{index}.next"
            g.output(name, x, (1, layer.outputs), f"h{index}")
        if layer.kind == "linear":
            g.output("y", x, (1, layer.outputs))
    return build


def rnn_cell(g, layer, w, x, h, sets):
    bias = flat_bias(layer, w["bx"] + w["bh"])
    return g.tanh(g.add(g.fc(x, spread(layer, w["wx"]), bias), g.fc(h, spread(layer, w["wh"]))))


def gru_cell(g, layer, w, x, h, sets):
    """Reset after: n = tanh(Wx + b + r (Uh + b'))."""
    n = layer.outputs
    wx, wh = spread(layer, w["wx"]), spread(layer, w["wh"])
    bx, bh = flat_bias(layer, w["bx"]), flat_bias(layer, w["bh"])

    def gate(rows):
        return g.sigmoid(g.add(g.fc(x, wx[rows], (bx + bh)[rows]), g.fc(h, wh[rows])))

    if sets == "gates apart":
        r, z = gate(slice(0, n)), gate(slice(n, 2 * n))
    else:
        r, z = g.split(gate(slice(0, 2 * n)), 2, 1, n)
    rows = slice(2 * n, 3 * n)
    new = g.tanh(g.add(g.fc(x, wx[rows], bx[rows]), g.mul(r, g.fc(h, wh[rows], bh[rows]))))
    return g.add(new, g.mul(z, g.sub(h, new)))


CELLS = {"rnn": rnn_cell, "gru": gru_cell}


def lstm_step(workload, how, sets):
    """One LSTM layer; `product(gates)` gives the pre-activations of some gates, side by side."""
    layer, (w,) = workload.layers[0], workload.weights()

    def build(g):
        product, shape = PRODUCTS[how](g, layer, w)
        c = g.input("c", shape)
        sigmoids = []
        *sigmoid_sets, candidate = LSTM_SETS[sets]
        for gates in sigmoid_sets:
            value = g.sigmoid(product(gates))
            sigmoids += g.split(value, len(gates), len(shape) - 1, shape[-1])
        i, f, o = sigmoids
        new = g.add(g.mul(f, c), g.mul(i, g.tanh(product(candidate))))
        y = g.mul(o, g.tanh(new))
        joined = any(port.buffer == "xh" for port in g.inputs)
        g.output("y", y, shape, "xh" if joined else "h", layer.inputs if joined else 0)
        g.output("c.next", new, shape, "c")
    return build


def whole(layer, w, gates):
    """Dense rows of some gates over x and over h, and their bias."""
    def rows(array):
        parts = array.reshape(GATES[layer.kind], layer.outputs, *array.shape[1:])
        return np.concatenate([parts[gate] for gate in gates])
    bias = flat_bias(layer, w["bx"] + w["bh"])
    return rows(spread(layer, w["wx"])), rows(spread(layer, w["wh"])), rows(bias)


def one_matrix(g, layer, w):
    xh = g.input("xh", (1, layer.inputs + layer.outputs))

    def product(gates):
        wx, wh, bias = whole(layer, w, gates)
        return g.fc(xh, np.concatenate([wx, wh], 1), bias)
    return product, (1, layer.outputs)


def two_matrices(g, layer, w):
    x, h = g.input("x", (1, layer.inputs)), g.input("h", (1, layer.outputs))

    def product(gates):
        wx, wh, bias = whole(layer, w, gates)
        return g.add(g.fc(x, wx, bias), g.fc(h, wh))
    return product, (1, layer.outputs)


def block_rows(layer, w, gates):
    """[B, gates * units, columns + units] and [B, gates * units]."""
    def rows(array):
        parts = by_gate(layer, array)
        return np.concatenate([parts[gate] for gate in gates], 1)
    return np.concatenate([rows(w["wx"]), rows(w["wh"])], 2), rows(w["bx"] + w["bh"])


def block_inputs(g, layer):
    """[x; h] of every block: [B, 1, columns + units]."""
    columns, units = layer.inputs // layer.blocks, layer.outputs // layer.blocks
    x, h = (g.input(n, (layer.blocks, 1, s)) for n, s in (("x", columns), ("h", units)))
    return g.concat([x, h], 2), (layer.blocks, 1, units), columns + units


def batched(g, layer, w):
    xh, shape, _ = block_inputs(g, layer)

    def product(gates):
        matrix, bias = block_rows(layer, w, gates)
        return g.add_constant(g.bmm(xh, matrix), bias[:, None])
    return product, shape


def grouped(g, layer, w):
    xh, shape, columns = block_inputs(g, layer)
    xh = g.reshape(xh, g.conv_shape(layer.blocks * columns))

    def product(gates):
        matrix, bias = block_rows(layer, w, gates)
        return g.reshape(g.conv(xh, matrix, bias), (layer.blocks, 1, len(gates) * shape[2]))
    return product, shape


def elementwise(g, layer, w):
    """Blocks of one: every product is a vector's."""
    x, h = g.input("x", (1, layer.inputs)), g.input("h", (1, layer.outputs))

    def product(gates):
        (gate,) = gates
        wx, wh, bias = (by_gate(layer, a)[gate].reshape(1, -1)
                        for a in (w["wx"], w["wh"], w["bx"] + w["bh"]))
        return g.add(g.add_constant(g.mul(x, g.constant(wx)), bias), g.mul(h, g.constant(wh)))
    return product, (1, layer.outputs)


def per_block(g, layer, w):
    xh, shape, columns = block_inputs(g, layer)
    parts = g.split(g.reshape(xh, (1, layer.blocks * columns)), layer.blocks, 1, columns)

    def product(gates):
        matrix, bias = block_rows(layer, w, gates)
        rows = [g.fc(part, matrix[b], bias[b]) for b, part in enumerate(parts)]
        return g.reshape(g.concat(rows, 1), (layer.blocks, 1, len(gates) * shape[2]))
    return product, shape


PRODUCTS = {"one matrix": one_matrix, "two matrices": two_matrices, "zeros stored": one_matrix,
            "batched product": batched, "grouped convolution": grouped,
            "product per block": per_block, "elementwise": elementwise}
