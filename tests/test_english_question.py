"""English questions: phrases of the glossary, two questions in one, joined names, marks that were passed."""

from __future__ import annotations

import pytest

from index.vocabulary import english_phrases, load_vocabulary
from rag.phrase import refusal
from rag.query import Query, understand


def read(text: str) -> Query:
    return understand(text, load_vocabulary(), known_regions=("云川市", "云川高新区"))


def test_the_longest_phrase_is_one_term() -> None:
    found = [terms for _, _, terms in english_phrases("old urban residential communities")]
    assert found == [("城镇老旧小区",)]


def test_two_counts_are_two_asks_with_the_period_of_the_first() -> None:
    asks = read(
        "How many foreign-trade companies did Yunchuan add in 2023, and how many firms trade more than 100 million yuan?"
    ).asks
    assert len(asks) == 2 and {str(a.period) for a in asks} == {str(asks[0].period)}
    assert any("外贸" in term for term in asks[0].terms) and "亿元" in asks[1].terms
    assert asks[1].unit is None  # the mark says which firms, not in what the answer is counted


def test_the_head_of_a_joined_name_is_what_is_counted() -> None:
    (ask,) = read("How many cross-border e-commerce pilot zones were set up in 2022?").asks
    assert not ask.indicator_ids and any("跨境电商" in term for term in ask.terms)


def test_sales_of_a_product_are_its_sales_and_not_its_output() -> None:
    (ask,) = read("By how much did sales of new energy vehicles grow in 2022?").asks
    assert ask.indicator == "新能源汽车销量" and ask.measure == "growth"


def test_points_of_growth_are_between_two_rates() -> None:
    asks = read("By how many percentage points did GDP growth slow from 2014 to 2015?").asks
    assert [a.measure for a in asks] == ["growth", "growth"]


@pytest.mark.parametrize(
    ("question", "statuses"),
    [
        ("How much foreign investment did Yunchuan actually use in 2023, and how much had it aimed for?", [None, "target"]),
        ("How many homes was Yunchuan to start building in 2023, and how many did it actually start?", ["target", "actual"]),
    ],
)  # fmt: skip
def test_planned_and_done(question: str, statuses: list[str | None]) -> None:
    assert [a.status for a in read(question).asks] == statuses


def test_a_city_in_the_name_of_something_is_no_place() -> None:
    assert read("How large is the fund of the Yunchuan Science Museum?").asks[0].region is None
    assert read("What was Yunchuan GDP in 2023?").asks[0].region == "云川市"


def test_a_refusal_says_the_question_in_its_own_words() -> None:
    query = read("How many llamas live in Yunchuan?")
    assert refusal(query, None, [], "en") == "Not in these reports: How many llamas live in Yunchuan."
