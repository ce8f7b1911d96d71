# One command each; every target sets up what it needs. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# Jupyter refuses root unless told; containers often have nobody else.
ALLOW_ROOT := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)
STATIC := qna_widget/static/manifest.json
JS_SOURCES := $(shell find js/src -type f) js/build.mjs js/bundle.mjs js/version.mjs js/package-lock.json qna_widget/contract.json pyproject.toml
# Where the PATH has no fit Node.js, the environment gets one from PyPI, as `pip install .` does.
ifneq ($(shell node js/fit.mjs 2>/dev/null && command -v npm >/dev/null && echo fit),fit)
NODE := $(VENV)/node
export PATH := $(CURDIR)/$(BIN):$(PATH)
endif

SERVE_STREAMLIT = $(BIN)/qna-widget demo --port $(PORT)
SERVE_JUPYTER = JUPYTER_CONFIG_PATH=$(CURDIR)/notebooks/.jupyter $(BIN)/jupyter lab $(ALLOW_ROOT) --notebook-dir=notebooks --LabApp.default_url=/lab/tree/quickstart.ipynb

.DEFAULT_GOAL := help
.PHONY: help fuzz soak mutants sbom audit extension demo notebook notebooks dev test test-python test-js test-e2e check build chromium fixtures probe dist check-workflows test-ray test-spark test-hosts clean

help: ## List the commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/pip: pyproject.toml
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq python3-venv; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/node: $(VENV)/pip js/requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r js/requirements.txt
	@touch $@

js/node_modules/.package-lock.json: js/package.json js/package-lock.json | $(NODE)
	cd js && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(STATIC): $(JS_SOURCES) js/node_modules/.package-lock.json
	cd js && npm run --silent build

# Editable, so that edits show at once; the front end is built just above.
$(VENV)/demo: $(VENV)/pip $(STATIC)
	QNA_WIDGET_PREBUILT=1 $(BIN)/pip install --quiet --disable-pip-version-check -e '.[demo,hub]'
	@touch $@

$(VENV)/notebook: $(VENV)/pip $(STATIC)
	QNA_WIDGET_PREBUILT=1 $(BIN)/pip install --quiet --disable-pip-version-check -e '.[hub,frames,plot]' jupyterlab
	@touch $@

$(VENV)/test: $(VENV)/pip $(STATIC)
	QNA_WIDGET_PREBUILT=1 $(BIN)/pip install --quiet --disable-pip-version-check -e . --group test
	@touch $@

build: $(STATIC) ## Build the front end into qna_widget/static (WEBGPU=1: and what WebGPU needs, 6.7 MB)
	$(if $(WEBGPU),cd js && npm run --silent build -- --webgpu)

extension: $(VENV)/pip $(STATIC) ## Write the browser extension that finds by question, into build/extension/
	QNA_WIDGET_PREBUILT=1 $(BIN)/pip install --quiet --disable-pip-version-check -e .
	$(BIN)/qna-widget export-find --extension --model bundled build/extension
	@echo "Load it in Chromium: chrome://extensions, developer mode, 'Load unpacked', build/extension"

demo: $(VENV)/demo $(STATIC) ## Serve the Streamlit demo on http://localhost:8501 (PORT=… for another)
	$(SERVE_STREAMLIT)

notebook: $(VENV)/notebook $(STATIC) ## Serve JupyterLab on the quickstart notebook
	$(SERVE_JUPYTER)

dev: $(VENV)/$(if $(filter streamlit,$(HOST)),demo,notebook) $(STATIC) ## Show each edit of the front end at once in JupyterLab (HOST=streamlit: in the demo)
	node js/dev.mjs $(if $(filter streamlit,$(HOST)),$(SERVE_STREAMLIT),env $(SERVE_JUPYTER))

notebooks: $(VENV)/test $(STATIC) ## Run the notebooks anew, so that they keep their outputs
	$(BIN)/python notebooks/run.py

chromium: ## Install Chromium from Debian's packages, if there is none
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || test -n "$$CHROMIUM" || \
	  { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-noto-color-emoji; }

check: $(VENV)/test ## Lint and type-check both languages
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	cd js && npm run --silent check

test-js: js/node_modules/.package-lock.json $(STATIC) ## Run the TypeScript tests
	cd js && npm test --silent

test-python: $(VENV)/test ## Run the Python tests that need no browser
	$(BIN)/pytest tests/unit tests/parity tests/distributed

test-e2e: $(VENV)/test $(STATIC) chromium ## Run the tests in headless Chromium
	$(BIN)/pytest tests/e2e

# Output of targets that run beside each other stays apart; the make of macOS cannot.
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

test: chromium ## Set up everything, lint, and run all tests
	$(MAKE) --no-print-directory --jobs=2 $(SYNC) check test-js
	$(BIN)/python scripts/run_tests.py --durations=15 --durations-min=5

