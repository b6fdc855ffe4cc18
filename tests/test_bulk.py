"""Bulk indexing in several processes gives the index that one process gives, whatever is killed."""

from __future__ import annotations

import importlib.util
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hashing_embedder import HashingEmbedder

from index.build import build_index
from index.store import ReportIndex

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason="not installed: ray; `pip install -r requirements-ray.lock` brings it (.ci/run does)",
)
pytestmark = pytest.mark.timeout(400)

ROOT = Path(__file__).resolve().parent.parent
FILES = 60
TABLES = (
    "SELECT id, name, sha256, path, format, metadata, overrides, pipeline, characters, text FROM reports ORDER BY id",
    'SELECT id, report_id, start, "end", text, headings, context, page, passage_hash FROM chunks ORDER BY id',
    "SELECT * FROM vectors ORDER BY chunk_id",
    "SELECT report_id, chunk_id, data FROM figures ORDER BY id",
    "SELECT rowid, context, body FROM lexical ORDER BY rowid",
)


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder of short reports, one of which cannot be read."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for number in range(FILES):
        text = f"第{number}市2023年国民经济公报\n\n2023年，全市粮食产量{number + 10}.5万吨，增长{number % 9}.2%。\n"
        (folder / f"{number:03}.txt").write_text(text, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 no more than this")
    return folder


def start(reports: Path, index: Path, *, workers: int = 2, seconds: float = 0.0) -> subprocess.Popen[str]:
    notes = index.with_name("notes")
    notes.mkdir(exist_ok=True)
    given = map(str, (reports, index, notes, workers, seconds))
    return subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "bulk_process.py"), *given],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]), "PYTHONUTF8": "1"},
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> list[int]:
    """Reports added, updated, unchanged and failed."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err[-3000:]
    return [int(one) for one in out.splitlines()[-1].split()]  # Ray may have said something before


def contents(index: Path) -> list[list[tuple[object, ...]]]:
    connection = sqlite3.connect(f"file:{index / 'index.sqlite'}?mode=ro", uri=True)
    try:
        return [connection.execute(query).fetchall() for query in TABLES]
    finally:
        connection.close()


@needs_ray
def test_the_same_index_though_a_worker_is_killed(reports: Path, tmp_path: Path) -> None:
    build_index([reports], tmp_path / "plain", HashingEmbedder())
    process = start(reports, tmp_path / "bulk", seconds=2.0)
    notes = tmp_path / "notes"
    deadline = time.monotonic() + 200
    while len(list(notes.iterdir())) < 2:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.2)
    killed = int(next(notes.iterdir()).name.split("-")[0])
    os.kill(killed, signal.SIGKILL)
    assert finish(process) == [FILES, 0, 0, 1]
    assert len({note.name.split("-")[0] for note in notes.iterdir()}) >= 3  # another took its place
    assert contents(tmp_path / "bulk") == contents(tmp_path / "plain")
    assert finish(start(reports, tmp_path / "bulk")) == [0, 0, FILES, 1]


@needs_ray
def test_a_run_that_is_killed_is_taken_up(reports: Path, tmp_path: Path) -> None:
    build_index([reports], tmp_path / "plain", HashingEmbedder())
    process = start(reports, tmp_path / "bulk", seconds=2.0)
    deadline = time.monotonic() + 200
    while True:  # until something is stored, but not all
        assert process.poll() is None and time.monotonic() < deadline
        if (tmp_path / "bulk" / "index.sqlite").exists() and 0 < len(names(tmp_path / "bulk")) < FILES:
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    stored = len(names(tmp_path / "bulk"))
    assert 0 < stored <= FILES
    assert finish(start(reports, tmp_path / "bulk")) == [FILES - stored, 0, stored, 1]
    assert contents(tmp_path / "bulk") == contents(tmp_path / "plain")


def names(index: Path) -> list[str]:
    try:
        with ReportIndex.open(index) as opened:
            return [one.name for one in opened.reports()]
    except Exception:  # not there yet
        return []


def test_without_ray_the_cure_is_said(reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.bulk import BulkError, bulk_index

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BulkError, match=r"requirements-ray\.lock"):
        bulk_index([reports], tmp_path / "index", HashingEmbedder(), HashingEmbedder)
