"""The gate's choice of items and its verdict; the real run is `python -m eval gate`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eval.dataset import GoldError, GoldItem, load_gold, parse_item
from eval.gate import chosen_items, judge, raised, read_gate, stratified, verdict_table
from eval.scoring import Score, score

ROOT = Path(__file__).parent.parent
GATE = ROOT / "eval" / "gate.json"


def item(name: str, kind: str = "growth") -> GoldItem:
    return parse_item(
        {
            "id": name,
            "question": "增长？",
            "kind": kind,
            "answer": "6.2%",
            "figures": [{"value": "6.2", "unit": "%"}],
        }
    )


def refusable(name: str) -> GoldItem:
    return parse_item({"id": name, "question": "人口？", "kind": "unanswerable", "answerable": False})


TEXT = "增长6.2%。"
CITATION: dict[str, Any] = {"marker": 1, "report": "a.txt", "start": 0, "end": 7, "quote": TEXT}


def scores(right: int, wrong: int, refused: int) -> list[Score]:
    said = {"abstained": False, "citations": [CITATION]}
    answers = [(item(f"r{n}"), {**said, "answer": "增长6.2%[1]。"}) for n in range(right)]
    answers += [(item(f"w{n}"), {**said, "answer": "增长6.3%[1]。"}) for n in range(wrong)]
    answers += [(refusable(f"u{n}"), {"answer": "没有找到。", "abstained": True}) for n in range(refused)]
    return [score(each, answer, {"a.txt": TEXT}) for each, answer in answers]


RECORDED = {"accuracy": 0.75, "wrong": 0.25, "right_refusal": 1.0, "citation_exact": 1.0}


def test_what_holds_passes() -> None:
    lines = judge(RECORDED, scores(2, 1, 1))
    assert [line.measured for line in lines] == [0.75, 0.25, 1.0, 1.0]
    assert not any(line.failed for line in lines)
    assert raised(RECORDED, lines) == RECORDED


def test_each_fall_fails() -> None:
    lines = {line.measure: line for line in judge(RECORDED, scores(1, 2, 1))}
    assert {name for name, line in lines.items() if line.failed} == {"accuracy", "wrong"}
    inexact = judge({**RECORDED, "citation_exact": 1.0}, [
        score(item("x"), {"answer": "增长6.2%[1]。", "abstained": False, "citations": [CITATION | {"start": 1}]}, {"a.txt": TEXT})
    ])  # fmt: skip
    by_name = {line.measure: line for line in inexact}
    assert by_name["citation_exact"].failed
    assert by_name["right_refusal"].failed, "nothing measured where something was recorded"
    assert not by_name["accuracy"].failed
    assert "WORSE" in verdict_table(inexact)


def test_only_better_numbers_are_raised() -> None:
    lines = judge({**RECORDED, "right_refusal": 1.5}, scores(3, 0, 1))
    assert raised({**RECORDED, "right_refusal": 1.5}, lines) == {
        "accuracy": 1.0, "wrong": 0.0, "right_refusal": 1.5, "citation_exact": 1.0
    }  # fmt: skip
    lines = judge({}, scores(3, 0, 1))
    assert raised({}, lines) == {"accuracy": 1.0, "wrong": 0.0, "right_refusal": 1.0, "citation_exact": 1.0}


def test_rounding_does_not_fail() -> None:
    lines = judge({"accuracy": 0.6667, "wrong": 0.3333}, scores(2, 1, 0))
    assert not any(line.failed for line in lines)


def test_stratified_keeps_the_proportions() -> None:
    items = [item(f"g{n}") for n in range(20)] + [item(f"l{n}", "level") for n in range(10)]
    items += [refusable(f"u{n}") for n in range(10)]
    picked = stratified(items, 8)
    assert picked == ["g0", "g5", "g10", "g15", "l0", "l5", "u0", "u5"]
    assert stratified(items, 100) == [each.id for each in items]


def test_the_recorded_gate_is_whole() -> None:
    gate = read_gate(GATE)
    items = chosen_items(gate, load_gold(ROOT / gate["gold"]))
    assert len({each.id for each in items}) == 40
    assert set(gate["recorded"]) == set(RECORDED)
    kinds = Counter(each.kind for each in items)
    assert 0.15 <= kinds["unanswerable"] / 40 <= 0.25
    assert len(kinds) >= 12 and {each.lang for each in items} == {"zh", "en"}
    assert (ROOT / gate["reports"]).is_dir()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"items": None}, "items is missing"),
        ({"recorded": {"speed": 1}}, "unknown speed"),
        ({"gold": 3}, "gold is missing"),
    ],
)
def test_a_broken_gate_file_is_named(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "gate.json"
    path.write_text(json.dumps({"gold": "g", "reports": "r", "items": [], "recorded": {}} | change), "utf-8")
    with pytest.raises(GoldError, match=message):
        read_gate(path)


def test_an_item_that_is_gone_is_named() -> None:
    with pytest.raises(GoldError, match="gone are not in"):
        chosen_items({"items": ["gone"], "gold": "g"}, [item("a")])
