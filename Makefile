# Everything a newcomer types:
#   make demo    sets up, builds, and lets the keyword spotter listen to its sample recordings
#   make test    sets up and runs all tests
#   make setup   installs what is missing (Debian packages; with sudo when not root)
#   make build   the tool, optimised: .build/release/rnnc
#   make runtime the runtime as a C library, without Swift: .build/runtime (Packaging/runtime.mk)
#   make install PREFIX=/usr/local   tool, libraries, man page, completions (Packaging/install.mk)
#   make consumers   everything around the tool, used as others use it (Tests/Consumers)
#   make lint    formatting of Swift and C
#   make sanitize   the C code under AddressSanitizer and UndefinedBehaviorSanitizer
#   make tsan    the team under ThreadSanitizer (needs clang 14 and its OpenMP)
#   make same-bits   emitted code against the runtime: all models, instruction sets and compilers
#   make soak    ten million steps of every model: step and run may not differ by a bit
#   make fuzz    libFuzzer on every reader, two minutes each
#   make bench   the measurements behind the README's figures
#   make kernels-bench   every kernel in percent of what this machine can do
#   make peers   rnnc against onnxruntime, OpenVINO, LiteRT and PyTorch (Benchmarks/README.md)
#   make sizes   no number of hidden units may cost more than the next multiple of 16
#   make emitted   emitted code may not be slower than the runtime, small layers must be faster

SWIFT ?= swift
RNNC ?= .build/release/rnnc
# Tests and tool share one optimised build: without testable imports the flags are the same.
TEST_FLAGS ?= -c release --disable-testable-imports

.PHONY: setup build demo test same-bits lint sanitize tsan fuzz bench kernels-bench peers sizes emitted

setup:
	@command -v $(SWIFT) >/dev/null 2>&1 || { \
	  echo "Swift 6.3 or newer is needed and not found: see https://www.swift.org/install"; exit 1; }
	@.ci/need zlib1g-dev=/usr/include/zlib.h gcc=gcc libc6-dev=/usr/include/stdio.h \
	  libomp-dev='/usr/lib/*/libomp5.so'

build: setup
	$(SWIFT) build -c release --product rnnc

# The first rule above stays the default one.
include Packaging/runtime.mk
include Packaging/install.mk
include Packaging/consumers.mk

SPOTTER = Models/spoken-digits
PLAN = .build/spoken-digits.plan

demo: build
	@echo; echo "== What the keyword spotter costs, beside its dense twin"
	$(RNNC) cost $(SPOTTER)/model.yaml
	@echo; echo "== Compiling it"
	$(RNNC) compile $(SPOTTER)/model.yaml -o $(PLAN)
	@echo; echo "== What it hears in recordings that its training never saw"
	@for recording in $(SPOTTER)/samples/*.wav; do \
	  echo "$$recording"; $(RNNC) run $(PLAN) -i "$$recording" -q || exit 1; \
	done

test: setup
	$(SWIFT) test $(TEST_FLAGS)

lint: setup
	@.ci/need clang-format=clang-format
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks Examples
	find Sources Examples -name '*.[ch]' -o -name '*.cpp' | xargs clang-format --dry-run -Werror

# In `make test` each model meets one or two instruction sets and compilers, in turn.
same-bits: setup
	RNNC_EXHAUSTIVE=1 $(SWIFT) test $(TEST_FLAGS) --filter SameBitsTests

# Leaks are not looked for: the tools that run the tests have some of their own.
sanitize: setup
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --scratch-path .build-sanitize --sanitize=address \
	  -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined \
	  --filter 'KernelTests|PlanTests|DataFilesTests'

tsan: build
	@.ci/need clang-14=clang-14 libomp-14-dev=/usr/lib/llvm-14/lib/libarcher.so \
	  libclang-rt-14-dev='/usr/lib/llvm-14/lib/clang/14*/lib/*/libclang_rt.tsan*.a'
	Tests/ThreadSanitizer/run $(RNNC)

fuzz: setup
	Fuzz/run

bench: build
	@.ci/need python3=python3
	python3 Benchmarks/first_picture.py --rnnc $(RNNC) --out Benchmarks/Results

MACHINE = .build/machine.json

kernels-bench: build
	$(SWIFT) build -c release --product KernelBenchmark
	$(RNNC) env --measure -o $(MACHINE) -q >/dev/null
	.build/release/KernelBenchmark --machine $(MACHINE) -o Benchmarks/Results

peers: build
	@.ci/need python3=python3
	Benchmarks/Peers/run --rnnc $(RNNC) --out Benchmarks/Results $(PEERS_FLAGS)

sizes: build
	@.ci/need python3=python3 gcc=gcc libc6-dev=/usr/include/stdio.h
	python3 Benchmarks/sizes.py --rnnc $(RNNC) --out Benchmarks/Results $(SIZES_FLAGS)

emitted: build
	@.ci/need python3=python3 gcc=gcc libc6-dev=/usr/include/stdio.h
	python3 Benchmarks/emitted.py --rnnc $(RNNC) --out Benchmarks/Results $(EMITTED_FLAGS)
