"""Hears a digit in recordings (WAV, 8 kHz, 16 bit, mono). Needs Python alone: no compiler, no package.

    rnnc compile Models/spoken-digits/model.yaml --emit shared -o libspoken_digits.so
    python3 listen.py ./libspoken_digits.so recording.wav ...
"""

import array
import ctypes
import sys
import wave

HOP = 80
DIGITS = "zero one two three four five six seven eight nine".split()


class Model:
    """One stream of a model that `rnnc compile --emit shared` has made."""

    def __init__(self, path, prefix):
        library = ctypes.CDLL(path)
        for name, result, arguments in [
            ("state_size", ctypes.c_size_t, []),
            ("scratch_size", ctypes.c_size_t, []),
            ("align", ctypes.c_size_t, []),
            ("init", ctypes.c_int, [ctypes.c_void_p, ctypes.c_size_t]),
            ("reset", None, [ctypes.c_void_p]),
            ("run", ctypes.c_int, [ctypes.c_void_p] * 4 + [ctypes.c_size_t]),
        ]:
            function = getattr(library, f"{prefix}_{name}")
            function.restype, function.argtypes = result, arguments
            setattr(self, "_" + name, function)
        self._state = self._memory(self._state_size())
        self._scratch = self._memory(self._scratch_size())
        if self._init(self._state, self._state_size()) != 0:
            raise RuntimeError("the model refuses its state")

    def _memory(self, size):
        """An aligned address in memory that lives as long as the model."""
        align = self._align()
        buffer = ctypes.create_string_buffer(size + align)
        self._buffers = getattr(self, "_buffers", []) + [buffer]
        return (ctypes.addressof(buffer) + align - 1) // align * align

    def reset(self):
        self._reset(self._state)

    def run(self, frames, steps, width):
        """`steps` rows of floats in, as many rows of `width` floats out."""
        source = (ctypes.c_float * len(frames)).from_buffer(frames)
        results = (ctypes.c_float * (steps * width))()
        if self._run(self._state, self._scratch, source, results, steps) != 0:
            raise RuntimeError("the model refuses its arguments")
        return list(results)


def read(path):
    """Samples as floats from -1 to 1."""
    with wave.open(path) as recording:
        samples = array.array("h", recording.readframes(recording.getnframes()))
    if sys.byteorder == "big":
        samples.byteswap()
    return array.array("f", (sample / 32768 for sample in samples))


def main(library, *paths):
    model = Model(library, "spoken_digits")
    for path in paths:
        samples = read(path)
        model.reset()
        probabilities = model.run(samples, len(samples) // HOP, len(DIGITS))
        best = max(range(len(probabilities)), key=probabilities.__getitem__)
        print(f"heard '{DIGITS[best % len(DIGITS)]}', probability {probabilities[best]:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
