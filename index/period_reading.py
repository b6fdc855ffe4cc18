"""From patterns to atoms: what a mention of time says by itself, before any other mention is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from index import period_patterns as patterns
from index.period_patterns import small_number

MentionKind = Literal["period", "point", "range", "since", "date", "report"]
FIRST_PLAN_YEAR = 1953


@dataclass(frozen=True, slots=True)
class Atom:
    """A mention as it is written. Its year may be open: 前三季度 has none, 去年 a relative one."""

    start: int
    end: int
    year: int | None = None
    last_year: int | None = None  # of a range of whole years
    relative_year: str | None = None  # a key of RELATIVE_YEAR_OFFSET
    months: tuple[int, int] | None = None
    kind: MentionKind = "period"
    same_period: bool = False  # 去年同期: the months come from elsewhere
    edge: Literal["", "end", "begin"] = ""  # 末 or 初, of the months if any
    many_years: tuple[int, int] | None = None  # (first year counted from the reference, how many)
    month_shift: tuple[str, int] | None = None  # ("month", -1): 上月; ("quarter", 0): 本季度


def atoms(text: str) -> Iterator[Atom]:
    """Every candidate in `text` (already flattened), unordered and possibly overlapping."""
    yield from _chinese_atoms(text)
    yield from _english_atoms(text)
    for match in patterns.YEAR_RANGE.finditer(text):
        yield from _year_range(match)
    for match in patterns.ISO_DATE.finditer(text):
        month = int(match["month"] or match["month2"])
        day = match["day"] or match["day2"]
        yield Atom(*match.span(), int(match["year"]), months=(month, month), kind="date" if day else "period")


# ---------------------------------------------------------------- parts of a year


@lru_cache(maxsize=4096)
def months_of(part: str) -> tuple[int, int] | None:
    """The months of a part of a year in either language: 前三季度 → (1, 9), "Q1-Q3" → (1, 9)."""
    text = part.strip().lower().replace(" ", "")
    named = {
        "全年": (1, 12), "fullyear": (1, 12), "full-year": (1, 12), "首季": (1, 3), "首季度": (1, 3),
        "上半年": (1, 6), "h1": (1, 6), "firsthalf": (1, 6), "1sthalf": (1, 6),
        "下半年": (7, 12), "h2": (7, 12), "secondhalf": (7, 12), "2ndhalf": (7, 12),
    }.get(text)  # fmt: skip
    if named:
        return named
    if match := re.fullmatch(r"q([1-4])(?:(?:-|~|to|through)q?([1-4]))?", text):
        return _quarters(match[1], match[2] or match[1])
    if match := re.fullmatch(r"[前头](.+?)个?季度", text):
        return _quarters("1", match[1])
    if match := re.fullmatch(r"[前头](.+?)个?月份?", text):
        return _months("1", match[1])
    if match := re.fullmatch(r"第?(.)(?:个?季度)?(?:--?|~|至|到)第?(.)个?季度", text):
        return _quarters(match[1], match[2])
    if match := re.fullmatch(r"第?(.)季度", text):
        return _quarters(match[1], match[1])
    if match := re.fullmatch(r"(.+?)月?(?:--?|~|至|到)(.+?)月份?", text):
        return _months(match[1], match[2])
    if match := re.fullmatch(r"(.+?)月(?:份|[上中下]旬|.{1,3}[日号])?", text):
        return _months(match[1], match[1])
    return _english_months(part.strip().lower())


def _english_months(part: str) -> tuple[int, int] | None:
    if match := re.fullmatch(r"first (\w+) (quarters?|months?)", part):
        return (_quarters if match[2].startswith("quarter") else _months)("1", match[1])
    if match := re.fullmatch(r"(\w+) quarter", part):
        return _quarters(match[1], match[1])
    names = [patterns.MONTHS[word] for word in re.findall(r"[a-z]+", part) if word in patterns.MONTHS]
    return (names[0], names[-1]) if names and names[0] <= names[-1] else None


def _months(first: str, last: str) -> tuple[int, int] | None:
    low, high = small_number(first), small_number(last)
    return (low, high) if low and high and 1 <= low <= high <= 12 else None


def _quarters(first: str, last: str) -> tuple[int, int] | None:
    low, high = small_number(first), small_number(last)
    return (low * 3 - 2, high * 3) if low and high and 1 <= low <= high <= 4 else None


_DAY = re.compile(r"[日号]$|\d (?!quarter|half)[a-z]{3}|[a-z]{3}\.? \d", re.IGNORECASE)


def _edge(written: str | None) -> Literal["", "end", "begin"]:
    if not written:
        return ""
    return "begin" if "初" in written or re.search("beginning|early", written, re.IGNORECASE) else "end"


def _kind(*, since: object, edge: object, part: str | None) -> MentionKind:
    if since:
        return "since"
    if edge:
        return "point"
    return "date" if part and _DAY.search(part) else "period"


# ---------------------------------------------------------------- Chinese


def _chinese_atoms(text: str) -> Iterator[Atom]:
    for match in patterns.CHINESE_YEAR.finditer(text):
        months = months_of(match["part"]) if match["part"] else None
        yield Atom(
            *match.span(),
            small_number(match["year"]) if match["year"] else None,
            relative_year=match["relative"],
            months=months,
            kind=_kind(since=match["since"], edge=match["end"], part=match["part"]),
            same_period=bool(match["same"]),
            edge=_edge(match["end"]),
        )
    for match in patterns.CHINESE_PART.finditer(text):
        if match["bare_end"]:
            kind: MentionKind = "since" if match["bare_since"] else "point"
            yield Atom(*match.span(), relative_year="今年", kind=kind, edge=_edge(match["bare_end"]))
        elif months := months_of(match["part"]):
            kind = _kind(since=match["since"], edge=match["end"], part=match["part"])
            yield Atom(*match.span(), months=months, kind=kind, edge=_edge(match["end"]))
    for match in patterns.YEAR_LIST_ITEM.finditer(text):
        yield Atom(*match.span(), small_number(match["year"]))
    for match in patterns.PART_LIST_ITEM.finditer(text):
        months = months_of(f"{match['month']}月" if match["month"] else f"{match['quarter']}季度")
        if months:
            yield Atom(*match.span(), months=months)
    for match in patterns.RELATIVE_MONTH.finditer(text):
        shift = ("quarter" if "季" in match["word"] else "month", -1 if match["word"].startswith("上") else 0)
        yield Atom(*match.span(), kind="point" if match["end"] else "period", month_shift=shift)
    for match in patterns.MANY_YEARS.finditer(text):
        if match["both"]:
            yield Atom(
                *match.span(), kind="range", many_years=(0 if match["both"].startswith("今") else -1, 2)
            )
        elif count := small_number(
            match["n"] or match["m"] or match["k"] or match["w"] or match["opening"] or match["spending"]
            or match["using"] or match["within"]
        ):  # fmt: skip
            kind = "range" if count > 1 else "period"  # 过去一年 is a year
            yield Atom(*match.span(), kind=kind, many_years=(1 if match["m"] else -count, count))
    for match in patterns.YEARS_UP_TO.finditer(text):
        count = small_number(match["n"] or match["n2"])
        final = small_number(match["year"] or match["year2"])
        if count and final and count > 1:
            yield Atom(*match.span(), final - count + 1, final, kind="range")
    for match in patterns.PLAN.finditer(text):
        yield from _plan(match)
    for match in patterns.DECADE.finditer(text):
        yield from _decade(match)
    for match in patterns.CENTURY_END.finditer(text):
        this = match["this"] is not None
        yield Atom(
            *match.span(), None if this else 2000, relative_year="本世纪末" if this else None, kind="point"
        )
    for match in patterns.SINCE.finditer(text):
        yield Atom(*match.span(), patterns.SINCE_EVENT[match["event"]], kind="since")
    for match in patterns.BARE_YEAR.finditer(text):
        part = match["part"] or match["part2"]
        kind = _kind(since=None, edge=None, part=part)
        yield Atom(
            *match.span(),
            int(match["year"] or match["year2"]),
            months=months_of(part) if part else None,
            kind=kind,
        )


def _year_range(match: re.Match[str]) -> Iterator[Atom]:
    first = small_number(match["first"])
    last = small_number(match["last"])
    if first is None or last is None:
        return
    if last != first + 1 and re.search("[、和与]", match.group()):
        return  # 2021年与2023年两年 is no span
    if last < 100:
        # 2013-17年 and 2013-17, but 2010-12 alone is a month
        if not match["suffix"] and last <= 12:
            return
        last += first // 100 * 100
    if first < last <= first + 100:
        yield Atom(*match.span(), first, last, kind="range")


def plan_years(number: int) -> tuple[int, int]:
    """The years of the nth five-year plan (the third began three years late)."""
    first = FIRST_PLAN_YEAR + 5 * (number - 1) if number <= 2 else 1966 + 5 * (number - 3)
    return first, first + 4


def _plan(match: re.Match[str]) -> Iterator[Atom]:
    number = small_number(match["quoted"] or match["bare"] or match["full"])
    if number is None or not 1 <= number <= 15:
        return
    first, last = plan_years(number)
    if match["since"]:
        yield Atom(*match.span(), first, kind="since")
    elif match["first"] or match["last"]:
        yield Atom(*match.span(), first if match["first"] else last, kind="point")
    elif match["side"]:
        count = small_number(match["n"]) or 5
        span = (last - count + 1, last) if match["side"] == "后" else (first, first + count - 1)
        yield Atom(*match.span(), *span, kind="range")
    else:
        yield Atom(*match.span(), first, last, kind="range")


def _decade(match: re.Match[str]) -> Iterator[Atom]:
    century = {"21": 2000, "二十一": 2000, "本": 2000}.get(match["century"] or "", 1900)
    ten = small_number(match["ten"])
    if ten is None or (century == 2000 and ten > 40):
        return
    yield Atom(*match.span(), century + ten, century + ten + 9, kind="range")


# ---------------------------------------------------------------- English


def _relative_word(written: str | None) -> str | None:
    return written.lower() if written else None


def _english_atoms(text: str) -> Iterator[Atom]:
    if not re.search("[A-Za-z]", text):
        # bare years of table headers and Chinese sentences are read by the Chinese patterns
        return
    for match in patterns.ENGLISH_DATED.finditer(text):
        part = match["part"] or match["part2"]
        year = match["year"] or match["year2"]
        months = months_of(part) if part else None
        if part and months is None:
            continue
        edge = match["end"] or match["endafter"]
        yield Atom(
            *match.span(),
            int(year) if year else None,
            relative_year=_relative_word(match["relative"] or match["relative2"]),
            months=months,
            kind=_kind(since=None, edge=edge, part=part),
            edge=_edge(edge),
        )
    for match in patterns.ENGLISH_PART_ALONE.finditer(text):
        if months := months_of(match["part"]):
            yield Atom(*match.span(), months=months)
    for match in patterns.ENGLISH_SAME_PERIOD.finditer(text):
        year = match["year"]
        yield Atom(
            *match.span(), int(year) if year else None,
            relative_year=_relative_word(match["relative"]), same_period=True,
        )  # fmt: skip
    for match in patterns.ENGLISH_YEAR.finditer(text):
        edge = match["end"] if match["end"] and not match["end"].startswith("FY") else match["endafter"]
        yield Atom(*match.span(), int(match["year"]), kind="point" if edge else "period", edge=_edge(edge))
    for match in patterns.ENGLISH_PLAN.finditer(text):
        number = small_number(match["n"])
        if number is not None and 1 <= number <= 15:
            yield Atom(*match.span(), *plan_years(number), kind="range")
    for match in patterns.ENGLISH_MANY_YEARS.finditer(text):
        if count := small_number(match["n"]):
            yield Atom(*match.span(), kind="range", many_years=(1 if match["future"] else -count, count))
    for match in patterns.ENGLISH_YEARS_TO.finditer(text):
        if count := 10 if match["decade"] else small_number(match["n"]):
            last = int(match["year"])
            yield Atom(*match.span(), last - count + 1, last, kind="range" if count > 1 else "period")
    for match in patterns.ENGLISH_SINCE.finditer(text):
        if match["start"]:
            yield Atom(*match.span(), relative_year="今年", kind="since")
        else:
            yield Atom(*match.span(), 1978 if match["reform"] else int(match["year"]), kind="since")
    for match in patterns.ENGLISH_DECADE.finditer(text):
        yield Atom(*match.span(), int(match["ten"]), int(match["ten"]) + 9, kind="range")
