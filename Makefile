# Everything that people and CI run. Needs Python 3.11 or later, make and git; the rest it installs
# into .venv.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
PYTEST := $(BIN)/python -m pytest

# Tests start hundreds of processes: each would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test check format docs soak bench lock clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements/dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and was not found."; exit 1; }
	@echo "Installing into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@$(BIN)/odoosync demo $(if $(ONCE),--once)

test: setup
	@$(if $(BUSY),$(BIN)/python tests/beside_load.py) $(PYTEST) -q -n 3 --dist load --maxschedchunk 1 --durations 20 $(ARGS)

check: setup
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache > .import-linter.log || { cat .import-linter.log; exit 1; }
	@rm -f .import-linter.log
	@echo "check: formatted, linted, typed, and every arrow points down"

format: setup
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --fix .

# Writes the pages that list settings and commands.
docs: setup
	@$(BIN)/python tests/doc_pages.py

soak: setup
	@$(PYTEST) -q --soak --timeout 0 $(ARGS)

# Rivals and charts need packages that nothing else does: they live in a folder of their own.
bench: .venv-bench/.ready
	@.venv-bench/bin/python -m benchmarks $(ARGS)

.venv-bench/.ready: requirements/bench.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and was not found."; exit 1; }
	@echo "Installing into .venv-bench ..."
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bench.lock
	@.venv-bench/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Needs `uv` on the path: the lock files hold no address of any package index.
lock:
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		pyproject.toml --group build -o requirements/service.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		pyproject.toml --group build --group dev -c requirements/service.lock -o requirements/dev.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		pyproject.toml --group build --group bench -c requirements/service.lock -o requirements/bench.lock

clean:
	@rm -rf $(VENV) .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis
