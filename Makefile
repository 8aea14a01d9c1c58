# Thin names for what this repository can do; `make help` prints them.

# The Python that creates .venv, if `make course PYTHON=/path/to/python3.11` names none: the newest.
ifndef PYTHON
PYTHON := $(firstword $(shell for p in python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import ensurepip' 2>/dev/null && echo $$p && break; done) python3)
endif
PORT ?= 8000
NO_PYTHON = There is no $(PYTHON): install Python 3.11 to 3.14, \
	or point to it with \`make course PYTHON=/path/to/python3.11\`.
need_python = command -v "$(PYTHON)" >/dev/null || { echo "$(NO_PYTHON)" >&2; exit 1; }
set_up = $(need_python); "$(PYTHON)" tools/make_venv.py
# nbgrader looks for its helpers on PATH.
RUN = PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/python

unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
export PYTHONNOUSERSITE = 1
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help course setup book release grade-sample lab serve test lint format benchmark clean lock update package notes push-package

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s%s\n", $$1, $$2}' Makefile

course: setup book release grade-sample ## everything: environment, book, student notebooks, sample class
	@$(RUN) tools/summary.py

setup: ## create or update .venv with everything that requirements.txt pins
	@$(set_up)

book: setup ## execute the chapters that changed and build the pages in _build/html
	@$(RUN) tools/build_book.py

release: setup ## write the student notebooks from solutions/ into notebooks/exercises/
	@$(RUN) -m grader.cli release

grade-sample: setup ## grade the sample class
	@$(RUN) -m grader.sample_class

lab: ## open the notebooks in JupyterLab; installs only what a student needs
	@$(set_up) --student
	@cd notebooks && PATH="$(CURDIR)/.venv/bin:$$PATH" ../.venv/bin/python -m jupyter lab

serve: ## show the book in the browser: make serve PORT=8000
	@$(need_python)
	@"$(PYTHON)" tools/serve.py $(PORT)

test: setup lint book ## lint, build the book and run every test
	@$(RUN) -m pytest -n auto

lint: setup ## look for mistakes and unformatted code, notebooks included
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .

format: setup ## format code and notebooks, and fix what can be fixed
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

benchmark: setup ## measure the references against torch and write book/results/ (ten minutes)
	@$(RUN) -m benchmarks

clean: ## remove everything generated except .venv
	@rm -rf _build .pytest_cache .ruff_cache .hypothesis .nbgrader.log *.egg-info src/*.egg-info
	@find . -path ./.venv -prune -o -type d \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
	@echo 'Removed what was generated; .venv stays until you `rm -rf .venv`.'

lock: ## pin again what the direct dependencies in requirements.txt bring
	@$(need_python)
	@"$(PYTHON)" tools/lock.py

update: ## raise every pin to the newest that pyproject.toml admits
	@$(need_python)
	@"$(PYTHON)" tools/lock.py --upgrade

package: setup ## write the students' repository, a folder and a zip, into _build/package
	@$(RUN) -m grader.cli release --package

notes: setup ## write what is new in a release: make notes TAG=v0.1.0
	@$(RUN) tools/release_notes.py "$(TAG)"

push-package: package ## commit the package to the students' repository
	@$(RUN) tools/push_package.py
