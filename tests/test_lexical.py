"""BM25 over Chinese: the right chunk first, nothing outside the filter, no injection."""

import math
from collections import Counter

import pytest
from hashing_embedder import HashingEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_report import put_lines

from index.store import ReportIndex
from index.tokenize import tokens
from index.words import CONTEXT_WEIGHT, LENGTH_SHARE, SATURATION

LINES = [
    "云川市全年地区生产总值1331.4亿元，比上年增长6.2%。",
    "规模以上工业增加值同比增长13.5%，高技术制造业增长21.7%。",
    "全年社会消费品零售总额512.6亿元，网上零售额增长较快。",
    "年末常住人口402.3万人，城镇化率为61.8%。",
    "一般公共预算收入98.7亿元，税收占比78.4%。",
]


@pytest.fixture
def index() -> ReportIndex:
    index = ReportIndex.in_memory(HashingEmbedder())
    put_lines(index, "云川公报.txt", LINES)
    put_lines(index, "临江公报.txt", [line.replace("云川", "临江").replace("13.5", "9.1") for line in LINES])
    return index


def found_texts(index: ReportIndex, query: str, k: int = 3, reports: list[str] | None = None) -> list[str]:
    return [index.chunk(identifier).text for identifier, _ in index.search_lexical(query, k, reports)]


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("规模以上工业增加值增长多少？", 1),
        ("云川市GDP 地区生产总值是多少", 0),
        ("１３３１．４", 0),
        ("1,331.4亿元", 0),
        ("增长百分之二十一点七的是什么", 1),
        ("常住人口", 3),
        ("稅收佔比", 4),
    ],
)
def test_the_right_chunk_is_first(index: ReportIndex, query: str, line: int) -> None:
    assert found_texts(index, query, 1, ["云川公报.txt"]) == [LINES[line]]


def test_part_of_a_number_does_not_match(index: ReportIndex) -> None:
    assert index.search_lexical("1331", 5) == []
    assert index.search_lexical("3.5", 5) == []


def test_filters_hold_and_an_empty_one_finds_nothing(index: ReportIndex) -> None:
    found = index.search_lexical("工业增加值", 10, ["临江公报.txt"])
    assert found and all(index.chunk(i).report == "临江公报.txt" for i, _ in found)
    assert index.search_lexical("工业增加值", 10, []) == []
    assert index.search_lexical("工业增加值", 10, ["没有这个.txt"]) == []
    assert {index.chunk(i).report for i, _ in index.search_lexical("工业增加值", 10)} == {
        "云川公报.txt",
        "临江公报.txt",
    }


def test_removed_chunks_are_not_found(index: ReportIndex) -> None:
    index.remove("云川公报.txt")
    assert found_texts(index, "13.5") == []
    assert index.problems() == []


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '" OR body:*',
        "NEAR(工业 增加值, 1)",
        "工业*",
        "^工业",
        "body : 工业",
        "a AND NOT b",
        "'; DROP TABLE chunks;--",
        "\x00",
        "{}()[]+-",
    ],
)
def test_hostile_queries_are_plain_words(index: ReportIndex, query: str) -> None:
    found = index.search_lexical(query, 50)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    asked = set(tokens(query))
    for identifier, _ in found:
        chunk = index.chunk(identifier)
        assert asked & set(tokens(chunk.text) + tokens(chunk.context))
    assert index.problems() == []


def test_a_very_long_question(index: ReportIndex) -> None:
    assert LINES[3] in found_texts(
        index, "常住人口" + "随便说些别的话" * 2000 + "".join(map(chr, range(0x4E00, 0x5E00))), 5
    )


def test_scores_equal_a_plain_bm25(index: ReportIndex) -> None:
    chunks = [chunk for report in index.reports() for chunk in index.chunks_of(report.name)]
    counts = {c.id: (Counter(tokens(c.context)), Counter(tokens(c.text))) for c in chunks}
    lengths = {i: CONTEXT_WEIGHT * a.total() + b.total() for i, (a, b) in counts.items()}
    mean = sum(lengths.values()) / len(lengths)
    query = "云川市工业增加值增长多少"
    expected: dict[int, float] = {}
    for identifier, (context, body) in counts.items():
        for term, times in Counter(tokens(query)).items():
            containing = sum(1 for a, b in counts.values() if term in a or term in b)
            frequency = body[term] + CONTEXT_WEIGHT * context[term]
            if not frequency:
                continue
            rarity = math.log(1 + (len(counts) - containing + 0.5) / (containing + 0.5))
            norm = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * lengths[identifier] / mean)
            gain = times * rarity * frequency * (SATURATION + 1) / (frequency + norm)
            expected[identifier] = expected.get(identifier, 0.0) + gain
    assert dict(index.search_lexical(query, 100)) == pytest.approx(expected)


def test_a_word_in_half_of_a_tiny_collection_still_counts() -> None:
    index = ReportIndex.in_memory(HashingEmbedder())
    put_lines(
        index, "a.txt", ["青石港吞吐量为八百万吨。", "青石港新开三条航线。", "天气晴好。", "会议结束。"]
    )
    texts = found_texts(index, "青石港吞吐量", 4)
    assert texts == ["青石港吞吐量为八百万吨。", "青石港新开三条航线。"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_any_text_is_found_by_its_own_tokens(texts: list[str]) -> None:
    lines = [text for text in ("".join(c for c in t if c.isprintable()) for t in texts) if text.strip()]
    index = ReportIndex.in_memory(HashingEmbedder())
    put_lines(index, "a.txt", lines)
    for chunk in index.chunks_of("a.txt"):
        found = {identifier for identifier, _ in index.search_lexical(chunk.text, 50)}
        assert chunk.id in found or not tokens(chunk.text)
    index.remove("a.txt")
    assert index.problems() == []
    index.close()
