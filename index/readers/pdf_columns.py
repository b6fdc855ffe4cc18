"""Where the columns of a page part: gaps that many lines share, with running text on both sides.

Coordinates are PDF points with the origin bottom left, turned so that text runs to the right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

Box = tuple[float, float, float, float]  # left, bottom, right, top

_MINIMUM_FILL = 0.6  # of a column's width that its lines fill: less is a table without rules
_BESIDE = 0.8  # in font sizes: lines of two columns whose heights differ by less stand side by side
_TEXT_WIDTH = 8  # in font sizes: shorter pieces may be cells of a table
_FULL = 0.85  # of the usual width of the lines that begin at the same place: a full line of running text
_RUNNING = 0.55  # of the pieces beside a gutter that are full lines, from which on they are running text
_HANGING_GAP = 0.3  # in font sizes: what punctuation that hangs over a column's edge leaves of the gutter
_LARGE = 1.15  # times the size of the text, from which on a line may be a heading over columns
_WIDER = 1.15  # times the width of a column


@dataclass(slots=True)
class Glyph:
    """One visible character; `spaces` is the width of the file's own space before it, in half widths."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    spaces: int = 0

    @property
    def size(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


@dataclass(slots=True)
class Segment:
    """A run of glyphs on one line without a gap wide enough to part columns."""

    glyphs: list[Glyph]
    left: float
    right: float
    middle: float
    size: float

    @classmethod
    def of(cls, run: list[Glyph]) -> Segment:
        """The segment of glyphs that are in order from left to right."""
        return cls(
            run, run[0].left, max(glyph.right for glyph in run), median(glyph.middle for glyph in run),
            median(glyph.size for glyph in run),
        )  # fmt: skip


def part_at(gutter: float, segments: Sequence[Segment]) -> list[Segment]:
    """Segments, those parted that only hanging punctuation joins over the gutter to the next column."""
    starts = Counter(round(segment.left) for segment in segments if segment.left >= gutter)
    common = [start for start, count in starts.items() if count >= 3]
    parts: list[Segment] = []
    for segment in segments:
        cut = next(
            (
                at
                for at, (before, after) in enumerate(pairwise(segment.glyphs), 1)
                if before.left < gutter <= after.left
                and after.left - before.right >= _HANGING_GAP * segment.size
                and any(abs(after.left - start) <= 0.3 * segment.size for start in common)
            ),
            None,
        )
        parts += (
            [segment] if cut is None else [Segment.of(segment.glyphs[:cut]), Segment.of(segment.glyphs[cut:])]
        )
    return parts


def over_columns(segments: Sequence[Segment]) -> set[int]:
    """The ids of headings over several columns: alone at their height, and wider than a column or centred on top."""
    if not segments:
        return set()
    body = median(segment.size for segment in segments)
    widths = sorted(segment.right - segment.left for segment in segments)
    usual = widths[(4 * len(widths)) // 5]  # a full line of a column
    middle = (min(segment.left for segment in segments) + max(segment.right for segment in segments)) / 2
    found: set[int] = set()
    on_top = True
    ordered = sorted(segments, key=lambda segment: -segment.middle)
    for at, segment in enumerate(ordered):
        alone = all(
            abs(other.middle - segment.middle) >= 0.5 * (other.size + segment.size)
            for other in (*ordered[max(0, at - 1) : at], *ordered[at + 1 : at + 2])
        )
        width = segment.right - segment.left
        large = segment.size >= _LARGE * body
        centred = abs(segment.left + segment.right - 2 * middle) <= 2 * body
        on_top = on_top and alone and centred and (large or width < 0.8 * usual)
        if on_top or (alone and large and width > _WIDER * usual):
            found.add(id(segment))
    return found


def find_gutter(segments: list[Segment]) -> float | None:
    """The middle of the gap that most lines share, if text stands in columns on both sides of it."""
    if len(segments) < 8:
        return None
    left, right = min(segment.left for segment in segments), max(segment.right for segment in segments)
    width = right - left
    votes: Counter[int] = Counter()
    # Columns need not stand on common base lines: a heading in one of them shifts all that follows.
    for pair in pairwise(sorted(segments, key=lambda segment: -segment.middle)):
        before, after = sorted(pair, key=lambda segment: segment.left)
        if abs(before.middle - after.middle) < _BESIDE * before.size and after.left > before.right:
            votes.update(range(int(before.right) + 1, int(after.left) + 1))
    best: dict[int, list[int]] = {}  # lines that cross → positions
    for position, _ in votes.most_common(60):
        beside_left = [segment for segment in segments if segment.right <= position]
        beside_right = [segment for segment in segments if segment.left >= position]
        crossing = len(segments) - len(beside_left) - len(beside_right)
        if min(len(beside_left), len(beside_right)) < 3 or 2 * crossing > len(segments):
            continue
        fills = [
            _fill(side, start, stop)
            for side, start, stop in ((beside_left, left, position), (beside_right, position, right))
        ]
        narrow = min(position - left, right - position) < 0.12 * width
        filled = (
            min(fills) >= _MINIMUM_FILL
            or (
                max(fills) >= 0.8
                and all(
                    _wide_lines(side) >= 2 for side in (beside_left, beside_right)
                )  # a column that ends early
            )
            or (_is_running(beside_left) and _is_running(beside_right))
        )  # several columns on a side
        if not filled or narrow:
            continue
        best.setdefault(crossing, []).append(position)
    if not best:
        return None
    positions = sorted(best[min(best)])
    return float(positions[len(positions) // 2])


def _wide_lines(segments: Sequence[Segment]) -> int:
    """Lines of running text: nearly as wide as the widest of them, and at least fifteen characters."""
    widest = max(segment.right - segment.left for segment in segments)
    return sum(
        1 for segment in segments if segment.right - segment.left >= max(0.95 * widest, 15 * segment.size)
    )


def _fill(segments: Sequence[Segment], start: float, stop: float) -> float:
    """How much of the width from `start` to `stop` a usual line fills."""
    by_line: Counter[int] = Counter()
    spread: dict[int, float] = {}
    for segment in segments:
        line = round(segment.middle / max(segment.size, 1) * 2)
        by_line[line] += 1
        spread[line] = spread.get(line, 0.0) + segment.right - segment.left
    if not spread or stop <= start:
        return 0.0
    pieces = sum(by_line.values()) / len(by_line)
    return median(spread.values()) / (stop - start) / max(1.0, pieces - 0.6)


def _is_running(segments: Sequence[Segment]) -> bool:
    """Whether most pieces are full lines of one or more columns: long, and as wide as others that begin there."""
    starts: dict[int, list[float]] = {}
    for segment in segments:
        starts.setdefault(round(segment.left / segment.size), []).append(segment.right - segment.left)
    full = 0
    for segment in segments:
        at = round(segment.left / segment.size)
        widths = sorted(width for near in (at - 1, at, at + 1) for width in starts.get(near, ()))
        usual = widths[(4 * len(widths)) // 5]
        width = segment.right - segment.left
        full += len(widths) >= 3 and width >= max(_TEXT_WIDTH * segment.size, _FULL * usual)
    return full >= max(3, _RUNNING * len(segments))
