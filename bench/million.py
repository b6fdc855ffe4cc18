"""A million passages on one machine: recall, time and memory of dense search, with removal and filters.

    python bench/million.py [--sizes 10000,100000,1000000] [--kinds ivf-sq8]

At least 20,000 real chunk embeddings of CRUD-RAG documents are the parents; a base vector is a parent plus Gaussian
noise, renormalised, the noise such that the median cosine to the parent is .90. The 1,000 queries are embeddings of
real questions. Truth is the exact scan in float32. All draws are seeded. Each size is measured in a process of its
own: its memory before the index is opened is taken off, and of the index's mapped files the pages it touched count
(RssAnon, and Rss of those mappings in /proc/self/smaps). Cold: the files' pages are dropped first.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.common import OUT, ROOT, save
from index.vectors import FlatVectors, Floats, Ids

SEED = 11
COSINE = 0.90
TOP = 10
_BLOCK = 50_000
_GONE = 0.01  # of the vectors are removed, the best ten of the first hundred questions among them
_FILTERS = {"filter_10_percent": 0.1, "filter_1_in_1000": 0.001}
_FILTERED = 200  # questions asked with a filter
Masks = dict[str, npt.NDArray[np.bool_]]


# ---------------------------------------------------------------- the vectors


def noise_for(parents: Floats) -> float:
    """Standard deviation of the noise a component, by bisection on a sample."""
    draw = np.random.default_rng(SEED)
    sample = parents[draw.integers(len(parents), size=20_000)]
    noise = draw.standard_normal(sample.shape, dtype=np.float32)
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        cosines = _cosines(sample, sample + np.float32(middle) * noise)
        low, high = (middle, high) if np.median(cosines) > COSINE else (low, middle)
    return (low + high) / 2


def _cosines(left: Floats, right: Floats) -> Floats:
    product = np.einsum("nd,nd->n", left, right)
    return np.asarray(
        product / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1), dtype=np.float32
    )


def blocks(parents: Floats, noise: float, count: int) -> Iterator[tuple[Ids, Floats]]:
    """The base vectors, always the same; the first of a larger base are those of a smaller."""
    for start in range(0, count, _BLOCK):
        draw = np.random.default_rng([SEED, start])
        chosen = parents[draw.integers(len(parents), size=_BLOCK)]
        vectors = chosen + np.float32(noise) * draw.standard_normal(chosen.shape, dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        stop = min(count - start, _BLOCK)
        yield np.arange(start, start + stop, dtype=np.int64), vectors[:stop]


def masks(count: int, first: Ids) -> Masks:
    """What may be found: after removals, and with two filters. `first` are the best of some questions."""
    draw = np.random.default_rng([SEED, count])
    left = draw.random(count) >= _GONE
    left[first] = False
    return {"removed": left} | {name: draw.random(count) < share for name, share in _FILTERS.items()}


def truth(
    parents: Floats, noise: float, count: int, queries: Floats, allowed: Masks | None = None
) -> dict[str, Ids]:
    """The exact ten best of each question, (len(queries), 10), for all vectors or under each mask."""
    names = list(allowed) if allowed is not None else ["all"]
    best = {
        name: (np.zeros((len(queries), 0), np.float32), np.zeros((len(queries), 0), np.int64))
        for name in names
    }
    for ids, vectors in blocks(parents, noise, count):
        products = queries @ vectors.T
        for name in names:
            some = products if allowed is None else np.where(allowed[name][ids], products, -np.inf)
            top = np.argpartition(-some, TOP, axis=1)[:, :TOP]
            scores = np.hstack([best[name][0], np.take_along_axis(some, top, axis=1)])
            where = np.hstack([best[name][1], ids[top]])
            order = np.argsort(-scores, axis=1, kind="stable")[:, :TOP]
            best[name] = (np.take_along_axis(scores, order, axis=1), np.take_along_axis(where, order, axis=1))
    return {name: np.where(np.isfinite(scores), where, -1) for name, (scores, where) in best.items()}


# ---------------------------------------------------------------- in the measured process


def resident(folder: Path) -> tuple[int, int]:
    """Bytes of private memory, and of the pages of the files in `folder` that this process has touched."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    private = next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("RssAnon"))
    mapped, ours = 0, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if not line.split()[0].endswith(":"):
            ours = str(folder) in line
        elif ours and line.startswith("Rss:"):
            mapped += int(line.split()[1]) << 10
    return private, mapped


def drop_pages(folder: Path) -> None:
    """The kernel's copies of the files go, so that the next reading comes from the disk."""
    for file in folder.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def recall(found: list[list[int]], true: Ids) -> float:
    """Share of the true ten best that were found."""
    hits = sum(len(set(one) & set(wanted)) for one, wanted in zip(found, true.tolist(), strict=True))
    return hits / max(1, int(np.count_nonzero(true >= 0)))


