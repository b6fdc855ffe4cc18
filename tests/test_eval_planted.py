"""`check` finds errors planted in our own gold set: how many of how many."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.__main__ import main
from eval.check import read_texts
from eval.dataset import load_gold, parse_item
from eval.planted import KINDS, count_caught, planted

ROOT = Path(__file__).parent.parent
TEXTS = {
    "a.txt": "云川市2023年出口127.5亿元，增长6.2%。\n市里有五家博物馆开放。",
    "b.txt": "青岚市2023年出口23.4亿元，下降3.2%。",
}
FIGURE = parse_item(
    {
        "id": "one", "question": "出口？", "kind": "growth", "doc": "a", "answer": "6.2%",
        "figures": [{"value": "6.2", "unit": "%"}], "evidence": ["增长6.2%"],
    }
)  # fmt: skip
OTHER = parse_item(
    {
        "id": "two", "question": "出口？", "kind": "growth", "doc": "b", "answer": "3.2%",
        "figures": [{"value": "3.2", "unit": "%"}], "evidence": ["下降3.2%"],
    }
)  # fmt: skip
ABSENT = parse_item(
    {
        "id": "three", "question": "进口？", "kind": "unanswerable", "answerable": False, "doc": "a",
        "answer": "没有", "absent": ["进口"], "absent_docs": "a.txt",
    }
)  # fmt: skip


def test_what_is_planted() -> None:
    errors = list(planted(FIGURE, TEXTS, [FIGURE, OTHER]))
    assert [kind for kind, _ in errors] == ["wrong figure", "wrong unit", "moved quote", "moved quote"]
    wrong, unit, moved, changed = (record for _, record in errors)
    assert (wrong["figures"][0]["value"], wrong["answer"]) == ("6.3", "6.3%")
    assert (unit["figures"][0]["unit"], unit["answer"]) == ("个百分点", "6.2个百分点")
    assert moved["evidence"] == ["下降3.2%"] and changed["evidence"] == ["增长6.3%"]
    ((kind, present),) = planted(ABSENT, TEXTS, [FIGURE])
    assert kind == "present absent" and len(present["absent"]) == 2


def test_counts() -> None:
    put, caught, missed = count_caught([FIGURE, OTHER, ABSENT], TEXTS)
    assert dict(put) == {"wrong figure": 2, "wrong unit": 2, "moved quote": 4, "present absent": 1}
    assert caught == put and missed == []


@pytest.fixture(scope="module")
def counted() -> tuple[dict[str, int], dict[str, int], list[str]]:
    texts = {report.name: report.text for report in read_texts(ROOT / "examples" / "reports")}
    put, caught, missed = count_caught(load_gold(ROOT / "eval" / "gold" / "examples.jsonl"), texts)
    return dict(put), dict(caught), missed


@pytest.mark.parametrize("kind", KINDS)
def test_every_planted_error_in_the_gold_set_is_caught(
    counted: tuple[dict[str, int], dict[str, int], list[str]], kind: str
) -> None:
    put, caught, missed = counted
    assert put[kind] >= 40
    assert caught[kind] == put[kind], missed


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        "".join(json.dumps(dict(i.raw)) + "\n" for i in (FIGURE, OTHER, ABSENT)), encoding="utf-8"
    )
    assert main(["check", str(gold), "--reports", str(tmp_path), "--planted"]) == 0
    printed = capsys.readouterr().out
    assert "3 good, 0 bad" in printed and "planted errors caught: 9 of 9" in printed
