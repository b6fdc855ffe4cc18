"""Evidence: the few sentences that could answer, and the words around a figure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import RLock

from index.periods import Period
from index.regions import find_regions, same_region
from index.split import sentences
from index.store import ReportIndex
from index.types import Block, Chunk, Figure, Hit, Report
from rag.ask import WHOLE_REGIONS
from rag.bind import LEAST_COVERAGE, Surroundings, bind, can_fit
from rag.hostile import gives_orders
from rag.query import Query
from rag.word_coverage import coverage

CHUNKS_KEPT = 20_000  # about 1 KB each
FIGURES_KEPT = 200_000  # of the reports read last, about 0.6 KB each
_BOUNDARY = "，,；;。：:（(！!？?\n\t"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One numbered sentence of evidence; `report.text[start:end] == text`."""

    report: str
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True)
class _ReportView:
    report: Report
    sentence_starts: list[int]
    sentence_ends: list[int]
    block_starts: list[int]
    figures: list[Figure]
    figure_starts: list[int]
    by_chunk: dict[int, list[Figure]]
    barred: list[bool]  # by sentence: it, or one beside it, speaks to a machine

    @property
    def cost(self) -> int:
        """What it takes of FIGURES_KEPT: its figures, and a sentence as a twentieth of one."""
        return len(self.figures) + len(self.barred) // 20 + 1


