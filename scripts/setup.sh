#!/usr/bin/env bash
# Sets up .venv/ for this checkout: checks the platform, picks a Python, hands over to setup.py.
# WENBAO_PYTHON=/path/to/python names an interpreter yourself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "$(uname -s)" != Linux ] || [ "$(uname -m)" != x86_64 ]; then
    echo "wenbao: this set-up is for Linux x86-64; here is $(uname -s) $(uname -m). Use a Linux x86-64 machine, WSL 2 or a container. 本安装仅支持 Linux x86-64。" >&2
    exit 1
fi

# An interpreter must run (a pyenv shim may exist and not run), be of a locked version, and be able to
# make a virtual environment.
suitable() {
    "$1" -c 'import sys, venv, ensurepip, sqlite3, ssl, ctypes; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
        >/dev/null 2>&1
}

pick() {
    if [ -n "${WENBAO_PYTHON:-}" ]; then
        suitable "$WENBAO_PYTHON" && echo "$WENBAO_PYTHON"
        return
    fi
    local name path
    for name in python3.11 python3.12 python3.13 python3 python; do
        while IFS= read -r path; do
            if suitable "$path"; then
                echo "$path"
                return
            fi
        done < <(type -aP "$name")
    done
}

python=$(pick || true)
if [ -z "$python" ]; then
    echo "wenbao: no usable Python 3.11, 3.12 or 3.13 with the venv module found; install one (Debian/Ubuntu: python3 and python3-venv) or set WENBAO_PYTHON=/path/to/python. 未找到可用的 Python 3.11–3.13。" >&2
    exit 1
fi
exec "$python" scripts/setup.py "$@"
