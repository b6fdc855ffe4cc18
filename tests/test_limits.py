"""Limits of a file: what they are, how they are set, and that no file takes the program with it."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path

import pytest

from index.errors import ReadError, WenbaoError
from index.isolation import IsolatedReader
from index.limits import Limits
from index.prepare import Source, prepare

TEXT = "云川市2023年地区生产总值4385.2亿元，比上年增长6.1%。\n"


def source_of(path: Path, **overrides: str) -> Source:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Source(str(path), path.name, str(path), sha256, overrides)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "公报.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def reader() -> IsolatedReader:
    return IsolatedReader()


def test_settings_of_the_environment() -> None:
    assert Limits.from_environment({}) == Limits()
    assert Limits.from_environment({"WENBAO_LIMIT_SECONDS": "7"}) == Limits(seconds=7)
    for wrong in ("0", "-1", "many", "1.5"):
        with pytest.raises(WenbaoError, match="WENBAO_LIMIT_PAGES"):
            Limits.from_environment({"WENBAO_LIMIT_PAGES": wrong})


def test_what_the_worker_gives_is_what_reading_here_gives(report: Path, reader: IsolatedReader) -> None:
    source = source_of(report, region="云川市", **{"sidecar.title": "公报"})
    here, there = prepare(source), reader.prepare(source, Limits())
    assert there == here
    assert here.report.metadata.region and here.report.metadata.region.origin == "user"
    assert here.report.metadata.title and here.report.metadata.title.origin == "sidecar file"
    assert {figure.text for figure in here.figures} >= {"4385.2亿元"}


def test_errors_come_through_in_both_languages(tmp_path: Path, reader: IsolatedReader) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(b"%PDF-1.7\n%broken")
    with pytest.raises(ReadError, match=r"locked\.pdf is damaged") as caught:
        reader.prepare(source_of(path), Limits())
    assert "已损坏" in caught.value.chinese


def test_a_changed_file_is_not_stored_under_the_old_hash(report: Path, reader: IsolatedReader) -> None:
    source = source_of(report)
    report.write_text(TEXT * 2, encoding="utf-8")
    with pytest.raises(ReadError, match="changed while being read"):
        reader.prepare(source, Limits())


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, reader: IsolatedReader) -> None:
    path = tmp_path / "long.txt"
    path.write_text("".join(f"第{at}项指标增长{at}.5%，比上年多{at}万元。\n" for at in range(150_000)))
    began = time.monotonic()
    with pytest.raises(ReadError, match=r"long\.txt takes longer than 1 s.*WENBAO_LIMIT_SECONDS"):
        reader.prepare(source_of(path), Limits(seconds=1))
    assert time.monotonic() - began < 30
    path.write_text(TEXT, encoding="utf-8")
    assert reader.prepare(source_of(path), Limits()).report.text == TEXT.strip()


def test_a_file_that_needs_too_much_memory_is_given_up(tmp_path: Path, reader: IsolatedReader) -> None:
    path = tmp_path / "large.txt"
    path.write_text(TEXT * 200_000, encoding="utf-8")
    with pytest.raises(ReadError, match=r"large\.txt .*WENBAO_LIMIT_MEMORY_MB"):
        reader.prepare(source_of(path), Limits(memory_mb=120))
    path.write_text(TEXT, encoding="utf-8")
    assert reader.prepare(source_of(path), Limits()).report.text == TEXT.strip()


def test_a_worker_is_not_blamed_for_the_memory_of_its_parent(
    report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a program that has loaded a model starts another worker for every file."""
    monkeypatch.setattr("index.isolation._RETIRE_KB", 500_000)
    ballast = b"x" * 600_000_000
    reader = IsolatedReader()
    reader.prepare(source_of(report), Limits())
    assert len(ballast) > 1000 * reader.peak_kb > 1_000_000
    assert reader._process is not None
    reader.close()


def test_a_worker_that_dies_is_replaced(report: Path) -> None:
    reader = IsolatedReader()
    reader.prepare(source_of(report), Limits())
    assert reader._process is not None
    os.kill(reader._process.pid, signal.SIGKILL)
    reader._process.wait()
    assert reader.prepare(source_of(report), Limits()).report.name == report.name
    reader.close()
