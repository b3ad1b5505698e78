"""Dense LSTM steps through the C runtime, two plans in turn. Needs no package."""

import ctypes
import json
import math
import mmap
import pathlib
import random
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE / "Peers"))
import native  # noqa: E402  (found through the line above)

MODEL = HERE / "Models" / "lstm.yaml"
SLICE = 0.002  # seconds
SHORTEST = 2000.0  # ns: a shorter step is timed in batches that last this long


class Machine:
    """The tool, the runtime, the timing loop, and a folder for plans."""

    def __init__(self, rnnc, sources, folder):
        self.rnnc, self.folder = str(rnnc), folder
        self.loop = native.timing_loop(folder)
        self.library = native.runtime(native.toolchain_clang(), sources, folder)

    def tool(self, *arguments):
        done = subprocess.run([self.rnnc, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise native.Wrong((done.stderr or done.stdout).strip()[:500])
        return done.stdout

    def compile(self, width):
        plan = self.folder / f"{width}.plan"
        self.tool("compile", MODEL, "-q", "-o", plan, "--set", f"dims.hidden={width}",
                  "--set", "dims.blocks=1")
        return plan

    def environment(self, width):
        """The tool's own words on processor, system and instruction set."""
        answer = self.tool("bench", self.compile(width), "--json", "-q", "--steps", 1,
                           "--warmup", 1)
        return json.loads(answer)["environment"]

    def open(self, width):
        plan = self.compile(width)
        try:
            return Step(self, plan, width)
        finally:
            plan.unlink()  # it stays mapped


class Step:
    """An open plan with a stream of its own: ports of `width` numbers (`outputs` where the result has
    another number), random input."""

    def __init__(self, machine, plan, width, outputs=None):
        self.loop, self.library = machine.loop, machine.library
        self.open(plan)
        self.lay_out(width, width if outputs is None else outputs)
        self.batch, self.typical = 1, 0.0
        self.typical = min(self.samples(9))
        if self.typical < SHORTEST:
            self.batch = math.ceil(SHORTEST / min(self.samples(100)))
            self.typical = statistics.median(self.samples(9))

    def open(self, plan):
        self.program, message = ctypes.c_void_p(), ctypes.create_string_buffer(300)
        if self.library.rnnc_open(str(plan).encode(), ctypes.byref(self.program), message, 300):
            raise native.Wrong(message.value.decode())
        library, program = self.library, self.program
        self.sizes = [library.rnnc_state_size(program), library.rnnc_scratch_size(program)]

    def lay_out(self, width, outputs):
        """State, scratch memory, input and output in fresh pages, each on a cache line."""
        sizes = [*self.sizes, 4 * width, 4 * outputs]
        rooms = [-(-size // 64) * 64 for size in sizes]
        self.memory = mmap.mmap(-1, sum(rooms))
        start = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        self.places = [start + sum(rooms[:i]) for i in range(4)]
        numbers = random.Random(width)
        x = [numbers.uniform(-1, 1) for _ in range(width)]
        (ctypes.c_float * width).from_address(self.places[2])[:] = x
        self.table = native.table([self.bind(*self.places)])

    def bind(self, state, scratch, x, y):
        """A fresh stream, and the call that makes one step of it."""
        size = ctypes.c_size_t(self.sizes[0])
        if self.library.rnnc_init(self.program, ctypes.c_void_p(state), size):
            raise native.Wrong("rnnc_init failed")
        self.ports = [(ctypes.c_void_p * 1)(address) for address in (x, y)]
        addresses = [ctypes.addressof(port) for port in self.ports]
        return self.library.rnnc_step, self.program, state, scratch, *addresses

    def samples(self, count):
        """Nanoseconds per step; those that lost the core are left out unless all did."""
        result = (ctypes.c_double * count)()
        if self.loop.peers_measure(self.table, 1, self.batch, count, result):
            raise native.Wrong("rnnc_step failed")
        return [ns for ns in result if ns >= 0] or [-ns for ns in result]

    def slice(self):
        """Median nanoseconds per step over one slice, after a tenth of it to warm the caches."""
        count = max(3, round(SLICE * 1e9 / (self.typical * self.batch)))
        self.samples(max(1, count // 10))
        return statistics.median(self.samples(count))

    def close(self):
        self.library.rnnc_close(self.program)


def pairs(step, other, rounds):
    """Nanoseconds of both, round by round, in alternating order."""
    for index in range(rounds):
        if index % 2:
            second = other.slice()
            yield step.slice(), second
        else:
            first = step.slice()
            yield first, other.slice()
