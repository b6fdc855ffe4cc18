"""Many chunks: lists of words on the disk find what words in memory find, whatever was added, removed or filtered."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder
from sample_report import put_lines

from index import large_words, vector_loading, word_files, word_loading
from index.large_words import LargeWords, WordBase
from index.store import ReportIndex
from index.surroundings import Surroundings
from index.word_files import term_hash, write_words
from index.words import Words, numbered_words

SUBJECTS = ("粮食产量", "工业增加值", "固定资产投资", "进出口总额", "财政收入", "gdp growth", "5g 基站")
QUESTIONS = (
    "粮食产量增长多少",
    "云川市工业增加值 13.5%",
    "基站",
    "财政收入 与 投资",
    "growth 2023",
    "没有的词",
)


def lines(number: int, seed: int) -> list[str]:
    """Invented sentences; some words are in most of them, numbers in few."""
    draw = random.Random(seed)
    return [
        "，".join(
            f"{draw.choice(SUBJECTS)}增长{draw.randrange(300) / 10}%" for _ in range(draw.randrange(1, 9))
        )
        for _ in range(number)
    ]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forty chunks are many, and seven are written at once."""
    monkeypatch.setattr(vector_loading, "FLAT_BELOW", 40)
    monkeypatch.setattr(word_loading, "FLAT_BELOW", 40)
    monkeypatch.setattr(word_files, "TOGETHER", 7)
    yield


def kind(index: ReportIndex) -> type:
    with index._database.snapshot() as connection:
        return type(index._words_at(connection))


def plain(index: ReportIndex) -> Words:
    """The words of the same state in memory."""
    with index._database.snapshot() as connection:
        return Words.load(connection, None)


def assert_alike(index: ReportIndex, whole: Words) -> None:
    """Searches find the same chunks with the same scores, and a re-ranker sees the same."""
    reports = [one.name for one in index.reports()]
    for question in QUESTIONS:
        for names in (None, reports[:1], reports[1:], []):
            ids = None if names is None else [index._names()[name].id for name in names]
            found, wanted = index.search_lexical(question, 9, names), whole.search(question, 9, ids)
            assert [one for one, _ in found] == [one for one, _ in wanted], question
            assert np.allclose([one for _, one in found], [one for _, one in wanted], rtol=1e-5)
        vector = HashingEmbedder().embed_queries([question])[0]
        asked = [one for one, _ in index.search_lexical(question, 9)]
        asked += [chunk.id for name in reports for chunk in index.chunks_of(name)[-2:]]
        assert_same(*_seen(index, whole, question, vector, asked))


def _seen(
    index: ReportIndex,
    whole: Words,
    question: str,
    vector: word_files.npt.NDArray[np.float32],
    asked: list[int],
) -> tuple[Surroundings, Surroundings]:
    from index import surroundings

    with index._database.snapshot() as connection:
        vectors = index._vectors_at(connection)
    return index.surroundings(question, vector, asked, 3), surroundings.read(
        whole, vectors, question, vector, asked, 3
    )


def assert_same(one: Surroundings, two: Surroundings) -> None:
    assert one.identifiers == two.identifiers and one.terms == two.terms
    for name in ("rarity", "opening", "in_sentences", "mean_tokens"):
        assert np.allclose(getattr(one, name), getattr(two, name)), name
    # Between the two, a thread may have put the vectors on the disk, in 16 bits.
    assert np.allclose(one.cosine, two.cosine, atol=1e-3)
    for name in ("own", "before", "around"):
        left, right = getattr(one, name), getattr(two, name)
        assert np.array_equal(left.words, right.words) and np.array_equal(left.tokens, right.tokens), name


@pytest.mark.usefixtures("small")
def test_the_same_as_in_memory_while_reports_come_and_go(tmp_path: Path) -> None:
    with ReportIndex.create(tmp_path, HashingEmbedder()) as index:
        for number in range(4):
            put_lines(index, f"{number}.txt", lines(30, number))
        assert kind(index) is Words
        assert index.compact() and kind(index) is Words  # of the same state: what is loaded is kept
        put_lines(index, "4.txt", lines(5, 4))
        assert kind(index) is LargeWords
        assert_alike(index, plain(index))
        index.remove("1.txt")
        assert_alike(index, plain(index))
        put_lines(index, "2.txt", lines(30, 22))  # replaced: the same name, other words
        put_lines(index, "5.txt", ["只此一处的词语。"])
        assert kind(index) is LargeWords
        assert_alike(index, plain(index))
        [(only, _)] = index.search_lexical("只此一处", 1)
        assert index.chunk(only).report == "5.txt"
    with ReportIndex.open(tmp_path, HashingEmbedder()) as index:
        assert kind(index) is LargeWords
        assert_alike(index, plain(index))


