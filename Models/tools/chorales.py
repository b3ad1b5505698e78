"""Trains a recurrent network on the JSB Chorales: from the notes of the frames so far, predict the next frame.

The task and its metric follow Boulanger-Lewandowski et al. 2012 and Bai et al. 2018: 88 keys, independent
Bernoulli outputs, negative log-likelihood (NLL) in nats summed over the keys and averaged over all predicted
frames (T - 1 per sequence) of all sequences, zero initial state.

Letters: B sequences in a batch, T frames, K = 88 keys.
"""

import argparse
import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import model_files

KEYS = 88
CELLS = {"lstm": (nn.LSTM, 4), "gru": (nn.GRU, 3), "rnn": (nn.RNN, 1)}  # module, gates


class Chorales(nn.Module):
    """[B, T, K] notes -> [B, T, K] logits of the notes of the next frame."""

    def __init__(self, cell, hidden, blocks, input_dropout, output_dropout):
        super().__init__()
        module, gates = CELLS[cell]
        self.rnn = module(KEYS, hidden, batch_first=True)
        self.out = nn.Linear(hidden, KEYS)
        self.input_dropout, self.output_dropout = nn.Dropout(input_dropout), nn.Dropout(output_dropout)
        if blocks > 1:
            model_files.keep_block_diagonal(self.rnn.weight_hh_l0, model_files.block_mask(hidden, gates, blocks))

    def forward(self, notes, state=None):
        h, state = self.rnn(self.input_dropout(notes), state)
        return self.out(self.output_dropout(h)), state


def read_split(path, split):
    """The sequences of one split, a list of [T, K] float tensors."""
    with np.load(path) as data:
        frames, lengths = data[split].astype(np.float32), data[split + "_lengths"]
    return [torch.from_numpy(part.copy()) for part in np.split(frames, np.cumsum(lengths)[:-1])]


def nll(model, sequences):
    """Sum of the NLL over all predicted frames, and their number. One padded batch; the padding is masked."""
    lengths = torch.tensor([len(s) - 1 for s in sequences])
    notes = nn.utils.rnn.pad_sequence(sequences, batch_first=True)
    logits, _ = model(notes[:, :-1])
    losses = functional.binary_cross_entropy_with_logits(logits, notes[:, 1:], reduction="none").sum(2)
    mask = torch.arange(losses.shape[1])[None] < lengths[:, None]
    return (losses * mask).sum(), int(lengths.sum())


def mean_nll(model, sequences):
    model.eval()
    with torch.no_grad():
        total, frames = nll(model, sequences)
    return total.item() / frames


def train(model, training, validation, recipe, seed):
    """Adam with early stopping; returns the best averaged weights, their validation NLL and the epochs up to them.

    Tried: transposing every sequence by up to 6 semitones. For the LSTM with 8 blocks validation was 8.60 after 220
    epochs, against 8.30 after 145 without: the keys and ranges of the chorales are part of what there is to learn.
    """
    random = np.random.default_rng(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=recipe["lr"], weight_decay=recipe["weight_decay"])
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.5, patience=8)
    average = model_files.AverageOfWeights(model, recipe["average"])
    judge = Chorales(recipe["cell"], recipe["hidden"], 1, 0, 0)
    best, best_weights, best_epoch = float("inf"), None, 0
    for epoch in range(recipe["epochs"]):
        model.train()
        order = random.permutation(len(training))
        for start in range(0, len(order), recipe["batch"]):
            batch = [training[i] for i in order[start:start + recipe["batch"]]]
            total, frames = nll(model, batch)
            optimiser.zero_grad()
            (total / frames).backward()
            nn.utils.clip_grad_norm_(model.parameters(), recipe["clip"])
            optimiser.step()
            average.update()
        judge.load_state_dict(average.average)
        value = mean_nll(judge, validation)
        schedule.step(value)
        if value < best - 1e-4:
            best, best_epoch = value, epoch
            best_weights = {name: tensor.clone() for name, tensor in average.average.items()}
        if epoch % 10 == 0:
            print(f"epoch {epoch:3}  validation {value:.4f}  best {best:.4f}", flush=True)
        if epoch - best_epoch > recipe["patience"]:
            break
    return best_weights, best, best_epoch + 1


def piano_roll(frames, seed):
    """[T, K]: four voices that hold a random note of their range for 1 to 4 frames. Music of no one."""
    random = np.random.default_rng(seed)
    notes = np.zeros((frames, KEYS), np.float32)
    for low, high in [(20, 34), (28, 42), (34, 48), (40, 56)]:
        frame = 0
        while frame < frames:
            held = int(random.integers(1, 5))
            notes[frame:frame + held, random.integers(low, high)] = 1
            frame += held
    return torch.from_numpy(notes)


def golden(model, cell):
    """Inputs, outputs and final states of a run over a made-up piano roll."""
    notes = piano_roll(64, seed=0)
    model.eval()
    with torch.no_grad():
        logits, state = model(notes[None])
    arrays = {"notes": notes, "logits": logits[0]}
    states = dict(zip(["h", "c"], state if cell == "lstm" else [state]))
    return arrays | {f"rnn.{name}_l0": value[0, 0] for name, value in states.items()}


def main(folder, recipe):
    """`recipe`: cell, hidden, blocks and the hyperparameters of the folder's train.py."""
    parser = argparse.ArgumentParser(description="Train this folder's model on the JSB Chorales.")
    parser.add_argument("data", help="JSB_Chorales.npz: uint8 [frames, 88] and <split>_lengths for train, valid, test")
    parser.add_argument("-o", "--output", default=folder, help="folder to write the model's files to")
    parser.add_argument("--seed", type=int, default=recipe["seed"])
    arguments = parser.parse_args()
    recipe = recipe | {"seed": arguments.seed}

    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    splits = {split: read_split(arguments.data, split) for split in ("train", "valid", "test")}
    model = Chorales(recipe["cell"], recipe["hidden"], recipe["blocks"],
                     recipe["input_dropout"], recipe["output_dropout"])
    started = time.time()
    weights, _, epochs = train(model, splits["train"], splits["valid"], recipe, arguments.seed)
    model.load_state_dict(weights)

    test = mean_nll(model, splits["test"])
    valid = mean_nll(model, splits["valid"])
    print(f"test {test:.4f}  validation {valid:.4f}  epochs {epochs}  {time.time() - started:.0f} s")
    tensors = model.state_dict()
    os.makedirs(arguments.output, exist_ok=True)
    model_files.write_weights(arguments.output, tensors)
    model_files.write_golden(arguments.output, golden(model, recipe["cell"]))
    model_files.write_metric(arguments.output, {
        "task": "JSB Chorales, next frame of an 88-key piano roll",
        "metric": "test NLL in nats per predicted frame; lower is better",
        "how": "x[t+1] is predicted from x[0..t], zero initial state; NLL of a frame = sum over 88 keys of the Bernoulli"
               " cross entropy (nats); mean over all predicted frames (T-1 per sequence) of all test sequences; float32",
        "test_nll": round(test, 4),
        "valid_nll": round(valid, 4),
        "test_frames": sum(len(s) - 1 for s in splits["test"]),
        "parameters": sum(value.numel() for value in tensors.values()),
        "parameters_not_zero": sum(int((value != 0).sum()) for value in tensors.values()),
        "training": recipe | {"optimiser": "Adam", "epochs_used": epochs},
    })
