"""Where a citation stands: its figures, and the text around it, for a reader to check by eye.

Everything is in canonical offsets and carries plain text; whoever shows it must escape it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from index.types import Block, Figure, Report

Span = tuple[int, int]
Kind = Literal["plain", "passage", "figure"]

WINDOW_CHARACTERS = 1500  # of surroundings on each side of a passage
_NUMBER = re.compile(r"[^\d百千万亿]*([\d.,，·百千万亿一二三四五六七八九十点分之]+)")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text of one kind: the figure asked for, the rest of the cited passage, or neither."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class SourceBlock:
    """A heading, paragraph or table row; a row has one tuple of segments a cell, the others just one."""

    kind: Literal["heading", "paragraph", "row"]
    cells: tuple[tuple[Segment, ...], ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The part `start:end` of a report's text; `earlier` and `later` tell whether there is more."""

    blocks: tuple[SourceBlock, ...]
    start: int
    end: int
    earlier: bool
    later: bool


def figure_spans(
    citation: Mapping[str, Any], shown: Iterable[Mapping[str, Any]], known: Iterable[Figure]
) -> tuple[Span, ...]:
    """Canonical spans of the figures of an answer that one of its citations carries.

    `citation` and `shown` are as in the answer's JSON; `known` are the figures read out of the report. A
    shown figure that no known one equals is looked for by its digits.
    """
    start, end, quote = int(citation["start"]), int(citation["end"]), str(citation["quote"])
    inside = [figure for figure in known if start <= figure.start and figure.end <= end]
    spans: set[Span] = set()
    for said in shown:
        if said.get("citation") != citation["marker"]:
            continue
        same = [
            figure
            for figure in inside
            if figure.unit == said["unit"]
            and abs(abs(float(figure.value)) - abs(float(said["value"]))) < 1e-9
        ]
        if same:
            spans.update((figure.start, figure.end) for figure in same)
        elif number := _NUMBER.match(str(said["text"])):
            found = re.search(rf"(?<![\d.]){re.escape(number[1])}(?!\d|\.\d)", quote)
            spans.update([(start + found.start(), start + found.end())] if found else [])
    return tuple(sorted(spans))


def surroundings(
    report: Report, passage: Span, figures: Sequence[Span] = (), *, around: int | None = None
) -> Surroundings:
    """The blocks near the canonical offset `around` (default: the passage), the passage marked in them."""
    middle = passage if around is None else (around, around + 1)
    blocks = report.blocks or (Block("paragraph", 0, len(report.text)),)
    near = [
        block
        for block in blocks
        if block.end > middle[0] - WINDOW_CHARACTERS and block.start < middle[1] + WINDOW_CHARACTERS
    ] or [blocks[-1]]
    return Surroundings(
        tuple(_source_block(report, block, passage, figures) for block in near),
        near[0].start, near[-1].end, near[0] is not blocks[0], near[-1] is not blocks[-1],
    )  # fmt: skip


def _source_block(report: Report, block: Block, passage: Span, figures: Sequence[Span]) -> SourceBlock:
    cells = _cells(report.text, block) if block.kind == "row" else [(block.start, block.end)]
    return SourceBlock(
        block.kind, tuple(tuple(segments(report.text, cell, passage, figures)) for cell in cells)
    )


def _cells(text: str, block: Block) -> Iterator[Span]:
    """A row's cells are parted by tabs."""
    start = block.start
    for cell in text[block.start : block.end].split("\t"):
        yield start, start + len(cell)
        start += len(cell) + 1


def segments(text: str, span: Span, passage: Span, figures: Sequence[Span]) -> Iterator[Segment]:
    """`text[start:end]` of `span` cut where the kind changes; joined again they are that text."""
    start, end = span
    edges = {start, end, *passage, *(edge for figure in figures for edge in figure)}
    cuts = sorted(edge for edge in edges if start <= edge <= end)
    for left, right in pairwise(cuts):
        kind: Kind = "plain"
        if any(figure[0] <= left and right <= figure[1] for figure in figures):
            kind = "figure"
        elif passage[0] <= left and right <= passage[1]:
            kind = "passage"
        yield Segment(text[left:right], kind)
