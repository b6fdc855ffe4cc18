"""Backup, restore and rebuild: whole copies, nothing stale, nothing lost whatever goes wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hashing_embedder import HashingEmbedder
from sample_report import put_lines

from index.backup import REBUILD_FOLDER, backup, rebuild, restore
from index.build import build_index, remove_report
from index.database import IndexStorageError
from index.errors import IndexMismatchError, IndexMissingError, WenbaoError
from index.store import ReportIndex

LINES = ["云川市工业增加值增长13.5%。", "固定资产投资增长4.2%。"]
REPORTS = {
    "云川2023.txt": "云川市2023年统计公报\n\n全年规模以上工业增加值增长13.5%，地区生产总值1331.4亿元。\n",
    "临江.txt": "临江市2022年统计公报\n\n全年固定资产投资增长4.2%，新增企业2057家。\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    for name, text in REPORTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def directory(folder: Path, tmp_path: Path) -> Path:
    build_index([folder], tmp_path / "index", HashingEmbedder())
    return tmp_path / "index"


def names_in(directory: Path) -> list[str]:
    with ReportIndex.open(directory) as index:
        assert index.problems() == []
        return [one.name for one in index.reports()]


def test_a_restored_index_answers_as_before_and_reuses_no_id(directory: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.sqlite"
    assert backup(directory, saved) == saved.stat().st_size > 0
    embedder = HashingEmbedder()
    query = embedder.embed_queries([LINES[0]])[0]
    with ReportIndex.open(directory, embedder) as index:
        before = [index.chunk(identifier).text for identifier, _ in index.search_dense(query, 9)]
        remove_report(directory, "云川2023.txt")
        put_lines(index, "new.txt", LINES)
        highest, version = max(chunk.id for chunk in index.chunks_of("new.txt")), index.version
        assert restore(saved, directory) == 2
        # A reader that was open all the time sees the restored state, and nothing of the other.
        assert index.version > version
        assert [index.chunk(identifier).text for identifier, _ in index.search_dense(query, 9)] == before
        assert index.search_lexical("固定资产投资", 9) and index.problems() == []
        assert min(c.id for name in REPORTS for c in index.chunks_of(name)) > highest
        with pytest.raises(WenbaoError):
            index.report("new.txt")
    assert sorted(names_in(directory)) == sorted(REPORTS)


def test_a_backup_becomes_an_index_where_there_is_none(directory: Path, tmp_path: Path) -> None:
    backup(directory, tmp_path / "backups" / "one.sqlite")
    assert restore(tmp_path / "backups" / "one.sqlite", tmp_path / "elsewhere") == 2
    assert names_in(tmp_path / "elsewhere") == names_in(directory)
    with pytest.raises(WenbaoError, match="is a folder"):
        backup(directory, tmp_path)
    with pytest.raises(IndexMissingError):
        backup(tmp_path / "nowhere", tmp_path / "two.sqlite")
    assert not (tmp_path / "two.sqlite").exists()


@pytest.mark.parametrize("damage", ["cut", "other", "changed", "missing"])
def test_a_damaged_backup_is_refused_and_nothing_changed(
    directory: Path, tmp_path: Path, damage: str
) -> None:
    saved = tmp_path / "saved.sqlite"
    backup(directory, saved)
    remove_report(directory, "临江.txt")
    if damage == "cut":
        saved.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
    elif damage == "other":
        saved.write_bytes(b"no database, but long enough to look at" * 400)
    elif damage == "changed":
        connection = sqlite3.connect(saved)
        connection.execute("UPDATE chunks SET text = '伪造'")
        connection.commit()
        connection.close()
    else:
        saved.unlink()
    with pytest.raises((IndexStorageError, IndexMissingError), match=r"saved\.sqlite"):
        restore(saved, directory)
    assert names_in(directory) == ["云川2023.txt"]


def test_a_backup_of_another_model_is_refused(directory: Path, tmp_path: Path) -> None:
    ReportIndex.create(tmp_path / "other", HashingEmbedder("another")).close()
    backup(tmp_path / "other", tmp_path / "other.sqlite")
    with pytest.raises(IndexMismatchError, match="another"):
        restore(tmp_path / "other.sqlite", directory)
    assert len(names_in(directory)) == 2


def test_rebuilding_for_another_model_keeps_names_and_metadata(directory: Path, folder: Path) -> None:
    build_index(
        [folder], directory, HashingEmbedder(), metadata={"临江.txt": {"region": "云川市", "title": "改题"}}
    )
    old, new = HashingEmbedder(), HashingEmbedder("another", 32)
    with ReportIndex.open(directory, old) as reader:
        query = old.embed_queries(["增长"])[0]
        assert reader.search_dense(query, 3)
        summary = rebuild(directory, new)
        assert sorted(summary.added) == sorted(REPORTS) and len(new.embedded) == summary.chunks
        with pytest.raises(IndexMismatchError, match="rebuild"):
            reader.search_dense(query, 3)
    with ReportIndex.open(directory, new) as index:
        assert index.search_dense(new.embed_queries(["增长"])[0], 3) and index.problems() == []
        region = index.report("临江.txt").metadata.region
        assert region and (region.value, region.origin) == ("云川市", "user")
    assert not (directory / REBUILD_FOLDER).exists()
    with pytest.raises(IndexMismatchError, match="rag rebuild"):
        build_index([folder], directory, old)


def test_an_index_of_an_older_format_is_rebuilt(directory: Path) -> None:
    connection = sqlite3.connect(directory / "index.sqlite")
    connection.executescript(
        "UPDATE manifest SET value = '0.9' WHERE key = 'format'; DROP TABLE sketches;"
        "ALTER TABLE reports DROP COLUMN pipeline; CREATE TABLE relic (id INTEGER);"
    )
    connection.close()
    with pytest.raises(IndexMismatchError, match=r"0\.9.*rag rebuild"):
        ReportIndex.open(directory)
    rebuild(directory, HashingEmbedder())
    assert sorted(names_in(directory)) == sorted(REPORTS)


def test_rebuilding_without_the_files_changes_nothing(directory: Path, folder: Path) -> None:
    (folder / "临江.txt").rename(folder / "elsewhere.bak")
    with pytest.raises(WenbaoError, match=r"临江\.txt.*Nothing was changed"):
        rebuild(directory, HashingEmbedder("another"))
    assert len(names_in(directory)) == 2
    (folder / "临江.txt").write_bytes(b"")
    with pytest.raises(WenbaoError, match="not changed"):
        rebuild(directory, HashingEmbedder("another"))
    assert len(names_in(directory)) == 2
