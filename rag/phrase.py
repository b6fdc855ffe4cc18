"""How figures and refusals are said, in Chinese and English, from slots: no word comes from a model."""

from __future__ import annotations

import re
from decimal import Decimal

from index.periods import Period
from index.types import Figure
from index.units import split_unit
from index.vocabulary import Vocabulary
from rag.compute import Computed, plain
from rag.query import Ask, Query
from rag.types import Language

_PREFIX_QUALIFIERS = frozenset(
    [
        "超过",
        "超",
        "近",
        "约",
        "约占",
        "突破",
        "不低于",
        "不少于",
        "不超过",
        "达到",
        "高达",
        "接近",
        "至少",
        "逾",
        "大约",
    ]
)
_ENGLISH_QUALIFIERS = {
    "超过": "over", "超": "over", "突破": "over", "逾": "over", "余": "over", "多": "over", "以上": "or more", "近": "nearly",
    "接近": "nearly", "约": "about", "大约": "about", "左右": "about", "上下": "about", "不低于": "at least", "不少于": "at least",
    "至少": "at least", "不超过": "at most", "以内": "at most", "以下": "below",
}  # fmt: skip
_ENGLISH_UNITS = {
    "%": "%", "‰": "‰", "个百分点": " percentage points", "元": " yuan", "美元": " US dollars", "人": " people", "公里": " km",
    "吨": " tonnes", "亩": " mu", "家": "", "户": "", "个": "", "项": "", "名": "", "位": "", "件": "", "斤": " jin", "公斤": " kg",
    "平方公里": " km²", "平方米": " m²", "立方米": " m³", "千瓦": " kW", "千瓦时": " kWh", "辆": " vehicles", "倍": " times",
}  # fmt: skip


def figure_text(figure: Figure) -> str:
    """The figure as the report writes it, with its qualifier: 超过5200万户, 85%以上."""
    text, qualifier = figure.text, figure.qualifier or ""
    if figure.unit == "个百分点" and text.endswith("个"):
        text = f"{text}百分点"  # 分别领先2.7个、1.9个百分点
    elif figure.unit == "%" and not re.search("%|％|百分之|成|[0-9０-９]", text):
        text = f"百分之{text}"  # 百分之八至九
    elif figure.cell is not None and figure.unit and figure.unit not in text:
        text = f"{text}{figure.unit}"  # of a table: the unit stands in the header
    if not qualifier or qualifier in text:
        return text
    return f"{qualifier}{text}" if qualifier in _PREFIX_QUALIFIERS else f"{text}{qualifier}"


def english_figure_text(figure: Figure) -> str:
    """The figure in English units, the report's own form in brackets where the two differ."""
    value = abs(figure.value) if figure.measure in ("growth", "change") else figure.value
    base = value * (Decimal(10) ** figure.scale)
    unit = _ENGLISH_UNITS.get(figure.base_unit)
    own = figure_text(figure)
    qualifier = _ENGLISH_QUALIFIERS.get(figure.qualifier or "", "")
    if unit is None:
        return own
    said = (
        _scaled(base)
        if figure.scale
        else f"{value:,f}".rstrip("0").rstrip(".")
        if "." in f"{value:f}"
        else f"{value:,f}"
    )
    said = f"{said}{unit}"
    said = f"{said} {qualifier}" if qualifier == "or more" else f"{qualifier} {said}".strip()
    return said if figure.unit in ("%", "个百分点", "‰") and not figure.qualifier else f"{said} ({own})"


def _scaled(base: Decimal) -> str:
    for power, name in ((12, "trillion"), (9, "billion"), (6, "million")):
        if abs(base) >= Decimal(10) ** power:
            return f"{plain(base / Decimal(10) ** power)} {name}"
    return f"{base:,.0f}" if base == base.to_integral() else plain(base)


def statement(
    figure: Figure, ask: Ask, language: Language, vocabulary: Vocabulary, period: str | None
) -> str:
    """One clause that says the figure with its region, period and indicator; no full stop."""
    return _english(figure, vocabulary, period) if language == "en" else _chinese(figure, ask, period)


