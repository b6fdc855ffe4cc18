"""Questions that the reports cannot answer, made from answerable ones by changing a single thing.

Another year, another region or another indicator takes the place of the one asked, and the item is kept
only if code finds the replacement absent: a region or indicator that stands in no report; a year that no
report covers which has the indicator (nor, where the indicator can't be told, any report). Each item carries
that proof as `absent` and `absent_docs`, which `python -m eval check` checks again. The same gold set,
reports and seed give the same items.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from eval.check import check_item, read_texts
from eval.dataset import GoldItem, load_gold, parse_item
from eval.quantities import chinese_number, compact, fold_width, read_quantities
from index.regions import find_regions
from index.vocabulary import IndicatorMention, load_vocabulary

_KINDS: Final = ("growth", "level", "share", "count", "period", "target-vs-actual")
_YEAR: Final = re.compile(r"(?<![\d.])(?:19|20)\d\d(?!\d|\.\d)")
_SPAN: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)年?\s*[-~至到]\s*((?:19|20)?\d\d)(?!\d)")
_SPELLED: Final = re.compile(r"[一二][〇零九○][〇零○一二三四五六七八九]{2}(?=年)")
_SHORT: Final = re.compile(r"(?<!\d)(\d\d)年(?!间|来|以|代)")
_DIGITS: Final = "〇一二三四五六七八九"
_MONEY: Final = re.compile(r"元|多少钱|花了|美元|yuan|dollar|how much", re.IGNORECASE)
_OTHER_UNIT: Final = re.compile(
    r"多少(?:家|户|人|名|个|辆|万?吨|标箱|件|位)|几个|标箱|how many|增长目标", re.IGNORECASE
)
_FITS_AFTER: Final = re.compile(
    r"(?:是|有|达|为|增|同比|环比|累计|涨|跌|上涨|下降|目标|用|实际|突破|(?:总量|总额)?多少)"
)
_PLACE: Final = re.compile(
    r"\b(?:in|of|did|does|for|from)\s+(?P<name>[A-Z][a-z]{3,}(?: (?:Province|City|County|High-tech Zone))?)"
    r"|\b(?P<owner>[A-Z][a-z]{3,})(?='s)"
)
_NO_PLACE: Final = re.compile(
    r"January|February|March|April|June|July|August|September|October|November|December|Which|What"
)
_NEAREST_YEARS: Final = 8


@dataclass(frozen=True, slots=True)
class Library:
    """The reports that nothing may be found in: canonical texts by name, and the years each one covers."""

    texts: Mapping[str, str]
    years: Mapping[str, frozenset[int]]
    joined: str

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Library:
        """Read the years of every text."""
        years = {name: frozenset(years_covered(text)) for name, text in texts.items()}
        return cls(texts, years, "\n".join(compact(text) for text in texts.values()))

    def holds(self, pattern: str) -> bool:
        """Whether any report matches, white space aside."""
        return re.search(pattern, self.joined) is not None


@dataclass(frozen=True, slots=True)
class Variant:
    """A changed question with the patterns that prove it unanswerable in `docs`."""

    change: str  # "year", "region" or "indicator"
    to: str
    question: str
    absent: tuple[str, ...]
    docs: tuple[str, ...]


def years_covered(text: str) -> set[int]:
    """Every year that a text may speak of: written, spelled, two-digit, inside a range, or relative.

    去年, 前年 and 明年 are taken from each year of the first lines, which name the report's own year. Too
    many years is the safe side.
    """
    folded = fold_width(text)
    years = {int(year) for year in _YEAR.findall(folded)}
    for numeral in _SPELLED.findall(folded):
        value = chinese_number(numeral.replace("○", "〇"))
        years |= {int(value)} if value is not None else set()
    for short in _SHORT.findall(folded):
        years.add(int(short) + (1900 if int(short) > 49 else 2000))
    for first, last in _SPAN.findall(folded):
        end = int(last) if len(last) == 4 else int(first) // 100 * 100 + int(last)
        years |= set(range(int(first), min(end, int(first) + 50) + 1))
    heading = "\n".join(text.strip().split("\n")[:6])[:400]
    own = years & ({int(y) for y in _YEAR.findall(fold_width(heading))} | _spelled_years(heading))
    return years | {year + step for year in own for step in (-2, -1, 1)}


def _spelled_years(text: str) -> set[int]:
    values = (chinese_number(numeral.replace("○", "〇")) for numeral in _SPELLED.findall(text))
    return {int(value) for value in values if value is not None}


# ---------------------------------------------------------------- another year


def _year_variants(item: GoldItem, library: Library, mention: IndicatorMention | None) -> list[Variant]:
    asked = _YEAR.findall(item.question)
    if len(set(asked)) != 1 or _SPELLED.search(item.question) or "今年" in item.question:
        return []
    words = _indicator_words(item, mention)
    docs = [name for name, text in library.texts.items() if not words or _has_any(text, words)]
    covered = {year for name in docs for year in library.years[name]}
    year = int(asked[0])
    free = [other for other in range(year - 30, year + 5) if other not in covered]
    free.sort(key=lambda other: (abs(other - year), other))
    return [
        Variant("year", str(other), item.question.replace(asked[0], str(other)), _year_patterns(other), tuple(docs))
        for other in free[:_NEAREST_YEARS]
    ]  # fmt: skip


def _year_patterns(year: int) -> tuple[str, ...]:
    spelled = "".join(f"[〇零○{_DIGITS[0]}]" if digit == "0" else _DIGITS[int(digit)] for digit in str(year))
    return (rf"(?<![\d.]){year}(?!\d|\.\d)", f"{spelled}年", rf"(?<!\d){year % 100:02d}年(?!间|来|以|代)")


def _indicator_words(item: GoldItem, mention: IndicatorMention | None) -> tuple[str, ...]:
    """All names of the asked indicator and of the wider ones it is part of, if the evidence confirms it.

    A wider indicator's names only make the check stricter. Nothing is returned where no name stands in the
    evidence: then the question was misread, or the reports call it otherwise, and every report counts.
    """
    if mention is None or not item.evidence:
        return ()
    vocabulary = load_vocabulary()
    names: list[str] = []
    indicator = mention.indicator
    if not _has_any(" ".join(item.evidence), (indicator.name, *indicator.synonyms)):
        return ()
    while True:
        names += [indicator.name, *indicator.synonyms, *indicator.english]
        parent = vocabulary.get(indicator.parent) if indicator.parent else None
        if parent is None:
            return tuple(dict.fromkeys(_stem(name) for name in names))
        indicator = parent


def _stem(name: str) -> str:
    """The beginning of a Chinese name, so that 赤字率 also finds a report that has only 赤字."""
    return name if re.match(r"[A-Za-z]", name) else name[: 3 if len(name) > 4 else 2]


def _has_any(text: str, words: Sequence[str]) -> bool:
    plain = compact(text).lower()
    return any(compact(word).lower() in plain for word in words)


# ---------------------------------------------------------------- another region


def _region_variants(
    item: GoldItem, library: Library, regions: Sequence[Sequence[str]], known: Sequence[str]
) -> list[Variant]:
    places = _places(item, known)
    if len(places) != 1:
        return []
    place = places.pop()
    province = place.endswith(("省", "Province"))
    variants: list[Variant] = []
    for chinese, english in regions:
        pattern = f"{chinese.rstrip('省市')}|{english.removesuffix(' Province')}"
        if chinese.endswith("省") != province or library.holds(pattern):
            continue
        name = chinese if item.lang == "zh" else english
        question = item.question.replace(place, name)
        variants.append(Variant("region", name, question, (pattern,), tuple(library.texts)))
    return variants


def _places(item: GoldItem, known: Sequence[str]) -> set[str]:
    """The writings of the places in the question; one is needed to know what to change."""
    question = item.question
    if item.lang == "en":
        found = {match["name"] or match["owner"] for match in _PLACE.finditer(question)}
        return {name for name in found if not _NO_PLACE.match(name)}
    found = {mention.text for mention in find_regions(question, known=known)}
    for name in (region.rstrip("省市县区") for region in known):
        # 青岚 alone, but not in 青岚港, which is a name of its own.
        alone = len(name) > 1 and re.search(rf"{re.escape(name)}(?![港站河山湖湾江机])", question)
        if alone and not any(name in longer for longer in found):
            found.add(name)
    return found


# ---------------------------------------------------------------- another indicator


def _indicator_variants(
    item: GoldItem, library: Library, mention: IndicatorMention | None, pool: Sequence[Mapping[str, str]]
) -> list[Variant]:
    if mention is None or item.kind == "share":
        return []
    growth = item.kind == "growth" or all(
        q.dimension in ("percent", "point") for f in item.figures for q in f.quantities
    )
    if _OTHER_UNIT.search(item.question) and not growth:
        return []
    if item.lang == "zh" and not _FITS_AFTER.match(item.question, mention.end):
        return []  # 打了多少粮食, 企业的利润: another name would not read as Chinese
    money = bool(_MONEY.search(item.question)) and not growth
    variants: list[Variant] = []
    for entry in pool:
        if (money and entry["unit"] != "money") or library.holds(entry["absent"]):
            continue
        name = entry[item.lang]
        question = item.question[: mention.start] + name + item.question[mention.end :]
        variants.append(Variant("indicator", name, question, (entry["absent"],), tuple(library.texts)))
    return variants


def _mention(item: GoldItem) -> IndicatorMention | None:
    """The indicator asked, if the question names exactly one."""
    found = load_vocabulary().find(item.question)
    return found[0] if len(found) == 1 else None


# ---------------------------------------------------------------- all of them


def near_misses(
    items: Sequence[GoldItem], texts: Mapping[str, str], count: int, seed: int = 0
) -> list[dict[str, Any]]:
    """Up to `count` gold records, the three changes in turn; `texts` are canonical texts by name."""
    library = Library.of(texts)
    terms = json.loads(resources.files("eval").joinpath("absent_terms.json").read_text(encoding="utf-8"))
    known = _known_regions(texts)
    waiting: dict[str, list[tuple[GoldItem, list[Variant]]]] = {"year": [], "region": [], "indicator": []}
    chance = random.Random(seed)
    for item in items:
        if not item.answerable or item.history or item.passages is not None or item.kind not in _KINDS:
            continue
        mention = _mention(item)
        found = (
            _year_variants(item, library, mention)
            + _region_variants(item, library, terms["regions"], known)
            + _indicator_variants(item, library, mention, terms["indicators"])
        )
        for change, queue in waiting.items():
            variants = [variant for variant in found if variant.change == change]
            if variants:
                queue.append((item, chance.sample(variants, len(variants))))
    for queue in waiting.values():
        chance.shuffle(queue)
    records: list[dict[str, Any]] = []
    seen: set[str] = set()
    while len(records) < count and any(waiting.values()):
        for queue in waiting.values():
            if len(records) >= count or not queue:
                continue
            item, variants = queue.pop(0)
            variant = variants.pop()
            if variants:
                queue.append((item, variants))
            record = _record(item, variant)
            if variant.question not in seen and not check_item(parse_item(record), texts):
                seen.add(variant.question)
                records.append(record)
    return records


def _known_regions(texts: Mapping[str, str]) -> tuple[str, ...]:
    """The regions that the reports' first lines name."""
    headings = ("\n".join(text.strip().split("\n")[:3])[:200] for text in texts.values())
    return tuple(dict.fromkeys(mention.name for heading in headings for mention in find_regions(heading)))


