"""Score answers against gold items: `score` for one, `summarise` for many. Pure functions, no models."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.dataset import GoldItem
from eval.metrics.citations import CitationScore, citation_score
from eval.metrics.cost import Cost, cost
from eval.metrics.distractors import distractors_stated
from eval.metrics.figures import figures_found
from eval.metrics.keywords import keywords_found
from eval.metrics.refusal import abstained, reads_as_refusal
from eval.metrics.retrieval import EvidenceRanks, evidence_ranks
from eval.metrics.shown_figures import ShownFigures, shown_figures
from eval.metrics.wrong import Outcome, outcome


@dataclass(frozen=True, slots=True)
class Score:
    """All that is known of one answer."""

    id: str
    kind: str
    lang: str
    style: str
    report: str  # the gold item's report, "several" where more than one is needed
    answerable: bool
    outcome: Outcome
    stage: str
    figures_found: tuple[bool, ...]
    keywords_found: tuple[bool, ...]
    distractors: tuple[str, ...]
    refusal_mismatch: bool  # says abstained, reads like an answer, or the other way round
    citations: CitationScore
    shown: ShownFigures
    retrieval: EvidenceRanks | None
    cost: Cost

    @property
    def correct(self) -> bool:
        """Right, or rightly refused."""
        return self.outcome in ("right", "right refusal")

    def to_dict(self) -> dict[str, Any]:
        """Plain data for scores.jsonl."""
        return {**asdict(self), "correct": self.correct}


def score(
    item: GoldItem,
    answer: Mapping[str, Any],
    texts: Mapping[str, str] | None = None,
    paths: Mapping[str, str] | None = None,
) -> Score:
    """Score an answer (as in `python -m rag batch`).

    `texts` are the reports' canonical texts by name, `paths` their files by name: without the first,
    citations aren't checked for exactness; without the second, doc ids that name a folder aren't resolved.
    """
    text = str(answer.get("answer", ""))
    declined = abstained(answer)
    figures = figures_found(item, text)
    keywords = keywords_found(item, text)
    citations = list(answer.get("citations", ()))
    hits = list(answer.get("hits", ()))
    where = paths if paths is not None else dict.fromkeys(texts or (), "")
    context = [item.question, *(value for turn in item.history for value in turn.values())]
    return Score(
        id=item.id,
        kind=item.kind,
        lang=item.lang,
        style=item.style,
        report="several" if len(item.docs) > 1 and item.docs_mode == "all" else (*item.docs, "")[0],
        answerable=item.answerable,
        outcome=outcome(item.answerable, declined, figures, keywords),
        stage=str(answer.get("stage", "")),
        figures_found=tuple(figures),
        keywords_found=tuple(keywords),
        distractors=() if declined else tuple(distractors_stated(item, text)),
        refusal_mismatch=declined != reads_as_refusal(text),
        citations=citation_score(item, citations, texts, where),
        shown=shown_figures(answer, context, texts),
        retrieval=evidence_ranks(item, hits, where) if item.evidence else None,
        cost=cost(answer),
    )


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of what is known, None of nothing."""
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def quantile(values: Iterable[float | None], share: float) -> float | None:
    """The nearest-rank quantile of what is known, None of nothing."""
    known = sorted(value for value in values if value is not None)
    return known[max(0, math.ceil(share * len(known)) - 1)] if known else None


def summarise(scores: Sequence[Score]) -> dict[str, Any]:
    """The numbers of one group. Rates are shares of the items they can apply to, None where there are none.

    accuracy      right and rightly refused, of all          wrong          of all
    right         of the answerable                          right_refusal  of the unanswerable
    false_refusal of the answerable                          distractor     of the answered
    citation_exact of all citations; evidence_cited: mean recall of the answered and answerable
    """
    answerable = [s for s in scores if s.answerable]
    unanswerable = [s for s in scores if not s.answerable]
    answered = [s for s in scores if "refusal" not in s.outcome]
    cited = sum(s.citations.count for s in scores if s.citations.exact is not None)

    def share(part: int, whole: Sequence[Score]) -> float | None:
        return part / len(whole) if whole else None

    def count(name: Outcome) -> int:
        return sum(s.outcome == name for s in scores)

    return {
        "n": len(scores),
        "n_answerable": len(answerable),
        "n_unanswerable": len(unanswerable),
        "accuracy": share(sum(s.correct for s in scores), scores),
        "wrong": share(count("wrong"), scores),
        "right": share(count("right"), answerable),
        "right_refusal": share(count("right refusal"), unanswerable),
        "false_refusal": share(count("false refusal"), answerable),
        "distractor": share(sum(bool(s.distractors) for s in answered), answered),
        "citations": sum(s.citations.count for s in scores),
        "citation_exact": sum(s.citations.exact or 0 for s in scores) / cited if cited else None,
        "citation_precision": mean(s.citations.precision for s in answered if s.answerable),
        "evidence_cited": mean(s.citations.recall for s in answered if s.answerable),
        "answers_all_shown": share(sum(s.shown.all_shown for s in answered), answered),
        "refusal_mismatch": sum(s.refusal_mismatch for s in scores),
        "seconds_median": quantile((s.cost.seconds for s in scores), 0.5),
        "seconds_p95": quantile((s.cost.seconds for s in scores), 0.95),
        "first_token_median": quantile((s.cost.first_token_seconds for s in scores), 0.5),
        "prompt_tokens_mean": mean(s.cost.prompt_tokens for s in scores),
        "new_prompt_tokens_mean": mean(s.cost.new_prompt_tokens for s in scores),
        "completion_tokens_mean": mean(s.cost.completion_tokens for s in scores),
    }
