"""Questions of several clauses made whole: each clause that asks names its own subject.

"财政收入占国民收入的比重，1978年是多少，到1982年又降到多少？" asks twice about what its first clause names;
"粮食增产多少亿斤，总产量多少？" asks for the 总产量 of 粮食.
"""

from __future__ import annotations

import re

from index.periods import find_periods
from index.regions import find_regions
from index.vocabulary import Vocabulary
from rag import question_words as words

_CLAUSE = re.compile(r"[^，,；;。?？！!]+|[，,；;。?？！!]+")
# Only a measure or a head: what it is of stands in the clause before.
_BARE_HEAD = re.compile(
    r"(?:总产量|总产值|产量|总量|总额|总数|增速|增幅|增长率|增长|降幅|涨幅|比重|占比|规模|余额|人均|总人数|(?:单[颗台个辆架套艘座头张株])?(?:重量|功率|长度|全长|造价|票价|时速)"
    r"|(?:想|要|拟|计划|打算|准备|预计)?(?:造|产|建|做|达到?|完成|生产|安排|实现)+(?:出|成)?)?"
)
# The end of a subject: how it was brought to the quantity asked for.
_PREDICATE = re.compile(
    r"(?:又|则|要|将|已|已经|由|从|只|仅|约|共)*(?:比(?!重|例|率)[^，,]*)?(?:提高|上升|下降|降低|回落|增加|减少|增长|扩大|缩小|降|升|达|突破|实现|完成|"
    r"增产|减产|新增|保持在|控制在|是|为|有)*(?:到|至)?(?:了)?$"
)

# A、B的增加值，2024年分别增长多少: the list belongs to the clause that asks.
_LIST_BEFORE_JOINTLY = re.compile(
    r"(?P<list>(?:^|[，,；;。])[^，,；;。?？]*[、和与及][^，,；;。?？]*?)[，,]\s*"
    r"(?P<asks>(?:\d{4}年(?:前[一二三四]个?季度|[上下]半年)?|去年|今年|上年|[一二三四五六七八九十\d]+年来)?"
    r"(?:又|则|均|都|要|将|同比|比上年)*(?:分别|各自?)(?![地级类界省市区县种项方个国位行业]))"
)


def complete_clauses(text: str, vocabulary: Vocabulary) -> str:
    """The question with the subject of an earlier clause put into each clause that lacks one."""
    text = words.TO_FROM.sub(lambda match: f"由多少{re.split('[，,]', match[0])[0]}", text)
    text = _LIST_BEFORE_JOINTLY.sub(_closed_up, text)
    parts = _CLAUSE.findall(text)
    if sum(bool(words.QUANTITY_QUESTION.search(part)) for part in parts) < 1 or len(parts) < 3:
        return text
    topic, done = "", []
    for part in parts:
        if not part.strip("，,；;。?？！! "):
            done.append(part)
            continue
        asks = words.QUANTITY_QUESTION.search(part)
        own = _subject(part[: asks.start()] if asks else part, vocabulary)
        if asks and topic and _lacks_subject(part, own):
            part = _joined(topic, part)
        elif own and (vocabulary.find(own) or asks):
            topic = _counted(part, asks) or own
        done.append(part)
    return "".join(done)


def _closed_up(match: re.Match[str]) -> str:
    return match[0] if words.QUANTITY_QUESTION.search(match["list"]) else f"{match['list']}{match['asks']}"


def _counted(clause: str, asks: re.Match[str] | None) -> str:
    """What stands behind the question word: 经营主体 in 新登记了多少户经营主体."""
    if asks is None:
        return ""
    counted = words.COUNTED.search(clause, asks.start())
    rest = clause[counted.end() :].strip(" 的了") if counted else ""
    if rest in ("资金", "经费", "钱", "投资", "贷款", "补助", "补贴"):
        return ""  # 补贴安排多少资金: what the money is for stands before
    return rest if words.content_terms(rest) else ""


