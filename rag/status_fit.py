"""Whether a figure is what was planned or what came of it, as the question wants."""

from __future__ import annotations

import re

from index.types import Figure
from rag.ask import Ask

# Budget figures are plans by nature: a question about them need not say so.
BUDGET_WORDS = re.compile(
    "赤字|国债|专项债|特别债|新增债务|新增(?:政府|地方政府)?债务|转移支付|预算|税率|拟|安排"
    r"|\bset aside\b|\bearmark|\bbonds?\b|\bdeficit\b|\btransfer payments?\b|\bbudget\b(?! revenue| expenditure)"
)
_PLANNED = re.compile(
    r"目标|预期|预计|拟|安排|力争|争取|确保|将|计划|要|再|推动|推进|实施|加快|完成|实现|新增|达到|控制|左右|以上|以内|以下|不低于"
)


def _told_as_fact(figure: Figure, clause: str, sentence: str) -> bool:
    """今年高校毕业生749万人，为历史最高: stands in the plan, but is no plan; nothing in the sentence wants it."""
    if not clause or figure.qualifier or figure.measure != "level":
        return False
    return "今年" in clause and not _PLANNED.search(sentence)


_BUDGETED = re.compile(r"支出|投入|资金|补助|补贴|投资|经费|专项|国债|债券|赤字|转移支付")


def _is_budget(figure: Figure, clause: str, sentence: str) -> bool:
    """扶持中小企业专项资金安排106亿元: what a government sets aside for a purpose is known as planned."""
    if not clause or figure.status != "target" or not _BUDGETED.search(figure.indicator):
        return False
    money = figure.base_unit in ("元", "美元") or (figure.unit == "%" and figure.measure == "growth")
    told = f"{sentence} {clause}" if figure.measure == "growth" else clause
    return money and bool(re.search("安排|拟|预算|支出|投入|下达|拨付", told))


def status_fits(ask: Ask, figure: Figure, clause: str = "", sentence: str = "") -> bool:
    planned = figure.status in ("target", "forecast")
    if ask.role is not None and ask.status == "target" and figure.reference == "由":
        return True  # 计划由47.5%提高到51.5%: where a plan starts is a fact
    if ask.status == "target":
        return planned
    if ask.status == "actual":
        return not planned
    if ask.role is not None:  # 从10万元提高到15万元: what was resolved is told as resolved
        return True
    return (
        not planned
        or _told_as_fact(figure, clause, sentence)
        or _is_budget(figure, clause, sentence)
        or bool(
            BUDGET_WORDS.search(f"{ask.text} {ask.indicator}".replace("预算收入", "").replace("预算支出", ""))
        )
    )
