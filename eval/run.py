"""Answer gold questions with the real pipeline, resumably, then score and report.

The output folder holds run.json (what was run), answers.jsonl (one answer a line, written as they come),
scores.jsonl, summary.json and report.html. A run that was stopped goes on where it was; one with other
gold items or another index is refused rather than mixed.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from eval.dataset import GoldError, GoldItem, load_gold
from eval.report import write_outputs
from eval.scoring import Score, score
from eval.table import failure_list, summary_table

Ask = Callable[[GoldItem], Mapping[str, Any]]


class Pipeline(Protocol):
    """What a run needs: answers as JSON, and the texts that citations are checked in."""

    about: dict[str, Any]

    def ask(self, item: GoldItem) -> Mapping[str, Any]:
        """The answer as in `python -m rag ask --json`."""

    def texts(self) -> tuple[dict[str, str] | None, dict[str, str]]:
        """Canonical texts and file paths by report name."""


class Ours:
    """The product, through its public interface."""

    def __init__(self, index: Path) -> None:
        from rag import ReportQA

        self._qa = ReportQA.open(index)
        opened = self._qa.index
        assert opened is not None, "ReportQA.open(directory) opens an index or raises IndexMissingError"
        self._index = opened
        reports = sorted((report.name, report.sha256) for report in opened.reports())
        self.about: dict[str, Any] = {
            "pipeline": "wenbao",
            "index": str(index),
            "reports": len(reports),
            "content": hashlib.sha256(repr(reports).encode()).hexdigest()[:16],
        }

    def ask(self, item: GoldItem) -> Mapping[str, Any]:
        """One answer; a question with passages is answered from those alone."""
        passages = list(item.passages) if item.passages is not None else None
        history = [dict(turn) for turn in item.history]
        return self._qa.ask(item.question, history=history, passages=passages, id=item.id).to_dict()

    def texts(self) -> tuple[dict[str, str] | None, dict[str, str]]:
        """From the index."""
        summaries = self._index.reports()
        return (
            {report.name: self._index.report(report.name).text for report in summaries},
            {report.name: report.path for report in summaries},
        )

    def close(self) -> None:
        """Stop the embedded model server."""
        self._qa.close()


def default_index() -> Path:
    """`WENBAO_INDEX`, else data/index."""
    return Path(os.environ.get("WENBAO_INDEX") or "data/index")


def index_texts(index: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Canonical texts and paths by report name, read from an index."""
    texts, paths = Ours(index).texts()
    return texts or {}, paths


def run_gold(
    gold: Sequence[Path],
    index: Path | None,
    out: Path | None,
    *,
    limit: int | None = None,
    baseline: Path | None = None,
) -> int:
    """`python -m eval run`: answer, score, report; exit code 0."""
    items = load_gold(*gold)[:limit]
    folder = out or Path("data/eval") / "+".join(path.stem for path in gold)
    pipeline: Pipeline
    if baseline is not None:
        from eval.baseline import Stock

        pipeline = Stock(baseline)
    else:
        pipeline = Ours(index or default_index())
    answers = answer_all(items, pipeline, folder)
    texts, paths = pipeline.texts()
    scores = [score_with_passages(item, answers[item.id], texts, paths) for item in items]
    about = {
        **pipeline.about,
        "gold": ", ".join(path.name for path in gold),
        "model": next((str(a["model"]) for a in answers.values() if a.get("model")), ""),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    write_outputs(folder, items, answers, scores, about)
    print(failure_list({item.id: item for item in items}, answers, scores))
    print()
    print(summary_table(scores))
    print(f"\n{folder / 'report.html'}")
    return 0


def score_with_passages(
    item: GoldItem, answer: Mapping[str, Any], texts: dict[str, str] | None, paths: dict[str, str]
) -> Score:
    """`score`, with the texts of the item's own passages where it has some."""
    if item.passages is None:
        return score(item, answer, texts, paths)
    own = {f"passage-{number}": text for number, text in enumerate(item.passages, 1)}
    return score(item, answer, own, dict.fromkeys(own, ""))


def answer_all(items: Sequence[GoldItem], pipeline: Pipeline, folder: Path) -> dict[str, dict[str, Any]]:
    """The answers by id; asks only what answers.jsonl doesn't hold yet."""
    folder.mkdir(parents=True, exist_ok=True)
    questions = json.dumps([item.to_question() for item in items], ensure_ascii=False, sort_keys=True)
    identity = {**pipeline.about, "questions": hashlib.sha256(questions.encode()).hexdigest()[:16]}
    _claim(folder, identity)
    path = folder / "answers.jsonl"
    answers = _read_whole_lines(path)
    began, asked = time.monotonic(), 0
    waiting = [item for item in items if item.id not in answers]
    if len(waiting) < len(items):
        print(f"eval: {len(items) - len(waiting)} of {len(items)} answered before", file=sys.stderr)
    with path.open("a", encoding="utf-8") as file:
        for item in waiting:
            answer = dict(pipeline.ask(item))
            answer["id"] = item.id
            file.write(json.dumps(answer, ensure_ascii=False) + "\n")
            file.flush()
            answers[item.id] = answer
            asked += 1
            left = (time.monotonic() - began) / asked * (len(waiting) - asked)
            print(
                f"\reval: {asked}/{len(waiting)}, about {left:.0f} s left ",
                end="",
                file=sys.stderr,
                flush=True,
            )
    if waiting:
        print(file=sys.stderr)
    return answers


def _claim(folder: Path, identity: Mapping[str, Any]) -> None:
    path = folder / "run.json"
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        changed = sorted(key for key in {*before, *identity} if before.get(key) != identity.get(key))
        if changed and (folder / "answers.jsonl").exists():
            raise GoldError(
                f"{folder} holds a run with another {', '.join(changed)}: "
                "name another --out, or delete it to start anew"
            )
    path.write_text(json.dumps(dict(identity), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _read_whole_lines(path: Path) -> dict[str, dict[str, Any]]:
    """The answers so far; a last line torn by a kill is cut off."""
    if not path.exists():
        return {}
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        path.write_bytes(whole)
    answers = [json.loads(line) for line in whole.decode("utf-8").splitlines() if line.strip()]
    return {str(answer["id"]): answer for answer in answers}
