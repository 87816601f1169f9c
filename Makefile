SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup site book preview bench test lint outputs links archive sbom audit fuzz mutation lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## install everything in .venv (the other commands do this themselves)

$(STAMP): requirements.lock pyproject.toml scripts/setup
	@scripts/setup $(PYTHON) $(VENV)

book: $(STAMP) ## run all chapters and write HTML and PDF of the newest edition, in Dutch
	@$(BIN)/na-report build

site: $(STAMP) ## build every edition and lay them side by side in _build/site, with a switch between editions
	@for edition in $$($(BIN)/na-report edition list | cut -f 1); do $(BIN)/na-report build --edition $$edition || exit 1; done
	@$(BIN)/na-report site

test: $(STAMP) ## run all tests, nbval included
	@scripts/test $(BIN)

preview: $(STAMP) ## show the book of the newest edition in a browser, and follow what you save
	@$(BIN)/na-report preview

bench: $(STAMP) ## measure against the stock tools and write docs/bench.md (half an hour; the machine should be quiet)
	@$(BIN)/python scripts/bench

lint: $(STAMP) ## check style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

outputs: $(STAMP) ## renew the outputs in chapters/ that nbval compares
	@$(BIN)/python scripts/outputs.py

links: $(STAMP) ## check the external addresses of the newest edition (needs the network)
	@$(BIN)/python scripts/check_links.py

archive: $(STAMP) ## keep each built edition in one file that can make the book again
	@for edition in $$($(BIN)/na-report edition list | cut -f 1); do $(BIN)/na-report archive $$edition || exit 1; done

sbom: $(STAMP) ## write what the release is made of (CycloneDX) in _build/sbom.cdx.json
	@mkdir -p _build && $(BIN)/python scripts/sbom.py > _build/sbom.cdx.json

audit: $(STAMP) ## look for known vulnerabilities in the packages of the lock (needs the network)
	@$(BIN)/pip install --quiet --disable-pip-version-check 'pip-audit>=2.10' && \
	  $(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict

fuzz: $(STAMP) ## feed the readers random input, two minutes each (installs atheris)
	@$(BIN)/pip install --quiet --disable-pip-version-check 'atheris>=3' && \
	  for target in text csv descriptor workbook; do $(BIN)/python scripts/fuzz.py $$target --seconds 120 || exit 1; done

mutation: $(STAMP) ## change the library in small ways and see whether a test notices (hours; installs cosmic-ray)
	@$(BIN)/pip install --quiet --disable-pip-version-check 'cosmic-ray>=8.7' 'coverage>=7' && nice -n 19 $(BIN)/python scripts/mutation.py

lock: ## renew requirements.lock (needs uv)
	@uv pip compile pyproject.toml --extra dev --extra bench --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --custom-compile-command "make lock" -q -o requirements.lock

clean: ## remove what was built; keeps .venv
	@rm -rf _build
