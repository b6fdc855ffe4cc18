"""From hits to an answer of the model stage: evidence, draft, checks, words with their citations."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import asdict

from index.figures import figures_in_text
from index.store import ReportIndex
from index.types import Figure, Hit
from index.units import is_count, same_family, same_quantity
from rag.bind import bind
from rag.draft import plain_dates
from rag.draft_figures import figures_hold
from rag.drafted_figures import FigureDrafter, Likeness, Pointed
from rag.evidence import EvidenceReader, Sentence, clause_around
from rag.figure_answer import Bound, FigureResult
from rag.llm import ChatModel
from rag.model_answer import ModelAnswerer, ModelResult, Statement
from rag.passage_answer import PassageAnswerer
from rag.passage_evidence import question_terms, select_pieces, share
from rag.query import Query
from rag.question_parts import names_fewer, question_parts
from rag.settings import Settings
from rag.several_asks import are_told_apart, told_apart
from rag.types import Answer, Citation, ShownFigure, Stage, Usage

# Share of the question's words that the sentence of a figure must carry to answer without the model, where the
# passages tell nothing else: on RGB's development questions every figure above it was right, most below were not.
EXPLICIT_SHARE = 0.76
WHOLE_COUNTRY = ("全国", "中国")
MEASURED = (
    "%",
    "个百分点",
    "元",
    "美元",
    "公里",
    "吨",
    "平方公里",
    "亩",
    "立方米",
    "千瓦",
    "千瓦时",
    "天",
    "小时",
)
PLANNED = ("计划", "预计", "目标", "拟")

Cite = Callable[[Sentence, int], Citation]


class ModelStage:
    """Answers from hits through the model; None where nothing may be shown. `usage` is what it cost."""

    def __init__(
        self,
        index: ReportIndex,
        reader: EvidenceReader,
        model: ChatModel,
        settings: Settings,
        cite: Cite,
        *,
        metadata_known: bool,
    ) -> None:
        self._index = index
        self._reader = reader
        self._model = model
        self._settings = settings
        self._cite = cite
        self._metadata_known = metadata_known
        self.usage = Usage()

    def answer(self, query: Query, hits: Sequence[Hit]) -> Answer | None:
        """The answer; of a question in two parts, that of each part found, and which was not."""
        asked = question_parts(query.text)
        if len(asked) == 1:
            result = self._ask(query, query.text, hits)
            if names_fewer(query.text, [said.text for said in result.statements]):
                return None
            return self._say(query, [("", result)]) if result.statements else None
        results = [(part.label, self._ask(query, part.question, hits)) for part in asked]
        return self._say(query, results) if any(result.statements for _, result in results) else None

    def confirm(self, query: Query, hits: Sequence[Hit], bound: FigureResult) -> ModelResult | None:
        """What lets figures stand that were bound without knowing the passages' region and period; None: nothing.

        They stand if their sentences carry the question's words and name no region that it does not; else
        the model is asked, as about a draft.
        """
        statements = []
        for figure in (figure for one in bound.bound for figure in one.figures):
            start, end = self._reader.sentence_span(figure.report, figure.start)
            text = self._reader.view(figure.report).report.text
            sentence = Sentence(figure.report, start, end, text[start:end], 0.0)
            statements.append(Statement(text[figure.start : figure.end], sentence))
        said = " ".join(statement.sentence.text for statement in statements)
        foreign = any(
            one.ask.region is None and figure.region not in (None, *WHOLE_COUNTRY)
            for one in bound.bound
            for figure in one.figures
        )
        if not foreign and share(question_terms(query.text), said) > EXPLICIT_SHARE:
            return ModelResult(tuple(statements), confidence=1.0)
        evidence = self._evidence(query, query.text, hits)
        drafter = self._drafter(query, hits)
        result = drafter.judge(query.text, evidence, statements)
        self.usage += drafter.usage
        return result if result.statements else None

    def _ask(self, query: Query, question: str, hits: Sequence[Hit]) -> ModelResult:
        drafter = self._drafter(query, hits)
        result = drafter.answer(question, self._candidates(query, question, hits))
        self.usage += drafter.usage
        if not self._metadata_known and any(
            self._contradicts(query, said.text, said.sentence) for said in result.statements
        ):
            return ModelResult(confidence=result.confidence, reason="a figure is of something else")
        return result

    def figures(
        self, query: Query, hits: Sequence[Hit], likeness: Likeness
    ) -> tuple[FigureResult, Pointed] | None:
        """Figures that the model points to where no rule bound any; None where there are none to show.

        What must be worked out is left to arithmetic: a model that does not know that figures are missing guesses.
        A share may be stated.
        """
        worked_out = query.operation not in (None, "share") or any(ask.against_target for ask in query.asks)
        evidence = [] if worked_out or query.asks_more else self._evidence(query, query.text, hits)
        if not evidence:
            return None
        drafter = FigureDrafter(
            self._model, self._settings, lambda sentence: sentence.text, figures=self._figures
        )
        pointed = drafter.point(query, evidence, self._reader.surroundings, likeness)
        self.usage += drafter.usage
        if pointed is None:
            return None
        bound = told_apart([Bound(one.ask, (one.figure,), by_model=True) for one in pointed.held])
        if not are_told_apart(bound):
            return None
        return FigureResult(tuple(bound), usage=drafter.usage), pointed

    def evidence(self, query: Query, hits: Sequence[Hit]) -> list[Sentence]:
        """The numbered sentences that the model is shown for a question of one part."""
        return self._evidence(query, query.text, hits)

    def _evidence(self, query: Query, question: str, hits: Sequence[Hit]) -> list[Sentence]:
        most = self._settings.evidence_characters
        if self._metadata_known:
            return self._reader.select(query, hits, most)
        return select_pieces(question, self._reader, hits, most)

    def _candidates(self, query: Query, question: str, hits: Sequence[Hit]) -> list[Sentence]:
        """What the drafter chooses from: of raw passages every piece, since it is shown few of them at a time."""
        if self._metadata_known:
            return self._evidence(query, question, hits)
        return select_pieces(question, self._reader, hits, None)

    def _drafter(self, query: Query, hits: Sequence[Hit]) -> ModelAnswerer:
        passages = {hit.chunk.report: self._reader.view(hit.chunk.report).report.text for hit in hits}
        if not self._metadata_known:
            return PassageAnswerer(self._model, self._settings, self._reader, tuple(passages.values()))

        def around(sentence: Sentence) -> str:
            chunks = [h.chunk for h in hits if h.chunk.report == sentence.report]
            own = [c.text for c in chunks if c.start <= sentence.start < c.end]
            return " ".join((self._reader.title(sentence.report), *own, sentence.text))

        return ModelAnswerer(
            self._model, self._settings, around, tuple(passages.values()), figures=self._figures,
            holds=lambda text, sentence: figures_hold(
                text, self._figures(sentence), query, self._reader.surroundings
            ),
        )  # fmt: skip

    def _figures(self, sentence: Sentence) -> list[Figure]:
        """The figures of a sentence, read as part of its report."""
        view = self._reader.view(sentence.report)
        first = bisect_left(view.figure_starts, sentence.start)
        return view.figures[first : bisect_left(view.figure_starts, sentence.end)]

    def say(self, query: Query, statements: Sequence[tuple[str, Statement]]) -> Answer:
        """Labelled statements that need no model, in the words of an answer."""
        return self._say(query, [(label, ModelResult((one,), confidence=1.0)) for label, one in statements])

    def _say(self, query: Query, results: Sequence[tuple[str, ModelResult]]) -> Answer:
        citations: list[Citation] = []
        figures: list[ShownFigure] = []
        said: list[str] = []
        for label, result in results:
            if not result.statements:
                said.append(f"{label}：没有找到" if query.language == "zh" else f"{label}: not found")
                continue
            texts = []
            for statement in result.statements:
                citation = self._cite(statement.sentence, len(citations) + 1)
                same = [c for c in citations if (c.report, c.start) == (citation.report, citation.start)]
                marker = same[0].marker if same else citation.marker
                if not same:
                    citations.append(citation)
                texts.append(self._words(query, statement, marker))
                figures += [
                    ShownFigure(f.text, float(f.value), f.unit, marker)
                    for f in figures_in_text(statement.text)
                ]
            said.append((f"{label}：" if label else "") + "，".join(texts))
        stage: Stage = "repaired" if any(result.repaired for _, result in results) else "model"
        text = "；".join(said) + "。" if query.language == "zh" else "; ".join(said)
        weakest = min((r for _, r in results if r.statements), key=lambda result: result.confidence)
        return Answer(
            question=query.original, text=text, abstained=False, language=query.language, stage=stage,
            citations=tuple(citations), figures=tuple(figures), usage=self.usage,
            confidence=weakest.confidence, signals=asdict(weakest.signals) if weakest.signals else {},
        )  # fmt: skip

    def _words(self, query: Query, statement: Statement, marker: int) -> str:
        """The statement with its marker; in an English answer with the clause it stands in."""
        if query.language == "zh":
            return f"{plain_dates(statement.text)}[{marker}]"
        clause = clause_around(statement.sentence.text, statement.text)
        if clause == statement.text:
            return f"“{statement.text}”[{marker}]"
        return f"“{statement.text}” — in the report: “{clause}”[{marker}]"

    def _contradicts(self, query: Query, text: str, sentence: Sentence) -> bool:
        """Whether a figure drafted from raw passages is of another indicator, period, region or status than asked.

        Where the figure's own clause says the place or the plan that the question does, code's reading of them does
        not count: the place may be part of a name (云川运动会), and the plan that of a word that it stands in.
        """
        there = self._figures(sentence)
        for said in figures_in_text(text):
            if query.asks and all(_measured_otherwise(ask.unit, said.unit) for ask in query.asks):
                return True
            same = [f for f in there if same_quantity(said.value, said.unit, f.value, f.unit)]
            readings = [
                set(candidate.conflicts) - self._excused(query.text, ask.region, candidate.figure)
                for ask in query.asks
                for candidate in bind(ask, same, self._reader.surroundings, metadata_known=False)
            ]
            if readings and all({"indicator", "period", "region", "status"} & left for left in readings):
                return True
        return False

    def _excused(self, question: str, region: str | None, figure: Figure) -> set[str]:
        """Differences that are none, since the figure's own clause says what the question says."""
        clause = self._reader.surroundings(figure).clause
        place = re.sub("[市省县区]$", "", region) if region else ""
        excused = {"region"} if len(place) > 1 and place in clause else set()
        planned = any(word in question and word in clause for word in PLANNED)
        return excused | ({"status"} if planned else set())


def _measured_otherwise(asked: str | None, said: str) -> bool:
    """Whether a number of people or things was asked for and something measured is said, or the other way round."""
    if not asked or not said or same_family(asked, said):
        return False
    return _is_measured(asked) if is_count(said) else is_count(asked) and _is_measured(said)


def _is_measured(unit: str) -> bool:
    return any(same_family(unit, one) for one in MEASURED)
