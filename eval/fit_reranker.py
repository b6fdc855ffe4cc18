"""Fit the weights of `rag.rerank` on questions whose passage is known, and say what they give in folds.

    python -m eval.fit_reranker --benchmark QUESTIONS INDEX WEIGHT SHARPNESS … --gold GOLD INDEX …

Each question is searched as users search; the model is the odds that a proposed passage is one with the answer
(a softmax over the passages of a question), with what figures and years add held fixed. WEIGHT is what a question
of a set counts, SHARPNESS how far apart its scores are set while fitting: news that tell one event many times
leave every ranking in doubt, and fitted at 1 they would flatten the weights for all. Folds are by document (gold
items: by item), so that no document serves both sides. Prints the folds' figures and the weights of a fit to all.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.dataset import GoldItem, load_gold
from eval.metrics.retrieval import evidence_ranks
from eval.retrieval_benchmarks import RetrievalQuestion, answer_rank, document_rank, load_questions
from eval.retrieval_parts import EVERY_CANDIDATE, lines_of
from rag import ReportQA, Turn, rerank
from rag.conversation import resolve

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FOLDS = 5
DOCUMENT_SHARE = 0.3  # of a question's weight: that the passage is of the right document at all
RIDGE = 2.0  # on the weights of features of standard deviation 1
STEPS = 60
SCALE = 0.5  # of the weights printed: what figures and years add was set beside such scores
BLANK = 2  # every so many examples get a passage that has none of the question's words
# What a passage has of its own, not through the passages around it.
OWN = (
    "number of words", "rarest words", "best sentence", "rest best sentence", "characters", "longest run", "runs of 3",
    "codes", "unit beside words", "rate beside words",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """One question with the passages proposed for it, in the order found."""

    group: str  # what must not be on both sides of a fold
    rows: Array  # (passages, features)
    fixed: Array  # what is added to the score and not fitted
    right: Flags  # holds the answer
    document: Flags  # of the right document
    report: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Set:
    """Questions of one kind, what each counts, and how sharp their scores are while fitting."""

    name: str
    examples: list[Example]
    weight: float
    sharpness: float


@contextmanager
def recorded() -> Iterator[dict[int, Array]]:
    """Inside the block: chunk id → its features in the searches made there; empty it between questions."""
    found: dict[int, Array] = {}
    original = rerank.Question.features

    def recording(self: rerank.Question, *given: Any) -> tuple[list[str], Array]:
        names, rows = original(self, *given)
        assert names == list(rerank.WEIGHTS)  # what is printed goes by that order
        found.update(zip(given[0].identifiers, rows, strict=True))
        return names, rows

    rerank.Question.features = recording  # type: ignore[method-assign, assignment]
    try:
        yield found
    finally:
        rerank.Question.features = original  # type: ignore[method-assign]


def _example(
    qa: ReportQA, question: str, group: str, judge: Callable[[dict[str, Any]], tuple[bool, bool]]
) -> Example | None:
    with recorded() as features:
        hits = [hit for hit in qa.search(question, EVERY_CANDIDATE) if hit.chunk.id in features]
        rows = np.array([features[hit.chunk.id] for hit in hits])
    judged = [judge(line) for line in lines_of(hit.chunk for hit in hits)]
    if not any(document for _, document in judged):
        return None
    right, document = np.array(judged, dtype=bool).T
    fixed = np.array([hit.parts["figures"] + hit.parts["scope"] for hit in hits])
    return Example(group, rows, fixed, right, document, tuple(hit.chunk.report for hit in hits))


def benchmark_set(questions: Path, index: Path, weight: float, sharpness: float) -> tuple[Set, int]:
    """The questions that some passage proposed can answer, and how many there are in all."""
    qa = ReportQA.open(index)

    def judged(asked: RetrievalQuestion, line: dict[str, Any]) -> tuple[bool, bool]:
        return answer_rank(asked, [line]) == 1, document_rank(asked, [line]) == 1

    asked = load_questions(questions)
    found = [
        _example(qa, one.question, one.document, lambda line, one=one: judged(one, line))  # type: ignore[misc]
        for one in asked
    ]
    qa.close()
    return Set(questions.stem, [one for one in found if one], weight, sharpness), len(asked)


def gold_set(gold: Path, index: Path, weight: float) -> tuple[Set, int]:
    """The answerable items of a gold file over an index of its reports."""
    qa = ReportQA.open(index)
    assert qa.index is not None  # it was opened
    paths = {report.name: report.path for report in qa.index.reports()}
    regions = tuple(dict.fromkeys(report.region for report in qa.index.reports() if report.region))
    items = [item for item in load_gold(gold) if item.answerable and item.evidence and not item.passages]

    def judged(item: GoldItem, line: dict[str, Any]) -> tuple[bool, bool]:
        held = any(rank == 1 for rank in evidence_ranks(item, [line], paths).ranks)
        return held, held

    found = []
    for item in items:
        history = [Turn.of(dict(turn)) for turn in item.history]
        whole = resolve(item.question, history, qa.vocabulary, regions)
        found.append(_example(qa, whole, item.id, lambda line, item=item: judged(item, line)))  # type: ignore[misc]
    qa.close()
    return Set(gold.stem, [one for one in found if one], weight, 1.0), len(items)


def with_blank(example: Example) -> Example:
    """With one passage more, beside the right one but without a word of the question: others around it say them.

    Searching proposes hardly any such passage, so that nothing else tells the fit that they are wrong.
    """
    held = np.flatnonzero(example.right)
    if not len(held):
        return example
    column = {name: at for at, name in enumerate(rerank.WEIGHTS)}
    row = example.rows[held[0]].copy()
    row[[column[name] for name in OWN]] = 0.0
    row[column["vector"]] = np.median(example.rows[:, column["vector"]])
    return Example(
        example.group,
        np.vstack([example.rows, row]),
        np.append(example.fixed, example.fixed[held[0]]),
        np.append(example.right, False),
        np.append(example.document, False),
        (*example.report, ""),
    )


# ---------------------------------------------------------------- fitting


def fit(sets: Sequence[tuple[Sequence[Example], float, float]]) -> Array:
    """The weights for examples given with what each counts and their sharpness."""
    examples = [(one, weight, sharp) for some, weight, sharp in sets for one in some]
    sizes = [len(one.fixed) for one, _, _ in examples]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    of = np.repeat(np.arange(len(examples)), sizes)
    rows = np.concatenate([one.rows * sharp for one, _, sharp in examples])
    fixed = np.concatenate([one.fixed * sharp for one, _, sharp in examples])
    counts = np.array([weight for _, weight, _ in examples])
    spread = rows.std(axis=0) + 1e-9
    rows = rows / spread
    rows = rows - (np.add.reduceat(rows, starts) / np.array(sizes)[:, None])[of]
    labels = [
        (np.concatenate([one.right for one, _, _ in examples]), 1.0),
        (np.concatenate([one.document for one, _, _ in examples]), DOCUMENT_SHARE),
    ]

    def softmax(scores: Array, among: Flags) -> tuple[Array, Array]:
        """Share of each passage, and the logarithm of the sum, over those `among`."""
        masked = np.where(among, scores, -np.inf)
        top = np.maximum.reduceat(masked, starts)
        top = np.where(np.isfinite(top), top, 0.0)
        raised = np.exp(masked - top[of])
        total = np.add.reduceat(raised, starts)
        return raised / np.where(total, total, 1.0)[of], np.log(np.where(total, total, 1.0)) + top

    def loss(weights: Array) -> tuple[float, Array, Array]:
        """The loss, its gradient, and a bound of its curvature (of the convex part)."""
        scores = rows @ weights + fixed
        share, whole = softmax(scores, np.ones(len(of), dtype=bool))
        value, pull, curved = RIDGE * float(weights @ weights) / 2, np.zeros(len(of)), np.zeros(len(examples))
        for label, part in labels:
            there = np.logical_or.reduceat(label, starts)
            count = counts * part * there
            own, inside = softmax(scores, label)
            value += float((count * (whole - inside)).sum())
            pull += (share - own) * count[of]
            curved += count
        mean = np.add.reduceat(rows * share[:, None], starts)
        curvature = (rows * (share * curved[of])[:, None]).T @ rows - (mean * curved[:, None]).T @ mean
        return value, rows.T @ pull + RIDGE * weights, curvature + RIDGE * np.eye(rows.shape[1])

    weights = np.zeros(rows.shape[1])
    value, gradient, curvature = loss(weights)
    for _ in range(STEPS):
        step = np.linalg.solve(curvature, gradient)
        for length in (1.0, 0.5, 0.25, 0.1):
            tried = loss(weights - length * step)
            if tried[0] < value:
                break
        else:
            break
        weights, before = weights - length * step, value
        value, gradient, curvature = tried
        if before - value < 1e-5 * abs(value):
            break
    return np.asarray(weights / spread)


# ---------------------------------------------------------------- folds


def ranks(example: Example, weights: Array) -> tuple[int, int]:
    """Of the first passage with the answer and of the right document among documents; large for none."""
    order = np.argsort(-np.round(example.rows @ weights + example.fixed, 6), kind="stable")
    held = np.flatnonzero(example.right[order])
    documents = list(dict.fromkeys(example.report[at] for at in order))
    own = {example.report[at] for at in np.flatnonzero(example.document)}
    return int(held[0]) + 1 if len(held) else 10**6, 1 + min(documents.index(one) for one in own)


def _blanked(examples: Sequence[Example]) -> list[Example]:
    return [one if at % BLANK else with_blank(one) for at, one in enumerate(examples)]


def in_folds(sets: Sequence[Set], seed: int) -> list[list[tuple[int, int]]]:
    """For each set the ranks of its examples, by weights fitted without their documents."""
    folds: list[Array] = []
    for one in sets:
        groups = sorted({example.group for example in one.examples})
        np.random.default_rng(seed).shuffle(groups)
        fold_of = {group: at % FOLDS for at, group in enumerate(groups)}
        folds.append(np.array([fold_of[example.group] for example in one.examples]))
    found: list[list[tuple[int, int]]] = [[(0, 0)] * len(one.examples) for one in sets]
    for held_out in range(FOLDS):
        weights = fit(
            [
                (
                    _blanked([one.examples[at] for at in np.flatnonzero(fold != held_out)]),
                    one.weight,
                    one.sharpness,
                )
                for one, fold in zip(sets, folds, strict=True)
            ]
        )
        for number, (one, fold) in enumerate(zip(sets, folds, strict=True)):
            for at in np.flatnonzero(fold == held_out):
                found[number][at] = ranks(one.examples[at], weights)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument(
        "--benchmark", nargs=4, action="append", default=[], metavar=("QUESTIONS", "INDEX", "WEIGHT", "SHARPNESS")
    )  # fmt: skip
    parser.add_argument("--gold", nargs=2, action="append", default=[], metavar=("GOLD", "INDEX"))
    parser.add_argument("--gold-weight", type=float, default=2.0, help="what a gold item counts")
    parser.add_argument("--seeds", type=int, default=3, help="ways of making the folds")
    options = parser.parse_args(arguments)
    read = [benchmark_set(Path(q), Path(i), float(w), float(s)) for q, i, w, s in options.benchmark]
    read += [gold_set(Path(gold), Path(index), options.gold_weight) for gold, index in options.gold]
    sets = [one for one, _ in read]
    by_seed = [in_folds(sets, seed) for seed in range(options.seeds)]
    print("| in folds | n | @1 | @5 | document @1 | @5 |\n|---|---|---|---|---|---|")
    for number, (one, total) in enumerate(read):
        pairs = np.array([found[number] for found in by_seed])  # (seeds, examples, 2)
        shares = [(pairs[:, :, of] <= k).sum() / (len(by_seed) * total) for of in (0, 1) for k in (1, 5)]
        print(f"| {one.name} | {total} | {' | '.join(f'{share:.4f}' for share in shares)} |", flush=True)
    weights = SCALE * fit([(_blanked(one.examples), one.weight, one.sharpness) for one in sets])
    for name, weight in zip(rerank.WEIGHTS, weights, strict=True):
        print(f'    "{name}": {weight:.2f},')
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
