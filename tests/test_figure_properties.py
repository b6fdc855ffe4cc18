"""Properties of the figure reader: exact spans, no overlaps, known slots found again, reading what was written."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from figure_sentences import Made, Maker, Slots

from index.figures import figures_in_text, format_figure
from index.types import Figure

SEED = 20261124


def read_slots(figure: Figure) -> Slots:
    return Slots(
        figure.value, figure.unit, figure.indicator_id or figure.indicator, figure.measure, figure.period or "",
        figure.region or "",
    )  # fmt: skip


def check(made: Made) -> None:
    figures = figures_in_text(made.text)
    for figure in figures:
        assert made.text[figure.start : figure.end] == figure.text, made.text
    for one, other in itertools.pairwise(figures):
        assert one.end <= other.start, made.text
    assert tuple(map(read_slots, figures)) == made.figures, made.text


def test_known_slots_are_found_again() -> None:
    for made in Maker(SEED).sentences(1000):
        check(made)


@pytest.mark.models  # no model: the tier that is allowed to take its time
def test_known_slots_are_found_again_in_many_more() -> None:
    for made in Maker(SEED + 1).sentences(5000):
        check(made)


def test_a_figure_written_and_read_again_is_the_same() -> None:
    for made in Maker(SEED + 2).sentences(300):
        for figure in figures_in_text(made.text):
            (again,) = figures_in_text(format_figure(figure))
            assert (again.value, again.unit, again.qualifier) == (figure.value, figure.unit, figure.qualifier)


@pytest.mark.parametrize(
    "text", ["", "。，、", "2023年", "第三产业", "一个方面两手抓", "《2023年公报》", "%%", "分别增长"]
)
def test_nothing_is_read_where_nothing_is(text: str) -> None:
    assert figures_in_text(text) == []


def test_any_cut_of_a_sentence_is_read_without_wrong_spans() -> None:
    for made in Maker(SEED + 3).sentences(60):
        for cut in range(0, len(made.text), 3):
            text = made.text[cut:]
            figures = figures_in_text(text)
            assert all(text[figure.start : figure.end] == figure.text for figure in figures)
            assert all(one.end <= other.start for one, other in itertools.pairwise(figures))
            assert all(isinstance(figure.value, Decimal) for figure in figures)
