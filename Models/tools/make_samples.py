"""Makes the sample recordings of spoken-digits and says what the models hear in them. Needs espeak-ng.

The list below was fixed before any model was asked: each digit once and two more, by voices of the test split.

python make_samples.py OUTPUT_FOLDER MODEL_FOLDER...
"""

import os
import sys

import numpy as np
import yaml
from scipy.io import wavfile

import check_golden
import speech

SAMPLES = [  # word, accent, variant, words per minute, pitch
    ("zero", "en-gb", "m3", 150, 50),
    ("one", "en-us", "f3", 140, 50),
    ("two", "en-gb", "michael", 150, 45),
    ("three", "en-gb-scotland", "m7", 160, 50),
    ("four", "en-us", "f5", 150, 55),
    ("five", "en-gb-x-rp", "linda", 150, 50),
    ("six", "en-029", "pablo", 150, 50),
    ("seven", "en-gb", "f3", 150, 50),
    ("eight", "en-us-nyc", "m3", 160, 45),
    ("nine", "en-gb-scotland", "Alicia", 150, 50),
    ("three", "en-us", "michael", 170, 40),
    ("seven", "en-us", "m7", 170, 55),
]
HOP, SILENCE = 80, 2000  # samples


def main():
    output, folders = sys.argv[1], sys.argv[2:]
    os.makedirs(output, exist_ok=True)
    models = []
    for folder in folders:
        with open(os.path.join(folder, "model.yaml")) as file:
            description = yaml.safe_load(file)
        models.append((description, check_golden.read_safetensors(os.path.join(folder, description["weights"]))))
    for word, accent, variant, speed, pitch in SAMPLES:
        assert variant in speech.VARIANTS["test"]
        spoken = speech.espeak(word, f"{accent}+{variant}", speed, pitch)
        samples = speech.plain_recording(spoken, SILENCE, SILENCE, HOP)
        name = f"{word}-{accent}-{variant.lower()}.wav"
        wavfile.write(os.path.join(output, name), speech.RATE, (samples * 32768).astype(np.int16))
        print(f"{name:32}", end="")
        for description, tensors in models:
            evaluator = check_golden.Evaluator(description, tensors)
            prob = evaluator.run({"audio": samples.reshape(-1, HOP)})["prob"]
            step, label = np.unravel_index(prob.argmax(), prob.shape)
            heard = description["outputs"]["prob"]["labels"][label]
            verdict = "" if heard == word else " WRONG"
            print(f"  {description['name']}: {heard} {prob.max():.3f} at step {step}{verdict}", end="")
        print()


if __name__ == "__main__":
    main()
