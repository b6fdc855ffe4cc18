"""Whether a figure is of the kind of thing asked for: not of a narrower one, not what was added, not what it was before."""

from __future__ import annotations

import re

import rjieba

from index.types import Figure
from rag import question_words as words
from rag.ask import Ask
from rag.word_coverage import contained

SAYS_CHANGED = re.compile(
    r"(?:增加|增长|扩大|提高|减少|降低|压减|压缩|缩短|缩小|下降|上升)(?:了|约|近|超过)*(?![到至为])|新增|净增|增收|增产|减产|减税|降费|减免|增支|减负"
    r"|退出|淘汰|化解|关停|关闭|削减|压降|节约|节支|去产能"
)


def kind_fits(ask: Ask, figure: Figure, clause: str, sentence: str) -> bool:
    """Whether nothing around the figure says that it is of another kind of thing, or of a change of it."""
    return not (
        _of_narrower_kind(ask, figure, clause, sentence)
        or _another_kind(ask, figure)
        or _of_the_other(ask, figure)
        or _of_one_share(ask, figure, clause)
        or _counts_no_people(ask, figure)
        or _not_added(ask, figure, clause)
        or _added_unasked(ask, figure)
        or _not_counted(ask, figure, clause)
        or _told_as_change(ask, figure, clause)
        or _narrower_name(ask, figure)
    )


_GENERIC = re.compile(
    r"^(企业|公司|机构|单位|项目|学校|医院|产品|平台)(?:的)?(?:总数|总量|数量|总户数|户数|个数)"
)


def _of_narrower_kind(ask: Ask, figure: Figure, clause: str, sentence: str) -> bool:
    """生物医药企业…，企业总数突破4000家: of the kind named before, unless the question names that kind too."""
    head = _GENERIC.match(figure.indicator)
    if head is None or not re.search("[\u4e00-\u9fff]", ask.text):
        return False  # an English question's kinds are other words
    own = clause.rpartition(" ")[2] or clause
    before = sentence.rpartition(own)[0] if own in sentence else sentence
    named = re.search(rf"([\u4e00-\u9fff]{{2,8}}){head[1]}[^\u4e00-\u9fff]*[，,；;、]?[^，,；;]*$", before)
    if named is None:
        return False
    kinds = words.content_terms(named[1])[-2:]
    return bool(kinds) and not any(
        contained(kind, f"{ask.text} {' '.join(ask.terms)}") > 0.8 for kind in kinds
    )


# What a statistic is of one of, or of both (城乡, 进出口, 存贷款).
_BOTH = re.compile(r"城乡|进出口|存贷款|收支|男女")
_OPPOSITES = tuple(
    (re.compile(one), re.compile(other))
    for one, other in (
        ("城镇|城市|市区", "农村|乡村|农民|农牧民"),
        ("出口", "进口"),
        ("存款", "贷款"),
        ("男性|男生", "女性|女生"),
        ("轻工业", "重工业"),
        ("中央", "地方"),
        ("国家级", "省级|市级|区级|县级"),
        ("省级", "国家级|市级|区级|县级"),
        ("市级", "国家级|省级|区级|县级"),
        ("东部", "中部|西部|东北"),
        ("中部", "东部|西部|东北"),
        ("西部", "东部|中部|东北"),
    )
)


# A name for two things, and each of them.
_WHOLES = tuple(
    (whole, re.compile(one), re.compile(other))
    for whole, one, other in (
        ("工农业", "(?<!工)农业", "工业"),
        ("进出口", "(?<!进)出口", "进口"),
        ("城乡", "城镇|城市", "农村|乡村|农民"),
        ("存贷款", "存款", "(?<!存)贷款"),
    )
)


def _of_both(ask: Ask, figure: Figure) -> bool:
    """工农业总产值 for a question about 农业 alone."""
    asked = f"{ask.text} {' '.join((*ask.terms, *ask.names))}"
    return any(
        whole in figure.indicator
        and whole not in asked
        and bool(one.search(asked)) != bool(other.search(asked))
        for whole, one, other in _WHOLES
    )


def _of_the_other(ask: Ask, figure: Figure) -> bool:
    """农村居民人均居住面积 for a question about 城镇居民, however alike the words are."""
    if _of_both(ask, figure):
        return True
    asked = _BOTH.sub("", f"{ask.text} {' '.join((*ask.terms, *ask.names))}")
    named = _BOTH.sub("", figure.indicator)
    for pair in _OPPOSITES:
        for one, other in (pair, pair[::-1]):
            if (
                one.search(asked)
                and not other.search(asked)
                and other.search(named)
                and not one.search(named)
            ):
                return True
    return False


def _of_one_share(ask: Ask, figure: Figure, clause: str) -> bool:
    """每股95元 is what one share costs, not the whole that a question without 股 asks for."""
    return f"每股{figure.text}" in clause.replace(" ", "") and not re.search("股|每|价", ask.text)


def _counts_no_people(ask: Ask, figure: Figure) -> bool:
    """Provinces or countries, counted in 个, for a question about people in 名, 人 or 位."""
    return ask.unit in ("名", "人", "位") and figure.unit.endswith("个")


_KIND_OF_BODY = re.compile(
    r"(企业|公司|机构|单位|项目|平台|学校|医院)(?:的)?(?:总?数量|总数|总量|户数|个数|数)?$"
)
_HELD = re.compile(
    r"落地|集聚|聚集|入驻|拥有|现有|共有|已有|注册|登记|进驻|落户|新增|累计|各类|全部|各种|相关|有|在|达到?|个|家|户|的|等|含"
)


