# Two commands are all a newcomer needs: `make demo` and `make test`.
# Everything lands in .venv; system parts for the tests come through apt when we may.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
STAMP := $(VENV)/.installed

.PHONY: help demo test check format vectors bench soak capabilities web screenshots types contracts lock clean

help: ## Show this list
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The lock pins every package by version and hash and holds no address, so the
# same bytes are installed from whichever registry or mirror pip is set up for.
# It is complete, and a test holds it against what each package asks for; pip itself
# knows nothing of the one override in pyproject.toml, hence --no-deps.
$(STAMP): requirements.lock pyproject.toml
	@sh tests/install_system_parts.sh venv
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages into $(VENV) (about a minute the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: $(STAMP) web ## Start a seeded server at http://localhost:8080 and print how to chat
	@$(BIN)/mentalverse demo --port $(PORT) --data demo-data

test: $(STAMP) web ## Install what the tests need, run everything
	@sh tests/install_system_parts.sh tests
	@$(MAKE) --no-print-directory check
	@PYTHONPATH=tests $(BIN)/python -m support.whole_run

check: $(STAMP) ## Lint, types, import contracts: before every commit
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP) ## Put the code into its standard form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

vectors: $(STAMP) ## Run the official MLS vectors alone, with the counts per file
	@$(BIN)/python -m pytest tests/crypto/vectors -q -s

bench: $(STAMP) web ## Measure beside the references (bounded, loopback only)
	@$(BIN)/python -m load_tests messaging
	@$(BIN)/python -m load_tests crypto
	@$(BIN)/python -m load_tests crisis
	@$(BIN)/python -m load_tests calls

soak: $(STAMP) ## The long tier: 1,000 kill -9, long seeds
	@sh tests/install_system_parts.sh tests
	@$(BIN)/python -m pytest -m nightly --timeout 14400

capabilities: $(STAMP) ## Every capability of the product with the tests that prove it
	@$(BIN)/python -m pytest --collect-only -qqq --capabilities | sed -n '/capabilities and the tests/,$$p'

web: $(STAMP) ## Build the browser's client, unless it is there
	@$(BIN)/python hatch_build.py
	@$(BIN)/python -m load_tests.js_peer

screenshots: $(STAMP) web ## Every screen on a phone and a desk, to be looked at
	@PYTHONPATH=tests:. $(BIN)/python -m support.screenshots
	@echo "They are in clients/web/build/screenshots."

types: $(STAMP) ## Generate the browser's types from the registry of events
	@$(BIN)/python -m mentalverse_signaling.typescript > clients/web/src/protocol/events.ts

contracts: $(STAMP) ## Compile the contracts of the chain's extra
	@PYTHONPATH=tests $(BIN)/python -m support.contracts

lock: ## Pin the newest allowed packages anew (needs uv)
	@uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --group test --group build --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean: ## Remove what the commands above made
	rm -rf $(VENV) demo-data clients/web/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis clients/web/node_modules clients/web/build