def _chinese(figure: Figure, ask: Ask, period: str | None) -> str:
    where = figure.region or ""
    when = Period.parse(period).label("zh") if period else ""
    name = figure.indicator or ask.indicator
    said = figure_text(figure)
    planned = {"target": "目标", "forecast": "预计", "preliminary": "初步数", "revised": "修订数"}.get(
        figure.status, ""
    )
    down = _fell(figure)
    if figure.measure == "growth":
        average = "年均" if figure.basis == "年均" else ""
        basis = "同比" if figure.basis == "同比" else ("环比" if figure.basis == "环比" else "")
        verb = "下降" if down else ("上涨" if "价格" in name or "物价" in name else "增长")
        verb = f"实际{verb}" if figure.basis == "实际" and "实际" not in name else verb
        body = f"{name}{average}{basis}{verb}{said}"
    elif figure.measure == "lead":
        body = (
            f"{name}增速比{figure.reference or '参照地区'}{'低' if down else '高'}{said}"
            if "增速" not in name
            else f"{name}比{figure.reference or '参照地区'}{'低' if down else '高'}{said}"
        )
    elif figure.measure == "change":
        verb = ("下降" if down else "提高") if figure.unit == "个百分点" else ("减少" if down else "增加")
        body = f"{name}{'比' + figure.reference if figure.reference else ''}{verb}{said}"
    elif figure.measure == "share":
        whole = ask.indicator if len(ask.parts) == 2 and name in ask.indicator else name  # 农业占…的比重
        named = figure.reference if figure.reference != "由" else None
        body = f"{name}占{named}的比重为{said}" if named else f"{whole}为{said}"
    elif figure.measure == "contribution":
        body = (
            f"{name}拉动{said}"
            if figure.unit == "个百分点"
            else f"{name.removesuffix('贡献率')}贡献率为{said}"
        )
    else:
        body = f"{name}为{said}"
    head = "".join((when, where))
    head = f"{head}，" if head and not name.startswith(where or "\0") else when
    return f"{head}{body}{f'（{planned}）' if planned else ''}"


def _fell(figure: Figure) -> bool:
    """Whether the figure is a fall: 增幅回落到27.8% is none, since growth is negative only by its sign."""
    return figure.value < 0 if figure.measure == "growth" else figure.direction == "down"


def _english(figure: Figure, vocabulary: Vocabulary, period: str | None) -> str:
    known = vocabulary.get(figure.indicator_id) if figure.indicator_id else None
    name = known.english[0] if known and known.english else figure.indicator
    name = name[:1].upper() + name[1:]
    said = english_figure_text(figure)
    down = _fell(figure)
    where = {"全国": "China"}.get(figure.region or "", figure.region or "")
    when = Period.parse(period).label("en") if period else ""
    reference = {
        "全国": "the national figure",
        "全省": "the provincial figure",
        "全市": "the city's figure",
    }.get(figure.reference or "", figure.reference or "the reference")
    if figure.measure == "growth":
        body = (
            f"{name} {'fell' if down else 'grew'} {said}{' year on year' if figure.basis == '同比' else ''}"
        )
    elif figure.measure == "lead":
        body = f"{name} growth was {said} {'below' if down else 'above'} {reference}"
    elif figure.measure == "change":
        rate = " growth" if figure.unit == "个百分点" and known is not None and not known.rate else ""
        body = f"{name}{rate} {'fell' if down else 'rose'} by {said}"
    elif figure.measure == "share":
        of = figure.reference if figure.reference != "由" else None
        whole = vocabulary.lookup(of) if of else None
        of = whole.english[0] if whole is not None and whole.english else of
        body = f"{name}: {said}{f' of {of}' if of else ''}"
    else:
        body = f"{name}: {said}"
    planned = {
        "target": " (target)",
        "forecast": " (forecast)",
        "preliminary": " (preliminary)",
        "revised": " (revised)",
    }
    place = ", ".join(filter(None, (where, when)))
    return f"{body}{planned.get(figure.status, '')}{f' ({place})' if place else ''}"


