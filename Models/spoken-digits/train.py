"""Trains the digit spotter with a block-diagonal recurrent matrix; the method is in ../tools/digits.py.

Needs espeak-ng and flite. python train.py [--cache clips.npz] [--fsdd fsdd_test.npz]
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "tools"))

import digits  # noqa: E402

RECIPE = {
    "hidden": 256,
    "blocks": 8,
    "seed": 1,
    "clips": {"train": 16000, "valid": 1000, "test": 2000},
    "updates": 3000,
    "batch": 64,
    "lr": 0.003,  # the peak of one cycle
    "weight_decay": 0.01,
    "dropout": 0.3,  # between the LSTM and the linear layer
    "clip": 1.0,  # norm of the gradient
    "average": 0.995,  # decay of the averaged weights, which are the ones kept
}

if __name__ == "__main__":
    digits.main(FOLDER, RECIPE)
