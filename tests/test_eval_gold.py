"""Our gold set is what docs/evaluation.md says it is: size, balance, follow-ups, near misses, wordings."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eval.dataset import GoldItem, load_gold

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def gold() -> list[GoldItem]:
    return load_gold(ROOT / "eval" / "gold" / "examples.jsonl")


def test_size_and_follow_ups(gold: list[GoldItem]) -> None:
    assert len(gold) >= 150
    assert sum(bool(item.history) for item in gold) >= 15
    assert len({(item.question, item.history and item.history[0]["question"]) for item in gold}) == len(gold)


def test_a_fifth_is_unanswerable_each_with_its_proof_and_what_is_near(gold: list[GoldItem]) -> None:
    unanswerable = [item for item in gold if not item.answerable]
    assert 0.19 <= len(unanswerable) / len(gold) <= 0.25
    assert all(item.absent and item.absent_docs for item in unanswerable)
    near = [item for item in unanswerable if item.raw.get("near")]
    assert len(near) / len(unanswerable) > 0.9


def test_kinds_languages_and_wordings(gold: list[GoldItem]) -> None:
    kinds = Counter(item.kind for item in gold if item.answerable)
    assert len(kinds) >= 15 and min(kinds.values()) >= 3
    assert max(kinds.values()) <= 0.15 * sum(kinds.values()), "no kind decides the figures"
    assert Counter(item.lang for item in gold)["en"] >= 0.3 * len(gold)
    styles = Counter(item.style for item in gold)
    assert set(styles) == {"formal", "colloquial", "keywords", "typo"}
    assert min(styles["formal"], styles["colloquial"]) >= 50 and min(styles.values()) >= 4


def test_every_report_is_asked_about(gold: list[GoldItem]) -> None:
    asked = {doc for item in gold for doc in item.docs}
    assert asked == {path.name for path in (ROOT / "examples" / "reports").iterdir()}


def test_the_document_says_the_same(gold: list[GoldItem]) -> None:
    """docs/evaluation.md tells the numbers of the set; they go with the file."""
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    styles, langs = Counter(i.style for i in gold), Counter(i.lang for i in gold)
    answerable = sum(item.answerable for item in gold)
    for claim in (
        f"{len(gold)} questions", f"{answerable} answerable", f"{len(gold) - answerable} (20 %) not",
        f"{langs['zh']}\nChinese, {langs['en']} English", f"{styles['formal']} formal",
        f"{styles['colloquial']} colloquial", f"{styles['keywords']} in keywords",
        f"{styles['typo']} with wrong characters", f"{sum(bool(i.history) for i in gold)} follow-ups",
    ):  # fmt: skip
        assert claim in text, claim
