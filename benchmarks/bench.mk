# Benchmarks; included by ../Makefile, whose variables these use.
.PHONY: bench bench-all bench-distributed bench-fetch bench-models bench-prepare bench-transformers bench-workers

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

TFJS := $(MODELS)/tensorflow/bin
$(TFJS)/ready: benchmarks/peers/tensorflow.txt
	test -x $(TFJS)/python || $(PYTHON) -m venv $(MODELS)/tensorflow
	$(TFJS)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers/tensorflow.txt
	$(TFJS)/python -m pip install --quiet --disable-pip-version-check --no-deps tensorflowjs==4.22.0
	@touch $@

$(MODELS)/plain.onnx: $(MODELS)/ready benchmarks/models/random_checkpoints.py
	gunzip -c qna_widget/models/bundled/vocab.txt.gz > $(MODELS)/vocab.txt
	$(MODELS)/venv/bin/python -m benchmarks.models.random_checkpoints $(MODELS) --vocab $(MODELS)/vocab.txt --plain

$(MODELS)/tfjs/vocab.json: $(TFJS)/ready $(MODELS)/plain.onnx benchmarks/peers/tensorflow_graph.py
	$(TFJS)/python benchmarks/peers/tensorflow_graph.py $(MODELS)/mobilebert $(MODELS)/tfjs

bench-prepare: $(VENV)/test $(STATIC) chromium $(MODELS)/plain.onnx $(MODELS)/tfjs/vocab.json ## Install and build what make bench measures (about 3 GB)
	@$(BIN)/python -c 'import onnx_ir' 2>/dev/null || $(BIN)/pip install --quiet --disable-pip-version-check onnx-ir
	$(BIN)/python -m benchmarks.peers.prepare $(MODELS)
	test -s $(MODELS)/dtypes.json || $(BIN)/python -m benchmarks.peers.dtypes $(MODELS)

BENCH_OUT := $(if $(TRIAL),$(MODELS)/trial,benchmarks)
bench: bench-prepare ## Measure beside every peer and write benchmarks/RESULTS.md (BUDGET_MIN=12 [IDEAS=1] [TRIAL=1])
	$(BIN)/python -m benchmarks.peers.run $(MODELS) $(MODELS)/samples.json --minutes $(or $(BUDGET_MIN),12) \
	  $(if $(IDEAS),--ideas) $(if $(TRIAL),--trial) $(ARGS)
	$(BIN)/python -m benchmarks.peers.report $(MODELS)/samples.json $(BENCH_OUT) $(if $(TRIAL),,--readme README.md)

bench-all: bench bench-models bench-transformers bench-distributed ## Run all benchmarks (SQUAD=path/to/validation.json)

bench-fetch: $(VENV)/test ## Measure fetching and converting a model (CHECKPOINT=folder)
	@test -n "$(CHECKPOINT)" || { echo "make bench-fetch needs CHECKPOINT=folder with config.json, model.safetensors, vocab.txt."; exit 2; }
	$(BIN)/python benchmarks/fetch_model.py "$(CHECKPOINT)"

bench-workers: $(VENV)/test $(STATIC) chromium ## Measure two workers of a page beside one, on a long text (a minute)
	$(BIN)/python -m benchmarks.two_workers $(ARGS)

bench-distributed: $(VENV)/test ## Measure one and two Dask workers, and a killed one (SQUAD=path/to/validation.json)
	@test -n "$(SQUAD)" || { echo "make bench-distributed needs SQUAD=path/to/validation.json, a file in SQuAD's format."; exit 2; }
	$(BIN)/python -m benchmarks.distributed.dask_workers "$(SQUAD)" $(ARGS)
