"""Names that a whole clause gives: 用于现有企业技术改造的资金, 促进增长的十项措施, 安排400万人就业.

What stands beside the number names too little there; `index.figure_in_context` asks here first.
"""

from __future__ import annotations

import re
from functools import lru_cache

import rjieba

from index import figure_words as words

_MONEY = ("元", "美元", "欧元", "日元", "英镑")
_NOT_COUNTED = (
    *_MONEY, "%", "‰", "吨", "公斤", "斤", "亩", "公顷", "平方米", "平方公里", "千瓦", "千瓦时", "度",
)  # fmt: skip
_PEOPLE = ("人", "名", "户", "人次", "户次", "")
_LEAD = re.compile(
    r"(?:[、\s和与及]|全国|全省|全市|我国|我省|我市|已经?|还|又|也|再|共(?!同|享|青)|将|把|对|了|全部|目前|现在|同时|国家(?=按|有|规定)|接连|迅速"
    r"|推出|出台|制定|实施|进一步|继续|据|开展|完成|建成|取消|清理|组织|落实|要|做好|抓好|确定|使|向|以上|先|年初|年底|原来|原)+"
)
_NO_CLAUSE = re.compile(
    r"(?<!促进经济)(?<!推动经济)(?<!稳定经济)(?:增长|下降|提高|减少|增加|达到|超过|突破|左右|以上|以下|以内|之间|基础上|情况下|之后|之前|其中|来自)$"
)


