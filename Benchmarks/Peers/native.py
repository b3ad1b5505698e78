"""The C side of the measurements, without any package: builds the runtime and the timing loop, and
lays out tables of C calls."""

import ctypes
import hashlib
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FLAGS = ["-O2", "-std=gnu17", "-fPIC", "-Wno-c23-extensions"]
TARGETS = ("CRuntime", "CKernels", "COpenMP")


class Wrong(Exception):
    """What does not build, fails, or gives other numbers."""


class Call(ctypes.Structure):
    """A C function and up to six integers or pointers; it returns 0 when it went well."""

    _fields_ = [("function", ctypes.c_void_p), ("arguments", ctypes.c_ssize_t * 6)]


def table(calls):
    """An array of Call from tuples (function, arguments ...)."""
    result = (Call * len(calls))()
    for row, (function, *arguments) in zip(result, calls):
        row.function = ctypes.cast(function, ctypes.c_void_p)
        values = [getattr(a, "value", a) or 0 for a in arguments]
        row.arguments = (ctypes.c_ssize_t * 6)(*values, *[0] * (6 - len(values)))
    return result


def toolchain_clang():
    """The clang that belongs to `swift`: CKernels embeds its own text with #embed."""
    swift = shutil.which("swift")
    beside = swift and pathlib.Path(swift).resolve().parent / "clang"
    return str(beside) if beside and beside.exists() else shutil.which("clang")


def run(command, folder):
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise Wrong(f"{command[0]} failed: {done.stderr[:1000]}")


def timing_loop(folder):
    """timing.c, compiled into `folder`."""
    target = folder / "timing.so"
    run(["cc", "-O2", "-shared", "-fPIC", "-o", target, HERE / "timing.c"], folder)
    library = ctypes.CDLL(str(target))
    library.peers_perform.restype = library.peers_measure.restype = ctypes.c_long
    library.peers_perform.argtypes = [ctypes.c_void_p] + [ctypes.c_long] * 3
    library.peers_measure.argtypes = [ctypes.c_void_p] + [ctypes.c_long] * 3 + [ctypes.c_void_p]
    return library


def runtime(clang, sources, folder):
    """The runtime, built from `sources` unless it stands in .build from an earlier run."""
    if not clang:
        raise Wrong("the runtime needs clang, best the one of the Swift toolchain")
    own = HERE / "ours.c"
    targets = [sources / name for name in TARGETS]
    inputs = sorted(f for target in targets for f in target.rglob("*") if f.is_file())
    key = hashlib.sha256("".join([clang, *FLAGS]).encode())
    for file in [*inputs, own]:
        key.update(file.read_bytes())
    built = ROOT / ".build" / "peers" / f"librnnc-{key.hexdigest()[:16]}.so"
    if not built.exists():
        files = [f for f in inputs if f.suffix == ".c"] + [own]
        build(clang, files, [f"-I{target / 'include'}" for target in targets], built, folder)
    library = ctypes.CDLL(str(built))
    for name in ("rnnc_state_size", "rnnc_scratch_size"):
        getattr(library, name).restype = ctypes.c_size_t
    return library


def build(clang, files, includes, target, folder):
    objects = folder / "objects"
    objects.mkdir()
    run([clang, *FLAGS, "-fopenmp", *includes, "-c", *files], objects)
    fresh = folder / target.name
    run([clang, "-shared", "-o", fresh, *objects.glob("*.o"), "-lomp5"], objects)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(fresh, target)
