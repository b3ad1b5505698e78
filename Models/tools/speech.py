"""Synthesised spoken digits, 8 kHz: the clips (espeak-ng and flite) and their augmentation.

A voice is a variant of espeak-ng ("f3") or a voice of flite. Voices are split, not clips: a variant of the validation
or the test set is in no training clip, under no accent.
"""

import io
import os
import subprocess
import tempfile

import numpy as np
from scipy.io import wavfile
from scipy.signal import resample_poly

RATE = 8000
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

ACCENTS = ["en-gb", "en-us", "en-029", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-gb-x-rp", "en-us-nyc"]
UNSEEN_ACCENT = "en-gb-scotland"  # test set only
VARIANTS = {
    "valid": ["m6", "f2", "adam", "belinda", "norbert", "Andrea"],
    "test": ["m3", "m7", "f3", "f5", "michael", "linda", "pablo", "Alicia"],
    "train": ["m1", "m2", "m4", "m5", "m8", "f1", "f4", "klatt", "klatt2", "klatt3", "klatt4", "klatt5", "klatt6",
              "Alex", "Andy", "Annie", "Denis", "Diogo", "Gene", "Gene2", "Henrique", "Hugo", "Jacky", "Lee", "Marco",
              "Mario", "Mike", "Mr", "RicishayMax", "RicishayMax2", "RicishayMax3", "Storm", "Tweaky",
              "anika", "antonio", "aunty", "benjamin", "boris", "caleb", "david", "ed", "edward", "edward2",
              "grandma", "grandpa", "gustave", "iven", "iven2", "iven3", "iven4", "john", "marcelo", "max", "miguel",
              "paul", "pedro", "quincy", "rob", "robert", "sandro", "shelby", "steph", "steph2", "steph3", "travis",
              "victor", "zac"],
}
FLITE = {"train": ["awb", "slt", "kal16"], "valid": ["rms"], "test": []}

# Foreign accents: the words as a reader of that language would spell what is heard. Training only.
RESPELLED = {
    "fr": "ziro ouane tou srî for faïve sixe sévène eïte naïne",
    "de": "siro uann tuh sri foor faiw sicks sewen äjt nain",
    "it": "ziro uan tu tri for faiv sics seven eit nain",
    "es": "siro uan tu tri for faif sics seven eit nain",
    "nl": "ziro wan toe srie foor faaiv sikks seven eejt nain",
    "pl": "ziro łan tu sri for fajw siks sewen ejt najn",
    "el": "ζίρο ουάν του θρι φορ φάιβ σιξ σέβεν έιτ νάιν",
}


def at_8_khz(wav):
    """The bytes of a wav file -> float32 samples at 8 kHz, peak 1, silence at both ends cut off."""
    rate, samples = wavfile.read(io.BytesIO(wav))
    divisor = np.gcd(RATE, rate)
    samples = resample_poly(samples.astype(np.float64), RATE // divisor, rate // divisor)
    samples /= np.abs(samples).max() + 1e-9
    loud = np.flatnonzero(np.abs(samples) > 0.015)
    return samples[max(0, loud[0] - 80):loud[-1] + 160].astype(np.float32)


def espeak(text, voice, speed, pitch):
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", text]
    wav = bytearray(subprocess.run(command, check=True, capture_output=True).stdout)
    # On a pipe the two sizes of the header are unknown; put the right ones.
    wav[4:8], wav[40:44] = (len(wav) - 8).to_bytes(4, "little"), (len(wav) - 44).to_bytes(4, "little")
    return at_8_khz(bytes(wav))


def flite(text, voice, stretch, pitch):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "clip.wav")
        subprocess.run(["flite", "-voice", voice, "-t", text, "--setf", f"duration_stretch={stretch:.2f}",
                        "--setf", f"int_f0_target_mean={pitch:.0f}", "-o", path], check=True, capture_output=True)
        with open(path, "rb") as file:
            return at_8_khz(file.read())


def random_clip(split, random):
    """-> (samples, label, voice): one word by a random voice of the split."""
    label = int(random.integers(10))
    kind = random.random()
    if FLITE[split] and kind < 0.25:
        voice = str(random.choice(FLITE[split]))
        return flite(WORDS[label], voice, random.uniform(0.7, 1.4), random.uniform(80, 230)), label, "flite-" + voice
    variant = str(random.choice(VARIANTS[split]))
    speed, pitch = int(random.integers(110, 240)), int(random.integers(10, 90))
    if split == "train" and kind < 0.45:
        accent = str(random.choice(list(RESPELLED)))
        text = RESPELLED[accent].split()[label]
    else:
        accent = str(random.choice(ACCENTS + [UNSEEN_ACCENT] if split == "test" else ACCENTS))
        text = WORDS[label]
    return espeak(text, f"{accent}+{variant}", speed, pitch), label, f"{accent}-{variant}"


def clips(split, count, seed):
    """-> list of (samples, label, voice); the same for the same versions of the synthesisers and the same seed."""
    random = np.random.default_rng([seed, ["train", "valid", "test"].index(split)])
    return [random_clip(split, random) for _ in range(count)]


# Augmentation. Letters: B clips in a batch, N samples.


def stretched(samples, factor):
    """Played `factor` times as fast: pitch, formants and tempo move together, as with another vocal tract."""
    positions = np.arange(0, len(samples) - 1, factor)
    return np.interp(positions, np.arange(len(samples)), samples).astype(np.float32)


def response(random, size):
    """[size // 2 + 1] complex: a random microphone and room."""
    frequencies = np.fft.rfftfreq(size, 1 / RATE)
    knots = np.linspace(0, RATE / 2, 7)
    decibels = np.interp(frequencies, knots, random.normal(0, 4, 7) + random.uniform(-4, 4) * np.linspace(-1, 1, 7))
    gain = 10 ** (decibels / 20)
    low, high = random.uniform(20, 250), random.uniform(2800, 4600)
    gain = gain / np.sqrt(1 + (low / (frequencies + 1)) ** 4) / np.sqrt(1 + (frequencies / high) ** 12)
    if random.random() < 0.4:
        return gain
    seconds = random.uniform(0.03, 0.3)  # decay to a thousandth
    length = int(seconds * RATE)
    echo = random.normal(0, 1, length) * np.exp(-6.9 * np.arange(length) / length)
    echo *= random.uniform(0.05, 0.6) / np.sqrt((echo ** 2).sum())
    echo[0] += 1
    return gain * np.fft.rfft(echo, size)


def noise(random, count):
    """[count] noise of a random colour, RMS 1."""
    spectrum = np.fft.rfft(random.normal(0, 1, count))
    shape = np.maximum(np.arange(len(spectrum)), 5.0) ** -random.uniform(0, 1.2)
    samples = np.fft.irfft(spectrum * shape, count)
    return samples / samples.std()


def recording(clip, length, random):
    """One clip said into a random microphone: -> (samples [length], first sample of the word, its last)."""
    word = stretched(clip, random.uniform(0.82, 1.2))
    start = int(random.uniform(0.02, 0.3) * RATE)
    word = word[:length - start - int(0.15 * RATE)]
    samples = np.zeros(length)
    samples[start:start + len(word)] = word
    size = 2 ** int(np.ceil(np.log2(length + 0.4 * RATE)))
    samples = np.fft.irfft(np.fft.rfft(samples, size) * response(random, size), size)[:length]
    samples /= np.abs(samples).max() + 1e-9
    if random.random() < 0.85:
        level = samples[start:start + len(word)].std() * 10 ** (-random.uniform(8, 45) / 20)
        samples += level * noise(random, length)
    end = start + len(word)
    if random.random() < 0.4:  # a recording cut out closely, with digital silence around it
        samples[:max(0, start - int(random.uniform(0, 0.05) * RATE))] = 0
        samples[end + int(random.uniform(0, 0.05) * RATE):] = 0
    samples *= 10 ** random.uniform(-1.5, 0.1)
    if random.random() < 0.1:  # 8-bit telephony
        compressed = np.sign(samples) * np.log1p(255 * np.abs(samples).clip(0, 1)) / np.log(256)
        compressed = np.round(compressed * 127) / 127
        samples = np.sign(compressed) * np.expm1(np.abs(compressed) * np.log(256)) / 255
    return np.round(samples.clip(-1, 32767 / 32768) * 32768) / 32768, start, end


def plain_recording(clip, before, after, hop, level=0.5):
    """A clip with silence around it, as for a listener without augmentation; a whole number of hops, PCM16 values."""
    samples = np.concatenate([np.zeros(before), clip * level, np.zeros(after)])
    samples = np.pad(samples, (0, -len(samples) % hop))
    return np.round(samples * 32768) / 32768
