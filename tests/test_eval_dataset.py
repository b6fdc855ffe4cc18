"""The gold format: what is read, what is refused, which report an id means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.dataset import GoldError, load_gold, parse_item, resolve_doc, select_docs

GOOD: dict[str, Any] = {
    "id": "q1",
    "question": "云川市2023年出口增长多少？",
    "lang": "zh",
    "kind": "growth",
    "doc": "yunchuan-2023",
    "answer": "6.2%",
    "figures": [{"value": "6.2", "unit": "%"}],
    "evidence": ["出口增长6.2%"],
    "answerable": True,
}


def test_a_good_item() -> None:
    item = parse_item({**GOOD, "turn1": {"question": "进口呢？", "answer": "3%", "evidence": "x"}})
    assert item.docs == ("yunchuan-2023",)
    assert item.history == ({"question": "进口呢？", "answer": "3%"},)
    assert item.to_question() == {
        "id": "q1",
        "question": "云川市2023年出口增长多少？",
        "history": [{"question": "进口呢？", "answer": "3%"}],
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"question": " "}, "question is empty"),
        ({"question": None}, "question is missing"),
        ({"lang": "fr"}, "lang"),
        ({"kind": "growht"}, "kind"),
        ({"answerable": False}, "answerable False"),
        ({"figures": [{"value": "about six", "unit": "%"}]}, "not one quantity"),
        ({"figures": []}, "neither figures nor keywords"),
        ({"keywords": ["(未"]}, "no regular expression"),
        ({"evidence": "出口增长6.2%"}, "evidence is no list"),
        ({"evidense": []}, "unknown field evidense"),
        ({"docs_mode": "some"}, "docs_mode"),
    ],
)
def test_refuses(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_item({**GOOD, **change})


def test_missing_id_is_the_line_number_and_errors_name_the_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    without_id = {k: v for k, v in GOOD.items() if k != "id"}
    path.write_text(f"{json.dumps(GOOD)}\n\n{json.dumps(without_id)}\n", encoding="utf-8")
    assert [item.id for item in load_gold(path)] == ["q1", "3"]
    path.write_text(f"{json.dumps(GOOD)}\n{{broken\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"gold\.jsonl:2"):
        load_gold(path)


def test_an_id_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{json.dumps(GOOD)}\n", encoding="utf-8")
    with pytest.raises(GoldError, match="twice"):
        load_gold(path)


REPORTS = [
    "corpus/a/yun-2019.txt",
    "corpus/a/yun-2021.txt",
    "corpus/seed/high-tech.txt",
    "corpus/b/lin-2021.pdf",
]


@pytest.mark.parametrize(
    ("doc", "expected"),
    [
        ("yun-2019", "corpus/a/yun-2019.txt"),
        ("lin-2021.pdf", "corpus/b/lin-2021.pdf"),
        ("seed", "corpus/seed/high-tech.txt"),
        ("high", "corpus/seed/high-tech.txt"),
        ("lin", "corpus/b/lin-2021.pdf"),
        ("tech", "corpus/seed/high-tech.txt"),
        ("2021", None),
        ("a", None),
        ("nowhere", None),
    ],
)
def test_resolve_doc(doc: str, expected: str | None) -> None:
    assert resolve_doc(doc, REPORTS) == expected


def test_select_docs() -> None:
    assert select_docs("yun>=2020", REPORTS) == ["corpus/a/yun-2021.txt"]
    assert select_docs("yun<=2021", REPORTS) == REPORTS[:2]
    assert select_docs("yun-2019, lin-2021", REPORTS) == [REPORTS[0], REPORTS[3]]
    assert select_docs("qing>=1900", REPORTS) == []
