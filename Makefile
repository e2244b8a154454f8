# Sitewright from a checkout, on Linux (Windows and macOS: README.md). `make` lists what there is.
# Paths stay relative, so that a checkout may lie in a folder with spaces.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= python3
PY := .venv/bin/python
PROGRAM := .venv/bin/sitewright
OFFSCREEN := QT_QPA_PLATFORM=offscreen
CODE := app ui db resources tests packaging setup.py

# The order of the tests is random; where nobody watches it is always the same one, so that a failure can be played again.
ORDER := $(if $(CI),--randomly-seed=20261122,)
# All of the tests run on every core; a part of them in one process, whose story is easier to read.
CROWD := -n auto --maxprocesses 4 --dist worksteal

# $(call step,Headline,target) before the commands of a check; $(call stopped,target) is what a failing one says last.
step = printf '\n== %s ==\n' '$(1)'
stopped = { printf '\nStopped at: %s. This step alone: make %s\n' '$(1)' '$(2)' >&2; exit 1; }

.PHONY: help env run demo screenshots bench simulate week schema words catalogues format ratchets wheel frozen clean \
	test formatted lint contracts types unit wheel-check frozen-check test-system

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

env: ## the environment in .venv with everything locked; nothing to do when it is up to date
	@command -v $(PYTHON) >/dev/null || { echo 'Sitewright needs Python 3.11 or newer; on Debian type: sudo apt-get install python3 python3-venv' >&2; exit 1; }
	@$(PYTHON) packaging/make_env.py
	@$(PY) -m resources.i18n.compile
	@mkdir -p build

run: env ## the window on the sample site (in ./sample-site)
	@if [[ $$(uname) == Linux && -z "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]]; then \
		echo 'There is no display here to open a window on: make screenshots paints every page to pictures, make demo plays the whole story.'; \
		exit 0; \
	fi; \
	$(PY) packaging/make_env.py --check window; \
	if [[ ! -d sample-site ]]; then \
		rm -rf out/sample-site; mkdir -p out; \
		$(PROGRAM) init --sample --profile out/sample-site; \
		mv out/sample-site sample-site; \
	fi; \
	$(PROGRAM) --profile sample-site

demo: env ## the main story without a display; PDFs, workbooks and pictures in out/demo
	@$(PY) packaging/make_env.py --check windowless
	@$(OFFSCREEN) $(PROGRAM) demo --to out/demo

screenshots: env ## every page in both languages, in out/screenshots
	@$(PY) packaging/make_env.py --check windowless
	@$(OFFSCREEN) $(PROGRAM) screenshots --to out/screenshots

bench: env ## the budgets, measured on a seeded large site, against peers in .venv-bench
	@$(PYTHON) packaging/make_env.py --bench
	@$(OFFSCREEN) $(PY) tests/bench/run.py

# --- all checks, the fast ones first ---

test: env test-system formatted lint contracts types unit wheel-check frozen-check ## every check; stops at the first that fails
	@printf '\nAll checks passed. Tests: %s\n' "$$(tail -n 1 build/tests.txt)"

test-system: env
	@$(PY) packaging/make_env.py --check tests || $(call stopped,programs that the tests need,test-system)

formatted: env
	@$(call step,Format)
	@$(PY) -m ruff format --check --quiet $(CODE) || $(call stopped,format (make format repairs it),formatted)

lint: env ## ruff
	@$(call step,Lint)
	@$(PY) -m ruff check --quiet $(CODE) || $(call stopped,lint,lint)

contracts: env ## who may import whom
	@$(call step,Import contracts)
	@.venv/bin/lint-imports --no-cache > build/contracts.txt 2>&1 || { cat build/contracts.txt; $(call stopped,import contracts,contracts); }

types: env ## mypy, strict
	@$(call step,Types)
	@$(PY) -m mypy --no-error-summary || $(call stopped,types,types)

unit: env ## pytest; make unit T=tests/app for a part
	@$(call step,Tests)
	@$(OFFSCREEN) $(PY) -m pytest -q $(ORDER) $(if $(T),,$(CROWD)) $(T) 2>&1 | tee build/tests.txt || $(call stopped,tests,unit)

simulate: env ## seeds of the sync simulator: SEEDS=5000, or one with its story: SEED=17
	@PYTHONPATH=. $(PY) tests/support/play.py $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),300) --first $(or $(FIRST),0))

week: env ## a week of the large site by 20 laptops, reported in out/week; SEED=7, DATABASE=postgresql
	@PYTHONPATH=.:tests/support:tests/bench $(PY) tests/week/run.py --seed $(or $(SEED),1) --database $(or $(DATABASE),sqlite)

wheel: env ## dist/sitewright-*.whl
	@rm -rf build/lib build/bdist.* dist/*.whl
	@$(PY) -m build --wheel --no-isolation --outdir dist . > build/wheel.txt 2>&1 || { cat build/wheel.txt; $(call stopped,wheel,wheel); }

wheel-check: env
	@$(call step,Wheel)
	@$(MAKE) --no-print-directory wheel
	@$(PY) packaging/check_wheel.py || $(call stopped,wheel,wheel-check)

frozen: env ## dist/sitewright/sitewright, which needs no Python
	@$(PY) packaging/make_env.py --check frozen
	@$(PY) -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build/frozen packaging/sitewright.spec \
		> build/frozen.txt 2>&1 || { cat build/frozen.txt; $(call stopped,frozen program,frozen); }

frozen-check: env
	@$(call step,Frozen program)
	@$(MAKE) --no-print-directory frozen
	@$(PY) packaging/smoke.py || $(call stopped,frozen program,frozen-check)

# --- upkeep ---

schema: env ## remakes the first release's migration after a change in db/models
	@$(PY) packaging/newschema.py

words: env ## finds new words in the code, completes the catalogues and says what is missing
	@$(PY) -m resources.i18n.extract

format: env ## puts the code in its one form
	@$(PY) -m ruff format --quiet $(CODE)
	@$(PY) -m ruff check --fix --quiet $(CODE) || true

ratchets: env ## tightens tests/ratchets.json to what the code is now
	@$(PY) tests/test_ratchets.py

clean: ## removes what was built (not .venv, not sample-site)
	@rm -rf build dist out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
