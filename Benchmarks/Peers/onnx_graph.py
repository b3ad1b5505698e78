"""Graphs as ONNX models, for onnxruntime and OpenVINO; weights are initializers: constants."""

import numpy as np
from onnx import TensorProto, helper

from graph import Graph
from workloads import GATES, flat_bias, spread

ORDER = {"lstm": [0, 3, 1, 2], "gru": [1, 0, 2], "rnn": [0]}  # ONNX: i o f c; z r h


class OnnxGraph(Graph):
    native = True

    def __init__(self):
        super().__init__()
        self.nodes, self.weights, self.count = [], [], 0
        self.renamed = {}  # values that are outputs

    def node(self, kind, inputs, outputs=1, **attributes):
        names = [self.fresh() for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def fresh(self):
        self.count += 1
        return f"v{self.count}"

    def constant(self, array):
        name = self.fresh()
        array = np.ascontiguousarray(array)
        kind = TensorProto.INT64 if array.dtype == np.int64 else TensorProto.FLOAT
        self.weights.append(helper.make_tensor(name, kind, array.shape, array.tobytes(), raw=True))
        return name

    def input(self, name, shape, buffer=None, offset=0):
        self.place_input(name, shape, buffer, offset)
        return name

    def output(self, name, value, shape, buffer=None, offset=0):
        self.renamed[value] = name
        self.place_output(name, shape, buffer, offset)

    def fc(self, x, w, b=None):
        bias = [] if b is None else [self.constant(b)]
        return self.node("Gemm", [x, self.constant(w.T), *bias])

    def bmm(self, x, w):
        return self.node("MatMul", [x, self.constant(w.swapaxes(1, 2))])

    def conv_shape(self, channels):
        return 1, channels, 1

    def conv(self, x, w, b):
        """x [1, B * columns, 1]; w [B, rows, columns] as a grouped convolution of width 1."""
        kernel = self.constant(w.reshape(-1, w.shape[2], 1))
        return self.node("Conv", [x, kernel, self.constant(b.reshape(-1))], group=w.shape[0])

    def add_constant(self, x, array):
        return self.node("Add", [x, self.constant(array)])

    def relu(self, x):
        return self.node("Relu", [x])

    def sigmoid(self, x):
        return self.node("Sigmoid", [x])

    def tanh(self, x):
        return self.node("Tanh", [x])

    def add(self, a, b):
        return self.node("Add", [a, b])

    def sub(self, a, b):
        return self.node("Sub", [a, b])

    def mul(self, a, b):
        return self.node("Mul", [a, b])

    def split(self, x, parts, axis, size):
        """Equal parts of `size` along `axis`."""
        if parts == 1:
            return [x]
        sizes = self.constant(np.full(parts, size, np.int64))
        return self.node("Split", [x, sizes], outputs=parts, axis=axis)

    def concat(self, values, axis):
        return self.node("Concat", values, axis=axis)

    def reshape(self, x, shape):
        return self.node("Reshape", [x, self.constant(np.array(shape, np.int64))])

    def recurrent(self, layer, w, x, h=None, c=None):
        """The standard's own operator: all steps [T, 1, outputs], last h, last c."""
        rows = [self.gate_rows(layer, spread(layer, w[m])) for m in ("wx", "wh")]
        bias = [self.gate_rows(layer, flat_bias(layer, w[b])) for b in ("bx", "bh")]
        inputs = [x, *[self.constant(r[None]) for r in rows],
                  self.constant(np.concatenate(bias)[None]), "", h or "", c or ""]
        while not inputs[-1]:
            inputs.pop()
        names = [self.fresh() for _ in range(3 if layer.kind == "lstm" else 2)]
        extra = {"linear_before_reset": 1} if layer.kind == "gru" else {}
        self.nodes.append(helper.make_node(layer.kind.upper(), inputs, names,
                                           hidden_size=layer.outputs, **extra))
        return names

    def gate_rows(self, layer, array):
        parts = array.reshape(GATES[layer.kind], layer.outputs, *array.shape[1:])
        return parts[ORDER[layer.kind]].reshape(array.shape)

    def serialized(self):
        def info(ports):
            return [helper.make_tensor_value_info(p.name, TensorProto.FLOAT, p.shape)
                    for p in ports]
        for node in self.nodes:
            for names in (node.input, node.output):
                names[:] = [self.renamed.get(name, name) for name in names]
        graph = helper.make_graph(self.nodes, "g", info(self.inputs), info(self.outputs),
                                  self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        return model.SerializeToString()
