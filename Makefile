# Abgabe on a fresh machine: `make demo` runs it, `make test` proves it. Debian/Ubuntu with Python >= 3.11.
SHELL := /bin/bash
VENV  := .venv
BIN   := $(VENV)/bin
# PyTorch (1.6 GB), which hand-ins to exercise 4 run on, is installed where it is asked for, and for the tests.
TORCH ?= no
# Missing parts are installed where we are root on Debian/Ubuntu; INSTALL=no forbids it.
export INSTALL ?= yes

.DEFAULT_GOAL := help
.PHONY: help setup test-setup demo test test-long lint format bench clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

setup: $(VENV)/.installed $(VENV)/sandbox/.made  ## .venv with the abgabe command; TORCH=yes: PyTorch for exercise 4
	@echo "Ready: $(BIN)/abgabe --help"

$(BIN)/python:
	@scripts/venv.sh $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install -q -c constraints.txt -e . pytest scipy  # the last two: abgabe practise runs suites here
	@touch $@

$(VENV)/sandbox/.made: $(VENV)/.installed $(wildcard docker/*/requirements.txt) constraints.txt worker/sandbox/environment.py
	$(BIN)/python -m worker.sandbox.environment
	@touch $@

TORCH_MADE := $(VENV)/sandbox/.torch-made
$(TORCH_MADE): $(VENV)/sandbox/.made $(wildcard docker/candidate-torch/packages/*/*.py docker/candidate-torch/packages/*/*/*.py)
	$(BIN)/python -m worker.sandbox.environment candidate-torch
	$(BIN)/python -m worker.sandbox.setup_docker candidate-torch
	@touch $@

ifeq ($(TORCH),yes)
setup: $(TORCH_MADE)
endif

demo: setup  ## the demo course on http://127.0.0.1:8000, until Ctrl-C
	@scripts/parts.sh sandbox
	@exec $(BIN)/abgabe demo

$(VENV)/.test-installed: $(VENV)/.installed
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[test]'
	@touch $@

test-setup: setup $(VENV)/.test-installed $(TORCH_MADE)

test: test-setup  ## everything: lint, types, import contracts, tests on real parts
	@scripts/parts.sh all
	@scripts/test.sh

test-long: test-setup  ## what takes hours: every seed, every kill schedule
	@scripts/parts.sh all
	$(BIN)/pytest -q -m long

lint: test-setup  ## ruff, mypy, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: test-setup  ## format and sort what can be formatted and sorted
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

LOCUST := $(VENV)/locust
$(LOCUST)/.installed: $(VENV)/.installed benchmarks/requirements.txt
	$(BIN)/python -m venv $(LOCUST)
	$(LOCUST)/bin/python -m pip install -q -r benchmarks/requirements.txt
	@touch $@

bench: test-setup $(LOCUST)/.installed  ## the figures that the docs claim
	@for script in benchmarks/*.py; do echo "== $$script"; PYTHONPATH=. $(BIN)/python $$script || exit 1; done

clean:  ## remove what was made here, but no data
	rm -rf $(VENV) artefacts *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
