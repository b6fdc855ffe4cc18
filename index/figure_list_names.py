"""Names of the members of a list, each with what the last one says for all of them."""

from __future__ import annotations

import re
from functools import lru_cache

import rjieba

from index import figure_words as words

GROUP = re.compile(r"城镇|农村|乡村|城市|全体")
SCHOOL = re.compile(
    r"学前教育|义务教育阶段|义务教育|高中阶段|特殊教育|高等教育|小学阶段|初中阶段|成人高等学校|成人高校|(?:普通)?(?:高等学校|高等院校|高校)|中等职业学校|中等专业学校|技工学校|普通高中|高中|初中|中学|小学|研究生"
)


@lru_cache(maxsize=20_000)
def _tags(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(rjieba.tag(text))


_APPOSITION = re.compile(
    r"(?P<last>.{2,8}?)(?P<number>[两二三四五六七八九十]|\d{1,2})(?:条|个|项|大|类|家|种|座)(?:主导|重点|主要|支柱)?(?P<what>.{2,})"
)
_AMOUNTS = words.word_set("支出 收入 投资 增加值 产值 产量 价格 面积 利润 贷款余额 存款余额 进出口 出口 进口")
_NUMBERS = {number: value for value, number in enumerate("二三四五六七八九十", start=2)} | {"两": 2}


def in_apposition(names: list[str]) -> list[str]:
    """光伏、锂电、算力三条主导产业链: 光伏产业链, 锂电产业链, 算力产业链."""
    match = _APPOSITION.fullmatch(names[-1])
    if match is None:
        return names
    number = _NUMBERS.get(match["number"]) or (int(match["number"]) if match["number"].isdigit() else 0)
    if number != len(names):
        return names
    return [name + match["what"] for name in (*names[:-1], match["last"])]


def shorter(name: str) -> list[str]:
    """粮食播种面积 as 粮食播种, 粮食: what a next head may be of."""
    pieces = [word for word, _ in _tags(name)]
    return ["".join(pieces[:count]) for count in range(len(pieces) - 1, 0, -1)]


_TOWN = {"城": "城镇", "乡": "农村", "城镇": "城镇", "农村": "农村"}


def share_tail(names: list[str]) -> list[str]:
    """[基础设施, 制造业投资] -> [基础设施投资, 制造业投资]; [第一, 二, 三产业增加值] likewise."""
    grows = words.GROWTH_HEAD.search(names[-1])
    if grows and grows.start() > 1 and names[-1][: grows.start()].endswith(("贷款", "投资", "收入", "存款")):
        return share_tail([*names[:-1], names[-1][: grows.start()]])  # 小微企业、“三农”贷款增速
    last = names[-1]
    whose = GROUP.match(last)
    if whose and len(last) > len(whose[0]) and all(GROUP.fullmatch(name) for name in names[:-1]):
        return [name + last[whose.end() :] for name in names[:-1]] + [last]  # 城镇和农村人均住房面积
    school = SCHOOL.match(last)
    if school and len(last) > len(school[0]) and all(SCHOOL.fullmatch(name) for name in names[:-1]):
        return [name + last[school.end() :] for name in names[:-1]] + [last]
    ordinal = re.fullmatch(r"第?[一二三四](产业.*)", last)
    if ordinal:
        return [
            f"第{name.lstrip('第')}{ordinal[1]}" if len(name.lstrip("第")) == 1
            else name
            for name in names[:-1]
        ] + [f"第{last.lstrip('第')}"]  # fmt: skip
    tail = ""
    for head in words.LIST_HEADS:
        if last.endswith(head) and len(last) > len(head):
            tail = head
            break
    if all(name in _TOWN for name in names[:-1]) and last[:1] in _TOWN and not last.startswith("城市"):
        return [_TOWN[name] + last[1:] for name in names[:-1]] + [
            _TOWN[last[:1]] + last[1:]
        ]  # 城、乡居民收入
    if all(len(name) == 1 for name in names[:-1]) and last[1:2] in ("肉", "贸"):
        return [name + last[1:] for name in names[:-1]] + [last]  # 猪、牛、羊、禽肉产量
    if len(names[0]) == 1 and last[1:2] in tuple("等级型"):
        return [name + last[1:] if len(name) == 1 else name for name in names[:-1]] + [last]
    if not tail:
        length = len(names[0])  # 进口、出口通关时间: the same place in the word differs
        alike = any(a == b for a, b in zip(names[0], last, strict=False))
        if alike and 1 < length < len(last) - 1 and all(len(name) == length for name in names[:-1]):
            return [name + last[length:] for name in names[:-1]] + [last]
        return names
    whole = words.LIST_HEADS if tail not in _AMOUNTS else tuple(_AMOUNTS)
    whole = ("贷款", "存款", "余额") if tail.startswith(("贷款", "存款")) else whole  # 小微企业、三农贷款
    return [name if name.endswith((*whole, "销售")) else name + tail for name in names[:-1]] + [last]
