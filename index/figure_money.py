"""What money is for, where the words before a sum do not say: 安排51亿元，用于支持地方加强公共卫生服务."""

from __future__ import annotations

import re

_PURSE = re.compile(
    r"(?:[^，。；]{0,6}(?=资金)|[^，。；]{0,4}财政|中央|国家)(?:预算)?(?P<kind>投入|支出|补助|拨款|资金)?"
)
_PURPOSE = re.compile(
    r"^[^，。；]{0,3}(?:资金)?，?(?:主要|专项|重点|全部|优先)*(?:(?:用|以|通过|采取)[^，。；\d]{2,8}方式(?=支持|帮助|补助|补贴|推动))?(?:用于|用来|用在|(?=支持|帮助|补助|解决|改善|增加对|推进|实施|加强|开展|改造|建设|对))"
    r"(?P<purpose>[^，。；、]{2,30}?)(?:方面|等|$|(?=[，。；、]))"
)
_COUNTS = re.compile(r"\d+[多余]?[万亿]?(?:户|个|名|人|家|所|项|条)")


_LOCAL_BOND = re.compile(r"地方(?:政府)?(?:继续|拟|将)?(?:代理)?发行(?:了)?$")
_PAID_TO = re.compile(r"对(?P<who>[^，。；\d]{2,14}?)(?:一次性|再|分别|每年)?(?:发放|给予|安排|提供)$")


def paid(noun: str, before: str, behind: str) -> str | None:
    """对种粮农民发放200亿元补贴: 种粮农民补贴; 47亿元专项补助资金，用于支持再就业: with what it is for."""
    if noun in ("债券", "国债") and _LOCAL_BOND.search(before):
        return "地方政府债券"
    who, purpose = _PAID_TO.search(before), _PURPOSE.match(behind)
    if who is not None and noun.startswith(("补贴", "补助", "奖励", "补偿")):
        return who["who"] + noun
    if purpose is not None and len(noun) <= 6 and not re.search(r"\d", purpose["purpose"]):
        return f"用于{purpose['purpose']}的{noun}"
    return None


# 安排832亿元〔，比上年增加167亿元〕，支持卫生事业
_MORE_THAN_BEFORE = re.compile(r"^，[比较](?:上年|去年)[^，。；]{2,16}(?=，(?:用于|支持|主要))")


def with_purpose(purse: str, behind: str) -> str | None:
    """中央财政安排51亿元，用于支持地方加强公共卫生服务: 中央财政用于…的资金."""
    payer, purpose = _PURSE.fullmatch(purse), _PURPOSE.match(_MORE_THAN_BEFORE.sub("", behind))
    if payer is None or purpose is None:
        return None
    what = _COUNTS.sub("", purpose["purpose"])
    if re.search(r"\d", what) or len(what) < 2:
        return None
    kind = payer["kind"] or "资金"
    return f"{purse.removesuffix(kind)}用于{what}的{kind}"


_FOR = re.compile(r"为了?(?P<purpose>[\u4e00-\u9fff“”]{4,20})，[^，。；\d]{0,6}$")


def paid_for(purse: str, before: str) -> str | None:
    """为加快社会保障体系建设，今年〔中央财政〕将安排2762亿元: what the clause before says it is for."""
    payer, purpose = _PURSE.fullmatch(purse), _FOR.search(before)
    if payer is None or purpose is None or purpose["purpose"] == "此":
        return None
    kind = payer["kind"] or "资金"
    return f"{purse.removesuffix(kind)}用于{purpose['purpose']}的{kind}"


_SET_UP = re.compile(
    r"^(?:资金)?(?:用于)?(?:设立|建立|组建|成立)(?:了)?(?P<what>[^，。；、\d]{3,24}?(?:基金|资金|专项|账户|银行))"
)


def set_up(behind: str) -> str | None:
    """安排500亿元〔设立预算稳定调节基金〕: the fund is what the sum is of."""
    match = _SET_UP.match(behind)
    return match["what"] if match else None


def for_what(behind: str) -> str | None:
    """拟安排430亿元，用于补助廉租房建设: where nothing else names the sum, what it is for does."""
    purpose = _PURPOSE.match(behind)
    if purpose is None or "用于" not in behind[: purpose.start("purpose")]:
        return None
    what = purpose["purpose"]
    return f"用于{what}的资金" if len(what) > 2 and not re.search(r"\d", what) else None
