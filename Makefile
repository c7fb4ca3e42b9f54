# `make` alone says what there is.

PYTHON ?=
PORT ?= 8000
export PYTHON PORT

BIN := .venv/bin
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard webapp/translations/*/LC_MESSAGES/messages.po))
# Where Linux offers it: a make that is killed takes the demo along.
ENDING_WITH_MAKE = $$(command -v setpriv > /dev/null && echo setpriv --pdeathsig TERM)
COMPILE_REQUIREMENTS = var/uv/bin/uv pip compile pyproject.toml --universal --generate-hashes --quiet \
	--no-header --no-emit-index-url --no-emit-find-links

.PHONY: help demo reset test test-deep chaos lint bench bench-api bench-campaign bench-export bench-retention bench-unsubscribe screens browser requirements translations \
	packages-demo packages-dev environment

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: packages-demo $(TRANSLATIONS) ## Candor on this machine, with invented people: http://localhost:8000 (PORT=8080 for another port)
	@exec $(ENDING_WITH_MAKE) $(BIN)/python -m deploy.demo

reset: ## ends the demo and clears its data
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m deploy.demo.reset; else rm -rf var; fi

test: environment browser ## all tests but the deep ones, in a few minutes
	$(BIN)/pytest -n 2 --dist loadgroup -m "not deep and not screens"

test-deep: environment browser ## the slow ones: kills, floods, scanners
	$(BIN)/pytest -m deep

chaos: environment ## kills workers, database, queue and relay 20 times within one send (SEED=7 repeats a run)
	CHAOS_RECIPIENTS=20000 CHAOS_KILLS=20 SEED=$(SEED) $(BIN)/pytest -s -m deep tests/deep/test_chaos.py

lint: environment ## style, types, and which part may import which
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict webapp jobs deploy tests bench
	$(BIN)/lint-imports

bench: bench-api bench-campaign bench-export bench-retention bench-unsubscribe ## how fast it is, beside what else there is: all of these

bench-api: environment ## how fast the company's systems get their data in, beside a bare COPY
	$(BIN)/python -m bench.api

bench-campaign: environment ## how fast a campaign goes out, beside Postfix's own load generator and smtplib
	@deploy/postfix.sh
	$(BIN)/python -m bench.campaign

bench-export: environment ## how fast a copy is made among a million customers, beside bare SQL
	$(BIN)/python -m bench.export

bench-retention: environment ## how fast what is over is deleted among a million customers, beside bare SQL
	$(BIN)/python -m bench.retention

bench-unsubscribe: environment ## how fast people can unsubscribe while a campaign goes out, beside one INSERT
	@deploy/postfix.sh
	$(BIN)/python -m bench.unsubscribe

screens: environment browser ## new screenshots in docs/screens
	$(BIN)/pytest -m screens tests/browser

browser: ## a Chromium for the browser tests
	@deploy/browser.sh

translations: environment ## collects what is to be translated
	$(BIN)/pybabel -q extract --keywords _l --ignore-dirs ".*" --mapping webapp/babel.cfg --keyword _l --keyword lazy_gettext --no-location --sort-output --project Candor --output webapp/translations/messages.pot .
	$(BIN)/pybabel -q update --input-file webapp/translations/messages.pot --output-dir webapp/translations --no-fuzzy-matching
	@$(MAKE) --no-print-directory environment

requirements: ## pins anew what pyproject.toml asks for (UPGRADE=--upgrade for the newest)
	@[ -x var/uv/bin/uv ] || { python3 -m venv var/uv && var/uv/bin/pip install --quiet --disable-pip-version-check uv; }
	$(COMPILE_REQUIREMENTS) $(UPGRADE) --output-file requirements.txt
	$(COMPILE_REQUIREMENTS) $(UPGRADE) --extra demo --output-file requirements-demo.txt
	$(COMPILE_REQUIREMENTS) $(UPGRADE) --extra demo --extra dev --output-file requirements-dev.txt

packages-demo:
	@deploy/environment.sh requirements-demo.txt

packages-dev: packages-demo
	@deploy/environment.sh requirements-dev.txt

environment: packages-dev $(TRANSLATIONS)

%.mo: %.po | packages-demo
	@$(BIN)/pybabel -q compile --input-file $< --output-file $@
