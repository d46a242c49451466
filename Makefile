# Two commands are all that a newcomer needs: `make run` and `make test`. Both do their own set-up, once.
# PYTHON=python3.12 chooses the interpreter (3.11 to 3.13); ARGS="..." is handed on to the program that a target runs.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test check simulate bench screens lock clean setup-runtime setup-dev
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
export PYTHON
ARGS ?=

help:
	@echo 'make run      the demonstration station: an invented timetable, a virtual printer, users, the window'
	@echo 'make test     every test, with coverage'
	@echo 'make check    what to run before a commit: ruff, mypy, import-linter, the quick tests'
	@echo 'make simulate counters, central and a bad network between them, by seeds: SEEDS=1-50 STEPS=20000'
	@echo 'make bench    the benchmarks; prints a table and saves JSON in benchmarks/results/'
	@echo 'make screens  a picture of every screen, in both languages and both themes, in build/screens/'
	@echo 'make lock     locks the newest versions that pyproject.toml allows (needs uv)'
	@echo 'make clean    removes what the others made, .venv included'

setup-runtime:
	@tools/setup.sh runtime

setup-dev:
	@tools/setup.sh dev

run: setup-runtime
	@if [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY$$QT_QPA_PLATFORM" ]; then \
	  echo 'counterfoil: set-up is done, but there is no display to open a window on (DISPLAY is not set).' >&2; \
	  echo '  On a desktop, run this in a terminal of that desktop. Over ssh: ssh -X. On a server, a virtual screen:' >&2; \
	  echo '  apt-get install xvfb, then: xvfb-run -a -s "-screen 0 1600x1000x24" make run' >&2; \
	  exit 1; \
	fi
	@$(PY) main.py demo $(ARGS)

# The tests draw into memory (offscreen), never onto the desktop of whoever runs them.
test: setup-dev
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered $(ARGS)

check: setup-dev
	@echo 'ruff' && $(PY) -m ruff check . && $(PY) -m ruff format --check .
	@echo 'mypy' && $(PY) -m mypy
	@echo 'import-linter' && .venv/bin/lint-imports
	@echo 'quick tests' && QT_QPA_PLATFORM=offscreen $(PY) -m pytest -q -n auto --dist worksteal -m 'not slow and not e2e' $(ARGS)

SEEDS ?= 1-10
STEPS ?= 5000
simulate: setup-dev
	@$(PY) -m tests.simulation --seeds $(SEEDS) --steps $(STEPS) $(ARGS)

bench: setup-dev
	@QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen} $(PY) -m benchmarks $(ARGS)

screens: setup-runtime
	@QT_QPA_PLATFORM=offscreen $(PY) main.py screens build/screens $(ARGS)

UV_COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
  --no-emit-index-url --custom-compile-command 'make lock' pyproject.toml $(ARGS)

lock:
	@$(UV_COMPILE) -o requirements/runtime.txt
	@$(UV_COMPILE) --extra dev -c requirements/runtime.txt -o requirements/dev.txt

clean:
	@rm -rf .venv build htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
