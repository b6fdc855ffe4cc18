"""The figures in the evidence of the development questions, where `../shared` is here."""

from __future__ import annotations

import pytest
from gold_evidence import SHARED, Outcome, expected_figures, outcome

pytestmark = pytest.mark.skipif(
    not (SHARED / "gold").is_dir() or not (SHARED / "corpora").is_dir(),
    reason="../shared/gold and ../shared/corpora are not here: no development questions to measure on",
)


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [outcome(expected) for expected in expected_figures()]


def test_every_figure_is_read_with_its_value_and_unit(outcomes: list[Outcome]) -> None:
    assert len(outcomes) > 50
    assert [found.expected for found in outcomes if not found.quantity] == []


@pytest.mark.parametrize("slot", ["period", "region"])
def test_period_and_region_are_those_of_the_question(outcomes: list[Outcome], slot: str) -> None:
    told = [getattr(found, slot) for found in outcomes if getattr(found, slot) is not None]
    assert sum(told) / len(told) >= 0.95
