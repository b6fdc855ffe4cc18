"""Topics and asides of a Chinese question set beside what is asked: 就…来说, 前者 and 后者, a place in a bracket at the end.

Each rule puts the topic where the reader of questions looks for it and keeps every year, place and thing.
"""

from __future__ import annotations

import re

from index.periods import find_periods
from index.regions import find_regions
from index.vocabulary import Vocabulary
from rag import question_words as words
from rag.ask import without

# 就某产业来说，某区占全市几成，规模是多少: the topic of every clause that names none.
_TOPIC_FIRST = re.compile(
    r"^(?:(?:单|仅|光|只)?就|单说|光说|说到|论起?|从|按|在)(?P<topic>[^，,。；;？?就]{2,24}?)(?:这一块|这块|这方面|方面|上)?(?:来说|而言|来讲|来看|说来|说|看)[，,](?P<rest>.+)$"
)
_SHARE_IN = re.compile(
    r"(?P<where>[^，,。；;？?]{2,16}?)(?:在|占)(?P<whole>全国|全省|全市|全区|全县|全球|全世界)(?:中|里|范围内)?(?:所)?(?:占)?(?:到|了|有)?(?P<asks>几成|百分之几|百分之多少|多少|多大(?:的)?(?:比重|比例|份额))"
)
_BARE_QUANTITY = re.compile(
    r"(?P<lead>(?:又|则|其|它的?)*)(?P<noun>规模|总量|总额|产值|收入|增速|增幅|数量|面积|人数|金额)(?P<asks>(?:又|则)?(?:是|为|有|达到?)?(?:多少|多大|几)[^，,。；;？?]{0,4})$"
)
# …的销售收入是多少（云川高新区）？: a place or time in a bracket at the end belongs before what is asked.
_BRACKET_LAST = re.compile(r"^(?P<text>.*?)[（(](?P<aside>[^（()）]{2,20})[）)](?P<end>[？?。]*)$")
# 公共财政（一般公共预算收入）: the bracket is its other name, which shares characters with it.
_OTHER_NAME = re.compile(r"(?P<said>[\u4e00-\u9fff]{2,8})[（(](?P<name>[\u4e00-\u9fff]{4,16})[）)]")
# （按总量计算）, 按户数算: how a share may be reckoned.
_RECKONED_BY = re.compile(
    r"[（(](?:以|按|按照)(?:总量|总数|总额|数量|户数|家数|个数|人数|金额|数值|面积|规模|上述|这些|两者|二者|报告)[^（()）]{0,6}?(?:计算?|算|推算|口径)[）)]"
)
# 甲比乙哪个涨得快？后者涨了多少？
_LATTER = re.compile(r"(?P<which>前者|后者)")
_PAIR = re.compile(
    r"(?:^|[，,。；;？?])(?P<first>[^，,。；;？?]{2,24}?)(?:比|和|与|同|跟|及)(?P<second>[^，,。；;？?]{2,20}?)"
    r"(?:相比|比较|之间|之中|里|中)?[，,]?(?:哪一?个|谁|哪一?项|哪一?方|哪边)"
)
# 那里的 "which is faster" asks for both.
_WHICH_CHANGED = re.compile(
    r"(?:哪一?个|谁|哪一?项|哪一?方|哪边)(?:的)?(?:更|较|要)?(?P<verb>涨|增长|增|升|跌|降|减)(?:得|的)?(?:更|较|要)?(?:快|慢|多|少|高|低|大|小|厉害)(?:一些|些|一点)?"
)
# 贫困人口还剩多少: how many there are; what is left of a whole that is named first is a remainder.
_STILL = re.compile(r"(?<=[\u4e00-\u9fff]{4})(?:还|仍|尚)(?:剩|余|剩余|有)(?:了)?(?=(?:多少|几))")
_TAKEN_AWAY = re.compile(r"除|扣|减去|去掉|刨|完成|解决|办|其中|里面|当中|已经|已|之外|以外|后")


# 增速与全国、与全省相比，领先幅度哪个更大，分别是多少: by how much over each.
_LEADS_OVER = re.compile(
    r"(?:与|和|同|跟|比)(?P<a>全国|[\u4e00-\u9fff]{0,3}?全省|全省|全市|全区)(?:的)?(?:平均(?:水平)?|水平)?[、，,]?(?:和|与|同|跟|以及|及)(?:与|和|比)?(?P<b>全国|[\u4e00-\u9fff]{0,3}?全省|全省|全市|全区)(?:的)?(?:平均(?:水平)?|水平)?(?:相比|比较|比|相较)?[，,]"
    r"(?P<way>领先|落后|快|慢|高|低|高出|低出)(?:的)?(?:幅度|程度|优势|差距)?(?:(?:在)?(?:哪一?个|谁|哪一?方)(?:更|较)?(?:大|多|明显|高))?[，,]?(?P<each>分别|各自?)(?:是|为|有)?(?:了)?多少"
)
_OVER = {"快": "快于", "慢": "慢于", "高": "高于", "低": "低于", "高出": "高于", "低出": "低于"}


