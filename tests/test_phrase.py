"""What is said of a figure, in both languages, by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from index.periods import Period
from index.types import Figure
from index.units import split_unit
from index.vocabulary import load_vocabulary
from rag import phrase
from rag.compute import difference, share, total
from rag.query import Ask, understand

ASK = Ask(text="", terms=(), indicator="地区生产总值")


def figure(value: str, unit: str, text: str | None = None, **slots: object) -> Figure:
    parts = split_unit(unit)
    usual: dict[str, object] = {"indicator": "出口总额", "region": "云川市", "period": "2023"}
    return Figure(
        report="r.md", start=0, end=1, text=text or f"{value.lstrip('-')}{unit}", value=Decimal(value),
        unit=unit, base_unit=parts.base_unit, scale=parts.scale, **(usual | slots),  # type: ignore[arg-type]
    )  # fmt: skip


def zh(given: Figure) -> str:
    return phrase.statement(given, ASK, "zh", load_vocabulary(), given.period)


def en(given: Figure) -> str:
    return phrase.statement(given, ASK, "en", load_vocabulary(), given.period)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(figure("98.5", "亿元"), "98.5亿元", id="plain"),
        pytest.param(figure("98.5", "亿元", qualifier="超过"), "超过98.5亿元", id="qualifier-before"),
        pytest.param(figure("3", "%", qualifier="左右"), "3%左右", id="qualifier-after"),
        pytest.param(figure("86", "家", text="86余家", qualifier="余"), "86余家", id="qualifier-inside"),
        pytest.param(figure("2.7", "个百分点", text="2.7个"), "2.7个百分点", id="unit-shared-in-a-list"),
        pytest.param(
            figure("4876.2", "亿元", text="4876.2", cell="存款余额 × 2023年"),
            "4876.2亿元",
            id="unit-of-the-table",
        ),
        pytest.param(figure("6.3", "%", text="6.3%", cell="增速"), "6.3%", id="unit-in-the-cell"),
        pytest.param(figure("3.6", "%", text="3.6", cell="增速"), "3.6%", id="percent-of-the-table"),
        pytest.param(figure("9", "%", text="九"), "百分之九", id="end-of-a-range-in-words"),
    ],
)
def test_figure_as_the_report_has_it(given: Figure, said: str) -> None:
    assert phrase.figure_text(given) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(figure("1331.4", "亿元"), "133.14 billion yuan (1331.4亿元)", id="billion"),
        pytest.param(figure("1.25", "万亿元"), "1.25 trillion yuan (1.25万亿元)", id="trillion"),
        pytest.param(figure("3500", "万元"), "35 million yuan (3500万元)", id="million"),
        pytest.param(figure("2.71", "亿美元"), "271 million US dollars (2.71亿美元)", id="dollars"),
        pytest.param(figure("463.2", "万人"), "4.632 million people (463.2万人)", id="people"),
        pytest.param(figure("1.2", "万人"), "12,000 people (1.2万人)", id="thousands"),
        pytest.param(figure("21874", "元"), "21,874 yuan (21874元)", id="plain-yuan"),
        pytest.param(figure("6.30", "%", text="6.30%"), "6.3%", id="percent"),
        pytest.param(figure("0.9", "个百分点"), "0.9 percentage points", id="points"),
        pytest.param(
            figure("5200", "万人", qualifier="超过"), "over 52 million people (超过5200万人)", id="over"
        ),
        pytest.param(figure("85", "%", qualifier="以上"), "85% or more (85%以上)", id="or-more"),
        pytest.param(figure("86", "家"), "86 (86家)", id="counter"),
        pytest.param(figure("12", "座"), "12座", id="unit-without-english"),
    ],
)
def test_figure_in_english(given: Figure, said: str) -> None:
    assert phrase.english_figure_text(given) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(figure("98.5", "亿元"), "2023年云川市，出口总额为98.5亿元", id="level"),
        pytest.param(
            figure("6.3", "%", measure="growth", basis="同比"), "2023年云川市，出口总额同比增长6.3%", id="growth"
        ),
        pytest.param(
            figure("-6.3", "%", measure="growth", direction="down"), "2023年云川市，出口总额下降6.3%", id="decline"
        ),
        pytest.param(
            figure("2.1", "%", measure="growth", indicator="居民消费价格"),
            "2023年云川市，居民消费价格上涨2.1%",
            id="prices",
        ),
        pytest.param(
            figure("7.5", "%", measure="growth", basis="年均"), "2023年云川市，出口总额年均增长7.5%", id="average"
        ),
        pytest.param(
            figure("3.3", "个百分点", measure="lead", reference="全国"),
            "2023年云川市，出口总额增速比全国高3.3个百分点",
            id="lead",
        ),
        pytest.param(
            figure("-3.3", "个百分点", measure="lead", reference="全国", direction="down"),
            "2023年云川市，出口总额增速比全国低3.3个百分点",
            id="lag",
        ),
        pytest.param(
            figure("3.2", "万吨", measure="change", reference="上年"),
            "2023年云川市，出口总额比上年增加3.2万吨",
            id="change",
        ),
        pytest.param(
            figure("-0.9", "个百分点", measure="change", direction="down"),
            "2023年云川市，出口总额下降0.9个百分点",
            id="points-down",
        ),
        pytest.param(
            figure("46.5", "%", measure="share", reference="全市"), "2023年云川市，出口总额占全市的比重为46.5%", id="share"
        ),
        pytest.param(figure("6", "%", measure="growth", status="target"), "2023年云川市，出口总额增长6%（目标）", id="target"),
        pytest.param(figure("98.5", "亿元", status="revised"), "2023年云川市，出口总额为98.5亿元（修订数）", id="revised"),
        pytest.param(figure("98.5", "亿元", region=None, period=None), "出口总额为98.5亿元", id="no-slots"),
    ],
)  # fmt: skip
def test_chinese_statement(given: Figure, said: str) -> None:
    assert zh(given) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            figure("6.3", "%", measure="growth", basis="同比", indicator_id="gross_domestic_product"),
            "Gross domestic product grew 6.3% year on year (云川市, 2023)",
            id="growth",
        ),
        pytest.param(
            figure("-6.3", "%", measure="growth", direction="down", indicator_id="gross_domestic_product"),
            "Gross domestic product fell 6.3% (云川市, 2023)",
            id="decline",
        ),
        pytest.param(
            figure("98.5", "亿元", indicator_id="gross_domestic_product", region="全国"),
            "Gross domestic product: 9.85 billion yuan (98.5亿元) (China, 2023)",
            id="level-of-the-country",
        ),
        pytest.param(
            figure(
                "0.8", "个百分点", measure="lead", reference="全国", indicator_id="gross_domestic_product"
            ),
            "Gross domestic product growth was 0.8 percentage points above the national figure (云川市, 2023)",
            id="lead",
        ),
        pytest.param(
            figure("6", "%", measure="growth", status="target", indicator_id="gross_domestic_product"),
            "Gross domestic product grew 6% (target) (云川市, 2023)",
            id="target",
        ),
    ],
)
def test_english_statement(given: Figure, said: str) -> None:
    assert en(given) == said


def test_decline_is_never_said_as_a_negative_growth() -> None:
    down = figure("-6.3", "%", measure="growth", direction="down", indicator_id="gross_domestic_product")
    assert "-" not in zh(down) and "-" not in en(down)


QUERY = understand("2023年云川市出口总额比2022年增加多少？", load_vocabulary())


@pytest.mark.parametrize(
    ("later", "earlier", "zh_said", "en_said"),
    [
        pytest.param(
            ("98.5", "亿元"),
            ("90", "亿元"),
            "增加8.5亿元（98.5亿元 − 90亿元 = 8.5亿元）",
            "The difference is 850 million yuan, 8.5亿元 (98.5亿元 − 90亿元 = 8.5亿元)",
            id="more",
        ),
        pytest.param(
            ("90", "亿元"),
            ("98.5", "亿元"),
            "减少8.5亿元（90亿元 − 98.5亿元 = -8.5亿元）",
            "The difference is 850 million yuan, 8.5亿元 (90亿元 − 98.5亿元 = -8.5亿元)",
            id="less",
        ),
        pytest.param(
            ("4.6", "%"),
            ("6.3", "%"),
            "低1.7个百分点（4.6% − 6.3% = -1.7个百分点）",
            "The difference is 1.7 percentage points (4.6% − 6.3% = -1.7 percentage points)",
            id="points",
        ),
    ],
)
def test_difference_shows_its_arithmetic(
    later: tuple[str, str], earlier: tuple[str, str], zh_said: str, en_said: str
) -> None:
    result = difference(figure(*later), figure(*earlier))
    assert result is not None
    assert phrase.computed_statement(result, "difference", QUERY, "zh") == zh_said
    assert phrase.computed_statement(result, "difference", QUERY, "en") == en_said


def test_share_and_sum_show_their_arithmetic() -> None:
    part, whole = figure("25", "亿元"), figure("200", "亿元")
    quotient, addition = share(part, whole), total([part, whole])
    assert quotient is not None and addition is not None
    assert (
        phrase.computed_statement(quotient, "share", QUERY, "zh") == "约占12.5%（25亿元 ÷ 200亿元 = 12.5%）"
    )
    assert (
        phrase.computed_statement(addition, "sum", QUERY, "zh") == "合计225亿元（25亿元 + 200亿元 = 225亿元）"
    )


def test_refusal_names_the_slots_and_what_is_near() -> None:
    missing = replace(ASK, period=Period.parse("2021"), region="云川市")
    assert phrase.refusal(QUERY, missing, [], "zh") == "这些报告里没有找到：2021年云川市地区生产总值。"
    near = phrase.refusal(QUERY, missing, ["甲", "乙"], "zh")
    assert near.endswith("相近但不是答案的有：甲；乙。")
    assert phrase.refusal(QUERY, None, [], "zh").endswith("2023年云川市出口总额比2022年增加多少。")
    assert phrase.refusal(QUERY, missing, ["x"], "en").endswith("Nearby, but not an answer: x.")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("measure", ["level", "growth", "share"])
def test_slots_of_a_near_figure_tell_no_value(language: str, measure: str) -> None:
    near = figure("98.5", "亿元", measure=measure, status="target")
    said = phrase.slots(near, language, load_vocabulary())  # type: ignore[arg-type]
    assert "98.5" not in said and "2023" in said and "云川市" in said
    assert ("目标" if language == "zh" else "(target)") in said
