"""Running gold questions: resumed, not mixed, scored; with a small pipeline that needs no models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from eval.compare import compare_runs, side_by_side
from eval.dataset import GoldError, GoldItem, parse_item
from eval.everything import begin
from eval.report import write_outputs
from eval.run import answer_all, code_hash, score_with_passages

TEXT = "云川市2023年出口增长6.2%。"


class Reader:
    """Answers with the first sentence of its one text; stops with Ctrl-C when told to."""

    def __init__(self, text: str = TEXT, stop_at: str | None = None) -> None:
        self.text, self.stop_at = text, stop_at
        self.asked: list[str] = []
        self.about: dict[str, Any] = {"pipeline": "reader", "text": text}

    def ask(self, item: GoldItem) -> Mapping[str, Any]:
        if item.id == self.stop_at:
            raise KeyboardInterrupt
        self.asked.append(item.id)
        quote = (item.passages or (self.text,))[0]
        report = "passage-1" if item.passages else "a.txt"
        citation = {"marker": 1, "report": report, "start": 0, "end": len(quote), "quote": quote}
        return {
            "answer": quote + "[1]",
            "abstained": False,
            "citations": [citation],
            "figures": [],
            "hits": [],
        }

    def texts(self) -> tuple[dict[str, str] | None, dict[str, str]]:
        return {"a.txt": self.text}, {}

    def sources(self) -> None:
        return None

    def close(self) -> None:
        pass


def items() -> list[GoldItem]:
    figure = {"figures": [{"value": "6.2", "unit": "%"}], "kind": "growth", "answer": "6.2%"}
    return [
        parse_item({"id": "one", "question": "出口增长？", **figure}),
        parse_item({"id": "two", "question": "出口增长多少？", **figure}),
        parse_item({"id": "three", "question": "增长？", **figure, "passages": ["增长6.2%"]}),
    ]


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        answer_all(items(), Reader(stop_at="two"), tmp_path)
    with (tmp_path / "answers.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "two", "ans')  # torn by a kill
    again = Reader()
    answers = answer_all(items(), again, tmp_path)
    assert again.asked == ["two", "three"]
    assert list(answers) == ["one", "two", "three"]
    lines = (tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["one", "two", "three"]


def test_another_run_is_not_mixed_in(tmp_path: Path) -> None:
    answer_all(items(), Reader(), tmp_path)
    with pytest.raises(GoldError, match="another text"):
        answer_all(items(), Reader("别的"), tmp_path)
    with pytest.raises(GoldError, match="another questions"):
        answer_all(items()[:1], Reader(), tmp_path)


def test_passages_are_the_texts_of_their_own_item(tmp_path: Path) -> None:
    reader = Reader()
    answers = answer_all(items(), reader, tmp_path)
    texts, paths = reader.texts()
    scores = [score_with_passages(item, answers[item.id], texts, paths) for item in items()]
    assert [s.outcome for s in scores] == ["right"] * 3
    assert [s.citations.exact for s in scores] == [1, 1, 1]


def run(folder: Path, text: str) -> Path:
    reader = Reader(text)
    answers = answer_all(items(), reader, folder)
    texts, paths = reader.texts()
    scores = [score_with_passages(item, answers[item.id], texts, paths) for item in items()]
    write_outputs(folder, items(), answers, scores, reader.about)
    return folder


def test_two_runs_are_identical(tmp_path: Path) -> None:
    first, second = run(tmp_path / "a", TEXT), run(tmp_path / "b", TEXT)
    for name in ("answers.jsonl", "scores.jsonl", "summary.json", "report.html"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_compare(tmp_path: Path) -> None:
    worse, better = run(tmp_path / "a", "云川市2023年出口增长6.3%。"), run(tmp_path / "b", TEXT)
    told = compare_runs(worse, better)
    assert "3 questions in both; only in A: 0, only in B: 0" in told
    accuracy = next(line for line in told.splitlines() if line.startswith("accuracy"))
    assert accuracy.split()[1:4] == ["33.3%", "100.0%", "+66.7"]
    assert accuracy.split()[-3:] == ["2", "0", "0.5000"]
    assert "got better (2)\n  one" in told
    assert "got worse (0)" in told
    wrong = next(line for line in told.splitlines() if line.startswith("wrong"))
    assert wrong.split()[-3:-1] == ["2", "0"]
    assert "answers the same, timings aside: 1 of 3" in told  # that from the item's own passage


def test_timings_do_not_make_answers_differ(tmp_path: Path) -> None:
    first, second = run(tmp_path / "a", TEXT), run(tmp_path / "b", TEXT)
    lines = (second / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    slower = [
        {**json.loads(line), "timings_ms": {"total": 9.0}, "usage": {"cached_tokens": 3}} for line in lines
    ]
    faster = [{**json.loads(line), "usage": {"cached_tokens": 0}} for line in lines]
    for folder, answers in ((first, faster), (second, slower)):
        text = "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers)
        (folder / "answers.jsonl").write_text(text, encoding="utf-8")
    assert "answers the same, timings aside: 3 of 3" in compare_runs(first, second)


def test_side_by_side(tmp_path: Path) -> None:
    first, second = run(tmp_path / "a", "云川市2023年出口增长6.3%。"), run(tmp_path / "b", TEXT)
    head, rule, worse, better = side_by_side([first, second]).splitlines()
    assert head.startswith("| pipeline | questions | right | wrong |") and rule.count("---") == 9
    assert worse.startswith("| reader | 3 | 33.3% (0–100) | 66.7% (0–100) | - |")
    assert better.startswith("| reader | 3 | 100.0% (100–100) | 0.0% (0–0) | - | 100.0% |")
    fewer = Reader(TEXT)
    answers = answer_all(items()[:1], fewer, tmp_path / "c")
    scores = [score_with_passages(items()[0], answers["one"], {"a.txt": TEXT}, {})]
    write_outputs(tmp_path / "c", items()[:1], answers, scores, fewer.about)
    with pytest.raises(GoldError, match="different questions"):
        side_by_side([first, tmp_path / "c"])


def test_another_code_makes_the_last_run_the_one_before(tmp_path: Path) -> None:
    old, new = Reader("别的"), Reader()
    now = begin(tmp_path, items(), old)
    answers = answer_all(items(), old, now)
    scores = [score_with_passages(item, answers[item.id], {"a.txt": old.text}, {}) for item in items()]
    write_outputs(now, items(), answers, scores, old.about)
    assert begin(tmp_path, items(), old) == now and (now / "answers.jsonl").exists(), "goes on with its own"
    assert begin(tmp_path, items(), new) == now and not now.exists()
    assert (tmp_path / "before" / "scores.jsonl").exists()
    answer_all(items()[:1], new, now)  # stopped before it was scored: not worth keeping
    begin(tmp_path, items(), old)
    assert not now.exists() and (tmp_path / "before" / "scores.jsonl").exists()


def test_the_code_is_part_of_what_a_run_is() -> None:
    assert code_hash() == code_hash() and len(code_hash()) == 16


def test_compare_needs_scores(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="make it with"):
        compare_runs(tmp_path, tmp_path)
