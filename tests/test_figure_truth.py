"""The annotated truth: that every pointer resolves, that the draw can be repeated, and that scoring counts."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import subprocess
import sys
import unicodedata
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from figure_truth import (
    CORPORA,
    EXAMPLES,
    ROOT,
    SLOTS,
    TRUTH,
    Label,
    anchor,
    load_labels,
    load_sentences,
    match,
    quantity,
    same_quantity,
    same_slot,
    score,
)

from index.clean import clean
from index.readers import read_file

SENTENCES = load_sentences()
OURS = load_labels(TRUTH / "examples.jsonl")
THEIRS = load_labels(TRUTH / "shared.jsonl")
NUMERAL = re.compile(r"[0-9〇零一二三四五六七八九十百千万亿两半]")
needs_corpora = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="../shared/corpora is not here: its pointers cannot be resolved"
)


def lines(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (TRUTH / name).read_text("utf-8").splitlines()]


def shared_texts() -> dict[str, str]:
    return {
        sentence.source: (CORPORA / sentence.source).read_bytes().decode("utf-8")
        for sentence in SENTENCES.values()
        if sentence.sha256 is not None
    }


def written_value(text: str) -> Decimal | None:
    """The number that the Arabic digits of `text` write, without sign; None where it has Chinese numerals."""
    plain = re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", text)).replace("·", ".")
    found = re.match(r"-?(\d+(?:\.\d+)?)", plain)
    return Decimal(found.group(1)) if found else None


def test_there_is_enough_of_it() -> None:
    required = [label for label in OURS if not label.optional]
    assert len(required) >= 200
    assert sum(label.table for label in required) >= 80
    assert {SENTENCES[label.sentence].source for label in OURS} == {path.name for path in EXAMPLES.iterdir()}
    theirs = [SENTENCES[label.sentence] for label in THEIRS if not label.optional]
    assert len(theirs) >= 200
    assert len({sentence.source for sentence in theirs}) >= 20
    assert len({sentence.decade for sentence in theirs}) >= 4
    for half in ("seen", "unseen"):
        assert sum(sentence.half == half for sentence in theirs) >= 80


def test_labels_stand_in_their_sentence_and_apart() -> None:
    by_sentence: dict[str, list[Label]] = defaultdict(list)
    for label in OURS + THEIRS:
        sentence = SENTENCES[label.sentence]
        assert sentence.start <= label.start < label.end <= sentence.end, label
        by_sentence[label.sentence].append(label)
    for labels in by_sentence.values():
        for one, other in itertools.pairwise(labels):
            assert one.end <= other.start, (one, other)


def test_labels_of_our_reports_are_exact() -> None:
    texts = {path.name: clean(read_file(path), name=path.name, sha256="").text for path in EXAMPLES.iterdir()}
    for line, label in zip(lines("examples.jsonl"), OURS, strict=True):
        sentence = SENTENCES[label.sentence]
        shift = anchor(texts[sentence.source], sentence)
        text = texts[sentence.source][label.start + shift : label.end + shift]
        assert text == line["text"], label
        value = written_value(text)
        assert value is None or value == abs(label.value), label


@needs_corpora
def test_pointers_into_the_shared_files_resolve() -> None:
    texts = shared_texts()
    for sentence in SENTENCES.values():
        if sentence.sha256 is not None:
            digest = hashlib.sha256(texts[sentence.source].encode("utf-8")).hexdigest()
            assert digest == sentence.sha256, sentence.source
    for label in THEIRS:
        text = texts[SENTENCES[label.sentence].source][label.start : label.end]
        assert NUMERAL.search(unicodedata.normalize("NFKC", text)), label
        value = written_value(text)
        assert label.optional or value is None or value == abs(label.value), label


def test_nothing_of_the_shared_files_is_copied() -> None:
    for line in lines("shared.jsonl") + lines("second.jsonl"):
        assert "text" not in line
        assert not re.search(r"[\u4e00-\u9fff]{25}", json.dumps(line, ensure_ascii=False))
    assert all(sentence.text is None for sentence in SENTENCES.values() if sentence.sha256)


@needs_corpora
def test_the_draw_can_be_repeated() -> None:
    script = ROOT / "scripts" / "draw_truth_sentences.py"
    command = [sys.executable, str(script), "shared", str(CORPORA)]
    output = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    drawn = {
        (item["file"], item["start"], item["length"], item["half"])
        for item in map(json.loads, output.splitlines())
    }
    kept = {
        (sentence.source, sentence.start, sentence.end - sentence.start, sentence.half)
        for sentence in SENTENCES.values()
        if sentence.sha256
    }
    assert drawn == kept


def test_the_second_annotation_agrees_on_quantities() -> None:
    second = load_labels(TRUTH / "second.jsonl")
    chosen = {str(line["sentence_id"]) for line in lines("second.jsonl")}
    for sentence in chosen:
        own = [label for label in OURS + THEIRS if label.sentence == sentence and not label.optional]
        for truth, other in match(own, [label for label in second if label.sentence == sentence]):
            assert truth is None or (other is not None and same_quantity(truth, other)), truth


# ---------------------------------------------------------------- scoring


def test_the_truth_agrees_with_itself() -> None:
    required = [label for label in OURS + THEIRS if not label.optional]
    (whole,) = {
        (result.f1, result.complete / result.truths)
        for result in score(
            SENTENCES, [pair for label in required for pair in match([label], [label])]
        ).values()
    }
    assert whole == (1.0, 1.0)


def test_scoring_counts_what_is_missed_false_and_wrong() -> None:
    right, wrong, missed = [label for label in OURS if label.sentence == "e011"][:3]
    false = replace(right, start=missed.end + 1, end=missed.end + 2)
    found = [right, replace(wrong, value=-wrong.value), false]
    (result, *_) = score(SENTENCES, match([right, wrong, missed], found)).values()
    assert (result.truths, result.read, result.quantity, result.complete) == (3, 3, 1, 1)


def test_an_optional_figure_is_neither_missed_nor_false() -> None:
    optional = next(label for label in OURS if label.optional)
    for found in ([], [replace(optional, value=Decimal(7))]):
        result = next(iter(score(SENTENCES, match([optional], found)).values()))
        assert (result.truths, result.read) == (0, 0)


@pytest.mark.parametrize("slot", SLOTS)
def test_a_wrong_slot_is_wrong(slot: str) -> None:
    label = OURS[1]
    other = replace(label, slots={**label.slots, slot: "x"}, others={})
    assert same_quantity(label, other)
    assert not same_slot(slot, label, other)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("1.2", "万亿元", (Decimal("1.2E12"), "元")),
        ("43.18", "billion yuan", (Decimal("43.18E9"), "元")),
        ("5", "千米", (Decimal(5), "千米")),
        ("6", "万千瓦", (Decimal(60000), "千瓦")),
        ("2.7", "个百分点", (Decimal("2.7"), "百分点")),
    ],
)
def test_quantity(value: str, unit: str, expected: tuple[Decimal, str]) -> None:
    assert quantity(Decimal(value), unit) == expected
