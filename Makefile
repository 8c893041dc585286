# Everything happens in .venv, made from PYTHON; after the first run of a target nothing is fetched again.
PYTHON ?= python3
DEMO := --budget rollout=1,node-lost=1 --law 'Deployment shop' --engine runs --runs 2 --time 25s
DEMO_POD ?= shop/web-9
BIN := .venv/bin
BROKEN := 'a container that exits 0 is not restarted'

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo demo-why test lint style types architecture docs bench verify

help: ## list what one can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.ready ## look for ways in which examples/shop can fail
	@$(BIN)/kubeproof verify examples/shop $(DEMO) || [ $$? -eq 1 ] # 1: the answer is "it can"

demo-why: .venv/.ready ## ask why a pod of examples/shop is Pending (DEMO_POD=namespace/name)
	@$(BIN)/kubeproof why examples/shop -p $(DEMO_POD) || [ $$? -eq 1 ] # 1: the answer is "it cannot be placed"

test: .venv/.ready-test ## run the test suite (KUBEPROOF_PROFILE=nightly searches broadly)
	$(BIN)/python -m pytest

lint: style types architecture ## check style, types and architecture

style: .venv/.ready-lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/.ready-lint .venv/.ready-test
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

architecture: .venv/.ready-lint
	$(BIN)/lint-imports

docs: .venv/.ready ## draw the pictures in docs/diagrams again
	@for name in $$($(BIN)/python -c 'from kubeproof.model.machines import MACHINES; print(*MACHINES)'); do \
		for kind in svg txt; do $(BIN)/kubeproof diagram $$name -o docs/diagrams/$$name.$$kind || exit 1; done; \
	done
	@for kind in svg txt; do \
		$(BIN)/kubeproof check container --law $(BROKEN) --picture docs/diagrams/container-broken.$$kind >/dev/null; \
		[ $$? -eq 1 ] || exit 1; \
	done

bench: .venv/.ready-bench ## measure speed, as ratios
	$(BIN)/python -m benchmarks

verify: test lint ## all that a change must pass

.venv/.ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("kubeproof needs Python 3.11 or newer: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.ready-%: .venv/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@
