# Two commands are enough: `make run` (the page) and `make ask Q="…"` (one answer).
SHELL := /bin/bash
PYTHON := .venv/bin/python
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev models run ask test lint soak test-models test-browser test-faults test-scale eval bench bench-quick lock clean

help: ## this list
	@echo 'Wenbao: answers from Chinese economic reports, every figure checked and cited.'
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 22
	@echo '  DIR=path uses your own reports: make ask Q="…" DIR=path, make run DIR=path'

setup: ## set up .venv/ (done by the commands that need it)
	@bash scripts/setup.sh

setup-dev: ## the same with test and lint tools
	@bash scripts/setup.sh --dev

models: setup ## fetch the language model and the embedding model
	@$(PYTHON) -m rag models fetch

run: ## set up everything and open the page on 127.0.0.1:7860  [DIR=path]
	@bash scripts/prepare.sh app

ask: ## set up everything and print one cited answer: make ask Q="…" [DIR=path]
	@bash scripts/prepare.sh ask

test: setup-dev ## the fast tests: no model, no network
	@$(PYTHON) -m pytest -m 'not models and not browser and not faults'

lint: setup-dev ## ruff and mypy --strict
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

# pytest ends with 5 where a tier has no test yet.
test-models: setup-dev ## the tests that need the models (fetched first)
	@$(PYTHON) -m rag models fetch
	@$(PYTHON) -m pytest -m models || [ $$? -eq 5 ]

test-browser: setup-dev ## the tests that drive the page in chromium
	@$(PYTHON) -m pytest -m browser || [ $$? -eq 5 ]

test-faults: setup-dev ## fault injection
	@$(PYTHON) -m pytest -m faults || [ $$? -eq 5 ]

test-scale: setup-dev ## the tests of the extras milvus and ray, in an environment of their own
	@bash scripts/test_scale.sh

eval: setup-dev ## gold questions and near misses: check, answer, score, compare  [DIR=path GOLD=file]
	@bash scripts/prepare.sh eval

soak: setup ## load test: 50 people for ten minutes, and what they waited  [MIX=search|ask MINUTES=10]
	@$(PYTHON) bench/soak/soak.py --mix $(or $(MIX),search) --minutes $(or $(MINUTES),10)

bench-quick: setup-dev ## beside stock LlamaIndex, and the million vectors: bench/results.json (35 min)
	@$(PYTHON) -m rag models fetch
	@$(PYTHON) bench/quick.py

bench: bench-quick ## the same and the peers Haystack and txtai, in environments of their own (several GB)
	@$(PYTHON) bench/peers/race.py

lock: ## write the requirements locks anew from pyproject.toml (needs uv)
	@$(PYTHON) scripts/lock.py

clean: ## remove .venv/, the index and every build product (models stay in the user's cache)
	@rm -rf .venv .setup data out build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
