"""The items of a list in a question, and what the last one says that holds for each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.vocabulary import IndicatorMention, Vocabulary
from rag.ask import answer_units

ANOTHER_THING = re.compile("(?:的)?(?:产能|生产能力|价格|库存)")  # 水泥产能 is no output of cement


def asks_of_another_kind(rest: str, mention: IndicatorMention) -> bool:
    """Whether a plain noun beside the mention (收入, 产值 …) is measured in units the mention cannot have."""
    wanted = answer_units(None, rest)
    return bool(wanted) and bool(mention.indicator.units) and not set(wanted) & set(mention.indicator.units)


def shared_tail(items: Sequence[str], vocabulary: Vocabulary, *, of_like: bool) -> str:
    """The end of the last item that the earlier ones share: 增加值 in "制造业、服务业增加值"."""
    mentions = vocabulary.find(items[-1])
    if mentions and asks_of_another_kind(rest := items[-1][mentions[-1].end :], mentions[-1]):
        return rest  # 进口和出口的通关时间
    head = re.search(r"的(?P<head>[^的、和与及]{1,8})$", items[-1]) if of_like else None
    if head and all(vocabulary.lookup(item + head["head"]) is not None for item in items[:-1]):
        return f"的{head['head']}"  # 城镇居民和农村居民的人均收入
    for tail in ("增加值", "总产值", "总额", "投资", "收入", "支出", "产量", "人口", "企业", "率"):
        if items[-1].endswith(tail) and not any(item.endswith(tail) for item in items[:-1]):
            known = [vocabulary.lookup(item + tail) is not None for item in items[:-1]]
            if any(known) or not any(vocabulary.find(item) for item in items[:-1]):
                return tail
    return _tail_of_like(items, vocabulary) if of_like else ""


_LIKE_PLACES = re.compile(
    r"城市|城镇|农村|乡村|沿海|内地|中央|地方|国有|集体|民营|民间|私营|外资|进口|出口|东部|中部|西部|男性?|女性?|国家级|省部级|省级|市级|区级|县级|部级|初等|中等|高等|初级|中级|高级|一次|二次|公办|民办"
)


def with_tail(item: str, shared: str, vocabulary: Vocabulary) -> str:
    """The item with the shared end, without the 的 between them where that makes a known name."""
    if not shared.startswith("的"):
        return item if item.endswith(shared) else item + shared
    item = item.removesuffix(shared)
    closed = item + shared[1:]
    named = max((m.end - m.start for m in vocabulary.find(closed)), default=0)
    alone = max((m.end - m.start for m in vocabulary.find(item)), default=0)
    if named > alone:
        return closed
    return item if alone else item + shared


_HEAD_NOUN = re.compile(
    "(?:产能|产量|标准|价格|费用|利润|成本|在校生|毕业生|比重|里程|面积|总额|规模|数量|人数)$"
)


def _tail_of_like(items: Sequence[str], vocabulary: Vocabulary) -> str:
    """城市和农村低保标准, 中等和高等职业教育的在校生: what the last item says of its kind holds for each."""
    last = items[-1]
    if any(vocabulary.find(item) for item in items[:-1]):
        head = re.search(r"的(?P<head>[^的、和与及]{1,8})$", last)
        return f"的{head['head']}" if head and all("的" not in item for item in items[:-1]) else ""
    own = _LIKE_PLACES.match(last)
    if own and own.end() < len(last) and all(_LIKE_PLACES.fullmatch(item) for item in items[:-1]):
        return last[own.end() :]
    head = re.search(r"的(?P<head>[^的、和与及]{1,8})$", last)
    if head and all("的" not in item for item in items[:-1]):
        return f"的{head['head']}"
    noun = _HEAD_NOUN.search(last)
    return noun[0] if noun and noun.start() > 0 else ""