class EvidenceReader:
    """Reads sentences and surroundings out of an index; keeps what it has read of the last reports."""

    def __init__(self, index: ReportIndex) -> None:
        self._index = index
        self._views: OrderedDict[tuple[int, str], _ReportView] = OrderedDict()
        self._views_lock = RLock()
        self._chunks: tuple[int, dict[int, Chunk]] = (-1, {})  # of one version of the index

    def view(self, name: str) -> _ReportView:
        # Threads may see different states at a time: what was read belongs to its version.
        version = self._index.version
        with self._views_lock:  # one thread reads a report, the others have it from there
            if view := self._views.get((version, name)):
                self._views.move_to_end((version, name))
                return view
            view = self._read(name)
            for key in [key for key in self._views if key[0] < version]:
                del self._views[key]
            self._views[version, name] = view
            while len(self._views) > 1 and sum(one.cost for one in self._views.values()) > FIGURES_KEPT:
                self._views.popitem(last=False)
        return view

    def _read(self, name: str) -> _ReportView:
        report = self._index.report(name)
        spans = sentences(report.text)
        figures = sorted(self._index.figures(report=name), key=lambda figure: figure.start)
        return _ReportView(
            report,
            [start for start, _ in spans],
            [end for _, end in spans],
            [block.start for block in report.blocks],
            figures,
            [figure.start for figure in figures],
            _by_chunk(figures),
            _barred([gives_orders(report.text[start:end]) for start, end in spans]),
        )

    def chunks(self, identifiers: Sequence[int]) -> list[Chunk]:
        """As ReportIndex.chunks; those read last need no reading again."""
        version = self._index.version
        of, kept = self._chunks
        if of != version or len(kept) > CHUNKS_KEPT:
            kept = {}
            self._chunks = (version, kept)
        new = [one for one in identifiers if one not in kept]
        if new:
            kept.update((chunk.id, chunk) for chunk in self._index.chunks(new))
        return [kept[one] for one in identifiers if one in kept]

    def figures_in(self, chunks: Sequence[Chunk]) -> list[Figure]:
        """The figures of chunks, by report and place."""
        ordered = sorted(chunks, key=lambda chunk: (chunk.report, chunk.start))
        return [figure for chunk in ordered for figure in self.view(chunk.report).by_chunk.get(chunk.id, ())]

    def sentence_span(self, name: str, offset: int) -> tuple[int, int]:
        """The canonical span of the sentence (or table row) around `offset`."""
        view = self.view(name)
        block = self._block(view, offset)
        if block is not None and block.kind == "row":
            return block.start, block.end
        position = bisect_right(view.sentence_starts, offset) - 1
        if position < 0 or offset >= view.sentence_ends[position]:
            return (block.start, block.end) if block else (offset, offset)
        return view.sentence_starts[position], view.sentence_ends[position]

    def is_barred(self, name: str, offset: int) -> bool:
        """Whether nothing may rest on the sentence at `offset`: see rag.hostile."""
        view = self.view(name)
        position = bisect_right(view.sentence_starts, offset) - 1
        return position >= 0 and view.barred[position]

    def clause_span(self, figure: Figure) -> tuple[int, int]:
        """The clause of a figure: between separators, or from the figure before it in a list."""
        view = self.view(figure.report)
        first, last = self.sentence_span(figure.report, figure.start)
        text = view.report.text
        position = bisect_right(view.figure_starts, figure.start) - 1
        before = max(
            (f.end for f in view.figures[max(0, position - 2) : position] if f.end <= figure.start),
            default=first,
        )
        start = figure.start
        while (
            start > first
            and text[start - 1] not in _BOUNDARY
            and not (text[start - 1] == "、" and start - 1 >= before > first)
        ):
            start -= 1
        end = figure.end
        while end < last and text[end] not in _BOUNDARY + "、":
            end += 1
        return start, end

    def surroundings(self, figure: Figure) -> Surroundings:
        view = self.view(figure.report)
        text = view.report.text
        start, end = self.clause_span(figure)
        first, last = self.sentence_span(figure.report, figure.start)
        block = self._block(view, figure.start)
        metadata = view.report.metadata
        title = metadata.title.value if metadata.title else ""
        region = metadata.region.value if metadata.region else ""
        # What comes after a figure does not name it: "手机出货量2214.9万部，其中5G手机1732.2万部".
        paragraph = text[block.start : block.end if figure.cell else end] if block else ""
        closed = _PURPOSE.search(text[start : figure.start])
        also = f"{closed['what']}{closed['noun']}" if closed else None  # 用于科技的支出: 科技支出
        named = " ".join(filter(None, (figure.indicator, figure.cell, figure.basis, also)))
        topic = ""
        if figure.cell is None and (
            _BARE_HEAD.fullmatch(figure.indicator) or _PREDICATE_ONLY.match(text[start:end])
        ):
            topic = _CLAUSE_END.split(text[first:start].rstrip(_BOUNDARY + "、"))[-1]
        return Surroundings(
            topic=topic,
            clause=f"{named} {text[start:end]}",
            sentence=text[first:last]
            if figure.cell
            else text[self._told_before(figure.report, first, block) : end],
            passage=" ".join(
                (title, region, figure.region or "", self.heading(figure.report, figure.start), paragraph)
            ),
        )

    def _told_before(self, name: str, first: int, block: Block | None) -> int:
        """Where the sentence begins, or the one before it where it goes on about that (该项目建成后…)."""
        text = self.view(name).report.text
        if block is None or first <= block.start or not _POINTS_BACK.match(text, first):
            return first
        return max(block.start, self.sentence_span(name, first - 1)[0])

    def title(self, name: str) -> str:
        """A report's title, region and period, as far as they are known."""
        metadata = self.view(name).report.metadata
        period = Period.parse(metadata.period.value).label() if metadata.period else ""
        values = (slot.value for slot in (metadata.title, metadata.region) if slot)
        return " ".join(filter(None, (*values, period)))

    def heading(self, name: str, offset: int) -> str:
        """The headings over `offset`, highest first, joined by spaces."""
        view = self.view(name)
        path: list[tuple[int, str]] = []
        for block in view.report.blocks[: bisect_right(view.block_starts, offset)]:
            if block.kind == "heading":
                path = [(level, words) for level, words in path if level < block.level]
                path.append((block.level, view.report.text[block.start : block.end]))
        return " ".join(words for _, words in path)

    def main_period(self, name: str, status: str | None = None) -> Period | None:
        """The period a report's plain figures are of: year Y's work report tells Y-1's actuals."""
        metadata = self.view(name).report.metadata
        if metadata.period is None:
            return None
        period = Period.parse(metadata.period.value)
        if metadata.kind and metadata.kind.value == "government work report" and status != "target":
            return Period.parse(str(period.end[0] - 1))
        return period

    def _block(self, view: _ReportView, offset: int) -> Block | None:
        position = bisect_right(view.block_starts, offset) - 1
        if position < 0 or offset >= view.report.blocks[position].end:
            return None
        return view.report.blocks[position]

    def in_scope(self, query: Query, name: str, text: str) -> bool:
        """Whether a sentence may speak of the regions, years and reports the question names.

        The report must be of that region or year, or the sentence must name it itself.
        """
        metadata = self.view(name).report.metadata
        own = Period.parse(metadata.period.value) if metadata.period else None
        if query.report_years:
            return own is not None and own.end[0] in query.report_years
        quoted = re.findall(r"[“\"‘「『]([^”\"’」』]*[\u3400-\u9fff][^”\"’」』]*)[”\"’」』]", query.text)
        if any(squeeze(piece) not in squeeze(text) for term in quoted for piece in term.split("、")):
            return False  # a slogan asked for by name must be named, each item of “地、极、区” too
        if any(place not in self.view(name).report.text for place in _places_in_names(query.text)):
            return False
        for region in query.regions:
            if region in text or region.rstrip("省市县区") in text or region in (*WHOLE_REGIONS, "全国"):
                continue
            if metadata.region is None or not (
                same_region(region, metadata.region.value)
                or self._within(region, name, metadata.region.value)
            ):
                return False
        main = self.main_period(name)
        years = {year for p in (own, main) if p for year in range(p.start[0], p.end[0] + 1)}
        return all(
            str(period.end[0]) in text or any(y in years for y in range(period.start[0], period.end[0] + 1))
            for period in query.periods
        )

    def _within(self, region: str, name: str, home: str) -> bool:
        """A place of the report's own region that the report speaks of: 云川开发区 in a report on 云川市."""
        return region[:2] == home[:2] and len(region) > len(home) and region in self.view(name).report.text

    def select(self, query: Query, hits: Sequence[Hit], characters: int) -> list[Sentence]:
        """The sentences of the hits that carry most of the question's words, within a budget.

        Left out are sentences of other regions, years and reports than the question names.
        """
        found: dict[tuple[str, int], Sentence] = {}
        fitting = self._fitting(query, hits)
        best = max((hit.score for hit in hits), default=0.0) or 1.0
        terms = tuple(dict.fromkeys((*query.terms, *(term for ask in query.asks for term in ask.terms))))
        for hit in hits:
            position = hit.chunk.start
            while position < hit.chunk.end:
                start, end = self.sentence_span(hit.chunk.report, position)
                start, end = max(start, hit.chunk.start), max(min(end, hit.chunk.end), position + 1)
                text = self.view(hit.chunk.report).report.text[start:end]
                barred = self.is_barred(hit.chunk.report, start)
                lead = max(
                    (score for at, score in fitting.get(hit.chunk.report, ()) if start <= at < end),
                    default=0.0,
                )
                # A figure that fits has been held against region and year already, not against the report's own year.
                scoped = bool(lead and not query.report_years) or self.in_scope(query, hit.chunk.report, text)
                if text.strip() and not barred and scoped:
                    score = lead + coverage(terms, text, _length_weight) + 0.5 * hit.score / best
                    found.setdefault(
                        (hit.chunk.report, start), Sentence(hit.chunk.report, start, end, text, score)
                    )
                position = end
        chosen: list[Sentence] = []
        used = 0
        for sentence in sorted(found.values(), key=lambda s: (-s.score, s.report, s.start)):
            if chosen and used + len(sentence.text) > characters:
                continue
            chosen.append(sentence)
            used += len(sentence.text)
        return chosen

    def _fitting(self, query: Query, hits: Sequence[Hit]) -> dict[str, list[tuple[int, float]]]:
        """For each ask the place of the figure in the hits that fits it best, by report, with what it is worth."""
        figures = self.figures_in([hit.chunk for hit in hits]) if query.asks else []
        found: dict[str, list[tuple[int, float]]] = {}
        for ask in query.asks:
            able = [figure for figure in figures if can_fit(ask, figure)]
            for one in bind(ask, able, self.surroundings)[:1]:
                if one.fits and one.coverage >= LEAST_COVERAGE:
                    found.setdefault(one.figure.report, []).append((one.figure.start, 1.0 + one.score))
        return found


