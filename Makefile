# Commonplace. `make` alone lists what there is to make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
# The locks are whole, with hashes: nothing is resolved, nothing else is fetched.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help data test ui lint format types bench replay kills docs coverage screenshots lock clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

data: .venv/.installed  ## Build the sample: tables in outputs/
	@$(BIN)/commonplace build --raw raw --out outputs

test: .venv/.installed-dev  ## Run the whole test suite
	@$(BIN)/python -m pytest -n auto --dist worksteal

ui: .venv/.installed  ## Serve the Dagster UI on this machine
	@$(BIN)/commonplace ui

lint: .venv/.installed-dev  ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/.installed-dev  ## Put the code in its standard form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/.installed-dev  ## Measure speed and memory on a real archive: make bench RAW=folder
	@$(BIN)/python -m benchmarks.extraction $(RAW)
	@$(BIN)/python -m benchmarks.hostile
	@$(BIN)/python -m benchmarks.build $(RAW)
	@$(BIN)/python -m benchmarks.refresh

replay: .venv/.installed-dev  ## Refresh a real archive commit by commit, and compare with a cold build
	@$(BIN)/python -m benchmarks.replay $(ARCHIVE)

kills: .venv/.installed-dev  ## Kill a hundred refreshes at random moments, and look at what stands
	@$(BIN)/python -m benchmarks.kills

docs: .venv/.installed  ## Write what is derived from the contract: docs/tables.md
	@$(BIN)/python -m pipeline.publish.dictionary

coverage: .venv/.installed-dev  ## Write docs/coverage.md from real archives: make coverage, or with OUT=built folder
	@$(BIN)/python -m benchmarks.coverage $(OUT)

screenshots: .venv/.installed-dev  ## Take the README's pictures with Chromium
	@$(BIN)/python docs/screenshots/take.py

lock:  ## Choose the newest versions anew (needs uv)
	@uv pip compile pyproject.toml --upgrade --group build --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements.lock
	@uv pip compile pyproject.toml --upgrade --group build --group dev -c requirements.lock --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet \
	  -o requirements-dev.lock

clean:  ## Remove the environment, the outputs and Dagster's files
	@rm -rf .venv .dagster
	@find outputs -mindepth 1 -maxdepth 1 ! -name .gitignore -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and \
	  "Python %d.%d is too old: 3.11 or newer is needed. Try: make PYTHON=python3.12" % v[:2])'
	@$(PYTHON) -m venv .venv

.venv/.installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what Commonplace needs into .venv (once, a minute or two) ..." >&2
	@$(PIP) install --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	@echo "Installing what tests and linters need into .venv (once) ..." >&2
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@
