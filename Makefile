# Two commands are enough: `make run` serves the demo, `make test` runs all tests.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
IN_VENV := PATH="$(CURDIR)/.venv/bin:$$PATH"
LOCK := .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header --quiet

.PHONY: help run setup test check bench lock format api

help:
	@printf '%s\n' \
	  'make run     set up and serve the demo (TUGI_PORT, TUGI_HOME)' \
	  'make test    set up and run all tests' \
	  'make check   linters, types, architecture, sizes' \
	  'make bench   measure speed and memory' \
	  'make setup   set up for development' \
	  'make api     write the types of the agents'\'' API anew' \
	  'make format  format the Python code' \
	  'make lock    write the locks anew; newest versions with UPGRADE=--upgrade'

run:
	@$(PYTHON) tools/setup.py run
	@$(IN_VENV) exec .venv/bin/tugi demo

setup:
	@$(PYTHON) tools/setup.py dev

test:
	@$(PYTHON) tools/setup.py test
	@$(IN_VENV) bash tools/test.sh

check: setup
	@$(IN_VENV) .venv/bin/python tools/check.py

bench: setup
	@$(IN_VENV) .venv/bin/python -m bench

format: setup
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

api: setup
	@$(IN_VENV) .venv/bin/python tools/api_types.py

lock: setup
	@$(LOCK) $(UPGRADE) requirements-uv.in -o requirements-uv.lock
	@$(LOCK) $(UPGRADE) requirements-node.in -o requirements-node.lock
	@$(LOCK) $(UPGRADE) pyproject.toml requirements-build.in -o requirements.lock
	@$(LOCK) $(UPGRADE) pyproject.toml requirements-build.in requirements-dev.in -c requirements.lock -o requirements-dev.lock
	@$(IN_VENV) npm install --ignore-scripts --package-lock-only --loglevel=error
