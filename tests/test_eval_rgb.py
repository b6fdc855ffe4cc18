"""RGB batches and both scoring rules, on made-up items."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.__main__ import main
from eval.dataset import GoldError
from eval.rgb import RgbItem, contains, contains_strictly, load_rgb, passages_for, score_rgb


def noise_item(positive: int = 6, negative: int = 6) -> RgbItem:
    groups = tuple((f"有{n}",) for n in range(positive))
    return RgbItem("7", "问？", (("12人",),), (), groups, tuple(f"无{n}" for n in range(negative)))


@pytest.mark.parametrize(("noise", "negatives"), [(0.0, 0), (0.2, 1), (0.4, 2), (0.5, 3), (0.8, 4), (1.0, 5)])
def test_noise_rate(noise: float, negatives: int) -> None:
    chosen = passages_for(noise_item(), noise)
    assert len(chosen) == len(set(chosen)) == 5
    assert sum(text.startswith("无") for text in chosen) == negatives


def test_shortage_is_filled_except_in_rejection() -> None:
    assert sorted(t[0] for t in passages_for(noise_item(positive=2), 0.0)) == ["无", "无", "无", "有", "有"]
    assert sorted(t[0] for t in passages_for(noise_item(negative=1), 0.8)) == ["无", "有", "有", "有", "有"]
    assert passages_for(noise_item(negative=1), 1.0) == ["无0"]


def test_batches_are_deterministic() -> None:
    assert passages_for(noise_item(), 0.4) == passages_for(noise_item(), 0.4)


def test_each_part_has_its_passage() -> None:
    groups = (("甲1", "甲2", "甲3"), ("乙1",))
    item = RgbItem(
        "1", "两问？", (("甲",), ("乙",)), (), groups, tuple(f"无{n}" for n in range(5)), grouped=True
    )
    assert sorted(t[0] for t in passages_for(item, 0.4)) == ["乙", "无", "无", "甲", "甲"]
    assert sorted(t[0] for t in passages_for(item, 0.8)) == ["乙", "无", "无", "无", "甲"]
    assert {t[0] for t in passages_for(item, 1.0)} == {"无"}


@pytest.mark.parametrize(
    ("text", "parts", "own", "strict"),
    [
        ("共112人", (("12人",),), True, False),
        ("共 12 人", (("12人",),), False, True),
        ("12人", (("12人",),), True, True),
        ("增长1.2%", (("2%", "2.1%"),), True, False),
        ("增长2.1%", (("2%", "2.1%"),), True, True),
        ("在1990年", (("90",),), True, False),
        ("iphone se", (("SE 3", "iPhone SE"),), True, True),
        ("甲和乙", (("甲",), ("乙",)), True, True),
        ("只有甲", (("甲",), ("乙",)), False, False),
    ],
)
def test_rules(text: str, parts: tuple[tuple[str, ...], ...], own: bool, strict: bool) -> None:
    assert contains(text, parts) is own
    assert contains_strictly(text, parts) is strict


def test_scores_by_hand() -> None:
    items = [RgbItem(str(n), "问？", (("12人",),), (("13人",),), (("有",),), ()) for n in range(4)]
    answers: dict[str, dict[str, Any]] = {
        "0": {"answer": "12人", "abstained": False},
        "1": {"answer": "13人", "abstained": False},
        "2": {"answer": "资料中没有12人", "abstained": True},
        "3": {"answer": "112人", "abstained": False},
    }
    scores = score_rgb(items, answers, 0.4)
    assert scores["accuracy (RGB's rule)"] == 3 / 4
    assert scores["accuracy (strict)"] == 1 / 4
    assert (scores["wrong"], scores["rejected"], scores["misled"]) == (2 / 4, 1 / 4, 1 / 4)
    rejection = score_rgb(items, answers, 1.0)
    assert (rejection["rejected"], rejection["wrong"]) == (1 / 4, 3 / 4)
    assert "accuracy (strict)" not in rejection


def test_file_and_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rgb.jsonl"
    plain = {
        "id": 0,
        "query": "甲？",
        "answer": ["12人", ["一", "壹"]],
        "positive": ["12人，壹"],
        "negative": ["无"],
    }
    false = {"id": 1, "query": "乙？", "answer": "70", "fakeanswer": "170", "positive_wrong": ["170席"],
             "positive": ["70席"], "negative": ["无"]}  # fmt: skip
    path.write_text(f"{json.dumps(plain)}\n{json.dumps(false)}\n", encoding="utf-8")
    first, second = load_rgb(path)
    assert first.parts == (("12人",), ("一", "壹"))
    assert (second.counterfactual, second.positive) == (True, (("170席",),))
    assert main(["rgb", str(path), "--noise", "0"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["question"] for line in lines] == ["甲？", "乙？"]
    assert "170席" in lines[1]["passages"] and "70席" not in lines[1]["passages"]
    answers = tmp_path / "answers.jsonl"
    answers.write_text('{"id": "0", "answer": "12人，一", "abstained": false}\n', encoding="utf-8")
    assert main(["rgb", str(path), "--noise", "0", "--answers", str(answers)]) == 0
    assert "accuracy (strict)       1.000" in capsys.readouterr().out


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rgb.jsonl"
    path.write_text('{"id": 0}\n', encoding="utf-8")
    with pytest.raises(GoldError, match=r"rgb\.jsonl:1"):
        load_rgb(path)
