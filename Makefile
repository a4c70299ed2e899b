# Every target sets up what it needs; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
SDK_VERSIONS ?= 2026.1.128 2026.2.17
PYTEST_ARGS ?=
unexport PYTHONDONTWRITEBYTECODE  # what is compiled once need not be compiled by each of some hundred processes

.PHONY: help setup verify test test-deep lint examples guide-coverage conformance models sweep access interruptions bench deep serve ledger clean storage-table storage-clients browser test-postgres power bugs-table simulate incidents incidents-page incidents-proof

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

setup: $(STAMP) ## make .venv (again only when pyproject.toml or constraints.txt changed)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || { \
	  echo "make: this project needs Python 3.12 or newer as '$(PYTHON)'; found: $$($(PYTHON) --version 2>/dev/null || echo none). Install it, or name one: make PYTHON=/path/to/python3.12" >&2; exit 2; }
	@echo "setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --disable-pip-version-check -c constraints.txt -e '.[demo,test,lint]'
	@$(BIN)/python -m compileall -q -j 0 fake_backend sdk contract_tests
	@rm -rf *.egg-info  # left by the build; pytest would take every module that it lists for a part of our plugin
	@$(BIN)/python -m pytest --collect-only -q >/dev/null 2>&1 || true  # compiles the tests once, not once a worker
	@touch $@

verify: $(STAMP) $(if $(DATABASE),$(VENV)/.postgres) ## export the demo both ways, annotate, compare (TARGETS=, SEED=, HARD=1, BUG=, DATABASE=, BACKEND_URL= STORAGE= PROJECT= VERSIONS= FILTER=)
	@$(BIN)/python -m contract_tests.verify $(if $(BUG),--bug '$(BUG)') $(if $(SEED),--seed '$(SEED)') $(if $(filter-out 0,$(HARD)),--hard) $(if $(DATABASE),--database '$(DATABASE)') $(if $(BACKEND_URL),--backend-url '$(BACKEND_URL)') \
	  $(if $(PROJECT),--project '$(PROJECT)') $(if $(VERSIONS),--versions '$(VERSIONS)') $(if $(STORAGE),--storage '$(STORAGE)') \
	  $(if $(FILTER),--filter '$(FILTER)') $(foreach target,$(TARGETS),--target '$(target)')

# files of tests are many and small: they go to memory where there is such a place
MEMORY := $(shell test -d /dev/shm -a -w /dev/shm && echo TMPDIR=/dev/shm)

test: $(STAMP) ## unit and contract tests
	@$(MEMORY) $(BIN)/python -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)

test-deep: $(STAMP) ## 500 drawn exports of each target and 500 runs of to_task against the oracle, 2,000 requests against Django, 5,000 malformed ones
	@HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n 2 $(PYTEST_ARGS) -k 'oracle_tells or overbooked' \
	  contract_tests/clauses/test_export_parity.py contract_tests/clauses/test_to_task.py \
	  contract_tests/clauses/test_to_task_lifecycle.py
	@HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n 2 $(PYTEST_ARGS) tests/differential
	@HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n 2 $(PYTEST_ARGS) tests/http/test_malformed_requests.py \
	  tests/http/test_wire_malformations.py tests/objects/test_malformed_storage.py

# (the malformed ones compare SQLite's own image of all rows before and after)
test-postgres: $(VENV)/.postgres ## the contract, store and HTTP tests on a PostgreSQL server of its own (POSTGRES_BIN=)
	@$(BIN)/python -m contract_tests.postgresql -n 2 --dist worksteal $(PYTEST_ARGS) -k 'not seek or postgresql' \
	  --ignore tests/http/test_malformed_requests.py --ignore tests/http/test_wire_malformations.py \
	  contract_tests/clauses tests/postgresql tests/store tests/http tests/seeding tests/serving tests/test_restarts.py

# The driver; and a server too, where neither Debian nor anybody else has put one
$(VENV)/.postgres: $(STAMP)
	@$(BIN)/pip install -qq --disable-pip-version-check -c constraints.txt -e '.[postgres]'
	@$(BIN)/python -m contract_tests.postgresql.programs >/dev/null 2>&1 || \
	  $(BIN)/pip install -qq --disable-pip-version-check -c constraints.txt -e '.[postgres,embedded]' || true
	@touch $@

