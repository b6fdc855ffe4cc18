"""Regions in text: where places are mentioned, and the functions to compare them.

Listed places are found by name, unlisted ones (counties, zones, fictional cities) by their suffix.
Words such as 城市, 社区 or 上市 end in the same characters, so a name found by suffix must begin at a
boundary: punctuation, a function word, a listed place, or a word border of the tokenizer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import rjieba

from index import region_patterns as patterns
from index.gazetteer import (
    COUNTRY,
    ENGLISH_SUFFIXES,
    RANKS,
    WORLD,
    ZONE_KINDS,
    ancestors,
    contains_region,
    gazetteer,
    level_of,
    normalise_region,
    parent_of,
    pinyin_matches,
    resolve_home,
    same_region,
    stem_of,
)

__all__ = [
    "COUNTRY", "WORLD", "RegionMention", "ancestors", "contains_region", "find_regions", "level_of",
    "normalise_region", "parent_of", "pinyin_matches", "resolve_home", "same_region",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegionMention:
    """`text == source[start:end]`; `name` is the standard name, 全市 resolved through `home`.

    `is_part_of_name` marks a place inside another name, as in 中国银行 or 全国人大: it says little about
    what the figures beside it cover. `compared` marks what something is compared with: 高于全国, 比全省.
    """

    start: int
    end: int
    text: str
    name: str
    level: str  # country | province | city | county | zone | other
    is_part_of_name: bool = False
    compared: bool = False


def find_regions(text: str, *, home: str | None = None, known: Sequence[str] = ()) -> list[RegionMention]:
    """All mentions of places in `text`, in order and not overlapping.

    `home` is the report's region: 全市, 我省 and "the zone" are resolved from it. `known` are names
    of regions that the index holds: an English question's "Yunchuan" is then found as 云川市.
    """
    names = tuple(dict.fromkeys([*known, *([home] if home else [])]))
    found = _merge_overlaps(
        [*_listed(text), *_relative(text, home), *_english(text, home, names), *_given(text, names)]
    )
    found = _merge_overlaps([*found, *_by_suffix(text, found)])
    return [_with_context(mention, text) for mention in _join_nested(found, text)]


def _mention(text: str, start: int, end: int, name: str) -> RegionMention:
    return RegionMention(start, end, text[start:end], name, level_of(name))


def _merge_overlaps(candidates: Iterable[RegionMention]) -> list[RegionMention]:
    chosen: list[RegionMention] = []
    for mention in sorted(candidates, key=lambda candidate: (candidate.start, -candidate.end)):
        if not chosen or mention.start >= chosen[-1].end:
            chosen.append(mention)
    return chosen


# ---------------------------------------------------------------- listed places


@lru_cache(maxsize=1)
def _listed_pattern() -> re.Pattern[str]:
    alternatives = []
    for name in sorted(gazetteer().chinese, key=len, reverse=True):
        before = f"(?<![{patterns.NOT_AFTER[name]}])" if patterns.NOT_AFTER.get(name) else ""
        after = f"(?![{patterns.NOT_BEFORE[name]}])" if patterns.NOT_BEFORE.get(name) else ""
        alternatives.append(f"{before}{re.escape(name)}{after}")
    return re.compile("|".join(alternatives))


def _listed(text: str) -> Iterator[RegionMention]:
    chinese = gazetteer().chinese
    for match in _listed_pattern().finditer(text):
        yield _mention(text, *match.span(), chinese[match[0]])


def _given(text: str, known: Sequence[str]) -> Iterator[RegionMention]:
    """Unlisted places whose names the caller knows: they need no boundary and no suffix."""
    for name in known:
        standard = normalise_region(name)
        if standard in gazetteer().regions:
            continue
        patterns = {re.escape(name), re.escape(standard)}
        if len(stem_of(standard)) >= 2 and level_of(standard) in ("province", "city", "county"):
            patterns.add(re.escape(stem_of(standard)) + "(?![省市县区州旗盟])")
        for pattern in sorted(patterns):
            for match in re.finditer(pattern, text):
                yield _mention(text, *match.span(), standard)


def _relative(text: str, home: str | None) -> Iterator[RegionMention]:
    for match in patterns.RELATIVE.finditer(text):
        if match["country"]:
            yield _mention(text, *match.span(), COUNTRY if match[0] == COUNTRY else WORLD)
        elif not (match[0] == "本市" and text[match.start() - 1 : match.start()] == "日"):
            name = resolve_home(f"全{match['unit']}", home)
            level = (
                level_of(name)
                if name[0] != "全"
                else {"省": "province", "市": "city", "州": "city"}.get(match["unit"], "county")
            )
            yield RegionMention(*match.span(), match[0], name, level)


# ---------------------------------------------------------------- unlisted places, by suffix


def _by_suffix(text: str, found: Sequence[RegionMention]) -> list[RegionMention]:
    """Places that no list has. Names seen at a clear boundary are then believed everywhere."""
    ends = {mention.end: mention for mention in found}
    starts = sorted((mention.start, mention.end) for mention in found)
    sure: list[RegionMention] = []
    unsure: list[tuple[int, int, int]] = []  # start of the Chinese run, start of the suffix, its end
    for match in patterns.SUFFIX.finditer(text):
        begin, end = match.span()
        if any(start <= begin < stop for start, stop in starts):
            continue
        outer = ends.get(begin)
        if outer is not None:
            mention = _zone_of(text, outer, match) or _namesake(text, outer, match)
            if mention:
                sure.append(mention)
                ends[end] = mention
            continue
        whole = _dictionary_place(text, begin, end, ends)
        if whole is not None:
            sure.append(whole)
            ends[end] = whole
            continue
        left = _run_start(text, begin, ends)
        run = text[left:begin]
        # Behind a year no month stands without a number: 2023年月亮泉市.
        stem = run[1:] if re.match("年[月日]", run) else patterns.LEADING.sub("", run)
        dated = re.fullmatch("[年月日]+", run[: len(run) - len(stem)]) is not None
        clear = 2 <= len(stem) <= 3 or (2 <= len(stem) <= 5 and match[0].startswith("自治"))
        if clear and _plausible(stem, match[0], left in ends) and (dated or _word_border(run, stem)):
            mention = _mention(text, begin - len(stem), end, normalise_region(stem + match[0]))
            sure.append(mention)
            ends[end] = mention
        elif len(run) >= 2:
            unsure.append((left, begin, end))
    stems = {stem_of(mention.text) if mention.level != "zone" else mention.text for mention in sure}
    for left, begin, end in unsure:
        run, suffix = text[left:begin], text[begin:end]
        name = next((stem for stem in stems if stem and run.endswith(stem)), None) or _by_words(run, suffix)
        if name and _plausible(name, suffix):
            sure.append(_mention(text, begin - len(name), end, normalise_region(name + suffix)))
    return sure


def _dictionary_place(
    text: str, begin: int, end: int, ends: dict[int, RegionMention]
) -> RegionMention | None:
    """上杭县, 会泽县: a county whose name holds a function word, but which the tokenizer knows as a place."""
    if end - begin != 1 or text[begin] not in "县旗":
        return None
    for length in (4, 3):
        name = text[max(0, end - length) : end]
        if len(name) < length or not any(character in patterns.FUNCTION for character in name[:-1]):
            continue
        border = end - length
        before = text[border - 1 : border]
        clear = not ("\u4e00" <= before <= "\u9fff") or before in patterns.FUNCTION or before in "年省市州"
        if (
            (clear or border in ends)
            and rjieba.has_word(name)
            and rjieba.tag(name)[0][1] in ("ns", "nr", "nz")
        ):
            return _mention(text, border, end, normalise_region(name))
    return None


def _namesake(text: str, outer: RegionMention, match: re.Match[str]) -> RegionMention | None:
    """喀什市, beside the listed 喀什 (喀什地区): a place of its own, not the listed one."""
    together = text[match.end() : match.end() + 1] in ("县", "区", "州")  # 广东市县财政
    if match[0] not in ("市", "县") or together or re.search("[省市县区州盟旗国]$", outer.text):
        return None
    return _mention(text, outer.start, match.end(), normalise_region(f"{outer.text}{match[0]}"))


def _zone_of(text: str, outer: RegionMention, match: re.Match[str]) -> RegionMention | None:
    """济南 + 高新区; a listed place before a bare 市 or 区 (中国市…) is no name."""
    if match[0] in ZONE_KINDS and outer.level in ("province", "city", "county") and outer.name[0] != "全":
        return _mention(text, outer.start, match.end(), normalise_region(outer.name + match[0]))
    if match[0] in ("县", "区") and outer.level == "city" and outer.text == stem_of(outer.name):
        return RegionMention(
            outer.start, match.end(), text[outer.start : match.end()], outer.text + match[0], "county"
        )
    return None


def _run_start(text: str, end: int, ends: dict[int, RegionMention]) -> int:
    """Where the Chinese run before `end` begins, at most eight characters back."""
    start = end
    while start > 0 and end - start < 8:
        character = text[start - 1]
        if (
            not "\u4e00" <= character <= "\u9fff"
            or character in patterns.FUNCTION
            or character in "省市县区"
            or start in ends
        ):
            break
        start -= 1
    return start


def _plausible(stem: str, suffix: str, after_place: bool = False) -> bool:
    """True if stem + suffix can be a place's name; 历城区 is one after 济南市 even if like 城区."""
    if patterns.AMBIGUOUS_TAIL.search(stem[-1] + suffix) and not (after_place and stem[-1] not in "地社"):
        words = rjieba.tag(stem + suffix)
        if stem[-1] == "地" or len(words) != 1 or words[0][1] != "ns" or not rjieba.has_word(words[0][0]):
            return False
    if patterns.GENERIC_STEM.search(stem) or any(character in patterns.FUNCTION for character in stem):
        return False
    if (
        all(character in patterns.DIGITS for character in stem)
        or stem[-1] in "个座批类些片种级"
        or stem[0] in "个座批类些种"
    ):
        return False
    tags = [tag for _, tag in rjieba.tag(stem)]
    known = rjieba.tag(stem + suffix)
    if len(known) == 1 and known[0][1] in ("ns", "nr") and suffix == "县" and rjieba.has_word(stem + suffix):
        return True  # 牟定县, though 牟定 alone is taken for a verb
    if len(tags) == 1 and rjieba.has_word(stem):
        return tags[0][:1] in ("n", "x", "z", "j", "e", "g", "k", "i", "l") and tags[0] != "nt"
    first_tag = rjieba.tag(stem + suffix)[0][1]
    return len(tags) in (1, len(stem)) or first_tag.startswith(("ns", "nr", "nz"))


