"""Plain text in any encoding Chinese reports come in, decoded without guessing wrong silently."""

from __future__ import annotations

import codecs
import re
from functools import cache
from pathlib import Path

from index.errors import ReadError
from index.limits import Limits, Progress
from index.readers.tables import with_text_tables
from index.types import Place, RawReport

# The beginnings of files that are never text, with the name a user knows them by.
MAGIC = {
    b"%PDF-": "PDF",
    b"PK\x03\x04": "ZIP/Office",
    b"PK\x05\x06": "ZIP/Office",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "old Office (.doc/.xls) or locked Office",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "RAR",
    b"\x7fELF": "ELF",
    b"SQLite format 3": "SQLite",
    b"{\\rtf": "RTF",
}
# Frequent in every Chinese text whatever its subject, rare in text decoded with the wrong table.
FUNCTION_CHARACTERS = frozenset(
    "的一是在有和年中大为上国市不业发展产经工作全月日人，。、：；（）“”《》的個這為會業發產經"
)
MINIMUM_SCORE = 0.80
_SAMPLE = 200_000


def read(
    path: Path, data: bytes, limits: Limits | None = None, progress: Progress | None = None
) -> RawReport:
    """The text of a .txt file, one place a line; a form feed begins a new page."""
    text, encoding = decode(data, path.name)
    places, pages = line_places(text)
    return with_text_tables(
        RawReport(text, places, wrapped=True, format="text", encoding=encoding, pages=pages)
    )


def line_places(text: str) -> tuple[tuple[Place, ...], int | None]:
    """One place for each line that is not blank, and the number of pages if there are form feeds."""
    paged = "\f" in text.rstrip("\f\n")
    places: list[Place] = []
    page, start = 1, 0
    for number, match in enumerate(re.finditer(r"[\n\f]|\Z", text), start=1):
        if match.start() > start:
            places.append(Place(start, match.start(), page if paged else None, number))
        start = match.end()
        if match.group() == "\f":
            page += 1
    return tuple(places), page if paged else None


def decode(data: bytes, name: str, declared: str | None = None) -> tuple[str, str]:
    """The text and its encoding; line ends become "\\n". Raises ReadError on anything not text."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ReadError(
            f"{name} is empty: put the report's text in it, or leave it out.",
            f"{name} 是空文件：请放入报告内容，或不要加入它。",
        )
    for magic, kind in MAGIC.items():
        if data.startswith(magic):
            raise _not_text(name, kind)
    text, encoding = _decode(data, name, declared)
    if text.startswith("\ufeff"):
        text = text[1:]
    controls = sum(map(text.count, _CONTROLS))
    if controls > max(2, len(text) // 200):
        raise _not_text(name, "binary")
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


_CONTROLS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r\f\v\x1b"]


def _decode(data: bytes, name: str, declared: str | None) -> tuple[str, str]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                # A cut last character does not make the rest unreadable; worse damage does.
                text = data.decode(encoding, errors="replace")
                if text.count("\ufffd") <= 1 + len(text) // 2000:
                    return text, encoding
    wide = _without_mark_utf16(data)
    if wide is not None:
        return wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    scored: list[tuple[float, str, str]] = []
    candidates = ["utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be"]
    if declared and _known(declared) and declared.lower() not in candidates:
        candidates.insert(0, declared)
    for encoding in candidates:
        text = data.decode(encoding, errors="replace")
        scored.append((plausibility(text[:_SAMPLE]), encoding, text))
    score, encoding, text = max(scored, key=lambda item: item[0])
    western = _mostly_ascii(data) and not FUNCTION_CHARACTERS.intersection(text)
    if score >= MINIMUM_SCORE and not western:
        return text, encoding
    if western:
        return data.decode("cp1252", errors="replace"), "cp1252"
    if b"\x00" in data[:_SAMPLE] or score < 0.3:
        raise _not_text(name, "binary")
    raise ReadError(
        f"{name}: its text encoding is not recognised (best guess {encoding}); save it as UTF-8.",
        f"{name}：无法识别文字编码（最接近 {encoding}）；请另存为 UTF-8。",
    )


def plausibility(text: str) -> float:
    """How much `text` looks like rightly decoded Chinese or English, 0 to 1 and a little above.

    The share of everyday characters, less what only wrong tables give, plus a bonus for the
    characters no Chinese text can do without.
    """
    if not text:
        return 0.0
    everyday = _everyday_characters()
    good = ideographs = function = bad = 0
    for character, count in _counts(text).items():
        if character in everyday:
            good += count
        elif character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or character < " ":
            bad += 5 * count
        if character > "\u2e80":
            ideographs += count
            if character in FUNCTION_CHARACTERS:
                function += count
    bonus = min(0.2, 2 * function / ideographs) if ideographs else 0.1
    return (good - bad) / len(text) - 0.1 + bonus


def _counts(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for character in text:
        counts[character] = counts.get(character, 0) + 1
    return counts


@cache
def _everyday_characters() -> frozenset[str]:
    """ASCII, Chinese punctuation, and the first (frequent) levels of GB 2312 and Big5."""
    characters = {chr(code) for code in range(32, 127)} | set("\n\r\t\f\u3000—…·“”‘’％‰℃￥￡×÷±～→←")
    characters |= {chr(code) for code in range(0x3001, 0x3020)} | {
        chr(code) for code in range(0xFF01, 0xFF5F)
    }
    for lead in range(0xB0, 0xD8):
        for trail in range(0xA1, 0xFF):
            characters |= set(bytes((lead, trail)).decode("gb2312", errors="ignore"))
    for lead in range(0xA4, 0xC7):
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            characters |= set(bytes((lead, trail)).decode("big5", errors="ignore"))
    return frozenset(characters)


def _without_mark_utf16(data: bytes) -> tuple[str, str] | None:
    """UTF-16 without a byte-order mark: its ASCII leaves zero bytes on one side only."""
    sample = data[:_SAMPLE]
    zeros = sample.count(0)
    if len(data) % 2 or zeros < max(2, len(sample) // 400):
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if plausibility(text[:_SAMPLE]) >= MINIMUM_SCORE:
            return text, encoding
    return None


def _mostly_ascii(data: bytes) -> bool:
    """Whether a wrong guess would show only in a few accented letters and curly quotes."""
    printable = sum(data.count(bytes((code,))) for code in (9, 10, 13, *range(32, 127)))
    return printable >= 0.95 * len(data)


def _known(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding)._is_text_encoding
    except (LookupError, AttributeError, ValueError):
        return False


def _not_text(name: str, kind: str) -> ReadError:
    return ReadError(
        f"{name} is not a text file (it looks like {kind}): give it its right extension, or leave it out.",
        f"{name} 不是文本文件（看起来是 {kind}）：请改用正确的扩展名，或不要加入它。",
    )
