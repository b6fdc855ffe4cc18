"""Where the evidence of answerable gold items is found: first hit, first five hits, chosen sentences.

`first`: some evidence is in the first hit; `five`: all of it is in the first five; `evidence`: all of it is in the
sentences that the language model would see. Follow-ups are first made whole by rules. No language model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.dataset import GoldItem, load_gold
from eval.metrics.retrieval import evidence_ranks
from eval.quantities import compact
from eval.retrieval_parts import Lines, lines_of, rankings, without
from rag import ReportQA, Turn, rerank
from rag.conversation import resolve


@dataclass(frozen=True, slots=True)
class Found:
    """Of one item under one ranking; `shown` is None where no sentences were chosen from it."""

    first: bool
    five: bool
    shown: bool | None = None


def found_in(
    item: GoldItem, hits: Lines, paths: Mapping[str, str], sentences: Sequence[str] | None = None
) -> Found:
    """`sentences` are the ones chosen; evidence may reach from one into the next."""
    ranks = evidence_ranks(item, hits, paths).ranks
    shown = None
    if sentences is not None:
        together = compact("".join(sentences))
        held = [compact(evidence) in together for evidence in item.evidence]
        shown = any(held) if item.docs_mode == "any" else all(held)
    return Found(
        any(rank == 1 for rank in ranks), all(rank is not None and rank <= 5 for rank in ranks), shown
    )


def run_gold(gold: Sequence[Path], directory: Path, *, features: bool = False) -> int:
    """Markdown tables: every way of ranking, and `search` by kinds of item; GoldError for a bad file."""
    items = [item for item in load_gold(*gold) if item.answerable and item.evidence and not item.passages]
    qa = ReportQA.open(directory)
    assert qa.index is not None  # it was opened
    paths = {report.name: report.path for report in qa.index.reports()}
    regions = tuple(dict.fromkeys(report.region for report in qa.index.reports() if report.region))
    whole = {
        item.id: resolve(
            item.question, [Turn.of(dict(turn)) for turn in item.history], qa.vocabulary, regions
        )
        for item in items
    }
    found: dict[str, dict[str, Found]] = {}
    search = ""
    for item in items:
        for name, lines in rankings(qa, whole[item.id]).items():
            found.setdefault(name, {})[item.id] = found_in(item, lines, paths)
            search = name
        sentences = qa.check_drafts(whole[item.id], ()).evidence
        found[search][item.id] = found_in(item, lines, paths, sentences)
    print(f"{len(items)} answerable items, {len(paths)} reports\n")
    print("| | n | first | five | evidence |\n|---|---|---|---|---|")
    for name, results in found.items():
        _print_row(name, list(results.values()))
    kinds = {
        "Chinese": [item.id for item in items if item.lang == "zh"],
        "English": [item.id for item in items if item.lang == "en"],
        "several evidences": [
            item.id for item in items if len(item.evidence) > 1 and item.docs_mode != "any"
        ],
        "follow-ups": [item.id for item in items if item.history],
    }
    for kind, ids in kinds.items():
        _print_row(f"– {kind}", [found[search][one] for one in ids])
    for feature in rerank.WEIGHTS if features else ():
        with without(feature):
            left = [
                found_in(item, lines_of(hit.chunk for hit in qa.search(whole[item.id], 10)), paths)
                for item in items
            ]
        _print_row(f"search without {feature!r}", left)
    qa.close()
    return 0


def _print_row(name: str, results: Sequence[Found]) -> None:
    if not results:
        return
    shares = [sum(one.first for one in results), sum(one.five for one in results)]
    if results[0].shown is not None:
        shares.append(sum(bool(one.shown) for one in results))
    cells = [f"{share / len(results):.3f}" for share in shares] + [""] * (3 - len(shares))
    print(f"| {name} | {len(results)} | {' | '.join(cells)} |", flush=True)
