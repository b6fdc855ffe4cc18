"""Follow-ups made whole by rule; all places are fictional."""

from __future__ import annotations

import pytest

from index.vocabulary import load_vocabulary
from rag.conversation import resolve
from rag.query import understand
from rag.types import Turn


def resolved(question: str, before: str) -> str:
    return resolve(question, [Turn(before)], load_vocabulary())


@pytest.mark.parametrize(
    ("before", "question", "wanted"),
    [
        (
            "2023年云川市经济增速领先全国多少个百分点？",
            "全省呢？",
            "2023年云川市经济增速领先全省多少个百分点？",
        ),
        ("2022年云川市地区生产总值增长多少？", "那2023年呢？", "2023年云川市地区生产总值增长多少？"),
        ("2023年云川市进出口总额是多少？", "临河市呢？", "2023年临河市进出口总额是多少？"),
        (
            "2023年云川市地区生产总值增长多少？",
            "社会消费品零售总额呢？",
            "2023年云川市社会消费品零售总额增长多少？",
        ),
        ("云川高新区有多少家瞪羚企业？", "雏鹰企业呢？", "云川高新区有多少家雏鹰企业？"),
        ("2023年云川市地区生产总值是多少？", "增速呢？", "2023年云川市地区生产总值的增速是多少？"),
        ("云川市累计新增企业多少户？", "总量有多少？", "云川市企业的总量是多少？"),
        ("2023年云川市进出口总额是多少？", "那同比增长呢？", "2023年云川市进出口总额的同比增长是多少？"),
    ],
)
def test_fragment_replaces_its_slot(before: str, question: str, wanted: str) -> None:
    assert resolved(question, before) == wanted


def test_comparison_with_another_year() -> None:
    query = understand(resolved("和2022年比呢？", "2023年云川市地区生产总值增长多少？"), load_vocabulary())
    assert {p.code() for p in query.periods} == {"2022", "2023"}
    assert query.operation == "difference"


def test_english_fragment() -> None:
    text = resolved("And retail sales?", "How fast did industrial value added grow in Yunchuan City in 2023?")
    assert "retail sales" in text and "2023" in text and "industrial" not in text


def test_english_count_of_something_else() -> None:
    history = [Turn("How many foreign-funded firms are in the Yunchuan Zone?", "")]
    whole = resolve("And high-tech enterprises?", history, load_vocabulary())
    assert whole == "How many high-tech enterprises are in the Yunchuan Zone?"


def test_whole_question_keeps_its_own_slots() -> None:
    text = resolved("2021年临河市进出口总额是多少？", "2023年云川市地区生产总值增长多少？")
    assert text == "2021年临河市进出口总额是多少？"


def test_without_history_nothing_is_added() -> None:
    assert resolve("全省呢？", [], load_vocabulary()) == "全省呢？"


@pytest.mark.parametrize(
    ("follow_up", "whole"),
    [
        ("那前一年呢？", "2021年铁路里程有多少公里？"),
        ("那到2020年呢？", "2020年铁路里程有多少公里？"),
        ("当时定的目标是多少？", "2022年铁路里程的目标是多少？"),
    ],
)
def test_years_near_that_of_the_question_before(follow_up: str, whole: str) -> None:
    assert resolve(follow_up, [Turn("2022年铁路里程有多少公里？")], load_vocabulary(None)) == whole


def test_another_quoted_term_replaces_the_one_before() -> None:
    assert (
        resolve("那“两降一提”呢？", [Turn("“三区一廊”指什么？")], load_vocabulary(None))
        == "“两降一提”指什么？"
    )


@pytest.mark.parametrize(
    ("earlier", "question", "whole"),
    [
        ("云川市2023年房地产开发投资是多少？", "跌了多少？", "云川市2023年房地产开发投资增速是多少？"),
        (
            "How much did exports come to in 2023?",
            "How fast did they grow?",
            "How fast did exports grow in 2023?",
        ),
        (
            "2023年城东区地区生产总值是多少？",
            "岭西区和南浦区呢？",
            "2023年岭西区和南浦区地区生产总值是多少？",
        ),
        ("2017年城镇新增就业目标是多少？", "实际呢？", "2017年城镇新增就业实际是多少？"),
        ("2023年云川市财政收入多少？", "占GDP的比重呢？", "2023年云川市财政收入占GDP的比重"),
    ],
)
def test_what_moved_what_came_of_it_and_what_share(earlier: str, question: str, whole: str) -> None:
    assert resolve(question, [Turn(earlier, "")], load_vocabulary()) == whole
