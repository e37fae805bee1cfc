# Every command that a person types. Bare `make` lists them.
PYTHON := .venv/bin/python
WHAT ?=
DIR ?=
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run stop test tests check fix demo bench vectors fuzz assets lock migrations agent psql backup clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## install, start the database and every process, print the addresses (Ctrl-C ends all)
	@bin/bootstrap
	@exec $(PYTHON) -m tiemchung.core.run

stop: ## stop the embedded PostgreSQL if something left it running
	@$(PYTHON) -m tiemchung.core.postgres stop

test: ## everything that must hold: tests, journeys in a browser, then check
	@bin/bootstrap test
	@bin/oracle >/dev/null
	@TIEMCHUNG_BROWSER=$$(bin/browser) && TIEMCHUNG_TOKEN_LIB=$$(bin/token) && \
		export TIEMCHUNG_BROWSER TIEMCHUNG_TOKEN_LIB && $(MAKE) --no-print-directory tests check

tests: ## the tests alone (ARGS="tests/doses -k void" for some of them)
	@bin/run-tests $(WORKERS) $(ARGS)

check: ## ruff, mypy, import contracts, security, generated docs and migrations fresh
	@bin/bootstrap test
	@bin/check

fix: ## let ruff repair what it can; write the generated documents anew
	@bin/bootstrap test
	@$(PYTHON) -m ruff check --fix --exit-zero .
	@$(PYTHON) manage.py documents

demo: ## load the demonstration week again, relative to today
	@bin/bootstrap
	@$(PYTHON) -m tiemchung.core.postgres start
	@TIEMCHUNG_DB_ROLE=owner $(PYTHON) manage.py demo

bench: ## WHAT=name runs one bench; without WHAT lists them
	@bin/bootstrap
	@if [ -z "$(WHAT)" ]; then ls bench/*.py | sed -n 's|bench/\([a-z][a-z_]*\)\.py|  make bench WHAT=\1|p'; \
	else $(PYTHON) -m bench.$(WHAT); fi

vectors: ## DIR=folder reads foreign certificates' test vectors, prints a table by layer
	@bin/bootstrap
	@$(PYTHON) -m tiemchung.certificates.vectors $(DIR) $(if $(WRITE),--write $(WRITE))

fuzz: ## the readers, guided by coverage: SECONDS=60 or EXECUTIONS=10000000
	@bin/bootstrap test
	@$(PYTHON) -m tools.fuzz --jobs 2 $(if $(EXECUTIONS),--executions $(EXECUTIONS),--seconds $(or $(SECONDS),60))

assets: ## build CSS, scripts and fonts anew (needs npm; the built files are committed)
	@cd frontend && npm ci --no-audit --no-fund && npm run build

migrations: ## write the migrations that models need
	@$(PYTHON) manage.py makemigrations

agent: ## the signing program for a facility's lead as one file (DIR=folder)
	@bin/bootstrap
	@$(PYTHON) -m tools.agent_wheel $(or $(DIR),var/agent)

psql: ## a SQL prompt as the owner
	@$(PYTHON) -m tiemchung.core.postgres psql

backup: ## a checked copy of the running database (DIR=folder)
	@$(PYTHON) -m tiemchung.core.postgres backup $(DIR)

lock: ## resolve the dependencies anew (needs uv)
	@bin/lock

clean: ## remove what tests and builds left behind; keeps data and keys
	@$(PYTHON) -m tiemchung.core.postgres stop --tests || true
	@find . -name __pycache__ -not -path './.venv/*' -not -path './frontend/node_modules/*' -prune -exec rm -rf {} +
	@rm -rf .mypy_cache .ruff_cache .import_linter_cache .hypothesis
