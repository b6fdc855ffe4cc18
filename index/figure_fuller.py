"""More of the words before a number, where the noun beside it does not say enough.

A relative clause or the first members of a list belong to the name (取消和调整的〔审批项目〕), a verb says
what was done (推广〔节能空调〕500多万台), and the clause before says of what (社会保障基金, 已积累〔资金〕).
"""

from __future__ import annotations

import re
from functools import lru_cache

import rjieba

from index import figure_words as words

_LONGEST = 24
_STOPS = re.compile(
    rf"[{words.TIME}\d，,；;：:。！？!?\n\t（）()《》%％]|其中|包括|特别是|尤其是|主要是|同时|此外|——"
)
_LEAD = re.compile(
    r"(?:[、\s的和与及等了]|全国|全省|全市|我国|我省|我市|已经?|还|又|也|再|共(?!同|享|青)|将|把|要(?!素|求|点)|使(?!用)|对|为了?|到|仅|约|近|从而|继续|进一步"
    r"|[一二两三四五六七八九十\d]+年(?:内|来|中|间|共)*(?:分[两二三]轮)?|累计|全年|全部|目前|现在|同时|首次|实现|达到|完成|通过|计划|预计|力争|争取|确保|其他|现行|去年|今年|据统计|占)+"
)
_NOT_RELATIVE = re.compile(
    r"(?:增长|下降|提高|减少|增加|达到|超过|突破|左右|以上|以下|以内|之间|目标|水平|速度|幅度|基础上|情况下|之后|之前)的$"
)
_EARNED = re.compile(r"(?P<who>[\u4e00-\u9fff]{2,12}?)新?增加的")
_GIVEN_TO = re.compile(r"(?:上缴|上交|交给|付给|留给|归还|拖欠|来自|从事|参加)$")
_JOIN = re.compile(r"(?:[、和与及]|以及)$")


