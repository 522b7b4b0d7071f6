# The specification and everything around it; `make` alone lists what there is.
# A target that needs packages makes its own environment in .venv.

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
ALLURE  := allure@3.18.0
RESULTS := reports/allure-results
# What to play, e.g. make spec TAGS='@original' GATEWAYS='Envoy,Nginx'; more for behave in BEHAVE,
# e.g. '-D stack=local'. JUNIT=yes also writes reports/junit/*.xml, for CI servers that read those.
TAGS    ?=
GATEWAYS ?=
BEHAVE  ?=
JUNIT   ?=
# How many gateways are played side by side: a number, or what keeps this machine busy.
JOBS    ?= auto
GATEWAYS_AT_ONCE = -D jobs=$(JOBS)
CHOSEN = $(GATEWAYS_AT_ONCE) $(if $(TAGS),-t '$(TAGS)') $(if $(GATEWAYS),-D gateways='$(GATEWAYS)') \
    $(if $(JUNIT),--junit --junit-directory reports/junit) $(BEHAVE)
# What make spec plays: all that is no promise of several gateways, and the smoke tests.
SELECTION := (@smoke or not (@promise.* or @cure or @policy)) and not @wip
# The comparisons to publish together; without any the last run's, reports/comparison.json.
FROM    ?=
PRODUCTS := mirror-agent recorder goreplay-middleware mirror-lua
# How `make unit` plays tests: two files of them at the same time.
SIDE_BY_SIDE := -n 2 --dist loadfile
# Where `make recorders` listens: four ports from PORT on. Given to make, not in the environment, where
# some shells have a HOST of their own.
HOST    := 127.0.0.1
PORT    := 18080
# A checkout of GAL for `make spec-gal`, beside the version that is installed.
GAL_SOURCE ?=
# How often `make soak` runs the specification, and on which stack.
N       ?= 20

.DEFAULT_GOAL := help
.PHONY: help doctor spec spec-all try tools test lint unit audit requirements spec-local spec-docker spec-matrix spec-gal mutants fuzz soak report comparison bench faults stack-up stack-down recorders clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

doctor: $(VENV)/spec ## say what can be played here, what is missing, and the command that mends it
	@$(BIN)/python -m features.support.doctor || test $$? = 1 # 1: some gateways cannot be played

spec: $(VENV)/spec ## play plain HAProxy's features, and of each other gateway the smoke tests
	@echo "$(if $(TAGS),Chosen by tags,A selection in about a minute). Every promise of every gateway: make spec-all"
	@$(BIN)/behave features/ $(if $(TAGS),,-t '$(SELECTION)') $(CHOSEN); code=$$?; \
	echo "Allure results: $(RESULTS) (make report: one HTML page of them)"; exit $$code

spec-all: $(VENV)/spec ## play the whole specification, gateways side by side (JOBS=1: in turn)
	@$(BIN)/behave features/ $(CHOSEN); code=$$?; \
	echo "Allure results: $(RESULTS) (make report: one HTML page of them)"; exit $$code

try: $(VENV)/spec ## judge your own gateway: make try GATEWAY=my-gateway.yaml (TAGS= plays a part)
	@test -n "$(GATEWAY)" || { echo "say which: make try GATEWAY=my-gateway.yaml" >&2; exit 2; }
	@$(BIN)/behave features/ -D gateway='$(GATEWAY)' $(if $(TAGS),-t '$(TAGS)') $(BEHAVE)

report: $(VENV)/spec ## make HTML pages of the last run's results: reports/allure.html, allure-by-gateway.html
	@command -v npm >/dev/null || { echo "make report needs npm (Node.js 20 or newer)" >&2; exit 1; }
	@test -d $(RESULTS) || { echo "no results in $(RESULTS): make spec first" >&2; exit 1; }
	@rm -rf reports/html
	@# What it is made of stands in allurerc.json; reports/history.jsonl holds what earlier runs were.
	@npm exec --yes --package=$(ALLURE) -- allure generate --output reports/html $(RESULTS)
	@$(BIN)/python -m features.reporting.allure_page reports/html $(RESULTS) reports && rm -rf reports/html

comparison: $(VENV)/spec ## publish runs in README and docs/: make comparison FROM='a.json b.json'
	@$(BIN)/python -m comparison $(FROM)

