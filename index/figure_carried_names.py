"""Names that only their sentence makes whole: 研究生 of those who finish, 棉花 per head, 复线 of a railway.

The last member of a list leaves out what the first one said of all; `in_its_sentence` puts it back.
"""

from __future__ import annotations

import re

from index import figure_words as words
from index.figure_fuller import of_topic

_FINISHED = re.compile(r"(?:毕业生|招生|招生数|毕业生人数|毕业人数)$")
_STUDENTS = re.compile(r"(?:博士|硕士)?研究生|[博硕]士生|本科生|专科生|中专生|大学生")
_PER_HEAD = re.compile(r"人均[\u4e00-\u9fff]{1,6}(?P<what>占有量|消费量|拥有量|产量)$")
_GOOD = re.compile(r"[\u4e00-\u9fff]{1,5}")
_WEIGHT = ("斤", "公斤", "千克", "市斤", "尺", "米", "匹", "吨", "升")
_TOTAL = re.compile(r"总(?P<what>收入|支出|产值|产量|投资|人口|面积)")
_LINES = re.compile(
    r"(?:建成|新建|投产|改造|修建|续建|铺设)?(?:新线|复线|正线|电气化线路|电气化|双线)(?:里程)?"
)
_TOGETHER = re.compile(
    r"(?P<list>[^\W\d等十]{2,10}(?:[、和与及][^\W\d等十]{2,10})+)[两三四五六](?:项|类|种|部分|方面的?|个)$"
)
_EACH_SIDE = re.compile(r"[\u4e00-\u9fff]{0,10}各方$")

_BARE = re.compile(
    r"(?:工业)?(?:总产值|产值|增加值|产量|出口额|出口|利润(?:总额)?|利税(?:总额)?|销售额|销售收入|营业收入|主营业务收入|营业利润|应收账款|成本|劳动生产率|亏损额?)"
)
_OWNED = re.compile(
    rf"(?P<owner>[\u4e00-\u9fff]{{2,16}}?(?:企业|工业|行业|农场|公司|单位|园区))(?:的)?(?P<what>{_BARE.pattern})"
)
_AMONG = re.compile(r"其中(?:[^，。；]*、)?$")
_WEIGHED = ("吨", "公斤", "斤", "千克")
_BELONGS_TO = re.compile(r"[市县省区央部]属|(?:市|县|省|区|国家)级")
_FIRMS = re.compile(r"(?:国有|集体|国营|规模以上工业|重点)?(?:企业|单位|学校|医院|项目|平台|园区)")
_PAYER = re.compile(r"(?:中央|地方|省级|市级|县级|各级)(?:政府|财政)?")
_SUM = re.compile(r"(?:投资|投入|支出|赤字|收入|补助|资金)$")
_COUNTED = re.compile(r"(?P<what>上市公司|企业|公司|合作社|景区|泊位)(?:数量|总数|数)?$")
_NOUN_OF_ITS_OWN = re.compile(
    r"(?:企业|公司|社|区|位|场|店|院|校|所|机构|单位|项目|平台|中心|户|人|级|以上|以下|个体|主体)$"
)
_JOINED = re.compile(r"(?:入驻|落户|签约|引进|孵化|培育|走访|参展|参会|开工|投产|关停|配套)的?$")
_TURNED_INTO = re.compile(r"(?:转为|变为|扭亏为|转成)?(?P<what>盈利|亏损)")
_GAIN_OR_LOSS = re.compile(r"(?<=..)的?(?:盈利|亏损)额?$")
_GOOD_DONE = re.compile(r"(?:实现|推行|实施|普及|落实)了?(?P<what>[^，。；\d]{4,20})，[^，。；]*$")
_HEAD_OF_SENTENCE = re.compile(
    rf"[{words.TIME}，\s]*(?P<owner>[^\W\d，在对使把将]{{2,12}}?(?:工业|企业|行业|农场|部门|系统|公司))"
    rf"(?=[{words.TIME}，]|实行|实现|根据|通过|继续|积极|坚持|进一步|普遍|共|都|已|按|由于)"
)
_POINTS_TO = re.compile(r"(?:这一?方面|这些方面|上述方面|此项|这项|该项|这类|此类|这部分)的?$")
_SPENT = re.compile(r"(?:基本建设|财政|事业|专项)?(?:投资|支出|资金|经费|投入|费用|补助|贷款|拨款)(?:总额)?")
_OF_WHAT = re.compile(
    r"(?:左右|以上)?的(?P<what>[^，。；、\d]{2,20}?(?:工程|项目|体系|计划|规划|电站|铁路|公路|基地|中心))(?:建设)?"
)
_MAINLY = re.compile(r"(?:重点|主要)(?:是|为|包括)(?P<what>[^，。；\d]{2,20}?)(?:建设)?，")
_USED = re.compile(r"用于(?P<what>[^，。；\d]{2,24}?)的(?:投资|支出|资金|经费|投入|费用)")
_TRIAL_PLACE = re.compile(r"试点(?:县|市|城市|地区|省|省份|单位|企业|学校|村|乡镇|范围)")

