"""What the re-ranker sees of a passage and around it, by hand, and that it moves the right one up."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder
from sample_report import put_lines

from index.records import passage
from index.store import ReportIndex
from index.surroundings import Surroundings
from rag import rerank

QUESTION = "云川博物馆藏有多少件青铜器？"
MUSEUM = [
    "云川博物馆建于1956年，位于云川市中心。",
    "开馆时展厅只有三间。",
    "现藏青铜器3120件，书画870件。",
    "每年接待观众60万人次。",
]
OTHER = ["临河博物馆的青铜器来自云川。", "其余展品都是陶器。"]


@pytest.fixture
def index() -> ReportIndex:
    index = ReportIndex.in_memory(HashingEmbedder())
    put_lines(index, "云川博物馆.txt", MUSEUM)
    put_lines(index, "临河博物馆.txt", OTHER)
    return index


def look(index: ReportIndex, reach: int = rerank.REACH) -> tuple[list[int], Surroundings]:
    ids = [chunk.id for name in ("云川博物馆.txt", "临河博物馆.txt") for chunk in index.chunks_of(name)]
    vector = HashingEmbedder().embed_queries([QUESTION])[0]
    return ids, index.surroundings(QUESTION, vector, ids, reach)


def test_around_keeps_to_the_report_and_its_order(index: ReportIndex) -> None:
    ids, seen = look(index, reach=1)
    assert len(ids) == 6
    assert seen.around[ids[0]] == (ids[0], ids[1])
    assert seen.around[ids[2]] == (ids[1], ids[2], ids[3])
    assert seen.around[ids[4]] == (ids[4], ids[5])
    assert [seen.first[one] for one in ids] == [ids[0]] * 4 + [ids[4]] * 2


def test_a_passage_is_seen_through_the_words_of_the_question(index: ReportIndex) -> None:
    ids, seen = look(index)
    assert seen.passages[ids[2]].words["青铜器"] == 1 and "书画" not in seen.passages[ids[2]].words
    assert seen.passages[ids[1]].words.keys().isdisjoint({"青铜器", "云川"})
    assert seen.rarity["青铜器"] == pytest.approx(math.log(1 + (6 - 2 + 0.5) / (2 + 0.5)))
    vector = HashingEmbedder().embed_queries([QUESTION])[0]
    own = HashingEmbedder().embed_passages([passage(index.chunk(ids[1]))])[0]
    assert seen.passages[ids[1]].cosine == pytest.approx(float(np.dot(vector, own)), abs=1e-5)


def test_what_the_opening_says_is_not_what_is_asked(index: ReportIndex) -> None:
    ids, seen = look(index)
    names, rows = rerank.features(ids, seen)
    rest = dict(zip(ids, rows[:, names.index("rest best sentence")], strict=True))
    assert rest[ids[0]] == 0.0  # the opening itself
    assert rest[ids[2]] > max(rest[ids[1]], rest[ids[3]])


def test_the_passage_whose_neighbours_name_the_subject_is_first(index: ReportIndex) -> None:
    ids, seen = look(index)
    scores = dict(zip(ids, rerank.scores(ids, seen), strict=True))
    assert max(scores, key=scores.__getitem__) == ids[2]


def test_scores_do_not_depend_on_how_far_apart_a_model_sets_texts() -> None:
    cosines = [0.9, 0.7, 0.2]
    narrow = [0.8 + cosine / 20 for cosine in cosines]
    wide, tight = rerank.Scale.of(cosines), rerank.Scale.of(narrow)
    assert [wide(one) for one in cosines] == pytest.approx([tight(one) for one in narrow])
    assert wide(0.9) == 0.0 and wide(0.2) < wide(0.7) < 0.0


@pytest.mark.parametrize("cosines", [[], [0.5], [0.5, 0.5]], ids=["none", "one", "equal"])
def test_a_scale_of_nothing_to_compare_is_finite(cosines: list[float]) -> None:
    assert math.isfinite(rerank.Scale.of(cosines)(0.5))


def test_nothing_asked_about_gives_no_scores(index: ReportIndex) -> None:
    _, seen = look(index)
    assert rerank.scores([], seen) == []
