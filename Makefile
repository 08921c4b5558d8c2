# Everything runs from here. `make help` lists the targets; set-up happens by itself, and only when something changed.

.DEFAULT_GOAL := help
.NOTPARALLEL:
# What `make sql` prints is the result and nothing else, also when another make calls it.
MAKEFLAGS += --no-print-directory
.PHONY: help demo up down test lint bench sql charts kpi-docs superset lock setup

# What another Python environment of the user's left in the shell must not leak into ours.
unexport PYTHONPATH
unexport PYTHONHOME
unexport VIRTUAL_ENV

PYTHON := .venv/bin/python
SETUP := bash local/setup.sh
# Processes that run the tests; 0 runs them in the one that was called, as a debugger wants it.
WORKERS := 2
CHECKED := $(wildcard plugins local demo bench dags tests)
SQL_FOLDERS := $(wildcard include/sql examples docs/bi)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  make demo INPUT=folder PACK=name    the demo on real data, with the example pack of that name"
	@echo "  make sql Q='select ...'             one query as the role cf_bi, printed as CSV"
	@echo "  make test PYTEST_ARGS='-k mail'     some of the tests"
	@echo "  make test WORKERS=4                 the tests in four processes instead of two"
	@echo
	@echo "  Ports: CF_PORT_AIRFLOW, CF_PORT_FORM, CF_PORT_MAIL, CF_PORT_SMTP, CF_PORT_POSTGRES,"
	@echo "  CF_PORT_SCHEDULER_HEALTH, in the environment or in a file .env (see .env.example)."

demo: var/setup/runtime var/setup/browser ## watch customers being asked, answering, and a missed target becoming a task
	@$(PYTHON) -m demo $(if $(INPUT),--input '$(INPUT)') $(if $(PACK),--pack '$(PACK)')

up: var/setup/runtime var/setup/browser ## start everything and keep it up until Ctrl-C
	@$(PYTHON) -m local $(if $(PACK),--pack '$(PACK)') up

down: var/setup/runtime ## stop what is up, also after its terminal was killed
	@$(PYTHON) -m local $(if $(PACK),--pack '$(PACK)') down

# The statement travels in the environment as it is: neither make nor the shell may read its $ and quotes.
sql: export CF_SQL := $(value Q)
sql: var/setup/runtime ## query the results: make sql Q='select ...'
	@$(PYTHON) -m local $(if $(PACK),--pack '$(PACK)') sql

charts: var/setup/runtime ## draw the results as PNG and SVG into var/charts
	@$(PYTHON) -m demo.charts $(if $(PACK),--pack '$(PACK)') $(if $(ALL),--all)

kpi-docs: var/setup/runtime ## write docs/kpi.md, with worked examples of what was measured last
	@$(PYTHON) -m demo.kpi_docs $(if $(PACK),--pack '$(PACK)')

superset: .venv/.made ## pack the dashboard for Superset into var/superset.zip
	@mkdir -p var && rm -f var/superset.zip
	@cd docs/bi && $(abspath $(PYTHON)) -m zipfile -c $(CURDIR)/var/superset.zip superset
	@echo $(CURDIR)/var/superset.zip

test: var/setup/dev var/setup/browser-dev ## run all tests
	@$(PYTHON) -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

lint: var/setup/dev ## check style, types, SQL and layers
	@$(PYTHON) -m local.side_by_side \
		$(if $(SQL_FOLDERS),'$(PYTHON) -m local.sql_lint $(SQL_FOLDERS)') \
		'.venv/bin/mypy $(CHECKED)' \
		'.venv/bin/ruff check .' \
		'.venv/bin/ruff format --check .' \
		'PYTHONPATH=plugins:. .venv/bin/lint-imports'

bench: var/setup/dev var/setup/browser-dev ## measure speed
	@test -d bench || { echo "There is no package bench in this version, so there is nothing to measure." >&2; exit 1; }
	@$(PYTHON) -m bench

lock: .venv/.made ## renew requirements.txt, requirements-dev.txt and package-lock.json
	@$(SETUP) lock

setup: var/setup/dev var/setup/browser-dev

.venv/.made:
	@$(SETUP) venv

var/setup/runtime: requirements.txt .venv/.made
	@$(SETUP) runtime

var/setup/dev: requirements-dev.txt .venv/.made
	@$(SETUP) dev

var/setup/browser: package.json package-lock.json | var/setup/runtime
	@$(SETUP) browser

var/setup/browser-dev: package.json package-lock.json | var/setup/runtime
	@$(SETUP) browser-dev
