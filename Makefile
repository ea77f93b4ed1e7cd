# `make check` is what CI runs before the tests. Everything works inside .venv, made by scripts/test.

BIN := .venv/bin
UV  := uv pip compile --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links \
       --no-header --no-annotate --quiet

.PHONY: check format lint types imports security test coverage nightly lock bench

check: format lint types imports security

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

test:
	scripts/test

coverage:
	scripts/test --cov --cov-report=term-missing

# Examples by the thousand for the property tests.
nightly:
	HYPOTHESIS_PROFILE=nightly scripts/test

bench:
	$(BIN)/python -m benchmarks

# Needs uv on the path. Commit what it writes.
lock:
	$(UV) pyproject.toml --output-file locks/run.txt
	$(UV) pyproject.toml --extra test --constraint locks/run.txt --output-file locks/test.txt
	$(UV) locks/build.in --output-file locks/build.txt
	$(UV) locks/node.in --output-file locks/node.txt
