"""Whether two index folders hold the same: `python bench/scale/compare_indexes.py ONE OTHER`.

Every table row by row, ids, order and vectors included; prints what differs. Vectors may differ in their last bits
where texts were embedded in other company: the least cosine is printed. When and where a file was read is not looked at.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import numpy as np

TABLES = {
    "manifest": "SELECT * FROM manifest ORDER BY 1",
    "reports": "SELECT id, name, sha256, format, encoding, pages, metadata, overrides, pipeline, text, raw_offsets,"
    " structure FROM reports ORDER BY id",
    "chunks": "SELECT * FROM chunks ORDER BY id",
    "figures": "SELECT report_id, chunk_id, data FROM figures ORDER BY report_id, start, id",
    "sketches": "SELECT * FROM sketches ORDER BY 1",
    "lexical": "SELECT rowid, context, body FROM lexical ORDER BY rowid",
    "lexical_totals": "SELECT * FROM lexical_totals",
    "sqlite_sequence": "SELECT * FROM sqlite_sequence WHERE name IN ('reports', 'chunks') ORDER BY 1",
}


def main() -> int:
    """Compare and print; 1 if anything differs."""
    one, other = (
        sqlite3.connect(f"file:{Path(path) / 'index.sqlite'}?mode=ro", uri=True) for path in sys.argv[1:3]
    )
    different = 0
    for table, query in TABLES.items():
        left, right = one.execute(query).fetchall(), other.execute(query).fetchall()
        different += left != right
        print(f"{table}: {len(left)} and {len(right)} rows, {'the same' if left == right else 'DIFFERENT'}")
    rows = [c.execute("SELECT chunk_id, vector FROM vectors ORDER BY 1").fetchall() for c in (one, other)]
    ids = [[row[0] for row in some] for some in rows]
    matrices = [np.frombuffer(b"".join(row[1] for row in some), dtype="<f4") for some in rows]
    if ids[0] != ids[1] or not ids[0]:
        print("vectors: DIFFERENT ids")
        return 1
    left, right = (matrix.reshape(len(ids[0]), -1).astype(np.float64) for matrix in matrices)
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    least = float(((left * right).sum(axis=1) / lengths).min())
    equal = sum(a == b for a, b in zip(*rows, strict=True))
    print(f"vectors: {len(ids[0])}, {equal} equal in every bit, least cosine {least:.7f}")
    return int(bool(different) or least < 0.9999)


if __name__ == "__main__":
    raise SystemExit(main())
