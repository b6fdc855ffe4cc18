"""Names of statistical indicators in Chinese and English, and the words around them.

vocabulary.json holds the indicators of Chinese statistical practice, each with the forms in which
reports and readers write it. A narrower indicator is an entry of its own with the broader one as its
parent: 高技术制造业增加值 is never found as 制造业增加值. A user's file with the same sections extends it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from index.errors import WenbaoError
from index.period_patterns import flatten

Value = TypeVar("Value")
_LOWER: Final = {ord("A") + letter: ord("a") + letter for letter in range(26)}
_SYNONYMS_IN_EXPANSION: Final = 2
# More than the GDP or PM2.5 of a Chinese sentence, whose names are also among the Chinese ones
_HAS_ENGLISH: Final = re.compile(
    r"[A-Za-z]{4}|[A-Za-z][ \n][A-Za-z]"
    r"|\A[^\u4e00-\u9fff]*[A-Za-z]{2}[^\u4e00-\u9fff]*\Z"
)


class VocabularyError(WenbaoError):
    """A vocabulary file is not well formed; names the entry and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One statistical indicator. `units` are the base units (index.units) of its level."""

    id: str
    name: str
    synonyms: tuple[str, ...]
    english: tuple[str, ...]
    units: tuple[str, ...]
    rate: bool = False  # the level itself is a percentage: 失业率, 城镇化率
    parent: str | None = None  # id of the broader indicator it is a part of
    customary: str | None = None  # id of the series published under this plain name where no other is


@dataclass(frozen=True, slots=True)
class IndicatorMention:
    """`text == source[start:end]`."""

    start: int
    end: int
    text: str
    indicator: Indicator


def _chinese_key(text: str) -> str:
    """Width, quotes, dashes and case made uniform; the same length as `text`."""
    return flatten(text).translate(_LOWER)


# British spelling to American, word by word
_SPELLINGS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?<=[a-z]i)s(?=(?:ation|ed|e|ing)\b)", "z"),
        (r"(?<=labo)u(?=r)", ""),
        (r"(?<=defen)c(?=e\b)", "s"),
        (r"(?<=enrol)l?(?=ment\b)", "l"),
        (r"(?:(?<=cent)|(?<=fib)|(?<=met))re\b", "er"),
        (r"(?<=alumin)i(?=um\b)", ""),
        (r"(?<=sul)ph(?=ur)", "f"),
        (r"(?<=program)me\b", ""),
    )
)
_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:[&.'’][A-Za-z0-9]+)*|[^\s\-‐‑–\u3000-\u9fff\uff00-\uffef]")


@lru_cache(maxsize=65536)
def _word_key(word: str) -> str:
    """Case, plural and spelling of one English word made uniform."""
    key = word.lower().replace("’", "'")
    key = re.sub(r"(?<=[a-z])s$", "", key)
    for pattern, replacement in _SPELLINGS:
        key = pattern.sub(replacement, key)
    return key


def _english_key(text: str) -> str:
    return " ".join(_word_key(word) for word in _WORD.findall(text))


class _Phrases(Generic[Value]):
    """English phrases and what they mean; finds the longest at each word of a text."""

    def __init__(self) -> None:
        self.by_key: dict[str, Value] = {}
        self._by_first_word: dict[str, list[tuple[str, ...]]] = {}

    def add(self, phrase: str, value: Value) -> Value:
        """Note the phrase, unless it is known; returns what it means."""
        key = _english_key(phrase)
        if key not in self.by_key:
            self.by_key[key] = value
            words = tuple(key.split(" "))
            known = self._by_first_word.setdefault(words[0], [])
            known.append(words)
            known.sort(key=len, reverse=True)
        return self.by_key[key]

    def find(self, text: str) -> Iterator[tuple[int, int, Value]]:
        """(start, end, meaning) in order, not overlapping."""
        words = [(match.start(), match.end(), _word_key(match[0])) for match in _WORD.finditer(text)]
        position = 0
        while position < len(words):
            for phrase in self._by_first_word.get(words[position][2], ()):
                window = words[position : position + len(phrase)]
                if tuple(word for _, _, word in window) == phrase:
                    yield window[0][0], window[-1][1], self.by_key[" ".join(phrase)]
                    position += len(phrase)
                    break
            else:
                position += 1


class Vocabulary:
    """The indicators by id and by every name; finds their mentions in a text."""

    def __init__(
        self,
        indicators: Iterable[Indicator],
        glossary: Mapping[str, tuple[str, ...]] | None = None,
        not_indicators: Iterable[str] = (),
    ) -> None:
        """VocabularyError if an id or a name stands twice, or a parent does not exist."""
        self._by_id: dict[str, Indicator] = {}
        self._chinese: dict[str, Indicator | None] = dict.fromkeys(map(_chinese_key, not_indicators))
        self._english: _Phrases[Indicator] = _Phrases()
        for indicator in indicators:
            self._add(indicator)
        for indicator in self._by_id.values():
            self._check_parents(indicator)
        self._glossary: _Phrases[list[str]] = _Phrases()
        for word, terms in (glossary or {}).items():
            self._glossary.add(word, []).extend(terms)  # "service" and "services" are one entry
        self._chinese_pattern = re.compile(_trie(self._chinese))

    def _add(self, indicator: Indicator) -> None:
        if indicator.id in self._by_id:
            raise _bad(indicator.id, "the id stands twice", "编号重复")
        self._by_id[indicator.id] = indicator
        for name in (indicator.name, *indicator.synonyms):
            key = _chinese_key(name)
            other = self._chinese.get(key, indicator)
            if len(key) < 2 or other is not indicator:
                owner = other.id if other is not None else "not_indicators"
                raise _bad(indicator.id, f'"{name}" also names {owner}', f"“{name}”也是 {owner} 的名称")
            self._chinese[key] = indicator
        for phrase in indicator.english:
            other = self._english.add(phrase, indicator)
            if other is not indicator:
                raise _bad(
                    indicator.id, f'"{phrase}" also names {other.id}', f"“{phrase}”也是 {other.id} 的名称"
                )

    def _check_parents(self, indicator: Indicator) -> None:
        seen = {indicator.id}
        current = indicator
        while current.parent is not None:
            if current.parent not in self._by_id or current.parent in seen:
                raise _bad(
                    indicator.id, f"no usable parent {current.parent}", f"上级指标 {current.parent} 不可用"
                )
            seen.add(current.parent)
            current = self._by_id[current.parent]

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self._by_id.values())

    def get(self, id: str) -> Indicator:
        """The indicator of that id; KeyError if there is none."""
        return self._by_id[id]

    def lookup(self, name: str) -> Indicator | None:
        """The indicator that `name` as a whole names, in either language."""
        name = name.strip()
        return self._chinese.get(_chinese_key(name)) or self._english.by_key.get(_english_key(name))

    def ancestors(self, id: str) -> list[str]:
        """Ids of the broader indicators, nearest first."""
        found: list[str] = []
        current = self._by_id[id].parent
        while current is not None:
            found.append(current)
            current = self._by_id[current].parent
        return found

    def find(self, text: str) -> list[IndicatorMention]:
        """Mentions in order, not overlapping; of several at one place the longest."""
        found: list[tuple[int, int, Indicator | None]] = []
        for match in self._chinese_pattern.finditer(_chinese_key(text)):
            found.append((*match.span(), self._chinese[match[0]]))
        if _HAS_ENGLISH.search(text):
            found.extend(self._english.find(text))
        found.sort(key=lambda item: (item[0], -item[1]))
        mentions: list[IndicatorMention] = []
        position = 0
        for start, end, indicator in found:
            if start < position:
                continue
            position = end
            if indicator is not None:
                mentions.append(IndicatorMention(start, end, text[start:end], indicator))
        return mentions

    def expand(self, question: str) -> list[str]:
        """Chinese terms for what an English question asks: indicators first, then single words."""
        terms: list[str] = []
        blank = list(question)
        for mention in self.find(question):
            terms += [mention.indicator.name, *mention.indicator.synonyms[:_SYNONYMS_IN_EXPANSION]]
            blank[mention.start : mention.end] = "\n" * (mention.end - mention.start)
        for _, _, meanings in self._glossary.find("".join(blank)):
            terms += meanings
        return list(dict.fromkeys(terms))

    def phrases(self, text: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """(start, end, Chinese terms) of the glossary's phrases in an English text, the longest at each place."""
        return [(start, end, tuple(meanings)) for start, end, meanings in self._glossary.find(text)]


