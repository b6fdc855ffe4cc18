"""Gold items: one JSON object a line, read strictly, and the finding of the reports they name.

    {"id": "q1", "question": "…", "lang": "zh", "kind": "growth", "doc": "yunchuan-2023", "answer": "6.2%",
     "figures": [{"value": "6.2", "unit": "%", "qualifier": "约", "alt": [{"value": "…", "unit": "…"}]}],
     "evidence": ["exact clause of the report"], "answerable": true}

Optional: docs, docs_mode ("all" or "any"), distractors, keywords (regular expressions, all must match),
accept (any of these figures is enough), operands and calc, absent and absent_docs (an unanswerable item's
proof), turn1 (one turn of history), resolved_question, style (how it is worded: formal, colloquial, keywords,
typo), near, note, turn, source. A missing id is the line number. docs/evaluation.md explains each field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from eval.quantities import Quantity, as_quantity

KINDS: Final = (
    "level", "growth", "share", "count", "comparison", "respectively", "period",
    "target-vs-actual", "computed", "multi-doc", "definition", "entity", "unanswerable", "table", "list",
    "explanation", "dialogue", "rank",
)  # fmt: skip
_KNOWN: Final = frozenset((
    "id", "question", "lang", "kind", "doc", "docs", "docs_mode", "answer", "figures", "evidence",
    "answerable", "distractors", "keywords", "accept", "operands", "calc", "absent", "absent_docs",
    "turn1", "history", "resolved_question", "near", "note", "turn", "source", "style", "passages",
))  # fmt: skip


class GoldError(ValueError):
    """A gold file breaks the format; the message names file, line and field."""


@dataclass(frozen=True, slots=True)
class GoldFigure:
    """A figure the answer must state: its writing, and the readings that count as it."""

    text: str
    unit: str
    quantities: tuple[Quantity, ...]  # value with unit first, then each `alt`
    qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class GoldItem:
    """One question with what a right answer must hold. See the module's text for the fields."""

    id: str
    question: str
    lang: str
    kind: str
    answer: str
    answerable: bool
    docs: tuple[str, ...] = ()
    docs_mode: str = "all"
    figures: tuple[GoldFigure, ...] = ()
    accept: tuple[GoldFigure, ...] = ()
    operands: tuple[GoldFigure, ...] = ()
    calc: str | None = None
    evidence: tuple[str, ...] = ()
    distractors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    absent_docs: str | None = None
    history: tuple[Mapping[str, str], ...] = ()
    passages: tuple[str, ...] | None = None
    resolved_question: str | None = None
    style: str = ""
    line: int = 0
    raw: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)

    def to_question(self) -> dict[str, Any]:
        """The line that `python -m rag batch` takes: nothing of the gold answer in it."""
        line: dict[str, Any] = {"id": self.id, "question": self.question}
        if self.history:
            line["history"] = [dict(turn) for turn in self.history]
        if self.passages is not None:
            line["passages"] = list(self.passages)
        return line


def load_gold(*paths: Path) -> list[GoldItem]:
    """The items of one or several gold files, in order; raises GoldError at the first bad line."""
    items: list[GoldItem] = []
    seen: set[str] = set()
    for path in paths:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                item = parse_item(record, line=number)
            except (ValueError, TypeError, KeyError) as error:
                raise GoldError(f"{path}:{number}: {error}") from error
            if item.id in seen:
                raise GoldError(f"{path}:{number}: id {item.id!r} is there twice")
            seen.add(item.id)
            items.append(item)
    return items


