"""The grammar of follow-ups: times counted from the question before, what "it" is compared with, parts, turns.

Each rule makes one kind of elliptical question plainer, with the question before it at hand; `rag.conversation`
fills in the slots. Only closed classes stand here (pronouns, directions of time, words of comparison).
"""

from __future__ import annotations

import re

import rjieba

from index.numerals import parse_chinese
from index.periods import find_periods
from index.regions import find_regions
from index.vocabulary import IndicatorMention, Vocabulary
from rag import question_words as words

# ---------------------------------------------------------------- times counted from the year before

_N = r"(?P<n>[一二两三四五六七八九十]{1,3}|\d{1,2})"
_YEARS_AWAY = re.compile(
    rf"(?:(?:再|又)(?:往|向|朝)?|往|向|朝)(?P<before>前|上|早)(?:推|数|看|移)?{_N}年"
    rf"|(?:(?:再|又)(?:往|向|朝)?|往|向|朝)(?P<after>后|下|晚)(?:推|数|看|移)?{_N.replace('<n>', '<m>')}年"
    rf"|{_N.replace('<n>', '<k>')}年(?:之|以)?(?P<side>前|后)"
)
_NEAR = re.compile(
    r"(?P<before>(?:再|又)?(?:往|向)?(?:前|上|头)一(?:个)?年度?)"
    r"|(?P<after>(?:再|又)?(?:往|向)?(?:后|下)一(?:个)?年度?|次年|翌年|第二年|来年)"
    r"|(?P<same>当时|当年|那年|那一年|这一年|同年)"
)
_ENGLISH_NUMBERS = {
    word: n
    for n, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1
    )
} | {"a": 1}
_ENGLISH_AWAY = re.compile(
    r"(?:in |for )?(?:the )?(?P<n>a|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) years? "
    r"(?P<side>earlier|before|ago|prior|previously|later|after(?:wards)?|on)\b(?: (?:that|then|it))?"
    r"|(?:in |for )?(?:the )?year (?P<beside>before|after)\b(?: (?:that|it))?"
    r"|(?:in |for )?(?:the )?(?P<order>previous|preceding|prior|following|next|same) year\b",
    re.IGNORECASE,
)
_LATER = {"later", "after", "afterwards", "on", "following", "next"}


def dated(question: str, earlier: str) -> str:
    """前一年, 再往前两年, 次年, "two years later" as the year they come to, counted from the question before.

    Beside a year that the question names itself they say nothing more and are left out.
    """
    years = {m.period.year for m in find_periods(earlier) if m.kind in ("period", "point")} - {None}
    match = _YEARS_AWAY.search(question) or _NEAR.search(question)
    english = _ENGLISH_AWAY.search(question)
    if match is None and english is None:
        return question
    if re.search(r"(?:19|20)\d\d", question):
        found = match or english
        assert found is not None
        bare = question[: found.start()] + question[found.end() :]
        counted = match is not None and match.re is _YEARS_AWAY
        return re.sub(r"^[，,、\s]+", "", bare) if counted or english else question
    if len(years) != 1:
        return question
    (year,) = years
    assert year is not None
    if match is not None:
        return f"{question[: match.start()]}{year + _step(match)}年{question[match.end() :]}"
    assert english is not None
    return f"{question[: english.start()]}in {year + _english_step(english)}{question[english.end() :]}"


def _step(match: re.Match[str]) -> int:
    said = match.groupdict()
    count = said.get("n") or said.get("m") or said.get("k")
    number = (int(count) if count.isdigit() else parse_chinese(count)) if count else 1
    steps = int(number or 1)
    if said.get("same"):
        return 0
    back = bool(said.get("before")) or said.get("side") == "前"
    return -steps if back else steps


def _english_step(match: re.Match[str]) -> int:
    side = (match["side"] or match["beside"] or match["order"]).lower()
    if side == "same":
        return 0
    number = match["n"].lower() if match["n"] else "one"
    steps = _ENGLISH_NUMBERS.get(number) or int(number)
    return steps if side in _LATER else -steps


