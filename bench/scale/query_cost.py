"""What a search costs against the number of rows: `python bench/scale/query_cost.py ADDRESS ROWS…`.

Fills a store of its own (its name gets `_cost`, it is dropped afterwards) with rows made at random, each with a dense
vector of 384 numbers and 150 words drawn as words are (few often, most seldom), and times the calls a question makes.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from index.milvus_server import Location, Row, Server

DIMENSION, WORDS, VOCABULARY = 384, 150, 200_000


def rows(first: int, count: int, random: np.random.Generator) -> list[Row]:
    """Rows as the store writes them, with 800 characters of data."""
    vectors = random.normal(size=(count, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    words = np.minimum(random.zipf(1.3, size=(count, WORDS)), VOCABULARY)
    return [
        {
            "id": first + at, "report_id": (first + at) // 100, "place": at % 100, "passage": f"{first + at:032x}",
            "data": "x" * 800, "indicators": [], "vector": vectors[at].tolist(),
            "words": {int(word): 1.0 for word in set(words[at].tolist())},
        }
        for at in range(count)
    ]  # fmt: skip


def timed(action: Callable[[], object], times: int = 5) -> float:
    """Median milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def main() -> int:
    """Print one line a size."""
    location = Location.parse(sys.argv[1])
    server = Server(dataclasses.replace(location, name=f"{location.name}_cost"))
    if server.exists():
        server.drop()
    server.create(DIMENSION)
    random = np.random.default_rng(1)
    try:
        there = 0
        for wanted in sorted(map(int, sys.argv[2:])):
            began, before = time.perf_counter(), there
            while there < wanted:
                some = rows(there, min(2000, wanted - there), random)
                server.upsert(server.chunks, some)
                there += len(some)
            rate = (there - before) / (time.perf_counter() - began)
            query = random.normal(size=DIMENSION).astype(np.float32).tolist()
            words = {int(word): 1.0 for word in random.integers(5, 5000, size=20)}
            few = f"report_id in {list(range(10))}"
            near = [int(one) for one in random.integers(0, there, size=200)]
            search = server.search
            costs = {
                "dense": timed(partial(search, "vector", query, 40)),
                "dense in ten reports": timed(partial(search, "vector", query, 40, few)),
                "words": timed(partial(search, "words", words, 40), 1),
                "200 rows by id": timed(partial(server.by_id, near, ["id", "data", "vector"])),
            }
            told = ", ".join(f"{name} {cost:.0f} ms" for name, cost in costs.items())
            print(f"{there} rows ({rate:.0f} written a second): {told}", flush=True)
    finally:
        server.drop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
