"""From hits to names, dates, places, lists and meanings read off by code; nothing where two answers would do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.types import Hit
from rag.evidence import EvidenceReader, Sentence
from rag.model_answer import Statement
from rag.named_answer import Found, named_answers, only_answer
from rag.named_question import NamedQuestion, asked_twice, named_question
from rag.query import Query
from rag.question_parts import names_fewer, question_parts

# 这项标准叫什么: the second question is about what the first names.
_ABOUT_THE_FIRST = re.compile(r"^(?:其|它|他|她|(?:这|该|那)[\u4e00-\u9fff])")


class NamedStage:
    """Statements for a question that asks for no quantity; `drafts` are those that need a second opinion."""

    def __init__(self, reader: EvidenceReader, known_regions: Sequence[str]) -> None:
        self._reader = reader
        self._regions = known_regions

    def answer(self, query: Query, hits: Sequence[Hit]) -> list[tuple[str, Statement]]:
        """A labelled statement for each part of the question; [] unless every part has exactly one."""
        parts = self._parts(query.text)
        sentences = self.sentences(query, hits) if parts else []
        said: list[tuple[str, Statement]] = []
        for label, question in parts:
            found = only_answer(named_answers(question, sentences))
            if found is None:
                return []
            said.append((label, Statement(found.text, found.sentence)))
        return [] if names_fewer(query.text, [one.text for _, one in said]) else said

    def drafts(self, query: Query, hits: Sequence[Hit]) -> list[Found]:
        """What may be the answer of a question of one part, best first."""
        parts = self._parts(query.text)
        return named_answers(parts[0][1], self.sentences(query, hits)) if len(parts) == 1 else []

    def _parts(self, text: str) -> list[tuple[str, NamedQuestion]]:
        """The question's parts with their forms; [] if the form of one is not known."""
        asked = [piece for piece in re.split(r"[?？]", text) if piece.strip()]
        if len(asked) == 1 and len(twice := asked_twice(text)) == 2:
            parts = [("", piece) for piece in twice]
        elif len(asked) == 1:
            parts = [(part.label, part.question) for part in question_parts(text)]
        else:
            parts = [("", piece) for piece in asked]
        found: list[tuple[str, NamedQuestion]] = []
        for label, piece in parts:
            question = named_question(piece.strip(" ，,。"), self._regions)
            if question is None:
                return []
            if found and _ABOUT_THE_FIRST.match(piece.strip(" ，,。")):
                first = found[0][1]
                question = replace(question, before=(*first.terms, *question.before), first=first.first)
            found.append((label, question))
        return found

    def sentences(self, query: Query, hits: Sequence[Hit]) -> list[Sentence]:
        """The sentences of the hits that speak of the region, year and report asked for."""
        found: dict[tuple[str, int], Sentence] = {}
        for hit in hits:
            position, report = hit.chunk.start, hit.chunk.report
            text = self._reader.view(report).report.text
            while position < hit.chunk.end:
                start, end = self._reader.sentence_span(report, position)
                if (report, start) not in found and not self._reader.is_barred(report, start):
                    sentence = text[start:end]
                    if sentence.strip() and self._reader.in_scope(query, report, sentence):
                        found[report, start] = Sentence(report, start, end, sentence, hit.score)
                position = max(end, position + 1)
        return list(found.values())