def _bad(id: str, english: str, chinese: str) -> VocabularyError:
    return VocabularyError(f"vocabulary entry {id}: {english}", f"词表条目 {id}：{chinese}")


# ---------------------------------------------------------------- patterns


def _trie(words: Iterable[str]) -> str:
    """A regular expression for the longest of `words`, factored by prefix so that it stays fast.

    Latin letters at the ends of a word must not go on: GDP is not found in "GDPR".
    """
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    latin = {first: child for first, child in root.items() if _is_latin(first)}
    others = {first: child for first, child in root.items() if not _is_latin(first)}
    parts = [prefix + _branch(node) for prefix, node in (("", others), ("(?<![a-z])", latin)) if node]
    return "|".join(parts) if parts else "(?!)"


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _branch(node: dict[str, Any]) -> str:
    """The alternatives below one node of the trie, the longer before the shorter."""
    alternatives = []
    for character, child in sorted(node.items()):
        if character:
            piece = re.escape(character)
            stop = "(?![a-z])" if _is_latin(character) else ""
            below = {key: value for key, value in child.items() if key}
            if below and "" in child:
                piece += f"(?:{_branch(below)}|{stop})"
            else:
                piece += _branch(below) if below else stop
            alternatives.append(piece)
    return alternatives[0] if len(alternatives) == 1 else f"(?:{'|'.join(alternatives)})"