def _word_border(run: str, stem: str) -> bool:
    return len(run) == len(stem) or len(run) - len(stem) in _borders(run)


def _borders(run: str) -> set[int]:
    position = 0
    borders = {0}
    for word in rjieba.cut(run, True):
        position += len(word)
        borders.add(position)
    return borders


def _by_words(run: str, suffix: str) -> str | None:
    """The last word of the run if the tokenizer takes it (with its suffix) for a name of a place."""
    for length in (2, 3):
        if len(run) > length and len(run) - length in _borders(run):
            words = rjieba.tag(run[-length:] + suffix)
            if words[0][1] == "ns" and len(words[0][0]) >= length:
                return run[-length:]
    return None


# ---------------------------------------------------------------- English


@lru_cache(maxsize=1)
def _english_pattern() -> re.Pattern[str]:
    names = sorted(gazetteer().english, key=len, reverse=True)
    return re.compile(
        r"(?<![\w-])(?:" + "|".join(re.escape(name) for name in names) + r")(?:(?='s)|(?![\w]))"
    )


def _english(text: str, home: str | None, known: Sequence[str]) -> Iterator[RegionMention]:
    if not re.search("[A-Za-z]{2}", text):
        return
    listed = gazetteer().english
    for match in _english_pattern().finditer(text):
        yield _mention(text, *match.span(), listed[match[0]])
    for pattern in (patterns.ENGLISH_ZONE, patterns.ENGLISH_UNIT):
        for match in pattern.finditer(text):
            words = match["stem"].split()
            skipped = next((n for n, word in enumerate(words) if word not in patterns.NOT_PLACES), len(words))
            start = match.start() + sum(len(word) + 1 for word in words[:skipped])
            if skipped < len(words):
                yield _mention(text, start, match.end(), _known_name(text[start : match.end()], known))
    for match in patterns.ENGLISH_SCOPE.finditer(text):
        if match["country"]:
            yield _mention(text, *match.span(), COUNTRY)
        else:
            unit = {"zone": "区", "municipality": "市"}.get(match["unit"]) or ENGLISH_SUFFIXES[match["unit"]]
            name = resolve_home(f"全{unit}", home)
            yield RegionMention(*match.span(), match[0], name, level_of(name))
    for match in re.finditer(rf"\b{patterns.CAPITALISED}\b", text):
        for name in known:
            if pinyin_matches(match[0], stem_of(normalise_region(name))) or same_region(match[0], name):
                yield _mention(text, *match.span(), normalise_region(name))
                break


