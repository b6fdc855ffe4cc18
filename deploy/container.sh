#!/bin/bash
# What the container runs: fetches the models that are needed and not yet in /data/models, then serves.
# Without a network, put the model files there yourself (docs/operations.md).
set -euo pipefail
cd /opt/wenbao
python=.venv/bin/python

models=()
[ -n "${WENBAO_EMBED_MODEL:-}" ] || models+=(multilingual-e5-small)
[ -n "${WENBAO_LLM_BASE_URL:-}${WENBAO_LLM_MODEL:-}" ] || models+=(qwen2.5-coder-1.5b-instruct-q4_k_m)
if [ ${#models[@]} -gt 0 ]; then
    "$python" -m rag models fetch "${models[@]}"
fi
exec "$python" app.py "$@"
