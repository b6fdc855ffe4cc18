"""Slots that contradict exclude a figure; the question's words rank what is left."""

from __future__ import annotations

from decimal import Decimal

import pytest

from index.periods import Period
from index.types import Figure
from index.units import split_unit
from rag.bind import Candidate, Surroundings, bind
from rag.query import Ask
from rag.word_coverage import contained, coverage

SUBJECT = "云川市规模以上工业增加值"


def figure(value: str = "8.4", unit: str = "%", *, start: int = 0, **slots: object) -> Figure:
    """A growth of industrial value added of 云川市 in 2023, unless told otherwise."""
    parts = split_unit(unit)
    usual: dict[str, object] = {
        "indicator": "规模以上工业增加值",
        "indicator_id": "industrial_value_added_above_scale",
        "measure": "growth",
        "period": "2023",
        "period_origin": "sentence",
        "region": "云川市",
    }
    return Figure(
        report="r.md", start=start, end=start + 3, text=f"{value}{unit}", value=Decimal(value), unit=unit,
        base_unit=parts.base_unit, scale=parts.scale, **(usual | slots),  # type: ignore[arg-type]
    )  # fmt: skip


def ask(**slots: object) -> Ask:
    usual: dict[str, object] = {
        "text": "规模以上工业增加值增长多少",
        "terms": (),
        "names": ("规模以上工业增加值",),
        "indicator_ids": ("industrial_value_added_above_scale",),
        "indicator": "规模以上工业增加值",
        "measure": "growth",
        "period": Period.parse("2023"),
        "region": "云川市",
    }
    return Ask(**(usual | slots))  # type: ignore[arg-type]


def around(clause: str = SUBJECT, sentence: str | None = None, passage: str | None = None) -> Surroundings:
    sentence = sentence if sentence is not None else clause
    return Surroundings(clause, sentence, passage if passage is not None else sentence)


def one(wanted: Ask, given: Figure, words: Surroundings | None = None, **options: bool) -> Candidate:
    (candidate,) = bind(wanted, [given], lambda _: words or around("增长"), **options)
    return candidate


def test_everything_agrees() -> None:
    candidate = one(ask(), figure())
    assert candidate.fits and candidate.coverage == 1.0


@pytest.mark.parametrize(
    ("wanted", "given", "conflict"),
    [
        pytest.param({}, {"indicator_id": "total_trade"}, "indicator", id="other-indicator"),
        pytest.param({}, {"measure": "level"}, "measure", id="level-for-growth"),
        pytest.param({}, {"measure": "share"}, "measure", id="share-for-growth"),
        pytest.param(
            {"measure": "level"}, {"measure": "contribution"}, "measure", id="contribution-for-level"
        ),
        pytest.param({"measure": None}, {"measure": "rank"}, "measure", id="rank-unasked"),
        pytest.param({"measure": None}, {"measure": "lead"}, "measure", id="lead-unasked"),
        pytest.param({"unit": "亿元"}, {}, "unit", id="percent-for-yuan"),
        pytest.param({"unit": "%"}, {"unit": "个百分点"}, "unit", id="points-for-percent"),
        pytest.param({}, {"period": "2022"}, "period", id="year-before"),
        pytest.param({}, {"period": "2024"}, "period", id="year-after"),
        pytest.param({}, {"period": "2023-12"}, "period", id="month-of-the-year"),
        pytest.param({}, {"period": "2023-01/2023-09"}, "period", id="part-of-the-year"),
        pytest.param({}, {"period": "2021/2023"}, "period", id="span-of-years"),
        pytest.param({}, {"region": "临河市"}, "region", id="neighbour-city"),
        pytest.param({}, {"region": "云岭省"}, "region", id="its-province"),
        pytest.param({}, {"region": "云川高新区"}, "region", id="zone-inside"),
        pytest.param({}, {"region": None}, "region", id="region-unknown"),
        pytest.param({"region": "全省"}, {"region": "云川市"}, "region", id="city-for-province"),
        pytest.param({"status": "target"}, {}, "status", id="actual-for-target"),
        pytest.param({"status": "actual"}, {"status": "target"}, "status", id="target-for-actual"),
        pytest.param({}, {"status": "target"}, "status", id="target-unasked"),
        pytest.param({}, {"status": "forecast"}, "status", id="forecast-unasked"),
        pytest.param({"reference": "全国"}, {"reference": "全省"}, "reference", id="other-reference"),
        pytest.param(
            {"reference": "全国", "measure": "lead"}, {"measure": "lead"}, "reference", id="lead-of-nothing"
        ),
    ],
)
def test_slot_that_contradicts_excludes(
    wanted: dict[str, object], given: dict[str, object], conflict: str
) -> None:
    candidate = one(ask(**wanted), figure(**given))  # type: ignore[arg-type]
    assert not candidate.fits and conflict in candidate.conflicts


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        pytest.param({"period": None}, {"period": "2019"}, id="period-open"),
        pytest.param({"region": None}, {"region": "临河市"}, id="region-open"),
        pytest.param({"region": "全市"}, {}, id="the-city-unnamed"),
        pytest.param({"status": "target"}, {"status": "forecast"}, id="forecast-is-planned"),
        pytest.param({"status": "actual"}, {"status": "revised"}, id="revised-is-actual"),
        pytest.param({"indicator_ids": ()}, {"indicator_id": "total_trade"}, id="indicator-by-its-words"),
        pytest.param(
            {"reference": "全国", "measure": "lead"}, {"measure": "lead", "reference": "全国"}, id="lead"
        ),
        pytest.param(
            {"measure": "level", "unit": "亿元"}, {"measure": "level", "unit": "万元"}, id="same-family"
        ),
        pytest.param(
            {"measure": "level", "unit": "家"}, {"measure": "level", "unit": "户"}, id="same-counter"
        ),
        pytest.param(
            {"measure": "level", "unit": "人"}, {"measure": "level", "unit": "万人"}, id="scale-free"
        ),
    ],
)
def test_slot_that_agrees_or_is_open_fits(wanted: dict[str, object], given: dict[str, object]) -> None:
    assert one(ask(**wanted), figure(**given)).conflicts == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted_unit", "unit"), [("亿元", "亿美元"), ("万吨", "万人"), ("公里", "亩"), ("家", "人")]
)
def test_other_family_of_units_excludes(wanted_unit: str, unit: str) -> None:
    candidate = one(ask(measure="level", unit=wanted_unit), figure(unit=unit, measure="level"))
    assert "unit" in candidate.conflicts


