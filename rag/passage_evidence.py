"""Evidence from raw passages: the pieces of sentences most likely to hold the answer, within a budget.

Passages of web pages bring menus, lists of dates and sentences of a page's length: a sentence is cut at its
commas into pieces short enough that several passages are heard. A piece is weighed by the question's words in
it, in it with the piece before, and in its whole passage, and by whether it holds the kind of thing asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import rjieba

from index.split import sentences
from index.types import Hit
from rag.answer_kind import has_kind, kind_of
from rag.evidence import EvidenceReader, Sentence
from rag.question_words import FUNCTION_WORDS
from rag.word_coverage import contained

PIECE_CHARACTERS = 110
NEAR_BEFORE, NEAR_AFTER = 160, 100  # characters around a piece that are read with it
# Fitted by logistic regression on the pieces of RGB's development questions (which hold the answer), rounded:
# docs/experiments.md, 2026-11-24.
WORDS_IN_PIECE, WORDS_WITH_BEFORE, WORDS_IN_PASSAGE, KIND = 1.4, 0.7, 0.7, 0.95

_CUT = re.compile(r"[，,；;：:。！？!?]+|\s{2,}|\s\.\.\.\s")
_ASKING = re.compile(r"什么时候|多少|哪里|在哪|何时|是谁|有谁|谁|哪些|什么|哪个|时间$")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:月\d+日|年|月)?")


def question_terms(question: str) -> tuple[str, ...]:
    """The words of the question that a passage with its answer repeats; numbers and years with their unit."""
    words = (word.strip() for word in rjieba.cut(_ASKING.sub(" ", question)))
    terms = [
        word
        for word in words
        if word and word not in FUNCTION_WORDS and not re.fullmatch(r"\W+|[\u3400-\u9fff]", word)
    ]
    return tuple(dict.fromkeys([*terms, *_NUMBER.findall(question)]))


def share(terms: Sequence[str], text: str) -> float:
    """Share of the terms that stand in the text, longer ones counting more; 0 without terms."""
    total = sum(min(len(term), 4) for term in terms)
    return sum(min(len(term), 4) * contained(term, text) for term in terms) / total if total else 0.0


def select_pieces(
    question: str, reader: EvidenceReader, hits: Sequence[Hit], characters: int | None
) -> list[Sentence]:
    """The best pieces of the hits' chunks, best first, together at most `characters` (the first always)."""
    terms, kind = question_terms(question), kind_of(question)
    found: dict[tuple[str, int], Sentence] = {}
    for hit in hits:
        report = hit.chunk.report
        text = reader.view(report).report.text
        whole = share(terms, text[hit.chunk.start : hit.chunk.end])
        before = ""
        for start, end in pieces(text, hit.chunk.start, hit.chunk.end):
            piece = text[start:end]
            held = has_kind(kind, piece)
            score = (
                WORDS_IN_PIECE * share(terms, piece)
                + WORDS_WITH_BEFORE * share(terms, before + piece)
                + WORDS_IN_PASSAGE * whole
                + (0 if held is None else KIND if held else -KIND)
            )
            if not reader.is_barred(report, start):
                found.setdefault((report, start), Sentence(report, start, end, piece, score))
            before = piece
    chosen: list[Sentence] = []
    used = 0
    for sentence in sorted(found.values(), key=lambda s: (-s.score, s.report, s.start)):
        if not chosen or characters is None or used + len(sentence.text) <= characters:
            chosen.append(sentence)
            used += len(sentence.text)
    return chosen


def near(reader: EvidenceReader, piece: Sentence) -> tuple[str, list[Sentence]]:
    """What stands around a piece in its passage, itself included, and its pieces; less what may not be evidence."""
    text = reader.view(piece.report).report.text
    start, end = max(0, piece.start - NEAR_BEFORE), min(len(text), piece.end + NEAR_AFTER)
    there = [
        (first, last)
        for first, last in pieces(text, 0, len(text))
        if first < end and last > start and not reader.is_barred(piece.report, first)
    ]
    shown = "".join(text[max(first, start) : min(last, end)] for first, last in there)
    return shown.strip(), [Sentence(piece.report, *span, text[slice(*span)], 0.0) for span in there]


def pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of sentences; of one that is too long, of its parts between commas, gathered up to the limit."""
    for first, last in sentences(text, start, end):
        if last - first <= PIECE_CHARACTERS + 20:
            yield first, last
            continue
        begin = stop = first
        for cut in [*(match.end() for match in _CUT.finditer(text, first, last)), last]:
            if cut - begin > PIECE_CHARACTERS and stop > begin:
                if text[begin:stop].strip():
                    yield begin, stop
                begin = stop
            stop = cut
        if text[begin:last].strip():
            yield begin, last
