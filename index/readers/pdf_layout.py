"""From glyphs with boxes to lines in reading order: bands, segments, columns.

Coordinates are PDF points with the origin bottom left, turned so that text runs to the right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.readers.pdf_columns import Box, Glyph, Segment, find_gutter, over_columns, part_at

_SEGMENT_GAP = 1.0  # in font sizes: wider gaps may part columns
_COLUMN_GAP = 0.75  # in font sizes: wider gaps in a line are kept as two spaces
_PITCH = 0.3  # of the gaps between lines are at most the gap within a paragraph
_WORD_GAP = 0.22  # in font sizes: wider gaps part words in Latin text
_HEADING_PITCH = 1.8  # in font sizes: lines of one heading stand no further apart
_SLACK = 3.2  # in font sizes: what rules about punctuation at line ends, and ragged edges, may leave
_UNIT = r"[（《〈「『【〔(“‘]*(?:[A-Za-z0-9.,%‰+\-–/:]+|.)[，。、；：！？》〉）”’」』】〕…%]*"
_UNBREAKABLE = re.compile(
    rf"{_UNIT}(?:(?:(?<=[”’])|(?=[“‘])){_UNIT})*"
)  # programs do not part text at “ and ”
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef“”‘’—…·]")


@dataclass(slots=True)
class Line:
    """A line of one column."""

    text: str
    box: Box
    size: float
    indent: float = 0.0  # in font sizes, from the left edge of its column
    new_block: bool = False  # the first of a column, or after a wide vertical gap
    heading: int = 0
    begins: bool = False  # certainly a paragraph: its first word would have fitted on the line before


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """Lines in reading order; columns are read one after the other."""
    bands = [_segments(band) for band in _bands(list(glyphs))]
    return _columns([segment for band in bands for segment in band], 0)


def band_texts(glyphs: Iterable[Glyph]) -> list[str]:
    """The lines of a table cell, from top to bottom."""
    return ["".join(_join(segment.glyphs) for segment in _segments(band)) for band in _bands(list(glyphs))]


def _bands(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Glyphs on a common line, from the top down, each from left to right, without false bold."""
    bands: list[list[Glyph]] = []
    middle = size = 0.0
    for glyph in sorted(glyphs, key=lambda glyph: -glyph.middle):
        if bands and abs(glyph.middle - middle) <= 0.45 * max(size, glyph.size):
            bands[-1].append(glyph)
            if glyph.size > size:
                middle, size = glyph.middle, glyph.size
        else:
            bands.append([glyph])
            middle, size = glyph.middle, glyph.size
    return [_without_doubles(sorted(band, key=lambda glyph: glyph.left)) for band in bands]


def _without_doubles(band: list[Glyph]) -> list[Glyph]:
    """A glyph drawn again almost on itself is false bold, not text."""
    kept: list[Glyph] = []
    for glyph in band:
        double = any(
            other.text == glyph.text
            and abs(other.left - glyph.left) < 0.15 * glyph.size
            and abs(other.middle - glyph.middle) < 0.15 * glyph.size
            for other in kept[-3:]
        )
        if not double:
            kept.append(glyph)
    return kept


def _segments(band: list[Glyph]) -> list[Segment]:
    """Runs of a band without a gap wide enough to part columns."""
    runs: list[list[Glyph]] = []
    for glyph in band:
        if runs and glyph.left - runs[-1][-1].right <= _SEGMENT_GAP * max(glyph.size, runs[-1][-1].size):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    runs = [part for run in runs for part in _lines_within(run)]
    return [Segment.of(run) for run in runs]


def _lines_within(run: list[Glyph]) -> list[list[Glyph]]:
    """The run itself, or its lines where a large heading beside it made one band of two lines."""
    middles = [glyph.middle for glyph in run]
    if max(middles) - min(middles) <= 0.6 * median(glyph.size for glyph in run):
        return [run]
    return _bands(run)


def _join(glyphs: Sequence[Glyph]) -> str:
    parts: list[str] = []
    before: Glyph | None = None
    for glyph in glyphs:
        if before is not None:
            gap = glyph.left - before.right
            size = max(glyph.size, before.size)
            latin = not _WIDE.match(glyph.text) and not _WIDE.match(before.text)
            if gap > _COLUMN_GAP * size or (glyph.spaces > 1 and gap > 0.5 * size):
                parts.append("  ")
            elif glyph.spaces or (latin and gap > _WORD_GAP * size):
                parts.append(" ")
        parts.append(glyph.text)
        before = glyph
    return "".join(parts)


