# The project's page as static files; included by ../../Makefile, whose variables these use.
.PHONY: site

SITE := .venv-site/bin
$(SITE)/ready: docs/site/requirements.txt pyproject.toml $(STATIC)
	test -x $(SITE)/python || $(PYTHON) -m venv .venv-site
	QNA_WIDGET_PREBUILT=1 $(SITE)/pip install --quiet --disable-pip-version-check -e '.[kernel,streamlit,frames,documents]' -r docs/site/requirements.txt
	@touch $@

site: $(SITE)/ready $(STATIC) ## Build the project's page into build/site/html: guides, reference, the live component
	$(SITE)/python docs/site/build.py build/site
	@echo "Serve it with any web server, such as: $(PYTHON) -m http.server --directory build/site/html"
