"""The lexical half of search at many passages: seconds to build, bytes a passage, milliseconds a question.

    python bench/lexical.py [--sizes 10000,100000,1000000] [--kinds memory,files] [--keep]

Passages are made of real sentences: each has the shape of a passage of the CRUD-RAG documents (how many sentences), its
sentences drawn from all of them, seed fixed; their words are stored as the product stores them. `memory` reads them into
`index.words`, `files` writes the lists of `index.word_files` and searches those. The questions are people's, of CRUD-RAG
and CMRC 2018. Each size and kind is measured in a process of its own; bytes are the growth of its private memory and
the pages of the files it touched, after all questions twice; `around` is what a re-ranker reads of 40 passages. A
search runs in one thread, so its processor time is its time on an idle machine; the clock's is shown beside.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.common import OUT, ROOT, benchmarks, save
from bench.million import resident
from index import lexical
from index.word_files import TOGETHER
from index.words import Words

SEED = 11
K = 40  # passages that the product asks for
QUESTIONS = 500
_PER_REPORT = 20  # passages
_TABLES = """
CREATE TABLE chunks (id INTEGER PRIMARY KEY, report_id INTEGER NOT NULL);
CREATE INDEX chunks_report ON chunks (report_id);
"""


def sentences() -> tuple[list[str], list[str], list[int]]:
    """All sentences' words as stored, all contexts', and how many sentences each passage has."""
    from bench.crud import documents
    from index.build import _as_report
    from index.split import split

    bodies: list[str] = []
    contexts: list[str] = []
    shapes: list[int] = []
    for name, text in documents():
        for chunk in split(_as_report(text, name)):
            context, body = lexical.token_lists(chunk.context, chunk.text)
            contexts.append(" ".join(context))
            bodies += [" ".join(one) for one in body]
            shapes.append(len(body))
    return bodies, contexts, shapes


def write_database(file: Path, counts: list[int]) -> dict[str, float]:
    """A database of the largest size, then copies of its beginning; seconds to store the largest."""
    bodies, contexts, shapes = sentences()
    print(f"bench: {len(bodies):,} sentences of {len(shapes):,} passages", flush=True)
    draw = random.Random(SEED)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _TABLES + lexical.SCHEMA
    )
    began = time.monotonic()
    most = max(counts)
    for start in range(0, most, 10_000):
        connection.execute("BEGIN")
        for identifier in range(start + 1, min(start + 10_000, most) + 1):
            chosen = draw.choices(bodies, k=draw.choice(shapes))
            connection.execute("INSERT INTO chunks VALUES (?, ?)", (identifier, identifier // _PER_REPORT))
            connection.execute(
                "INSERT INTO lexical (rowid, context, body) VALUES (?, ?, ?)",
                (identifier, draw.choice(contexts), f" {lexical.SENTENCE} ".join(chosen)),
            )
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    seconds = time.monotonic() - began
    connection.close()
    return {"store_seconds": seconds, "database_bytes_per_passage": file.stat().st_size / most}


def opened(file: Path, count: int) -> sqlite3.Connection:
    """A connection that sees the first `count` passages only."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    connection.execute(f"CREATE TEMP VIEW some AS SELECT id, report_id FROM main.chunks WHERE id <= {count}")
    return connection


def words_of(connection: sqlite3.Connection) -> Iterator[list[tuple[int, int, str, str]]]:
    """As `vector_loading.word_blocks`, of the passages seen."""
    cursor = connection.execute(
        "SELECT id, report_id, context, body FROM some JOIN lexical ON lexical.rowid = id ORDER BY id"
    )
    while rows := cursor.fetchmany(TOGETHER):
        yield rows


