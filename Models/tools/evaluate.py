"""The task metrics of the models as they are shipped, through `rnnc run`. NumPy alone; no framework.

python evaluate.py chorales JSB_Chorales.npz FOLDER...   test NLL in nats per frame, models of the chorales
python evaluate.py digits RECORDINGS FOLDER...           share of recordings heard right, digit spotters

JSB_Chorales.npz holds uint8 `test` [frames, 88] and `test_lengths`. RECORDINGS is a folder of <digit>_..._<take>.wav,
PCM16 at 8 kHz, as in the Free Spoken Digit Dataset (github.com/Jakobovski/free-spoken-digit-dataset, `recordings/`),
of which takes 0 to 4 are heard, or an npz of int16 `samples`, `lengths`, `labels`, or `synthetic`: 2000 clips of
voices that training never heard, made by espeak-ng and flite (some minutes; then speech.py's packages are needed too).
"""

import argparse
import glob
import os
import subprocess
import tempfile
import wave

import numpy as np

HOP = 80
SILENCE = 1600  # before and after a real recording: 0.2 s


def outputs(rnnc, folder, name, sequences):
    """The output `name` [T, width] for every input [T, features]."""
    with tempfile.TemporaryDirectory() as work:
        plan, x, y = (os.path.join(work, file) for file in ("model.plan", "x.npy", "y.npz"))
        subprocess.run([rnnc, "compile", "-q", os.path.join(folder, "model.yaml"), "-o", plan],
                       check=True, stdout=subprocess.DEVNULL)
        for sequence in sequences:
            np.save(x, sequence.astype(np.float32))
            subprocess.run([rnnc, "run", "-q", plan, "-i", x, "-o", y], check=True)
            with np.load(y) as data:
                yield data[name].astype(np.float64)


def chorales(rnnc, data, folder):
    """Sum over the keys of the Bernoulli cross entropy, mean over all predicted frames."""
    with np.load(data) as file:
        parts = np.split(file["test"].astype(np.float64), np.cumsum(file["test_lengths"])[:-1])
    total, frames = 0, 0
    for notes, logits in zip(parts, outputs(rnnc, folder, "logits", [part[:-1] for part in parts])):
        total += (np.logaddexp(0, logits) - logits * notes[1:]).sum()
        frames += len(logits)
    return f"{total / frames:.4f} nats per frame, {frames} frames"


def recordings(source):
    """-> samples [N] in -1 ... 1, a whole number of hops, and labels."""
    if source == "synthetic":
        import speech
        clips = speech.clips("test", 2000, 1)
        return [speech.plain_recording(samples, 2000, 2000, HOP) for samples, _, _ in clips], [c[1] for c in clips]
    if os.path.isdir(source):
        parts, labels = [], []
        for path in sorted(glob.glob(os.path.join(source, "*_[0-4].wav"))):
            with wave.open(path) as file:
                assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1), path
                parts.append(np.frombuffer(file.readframes(file.getnframes()), "<i2"))
            labels.append(int(os.path.basename(path)[0]))
    else:
        with np.load(source) as data:
            parts, labels = np.split(data["samples"], np.cumsum(data["lengths"])[:-1]), data["labels"].tolist()
    return [np.pad(part / 32768, (SILENCE, SILENCE + -len(part) % HOP)) for part in parts], labels


def digits(rnnc, source, folder):
    """What is heard is the label with the highest probability over all steps."""
    samples, labels = recordings(source)
    steps = [part.reshape(-1, HOP) for part in samples]
    heard = [prob.max(0).argmax() for prob in outputs(rnnc, folder, "prob", steps)]
    right = sum(int(h == label) for h, label in zip(heard, labels))
    return f"{right} of {len(labels)} recordings heard right, {100 * right / len(labels):.1f} %"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["chorales", "digits"])
    parser.add_argument("data")
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--rnnc", default=os.path.join(os.path.dirname(__file__), "../../.build/release/rnnc"))
    arguments = parser.parse_args()
    for folder in arguments.folders:
        task = {"chorales": chorales, "digits": digits}[arguments.task]
        print(f"{folder}: {task(arguments.rnnc, arguments.data, folder)}", flush=True)


if __name__ == "__main__":
    main()