def _another_kind(ask: Ask, figure: Figure) -> bool:
    """上市企业22家 for a question about 企业: of a kind that the question does not name."""
    head = _KIND_OF_BODY.search(figure.indicator)
    if head is None or ask.indicator_ids or ask.role is not None or figure.cell:
        return False
    like = ("企业", "公司") if head[1] in ("企业", "公司") else (head[1],)
    if not any(noun in term for term in ask.terms for noun in like):
        return False
    asked = f"{ask.text} {' '.join((*ask.terms, *ask.shared))} {figure.region or ''}"
    own = words.content_terms(_HELD.sub(" ", figure.indicator[: head.start()]))
    return bool(own) and all(contained(term, asked) < 0.8 for term in own)


def _narrower_name(ask: Ask, figure: Figure) -> bool:
    """农村义务教育经费 for a question about 教育经费: the figure's own name says of which part."""
    if figure.indicator_id is not None or figure.cell or not ask.indicator_ids or ask.measure == "share":
        return False
    name = next((n for n in sorted(ask.names, key=len, reverse=True) if figure.indicator.endswith(n)), None)
    if name is None or not re.search("[\u4e00-\u9fff]", ask.text):
        return False
    asked = f"{ask.text} {' '.join((*ask.terms, *ask.shared, *ask.names))} {figure.region or ''}"
    own = words.content_terms(_HELD.sub(" ", figure.indicator.removesuffix(name)))
    kinds = [term for term in own if _is_noun(term)]
    return bool(kinds) and all(contained(term, asked) < 0.5 for term in kinds)


def _is_noun(term: str) -> bool:
    return all(tag[0] in "nbaljs" for _, tag in rjieba.tag(term))


_WORD_ADDED = re.compile(r"新增|净增|新设|新登记|新注册")
_SAYS_ADDED = re.compile(r"新(?:增|设|登记|注册|办|开|建)|增|开办|设立|成立")


def _not_added(ask: Ask, figure: Figure, clause: str) -> bool:
    """Asked for what was added (新增的企业), no figure will do whose clause says nothing of it."""
    if figure.indicator_id is not None and figure.indicator_id in ask.indicator_ids:
        return False
    if figure.measure != "level" or ask.role is not None or not _WORD_ADDED.search(ask.text):
        return False
    return not _SAYS_ADDED.search(f"{clause} {figure.indicator}")


_ADDED_NAME = re.compile(r"(?:累计|全年)?(?:新增|净增|新登记|新设|新注册)")
_ASKS_FOR_NEW = re.compile(
    r"(?<!高)新(?!区|技术|能源|型|材料|一代)|增|登记|设立|成立|开办|注册|设了|\b(?:new|newly|add|added|adds|created|registered|set up"
    r"|gain|more|increase|join)",
    re.IGNORECASE,
)


def _added_unasked(ask: Ask, figure: Figure) -> bool:
    """新登记企业8130户 is not how many firms there are."""
    if figure.indicator_id is not None and figure.indicator_id in ask.indicator_ids:
        return False
    if figure.measure != "level" or ask.role is not None or figure.cell:
        return False
    return bool(_ADDED_NAME.match(figure.indicator)) and not _ASKS_FOR_NEW.search(
        f"{ask.text} {' '.join((*ask.hints, *ask.terms))}"
    )


_COUNTED = re.compile(r"(?:多少|几)[家户个人名项位所座件台套条种款]([\u4e00-\u9fff]{2,10})")


def _not_counted(ask: Ask, figure: Figure, clause: str) -> bool:
    """经营主体中有多少家公司: what is counted must be named in the figure's own clause."""
    if (
        figure.cell
        or ask.role
        or (figure.indicator_id is not None and figure.indicator_id in ask.indicator_ids)
    ):
        return False
    counted = _COUNTED.search(ask.text)
    terms = words.with_report_words(words.content_terms(counted[1])) if counted else ()
    said = f"{clause} {figure.indicator}"
    return bool(terms) and all(contained(term, said) < 0.5 for term in terms)


_BROUGHT_ON = re.compile(r"(?:增产|减产|多增|少增|增收|减收|多产|少产)[\u4e00-\u9fff]{0,4}$")


def _told_as_change(ask: Ask, figure: Figure, clause: str) -> bool:
    """两年共增产粮食4900万吨 is no output of either year."""
    if ask.measure not in (None, "level") or figure.measure != "level" or ask.role is not None:
        return False
    if re.search("增产|减产|增收|减收|多产|少产|[A-Za-z]{4}", ask.text):
        return False
    return bool(_BROUGHT_ON.search(clause.partition(figure.text)[0]))


_COMPARED_WITH = re.compile(r"比(?!重|例|率|较)[^，,；;。比\d]{0,8}$")
_MORE_OR_LESS = re.compile(r"[个家户人项件名]?(?:要)?(?:减少|增加|精简|多|少|增长|下降|提高|降低)")


def compared_with(ask: Ask, figure: Figure, clause: str) -> bool:
    """比现有的86个减少27个: the first is what there was before."""
    if figure.measure != "level" or ask.role is not None or re.search("原有|原来|此前|现有", ask.text):
        return False
    before, _, after = clause.partition(figure.text)
    return bool(_COMPARED_WITH.search(before) and _MORE_OR_LESS.match(after))


def told_as_growth(ask: Ask, figure: Figure) -> bool:
    """涨幅 of a rate, and a rate that is one of growth by its name: "the natural growth rate"."""
    own = figure.indicator_id in ask.indicator_ids
    return "涨幅" in ask.text or (own and figure.indicator.endswith("自然增长率"))
