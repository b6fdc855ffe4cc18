"""A user's own gold set: questions drafted from the figures of their indexed reports, for them to confirm.

Code reads the figures, so code may have read one wrongly: each draft shows the sentence it came from, and
only what a person confirms is kept. A draft is offered only if it passes `check`. The order is fixed by the
seed, and goes round the reports, so that few drafts already cover all of them.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

from eval.check import check_item
from eval.dataset import GoldError, load_gold, parse_item
from eval.quantities import fold_width
from index.periods import Period
from index.types import Figure
from index.vocabulary import Indicator, load_vocabulary

_KINDS: Final = {"level": "level", "rate": "level", "growth": "growth"}
_MOST_DISTRACTORS: Final = 4
_LONGEST_QUOTE: Final = 160  # characters; a longer sentence is cut to the clause

Reports = Mapping[str, str]  # canonical texts by name
Figures = Mapping[str, Sequence[Figure]]


def drafts(texts: Reports, figures: Figures, *, lang: str = "zh", seed: int = 0) -> Iterator[dict[str, Any]]:
    """Gold records, each checked against the texts, round the reports; no question twice."""
    chance = random.Random(seed)
    waiting: list[list[Figure]] = []
    for name in sorted(figures):
        usable = [figure for figure in figures[name] if is_usable(figure)]
        waiting.append(chance.sample(usable, len(usable)))
    seen: set[str] = set()
    while any(waiting):
        for queue in waiting:
            while queue:
                figure = queue.pop()
                record = draft(figure, texts[figure.report], figures[figure.report], lang)
                if record is None or record["question"] in seen:
                    continue
                if check_item(parse_item(record), texts):
                    continue
                seen.add(record["question"])
                yield record
                break


def is_usable(figure: Figure) -> bool:
    """Whether enough was read to ask for it: indicator, period, region, unit; no range, no comparison."""
    whole = figure.indicator_id and figure.period and figure.region and figure.unit
    return bool(whole) and figure.measure in _KINDS and not figure.range_text and not figure.reference


def draft(figure: Figure, text: str, others: Sequence[Figure], lang: str) -> dict[str, Any] | None:
    """The gold record that asks for a figure; None where its indicator has no name in that language."""
    indicator = load_vocabulary().get(figure.indicator_id or "")
    if indicator is None or (lang == "en" and not indicator.english):
        return None
    number = re.search(r"\d[\d,]*(?:\.\d+)?", fold_width(figure.text))
    value = number.group().replace(",", "") if number else f"{abs(figure.value):f}"
    stated = f"{value}{figure.unit}"
    falls = figure.measure == "growth" and figure.value < 0
    gold = {"value": value, "unit": figure.unit}
    if figure.qualifier:
        gold["qualifier"] = figure.qualifier
    return {
        "id": f"{Path(figure.report).stem}-{figure.start}",
        "question": _question(figure, indicator, lang),
        "lang": lang,
        "kind": "target-vs-actual" if figure.status == "target" else _KINDS[figure.measure],
        "doc": figure.report,
        "answer": f"{'down ' if lang == 'en' else '下降'}{stated}" if falls else stated,
        "figures": [gold],
        "evidence": [quote_around(text, figure)],
        "answerable": True,
        "distractors": _distractors(figure, value, others),
        "note": "drafted by code from the figure that the index holds",
    }


def _question(figure: Figure, indicator: Indicator, lang: str) -> str:
    assert figure.period is not None
    period, region = Period.parse(figure.period).label(lang), figure.region
    target = figure.status == "target"
    if lang == "en":
        name = indicator.english[0]
        growth = "growth of " if figure.measure == "growth" else ""
        what = f"target for the {growth}{name}" if target else f"{growth}{name}"
        return f"What was the {what} of {region} in {period}?"
    basis = figure.basis if figure.basis in ("环比", "同比") else ""
    asked = f"的{basis}增速" if figure.measure == "growth" else ""
    return f"{region}{period}{figure.indicator}{asked}{'的目标' if target else ''}是多少？"


def _distractors(figure: Figure, value: str, others: Sequence[Figure]) -> list[str]:
    """Values of the same indicator and unit that are not asked for: other periods, regions, months."""
    near = [
        f"{abs(other.value):f}"
        for other in others
        if other.indicator_id == figure.indicator_id
        and other.unit == figure.unit
        and other.start != figure.start
    ]
    return [other for other in dict.fromkeys(near) if float(other) != float(value)][:_MOST_DISTRACTORS]


def quote_around(text: str, figure: Figure) -> str:
    """The sentence or table row of the figure, or the clause where that is too long."""
    for separators in ("\n。！？", "\n。！？；", "\n。！？；，"):
        start = max((text.rfind(mark, 0, figure.start) for mark in separators), default=-1) + 1
        ends = [found for mark in separators if (found := text.find(mark, figure.end)) >= 0]
        quote = text[start : min(ends, default=len(text))].strip()
        if len(quote) <= _LONGEST_QUOTE:
            return quote
    return quote


def confirm(
    offered: Iterator[Mapping[str, Any]],
    out: Path,
    count: int,
    *,
    ask: Callable[[str], str] = input,
    show: Callable[[str], None] = print,
) -> int:
    """Show drafts until `count` are kept in `out` (what it holds already counts); how many it holds.

    y keeps the draft, e keeps it with another wording, n drops it, q ends; so does the end of input.
    """
    kept = {item.id for item in load_gold(out)} if out.exists() else set()
    with out.open("a", encoding="utf-8") as file:
        for record in offered:
            if len(kept) >= count:
                break
            if record["id"] in kept:
                continue
            show(f"\n[{len(kept)}/{count}] {record['question']}\n    {record['answer']}")
            show(f"    {record['doc']}: {record['evidence'][0]}")
            choice = _choice(ask, "    keep? 保留吗？ [y]es [n]o [e]dit [q]uit ")
            if choice == "q":
                break
            if choice == "e":
                wording = _choice(ask, "    question: ", raw=True)
                record = {**record, "question": wording or record["question"]}
            if choice in ("y", "e"):
                _write(file, {**record, "note": "drafted by code, confirmed by a person"})
                kept.add(str(record["id"]))
    return len(kept)


def _choice(ask: Callable[[str], str], prompt: str, *, raw: bool = False) -> str:
    try:
        answer = ask(prompt).strip()
    except EOFError:
        return "" if raw else "q"
    return answer if raw else answer.lower()[:1]


def _write(file: TextIO, record: Mapping[str, Any]) -> None:
    file.write(json.dumps(dict(record), ensure_ascii=False) + "\n")
    file.flush()


def run_drafts(index: Path, out: Path | None, count: int, *, lang: str, seed: int) -> int:
    """`python -m eval new`: confirm drafts into `out`, or without it print them as JSON lines."""
    from index.stores import open_index

    opened = open_index(index)
    names = [report.name for report in opened.reports()]
    if not names:
        raise GoldError(f"no report in {index}: add some with `python -m rag index`")
    texts = {name: opened.report(name).text for name in names}
    offered = drafts(texts, {name: opened.figures(report=name) for name in names}, lang=lang, seed=seed)
    if out is None:
        for _, record in zip(range(count), offered, strict=False):
            print(json.dumps(record, ensure_ascii=False))
        return 0
    held = confirm(offered, out, count)
    print(f"\n{out}: {held} questions. Next:\n  python -m eval run {out} --index {index}")
    return 0
