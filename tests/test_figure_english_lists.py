"""English lists in which each figure is of its own member; all sentences are invented."""

from __future__ import annotations

import pytest

from index.figures import figures_in_text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            "Exports and imports grew by 5.2 percent and 0.3 percent respectively.",
            [("exports", "growth", 5.2), ("imports", "growth", 0.3)],
        ),
        (
            "In 2022, Yunchuan's exports and imports fell by 5.2 percent and 0.3 percent respectively.",
            [("exports", "growth", -5.2), ("imports", "growth", -0.3)],
        ),
        (
            "Per capita disposable income of urban and rural residents was 27,316 yuan and 13,128 yuan "
            "respectively, up 4.9 percent and 7.0 percent.",
            [
                ("urban_disposable_income", "level", 27316),
                ("rural_disposable_income", "level", 13128),
                ("urban_disposable_income", "growth", 4.9),
                ("rural_disposable_income", "growth", 7.0),
            ],
        ),
        (
            "The output of coal, crude oil and natural gas rose 1.8%, 2.0% and 5.6%, respectively.",
            [
                ("raw_coal_output", "growth", 1.8),
                ("crude_oil_output", "growth", 2.0),
                ("natural_gas_output", "growth", 5.6),
            ],
        ),
        (
            "Investment in infrastructure and manufacturing rose 5.9 percent and 6.5 percent.",
            [("infrastructure_investment", "growth", 5.9), ("manufacturing_investment", "growth", 6.5)],
        ),
    ],
)
def test_each_figure_is_of_its_own_member(text: str, read: list[tuple[str, str, float]]) -> None:
    figures = figures_in_text(text, period="2023", region="云川市")
    assert [(figure.indicator_id, figure.measure, float(figure.value)) for figure in figures] == read


def test_industries_of_a_list_are_known_in_the_singular() -> None:
    text = "The value added of the primary and secondary industries was 11 billion yuan and 91 billion yuan."
    ids = [figure.indicator_id for figure in figures_in_text(text)]
    assert ids == ["primary_industry_value_added", "secondary_industry_value_added"]


def test_two_figures_of_one_thing_stay_of_that_thing() -> None:
    text = "GDP grew by 5.2 percent and 4.9 percent in the first and second quarters."
    assert [figure.indicator_id for figure in figures_in_text(text)] == ["gross_domestic_product"] * 2
