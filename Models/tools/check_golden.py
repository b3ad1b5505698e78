"""Checks that a model folder agrees with itself: evaluates model.yaml with model.safetensors in float64 and compares
every output and final state with golden.npz.

It shares no code with the training scripts and uses no framework, so it checks the description as well as the weights.

python check_golden.py FOLDER... [--tolerance 1e-4]
"""

import argparse
import json
import math
import os
import sys

import numpy as np
import yaml


def read_safetensors(path):
    """-> name -> float64 array. All files here are float32."""
    with open(path, "rb") as file:
        data = file.read()
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8:8 + length]), data[8 + length:]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        assert entry["dtype"] == "F32", name
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(body[start:end], "<f4").reshape(entry["shape"]).astype(np.float64)
    return tensors


def sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


class Evaluator:
    """Evaluates the layers of one description over a whole sequence; every value is [T, features]."""

    def __init__(self, description, tensors):
        self.description, self.tensors, self.used, self.states = description, tensors, set(), {}

    def tensor(self, layer, name, shape):
        key = f"{layer}.{name}"
        self.used.add(key)
        assert self.tensors[key].shape == tuple(shape), f"{key}: {self.tensors[key].shape}, expected {shape}"
        return self.tensors[key]

    def size(self, value):
        return self.description["dims"][value] if isinstance(value, str) else value

    def run(self, inputs):
        values = dict(inputs)
        previous = list(values)[-1]
        for layer in self.description["layers"]:
            kind, name = next(iter(layer.items()))
            sources = layer.get("from", previous)
            sources = [values[s] for s in (sources if isinstance(sources, list) else [sources])]
            values[name] = getattr(self, kind)(name, layer, *sources)
            previous = name
        return {name: values[output["from"]] for name, output in self.description["outputs"].items()}

    def frame(self, name, layer, x):
        size, width = self.size(layer["size"]), x.shape[1]
        stream = np.concatenate([np.zeros(size - width), x.ravel()])
        return np.stack([stream[t * width:t * width + size] for t in range(len(x))])

    def linear(self, name, layer, x):
        out = self.size(layer["out"])
        y = x @ self.tensor(name, "weight", [out, x.shape[1]]).T
        return y + self.tensor(name, "bias", [out]) if layer.get("bias", True) else y

    def activation(self, name, layer, x):
        if layer["kind"] == "log":
            return np.log(np.maximum(x, layer.get("floor", 0)))
        return {"square": np.square}[layer["kind"]](x)

    def add(self, name, layer, *sources):
        return sum(sources)

    def batch_norm(self, name, layer, x):
        weight, bias, mean, variance = (self.tensor(name, part, [x.shape[1]])
                                        for part in ("weight", "bias", "running_mean", "running_var"))
        return (x - mean) / np.sqrt(variance + layer.get("eps", 1e-5)) * weight + bias

    def softmax(self, name, layer, x):
        e = np.exp(x - x.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    def recurrent_weights(self, name, layer, gates):
        """[gates * hidden, hidden]: from the dense tensor, whose zeros are checked, or from the packed blocks."""
        hidden = self.size(layer["hidden"])
        blocks = layer.get("recurrent", {}).get("blocks", 1)
        size = hidden // blocks
        if f"{name}.weight_hh_blocks" in self.tensors:
            packed = self.tensor(name, "weight_hh_blocks", [gates, blocks, size, size])
            dense = np.zeros([gates, hidden, hidden])
            for b in range(blocks):
                dense[:, b * size:(b + 1) * size, b * size:(b + 1) * size] = packed[:, b]
            return dense.reshape(-1, hidden)
        dense = self.tensor(name, "weight_hh_l0", [gates * hidden, hidden])
        rows, columns = np.indices(dense.shape)
        assert not dense[rows % hidden // size != columns // size].any(), f"{name}: not zero outside the blocks"
        return dense

    def cell(self, name, layer, x, gates):
        """-> W x + b_ih for all steps [T, gates * hidden], the recurrent matrix, b_hh, hidden."""
        hidden = self.size(layer["hidden"])
        w = self.tensor(name, "weight_ih_l0", [gates * hidden, x.shape[1]])
        b, c = (self.tensor(name, f"bias_{part}_l0", [gates * hidden]) for part in ("ih", "hh"))
        return x @ w.T + b, self.recurrent_weights(name, layer, gates), c, hidden

    def lstm(self, name, layer, x):
        a, r, bias, hidden = self.cell(name, layer, x, 4)
        h, c, out = np.zeros(hidden), np.zeros(hidden), []
        for step in a:
            i, f, g, o = np.split(step + r @ h + bias, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            out.append(h)
        self.states |= {f"{name}.h_l0": h, f"{name}.c_l0": c}
        return np.stack(out)

    def gru(self, name, layer, x):
        assert layer.get("reset", "after") == "after"
        a, matrix, bias, hidden = self.cell(name, layer, x, 3)
        h, out = np.zeros(hidden), []
        for step in a:
            (ar, az, an), (hr, hz, hn) = np.split(step, 3), np.split(matrix @ h + bias, 3)
            z = sigmoid(az + hz)
            h = z * h + (1 - z) * np.tanh(an + sigmoid(ar + hr) * hn)
            out.append(h)
        self.states[f"{name}.h_l0"] = h
        return np.stack(out)

    def rnn(self, name, layer, x):
        assert layer.get("activation", "tanh") == "tanh"
        a, matrix, bias, hidden = self.cell(name, layer, x, 1)
        h, out = np.zeros(hidden), []
        for step in a:
            h = np.tanh(step + matrix @ h + bias)
            out.append(h)
        self.states[f"{name}.h_l0"] = h
        return np.stack(out)


def check(folder, tolerance):
    with open(os.path.join(folder, "model.yaml")) as file:
        description = yaml.safe_load(file)
    evaluator = Evaluator(description, read_safetensors(os.path.join(folder, description["weights"])))
    with np.load(os.path.join(folder, "golden.npz")) as data:
        golden = dict(data)
    got = evaluator.run({name: golden.pop(name).astype(np.float64) for name in description["inputs"]})
    unused = set(evaluator.tensors) - evaluator.used
    got |= evaluator.states
    good = not unused and set(got) == set(golden)
    for name in sorted(set(got) & set(golden)):
        difference = np.abs(got[name] - golden[name])
        bound = tolerance * (1 + np.abs(golden[name]))
        finite = got[name].shape == golden[name].shape and math.isfinite(difference.max())
        good = good and finite and bool((difference <= bound).all())
        print(f"{folder}: {name} {list(golden[name].shape)} greatest difference {difference.max():.1e}")
    if unused or set(got) != set(golden):
        print(f"{folder}: unused tensors {sorted(unused)}; names here {sorted(got)}, in golden.npz {sorted(golden)}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="absolute and relative")
    arguments = parser.parse_args()
    results = [check(folder, arguments.tolerance) for folder in arguments.folders]
    print(f"{sum(results)} of {len(results)} agree")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