_POWER = re.compile(
    r"(?P<of>可再生能源|清洁能源|新能源|非化石能源|风电|光伏|太阳能|核电|水电|火电|煤电|抽水蓄能|储能)(?:发电)?新增$"
)
_COST = re.compile(r"(?:总投资|投资总额|总造价|投资总规模|投资规模|概算总投资|计划总投资)(?:额|规模)?")
_WORKS = re.compile(r"(?:工程|项目|电站|铁路|公路|水库|基地|中心|学校|医院)$")
_FOR_THIS = re.compile(r"为此[，]?(?:今年|明年|每年|将|拟|需|共|国家|[{T}])*$".replace("{T}", words.TIME))

_PAYERS = ("中央", "国家", "地方", "财政", "各级")
_SCHEME = re.compile(
    r"(?:建立健全|建立|实施|实行|推行|完善|扩大|提高)(?P<what>[^，。；\d]{2,24}?(?:制度|计划|政策|工程|标准|补助|补贴))(?=，|的|范围)"
)
_ISSUES = re.compile(r"(?:发行|增发)$")
_LENGTH = re.compile(r"全长|总长度?|全程|线路长度")
_LINE = re.compile(
    r"(?P<what>[^，。；\d]{2,24}?(?:公路|铁路|高速|管道|线路|大桥|隧道|航道|水渠|运河))，[^。；]*$"
)


def of_the_line(said: str, told: str) -> str | None:
    """开工建设青岚至云川公路，全长127公里，总投资9亿元: of the line that the sentence began with."""
    length = _LENGTH.fullmatch(said)
    if length is None and _COST.fullmatch(said) is None:
        return None
    line = _LINE.search(told)
    if line is None:
        return None
    what = re.sub(r"^.*?(?:开工建设|建成|建设|新建|开工|贯通|修建|推进)", "", line["what"])
    return what + ("长度" if length else said) if len(what) > 1 else None


_ACTORS = re.compile(r"[^，。；]*(?:企业|人员|居民|单位|纳税人|商户|职工)")
_SET_FOR = re.compile(r"(?P<who>企业|居民|个人|单位|职工)?(?P<what>.*(?:比例|税率|费率|标准|比率))")


def rate_of_whom(said: str, topic: str) -> str | None:
    """提高企业加计扣除比例，将制造业企业从50%提高到100%: the rate that is set for them, as `topic` says."""
    rate = _SET_FOR.fullmatch(topic)
    return said + rate["what"] if rate and _ACTORS.fullmatch(said) else None


def issued_before(told: str) -> str | None:
    """拟连续几年发行特别国债，…，今年先发行1万亿元: the object of the same verb; `told` ends with the verb."""
    verb = _ISSUES.search(told)
    if verb is None:
        return None
    before = [*re.finditer(rf"{verb[0]}了?(?P<what>[^，。；\d]{{2,14}})(?=，)", told)]
    return before[-1]["what"] if before else None


def of_the_works(said: str, last: str, behind: str) -> str | None:
    """新开工36项重点工程，总投资60亿元; 总投资为164亿元的救治体系: what the money builds.

    `last` is what was counted before in the sentence, `behind` the words after the figure.
    """
    if _COST.fullmatch(said) is None:
        return None
    of = _OF_WHAT.match(behind)
    if of is not None:
        return of["what"] + said
    return last.rpartition("的")[2] + said if _WORKS.search(last) else None


def pointed_at(said: str, told: str, before: str, topic: str) -> str | None:
    """这方面的投资, 此项支出: what for, as an earlier clause or the sentence `before` said; else None.

    `topic` is what the clause before was about.
    """
    if _FOR_THIS.search(told) and _SPENT.search(said) and said.startswith(_PAYERS):
        schemes = [*_SCHEME.finditer(told)]
        return of_topic(schemes[-1]["what"], said) if schemes else None  # 建立助学金制度，为此中央财政支出…
    points = _POINTS_TO.search(told)
    if points is None or _SPENT.fullmatch(said) is None:
        return None
    found = [*_MAINLY.finditer(told), *_USED.finditer(told)] or [*_USED.finditer(before)]
    if found:
        return found[-1]["what"] + said
    return of_topic(topic, said) if topic and points[0][0] in "此这该" and "方面" not in points[0] else None


