# Everything a person does here, by name. `make` alone prints the menu.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run web test check format bench refresh golden study docs lock sbom audit test-wheel clean

# The newest-tested Python first; any that pyproject.toml allows will do: make setup PYTHON=python3.13
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
  "$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
BIN := .venv/bin
READY := .venv/ready
STUDY ?=
OUT ?= scratch/$(basename $(notdir $(STUDY)))
# node and npm, the machine's or those of the environment; and the tools of web/, installed when first needed.
NODE := $(BIN)/python web/node.py
TOOLS := web/node_modules/.ready
# Test files go to this many processes; make test TESTS=tests/test_cli.py runs some of them.
JOBS ?= 2
TESTS ?=

help:  ## this menu
	@echo "Policy Lab. Everything is made on first use, in .venv; nothing is installed elsewhere."
	@echo
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14 | sed 's/^/  make /'

setup: $(READY)  ## make the environment .venv with the locked versions (quick when it is up to date)
	@echo "== The environment is ready; for example: $(BIN)/policy-lab --help"

run: $(READY)  ## start the app in the browser, on this machine only; Ctrl-C stops it
	@echo "== Starting the app; Ctrl-C stops it"
	@$(BIN)/policy-lab app $(ARGS)

web: $(READY) $(TOOLS)  ## make the page's scripts in assets/ from the modules in web/, after an edit of those
	@$(NODE) node build.js

test: $(READY) check  ## check, then every test, the browser's included (installs Chromium if there is none)
	@$(BIN)/python tests/browser/ensure_browser.py
	@echo "== Testing the modules of web/ (node --test)"
	@$(NODE) node --test --test-reporter=dot
	@echo "== Running the tests in $(JOBS) processes"
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --durations 20 $(TESTS)

check: $(READY) $(TOOLS)  ## style, format, types and the direction of imports, without running anything
	@echo "== Style (ruff)"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "== Types (mypy --strict)"
	@$(BIN)/mypy
	@echo "== Import layers (import-linter)"
	@$(BIN)/lint-imports --no-logo
	@echo "== Style, types and imports of web/ (eslint, tsc), and whether its bundles are fresh"
	@$(NODE) npm run --silent check

format: $(READY)  ## put the code into the one format that `make check` asks for
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: $(READY)  ## measure speed: each script of benchmarks/ prints one table
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

refresh: $(READY)  ## after an edit of a model: make again what is stale, and say what changed (TASK=name for one of it)
	@$(BIN)/python -m analysis.refresh $(TASK)

golden: $(READY)  ## run every world with PySD again and store the results the tests compare with
	@$(BIN)/python -m analysis.golden_runs

study: $(READY)  ## rank all levers again, for the Rank page; or another study: make study STUDY=file.toml OUT=folder
	@$(if $(STUDY),$(BIN)/policy-lab study "$(STUDY)" --out "$(OUT)",$(BIN)/python -m analysis.stored_study lever_ranking)

docs: $(READY)  ## write the model reference (every variable, lever, scenario) to docs/reference/
	@$(BIN)/python -m analysis.reference

lock: $(READY)  ## resolve the versions in requirements.lock again from pyproject.toml (UPGRADE=--upgrade for newer ones)
	@$(BIN)/python -m venv build/lock && build/lock/bin/python -m pip install --quiet uv
	@env -u PIP_FIND_LINKS -u UV_FIND_LINKS build/lock/bin/uv pip compile pyproject.toml --no-config --universal --extra cluster --extra serve --extra dev \
	  --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet $(UPGRADE) --output-file requirements.lock
	@env -u PIP_FIND_LINKS -u UV_FIND_LINKS build/lock/bin/uv pip compile benchmarks/engines/workbench.in --no-config --universal \
	  --constraint requirements.lock --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet $(UPGRADE) \
	  --output-file benchmarks/engines/workbench.lock
	@env -u PIP_FIND_LINKS -u UV_FIND_LINKS build/lock/bin/uv pip compile pyproject.toml deploy/image.in --no-config --universal \
	  --extra serve --constraint requirements.lock --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet \
	  $(UPGRADE) --output-file deploy/requirements.lock
	@echo "requirements.lock: $$(grep -c == requirements.lock) packages"

sbom: $(READY)  ## list every locked package with hashes and licences, in build/sbom.cdx.json (CycloneDX)
	@$(BIN)/python -m analysis.sbom

audit: $(READY)  ## ask the index of packages which locked versions have known weaknesses (needs a connection)
	@$(BIN)/python -m venv build/audit && build/audit/bin/python -m pip install --quiet pip-audit
	@build/audit/bin/pip-audit --disable-pip --require-hashes --requirement requirements.lock
	@build/audit/bin/pip-audit --disable-pip --require-hashes --requirement deploy/requirements.lock

test-wheel: $(READY)  ## build the wheel and try it in a new, empty environment (downloads everything again)
	@$(BIN)/python -m pytest -m deep tests/test_wheel.py

clean:  ## remove what can be made again, the environment included
	@rm -rf .venv web/node_modules build dist scratch .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(TOOLS): web/package.json web/package-lock.json | $(READY)
	@echo "== Installing the tools of web/ (esbuild, typescript, eslint), each checked against its hash"
	@$(NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $(TOOLS)

# The stamp is newer than what it was made from, so a second call does nothing.
$(READY): requirements.lock pyproject.toml hatch_build.py
	@if [ -z "$(PYTHON)" ]; then echo "No Python 3.11 or newer with venv was found." \
	  "Install it (on Debian: apt-get install python3 python3-venv) or name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; fi
	@if [ -x $(BIN)/python ]; then echo "== Bringing the environment .venv up to date"; else \
	  echo "== Making the environment .venv with $$($(PYTHON) --version) (two minutes or so, once)"; \
	  $(PYTHON) -m venv .venv; fi
	@if [ "$(LOCKED)" = no ]; then \
	  echo "== Installing the newest versions that pyproject.toml allows"; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,cluster,serve]'; \
	else \
	  echo "== Installing $$(grep -c == requirements.lock) locked packages, each checked against its hash"; \
	  $(BIN)/python -m pip install --disable-pip-version-check --require-hashes --no-deps -r requirements.lock | awk ' \
	    /^(Collecting|Processing)/ { printf "."; fflush() } \
	    /^Installing collected/ { print "\n== All here and whole; unpacking them"; fflush() }' || { \
	    echo "The locked versions cannot be installed here (the reason stands above). If this Python or this" \
	      "platform is newer than the lock, try: make setup LOCKED=no" >&2; exit 1; }; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $(READY)
