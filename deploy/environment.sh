#!/usr/bin/env bash
# Makes .venv from a requirements file whose every package is pinned and hashed; does nothing when it is there already.
#     deploy/environment.sh requirements-demo.txt
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=$1
stamp=.venv/installed-$requirements

is_suitable() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for python in ${PYTHON:-python3.13 python3.12 python3.11 python3.14 python3}; do
        if is_suitable "$python"; then
            echo "$python"
            return
        fi
    done
    echo "Candor needs Python 3.11 or newer${PYTHON:+, and $PYTHON is not}. If you have one: make demo PYTHON=/path/to/python3" >&2
    return 1
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python cannot make virtual environments. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2
        return 1
    fi
    echo "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
}

show_progress() {
    total=$(grep -c '==' "$requirements")
    collected=0
    while read -r verb package _; do
        if [ "$verb" = Collecting ] && [ -t 1 ]; then
            collected=$((collected + 1))
            printf '\r\033[K  %d of %d: %s' "$collected" "$total" "$package"
        elif [ "$verb" = Installing ] && [ -t 1 ]; then
            printf '\r\033[K  unpacking\n'
        fi
    done
}

# A moved clone or an upgraded Python leaves an environment behind that looks whole and is not.
wanted=$(pwd -P; cat "$requirements")
if [ -x .venv/bin/python ] && is_suitable .venv/bin/python; then
    [ -f "$stamp" ] && [ "$wanted" = "$(cat "$stamp")" ] && exit 0
    grep -qF "$(pwd -P)/.venv" .venv/bin/pip || make_venv
else
    make_venv
fi

echo "Installing what $requirements lists"
PYTHONUNBUFFERED=1 .venv/bin/python -m pip install --disable-pip-version-check --no-input --require-hashes -r "$requirements" | show_progress
# As pip does with packages. Where Python may not do so itself (PYTHONDONTWRITEBYTECODE), every start would compile anew.
.venv/bin/python -m compileall -q deploy jobs webapp wsgi.py
echo "$wanted" > "$stamp"
