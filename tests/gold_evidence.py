"""Measures the figure reader on the evidence of the development questions in `../shared/gold`.

    PYTHONPATH=tests python -m tests.gold_evidence            # counts
    PYTHONPATH=tests python -m tests.gold_evidence --errors   # and each miss

A question's answer states figures, and its evidence is quoted from a report. Each such figure that stands in
a quote must be read there with its value and unit; where the question names a period or a place, the figure
has to be of that period and place.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from figure_truth import quantity

from index.clean import clean
from index.figures import read_figures
from index.metadata import read_metadata
from index.periods import Period, find_periods
from index.readers import read_file
from index.regions import COUNTRY, contains_region, find_regions, same_region
from index.types import Figure, Report

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
_ENGLISH_CHINA = re.compile(r"\bChin(?:a|ese)\b")


@dataclass(frozen=True, slots=True)
class Expected:
    """One figure of an answer, in one quote of its evidence."""

    id: str
    question: str
    report: str
    quote: str
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it was read; `period` and `region` are None where the question does not say."""

    expected: Expected
    quantity: bool
    period: bool | None
    region: bool | None
    read: tuple[Figure, ...] = ()


def expected_figures(folder: Path = SHARED / "gold") -> Iterator[Expected]:
    """The figures of the answers (or of their operands) whose digits stand in a quote."""
    for path in sorted(folder.glob("*_dev.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            item: dict[str, Any] = json.loads(line)
            question = item.get("resolved_question") or item["question"]
            for figure in item.get("operands") or item["figures"]:  # what was computed stands in no quote
                if not isinstance(figure, dict):
                    continue
                for quote in item["evidence"]:
                    if re.search(rf"(?<![\d.]){re.escape(figure['value'])}(?![\d]|\.\d)", quote):
                        yield Expected(
                            item["id"], question, item["doc"], quote,
                            Decimal(figure["value"]), figure["unit"],
                        )  # fmt: skip
                        break


@lru_cache(maxsize=64)
def _read(path: Path) -> tuple[Report, tuple[Figure, ...]]:
    report = read_metadata(clean(read_file(path), name=path.name, sha256=""))
    return report, tuple(read_figures(report))


@lru_cache(maxsize=64)
def _plain(path: Path) -> tuple[str, tuple[int, ...]]:
    """A report's text without white space and in one width, and the canonical offset of each character."""
    kept = [
        (plain, offset)
        for offset, character in enumerate(_read(path)[0].text)
        for plain in unicodedata.normalize("NFKC", character)
        if not plain.isspace()
    ]
    return "".join(plain for plain, _ in kept), tuple(offset for _, offset in kept)


def _place(quote: str, path: Path) -> tuple[int, int] | None:
    """Where a quote stands in the canonical text, bar white space and width of characters."""
    text, offsets = _plain(path)
    wanted = "".join(unicodedata.normalize("NFKC", quote).split())
    start = text.find(wanted)
    return (offsets[start], offsets[start + len(wanted) - 1] + 1) if start >= 0 else None


def _paths(doc: str, corpora: Path) -> Sequence[Path]:
    named = sorted(corpora.rglob(f"{doc}*"))
    return named or sorted((corpora / doc).glob("*")) or sorted(corpora.rglob("*.txt"))


def outcome(expected: Expected, corpora: Path = SHARED / "corpora") -> Outcome:
    """How the figure is read where its quote stands; a quote is looked for in the named report, then in all."""
    for path in (*_paths(expected.report, corpora), *sorted(corpora.rglob("*.txt"))):
        if not path.is_file():
            continue
        report, figures = _read(path)
        span = _place(expected.quote, path)
        if span is None:
            continue
        inside = [f for f in figures if span[0] <= f.start < span[1]]
        wanted = quantity(expected.value, expected.unit)
        right = tuple(
            f for f in inside
            if (abs(quantity(f.value, f.unit)[0]), quantity(f.value, f.unit)[1]) == (abs(wanted[0]), wanted[1])
        )  # fmt: skip
        periods, region = _asked(expected.question, report)
        return Outcome(
            expected,
            bool(right),
            any(f.period in periods for f in right) if periods else None,
            any(f.region is not None and _of_place(f.region, region) for f in right) if region else None,
            right or tuple(inside),
        )
    raise LookupError(f"{expected.id}: the quote stands in no report")


def _of_place(found: str, asked: str) -> bool:
    """The same place, or one inside it: 济南 in the name of a zone."""
    return same_region(found, asked) or contains_region(asked, found) is True


def _asked(question: str, report: Report) -> tuple[frozenset[str], str | None]:
    """The periods and the place that a question names."""
    slots = report.metadata
    reference = Period.parse(slots.period.value) if slots.period else None
    mentions = find_periods(question, reference=reference, years_completed=False)
    spoken = [m for m in mentions if m.kind != "report"]
    periods = [p for m in spoken for p in (m.period, m.first, m.last) if p is not None]
    home = slots.region.value if slots.region else None
    named = [m.name for m in find_regions(question, home=home) if not m.compared and not m.is_part_of_name]
    if home is not None and home in named:
        named = [home]
    if not named and _ENGLISH_CHINA.search(question):
        named = [COUNTRY]
    return frozenset(period.code() for period in periods), named[0] if named else None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    results = [outcome(expected) for expected in expected_figures()]
    for name in ("quantity", "period", "region"):
        told = [getattr(result, name) for result in results if getattr(result, name) is not None]
        print(f"{name:10} {sum(told)} of {len(told)} right ({sum(told) / max(len(told), 1):.3f})")
    if options.errors:
        for result in results:
            if not result.quantity or result.period is False or result.region is False:
                asked = result.expected
                got = [(f.text, f.value, f.unit, f.period, f.region) for f in result.read]
                print(f"{result.quantity} {result.period} {result.region} {asked.id} {asked.question}")
                print(f"    {asked.value}{asked.unit} | {asked.quote} | {got}")


if __name__ == "__main__":
    main()
