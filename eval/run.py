"""Answer gold questions with the real pipeline, resumably, then score and report.

The output folder holds run.json (what was run), answers.jsonl (one answer a line, written as they come, with
the language model's prompts and replies as `calls`), scores.jsonl, summary.json and report.html. With
`curve`, the same questions at the other strictnesses lie in strictness-NAME/. A run that was stopped goes on
where it was; one with other gold items or another index is refused rather than mixed.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, cast, get_args

from eval.dataset import GoldError, GoldItem, load_gold
from eval.report import write_outputs
from eval.scoring import Score, score
from eval.stages import ReadFigure, Sources, stages_of
from eval.table import failure_list, summary_table
from rag.settings import Strictness

if TYPE_CHECKING:
    from index.store import ReportIndex
    from rag.explain import RecordingModel
    from rag.qa import ReportQA

STRICTNESSES: Final[tuple[str, ...]] = get_args(Strictness)


class Pipeline(Protocol):
    """What a run needs: answers as JSON, and the texts that citations are checked in."""

    about: dict[str, Any]

    def ask(self, item: GoldItem) -> Mapping[str, Any]:
        """The answer as in `python -m rag ask --json`."""

    def texts(self) -> tuple[dict[str, str] | None, dict[str, str]]:
        """Canonical texts and file paths by report name."""

    def sources(self) -> Sources | None:
        """What it holds of the reports, for stage attribution; None where it can't be looked into."""

    def close(self) -> None:
        """Free what it holds."""


class Ours:
    """The product, through its public interface; opened over `index`, or `qa` where it is open already."""

    def __init__(self, index: Path, qa: ReportQA | None = None) -> None:
        from rag import ReportQA

        self._opened = qa or ReportQA.open(index)
        self._qa, self._recorder = recorded(self._opened)
        opened = self._opened.index
        assert opened is not None, "ReportQA.open(directory) opens an index or raises IndexMissingError"
        self._index = opened
        reports = sorted((report.name, report.sha256) for report in opened.reports())
        self.about: dict[str, Any] = {
            "pipeline": "wenbao",
            "index": str(index),
            "reports": len(reports),
            "content": hashlib.sha256(repr(reports).encode()).hexdigest()[:16],
            "code": code_hash(),
            "strictness": self.strictness,
        }

    @property
    def strictness(self) -> str:
        """careful, balanced or exploratory."""
        return str(self._qa.settings.strictness)

    @contextmanager
    def at(self, strictness: str) -> Iterator[None]:
        """Answer at another strictness, with the same index and models."""
        before = self._qa, self._recorder, self.about
        self._qa, self._recorder = recorded(self._opened, strictness)
        self.about = {**self.about, "strictness": strictness}
        try:
            yield
        finally:
            self._qa, self._recorder, self.about = before

    def ask(self, item: GoldItem) -> Mapping[str, Any]:
        """One answer with the model's calls; a question with passages is answered from those alone."""
        passages = list(item.passages) if item.passages is not None else None
        history = [dict(turn) for turn in item.history]
        self._recorder.taken()
        answer = self._qa.ask(item.question, history=history, passages=passages, id=item.id).to_dict()
        return {**answer, "calls": [call.to_dict() for call in self._recorder.taken()]}

    def sources(self) -> Sources:
        """From the index."""
        return sources_of(self._index)

    def texts(self) -> tuple[dict[str, str] | None, dict[str, str]]:
        """From the index."""
        summaries = self._index.reports()
        return (
            {report.name: self._index.report(report.name).text for report in summaries},
            {report.name: report.path for report in summaries},
        )

    def close(self) -> None:
        """Stop the embedded model server."""
        self._opened.close()


def sources_of(index: ReportIndex) -> Sources:
    """Texts, chunks and figures of every report of an index."""
    reports = index.reports()
    return Sources(
        {report.name: index.report(report.name).text for report in reports},
        {report.name: [chunk.text for chunk in index.chunks_of(report.name)] for report in reports},
        {
            report.name: [
                ReadFigure(figure.start, figure.end, f"{figure.value:f}", figure.unit)
                for figure in index.figures(report=report.name)
            ]
            for report in reports
        },
        {report.name: report.path for report in reports},
    )


