"""What a row of a table measures, where its name leaves out what the rows above it or the title say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index import figure_words as words
from index.figure_naming import lookup
from index.vocabulary import Indicator, Vocabulary

_FLOW = re.compile(r"(?:货物)?(?P<flow>出口|进口)(?:总额|额|总值)?")
# The kinds by which customs tables break exports and imports down.
_TRADE_KIND = re.compile(
    r"(?:一般|加工|保税|边境|其他)[\u4e00-\u9fff]{0,4}贸易|(?:国有|民营|私营|外商投资|外资|集体|其他)企业"
    r"|机电产品|高新技术产品|农产品|劳动密集型产品"
)
_GROUP = re.compile(r"(?:城镇|农村|城市|乡村)(?:常住)?居民")
_TOTAL = re.compile(r"总计|合计|全部|全市|全省|全国|总额|固定资产投资.*")


@dataclass(slots=True)
class RowsAbove:
    """Follows the rows of one table; `title` is the table's."""

    title: str
    vocabulary: Vocabulary
    flow: str = ""  # 出口 or 进口, of the last row that said so
    whole: str = ""  # the last row of a thing per head: 居民人均可支配收入

    def named(self, name: str) -> str | None:
        """The name of a row in full, or None where the row says it itself."""
        flow = _FLOW.fullmatch(name)
        if flow is not None:
            self.flow = flow["flow"]
            return None
        if "进出口" in self.title and self.flow and _TRADE_KIND.fullmatch(name):
            return name + self.flow
        if name.startswith("居民人均"):
            self.whole = name.removeprefix("居民")
        elif self.whole and _GROUP.fullmatch(name):
            return name + self.whole if lookup(self.vocabulary, name + self.whole) is not None else None
        if not name or _TOTAL.fullmatch(name):
            return None
        if "居民消费价格" in self.title and "价格" not in name:
            return f"{name}居民消费价格"
        if "固定资产投资" in self.title and "投资" not in name:
            known = lookup(self.vocabulary, f"{name}投资")  # 教育投资 is what is spent on it
            return f"{name}投资" if known is None or "投资" in known.name else f"{name}固定资产投资"
        return None


def part_of_row(name: str, parent: str, vocabulary: Vocabulary) -> tuple[str, Indicator | None] | None:
    """其中：制造业 under 规模以上工业增加值 is 制造业增加值."""
    if not name or name.endswith(words.LIST_HEADS):
        return None
    head = next((head for head in words.LIST_HEADS if parent.endswith(head)), "")
    if not head or head == "产业":
        return None
    return name + head, lookup(vocabulary, name + head)