@lru_cache(maxsize=20_000)
def _tags(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(rjieba.tag(text))


def described(before: str, noun: str, unit: str) -> str | None:
    """促进经济增长的〔十项〕措施: `before` are the words up to the number, `noun` is what is counted behind it."""
    if unit in _NOT_COUNTED or not before.endswith("的"):
        return None
    clause = re.split(rf"[，。；：:！？\n（）()《》{words.TIME}\d]|其中|包括|特别是|——", before[:-1])[-1]
    clause = clause.rpartition("了")[2]
    clause = _LEAD.sub("", clause, count=1) if _LEAD.match(clause) else clause
    if not 2 <= len(clause) <= 24 or _NO_CLAUSE.search(clause) or clause.count("“") != clause.count("”"):
        return None
    tags = _tags(clause)
    if not any(tag[0] == "v" or tag == "a" for _, tag in tags):
        return None  # 企业的〔1000名〕职工
    return f"{clause}的{noun}"


_OF_THEM = re.compile(r"的(?:有|达|为|共有?|约)?(?:近|约)?$")


def of_those(before: str, behind: str, whole: str, same_unit: bool) -> str | None:
    """施工的更新改造项目74个，全部建成的〔39个〕: 建成的更新改造项目; `whole` is what was counted before."""
    ends = _OF_THEM.search(before)
    if ends is None or not same_unit or not re.match(r"[，。；、]|$", behind):
        return None
    noun = whole.rpartition("的")[2]
    clause = re.split(rf"[，。；：:\n（）{words.TIME}\d]", before[: ends.start()])[-1]
    if noun and (_tags(noun)[0][1][0] == "v" or re.search(r"[到至]|增|减|降|提高", clause)):
        return None
    clause = re.sub(r"^(?:已经?|全部|全都|其中|、)+", "", clause)
    done = 2 <= len(clause) <= 14 and any(tag[0] == "v" for _, tag in _tags(clause))
    return f"{clause}的{noun}" if done and len(noun) > 1 else None


_GIVES_WORK = re.compile(
    r"(?P<verb>安排|安置|吸收|吸纳|解决|实现|帮助|促进)(?:了)?(?:城镇|农村|城乡)?(?:近|约|共)?$"
)
_WHERE = re.compile(r"城镇|农村|城乡|乡村")


def given_work(before: str, behind: str, unit: str, sentence: str) -> str | None:
    """在城镇安排〔600万人〕就业: 城镇安排就业的人; `sentence` is all of it before the number.

    The work may have been named before: 劳动就业，在城镇安排600万人.
    """
    verb = _GIVES_WORK.search(before)
    if unit not in _PEOPLE or verb is None:
        return None
    works = re.match(r"(?:经过[^，。；]{0,8}后)?就业(?=[，。；、]|$)", behind)
    told = re.match(r"[，。；]|$", behind) and verb["verb"] in ("安排", "安置") and "就业" in sentence
    if not works and not told:
        return None
    places = _WHERE.findall(sentence[-16:])
    return f"{places[-1] if places else ''}{verb['verb']}就业的人"


_REACHES = re.compile(r"(?P<verb>覆盖(?:到|了)?|惠及|扩大到|推广到|在)(?:全国|全省|全市)?$")
_TRIES = re.compile(r"(?:实施|实行|推行|推开|开展|试点|运行|建立)")


def reached_share(what: str, before: str, noun: str, behind: str) -> str | None:
    """基本药物制度覆盖〔80%以上〕村卫生室, 在〔30%〕的医疗机构实施: what share of the places has it."""
    verb = _REACHES.search(before)
    what = re.sub(r"(?:要|将|已|应)?(?:覆盖|惠及|扩大到?|推广到?)(?:全国|全省|全市)?$", "", what)
    if verb is None or not what or what.endswith(("率", "比重", "比例")):
        return None
    if verb["verb"] == "在":
        done = _TRIES.match(behind)
        return f"{done[0]}{what}的{noun}" if done else None
    return f"{what}{verb['verb'].rstrip('了到')}的{noun}"


_GAIN = re.compile(r"(?:从中|因此|由此|直接)?(?P<verb>受益|受惠|获益|参与|参保)(?=[，。；、]|$)")


def gaining(what: str, behind: str, unit: str) -> str | None:
    """大病保险制度基本建立、已有〔1700多万人次〕受益: who gains by it."""
    match = _GAIN.match(behind)
    if match is None or unit not in _PEOPLE:
        return None
    bare = re.sub(r"(?:制度)?(?:已经?|基本|初步|全面|逐步)?(?:建立|推开|实施|推进|完善|健全)$", "", what)
    return f"{bare}{match['verb']}的人" if bare else None


_CUTS = re.compile(r"(?:减少|压减|精简|取消|削减|淘汰|压缩|下放|提升|节约|节省)(?:了)?(?:近|约)?$")


def cut_directly(before: str) -> bool:
    """减少〔1/3〕行政审批事项: what is cut stands right behind the share that is cut."""
    return _CUTS.search(before) is not None


_USED_FOR = re.compile(
    r"(?P<payer>(?:[\u4e00-\u9fff]{0,4}财政|国家|中央|地方|企业|各级政府)(?:预算|安排)*)?用于[^，。；：\d\ue000]{2,28}的"
    r"(?:专项|补助|财政|建设)*(?:资金|支出|投入|经费|费用|投资|贷款)$"
)


def used_for(words_before: str) -> str | None:
    """用于现有企业设备更新、技术改造的资金: the purpose belongs to the name; None where no such words end here."""
    match = _USED_FOR.search(words_before)
    return match[0] if match else None


_OF_RATE = re.compile(r"率$")


def of_people(name: str, unit: str) -> str | None:
    """毕业生就业率达到83%，比上年增加〔60万人〕: so many people are no rate."""
    return _OF_RATE.sub("人数", name) if unit in ("人", "户", "人次") and _OF_RATE.search(name) else None


_NEWLY = re.compile(rf"[，、；{words.TIME}\s]*(?P<verb>新(?:登记|设立?|注册))(?:了|共)?$")


def newly_of(before: str, whole: str) -> str | None:
    """经营主体8万户，新登记〔1万户〕: 新登记经营主体."""
    verb = _NEWLY.fullmatch(before)
    return verb["verb"] + whole if verb and len(whole) > 1 and not whole.startswith("新") else None


_LEVEL = re.compile(r"[、，和其中有\s]*(?P<level>国家|省|市|县|区)级$")


def of_level(before: str, whole: str) -> str | None:
    """省级重点龙头企业68家、国家级〔6家〕: 国家级重点龙头企业; `before` are the words between the numbers."""
    level, told = _LEVEL.fullmatch(before), re.search(r"(?:国家|省|市|县|区)级", whole)
    return f"{whole[: told.start()]}{level['level']}级{whole[told.end() :]}" if level and told else None


def by_industry(said: str, count: int) -> list[str] | None:
    """三次产业贡献率分别为5%、44%和51%: 第一产业贡献率, 第二产业贡献率, 第三产业贡献率."""
    rest = said.removeprefix("三次产业")
    return [f"第{number}产业{rest}" for number in "一二三"] if rest != said and count == 3 else None


def town_and_country(said: str) -> tuple[str, str] | None:
    """城乡低保标准分别提高9%和14%: 城市低保标准, 农村低保标准."""
    rest = said.removeprefix("城乡")
    if rest == said or len(rest) < 3:
        return None
    return (f"城镇{rest}" if rest.startswith(("居民", "人均")) else f"城市{rest}"), f"农村{rest}"
