"""Drafts as a language model could write them about one figure: right ones, and nine kinds of wrong ones.

What is planted is plausible: another number of the same sentence or report, the same indicator in another year
or region, the other member of a 分别 list, the target for the actual, a neighbouring unit or scale, the opposite
direction. Nothing is planted that some report states of the very thing asked.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, get_args

from eval.quantities import fold_width
from index.periods import Period
from index.types import Figure
from index.units import same_quantity, split_unit
from index.vocabulary import load_vocabulary

KINDS: Final = (
    "value", "unit", "scale", "direction", "period", "region", "indicator", "swapped list", "target for actual",
)  # fmt: skip
Form = Literal["ask", "ask in a sentence", "tell in a sentence", "tell", "English", "English sentence"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)

_OTHER_UNIT: Final = {"%": "个百分点", "个百分点": "%", "元": "美元", "美元": "元", "吨": "立方米", "亩": "平方米",
                      "人": "户", "户": "人", "人次": "人", "家": "个百分点", "公里": "米", "千瓦时": "千瓦",
                      "千瓦": "千瓦时", "辆": "人", "个": "%", "岁": "%", "立方米": "吨"}  # fmt: skip
_OTHER_SCALE: Final = {"万亿": "亿", "亿": "万亿", "万": "亿", "千": "万", "": "万"}
_SCALE: Final = re.compile(r"^(?:万亿|亿|万|千)?")


@dataclass(frozen=True, slots=True)
class Said:
    """A draft to try; `figure` are the words of it that show its figure."""

    kind: str
    draft: str
    figure: str


@dataclass(frozen=True, slots=True)
class Library:
    """All figures of all reports, by report and by indicator."""

    by_report: dict[str, list[Figure]]
    by_indicator: dict[str, list[Figure]]

    @classmethod
    def of(cls, figures: Sequence[Figure]) -> Library:
        """Sort the figures in."""
        library = cls({}, {})
        for figure in figures:
            library.by_report.setdefault(figure.report, []).append(figure)
            library.by_indicator.setdefault(figure.indicator_id or figure.indicator, []).append(figure)
        return library

    def alike(self, figure: Figure) -> list[Figure]:
        """The figures of its indicator."""
        return self.by_indicator.get(figure.indicator_id or figure.indicator, [])

    def is_stated(self, figure: Figure, value: Decimal, unit: str) -> bool:
        """Whether some report states that quantity of the same indicator, region and period (or says none)."""
        return any(
            same_quantity(abs(other.value), other.unit, abs(value), unit)
            and other.region in (figure.region, None)
            and other.period in (figure.period, None)
            for other in self.alike(figure)
        )


def question(figure: Figure, form: Form) -> str | None:
    """The question of that form about the figure; None where the indicator has no English name."""
    assert figure.period is not None
    period, target = Period.parse(figure.period), figure.status in ("target", "forecast")
    grows = figure.measure == "growth"
    if form.startswith("English"):
        indicator = load_vocabulary().get(figure.indicator_id or "")
        if indicator is None or not indicator.english:
            return None
        what = f"{'growth of ' if grows else ''}{indicator.english[0]}"
        what = f"target for the {what}" if target else what
        return f"What was the {what} of {figure.region} in {period.label('en')}?"
    basis = figure.basis if figure.basis in ("环比", "同比") else ""
    about = f"{figure.region}{period.label('zh')}{figure.indicator}{f'的{basis}增速' if grows else ''}"
    about += "的目标" if target else ""
    return f"请介绍{about}的情况。" if form.startswith("tell") else f"{about}是多少？"


def right_draft(figure: Figure, form: Form) -> Said:
    """What a careful model would write."""
    return _said("correct", figure, form, stated(figure))


def wrong_drafts(
    figure: Figure, form: Form, sentence: tuple[int, int], text: str, library: Library, chance: random.Random
) -> Iterator[Said]:
    """At most one draft of each kind; `sentence` is the canonical span of the figure's own."""
    others = library.by_report[figure.report]
    beside = [f for f in others if sentence[0] <= f.start < sentence[1] and f.start != figure.start]
    alike = library.alike(figure)

    def planted(kind: str, pool: Sequence[Figure], *, number_only: bool = False) -> Iterator[Said]:
        able = []
        for other in pool:
            unit = figure.unit if number_only else other.unit
            if not library.is_stated(figure, other.value, unit):
                able.append(other)
        if not able:
            return
        other = chance.choice(able)
        said = stated(other, unit=figure.unit if number_only else None, as_of=figure)
        yield _said(kind, figure, form, said)

    same_kind = [f for f in beside if f.measure == figure.measure]
    yield from planted("value", [f for f in beside or others if f.value != figure.value], number_only=True)
    yield from planted("indicator", [f for f in same_kind or others
                                     if f.measure == figure.measure
                                     and (f.indicator_id or f.indicator) != (figure.indicator_id or figure.indicator)])  # fmt: skip
    close = [f for f in alike if f.measure == figure.measure and f.unit == figure.unit]
    years = [f for f in close if f.region == figure.region and f.period not in (figure.period, None)]
    yield from planted("period", [f for f in years if f.report == figure.report] or years)
    places = [f for f in close if f.region not in (figure.region, None)]
    here = [f for f in places if f.period == figure.period]
    yield from planted("region", here or places)
    if "分别" in text[sentence[0] : sentence[1]]:
        listed = [f for f in same_kind if f.unit == figure.unit and abs(f.start - figure.start) <= 24]
        yield from planted("swapped list", listed)
    planned = ("target", "forecast")
    turned = [
        f for f in close if f.region == figure.region and (f.status in planned) != (figure.status in planned)
    ]
    yield from planted("target for actual", turned)
    for kind, unit, value in _altered(figure):
        if not library.is_stated(figure, value, unit):
            said = _with_sign(figure, f"{value:f}{unit}")
            yield _said(kind, figure, form, said)
    if figure.measure == "growth":
        said = f"{'增长' if figure.value < 0 else '下降'}{_number(figure)}{figure.unit}"
        yield _said("direction", figure, form, said)