def measure(folder: Path) -> dict[str, Any]:
    """Recall, milliseconds and bytes of the index in `folder`; run in a fresh process."""
    from index.large_vectors import Base, LargeVectors

    queries = np.load(folder / "queries.npy")
    true = dict(np.load(folder / "truth.npz"))
    allowed = dict(np.load(folder / "masks.npz"))
    base = folder / "base"
    flat = folder / "flat.faiss"
    LargeVectors.__name__, FlatVectors(queries.shape[1]).search(queries[0], 1)  # libraries are loaded
    drop_pages(base if base.is_dir() else folder)
    private, _ = resident(base)
    store = LargeVectors(Base(base)) if base.is_dir() else FlatVectors.from_bytes(flat.read_bytes())
    count = len(store)

    def ask(allow: Ids | None = None, number: int = len(queries)) -> tuple[list[list[int]], Floats]:
        found: list[list[int]] = []
        seconds = np.zeros(number, dtype=np.float32)
        for row in range(number):
            began = time.perf_counter()
            found.append([one for one, _ in store.search(queries[row], TOP, allow)])
            seconds[row] = time.perf_counter() - began
        return found, 1000 * seconds

    result: dict[str, Any] = {
        "vectors": count,
        "kind": store.base.kind if isinstance(store, LargeVectors) else "flat",
    }
    _, cold = ask()
    found, warm = ask()
    now, touched = resident(base)
    result |= {
        "recall_at_10": recall(found, true["all"]),
        "cold_first_ms": float(cold[0]),
        "cold_p95_ms": float(np.percentile(cold, 95)),
        "warm_median_ms": float(np.median(warm)),
        "warm_p95_ms": float(np.percentile(warm, 95)),
        "private_bytes_per_vector": (now - private) / count,
        "mapped_bytes_per_vector": touched / count,
        "bytes_per_vector": (now - private + touched) / count,
    }
    for name in _FILTERS:
        found, times = ask(np.flatnonzero(allowed[name]), min(_FILTERED, len(queries)))
        assert all(allowed[name][one] for ones in found for one in ones), "found what the filter excludes"
        result |= {
            f"{name}_recall": recall(found, true[name][: len(found)]),
            f"{name}_p95_ms": float(np.percentile(times, 95)),
        }
    store = store.copy()
    gone = np.flatnonzero(~allowed["removed"])
    began = time.perf_counter()
    store.remove(set(gone.tolist()))
    result["remove_ms"] = 1000 * (time.perf_counter() - began)
    found, times = ask()
    dead = set(gone.tolist())
    assert not any(dead & set(ones) for ones in found), "found what was removed"
    result |= {
        "removed": len(gone),
        "removed_recall": recall(found, true["removed"]),
        "removed_p95_ms": float(np.percentile(times, 95)),
    }
    store.add(np.arange(count, count + len(queries), dtype=np.int64), queries)
    found, _ = ask()
    assert all(ones[0] == count + row for row, ones in enumerate(found)), "did not find what was added"
    return result


# ---------------------------------------------------------------- all of it


def prepare(parents: Floats, queries: Floats, count: int, kind: str | None) -> tuple[Path, float]:
    """The folder of one size, and the seconds that its index took to train and write."""
    from index import vector_loading
    from index.vector_files import write_base

    noise = noise_for(parents)
    folder = OUT / f"million-{count}{'-' + kind if kind else ''}"
    if folder.is_dir():
        _remove(folder)
    folder.mkdir(parents=True)
    true = truth(parents, noise, count, queries)
    allowed = masks(count, np.unique(true["all"][:100]))
    true |= truth(parents, noise, count, queries, allowed)
    np.save(folder / "queries.npy", queries)
    np.savez(folder / "truth.npz", **true)  # type: ignore[arg-type]
    np.savez(folder / "masks.npz", **allowed)  # type: ignore[arg-type]
    began = time.monotonic()
    if count < vector_loading.FLAT_BELOW:
        flat = FlatVectors(parents.shape[1])
        for ids, vectors in blocks(parents, noise, count):
            flat.add(ids, vectors)
        (folder / "flat.faiss").write_bytes(flat.to_bytes())
    else:
        write_base(
            folder / "base", lambda: blocks(parents, noise, count), count, parents.shape[1], kind=kind,
            threads=os.cpu_count() or 1,
        )  # fmt: skip
    return folder, time.monotonic() - began


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder)


def main() -> int:
    """Measure every size and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--kinds", default="", help="instead of the kind that the size calls for")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return 0
    from bench.crud import chunk_vectors, embedder, question_vectors

    model = embedder()
    parents, queries = chunk_vectors(model), question_vectors(model)
    del model
    print(f"bench: {len(parents)} real chunk embeddings, {len(queries)} questions", flush=True)
    runs: list[dict[str, Any]] = []
    for count in map(int, options.sizes.split(",")):
        for kind in options.kinds.split(",") if options.kinds else [None]:
            folder, seconds = prepare(parents, queries, count, kind)
            done = subprocess.run(
                [sys.executable, __file__, "--measure", str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
            )  # fmt: skip
            _remove(folder)
            if done.returncode:
                print(done.stderr, file=sys.stderr)
                return 1
            runs.append(json.loads(done.stdout) | {"build_seconds": seconds})
            print(
                json.dumps({k: round(v, 3) if isinstance(v, float) else v for k, v in runs[-1].items()}),
                flush=True,
            )
    details = {"parents": len(parents), "queries": len(queries), "noise": noise_for(parents), "runs": runs}
    whole = [run for run in runs if run["vectors"] >= 1_000_000]
    if whole and not options.kinds:
        values = {
            "million_recall_at_10": round(whole[-1]["recall_at_10"], 4),
            "million_p95_ms": round(whole[-1]["warm_p95_ms"], 1),
            "million_bytes_per_vector": round(whole[-1]["bytes_per_vector"], 1),
        }
        save("million", details, values)
    else:
        save("million-other", details, {})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