def recorded(qa: ReportQA, strictness: str | None = None) -> tuple[ReportQA, RecordingModel]:
    """The same product with its model's calls kept, at another strictness if one is given."""
    from rag import ReportQA, Settings
    from rag.explain import RecordingModel
    from rag.llm import ChatModel

    settings = qa.settings
    if strictness is not None:
        settings = Settings.model_validate({**settings.model_dump(), "strictness": strictness})
    recorder = RecordingModel(qa.model)
    return ReportQA(qa.index, qa.embedder, cast(ChatModel, recorder), settings), recorder


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
    only: Sequence[str] = (),
    sample: int | None = None,
    baseline: Path | None = None,
    curve: bool = False,
) -> int:
    """`python -m eval run`: answer, score, report; exit code 0."""
    items = load_gold(*gold)
    items = [item for item in items if not only or item.id in only][:limit]
    if sample is not None:
        from eval.gate import stratified

        chosen = set(stratified(items, sample))
        items = [item for item in items if item.id in chosen]
        # In an order of chance, the same each time: what a stopped run has answered is a fair sample too.
        random.Random(0).shuffle(items)
    if not items:
        raise GoldError("no item chosen")
    folder = out or Path("data/eval") / "+".join(path.stem for path in gold)
    pipeline: Pipeline
    if baseline is not None:
        from eval.baseline import Stock

        pipeline = Stock(baseline)
    else:
        pipeline = Ours(index or default_index())
    try:
        run_items(items, pipeline, folder, ", ".join(path.name for path in gold), curve=curve)
    finally:
        pipeline.close()
    return 0


def run_items(
    items: Sequence[GoldItem], pipeline: Pipeline, folder: Path, gold_name: str, *, curve: bool = False
) -> list[Score]:
    """Answer, score and report over an open pipeline; the scores."""
    answers = answer_all(items, pipeline, folder)
    texts, paths = pipeline.texts()
    scores = [score_with_passages(item, answers[item.id], texts, paths) for item in items]
    sources = pipeline.sources()
    stages = {
        item.id: stages_of(item, answers[item.id], each, sources)
        for item, each in zip(items, scores, strict=True)
    }
    levels: dict[str, list[Score]] = {}
    if curve and isinstance(pipeline, Ours):
        levels = strictness_curve(items, pipeline, folder, scores)
    about = {
        **pipeline.about,
        "gold": gold_name,
        "model": next((str(a["model"]) for a in answers.values() if a.get("model")), ""),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    write_outputs(folder, items, answers, scores, about, stages=stages, curve=levels)
    print(failure_list({item.id: item for item in items}, answers, scores, stages))
    print()
    print(summary_table(scores))
    print(f"\n{folder / 'report.html'}")
    return scores


def strictness_curve(
    items: Sequence[GoldItem], pipeline: Ours, folder: Path, scores: Sequence[Score]
) -> dict[str, list[Score]]:
    """The scores of the same questions at each strictness, strictest first; `scores` are the run's own."""
    texts, paths = pipeline.texts()
    levels: dict[str, list[Score]] = {}
    for level in STRICTNESSES:
        if level == pipeline.strictness:
            levels[level] = list(scores)
            continue
        with pipeline.at(level):
            print(f"eval: once more, {level}", file=sys.stderr)
            answers = answer_all(items, pipeline, folder / f"strictness-{level}")
        levels[level] = [score_with_passages(item, answers[item.id], texts, paths) for item in items]
    return levels


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
    _claim(folder, identity(items, pipeline))
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


def identity(items: Sequence[GoldItem], pipeline: Pipeline) -> dict[str, Any]:
    """What decides the answers: pipeline, reports, strictness, code, questions. One folder, one identity."""
    questions = json.dumps([item.to_question() for item in items], ensure_ascii=False, sort_keys=True)
    return {**pipeline.about, "questions": hashlib.sha256(questions.encode()).hexdigest()[:16]}


def code_hash() -> str:
    """A hash of the sources and prompts that make answers, so that no run goes on with other code."""
    hashed = hashlib.sha256()
    for package in ("index", "rag", "prompts"):
        folder = Path(str(resources.files(package)))
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".md", ".json", ".tsv"):
                hashed.update(f"{package}/{path.relative_to(folder).as_posix()}\0".encode())
                hashed.update(path.read_bytes())
    return hashed.hexdigest()[:16]


def _claim(folder: Path, wanted: Mapping[str, Any]) -> None:
    path = folder / "run.json"
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        changed = sorted(key for key in {*before, *wanted} if before.get(key) != wanted.get(key))
        if changed and (folder / "answers.jsonl").exists():
            raise GoldError(
                f"{folder} holds a run with another {', '.join(changed)}: "
                "name another --out, or delete it to start anew"
            )
    path.write_text(json.dumps(dict(wanted), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


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
