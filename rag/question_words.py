"""The grammar of questions about figures: the words that ask, compare and aim, in both languages.

Only closed classes stand here (question words, comparatives, units, function words). What can be
asked about stands in `index/vocabulary.json` or in the reports themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import rjieba

# 多少 / 几家 / 百分之几 …: each asks for one figure.
QUANTITY_QUESTION = re.compile(
    r"百分之(?:几|多少)|第几(?:位|名)?(?=[？?。，,]|$)|多少|多厉害|怎么变|变化如何|(?:分别|各)(?:是|为|有)(?=[?？。]?$)|(?<=连续)几(?=年)|(?<!哪)几(?=[个家项户人万亿成倍位名件台套座条所亩公吨%款颗艘架头辆岁种枚支届场]|点|个百分点)"
    r"|多大(?:的)?(?:比例|比重|份额|规模|幅度|面积)?|多高|多长|多快|怎么样|如何"
)
# "…的增幅是？", "GDP增速呢": a noun of quantity at the end asks without a question word.
FIGURE_NOUN_AT_END = re.compile(
    r"(?:增速|增幅|涨幅|降幅|增长率|比重|占比|总量|总额|总值|金额|数量|数目|(?<=[业户村个])数|增加额|减少额|人数|户数|规模|余额|目标|面积|产量|收入|支出|投资|率|值)"
    r"(?:是|为|呢|有)?[?？。]?$"
)
UNIT_AFTER_QUESTION = re.compile(
    r"(?:多少|几|多大)(?:个)?(百分点|点|[万亿](?:辆|件|台|套|座|所|部|名|项|场|个|条|立方米|千瓦时?|公斤|吨标准煤)|亿人次|亿人|亿次|万次|万亿美元|亿美元|万美元|美元|万亿元|亿元|万元|元|万亿斤|亿斤|公斤|斤|万吨|亿吨|吨|万人次|万人|人次|人(?!才|均|民币|工智能|力资源)|"
    r"万户|亿户|户|万家|家|万公里|公里|平方公里|平方米|万亩|亿亩|亩|公顷|项|个|件|台|套|辆|座|条|所|张|名|位|次|只|支|倍|成|"
    r"万千瓦|千瓦时|千瓦|兆瓦|度|标准箱|立方米|天|岁|年(?![度均底末初来间])|万颗|万艘|万架|颗|艘|架|枚|种|款|类|部|头|起|篇|处|场|届|株|棵|千克|毫米|厘米|千米|吨级|块(?!钱)|栋|幢|间|笔|宗|例|批|趟|列(?!入)|班|盏|集(?![体团群])|期(?!间|货)|万)"
)
GROWTH = re.compile(
    r"增长率|递增|递减|增长|增速|增幅|涨幅|涨(?!价)|跌|幅度|怎么变|变化(?:了)?多少|上涨|涨了|下降|下滑|降幅|跌幅|同比|环比|回升|"
    r"\bgrow(?:th|n|s|ing)?\b|\bgrew\b|\brise\b|\brose\b|\bincrease[ds]?\b|\bfell\b|\bfall\b|"
    r"\bdecline[ds]?\b|\bdrop(?:ped)?\b|\bgrowth rate\b",
    re.IGNORECASE,
)
CHANGE = re.compile(
    r"增加|减少|压减|压缩|缩短|减免|下浮|增产|减产|提高|降低|下调|上调|扩大|缩小|多增|少增|增收|净增"
    r"|\b(?:increase|decrease|change|rise|fall)d? (?:of|by)\b|\bmore than in\b|\bup from\b|\bdown from\b",
    re.IGNORECASE,
)
LEAD = re.compile(
    r"领先|快于|高于|低于|慢于|高出|低出|落后|好于|超过|跑赢|比.{1,12}?(?:高|低|快|慢)(?!新)"
    r"|\b(?:exceed(?:ed)?|ahead of|faster than|slower than|higher than|lower than|above|below|outpaced?|"
    r"lead|led|short of|behind|trail(?:ed)?|outperform\w*)\b",
    re.IGNORECASE,
)
CONTRIBUTION = re.compile(r"拉动|上拉|拉高|推高|拖累|贡献|\bcontribut\w+", re.IGNORECASE)
SHARE = re.compile(
    r"占比|比重|比例|份额|之比|百分比|占(?!地|据|用)[^，,。；]{0,24}(?:多少|几|百分之)|百分之几"
    r"|\bshare\b|\bproportion\b|\bpercentage of\b|\bper ?cent of\b|\bwhat percentage\b|\bratio\b|\baccount(?:s|ed)? for\b",
    re.IGNORECASE,
)
# 降了多少, 压减多少: by how much.
CHANGED_BY = re.compile(
    r"(?:增加|减少|增产|减产|多增|少增|增收|净增|降低|提高|扩大|压减|压缩|缩短|减免|压降|缩减|调高|调低|少|降|升|掉|砍|减|缩|压|削)(?:了|掉|掉了)?(?:多少|百分之几|几)"
)
# 提高到多少 asks for the level that was reached, not for the change.
REACHED = re.compile(
    r"(?:提高|上升|下降|降低|回落|增加|减少|增长|扩大|降|升|突破|达|涨|跌|减|增|压|缩|提|扩)(?:到|至)(?:了)?(?:多少|百分之几|几|什么(?:水平|程度|规模)|多[高低大])"
)
FROM_TO = re.compile(
    r"[由从](?:\d{4}年的?)?(?:多少|百分之几|几)[^，,。；]{0,8}?(?:到|至|为)(?:了)?(?:\d{4}年的?)?(?:多少|百分之几|几)"
    r"|[由从][^，,。；由从]{1,24}?(?:多少|百分之几|几)[^，,。；]{0,4}?(?:提高|上升|下降|降低|回落|增加|减少|增长|上调|下调|调整|调|提|升|涨|降|减|增|扩大|压缩|缩短|延长|变)(?:到|至|为)(?:了)?(?:多少|百分之几|几)"
    r"|\bfrom what\b.{0,40}\bto what\b|\bfrom how (?:much|many)\b.{0,40}\bto how",
    re.IGNORECASE,
)
TARGET = re.compile(
    r"目标|估算|估计|希望|指望|规划(?:纲要)?(?:提出|要求|确定|规定|明确)|纲要(?:提出|要求|确定|规定|明确)"
    r"|想把|想要|想将|想(?=[造建产达完做修种培降压减])|准备|提出(?:要|把|将)|(?<![主需重纪只摘必扼显概])要(?=关|治理|修|整治|种|造|补|分别|各|为|给|向|使|让|再|新|继续|把|将|在|完成|实现|达|到|占|稳定|维持|确保|淘汰|压|减|增|降|提|扩|改造|建|控制|安排|发|下降|退出|淘汰|削减|核减|培训|解决|保持)"
    r"|预期|拟(?=[按安发将定])|拟安排|计划|力争|争取(?![到了得](?!19|20)|的)|任务(?:量|指标)?(?=是|为|有多|多少|几)"
    r"|打算|预计|要求|定为|预算|安排(?!了)"
    r"|\bbudget(?= for\b)|\bdid\s[\w\s]{1,20}\sbudget\b"
    r"|\b(?:was|were|is|are)(?: \w+)? to be [a-z]+(?:ed|ilt|ut)\b"
    r"|\b(?:ceiling|cap|upper limit)\b(?=[^?]*\b(?:set|fixed|for)\b)|\b(?:what|which)(?: [\w-]+){0,3} (?:ceiling|cap|limit)\b"
    r"|\b(?:targets?|targeted|goals?|planned|plan|expected|projected|budgeted|aims?|aiming|aimed|intended)\b",
    re.IGNORECASE,
)
EXPECTED = re.compile(r"预计|估算|估计|预期|有望|展望|expected|projected|forecast|outlook", re.IGNORECASE)
# How much a level rose in per cent, from the two levels.
IN_PER_CENT = re.compile(
    r"(?:增长|增加|提高|上升|下降|减少|降低|多|少)(?:了|出)?百分之(?:几|多少)|\b(?:by|in) what percentage\b"
    r"|\bhow many per ?cent\b(?! point)",
    re.IGNORECASE,
)
ACTUAL = re.compile(
    r"实际|完成了?|实现了|执行结果|\b(?:actual(?:ly)?|achieved|realised|realized)\b", re.IGNORECASE
)
# 实际增长 (in real terms) and 实际使用外资 are not "actual as against planned".
REAL_TERMS = re.compile(r"实际(?=增长|使用|利用|到账|到位|增速|吸收)|in real terms", re.IGNORECASE)
# 计划完成 and 力争实现 are plans although 完成 and 实现 stand there.
TO_BE_DONE = re.compile(r"(计划|预计|拟|力争|确保|目标是?|打算|预期)(?:要)?(?:完成|实现)")
# Names of indicators and policies that only sound like plans.
NOT_A_PLAN = re.compile(
    r"(?:标准|起征点|税率|利率|门槛|年龄)[^，,。；;？?]{0,4}定为|准备金|(?:一般|公共|财政|政府性基金|资本经营)*预算(?:收入|支出|内|外)|预期寿命|计划(?:生育|单列)|(?:研发|科技|人才|行动|专项)计划"
)
JOINTLY = re.compile(
    r"分别|各自|各(?![地级类界省市区县种项方个国位行业])|\brespectively\b|\beach\b", re.IGNORECASE
)
REFERENCE_REGION = re.compile(
    r"(?:比|较|领先|快于|高于|低于|慢于|高出|落后|好于|超过|跑赢|占|占到)(?:于|了)?((?:全国|全省|全市|全区|全县|全球)(?:[、和及与](?:全国|全省|全市|全区))*)"
)
RANK = re.compile(r"第几|排名|位次|位居|\brank(?:ed|ing)?\b", re.IGNORECASE)
# The quantity itself, as against its growth.
LEVEL = re.compile(
    r"总量|总额|总值|规模|达到多少|有多少|存量|余额|\b(?:value|amount|volume) of\b|\bhow (?:large|big)\b",
    re.IGNORECASE,
)
# 增幅回落到多少 asks for a rate of growth, whatever it fell to.
NOUN_OF_GROWTH = re.compile(r"增速|增幅|涨幅|降幅|增长率|增长速度")
# 扣除价格因素: growth in real terms; the deduction is no subject.
DEDUCTED = re.compile(
    r"(?<![未不没])(?:(?:扣除|剔除|考虑)[^，,；;。?？]{0,10}?(?:因素|影响)"
    r"|(?:扣除|剔除|去掉|刨除|刨去|扣掉)[^，,；;。?？]{0,6}?(?:物价|价格|涨价|通胀|通货膨胀)(?:上涨|变动|变化)?(?:的)?(?:因素|影响)?)(?:后|之后|以后)?"
)
# 提高到了多少，原来是多少 asks for both ends, the last one first.
TO_FROM = re.compile(
    r"(?:提高|上升|下降|降低|回落|增加|减少|增长|扩大|降|升)(?:到|至)(?:了)?(?:多少|百分之几|几)[^，,。；?？]{0,4}[，,]"
    r"(?:而)?(?:原来|原先|此前|之前|起初|开始时?|期初)(?:又)?(?:是|为)?(?:多少|百分之几|几)"
)
# A question word with the measure word that follows it: 多少家, 几项, 多少公斤; in 多少项目 and 多少人才 there is none.
COUNTED = re.compile(
    r"多大(?=规模)|第几[位名]?|(?:多少|几)(?:[十百千]?[万亿]{0,2}(?:个?百分点|个点|美元|元|人次|立方米|平方公里|平方千米|平方米|千瓦时?|兆瓦|吉瓦|吨标准煤|吨|公里|千米"
    r"|公斤|千克|公顷|毫米|厘米|标准?箱|[户](?!籍)|家(?!庭|电|具|政)|人(?![口才均员民工])|项(?!目)|个(?!体|人所得)|件|名(?![牌录])|位|座|台(?![湾风])|辆|条(?![件例约])"
    r"|所(?![得有])|只|支(?![出持付])|张|套|斤|亩|处(?![理于])|笔|批(?!发)|次(?!数)|成(?![品本果交立])|倍|种(?!子)|度|天(?!然)|年|岁|款(?!项)|颗|艘|架|头|块(?!钱)|米|株|棵|枚|部(?!门)|门(?!槛)|节|篇|首|场|届|班|盏|趟|列|栋|幢|间|瓦)"
    r"|[十百千]?[万亿]{1,2}(?![\u4e00-\u9fff]))?"
)
# 比上年预算增加多少: what is compared with, up to the word of change, is no subject.
COMPARED_WITH = re.compile(
    r"(?:比|较)[^，,；;。?？]*?(?=增|减|提|降|上升|上涨|上调|下降|下调|下滑|扩|缩|多(?!少)|少|高|低|压|回落|回升)"
)
YEARLY_AVERAGE = re.compile(
    r"年均|平均每年|每年平均|年平均|逐年平均|平均(?:增长|增速|递增|上涨|增幅)|\b(?:annual average|on average|average annual|annually)\b",
    re.IGNORECASE,
)
# 五年平均每年增长: how long, not what.
SPAN_OF_YEARS = re.compile(
    r"(?:过去|近|这|前|上|头|最近)?[一二两三四五六七八九十\d]+年(?:间|来|里|内|中)?(?:的)?(?=平均|年均|每年|累计|$|[，,。])"
)
TIMES_OF = re.compile(r"(?:是|为|相当于)[^，,。；;？?]{2,12}的(?:多少|几)倍")
THAN_YEAR_BEFORE = re.compile("[比较](?:上一?年度?|前一年度?|去年|头一年)")
# What a plain noun of quantity is measured in, where no indicator says so.
UNITS_OF_NOUN = (
    (
        re.compile(
            r"收入|产值|金额|投资额|支出|利润|税收|成本|资金|营收|销售额|交易额|贷款|存款|融资|\brevenue\b|\bincome\b"
            r"|\bcosts?\b|\bspen[dt]\b|\bprice\b|\bworth\b|\bpaid\b|市值|\bmarket (?:value|cap\w*)\b|\bcapitali[sz]ation\b",
            re.IGNORECASE,
        ),
        ("元", "美元"),
    ),
    (re.compile(r"人数|人口|\bpopulation\b", re.IGNORECASE), ("人",)),
    (re.compile(r"面积|\barea\b", re.IGNORECASE), ("亩", "平方公里", "平方米")),
    (re.compile("功率"), ("瓦", "千瓦", "兆瓦")),
    (re.compile("次数"), ("次",)),
    (re.compile(r"(?:[\u4e00-\u9fff])(?<!长)(?<!汇)(?<!贡献)(?<!速)(?<!功)(?<!频)率"), ("%",)),
    (re.compile(r"时间|时长|天数|周期|多久"), ("天", "日", "小时", "分钟", "工作日", "个工作日", "月", "年")),
)
_HINTS = re.compile(r"总量|总额|累计|新增|总产值|人均|户均|平均|年均|日均|当年|合计|净增|总数|总计|其中")


def hints(clause: str) -> tuple[str, ...]:
    """Words of quantity that tell two figures of one subject apart: 新增 … 户, 总量 … 户."""
    return tuple(dict.fromkeys(_HINTS.findall(clause)))


DEFINITION = re.compile(
    r"指(?:的)?(?:是)?(?:什么|哪些|啥)|是什么意思|含义|定义|包括(?:哪|什么)|哪(?:几|些)|什么是|\bwhat does\b.*\bmean\b|\brefer to\b",
    re.IGNORECASE,
)
# 与2022年相比变化多少: the two are set side by side, no growth since then is meant.
SET_AGAINST = re.compile(r"相比|比较|比起来|变化")
DIFFERENCE = re.compile(
    r"比[^，,。]{1,16}(?:多|少)[^，,。少多]{1,3}(?:多少|几)|比[^，,。]{2,16}?(?:多|少|高|低|快|慢)(?:出|了)?几|"
    r"相差|差(?:多少|几)|之差|差距|高(?:出|了)?多少|低(?:了)?多少|多(?:了|出)?多少|少(?:了)?多少|快(?:了)?多少|慢(?:了)?多少"
    r"|相比|比.{0,12}?(?:呢|如何|怎么样)|变化|\bdifference\b|\bgap\b"
    r"|\bwhich year\b|\b(?:more|fewer|less|higher|lower|faster|slower)\b.*\bin \d{4},? or (?:in )?\d{4}"
    r"|\b(?:faster|slower|higher|lower|more|less|larger|smaller)(?: or \w+)? than (?:in )?"
    r"the (?:year before|previous year|preceding year)\b"
    r"|\b(?:faster|slower|higher|lower|larger|smaller|bigger)\b[^?]*\bor\b[^?]*\bby how (?:much|many)\b"
    r"|\bby how (?:much|many)\b.*\b(?:slower|faster|higher|lower|more|less|exceed\w*|above|below|than)\b"
    r"|\bhow (?:much|many) (?:more|less|fewer|higher|lower|faster|slower|larger|smaller|greater|bigger)\b|\bcompared?\b",
    re.IGNORECASE,
)
# One quantity against another in the same period: A 比 B 高多少.
MORE_THAN = re.compile(
    r"[比较].{1,24}?(?:高|低|多|少|快|慢)(?:出|了)?(?:多少|几)|(?:高于|低于|超过|多于|少于|高出).{1,24}多少|相差|差多少|差距"
    r"|\bby how (?:much|many)\b.*\b(?:exceed\w*|above|below|than)\b|\bhow (?:much|many) (?:more|less|fewer|higher|lower)\b"
    r"|\bdifference between\b",
    re.IGNORECASE,
)
# English questions that want more than one figure.
SEVERAL_IN_ENGLISH = re.compile(
    r"\brespectively\b|\beach\b|\band (?:by |at |to |from )?how (?:much|many|fast|large|big)\b"
    r"|\w,? and (?:by |at |to |in |for |from )?(?:what|which|when|where|who)\b"
    r"|\w+, (?!(?:which|who|that|where|when)\b)[\w -]+,? and \w+",
    re.IGNORECASE,
)
# "Did it rise or fall, and by how much" wants one figure, which tells both.
EITHER_WAY = re.compile(
    r"\b(?:rise|grow|increase|go up|gain|expand)\b or \b(?:fall|decline|shrink|decrease|drop|go down|lose|contract)\b"
    r"|\b(?:faster|higher|more|up)\b or \b(?:slower|lower|less|fewer|down)\b",
    re.IGNORECASE,
)
SUPERLATIVE = re.compile(
    r"\b(?:highest|lowest|most|least|largest|smallest|biggest|fastest|slowest|best|worst)\b", re.IGNORECASE
)
# 除去…还剩几家, 减少的数量比2014年多多少: what is left of a whole and the difference of two changes, which no figure is.
REMAINDER = re.compile(
    r"(?:减少|增加|新增)(?:的(?:数量?|规模|人数|[\u4e00-\u9fff]{2,12})|[量数])(?:[比与和同较]|相差)|[比较同].{0,8}[多少](?:减|增)了?多少|"
    r"除去|除掉|扣掉|(?:除|扣|减|去掉|刨|完成|解决|办|其中|里面|当中|已|之外|以外|后)[^。；;？?]*还剩|(?<![\u4e00-\u9fff]{4})还剩|还剩(?!多少|几)|剩下|其余(?:的)?[^，,。?？]{0,6}(?:多少|几)|刨去"
    r"|\bhow many of (?:those|them|these)\b.*\b(?:still|left|remain\w*|open|not|unresolved)\b",
    re.IGNORECASE,
)
WORK_BACK = re.compile(
    r"(?:根据|按|用|由|从)[^，,。；;？?]{2,30}(?:增加额|增加数|减少额|增减额|增幅|增速)[，,]|"
    r"推算|倒推|反推|倒算|折算出|算出|\bwork(?:ed|ing)? (?:it )?(?:back|out)\b|\bimpl(?:y|ied|ies)\b|\bback[- ]?calculat|\bderive",
    re.IGNORECASE,
)
SUM = re.compile(r"合计|总共|加起来|一共|之和|\bin total\b|\bcombined\b", re.IGNORECASE)
YEAR_COUNT_CHANGE = re.compile(
    r"[减少多涨降升缩扩](?:了|出)(?=多少|几|百分之)|延长|缩短|增加|减少|增长|提高|降低|下降|下调|上调|扩大|缩小|变化|上升|回落|收窄|放缓|放慢|减慢|加快了|\bincrease|\bgrow|\bgrew\b|\brise|\brose\b|\bfall|\bfell\b|\bchange"
    r"|\bshr[aiu]nk|\b(?:came|come) down\b|\bslip|\bdrop|\bdeclin|\bdecreas|\bwent (?:up|down)\b|\bgo (?:up|down)\b"
    r"|\bclimb|\bnarrow|\bwiden|\bslow(?:ed|s)?\b|\baccelerat|\bquicken|\bspe(?:ed|d) up",
    re.IGNORECASE,
)

# Words that carry no content of their own.
_WORD_LISTS = json.loads(Path(__file__).with_name("function_words.json").read_text(encoding="utf-8"))
FUNCTION_WORDS = frozenset(" ".join(_WORD_LISTS["zh"]).split())
ENGLISH_FUNCTION_WORDS = frozenset(" ".join(_WORD_LISTS["en"]).split())

_SPLIT = re.compile(r"[^\u3400-\u9fffA-Za-z0-9.%．·\-]+")


def content_terms(text: str) -> tuple[str, ...]:
    """Content words of a Chinese text in order, without repeats: rjieba words less function words."""
    words: dict[str, None] = dict.fromkeys(_MARK_PASSED.findall(text))
    for piece in _SPLIT.split(JOINTLY.sub(" ", text)):
        cut = [word for word in (word.strip() for word in rjieba.cut(piece)) if word]
        for position, word in enumerate(cut):
            if re.fullmatch(
                "[要想欲][降减增升提压扩建造达到完产种做招修开办发]|所[造产建生做提说指列占含用获](?!税)",
                word,
            ):
                continue
            while len(word) > 1 and word[-1] in "了是到至":  # 减了, 压到: cut together with what they lead to
                word = word[:-1]
            following = cut[position + 1] if position + 1 < len(cut) else ""
            if word in ("非", "未", "无") and len(following) > 1:  # 非国产品牌 is what 国产品牌 is not
                words[word + following] = None
                continue
            if position and cut[position - 1] in ("非", "未", "无"):
                continue
            if word in _NAMING and following and following not in FUNCTION_WORDS and len(following) > 1:
                words[word] = None  # 数字出版, 数据产业: part of a name
                continue
            if word in FUNCTION_WORDS or re.fullmatch(r"[\W_]+", word) or _COUNTED_KINDS.fullmatch(word):
                continue
            if re.fullmatch(r"[\u3400-\u9fff]|[0-9.]+", word):
                continue
            words[word] = None
    return tuple(words)


_MARK_PASSED = re.compile("过[十百千]?[万亿]元")  # 过亿元企业 are other firms than all
_NAMING = frozenset({"数字", "数据"})
_COUNTED_KINDS = re.compile(
    r"单[颗台个辆架套艘座头张株]|[两二三四五六七八九十]+(?:[项类个大种方面者年份]|方面)"
)  # 四项: how many are listed


_COLLOQUIAL: dict[str, str] = json.loads(
    Path(__file__).with_name("colloquial.json").read_text(encoding="utf-8")
)


_END_OF_AMOUNT = re.compile(r"^[\u4e00-\u9fff]{3,}[量额数]$")


def with_report_words(terms: Sequence[str]) -> tuple[str, ...]:
    """Each everyday word with the words that reports have for it, as alternatives: 卖出 → 卖出|销售|销量."""
    said = (
        f"{term}|{term[:-1]}" if _END_OF_AMOUNT.match(term) else term for term in terms
    )  # 流入量: 流入6万人
    return tuple("|".join(dict.fromkeys((term, *_also_said(term)))) for term in said)


_ALIKE = {
    verb: [other for other in group.split() if other != verb]
    for group in json.loads(Path(__file__).with_name("named_words.json").read_text(encoding="utf-8"))["alike"]
    for verb in group.split()
    if len(verb) > 1
}


def length_of(term: str) -> int:
    """How long a word of a question is, whatever verbs stand for it; as long as reports put it where it is an everyday one."""
    own = term.partition("|")[0]
    return len(own) if own in _ALIKE and own not in _COLLOQUIAL else len(term)


def _also_said(term: str) -> list[str]:
    return [*_COLLOQUIAL.get(term, "").split(), *_ALIKE.get(term, ())]


def english_content_words(text: str) -> tuple[str, ...]:
    """Lower-cased content words of an English text, without repeats."""
    words = re.findall(r"[A-Za-z][A-Za-z'’-]*", text)
    kept = (word.lower().removesuffix("'s").removesuffix("’s") for word in words)
    return tuple(dict.fromkeys(word for word in kept if word not in ENGLISH_FUNCTION_WORDS and len(word) > 1))
