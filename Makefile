# `make check` is what CI runs before the tests. Everything works inside .venv, made by scripts/test.

BIN := .venv/bin
UV  := uv pip compile --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links \
       --no-header --no-annotate --quiet

.PHONY: check format lint types imports security dashboard test coverage nightly lock bench

check: types format lint imports security # the longest first, for make --jobs

format:
	$(BIN)/ruff format --check .

lint:
	$(BIN)/ruff check .

types:
	$(BIN)/mypy

imports:
	$(BIN)/lint-imports --no-cache

security:
	$(BIN)/bandit --quiet --recursive --severity-level medium robo_trader

# The package is built in a copy; its checks need the tools here.
dashboard:
	npm --prefix dashboard ci --no-audit --no-fund --silent
	npm --prefix dashboard run --silent check
	npm --prefix dashboard test --silent

test:
	scripts/test

coverage:
	scripts/test --numprocesses=auto --dist=worksteal --cov --cov-report=term-missing

# Examples by the thousand for the property tests; docs/reliability.md says what a whole night takes.
# For less of it: make nightly NIGHTLY_SCALE=0.01
# And pretend worlds: docs/torture.md. For fewer: make nightly NIGHTLY_SEEDS=100
NIGHTLY_SCALE ?= 1
NIGHTLY_SEEDS ?= 10000

nightly:
	HYPOTHESIS_PROFILE=nightly NIGHTLY_SCALE=$(NIGHTLY_SCALE) \
	scripts/test --numprocesses=auto --dist=load --maxschedchunk=1 -m 'hypothesis or nightly' --verbose -o faulthandler_timeout=0
	$(BIN)/robo-trader torture --seeds $(NIGHTLY_SEEDS) --first 1000000 --days 5

bench:
	$(BIN)/python -m benchmarks

# Needs uv on the path. Commit what it writes.
lock:
	$(UV) pyproject.toml --output-file locks/run.txt
	$(UV) pyproject.toml --extra test --constraint locks/run.txt --output-file locks/test.txt
	$(UV) locks/build.in --output-file locks/build.txt
	$(UV) locks/node.in --output-file locks/node.txt