@pytest.mark.usefixtures("small")
def test_a_damaged_base_is_passed_over(tmp_path: Path) -> None:
    with ReportIndex.create(tmp_path, HashingEmbedder()) as index:
        put_lines(index, "a.txt", lines(60, 1))
        assert index.compact()
    [file] = (tmp_path / "vectors").glob("base-*/words/rows.i32")
    file.write_bytes(file.read_bytes()[:-4])
    with ReportIndex.open(tmp_path, HashingEmbedder()) as index:
        assert kind(index) is Words and index.search_lexical("粮食产量", 3)


def test_what_the_files_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_files, "TOGETHER", 2)
    write_words(
        tmp_path / "words",
        [[(5, 1, "云川 市", "市 增长 | 长 市"), (9, 1, "", "x")], [(12, 2, "", ""), (13, 2, "x", "市")]],
    )
    base = WordBase(tmp_path / "words")
    assert base.ids.tolist() == [5, 9, 12, 13] and base.reports.tolist() == [1, 1, 2, 2]
    assert base.bodies.tolist() == [4, 1, 0, 1] and base.lengths.tolist() == [10, 2, 0, 3]
    said = {term: [one.tolist() for one in base.found(term)] for term in ("云川", "市", "长", "x", "川")}
    assert said == {
        "云川": [[0], [1]],
        "市": [[0, 3], [5, 2]],
        "长": [[0], [2]],
        "x": [[1, 3], [2, 1]],
        "川": [[], []],
    }
    assert {path.name for path in base.folder.iterdir()} == {
        *("ids.i64", "reports.i64", "lengths.i32", "bodies.i32"),
        *("terms.u64", "starts.i64", "rows.i32", "counts.u8"),
    }
    with pytest.raises(ValueError, match="grow"):
        write_words(tmp_path / "other", [[(5, 1, "", "a"), (5, 1, "", "b")]])


def test_words_have_numbers_of_their_own() -> None:
    draw = random.Random(3)
    words = {
        "".join(draw.choices("一二三四五六七八九十0123456789ab", k=draw.randrange(1, 7)))
        for _ in range(5_000)
    }
    assert len({term_hash(word) for word in words}) == len(words)
    assert term_hash("ab") != term_hash("ba") and term_hash("a" * 300) != term_hash("a" * 301)
    assert min(map(term_hash, words)) >= 0 and max(map(term_hash, words)) < 1 << 48


def test_what_is_spared_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frequent words are looked up for the chunks that can still be among the best: the same ones, the same scores."""
    draw = random.Random(5)
    vocabulary = [f"w{number}" for number in range(3000)]
    odds = [1 / (number + 1) for number in range(3000)]
    chunks = [
        (number + 1, number // 10, "", " ".join(draw.choices(vocabulary, odds, k=draw.randrange(5, 80))))
        for number in range(2000)
    ]
    write_words(tmp_path / "words", [chunks])
    numbers: dict[str, int] = {}
    whole = Words({id: numbered_words(report, *texts, numbers) for id, report, *texts in chunks}, numbers)
    base = WordBase(tmp_path / "words")
    alive = np.array([draw.random() > 0.1 for _ in chunks])
    kept = {one[0]: one for one, stays in zip(chunks, alive, strict=True) if stays}
    left = Words({id: numbered_words(one[1], *one[2:], numbers) for id, one in kept.items()}, numbers)
    spared = []

    def seen(*given: Any) -> Any:
        spared.append(possible(*given))
        return spared[-1]

    possible = LargeWords._possible
    monkeypatch.setattr(LargeWords, "_possible", seen)
    monkeypatch.setattr(large_words, "_MANY", 40)
    for large, plain_words in (
        (LargeWords(base, None, Words({}, {})), whole),
        (LargeWords(base, alive, Words({}, {})), left),
    ):
        for _ in range(60):
            question = " ".join(draw.choices(vocabulary, odds, k=12) + draw.choices(vocabulary, k=3))
            for reports in (None, [3, 50, 51, 77]):
                assert large.search(question, 5, reports) == plain_words.search(question, 5, reports)
    assert sum(one is not None for one in spared) > 50


def test_nothing_there(tmp_path: Path) -> None:
    write_words(tmp_path / "words", [])
    empty = LargeWords(WordBase(tmp_path / "words"), None, Words({}, {}))
    assert empty.search("粮食", 5) == [] and empty.count == 0 and empty.mean_length == 1.0
