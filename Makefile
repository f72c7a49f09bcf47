# Two commands do everything, set-up included: `make run` and `make test`.
PYTHON ?= python3
REPORTS ?= examples
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml hatch_build.py frontend/package-lock.json src/tawthiq/__init__.py

.PHONY: run test install install-dev bench lock sbom audit clean

run: install
	$(BIN)/tawthiq run $(REPORTS) --project demo
	@echo "Open demo/brief-ar.html or demo/brief-en.html in a browser."

test: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tawthiq vocabulary
	$(BIN)/pytest -n auto --dist loadfile

install: $(VENV)/installed

install-dev: $(VENV)/installed-dev

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt $(SOURCES) | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

bench: install-dev
	$(BIN)/python bench/quality.py
	$(BIN)/python bench/gsr.py
	$(BIN)/python bench/confidence.py
	$(BIN)/python bench/extract.py
	$(BIN)/python bench/resolve.py
	$(BIN)/python bench/link.py
	$(BIN)/python bench/link_scale.py
	$(BIN)/python bench/analyse.py
	$(BIN)/python bench/archive.py
	$(BIN)/python bench/pages.py
	$(BIN)/python bench/report.py
	TAWTHIQ_FAULTS=100 TAWTHIQ_FUZZ_SECONDS=600 $(BIN)/pytest -q -n auto --dist load tests/faults tests/fuzz

# Renew the locks: exact versions with hashes, without addresses.
lock: install-dev
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.txt pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --constraint requirements.txt --output-file requirements-dev.txt requirements-dev.in
	cd frontend && npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund

# A bill of materials of what the program is made of (CycloneDX): Python's packages, and what the pages carry.
sbom: install
	mkdir -p dist
	$(PYTHON) -m venv dist/tools && dist/tools/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom
	dist/tools/bin/cyclonedx-py environment --output-format JSON --output-file dist/sbom.json $(BIN)/python
	cd frontend && npm sbom --package-lock-only --sbom-format cyclonedx > ../dist/sbom-pages.json
	@echo "dist/sbom.json, dist/sbom-pages.json"

# The locks against known weaknesses; without a connection to the data it says so and fails.
audit: install
	$(PYTHON) -m venv dist/tools && dist/tools/bin/pip install --quiet --disable-pip-version-check pip-audit
	dist/tools/bin/pip-audit --requirement requirements.txt --require-hashes --disable-pip
	cd frontend && npm audit --package-lock-only

clean:
	rm -rf $(VENV) demo dist build src/tawthiq/publish/assets
