"""Many vectors: codes on the disk must find what an exact scan finds, and nothing that was removed or not allowed."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder
from sample_report import chunks_of, make_report

from index import large_vectors, vector_loading
from index.dense import FaissStore
from index.large_vectors import Base, LargeVectors
from index.store import ReportIndex
from index.vector_files import RABITQ, RABITQ_FROM, SQ8, decoded, kind_for, lists_for, write_base
from index.vectors import FlatVectors, Floats, Ids

DIMENSION = 33  # odd, so that the last byte of the fine bits is half empty
COUNT = 4000


def unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def vectors() -> Floats:
    """In clusters, with one common direction, as embeddings are."""
    draw = np.random.default_rng(7)
    centres = draw.standard_normal((60, DIMENSION)) + 2
    return unit(centres[draw.integers(60, size=COUNT)] + draw.standard_normal((COUNT, DIMENSION)))


@pytest.fixture(scope="module")
def ids() -> Ids:
    return np.arange(COUNT, dtype=np.int64) * 3 + 5


@pytest.fixture(scope="module")
def queries(vectors: Floats) -> Floats:
    draw = np.random.default_rng(8)
    return unit(vectors[::100] + 0.3 * draw.standard_normal((40, DIMENSION)).astype(np.float32))


@pytest.fixture(scope="module")
def exact(ids: Ids, vectors: Floats) -> FlatVectors:
    flat = FlatVectors(DIMENSION)
    flat.add(ids, vectors)
    return flat


@pytest.fixture(scope="module", params=[SQ8, RABITQ])
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, ids: Ids, vectors: Floats
) -> Base:
    def blocks() -> Iterator[tuple[Ids, Floats]]:
        for start in range(0, COUNT, 700):
            yield ids[start : start + 700], vectors[start : start + 700]

    folder = tmp_path_factory.mktemp("base")
    return Base(
        write_base(folder / "one", blocks, COUNT, DIMENSION, kind=request.param, about={"of": "tests"})
    )


@pytest.fixture
def large(base: Base, monkeypatch: pytest.MonkeyPatch) -> LargeVectors:
    monkeypatch.setattr(large_vectors, "LOOKED_AT_LEAST", COUNT // 2)
    return LargeVectors(base)


def recall(found: LargeVectors, truth: FlatVectors, queries: Floats, allowed: Ids | None = None) -> float:
    hits = [
        len(
            {one for one, _ in found.search(query, 10, allowed)}
            & {one for one, _ in truth.search(query, 10, allowed)}
        )
        / max(1, len(truth.search(query, 10, allowed)))
        for query in queries
    ]
    return float(np.mean(hits))


def test_the_kind_grows_with_the_number() -> None:
    assert kind_for(100_000) == kind_for(1_000_000) == SQ8
    assert kind_for(RABITQ_FROM) == RABITQ
    assert lists_for(1_000_000) == 2048 and 1 <= lists_for(40) <= 40


def test_nearly_all_of_the_ten_best_are_found(
    large: LargeVectors, exact: FlatVectors, queries: Floats
) -> None:
    assert len(large) == COUNT and large.base.about == {"of": "tests"}
    assert recall(large, exact, queries) >= 0.95


def test_scores_are_those_of_the_vectors(
    large: LargeVectors, exact: FlatVectors, vectors: Floats, ids: Ids, queries: Floats
) -> None:
    found = dict(large.search(queries[0], 10))
    true = exact.scores(queries[0], list(found))
    assert max(abs(score - true[one]) for one, score in found.items()) < 1e-3
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert large.scores(queries[0], [1, *found]) == pytest.approx(found)
    assert np.abs(large.vector(int(ids[17])) - vectors[17]).max() < 1e-3
    with pytest.raises(KeyError):
        large.vector(6)


def test_twelve_bits_are_right_to_a_4096th_of_the_range() -> None:
    low, width = np.float32([-1, 0]), np.float32([2, 255])
    coarse, fine = np.uint8([[128, 3]]), np.uint8([[0xF0]])
    assert decoded(coarse, fine, low, width).tolist() == [
        pytest.approx([-1 + 2 / 255 * (128 + 0.5 / 16), 3 + 15.5 / 16], abs=1e-6)
    ]


def test_a_filter_is_exact_however_small(
    large: LargeVectors, exact: FlatVectors, ids: Ids, queries: Floats
) -> None:
    for allowed in (ids[::2], ids[100:400], ids[1234:1237], ids[:0], np.array([1, 2], dtype=np.int64)):
        assert recall(large, exact, queries, allowed) >= (0.95 if set(allowed.tolist()) & exact.ids else 0)
        for query in queries[:5]:
            found = [one for one, _ in large.search(query, 10, allowed)]
            assert set(found) <= set(allowed.tolist())
            assert len(found) == min(10, len(set(allowed.tolist()) & exact.ids))


def test_what_was_removed_is_never_found_and_what_was_added_is(
    large: LargeVectors, exact: FlatVectors, vectors: Floats, ids: Ids, queries: Floats
) -> None:
    changed, truth = large.copy(), exact.copy()
    gone = {one for query in queries for one, _ in exact.search(query, 10)}
    new = np.arange(50_000, 50_040, dtype=np.int64)
    for store in (changed, truth):
        store.remove(gone | {1})
        store.add(new, queries)
    assert len(changed) == len(truth) and changed.ids == truth.ids and changed.added == set(new.tolist())
    for number, query in enumerate(queries):
        found = [one for one, _ in changed.search(query, 10)]
        assert not gone & set(found) and found[0] == new[number]
        some = np.array([*sorted(gone), *new[:3].tolist()], dtype=np.int64)
        assert {one for one, _ in changed.search(query, 10, some)} == set(new[:3].tolist())
    assert recall(changed, truth, queries) >= 0.95
    one = next(iter(gone))
    assert one not in changed and one in large and len(large) == COUNT
    assert changed.scores(queries[0], [one, 50_000]) == pytest.approx({50_000: 1}, abs=1e-5)
    with pytest.raises(ValueError, match="in use"):
        large.copy().add(np.array([one], dtype=np.int64), queries[:1])
    changed.remove({50_000})
    assert 50_000 not in {found for found, _ in changed.search(queries[0], 10)}
    flat = changed.as_flat()
    assert flat.ids == changed.ids and np.abs(flat.vector(int(new[1])) - queries[1]).max() < 1e-6


def test_the_files_are_mapped_and_not_read(base: Base) -> None:
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    for file in base.directory.iterdir():
        if file.suffix in (".faiss", ".u8", ".i64"):
            assert str(file) in maps, file.name


def test_a_damaged_base_is_refused(base: Base, tmp_path: Path) -> None:
    for name in ("ids.i64", "fine.u8", "codes.faiss", "arrays.npz", "base.json"):
        copy = shutil.copytree(base.directory, tmp_path / name)
        data = (copy / name).read_bytes()
        (copy / name).write_bytes(data[: len(data) // 2])
        with pytest.raises((ValueError, OSError, RuntimeError, KeyError)):
            Base(copy)


def test_a_base_needs_growing_ids_and_the_number_it_was_told(
    tmp_path: Path, ids: Ids, vectors: Floats
) -> None:
    for blocks, number in ((lambda: [(ids[::-1], vectors)], COUNT), (lambda: [(ids, vectors)], COUNT + 1)):
        with pytest.raises(ValueError):
            write_base(tmp_path / "base", blocks, number, DIMENSION)
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- in the index


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_loading, "FLAT_BELOW", 300)


def put(index: ReportIndex, name: str, number: int, seed: int) -> Floats:
    report = make_report(name, [f"{name}第{line}行" for line in range(number)])
    draw = np.random.default_rng(seed)
    vectors = unit(draw.standard_normal((number, 64)).astype(np.float32))
    index.put(report, chunks_of(report), vectors, [])
    return vectors


def nearest(index: ReportIndex, vector: Floats, reports: list[str] | None = None) -> str:
    return index.chunk(index.search_dense(vector, 5, reports)[0][0]).text


def kind(index: ReportIndex) -> type:
    with index._database.snapshot() as connection:
        return type(index._vectors_at(connection))


def bases(directory: Path) -> list[Path]:
    return sorted((directory / "vectors").glob("*-*"))


@pytest.mark.usefixtures("small_limits")
def test_a_growing_index_changes_kind_and_stays_right(tmp_path: Path) -> None:
    with ReportIndex.create(tmp_path, HashingEmbedder()) as index:
        a = put(index, "a.txt", 200, 1)
        assert kind(index) is FlatVectors and not index.compact(if_due=True) and not bases(tmp_path)
        b = put(index, "b.txt", 200, 2)
        assert nearest(index, b[7]) == "b.txt第7行"  # exact still; a base is being made beside
        index._vectors.wait()
        assert kind(index) is LargeVectors and len(bases(tmp_path)) == 1
        assert nearest(index, a[3]) == "a.txt第3行" and nearest(index, b[7]) == "b.txt第7行"
        assert nearest(index, b[7], ["a.txt"]).startswith("a.txt")
        index.remove("a.txt")
        c = put(index, "c.txt", 50, 3)
        again = put(index, "b.txt", 150, 4)  # replaced: the same name, another report
        assert kind(index) is FlatVectors  # 200 are left
        put(index, "d.txt", 150, 5)
        assert nearest(index, a[3]) != "a.txt第3行" and nearest(index, again[9]) == "b.txt第9行"
        for line in range(50):
            assert nearest(index, c[line]) == f"c.txt第{line}行"
        found = index.search_dense(b[7], 400)
        assert len(found) == 350 and len(index.chunks([one for one, _ in found])) == 350
        store = index.vector_store()
        assert isinstance(store, FaissStore) and len(store) == 350
    with ReportIndex.open(tmp_path, HashingEmbedder()) as index:
        assert nearest(index, again[9]) == "b.txt第9行" and index.problems() == []


@pytest.mark.usefixtures("small_limits")
def test_small_changes_keep_the_base_and_many_make_another(tmp_path: Path) -> None:
    with ReportIndex.create(tmp_path, HashingEmbedder()) as index:
        put(index, "a.txt", 600, 1)
        assert index.compact(if_due=True, threads=2)
        first = bases(tmp_path)
        new = put(index, "b.txt", 20, 2)
        assert nearest(index, new[4]) == "b.txt第4行" and not index.compact(if_due=True)
        index._vectors.wait()
        assert bases(tmp_path) == first
        more = put(index, "c.txt", 200, 3)
        assert nearest(index, more[4]) == "c.txt第4行"
        index._vectors.wait()
        assert len(bases(tmp_path)) == 1 and bases(tmp_path) != first
        assert nearest(index, more[4]) == "c.txt第4行" and nearest(index, new[4]) == "b.txt第4行"


@pytest.mark.usefixtures("small_limits")
def test_a_base_of_another_history_finds_nothing_wrong(tmp_path: Path) -> None:
    with ReportIndex.create(tmp_path / "old", HashingEmbedder()) as index:
        put(index, "a.txt", 400, 1)
        assert index.compact()
    with ReportIndex.create(tmp_path / "new", HashingEmbedder()) as index:
        other = put(index, "z.txt", 400, 9)  # the same chunk ids
    shutil.copytree(tmp_path / "old" / "vectors", tmp_path / "new" / "vectors")
    with ReportIndex.open(tmp_path / "new", HashingEmbedder()) as index:
        assert all(nearest(index, other[line]) == f"z.txt第{line}行" for line in range(0, 400, 40))


@pytest.mark.usefixtures("small_limits")
def test_killed_at_every_step_of_writing_a_base(tmp_path: Path) -> None:
    """Whatever is left behind, the index answers as before and the next attempt succeeds."""
    start = tmp_path / "start"
    with ReportIndex.create(start, HashingEmbedder()) as index:
        vectors = put(index, "a.txt", 300, 1)
        assert index.compact()
        more = put(index, "b.txt", 100, 2)
    killed = 0
    for step in range(1, 200):
        directory = shutil.copytree(start, tmp_path / f"killed-{step}")
        child = os.fork()
        if child == 0:
            try:
                with ReportIndex.open(directory, HashingEmbedder()) as index:
                    _kill_at(step, directory / "vectors")
                    index.compact()
            except BaseException:
                os._exit(1)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        with ReportIndex.open(directory, HashingEmbedder()) as index:
            assert nearest(index, vectors[5]) == "a.txt第5行" and nearest(index, more[5]) == "b.txt第5行"
            index._vectors.wait()
            if os.WIFSIGNALED(status):
                killed += 1
                assert index.compact() and len(bases(directory)) == 1
                assert kind(index) is LargeVectors and nearest(index, more[5]) == "b.txt第5行"
        shutil.rmtree(directory)
        if not os.WIFSIGNALED(status):
            assert os.WEXITSTATUS(status) == 0
            break
    assert killed > 15  # folders and files made, renamed and removed


def _kill_at(step: int, folder: Path) -> None:
    """Ends this process at its `step`th change of a file or folder in `folder`."""
    count = 0

    def seen(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        changes = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "open")
        if changes and isinstance(arguments[0], str | os.PathLike) and str(folder) in str(arguments[0]):
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(seen)
