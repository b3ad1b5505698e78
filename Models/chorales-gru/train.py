"""Trains a GRU on the JSB Chorales; the task and the method are in ../tools/chorales.py.

python train.py JSB_Chorales.npz
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "tools"))

import chorales  # noqa: E402

RECIPE = {
    "cell": "gru",
    "hidden": 256,
    "blocks": 1,
    "seed": 1,
    "epochs": 400,
    "patience": 30,  # epochs without a better validation NLL
    "batch": 16,
    "lr": 0.004,  # halved after 8 epochs without progress
    "weight_decay": 0,
    "input_dropout": 0.2,
    "output_dropout": 0.5,
    "clip": 1.0,  # norm of the gradient
    "average": 0.99,  # decay of the averaged weights, which are the ones kept
}

if __name__ == "__main__":
    chorales.main(FOLDER, RECIPE)
