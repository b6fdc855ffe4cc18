#!/usr/bin/env bash
# What `make run`, `make ask` and `make eval` share: environment, models, an index of DIR; then the command.
# Q and DIR come from make through the environment, so that no quoting is lost.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command=${1:?usage: prepare.sh app|ask|eval}

if [ "$command" = ask ] && [ -z "${Q:-}" ]; then
    echo 'wenbao: no question; use: make ask Q="规模以上工业增加值同比增长多少？" [DIR=path]' >&2
    exit 2
fi
reports=${DIR:-examples/reports}
reports=${reports/#\~\//$HOME/} # not every shell expands ~ in DIR=~/reports
if [ ! -e "$reports" ]; then
    echo "wenbao: there is no $reports (from $PWD); give DIR=path/to/reports. 找不到报告目录 $reports。" >&2
    exit 2
fi

case $command in eval) setup=(--models --dev) ;; *) setup=(--models) ;; esac
bash scripts/setup.sh "${setup[@]}" >&2
python=.venv/bin/python

# Each DIR has an index of its own, so that the reports of one never answer for another.
if [ -z "${DIR:-}" ]; then
    export WENBAO_INDEX=${WENBAO_INDEX:-data/index}
else
    full=$(realpath -- "$reports")
    export WENBAO_INDEX=data/index-$(printf %s "$full" | sha256sum | cut -c1-12)
fi

"$python" -m rag models fetch >&2
# Some unreadable files (exit code 1, each named) do not stop the others from answering.
"$python" -m rag index "$reports" --sync >&2 || [ $? -eq 1 ]

case $command in
    app) exec "$python" app.py ;;
    ask) exec "$python" -m rag ask "$Q" ;;
    eval) exec "$python" -m eval all "${GOLD:-eval/gold/examples.jsonl}" --reports "$reports" --out out/eval ;;
esac
