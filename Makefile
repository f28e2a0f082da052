# The commands of the project; `make help` lists them.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PARALLEL := --numprocesses 3 --dist loadgroup
QUICK := not slow and not elastic and not postgres and not redis and not browser and not shared_data and not processes
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: help demo lint check test test-long benchmarks screenshots services format clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/run: requirements.txt constraints.txt
	@echo "Installing what Foureyes needs …"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.txt
	touch $@

.venv/dev: .venv/run requirements-dev.txt
	@echo "Installing what its tests need …"
	$(INSTALL) -r requirements-dev.txt
	touch $@

demo: .venv/run ## Simulate an organisation, score it, and open the site on http://127.0.0.1:8000
	@exec $(BIN)/python manage.py demo $(DEMO)

lint: .venv/dev ## Lint, types, import directions, settings, migrations
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy manage.py analytics auditapp
	export SECRET_KEY=$$(head -c 40 /dev/urandom | base64) FOUREYES_HTTPS=true
	$(BIN)/python -W error manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

check: lint ## The same and the tests that need no service (under 3 minutes)
	@$(BIN)/python -m pytest -q $(PARALLEL) -m "$(QUICK)"

services: ## Install what the tests need of Debian (as root)
	@./tests/install-services

test: .venv/dev services ## Everything that must pass before a change lands (under 15 minutes)
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -q $(PARALLEL) -m "not slow"

test-long: .venv/dev services ## Faults, scale, fuzzing, seeds, backups and upgrades (under 60 minutes)
	@$(BIN)/python -m pytest -q $(PARALLEL) -m "slow and not alone" --timeout 1800
	$(BIN)/python -m pytest -q -m "slow and alone" --timeout 1800

benchmarks: .venv/dev ## Print the figures that the README shows, but for those beside programs installed by hand
	@for name in backtest correlations detection door elastic embedded parse parse_auditd person_days simulation store; do $(BIN)/python -m benchmarks.$$name; done

screenshots: .venv/dev ## Draw every page into docs/screenshots
	@$(BIN)/python -m tests.browser.screenshots docs/screenshots

format: .venv/dev ## Put the code in order
	@$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

clean: ## Remove what was made here, but not what was taken in (var/)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
