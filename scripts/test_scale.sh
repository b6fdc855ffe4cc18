#!/usr/bin/env bash
# The tests that need the extras `milvus` and `ray`, in an environment of their own on top of .venv (about 500 MB).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
place=.setup/scale
[ -x "$place/bin/python" ] || .venv/bin/python -m venv "$place"
own=$("$place/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
main=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$main" >"$own/main.pth"
for lock in milvus ray; do
    "$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
        -r "requirements-$lock.lock"
done
exec "$place/bin/python" -m pytest tests/test_milvus_store.py tests/test_bulk.py "$@"
