"""The index tells the truth: whole reports or none, whatever happens to the process that writes."""

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder
from hypothesis import given
from hypothesis import strategies as st
from sample_report import chunks_of, figures_of, make_report, put_lines

from index.database import IndexStorageError
from index.errors import IndexMismatchError, IndexMissingError, ReportNotFoundError
from index.records import dump_offsets, load_offsets, passage
from index.store import ReportIndex

ROOT = Path(__file__).resolve().parent.parent
LINES = ["云川市工业增加值增长13.5%。", "固定资产投资增长4.2%。", "服务业运行平稳。"]
WRITER = """
import sys, itertools
sys.path[:0] = [{tests!r}, {root!r}]
from hashing_embedder import HashingEmbedder
from sample_report import put_lines
from index.store import ReportIndex
{prelude}
index = ReportIndex.create({directory!r}, HashingEmbedder())
print("ready", flush=True)
for round in itertools.count():
    for name in ("a.txt", "b.txt"):
        lines = [f"第{{round}}轮，{{name}}第{{line}}行，增长{{line}}.{{round % 10}}%。" for line in range(12)]
        put_lines(index, name, lines)
    if round % 3 == 2:
        index.remove("b.txt")
    if round >= {rounds}:
        break
"""


def writer_script(directory: Path, rounds: int, prelude: str = "") -> list[str]:
    script = WRITER.format(
        tests=str(ROOT / "tests"), root=str(ROOT), directory=str(directory), rounds=rounds, prelude=prelude
    )
    return [sys.executable, "-c", script]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ReportIndex]:
    with ReportIndex.create(tmp_path / "index", HashingEmbedder()) as index:
        put_lines(index, "a.txt", LINES)
        yield index


def state_of(index: ReportIndex) -> object:
    return {
        one.name: (index.report(one.name).text, [c.id for c in index.chunks_of(one.name)], one.figures)
        for one in index.reports()
    }


# ---------------------------------------------------------------- what is written is read back


def test_a_report_comes_back_as_it_was(index: ReportIndex, tmp_path: Path) -> None:
    report = make_report(
        "甲/报告.txt", ["第一行。", "", "第三行增长−3.20%。", "𠀀尾"], path="/somewhere/报告.txt"
    )
    chunks = [chunk for chunk in chunks_of(report) if chunk.text]
    figures = figures_of(report)
    index.put(report, chunks, HashingEmbedder().embed_passages([passage(c) for c in chunks]), figures)
    with ReportIndex.open(tmp_path / "index", HashingEmbedder()) as again:
        assert again.report("甲/报告.txt") == report
        stored = again.chunks_of("甲/报告.txt")
        assert [replace(chunk, id=-1) for chunk in stored] == chunks
        assert again.chunks([stored[2].id, stored[0].id]) == [stored[2], stored[0]]
        (figure,) = again.figures(report="甲/报告.txt")
        assert figure == replace(figures[0], chunk=stored[1].id)
        assert str(figure.value) == "3.20"  # a decimal keeps its places
        assert again.problems() == []
        spans = again.report("甲/报告.txt").source_spans(0, 4)
        assert [(span.raw_start, span.page, span.box) for span in spans] == [(3, 1, (1.0, 2.0, 3.5, 4.0))]


@given(st.lists(st.integers(-1, 2**31 - 1)), st.sampled_from("iql"))
def test_offsets_survive(values: list[int], typecode: str) -> None:
    offsets = array(typecode, values)
    assert load_offsets(dump_offsets(offsets)) == offsets
    assert load_offsets(dump_offsets(offsets)).typecode == typecode


def test_summaries(index: ReportIndex) -> None:
    (summary,) = index.reports()
    assert (summary.name, summary.title, summary.region, summary.period) == ("a.txt", "a.txt", "云川市", None)
    assert (summary.chunks, summary.figures, summary.pages, summary.format) == (3, 2, 1, "text")
    assert summary.characters == len("\n".join(LINES))


def test_chunks_of_a_range(index: ReportIndex) -> None:
    first, second, _ = index.chunks_of("a.txt")
    assert index.chunks_of("a.txt", first.start, first.end) == [first]
    assert index.chunks_of("a.txt", first.end - 1, second.start + 1) == [first, second]
    assert index.chunks_of("a.txt", 10_000) == []


