# A JupyterLite site with the package inside; included by ../Makefile, whose variables these use.
.PHONY: lite

LITE := .venv-lite/bin
LITE_SOURCE := build/lite/source
$(LITE)/ready: lite/requirements.txt
	test -x $(LITE)/python || $(PYTHON) -m venv .venv-lite
	$(LITE)/pip install --quiet --disable-pip-version-check -r lite/requirements.txt
	@touch $@

lite: $(LITE)/ready $(STATIC) ## Build a JupyterLite site into build/lite/site: Python in the browser, no CDN
	rm -rf build/lite && mkdir -p $(LITE_SOURCE)/pypi && cp -r lite/files $(LITE_SOURCE)/
	$(LITE)/pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --platform any \
	  --python-version 3.14 --dest $(LITE_SOURCE)/pypi -r lite/wheels.txt
	QNA_WIDGET_PREBUILT=1 $(LITE)/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir $(LITE_SOURCE)/pypi .
	$(LITE)/python lite/pyodide.py $(LITE_SOURCE)/static/pyodide
	cd $(LITE_SOURCE) && $(CURDIR)/$(LITE)/jupyter lite build --contents files --output-dir ../site --no-sourcemaps > ../log.txt || { cat ../log.txt; exit 1; }
	@echo "Serve it with any web server, such as: $(PYTHON) -m http.server --directory build/lite/site"
