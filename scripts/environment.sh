# Sourced by run and test: makes or refreshes the virtual environment beside the sources.
# Needs: name of the lock (run or test) in $LOCK. Sets: $ROOT, $PYTHON.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="$ROOT/.venv"
PYTHON="$VENV/bin/python"
STAMP="$VENV/installed-$LOCK"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$0: $*"; exit 1; }

find_python() {
    local candidate
    for candidate in "${ROBO_PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    if command -v python3 >/dev/null 2>&1; then
        fail "Python 3.11 to 3.13 is needed, this machine has $(python3 --version 2>&1). Install one, or name it in ROBO_PYTHON."
    fi
    fail "no Python was found. Install Python 3.11 to 3.13, or name it in ROBO_PYTHON."
}

# What an installation depends on: the lock, the package's description, and the sources of the dashboard.
wanted_stamp() {
    (cd "$ROOT" && cat "locks/$LOCK.txt" locks/build.txt locks/node.txt pyproject.toml hatch_build.py &&
        find dashboard -path dashboard/node_modules -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 cat) |
        cksum
}

install() {
    local log="$VENV/install.log" quiet="--quiet --disable-pip-version-check --no-input"
    # One sentence for the usual cause; the whole story stays in the log.
    pip_install() { "$PYTHON" -m pip install $quiet "$@" >"$log" 2>&1 || fail "installing failed, is there a network? The last lines of $log: $(tail -n 3 "$log")"; }
    say "Installing the locked dependencies (locks/$LOCK.txt) into .venv ..."
    pip_install --require-hashes -r "$ROOT/locks/$LOCK.txt"
    pip_install --require-hashes -r "$ROOT/locks/build.txt"
    if ! command -v npm >/dev/null 2>&1; then
        say "No Node.js on this machine: installing one into .venv to build the dashboard ..."
        pip_install --require-hashes -r "$ROOT/locks/node.txt"
    fi
    say "Building and installing robo-trader ..."
    pip_install --no-deps --no-build-isolation --editable "$ROOT"
    grep -i "dashboard" "$log" >&2 || true
}

prepare() {
    local wanted
    wanted="$(wanted_stamp)"
    if [ -x "$PYTHON" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    if [ ! -x "$PYTHON" ]; then
        local base
        base="$(find_python)"
        say "Making .venv with $("$base" --version 2>&1) ..."
        "$base" -m venv "$VENV" || fail "the virtual environment could not be made; on Debian and Ubuntu install python3-venv."
    fi
    install
    printf '%s' "$wanted" >"$STAMP"
}

prepare
