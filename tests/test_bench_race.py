"""The race with the peers: what a process that fails, is late or prints rubbish does to it, and how it is scored."""

from __future__ import annotations

import json
import sys

import pytest

from bench.answers import GOLD
from bench.peers import race
from eval.dataset import load_gold


def test_last_line_is_the_result() -> None:
    printed = race.command([sys.executable, "-c", "print('loading'); print('{\"a\": 1}')"], 60, "a peer")
    assert race.last_object(printed, "a peer") == {"a": 1}


def test_task_is_given_on_standard_input() -> None:
    task = json.dumps({"questions": ["工业增加值增长多少？"]}, ensure_ascii=False)
    printed = race.command([sys.executable, "-c", "print(input())"], 60, "a peer", task)
    assert race.last_object(printed, "a peer") == {"questions": ["工业增加值增长多少？"]}


@pytest.mark.parametrize(
    ("code", "limit", "words"),
    [
        ("raise SystemExit(3)", 60, "code 3"),
        ("import os; os.kill(os.getpid(), 9)", 60, "signal 9"),
        ("import time; time.sleep(60)", 0.5, "longer than"),
    ],
)
def test_failing_process_is_named(code: str, limit: float, words: str) -> None:
    with pytest.raises(race.FailedError, match=words) as error:
        race.command([sys.executable, "-c", code], limit, "the slow peer")
    assert "the slow peer" in str(error.value)


@pytest.mark.parametrize("printed", ["", "no result\n", "{half"])
def test_no_result_is_an_error(printed: str) -> None:
    with pytest.raises(race.FailedError, match="without its result"):
        race.last_object(printed, "a peer")


def test_scored_are_only_the_questions_answered() -> None:
    answerable = [item for item in load_gold(GOLD) if item.answerable and item.figures][:4]
    ids = [item.id for item in answerable]
    said = [item.answer for item in answerable[:2]]
    answers = [{"answer": text, "seconds": 2.0 + n, "prompt_tokens": 100} for n, text in enumerate(said)]
    counted = race.scored(ids, answers)
    assert counted["n"] == 2
    assert counted["median_seconds"] == 2.5
    assert counted["prompt_tokens_mean"] == 100
    assert counted["right"] == 1.0
    wrong = race.scored(ids, [one | {"answer": "987654321.5万亿元"} for one in answers])
    assert wrong["right"] == 0.0
    assert wrong["wrong"] == 1.0


def test_table_has_a_line_for_each_contender() -> None:
    one = {"n": 20, "accuracy": 0.9, "wrong": 0.05, "prompt_tokens_mean": None, "median_seconds": 0.047}
    lines = race.table({"wenbao": one | {"index_characters_per_second": 7819.6}}).splitlines()
    assert len(lines) == 2
    assert lines[1].split() == ["wenbao", "20", "90%", "5%", "0", "0.047", "7,820"]
