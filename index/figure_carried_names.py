"""Names that only their sentence makes whole: 研究生 of those who finish, 棉花 per head, 复线 of a railway.

The last member of a list leaves out what the first one said of all; `in_its_sentence` puts it back.
"""

from __future__ import annotations

import re

_FINISHED = re.compile(r"(?:毕业生|招生|招生数|毕业生人数|毕业人数)$")
_STUDENTS = re.compile(r"(?:博士|硕士)?研究生|[博硕]士生|本科生|专科生|中专生|大学生")
_PER_HEAD = re.compile(r"人均[\u4e00-\u9fff]{1,6}(?P<what>占有量|消费量|拥有量|产量)$")
_GOOD = re.compile(r"[\u4e00-\u9fff]{1,5}")
_WEIGHT = ("斤", "公斤", "千克", "市斤", "尺", "米", "匹", "吨", "升")
_TOTAL = re.compile(r"总(?P<what>收入|支出|产值|产量|投资|人口|面积)")
_LINES = re.compile(
    r"(?:建成|新建|投产|改造|修建|续建|铺设)?(?:新线|复线|正线|电气化线路|电气化|双线)(?:里程)?"
)
_TOGETHER = re.compile(
    r"(?P<list>[^\W\d等十]{2,10}(?:[、和与及][^\W\d等十]{2,10})+)[两三四五六](?:项|类|种|部分|方面的?|个)$"
)
_EACH_SIDE = re.compile(r"[\u4e00-\u9fff]{0,10}各方$")


def in_its_sentence(name: str, said: str, last: str, told: str, unit: str, *, level: bool) -> str | None:
    """The whole name of what is called `name` here; None where nothing is left out.

    `said` are the words themselves, `last` the name read before them in the sentence, `told` the sentence up
    to them; `level` says that the figure is an amount, no growth.
    """
    if _STUDENTS.fullmatch(said) and unit == "人" and level:
        finished = _FINISHED.search(last)
        if finished and told.endswith(("，", "、", "和", "与", "及")):
            return said + finished[0]  # 培养本科毕业生687万人，研究生17万人
    each = _PER_HEAD.search(last)
    if (
        each
        and unit in _WEIGHT
        and level
        and _GOOD.fullmatch(said)
        and told.endswith(("，", "、", "和", "；"))
    ):
        return f"人均{said}{each['what']}"  # 平均每人占有粮食800斤，棉花10斤
    total = _TOTAL.fullmatch(said)
    if total and last.endswith(total["what"]) and last != said and not last.startswith(("人均", "户均")):
        return last  # 国内财政收入增加362亿元，全年总收入达到1829亿元
    if unit in ("公里", "千米") and "铁路" not in name and _LINES.fullmatch(name) and "铁路" in told:
        verb = re.match(r"建成|新建|投产|改造|修建|续建|铺设", name)
        return f"{verb[0]}铁路{name[verb.end() :]}" if verb else f"铁路{name}"
    both = _TOGETHER.search(told)
    if both and len(said) <= 4:
        return both["list"] + said  # 预算内和预算外两项资金
    if said.startswith("面对") and (side := _EACH_SIDE.search(told)) is not None:
        return re.split(r"[，。；：\d]", side[0])[-1] + said  # 社会各方面对教育的投入
    return None
