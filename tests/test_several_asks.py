"""What holds between the figures of a question that asks for several."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from index.periods import Period
from index.types import Figure
from index.units import split_unit
from rag.ask import Ask
from rag.figure_answer import Bound
from rag.several_asks import (
    are_told_apart,
    named_for_another,
    other_counters,
    told_apart,
    two_times_of_one,
)

SCIENCE = Ask(text="", terms=("支出", "科技"))
CULTURE = Ask(text="", terms=("支出", "文化"))


def figure(indicator: str, unit: str = "亿元") -> Figure:
    parts = split_unit(unit)
    return Figure(
        report="r", start=0, end=1, text=f"7{unit}", value=Decimal(7), unit=unit, base_unit=parts.base_unit,
        scale=parts.scale, indicator=indicator,
    )  # fmt: skip


def test_a_figure_named_for_another_item() -> None:
    asks = (SCIENCE, CULTURE)
    assert named_for_another(figure("文化事业支出"), SCIENCE, asks)
    assert not named_for_another(figure("文化事业支出"), CULTURE, asks)
    assert not named_for_another(figure("科技和文化支出"), SCIENCE, asks)
    assert not named_for_another(figure("支出"), SCIENCE, asks)


def test_two_counters_are_two_counts() -> None:
    ask = Ask(text="", terms=("企业",), unit="户")
    households, firms = figure("新增企业", "户"), figure("企业总量", "家")
    assert other_counters([Bound(ask, (households,)), Bound(ask, (firms,))])
    assert not other_counters([Bound(ask, (households,)), Bound(ask, (households,))])
    assert not other_counters([Bound(ask, (households,))])


def test_two_times_of_one_thing() -> None:
    earlier, later = (replace(SCIENCE, period=Period.of_years(year)) for year in (1997, 2002))
    assert two_times_of_one((earlier, later))
    assert not two_times_of_one((earlier, earlier))
    assert not two_times_of_one((earlier, replace(CULTURE, period=later.period)))


def test_figures_of_one_name_are_told_apart_by_the_question_or_not_at_all() -> None:
    done, begun = figure("住房"), replace(figure("住房"), start=90)
    asks = [Ask(text="", terms=("住房", verb)) for verb in ("建成", "开工")]
    told = told_apart([Bound(asks[0], (done,)), Bound(asks[1], (begun,))])
    assert [one.figures[0].indicator for one in told] == ["住房（建成）", "住房（开工）"]
    assert are_told_apart(told)
    plain = Ask(text="", terms=("住房",))
    assert not are_told_apart(told_apart([Bound(plain, (done,)), Bound(plain, (begun,))]))