_BRACKETED = re.compile(r"[（(]([\u3400-\u9fff]{2,8})[)）](?=[\u3400-\u9fff])")  # the name goes on behind it


def _places_in_names(question: str) -> list[str]:
    """The places that stand in brackets within names: 云川 of 中德（云川市）中小企业合作区."""
    found = (words for words in _BRACKETED.findall(question) if find_regions(words))
    return [re.sub("(?<=..)[省市县区]$", "", words) for words in found]


_POINTS_BACK = re.compile(r"\s*(?:该(?!死)|此(?!外|次|前|后)|这(?:一|个|项|家|座|条|批)|上述)")
# A clause that tells of what the one before it named.
_BARE_HEAD = re.compile(
    r"(?:产业|企业|销售|营业|主营业务)?(?:规模|收入|总数|总量|产值|利润|人数|数量|面积|总额|销售额|营收|税收|总规模)"
)
_PURPOSE = re.compile(r"用于(?P<what>[\u4e00-\u9fff“”]{2,8})(?:方面)?的(?P<noun>支出|投入|资金)")
_PREDICATE_ONLY = re.compile(
    r"(?:分别|均|都|又|并|则|也)*(?:比|较)?(?:上年|去年|上年同期|上年末|同比|环比|实际|名义)*(?:增长|下降|增加|减少|提高|上升|回落|扩大|增幅)"
)
_CLAUSE_END = re.compile(r"[，,；;：:]")


def _by_chunk(figures: Sequence[Figure]) -> dict[int, list[Figure]]:
    found: dict[int, list[Figure]] = {}
    for figure in figures:
        found.setdefault(figure.chunk, []).append(figure)
    return found


def _barred(orders: Sequence[bool]) -> list[bool]:
    """An order spoils its neighbours: a false name often stands in the line after it."""
    around = [False, *orders, False]
    return [any(around[at : at + 3]) for at in range(len(orders))]


def _length_weight(term: str) -> float:
    return float(min(len(term), 4))


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without white space at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def clause_around(sentence: str, words: str) -> str:
    """The part of a sentence, between 。；！？ and line ends, that holds the words; all of it if short."""
    if len(sentence) <= 80:
        return sentence.strip()
    return next(
        (part.strip() for part in re.split(r"[。；！？\n]", sentence) if words in part), sentence.strip()
    )


def squeeze(text: str) -> str:
    """Text without white space, for comparison."""
    return re.sub(r"\s+", "", text)
