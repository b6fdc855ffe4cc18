"""Which paragraphs are headings and how deep: by the reader's own knowledge, numbering and looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.paragraphs import Paragraph, ends_sentence, heading_level
from index.spacing import IDEOGRAPH
from index.types import Block, RawHeading

_UNNUMBERED_LIMIT = 45  # characters of a heading without a number
_NUMBERED_LIMIT = 60
_NOT_HEADING = re.compile(
    r"^(?:各位|同志们|女士们|尊敬的|单位[:：]|注[:：]|资料来源|表\s*\d|图\s*\d|附[:：]|——|来源[:：])"
    r"|^[（(]?\d{4}年\d{1,2}月\d{1,2}日[）)]?$|^[\d\s.,%年月日/:-]+$|^[（(【\[][^）)】\]]*[）)】\]]$|[，,；;：:、。！!？?…]$"
)


class Outline:
    """Told every paragraph in order, answers its heading level."""

    def __init__(self, known: bool) -> None:
        self.known = known  # the reader gave headings: only numbered lines may be added to them
        self.numbered = 0  # level of the last numbered heading
        self.previous = 0  # level of the block right before, 0 for a paragraph
        self.deepest_known = 1
        self.first = True  # neither a heading nor a long paragraph yet

    def level(self, paragraph: Paragraph, heading: RawHeading | None) -> int:
        """1 and up for a heading, 0 for a paragraph."""
        if heading is not None:
            self.previous = self.deepest_known = heading.level
        else:
            self.previous = self._by_text("".join(line.text for line in paragraph.lines), paragraph)
        if self.previous or paragraph.end - paragraph.start > _NUMBERED_LIMIT:
            self.first = False
        return self.previous

    def _by_text(self, text: str, paragraph: Paragraph) -> int:
        by_marker = heading_level(text)
        if by_marker is not None:
            if len(text) > _NUMBERED_LIMIT or not is_numbered_heading(text, by_marker):
                return 0
            self.numbered = max(by_marker, self.deepest_known + 1) if self.known else by_marker
            return self.numbered
        if self.known or not paragraph.standalone or not 2 <= len(text) <= _UNNUMBERED_LIMIT:
            return 0
        if _NOT_HEADING.search(text) or re.search(r"[。！？]", text) or len(paragraph.lines) > 2:
            return 0
        if not IDEOGRAPH.search(text) and not (text[0].isupper() and len(paragraph.lines) == 1):
            return 0
        if self.first:
            return 1
        base = max(self.numbered, 1) + 1
        return base + 1 if self.previous == base else base


def is_numbered_heading(text: str, level: int) -> bool:
    """A numbered line is a heading, not a sentence of a list: at most one clause with no figure in it."""
    if text[-1] in "，,；;：:、":
        return False
    if not ends_sentence(text):
        return level <= 3 or len(text) <= 30
    return level <= 3 and len(text) <= 45 and not re.search(r"[。！？；].|[\d百]%|\d\s*[万亿]", text)


def without_lone_headings(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Headings at the very end of a text head nothing: they become paragraphs."""
    kept = list(blocks)
    for position in range(len(kept) - 1, 0, -1):
        if kept[position].kind != "heading":
            break
        kept[position] = replace(kept[position], kind="paragraph", level=0)
    return tuple(kept)