_HELPED = re.compile(r"(?:救助|保障|受益|受助|惠及|覆盖|参保)(?:人数|人口|户数|面)")
_SCHEME_BEFORE = re.compile(
    r"(?:加强|完善|健全|建立|推进|实施|扩大)(?P<what>[^，。；\d]{4,16}?)(?:制度|体系|试点)?(?:建设)?，[^，。；]*$"
)


def in_its_sentence(name: str, said: str, last: str, told: str, unit: str, *, level: bool) -> str | None:
    """The whole name of what is called `name` here; None where nothing is left out.

    `said` are the words themselves, `last` the name read before them in the sentence, `told` the sentence up
    to them; `level` says that the figure is an amount, no growth.
    """
    if _STUDENTS.fullmatch(said) and unit == "人" and level:
        finished = _FINISHED.search(last)
        if finished and told.endswith(("，", "、", "和", "与", "及")):
            return said + finished[0]  # 培养本科毕业生687万人，研究生17万人
    each = _PER_HEAD.search(last)
    if (
        each
        and unit in _WEIGHT
        and level
        and _GOOD.fullmatch(said)
        and told.endswith(("，", "、", "和", "；"))
    ):
        return f"人均{said}{each['what']}"  # 平均每人占有粮食800斤，棉花10斤
    total = _TOTAL.fullmatch(said)
    if total and last.endswith(total["what"]) and last != said and not last.startswith(("人均", "户均")):
        return last  # 国内财政收入增加362亿元，全年总收入达到1829亿元
    if _AMONG.search(told) and last.endswith("产量") and unit in _WEIGHED and len(said) <= 4 and level:
        return said if said.endswith("产量") else f"{said}产量"  # 水产品产量63万吨，其中养殖51万吨
    level_of = _BELONGS_TO.fullmatch(said)
    if level_of and (firms := _FIRMS.search(last)) is not None:
        return said + firms[0]  # 20户国有企业，其中市属12户
    money = _SUM.search(last) if told.endswith("其中") and unit == "元" and _PAYER.fullmatch(said) else None
    if money is not None:
        return said + money[0]  # 政府投资4万亿元，其中中央政府新增1.18万亿元
    counted = _COUNTED.search(last) if told.endswith("其中") and unit in ("家", "户", "个", "所") else None
    if counted and not _NOUN_OF_ITS_OWN.search(said):
        return said + counted["what"]  # 上市公司23家，其中科创板4家
    if "到位" in said and "内资" not in said and re.search("外资|外商", told):
        return "实际使用外资"
    if said == "企业" and (joined := _JOINED.search(told)) is not None:
        return joined[0].rstrip("的") + said  # 首批入驻企业18家: not how many there are
    turned = _TURNED_INTO.fullmatch(said)
    if turned and (owner := _GAIN_OR_LOSS.search(last)) is not None:
        return last[: owner.start()] + turned["what"]  # 国营农场由亏损9000万元转为盈利3亿元
    bare, mine = _BARE.fullmatch(said), _OWNED.fullmatch(last)
    if bare and mine and mine["what"] != said and told.endswith(("，", "、", "；")):
        return mine["owner"] + said  # 试点企业产值增长14%，利润增长33%
    reached = _GOOD_DONE.search(told) if name.startswith(("惠及的", "覆盖的")) else None
    if reached is not None:
        return reached["what"] + name  # 实现城乡免费义务教育，惠及1.6亿学生
    if unit in ("公里", "千米") and "铁路" not in name and _LINES.fullmatch(name) and "铁路" in told:
        verb = re.match(r"建成|新建|投产|改造|修建|续建|铺设", name)
        return f"{verb[0]}铁路{name[verb.end() :]}" if verb else f"铁路{name}"
    both = _TOGETHER.search(told)
    if both and len(said) <= 4:
        return both["list"] + said  # 预算内和预算外两项资金
    helped = _HELPED.fullmatch(said)
    scheme = _SCHEME_BEFORE.search(told) if helped else None
    if scheme is not None:
        return scheme["what"] + said  # 加强最低生活保障制度建设，救助人数达到6619万人
    power = _POWER.search(told) if said in ("装机", "装机容量", "发电装机") else None
    if power is not None:
        return f"{power['of']}装机容量"
    if said.startswith("就业") and told.endswith("再"):
        return f"再{said}"
    if said == "创汇" and "旅游" in told:
        return "旅游创汇"
    if _BARE.fullmatch(said) and not last.endswith(("工业", "企业", "行业")):
        owner = _HEAD_OF_SENTENCE.match(told)
        if owner and owner.end() < len(told):
            return owner["owner"] + said  # 机械工业计划任务不足，…，全年总产值增长8%
    if said.startswith("面对") and (side := _EACH_SIDE.search(told)) is not None:
        return re.split(r"[，。；：\d]", side[0])[-1] + said  # 社会各方面对教育的投入
    return None