# ---------------------------------------------------------------- compared with what was asked before

_COMPARED = re.compile(
    r"^(?:那么?)?(?P<own>[^比和与跟同较]{0,14}?)(?:要)?(?:比|较|和|与|跟|同)(?P<other>它|那时|那|这个?|上面|前者|之前|刚才(?:的|那个)?|此|其"
    r"|(?:19|20)\d\d年(?:的)?)"
    r"(?:相?比|比较|比起来)?[，,]?(?:又|是|要|会)?"
    r"(?:多|少|高|低|快|慢|大|小|增加|减少|提高|降低|下降|上升|增长|差|相差|变化)(?:了|出)?"
    r"(?:还是(?:多|少|高|低|快|慢|大|小|增加|减少)了?|多少|几|如何)?[^，,。]{0,6}?[呢?？]*$"
)


def comparison(question: str) -> tuple[str, str] | None:
    """(what is asked about now, what it is set against) of "2024年比它多多少？"; None for another question."""
    match = _COMPARED.match(question)
    return (match["own"].strip(" ，,的"), match["other"].strip("的")) if match else None


# ---------------------------------------------------------------- parts and turns

SHORT_NOUN = 2
_PART = re.compile(r"^(?:那么?|而)?(?:其中|这其中|这里面|里面|当中|这当中)[，,]?的?")
_TWO = re.compile(r"^(?P<first>[^，,]{2,16}呢)[，,](?P<second>[^，,]{2,16})$")


def halves(question: str) -> tuple[str, str] | None:
    """ "进口呢，增速多少？": another thing first, then another measure of it."""
    match = _TWO.match(question.rstrip("?？。 "))
    return (match["first"], match["second"]) if match else None


def part_of(question: str, earlier: str, vocabulary: Vocabulary) -> str | None:
    """ "其中过亿元的有多少家？": a question of its own about part of what was asked for; its noun may be left out."""
    match = _PART.match(question)
    if match is None:
        return None
    rest = question[match.end() :]
    asks = words.QUANTITY_QUESTION.search(rest)
    headless = re.match(r"(?P<which>[^，,。]{2,16}?)的(?=(?:有|是|为|占)?(?:多少|几))", rest)
    if headless and (noun := _counted_noun(earlier)):
        # 项目 or 企业 alone is any: what the question before said of them stays.
        place = earlier.rfind(noun)
        if place >= 0 and (len(noun) <= SHORT_NOUN or re.search('[“"《]', earlier)):
            return f"{earlier[:place]}{headless['which']}的{earlier[place:]}"
        return f"{headless['which']}的{noun}{rest[headless.end() :]}"
    if asks and words.content_terms(rest[: asks.start()]):
        return rest
    return None


_PLACE_OF_THEM = re.compile(
    r"^(?P<lead>(?:那么?|而)?(?:其中|这其中|这里面|里面|当中|这当中)[，,]?)(?P<where>[\u4e00-\u9fff]{2,10}?(?:区|市|县|省|州|镇))(?:占|有|是|占了|拿了)?(?P<asks>(?:多少|几)[家个项户人名位所座台件套])[^，,。]{0,4}?[？?]?$"
)


def from_a_place(question: str) -> str:
    """其中高新区占几个: how many of them come from there."""
    match = _PLACE_OF_THEM.match(question)
    return f"{match['lead']}来自{match['where']}的有{match['asks']}？" if match else question


_AND_HOW_MANY = re.compile(
    r"^(?:那么?|而)?(?P<other>[\u4e00-\u9fff“”]{2,14}?)又(?:有|是|为|达到?)(?:多少|几)[家个项户人名位所座台件套]?[？?]?$"
)
_HEADLESS = re.compile(
    r"^(?:那么?|而)?(?P<which>(?!其中|里面|当中)[\u4e00-\u9fff]{2,8}?)的(?:呢|又?(?:有|是|占)(?:多少|几)[家个项户人名位所座台件套]?)[？?]?$"
)


