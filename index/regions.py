"""Regions in text: where places are mentioned, and the functions to compare them.

Listed places are found by name, unlisted ones (counties, zones, fictional cities) by their suffix.
Words such as 城市, 社区 or 上市 end in the same characters, so a name found by suffix must begin at a
boundary: punctuation, a function word, a listed place, or a word border of the tokenizer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import rjieba

from index.gazetteer import (
    COUNTRY,
    ENGLISH_SUFFIXES,
    RANKS,
    WORLD,
    ZONE_KINDS,
    ancestors,
    contains_region,
    gazetteer,
    level_of,
    normalise_region,
    parent_of,
    pinyin_matches,
    resolve_home,
    same_region,
    stem_of,
)

__all__ = [
    "COUNTRY", "WORLD", "RegionMention", "ancestors", "contains_region", "find_regions", "level_of",
    "normalise_region", "parent_of", "pinyin_matches", "resolve_home", "same_region",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegionMention:
    """`text == source[start:end]`; `name` is the standard name, 全市 resolved through `home`.

    `is_part_of_name` marks a place inside another name, as in 中国银行 or 全国人大: it says little about
    what the figures beside it cover. `compared` marks what something is compared with: 高于全国, 比全省.
    """

    start: int
    end: int
    text: str
    name: str
    level: str  # country | province | city | county | zone | other
    is_part_of_name: bool = False
    compared: bool = False


def find_regions(
    text: str, *, home: str | None = None, known: Sequence[str] = ()
) -> list[RegionMention]:
    """All mentions of places in `text`, in order and not overlapping.

    `home` is the report's region: 全市, 我省 and "the zone" are resolved from it. `known` are names
    of regions that the index holds: an English question's "Yunchuan" is then found as 云川市.
    """
    names = tuple(dict.fromkeys([*known, *([home] if home else [])]))
    found = _merge_overlaps([*_listed(text), *_relative(text, home), *_english(text, home, names), *_given(text, names)])
    found = _merge_overlaps([*found, *_by_suffix(text, found)])
    return [_with_context(mention, text) for mention in _join_nested(found, text)]


def _mention(text: str, start: int, end: int, name: str) -> RegionMention:
    return RegionMention(start, end, text[start:end], name, level_of(name))


def _merge_overlaps(candidates: Iterable[RegionMention]) -> list[RegionMention]:
    chosen: list[RegionMention] = []
    for mention in sorted(candidates, key=lambda candidate: (candidate.start, -candidate.end)):
        if not chosen or mention.start >= chosen[-1].end:
            chosen.append(mention)
    return chosen


# ---------------------------------------------------------------- listed places

# Characters before or after which a short name is a piece of other words: 长江西岸, 复合肥, 确保定点, 扩大连锁
_NOT_AFTER: Final = {
    "江西": "长", "江门": "长", "河南": "黄运", "河北": "黄", "湖南": "庭太", "湖北": "庭太", "海南": "南东",
    "海口": "出入港", "大连": "扩重最巨", "日本": "0123456789今每当近同即", "合肥": "复混化", "运城": "航海水客货空",
    "河源": "黄江", "资阳": "投", "内江": "境国省市", "保定": "确", "泰安": "国", "衡水": "平均", "东部": "省市县区国山江海州华",
    "中部": "省市县区国山江海州东西", "西部": "省市县区国山江海州", "东北": "省市县区山江海州华", "中国": "发展",
    "通化": "普交", "和田": "总饱", "巴中": "", "定西": "一稳肯坚确", "美国": "", "大理": "加扩", "四平": "", "湘西": "",
    "山东": "泰佛", "朝鲜": "", "苏丹": "", "北海": "东", "世界": "",
}  # fmt: skip
_NOT_BEFORE: Final = {
    "日本": "报市区省刊院", "合肥": "料", "北海": "道", "四平": "八", "广安": "门", "东部": "战", "西部": "战", "中部": "战",
    "和田": "玉", "黄河流域": "", "衡水": "平", "延安": "路", "南京": "路", "朝鲜": "族", "蒙古": "族", "哈萨克斯坦": "", "古田": "",
    "印度": "洋", "太平": "洋", "澳门": "", "甘肃": "",
}  # fmt: skip


@lru_cache(maxsize=1)
def _listed_pattern() -> re.Pattern[str]:
    alternatives = []
    for name in sorted(gazetteer().chinese, key=len, reverse=True):
        before = f"(?<![{_NOT_AFTER[name]}])" if _NOT_AFTER.get(name) else ""
        after = f"(?![{_NOT_BEFORE[name]}])" if _NOT_BEFORE.get(name) else ""
        alternatives.append(f"{before}{re.escape(name)}{after}")
    return re.compile("|".join(alternatives))


def _listed(text: str) -> Iterator[RegionMention]:
    chinese = gazetteer().chinese
    for match in _listed_pattern().finditer(text):
        yield _mention(text, *match.span(), chinese[match[0]])


def _given(text: str, known: Sequence[str]) -> Iterator[RegionMention]:
    """Unlisted places whose names the caller knows: they need no boundary and no suffix."""
    for name in known:
        standard = normalise_region(name)
        if standard in gazetteer().regions:
            continue
        patterns = {re.escape(name), re.escape(standard)}
        if len(stem_of(standard)) >= 2 and level_of(standard) in ("province", "city", "county"):
            patterns.add(re.escape(stem_of(standard)) + "(?![省市县区州旗盟])")
        for pattern in sorted(patterns):
            for match in re.finditer(pattern, text):
                yield _mention(text, *match.span(), standard)


_RELATIVE: Final = re.compile(
    r"(?P<country>(?<![安健])全国|全球|全世界|世界(?=经济(?!组织|论坛)|平均|人口|贸易额|各国|GDP|总))"
    r"|(?<![安健完周齐])(?P<scope>[全我本](?P<unit>省|市|县|州|区)(?![域间位分别委场长民值运内级]))"
)


def _relative(text: str, home: str | None) -> Iterator[RegionMention]:
    for match in _RELATIVE.finditer(text):
        if match["country"]:
            yield _mention(text, *match.span(), COUNTRY if match[0] == COUNTRY else WORLD)
        elif not (match[0] == "本市" and text[match.start() - 1 : match.start()] == "日"):
            name = resolve_home(f"全{match['unit']}", home)
            level = level_of(name) if name[0] != "全" else {"省": "province", "市": "city", "州": "city"}.get(match["unit"], "county")
            yield RegionMention(*match.span(), match[0], name, level)


# ---------------------------------------------------------------- unlisted places, by suffix

_SUFFIX: Final = re.compile(
    "|".join(sorted(ZONE_KINDS, key=len, reverse=True))
    + r"|自治[区州县旗]|省(?![份略力心钱级部会委直际内外道]|得)|市(?![场值价况面盈占民长委区辖级直内域]|政[工公建设基道])"
    r"|县(?![级域城区长委乡处])|区(?![域间块位分别划内外级长委])|州(?![立际])"
)
# No name of a place contains one of these
_FUNCTION: Final = frozenset(
    "的了是在和与及等为以于不各每该全本我其某这那有将把被对从由到至向使让给个约近超达占比较同并且或但而也都又还已曾"
    "共仅只最更很非无未没可能会要应须需着过第几多少两数位处内外上下前后"
)
_DIGITS: Final = frozenset("一二三四五六七八九十百千万亿0123456789")
_GENERIC_STEM: Final = re.compile(
    r"[大强业帽]$|^[山林牧矿灾老特城郊辖园社景小片街校厂港库湖海灌疫病展赛选产销垦滩军战专误禁盲雷地大强超股门夜集都菜早花汇债楼车牛熊农高原本该各]$"
    r"|(?:住宅|深水|重灾|铁路|高标准|高质量|设|国家级?|省级|市级|县级|地级|世界一流|高水平|特色|重点|中心城?|经济|经济技术|高新技术|工业|商务|商业|功能|保税|生态"
    r"|产业|旅游|旅游度假|试验|实验|示范|自贸|自由贸易|开发|保护|行政|自治|管理|直辖|贫困|试点|革命老|边境|边疆|民族|单列"
    r"|大中城|中小城|大城|主产|主销|集聚|聚集|集中|居住|生活|服务|引领|先行|先导|核心|起步|启动|拓展|控制|合作|度假|风险"
    r"|办公|种植|养殖|流域|沿海|内陆|百强|千强|十强|产粮大|农业大|人口大|工业大|经济大|文化大|资源大|科技大|制造大|工业强|经济强|科技强"
    r"|现代化|创新|科创|科技|物流|综合|跨境|改革|开放|协同|发展|一体化|都市|城乡|新城|主城|老城|棚户|厂矿|自主创新"
    r"|欠发达地|发达地|少数民族地|困地|高原|平原|丘陵|盆地|草原|农村|城镇|兄弟|周边|邻近|相关|有关|部分|试点城|中央|地方|建成|规划"
    r"|证券|农贸|批发|资本|期货|商品|消费)$"
)
_LEADING: Final = re.compile(
    r"^(?:促进|推动|推进|支持|加快|建设|带动|走进|来到|位于|地处|隶属|成为|打造|批准|同意|包括|其中|关于|以及|根据|针对|设立|服务|助力|建成"
    r"|进入|落户|签约|投资|调研|考察|联合|协同|对接|依托|围绕|坚持|全面|共同|积极|深化|加强|提升|展示|聚焦|赋能|引领|融入|辐射|覆盖|请问"
    r"|年|月|日|省|市|县|州|区|国|如|含|即|称|据|赴|驻|经|因|按|若|去|今|看|问|查|说|做|抓|建|靠|离|距|沿|往|当|受|凭)+"
)


def _by_suffix(text: str, found: Sequence[RegionMention]) -> list[RegionMention]:
    """Places that no list has. Names seen at a clear boundary are then believed everywhere."""
    ends = {mention.end: mention for mention in found}
    starts = sorted((mention.start, mention.end) for mention in found)
    sure: list[RegionMention] = []
    unsure: list[tuple[int, int, int]] = []  # start of the Chinese run, start of the suffix, its end
    for match in _SUFFIX.finditer(text):
        begin, end = match.span()
        if any(start <= begin < stop for start, stop in starts):
            continue
        outer = ends.get(begin)
        if outer is not None:
            mention = _zone_of(text, outer, match)
            if mention:
                sure.append(mention)
                ends[end] = mention
            continue
        left = _run_start(text, begin, ends)
        run = text[left:begin]
        stem = _LEADING.sub("", run)
        dated = re.fullmatch("[年月日]+", run[: len(run) - len(stem)]) is not None
        clear = 2 <= len(stem) <= 3 or (2 <= len(stem) <= 5 and match[0].startswith("自治"))
        if clear and _plausible(stem, match[0]) and (dated or _word_border(run, stem)):
            mention = _mention(text, begin - len(stem), end, normalise_region(stem + match[0]))
            sure.append(mention)
            ends[end] = mention
        elif len(run) >= 2:
            unsure.append((left, begin, end))
    stems = {stem_of(mention.text) if mention.level != "zone" else mention.text for mention in sure}
    for left, begin, end in unsure:
        stem = next((s for s in stems if s and text[left:begin].endswith(s)), None) or _by_words(text[left:begin], text[begin:end])
        if stem and _plausible(stem, text[begin:end]):
            sure.append(_mention(text, begin - len(stem), end, normalise_region(stem + text[begin:end])))
    return sure


def _zone_of(text: str, outer: RegionMention, match: re.Match[str]) -> RegionMention | None:
    """济南 + 高新区; a listed place before a bare 市 or 区 (中国市…) is no name."""
    if match[0] in ZONE_KINDS and outer.level in ("province", "city", "county") and outer.name[0] != "全":
        return _mention(text, outer.start, match.end(), normalise_region(outer.name + match[0]))
    if match[0] in ("县", "区") and outer.level == "city" and outer.text == stem_of(outer.name):
        return RegionMention(outer.start, match.end(), text[outer.start : match.end()], outer.text + match[0], "county")
    return None


def _run_start(text: str, end: int, ends: dict[int, RegionMention]) -> int:
    """Where the Chinese run before `end` begins, at most eight characters back."""
    start = end
    while start > 0 and end - start < 8:
        character = text[start - 1]
        if not "\u4e00" <= character <= "\u9fff" or character in _FUNCTION or character in "省市县区" or start in ends:
            break
        start -= 1
    return start


# 城+市, 山+区: words of their own unless the dictionary has the whole as a place (金山区, 禹城市)
_AMBIGUOUS_TAIL: Final = re.compile(r"(?:城市|[城山矿港湖海地社水灾库园郊牧林景小街校厂老特宅]区|[小大强]县)$")


def _plausible(stem: str, suffix: str) -> bool:
    if _AMBIGUOUS_TAIL.search(stem[-1] + suffix):
        whole = rjieba.tag(stem + suffix)
        if len(whole) != 1 or whole[0][1] != "ns" or not rjieba.has_word(whole[0][0]):
            return False
    if _GENERIC_STEM.search(stem) or any(character in _FUNCTION for character in stem):
        return False
    if all(character in _DIGITS for character in stem) or stem[-1] in "个座批类些片种级" or stem[0] in "个座批类些种":
        return False
    tags = [tag for _, tag in rjieba.tag(stem)]
    if len(tags) == 1 and rjieba.has_word(stem):
        return tags[0][:1] in ("n", "x", "z", "j", "e", "g", "k", "i", "l") and tags[0] != "nt"
    whole = [tag for _, tag in rjieba.tag(stem + suffix)]
    return len(tags) == 1 or whole[0].startswith(("ns", "nr", "nz")) or len(tags) == len(stem)


def _word_border(run: str, stem: str) -> bool:
    return len(run) == len(stem) or len(run) - len(stem) in _borders(run)


def _borders(run: str) -> set[int]:
    position = 0
    borders = {0}
    for word in rjieba.cut(run, True):
        position += len(word)
        borders.add(position)
    return borders


def _by_words(run: str, suffix: str) -> str | None:
    """The last word of the run if the tokenizer takes it (with its suffix) for a name of a place."""
    for length in (2, 3):
        if len(run) > length and len(run) - length in _borders(run):
            words = rjieba.tag(run[-length:] + suffix)
            if words[0][1] == "ns" and len(words[0][0]) >= length:
                return run[-length:]
    return None


# ---------------------------------------------------------------- English

_CAPITALISED: Final = r"[A-Z][a-z]+(?:['’][a-z]+)?(?:-[A-Z][a-z]+)?"
_ENGLISH_ZONE: Final = re.compile(
    rf"\b(?P<stem>{_CAPITALISED}(?: {_CAPITALISED}){{0,2}}?) (?:[Nn]ational )?"
    r"(?:(?:(?:[Hh]i|[Hh]igh)[- ]?[Tt]ech\w*(?: [Ii]ndustr\w+)?|[Ee]conomic(?: and [Tt]echnological)?|[Ff]ree[- ][Tt]rade(?: [Pp]ilot)?"
    r"|(?:[Cc]omprehensive )?[Bb]onded|[Cc]ooperation|[Dd]evelopment)(?: [Dd]evelopment)? (?:[Zz]one|[Aa]rea|[Pp]ark)|[Nn]ew (?:[Aa]rea|[Dd]istrict))\b"
)
_ENGLISH_UNIT: Final = re.compile(
    rf"\b(?P<stem>{_CAPITALISED}(?: {_CAPITALISED})?) (?P<unit>Province|City|Municipality|County|District|Prefecture|Autonomous Region"
    r"|city|province|county|district)\b"
)
_ENGLISH_SCOPE: Final = re.compile(
    r"\b(?:(?P<country>[Nn]ational(?! (?:high|key|lab|stand|park|bureau|people|holi|day|level|econom\w+ and social|congress|champion|team|statistic"
    r"|debt|bond|treasur|security|defen))|[Nn]ationwide|[Nn]ationally)"
    r"|(?P<scope>(?:[Tt]he|[Tt]his|[Oo]ur) (?:(?:whole|entire) )?(?P<unit>province|city|municipality|district|county|zone|prefecture)(?:'s)?(?! of [A-Z])))\b"
)
_NOT_PLACES: Final = frozenset("The In Of For And What How Which Did Does Is Was Were When Where Why Who By At On To".split())


@lru_cache(maxsize=1)
def _english_pattern() -> re.Pattern[str]:
    names = sorted(gazetteer().english, key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(re.escape(name) for name in names) + r")(?:(?='s)|(?![\w]))")


def _english(text: str, home: str | None, known: Sequence[str]) -> Iterator[RegionMention]:
    if not re.search("[A-Za-z]{2}", text):
        return
    listed = gazetteer().english
    for match in _english_pattern().finditer(text):
        yield _mention(text, *match.span(), listed[match[0]])
    for pattern in (_ENGLISH_ZONE, _ENGLISH_UNIT):
        for match in pattern.finditer(text):
            words = match["stem"].split()
            skipped = next((n for n, word in enumerate(words) if word not in _NOT_PLACES), len(words))
            start = match.start() + sum(len(word) + 1 for word in words[:skipped])
            if skipped < len(words):
                yield _mention(text, start, match.end(), _known_name(text[start : match.end()], known))
    for match in _ENGLISH_SCOPE.finditer(text):
        if match["country"]:
            yield _mention(text, *match.span(), COUNTRY)
        else:
            unit = {"zone": "区", "municipality": "市"}.get(match["unit"]) or ENGLISH_SUFFIXES[match["unit"]]
            name = resolve_home(f"全{unit}", home)
            yield RegionMention(*match.span(), match[0], name, level_of(name))
    for match in re.finditer(rf"\b{_CAPITALISED}\b", text):
        for name in known:
            if pinyin_matches(match[0], stem_of(normalise_region(name))) or same_region(match[0], name):
                yield _mention(text, *match.span(), normalise_region(name))
                break


def _known_name(written: str, known: Sequence[str]) -> str:
    """The Chinese name that the index knows for an English one, else its standard name."""
    return next((normalise_region(name) for name in known if same_region(written, name)), normalise_region(written))


# ---------------------------------------------------------------- what stands around a mention

_ORGANISATION: Final = re.compile(
    r"^(?:人民)?(?:银行|大学|学院|科学院|工程院|公司|集团|人大|政协|妇联|总工会|两会|共产党|证监会|银保监会|移动|电信|联通|石油|石化|中车|科大"
    r"|制造2025|梦|共青团|特色社会主义|式现代化|[（(][\u4e00-\u9fff]{2,6}[）)]自由?贸易?|[\u4e00-\u9fff]{2,8}(?:股份|有限|集团|公司|大学|银行)|文明城市|人民代表大会|卫生城市)"
)
_COMPARED: Final = re.compile(
    r"(?:高于|低于|快于|慢于|领先于?|超过|比|较|落后于?|好于|优于|大于|小于|不及|位居|居|列|above|below|than|ahead of|over|behind)"
    r" ?(?:the )?(?:同期)?(?:[\u4e00-\u9fff]{2,3}[、和])?$",
    re.IGNORECASE,
)


def _with_context(mention: RegionMention, text: str) -> RegionMention:
    after, before = text[mention.end : mention.end + 14], text[max(0, mention.start - 12) : mention.start]
    return replace(
        mention, is_part_of_name=bool(_ORGANISATION.search(after)), compared=bool(_COMPARED.search(before))
    )


def _join_nested(mentions: Sequence[RegionMention], text: str) -> list[RegionMention]:
    """山东省 济南市 → one mention of 济南市, when they stand side by side from wide to narrow."""
    joined: list[RegionMention] = []
    for mention in mentions:
        outer = joined[-1] if joined else None
        adjacent = outer is not None and outer.end == mention.start and mention.text[0] not in "全我本"
        if (
            outer is not None
            and adjacent
            and RANKS.get(outer.level, 9) < RANKS.get(mention.level, -1)
            and contains_region(outer.name, mention.name) is not False
        ):
            joined[-1] = replace(mention, start=outer.start, text=text[outer.start : mention.end])
        else:
            joined.append(mention)
    return joined
