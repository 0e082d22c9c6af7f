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
endif
export ECGD_PYTHON := $(CURDIR)/$(PYTHON)
SOURCES := Package.swift Sources Tests

.PHONY: help deps build demo test check lint verify bench bench-peers bench-pipeline-peer clean

help:
	@echo "make demo    a real heart's ectopic beats become alerts (RECORD=dir/208 for another record)"
	@echo "make test    every test"
	@echo "make check   every test, format, warnings as errors, unit files"
	@echo "make bench   the kernels against this machine's peak; make bench-peers: beside other libraries"
	@echo "make build   release binaries in $(RELEASE)"

deps:
	@Packaging/build-dependencies.sh

build: deps
	$(SWIFT_BUILD) --product ecgd
	$(SWIFT_BUILD) --product ecgctl

# The independent ZeroMQ peer and the schema validator of the tests.
$(PYTHON): Documentation/Examples/requirements.txt
	python3 -m venv build/python
	build/python/bin/pip install --quiet --requirement $<
	@touch $@

demo: build
	@Documentation/Examples/demo.sh $(RECORD)

test: deps $(PYTHON)
	swift build --build-tests
	swift test --skip-build

# The same job in one Python process, measured side by side.
build/pipeline-peer/bin/python3: Benchmarks/pipeline/requirements.txt
	python3 -m venv build/pipeline-peer
	build/pipeline-peer/bin/pip install --quiet --requirement $<
	@touch $@

bench-pipeline-peer: build build/pipeline-peer/bin/python3
	build/pipeline-peer/bin/python3 Benchmarks/pipeline/compare.py

lint:
	swift format lint --strict --recursive $(SOURCES)

# The program need not be installed to verify the rest of the unit.
verify:
	@mkdir -p build/units
	@for unit in systemd/*.service; do \
	  sed 's#^ExecStart=[^ ]*#ExecStart=/bin/true#' $$unit > build/units/$${unit##*/}; done
	systemd-analyze verify --recursive-errors=yes build/units/*.service
	systemd-analyze security --offline=true --threshold=12 build/units/*.service | tail -n 1

check: lint test
	ECGD_WERROR=1 swift build --build-tests --scratch-path .build-strict
	ECGD_WERROR=1 swift build -c release --scratch-path .build-strict
	$(MAKE) verify

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
	rm -rf .build .build-strict build
