"""Graphs as TFLite models, written with the schema classes that LiteRT's package brings."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from graph import Graph

OPERATORS = schema.BuiltinOperator
OPTIONS = schema.BuiltinOptions
FAN = 4  # parts of one split or concatenation that XNNPACK takes; more become a tree


class TfliteGraph(Graph):
    """Values are tensor indices; shapes are needed by the format and tracked here."""

    def __init__(self):
        super().__init__()
        self.tensors, self.buffers, self.nodes, self.codes = [], [schema.BufferT()], [], []
        self.shapes, self.order = {}, {"in": [], "out": []}

    def tensor(self, shape, data=None, name=None):
        tensor = schema.TensorT()
        tensor.shape, tensor.name = list(map(int, shape)), name or f"t{len(self.tensors)}"
        tensor.type, tensor.buffer = schema.TensorType.FLOAT32, 0
        if data is not None:
            tensor.type = (schema.TensorType.INT32 if data.dtype == np.int32
                           else schema.TensorType.FLOAT32)
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            tensor.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.tensors.append(tensor)
        self.shapes[len(self.tensors) - 1] = tuple(shape)
        return len(self.tensors) - 1

    def node(self, code, inputs, shapes, kind=0, options=None):
        """Adds an operator; its output or outputs."""
        if code not in self.codes:
            self.codes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex, operator.inputs = self.codes.index(code), inputs
        operator.outputs = [self.tensor(shape) for shape in shapes]
        operator.builtinOptionsType, operator.builtinOptions = kind, options
        self.nodes.append(operator)
        return operator.outputs[0] if len(shapes) == 1 else operator.outputs

    def constant(self, array):
        return self.tensor(array.shape, array)

    def input(self, name, shape, buffer=None, offset=0):
        self.place_input(name, shape, buffer, offset)
        self.order["in"].append(self.tensor(shape, name=name))
        return self.order["in"][-1]

    def output(self, name, value, shape, buffer=None, offset=0):
        self.place_output(name, shape, buffer, offset)
        self.order["out"].append(value)

    def fc(self, x, w, b=None):
        options = schema.FullyConnectedOptionsT()
        inputs = [x, self.constant(w), -1 if b is None else self.constant(b)]
        return self.node(OPERATORS.FULLY_CONNECTED, inputs, [(1, w.shape[0])],
                         OPTIONS.FullyConnectedOptions, options)

    def bmm(self, x, w):
        options = schema.BatchMatMulOptionsT()
        matrix = self.constant(np.ascontiguousarray(w.swapaxes(1, 2)))
        return self.node(OPERATORS.BATCH_MATMUL, [x, matrix], [(w.shape[0], 1, w.shape[1])],
                         OPTIONS.BatchMatMulOptions, options)

    def conv_shape(self, channels):
        return 1, 1, 1, channels

    def conv(self, x, w, b):
        """A grouped 1x1 convolution: the kernel has fewer input channels than the input."""
        options = schema.Conv2DOptionsT()
        options.strideW = options.strideH = 1
        options.padding = schema.Padding.VALID
        kernel = self.constant(w.reshape(-1, 1, 1, w.shape[2]))
        rows = w.shape[0] * w.shape[1]
        return self.node(OPERATORS.CONV_2D, [x, kernel, self.constant(b.reshape(-1))],
                         [(1, 1, 1, rows)], OPTIONS.Conv2DOptions, options)

    def same(self, code, *inputs, kind=0, options=None):
        return self.node(code, list(inputs), [self.shapes[inputs[0]]], kind, options)

    def add_constant(self, x, array):
        return self.add(x, self.constant(array))

    def relu(self, x):
        return self.same(OPERATORS.RELU, x)

    def sigmoid(self, x):
        return self.same(OPERATORS.LOGISTIC, x)

    def tanh(self, x):
        return self.same(OPERATORS.TANH, x)

    def add(self, a, b):
        return self.same(OPERATORS.ADD, a, b, kind=OPTIONS.AddOptions,
                         options=schema.AddOptionsT())

    def sub(self, a, b):
        return self.same(OPERATORS.SUB, a, b, kind=OPTIONS.SubOptions,
                         options=schema.SubOptionsT())

    def mul(self, a, b):
        return self.same(OPERATORS.MUL, a, b, kind=OPTIONS.MulOptions,
                         options=schema.MulOptionsT())

    def split(self, x, parts, axis, size):
        if parts == 1:
            return [x]
        fan = next((n for n in range(FAN, 1, -1) if parts % n == 0), parts)
        options = schema.SplitOptionsT()
        options.numSplits = fan
        shape = list(self.shapes[x])
        shape[axis] = size * (parts // fan)
        where = self.tensor((), np.array(axis, np.int32))
        pieces = self.node(OPERATORS.SPLIT, [where, x], [shape] * fan, OPTIONS.SplitOptions,
                           options)
        return [part for piece in pieces for part in self.split(piece, parts // fan, axis, size)]

    def concat(self, values, axis):
        if len(values) == 1:
            return values[0]
        if len(values) > FAN:
            values = [self.concat(values[i:i + FAN], axis) for i in range(0, len(values), FAN)]
            return self.concat(values, axis)
        options = schema.ConcatenationOptionsT()
        options.axis = axis
        shape = list(self.shapes[values[0]])
        shape[axis] = sum(self.shapes[value][axis] for value in values)
        return self.node(OPERATORS.CONCATENATION, values, [shape], OPTIONS.ConcatenationOptions,
                         options)

    def reshape(self, x, shape):
        options = schema.ReshapeOptionsT()
        options.newShape = list(shape)
        return self.node(OPERATORS.RESHAPE, [x, self.constant(np.array(shape, np.int32))], [shape],
                         OPTIONS.ReshapeOptions, options)

    def signature(self):
        """The subgraph's inputs and outputs, in order, under our names."""
        definition = schema.SignatureDefT()
        definition.signatureKey, definition.subgraphIndex = "serving_default", 0
        sides = (self.order["in"], self.inputs), (self.order["out"], self.outputs)
        maps = []
        for indices, ports in sides:
            maps.append([])
            for index, port in zip(indices, ports):
                entry = schema.TensorMapT()
                entry.name, entry.tensorIndex = port.name, index
                maps[-1].append(entry)
        definition.inputs, definition.outputs = maps
        return definition

    def serialized(self):
        graph, model = schema.SubGraphT(), schema.ModelT()
        graph.tensors, graph.operators, graph.name = self.tensors, self.nodes, "g"
        graph.inputs, graph.outputs = self.order["in"], self.order["out"]
        model.version, model.subgraphs, model.buffers = 3, [graph], self.buffers
        model.operatorCodes = []
        for code in self.codes:
            operator = schema.OperatorCodeT()
            operator.builtinCode, operator.version = code, 1
            operator.deprecatedBuiltinCode = min(code, 127)
            model.operatorCodes.append(operator)
        model.signatureDefs = [self.signature()]
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())
