"""Names of places: the one standard name of each, and which place lies in which.

The places themselves (provinces, prefectures, countries, groups, state-level new areas) are data in
regions.json. Counties, zones and fictional places are not listed: their level and parent are read
from the name ("云川高新区" lies in "云川市"), and what a name does not tell stays unknown.
`index.regions` finds the mentions in a text, and is the module to import from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

COUNTRY: Final = "全国"
WORLD: Final = "全球"
RANKS: Final = {"country": 0, "province": 1, "city": 2, "county": 3, "zone": 3}

# Every way to write the kind of a zone, and its standard form
ZONE_KINDS: Final = {
    "国家级高新技术产业开发区": "高新区", "国家高新技术产业开发区": "高新区", "高新技术产业开发区": "高新区",
    "高新技术开发区": "高新区", "高新技术产业区": "高新区", "高技术产业开发区": "高新区",
    "国家高新区": "高新区",
    "高新区": "高新区", "国家级经济技术开发区": "经开区", "经济技术开发区": "经开区", "经济开发区": "经开区",
    "经开区": "经开区", "自由贸易试验区": "自贸区", "自由贸易区": "自贸区", "自由贸易港": "自贸港",
    "自贸港": "自贸港",
    "自贸试验区": "自贸区", "自贸区": "自贸区", "综合保税区": "综合保税区", "综保区": "综合保税区",
    "保税区": "保税区",
    "开发区": "开发区", "新片区": "新片区", "片区": "片区", "新区": "新区", "合作区": "合作区",
    "度假区": "度假区",
    "科技园区": "科技园", "科技园": "科技园", "工业园区": "工业园", "工业园": "工业园", "产业园区": "产业园",
    "产业园": "产业园", "科学城": "科学城", "示范区": "示范区", "试验区": "试验区",
}  # fmt: skip
ENGLISH_ZONE_KINDS: Final = (
    (re.compile(r"high[- ]?tech\w*|hi-tech\w*|science and technology", re.IGNORECASE), "高新区"),
    (re.compile(r"free[- ]trade", re.IGNORECASE), "自贸区"),
    (re.compile(r"economic", re.IGNORECASE), "经开区"),
    (re.compile(r"comprehensive bonded", re.IGNORECASE), "综合保税区"),
    (re.compile(r"bonded", re.IGNORECASE), "保税区"),
    (re.compile(r"new (?:area|district|zone)", re.IGNORECASE), "新区"),
    (re.compile(r"cooperation", re.IGNORECASE), "合作区"),
    (re.compile(r"development", re.IGNORECASE), "开发区"),
)
_LEVEL_OF_SUFFIX: Final = (
    ("自治区", "province"), ("自治州", "city"), ("自治县", "county"), ("省", "province"), ("市", "city"),
    ("地区", "city"), ("盟", "city"), ("州", "city"), ("县", "county"), ("旗", "county"), ("区", "county"),
    ("镇", "county"), ("乡", "county"), ("国", "country"),
)  # fmt: skip
ENGLISH_SUFFIXES: Final = {
    "province": "省", "city": "市", "municipality": "市", "county": "县", "district": "区",
    "prefecture": "州",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Region:
    """A listed place. `short` are its other Chinese names, `members` the provinces of a group."""

    name: str
    level: str  # country | province | city | zone | other
    parent: str | None
    short: tuple[str, ...]
    english: tuple[str, ...]
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gazetteer:
    """The listed places by every name they have."""

    regions: dict[str, Region]
    chinese: dict[str, str]  # any Chinese name → the standard one
    english: dict[str, str]  # English names as written → the standard one
    pinyin: dict[str, frozenset[str]]  # character → its readings without tones


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """regions.json, read once. The first of two places with one English name keeps it."""
    data = json.loads(resources.files("index").joinpath("regions.json").read_text(encoding="utf-8"))
    regions: dict[str, Region] = {}
    chinese: dict[str, str] = {}
    english: dict[str, str] = {}
    for entry in data["regions"]:
        region = Region(
            entry["name"], entry["level"], entry["parent"], tuple(entry["short"]), tuple(entry["english"]),
            tuple(entry.get("members", ())),
        )  # fmt: skip
        regions[region.name] = region
        for name in (region.name, *region.short):
            if chinese.setdefault(name, region.name) != region.name:
                raise ValueError(f"regions.json: {name} names both {chinese[name]} and {region.name}")
        for name in region.english:
            english.setdefault(name, region.name)
    readings: dict[str, set[str]] = {}
    for syllable, characters in data["pinyin"].items():
        for character in characters:
            readings.setdefault(character, set()).add(syllable)
    return Gazetteer(regions, chinese, english, {key: frozenset(value) for key, value in readings.items()})


# ---------------------------------------------------------------- one name for each place


def split_zone(name: str) -> tuple[str, str] | None:
    """("济南市", "高新区") for any spelling of a zone; None if the name is not that of a zone."""
    for written, kind in ZONE_KINDS.items():
        if name.endswith(written) and len(name) > len(written):
            return name[: -len(written)], kind
    return None


def stem_of(name: str) -> str:
    """The name without its administrative suffix: 云川市 → 云川; short names stay as they are."""
    for suffix, _ in _LEVEL_OF_SUFFIX:
        if name.endswith(suffix) and len(name) >= len(suffix) + 2:
            return name[: -len(suffix)]
    return name


@lru_cache(maxsize=8192)
def normalise_region(name: str) -> str:
    """The standard name of a place, in Chinese where it can be known; other names come back trimmed.

    济南 → 济南市, 我国 → 全国, "Jinan High-tech Zone" → 济南高新区, 云川市高新技术产业开发区 → 云川高新区.
    """
    name = name.strip().strip("“”\"'《》")
    places = gazetteer()
    if name in ("国家", "national", "National", "the nation"):
        return COUNTRY
    listed = places.chinese.get(name) or places.english.get(name)
    if listed:
        return listed
    if re.search("[A-Za-z]", name):
        return _normalise_english(name)
    # 山东省济南市 is 济南市; 济南市历城区 is 历城区
    for length in range(len(name) - 2, 1, -1):
        if name[:length] in places.chinese:
            if name[length:] not in ZONE_KINDS and len(name) - length >= 3:
                return normalise_region(name[length:])
            break
    zone = split_zone(name)
    if zone:
        stem, kind = zone
        stem = places.chinese.get(stem, stem)
        short = stem_of(stem) if level_of(stem) in ("province", "city", "county") else stem
        return places.chinese.get(short + kind, short + kind)
    return name


def _normalise_english(name: str) -> str:
    places = gazetteer()
    if name[:4].lower() == "the " and len(name) > 4:
        bare = normalise_region(name[4:])
        return bare if bare != name[4:] else name
    zone = re.fullmatch(
        r"(?P<stem>.+?) (?P<kind>(?:national )?(?:high|hi|free|economic|comprehensive|bonded|new|cooperation"
        r"|development|science)\b.*?(?:zone|area|district|park))",
        name,
        re.IGNORECASE,
    )
    if zone:
        stem = normalise_region(zone["stem"])
        for pattern, kind in ENGLISH_ZONE_KINDS:
            if pattern.search(zone["kind"]) and not re.search("[A-Za-z]", stem):
                return normalise_region(stem + kind)
        return name
    suffix = re.fullmatch(r"(?P<stem>.+?)(?: Autonomous Region| (?P<kind>\w+))", name)
    if suffix and (suffix["kind"] is None or suffix["kind"].lower() in ENGLISH_SUFFIXES):
        listed = places.english.get(suffix["stem"])
        if listed:
            return listed
    for written, listed in places.english.items():
        if written.lower() == name.lower() and len(name) > 3:
            return listed
    return name


def level_of(name: str) -> str:
    """country | province | city | county | zone | other, for a standard or an unlisted name."""
    listed = gazetteer().regions.get(name)
    if listed:
        return listed.level
    if split_zone(name):
        return "zone"
    if re.search("[A-Za-z]", name):
        lowered = name.lower()
        if re.search(r"\b(?:zone|park|new area)$", lowered):
            return "zone"
        levels = {"province": "province", "city": "city", "prefecture": "city"}
        return levels.get(
            lowered.rsplit(" ", 1)[-1], "county" if lowered.endswith(("county", "district")) else "other"
        )
    for suffix, level in _LEVEL_OF_SUFFIX:
        if name.endswith(suffix) and len(name) > len(suffix):
            return level
    return "other"


def parent_of(name: str) -> str | None:
    """The place directly around `name`, where the list or the name itself tells it."""
    listed = gazetteer().regions.get(name)
    if listed:
        return listed.parent
    zone = split_zone(name)
    if zone is None:
        return None
    stem = gazetteer().chinese.get(zone[0], zone[0])
    if stem in gazetteer().regions:
        return stem
    if level_of(stem) in ("province", "city", "county"):
        return stem
    # an unlisted zone bears the name of its city or county; only the city is common enough to say so
    return f"{stem}市" if re.fullmatch(r"[\u4e00-\u9fff]{2,4}", stem) else None


def ancestors(name: str) -> list[str]:
    """The places around `name`, from the nearest to the widest."""
    found: list[str] = []
    current = parent_of(name)
    while current is not None and current not in found:
        found.append(current)
        current = parent_of(current)
    return found


# ---------------------------------------------------------------- comparing


def pinyin_matches(english: str, chinese: str) -> bool:
    """True if `english` spells the characters of `chinese` ("Yunchuan", "云川"); tones are ignored."""
    letters = re.sub(r"[^a-z]", "", english.lower().replace("ü", "v"))
    readings = gazetteer().pinyin
    positions = {0}
    for character in chinese:
        positions = {
            position + len(syllable)
            for position in positions
            for syllable in (*readings.get(character, ()), *_umlauts(readings.get(character, ())))
            if letters.startswith(syllable, position)
        }
    return bool(chinese) and len(letters) in positions


def _umlauts(syllables: Iterable[str]) -> list[str]:
    return [syllable.replace("v", "u") for syllable in syllables if "v" in syllable]


def same_region(first: str, second: str) -> bool:
    """True if both names mean one place: 济南 and 济南市, "Yunchuan City" and 云川市."""
    first, second = normalise_region(first), normalise_region(second)
    if first == second:
        return True
    english_first, english_second = (bool(re.search("[A-Za-z]", name)) for name in (first, second))
    if english_first != english_second:
        return _spells(first, second) if english_first else _spells(second, first)
    if english_first:
        return first.lower() == second.lower()
    listed = gazetteer().regions
    if first in listed or second in listed or stem_of(first) != stem_of(second):
        return False
    # 云川 is 云川市, but 云川县 is not 云川市
    return first == stem_of(first) or second == stem_of(second)


def _spells(english: str, chinese: str) -> bool:
    """True if an unlisted English name is the spelling of an unlisted Chinese one."""
    if chinese in gazetteer().regions:
        return False
    level = level_of(english)
    if level == "zone":
        zone = split_zone(chinese)
        if zone is None:
            return False
        kind = next((kind for pattern, kind in ENGLISH_ZONE_KINDS if pattern.search(english)), None)
        words = re.split(
            r" (?=(?:national |high|hi-|free|economic|compre|bonded|new |coop|devel))",
            english,
            maxsplit=1,
            flags=re.I,
        )
        return kind == zone[1] and pinyin_matches(words[0], stem_of(zone[0]))
    if level != "other" and level != level_of(chinese):
        return False
    stem = re.sub(
        r" (?:Province|City|Municipality|County|District|Prefecture)$", "", english, flags=re.IGNORECASE
    )
    return split_zone(chinese) is None and pinyin_matches(stem, stem_of(chinese))


def contains_region(outer: str, inner: str) -> bool | None:
    """Whether `inner` lies in `outer` (a place contains itself); None where that is not known."""
    outer, inner = normalise_region(outer), normalise_region(inner)
    if same_region(outer, inner):
        return True
    places = gazetteer().regions
    if outer == WORLD:
        return True
    around = ancestors(inner)
    if any(same_region(outer, place) for place in around):
        return True
    members = places[outer].members if outer in places else ()
    if members:
        known = [contains_region(member, inner) for member in members]
        return True if True in known else (None if None in known else False)
    if outer == COUNTRY and inner not in places:
        return True if level_of(inner) in ("province", "city", "county", "zone") else None
    if outer in places and (COUNTRY in around or inner in places):
        # both ends are known: the chain from the inner place to the country does not pass the outer one
        return None if places[outer].level == "other" and inner != COUNTRY else False
    if (
        level_of(outer) in RANKS
        and level_of(inner) in RANKS
        and RANKS[level_of(outer)] > RANKS[level_of(inner)]
    ):
        return False
    return None


def resolve_home(scope: str, home: str | None) -> str:
    """The place that 全省, 全市, 全区 or 全县 (`scope`) means in a text about `home`.

    Returns `scope` itself where `home` does not tell: 全省 in a text about an unlisted city.
    """
    if home is None:
        return scope
    home = normalise_region(home)
    wanted = {
        "全省": ("province",),
        "全市": ("city",),
        "全区": ("zone", "county"),
        "全县": ("county",),
        "全州": ("city",),
    }
    for place in (home, *ancestors(home)):
        municipality = scope == "全市" and level_of(place) == "province" and place.endswith("市")
        autonomous = scope == "全区" and level_of(place) == "province" and place.endswith("自治区")
        if level_of(place) in wanted.get(scope, ()) or municipality or (autonomous and place == home):
            return place
    return scope