def stated(figure: Figure, *, unit: str | None = None, as_of: Figure | None = None) -> str:
    """A figure in words: 增长7.9%, 下降3.2%, 1331.4亿元; as the figure `as_of` would be told, another's value."""
    unit = figure.unit if unit is None else unit
    return _with_sign(as_of or figure, f"{_number(figure)}{unit}", falls=figure.value < 0)


def _with_sign(figure: Figure, said: str, *, falls: bool | None = None) -> str:
    falls = figure.value < 0 if falls is None else falls
    if figure.measure == "growth":
        return f"{'下降' if falls else '增长'}{said}"
    return f"-{said}" if falls else said


def _number(figure: Figure) -> str:
    """Its digits as written, where the file wrote them plainly."""
    value = f"{abs(figure.value):f}"
    number = re.search(r"\d[\d,]*(?:\.\d+)?", fold_width(figure.text))
    written = number.group().replace(",", "") if number else value
    return written if Decimal(written) == abs(figure.value) else value


def _altered(figure: Figure) -> Iterator[tuple[str, str, Decimal]]:
    """(kind, unit, value): another unit with the same number, and the number a scale off."""
    number, parts = Decimal(_number(figure)), split_unit(figure.unit)
    scale = _SCALE.match(figure.unit)
    written = scale[0] if scale and parts.base_unit not in ("千瓦", "千瓦时", "千米", "千伏") else ""
    base = figure.unit.removeprefix(written)
    if base in _OTHER_UNIT:
        yield "unit", f"{written}{_OTHER_UNIT[base]}", number
    if figure.unit in ("%", "个百分点", "‰"):
        yield "scale", figure.unit, number * 10
    elif "billion" in figure.unit:
        yield "scale", figure.unit.replace("billion", "trillion"), number
    elif not figure.unit.isascii():
        yield "scale", f"{_OTHER_SCALE[written]}{base}", number


def _said(kind: str, figure: Figure, form: Form, words: str) -> Said:
    """The figure alone, or in a sentence with period, region and indicator of the question."""
    assert figure.period is not None
    if form in ("ask", "tell", "English"):
        return Said(kind, words, words)
    period = Period.parse(figure.period)
    target = figure.status in ("target", "forecast")
    if form == "English sentence":
        return _in_english(kind, figure, words, period, target)
    joint = "" if figure.measure == "growth" else "为"
    goal = "的目标" if target else ""
    draft = f"{period.label('zh')}{figure.region}{figure.indicator}{goal}{joint}{words}。"
    return Said(kind, draft, words)


def _in_english(kind: str, figure: Figure, words: str, period: Period, target: bool) -> Said:
    indicator = load_vocabulary().get(figure.indicator_id or "")
    name = indicator.english[0] if indicator else figure.indicator
    if figure.measure == "growth":
        turn, amount = ("fell" if words.startswith("下降") else "grew"), words[2:]
        if target:
            return Said(kind, f"The target for the growth of {name} of {figure.region} in "
                              f"{period.label('en')} was {'-' if turn == 'fell' else ''}{amount}.", amount)  # fmt: skip
        words = f"{turn} by {amount}"
        return Said(kind, f"The {name} of {figure.region} {words} in {period.label('en')}.", words)
    money = re.fullmatch(r"(\d+(?:\.\d+)?)(万亿|亿)(美)?元", words)
    if money:  # 1331.4亿元 as 133.14 billion yuan
        number = Decimal(money[1]) / (1 if money[2] == "万亿" else 10)
        scale = "trillion" if money[2] == "万亿" else "billion"
        words = f"{number.normalize():f} {scale} {'US dollars' if money[3] else 'yuan'}"
    goal = "target for the " if target else ""
    return Said(kind, f"The {goal}{name} of {figure.region} in {period.label('en')} was {words}.", words)