def _known_name(written: str, known: Sequence[str]) -> str:
    """The Chinese name that the index knows for an English one, else its standard name."""
    return next(
        (normalise_region(name) for name in known if same_region(written, name)), normalise_region(written)
    )


# ---------------------------------------------------------------- what stands around a mention


def _with_context(mention: RegionMention, text: str) -> RegionMention:
    after, before = text[mention.end : mention.end + 14], text[max(0, mention.start - 12) : mention.start]
    return replace(
        mention,
        is_part_of_name=bool(patterns.ORGANISATION.search(after)),
        compared=bool(patterns.COMPARED.search(before)),
    )


def _join_nested(mentions: Sequence[RegionMention], text: str) -> list[RegionMention]:
    """山东省 济南市 → one mention of 济南市, when they stand side by side from wide to narrow."""
    joined: list[RegionMention] = []
    for mention in mentions:
        outer = joined[-1] if joined else None
        adjacent = outer is not None and outer.end == mention.start and mention.text[0] not in "全我本"
        if (
            outer is not None
            and adjacent
            and RANKS.get(outer.level, 9) < RANKS.get(mention.level, -1)
            and contains_region(outer.name, mention.name) is not False
        ):
            joined[-1] = replace(mention, start=outer.start, text=text[outer.start : mention.end])
        else:
            joined.append(mention)
    return joined
