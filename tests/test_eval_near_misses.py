"""Near misses: one thing changed, absent from the reports, the same for the same seed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from eval.__main__ import main
from eval.check import check_item
from eval.dataset import GoldItem, load_gold, parse_item
from eval.near_misses import near_misses, years_covered

TEXTS = {
    "yunchuan-2023.txt": "云川市2023年统计公报\n全年货物进出口总额826.3亿元，比上年增长3.6%。\n2019—2021年略。",
    "qinglan-2016.txt": "青岚市2016年统计公报\n全年粮食总产量58.3万吨。",
}
ITEMS = [
    parse_item(
        {
            "id": "trade",
            "question": "2023年云川市货物进出口总额是多少亿元？",
            "kind": "level",
            "doc": "yunchuan-2023",
            "answer": "826.3亿元",
            "figures": [{"value": "826.3", "unit": "亿元"}],
            "evidence": ["全年货物进出口总额826.3亿元"],
        }
    ),
    parse_item(
        {
            "id": "trade-en",
            "question": "By how much did foreign trade in Yunchuan grow in 2023?",
            "kind": "growth",
            "doc": "yunchuan-2023",
            "answer": "3.6%",
            "figures": [{"value": "3.6", "unit": "%"}],
            "evidence": ["货物进出口总额826.3亿元，比上年增长3.6%"],
        }
    ),
]


def made(items: list[GoldItem] = ITEMS, count: int = 60, seed: int = 0) -> list[dict[str, Any]]:
    return near_misses(items, TEXTS, count, seed)


@pytest.mark.parametrize(
    ("text", "held", "free"),
    [
        ("二〇二三年报告", {2023, 2022, 2021, 2024}, {2020, 2025}),
        ("正文\n" * 8 + "2013—2017年", {2013, 2015, 2017}, {2012, 2018}),
        ("正文\n" * 8 + "2013至17年", {2013, 2015, 2017}, {2012, 2018}),
        ("一九七八年以来", {1978}, {1998}),
        ("正文\n" * 8 + "从94年起，用了30年间", {1994}, {2030, 1995}),
        ("产值2016.5亿元", set(), {2015, 2018}),
    ],
    ids=["own year", "range", "short range", "spelled", "two digits", "decimal"],
)
def test_years_covered(text: str, held: set[int], free: set[int]) -> None:
    found = years_covered(text)
    assert held <= found
    assert not free & found


def test_each_record_is_a_checked_gold_item() -> None:
    records = made()
    assert {record["note"].split()[-1] for record in records} == {"year", "region", "indicator"}
    for record in records:
        item = parse_item(record)
        assert not item.answerable
        assert check_item(item, TEXTS) == []
        assert record["absent"] and record["absent_docs"]
    assert len({record["id"] for record in records}) == len(records)


def test_another_year_may_stand_in_a_report_without_the_indicator() -> None:
    years = {r["question"][:4] for r in made(ITEMS[:1]) if r["id"].startswith("trade-year")}
    assert "2016" in years  # only the report that has no foreign trade speaks of it
    assert not years & {"2019", "2020", "2021", "2022", "2023", "2024"}


def test_the_indicator_is_replaced_by_one_of_its_kind() -> None:
    questions = [r["question"] for r in made(ITEMS[:1]) if "-indicator-" in r["id"]]
    assert questions
    assert all(re.fullmatch(r"2023年云川市.+(?:额|入|值|模)是多少亿元？", question) for question in questions)


def test_an_indicator_or_region_that_stands_in_a_report_is_not_taken() -> None:
    everywhere = {**TEXTS, "other.txt": "彩票销售情况。桂林市和温州市。"}
    told = json.dumps(near_misses(ITEMS, everywhere, 200), ensure_ascii=False)
    assert "温州" not in told and "彩票" not in told
    assert "彩票" in json.dumps(near_misses(ITEMS, TEXTS, 200), ensure_ascii=False)


def test_seed_decides() -> None:
    assert made(seed=1) == made(seed=1)
    assert [r["id"] for r in made(count=20, seed=1)] != [r["id"] for r in made(count=20, seed=2)]


def test_dialogues_and_unanswerables_are_left_alone() -> None:
    history = {"turn1": {"question": "云川市2023年出口？", "answer": "5亿元"}}
    assert made([parse_item({**ITEMS[0].raw, **history})]) == []
    refused = {**ITEMS[0].raw, "kind": "unanswerable", "figures": [], "evidence": []}
    assert made([parse_item(refused)]) == []


ROOT = Path(__file__).parent.parent


def test_the_examples_give_two_hundred(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports, gold = ROOT / "examples" / "reports", ROOT / "eval" / "gold" / "examples.jsonl"
    assert main(["new", "--near-misses", str(gold), "--reports", str(reports), "--count", "200"]) == 0
    printed = capsys.readouterr().out
    path = tmp_path / "near.jsonl"
    path.write_text(printed, encoding="utf-8")
    assert len(load_gold(path)) == 200
    assert main(["check", str(path), "--reports", str(reports)]) == 0


def test_too_few_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(dict(ITEMS[0].raw)) + "\n", encoding="utf-8")
    assert main(["new", "--near-misses", str(gold), "--reports", str(tmp_path), "--count", "999"]) == 1
    assert "999 were asked" in capsys.readouterr().err
