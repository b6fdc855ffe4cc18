"""Each metric on cases worked out by hand."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import eval.metrics
from eval.dataset import GoldItem, parse_item
from eval.metrics.citations import citation_score, exact, shows
from eval.metrics.cost import cost
from eval.metrics.distractors import distractors_stated
from eval.metrics.figures import figures_found
from eval.metrics.keywords import keywords_found
from eval.metrics.refusal import abstained, reads_as_refusal
from eval.metrics.retrieval import EvidenceRanks, evidence_ranks, retrieval_measures
from eval.metrics.shown_figures import shown_figures
from eval.metrics.wrong import outcome


def gold(**fields: Any) -> GoldItem:
    return parse_item(
        {"question": "云川市的数据是多少？", "kind": "level", "answer": "", "keywords": ["."], **fields}
    )


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("figure", "answer", "expected"),
    [
        ({"value": "1331.4", "unit": "亿元"}, "GDP was 133.14 billion yuan [1].", True),
        ({"value": "1331.4", "unit": "亿元"}, "1331.4亿[1]", True),
        ({"value": "1331.4", "unit": "亿元"}, "约1331亿元", False),
        ({"value": "1240", "unit": "万"}, "12.4 million people", True),
        ({"value": "2.7", "unit": "个百分点"}, "2.7%", False),
        ({"value": "2.7", "unit": "个百分点"}, "领先全国2.7个、全省1.9个百分点", False),
        ({"value": "2.7", "unit": "个百分点"}, "分别领先2.7个、1.9个百分点", True),
        ({"value": "21.7", "unit": "%"}, "百分之二十一点七", True),
        ({"value": "5", "unit": "%", "qualifier": "左右"}, "5%左右", True),
        ({"value": "5", "unit": "%"}, "[5] 没有", False),
        ({"value": "3", "unit": "亿亩", "alt": [{"value": "2000", "unit": "万公顷"}]}, "2000万公顷", True),
    ],
)
def test_figures(figure: dict[str, Any], answer: str, expected: bool) -> None:
    assert figures_found(gold(figures=[figure]), answer) == [expected]


def test_opposite_direction_is_not_the_figure() -> None:
    item = gold(figures=[{"value": "3.2", "unit": "%"}], evidence=["出口下降3.2%"])
    assert figures_found(item, "出口下降3.2%") == [True]
    assert figures_found(item, "3.2%") == [True]
    assert figures_found(item, "出口增长3.2%") == [False]


def test_accept_needs_any_one() -> None:
    item = gold(figures=[{"value": "3", "unit": "%"}], accept=["3", "2.2"])
    assert figures_found(item, "2022年为3%") == [True]
    assert figures_found(item, "快2.2个百分点") == [True]
    assert figures_found(item, "快3个百分点") == [False]
    assert figures_found(item, "5.2%") == [False]


def test_only_computed_figures_may_have_more_digits() -> None:
    figure = [{"value": "46.8", "unit": "%"}]
    assert figures_found(gold(figures=figure), "46.81%") == [False]
    assert figures_found(gold(figures=figure, calc="1+1"), "46.81%") == [True]


# ---------------------------------------------------------------- keywords, refusal, outcome


def test_keywords() -> None:
    item = gold(keywords=["晨光重机", "ministry of industry|工信部"])
    assert keywords_found(item, "晨光 重机，由Ministry of Industry批复[1]") == [True, True]
    assert keywords_found(item, "晨光机械") == [False, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("资料中没有2019年的数据。", True),
        ("报告未提及该指标，但2018年为6.6%。", True),
        ("The reports do not state this.", True),
        ("I cannot answer that.", True),
        ("Not in these reports: youth unemployment Yunchuan 2023. Nearby, but not an answer: …", True),
        ("That is not in any of the cited documents.", True),
        ("Exports rose 6.2%, which is not in line with the reports of others.", False),
        ("增长6.2%。没有提及其他。", False),
        ("It grew 6.2%.", False),
        ("", True),
    ],
)
def test_reads_as_refusal(text: str, expected: bool) -> None:
    assert reads_as_refusal(text) is expected


def test_the_declared_abstention_counts_first() -> None:
    assert abstained({"abstained": True, "answer": "6.2%"})
    assert not abstained({"abstained": False, "answer": "资料中没有"})
    assert abstained({"answer": "资料中没有"})


@pytest.mark.parametrize(
    ("answerable", "declined", "figures", "keywords", "expected"),
    [
        (True, False, [True, True], [True], "right"),
        (True, False, [True, False], [], "wrong"),
        (True, False, [True], [False], "wrong"),
        (True, True, [True], [], "false refusal"),
        (False, True, [], [], "right refusal"),
        (False, False, [], [], "wrong"),
    ],
)
def test_outcome(
    answerable: bool, declined: bool, figures: list[bool], keywords: list[bool], expected: str
) -> None:
    assert outcome(answerable, declined, figures, keywords) == expected


# ---------------------------------------------------------------- distractors


def test_distractors() -> None:
    item = gold(
        question="2023年出口多少？",
        figures=[{"value": "127.5", "unit": "亿元"}],
        distractors=["829.5", "2023", "云川二号"],
    )
    assert distractors_stated(item, "127.5亿元") == []
    assert distractors_stated(item, "2023年为829.5亿元，不是127.5亿元") == ["829.5"]
    assert distractors_stated(item, "82.95 billion yuan") == ["829.5"]
    assert distractors_stated(item, "云川二号") == ["云川二号"]
    rounded = gold(figures=[{"value": "5", "unit": "%"}], distractors=["5.2"])
    assert distractors_stated(rounded, "5.2%") == ["5.2"]


# ---------------------------------------------------------------- citations

TEXT = {"a.txt": "一季度出口增长6.2%。进口下降1.5%。"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"start": 1}, False),
        ({"quote": "出口增长6.3%"}, False),
        ({"report": "b.txt"}, False),
        ({"start": -16, "end": -7}, False),
        ({"start": None}, False),
        ({"start": 3, "end": 3, "quote": ""}, False),
    ],
)
def test_exact(change: dict[str, Any], expected: bool) -> None:
    citation = {"report": "a.txt", "start": 3, "end": 11, "quote": "出口增长6.2%", **change}
    assert exact(citation, TEXT) is expected


def test_shows() -> None:
    assert shows("一季度出口增长6.2%。", "出口 增长\n6.2%")
    assert shows("出口增长6.2%", "一季度出口增长6.2%，其中")
    assert not shows("进口下降1.5%", "出口增长6.2%")
    assert not shows("增", "出口增长6.2%")


def test_precision_and_recall() -> None:
    item = gold(doc="a", evidence=["出口增长6.2%", "进口下降1.5%"])
    right = {"report": "a.txt", "start": 3, "end": 11, "quote": "出口增长6.2%"}
    beside = {"report": "a.txt", "start": 0, "end": 3, "quote": "一季度"}
    elsewhere = {"report": "b.txt", "start": 0, "end": 8, "quote": "出口增长6.2%"}
    found = citation_score(item, [right, beside, elsewhere], TEXT, {"a.txt": "", "b.txt": ""})
    assert (found.count, found.exact, found.precision, found.recall) == (3, 2, 1 / 3, 0.5)
    any_of = gold(docs=["a"], docs_mode="any", evidence=["出口增长6.2%", "进口下降1.5%"])
    assert citation_score(any_of, [right], None, {}).recall == 1.0
    assert citation_score(any_of, [right], None, {}).exact is None
    assert citation_score(gold(), [], TEXT, {}).recall is None


# ---------------------------------------------------------------- retrieval


def test_evidence_ranks() -> None:
    hits = [
        {"report": "b.txt", "text": "出口增长6.2%"},
        {"report": "a.txt", "text": "别的"},
        {"report": "a.txt", "text": "一季度出口 增长6.2%，"},
    ]
    item = gold(doc="a", evidence=["出口增长6.2%", "进口下降"])
    assert evidence_ranks(item, hits, {"a.txt": "", "b.txt": ""}).ranks == (3, None)
    assert evidence_ranks(item, hits, {}).ranks == (1, None)
    any_of = gold(doc="a", evidence=["进口下降", "出口增长6.2%"], docs_mode="any")
    assert evidence_ranks(any_of, hits, {}).ranks == (1,)


def test_retrieval_measures_by_hand() -> None:
    ranked = {
        "first": EvidenceRanks((1,), 5),  # reciprocal rank 1
        "second": EvidenceRanks((2,), 5),  # 1/2
        "both in one hit": EvidenceRanks((3, 3), 5),  # one document at rank 3
        "missed": EvidenceRanks((None,), 5),  # 0
        "no hits": EvidenceRanks((None,), 0),  # 0
    }
    measures = retrieval_measures(ranked, ks=(1, 5))
    assert measures["R@1"] == pytest.approx(1 / 5)
    assert measures["R@5"] == pytest.approx(3 / 5)
    assert measures["RR@10"] == pytest.approx((1 + 1 / 2 + 1 / 3) / 5)
    assert measures["nDCG@10"] == pytest.approx((1 + 0.63093 + 0.5) / 5, abs=1e-4)
    assert retrieval_measures({}) == {}


# ---------------------------------------------------------------- shown figures


def cited(answer: str, *quotes: str, **fields: Any) -> dict[str, Any]:
    citations = [{"marker": n, "report": "a.txt", "quote": quote} for n, quote in enumerate(quotes, 1)]
    return {"answer": answer, "citations": citations, "figures": [], **fields}


def test_quoted_figures_are_shown() -> None:
    found = shown_figures(cited("增长6.2%[1]，达29.61 billion yuan[2]。", "出口增长6.2%", "总额296.1亿元"))
    assert (found.total, found.quoted, found.all_shown) == (2, 2, True)


def test_an_invented_figure_is_not() -> None:
    found = shown_figures(cited("增长6.3%[1]。", "出口增长6.2%"))
    assert found.unshown == ("6.3%",)
    assert not found.all_shown


def test_a_quoted_table_row_has_the_units_of_its_table() -> None:
    row = "出口\t127.5\t-6.2"
    texts = {"a.txt": f"单位：亿元\n指标\t总量\t增长（%）\n{row}\n"}
    told = cited("出口12.75 billion yuan，下降6.2%[1]。", row)
    assert shown_figures(told, texts=texts).quoted == 2
    assert shown_figures(told).unshown == ("12.75 billion yuan", "6.2%"), "the table is not at hand"
    wrong = cited("出口127.5万元，增长6.2%[1]。", row)
    assert shown_figures(wrong, texts=texts).unshown == ("127.5万元", "6.2%")


def test_a_changed_unit_or_direction_is_not_shown() -> None:
    assert shown_figures(cited("6.2个百分点[1]", "出口增长6.2%")).unshown == ("6.2个百分点",)
    assert shown_figures(cited("下降6.2%[1]", "出口增长6.2%")).unshown == ("6.2%",)


def test_the_wrong_marker_is_misattribution() -> None:
    found = shown_figures(cited("增长6.2%[2]。", "出口增长6.2%", "进口下降1.5%"))
    assert found.misattributed == ("6.2%",)


@pytest.mark.parametrize(
    "answer",
    [
        "74.4万亿元－67.7万亿元＝6.7万亿元[1]",
        "增加6.7万亿元（74.4－67.7＝6.7）[1]",
        "6.7万亿元（74.4－67.7）[1]",
    ],
)
def test_right_arithmetic_is_shown(answer: str) -> None:
    assert shown_figures(cited(answer, "由67.7万亿元增至74.4万亿元")).unshown == ()


@pytest.mark.parametrize(
    ("answer", "unshown"),
    [
        ("74.4－67.7＝6.8万亿元[1]", ("6.8万亿元",)),
        ("74.4－60.7＝13.7万亿元[1]", ("60.7", "13.7万亿元")),
        ("增加6.7万亿元[1]", ("6.7万亿元",)),
    ],
)
def test_false_or_hidden_arithmetic_is_not(answer: str, unshown: tuple[str, ...]) -> None:
    assert shown_figures(cited(answer, "由67.7万亿元增至74.4万亿元")).unshown == unshown


def test_shares_growth_and_the_calculation_field() -> None:
    quotes = ("限上138.6亿元", "总额296.1亿元")
    assert shown_figures(cited("138.6÷296.1×100%＝46.8%", *quotes)).unshown == ()
    assert shown_figures(cited("（296.1－138.6）÷138.6×100%＝113.6%", *quotes)).unshown == ()
    field = [{"text": "46.8%", "calculation": "138.6亿元 / 296.1亿元"}]
    assert shown_figures(cited("46.8%[1][2]", *quotes, figures=field)).computed == 1
    field = [{"text": "46.9%", "calculation": "138.6亿元 / 296.1亿元"}]
    assert shown_figures(cited("46.9%[1][2]", *quotes, figures=field)).unshown == ("46.9%",)


def test_labels_from_the_question_are_apart() -> None:
    answer = cited("2023年超过5%的目标，实际6.2%[1]，2024年未知", "增长6.2%")
    found = shown_figures(answer, ["2023年是否达到5%？"])
    assert (found.echoed, found.quoted, found.unshown) == (1, 1, ())
    assert found.unshown_periods == ("2024年",)


def test_shown_figures_is_independent() -> None:
    """Nothing under eval.metrics, nor what it reads figures with, comes from the code that it judges."""
    folder = Path(eval.metrics.__file__).parent
    files = [*folder.glob("*.py"), folder.parent / "quantities.py", folder.parent / "units.py"]
    modules: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                modules.add(node.module or "")
            elif isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
    assert len(files) > 8
    assert not {name for name in modules if name.split(".")[0] in ("rag", "index")}


def test_cost() -> None:
    usage = {"prompt_tokens": 410, "cached_tokens": 300}
    found = cost({"timings_ms": {"total": 1500, "first_token": 300}, "usage": usage})
    assert (found.seconds, found.first_token_seconds) == (1.5, 0.3)
    assert (found.prompt_tokens, found.new_prompt_tokens, found.completion_tokens) == (410, 110, None)
    assert cost({}).seconds is None
    assert cost({"usage": {"prompt_tokens": 5}}).new_prompt_tokens is None, "the endpoint does not say"
