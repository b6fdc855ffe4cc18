"""Drafts cleaned, split and completed from their sentence."""

from __future__ import annotations

import pytest

from rag.draft import PLURAL, clean, completed, parts, plain_dates, repeats, without_question


@pytest.mark.parametrize(
    ("written", "text", "number"),
    [
        pytest.param("[2] 罗明川。", "罗明川", 2, id="marker"),
        pytest.param("答案：罗明川", "罗明川", None, id="lead-in"),
        pytest.param("答案是罗明川\n解释：……", "罗明川", None, id="first-line"),
        pytest.param("\n罗明川【1】", "罗明川", 1, id="blank-line"),
        pytest.param("“罗明川”", "罗明川", None, id="quotes"),
        pytest.param("[3]", "", 3, id="marker-alone"),
        pytest.param("", "", None, id="nothing"),
    ],
)
def test_clean(written: str, text: str, number: int | None) -> None:
    assert clean(written) == (text, number)


@pytest.mark.parametrize(
    ("draft", "said_nothing"),
    [
        pytest.param("真实事件", True, id="its-own-end"),
        pytest.param("《云岭的春天》改编自真实事件", True, id="its-own-words-elsewhere"),
        pytest.param("《云岭的春天》改编自抗洪事件", False, id="one-word-more"),
        pytest.param("1998年", False, id="a-number"),
    ],
)
def test_a_draft_of_the_questions_words_is_no_answer(draft: str, said_nothing: bool) -> None:
    assert repeats(draft, "《云岭的春天》改编自什么真实事件？") is said_nothing


def test_parts_at_separators() -> None:
    assert parts("罗明川、赵岚山和沈知远，任期三年") == ["罗明川", "赵岚山", "沈知远", "任期三年"]


@pytest.mark.parametrize(
    ("draft", "sentence", "kind", "plural", "whole"),
    [
        pytest.param("12", "大雨造成12人受困，13人获救", "quantity", False, "12人", id="unit"),
        pytest.param("8.5万", "销量8.5万辆，增长4%", "quantity", False, "8.5万辆", id="scaled-unit"),
        pytest.param("687亿", "总额达687亿美元", "quantity", False, "687亿美元", id="currency"),
        pytest.param("12人", "大雨造成12人受困", "quantity", False, "12人", id="unit-is-there"),
        pytest.param("5月12日", "定于2023年5月12日开馆", "time", False, "2023年5月12日", id="year"),
        pytest.param("5月12日", "将于5月12日至16日展出", "time", False, "5月12日至16日", id="to-its-end"),
        pytest.param("赵岚山", "由罗明川、赵岚山、沈知远，领衔", "person", True, "罗明川、赵岚山、沈知远", id="names"),
        pytest.param(
            "《山河颂》", "《云岭谣》《山河颂》《深谷记》分列前三", None, True, "《云岭谣》《山河颂》《深谷记》", id="titles-side-by-side",
        ),
        pytest.param("赵岚山", "罗明川、赵岚山进入决赛", "person", False, "赵岚山", id="one-name-asked"),
        pytest.param("罗明川", "馆长是罗明川，副馆长是赵岚山", "person", True, "罗明川", id="no-list"),
        pytest.param("沈知远", "罗明川、赵岚山", "person", True, "沈知远", id="not-in-the-sentence"),
    ],
)  # fmt: skip
def test_completed_from_the_sentence(draft: str, sentence: str, kind: str, plural: bool, whole: str) -> None:
    done = completed(draft, sentence, kind, plural=plural)  # type: ignore[arg-type]
    assert done == whole
    assert done in sentence or done == draft


@pytest.mark.parametrize(
    ("question", "plural"),
    [
        ("主演是谁？", True),
        ("有哪些成员", True),
        ("最高的三部电影", True),
        ("冠军是谁？", False),
        ("馆长叫什么", False),
    ],
)
def test_questions_that_several_names_answer(question: str, plural: bool) -> None:
    assert (PLURAL.search(question) is not None) is plural


def test_dates_without_their_zeros() -> None:
    assert plain_dates("2022年12月09日至2023年01月05日") == "2022年12月9日至2023年1月5日"
    assert plain_dates("10月10日，0.5%，2020年") == "10月10日，0.5%，2020年"


@pytest.mark.parametrize(
    ("draft", "question", "rest"),
    [
        ("云川科技推出的芯片是“云雀二号", "云川科技推出的芯片是什么？", "云雀二号"),
        ("周明在《云岭》中演的李平", "周明在《云岭》中演的谁", "李平"),
        ("云川站的女单冠军分别是：周明", "云川站的女单冠军有谁", "周明"),
        ("2022年10月1日", "2022年10月的云川车展哪天开幕", "2022年10月1日"),
        ("云雀二号", "云川科技推出的芯片是什么？", "云雀二号"),
        ("云川科技推出的芯片是", "云川科技推出的芯片是什么？", "云川科技推出的芯片是"),
    ],
)
def test_words_of_the_question_before_the_answer_are_left_out(draft: str, question: str, rest: str) -> None:
    assert without_question(draft, question) == rest


@pytest.mark.parametrize(
    ("draft", "sentence", "whole"),
    [
        ("云雀88", "云川手机搭载云雀88 Plus处理器。", "云雀88 Plus"),
        ("云雀8", "云川手机搭载云雀88处理器。", "云雀88"),
        ("云雀88", "云川手机搭载云雀88处理器。", "云雀88"),
        ("Lark", "The phone has a Lark chip made in Yunchuan.", "Lark"),
    ],
)
def test_a_latin_name_is_not_cut(draft: str, sentence: str, whole: str) -> None:
    assert completed(draft, sentence, "other", plural=False) == whole


def test_the_name_of_a_figure_is_not_parted() -> None:
    assert parts("国有及国有控股企业利润增长5%，税收增长6%") == ["国有及国有控股企业利润增长5%", "税收增长6%"]
    assert parts("罗明川和赵岚山") == ["罗明川", "赵岚山"]
