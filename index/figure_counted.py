"""The noun behind a number: what is counted in 416项〔行政审批等事项〕, and where its words end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import rjieba

from index import figure_words as words
from index.figure_fuller import PURPOSES

Token = tuple[str, str]

_NOUN_TAGS = ("n", "j", "l", "i", "b", "vn", "an", "eng", "f", "s", "a", "k", "h", "g", "z", "vi")
_SIZED = re.compile(r"[十百千万]*[万亿]级")
# 大中型和重点小型〔水库〕: what joins the sizes is no end of the phrase
_LARGE_AND_SMALL = re.compile(
    r"(?:重点)?(?:大中型|中小型|大型|中型|小型)(?:[、和及](?:重点|其他)?(?:大型|中型|小型))+"
)
_QUOTED = re.compile(r"的?“[^“”，。；]{1,14}”")
_PEOPLE_WHO = re.compile(
    r"(?:转移|退休|随迁|参保|失业|流动|移民|贫困|待业|离退休|下岗|务工|从业|工作|返乡)(?:人口|人员|职工|子女|居民|群众|劳动力)"
)
_ALL_OF_THEM = words.word_set("全部 全都 都 均 先后 基本 普遍 陆续")
_BEFORE_NOUNS = words.word_set("新增 新建 在建 现有 已建 新开工 停产 续建 拟建 重点")
_SUPPORT = words.word_set("支持 用于 帮助 补助 资助 奖励 推进 推动 加强")
_OTHERS = words.word_set("其他 其它")
_INSIDE = words.word_set(
    "第一 第二 第三 人均 单位 全 每 以上 以下 全社会 各类 跨境 高 新 特别 超 超长期 最低 最高 综合 "
    "基本 每人 每户 平均 累计 年 长期 中长期 短期 超长 自然 现代 传统 日 元首"
)
_SINGLE_VERBS = frozenset("是有为在到使用让给被把将要能可会由从向对按以占达受进出入获享领")
_LONGEST = 14


@lru_cache(maxsize=20_000)
def _tags(text: str) -> tuple[Token, ...]:
    return tuple(rjieba.tag(text))


def counted_span(masked: str, start: int, limit: int) -> tuple[int, int] | None:
    """Where the noun phrase that opens `masked[start:limit]` ends, as (start, end); None if none opens it."""
    quoted = _QUOTED.match(masked, start, limit)
    sized = _SIZED.match(masked, start, limit) or _LARGE_AND_SMALL.match(masked, start, limit)
    position = quoted.end() if quoted else sized.end() if sized else start
    last, nouns = (position, 1) if quoted else (start, 0)
    before_adverb = last
    tokens = _tags(masked[position:limit])
    for index, (word, tag) in enumerate(tokens):
        rest = tokens[index + 1 :]
        if (word == "的" and position == start) or word == "“":
            position += len(word)
            continue
        if word in ("等", "”", "的", "之"):
            position += len(word)
            last = position if nouns and word == "”" else last
            continue
        if word in "、和与及":
            if not nouns:
                return None
            if not _list_goes_on(rest[:3]):
                break
            position += len(word)
            continue
        if tag == "uv":  # 职工〔不同程度地〕增加了工资
            last = before_adverb
            break
        if nouns and tag[0] == "v" and rest and rest[0][0] == "了":
            break  # 174个国家和地区〔发展了〕经济贸易往来
        if word in _ALL_OF_THEM and not (word == "全部" and not nouns):
            break
        if nouns and len(word) == 4 and word[:2] in words.VERBS and tag[0] == "n":
            break  # 17个县〔实现目标〕
        if nouns and ((tag[0] == "l" and word[-2:] in words.VERBS) or (word in words.VERBS and tag == "ns")):
            break
        is_verb = tag in ("v", "vd", "vi") or (tag == "vn" and word in words.VERBS)
        modifies = index == 0 and word in _BEFORE_NOUNS and bool(rest)
        if is_verb and not nouns and not modifies and word in words.NOUN_VERBS and rest:
            break  # 100亿元支持职业教育
        if is_verb and not nouns and not rest and word in _SUPPORT:
            break
        inner = is_verb and _inside_noun(word, masked[start:position], rest, nouns)
        if is_verb and word not in words.NOUN_VERBS and not modifies and not inner:
            if word in words.VERBS or words.CHANGE_VERB.search(word) or words.LEVEL_VERB.search(word):
                break
            who = _PEOPLE_WHO.match(masked, position) is not None
            if nouns and rest and rest[0][0] != "等" and not who:
                break
        if tag == "q" and index and rest and rest[0][1][0] == "n" and not nouns:
            position += len(word)
            continue  # 36个大〔类〕行业
        if not (
            tag.startswith(_NOUN_TAGS)
            or is_verb
            or word in _INSIDE
            or word in _OTHERS
            or (tag == "x" and word.isalnum())
            or tag == "zg"
        ):
            break
        if tag == "f" and not nouns and not (len(word) > 1 and word[0] in "沿境海外灾震"):
            break  # 沿江城市 is a name, 以上企业 is none
        if tag[0] in "ad":
            before_adverb = last
        position += len(word)
        if (not is_verb and tag not in ("a", "b", "f", "d")) or (
            is_verb and not nouns and word in words.NOUN_VERBS
        ):
            nouns += 1
            last = position
    return (start, last) if nouns else None


def _inside_noun(word: str, before: str, rest: Sequence[Token], nouns: int) -> bool:
    """Whether a verb stands inside a name: 新兴产业创业投资〔引导〕基金, 国家乡村〔振兴〕重点帮扶县.

    All that follows is nouns then, and what the verb does elsewhere (取得, 达到) is another matter.
    """
    if not rest:
        return False
    if len(word) == 1:
        return nouns > 0 and word not in _SINGLE_VERBS and rest[0][1][0] == "n"
    if (word in words.VERBS and word not in PURPOSES) or words.CHANGE_VERB.search(word):
        return False
    if not nouns and not before.endswith("的"):
        return False
    size = len(before) + len(word)
    for other, tag in rest:
        if other in ("的", "，", "等"):
            break
        if other in ("予以", "给予", "用于"):  # 专项奖补资金〔予以支持〕
            return size <= _LONGEST and rest[0][1][0] in "nzj"
        if not (tag[0] in "nbjslz" or tag in ("v", "vn")) or (other in words.VERBS and other not in PURPOSES):
            return False
        size += len(other)
    return size <= _LONGEST and rest[-1][1][0] in "nzj"


def _list_goes_on(tokens: Sequence[Token]) -> bool:
    """外国元首〔和政府首脑〕: another noun, and no place, number or verb."""
    if tokens and tokens[0][0] in _OTHERS:
        tokens = tokens[1:]
    if not tokens or tokens[0][1] not in ("n", "l", "j", "vn", "b"):
        return False
    return not any(tag[0] == "m" for _, tag in tokens) and tokens[0][0] not in words.VERBS
