"""Does code stop a wrong draft, and let a right one through? Drafts are written by code and tried, not by a model.

Each goes through what decides after a language model has drafted, with both of the model's judgements yes
(`ReportQA.check_drafts`). A planted draft counts as shown if its wrong figure stands in the answer's own words, in
whatever numerals, a right one as kept if its figure does. A right draft is counted only where the sentence is in the evidence: no
model could write it otherwise.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eval.draft_kinds import FORMS, KINDS, Form, Library, Said, question, right_draft, stated, wrong_drafts
from eval.drafts import is_usable
from eval.intervals import wilson_interval
from eval.quantities import compact, without_markers
from index.figures import figures_in_text
from index.split import sentences
from index.types import Figure
from index.units import is_count, same_family, same_quantity
from index.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from rag import CheckedDrafts
    from rag.qa import ReportQA
    from rag.types import ShownFigure

_MOST_A_QUESTION: Final = 4  # planted drafts
_BOUNDS: Final = ("以内", "以下", "不到", "不超过", "不高于", "低于", "少于")
_AVERAGE: Final = re.compile("年均|平均")
Check = Callable[[str, Sequence[str]], "CheckedDrafts"]


@dataclass
class Tally:
    """Counts by kind, and a line for each draft that went wrong."""

    planted: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    stood_near: Counter[str] = field(default_factory=Counter)  # planted, and in the evidence
    right: Counter[str] = field(default_factory=Counter)  # by form
    kept: Counter[str] = field(default_factory=Counter)
    not_in_evidence: int = 0
    questions: int = 0
    lines: list[str] = field(default_factory=list)

    def table(self) -> str:
        """Markdown: planted drafts by kind, right ones by form."""
        rows = ["| planted | drafts | figure in the evidence | shown |", "|---|---:|---:|---:|"]
        rows += [f"| {k} | {self.planted[k]} | {self.stood_near[k]} | {self.shown[k]} |" for k in KINDS]
        planted, shown = self.planted.total(), self.shown.total()
        rows.append(f"| **all** | {planted} | {self.stood_near.total()} | {shown} |")
        rows += ["", "| right | drafts | kept |", "|---|---:|---:|"]
        rows += [f"| {form} | {self.right[form]} | {self.kept[form]} |" for form in FORMS]
        right, kept = self.right.total(), self.kept.total()
        rows.append(f"| **all** | {right} | {kept} |")
        low, high = wilson_interval(kept, right)
        share = f"{kept / right:.1%} (95 % interval {low:.1%} to {high:.1%})" if right else "none"
        rows += ["", f"{self.questions} questions; right drafts kept: {share}; sentences not among the evidence, "
                     f"so not counted: {self.not_in_evidence}."]  # fmt: skip
        return "\n".join(rows)


def tally(
    figures: Sequence[Figure], texts: dict[str, str], check: Check, *, planted: int, right: int, seed: int = 0
) -> Tally:
    """Try up to `planted` wrong drafts a kind and `right` right ones, round the reports in an order of the seed."""
    chance = random.Random(seed)
    library, counted = Library.of(figures), Tally()
    # Round again, each figure in the next form, for the kinds that few figures allow.
    figures = list(_round_reports(library, texts, chance))
    for number, figure in ((at + turn, one) for turn in range(len(FORMS)) for at, one in enumerate(figures)):
        form = FORMS[number % len(FORMS)]
        asked = question(figure, form)
        if asked is None:
            form = FORMS[number % 4]  # its indicator has no English name
            asked = question(figure, form)
        assert asked is not None
        text = texts[figure.report]
        span = _sentence(text, figure)
        able = [
            s
            for s in wrong_drafts(figure, form, span, text, library, chance)
            if counted.planted[s.kind] < planted
        ]
        tried = sorted(able, key=lambda s: counted.planted[s.kind])[:_MOST_A_QUESTION]
        wants_right = counted.right.total() < right
        if not tried and not wants_right:
            if all(counted.planted[kind] >= planted for kind in KINDS):
                break
            continue
        drafts = [right_draft(figure, form), *tried] if wants_right else tried
        checked = check(asked, [said.draft for said in drafts])
        counted.questions += 1
        evidence = compact("\n".join(checked.evidence))
        here = compact(text[span[0] : span[1]]) in evidence
        for said, answer in zip(drafts, checked.answers, strict=True):
            own = without_markers(answer.text.partition(" — in the report: ")[0])
            shown = "" if answer.abstained else own
            _count(counted, form, asked, figure, said, shown, answer.figures, evidence, here)
    return counted


def _count(
    counted: Tally,
    form: Form,
    asked: str,
    figure: Figure,
    said: Said,
    words: str,
    shown: Sequence[ShownFigure],
    evidence: str,
    here: bool,
) -> None:
    if said.kind == "correct":
        if not here:
            counted.not_in_evidence += 1
            return
        counted.right[form] += 1
        if _says(words, shown, said.figure):
            counted.kept[form] += 1
        else:
            counted.lines.append(f"lost: {asked} | {said.draft} | {words} | {figure.report} {figure.start}")
        return
    counted.planted[said.kind] += 1
    counted.stood_near[said.kind] += _digits(said.figure) in evidence
    if _says(words, shown, said.figure):
        counted.shown[said.kind] += 1
        counted.lines.append(
            f"SHOWN {said.kind}: {asked} | {said.draft} | {words} | right: {stated(figure)} | {figure.report} {figure.start}"
        )


def _says(words: str, shown: Sequence[ShownFigure], figure: str) -> bool:
    """Whether an answer has a figure, as it was written or in other numerals (百分之五点一 for 5.1%)."""
    if compact(figure) in compact(words):
        return True
    wanted = figures_in_text(figure)
    return bool(wanted) and all(
        any(same_quantity(abs(one.value), one.unit, Decimal(str(abs(f.value))), f.unit) for f in shown)
        for one in wanted
    )


def _digits(words: str) -> str:
    number = re.search(r"\d+(?:\.\d+)?", words)
    return number[0] if number else words


def _round_reports(library: Library, texts: Mapping[str, str], chance: random.Random) -> Iterator[Figure]:
    waiting = []
    for name in sorted(library.by_report):
        usable = [figure for figure in library.by_report[name] if _is_usable(figure, texts[name])]
        waiting.append(chance.sample(usable, len(usable)))
    while any(waiting):
        for queue in waiting:
            if queue:
                yield queue.pop()


def _is_usable(figure: Figure, text: str) -> bool:
    """As for questions to confirm, where the figure is a plain answer.

    A column of differences is read as levels; an amount of money was misread as of an indicator counted in
    persons; a bound (3%以内) is no value, and a yearly average not the growth of its year.
    """
    if (
        not is_usable(figure)
        or (figure.measure == "level" and figure.value < 0)
        or figure.qualifier in _BOUNDS
    ):
        return False
    if figure.measure == "growth":
        return not _AVERAGE.search(text[max(0, figure.start - 12) : figure.start])
    indicator = load_vocabulary().get(figure.indicator_id or "")
    units = indicator.units if indicator else ()
    counted = is_count(figure.unit) and any(is_count(unit) for unit in units)
    return counted or not units or any(same_family(figure.unit, unit) for unit in units)


def _sentence(text: str, figure: Figure) -> tuple[int, int]:
    """The sentence, or table row, that the figure stands in."""
    if figure.cell is not None:
        end = text.find("\n", figure.end)
        return text.rfind("\n", 0, figure.start) + 1, len(text) if end < 0 else end
    first = text.rfind("\n", 0, figure.start) + 1
    end = text.find("\n", figure.end)
    return next(
        (s for s in sentences(text, first, len(text) if end < 0 else end) if s[0] <= figure.start < s[1]),
        (figure.start, figure.end),
    )


def check_drafts(qa: ReportQA, *, planted: int, right: int, seed: int = 0) -> Tally:
    """`tally` over the reports of an open index."""
    assert qa.index is not None
    names = [report.name for report in qa.index.reports()]
    figures = [figure for name in names for figure in qa.index.figures(report=name)]
    texts = {name: qa.index.report(name).text for name in names}
    return tally(figures, texts, qa.check_drafts, planted=planted, right=right, seed=seed)


def run_planted_drafts(index: Path, planted: int, right: int, seed: int) -> int:
    """`python -m eval drafts-check`: the tables; exit code 1 if a planted draft was shown."""
    from rag import ReportQA

    qa = ReportQA.open(index)
    try:
        counted = check_drafts(qa, planted=planted, right=right, seed=seed)
    finally:
        qa.close()
    print("\n".join(counted.lines), file=sys.stderr)
    print(counted.table())
    return 1 if counted.shown.total() else 0