def _record(item: GoldItem, variant: Variant) -> dict[str, Any]:
    figures = [figure.text for figure in item.figures + item.accept]
    numbers = [re.sub(r"[^\d.]", "", quantity.text) for text in figures for quantity in read_quantities(text)]
    return {
        "id": f"{item.id}-{variant.change}-{re.sub(r'[^0-9A-Za-z一-鿿]+', '-', variant.to)}",
        "question": variant.question,
        "lang": item.lang,
        "kind": "unanswerable",
        "answer": "资料中没有，无法回答" if item.lang == "zh" else "Not stated in the reports",
        "figures": [],
        "evidence": [],
        "answerable": False,
        "near": item.evidence[0] if item.evidence else item.question,
        "absent": list(variant.absent),
        "absent_docs": ",".join(variant.docs),
        "distractors": list(dict.fromkeys(number for number in numbers if number)),
        "note": f"made from {item.id}: another {variant.change}",
    }


def print_near_misses(gold: Path, reports: Path, count: int, seed: int) -> int:
    """`python -m eval new --near-misses`: the records as JSON lines; exit code 1 for fewer than asked."""
    texts = {report.name: report.text for report in read_texts(reports)}
    records = near_misses(load_gold(gold), texts, count, seed)
    for record in records:
        print(json.dumps(record, ensure_ascii=False))
    changes = [record["note"].rpartition(" ")[2] for record in records]
    told = ", ".join(f"{changes.count(change)} {change}" for change in dict.fromkeys(changes))
    print(f"eval: {len(records)} near misses ({told or 'none'}), each checked absent", file=sys.stderr)
    if len(records) < count:
        print(f"eval: {count} were asked: give more gold items", file=sys.stderr)
        return 1
    return 0
