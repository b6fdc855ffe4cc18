"""`make bench-quick`: indexing, answers and the million, one after the other; the figures and how long it took.

Up to 35 minutes on two cores, ten of them for embedding the CRUD documents, which is done once and kept in out/bench.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.common import MAIN, RESULTS, ROOT, benchmarks

TARGETS = {
    "indexing_speedup_vs_stock": ("at least", 1.6),
    "encoder_utilisation": ("at least", 0.85),
    "answer_speedup_vs_stock": ("at least", 2.0),
    "million_recall_at_10": ("at least", 0.98),
    "million_p95_ms": ("at most", 60.0),
    "million_bytes_per_vector": ("at most", 700.0),
}


def main() -> int:
    """Run every part; 1 if one of them failed."""
    benchmarks()  # absent: say so before half an hour has passed
    began = time.monotonic()
    for part in ("indexing", "answers", "million", "plots"):
        print(f"== {part}, after {(time.monotonic() - began) / 60:.1f} min", flush=True)
        if subprocess.run(
            [sys.executable, str(ROOT / "bench" / f"{part}.py")], cwd=ROOT, check=False
        ).returncode:
            return 1
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    print(f"\n{'figure':30} {'value':>10}  wanted")
    for key in MAIN:
        wanted = " ".join(map(str, TARGETS.get(key, ("",))))
        print(f"{key:30} {results[key]['value']:>10g}  {wanted}")
    print(f"\n{(time.monotonic() - began) / 60:.1f} minutes; {RESULTS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
