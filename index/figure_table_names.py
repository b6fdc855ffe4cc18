"""What a cell measures: the names of its row, its column and the title put together.

The same thing has one name in all columns of a table, whether a column gives its amount or its growth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import figure_words as words
from index.figure_naming import lookup

if TYPE_CHECKING:
    from index.periods import Period
    from index.types import Measure, Status
    from index.vocabulary import Indicator, Vocabulary

_ONLY_HOW_MUCH = re.compile(r"产量|总额|金额|总量|总值|数值|绝对额|绝对数")
# Groups of people or places that a column may stand for: they go before the row's name.
_GROUP = re.compile(r"(?:城镇|农村|城乡|全体|全国|城市|乡村|国有|民营|男|女)(?:常住)?(?:居民|人口|企业)?")
_TITLE_HEAD = re.compile(
    r"(产量|产值|增加值|销售量|销量|保有量|投资|面积|存栏|出栏)(?:及[^，。]{0,6})?(?:情况|统计)?表?$"
)
# 一般贸易出口总额 beside 一般贸易出口, 出口额总额: an amount said twice
_SAID_TWICE = re.compile(r"(?<=出口)(?:额?总额|额)$|(?<=进口)(?:额?总额|额)$")
_PRICES = re.compile(r"(?P<where>城市|农村)?(?P<what>[^\W\d]{2,})居民消费价格(?:指数)?")
_EVERYBODY = re.compile(r"^(?:全体|全部|城乡)(?:常住)?居民|^全体")
_GROUP_LAST = re.compile(
    r"^(?:全体|全市|全省|全国)?(?:居民)?(?P<of>.{3,}?)(?P<group>城镇|农村|城市)(?:常住)?(?:居民)?$"
)
_TOWN_OR_COUNTRY = re.compile(r"^(?P<where>城镇|农村)(?!居民|常住|人口|单位|新增|登记|调查|贫困|低保)")


@dataclass(slots=True)
class Label:
    """What a row's or column's label says, taken apart."""

    text: str
    name: str = ""  # what is left when period, unit and measure words are gone
    name_span: tuple[int, int] = (-1, -1)
    indicator: Indicator | None = None
    period: Period | None = None
    period_open: bool = False  # its year was not written: 1—9月
    region: str | None = None
    unit: str = ""
    measure: Measure | None = None
    basis: str | None = None
    status: Status | None = None


def known_name(vocabulary: Vocabulary, name: str) -> Indicator | None:
    """The indicator of a name put together from a row and a column, in any of the ways tables put them."""
    forms = [name, _SAID_TWICE.sub("", name), _EVERYBODY.sub("", name)]
    forms.append(_TOWN_OR_COUNTRY.sub(r"\g<where>居民", name))
    forms.append(_GROUP_LAST.sub(lambda match: f"{match['group']}居民{match['of']}", name))
    forms.append(_GROUP_LAST.sub(lambda match: match["group"] + match["of"], name))
    prices = _PRICES.fullmatch(name)
    if prices is not None and prices["where"] is None:
        forms.append(f"{prices['what']}价格")
    for form in dict.fromkeys(forms):
        if len(form) > 1 and (known := lookup(vocabulary, form)) is not None:
            return known
    return None


def name_of_cell(
    vocabulary: Vocabulary, heading: str, title: Label, row: Label, column: Label
) -> tuple[str, Indicator | None, tuple[int, int]]:
    """Row and column names put together: 第一产业 × 增加值 is 第一产业增加值. `heading` is the table's title."""
    if row.name and column.name:
        people = column.name in ("城镇", "农村", "全体") and "居民" not in row.name
        group = f"{column.name}居民{row.name}" if people else ""
        for name in (row.name + column.name, column.name + row.name, group):
            known = known_name(vocabulary, name)
            if known is not None:
                return known.name, known, row.name_span
        own = lookup(vocabulary, row.name)
        if own is not None and _ONLY_HOW_MUCH.fullmatch(column.name) and row.name[-1] in "量额值":
            return own.name, own, row.name_span  # 发电量 × 产量, 进出口总额 × 总额
        if _GROUP.fullmatch(column.name):
            return group or column.name + row.name, None, row.name_span
        return _SAID_TWICE.sub("", row.name + column.name), None, row.name_span
    label = row if row.name else column
    if label.name:
        known = known_name(vocabulary, label.name) or (row.indicator if row.name else None)
        if known is None and row.name and title.indicator is None:
            for mention in vocabulary.find(heading):
                joined = lookup(vocabulary, label.name + mention.indicator.name)
                if joined is not None:
                    return joined.name, joined, label.name_span
            head = _TITLE_HEAD.search(heading)
            if head and not label.name.endswith(words.LIST_HEADS):
                whole = label.name + head[1]
                known = known_name(vocabulary, whole)
                return (known.name if known is not None else whole), known, label.name_span
        return (known.name if known else label.name), known, label.name_span
    mentions = vocabulary.find(heading)
    if mentions:
        return mentions[0].indicator.name, mentions[0].indicator, (-1, -1)
    return title.name, None, (-1, -1)
