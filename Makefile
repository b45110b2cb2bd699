# Obole. `make` alone lists what there is. Needs Python 3.11 or later, and nothing else.

SHELL := /bin/sh
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
WORKERS := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null | awk '{ print ($$1 > 4 ? 4 : $$1 > 2 ? $$1 : 2) }')

# Tests that need no database, for `make check`.
UNIT := tests/ledger/test_money.py tests/ledger/test_days.py tests/ledger/test_formats.py \
	tests/vouchers/test_codes.py tests/vouchers/test_sheets_pdf.py tests/merchants/test_checking.py \
	tests/merchants/test_identity.py tests/merchants/test_reading.py tests/merchants/test_statement_pdf.py \
	tests/pages/test_catalogues.py tests/pages/test_forms.py tests/vouchers/orders/test_addresses.py \
	tests/vouchers/orders/test_beneficiary_rows.py tests/vouchers/orders/test_epc.py \
	tests/vouchers/orders/test_reference.py tests/vouchers/orders/test_urssaf.py

.PHONY: help run test prove tools pictures check bench clean

help:
	@echo "make run     set up, start PostgreSQL and serve; a demo programme on the first start (PORT=$(PORT))"
	@echo "make test    set up and pass all tests"
	@echo "make prove   try the properties that take long twenty times as often (an hour)"
	@echo "make pictures draw the pictures of the pages in docs/pictures anew"
	@echo "make check   format, lint, types, import contracts, tests that need no database"
	@echo "make bench   measure redeeming, issuing, printing and scanning beside what is bare"
	@echo "make clean   stop the embedded PostgreSQL and remove .obole, data included"

run: $(READY)
	@OBOLE_HOME=.obole exec $(BIN)/obole run --port $(PORT)

# What comes from Debian and what comes from PyPI is fetched at the same time.
test:
	@$(MAKE) -s -j 2 tools $(READY)
	@unset PYTHONDONTWRITEBYTECODE; exec $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=15

# The properties whose examples are whole stories.
LONG := tests/journeys/test_life_of_vouchers.py tests/ledger/test_any_posting.py \
	tests/merchants/test_any_month.py tests/vouchers/campaigns/test_any_campaign.py \
	tests/vouchers/holders/test_any_keeping.py tests/vouchers/orders/test_orders.py \
	tests/vouchers/orders/test_webhook_orders.py

prove: $(READY)
	@unset PYTHONDONTWRITEBYTECODE; EXAMPLES=20 exec $(BIN)/pytest -n $(WORKERS) --dist load --durations=15 $(LONG)

# Chromium's headless build does what the tests need with a fifth less work; any other Chromium will do.
tools:
	@$(call have,pdftotext) && $(call have,chromium-headless-shell) \
		|| { $(call apt,poppler-utils chromium-headless-shell fonts-liberation); }
	@$(call have,pdftotext) || { $(call apt,poppler-utils); }
	@$(call have,chromium-headless-shell) || $(call have,chromium) || $(call have,google-chrome) \
		|| { $(call apt,chromium fonts-liberation); }

pictures: $(READY)
	@PICTURES=1 $(BIN)/pytest -q -n $(WORKERS) tests/pages

check: $(READY)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@said=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$said"; exit 1; }
	@$(BIN)/pytest -q -n $(WORKERS) --durations=3 $(UNIT)

bench: $(READY)
	@$(call have,wrk) || { $(call apt,wrk); }
	@exec $(BIN)/python -m benchmarks

clean:
	@for pid in $$(tr -c '0-9' ' ' 2>/dev/null < .obole/postgres/.handle_pids.json); do \
		$(call is,obole) && kill -TERM "$$pid" && $(call gone,obole); done 2>/dev/null; \
	pid=$$(head -n 1 .obole/postgres/postmaster.pid 2>/dev/null); \
	if $(call is,postgres); then kill -INT "$$pid"; $(call gone,postgres); fi
	@rm -rf .obole

# Whether $$pid is a process of this name: pids are used again.
is = { [ -n "$$pid" ] && { cat "/proc/$$pid/cmdline" 2>/dev/null || ps -o args= -p "$$pid"; } | grep -aq $(1); }
gone = { for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do $(call is,$(1)) || break; sleep 0.5; done; }

# uv takes seconds where pip takes a minute; where it cannot, as with an index that is set for pip alone, pip does it.
pip = $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-compile --no-deps --require-hashes $(1)

# What no program imports, or little of it, is compiled when it is.
RARE := /(pip|setuptools|pkg_resources|mypy|mypyc|stripe/(params|events|v2)|pygments/(lexers|styles)|reportlab/graphics)/|/tests?/
RARE := $(RARE)|/playwright/sync_api/|/sqlalchemy/(testing|dialects/(mysql|oracle|mssql|sqlite))/

# The environment, from the hashed lock; again when the lock or the project's description changes.
$(READY): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "Obole needs Python 3.11 or later; none was found. Name one: make run PYTHON=..." >&2; exit 1; fi
	@[ -x $(BIN)/python ] && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 || { \
		rm -rf $(VENV); \
		echo "$(PYTHON) cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Installing what Obole needs into $(VENV) (once)" >&2
	@awk '/^[a-z0-9]/ { keep = /^uv==/ } keep' requirements.lock > $(VENV)/uv.lock
	@$(call pip,-r $(VENV)/uv.lock)
	@$(BIN)/uv pip install -qq --no-deps --require-hashes --python $(BIN)/python -r requirements.lock 2>/dev/null \
		|| $(call pip,-r requirements.lock)
	@$(BIN)/python -m compileall -qq -j 0 -x '$(RARE)' $(VENV)/lib || true  # as pip does it, but on all processors
	@$(BIN)/uv pip install -qq --no-deps --no-build-isolation --python $(BIN)/python --editable . 2>/dev/null \
		|| $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation \
		--editable .
	@touch $@

have = command -v $(1) >/dev/null

# Quietly, where it is possible at all; what needs the package says so if it is missing.
apt = sudo=$$([ "$$(id -u)" = 0 ] || echo "sudo -n"); command -v apt-get >/dev/null \
	&& { $$sudo apt-get update -qq; $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
	--no-install-recommends $(1); } >/dev/null 2>&1 </dev/null || true
