"""What a clause leaves out because an earlier one said it: 这个比重, 新开工 of what, 八亿农民.

`index.figure_context` asks here where a clause has no name of its own, or one that says nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

import rjieba

from index import figure_words as words
from index.figure_scan import Quantity

_BACK = re.compile(
    r"(?:这|该|上述)(?:一|个|些|种)?(?P<head>比重|比例|份额|速度|增长速度|增速|水平|数字|指标|数量|规模|额度)"
)
_EDGE_WORD = re.compile(
    r".+(?:(?<![工小课学])时|(?<![高初其])中)|[前新中内后于由更较]|由?前|.*(?:由|从)前"
    r"|[\u4e00-\u9fff]{2,4}(?<![售善])后"
    r"|(?:实际)?(?:执行)?(?:结果|实绩)|执行情况"
)
_PERSONS = ("同志", "总书记", "总理", "主席", "书记", "先生")
_ONLY_SAYS_HOW = ("d", "ad", "zg", "b", "a", "f", "c", "r", "p", "y")
_NATION = re.compile(
    r"(?:多|余)?(?:的)?(?P<who>中国人民|各族人民|全国人民|中国人|中华儿女|中国农民|人民|农民|同胞|儿女|人口|国人|群众)"
)
_HUNDREDS_OF_MILLIONS = 600_000_000


@lru_cache(maxsize=20_000)
def _tags(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(rjieba.tag(text))


def says_nothing(name: str) -> bool:
    """Whether words read as a name are none: the rest of a time (五年〔前〕, 执行中), 适当, 普遍较."""
    if _EDGE_WORD.fullmatch(name) or name.endswith(_PERSONS):
        return True
    if len(name) == 1 and _tags(name)[0][1] == "v":
        return True  # 共〔印〕239亿册
    return (
        len(name) > 1
        and all(tag in _ONLY_SAYS_HOW for _, tag in _tags(name))
        and not words.GENERIC_HEAD.fullmatch(name)
    )


def named_again(clause: str) -> str | None:
    """这个比重: the head that an earlier sentence gave in full; None where nothing is named again."""
    match = _BACK.search(clause)
    return match["head"] if match else None


_ONLY_BACK = re.compile(r".*(?:这(?:一|个|样的?)|该)(?:速度|增长速度|增速|水平|幅度)")


def only_points_back(words_before: str) -> bool:
    """Whether words end with 这个速度, 这一水平: no name, but the thing just told once more."""
    return _ONLY_BACK.fullmatch(words_before) is not None


def where_named(masked: str, head: str, before: int) -> tuple[int, int] | None:
    """Where the sentence before `before` ends a phrase with `head`: (its start, the end of the phrase)."""
    stops = [match.start() for match in re.finditer(r"[。！？\n]", masked[:before])]
    if not stops:
        return None
    begin = (stops[-2] + 1) if len(stops) > 1 else 0
    found = masked.rfind(head, begin, before)
    return (begin, found + len(head)) if found >= 0 else None


_SPEED_BEHIND = re.compile(r"(?:左右|以上|以内|上下)?的(?:经济)?(?:增长速度|增速|增长率|速度)")
_SPEED_BEFORE = re.compile(r"(?:经济)?增长(?:预期)?目标")
_SETTING_BEHIND = re.compile(
    r"的(?:基础|情况|前提|条件|水平|速度|增速|幅度|增幅|增长|目标|办法|要求|总要求|任务|规定)"
)


def of_the_economy(before: str, behind: str) -> bool:
    """7%左右〔的速度〕, 把〔增长预期目标〕定在: the growth of the economy, where nothing else is spoken of."""
    return bool(_SPEED_BEHIND.match(behind) or _SPEED_BEFORE.search(before))


def setting_behind(behind: str) -> bool:
    """Whether a number says how far something had gone (增长13%〔的基础上〕), not how much of a thing."""
    return _SETTING_BEHIND.match(behind) is not None


def nation(quantity: Quantity, behind: str) -> str | None:
    """八亿〔农民〕的积极性, 14亿多〔中国人〕的饭碗: whom so great a number can only mean."""
    if quantity.base_unit not in ("", "人") or quantity.value * 10**quantity.scale < _HUNDREDS_OF_MILLIONS:
        return None
    match = _NATION.match(behind)
    if match is None and quantity.base_unit == "人" and behind.startswith("口"):
        return "人口"
    return match["who"] if match else None
