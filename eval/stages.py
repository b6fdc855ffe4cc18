"""Where a miss was lost: text, chunk, figures, top k, prompt, draft, or the last check.

Each evidence of a gold item is followed through the pipeline. A stage is None where it does not apply: no
figure is asked, the model was not needed, the pipeline gives no insight. `lost` names the first stage that
the evidence did not reach; a miss that passed them all was lost in the last step (`binding` where code
answers alone, `verification` after the model's draft).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

from eval.dataset import GoldFigure, GoldItem
from eval.metrics.citations import allowed_reports
from eval.metrics.figures import figures_found, states
from eval.metrics.keywords import keywords_found
from eval.quantities import Quantity, as_quantity, compact
from eval.scoring import Score

STAGES: Final = ("text", "chunk", "figures", "top k", "prompt", "draft")
LAST: Final = ("binding", "verification", "refusal")  # where what passed every stage is lost


@dataclass(frozen=True, slots=True)
class ReadFigure:
    """A figure as the index holds it: canonical offsets, value and unit as written."""

    start: int
    end: int
    value: str
    unit: str


@dataclass(frozen=True)
class Sources:
    """What a pipeline holds of each report, by name: canonical text, chunk texts, figures; and file paths."""

    texts: Mapping[str, str]
    chunks: Mapping[str, Sequence[str]]
    figures: Mapping[str, Sequence[ReadFigure]]
    paths: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stages:
    """How far the gold evidence came; `lost` is empty for a right answer."""

    text: bool | None = None
    chunk: bool | None = None
    figures: bool | None = None
    top_k: bool | None = None
    prompt: bool | None = None
    draft: bool | None = None
    lost: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def stages_of(item: GoldItem, answer: Mapping[str, Any], scored: Score, sources: Sources | None) -> Stages:
    """Follow the item's evidence; `answer` may carry `calls`, the model's prompts and replies."""
    if not item.answerable:
        return Stages(lost="" if scored.correct else "refusal")
    drafting = _drafting_calls(answer)
    drafts = [str(call["reply"]) for call in drafting]
    drafted = any(_states_all(item, draft) for draft in drafts) if drafts else None
    prompted = (
        _covered(item, [(None, compact(str(call["prompt"]))) for call in drafting]) if drafting else None
    )
    if not drafting and "calls" in answer and not item.figures and not item.accept:
        prompted = False  # a name or a definition comes from the model alone, which was not asked
    ranks = scored.retrieval.ranks if scored.retrieval is not None else ()
    top_k = all(rank is not None for rank in ranks) if ranks else None
    text = chunk = figures = None
    if sources is not None and item.evidence and item.passages is None:
        allowed = allowed_reports(item, sources.paths)
        names = [name for name in sources.texts if allowed is None or name in allowed]
        text = _covered(item, [(name, compact(sources.texts[name])) for name in names])
        chunk = _covered(
            item, [(name, compact(chunk)) for name in names for chunk in sources.chunks.get(name, ())]
        )
        figures = _figures_read(item, names, sources)
    found = (text, chunk, figures, top_k, prompted, drafted)
    return Stages(*found, lost="" if scored.correct else _lost(found))


_NUMBER: Final = re.compile(r"^\s*[\[【(（]?\d{1,2}[\]】)）.、:：]\s*")


def _drafting_calls(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The calls in which the model wrote from passages: not the weighing of tokens, not a translation."""
    hits = "\n".join(compact(str(hit.get("text", ""))) for hit in answer.get("hits", ()))

    def from_passages(prompt: str) -> bool:
        lines = (compact(_NUMBER.sub("", line)) for line in prompt.splitlines())
        return any(len(line) >= 6 and line in hits for line in lines)

    return [
        call
        for call in answer.get("calls", ())
        if "logprobs" not in call and from_passages(str(call["prompt"]))
    ]


def _lost(found: Sequence[bool | None]) -> str:
    reached = dict(zip(STAGES, found, strict=True))
    if reached["figures"] and reached["prompt"] is None:
        # Code binds figures of the asked indicator from outside the hits too: top k decides nothing there.
        reached["top k"] = None
    last = "verification" if reached["draft"] else "binding"
    return next((name for name, passed in reached.items() if passed is False), last)


def lost_counts(stages: Sequence[Stages]) -> dict[str, int]:
    """How many misses were lost at each stage, in the order of the pipeline; stages without any left out."""
    return {name: count for name in (*STAGES, *LAST) if (count := sum(each.lost == name for each in stages))}


def _covered(item: GoldItem, places: Sequence[tuple[str | None, str]]) -> bool:
    """Whether each evidence (with docs_mode "any": one of them) stands whole in some place."""
    found = [any(compact(evidence) in place for _, place in places) for evidence in item.evidence]
    return any(found) if item.docs_mode == "any" else all(found)


def _states_all(item: GoldItem, draft: str) -> bool:
    return all(figures_found(item, draft)) and all(keywords_found(item, draft))


def _figures_read(item: GoldItem, names: Sequence[str], sources: Sources) -> bool | None:
    """Whether the index holds the gold figures (computed ones: their operands) inside the evidence."""
    wanted = item.operands or item.figures
    if not wanted:
        return None
    inside: list[tuple[bool, list[Quantity]]] = []
    for evidence in item.evidence:
        quantities: list[Quantity] = []
        there = False
        for name in names:
            for start, end in spans(sources.texts[name], evidence):
                there = True
                quantities += [
                    quantity
                    for figure in sources.figures.get(name, ())
                    if start <= figure.start < end and (quantity := _quantity(figure)) is not None
                ]
        inside.append((there, quantities))
    read = [quantity for _, quantities in inside for quantity in quantities]
    return all(_is_read(figure, read) for figure in wanted)


def _is_read(figure: GoldFigure, read: Sequence[Quantity]) -> bool:
    return any(states(figure, quantity) for quantity in read)


def _quantity(figure: ReadFigure) -> Quantity | None:
    try:
        return as_quantity(figure.value, figure.unit)
    except ValueError:
        return None


def spans(text: str, evidence: str) -> list[tuple[int, int]]:
    """Where `evidence` stands in `text`, white space and width aside, as offsets of `text`."""
    joined, places = _compact_with_places(text)
    wanted = compact(evidence)
    found: list[tuple[int, int]] = []
    position = joined.find(wanted)
    while wanted and position >= 0:
        found.append((places[position], places[position + len(wanted) - 1] + 1))
        position = joined.find(wanted, position + 1)
    return found


@lru_cache(maxsize=256)
def _compact_with_places(text: str) -> tuple[str, tuple[int, ...]]:
    """The compact form, and for each of its characters the offset in `text`."""
    kept = [(piece, offset) for offset, character in enumerate(text) if (piece := compact(character))]
    return "".join(piece for piece, _ in kept), tuple(offset for _, offset in kept)