def test_figures_by_every_column(index: ReportIndex) -> None:
    put_lines(index, "b.txt", ["增长7.7%。"])
    texts = lambda **given: [figure.text for figure in index.figures(**given)]  # noqa: E731
    assert texts() == ["13.5%", "4.2%", "7.7%"]
    assert texts(report="b.txt") == ["7.7%"]
    assert (
        texts(indicator_id="industrial_value_added", period="2023", region="云川市", status="actual")
        == texts()
    )
    assert (
        texts(period="2022") == texts(region="临江市") == texts(status="target") == texts(chunk_ids=[]) == []
    )
    chunk = index.chunks_of("a.txt")[1]
    assert texts(chunk_ids=[chunk.id]) == ["4.2%"]


def test_unknown_names(index: ReportIndex) -> None:
    for call in (index.report, index.chunks_of, index.remove):
        with pytest.raises(ReportNotFoundError):
            call("没有.txt")
    with pytest.raises(ReportNotFoundError):
        index.chunk(999)


# ---------------------------------------------------------------- change


def test_replacing_and_removing_leave_nothing_that_could_be_cited(index: ReportIndex) -> None:
    old = index.chunks_of("a.txt")
    put_lines(index, "a.txt", ["全新的内容，增长8.8%。"])
    new = index.chunks_of("a.txt")
    assert {chunk.id for chunk in old}.isdisjoint(chunk.id for chunk in new)
    vector = HashingEmbedder().embed_queries([old[0].text])[0]
    assert [i for i, _ in index.search_dense(vector, 50)] == [new[0].id]
    assert index.search_lexical("固定资产投资", 50) == []
    assert [figure.text for figure in index.figures()] == ["8.8%"]
    assert index.chunks([chunk.id for chunk in old]) == []
    index.remove("a.txt")
    assert index.search_dense(vector, 50) == index.search_lexical("全新", 50) == index.figures() == []
    assert index.reports() == [] and index.problems() == []


def test_ids_are_never_given_again(index: ReportIndex, tmp_path: Path) -> None:
    highest = max(chunk.id for chunk in index.chunks_of("a.txt"))
    index.remove("a.txt")
    index.close()
    with ReportIndex.open(tmp_path / "index") as again:
        again.embedder = HashingEmbedder()
        put_lines(again, "b.txt", LINES)
        assert min(chunk.id for chunk in again.chunks_of("b.txt")) > highest


def test_a_change_that_fails_changes_nothing(index: ReportIndex) -> None:
    before, version = state_of(index), index.version
    report = make_report("a.txt", ["新内容"])
    with pytest.raises(ValueError):
        index.put(report, chunks_of(report), np.zeros((1, 3), dtype=np.float32), [])
    bad = make_report("a.txt", ["半个字符\ud800"])
    with pytest.raises(UnicodeEncodeError):
        index.put(bad, chunks_of(bad), np.zeros((1, 64), dtype=np.float32), [])
    assert state_of(index) == before and index.version == version and index.problems() == []


def test_every_change_moves_the_version(index: ReportIndex) -> None:
    versions = [index.version]
    put_lines(index, "b.txt", LINES)
    versions.append(index.version)
    index.remove("b.txt")
    versions.append(index.version)
    assert versions == sorted(set(versions))


# ---------------------------------------------------------------- search


def test_dense_search_agrees_with_a_plain_scan_after_changes(index: ReportIndex) -> None:
    embedder = HashingEmbedder()
    for number in range(12):
        put_lines(
            index,
            f"r{number}.txt",
            [f"{word}增长{number}.{place}%。" for place, word in enumerate("工农林牧渔")],
        )
        if number % 4 == 3:
            index.remove(f"r{number - 1}.txt")
        query = embedder.embed_queries([f"农增长{number}.1%"])[0]
        names = [one.name for one in index.reports()][::2]
        chunks = [chunk for name in names for chunk in index.chunks_of(name)]
        scores = embedder.embed_queries([passage(chunk) for chunk in chunks]) @ query
        expected = sorted(scores.tolist(), reverse=True)[:5]
        found = index.search_dense(query, 5, names)
        assert [score for _, score in found] == pytest.approx(expected, abs=1e-5)
        assert all(index.chunk(identifier).report in names for identifier, _ in found)
    assert index.search_dense(query, 5, []) == []
    assert index.search_dense(query, 5, ["没有.txt"]) == []