def _lacks_subject(clause: str, subject: str) -> bool:
    """Whether the clause names nothing of its own but a head such as 总产量 or 增速."""
    bare = words.COMPARED_WITH.sub("", words.DEDUCTED.sub("", _without_slots(clause)))
    if (
        re.search("相比|比较|比起来", clause)
        or words.CONTRIBUTION.search(clause)
        or words.LEAD.search(clause)
        or words.SHARE.search(bare)
    ):
        return False
    bare = _RANKED.sub(" ", bare)
    bare = words.QUANTITY_QUESTION.sub(" ", words.COUNTED.sub(" ", words.SPAN_OF_YEARS.sub(" ", bare)))
    content = words.content_terms(bare)
    return all(_BARE_HEAD.fullmatch(word) for word in content)


# 居世界第几位: a place in an order is no subject.
_RANKED = re.compile(
    r"(?:位?居|名?列|排(?:名|在|到)?|上升到|升至|升到)?(?:世界|全球|全国|全省|全市)?(?:的)?第几[位名]?"
)
_ADDED = re.compile(r"(?:其中)?(?:累计|全年|当年|本年|共)?(?:新增|净增)了?(?=多少|几)")
_ALTOGETHER = re.compile("一共|总共|共有|现有|目前有|现在有")


def _joined(topic: str, clause: str) -> str:
    """The topic before the clause's own words; 固定资产投资增幅 + 上年是多少."""
    head = next(
        (w for w in re.findall(r"总产量|总产值|总量|总额|总数|产量|增速|增幅|比重|占比|规模|余额", clause)),
        "",
    )
    if head and topic.endswith(("产量", "总额", "总量", "增速", "增幅", "占比", "比重", "规模", "余额")):
        topic = re.sub(r"(?:总?产量|总额|总量|增速|增幅|占比|比重|规模|余额)$", "", topic)
    if added := _ADDED.match(clause):  # 经营主体总量多少，累计新增多少: 累计新增经营主体多少
        topic = re.sub(r"(?:总量|总数|总户数)$", "", topic)
        return f"{added[0].removesuffix('了')}{topic}{clause[added.end() :]}"
    if head in ("总量", "总数", "余额") or _ALTOGETHER.search(clause):  # of all, not of the new ones
        topic = re.sub(r"^(?:累计|本年|当年)?(?:新增|新登记|新设立?|净增)了?", "", topic)
    topic = re.sub(r"(?:的)?(?:预期)?(?:目标|计划)$", "", topic)
    if re.search(r".占.", topic) and not re.search("比重|比例|占比|份额", f"{topic}{clause}"):
        topic = f"{topic}的比重"  # 占…的百分之几，1978年是多少
    if words.TARGET.search(clause):
        topic = topic.removeprefix("实际")
    return f"{topic}{clause}"


def _subject(text: str, vocabulary: Vocabulary) -> str:
    """What the words before a quantity are about, without time, place and the verb that leads to it."""
    bare = _without_slots(text)
    if any(m.end == len(bare) and m.text.endswith("增长") for m in vocabulary.find(bare)):
        return bare.strip(" 的，,")  # 经济增长 is a name, not a predicate of 经济
    bare = _PREDICATE.sub("", words.COMPARED_WITH.sub("", bare).strip(" 的"))
    mentions = vocabulary.find(bare)
    if mentions and not words.SHARE.search(bare):
        last = mentions[-1]
        tail = re.match(r"(?:的)?(?:增速|增幅|涨幅|降幅|增长率)", bare[last.end :])
        if tail is None and words.content_terms(bare[last.end :]):
            return bare.strip(" 的，,")  # 高校毕业生初次就业率: the name goes on
        return bare[: last.end] + (tail[0] if tail else "")
    return bare.strip(" 的，,")


def _without_slots(text: str) -> str:
    """The text without its periods and regions, which later clauses take from the question's slots."""
    spans = [(m.start, m.end) for m in find_periods(text)]
    spans += [
        (m.start, m.end)
        for m in find_regions(text)
        if not m.is_part_of_name and not text.endswith(("占", "比", "较", "于"), 0, m.start)
    ]
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + text[end:]
    return re.sub(r"^(?:据|按|按照|根据|请问|问|要求|规定|提出|安排的)+", "", text)
