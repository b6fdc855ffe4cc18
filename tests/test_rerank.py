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


def judged(
    index: ReportIndex, seen: Surroundings, question: str = QUESTION
) -> tuple[rerank.Question, list[str]]:
    texts = [index.chunk(one).text for one in seen.identifiers]
    return rerank.Question(question, question, seen, texts), texts


def test_around_keeps_to_the_report(index: ReportIndex) -> None:
    ids, seen = look(index, reach=1)
    assert seen.identifiers == tuple(ids) and len(ids) == 6
    lengths = seen.own.tokens
    assert seen.around.tokens[2] == lengths[1] + lengths[2] + lengths[3]
    assert seen.around.tokens[4] == lengths[4] + lengths[5]
    assert seen.before.tokens.tolist() == [0, *lengths[:3], 0, lengths[4]]
    bronze = seen.terms.index("青铜器")
    assert seen.around.words[:, bronze].tolist() == [0, 1, 1, 1, 1, 1]
    assert seen.before.words[:, bronze].tolist() == [0, 0, 0, 1, 0, 1]


def test_nothing_around_is_looked_at_without_reach(index: ReportIndex) -> None:
    _, seen = look(index, reach=0)
    assert (seen.around.tokens == seen.own.tokens).all() and not seen.before.tokens.any()
    assert (seen.around.words == seen.own.words).all()


def test_a_passage_is_seen_through_the_words_of_the_question(index: ReportIndex) -> None:
    ids, seen = look(index)
    bronze = seen.terms.index("青铜器")
    assert seen.own.words[2, bronze] == 1 and "书画" not in seen.terms
    assert not seen.own.words[1, [bronze, seen.terms.index("云川")]].any()
    assert [2, 0, bronze] in seen.in_sentences.tolist()
    assert seen.rarity[bronze] == pytest.approx(math.log(1 + (6 - 2 + 0.5) / (2 + 0.5)))
    vector = HashingEmbedder().embed_queries([QUESTION])[0]
    own = HashingEmbedder().embed_passages([passage(index.chunk(ids[1]))])[0]
    assert seen.cosine[1] == pytest.approx(float(np.dot(vector, own)), abs=1e-5)


def test_chunks_that_are_gone_are_left_out(index: ReportIndex) -> None:
    ids, _ = look(index)
    index.remove("云川博物馆.txt")
    vector = HashingEmbedder().embed_queries([QUESTION])[0]
    seen = index.surroundings(QUESTION, vector, ids, rerank.REACH)
    judge, texts = judged(index, seen)
    assert seen.identifiers == tuple(ids[4:]) and len(judge.scores(seen, texts)) == 2


def test_what_the_opening_says_is_not_what_is_asked(index: ReportIndex) -> None:
    ids, seen = look(index)
    judge, texts = judged(index, seen)
    names, rows = judge.features(seen, texts)
    rest = dict(zip(ids, rows[:, names.index("rest best sentence")], strict=True))
    assert rest[ids[0]] == 0.0  # the opening itself
    assert rest[ids[2]] > max(rest[ids[1]], rest[ids[3]])


def test_the_passage_whose_neighbours_name_the_subject_is_first(index: ReportIndex) -> None:
    ids, seen = look(index)
    judge, texts = judged(index, seen)
    scores = dict(zip(ids, judge.scores(seen, texts), strict=True))
    assert max(scores, key=scores.__getitem__) == ids[2]


def test_a_passage_with_a_number_in_the_asked_unit_is_told_from_others(index: ReportIndex) -> None:
    _, seen = look(index)
    judge, texts = judged(index, seen)
    names, rows = judge.features(seen, texts)
    assert names == list(rerank.WEIGHTS)
    assert np.flatnonzero(rows[:, names.index("unit beside words")]).tolist() == [2]
    assert not rows[:, names.index("rate beside words")].any()


def test_a_word_missing_costs_more_where_nothing_around_says_it(index: ReportIndex) -> None:
    index.remove("临河博物馆.txt")
    put_lines(index, "临河博物馆.txt", ["展品都是陶器。", "其余展厅不开放。"])
    _, seen = look(index)
    judge, texts = judged(index, seen)
    names, rows = judge.features(seen, texts)
    likelihood = rows[:, names.index("likelihood")]
    assert likelihood[2] == likelihood.max()  # says most of it itself
    assert likelihood[1] > likelihood[5]  # neither says any of it, but the bronzes stand beside the first
    around = rows[:, names.index("rare words around")]
    assert around[1] == around[2] > around[5]


def test_the_first_passage_of_a_report_says_what_all_of_it_is_about(index: ReportIndex) -> None:
    _, seen = look(index)
    assert seen.first[:, seen.terms.index("博物馆")].all()
    assert seen.first[:, seen.terms.index("青铜器")].tolist() == [False] * 4 + [True] * 2


def test_scores_do_not_depend_on_how_far_apart_a_model_sets_texts() -> None:
    cosines = [0.9, 0.7, 0.2]
    narrow = [0.8 + cosine / 20 for cosine in cosines]
    wide, tight = rerank.Scale.of(cosines), rerank.Scale.of(narrow)
    scaled = wide(np.array(cosines))
    assert scaled == pytest.approx(tight(np.array(narrow)))
    assert scaled[0] == 0.0 and scaled[2] < scaled[1] < 0.0


@pytest.mark.parametrize("cosines", [[], [0.5], [0.5, 0.5]], ids=["none", "one", "equal"])
def test_a_scale_of_nothing_to_compare_is_finite(cosines: list[float]) -> None:
    assert math.isfinite(float(rerank.Scale.of(cosines)(np.array(0.5))))


@pytest.mark.parametrize("question", ["", QUESTION], ids=["no words", "no passages"])
def test_nothing_to_look_at_is_no_error(index: ReportIndex, question: str) -> None:
    ids, _ = look(index)
    vector = HashingEmbedder().embed_queries(["x"])[0]
    wanted = [] if question else ids
    seen = index.surroundings(question, vector, wanted, rerank.REACH)
    judge, texts = judged(index, seen, question)
    scores = judge.scores(seen, texts)
    assert len(scores) == len(wanted) and all(map(math.isfinite, scores))