def test_llama_index_view(index: ReportIndex) -> None:
    from llama_index.core.vector_stores.types import MetadataFilter, MetadataFilters, VectorStoreQuery

    put_lines(index, "b.txt", LINES)
    store = index.vector_store()
    query = HashingEmbedder().embed_queries([LINES[1]])[0].tolist()
    filters = MetadataFilters(filters=[MetadataFilter(key="report", value="b.txt")])
    result = store.query(VectorStoreQuery(query_embedding=query, similarity_top_k=10, filters=filters))
    assert result.nodes and result.nodes[0].get_content() == LINES[1]
    assert {node.metadata["report"] for node in result.nodes} == {"b.txt"}
    assert result.nodes[0].metadata["region"] == "云川市"
    assert [index.chunk(int(identifier)).report for identifier in result.ids or []] == ["b.txt"] * 3


def test_thirty_thousand_vectors_load_fast(tmp_path: Path) -> None:
    embedder = HashingEmbedder(dimension=384)
    vectors = np.random.default_rng(1).standard_normal((30_000, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    report = make_report("big.txt", [f"第{number}行" for number in range(30_000)])
    with ReportIndex.create(tmp_path, embedder) as index:
        index.put(report, chunks_of(report), vectors, [])
    with ReportIndex.open(tmp_path, embedder) as index:
        began = time.perf_counter()
        found = index.search_dense(vectors[1234], 1)
        seconds = time.perf_counter() - began
        assert index.chunk(found[0][0]).text == "第1234行"
    # 0.15 s on an idle machine; the bound leaves room for a busy one.
    assert seconds < 3


# ---------------------------------------------------------------- opening


def test_there_must_be_an_index(tmp_path: Path) -> None:
    for directory in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(IndexMissingError, match="python -m rag index"):
            ReportIndex.open(directory)
    # Killed right after the file was made, before anything was committed.
    (tmp_path / "index.sqlite").touch()
    with pytest.raises(IndexMissingError):
        ReportIndex.open(tmp_path)
    ReportIndex.create(tmp_path, HashingEmbedder()).close()
    ReportIndex.open(tmp_path).close()


def test_another_model_or_format_is_refused(index: ReportIndex, tmp_path: Path) -> None:
    directory = tmp_path / "index"
    for other in (HashingEmbedder("other"), HashingEmbedder(dimension=32)):
        for opened in (ReportIndex.open, ReportIndex.create):
            with pytest.raises(IndexMismatchError, match=r"hashing \(64 dimensions\)"):
                opened(directory, other)
    ReportIndex.open(directory).close()  # without vectors to compare, any model will do
    connection = sqlite3.connect(directory / "index.sqlite")
    connection.execute("UPDATE manifest SET value = '0.9' WHERE key = 'format'")
    connection.commit()
    connection.close()
    with pytest.raises(IndexMismatchError, match=r"0\.9"):
        ReportIndex.open(directory, HashingEmbedder())


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").write_bytes(b"not a database at all, but long enough" * 100)
    with pytest.raises(IndexStorageError, match="damaged"):
        ReportIndex.open(tmp_path)


@contextmanager
def without_rights(directory: Path) -> Iterator[None]:
    """As a user who may read `directory` but write nothing."""
    closed = [path for path in directory.parents if not path.stat().st_mode & stat.S_IXOTH]  # pytest's own
    wanted = {directory: 0o555} | dict.fromkeys(directory.iterdir(), 0o444) | dict.fromkeys(closed, 0o711)
    old = {path: stat.S_IMODE(path.stat().st_mode) for path in wanted}
    user = os.geteuid()
    try:
        for path, mode in wanted.items():
            path.chmod(mode)
        if user == 0:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(user)
        for path, mode in old.items():
            path.chmod(mode)


@pytest.mark.parametrize("log_left", [False, True], ids=["all in the file", "commits still in the log"])
def test_a_read_only_folder_can_be_read(index: ReportIndex, tmp_path: Path, log_left: bool) -> None:
    directory = tmp_path / "index"
    if log_left:
        # What a killed writer leaves, without the shared-memory file: as a copied folder has it.
        copy = tmp_path / "copy"
        copy.mkdir()
        for name in ("index.sqlite", "index.sqlite-wal"):
            (copy / name).write_bytes((directory / name).read_bytes())
        assert (copy / "index.sqlite-wal").stat().st_size > 0
        directory = copy
    else:
        index.checkpoint()
        index.close()
        for rest in directory.glob("index.sqlite-*"):
            rest.unlink()
    with without_rights(directory):
        with pytest.raises(OSError):
            (directory / "probe").touch()
        with ReportIndex.open(directory, HashingEmbedder()) as opened:
            assert opened.report("a.txt").text == "\n".join(LINES)
            assert opened.search_lexical("固定资产", 5)
            with pytest.raises(IndexStorageError):
                opened.remove("a.txt")


# ---------------------------------------------------------------- threads and processes


def test_many_threads_read_while_one_writes(index: ReportIndex) -> None:
    stop = threading.Event()
    errors: list[BaseException] = []
    reads = 0

    def read() -> None:
        nonlocal reads
        embedder = HashingEmbedder()
        query = embedder.embed_queries([LINES[0]])[0]
        try:
            while not stop.is_set():
                with index.snapshot():
                    found = index.search_dense(query, 50) + index.search_lexical(LINES[0], 50)
                    chunks = index.chunks([identifier for identifier, _ in found])
                    assert len(chunks) == len(found)  # nothing vanished in between
                    for chunk in chunks:
                        assert index.report(chunk.report).text[chunk.start : chunk.end] == chunk.text
                reads += 1
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(25):
        put_lines(index, "a.txt", [*LINES, f"第{number}次。"])
        put_lines(index, f"{number % 3}.txt", LINES)
        if number % 2:
            index.remove(f"{number % 3}.txt")
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == [] and reads > 4
    assert index.problems() == []


def test_in_memory_is_shared_by_threads() -> None:
    index = ReportIndex.in_memory(HashingEmbedder())
    put_lines(index, "passage-1", LINES)
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.extend(i for i, _ in index.search_lexical("投资", 3)))
    thread.start()
    thread.join()
    assert [index.chunk(i).text for i in found] == [LINES[1]]


def test_a_reader_never_waits_for_a_writer(index: ReportIndex, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "index" / "index.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM reports")
    began = time.perf_counter()
    assert index.report("a.txt") and len(index.reports()) == 1
    assert time.perf_counter() - began < 2
    other.execute("ROLLBACK")
    other.close()


def test_another_process_writes_and_this_one_sees_whole_reports(tmp_path: Path) -> None:
    process = subprocess.Popen(writer_script(tmp_path, rounds=30), stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    seen = set()
    with ReportIndex.open(tmp_path, HashingEmbedder()) as index:
        while process.poll() is None:
            with index.snapshot():
                for one in index.reports():
                    chunks = index.chunks_of(one.name)
                    assert len(chunks) == one.chunks == one.figures == 12
                    assert len({chunk.text.split("，")[0] for chunk in chunks}) == 1  # one round, no mixture
                seen.add(index.version)
        assert process.wait() == 0
        assert len(seen) > 2 and index.problems() == []


# ---------------------------------------------------------------- kill -9


def check_after_kill(directory: Path) -> None:
    try:
        index = ReportIndex.open(directory, HashingEmbedder())
    except IndexMissingError:
        return  # killed before the first commit: nothing was promised yet
    with index:
        assert index.problems() == []
        for one in index.reports():
            chunks = index.chunks_of(one.name)
            assert len(chunks) == one.chunks == one.figures == 12
            assert len({chunk.text.split("，")[0] for chunk in chunks}) == 1
            vector = HashingEmbedder().embed_queries([passage(chunks[0])])[0]
            assert index.chunk(index.search_dense(vector, 1, [one.name])[0][0]).report == one.name
        put_lines(index, "after.txt", LINES)  # and it can be written again
        index.remove("after.txt")


@pytest.mark.faults
def test_kill_at_random_moments(tmp_path: Path) -> None:
    moments = random.Random(11)
    for _ in range(12):
        process = subprocess.Popen(writer_script(tmp_path, rounds=10**6), stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0.0, 0.5))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
        check_after_kill(tmp_path)


KILL_AT = """
import os, signal, index.database as database
connect, left = database._connect, {statement}
def counted(address):
    connection = connect(address)
    def count(statement):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    connection.set_trace_callback(count)
    return connection
database._connect = counted
"""


@pytest.mark.faults
@pytest.mark.parametrize(
    "statement", [1, 2, 5, 12, 30, 42, 43, 50, 70, 90, 110, 150, 200, 260, 333, 400, 500]
)
def test_kill_at_a_statement(tmp_path: Path, statement: int) -> None:
    script = writer_script(tmp_path, rounds=8, prelude=KILL_AT.format(statement=statement))
    assert subprocess.run(script, stdout=subprocess.DEVNULL).returncode == -signal.SIGKILL
    check_after_kill(tmp_path)