class _Connection:
    """Shows `Words.load` the passages seen under the name it reads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, query: str, *given: Any) -> sqlite3.Cursor:
        return self._connection.execute(query.replace("FROM chunks", "FROM some"), *given)


def questions() -> list[str]:
    """What people asked."""
    found = [
        json.loads(line)["question"]
        for name in ("crud", "cmrc")
        for line in (benchmarks() / f"{name}_questions_dev.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    random.Random(SEED).shuffle(found)
    return found[:QUESTIONS]


def build(file: Path, count: int, folder: Path) -> dict[str, Any]:
    """Writes the lists; run in a fresh process."""
    from index.word_files import write_words

    shutil.rmtree(folder, ignore_errors=True)
    before, _ = resident(folder)
    began, spent = time.monotonic(), time.process_time()
    write_words(folder, words_of(opened(file, count)))
    seconds, spent = time.monotonic() - began, time.process_time() - spent
    size = sum(one.stat().st_size for one in folder.iterdir())
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "build_seconds": seconds,
        "build_cpu_seconds": spent,
        "build_peak_bytes": peak,
        "file_bytes_per_passage": size / count,
    }


def measure(file: Path, count: int, folder: Path | None) -> dict[str, Any]:
    """Seconds, bytes and milliseconds of one kind; run in a fresh process. `folder`: of the lists, None: in memory."""
    from index.large_words import LargeWords, WordBase

    asked = questions()
    Words({}, {}).search(asked[0], 1)  # libraries and the dictionary of words are loaded
    connection = opened(file, count)
    private, _ = resident(folder or file)
    began, spent_before = time.monotonic(), time.process_time()
    words = (
        Words.load(_Connection(connection), None)  # type: ignore[arg-type]
        if folder is None
        else LargeWords(WordBase(folder), None, Words({}, {}))
    )
    result: dict[str, Any] = {"passages": count, "kind": "files" if folder else "memory"}
    result["load_seconds"] = time.monotonic() - began
    result["load_cpu_seconds"] = time.process_time() - spent_before
    found: list[list[tuple[int, float]]] = []
    for name in ("cold", "warm"):
        times, processor = np.zeros(len(asked)), np.zeros(len(asked))
        for row, question in enumerate(asked):
            began, spent = time.perf_counter(), time.thread_time()
            best = words.search(question, K)
            times[row] = 1000 * (time.perf_counter() - began)
            processor[row] = 1000 * (time.thread_time() - spent)
            if name == "cold":
                found.append(best)
        result |= {
            f"{name}_median_cpu_ms": float(np.median(processor)),
            f"{name}_p95_cpu_ms": float(np.percentile(processor, 95)),
        }
        result |= {
            f"{name}_median_ms": float(np.median(times)),
            f"{name}_p95_ms": float(np.percentile(times, 95)),
        }
    now, touched = resident(folder or file)
    result |= {
        "private_bytes_per_passage": (now - private) / count,
        "mapped_bytes_per_passage": touched / count if folder else 0.0,
        "peak_bytes_per_passage": (1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - private)
        / count,
        "first_ids": [[one for one, _ in best[:10]] for best in found],
    }
    if isinstance(words, LargeWords):
        full = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        times = np.zeros(100)
        for row, best in enumerate(found[:100]):
            spent = time.thread_time()
            words.around(full, [one for one, _ in best], 3)
            times[row] = 1000 * (time.thread_time() - spent)
        result |= {
            "around_median_cpu_ms": float(np.median(times)),
            "around_p95_cpu_ms": float(np.percentile(times, 95)),
        }
    return result


def child(*given: object) -> dict[str, Any]:
    """What a fresh process of this script measured."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", *map(str, given)], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> int:
    """Store, build, ask, compare, print, keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--kinds", default="memory,files")
    parser.add_argument("--folder", type=Path, default=OUT / "lexical")
    parser.add_argument("--keep", action="store_true", help="the stored passages, for another run")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        what, file, count, folder = options.child
        if what == "build":
            print(json.dumps(build(Path(file), int(count), Path(folder))))
        else:
            print(json.dumps(measure(Path(file), int(count), None if folder == "-" else Path(folder))))
        return 0
    sizes = sorted(map(int, options.sizes.split(",")))
    file, lists, note = (options.folder / name for name in ("words.sqlite", "lists", "stored.json"))
    if not note.is_file():
        shutil.rmtree(options.folder, ignore_errors=True)
        options.folder.mkdir(parents=True)
        note.write_text(json.dumps(write_database(file, sizes)), encoding="utf-8")
    stored = json.loads(note.read_text(encoding="utf-8"))
    print(json.dumps(stored), flush=True)
    if not options.kinds:
        return 0
    runs: list[dict[str, Any]] = []
    for count in sizes:
        first: dict[str, list[list[int]]] = {}
        for kind in options.kinds.split(","):
            built = child("build", file, count, lists) if kind == "files" else {}
            run = child("measure", file, count, lists if kind == "files" else "-") | built
            first[kind] = run.pop("first_ids")
            if len(first) == 2:
                one, two = first.values()
                run["questions_with_the_same_ten"] = sum(a == b for a, b in zip(one, two, strict=True))
            runs.append(run)
            print(
                json.dumps({k: round(v, 2) if isinstance(v, float) else v for k, v in run.items()}),
                flush=True,
            )
    if not options.keep:
        shutil.rmtree(options.folder)
    save("lexical", {"questions": QUESTIONS, "k": K, **stored, "runs": runs}, {})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
