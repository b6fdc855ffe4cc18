"""`check` accepts a good item and catches each planted error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.__main__ import main
from eval.check import check_item, evaluate
from eval.dataset import parse_item

TEXTS = {
    "reports/yunchuan-2022.txt": "云川市2022年出口增长4.0%。\n常住人口未公布。",
    "reports/yunchuan-2023.txt": "云川市2023年出口127.5亿元，同比增长6.2%，\n其中民营企业占51.0%。",
}
GOOD: dict[str, Any] = {
    "id": "q1",
    "question": "云川市2023年出口增长多少？",
    "kind": "growth",
    "doc": "yunchuan-2023",
    "answer": "6.2%",
    "figures": [{"value": "6.2", "unit": "%"}],
    "evidence": ["出口127.5亿元，同比增长6.2%，其中民营企业"],
    "distractors": ["4.0"],
}
COMPUTED: dict[str, Any] = {
    **GOOD,
    "kind": "computed",
    "docs": ["yunchuan-2022", "yunchuan-2023"],
    "answer": "高2.2个百分点",
    "figures": [{"value": "2.2", "unit": "个百分点"}],
    "operands": [{"value": "6.2", "unit": "%"}, {"value": "4.0", "unit": "%"}],
    "calc": "6.2-4.0",
    "evidence": ["出口增长4.0%", "同比增长6.2%"],
    "distractors": [],
}
ABSENT: dict[str, Any] = {
    "id": "q2",
    "question": "云川市2023年常住人口多少？",
    "kind": "unanswerable",
    "answerable": False,
    "doc": "yunchuan-2023",
    "answer": "没有",
    "absent": ["常住人口"],
}


@pytest.mark.parametrize("record", [GOOD, COMPUTED, ABSENT], ids=["good", "computed", "absent"])
def test_good_items_pass(record: dict[str, Any]) -> None:
    assert check_item(parse_item(record), TEXTS) == []


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({**GOOD, "figures": [{"value": "6.3", "unit": "%"}]}, "figure 6.3% is in no evidence"),
        ({**GOOD, "figures": [{"value": "6.2", "unit": "个百分点"}]}, "is in no evidence"),
        ({**GOOD, "evidence": ["出口127.5亿元，同比增长6.3%"]}, "evidence not in"),
        ({**GOOD, "doc": "yunchuan-2022"}, "it is in yunchuan-2023.txt"),
        ({**GOOD, "doc": "linhai"}, "is no report"),
        ({**GOOD, "answer": "6.3%"}, "lacks 6.2%"),
        ({**GOOD, "keywords": ["民营"]}, "lacks 民营"),
        ({**GOOD, "distractors": ["6.2"]}, "distractor 6.2 is a gold figure"),
        (
            {**GOOD, "figures": [{"value": "6.2", "unit": "%", "alt": [{"value": "62", "unit": "%"}]}]},
            "alt of",
        ),
        ({**COMPUTED, "calc": "6.2-4.1"}, "gives 2.1"),
        ({**COMPUTED, "calc": "__import__('os')"}, "no arithmetic"),
        (
            {**COMPUTED, "operands": [{"value": "6.2", "unit": "%"}, {"value": "4.1", "unit": "%"}]},
            "operand 4.1%",
        ),
        ({**ABSENT, "absent": ["民营企业占"]}, "is in yunchuan-2023.txt"),
        ({**ABSENT, "absent_docs": "yunchuan>=2000"}, "is in yunchuan-2022.txt"),
        ({**ABSENT, "absent_docs": "linhai>=2000"}, "names no report"),
        ({**ABSENT, "keywords": ["x"]}, "unanswerable, but has keywords"),
    ],
)
def test_planted_errors_are_caught(record: dict[str, Any], message: str) -> None:
    problems = check_item(parse_item(record), TEXTS)
    assert any(message in problem for problem in problems), problems


TABLE = "reports/yunchuan-table.txt"
TABLES = {
    **TEXTS,
    TABLE: "表1 云川市主要指标\n单位：亿元\n指标\t2023年\t增长（%）\n出口\t127.5\t6.2\n产业结构为7.0∶42.0∶51.0。",
}
ROW: dict[str, Any] = {**GOOD, "doc": "yunchuan-table", "evidence": ["出口\t127.5\t6.2"], "distractors": []}


def test_a_table_row_takes_its_units_from_its_table() -> None:
    exports = {**ROW, "kind": "level", "answer": "127.5亿元", "figures": [{"value": "127.5", "unit": "亿元"}]}
    share = {
        **ROW,
        "kind": "share",
        "answer": "51.0%",
        "figures": [{"value": "51.0", "unit": "%"}],
        "evidence": ["产业结构为7.0∶42.0∶51.0"],
    }
    for record in (ROW, exports, share):
        assert check_item(parse_item(record), TABLES) == []


@pytest.mark.parametrize(
    ("value", "unit"),
    [("6.2", "亿元"), ("6.2", "个百分点"), ("127.5", "%"), ("127.5", "万元"), ("2023", "亿元")],
)
def test_a_table_row_gives_no_other_unit(value: str, unit: str) -> None:
    record = {**ROW, "answer": f"{value}{unit}", "figures": [{"value": value, "unit": unit}]}
    assert f"figure {value}{unit} is in no evidence" in check_item(parse_item(record), TABLES)


@pytest.mark.parametrize(
    ("expression", "value"),
    [("74.4-67.7", 6.7), ("round(1.83/2.76*100,1)", 66.3), ("(3+1)/2", 2), ("1-3", 2), ("round(2.5)", 3)],
)
def test_evaluate(expression: str, value: float) -> None:
    assert float(evaluate(expression)) == pytest.approx(value)


def test_command_counts_good_and_bad(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path, text in TEXTS.items():
        (tmp_path / Path(path).name).write_text(text + "\n", encoding="utf-8")
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        json.dumps(ABSENT) + "\n{}\n" + json.dumps({**GOOD, "doc": "linhai"}) + "\n", encoding="utf-8"
    )
    assert main(["check", str(gold), "--reports", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "gold.jsonl:2: question is missing" in printed
    assert "3 items in 1 files, 2 reports: 1 good, 2 bad" in printed
    gold.write_text(json.dumps(ABSENT) + "\n", encoding="utf-8")
    assert main(["check", str(gold), "--reports", str(tmp_path)]) == 0


SHARED = Path(__file__).parents[2] / "shared"


@pytest.mark.skipif(not (SHARED / "gold").is_dir(), reason="the shared gold files are not on this machine")
def test_shared_gold_passes() -> None:
    gold = [str(path) for path in sorted((SHARED / "gold").glob("*.jsonl"))]
    assert main(["check", *gold, "--reports", str(SHARED / "corpora")]) == 0
