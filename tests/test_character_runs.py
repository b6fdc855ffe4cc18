"""Runs of characters that a question and a passage share."""

from __future__ import annotations

import numpy as np
import pytest

from rag.character_runs import (
    Runs,
    asked_characters,
    asked_pieces,
    codes,
    longest_run,
    rarity_among,
    shared_pieces,
    without_marks,
)


def test_question_words_and_marks_are_left_out() -> None:
    assert asked_characters("“云川”大桥, 有多少个桥墩?") == "云川大桥有个桥墩"
    assert without_marks("增长7.9%, 达到3 120件_") == "增长7.9%达到3120件"


def test_codes_are_words_with_letters() -> None:
    assert codes("m2增长11.3%, 用于5g基站, 2016年") == {"m2", "5g"}


@pytest.mark.parametrize(
    ("asked", "text", "length"),
    [("云川大桥有桥墩", "位于云川大桥以北", 4), ("云川", "临河", 0), ("", "临河", 0), ("云川", "", 0)],
)
def test_the_longest_run(asked: str, text: str, length: int) -> None:
    assert longest_run(asked, text) == length


def test_runs_that_few_passages_have_count_more() -> None:
    texts = ["云川大桥通车", "云川大学开学", "云川大雨"]
    shares = Runs.of("云川大桥", 3, texts).shares(texts)
    assert shares[0] == pytest.approx(1.0) and 0 < shares[1] < shares[0] and shares[1] == shares[2]


def test_a_question_shorter_than_a_run_shares_nothing() -> None:
    assert Runs.of("云", 3, ["云川"]).shares(["云川", "临河"]).tolist() == [0.0, 0.0]


def test_characters_are_shared_in_whatever_order() -> None:
    asked = asked_pieces("停止生产5g手机多少年?")
    assert asked == set("停止生产手机年5g")
    assert shared_pieces(asked, ["5g手机停产", "临河", ""]).tolist() == pytest.approx([6 / 9, 0.0, 0.0])


def test_letters_count_as_words_and_not_one_by_one() -> None:
    asked = asked_pieces("exports of steel in 2023")
    assert asked == {"exports", "of", "steel", "in", "2023"}
    assert shared_pieces(asked, ["steelexports2023", "marketless3202"]).tolist() == [0.6, 0.0]
    assert shared_pieces(frozenset(), ["steel"]).tolist() == [0.0]


def test_what_all_passages_have_is_hardly_rare() -> None:
    assert rarity_among(np.array([3, 0]), 3).tolist() == pytest.approx([0.1335, 2.0794], abs=1e-4)