test: lint unit spec-local spec-docker mutants ## run every check

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy features comparison tests bench environment.py
	@# Each product is a root of its own.
	for product in $(PRODUCTS); do MYPYPATH=.:recorder $(BIN)/mypy $$product || exit 1; done

unit: $(VENV)/dev
	$(BIN)/pytest $(SIDE_BY_SIDE)
	@# Two products at a time; each is told as a whole.
	printf '%s\n' $(PRODUCTS) | xargs -P 2 -I{} sh -c \
	    'told=$$(cd {} && ../$(BIN)/pytest $(SIDE_BY_SIDE) 2>&1); code=$$?; echo "{}: $$told"; exit $$code'

spec-local: $(VENV)/spec
	$(BIN)/behave features/ $(GATEWAYS_AT_ONCE) -D stack=local

spec-docker: $(VENV)/spec
	$(BIN)/behave features/ $(GATEWAYS_AT_ONCE) -D stack=docker

spec-matrix: $(VENV)/spec ## play HAProxy's features, SPOE, Lua and log ring too, on 2.6 to 3.4
	$(BIN)/python -m tests.matrix $(GATEWAYS_AT_ONCE) $(BEHAVE)

spec-gal: $(VENV)/dev ## judge what GAL makes of the policy, for docs/gal.md (GAL_SOURCE= also a checkout of GAL)
	$(BIN)/python -m tests.generators $(if $(GAL_SOURCE),--source '$(GAL_SOURCE)') --into docs

mutants: $(VENV)/dev ## break the product in many small ways; the specification must notice each
	$(BIN)/python -m tests.mutants

tools: ## build what the local stack needs and no wheel brings: GoReplay, into tools/
	@docker/goreplay/install.sh

fuzz: $(VENV)/dev ## feed the mirroring agent garbage for five minutes
	cd mirror-agent && PYTHONPATH=.:../recorder ../$(BIN)/python -m tests.fuzz --seconds 300

audit: $(VENV)/ci ## ask whether what is pinned has known holes; skipped where nobody can be asked
	@.ci/audit $(VENV)/ci-tools/bin

requirements: $(VENV)/ci ## write each requirements.txt anew from its requirements.in, with hashes
	@for file in requirements bench/requirements requirements-dev .ci/requirements; do \
	    .ci/pin $(VENV)/ci-tools/bin $$file || exit 1; \
	done

faults: $(VENV)/spec ## play faults against every way of mirroring, for docs/faults.md (8 minutes)
	$(BIN)/python -m bench.faults --into docs

soak: $(VENV)/spec ## run the specification N times (N=20) and count the failures
	$(BIN)/python -m tests.soak $(N) $(GATEWAYS_AT_ONCE) $(BEHAVE)

bench: $(VENV)/bench ## measure what mirroring costs (docs/cost.md and docs/sweep.md, 30 minutes), and the recorder
	$(BIN)/python -m bench.gateways --into docs
	$(BIN)/python -m bench.sweep --into docs
	$(BIN)/python -m bench.recorder

stack-up: $(VENV)/spec ## start the containers for use by hand (ports 10004 and 9999)
	@$(BIN)/python -m features.support.stack.by_hand up

stack-down: $(VENV)/spec ## remove those containers
	@$(BIN)/python -m features.support.stack.by_hand down

recorders: $(VENV)/spec ## start a primary and a shadow to point your own gateway at (HOST=, PORT=)
	@$(BIN)/python -m features.support.stack.recorders_by_hand '$(HOST)' '$(PORT)'

clean: ## remove what runs leave: reports, caches, the environment
	rm -rf reports $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed; name one with make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	    { rm -rf $(VENV); echo "python3 -m venv does not work here (Debian: apt install python3-venv)" >&2; exit 1; }

$(VENV)/spec: requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/bench: bench/requirements.txt $(VENV)/spec
	$(BIN)/pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/bench
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/ci: .ci/requirements.txt | $(VENV)/bin/python
	@$(PYTHON) -m venv $(VENV)/ci-tools
	$(VENV)/ci-tools/bin/pip install --quiet --disable-pip-version-check -r .ci/requirements.txt
	@touch $@
