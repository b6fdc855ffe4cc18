"""Questions drafted from an index: each right by `check`, kept only when a person says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from answer_reports import REPORTS, index_of, qa_over
from scripted_model import ScriptedModel

from eval.__main__ import main
from eval.check import check_item
from eval.dataset import load_gold, parse_item
from eval.drafts import confirm, drafts
from index.store import ReportIndex


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("drafts"))


def made(directory: Path, **options: Any) -> list[dict[str, Any]]:
    index = ReportIndex.open(directory)
    texts = {name: index.report(name).text for name in REPORTS}
    return list(drafts(texts, {name: index.figures(report=name) for name in REPORTS}, **options))


def test_every_draft_passes_check_and_every_report_has_some(directory: Path) -> None:
    records = made(directory)
    assert len(records) >= 25
    assert {record["doc"] for record in records[:4]} == set(REPORTS)
    index = ReportIndex.open(directory)
    texts = {name: index.report(name).text for name in REPORTS}
    for record in records:
        assert check_item(parse_item(record), texts) == []
    assert len({record["question"] for record in records}) == len(records)


def test_wording(directory: Path) -> None:
    by_question = {record["question"]: record for record in made(directory)}
    trade = by_question["云川市2023年货物进出口总额是多少？"]
    assert (trade["answer"], trade["evidence"]) == ("518.6亿元", ["全年进出口总额518.6亿元，增长2.4%"])
    assert by_question["云川市2023年各项存款余额是多少？"]["distractors"] == ["4391.5"], "the year beside it"
    jobs = by_question["云岭省2024年城镇新增就业的目标是多少？"]
    assert (jobs["kind"], jobs["distractors"]) == ("target-vs-actual", ["61.4"])
    falls = by_question["云川市2022年社会消费品零售总额的增速是多少？"]
    assert (falls["answer"], falls["figures"]) == ("下降1.2%", [{"value": "1.2", "unit": "%"}])
    english = {record["question"] for record in made(directory, lang="en")}
    assert any(question.startswith("What was the growth of ") for question in english)


def test_seed_decides(directory: Path) -> None:
    assert made(directory, seed=3) == made(directory, seed=3) != made(directory, seed=4)


def answering(*lines: str) -> Callable[[str], str]:
    waiting: Iterator[str] = iter(lines)

    def ask(prompt: str) -> str:
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    return ask


def test_only_what_is_confirmed_is_kept(directory: Path, tmp_path: Path) -> None:
    records, out = made(directory), tmp_path / "own.jsonl"
    shown: list[str] = []
    held = confirm(
        iter(records), out, 10, ask=answering("y", "n", "e", "进出口一共多少？", ""), show=shown.append
    )
    assert held == 2
    kept = load_gold(out)
    assert [item.question for item in kept] == [records[0]["question"], "进出口一共多少？"]
    assert "confirmed by a person" in kept[0].raw["note"]
    assert records[0]["evidence"][0] in "\n".join(shown), "the quote stands beside the question"
    again = confirm(iter(records), out, 3, ask=answering("y", "y", "y"), show=shown.append)
    assert again == 3, "what was kept counts and is not offered again"
    assert len({item.id for item in load_gold(out)}) == 3


def test_drafts_are_answered_by_the_product(directory: Path) -> None:
    """The drafts are fit to measure with: most of them are questions the product understands."""
    qa = qa_over(directory, ScriptedModel())
    records = [record for record in made(directory) if record["doc"] == "yunchuan-2022.md"]
    answers = [qa.ask(record["question"]) for record in records]
    assert sum(not answer.abstained for answer in answers) * 2 > len(records)


def test_command(
    directory: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["new", "--index", str(directory), "--count", "5"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(records) == 5 and all("drafted by code" in record["note"] for record in records)
    assert main(["new", "--near-misses", "gold.jsonl"]) == 1
    assert "needs --reports" in capsys.readouterr().err