def computed_statement(result: Computed, kind: str, query: Query, language: Language) -> str:
    """A derived figure with its arithmetic shown."""
    if language == "en":
        word = {
            "difference": "The difference is",
            "share": "The share is about",
            "growth": "The growth is about",
            "sum": "The total is",
            "multiple": "The ratio is about",
            "conversion": "That is about",
            "back": "Worked back, it was about",
            "identity": "By definition it is",
            "ratio": "That is, of the year before, about",
            "rest": "The rest is about",
        }[kind]
        return f"{word} {_english_amount(result)} ({_english_unit(result.calculation)})"
    if kind == "difference":
        verb = "减少" if result.value < 0 else "增加"
        if len(query.asks) == 2 and query.asks[0].period == query.asks[1].period and not query.report_years:
            verb = "少" if result.value < 0 else "多"  # one thing set against another of the same time
        if result.unit == "个百分点":
            verb = "低" if result.value < 0 else "高"
        return (
            f"{'相差' if re.search('相差|差多少', query.text) else verb}{result.text}（{result.calculation}）"
        )
    word = {
        "share": "约占",
        "growth": "约增长",
        "sum": "合计",
        "multiple": "约为",
        "conversion": "折合约",
        "back": "推算为",
        "identity": "推算为",
        "ratio": "约相当于上年的",
        "rest": "其余约占",
    }[kind]
    return f"{word}{result.text}（{result.calculation}）"


def _english_amount(result: Computed) -> str:
    """2.4 billion US dollars, 24亿美元: both, so that it can be checked against the arithmetic behind it."""
    unit = split_unit(result.unit)
    name = _ENGLISH_UNITS.get(unit.base_unit)
    if name is None or not unit.scale:
        return _english_unit(result.text)
    return f"{_scaled(abs(result.value) * Decimal(10) ** unit.scale)}{name}, {result.text}"


def _english_unit(text: str) -> str:
    return text.replace("个百分点", " percentage points")


def refusal(query: Query, ask: Ask | None, near: list[str], language: Language) -> str:
    """What was looked for, and what near it the reports do have; never as an answer."""
    if language == "en":  # a translation is not the reader's question
        looked = (query.original or query.text).rstrip("?？。 ")
    elif ask is None:
        looked = query.text.rstrip("?？。 ")
    else:
        when = ask.period.label(language) if ask.period else ""
        looked = f"{when}{ask.region or ''}{_as_asked(ask) or query.text.rstrip('?？。 ')}"
    if language == "en":
        text = f"Not in these reports: {looked}."
        return f"{text} Nearby, but not an answer: {'; '.join(near)}." if near else text
    text = f"这些报告里没有找到：{looked}。"
    return f"{text}相近但不是答案的有：{'；'.join(near)}。" if near else text


def _as_asked(ask: Ask) -> str:
    """The indicator in the question's own words: 地区生产总值, though the vocabulary files it under another name."""
    return ask.names[0] if ask.names and ask.names[0] in ask.text else ask.indicator


def question_for(figure: Figure, language: Language, vocabulary: Vocabulary) -> str:
    """The plain question that a figure answers."""
    if language == "en":
        known = vocabulary.get(figure.indicator_id) if figure.indicator_id else None
        name = known.english[0] if known and known.english else figure.indicator
        period = f" in {Period.parse(figure.period).label('en')}" if figure.period else ""
        target = " target" if figure.status in ("target", "forecast") else ""
        growth = " growth" if figure.measure == "growth" else ""
        return f"What was the {name}{growth}{target} of {figure.region or 'the region'}{period}?"
    period = Period.parse(figure.period).label() if figure.period else ""
    planned = figure.status in ("target", "forecast")
    asked = {"growth": "增长目标是多少？" if planned else "增长多少？", "share": "占比是多少？"}.get(
        figure.measure, "目标是多少？" if planned else "是多少？"
    )
    return f"{period}{figure.region or ''}{figure.indicator}{asked}"


def slots(figure: Figure, language: Language, vocabulary: Vocabulary) -> str:
    """What a figure is of, without its value: "2023年前三季度济南高新区的进出口总额"."""
    period = Period.parse(figure.period).label(language) if figure.period else ""
    planned = figure.status in ("target", "forecast")
    if language == "en":
        known = vocabulary.get(figure.indicator_id) if figure.indicator_id else None
        name = known.english[0] if known and known.english else figure.indicator
        return ", ".join(
            filter(None, (f"{name}{' (target)' if planned else ''}", figure.region or "", period))
        )
    measure = {"growth": "增速", "share": "占比"}.get(figure.measure, "")
    return f"{period}{figure.region or ''}{figure.indicator}{measure}{'（目标）' if planned else ''}"