def another_of_the_kind(question: str, earlier: str) -> str:
    """规上企业又有多少 as 规上企业呢; 规上的呢 with the noun that the question before counted."""
    if match := _AND_HOW_MANY.match(question):
        return f"{match['other']}呢？"
    match = _HEADLESS.match(question)
    noun = _counted_noun(earlier) if match else None
    if match is None or noun is None or find_periods(match["which"]) or find_regions(match["which"]):
        return question
    head = _HEAD_OF_KIND.search(noun)  # 新三板挂牌的 after 上市企业 are 企业, not 上市企业
    return f"{match['which']}{head[0] if head else noun}呢？"


_HEAD_OF_KIND = re.compile(
    "(?:企业|公司|项目|机构|单位|学校|医院|团队|平台|人才|产品|院校|园区|基地|实验室|工程|农户|主体)$"
)


_AND_HOW_MUCH_MORE = re.compile(
    r"^(?P<when>(?:到|在)?(?:19|20)\d\d年(?:[底末初]|上半年|下半年)?)呢?[，,](?:又|比它|比那时)?(?:多|少|增加|减少|增长|提高|降低|变化|相差|差)(?:了|出)?(?:多少|几)[^，,。]{0,4}[？?]?$"
)


def later_and_by_how_much(question: str) -> str | None:
    """The year of 2005年末呢，多了多少; None for another question."""
    match = _AND_HOW_MUCH_MORE.match(question)
    return match["when"] if match else None


_WHAT_CAME = re.compile(
    r"^(?:那么?)?(?P<actual>(?:最后|最终|结果)?(?:实际|真正)(?:上)?(?:完成|执行|实现|做|干)?(?:得|情况|结果)?(?:怎么样|如何|怎样))[，,](?:增长|上涨|下降|达到|增加|完成|涨|增|降)?(?:了)?(?:多少|百分之几)[？?]?$"
)


def what_came_of_it(question: str) -> str:
    """实际完成得怎么样，增长了多少: one question."""
    return "实际呢？" if _WHAT_CAME.match(question) else question


_COUNTED_NOUN = re.compile(r"(?:多少|几)[家个项户人名位所座台件套]([\u3400-\u9fff]{2,10}?)[?？。]*$")
_NOUN_BEFORE = re.compile(
    r"([\u3400-\u9fff]{2,12}?)(?:新增|共有|一共|总共|增加|达到?|有|是)*了?(?:多少|几)[家个项户人名位所座台件套]"
)


def _counted_noun(earlier: str) -> str | None:
    """What the question before counted: 外贸企业."""
    if match := _COUNTED_NOUN.search(earlier):
        return match[1]
    match = _NOUN_BEFORE.search(earlier)
    terms = words.content_terms(match[1]) if match else ()
    return terms[-1] if terms else None


_CONTRASTS = (
    ("城镇", "农村"), ("城市", "农村"), ("进口", "出口"), ("中央", "地方"), ("第一", "第二", "第三"), ("国有", "民营", "外资"),
    ("收入", "支出"), ("男", "女"), ("新建", "改建"), ("境内", "境外"), ("国内", "国外", "国际"), ("上半年", "下半年"),
    ("新设", "注销"), ("开工", "建成", "竣工"), ("企业", "个体工商户"), ("小学", "初中", "高中"), ("公路", "铁路", "民航", "水路"),
)  # fmt: skip
_ENGLISH_CONTRASTS = (
    ("urban", "rural"), ("import", "export"), ("central", "local"), ("primary", "secondary", "tertiary"),
    ("domestic", "foreign"), ("revenue", "expenditure", "spending"), ("men", "women"), ("state-owned", "private"),
    ("first", "second", "third"),
)  # fmt: skip


