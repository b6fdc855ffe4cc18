"""Is the gold evidence among the hits, and how early? recall@k, MRR and nDCG through ir-measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.dataset import GoldItem
from eval.metrics.citations import allowed_reports
from eval.quantities import compact


@dataclass(frozen=True, slots=True)
class EvidenceRanks:
    """At which rank (1-based) each evidence is first found; None: not among the hits."""

    ranks: tuple[int | None, ...]
    hits: int


def holds(hit_text: str, evidence: str) -> bool:
    """Whether a hit's text holds the evidence, white space and width aside."""
    return compact(evidence) in compact(hit_text)


def evidence_ranks(
    item: GoldItem, hits: Sequence[Mapping[str, Any]], paths: Mapping[str, str]
) -> EvidenceRanks:
    """The rank of each evidence of an item; with docs_mode "any", of the first one found alone.

    A hit counts only in a report that the item names, where `paths` can tell (see `allowed_reports`).
    """
    allowed = allowed_reports(item, paths)
    ranks: list[int | None] = []
    for evidence in item.evidence:
        found = None
        for rank, hit in enumerate(hits, 1):
            if (allowed is None or hit.get("report") in allowed) and holds(
                str(hit.get("text", "")), evidence
            ):
                found = rank
                break
        ranks.append(found)
    if item.docs_mode == "any":
        known = [rank for rank in ranks if rank is not None]
        ranks = [min(known) if known else None]
    return EvidenceRanks(tuple(ranks), len(hits))


def retrieval_measures(
    ranked: Mapping[str, EvidenceRanks], ks: Sequence[int] = (1, 5, 10)
) -> dict[str, float]:
    """Means over questions of R@k, RR@10 and nDCG@10, e.g. {"R@5": 0.9, …}; empty for no questions.

    Each evidence is one relevant document. Several first found in the same hit count as one, since a hit
    takes one place in the ranking.
    """
    if not ranked:
        return {}
    import ir_measures

    qrels: dict[str, dict[str, int]] = {}
    run: dict[str, dict[str, float]] = {}
    for question, evidence in ranked.items():
        relevant = {f"hit {rank}" for rank in evidence.ranks if rank is not None}
        missing = {f"missing {i}" for i, rank in enumerate(evidence.ranks) if rank is None}
        qrels[question] = dict.fromkeys(sorted(relevant | missing), 1)
        # One document that is never relevant keeps a question without hits in the mean, as a zero.
        run[question] = {f"hit {rank}": -float(rank) for rank in range(1, evidence.hits + 1)} or {"none": 0.0}
    measures = [ir_measures.R @ k for k in ks] + [ir_measures.RR @ 10, ir_measures.nDCG @ 10]
    values = ir_measures.calc_aggregate(measures, qrels, run)
    return {str(measure): float(values[measure]) for measure in measures}