def parse_item(record: Mapping[str, Any], *, line: int = 0) -> GoldItem:
    """One gold record checked field by field; raises ValueError naming the field."""
    if not isinstance(record, Mapping):
        raise ValueError("not a JSON object")
    unknown = set(record) - _KNOWN
    if unknown:
        raise ValueError(f"unknown field {', '.join(sorted(unknown))}")
    question = _text(record, "question")
    if not question.strip():
        raise ValueError("question is empty")
    lang = record.get("lang") or ("zh" if re.search(r"[\u4e00-\u9fff]", question) else "en")
    if lang not in ("zh", "en"):
        raise ValueError(f"lang {lang!r} is neither zh nor en")
    kind = record.get("kind", "level")
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    answerable = record.get("answerable", kind != "unanswerable")
    if not isinstance(answerable, bool):
        raise ValueError("answerable is not true or false")
    if (kind == "unanswerable") == answerable:
        raise ValueError(f"kind {kind} with answerable {answerable}")
    docs_mode = record.get("docs_mode", "all")
    if docs_mode not in ("all", "any"):
        raise ValueError(f"docs_mode {docs_mode!r} is neither all nor any")
    docs = _texts(record, "docs") or (() if not record.get("doc") else (_text(record, "doc"),))
    figures = tuple(_figure(f) for f in record.get("figures", ()))
    unit = figures[0].unit if figures else "%"
    accept = tuple(
        _figure(f if isinstance(f, Mapping) else {"value": f, "unit": unit}) for f in record.get("accept", ())
    )
    keywords = _texts(record, "keywords")
    for pattern in keywords + _texts(record, "absent"):
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    if answerable and not (figures or keywords or accept):
        raise ValueError("answerable, but has neither figures nor keywords nor accept")
    history = tuple(record.get("history", ())) or ((record["turn1"],) if record.get("turn1") else ())
    turns = tuple({"question": _text(turn, "question"), "answer": _text(turn, "answer")} for turn in history)
    return GoldItem(
        id=str(record.get("id", line)),
        question=question,
        lang=lang,
        kind=kind,
        answer=str(record.get("answer", "")),
        answerable=answerable,
        docs=docs,
        docs_mode=docs_mode,
        figures=figures,
        accept=accept,
        operands=tuple(_figure(f) for f in record.get("operands", ())),
        calc=record.get("calc"),
        evidence=_texts(record, "evidence"),
        distractors=_texts(record, "distractors"),
        keywords=keywords,
        absent=_texts(record, "absent"),
        absent_docs=record.get("absent_docs"),
        history=turns,
        passages=_texts(record, "passages") if "passages" in record else None,
        resolved_question=record.get("resolved_question"),
        style=str(record.get("style", "")),
        line=line,
        raw=dict(record),
    )


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is missing or no text")
    return value


def _texts(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = record.get(name) or ()
    if (
        isinstance(value, str)
        or not isinstance(value, Sequence)
        or not all(isinstance(v, str) and v for v in value)
    ):
        raise ValueError(f"{name} is no list of texts")
    return tuple(value)


def _figure(record: Mapping[str, Any]) -> GoldFigure:
    if not isinstance(record, Mapping):
        raise ValueError("a figure is no object with value and unit")
    value, unit = str(record.get("value", "")), str(record.get("unit", ""))
    readings = [as_quantity(value, unit)]
    for other in record.get("alt", ()):
        readings.append(as_quantity(str(other["value"]), str(other.get("unit", ""))))
    return GoldFigure(f"{value}{unit}", unit, tuple(readings), record.get("qualifier"))


# ---------------------------------------------------------------- which report a doc id means


def resolve_doc(doc: str, reports: Iterable[str]) -> str | None:
    """The report (name or path) that the gold id `doc` means, or None if none or several could be.

    In this order: the file name or stem is the id; the only file in a folder of that name; the one whose
    stem starts with the id; the one whose stem contains it.
    """
    known = [(report, Path(report)) for report in reports]
    tests = (
        lambda path: doc in (path.name, path.stem, str(path)),
        lambda path: path.parent.name == doc,
        lambda path: path.stem.startswith(doc),
        lambda path: doc in path.stem,
    )
    for test in tests:
        matches = [report for report, path in known if test(path)]
        if matches:
            return matches[0] if len(matches) == 1 else None
    return None


def select_docs(expression: str, reports: Iterable[str]) -> list[str]:
    """The reports that `absent_docs` names: ids separated by commas, or a series such as `gwr>=1979`.

    A series `name>=N` (or <=, =) takes each report whose stem is `name-` and a number that fits.
    """
    names = list(reports)
    chosen: list[str] = []
    for part in (p.strip() for p in expression.split(",")):
        series = re.fullmatch(r"(?P<name>.+?)(?P<sign>>=|<=|=)(?P<year>\d+)", part)
        if series is None:
            found = resolve_doc(part, names)
            chosen += [found] if found else []
            continue
        for name in names:
            numbered = re.fullmatch(rf"{re.escape(series['name'])}-(\d+)", Path(name).stem)
            if numbered is None:
                continue
            year, bound = int(numbered[1]), int(series["year"])
            fits = {">=": year >= bound, "<=": year <= bound, "=": year == bound}[series["sign"]]
            chosen += [name] if fits else []
    return chosen