# ---------------------------------------------------------------- columns


def _columns(segments: list[Segment], depth: int) -> list[Line]:
    """Cut at the clearest gutter into zones of columns and of full-width lines, then read."""
    gutter = find_gutter(segments) if depth < 4 else None
    if gutter is None:
        return _single_column(segments)
    segments = part_at(gutter, segments)
    lines: list[Line] = []
    zone: list[Segment] = []

    def read_zone() -> None:
        left = [segment for segment in zone if segment.left + segment.right <= 2 * gutter]
        right = [segment for segment in zone if segment.left + segment.right > 2 * gutter]
        lines.extend(_columns(left, depth + 1))
        lines.extend(_columns(right, depth + 1))
        zone.clear()

    over = over_columns(segments)
    full: list[Segment] = []
    for segment in sorted(segments, key=lambda segment: (-segment.middle, segment.left)):
        # A line may hang over its column's edge by a comma; one that crosses goes on beyond it.
        crosses = segment.left < gutter - segment.size and segment.right > gutter + segment.size
        beside = full and abs(segment.middle - full[-1].middle) < 0.45 * segment.size
        if crosses or id(segment) in over or (beside and not zone):
            if zone:
                read_zone()
            full.append(segment)
        else:
            if full:
                lines.extend(_single_column(full))
                full = []
            zone.append(segment)
    lines.extend(_single_column(full))
    read_zone()
    return lines


def _single_column(segments: list[Segment]) -> list[Line]:
    """Lines from the top down; indents and wide gaps are noted."""
    if not segments:
        return []
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda segment: -segment.middle):
        if rows and abs(segment.middle - rows[-1][0].middle) < 0.45 * max(segment.size, rows[-1][0].size):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    lines: list[Line] = []
    for row in rows:
        glyphs = sorted((glyph for segment in row for glyph in segment.glyphs), key=lambda glyph: glyph.left)
        box = (
            glyphs[0].left, min(glyph.bottom for glyph in glyphs),
            max(glyph.right for glyph in glyphs), max(glyph.top for glyph in glyphs),
        )  # fmt: skip
        lines.append(Line(_join(glyphs), box, median(glyph.size for glyph in glyphs)))
    edge = _left_edge(lines)
    pitches = sorted(before.box[1] - after.box[1] for before, after in pairwise(lines))
    # Not the median: where most paragraphs are of one line, most gaps lie between paragraphs.
    usual = pitches[int(_PITCH * len(pitches))] if pitches else 0.0
    body = median(line.size for line in lines)
    for position, line in enumerate(lines):
        line.indent = max(0.0, (line.box[0] - edge) / max(line.size, 1.0))
        before = lines[position - 1] if position else None
        # A heading's own lines stand further apart than the body's.
        near = _HEADING_PITCH * line.size if line.size > 1.1 * body else 0.0
        line.new_block = (
            before is None
            or before.box[1] - line.box[1] > max(1.4 * usual, near)
            or abs(before.size - line.size) > 0.12 * line.size
        )
    _mark_beginnings(lines)
    return lines


def _mark_beginnings(lines: Sequence[Line]) -> None:
    """Text is set greedily: a line left short though the next word would have fitted ends a paragraph."""
    if len(lines) < 4:
        return
    edge = sorted(line.box[2] for line in lines)[(4 * len(lines)) // 5]
    for before, line in pairwise(lines):
        if ("  " in before.text and "  " in line.text) or abs(before.size - line.size) > 0.12 * line.size:
            continue  # a row of a table, or another font: other rules know better
        word = _UNBREAKABLE.match(line.text)
        width = (line.box[2] - line.box[0]) * (len(word.group()) if word else 1) / max(len(line.text), 1)
        line.begins = edge - before.box[2] > max(width, line.size) + _SLACK * line.size


def _left_edge(lines: Sequence[Line]) -> float:
    """Where most lines begin; the leftmost of the common beginnings."""
    starts = Counter(round(line.box[0]) for line in lines)
    common = [start for start, count in starts.items() if count >= max(1, len(lines) // 5)]
    return float(min(common or starts))
