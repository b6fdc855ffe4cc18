"""What form of answer a question asks for, and which sentences hold it."""

from __future__ import annotations

import pytest

from rag.answer_form import answer_form


@pytest.mark.parametrize(
    ("question", "kind", "held", "lacking"),
    [
        ("云川博物馆藏有多少件青铜器?", "unit", "现藏青铜器3120件。", "现藏青铜器3120斤。"),
        ("云川港全年吞吐多少万吨货物?", "unit", "吞吐货物45.6万吨。", "吞吐货物45.6亿元。"),
        ("铁路比公路快几个百分点?", "unit", "快2.5个百分点。", "快2.5倍。"),
        ("云川市工业同比增长了多少?", "rate", "同比增长7.9%。", "达到790亿元。"),
        ("how much did exports grow?", "rate", "出口增长7.9%。", "出口790亿元。"),
    ],
)
def test_a_sentence_holds_the_form_asked_for(question: str, kind: str, held: str, lacking: str) -> None:
    form = answer_form(question)
    assert form is not None and form.kind == kind
    assert form.stands_in(held) and not form.stands_in(lacking)


@pytest.mark.parametrize(
    "question",
    [
        "云川市的支柱产业是什么?",
        "谁主持了会议?",
        "云川大桥何时通车?",
        "",
        "name the region",
        "how many are there?",
    ],
)
def test_other_questions_ask_for_no_form(question: str) -> None:
    assert answer_form(question) is None


def test_a_particle_behind_how_many_is_no_unit() -> None:
    assert answer_form("云川市的人口是多少呢?") is None
