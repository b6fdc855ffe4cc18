"""The confidence of a draft, from its signals."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from rag.acceptance import UNTOLD, Of, Signals, confidence, threshold
from rag.settings import Settings

GOOD = Signals(
    answerable=3.0, supported=3.5, words=1.0, passage=1.0, numbers=1.0, kind=1.0, agreeing=1.1, certainty=-0.1
)
BAD = Signals(
    answerable=-2.0,
    supported=-1.0,
    words=0.1,
    passage=0.3,
    numbers=0.0,
    kind=-1.0,
    agreeing=0.0,
    certainty=-2.0,
)


@pytest.mark.parametrize("of", ["reports", "passages"])
def test_good_signals_are_shown_and_bad_ones_refused_at_every_strictness(of: Of) -> None:
    for strictness in ("careful", "balanced", "exploratory"):
        least = threshold(Settings(strictness=strictness), of)  # type: ignore[arg-type]
        assert confidence(BAD, of) < least <= confidence(GOOD, of)


@pytest.mark.parametrize("name", [field.name for field in fields(Signals)])
@pytest.mark.parametrize("of", ["reports", "passages"])
def test_no_signal_speaks_against_a_draft_by_being_stronger(name: str, of: Of) -> None:
    assert confidence(replace(BAD, **{name: getattr(GOOD, name)}), of) >= confidence(BAD, of)


def test_a_draft_that_the_model_wavered_over_is_less_sure() -> None:
    assert confidence(replace(GOOD, certainty=-0.1), "passages") > confidence(
        replace(GOOD, certainty=-1.0), "passages"
    )


def test_a_draft_of_untold_log_probability_can_be_shown() -> None:
    assert confidence(replace(GOOD, certainty=UNTOLD), "passages") > threshold(Settings(), "passages")


def test_stricter_asks_for_more() -> None:
    careful, balanced, exploratory = (
        threshold(Settings(strictness=name))  # type: ignore[arg-type]
        for name in ("careful", "balanced", "exploratory")
    )
    assert careful > balanced > exploratory


def test_a_stated_confidence_comes_before_strictness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_CONFIDENCE", "0.25")
    assert threshold(Settings.from_environment()) == 0.25


def test_a_margin_counts_up_to_a_limit_only() -> None:
    assert confidence(replace(GOOD, supported=60.0)) == confidence(replace(GOOD, supported=6.0))
