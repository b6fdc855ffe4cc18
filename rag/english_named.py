"""English questions for a name or a date, read off a Chinese sentence by code: only a name between marks, a code or one date.

The question's words are made Chinese by the glossary; the sentence must carry every one of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.periods import find_periods
from index.regions import find_regions
from rag.ask import without
from rag.english_question import english_terms, unknown_words
from rag.evidence import Sentence, squeeze
from rag.model_answer import Statement
from rag.word_coverage import contained

_WHEN = re.compile(
    r"^\s*(?:when|in (?:what|which) (?:year|month)|on (?:what|which) (?:date|day))\b", re.IGNORECASE
)
_WHICH = re.compile(
    r"^\s*(?:which|what|what (?:is|was) the name of)\b(?=.*\b(?:models?|cars?|aircraft|airliners?|planes?|spacecraft|probes?|satellites?"
    r"|rockets?|ships?|vessels?|submersibles?|carriers?|laws?|acts?|plans?|outlines?|documents?|drugs?|missions?)\b)",
    re.IGNORECASE,
)
_TWO_THINGS = re.compile(
    r"\band (?:for |by |in |on |to )?(?:what|which|who|whom|when|where|how)\b", re.IGNORECASE
)
_ABOUT_THE_QUESTION = re.compile(r"\baccording to\b.*$|\b(?:which|what|when|where|name of)\b", re.IGNORECASE)
_MARKED = re.compile(
    r"《[^》]{2,40}》|“[^”]{2,16}”(?:[一二三四五六七八九十\d]+号?)?"
    r"|(?<![A-Za-z0-9])[A-Z]{1,6}-?\d{2,5}(?![A-Za-z0-9])"
    r"|[\u4e00-\u9fff]{2}[一二三四五六七八九十]{1,2}号"
)
_DATE = re.compile(r"\d{4}\s*年(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号])?)?|\d{1,2}\s*月\s*\d{1,2}\s*[日号]")
_LEAST_TERMS = 2


def english_named(
    question: str, sentences: Sequence[Sentence], known_regions: Sequence[str]
) -> Statement | None:
    """The one name or date that the sentences carrying all of the question's words agree on."""
    asks_when = bool(_WHEN.search(question))
    if _TWO_THINGS.search(question) or not (asks_when or _WHICH.search(question)):
        return None
    places = find_regions(question, known=known_regions)
    bare = _ABOUT_THE_QUESTION.sub(" ", without(question, [*find_periods(question), *places]))
    terms = english_terms(bare)
    if len(terms) < _LEAST_TERMS or unknown_words(bare):
        return None
    found = [
        Statement(text, sentence)
        for sentence in sentences
        if (text := _only(asks_when, terms, sentence.text)) is not None
    ]
    return found[0] if len({squeeze(one.text) for one in found}) == 1 else None


def _only(asks_when: bool, terms: Sequence[str], text: str) -> str | None:
    """What the clauses between two semicolons that carry all terms say, if they say one thing."""
    for group in re.split(r"[。；;\n]", text):
        if any(contained(term, group) < 0.8 for term in terms):
            continue
        pattern = _DATE if asks_when else _MARKED
        named = list(dict.fromkeys(m[0] for m in pattern.finditer(group)))
        if len(named) != 1:
            return None
        clause = next(piece for piece in re.split("[，,：:]", group) if named[0] in piece)
        near = sum(contained(term, clause) >= 0.8 for term in terms)
        return named[0].strip("“”") if 2 * near >= len(terms) else None
    return None
