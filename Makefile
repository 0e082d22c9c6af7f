# ecgd. `make demo` shows it; `make test` tests it; `make check` is what a change must pass.

# A failing command in a pipe fails the rule.
SHELL := /bin/bash
.SHELLFLAGS := -eo pipefail -c

SWIFT_BUILD := swift build -c release
RELEASE := .build/release
PYTHON := build/python/bin/python3
# Real records for the tests that need them; without, those tests say that they are skipped.
ECGD_DATA ?= $(wildcard $(CURDIR)/../shared/data)
ifneq ($(ECGD_DATA),)
export ECGD_DATA
else
unexport ECGD_DATA
endif
export ECGD_PYTHON := $(CURDIR)/$(PYTHON)
SOURCES := Package.swift Sources Tests

# Training: a Python with PyTorch, the program, and the folder of PhysioNet's records (Training/fetch.py).
TRAINING_PYTHON ?= build/training/bin/python3
ECGCTL ?= $(RELEASE)/ecgctl
DATA ?= $(firstword $(ECGD_DATA) data)

.PHONY: help deps build demo test check lint verify clean
.PHONY: bench bench-peers bench-pipeline-peer bench-profile
.PHONY: deb test-package
.PHONY: fuzz sanitize simulate soak
.PHONY: test-browser test-prometheus test-training beats model model-card

help:
	@echo "make demo    a real heart's ectopic beats become alerts (RECORD=dir/208 for another record)"
	@echo "make test    every test"
	@echo "make test-browser  the ward page in Chromium; skipped, with the reason, where there is none"
	@echo "make test-prometheus  Debian's Prometheus scrapes ecgdash; skipped, with the reason, where there is none"
	@echo "make check   every test, also under sanitizers; format, warnings as errors, unit files, fuzzers"
	@echo "make fuzz    SECONDS=60: fuzzes every reader of outside bytes"
	@echo "make simulate  SEEDS=1..200: a ward of faults around the daemon's code; a failing seed replays exactly"
	@echo "make soak    HOURS=24: a ward's day in minutes, with faults; what it took is drawn in build/soak.svg"
	@echo "make bench   the kernels against this machine's peak; make bench-peers: beside other libraries"
	@echo "make build   release binaries in $(RELEASE)"
	@echo "make deb     a Debian package in build/; make test-package tries it in a clean Debian"
	@echo "make model   train the default model from DATA=folder, and hold it to the model card"

deps:
	@Packaging/build-dependencies.sh

build: deps
	$(SWIFT_BUILD) --product ecgd
	$(SWIFT_BUILD) --product ecgctl
	$(SWIFT_BUILD) --product ecgdash

# The independent ZeroMQ peer and the schema validator of the tests, and what Training's cheap tests need.
$(PYTHON): Documentation/Examples/requirements.txt Training/tests/requirements.txt
	python3 -m venv build/python
	build/python/bin/pip install --quiet $(addprefix --requirement ,$^)
	@touch $@

demo: build
	@Documentation/Examples/demo.sh $(RECORD)

test: deps $(PYTHON)
	swift build --build-tests
	swift test --skip-build
	ECGCTL=.build/debug/ecgctl $(PYTHON) -m pytest -q Training/tests
	$(MAKE) simulate SEEDS=1..200

# The ward page in a real browser. The tests say so where they are skipped for want of one.
build/browser/bin/python3: Tests/browser/requirements.txt
	python3 -m venv build/browser
	build/browser/bin/pip install --quiet --requirement $<
	@touch $@

test-browser: deps build/browser/bin/python3
	swift build --product ecgd
	swift build --product ecgctl
	swift build --product ecgdash
	build/browser/bin/python3 -m pytest -q -rs Tests/browser

# The figures and the rules before a real Prometheus, where there is one.
test-prometheus: deps $(PYTHON)
	swift build --product ecgd
	swift build --product ecgctl
	swift build --product ecgdash
	$(PYTHON) -m pytest -q -rs Tests/prometheus

build/training/bin/python3: Training/requirements.txt Training/tests/requirements-frameworks.txt
	python3 -m venv build/training
	build/training/bin/pip install --quiet $(addprefix --requirement ,$^) \
	  --extra-index-url https://download.pytorch.org/whl/cpu
	@touch $@

# Every test of Training/, with PyTorch and Keras.
test-training: $(TRAINING_PYTHON)
	$(SWIFT_BUILD) --product ecgctl
	$(TRAINING_PYTHON) -m ruff check Training
	ECGCTL=$(ECGCTL) OMP_NUM_THREADS=1 $(TRAINING_PYTHON) -m pytest -q Training/tests

$(RELEASE)/ecgctl:
	$(SWIFT_BUILD) --product ecgctl

