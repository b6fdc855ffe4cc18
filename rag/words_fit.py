"""Words that no figure may lack: what narrows the asked thing, proper names, what a share or lead is measured against."""

from __future__ import annotations

import re
from functools import lru_cache

import rjieba

from index.periods import find_periods
from index.regions import same_region
from rag import question_words as words
from rag.ask import Ask
from rag.word_coverage import contained

_NAME_TAGS = frozenset({"nr", "nrt", "ns", "nt", "nz"})


def must_be_said(ask: Ask, said: str) -> bool:
    """Whether all that narrows the asked thing stands in `said`, the words around a figure."""
    return all(contained(term, said) >= 0.5 for term in words.with_report_words(ask.must))


def names_said(ask: Ask, said: str) -> bool:
    """青岚卫星基地 for one of 云川: a proper name of the question that stands nowhere around speaks of another thing."""
    return all(contained(name, said) >= 0.5 for name in words.with_report_words(_proper_names(ask.terms)))


_DONE_ANEW = re.compile("新(?:开工|开建|建|增|设|签|招|评|购|登记|注册)")  # tagged as names, but verbs


@lru_cache(4096)
def _proper_names(terms: tuple[str, ...]) -> tuple[str, ...]:
    plain = [
        term for term in terms if re.fullmatch(r"[\u4e00-\u9fff]{2,}", term) and not _DONE_ANEW.match(term)
    ]
    return tuple(term for term in plain if rjieba.tag(term)[-1][1] in _NAME_TAGS)


def refers_to(ask: Ask, reference: str) -> bool:
    """Whether a figure's reference is the asked one: 全国总数 is 全国, 全市光伏产业 of a share of 光伏产值 is 全市."""
    assert ask.reference is not None
    if same_region(ask.reference, re.sub("总[数量额]$", "", reference)):
        return True
    rest = reference.removeprefix(ask.reference)
    same = words.content_terms(rest) if ask.measure == "share" and rest != reference else ()
    return bool(same) and all(t in ("产业", "行业", "总量") or contained(t, ask.text) > 0.8 for t in same)


# Nouns of quantity that a unit says without them: 1000千克以下卫星 for 重量.
_SAID_BY_UNIT = {
    "重量": frozenset(("千克", "公斤", "吨", "斤")), "功率": frozenset(("千瓦",)), "长度": frozenset(("公里", "米")),
    "全长": frozenset(("公里", "米")), "总长": frozenset(("公里", "米")), "面积": frozenset(("亩", "平方公里", "平方米", "公顷")),
    "时速": frozenset(("公里",)), "金额": frozenset(("元", "美元")), "价格": frozenset(("元",)), "人数": frozenset(("人",)),
    "次数": frozenset(("次",)), "家数": frozenset(("家", "户")), "户数": frozenset(("户",)), "里程": frozenset(("公里",)),
    "人次": frozenset(("人次",)), "场次": frozenset(("场",)), "亩数": frozenset(("亩",)), "件数": frozenset(("件",)),
}  # fmt: skip


def said_by_unit(term: str, unit: str) -> bool:
    """Whether the figure's unit alone says the term."""
    return unit in _SAID_BY_UNIT.get(term, ())


_CLAUSES_BEFORE = 24  # characters: the clause right before a rate of growth


def said_before(term: str, before: str) -> bool:
    """Whether a number right before a rate of growth is in a unit that says the term."""
    units = _SAID_BY_UNIT.get(term, ())
    return any(re.search(rf"\d[\d.]*[万亿]*{unit}", before[-_CLAUSES_BEFORE:]) for unit in units)


_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")


def another_modifier(ask: Ask, near: str) -> bool:
    """食品企业 for 软件企业: where the question's word before a noun is missing, another stands before it.

    Synonyms mostly share a character (城里 and 城镇), so only a noun that shares none tells of another thing.
    """
    if ask.role is not None or len(ask.terms) < _LEAST_COMPOUND:
        return False
    wide = words.with_report_words(ask.terms)
    for term, also in zip(ask.terms, wide, strict=True):
        if not _HAN.fullmatch(term) or contained(also, near) > 0:
            continue
        place = ask.text.find(term)
        head = next((t for t in ask.terms if place >= 0 and ask.text.startswith(t, place + len(term))), "")
        if not head or head not in near or not _is_noun(term):
            continue
        before = {_last_noun(near[: at.start()]) for at in re.finditer(re.escape(head), near)}
        if before and all(word and word not in ask.text and _contrasts(word, term) for word in before):
            return True
    return False


# The last character of words that are members of one class: 商业 and 工业, 男性 and 女性.
_CLASS_OF = frozenset("业性级型类费税品区省市县员者生林草机车店站港")


def _contrasts(one: str, other: str) -> bool:
    """Whether two words before a noun say different things of it."""
    if one[-1] == other[-1] and one[-1] in _CLASS_OF and len(one) == len(other):
        return not set(one[:-1]) & set(other[:-1])
    return not set(one) & set(other)


def quoted_said(ask: Ask, said: str) -> bool:
    """“一窗办” of the question for “一网办”: what it puts in marks must be said letter by letter."""
    quoted = [piece for term in _QUOTED.findall(ask.text) for piece in term.split("、")]
    bare = re.sub(r"\s+", "", said)
    return all(
        piece in bare or piece in ask.names or find_periods(piece) or find_periods(f"“{piece}”")
        for piece in quoted
    )


_QUOTED = re.compile(r"“([\u4e00-\u9fff、]{2,16})”")


def condition_said(ask: Ask, near: str, around: str) -> bool:
    """What had been done before (取消农业税后) must be told in the sentence itself, a slogan that leads in anywhere around."""
    bare = re.sub(r"\s+", "", around)
    return all(
        name.strip("“”") in bare if name.startswith("“") else contained(name, near) >= 0.8
        for name in ask.conditions
    )


_LEAST_COMPOUND = 2
_LOOKED_BACK_ON = 12  # characters


@lru_cache(4096)
def _is_noun(term: str) -> bool:
    return all(tag[0] in "nbj" for _, tag in rjieba.tag(term))


def _last_noun(text: str) -> str:
    """The noun that the text ends in; "" where it ends in something else."""
    piece = re.split(r"[^\u4e00-\u9fff“”]", text[-_LOOKED_BACK_ON:])[-1].strip("“”")
    return _noun_at_end(piece) if piece else ""


@lru_cache(4096)
def _noun_at_end(piece: str) -> str:
    word, tag = rjieba.tag(piece)[-1]
    return word if len(word) > 1 and tag[0] in "nbj" else ""