@pytest.mark.parametrize(
    ("slots", "conflict"),
    [({"period": None, "period_origin": None}, "period"), ({"region": None}, "region")],
    ids=["period", "region"],
)
def test_unknown_slot_conflicts_only_where_metadata_is_known(slots: dict[str, object], conflict: str) -> None:
    given = figure(**slots)  # type: ignore[arg-type]
    assert one(ask(), given, metadata_known=False).fits
    if conflict == "region":
        assert one(ask(), given).conflicts == ("region",)


@pytest.mark.parametrize("slots", [{"period": "2022"}, {"region": "临河市"}], ids=["period", "region"])
def test_stated_slot_conflicts_in_passages_too(slots: dict[str, object]) -> None:
    assert not one(ask(), figure(**slots), metadata_known=False).fits  # type: ignore[arg-type]


@pytest.mark.parametrize(("period", "fits"), [("2021", True), ("2023", True), ("2022", False)])
def test_either_end_of_a_span_fits_from_and_to(period: str, fits: bool) -> None:
    wanted = ask(period=Period.parse("2021/2023"), role="from")
    assert one(wanted, figure(period=period)).fits is fits


def test_words_of_the_question_rank_what_fits() -> None:
    words = {0: around("高新技术企业"), 10: around("科技型中小企业"), 20: around("企业", "高新技术企业有")}
    wanted = ask(terms=("高新技术", "企业"), names=(), indicator_ids=(), measure="level", unit="家")
    figures = [
        figure(str(n), "家", start=n, indicator="企业", indicator_id=None, measure="level")
        for n in (20, 10, 0)
    ]
    found = bind(wanted, figures, lambda f: words[f.start])
    assert [candidate.figure.start for candidate in found] == [0, 20, 10]
    assert found[0].clause_coverage == 1.0 > found[1].clause_coverage
    assert found[1].coverage == 1.0 > found[2].coverage


def test_conflicts_come_last_whatever_the_words_say() -> None:
    words = {0: around(SUBJECT), 10: around("增长")}
    found = bind(ask(), [figure(start=0, period="2022"), figure(start=10)], lambda f: words[f.start])
    assert [candidate.fits for candidate in found] == [True, False]
    assert found[0].figure.start == 10


def test_order_does_not_depend_on_the_order_given() -> None:
    figures = [figure("1.5", start=30), figure("2.5", start=10), figure("3.5", start=20)]
    forwards = bind(ask(), figures, lambda _: around())
    assert forwards == bind(ask(), figures[::-1], lambda _: around())
    assert [c.figure.start for c in forwards] == [10, 20, 30]


@pytest.mark.parametrize(
    ("term", "text", "share"),
    [
        ("工业", "规模以上工业增加值", 1.0),
        ("工业", "商业", 0.0),
        ("GDP", "gdp增长", 1.0),
        ("社零|零售额", "单位零售额", 1.0),
        ("高技术产业", "高技术制造业", 0.25),  # two of four pairs, squared
        ("工坊", "工房", 0.0),
    ],
)
def test_contained(term: str, text: str, share: float) -> None:
    assert contained(term, text) == pytest.approx(share)


def test_coverage_is_a_weighted_share() -> None:
    def length(term: str) -> float:
        return float(len(term))

    assert coverage(("工业", "投资额"), "工业增长", length) == pytest.approx(2 / 5)
    assert coverage(("工业",), "商业", length, extra=0.5, extra_weight=2.0) == pytest.approx(1 / 4)
    assert coverage((), "工业", length) == 1.0
