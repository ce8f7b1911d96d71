# Training the bundled model; included by ../Makefile, whose variables these use.
.PHONY: train train-check eval-suite

TRAIN := .venv-train/bin
# glibc keeps the memory of large short-lived arrays, which it would otherwise hand back to the system
# each time; waiting threads sleep.
TRAIN_RUN := MALLOC_MMAP_THRESHOLD_=8589934592 MALLOC_TRIM_THRESHOLD_=17179869184 \
  MALLOC_TOP_PAD_=268435456 GLIBC_TUNABLES=glibc.malloc.hugetlb=1 OMP_WAIT_POLICY=passive \
  $(TRAIN)/python
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
