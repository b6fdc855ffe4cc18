"""Measures the figure reader against figures annotated by hand (docs/truth.md says what counts as one).

    python -m tests.figure_truth                       # both parts, by half, table, decade and slot
    python -m tests.figure_truth --half seen --errors  # and each miss; never look at the unseen half so
    python -m tests.figure_truth --second FILE         # agreement with a second annotation of some sentences

Offsets are canonical for the examples and raw for `../shared/corpora`, whose text is never copied here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import rjieba

ROOT = Path(__file__).resolve().parent.parent
TRUTH = ROOT / "tests" / "truth"
EXAMPLES = ROOT / "examples" / "reports"
CORPORA = ROOT.parent / "shared" / "corpora"
SLOTS = ("indicator", "period", "region", "status")  # with value and unit, what has to be right
MORE_SLOTS = ("measure", "basis", "qualifier")

# ---------------------------------------------------------------- what is annotated


@dataclass(frozen=True, slots=True)
class Sentence:
    """A drawn sentence or table row; every figure in it is annotated."""

    id: str
    source: str  # report name, or path below ../shared/corpora
    start: int
    end: int
    half: str  # "seen" or "unseen"
    decade: str | None = None
    text: str | None = None  # of our own reports only
    sha256: str | None = None  # of a shared file


@dataclass(frozen=True, slots=True)
class Label:
    """A figure, annotated or read: the same slots, so that both are compared in one way.

    `slots` maps a slot to its value; `others` to further values that are as good; `optional` figures
    (docs/truth.md) are neither missed nor false.
    """

    sentence: str
    start: int
    end: int
    value: Decimal
    unit: str
    slots: Mapping[str, str | None]
    others: Mapping[str, tuple[str | None, ...]]
    table: bool = False
    optional: bool = False


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def load_sentences() -> dict[str, Sentence]:
    """The drawn sentences by id."""
    found = {}
    for line in _lines(TRUTH / "sentences.jsonl"):
        source = line.get("report") or line["file"]
        end = line["start"] + line["length"]
        found[line["id"]] = Sentence(
            line["id"], source, line["start"], end, line["half"],
            line.get("decade"), line.get("text"), line.get("sha256"),
        )  # fmt: skip
    return found


def load_labels(path: Path) -> list[Label]:
    """The annotated figures of one file, `examples.jsonl`, `shared.jsonl` or a second annotation."""
    labels = []
    for line in _lines(path):
        if "value" not in line:  # a second annotation says so of a sentence without figures
            continue
        end = line["end"] if "end" in line else line["start"] + line["length"]
        others = {key[:-4]: tuple(value) for key, value in line.items() if key.endswith("_alt")}
        slots = {slot: line.get(slot) for slot in SLOTS + MORE_SLOTS}
        labels.append(
            Label(
                line["sentence_id"], line["start"], end, Decimal(line["value"]), line["unit"],
                slots, others, line.get("table", False), line.get("optional", False),
            )
        )  # fmt: skip
    return labels


# ---------------------------------------------------------------- the same quantity

_SCALES = {
    "万亿": 12,
    "千亿": 11,
    "百亿": 10,
    "十亿": 9,
    "亿": 8,
    "千万": 7,
    "百万": 6,
    "万": 4,
    "千": 3,
    "百": 2,
}
_ENGLISH_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SAME_UNITS = {
    "percent": "%", "per cent": "%", "％": "%", "个百分点": "百分点", "percentage points": "百分点", "个千分点": "千分点",
    "yuan": "元", "us dollars": "美元", "人民币元": "元", "人民币": "元", "公里": "千米", "passengers": "人次",
}  # fmt: skip
_WHOLE_UNITS = {"千瓦", "千瓦时", "千米", "千克", "百分点", "千分点"}  # begin like a scale, but are none


def quantity(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """A value with its unit in base terms: (1.2, "万亿元") is (1.2E12, "元"), (43, "billion yuan") 元 too."""
    unit = unit.strip()
    exponent = 0
    words = unit.lower().split()
    if words and words[0] in _ENGLISH_SCALES:
        exponent, unit = _ENGLISH_SCALES[words[0]], " ".join(words[1:])
    while unit not in _WHOLE_UNITS:
        scale = next((scale for scale in _SCALES if unit.startswith(scale)), None)
        if scale is None:
            break
        exponent, unit = exponent + _SCALES[scale], unit[len(scale) :]
    unit = _SAME_UNITS.get(unit.lower(), unit)
    return (value.scaleb(exponent)).normalize(), unit


def same_quantity(truth: Label, found: Label) -> bool:
    """Whether value, sign and unit agree; a truth written without a measure word (八亿农民) takes any."""
    value, unit = quantity(found.value, found.unit)
    values = [truth.value, *(Decimal(str(other)) for other in truth.others.get("value", ()))]
    for wanted_unit in (truth.unit, *(str(other) for other in truth.others.get("unit", ()))):
        for wanted in values:
            wanted_value, base = quantity(wanted, wanted_unit)
            if value == wanted_value and (unit == base or (not base and unit not in ("%", "百分点", "倍"))):
                return True
    return False


# ---------------------------------------------------------------- the same slot

_literal = False  # judge words as before 24 November 2026, evening: see docs/truth.md
_FILLERS = re.compile(r"[\s，、的及和与数额量（）()“”\"·]|总量|总额|总数")


def _alike(one: str, other: str) -> bool:
    """Whether words read (`other`) name what was annotated (`one`).

    They contain it or all of its words, are at least half of it, or share half of all character pairs.
    """
    said = [word for word, tag in rjieba.tag(_FILLERS.sub(" ", one.lower())) if word.strip() and tag != "x"]
    if len(said) > 1 and all(word in other.lower() for word in said) and not _literal:
        return True
    one, other = _FILLERS.sub("", one.lower()), _FILLERS.sub("", other.lower())
    if not one or not other:
        return False
    if one in other or (other in one and 2 * len(other) >= len(one)):
        return True
    pairs, others = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other))
    return 2 * len(pairs & others) >= len(pairs) + len(others) - len(pairs & others)


def same_slot(slot: str, truth: Label, found: Label) -> bool:
    """Whether a slot read is one of the values annotated for it."""
    wanted = (truth.slots.get(slot), *truth.others.get(slot, ()))
    got = found.slots.get(slot)
    if slot != "indicator":
        return got in wanted
    terms = vocabulary_terms()
    names = [str(name) for name in (got, *found.others.get(slot, ())) if name]
    if any(name in wanted or (name in terms and terms[name] in wanted) for name in names):
        return True
    termed = truth.slots["indicator"] in terms.values()
    words = [str(want) for want in wanted if want and want not in terms.values()]
    ids = {name if name in terms.values() else terms.get(name) for name in names} - {None}
    if not _literal and any(terms.get(word) in ids for word in words if word in terms):
        return True
    if termed:
        # A term of the vocabulary is read as that term, not as words like it; what else is as good, and is
        # no term, is judged as words, unless another term was read.
        words = [word for word in words if word not in terms] if not _literal and not ids else []
    return any(_alike(word, name) for word in words for name in names)


@cache
def vocabulary_terms() -> dict[str, str]:
    """Indicator ids by every Chinese and English name in the vocabulary."""
    vocabulary = json.loads((ROOT / "index" / "vocabulary.json").read_text("utf-8"))
    return {
        name: item["id"]
        for item in vocabulary["indicators"]
        for name in (item["name"], *item["synonyms"], *item["english"])
    }


# ---------------------------------------------------------------- matching


def match(truths: Sequence[Label], found: Sequence[Label]) -> list[tuple[Label | None, Label | None]]:
    """Pairs of truth and reading that share characters, each used once; None on the side that has none."""
    pairs: list[tuple[Label | None, Label | None]] = []
    free = sorted(found, key=lambda label: label.start)
    for truth in sorted(truths, key=lambda label: label.start):
        shared = [label for label in free if min(label.end, truth.end) > max(label.start, truth.start)]
        # Of several, the right one; else the one that shares most.
        best = max(
            shared,
            key=lambda label: (
                same_quantity(truth, label),
                min(label.end, truth.end) - max(label.start, truth.start),
            ),
            default=None,
        )
        if best is not None:
            free.remove(best)
        pairs.append((truth, best))
    return pairs + [(None, label) for label in free]


@dataclass(slots=True)
class Score:
    """Counts over pairs of one group."""

    truths: int = 0
    read: int = 0
    quantity: int = 0  # value and unit right
    complete: int = 0  # and indicator, period, region and status
    slots: Counter[str] | None = None  # right, among those with value and unit right

    def add(self, truth: Label | None, found: Label | None) -> None:
        if truth is not None and truth.optional:
            return
        self.slots = self.slots if self.slots is not None else Counter()
        self.truths += truth is not None
        self.read += found is not None
        if truth is None or found is None or not same_quantity(truth, found):
            return
        self.quantity += 1
        right = {slot for slot in SLOTS + MORE_SLOTS if same_slot(slot, truth, found)}
        self.slots.update(right)
        self.complete += right.issuperset(SLOTS)

    @property
    def precision(self) -> float:
        return self.quantity / self.read if self.read else 1.0

    @property
    def recall(self) -> float:
        return self.quantity / self.truths if self.truths else 1.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def line(self, name: str) -> str:
        slots = self.slots or Counter()
        shares = " ".join(f"{slot} {slots[slot] / max(self.quantity, 1):.3f}" for slot in SLOTS + MORE_SLOTS)
        return (
            f"{name:28} figures {self.truths:4} read {self.read:4} P {self.precision:.3f} R {self.recall:.3f} "
            f"F1 {self.f1:.3f} all slots {self.complete / max(self.truths, 1):.3f} | {shares}"
        )


def groups(sentence: Sentence, label: Label) -> Iterator[str]:
    """The groups that a figure counts in."""
    part = "examples" if sentence.sha256 is None else "shared"
    yield f"{sentence.half}"
    yield f"{sentence.half} {part}"
    if part == "examples":
        yield f"{sentence.half} {'tables' if label.table else 'sentences'}"
    if sentence.decade:
        yield f"{sentence.half} {sentence.decade}"


def score(
    sentences: Mapping[str, Sentence], pairs: Iterable[tuple[Label | None, Label | None]]
) -> dict[str, Score]:
    """Scores by group, in order of name."""
    scores: dict[str, Score] = {}
    for truth, found in pairs:
        label = truth or found
        assert label is not None
        for group in groups(sentences[label.sentence], label):
            scores.setdefault(group, Score()).add(truth, found)
    return dict(sorted(scores.items()))


# ---------------------------------------------------------------- reading


def anchor(text: str, sentence: Sentence) -> int:
    """How far a sentence of our own reports has moved in the canonical text since it was annotated.

    Raises ValueError where it is no longer there: then it has to be annotated again.
    """
    assert sentence.text is not None
    if text[sentence.start : sentence.end] == sentence.text:
        return 0
    places = [found.start() for found in re.finditer(re.escape(sentence.text), text)]
    if not places:
        raise ValueError(f"{sentence.id}: the sentence is no longer in {sentence.source}")
    return min((place - sentence.start for place in places), key=abs)


def read(sentences: Sequence[Sentence], path: Path) -> list[Label]:
    """The figures that the reader finds in the given sentences of one file, in the truth's offsets."""
    from index.clean import clean
    from index.figures import read_figures
    from index.metadata import read_metadata
    from index.readers import read_file

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    report = read_metadata(clean(read_file(path), name=path.name, sha256=digest))
    figures = read_figures(report)
    labels = []
    for sentence in sentences:
        raw = sentence.sha256 is not None
        shift = 0 if raw else anchor(report.text, sentence)
        for figure in figures:
            start, end = figure.start - shift, figure.end - shift
            if raw:  # white space put in has no place in the file
                offsets = [at for at in report.raw_offsets[figure.start : figure.end] if at >= 0]
                start, end = (offsets[0], offsets[-1] + 1) if offsets else (-1, -1)
            if not (sentence.start <= start < sentence.end) or figure.measure == "rank":
                continue  # a rank is an ordinal, and no figure here
            slots = {slot: getattr(figure, slot) for slot in SLOTS + MORE_SLOTS}
            others = {"indicator": (figure.indicator_id,)} if figure.indicator_id else {}
            labels.append(
                Label(
                    sentence.id, start, end, figure.value, figure.unit, slots, others,
                    figure.cell is not None,
                )
            )  # fmt: skip
    return labels


