"""Are citations exact, and do they point at the gold evidence?

Exact: `quote` is the canonical text of its report from `start` to `end`, character by character.
Precision: the share of citations that show some gold evidence. Recall: the share of evidence that some
citation shows (with docs_mode "any": 1 if any is shown). White space, width and punctuation are ignored
there: a citation shows an evidence if one contains the other or their longest common run is at least half
the shorter one, and the report is one that the item names (where the id can be resolved).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from eval.dataset import GoldItem, resolve_doc
from eval.quantities import compact


@dataclass(frozen=True, slots=True)
class CitationScore:
    """Counts and shares of one answer's citations; None where there is nothing to judge by."""

    count: int
    exact: int | None  # of `count`; None without the reports' texts
    precision: float | None
    recall: float | None


def exact(citation: Mapping[str, Any], texts: Mapping[str, str]) -> bool:
    """Whether the quote stands in its report at its offsets, and is not empty."""
    text = texts.get(str(citation.get("report")))
    start, end, quote = citation.get("start"), citation.get("end"), citation.get("quote")
    if text is None or not isinstance(start, int) or not isinstance(end, int) or not quote:
        return False
    return 0 <= start < end <= len(text) and text[start:end] == quote


def _bare(text: str) -> str:
    return re.sub(r"[^\w%‰.]", "", compact(text))


def shows(quote: str, evidence: str) -> bool:
    """Whether a quoted text and a gold evidence are about the same words; see the module's text."""
    first, second = _bare(quote), _bare(evidence)
    shorter = min(len(first), len(second))
    if shorter < 2:
        return False
    if first in second or second in first:
        return True
    common = SequenceMatcher(None, first, second, autojunk=False).find_longest_match()
    return common.size * 2 >= shorter and common.size >= 6


def allowed_reports(item: GoldItem, paths: Mapping[str, str]) -> set[str] | None:
    """The names of the reports that the item's docs mean; None (every report) if an id can't be resolved.

    `paths` gives the path of each report by name; a doc id may be a folder's name, so the path counts.
    """
    names = {path or name: name for name, path in paths.items()}
    resolved = [resolve_doc(doc, names) for doc in item.docs]
    found = {names[path] for path in resolved if path is not None}
    return found if found and len(resolved) == len([path for path in resolved if path]) else None


def citation_score(
    item: GoldItem,
    citations: Sequence[Mapping[str, Any]],
    texts: Mapping[str, str] | None,
    paths: Mapping[str, str],
) -> CitationScore:
    """The score of one answer's citations; `paths` as in `allowed_reports`."""
    exact_count = None if texts is None else sum(exact(citation, texts) for citation in citations)
    if not item.evidence:
        return CitationScore(len(citations), exact_count, None, None)
    allowed = allowed_reports(item, paths)
    quotes = [str(c.get("quote", "")) for c in citations if allowed is None or c.get("report") in allowed]
    shown = [any(shows(quote, evidence) for quote in quotes) for evidence in item.evidence]
    good = sum(any(shows(quote, evidence) for evidence in item.evidence) for quote in quotes)
    recall = float(any(shown)) if item.docs_mode == "any" else sum(shown) / len(shown)
    return CitationScore(len(citations), exact_count, good / len(citations) if citations else None, recall)
