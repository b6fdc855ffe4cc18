"""The index on a Milvus server: the same as in a folder, whole after every stop, clear where the server is not."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder
from milvus_process import MilvusProcess, free_port, needs_milvus

from index.backup import backup, rebuild, restore
from index.build import build_index, remove_report
from index.database import IndexStorageError
from index.errors import IndexMismatchError, IndexMissingError, WenbaoError
from index.lock import IndexBusyError
from index.milvus_server import Location, StoreError
from index.store import ReportIndex

pytestmark = [needs_milvus, pytest.mark.timeout(300)]

QUESTIONS = (
    "云川市2023年地区生产总值是多少",
    "粮食产量增长",
    "城镇居民人均可支配收入",
    "青岚市 财政收入 1995",
)
EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "reports"
TABLES = {
    "manifest": "SELECT * FROM manifest ORDER BY 1",
    "reports": "SELECT * FROM reports ORDER BY id",
    "chunks": "SELECT * FROM chunks ORDER BY id",
    "vectors": "SELECT * FROM vectors ORDER BY 1",
    "figures": "SELECT report_id, chunk_id, data FROM figures ORDER BY report_id, start, id",
    "sketches": "SELECT * FROM sketches ORDER BY 1",
    "lexical": "SELECT rowid, context, body FROM lexical ORDER BY rowid",
    "sqlite_sequence": "SELECT * FROM sqlite_sequence WHERE name IN ('reports', 'chunks') ORDER BY 1",
}


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusProcess]:
    process = MilvusProcess(tmp_path_factory.mktemp("milvus"))
    process.start()
    yield process
    process.kill()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our sample reports in a folder, one of them replaced, so that ids have a gap."""
    folder = tmp_path_factory.mktemp("index")
    paths = sorted(EXAMPLES.glob("*.txt")) + sorted(EXAMPLES.glob("*.md")) + sorted(EXAMPLES.glob("*.html"))
    build_index(paths, folder, HashingEmbedder())
    build_index(paths[:1], folder, HashingEmbedder(), metadata={paths[0].name: {"region": "青岚市"}})
    return folder


