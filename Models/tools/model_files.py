"""Writes the files of a model folder, and holds what the training scripts share about block structure."""

import json
import os

import numpy as np
import torch
from safetensors.numpy import save as safetensors_bytes


def write_atomically(path, data):
    """Writes beside the final name and renames, so a reader never sees half a file."""
    temporary = f"{path}.part"
    with open(temporary, "wb") as file:
        file.write(data)
    os.replace(temporary, path)


def write_weights(folder, tensors):
    """`tensors`: name -> torch tensor or array; stored as float32."""
    arrays = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in sorted(tensors.items())}
    write_atomically(os.path.join(folder, "model.safetensors"), safetensors_bytes(arrays))


def write_golden(folder, arrays):
    """The framework's outputs: float32 arrays under input, output and state names."""
    temporary = os.path.join(folder, "golden.part.npz")
    np.savez_compressed(temporary, **{name: np.asarray(value, dtype=np.float32) for name, value in arrays.items()})
    os.replace(temporary, os.path.join(folder, "golden.npz"))


def write_metric(folder, metric):
    write_atomically(os.path.join(folder, "metric.json"), (json.dumps(metric, indent=2) + "\n").encode())


def block_mask(hidden, gates, blocks):
    """[gates * hidden, hidden]: 1 inside the diagonal blocks of every gate, 0 elsewhere."""
    return torch.block_diag(*[torch.ones(hidden // blocks, hidden // blocks)] * blocks).repeat(gates, 1)


def keep_block_diagonal(weight, mask):
    """Zeroes the entries outside `mask` now, and their gradient for ever: Adam then never moves them."""
    with torch.no_grad():
        weight.mul_(mask)
    weight.register_hook(lambda gradient: gradient * mask)


def pack_blocks(weight, gates, blocks):
    """[gates * hidden, hidden] -> [gate, block, out, in], the packed form of a description."""
    hidden = weight.shape[1]
    size = hidden // blocks
    tiles = weight.reshape(gates, blocks, size, blocks, size)
    return torch.stack([tiles[:, block, :, block] for block in range(blocks)], dim=1)


class AverageOfWeights:
    """An exponential moving average of a module's parameters, used for validation and for the stored model."""

    def __init__(self, module, decay):
        self.module, self.decay, self.updates = module, decay, 0
        self.average = {name: value.detach().clone() for name, value in module.state_dict().items()}

    def update(self):
        self.updates += 1
        decay = min(self.decay, self.updates / (self.updates + 10))  # follows quickly at first
        for name, value in self.module.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value.detach(), 1 - decay)
