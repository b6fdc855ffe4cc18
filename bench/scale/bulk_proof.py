"""Whether Ray's workers make the index that one process makes, and how fast, over CRUD-RAG documents.

    .setup/scale/bin/python bench/scale/bulk_proof.py FOLDER [--documents N] [--model] [--runs plain,one,killed,two]

Writes the documents as text files into FOLDER/reports and makes an index of them for each run named: `plain` in this
process's own way, `one` and `two` through Ray with that many workers, `killed` with two of which one is killed after a
third, then the whole run after two thirds, and then taken up. Every other index is compared with the first, table by
table (bench/scale/compare_indexes.py). Without --model a deterministic embedder of hashed words stands for the
embedding model, so that reading, storing and comparing all documents takes minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from hashing_embedder import HashingEmbedder  # noqa: E402

from bench.crud import documents  # noqa: E402
from index.manifest import EmbeddingModel  # noqa: E402

RUNS = {"plain": 0, "one": 1, "killed": 2, "two": 2}


def write_reports(folder: Path, number: int) -> int:
    """The first documents as files; their characters."""
    folder.mkdir(parents=True, exist_ok=True)
    characters = 0
    for place, (_, text) in enumerate(documents()[:number]):
        characters += len(text)
        path = folder / f"{place:05}.txt"
        if not path.is_file():
            path.write_text(text, encoding="utf-8")
    return characters


def make_model() -> EmbeddingModel:
    """The product's embedding model, loaded when it is needed."""
    from rag.lazy_embedder import lazy_embedder
    from rag.models import embedding_path

    return lazy_embedder(embedding_path())


def run(folder: Path, index: Path, workers: int, model: bool) -> None:
    """One run to its end, in this process; prints what it did."""
    make: Callable[[], EmbeddingModel] = make_model if model else partial(HashingEmbedder)
    if workers:
        import bulk_proof  # not of __main__, which actors do not have

        from index.bulk import bulk_index

        made_there = bulk_proof.make_model if model else partial(HashingEmbedder)
        summary = bulk_index([folder], index, make(), made_there, workers=workers)
    else:
        from index.build import build_index

        summary = build_index([folder], index, make())
    counts = {"added": len(summary.added), "unchanged": len(summary.unchanged), "failed": len(summary.failed)}
    print(json.dumps(counts | {"passages": summary.chunks, "seconds": round(summary.seconds, 1)}))


def start(folder: Path, index: Path, name: str, model: bool) -> subprocess.Popen[str]:
    """The same in a process and group of its own."""
    command = [sys.executable, __file__, str(folder), "--child", str(index), str(RUNS[name])]
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)])
    return subprocess.Popen(
        [*command, *(["--model"] if model else [])], stdout=subprocess.PIPE, encoding="utf-8",
        start_new_session=True, env=os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"},
    )  # fmt: skip


def stored(index: Path) -> int:
    """How many reports an index that somebody writes holds."""
    if not (index / "index.sqlite").is_file():
        return 0
    connection = sqlite3.connect(f"file:{index / 'index.sqlite'}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM reports").fetchone()[0])
    except sqlite3.Error:  # its tables are being made
        return 0
    finally:
        connection.close()


def workers_of(group: int) -> list[int]:
    """Processes of the run in which an actor reads and embeds."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text(encoding="utf-8", errors="replace")
                title = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            # Ray gives its processes groups of their own within the session.
            if (
                int(status.rpartition(")")[2].split()[3]) == group
                and b"ray::" in title
                and b"MapBatches" in title
            ):
                found.append(int(entry.name))
    return found


def kill_twice(process: subprocess.Popen[str], index: Path, total: int) -> None:
    """Kills one worker after a third of the reports, and everything after two thirds."""
    while stored(index) < total // 3:
        assert process.poll() is None, "the run ended early"
        time.sleep(0.2)
    victims = workers_of(process.pid)
    assert victims, "no worker found"
    os.kill(victims[0], signal.SIGKILL)
    print(f"killed worker {victims[0]} of {victims} at {stored(index)} reports", flush=True)
    while stored(index) < 2 * total // 3:
        assert process.poll() is None, "the run ended with its worker"
        time.sleep(0.2)
    print(f"workers then: {workers_of(process.pid)}", flush=True)
    for entry in Path("/proc").iterdir():  # the whole session, Ray's own processes too
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            if int(status.rpartition(")")[2].split()[3]) == process.pid:
                os.kill(int(entry.name), signal.SIGKILL)
    process.communicate()
    print(f"killed the run at {stored(index)} reports", flush=True)


def main() -> int:
    """Make, kill, compare; 1 if anything differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--documents", type=int, default=1_000_000, help="the first of them; all if there are fewer"
    )
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--runs", default=",".join(RUNS))
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    reports = options.folder / "reports"
    if options.child:
        run(options.folder, Path(options.child[0]), int(options.child[1]), options.model)
        return 0
    characters = write_reports(reports, options.documents)
    total = len(list(reports.iterdir()))
    print(f"{total} documents, {characters:,} characters", flush=True)
    names = options.runs.split(",")
    different = 0
    for name in names:
        index = options.folder / name
        if name != names[0] or not (index / "done").exists():
            shutil.rmtree(index, ignore_errors=True)
            process = start(reports, index, name, options.model)
            if name == "killed":
                kill_twice(process, index, total)
                process = start(reports, index, name, options.model)
            out, _ = process.communicate()
            if process.returncode:
                print(f"{name}: ended with {process.returncode}")
                return 1
            print(f"{name}: {out.splitlines()[-1]}", flush=True)
            (index / "done").touch()
        if name != names[0]:
            compare = [sys.executable, str(Path(__file__).with_name("compare_indexes.py"))]
            told = subprocess.run(
                [*compare, str(options.folder / names[0]), str(index)],
                capture_output=True,
                text=True,
                check=False,
            )
            different += told.returncode != 0
            print("  " + told.stdout.strip().replace("\n", "\n  ") + told.stderr, flush=True)
    return int(bool(different))


if __name__ == "__main__":
    raise SystemExit(main())
