SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUITE ?= bookworm
NEXT_PYTHON ?= python3.13
MUTANTS ?= 60
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup site book preview lab bench test test-all bare lint outputs links archive sbom opinion next audit fuzz crash mutation lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install everything in .venv (the other commands do this themselves)
	@scripts/setup $(PYTHON) $(VENV)

book: setup ## run all chapters and write HTML and PDF of the newest edition, in Dutch
	@$(BIN)/na-report build

site: setup ## build every edition in every language, side by side in _build/site with a switch between them
	@for edition in $$($(BIN)/na-report edition list --sealed); do for language in $$($(BIN)/na-report languages --list); do \
	  $(BIN)/na-report build --edition $$edition --language $$language || exit 1; done; done
	@$(BIN)/na-report site

test: ## run all tests, nbval included
	@scripts/setup $(PYTHON) $(VENV) test
	@scripts/test $(BIN)

test-all: ## run the tests, and what is slow and rarely red: other conditions, crashes, every notebook again
	@scripts/setup $(PYTHON) $(VENV) test
	@scripts/test $(BIN) all

bare: ## try `make book` and `make test` in a bare system: make bare SUITE=bookworm (needs root and debootstrap)
	@scripts/bare $(SUITE)

preview: setup ## show the book of the newest edition in a browser, and follow what you save
	@$(BIN)/na-report preview

lab: setup ## open JupyterLab on the chapters
	@$(BIN)/jupyter-lab chapters

bench: setup ## measure against the stock tools and write docs/bench.md (half an hour; the machine should be quiet)
	@$(BIN)/python scripts/bench.py

lint: setup ## check style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

outputs: setup ## renew the outputs in chapters/ that nbval compares
	@$(BIN)/python scripts/outputs.py

links: setup ## check the external addresses of the newest edition (needs the network)
	@$(BIN)/python scripts/check_links.py

archive: setup ## keep each built edition in one file that can make the book again
	@for edition in $$($(BIN)/na-report edition list --sealed); do $(BIN)/na-report archive $$edition || exit 1; done

# Its tool has an environment of its own: it brings lxml, which openpyxl would write workbooks with.
sbom: ## write what the release is made of (CycloneDX) in _build/sbom.cdx.json
	@$(PYTHON) -m venv _build/.sbom && _build/.sbom/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0
	@_build/.sbom/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file _build/sbom.cdx.json requirements.lock

# In an environment of its own, as above: it brings lxml.
opinion: ## read the real answers of statistics offices with sdmx1 too, and compare (needs the network)
	@$(PYTHON) -m venv _build/.opinion && _build/.opinion/bin/pip install --quiet --disable-pip-version-check sdmx1==2.28.0
	@PYTHONPATH=src _build/.opinion/bin/python scripts/second_opinion.py

audit: setup ## look for known vulnerabilities in the packages of the lock (needs the network)
	@$(BIN)/pip install --quiet --disable-pip-version-check 'pip-audit>=2.10' && \
	  $(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict

fuzz: setup ## try other random input than the tests do, and a hundred times as much
	@FUZZ_TIMES=100 $(BIN)/python -m pytest -q -n $$(nproc) tests/test_properties.py

crash: setup ## stop each operation at every place where it changes a file, and a build at many moments
	@CRASH_TRIES=400 $(BIN)/python -m pytest -q -n $$(nproc) tests/test_crash.py

# In a clone of the last commit, as the files themselves are changed.
mutation: setup ## change the library in small ways and see whether a test notices: make mutation MUTANTS=60 (hours; installs cosmic-ray)
	@$(BIN)/pip install --quiet --disable-pip-version-check 'cosmic-ray>=8.7'
	@rm -rf _build/.mutation && git clone -q . _build/.mutation
	@cd _build/.mutation && export PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH="$(CURDIR)/_build/.mutation/src" && \
	  cosmic-ray baseline cosmic-ray.toml && cosmic-ray init cosmic-ray.toml session.sqlite && \
	  cr-filter-operators session.sqlite cosmic-ray.toml && python scripts/sample_mutations.py session.sqlite $(MUTANTS) && \
	  nice -n 19 cosmic-ray exec cosmic-ray.toml session.sqlite && cr-report session.sqlite --surviving-only --show-diff

next: setup ## make the book on the second lock too (newest Sphinx and pandas) and compare
	@scripts/next $(NEXT_PYTHON) $(BIN)

LOCK := uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-annotate \
  --custom-compile-command "make lock" -q --extra dev
lock: ## renew requirements.lock and requirements-next.lock (needs uv)
	@$(LOCK) --extra bench --python-version 3.11 -o requirements.lock
	@$(LOCK) --override requirements-next.in --python-version 3.13 -o requirements-next.lock

clean: ## remove what was built; keeps .venv
	@rm -rf _build
