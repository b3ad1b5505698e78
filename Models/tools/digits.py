"""Trains a keyword spotter for the ten digits on synthesised speech (speech.py): 8 kHz audio, hops of 10 ms.

The features are layers of the model: a sliding window of 256 samples, its power spectrum by two matrices, 32 mel
bands, logarithm, normalisation by the statistics of the training set. An LSTM, a linear layer and a softmax follow.

What is heard is the label with the highest probability over all steps. So the loss asks for three things: near
uniform probabilities before the word, the right label after it, and no higher peak of a wrong one anywhere.

Letters: B recordings in a batch, T steps, N = 80 T samples.
"""

import argparse
import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import model_files
import speech

HOP, SPAN, BINS, BANDS, FIRST_BIN = 80, 256, 120, 32, 2
FLOOR = 1e-5  # of the logarithm: about the power of noise at -70 dB of full scale in one bin
STEPS = 120  # of a training recording


def windowed_dft():
    """Two matrices [BINS, SPAN]: Hann window times cosine and times minus sine."""
    n, k = np.arange(SPAN), np.arange(FIRST_BIN, FIRST_BIN + BINS)[:, None]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * n / SPAN)
    angle = 2 * np.pi * k * n / SPAN
    return window * np.cos(angle), -window * np.sin(angle)


def mel_bands():
    """[BANDS, BINS]: triangles evenly spaced on the mel scale over the bins' range."""
    def mel(hertz):
        return 1127 * np.log1p(hertz / 700)

    width = speech.RATE / SPAN
    low, high = (FIRST_BIN - 1) * width, (FIRST_BIN + BINS) * width
    edges = np.linspace(mel(low), mel(high), BANDS + 2)
    bins = mel(np.arange(FIRST_BIN, FIRST_BIN + BINS) * width)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rising, falling))


class Spotter(nn.Module):
    """[B, N] audio -> [B, T, 10] log probabilities; the parts have the names of the description's layers."""

    def __init__(self, hidden, blocks, dropout):
        super().__init__()
        self.hidden, self.blocks = hidden, blocks
        for name, matrix in zip(["real", "imaginary", "mel"], [*windowed_dft(), mel_bands()]):
            layer = nn.Linear(*matrix.shape[::-1], bias=False)
            layer.weight = nn.Parameter(torch.tensor(matrix, dtype=torch.float32), requires_grad=False)
            setattr(self, name, layer)
        self.normalise = nn.BatchNorm1d(BANDS).requires_grad_(False)
        self.rnn = nn.LSTM(BANDS, hidden, batch_first=True)
        self.rnn.bias_ih_l0.data[hidden:2 * hidden] += 1  # the forget gate starts open
        self.head = nn.Linear(hidden, len(speech.WORDS))
        self.dropout = nn.Dropout(dropout)
        if blocks > 1:
            model_files.keep_block_diagonal(self.rnn.weight_hh_l0, model_files.block_mask(hidden, 4, blocks))

    def log_mel(self, audio):
        """[B, N] -> [B, T, BANDS]; before the first sample there is silence."""
        frames = functional.pad(audio, (SPAN - HOP, 0)).unfold(1, SPAN, HOP)
        return self.mel(self.real(frames).square() + self.imaginary(frames).square()).clamp(min=FLOOR).log()

    def normalised(self, features):
        layer = self.normalise
        return (features - layer.running_mean) / (layer.running_var + layer.eps).sqrt()

    def classify(self, features, state=None):
        h, state = self.rnn(features, state)
        return self.head(self.dropout(h)).log_softmax(2), state

    def forward(self, audio):
        return self.classify(self.normalised(self.log_mel(audio)))

    def tensors(self):
        """The description's tensors: names as here, the recurrent matrix packed where it has blocks."""
        tensors = self.state_dict()
        del tensors["normalise.num_batches_tracked"]
        if self.blocks > 1:
            dense = tensors.pop("rnn.weight_hh_l0")
            tensors["rnn.weight_hh_blocks"] = model_files.pack_blocks(dense, 4, self.blocks)
        return tensors


