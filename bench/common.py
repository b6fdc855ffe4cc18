"""What the benchmarks share: where things lie, the machine in words, results under the commit that made them."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "out" / "bench"
RESULTS = ROOT / "bench" / "results.json"
BENCHMARKS = ROOT.parent / "shared" / "benchmarks"
MAIN = (
    *("indexing_speedup_vs_stock", "encoder_utilisation", "answer_speedup_vs_stock", "answer_accuracy"),
    *("answer_accuracy_stock", "million_recall_at_10", "million_p95_ms", "million_bytes_per_vector"),
)


def benchmarks() -> Path:
    """The folder of public data sets; ends the program with what to do where it is absent."""
    folder = Path(os.environ.get("BENCHMARKS", BENCHMARKS))
    if not (folder / "crud_documents.jsonl.gz").is_file():
        sys.exit(
            f"bench: no CRUD-RAG documents at {folder}: set BENCHMARKS to a folder that holds "
            "crud_documents.jsonl.gz, crud_questions_dev.jsonl and cmrc_questions_dev.jsonl."
        )
    return folder


def machine() -> str:
    """Processor, cores, memory and what it multiplies in, in words."""
    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    name = next(
        (line.split(":")[1].strip() for line in cpu.splitlines() if line.startswith("model name")), "?"
    )
    flags = next((line for line in cpu.splitlines() if line.startswith("flags")), "").split()
    kinds = [kind for kind in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if kind in flags]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{name}, {os.cpu_count()} cores, {memory:.0f} GiB, {' '.join(kinds)}, Python {platform.python_version()}"


def commit() -> str:
    """The commit that is checked out, with + where tracked files were changed."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()

    changed = git(
        "status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/results.json", ":!docs"
    )
    return git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def save(part: str, details: Mapping[str, Any], values: Mapping[str, float]) -> None:
    """Keeps a part's details in out/bench/PART.json, and its main figures in bench/results.json."""
    assert set(values) <= set(MAIN)
    OUT.mkdir(parents=True, exist_ok=True)
    source = {"commit": commit(), "machine": machine()}
    whole = json.dumps(dict(details) | source, ensure_ascii=False, indent=1)
    (OUT / f"{part}.json").write_text(whole, encoding="utf-8")
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    known |= {key: {"value": value, **source} for key, value in values.items()}
    ordered = {key: known[key] for key in MAIN if key in known}
    RESULTS.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for key, value in values.items():
        print(f"{key}: {value:g}", flush=True)