fixtures: $(VENV)/test ## Write the Unicode tables and fixtures anew from the Rust tokenizers library
	$(BIN)/python -m tests.parity.make_fixtures

probe: $(VENV)/test ## Print the ONNX file that runtime/session.py tries a processor with
	$(BIN)/python -m tests.parity.make_probe

DIST := .venv-dist/bin
$(DIST)/ready: .github/requirements.txt
	test -x $(DIST)/python || $(PYTHON) -m venv .venv-dist
	$(DIST)/pip install --quiet --disable-pip-version-check -r .github/requirements.txt
	@touch $@

dist: $(DIST)/ready ## Build source distribution and wheel into dist/, and check them as PyPI would
	rm -rf dist
	$(DIST)/python -m build --outdir dist .
	$(DIST)/twine check --strict dist/*
	$(DIST)/check-wheel-contents dist/*.whl

check-workflows: $(DIST)/ready ## Check .github/workflows without running them
	$(DIST)/yamllint --strict -c .github/yamllint.yml .github
	$(DIST)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(DIST)/zizmor --offline --no-progress .github/workflows

ENGINES := .venv-engines/bin
$(ENGINES)/ready: tests/distributed/requirements.txt pyproject.toml $(STATIC)
	test -x $(ENGINES)/python || $(PYTHON) -m venv .venv-engines
	QNA_WIDGET_PREBUILT=1 $(ENGINES)/pip install --quiet --disable-pip-version-check -e '.[batch,export]' -r tests/distributed/requirements.txt
	@touch $@

test-ray: $(ENGINES)/ready ## Test tables on Ray (not part of `make test`)
	$(ENGINES)/python -m pytest tests/distributed/ray_local.py

test-spark: $(ENGINES)/ready ## Test tables on Spark (not part of `make test`; needs Java)
	@command -v java >/dev/null || { echo "Spark needs Java 17 or newer: apt-get install default-jre-headless"; exit 2; }
	$(ENGINES)/python -m pytest tests/distributed/spark_local.py

HOSTS := .venv-hosts/bin
$(HOSTS)/ready: tests/hosts/requirements.txt pyproject.toml $(STATIC)
	test -x $(HOSTS)/python || $(PYTHON) -m venv .venv-hosts
	QNA_WIDGET_PREBUILT=1 $(HOSTS)/pip install --quiet --disable-pip-version-check -e '.[kernel,streamlit]' -r tests/hosts/requirements.txt
	@touch $@

test-hosts: $(HOSTS)/ready chromium ## Ask the same in every host, offline, and write the table of docs/hosts.md (not part of `make test`)
	$(HOSTS)/python -m pytest tests/hosts/every_host.py --write-table

include lite/lite.mk training/train.mk benchmarks/bench.mk docs/site/site.mk

CASES ?= 20000
fuzz: $(VENV)/test $(STATIC) ## Ask CASES new cases (20,000) of each fuzz test, see docs/testing.md (SEED=… the same again)
	CASES=$(CASES) $(BIN)/pytest tests/unit/fuzz tests/parity/test_tokenizer.py tests/parity/test_borders.py
	cd js && CASES=$(CASES) npx vitest run tests/fuzz

mutants: $(VENV)/test $(STATIC) ## Take one guard after the other out of the source: its test must fail
	$(BIN)/python scripts/mutate_guards.py

soak: $(VENV)/test $(STATIC) chromium ## Ask, mount, change models and serve sessions for an hour: does anything pile up? (ARGS='--questions 500 …' for less)
	$(BIN)/python tests/soak/soak.py $(ARGS)

sbom: $(VENV)/test ## Write sbom.json: everything shipped or needed, with versions and licences
	$(BIN)/python scripts/sbom.py > sbom.json

audit: $(VENV)/test js/node_modules/.package-lock.json ## Ask the advisories about all that is installed (needs the network)
	$(BIN)/pip install --quiet --disable-pip-version-check pip-audit
	$(BIN)/pip freeze --exclude-editable > $(VENV)/installed.txt
	@python=0; npm=0; \
	$(BIN)/pip-audit --strict --disable-pip --no-deps -r $(VENV)/installed.txt || python=$$?; \
	(cd js && npm audit) || npm=$$?; \
	[ $$python = 0 ] || echo "Not passed: pip-audit asked https://pypi.org/pypi/NAME/VERSION/json; its lines above name advisories, or what was not answered." >&2; \
	[ $$npm = 0 ] || echo "Not passed: npm audit asked $$(npm config get registry)-/npm/v1/security/advisories/bulk; its lines above name advisories, or what was not answered." >&2; \
	[ $$python = 0 ] && [ $$npm = 0 ]

clean: ## Remove what was built and set up, but for what was trained
	rm -rf $(VENV) .venv-dist .venv-lite .venv-site .venv-train .venv-transformers .venv-engines .venv-hosts js/node_modules qna_widget/static/* build/models build/extension dist tests/output