def read_all(sentences: Iterable[Sentence], corpora: Path) -> list[Label]:
    """What the reader finds in all of `sentences`; shared ones whose file is absent or changed are left out."""
    by_source: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        by_source.setdefault(sentence.source, []).append(sentence)
    labels = []
    for source, own in by_source.items():
        path = EXAMPLES / source if own[0].sha256 is None else corpora / source
        if own[0].sha256 is None or available(own[0], corpora):
            labels += read(own, path)
    return labels


def available(sentence: Sentence, corpora: Path) -> bool:
    """Whether the file of a sentence is here, unchanged."""
    if sentence.sha256 is None:
        return (EXAMPLES / sentence.source).is_file()
    path = corpora / sentence.source
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sentence.sha256


# ---------------------------------------------------------------- the command


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--half", choices=["seen", "unseen"])
    parser.add_argument("--errors", action="store_true", help="list misses of the seen half")
    parser.add_argument("--literal", action="store_true", help="the narrower comparison of words of before")
    parser.add_argument("--second", type=Path, help="a second annotation in the form of shared.jsonl")
    options = parser.parse_args()
    globals()["_literal"] = options.literal
    sentences = {
        key: sentence
        for key, sentence in load_sentences().items()
        if options.half in (None, sentence.half) and available(sentence, options.corpora)
    }
    truths = [label for name in ("examples", "shared") for label in load_labels(TRUTH / f"{name}.jsonl")]
    if options.second:
        found = load_labels(options.second)
        chosen = {line["sentence_id"] for line in _lines(options.second)}
        sentences = {
            key: replace(sentence, half="second") for key, sentence in sentences.items() if key in chosen
        }
    else:
        found = read_all(sentences.values(), options.corpora)
    pairs: list[tuple[Label | None, Label | None]] = []
    for key in sentences:
        pairs += match(
            [label for label in truths if label.sentence == key],
            [label for label in found if label.sentence == key],
        )
    for name, result in score(sentences, pairs).items():
        print(result.line(name))
    if options.errors:
        for truth, other in pairs:
            label = truth or other
            if label is None or sentences[label.sentence].half == "unseen" or (truth and truth.optional):
                continue
            if truth is None or other is None or not same_quantity(truth, other):
                print(f"{label.sentence}: wanted {_show(truth)}; got {_show(other)}")
                continue
            for slot in SLOTS:
                if not same_slot(slot, truth, other):
                    print(
                        f"{label.sentence}: {_show(truth)} {slot}: {truth.slots[slot]} / {other.slots[slot]}"
                    )


def _show(label: Label | None) -> str:
    return "nothing" if label is None else f"{label.value} {label.unit} at {label.start}"


if __name__ == "__main__":
    main()
