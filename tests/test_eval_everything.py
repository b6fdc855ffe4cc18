"""`make eval` end to end over small reports: the real pipeline, with a model that says nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from answer_reports import index_of, qa_over
from scripted_model import ScriptedModel

import eval.run
from eval.dataset import load_gold
from eval.everything import run_all
from eval.run import Ours
from rag.llm import Completion, FirstToken, Message


class SilentModel(ScriptedModel):
    """Never answers, whatever it is asked: only code can."""

    def complete(self, messages: Sequence[Message], **options: Any) -> Completion:
        return Completion("", 10, 0, 0, 1.0)

    def first_token_logprobs(self, messages: Sequence[Message], top: int = 20) -> FirstToken | None:
        return None


def figure(name: str, question: str, answer: str, evidence: str, value: str, unit: str) -> dict[str, Any]:
    return {
        "id": name, "question": question, "kind": "level", "doc": "yunchuan-2023", "answer": answer,
        "figures": [{"value": value, "unit": unit}], "evidence": [evidence],
    }  # fmt: skip


GOLD = [
    figure("trade", "云川市2023年进出口总额是多少亿元？", "518.6亿元", "全年进出口总额518.6亿元", "518.6", "亿元"),
    figure("retail", "云川市2023年社会消费品零售总额是多少亿元？", "1046.5亿元", "零售总额1046.5亿元", "1046.5", "亿元"),
    {"id": "airport", "question": "云川市2023年机场旅客吞吐量是多少？", "kind": "unanswerable", "answerable": False,
     "doc": "yunchuan-2023", "answer": "没有", "absent": ["机场"]},
]  # fmt: skip


def test_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = index_of(tmp_path)
    gold, out = tmp_path / "gold.jsonl", tmp_path / "out"
    gold.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in GOLD), encoding="utf-8")

    def run() -> int:
        return run_all(gold, tmp_path / "reports", Ours(directory, qa_over(directory, SilentModel())), out)

    assert run() == 0
    told = capsys.readouterr().out
    assert "3 good, 0 bad" in told and "planted errors caught: 7 of 7" in told
    now = out / "now"
    summary = json.loads((now / "summary.json").read_text(encoding="utf-8"))
    assert summary["all"]["accuracy"] == 1.0 and summary["about"]["strictness"] == "careful"
    assert list(summary["strictness"]) == ["careful", "balanced", "exploratory"]
    near = json.loads((now / "near-misses" / "summary.json").read_text(encoding="utf-8"))
    assert near["all"]["n"] >= 40 and near["all"]["right_refusal"] == 1.0
    assert len(load_gold(gold)) == 3

    monkeypatch.setattr(eval.run, "code_hash", lambda: "other code")
    assert run() == 0
    told = capsys.readouterr().out
    assert "A: the run before, B: this run" in told and "answers the same, timings aside: 3 of 3" in told
    assert (out / "before" / "report.html").exists()

    bad = [{**GOLD[0], "evidence": ["全年进出口总额518.7亿元"]}, *GOLD[1:]]
    gold.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in bad), encoding="utf-8")
    assert run() == 1
    assert "evidence not in" in capsys.readouterr().out