def connected(address: str) -> Any:
    from index.milvus_store import MilvusIndex

    return MilvusIndex.connect(Location.parse(address), HashingEmbedder())


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def tables(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that an index file holds."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        found = {name: connection.execute(query).fetchall() for name, query in TABLES.items()}
    finally:
        connection.close()
    assert all(found.values())
    return found


def test_every_method_is_answered_from_the_server() -> None:
    from index.milvus_store import MilvusIndex

    public = {name for name in vars(ReportIndex) if not name.startswith("_")} - {
        "open",
        "create",
        "in_memory",
    }
    assert public <= set(vars(MilvusIndex))


@pytest.mark.parametrize("lexical", ["local", "server"])
def test_the_same_as_in_the_folder(milvus: MilvusProcess, folder: Path, lexical: str) -> None:
    from index.migrate import to_store

    embedder = HashingEmbedder()
    to_store(folder, Location.parse(milvus.address(f"same_{lexical}")))
    here, there = (
        ReportIndex.open(folder, embedder),
        connected(milvus.address(f"same_{lexical}", lexical=lexical)),
    )
    assert there.problems() == []
    assert there.reports() == here.reports()
    name = here.reports()[0].name
    assert there.report(name) == here.report(name)
    assert there.chunks_of(name) == here.chunks_of(name)
    assert there.figures() == here.figures()
    assert there.figures(report=name, status="actual") == here.figures(report=name, status="actual")
    indicators = {figure.indicator_id for figure in here.figures() if figure.indicator_id}
    assert len(indicators) > 5
    for indicator in sorted(indicators):
        assert there.figures(indicator_id=indicator) == here.figures(indicator_id=indicator)
    for question in QUESTIONS:
        vector = embedder.embed_queries([question])[0]
        for reports in (None, [name], []):
            one = here.search_lexical(question, 10, reports)
            two = there.search_lexical(question, 10, reports)
            assert [chunk for chunk, _ in two] == [chunk for chunk, _ in one]
            assert np.allclose([score for _, score in two], [score for _, score in one], rtol=1e-4)
            one, two = here.search_dense(vector, 10, reports), there.search_dense(vector, 10, reports)
            assert np.allclose([score for _, score in two], [score for _, score in one], atol=1e-5)
            # Equal scores may come in any order.
            assert {chunk for chunk, score in one if score > one[-1][1] + 1e-5} <= {chunk for chunk, _ in two}
        ids = [chunk for chunk, _ in here.search_lexical(question, 5)]
        one, two = here.surroundings(question, vector, ids, 3), there.surroundings(question, vector, ids, 3)
        assert two.identifiers == one.identifiers
        assert_alike(one, two)
    there.close()


def test_there_and_back_loses_nothing(milvus: MilvusProcess, folder: Path, tmp_path: Path) -> None:
    from index.migrate import from_store, to_store

    location = Location.parse(milvus.address("around"))
    to_store(folder, location)
    to_store(folder, location)  # again: nothing is doubled
    from_store(location, tmp_path / "back")
    assert tables(tmp_path / "back" / "index.sqlite") == tables(folder / "index.sqlite")
    with pytest.raises(WenbaoError, match="already"):
        from_store(location, tmp_path / "back")
    build_index([write(tmp_path, "other.txt", "外省的报告。\n")], tmp_path / "other", HashingEmbedder())
    with pytest.raises(WenbaoError, match="another index"):
        to_store(tmp_path / "other", location)


def test_backup_and_restore_mean_the_server(
    milvus: MilvusProcess, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is the one that a folder would give, and fills another store with the same, or the same store again."""
    from index.migrate import to_store

    here, saved = tmp_path / "index", tmp_path / "saved.sqlite"
    monkeypatch.setenv("WENBAO_STORE", milvus.address("saved"))
    with pytest.raises(IndexMissingError):
        backup(here, saved)
    assert not any(tmp_path.iterdir())
    to_store(folder, Location.parse(milvus.address("saved")))
    assert backup(here, saved) == saved.stat().st_size
    assert list(tmp_path.iterdir()) == [saved]  # nothing is left beside it
    assert tables(saved) == tables(folder / "index.sqlite")

    monkeypatch.setenv("WENBAO_STORE", milvus.address("filled"))
    count = restore(saved, here)
    copy, original = connected(milvus.address("filled")), connected(milvus.address("saved"))
    assert [one.name for one in copy.reports()] == [one.name for one in original.reports()]
    assert count == len(copy.reports()) and copy.problems() == []
    remove_report(here, copy.reports()[0].name)
    assert restore(saved, here) == count == len(copy.reports())  # what was removed is there again
    assert backup(here, tmp_path / "again.sqlite") and copy.problems() == []
    again, first = tables(tmp_path / "again.sqlite"), tables(saved)
    assert [name for name in TABLES if again[name] != first[name]] == [
        "manifest"
    ]  # a later version of the same

    build_index([write(tmp_path, "新.txt", "丙市2024年粮食产量1万吨。\n")], here, HashingEmbedder())
    with pytest.raises(WenbaoError, match="another index"):
        restore(saved, here)  # a report that the backup lacks is not thrown away
    assert len(copy.reports()) == count + 1 and not list(here.glob("restoring-*"))
    for one in (copy, original):
        one.close()


def test_a_damaged_backup_changes_nothing_on_the_server(
    milvus: MilvusProcess, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENBAO_STORE", milvus.address("damaged"))
    damaged = tmp_path / "damaged.sqlite"
    whole = (folder / "index.sqlite").read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(IndexStorageError):
        restore(damaged, tmp_path / "index")
    with pytest.raises(IndexMissingError):
        connected(milvus.address("damaged"))


def test_rebuilding_on_the_server_is_refused_with_a_way_that_works(
    milvus: MilvusProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.migrate import from_store, to_store

    old, new = (Location.parse(milvus.address(name)) for name in ("before", "after"))
    monkeypatch.setenv("WENBAO_STORE", str(old))
    path = write(tmp_path, "甲.txt", "甲市2023年地区生产总值100亿元。\n")
    build_index([path], tmp_path / "index", HashingEmbedder(), metadata={"甲.txt": {"title": "用户的标题"}})
    with pytest.raises(WenbaoError, match="from-store"):
        rebuild(tmp_path / "index", HashingEmbedder("another"))
    from_store(old, tmp_path / "copy")
    monkeypatch.delenv("WENBAO_STORE")
    rebuild(tmp_path / "copy", HashingEmbedder("another"))
    to_store(tmp_path / "copy", new)
    from index.milvus_store import MilvusIndex

    with MilvusIndex.connect(new, HashingEmbedder("another")) as index:
        [report] = index.reports()
        assert report.title == "用户的标题" and index.problems() == []


def test_reports_are_added_replaced_and_removed(
    milvus: MilvusProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENBAO_STORE", milvus.address("changes"))
    with pytest.raises(IndexMissingError):
        connected(milvus.address("changes"))
    embedder = HashingEmbedder()
    first = write(tmp_path, "甲.txt", "甲市2023年地区生产总值100亿元，增长5%。\n")
    other = write(tmp_path, "乙.txt", "乙市2023年粮食产量30万吨。\n")
    summary = build_index([first, other], tmp_path / "index", embedder)
    assert sorted(summary.added) == ["乙.txt", "甲.txt"] and not summary.failed
    reader = connected(milvus.address("changes"))
    before = reader.version
    [figure] = [one for one in reader.figures(report="甲.txt") if one.text.startswith("100")]
    old = reader.chunk(figure.chunk)
    count = len(embedder.embedded)
    assert build_index([first, other], tmp_path / "index", embedder).unchanged == ["甲.txt", "乙.txt"]
    assert len(embedder.embedded) == count and reader.version == before

    with reader.snapshot():
        write(tmp_path, "甲.txt", "甲市2023年地区生产总值120亿元，增长6%。\n")
        assert build_index([first], tmp_path / "index", embedder).updated == ["甲.txt"]
        assert reader.chunk(figure.chunk) == old  # a question that has begun sees one state
    assert reader.version > before and reader.chunks([figure.chunk]) == []
    assert any(one.text.startswith("120") for one in reader.figures(report="甲.txt"))
    found = [
        chunk.text for chunk in reader.chunks([id for id, _ in reader.search_lexical("地区生产总值", 10)])
    ]
    assert found and not any("100亿元" in text for text in found)

    remove_report(tmp_path / "index", "甲.txt")
    assert [one.name for one in reader.reports()] == ["乙.txt"]
    assert reader.search_lexical("地区生产总值", 10) == []
    vector = embedder.embed_queries(["甲市2023年地区生产总值120亿元"])[0]
    assert {chunk.report for chunk in reader.chunks([id for id, _ in reader.search_dense(vector, 10)])} == {
        "乙.txt"
    }
    assert reader.problems() == []
    with pytest.raises(IndexMismatchError):
        build_index([first], tmp_path / "index", HashingEmbedder("another"))


def assert_alike(one: Any, two: Any) -> None:
    """Dataclasses of arrays, numbers and texts that say the same but for rounding."""
    for field in dataclasses.fields(one):
        left, right = getattr(one, field.name), getattr(two, field.name)
        if dataclasses.is_dataclass(left):
            assert_alike(left, right)
        elif isinstance(left, (np.ndarray, float)):
            assert np.allclose(left, right, rtol=1e-5, atol=1e-6), field.name
        else:
            assert left == right, field.name


class Stop(BaseException):
    """The process ends here, as if it were killed."""


@pytest.mark.parametrize("calls", range(1, 9))
def test_a_writer_stopped_anywhere_loses_nothing(
    milvus: MilvusProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """After each of the calls that change the server the run is cut off; then another run comes."""
    from index.milvus_server import Server
    from index.milvus_writer import MilvusWriter

    monkeypatch.setenv("WENBAO_STORE", milvus.address(f"stop_{calls}"))
    embedder = HashingEmbedder()
    path = write(tmp_path, "甲.txt", "甲市2023年地区生产总值100亿元。\n")
    build_index([path], tmp_path / "index", embedder)
    write(tmp_path, "甲.txt", "甲市2023年地区生产总值120亿元。\n")
    real, made = Server.upsert, 0

    def upsert(self: Server, collection: str, rows: Any) -> None:
        nonlocal made
        if made == calls:
            raise Stop
        made += 1
        real(self, collection, rows)

    with monkeypatch.context() as patched:
        patched.setattr(Server, "upsert", upsert)
        patched.setattr(MilvusWriter, "release", lambda self: None)  # who is killed says no goodbye
        with contextlib.suppress(Stop):
            build_index([path], tmp_path / "index", embedder)
    reader = connected(milvus.address(f"stop_{calls}"))
    text = reader.report("甲.txt").text
    assert [chunk.text for chunk in reader.chunks_of("甲.txt")] == [text.strip()]
    assert ("100亿元" in text) != ("120亿元" in text)
    # This process is alive, so the next run would wait for the one that was cut off.
    monkeypatch.setattr("index.milvus_writer._alive", lambda writer: False)
    build_index([path], tmp_path / "index", embedder)
    assert "120亿元" in reader.report("甲.txt").text
    assert reader.problems() == []


def test_one_writer_at_a_time(milvus: MilvusProcess, tmp_path: Path) -> None:
    from index.milvus_store import MilvusIndex

    location = Location.parse(milvus.address("writers"))
    one = MilvusIndex.make(location, HashingEmbedder())
    with pytest.raises(IndexBusyError):
        MilvusIndex.make(location, HashingEmbedder())
    one.close()
    MilvusIndex.make(location, HashingEmbedder()).close()


def test_what_no_field_takes_goes_into_pieces(milvus: MilvusProcess, tmp_path: Path) -> None:
    """A table row with figures by the hundred, and a report of a million characters."""
    from index.milvus_rows import chunk_rows, joined, pack, pieces, unpack
    from index.sparse import Counts
    from index.types import Chunk

    noise = "".join(chr(0x4E00 + (i * 7919) % 20000) for i in range(400_000))
    data = pack(noise)
    rows = pieces("piece", 7, data)
    assert len(rows) > 5 and all(len(row["data"]) <= 65_000 for row in rows)
    whole = joined(reversed(rows), len(rows))
    assert whole is not None and unpack(whole) == noise
    assert joined(rows[1:], len(rows)) is None
    long = Chunk("甲.txt", 0, len(noise), noise)
    made, kept, _, _ = chunk_rows(7, 1, [long], np.zeros((1, 4), np.float32), [], 150.0, Counts())
    assert made[0]["data"] == "" and set(kept) == {0}


# ---------------------------------------------------------------- the server is not as it should be


def test_server_gone_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = MilvusProcess(tmp_path)
    process.start()
    try:
        address = process.address("gone", timeout=2)
        monkeypatch.setenv("WENBAO_STORE", address)
        paths = [write(tmp_path, f"{n}.txt", f"第{n}市2023年粮食产量{n}万吨。\n") for n in range(1, 4)]
        build_index(paths[:2], tmp_path / "index", HashingEmbedder())
        reader = connected(address)
        process.kill()
        with pytest.raises(StoreError) as caught:
            reader.reports()
        assert "did not answer within 2 s" in caught.value.english and "没有应答" in caught.value.chinese
        with pytest.raises(StoreError):
            build_index(paths, tmp_path / "index", HashingEmbedder())
        process.start()
        assert len(reader.reports()) == 2  # the very same connection finds it again
        build_index(paths, tmp_path / "index", HashingEmbedder())
        assert len(reader.reports()) == 3 and reader.problems() == []
    finally:
        process.kill()


def test_a_server_that_hangs_is_given_up(tmp_path: Path) -> None:
    process = MilvusProcess(tmp_path)
    process.start()
    try:
        from index.milvus_store import MilvusIndex

        address = process.address("hangs", timeout=2)
        MilvusIndex.make(Location.parse(address), HashingEmbedder()).close()
        reader = connected(address)
        process.signal(signal.SIGSTOP)
        outcome: list[BaseException] = []

        def ask() -> None:
            try:
                reader.reports()
            except BaseException as error:
                outcome.append(error)

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(60)  # bounded: not the 75 tries that pymilvus makes when left to itself
        assert not asking.is_alive() and isinstance(outcome[0], StoreError)
        process.signal(signal.SIGCONT)
        assert reader.reports() == []
    finally:
        process.signal(signal.SIGCONT)
        process.kill()


def test_a_server_that_refuses(
    milvus: MilvusProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a cluster says of quotas and users, which milvus-lite never says, in the words of its errors."""
    from pymilvus.exceptions import MilvusException

    from index.milvus_store import MilvusIndex

    index = MilvusIndex.make(Location.parse(milvus.address("refuses")), HashingEmbedder())
    for message, wanted in (
        ("quota exceeded[reason=rate type: DMLInsert]", "takes no more for now"),
        ("auth check failure, please check username and password are correct", "WENBAO_STORE_TOKEN"),
        ("something new", "refuses: "),
    ):

        def refuse(*_: object, message: str = message, **__: object) -> None:
            raise MilvusException(65535, message)

        monkeypatch.setattr(index.server._client, "query", refuse)
        with pytest.raises(StoreError) as caught:
            index.reports()
        assert wanted in caught.value.english and caught.value.chinese
    index.close()


def test_rows_that_are_missing_are_said(
    milvus: MilvusProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENBAO_STORE", milvus.address("missing"))
    path = write(tmp_path, "甲.txt", "甲市2023年地区生产总值100亿元。\n")
    build_index([path], tmp_path / "index", HashingEmbedder())
    reader = connected(milvus.address("missing"))
    reader.server.delete(reader.server.chunks, "id >= 0")
    with pytest.raises(StoreError, match=r"lacks rows of 甲\.txt"):
        reader.figures(report="甲.txt")
    assert any("lacks rows" in problem for problem in reader.problems())


def test_nobody_there() -> None:
    with pytest.raises(StoreError, match="did not answer"):
        connected(f"milvus://127.0.0.1:{free_port()}/nobody?timeout=1")
