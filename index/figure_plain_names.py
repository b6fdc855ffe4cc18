"""Names without what only says how a thing moved or was counted: 农民增加收入 is of 农民收入.

Words read from a clause may hold its verb, its adverb or its adjective as well; `plainly` takes them out,
so that the same thing has the same name in every report. A name in the vocabulary is left as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.types import Measure

# 就业, 就医, 仅 … : an adverb that opened the clause, or the 的 of a phrase cut off before it
_LEAD = re.compile(r"^(?:的|就(?!业|诊|医|读|近|餐|学|地|职)|只(?=[有要能])|仅)+(?=..)")
_YEARLY = re.compile(r"^(?:年均|平均每年|每年平均)(?=[^\W\d]{2})(?!增|递|下降|提高|上升|气温|降)")
_PACE = re.compile(
    r"(?<=..)的?(?:平均每年|每年平均|年平均|年均|每年)的?(?:递增|增长|递减|下降|上升|提高)的?(?:速度|幅度|比率|速率)?$"
)
_PEOPLE = r"(?:农民|社员|职工|居民|群众|牧民|渔民|工人|家庭|农户|劳动者|农牧民)"
_GAINED = re.compile(
    rf"(?P<who>[\u4e00-\u9fff、]{{0,8}}{_PEOPLE})(?P<verb>新?增加|减少|减轻|增|减)了?的?"
    r"(?P<what>纯?收入|现金收入|货币收入|负担|开支|支出)"
)
_SHOWN = re.compile(
    r"(?P<who>[\u4e00-\u9fff]{0,8}?)(?:连续)?(?:出现|发生|存在|产生)了?(?:较大|很大|巨大|大量|严重|一定|较多)的?的(?P<what>[\u4e00-\u9fff]{2,8})"
)
_PLAIN_PER_HEAD = re.compile(
    r"(?:按人口平均的?|平均每人的?|每人平均的?)(?=(?:实际)?消费水平)|实际(?=消费水平)"
)
_LIVING = re.compile(r"(?:全国人民|全体人民|城乡人民|人民)的?(?:平均(?=消费水平)|(?=储蓄))")
_CAPACITY = re.compile(
    r"(?:电力工业|电力|全国|火电和水电|大中型|新增|新投产)*(?:发电)?(?:装机容量|装机|机组容量|发电机组容量)"
)
_ONE_MORE = re.compile(r"(?:增产|减产)(?P<what>钢|煤|油|粮|棉|纱|布|糖|纸|水泥|化肥)")
_OUTPUTS = {
    "钢": "钢产量",
    "煤": "原煤产量",
    "油": "原油产量",
    "粮": "粮食产量",
    "棉": "棉花产量",
    "糖": "食糖产量",
}
_OF_FUEL = re.compile(r"(?:节约|节省|少用|多用|耗用|消耗)(?:[和、](?:节约|节省|少用|消耗))*")


def plainly(name: str, unit: str) -> str | None:
    """`name`, read with a figure in `unit`, without its verb, adverb or adjective; None where nothing goes."""
    plain = _LEAD.sub("", name)
    plain = _YEARLY.sub("", _PACE.sub("", plain))
    plain = _PLAIN_PER_HEAD.sub("", plain)
    plain = _LIVING.sub("城乡居民" if plain.startswith("城乡") else "居民", plain)
    gained = _GAINED.fullmatch(plain)
    if gained is not None:
        plain = gained["who"] + gained["what"]
    shown = _SHOWN.fullmatch(plain)
    if shown is not None:
        plain = shown["who"] + shown["what"]
    more = _ONE_MORE.fullmatch(plain)
    if more is not None:
        plain = _OUTPUTS.get(more["what"], f"{more['what']}产量")
    if unit == "千瓦" and _CAPACITY.fullmatch(plain) is not None:
        plain = "发电装机容量"
    if unit.endswith(("标准煤", "标煤")) and _OF_FUEL.fullmatch(plain) is not None:
        plain += "标准煤"
    return plain if plain != name and len(plain) > 1 else None


def moved(name: str) -> tuple[Measure, str] | None:
    """What a verb inside a name says of the figure: 农民增加收入 a change up, 每年递增的速度 growth; else None."""
    plain = _LEAD.sub("", name)
    if _PACE.search(plain):
        return "growth", "up"
    match = _GAINED.fullmatch(plain)
    verb = match["verb"] if match is not None else plain[:2] if _ONE_MORE.fullmatch(plain) else None
    return ("change", "down" if verb.startswith("减") else "up") if verb is not None else None
