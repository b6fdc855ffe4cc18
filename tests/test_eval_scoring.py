"""Scores of a small made-up set of answers, every number worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval import load_gold, score, summarise
from eval.__main__ import main
from eval.dataset import GoldItem, parse_item
from eval.intervals import bootstrap_interval, mcnemar
from eval.report import write_outputs
from eval.stages import Stages

TEXT = "云川市（虚构）2023年出口127.5亿元，增长6.2%。进口下降1.5%。\n"


def item(name: str, **fields: Any) -> dict[str, Any]:
    base = {
        "id": name,
        "question": "问？",
        "lang": "zh",
        "kind": "growth",
        "doc": "yunchuan",
        "answer": "6.2%",
    }
    return {
        **base,
        "figures": [{"value": "6.2", "unit": "%"}],
        "evidence": ["增长6.2%"],
        "answerable": True,
        **fields,
    }


GOLD = [
    item("right"),
    item("wrong figure", distractors=["1.5"]),
    item("false refusal", lang="en"),
    item("right refusal", kind="unanswerable", answerable=False, figures=[], evidence=[], answer="没有"),
    item("made up", kind="unanswerable", answerable=False, figures=[], evidence=[], answer="没有"),
]


def citation(quote: str, shift: int = 0) -> dict[str, Any]:
    start = TEXT.index(quote) + shift
    return {"marker": 1, "report": "yunchuan.txt", "start": start, "end": start + len(quote), "quote": quote}


def answer(
    name: str, text: str, seconds: float, *citations: dict[str, Any], abstained: bool = False
) -> dict[str, Any]:
    return {
        "id": name, "answer": text, "abstained": abstained, "citations": list(citations), "figures": [],
        "hits": [{"report": "yunchuan.txt", "text": TEXT, "score": 1.0}], "stage": "figure",
        "timings_ms": {"total": seconds * 1000}, "usage": {"prompt_tokens": 100, "cached_tokens": 40}, "model": "m",
    }  # fmt: skip


ANSWERS = [
    answer("right", "增长6.2%[1]", 1, citation("增长6.2%")),
    answer("wrong figure", "1.5%[1]", 2, citation("进口下降1.5%", shift=1)),
    answer("false refusal", "资料中没有", 3, abstained=True),
    answer("right refusal", "资料中没有", 4, abstained=True),
    answer("made up", "增长9.9%[1]", 5, citation("增长6.2%")),
]


def scored() -> list[Any]:
    items = [parse_item(record) for record in GOLD]
    return [score(i, a, {"yunchuan.txt": TEXT}) for i, a in zip(items, ANSWERS, strict=True)]


def test_outcomes() -> None:
    assert [s.outcome for s in scored()] == ["right", "wrong", "false refusal", "right refusal", "wrong"]
    assert [s.distractors for s in scored()] == [(), ("1.5",), (), (), ()]


def test_summary_by_hand() -> None:
    numbers = summarise(scored())
    expected = {
        "n": 5, "n_answerable": 3, "n_unanswerable": 2, "accuracy": 2 / 5, "wrong": 2 / 5, "right": 1 / 3,
        "right_refusal": 1 / 2, "false_refusal": 1 / 3, "distractor": 1 / 3, "citations": 3,
        "citation_exact": 2 / 3, "citation_precision": 1 / 2, "evidence_cited": 1 / 2,
        "answers_all_shown": 2 / 3, "refusal_mismatch": 0, "seconds_median": 3.0, "seconds_p95": 5.0,
        "first_token_median": None,
        "prompt_tokens_mean": 100.0, "new_prompt_tokens_mean": 60.0, "completion_tokens_mean": None,
    }  # fmt: skip
    assert numbers == pytest.approx(expected)


def test_scoring_is_pure() -> None:
    assert scored() == scored()


def test_without_texts_exactness_is_unknown() -> None:
    numbers = summarise([score(parse_item(GOLD[0]), ANSWERS[0])])
    assert numbers["citation_exact"] is None
    assert numbers["evidence_cited"] == 1.0


def test_an_empty_group_has_no_rates() -> None:
    assert summarise([])["accuracy"] is None


def write(tmp_path: Path) -> tuple[Path, Path]:
    gold, answers = tmp_path / "gold.jsonl", tmp_path / "answers.jsonl"
    gold.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in GOLD), encoding="utf-8")
    answers.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in ANSWERS), encoding="utf-8")
    return gold, answers


def test_score_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold, answers = write(tmp_path)
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "yunchuan.txt").write_text(TEXT, encoding="utf-8")
    out = tmp_path / "out"
    assert main(["score", str(gold), str(answers), "--reports", str(reports), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "wrong figure  WRONG" in printed
    assert "states distractor 1.5" in printed
    assert "1 of 1 citations not exact" in printed
    numbers = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert numbers["all"]["accuracy"] == pytest.approx(0.4)
    assert numbers["all"]["citation_exact"] == pytest.approx(2 / 3)
    assert numbers["by"]["lang"]["en"]["false_refusal"] == 1.0
    assert len((out / "scores.jsonl").read_text(encoding="utf-8").splitlines()) == 5


def test_score_command_without_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold, _ = write(tmp_path)
    assert main(["score", str(gold), str(tmp_path / "none.jsonl")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_page_is_self_contained_and_escapes(tmp_path: Path) -> None:
    items: list[GoldItem] = [parse_item(record) for record in GOLD]
    answers = {a["id"]: dict(a) for a in ANSWERS}
    answers["wrong figure"]["answer"] = "<img src=x onerror=alert(1)> 1.5%"
    scores = [score(i, answers[i.id], {"yunchuan.txt": TEXT}) for i in items]
    write_outputs(tmp_path, items, answers, scores, {"gold": "<b>"})
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert "http://" not in page and "https://" not in page and "<script" not in page
    assert page.count("<details") == 3
    assert "default-src 'none'" in page


def test_every_breakdown_has_its_intervals(tmp_path: Path) -> None:
    items: list[GoldItem] = [parse_item({**record, "style": "colloquial"}) for record in GOLD]
    answers = {a["id"]: a for a in ANSWERS}
    numbers = write_outputs(tmp_path, items, answers, scored(), {})
    assert set(numbers["by"]) == {"kind", "lang", "style", "report", "stage"}
    growth = numbers["by"]["kind"]["growth"]
    assert growth["n"] == 3 and growth["intervals"]["accuracy"][0] == 0.0
    assert numbers["intervals"]["right_refusal"] == (0.0, 1.0), "one of two"
    assert numbers["by"]["report"] == {"yunchuan": numbers["by"]["report"]["yunchuan"]}
    assert score(items[0], ANSWERS[0]).style == "colloquial"


def test_several_reports_are_a_group_of_their_own() -> None:
    both = {**GOLD[0], "docs": ["a", "b"]}
    assert score(parse_item(both), ANSWERS[0]).report == "several"
    assert score(parse_item({**both, "docs_mode": "any"}), ANSWERS[0]).report == "a"


def test_page_draws_curve_and_losses(tmp_path: Path) -> None:
    items: list[GoldItem] = [parse_item(record) for record in GOLD]
    answers = {a["id"]: {**a, "calls": [{"prompt": "p", "reply": "<草稿>"}]} for a in ANSWERS}
    scores = scored()
    stages = {s.id: Stages(text=True, figures=False, lost="" if s.correct else "figures") for s in scores}
    levels = {"careful": scores, "balanced": scores[:3]}
    numbers = write_outputs(tmp_path, items, answers, scores, {}, stages=stages, curve=levels)
    assert numbers["lost"] == {"figures": 3}
    assert list(numbers["strictness"]) == ["careful", "balanced"]
    assert numbers["strictness"]["balanced"]["wrong"] == pytest.approx(1 / 3)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<polyline") == 4 and "wrong, of all 33.3 %" in page
    assert "Where misses were lost" in page and "figures ✗" in page and "text ✓" in page
    assert "&lt;草稿&gt;" in page
    records = [json.loads(line) for line in (tmp_path / "scores.jsonl").read_text("utf-8").splitlines()]
    assert records[1]["stages"]["lost"] == "figures"


def test_bootstrap_interval() -> None:
    assert bootstrap_interval([1.0]) is None
    assert bootstrap_interval([1.0] * 20) == (1.0, 1.0)
    low, high = bootstrap_interval([1.0, 0.0] * 50) or (0.0, 0.0)
    assert 0.38 < low < 0.42 and 0.58 < high < 0.62  # 0.5 ± 1.96 * 0.05
    assert bootstrap_interval([1.0, 0.0] * 50) == (low, high)


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 0, 1.0), (5, 0, 0.0625), (0, 5, 0.0625), (9, 1, 22 / 1024), (3, 3, 1.0)],
)
def test_mcnemar(better: int, worse: int, p: float) -> None:
    assert mcnemar(better, worse) == pytest.approx(p)


def test_load_gold_is_exported(tmp_path: Path) -> None:
    assert [i.id for i in load_gold(write(tmp_path)[0])] == [r["id"] for r in GOLD]
