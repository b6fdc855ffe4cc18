"""From a question to a verified answer: the product on one page.

understand → retrieve → bind figures (code) or draft (model) → verify → phrase with citations, or refuse.
Nothing that failed verification leaves this module.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import cast

from index.embed import Embedder
from index.periods import Period
from index.regions import find_regions
from index.store import ReportIndex
from index.types import Figure, Hit
from index.vocabulary import Vocabulary
from rag import phrase
from rag.conversation import resolve
from rag.english_named import english_named
from rag.evidence import EvidenceReader, Sentence, trim
from rag.figure_answer import FigureAnswerer, FigureResult
from rag.figure_likeness import reports_differ
from rag.given_draft import CheckedDrafts, GivenDraft
from rag.llm import ChatModel
from rag.model_stage import ModelStage
from rag.named_stage import NamedStage
from rag.prompt import fill
from rag.query import Query, detect_language, understand
from rag.query_vectors import QueryVectors
from rag.retrieve import retrieve
from rag.said_in_words import said_in_words
from rag.settings import Settings
from rag.tracing import stage
from rag.types import Answer, Citation, Event, ShownFigure, Turn, Usage


@dataclass
class Pipeline:
    """What an answer is made with: one index, its embedder, a chat model, the vocabulary, settings."""

    index: ReportIndex
    embedder: Embedder
    model: ChatModel
    vocabulary: Vocabulary
    settings: Settings
    metadata_known: bool = True  # False for raw passages: a missing slot is unknown, not a conflict
    reader: EvidenceReader = field(init=False)
    questions: QueryVectors = field(init=False)

    def __post_init__(self) -> None:
        self.reader = EvidenceReader(self.index)
        self.questions = QueryVectors(self.embedder)

    def understand(self, question: str, history: Sequence[Turn]) -> tuple[Query, Usage]:
        """The question's slots, with the conversation's; an English one may need the model to translate."""
        whole = resolve(question, history, self.vocabulary, self.known_regions())
        query = self.understand_by_rule(whole)
        usage = Usage()
        if query.language == "en" and (query.unknown_words or not query.wants_figures):
            query, usage = self._through_chinese(query)
        return replace(query, original=question, language=detect_language(question)), usage

    def understand_by_rule(self, question: str) -> Query:
        """The slots that code alone can read, for searching without the model."""
        known = self.known_regions()
        query = understand(question, self.vocabulary, known_regions=known)
        reference = self._reference_period(query.regions)
        if query.periods or reference is None:
            return query
        return understand(question, self.vocabulary, known_regions=known, reference=reference)

    def _reference_period(self, regions: Sequence[str]) -> Period | None:
        """The period 前三季度 or 去年 is relative to: that of the reports on the region, if it is one."""
        of_region = [r for r in self.index.reports() if not regions or r.region in regions]
        codes = {r.period for r in of_region}
        code = codes.pop() if len(codes) == 1 else None
        return Period.parse(code) if code else None

    def known_regions(self) -> tuple[str, ...]:
        """The regions the reports are of, so that short and English names of theirs are understood."""
        return tuple(dict.fromkeys(r.region for r in self.index.reports() if r.region))

    def _through_chinese(self, query: Query) -> tuple[Query, Usage]:
        """The slots of the question's Chinese translation; period and region stay as code read them."""
        text = query.text
        for place in reversed(find_regions(text, known=self.known_regions())):
            text = f"{text[: place.start]}{place.name}{text[place.end :]}"  # the model would guess at names
        completion = self.model.complete(fill("translate", question=text), max_tokens=60, stop=["\n"])
        usage = Usage.of(completion)
        translated = understand(completion.text.strip(), self.vocabulary, known_regions=self.known_regions())
        if not completion.text.strip() or translated.language != "zh":
            # Nothing says what the unknown words are: no figure may stand for them.
            return replace(query, untranslated=bool(query.asks and query.unknown_words)), usage
        asks = tuple(
            replace(
                ask,
                period=query.asks[0].period if query.asks and len(query.periods) == 1 else ask.period,
                region=query.asks[0].region if query.asks and query.regions else ask.region,
                status=query.asks[0].status if query.asks else ask.status,
                indicator_ids=ask.indicator_ids
                or (query.asks[0].indicator_ids if len(query.asks) == 1 else ()),
            )
            for ask in translated.asks
        )
        if query.unknown_words and not asks and query.asks:
            return replace(query, untranslated=True), usage  # nothing says what the unknown words ask for
        if query.asks and (not asks or query.asks[0].against_target):
            asks = query.asks  # the translation lost the question of quantity, or that of the target
        merged = replace(
            query, text=f"{translated.text}", asks=asks, terms=tuple(dict.fromkeys((*translated.terms, *query.terms))),
            periods=query.periods or translated.periods, regions=query.regions or translated.regions,
            operation=translated.operation or query.operation,
        )  # fmt: skip
        return merged, usage

    def answer(
        self, question: str, history: Sequence[Turn], reports: Sequence[str] | None, top_k: int = 8
    ) -> Iterator[Event]:
        """Evidence first, then (from the model stage) text as it forms, then the verified answer."""
        started = time.perf_counter()
        with stage("understand"):
            query, usage = self.understand(question, history)
        with stage("retrieve"), self.index.snapshot():
            hits, version = self.retrieve(query, max(top_k, 12), reports), self.index.version
        retrieved = time.perf_counter()
        yield Event("evidence", hits=tuple(hits[:top_k]))
        with stage("answer"), self.index.snapshot():
            if self.index.version != version:  # another process changed the reports meanwhile
                hits = self.retrieve(query, max(top_k, 12), reports)
            draft = self._answer_from(query, hits, reports)
        finished = time.perf_counter()
        answer = replace(
            draft, question=question, hits=tuple(hits[:top_k]), usage=draft.usage + usage, model=self.model.name,
            timings_ms={
                "retrieve": (retrieved - started) * 1000,
                "first_token": (finished - started) * 1000,
                "total": (finished - started) * 1000,
            },
        )  # fmt: skip
        yield Event("text", text=answer.text)
        yield Event("answer", hits=answer.hits, text=answer.text, answer=answer)

    def retrieve(self, query: Query, top_k: int, reports: Sequence[str] | None) -> list[Hit]:
        """The `top_k` best chunks, best first; no call of the model."""
        return retrieve(
            query, self.index, self.questions, self.settings,
            top_k=top_k, reports=reports, reader=self.reader, metadata_known=self.metadata_known,
        )  # fmt: skip

    def _answer_from(self, query: Query, hits: Sequence[Hit], reports: Sequence[str] | None) -> Answer:
        if not hits or query.untranslated:
            return self._refuse(query, None, ())
        drafting = self._model_stage()
        if query.wants_figures:
            # Of raw passages neither region nor period is known: figures are bound by slots alone, and the
            # model must then hold them for the answer.
            judge = self.model if self.metadata_known else None
            stage = FigureAnswerer(
                self.index, self.reader, judge, self.settings, metadata_known=self.metadata_known
            )
            result = stage.answer(query, hits, reports)
            if result.bound and self.metadata_known:
                return self._say_figures(query, result)
            if result.bound and (held := drafting.confirm(query, hits, result)):
                signals = asdict(held.signals) if held.signals else {}
                said = self._say_figures(query, result)
                return replace(said, usage=drafting.usage, confidence=held.confidence, signals=signals)
            if self.metadata_known:
                if told := self._said_in_words(query, hits):
                    return told
                # A model that was shown the figures that could be meant, and took none, is not asked again.
                asked = result.usage != Usage()
                if not asked and (drafted := self._drafted_figures(query, hits, drafting)):
                    return drafted
                refused = self._refuse(query, result, result.near)
                return replace(refused, usage=refused.usage + drafting.usage)
        if self.metadata_known and query.language == "zh":
            named = NamedStage(self.reader, self.known_regions())
            if statements := named.answer(query, hits):
                return replace(drafting.say(query, statements), stage="figure", confidence=None)
            if told := self._said_in_words(query, hits):
                return told
        if self.metadata_known and query.language == "en" and not query.wants_figures:
            known = self.known_regions()
            sentences = NamedStage(self.reader, known).sentences(query, hits)
            if (name := english_named(query.original, sentences, known)) is not None:
                return replace(drafting.say(query, [("", name)]), stage="figure", confidence=None)
        answer = drafting.answer(query, hits)
        return answer or replace(self._refuse(query, None, ()), usage=drafting.usage)

    def _drafted_figures(self, query: Query, hits: Sequence[Hit], drafting: ModelStage) -> Answer | None:
        """The figures that a draft of the model points to and code holds, said as any other."""
        found = drafting.figures(query, hits, self._likeness)
        if found is None:
            return None
        result, pointed = found
        said = self._say_figures(query, result)
        return replace(said, confidence=pointed.confidence, signals=asdict(pointed.signals))

    def _likeness(self, question: str, texts: Sequence[str]) -> list[float]:
        """The cosine of a question to each of the texts."""
        (asked,) = self.embedder.embed_queries([question])
        return [float(cosine) for cosine in self.embedder.embed_passages(texts) @ asked]

    def _said_in_words(self, query: Query, hits: Sequence[Hit]) -> Answer | None:
        """半壁江山, 连续11年: a quantity that is no figure, read off its sentence by code."""
        if query.language != "zh":
            return None
        said = said_in_words(query, NamedStage(self.reader, self.known_regions()).sentences(query, hits))
        if said is None:
            return None
        answer = self._model_stage().say(query, [("", said)])
        return replace(answer, stage="figure", confidence=None)

    def check_drafts(
        self, question: str, drafts: Sequence[str], reports: Sequence[str] | None
    ) -> CheckedDrafts:
        """What the model stage would show of each draft if the model found all of them sound; see rag.given_draft."""
        query = replace(self.understand_by_rule(question), original=question)
        with self.index.snapshot():
            hits = self.retrieve(query, 12, reports)
            evidence = self._model_stage().evidence(query, hits) if hits else []
            answers = [self._from_draft(query, hits, draft) if hits else None for draft in drafts]
        shown = tuple(answer or self._refuse(query, None, ()) for answer in answers)
        return CheckedDrafts(tuple(sentence.text for sentence in evidence), shown)

    def _from_draft(self, query: Query, hits: Sequence[Hit], draft: str) -> Answer | None:
        drafting = self._model_stage(cast(ChatModel, GivenDraft(draft)))
        if query.wants_figures and self.metadata_known:
            return self._drafted_figures(query, hits, drafting)
        return drafting.answer(query, hits)

    def _model_stage(self, model: ChatModel | None = None) -> ModelStage:
        def cite(sentence: Sentence, marker: int) -> Citation:
            return self._cite(sentence.report, sentence.start, sentence.end, marker)

        return ModelStage(
            self.index,
            self.reader,
            model or self.model,
            self.settings,
            cite,
            metadata_known=self.metadata_known,
        )

    def _say_figures(self, query: Query, result: FigureResult) -> Answer:
        """Statements of the bound figures, each with its marker, then the arithmetic if any."""
        citations: list[Citation] = []
        shown: list[ShownFigure] = []
        statements: list[str] = []
        for bound in result.bound:
            for figure in bound.figures:
                marker = self._marker(figure, citations)
                name = self._name(figure)
                said = phrase.statement(
                    replace(figure, indicator=name), bound.ask, query.language, self.vocabulary, figure.period
                )
                statements.append(f"{said}[{marker}]")
                shown.append(
                    ShownFigure(phrase.figure_text(figure), _shown_value(figure), figure.unit, marker)
                )
            if reports_differ(bound.figures):
                statements.append("两份报告所载不一" if query.language == "zh" else "the two reports differ")
        if result.computed is not None:
            statements.append(
                phrase.computed_statement(result.computed, result.computed_kind, query, query.language)
            )
            value = result.computed
            shown.append(
                ShownFigure(value.text, float(abs(value.value)), value.unit, None, value.calculation)
            )
        joined = (
            "；".join(dict.fromkeys(statements)) + "。"
            if query.language == "zh"
            else "; ".join(dict.fromkeys(statements)) + "."
        )
        return Answer(
            question=query.original, text=joined, abstained=False, language=query.language,
            stage="model" if any(b.by_model for b in result.bound) else "figure",
            citations=tuple(citations), figures=tuple(shown), usage=result.usage,
        )  # fmt: skip

    def _name(self, figure: Figure) -> str:
        """The indicator in the report's own words where they are one of its names: 地区生产总值."""
        words = self.reader.view(figure.report).report.text[figure.indicator_start : figure.indicator_end]
        known = self.vocabulary.lookup(words) if words else None
        same = known is not None and known.id == figure.indicator_id and len(words) >= len(figure.indicator)
        return words if same else figure.indicator

    def _marker(self, figure: Figure, citations: list[Citation]) -> int:
        start, end = self.reader.sentence_span(figure.report, figure.start)
        for citation in citations:
            if (citation.report, citation.start) == (figure.report, start):
                return citation.marker
        citations.append(self._cite(figure.report, start, end, len(citations) + 1))
        return len(citations)

    def cite(self, figure: Figure, marker: int) -> Citation:
        """The sentence or table row a figure stands in."""
        start, end = self.reader.sentence_span(figure.report, figure.start)
        return self._cite(figure.report, start, end, marker)

    def _cite(self, name: str, start: int, end: int, marker: int) -> Citation:
        report = self.reader.view(name).report
        start, end = trim(report.text, start, end)
        return Citation(marker, name, report.page_at(start), start, end, report.text[start:end])

    def _refuse(self, query: Query, result: FigureResult | None, near: Sequence[Figure]) -> Answer:
        named = list(dict.fromkeys(phrase.slots(figure, query.language, self.vocabulary) for figure in near))
        suggestions = tuple(dict.fromkeys(filter(None, (self._suggestion(query, f) for f in near))))
        ask = result.missing if result else None
        return Answer(
            question=query.original, text=phrase.refusal(query, ask, named[:2], query.language), abstained=True,
            language=query.language, stage="refused", usage=result.usage if result else Usage(),
            suggestions=suggestions[:3],
        )  # fmt: skip

    def _suggestion(self, query: Query, figure: Figure) -> str | None:
        """A question that this figure near the asked one answers, tried before it is offered."""
        text = phrase.question_for(figure, query.language, self.vocabulary)
        asked = self.understand_by_rule(text)
        binder = FigureAnswerer(
            self.index, self.reader, None, self.settings, metadata_known=self.metadata_known
        )
        if len(asked.asks) != 1:
            return None
        bound = binder.figure_for(asked.asks[0], asked, (), None)
        return text if bound and len(bound.figures) == 1 and bound.figures[0] == figure else None


def _shown_value(figure: Figure) -> float:
    """The value as its text says it: 下降3.2% shows 3.2, a written minus stays."""
    value = float(figure.value)
    return value if figure.text.lstrip().startswith(("-", "－", "−", "负")) else abs(value)