def batch_of(clips, random):
    """-> audio [B, N], labels [B], the steps of the words' first and last samples [B]."""
    parts = [speech.recording(samples, STEPS * HOP, random) for samples, _, _ in clips]
    audio = torch.tensor(np.stack([part[0] for part in parts]), dtype=torch.float32)
    labels = torch.tensor([label for _, label, _ in clips])
    start, end = (torch.tensor([part[i] // HOP for part in parts]) for i in (1, 2))
    return audio, labels, start, end


def masked(features, random):
    """SpecAugment, the bands only: up to two groups of bands are set to their mean over the training set."""
    features = features.clone()
    for item in features:
        for _ in range(random.integers(3)):
            first, count = random.integers(BANDS), random.integers(1, 6)
            item[:, first:first + count] = 0
    return features


def peak_scores(log_probabilities):
    """[B, T, 10] -> [B, 10]: the highest log probability over the steps. What is heard is the largest of them."""
    return log_probabilities.amax(1)


def loss(log_probabilities, labels, start, end):
    step = torch.arange(log_probabilities.shape[1])[None]
    before, after = step < start[:, None], step > end[:, None]
    of_label = log_probabilities.gather(2, labels[:, None, None].expand(-1, len(step[0]), 1))[..., 0]
    mean = log_probabilities.mean(2)  # its negative is the cross entropy to the uniform distribution
    told = -(0.95 * of_label + 0.05 * mean)[after].mean()
    undecided = -mean[before].mean()
    return told + 0.3 * undecided + functional.cross_entropy(2 * peak_scores(log_probabilities), labels)


def accuracy(model, audio, labels):
    """Share of the recordings heard right. `audio`: one tensor [B, N] or a list of [N]."""
    model.eval()
    with torch.no_grad():
        heard = [peak_scores(model(part)[0]).argmax(1)
                 for part in (audio.split(64) if torch.is_tensor(audio) else [a[None] for a in audio])]
    return (torch.cat(heard) == labels).float().mean().item()


def statistics(model, clips, random):
    """Sets the normalisation to mean and variance of the log mel bands of augmented training clips."""
    audio = batch_of(clips, random)[0]
    with torch.no_grad():
        features = model.log_mel(audio).flatten(0, 1)
    model.normalise.running_mean.copy_(features.mean(0))
    model.normalise.running_var.copy_(features.var(0))


def train(model, clips, valid, recipe):
    """AdamW, one cycle of the learning rate. -> the weights averaged over the last steps."""
    random = np.random.default_rng(recipe["seed"])
    statistics(model, clips[:1000], random)
    weights = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=recipe["lr"], weight_decay=recipe["weight_decay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe["lr"], recipe["updates"], pct_start=0.1)
    average = model_files.AverageOfWeights(model, recipe["average"])
    started, mean_loss = time.time(), 0
    for update in range(1, recipe["updates"] + 1):
        model.train()
        chosen = random.integers(len(clips), size=recipe["batch"])
        audio, labels, start, end = batch_of([clips[i] for i in chosen], random)
        with torch.no_grad():
            features = masked(model.normalised(model.log_mel(audio)), random)
        value = loss(model.classify(features)[0], labels, start, end)
        optimiser.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(weights, recipe["clip"])
        optimiser.step()
        schedule.step()
        average.update()
        mean_loss += (value.item() - mean_loss) / min(update, 100)
        if update % 100 == 0 or update == recipe["updates"]:
            judge = Spotter(recipe["hidden"], 1, 0)
            judge.load_state_dict(average.average)
            print(f"update {update:5}  loss {mean_loss:.4f}  validation {accuracy(judge, *valid):.4f}"
                  f"  {time.time() - started:.0f} s", flush=True)
    return average.average


def made_up_audio(steps, seed):
    """[steps * HOP]: a buzz through two moving resonances, and noise. It says nothing; PCM16 values."""
    random = np.random.default_rng(seed)
    seconds = np.arange(steps * HOP) / speech.RATE
    pitch = 2 * np.pi * np.cumsum(120 + 40 * np.sin(2 * np.pi * 1.3 * seconds)) / speech.RATE
    harmonics = np.arange(1, 24)[:, None]
    gain = sum(np.exp(-((harmonics * 120 - centre) / 250) ** 2)
               for centre in (500 + 200 * np.sin(5 * seconds), 1700 + 600 * np.cos(7 * seconds)))
    loudness = np.clip(np.sin(2 * np.pi * 0.9 * seconds), 0, 1)
    samples = 0.1 * loudness * (gain * np.sin(harmonics * pitch)).sum(0) + random.normal(0, 0.005, len(seconds))
    return torch.tensor(np.round(samples.clip(-1, 0.99) * 32768) / 32768, dtype=torch.float32)


def golden(model):
    """Input, output and final states of a run over made-up audio."""
    audio = made_up_audio(150, seed=0)
    model.eval()
    with torch.no_grad():
        log_probabilities, (h, c) = model(audio[None])
    return {"audio": audio.reshape(-1, HOP), "prob": log_probabilities[0].exp(),
            "rnn.h_l0": h[0, 0], "rnn.c_l0": c[0, 0]}


def synthesised(recipe, cache):
    """The clips of the three splits; synthesised once and kept in the file `cache` if one is given."""
    splits = {}
    if cache and os.path.exists(cache):
        with np.load(cache) as data:
            for split in recipe["clips"]:
                parts = np.split(data[split], np.cumsum(data[split + "_lengths"])[:-1])
                splits[split] = list(zip(parts, data[split + "_labels"].tolist(), data[split + "_voices"].tolist()))
        return splits
    arrays = {}
    for split, count in recipe["clips"].items():
        print(f"synthesising {count} clips: {split}", flush=True)
        splits[split] = speech.clips(split, count, recipe["seed"])
        samples, labels, voices = zip(*splits[split])
        arrays |= {split: np.concatenate(samples), split + "_lengths": [len(s) for s in samples],
                   split + "_labels": labels, split + "_voices": voices}
    if cache:
        np.savez(cache, **arrays)
    return splits


def fsdd(path):
    """Real recordings, for evaluation only: -> list of [N], labels. 0.2 s of silence on both sides."""
    with np.load(path) as data:
        parts = np.split(data["samples"] / 32768, np.cumsum(data["lengths"])[:-1])
        labels = torch.tensor(data["labels"].astype(int))
    padded = [np.pad(part, (1600, 1600 + -len(part) % HOP)) for part in parts]
    return [torch.tensor(part, dtype=torch.float32) for part in padded], labels


def main(folder, recipe):
    """`recipe`: the hyperparameters of the folder's train.py."""
    parser = argparse.ArgumentParser(description="Train this folder's digit spotter on synthesised speech.")
    parser.add_argument("-o", "--output", default=folder, help="folder to write the model's files to")
    parser.add_argument("--cache", help="npz file to keep the synthesised clips in")
    parser.add_argument("--fsdd", help="npz of the Free Spoken Digit Dataset (int16 samples, lengths, labels): a last"
                                       " evaluation on real recordings; never trained on")
    parser.add_argument("--seed", type=int, default=recipe["seed"])
    arguments = parser.parse_args()
    recipe = recipe | {"seed": arguments.seed}

    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    splits = synthesised(recipe, arguments.cache)
    valid = batch_of(splits["valid"], np.random.default_rng(1))[:2]
    model = Spotter(recipe["hidden"], recipe["blocks"], recipe["dropout"])
    model.load_state_dict(train(model, splits["train"], valid, recipe))
    test = splits["test"]
    noisy = batch_of(test, np.random.default_rng(2))[:2]
    quiet = [torch.tensor(speech.plain_recording(s, 2000, 2000, HOP), dtype=torch.float32) for s, _, _ in test]
    tensors = model.tensors()
    metric = {
        "task": "ten spoken digits, 8 kHz, streaming",
        "metric": "share of recordings heard right, the label being the one with the highest probability over all steps",
        "synthetic_voices_unseen": {
            "accuracy": round(accuracy(model, quiet, noisy[1]), 4),
            "accuracy_augmented": round(accuracy(model, *noisy), 4),
            "recordings": len(test),
            "how": "test voices of tools/speech.py, in no training clip; clean, and once augmented like the training set"
                   " (other speed, filters, reverberation, noise, level)",
        },
        "parameters": sum(value.numel() for name, value in tensors.items() if "running_" not in name),
        "training": recipe,
    }
    if arguments.fsdd:
        audio, labels = fsdd(arguments.fsdd)
        metric["fsdd_real_recordings"] = {
            "accuracy": round(accuracy(model, audio, labels), 4),
            "recordings": len(labels),
            "how": "Free Spoken Digit Dataset, takes 0-4 of all six speakers, 0.2 s of silence on both sides;"
                   " evaluation only, the model never saw a real recording",
        }
    print(metric)
    os.makedirs(arguments.output, exist_ok=True)
    model_files.write_weights(arguments.output, tensors)
    model_files.write_golden(arguments.output, golden(model))
    model_files.write_metric(arguments.output, metric)
