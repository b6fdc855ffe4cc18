"""Draws the sentences and table rows whose figures are annotated by hand (see docs/truth.md).

    python scripts/draw_truth_sentences.py examples TEXTS    # TEXTS: a folder of canonical texts, REPORT.txt each
    python scripts/draw_truth_sentences.py shared CORPORA    # CORPORA: a folder of raw files, UTF-8

Writes one JSON object a line to standard output: where the sentence stands, its stratum and its half,
never its text. The figure reader has no part in it: a sentence ends at 。！？, at a line break, or in
English at a full stop before a capital; a table row is a line with a tab. Every report gives the same
number of sentences, so that a long one does not crowd out the others. The draw depends on the seed and
the texts alone; what was drawn on 24 November 2026 is kept in tests/truth/sentences.jsonl.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

SEED = 20261124
# How many are drawn in each report; a fraction is the probability of one.
PER_REPORT: dict[str, dict[str, float]] = {
    "examples": {"sentence": 4, "row": 6, "sparse": 0.5},
    "shared": {"sentence": 3, "row": 0, "sparse": 0.5},
}

YEAR = re.compile(r"[0-9０-９ ]{4,8}年|[一二三四五六七八九〇○零]{4}年")
LIKELY = re.compile(r"[0-9０-９]|分之|[一二三四五六七八九十百千零两][余多几]?[万亿倍番成]")
NUMERAL = re.compile(r"[0-9０-９一二三四五六七八九十百千万亿两半]")
END = re.compile(r"[。！？]+[”」』）]*|\n+|(?<=[a-z0-9])\. (?=[A-Z])")
# A text cut out of newspaper columns: its lines end inside sentences.
END_WRAPPED = re.compile(r"[。！？]+[”」』）]*")


def sentences(text: str, end: re.Pattern[str]) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences and lines of `text`, without white space at either end."""
    spans = []
    start = 0
    for stop in [match.end() for match in end.finditer(text)] + [len(text)]:
        piece = text[start:stop]
        if piece.strip():
            spans.append((start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
        start = stop
    return spans


def stratum(sentence: str) -> str | None:
    """Of a span: row, sentence (a figure is likely), sparse (only years or a stray numeral), or None."""
    rest = YEAR.sub("", sentence)
    if LIKELY.search(rest):
        return "row" if "\t" in sentence else "sentence"
    return "sparse" if NUMERAL.search(sentence) else None


def draw(kind: str, name: str, text: str, end: re.Pattern[str]) -> Iterator[dict[str, object]]:
    """The spans drawn in one report, with stratum and half, in reading order."""
    chosen: list[tuple[int, int, str]] = []
    for wanted, number in PER_REPORT[kind].items():
        generator = random.Random(f"{SEED}/{name}/{wanted}")
        spans = [span for span in sentences(text, end) if stratum(text[slice(*span)]) == wanted]
        generator.shuffle(spans)
        count = int(number) + (generator.random() < number - int(number))
        chosen += [(*span, wanted) for span in spans[:count]]
    for start, stop, wanted in sorted(chosen):
        half = random.Random(f"{SEED}/{name}/{start}").choice(["seen", "unseen"])
        yield {"start": start, "length": stop - start, "stratum": wanted, "half": half}


def main(kind: str, folder: Path) -> None:
    for path in sorted(folder.rglob("*.txt")):
        content = path.read_bytes()
        text = content.decode("utf-8")
        if kind == "examples":
            name, head = path.stem, {"report": path.stem}
        else:
            name = path.relative_to(folder).as_posix()
            head = {"file": name, "sha256": sha256(content).hexdigest()}
        for item in draw(kind, name, text, END_WRAPPED if name.startswith("seed/") else END):
            print(json.dumps({**head, **item}, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
