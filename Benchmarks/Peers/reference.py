"""The networks in NumPy double precision: what every competitor must agree with."""

import numpy as np

from workloads import GATES, by_gate


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Reference:
    """A stream: step after step from zero states."""

    def __init__(self, workload):
        self.layers = workload.layers
        self.weights = [{k: v.astype(np.float64) for k, v in w.items()} for w in workload.weights()]
        self.h = [np.zeros(layer.outputs) for layer in self.layers]
        self.c = [np.zeros(layer.outputs) for layer in self.layers]

    def run(self, inputs):
        """[steps, inputs] to [steps, outputs]."""
        return np.stack([self.step(x.astype(np.float64)) for x in inputs])

    def step(self, x):
        for index, layer in enumerate(self.layers):
            x = getattr(self, layer.kind)(index, layer, x)
        return x

    def relu(self, index, layer, x):
        return np.maximum(x, 0)

    def linear(self, index, layer, x):
        y = self.weights[index]["w"][0] @ x + self.weights[index]["b"]
        return np.tanh(y) if layer.activation == "tanh" else sigmoid(y)

    def products(self, index, layer, x):
        """Input and recurrent products with their biases, each [gates, outputs]."""
        w, shape = self.weights[index], (layer.blocks, -1)
        parts = (np.matmul(w[m], v.reshape(shape)[..., None])[..., 0] + w[b]
                 for m, b, v in (("wx", "bx", x), ("wh", "bh", self.h[index])))
        return [by_gate(layer, part).reshape(GATES[layer.kind], -1) for part in parts]

    def lstm(self, index, layer, x):
        i, f, g, o = sum(self.products(index, layer, x))
        self.c[index] = sigmoid(f) * self.c[index] + sigmoid(i) * np.tanh(g)
        self.h[index] = sigmoid(o) * np.tanh(self.c[index])
        return self.h[index]

    def gru(self, index, layer, x):
        inputs, recurrent = self.products(index, layer, x)
        r, z = sigmoid(inputs[:2] + recurrent[:2])
        n = np.tanh(inputs[2] + r * recurrent[2])
        self.h[index] = n + z * (self.h[index] - n)
        return self.h[index]

    def rnn(self, index, layer, x):
        self.h[index] = np.tanh(sum(self.products(index, layer, x))[0])
        return self.h[index]