def _over_both(match: re.Match[str]) -> str:
    first, second = (re.sub("^.*(?=全)", "", match[side]) for side in ("a", "b"))
    return f"{_OVER.get(match['way'], match['way'])}{first}、{second}{match['each']}多少个百分点"


# 云川高新区以外的部分占全市的百分之几: all but one.
_ALL_BUT = re.compile(
    r"(?P<who>[^，,。；;？?]{2,14}?)(?:以外|之外)的?(?:部分|地区|其[他余](?:部分|地区)?|地方)?(?=(?:约|大约|大概)?(?:所)?占)"
)


def asks_for_the_rest(text: str) -> bool:
    """Whether the share is asked of all but the one named."""
    return _ALL_BUT.search(text) is not None


def with_topics(text: str) -> str:
    """The question with its topics and asides put before what is asked; unchanged where it has none."""
    text = _ALL_BUT.sub(lambda m: m["who"], _RECKONED_BY.sub("", text))
    text = _LEADS_OVER.sub(_over_both, text)
    text = _place_first(text)
    text = _topic_into_clauses(text)
    text = _both_of_pair(text)
    if not _TAKEN_AWAY.search(text):
        text = _STILL.sub("有", text)
    return text


def by_other_names(text: str, vocabulary: Vocabulary) -> str:
    """公共财政（一般公共预算收入） as the one name the vocabulary knows."""
    return _OTHER_NAME.sub(lambda m: _by_other_name(m, vocabulary), text)


def _by_other_name(match: re.Match[str], vocabulary: Vocabulary) -> str:
    said, name = match["said"], match["name"]
    if vocabulary.lookup(name) is None or any(m.end == len(said) for m in vocabulary.find(said)):
        return match[0]
    own = next((said[at:] for at in range(len(said) - 1) if set(said[at : at + 2]) <= set(name)), "")
    return f"{said[: len(said) - len(own)]}{name}" if len(own) >= 2 else match[0]


def _place_first(text: str) -> str:
    match = _BRACKET_LAST.match(text)
    if match is None:
        return text
    aside = match["aside"]
    rest = without(aside, [*find_periods(aside), *find_regions(aside)])
    if re.sub(r"\s|[，,、在于的]", "", rest) or not re.search(r"多少|几|什么|多", match["text"]):
        return text
    return f"{aside}{match['text']}{match['end']}"


def _topic_into_clauses(text: str) -> str:
    match = _TOPIC_FIRST.match(text)
    if match is None:
        return text
    topic = match["topic"].strip("的 ")
    if not words.content_terms(without(topic, [*find_periods(topic), *find_regions(topic)])):
        return text  # 从全市来看: a place
    clauses = re.split(r"(?<=[，,；;？?])", match["rest"])
    put = False
    for position, clause in enumerate(clauses):
        bare = clause.rstrip("，,；;？?。 ")
        end = clause[len(bare) :]
        if share := _SHARE_IN.fullmatch(bare):
            clauses[position] = f"{share['where']}{topic}占{share['whole']}的百分之几{end}"
            put = True
        elif quantity := _BARE_QUANTITY.fullmatch(bare):
            clauses[position] = f"{topic}{quantity['noun']}{quantity['asks']}{end}"
            put = True
    return "".join(clauses) if put else text


def _both_of_pair(text: str) -> str:
    """A比B哪个涨得快？后者涨了多少？ as A涨了多少，B涨了多少？: the two say which."""
    latter = _LATTER.search(text)
    if latter is None:
        return text
    pair = _PAIR.search(text[: latter.start()])
    if pair is None:
        return text
    which = _WHICH_CHANGED.search(text[: latter.start()])
    lead = text[: pair.start("first")]
    if which is not None and len(_LATTER.findall(text)) == 1:
        asked = text[latter.end() :]
        return f"{lead}{pair['first']}{asked.rstrip('？?。 ')}，{pair['second']}{asked}"
    return _LATTER.sub(lambda m: pair["first"] if m["which"] == "前者" else pair["second"], text)
