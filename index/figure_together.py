"""Things counted side by side before one predicate: 28个省、2300个县已建立救助体系."""

from __future__ import annotations

import re

from index.figure_naming import with_predicate

_ASIDE = r"(?:[（(][^（）()]{1,14}[）)])?"
_NUMBER = r"(?:[、和与及]|以及)[\d,.]+[多余]?[万亿]?(?:个|家|户|所|座|名)"
_NAMED = re.compile(
    rf"{_ASIDE}[、和与及][^，。；\d]{{2,40}}?等(?:省区市|省市|地区|国家|部门|单位|行业|省|市|县|地)?(?=[\u4e00-\u9fff])"
)
# Where the last noun ends only the predicate behind it tells: one pattern a length.
_COUNTED = [
    re.compile(
        rf"{_ASIDE}(?:{_NUMBER}[\u4e00-\u9fff]{{1,8}}{_ASIDE})*?{_NUMBER}[\u4e00-\u9fff]{{{size}}}{_ASIDE}"
        r"(?=[\u4e00-\u9fff])"
    )
    for size in range(1, 9)
]
_PREDICATE = re.compile(
    r"已经?|均|都|初步|全面|分别|正式|普遍|先后|相继|全部|基本|开始|率先|将|得到|受益|公开|通过|成为|建立|实现|完成|实行|纳入|开展"
)
_TRIED = re.compile(rf"{_ASIDE}(?:进行|开展)?(?P<how>试点|试行|推开|推广)(?=[，。；、]|$)")
_WHAT_IS_TRIED = re.compile(
    r"(?P<what>[\u4e00-\u9fff“”]{2,16}?)(?:已经?|开始|先后|继续|将|要|率先|首先|分别|进一步)*在(?:全国)?$"
)


def shared_predicate(noun: str, rest: str) -> str | None:
    """`noun` with the predicate that it has together with what is listed behind it; `rest` ends its clause."""
    for pattern in (_NAMED, *_COUNTED):
        listed = pattern.match(rest)
        if listed is None or not _PREDICATE.match(rest, listed.end()):
            continue
        name = with_predicate(noun, rest[listed.end() :])
        if name is not None:
            return name
    return None


def tried_in(noun: str, before: str, rest: str) -> str | None:
    """农村信用社改革开始在8个省试点: 农村信用社改革试点的省."""
    how, what = _TRIED.match(rest), _WHAT_IS_TRIED.search(before)
    if how is None or what is None:
        return None
    return f"{what['what'].rpartition('的')[2]}{how['how']}的{noun}"