def contrasted(
    earlier: str, fragment: str, old: IndicatorMention | None, vocabulary: Vocabulary
) -> str | None:
    """农村呢 after a question on 城镇居民…: the word it stands against gives way, the rest of the name stays."""
    bare = re.sub(r"(?:居民|的)+$", "", fragment) or fragment
    for group in _CONTRASTS:
        if bare in group:
            for other in group:
                if other != bare and other in earlier:
                    return earlier.replace(other, bare)
    lowered = fragment.lower().removeprefix("the ")
    plain = lowered.removesuffix(" areas").removesuffix(" residents").removesuffix(" ones").removesuffix("s")
    for group in _ENGLISH_CONTRASTS:
        if plain in group:
            for other in group:
                if other != plain and (found := re.search(rf"\b{other}(?=s?\b)", earlier, re.IGNORECASE)):
                    return earlier[: found.start()] + plain + earlier[found.end() :]
    if old is not None and not fragment.isascii():
        return _same_tail(earlier, bare, old, vocabulary)
    return None


def _same_tail(earlier: str, fragment: str, old: IndicatorMention, vocabulary: Vocabulary) -> str | None:
    """第二产业 after 第一产业增加值: 第二产业增加值, if that is a name; 棉花 after 粮食产量."""
    known = vocabulary.lookup(fragment)
    for cut in range(1, len(old.text)):
        name = fragment + old.text[cut:]
        meant = vocabulary.lookup(name)
        if meant is not None and meant is not old.indicator and meant is not known:
            return earlier[: old.start] + name + earlier[old.end :]
    return None


_PURPOSE = re.compile(
    r"(?P<lead>用于|用在|投向|投入到?|支持|对|给)(?P<what>[\u3400-\u9fff]{2,8}?)(?=(?:方面|领域|事业)?的)"
)


def purpose_replaced(earlier: str, fragment: str) -> str | None:
    """教育呢 after 用于科技的支出是多少: another purpose of the same."""
    match = _PURPOSE.search(earlier)
    if match is None or not re.fullmatch(r"[\u3400-\u9fff]{2,8}", fragment):
        return None
    if any(tag == "v" and len(word) == len(fragment) for word, tag in rjieba.tag(fragment)):
        return None
    return earlier[: match.start("what")] + fragment + earlier[match.end("what") :]


_VERB_ASKED = re.compile(
    r"^(?P<verb>[\u3400-\u9fff]{2,6}?)了?(?:(?P<asks>多少|几)(?P<unit>[\u3400-\u9fff]{0,3}))?[?？]*$"
)


def verb_replaced(earlier: str, fragment: str) -> str | None:
    """建成多少 after 保障性住房新开工多少万套: another thing done with the same."""
    match = _VERB_ASKED.match(fragment)
    if match is None or not _all_verbs(match["verb"]):
        return None
    stem = re.search(r"(?:多少|几)", earlier)
    if stem is None:
        return None
    before = rjieba.tag(earlier[: stem.start()])
    while before and (
        before[-1][1].startswith(("v", "d", "u")) or _all_verbs(before[-1][0].removeprefix("新") or "了")
    ):
        before.pop()
    kept = "".join(word for word, _ in before)
    return f"{kept}{match['verb']}{earlier[stem.start() :]}" if kept else None


def _all_verbs(text: str) -> bool:
    tags = [tag for _, tag in rjieba.tag(text)]
    return tags[-1] == "v" and all(
        tag in ("v", "d", "ad", "vd") or word == "基本" for word, tag in rjieba.tag(text)
    )


_OF_IT = re.compile(
    r"(?:这个?|那个|它的?|该|此|其)(?P<measure>增速|增幅|涨幅|降幅|比重|占比|水平|规模|数字|数)?(?P<rest>(?:比|较|占|高于|低于|快于|慢于|领先).{2,20})"
)
_SINCE_YEAR_BEFORE = re.compile(
    r"(?:同比|环比|[比较](?:上年|去年|上一年|前一年|上月|上季度)(?:同期)?)(?:又|再)?(?:增|减|涨|跌|升|降|提|扩|缩|回落|多|少)[\u4e00-\u9fff]{0,3}(?:多少|几)[\u4e00-\u9fff]{0,4}"
)