@lru_cache(maxsize=20_000)
def _tags(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(rjieba.tag(text))


def fuller_start(masked: str, begin: int, start: int) -> int:
    """Where the name begins whose noun begins at `start`: before a relative clause or a list it ends.

    `begin` bounds it; `start` itself where the words before it are no part of the name.
    """
    stops = [match.end() for match in _STOPS.finditer(masked, begin, start)]
    begin = stops[-1] if stops else begin
    lead = _LEAD.match(masked, begin, start)
    begin = lead.end() if lead else begin
    given = _GIVEN_TO.search(masked, begin, start)
    if given is not None and "的" in masked[start : start + 8]:
        return given.start()  # 上缴〔国家的利润〕
    before = re.sub(r"(?:各种|各类|主要|重点|有关|上述)$", "", masked[begin:start])
    if not 2 < len(before) <= _LONGEST:
        return start
    if before.endswith("的"):
        earned = _EARNED.fullmatch(before)
        if earned and all(tag[0] in "nbjvf" for _, tag in _tags(earned["who"])):
            return begin  # 农民增加的收入
        if _NOT_RELATIVE.search(before) or not any(tag[0] == "v" for _, tag in _tags(before[:-1])):
            return start
        return begin
    if _JOIN.search(before):
        # only a list of like things: what joins them stands between two nouns or two verbs
        tags = _tags(_JOIN.sub("", before))
        if (
            tags
            and tags[-1][1][0] in "nvrbj"
            and not (len(tags[0][0]) > 1 and words.LEVEL_VERB.search(tags[0][0]))
        ):
            return begin
    return start


_AND_OTHERS = re.compile(r"(?:[、和与及]|以及|等(?:各项|各类|各种|各级|方面的?|主要|重点)?)$")
_SEPARATORS = re.compile(r"[、和与及]|以及")
_NO_ITEM = re.compile(rf"[了着过把将使被由从在对向比是有为{words.TIME}\d“”]")
_OWN_VERBS = words.word_set(
    "用于 支持 发展 实施 实行 推进 加强 加快 提高 扩大 减少 增加 开展 安排 发放 兑现 落实 完善 建设"
)


def list_start(masked: str, begin: int, start: int, name: str) -> int:
    """Where the list begins that `name`, found at `start`, ends: 粮食直补、农资补贴、良种〔补贴、购置补贴〕.

    `start` itself where no list stands before it.
    """
    stops = [match.end() for match in _STOPS.finditer(masked, begin, start)]
    begin = stops[-1] if stops else begin
    if masked[begin - 1 : begin].isdigit():
        return start
    lead = _LEAD.match(masked, begin, start)
    begin = lead.end() if lead else begin
    before = masked[begin:start]
    joined = _AND_OTHERS.search(before)
    if not before or (joined is None and "、" not in name[:12]):
        return start
    items = _SEPARATORS.split(before[: joined.start()] if joined else before)
    first = _tags(items[0])
    if first and first[0][0] in _OWN_VERBS and not (first[0][0] == "用于" and name.endswith(_FUNDS)):
        begin, items[0] = begin + len(first[0][0]), items[0][len(first[0][0]) :]
    if not all(1 < len(item) <= 14 and not _NO_ITEM.search(item) for item in items):
        return start
    return begin if start - begin <= 2 * _LONGEST else start


_FUNDS = ("资金", "经费", "投资", "支出", "贷款", "投入")
_NEW = words.word_set("新建 新开 新开工 新增 新修 改建 扩建 新设 新辟 新栽 新造")
_LIGHT = words.word_set(
    "实现 达到 完成 安排 投入 增加 减少 提高 降低 超过 突破 接近 有 是 为 达 约 占 用 使 支付 支出 下达 拨付 取得 "
    "拥有 具有 具备 共有 现有 已有 增长 下降 上升 扩大 缩小 包括 需要 要求 继续 进行 形成 成为 新增 收入 分别 全部 "
    "给予 筹集 发行 投资 利用 生产 出口 进口 销售 计划 拟 落实 上缴 获得 争取 力争 在"
)


def with_verb(masked: str, left: int, start: int) -> str:
    """The verb before a noun that a number follows, with its fellows: 停建缓建 of 停建、缓建了大中型项目.

    新建 also keeps who built: 农村新建. Empty where the verb says nothing (安排, 达到).
    """
    before = re.sub(r"(?:了|过|各类|各种|一批|全国|重点)+$", "", masked[left:start])
    stops = [match.end() for match in _STOPS.finditer(before)]
    tags = list(_tags(before[stops[-1] if stops else 0 :]))
    said = ""
    while tags:
        word, tag = tags[-1]
        joins = word in ("、", "和", "与", "并") and bool(said)
        verb = len(word) > 1 and word not in _LIGHT and (tag[0] == "v" or word in words.VERBS)
        if not joins and not verb and word not in _NEW:
            break
        if said and not joins and tags and not said.startswith(("、", "和", "与", "并")):
            break
        said = word + said
        tags.pop()
        if word in _NEW:
            while tags and tags[-1][1][0] in "nbf" and len(said) < 10:
                said = tags.pop()[0] + said
            break
    said = re.sub(r"^(?:[、和与并]|我国|全国|全省|全市)+", "", said)
    return re.sub(r"[、]", "", said)


_ADVERBS = re.compile(
    r"^(?:[两二三四五]次|较大幅度地?|大幅度?地?|继续|进一步|逐步|大力|积极|着力|加快|加大|稳步|全面|深入|切实|努力|扎实|持续|不断|连续\w{1,3}年|连续第\w年|基本|已经?|要|将|还|也|又|拟|再|今年|我们"
    rf"|各级政府|各地|中央财政|国家|政府|[{words.TIME}\s、]|一是|二是|三是)+"
)
_GETS = words.word_set("取得 获得 得到 具有 达到 实现 超过 努力 坚持 成为 出现 发生 认为 相信")
_NO_TOPIC = re.compile(
    r"[\d“”了]|^[使把将对让向被它其]|(?:增长|下降|提高|发展|上升|降低|减少|增加|扩大|回升|改善|推进|成效|效果|进展|成绩)$"
)
_SET_UP = re.compile(r"(?:建立健全|建立完善|健全完善|改革完善|建立|健全|完善|推行|实施)(?:和|并|了)?")
_WHERE = re.compile(
    r"^在(?:全国|全省|全市|全县)?(?:农村|城市|城镇|各地)?(?=全面|逐步|普遍|推行|实施|建立|开展|推广)"
)
_ASIDE = re.compile(r"扣除|剔除|考虑|按|根据|据|截至|在|以|由于|随着|为|从|只要|如果|通过|经过|经|不")
_GETS_BETTER = re.compile(
    r"(?P<what>[\u4e00-\u9fff]{4,24}?(?:制度|体系|保险|保障|试点))(?:建设)?(?:改革)?"
    r"(?:正在|已|不断|逐步|进一步|日益|更加|全面|初步|基本)+(?:完善|健全|扩大|推进|建立|形成|加强|推开|展开)$"
)
_TOPIC_END = re.compile(r"(?:的)?(?:制度建设|体系建设|水平|力度|工作|政策|制度|步伐|规模|试点|体系)$")


def topic_of(text: str) -> str:
    """What a clause without figures does something to: 社会保障投入 of 各级政府要进一步增加社会保障投入."""
    rest = _ADVERBS.sub("", _WHERE.sub("", text))
    if _ASIDE.match(rest):
        return ""
    better = _GETS_BETTER.match(rest)
    if better is not None and not _NO_TOPIC.search(better["what"]):
        return better["what"]
    known = _SET_UP.match(rest)
    rest = rest[known.end() :] if known else rest
    tags = _tags(rest)
    if known:
        return rest if 2 <= len(rest) <= 34 and not _NO_TOPIC.search(rest) else ""
    position = 0
    for index, (word, tag) in enumerate(tags[:5]):
        position += len(word)
        if word in ("加快", "加大"):
            continue
        if word in _GETS:
            return ""
        if len(word) > 1 and (tag in ("v", "vd") or word in words.VERBS) and index + 1 < len(tags):
            topic = re.sub(r"^(?:了|过|对|好|第\w期|并|和|各级各类|全国)+", "", rest[position:])
            topic = re.sub(r"(?<=..)(?:建设|支持|扶持|实施|投入|工作)?力度$|(?<=制度)建设$", "", topic)
            return topic if 2 <= len(topic) <= 34 and not _NO_TOPIC.search(topic) else ""
    return ""


WEAK = re.compile(
    r"(?:(?:内|全年)?(?:中央|国家|地方|各级|全国|省级|市级|省|市)?(?:财政|预算|政府)?(?:安排|下拨|拨付)?(?:投入|支出|补助|拨款|补贴|专项|积累|奖补|扶持|投资)?(?:资金|经费|投资|支出|投入|财政|预算)?"
    r"|.?扶持对象|(?:人均)?筹资标准|覆盖面|覆盖人数|(?:财政)?(?:补助|缴费|保障)标准|受益人数|参保人数|参保|试点城市|试点|投资规模|支出规模|总投资)"
)


def of_topic(topic: str, name: str) -> str:
    """A name that says little (资金, 中央财政, 扶持对象) with what the clause before was about."""
    if re.search(r"(?:投入|资金|经费|支出|补助|投资)$", topic) and re.search(
        r"财政|^(?:国家|政府|各级)", name
    ):
        return topic
    bare = _TOPIC_END.sub("", topic)
    bare = bare if len(bare) > 2 else topic
    return bare.removesuffix(name[:2]) + name


PURPOSES = words.word_set(
    "帮扶 救助 引导 购置 扶持 补助 保障 治理 整治 培育 安置 采购 销售 审批 审定 奖励 补偿 转移 支付 改造 修复 发放 覆盖 惠及 供应 征收 "
    "缴纳 办理 受理"
)
_PER_HEAD = re.compile(r"(?:按人口平均|平均每人|每人平均|人均)的?")
PER_HEAD_ALONE = re.compile(r"(?:平均每人每?年?|每人平均|人均|全年人均|每人)")


def per_head(name: str) -> str:
    """农民的纯收入 as 农民人均纯收入."""
    if _PER_HEAD.search(name):
        return name
    return name.replace("的", "人均", 1) if "的" in name else "人均" + name


def plain_per_head(name: str) -> str:
    """农民平均每人的纯收入 as 农民人均纯收入."""
    return _PER_HEAD.sub("人均", name)