power: $(STAMP) ## switch each named bug on, over both transports: the clause that is about it must see it (BUG=, TRANSPORT=, FULL=1)
	@$(BIN)/python -m contract_tests.power $(if $(BUG),--bug '$(BUG)') $(if $(TRANSPORT),--transport '$(TRANSPORT)') $(if $(filter-out 0,$(FULL)),--full)

bugs-table: $(STAMP) ## write the table of docs/bugs.md: the named bugs, and who sees each
	@$(BIN)/python -m contract_tests.power --write

examples: $(STAMP) ## run every code block of the two guides
	@$(BIN)/python -m contract_tests.guide examples

guide-coverage: $(STAMP) ## write docs/guide-coverage.md: each rule of the two guides with its test
	@$(BIN)/python -m contract_tests.guide coverage

access: $(STAMP) ## write docs/access.md: who is answered what by each operation, and what becomes of paths
	@$(BIN)/python -m tests.access

lint: $(STAMP) ## ruff, mypy --strict, import walls, ledger, and the pages that are generated
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy -p benchmarks
	@$(BIN)/lint-imports
	@$(BIN)/python -m contract_tests.ledger --check
	@$(BIN)/python -m contract_tests.guide coverage --check
	@$(BIN)/python -m tests.access --check
	@$(BIN)/python -m contract_tests.storage table --check
	@$(BIN)/python -m contract_tests.power --check
	@$(BIN)/python -m contract_tests.incidents.page --check

conformance: $(STAMP) ## the unmodified reference client against the fake (SDK_VERSIONS="...")
	@$(BIN)/python -m contract_tests.conformance $(SDK_VERSIONS)
	@$(BIN)/python -m contract_tests.conformance.streams $(SDK_VERSIONS)

browser: $(STAMP) ## a headless Chromium's EventSource reads the streams as we do; 2 where there is none
	@$(BIN)/python -m contract_tests.browser

sweep: $(STAMP) ## one fault at a time at each request: our SDK must survive it, the published client is shown (SWEEP_ARGS="--ours to_task")
	@$(BIN)/python -m contract_tests.sweeping $(SWEEP_ARGS)

models: $(STAMP) ## every method of the reference client's two backend clients: what its own models make of the answers
	@$(BIN)/python -m contract_tests.models

storage-table: $(STAMP) ## write the table of docs/storage.md: moto alone, this gate, AWS
	@$(BIN)/python -m contract_tests.storage table

storage-clients: $(STAMP) ## one object by boto3, s3fs, curl and the published client (SDK_VERSIONS="...")
	@$(BIN)/python -m contract_tests.storage clients $(SDK_VERSIONS)

interruptions: $(STAMP) ## exports killed at 20 drawn points, then the same command again (POINTS=, SEED=)
	@$(BIN)/python -m tests.interruptions $(POINTS) $(if $(SEED),--seed '$(SEED)')

simulate: $(STAMP) ## drawn runs of the SDK under drawn faults, and the laws that must hold (RUNS=1000, SEED=1, BUG=, BUG=all)
	@$(BIN)/python -m contract_tests.simulation $(if $(RUNS),--runs '$(RUNS)') $(if $(SEED),--seed '$(SEED)') $(if $(BUG),--bug '$(BUG)')
incidents: $(STAMP) ## every known incident against the thin SDK: cured, or a clear error, as its file says (IDS="SYN-7542 ...")
	@$(BIN)/python -m contract_tests.incidents $(IDS)

incidents-page: $(STAMP) ## write the table of docs/incidents.md
	@$(BIN)/python -m contract_tests.incidents.page

incidents-proof: $(STAMP) ## every incident biting: on published versions, unmodified, or on a naive client; and not without its trouble
	@$(BIN)/python -m contract_tests.incidents --proof $(IDS)

bench: $(STAMP) ## how fast it is, side by side: build/bench.json and a table (CASES="ab c d e")
	@$(BIN)/python -m benchmarks $(CASES)

deep: ## what takes long, by hand: .ci/deep
	@.ci/deep

ledger: $(STAMP) ## counts of the contract ledger by evidence
	@$(BIN)/python -m contract_tests.ledger

serve: $(STAMP) ## a fake on loopback with the demo seed
	@$(BIN)/fake-backend serve --seed demo $(SERVE_ARGS)

clean: ## remove build output and environments
	rm -rf build dist .venv .venv-sdk-* *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