def of_it(earlier: str, fragment: str, old: IndicatorMention) -> str | None:
    """ "这个增速比全省高多少", "比上年增产多少": more about what was asked for before."""
    bare = fragment.rstrip("?？。 ")
    if _SINCE_YEAR_BEFORE.fullmatch(bare):
        return f"{earlier[: old.end]}{bare}？"
    match = _OF_IT.fullmatch(bare)
    if match is None:
        return None
    measure = match["measure"] or ""
    kept = measure if measure in ("增速", "增幅", "涨幅", "降幅", "比重", "占比") else ""
    return f"{earlier[: old.end]}{kept}{match['rest']}？"


_ENGLISH_PART = re.compile(
    r"^(?:the )?(?:part|share|portion|amount|bit|one|ones)?\s*(?:that (?:is|was|are|were) )?"
    r"(?:(?:run|borne|held|carried|owed|made|spent|paid|funded|done|provided) )?(?P<by>by|for|of|from|in|to|on) (?P<who>.+)$",
    re.IGNORECASE,
)


_HEAD = re.compile(
    r"(?P<which>[\w -]+?) (?P<head>investment|output|exports?|imports|sales|revenue|spending|expenditure|consumption|production|prices"
    r"|incomes?|loans|deposits)",
    re.IGNORECASE,
)


def same_head(earlier: str, fragment: str, old: IndicatorMention | None) -> str | None:
    """ "and for highway projects?" after railway investment: highway investment."""
    match = _HEAD.fullmatch(old.text) if old is not None else None
    if match is None or old is None or not re.fullmatch(r"[A-Za-z][\w -]{2,40}", fragment):
        return None
    bare = re.sub(r" (?:projects?|sectors?|industry|industries|ones)$", "", fragment, flags=re.IGNORECASE)
    return f"{earlier[: old.start]}{bare} {match['head']}{earlier[old.end :]}"


_OF_THOSE = re.compile(
    r"^(?:and )?how many of (?:those|these|them)(?: \w+)? "
    r"(?P<verb>(?:came|come|were|are|was|is|have|had|belong(?:ed)?)\b(?: (?:from|in|to|by))?) ?(?P<rest>[^?]{3,60}?)\??$",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"^(?P<lead>how many )(?P<noun>[a-z][a-z -]*?)(?P<rest> (?:did|does|do|has|have|had|were|was|are|is|passed|there|[a-z]+ed)\b.*)$",
    re.I,
)


def of_those(question: str, earlier: str) -> str | None:
    """ "how many of those came from the zone" after "how many projects passed": projects from the zone passed."""
    match, asked = _OF_THOSE.match(question.strip()), _HOW_MANY.match(earlier.strip())
    if match is None or asked is None:
        return None
    side = re.search(r"(?:from|in|to|by)$", match["verb"])
    if side is not None:
        return f"{asked['lead']}{asked['noun']} {side[0]} {match['rest']}{asked['rest']}"
    if match["verb"].lower() in ("have", "had"):
        return None
    return f"{asked['lead']}{match['rest']} {asked['noun']}{asked['rest']}"


_ENGLISH_SUBSET = re.compile(
    r"^(?:the )?(?:units?|firms?|enterprises?|companies|households?|those|ones) (?:above|over|below|under|with) ",
    re.I,
)


def english_part(earlier: str, fragment: str, old: IndicatorMention | None) -> str | None:
    """ "the part run by local governments" after a question on the deficit: the deficit of local governments."""
    if old is None:
        return None
    if _ENGLISH_SUBSET.match(fragment):
        return f"{earlier[: old.end]} of {fragment}{earlier[old.end :]}"
    match = _ENGLISH_PART.match(fragment)
    if match is None:
        return None
    return f"{earlier[: old.end]} {match['by']} {match['who']}{earlier[old.end :]}"
