"""The figure stage: each ask bound to one figure by its slots, the model asked only to break ties."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.store import ReportIndex
from index.types import Figure, Hit
from index.units import same_quantity
from rag import compute
from rag import question_words as words
from rag.ask import WHOLE_REGIONS, says_what_is_measured
from rag.bind import Candidate, bind
from rag.evidence import EvidenceReader
from rag.figure_choice import choose
from rag.figure_likeness import distinct, other_currency, period_key, rounds, same, stated_twice
from rag.figure_parts import (
    WAYS,
    behind_lead,
    facts_first,
    in_bounds,
    of_asked_kind,
    of_asked_measure,
    parts_of,
    says_difference,
    worked_back,
)
from rag.figure_preference import (
    RIVAL_MARGIN,
    differing_in_open_slot,
    exact_of,
    of_main_period,
    without_later_mentions,
)
from rag.figure_rivals import (
    alone_in_its_unit,
    another_has_the_word,
    belongs_elsewhere,
    by_its_name,
    less_named,
    part_asked,
    sentence_lacks,
)
from rag.figure_roles import both_ends, by_role
from rag.llm import ChatModel
from rag.paired_order import in_order
from rag.query import Ask, Query
from rag.readings import stated_instead
from rag.retrieve import report_year
from rag.settings import Settings
from rag.several_asks import named_for_another, other_counters, told_apart, two_times_of_one
from rag.types import Usage
from rag.word_coverage import contained

# Share of the question's content words that must stand around a figure before it may be considered at
# all, and before it may answer without the model: by strictness.
CONSIDERED = {"careful": 0.62, "balanced": 0.5, "exploratory": 0.35}
CERTAIN = {"careful": 0.8, "balanced": 0.7, "exploratory": 0.55}
# A figure may answer without the model only if its own clause carries this share of the words.
CLAUSE_SHARE = 0.45
# Less is enough where the other words lead in to the sentence and name no other figure of it.
LEAST_CLAUSE_SHARE = 0.3
# A small model picks badly between figures: it may only break ties between clauses that carry the words,
# and must prefer one clearly (difference of log-probabilities to the next).
CHOICE_CLAUSE = {"careful": 0.6, "balanced": 0.45, "exploratory": 0.25}
CHOICE_COVERAGE = {"careful": 0.8, "balanced": 0.7, "exploratory": 0.5}
CHOICE_MARGIN = {"careful": 0.7, "balanced": 0.3, "exploratory": 0.0}
MOST_OPTIONS = 5
Place = tuple[str, int]  # report and the start of a sentence
_HAS_NUMERAL = re.compile(r"[\d一二三四五六七八九十百千零〇两半]")


_OF_BOTH = re.compile("均|都|皆|同为|双双")
_CUT_OFF = re.compile("[一二三四五六七八九两]")


@dataclass(frozen=True, slots=True)
class Bound:
    """What an ask was bound to: one figure, or up to three where the question left a slot open."""

    ask: Ask
    figures: tuple[Figure, ...]
    by_model: bool = False


@dataclass(frozen=True, slots=True)
class FigureResult:
    """All asks bound (`bound`), or the first that was not (`missing`) with what is near it."""

    bound: tuple[Bound, ...] = ()
    computed: compute.Computed | None = None
    computed_kind: str = ""
    missing: Ask | None = None
    near: tuple[Figure, ...] = ()
    usage: Usage = field(default_factory=Usage)


class FigureAnswerer:
    """Binds asks to the figures of an index."""

    def __init__(
        self,
        index: ReportIndex,
        reader: EvidenceReader,
        model: ChatModel | None,
        settings: Settings,
        *,
        metadata_known: bool = True,
    ) -> None:
        self._index = index
        self._reader = reader
        self._model = model
        self._settings = settings
        self._metadata_known = metadata_known
        self._usage = Usage()

    def answer(self, query: Query, hits: Sequence[Hit], reports: Sequence[str] | None) -> FigureResult:
        self._usage = Usage()
        result = self._answer(query, query.asks, hits, reports)
        for asks in query.other_asks:
            if result.bound:
                break
            other = self._answer(query, asks, hits, reports)
            result = other if other.bound else result
        if result.computed_kind == "difference" and not query.report_years:
            result = self._as_stated(query, result, hits, reports) or result
        return result

    def _as_stated(
        self, query: Query, result: FigureResult, hits: Sequence[Hit], reports: Sequence[str] | None
    ) -> FigureResult | None:
        """The increase on the year before that the later year's report states: its levels may be revised since."""
        later = max((f for b in result.bound for f in b.figures), key=period_key)
        for asks in stated_instead(query.asks, query.text):
            told = self._answer(query, asks, hits, reports)
            figures = [f for b in told.bound for f in b.figures]
            if [f.measure for f in figures] != ["change"] or figures[0].report != later.report:
                continue
            (change,), own = figures, result.computed
            agrees = own and same_quantity(abs(change.value), change.unit, abs(own.value), own.unit)
            return result if agrees else told
        return None

    def _answer(
        self, query: Query, asks: Sequence[Ask], hits: Sequence[Hit], reports: Sequence[str] | None
    ) -> FigureResult:
        if query.asks_more or words.REMAINDER.search(
            f"{query.text} {query.original}"
        ):  # no figure of the report, and not the sum of its parts
            return FigureResult(missing=asks[0], usage=self._usage)
        pools = {ask: self._pool(ask, query, hits, reports) for ask in asks}
        together: Place | None = None
        alike = len({(ask.period, ask.region, ask.report_year) for ask in asks}) == 1
        if len(asks) > 1 and (alike or two_times_of_one(asks)):
            together = self._sentence_of_all(query, pools)
        bound: list[Bound] = []
        if len(asks) == 2 and words.JOINTLY.search(query.text):
            found = self._candidates(asks[0], query, pools[asks[0]])
            clauses = [self._reader.surroundings(c.figure).clause for c in found]
            if pair := in_order(asks, found, clauses):
                named = [
                    replace(f, indicator=(*a.names, a.indicator)[0]) for a, f in zip(asks, pair, strict=True)
                ]
                return FigureResult(
                    tuple(Bound(a, (f,)) for a, f in zip(asks, named, strict=True)), usage=self._usage
                )
        if len(asks) == 1 and asks[0].against_target:  # neither of the two answers alone
            missed = self._from_parts(query, asks[0], hits, reports)
            return replace(missed or FigureResult(missing=asks[0]), usage=self._usage)
        for ask in asks:
            taken = {(f.report, f.start) for b in bound for f in b.figures}
            free = [f for f in pools[ask] if ask.role or (f.report, f.start) not in taken]
            free = [f for f in free if not named_for_another(f, ask, asks)]
            one = self._bind(ask, query, self._within(free, together), alone=together is not None)
            if one is None and together is not None and not words.JOINTLY.search(query.text):
                one = self._bind(ask, query, free)
            if one is None and ask.customary:
                usual = replace(ask, indicator_ids=ask.customary, names=(), customary=())
                one = self._bind(usual, query, self._pool(usual, query, hits, reports))
            if one is None and bound:
                one = self._for_both(ask, bound[-1])
            if one is None:
                alone = len(asks) == 1 and query.operation != "rest"
                computed = self._from_parts(query, ask, hits, reports) if alone else None
                if computed is not None:
                    return replace(computed, usage=self._usage)
                near = [
                    c.figure
                    for c in self._candidates(ask, query, pools[ask])
                    if c.coverage >= 0.5 and len(c.conflicts) == 1
                ][:3]
                return FigureResult(missing=ask, near=tuple(near), usage=self._usage)
            bound.append(one)
        several = words.JOINTLY.search(query.text) or (
            query.language == "en"
            and words.SEVERAL_IN_ENGLISH.search(query.text)
            and not words.EITHER_WAY.search(query.text)
        )
        if several and sum(len(b.figures) for b in bound) < 2:
            return FigureResult(missing=bound[0].ask, usage=self._usage)  # 分别 wants more than one
        if other_counters(bound):
            return FigureResult(missing=bound[-1].ask, usage=self._usage)
        result, kind = self._compute(query, bound)
        if query.operation == "rest" and result is None:
            return FigureResult(missing=bound[0].ask, usage=self._usage)  # the one's share is not the others'
        if query.operation == "difference" and result is None and not says_difference(query, bound):
            return FigureResult(missing=bound[0].ask, usage=self._usage)
        return FigureResult(tuple(told_apart(bound)), result, kind, usage=self._usage)

    def figure_for(
        self, ask: Ask, query: Query, hits: Sequence[Hit], reports: Sequence[str] | None
    ) -> Bound | None:
        """What one ask is bound to, or None where no figure fits every slot it states."""
        return self._bind(ask, query, self._pool(ask, query, hits, reports))

    def _for_both(self, ask: Ask, other: Bound) -> Bound | None:
        """M2和社会融资规模均增长12%: one figure said of two things, of which the other was asked for too."""
        (figure, *more) = other.figures
        clause = self._reader.surroundings(figure).clause
        names = (*ask.names, ask.indicator) if ask.indicator_ids else ()
        said = max((contained(name, clause) for name in names if name), default=0.0) > 0.8
        alike = replace(other.ask, text=ask.text, indicator_ids=ask.indicator_ids, names=ask.names,
            indicator=ask.indicator, units=ask.units, customary=ask.customary) == ask  # fmt: skip
        if more or not said or not alike or not _OF_BOTH.search(clause):
            return None
        return Bound(ask, (replace(figure, indicator=ask.indicator, indicator_id=ask.indicator_ids[0]),))

    def _sentence_of_all(self, query: Query, pools: dict[Ask, list[Figure]]) -> Place | None:
        """The one sentence that has fitting figures for every ask: 分别 asks for what one sentence says."""
        least = CONSIDERED[self._settings.strictness]
        places: list[dict[Place, float]] = []
        for ask, pool in pools.items():
            found: dict[Place, float] = {}
            for c in self._candidates(ask, query, pool):
                if c.fits and c.coverage >= least:
                    place = self._place(c.figure)
                    found[place] = max(found.get(place, 0.0), c.score)
            places.append(found)
        common = set(places[0]).intersection(*places[1:])
        return max(common, key=lambda place: (sum(found[place] for found in places), place), default=None)

    def _place(self, figure: Figure) -> Place:
        return figure.report, self._reader.sentence_span(figure.report, figure.start)[0]

    def _within(self, figures: list[Figure], place: Place | None) -> list[Figure]:
        return figures if place is None else [f for f in figures if self._place(f) == place]

    def _pool(
        self, ask: Ask, query: Query, hits: Sequence[Hit], reports: Sequence[str] | None
    ) -> list[Figure]:
        """Figures of the hits, and of the asked indicator anywhere in the chosen reports."""
        figures = {
            (f.report, f.start): f for f in self._index.figures(chunk_ids=[hit.chunk.id for hit in hits])
        }
        for indicator_id in ask.indicator_ids:
            for figure in self._index.figures(indicator_id=indicator_id):
                if reports is None or figure.report in reports:
                    figures.setdefault((figure.report, figure.start), figure)
        found = [f for f in figures.values() if not self._reader.is_barred(f.report, f.start)]
        if query.report_years:
            found = [f for f in found if report_year(self._index, f.report) in query.report_years]
        return found

    def _candidates(self, ask: Ask, query: Query, pool: Sequence[Figure]) -> list[Candidate]:
        if ask.report_year is not None:
            pool = [f for f in pool if report_year(self._index, f.report) == ask.report_year]
        asked = replace(ask, terms=words.with_report_words(ask.terms))
        return bind(
            asked, pool, self._reader.surroundings,
            weight=lambda term: float(min(words.length_of(term), 4)), metadata_known=self._metadata_known,
        )  # fmt: skip

    def _bind(self, ask: Ask, query: Query, pool: Sequence[Figure], *, alone: bool = False) -> Bound | None:
        """`alone`: the pool is one sentence that answers all asks; its only fitting figure needs no more."""
        strictness = self._settings.strictness
        fits = [
            c for c in self._candidates(ask, query, pool) if c.fits and c.coverage >= CONSIDERED[strictness]
        ]
        if not says_what_is_measured(ask, query.language):
            return None
        fits = of_asked_measure(ask, by_role(ask, fits, lambda figure: self._reader.clause_span(figure)[0]))
        fits = [c for c in fits if not another_has_the_word(self._reader, ask, c, fits)]
        fits = [c for c in fits if not part_asked(self._reader, ask, c, fits)]
        fits = [c for c in fits if _HAS_NUMERAL.search(c.figure.text)]  # 过亿元的企业 states no amount
        # 二、三百亿度: a numeral cut off its unit.
        fits = [
            c for c in fits if c.figure.range_text or c.figure.cell or not _CUT_OFF.fullmatch(c.figure.text)
        ]
        fits = of_asked_kind(ask, fits)
        fits = facts_first(ask, fits)
        if ask.status == "target" and not words.EXPECTED.search(query.text):  # the plan, not a later forecast
            fits = [c for c in fits if c.figure.status == "target"] or fits
        if not fits:
            return None
        if ask.period is None and self._metadata_known:
            fits = of_main_period(self._reader, fits)
        best = exact_of(fits)
        ends = both_ends(best, fits)
        rivals = [
            c
            for c in fits
            if c.score >= best.score - RIVAL_MARGIN
            and not same(c.figure, best.figure)
            and c.figure not in ends
            and not rounds(c.figure, best.figure)
        ]
        if best.figure.cell is None and any(c is not best and same(c.figure, best.figure) for c in fits):
            # Said twice, once in prose: a table cell that says otherwise is of another row or column.
            rivals = [c for c in rivals if c.figure.cell is None]
        rivals = without_later_mentions(self._reader, ask, best, rivals)
        rivals = [
            c
            for c in rivals
            if not (sentence_lacks(self._reader, ask, best, c) or less_named(self._reader, ask, best, c))
        ]
        converted = [c.figure for c in rivals if other_currency(c.figure, best.figure)]
        if converted:
            ends = (best.figure, converted[0])
            rivals = [c for c in rivals if c.figure not in ends]
        certain = best.coverage >= CERTAIN[strictness] and (
            best.clause_coverage >= CLAUSE_SHARE
            or (alone and len(fits) == 1 and (best.clause_coverage > 0 or not best.figure.indicator))
            or (
                best.clause_coverage >= LEAST_CLAUSE_SHARE
                and (by_its_name(ask, best.figure) or not belongs_elsewhere(self._reader, ask, best))
            )
            or (best.coverage >= 1.0 and alone_in_its_unit(self._reader, ask, best))
        )
        if not rivals and certain:
            return Bound(ask, ends)
        open_slots = differing_in_open_slot(ask, best, rivals)
        if open_slots:
            return Bound(ask, open_slots)
        if len(query.asks) == 1 and ask.period is not None and (both := stated_twice(best, rivals)):
            return Bound(ask, both)
        near = [
            c
            for c in (best, *rivals, *fits)
            if c.clause_coverage >= CHOICE_CLAUSE[strictness] and c.coverage >= CHOICE_COVERAGE[strictness]
        ]
        options = [c.figure for c in distinct(near)[:MOST_OPTIONS]]
        chosen, usage = choose(self._model, self._reader, query, ask, options, CHOICE_MARGIN[strictness])
        self._usage += usage
        return Bound(ask, (chosen,), by_model=True) if chosen else None

    def _compute(self, query: Query, bound: Sequence[Bound]) -> tuple[compute.Computed | None, str]:
        figures = [b.figures[0] for b in bound]
        if query.operation == "difference" and len(figures) == 2:
            later, earlier = sorted(figures, key=period_key, reverse=True)
            if (later.measure == "change") != (earlier.measure == "change"):
                return None, ""  # how much there was, less by how much it grew: that is nothing
            if words.IN_PER_CENT.search(query.text) and all(f.measure == "level" for f in figures):
                return compute.growth(later, earlier), "growth"
            return compute.difference(later, earlier), "difference"
        if query.operation == "multiple" and len(figures) == 2:
            return compute.multiple(figures[0], figures[1]), "multiple"
        if len(figures) == 1 and (converted := compute.converted(figures[0], bound[0].ask.unit)) is not None:
            return converted, "conversion"
        if query.operation == "rest" and len(figures) == 1 and figures[0].measure in ("share", "rate"):
            return compute.rest(figures[0]), "rest"
        if query.operation == "sum" and len(figures) >= 2:
            return compute.total(figures), "sum"
        return None, ""

    def _among_whole(
        self, query: Query, ask: Ask, hits: Sequence[Hit], reports: Sequence[str] | None
    ) -> FigureResult | None:
        """8个项目，其中7个来自高新区: the count behind 其中 is a part of the one before it, in the same unit."""
        part, whole = ask.share_of[0]
        least = CERTAIN[self._settings.strictness]
        found = []
        for c in self._candidates(part, query, self._pool(part, query, hits, reports)):
            start = self._reader.clause_span(c.figure)[0]
            text = self._reader.view(c.figure.report).report.text
            if (
                c.coverage < least
                or c.clause_coverage < CLAUSE_SHARE
                or set(c.conflicts) - {"indicator", "unit"}
                or "其中" not in text[start : c.figure.start]
            ):
                continue
            before = [
                f
                for f in self._reader.view(c.figure.report).figures
                if self._place(f) == self._place(c.figure)
                and f.end <= start
                and f.base_unit == c.figure.base_unit
            ]
            wholes = self._candidates(whole, query, before[-1:])
            if (
                wholes
                and wholes[0].coverage >= least
                and wholes[0].clause_coverage > 0
                and not set(wholes[0].conflicts) - {"indicator", "unit"}
            ):
                found.append((c.figure, before[-1]))
        if len(found) != 1:
            return None
        result = compute.share(*found[0])
        if result is None or not 0 <= result.value <= 100:
            return None
        return FigureResult(
            tuple(Bound(a, (f,)) for a, f in zip((part, whole), found[0], strict=True)), result, "share"
        )

    def _from_parts(
        self, query: Query, ask: Ask, hits: Sequence[Hit], reports: Sequence[str] | None
    ) -> FigureResult | None:
        """A figure no report states, from two that they do: a share, or actual against target."""
        for parts, kind in parts_of(query, ask):
            bound: list[Bound] = []
            pools = {part: self._pool(part, query, hits, reports) for part in parts}
            # Part and whole of one sentence before a part of one and a whole of another.
            place = self._sentence_of_all(query, pools) if kind == "share" else None
            for part in parts:
                pool = [f for f in pools[part] if part.role or not bound or f not in bound[0].figures]
                if kind == "share" and (new := {"新增", "净增"} & set(part.hints)):  # of the new the new
                    pool = [f for f in pool if any(w in self._reader.surroundings(f).clause for w in new)]
                one = self._bind(part, query, self._within(pool, place))
                if one is None or len(one.figures) != 1:
                    break
                bound.append(one)
            if len(bound) == len(parts):
                first, second = bound[0].figures[0], bound[1].figures[0]
                if first == second:
                    continue
                if first.report != second.report and any(part.region in WHOLE_REGIONS for part in parts):
                    continue  # 全市 of another report is another city
                if kind == "identity" and (first.report, first.period) != (second.report, second.period):
                    continue
                result = WAYS[kind](first, second)
                if result is not None and in_bounds(kind, result):
                    return FigureResult(tuple(bound), result, kind)
        if ask.share_of and (among := self._among_whole(query, ask, hits, reports)):
            return among
        if words.WORK_BACK.search(query.text):
            least = CONSIDERED[self._settings.strictness]
            near = [
                c
                for c in self._candidates(ask, query, self._pool(ask, query, hits, reports))
                if c.coverage >= least
            ]
            if back := worked_back(ask, near) or behind_lead(ask, near):
                (level, since), result = back
                return FigureResult((Bound(ask, (level,)), Bound(ask, (since,))), result, "back")
        return None