# What the daemon's own signal path makes of the records.
beats: $(ECGCTL)
	@mkdir -p build
	@test -n "$(wildcard $(DATA)/mitdb-ds1/*.hea)" || { echo "$(DATA): no records; run Training/fetch.py --data $(DATA), \
	  or give DATA=folder" >&2; exit 66; }
	$(ECGCTL) extract --out build/beats.npz \
	  $(basename $(sort $(wildcard $(DATA)/mitdb-ds1/*.hea) $(wildcard $(DATA)/svdb-even/*.hea))) \
	  --noise $(basename $(sort $(wildcard $(DATA)/nstdb/*.hea)))

# Trains into build/model/NAME with OPTIONS; `make -j2` uses two cores for what follows.
build/model/%/report.json: OPTIONS =
build/model/smaller/report.json: OPTIONS = --units 16 --latent 8 --name smaller
build/model/larger/report.json: OPTIONS = --units 64 --latent 16 --name larger
build/model/%/report.json: beats $(TRAINING_PYTHON)
	@mkdir -p $(@D)
	OMP_NUM_THREADS=1 nice $(TRAINING_PYTHON) Training/detector/train.py --beats build/beats.npz \
	  --out $(@D)/model.safetensors --report $@ --work $(@D)/checkpoints --fold-models $(@D)/folds $(OPTIONS)
	$(TRAINING_PYTHON) Training/detector/calibrate.py --run $(@D) --data $(DATA) --ecgctl $(ECGCTL)

# The default model anew, held to the model card: leaves with an error unless all is the same.
model: build/model/default/report.json
	$(TRAINING_PYTHON) Training/modelcard.py compare --report $<

# The default model anew, put in its place with its card, and with what the neighbours in size cost.
model-card: build/model/default/report.json build/model/smaller/report.json build/model/larger/report.json
	$(TRAINING_PYTHON) Training/modelcard.py ship --ecgctl $(ECGCTL) --run build/model/default \
	  --neighbour build/model/smaller --neighbour build/model/larger

# The same job in one Python process, measured side by side.
build/pipeline-peer/bin/python3: Benchmarks/pipeline/requirements.txt
	python3 -m venv build/pipeline-peer
	build/pipeline-peer/bin/pip install --quiet --requirement $<
	@touch $@

bench-pipeline-peer: build build/pipeline-peer/bin/python3
	build/pipeline-peer/bin/python3 Benchmarks/pipeline/compare.py

# Where a loaded shard's time goes; needs perf.
bench-profile: build
	python3 Benchmarks/pipeline/profile.py --ecgctl $(RELEASE)/ecgctl

# build/ecgd_VERSION_ARCH.deb; what is in it stands in Packaging/files.list.
deb: deps
	Packaging/build-deb.sh

# The package in a clean minimal Debian under a real systemd: install, upgrade, crash, purge. Needs root.
test-package: deb
	Packaging/test-package.sh

lint:
	swift format lint --strict --recursive $(SOURCES)

# The program need not be installed to verify the rest of the unit.
verify:
	@mkdir -p build/units
	@for unit in systemd/*.service; do \
	  sed 's#^ExecStart=[^ ]*#ExecStart=/bin/true#' $$unit > build/units/$${unit##*/}; done
	@cp systemd/*.socket build/units/
	systemd-analyze verify --recursive-errors=yes build/units/*.service build/units/*.socket
	@for unit in ecgd:12 ecgdash:12 ecgd-local:5 ecgdash-local:5; do \
	  systemd-analyze security --offline=true --threshold=$${unit#*:} build/units/$${unit%:*}.service | tail -n 1; done

# Coverage-guided, under the address sanitizer: each reader of outside bytes for SECONDS.
SECONDS ?= 60
fuzz:
	@for target in wire records settings model; do nice Tests/Fuzz/fuzz.sh $$target $(SECONDS); done

# The daemon's own code in a simulated ward, by seed; one seed (SEEDS=17) with LOG=1 tells its story.
SEEDS ?= 1..200
simulate:
	$(SWIFT_BUILD) --product ecg-simulate
	$(RELEASE)/ecg-simulate $(SEEDS) $(if $(LOG),--log)

# A ward's day, or days, as fast as the daemon takes them, from synthetic hearts and the real records of DATA.
HOURS ?= 24
soak: build
	@mkdir -p build
	$(RELEASE)/ecgctl bench soak --hours $(HOURS) --svg build/soak.svg --json build/soak.json \
	  $(foreach folder,mitdb-ds1 svdb-even,$(if $(wildcard $(DATA)/$(folder)/*.hea),--records $(DATA)/$(folder)))

# The whole suite with its programs under the address sanitizer, and again under the thread sanitizer.
sanitize: $(PYTHON)
	Tests/sanitize.sh address
	Tests/sanitize.sh thread

check: lint test
	ECGD_WERROR=1 swift build --build-tests --scratch-path .build-strict
	ECGD_WERROR=1 swift build -c release --scratch-path .build-strict
	$(MAKE) verify
	$(MAKE) fuzz SECONDS=10
	$(MAKE) sanitize

# One thread of one processor; BENCH_CPU chooses it.
BENCH_CPU ?= $(lastword $(shell seq 0 $$(($$(nproc) - 1))))
PEERS := build/peers-python/bin/python3

bench: build
	@mkdir -p build
	taskset -c $(BENCH_CPU) $(RELEASE)/ecgctl bench kernels --output build/bench.json

$(PEERS): Benchmarks/kernels/requirements.txt
	python3 -m venv build/peers-python
	build/peers-python/bin/pip install --quiet --requirement $< \
	  --extra-index-url https://download.pytorch.org/whl/cpu
	@touch $@

# Where OpenBLAS is not installed, its worker is not built, and bench-peers says so.
build/peers/worker_openblas: Benchmarks/kernels/worker_openblas.c
	@mkdir -p build/peers
	@if dpkg-query -W -f '$${Status}' libopenblas-dev 2>/dev/null | grep -q 'ok installed'; then \
	  cc -O3 -march=native -ffast-math $< -o $@ -lopenblas -lm; fi

bench-peers: build $(PEERS) build/peers/worker_openblas
	$(PEERS) Benchmarks/kernels/peers.py --ecgctl $(RELEASE)/ecgctl --cpu $(BENCH_CPU) \
	  --openblas build/peers/worker_openblas --output build/bench-peers.json

clean:
	rm -rf .build .build-strict .build-package .build-address .build-thread build
