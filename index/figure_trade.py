"""Trade names: with whom (对东盟进出口), by whom or how (民营企业出口, 一般贸易进口).

Trade with one partner is not all trade, and behind 民营企业进出口 the exports told next are those of the same firms.
"""

from __future__ import annotations

import re

_PARTNER = re.compile(
    r"(?P<how>[对向自从与])(?P<who>[\u4e00-\u9fff“”、（）和]{2,26}?)(?:的)?(?:货物|商品)?(?:贸易)?$"
)
_WHO = re.compile(r"(?:国家|地区|市场|伙伴|沿线国?|经济体|联盟|大陆|[洲国盟])$")
_NOT_WHO = re.compile(r"^(?:外|上年|去年|同期|世界|全球|外开放)")
_FLOW = re.compile(r"(?:货物)?(?P<flow>进出口|出口|进口)(?:总?额|总值)?")
_WHOLE = re.compile(r"(?P<pre>.{2,}?)(?P<flow>进出口|出口|进口)(?:总?额|总值)?")
_PLAIN = re.compile(r"(?:全国|我国|全省|全市|货物|商品|外贸|对外|贸易|货物贸易|对外贸易)+")


def is_flow(said: str) -> bool:
    """Whether words are trade itself: 进出口, 出口额, 进口总额."""
    return _FLOW.fullmatch(said) is not None


def partner_before(before: str, places: tuple[str, ...]) -> str | None:
    """对东盟 of 我国对东盟〔进出口〕; `places` are the names of places that stand in the words before."""
    match = _PARTNER.search(before)
    if match is None or _NOT_WHO.match(match["who"]):
        return None
    who = match["who"]
    known = _WHO.search(who) is not None or any(who.endswith(place) for place in places)
    return f"{match['how']}{who}" if known else None


def of_the_same_trade(said: str, whole: str) -> str | None:
    """民营企业出口 for 出口 behind 民营企业进出口; None behind all trade, whose exports are all exports."""
    flow, told = _FLOW.fullmatch(said), _WHOLE.fullmatch(whole)
    if flow is None or told is None or _PLAIN.fullmatch(told["pre"]):
        return None
    return told["pre"] + flow["flow"]