# ---------------------------------------------------------------- loading


@lru_cache(maxsize=8)
def load_vocabulary(extra: Path | None = None) -> Vocabulary:
    """The project's vocabulary, extended by the user's file if one is given. Read once.

    An entry of `extra` with a known id adds its names to that indicator; a new id is a new indicator.
    VocabularyError names the entry that is wrong, or the file that cannot be read.
    """
    data = json.loads(resources.files("index").joinpath("vocabulary.json").read_text(encoding="utf-8"))
    entries: dict[str, dict[str, Any]] = {entry["id"]: entry for entry in data["indicators"]}
    glossary: dict[str, tuple[str, ...]] = {word: tuple(terms) for word, terms in data["glossary"].items()}
    not_indicators: list[str] = list(data["not_indicators"])
    if extra is not None:
        added = _read_extra(extra)
        for entry in added.get("indicators", []):
            entries[entry["id"]] = _merged(entries.get(entry["id"]), entry)
        glossary |= {word: tuple(terms) for word, terms in added.get("glossary", {}).items()}
        not_indicators += added.get("not_indicators", [])
    return Vocabulary(map(_indicator, entries.values()), glossary, not_indicators)


def _read_extra(path: Path) -> dict[str, Any]:
    try:
        added = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise VocabularyError(
            f"vocabulary file {path} cannot be read: {error}", f"无法读取词表文件 {path}：{error}"
        ) from error
    sections = {"indicators", "glossary", "not_indicators"}
    if not isinstance(added, dict) or not set(added) <= sections:
        raise VocabularyError(
            f"vocabulary file {path} must be an object with the keys {', '.join(sorted(sections))}",
            f"词表文件 {path} 应为 JSON 对象，键限于 {'、'.join(sorted(sections))}",
        )
    for entry in added.get("indicators", []):
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            raise VocabularyError(
                f"vocabulary file {path}: an indicator has no id", f"词表文件 {path}：有指标缺少 id"
            )
    return added


def _merged(known: dict[str, Any] | None, entry: dict[str, Any]) -> dict[str, Any]:
    if known is None:
        return entry
    merged = {
        **known,
        **{key: value for key, value in entry.items() if key in ("units", "rate", "parent", "customary")},
    }
    for key in ("synonyms", "english"):
        merged[key] = list(dict.fromkeys([*known.get(key, []), *entry.get(key, [])]))
    if entry.get("name", known["name"]) != known["name"]:
        merged["synonyms"] = list(dict.fromkeys([*merged["synonyms"], entry["name"]]))
    return merged


def _indicator(entry: dict[str, Any]) -> Indicator:
    unknown = set(entry) - {"id", "name", "synonyms", "english", "units", "rate", "parent", "customary"}
    if unknown or not isinstance(entry.get("name"), str):
        problem = f"unknown keys {sorted(unknown)}" if unknown else "no name"
        raise _bad(entry["id"], problem, f"未知的键 {sorted(unknown)}" if unknown else "缺少名称")
    return Indicator(
        entry["id"], entry["name"], tuple(entry.get("synonyms", ())), tuple(entry.get("english", ())),
        tuple(entry.get("units", ())), bool(entry.get("rate", False)), entry.get("parent"),
        entry.get("customary"),
    )  # fmt: skip


def english_phrases(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """(start, end, Chinese terms) of the phrases that the project's own glossary knows."""
    return load_vocabulary().phrases(text)


def english_expansion(question: str) -> list[str]:
    """Chinese terms for an English question or word, by the project's own vocabulary; [] if none."""
    return load_vocabulary().expand(question)
