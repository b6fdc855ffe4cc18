"""Fuller names for what the vocabulary does not know: 建交的国家, 免费提供教科书的贫困家庭学生.

A counted noun alone seldom says what was counted. The verb before it or the predicate behind it does,
and for money the purpose; a part (其中…) takes the rest of its name from the whole.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import rjieba

from index import figure_words as words
from index.figure_fuller import plain_per_head
from index.figure_list_names import GROUP, SCHOOL
from index.figure_weak_names import places_that
from index.numerals import plain_form

if TYPE_CHECKING:
    from index.vocabulary import Indicator, Vocabulary

_LATIN = re.compile(r"[A-Za-z]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LEADING = re.compile(
    r"^(?:地级及以上城市|全日制|现价|不变价|可比价|各类|全部|全国|按可比口径的?|现行|国家级重大|重要|重大|主要|各项|国内|城乡)(?=.{3})"
)
_TRAILING = re.compile(r"(?<=.{3})(?:标准|预算|总数|数量|总规模|规模|人数|总额|数|情况|水平|投入|资金)$")
_INNER_YEAR = re.compile(r"(?<=.)(?:的?年(?=总?产[量值]|平均|自然)|日(?=处理))")
_AVERAGE = re.compile(r"(?<=.)平均(?=[产单])")
_WORK = re.compile(
    r"^(?:建设|新增|新建|开工|实施|改造|治理|发放|筹集|引进|培育|改建|接待"
    r"|完成|实现|建成|开工建设|取消和?|调整|下放|清理|创造)(?=.{3})"
)
_INDUSTRY = re.compile(r"(?:[一二三]产|第[一二三]产业)")
_PUPILS = re.compile(r"(?:在校学?生|在校研究生|招生|毕业生)(?:人?数|总数|规模)?|专任教师|教职工")

# ---------------------------------------------------------------- the vocabulary, a little more widely


def lookup(vocabulary: Vocabulary, name: str) -> Indicator | None:
    """The indicator of a whole name; the Latin letters in a Chinese name do not name it (占GDP比重)."""
    known = vocabulary.lookup(name)
    if known is not None and _LATIN.search(name) and _CHINESE.search(name):
        names = {plain_form(form).lower() for form in (known.name, *known.synonyms)}
        return known if plain_form(name).lower() in names else None
    return known


def lookup_widely(vocabulary: Vocabulary, name: str) -> Indicator | None:
    """As `lookup`, also without what only says how it is counted: 原煤年产量, 全日制高等学校招生数."""
    known = lookup(vocabulary, name)
    if known is not None or len(name) < 3:
        return known
    shorter = _AVERAGE.sub("", _INNER_YEAR.sub("", plain_per_head(name)))
    if "的" in shorter:
        joined = shorter.replace("的", "")
        forms = [shorter, joined, _LEADING.sub("", joined), _WORK.sub("", joined)]
    else:
        forms = [shorter, _LEADING.sub("", shorter), _WORK.sub("", shorter)]
    forms += [_TRAILING.sub("", form) for form in forms]
    if name.endswith("参保"):
        forms.append(f"{name}人数")
    if name == "企业":
        forms.append("企业数量")
    if _INDUSTRY.fullmatch(name):
        forms.append(f"{name}增加值")
    for form in dict.fromkeys(forms):
        if form != name and len(form) >= 4 and (known := lookup(vocabulary, form)) is not None:
            return known
    return None


def pupils_of(text: str, name: str) -> str | None:
    """在校学生 after 普通高等学校已由…增加到…: 高等学校在校学生; `text` is the sentence before it."""
    if not _PUPILS.fullmatch(name):
        return None
    schools = SCHOOL.findall(text)
    bare = re.sub("(?:人数|总数|规模|数)$", "", name)
    return f"{schools[-1].removeprefix('普通')}{bare}" if schools else None


def group_of(group: str, whole: str) -> list[str]:
    """Names for 城镇 beside 居民人均可支配收入 or 常住人口: 城镇居民人均可支配收入, 城镇常住人口."""
    people = group.removesuffix("居民")
    if people != group and GROUP.fullmatch(people) and (other := GROUP.match(whole)):
        return [people + whole[other.end() :]]  # 城镇居民人均可支配收入…；农村居民…
    if not GROUP.fullmatch(group):
        return []
    bare = whole.removeprefix("居民")
    other = GROUP.match(whole)
    if other:  # 城镇人均居住面积…，农村…
        return [group + whole[other.end() :]]
    return [f"{group}{whole}", f"{group}居民{bare}", f"{group}{bare}", f"{group}{whole.removeprefix('常住')}"]


def part_of(part: str, whole: str) -> str | None:
    """其中发明专利 after 专利授权量: 发明专利授权量."""
    for size in range(min(len(part), len(whole) - 1), 1, -1):
        if part.endswith(whole[:size]):
            return part + whole[size:]
    return None


# ---------------------------------------------------------------- counted nouns

_ADVERBS_BEHIND = re.compile(
    r"^(?:全部|全都|都|均|已经?|先后|分别|陆续|也|又|就|基本|首次|顺利|正式|成功|共同|得以|率先|相继)+"
)
_ASIDE = re.compile(r"^[（(][^（）()]{1,12}[）)]")
_NO_PREDICATE = re.compile(
    r"^(?:相比|比较|不动摇|不变|不减|不松|达|占|为(?!主)|是|有|增|减|下降|上升|提高|超过|以上|左右|以下|等|的|和|与|及|、|，|中|里|内|来自|之)"
)
_HAS = re.compile(
    r"(?:都|均|已经?)*(?:有了|拥有|设有|建有|配有|设立了|建起了?)(?P<what>[\u4e00-\u9fff]{2,12})"
)
_PARTICLES = re.compile(r"(?<=[^为除])了|着(?=[^手力])")
_LIGHT_VERBS = words.word_set(
    "安排 投入 达到 实现 完成 支持 用于 涉及 包括 共有 拥有 具有 增加 减少 提高 降低 超过 突破 接近 分别 全部 支付 下达 拨付 "
    "增长 下降 上升 扩大 缩小 使 有 是 为 在 向 对 由 从 给 达 约 已有 现有 占 需要 要求 争取 解决 节约 发放 筹集 惠及 覆盖 "
    "吸引 新增 其中 帮助 组织 派出 参加 带动 确保 力争 继续 进行 每年 平均 累计 形成 建立 提供 试点 处理 成为 加强 生产 就业"
)
_NAMES_OF_DEEDS = words.word_set("协定 扣除 规定 规划 决定 判决 裁定 规程 指引 报告 试点 改革")
_VERB_END = re.compile(r"(?:[^，。；、\s]{0,8})$")


@lru_cache(maxsize=20_000)
def _tags(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(rjieba.tag(text))


def with_predicate(noun: str, behind: str) -> str | None:
    """`noun` with the predicate that follows it to the end of its clause: 成为城镇居民的农业转移人口."""
    text = _ADVERBS_BEHIND.sub("", _ASIDE.sub("", behind.strip(" ，。；：、！？,;\n")))
    if not 2 <= len(text) <= 28 or words.TIME in text or re.search(r"\d", text):
        return None
    goes = places_that(noun, text)
    if goes is not None:
        return goes
    has = _HAS.fullmatch(text)
    if has is not None:
        return f"有{has['what']}的{noun}"  # 72%的县〔有了三级医院〕
    if _NO_PREDICATE.match(text):
        return None
    if text.count("“") != text.count("”"):
        return None
    tags = _tags(text)
    leads = [tag for _, tag in tags[:4]]
    if not leads or not (
        leads[0][0] == "v"
        or tags[0][0] in words.VERBS
        or (leads[0][0] in "da" and any(tag[0] == "v" for tag in leads))
        or (leads[0] == "p" and any(tag[0] == "v" for _, tag in tags))
    ):
        return None
    if len(tags) <= 2 and tags[-1][0] in _NAMES_OF_DEEDS:
        return noun + text  # 自贸〔协定〕, 专项〔附加扣除〕
    if tags[-1][1] == "vn" and any(word in "和与、" for word, _ in tags[:3]):
        return noun + text  # 职工技能〔提升和转岗转业培训〕
    return f"{_PARTICLES.sub('', text)}的{noun}"


def verb_before(text: str) -> str | None:
    """The verb with which the words before a number end, as it qualifies a noun: 新开放, 审议和通过."""
    text = re.sub(r"了[^，。；、了]{1,6}的$", "", text)  # 访问了五大洲的
    tail = re.sub(r"(?:了|(?<!通)过|近|约|共)+$", "", _VERB_END.search(text)[0])  # type: ignore[index]
    tags = list(_tags(tail))
    if not tags:
        return None
    word, tag = tags[-1]
    if len(word) < 2 or word in _LIGHT_VERBS or not (tag[0] == "v" or word in words.VERBS or word == "通过"):
        return None
    verb = word
    if len(tags) >= 3 and tags[-2][0] in ("和", "并") and tags[-3][1][0] == "v":
        verb = f"{tags[-3][0]}{tags[-2][0]}{verb}"
    elif len(tags) >= 2 and tags[-2][0] in ("新", "新开工"):
        verb = tags[-2][0] + verb
    return verb


_WHOSE = re.compile(r"(?P<noun>[^的]{2,})的(?P<thing>[^的]{2,})")


def helped(noun: str, before: str, kind: str = "") -> str | None:
    """免除…5200万名学生的学杂费: 免除学杂费的学生; `before` are the words before the number.

    `kind` is the noun right before it, which says what students they are.
    """
    whose = _WHOSE.fullmatch(noun)
    if whose is None:
        return None
    told = _tags(kind)
    if told and len(told) > 2 and told[0][1][0] == "v" and told[1][0] == "了":  # 免除了…农村义务教育阶段
        before, kind = before[-24:].removesuffix(kind) + told[0][0], kind[len(told[0][0]) + 1 :]
    tags = _tags(re.sub(r"(?:了|过)", "", before[-24:].removesuffix(kind)))
    verbs = [word for word, tag in tags if (tag[0] == "v" or word in words.VERBS) and len(word) > 1]
    who = kind + whose["noun"]
    if not verbs and any(tag[0] == "v" for _, tag in _tags(whose["noun"])):
        return None  # 受过高等教育的人才
    return f"{verbs[-1]}{whose['thing']}的{who}" if verbs else who


_RELIEVED = re.compile(r"(?P<verb>解决|提高|改善|保障|免除|减轻|满足)(?:了|好)?[^，。；]{0,6}$")
_OF_THEIRS = re.compile(r"(?:以上|左右)?(?:的|(?=[^，。；]{2,8}问题))(?P<thing>[^，。；、\d的]{2,10})")
_LONG_NOUN = re.compile(
    r"(?:以上|左右)?的?(?P<noun>[\u4e00-\u9fff“”、（）]{3,26}?(?:项目|工程|措施|产品|企业|标准|事项|设备|技术|人员|任务|工作|制度|课题))"
    r"(?=[，。；、]|$)"
)
_OUT_OF = re.compile(r"从(?P<source>[^，。；]{2,12}?)中(?:拿出|安排|列支|支出|拨出|划出|提取)[^，。；]{0,4}$")


_DOING = re.compile(r"^(?:以上|以下|左右)?(?P<what>[^，。；：、\d\n“”（）()]{2,18})(?=[，。；、\n]|$)")
_PEOPLE = ("人", "名", "户", "人次", "户次", "")


def relieved(before: str, behind: str, unit: str) -> str | None:
    """解决…8000万人的温饱问题: what was done for how many people."""
    found, theirs = _RELIEVED.search(before), _OF_THEIRS.match(behind)
    if unit not in _PEOPLE or not found or not theirs:
        return None
    return f"{found['verb']}{theirs['thing']}的{'户数' if unit == '户' else '人口'}"


def doing(behind: str, unit: str) -> str | None:
    """1800多万人通过多种渠道实现了再就业: what so many people do."""
    match = _DOING.match(behind)
    if unit == "次" and match is not None and _tags(match["what"])[0][1] == "v":
        return match["what"]  # 先后4次〔降低存款准备金率〕
    if unit not in _PEOPLE or match is None:
        return None
    noun = "户" if unit.startswith("户") else "人"
    return with_predicate(noun, match["what"])


def from_around(before: str, behind: str, unit: str) -> str | None:
    """A name for a figure without any noun that could be read: what is done, whence the money comes."""
    told = relieved(before, behind, unit)
    if told is not None:
        return told
    if unit == "人" and behind.startswith("口"):
        whose = re.search(r"(?:农村|城镇|乡村|城市|贫困|覆盖|惠及|受益)+$", before)
        return f"{whose[0] if whose else ''}人口"  # 十亿人口的大国
    everyone = _REACHES.search(before) if unit in _PEOPLE else None
    if everyone and not re.search(r"\d", everyone["who"]) and re.match(r"[，。；]|$", behind):
        return everyone["who"].strip("，、") or f"{everyone['verb']}人数"
    source = _OUT_OF.search(before)
    if unit == "元" and source:
        return source["source"]
    noun = _LONG_NOUN.match(behind) if not behind.startswith("等") else None
    return noun["noun"] if noun and unit not in ("元", "%", "个百分点") else None


_REACHES = re.compile(
    r"(?P<who>[^，。；：]{0,24}?)(?:已经?|将|全面|基本|每年|共|累计)*(?P<verb>覆盖|惠及|涉及|资助|扶持)(?:了|到|全国|近|约)*$"
)
_WIDENS = re.compile(r"(?:试点|改革|范围|覆盖面|推广|工程|行动|示范)$")


def reached(noun: str, before: str, topic: str) -> str | None:
    """营养改善计划惠及3700多万学生: 营养改善计划惠及的学生; `topic` is what the clause before was about."""
    match = _REACHES.search(before)
    if match is None:
        return None
    who = re.sub(r"^(?:、|的|并|也|还|从而|使|其中|年底)+", "", match["who"]) or topic
    return f"{who}{match['verb']}的{noun}" if not re.search(r"[\d\ue000]", who) else None


def widened(thing: str, noun: str) -> str | None:
    """县级公立医院综合改革试点扩大到1000个县: 县级公立医院综合改革试点县."""
    return re.sub(r"(?<=.{2})的?范围$", "", thing) + noun if _WIDENS.search(thing) else None


_WEIGHED = ("吨", "公斤", "斤", "米", "台", "辆", "立方米", "箱", "千瓦时", "度")


def output_of(name: str, before: str, unit: str) -> str | None:
    """石油达到1.39亿吨 behind 主要工业产品产量继续增加: 石油产量."""
    if unit in (*_WEIGHED, "千瓦", "立方米") and _CAPACITIES.search(before) and "能力" not in name:
        return f"{name}生产能力"
    return f"{name}产量" if unit in _WEIGHED and "产量" in before and "产量" not in name else None


_PRODUCT_NAME = re.compile(r"(?![达为共约近超计至到各]$)[\u4e00-\u9fff]{1,5}")


def next_product(before: str, text: str, unit: str) -> str | None:
    """原煤产量2亿吨，〔洗煤〕1400万吨: a product that the tokenizer takes for a verb."""
    text = text.strip("，、；：")
    counted = (*_WEIGHED, "只", "架", "套", "块", "双", "支")
    made = before.endswith("产量") and unit in counted and _PRODUCT_NAME.fullmatch(text)
    return f"{text}产量" if made and not words.CHANGE_VERB.search(text) else None


_CAPACITIES = re.compile(r"生产能力(?:主要)?(?:有|：|:|为|包括)")
_WITHDRAWN = re.compile(r"(?P<verb>淘汰|退出|化解|压减)(?:了)?(?![^，。；]*(?:增加|新增|提高))[^，。；]*$")


def withdrawn(name: str, before: str, unit: str) -> str | None:
    """淘汰落后炼铁产能…、水泥2.3亿吨: no output of cement, but capacity taken away; `before` is the clause."""
    match = _WITHDRAWN.search(before) if unit in (*_WEIGHED, "标准箱", "标箱", "重量箱") else None
    if match is None or name.startswith(match["verb"]):
        return None
    return f"{match['verb']}{name}{'' if '产能' in name else '产能'}"


_CUT = re.compile(
    r"的(?:幅度|比例)(?:压减|压缩|削减|降低|减少|核减)(?P<what>[\u4e00-\u9fff“”]{2,14})(?=[，。；、]|$)"
)


def cut_by(behind: str) -> str | None:
    """按不低于5%的幅度压减〔一般性支出〕: what is cut stands behind."""
    match = _CUT.match(behind)
    return match["what"] if match else None


_GROWN = re.compile(
    r"(?P<what>[\u4e00-\u9fff]{2,14}?(?:能力|库容|容量))(?:将|可|共|又|再)?(?:增加|新增|扩大|提高)(?:了)?$"
)


def grown(before: str) -> str | None:
    """化肥生产能力增加〔标准肥〕1500万吨: what grows, before the kind it is counted in."""
    match = _GROWN.search(before)
    return re.sub(r"^.*使", "", match["what"]) if match else None


_WHOSE_MONEY = re.compile(
    r"(?P<who>(?:中央|地方|国家|各级|全国|省级|市级)?财政|国家|企业)(?:当年|就|共|可|将|要|累计|每年|全年|因此|为此)*"
    r"(?P<verb>增加|减少|新增|节约)(?:了)?$"
)


_PAYS = re.compile(
    r"(?P<who>(?:中央|地方|国家|各级|全国|省级|市级)财政|中央预算)(?:每年|将|拟|共|全年|累计|预算)*"
    r"(?:安排|支出|投入|下拨|拨付|发行)(?:了)?$"
)


def whose_money(name: str, before: str) -> str | None:
    """国家财政共增加〔支出〕540多亿元: what is spent more for something, not how all spending grows."""
    match = _WHOSE_MONEY.search(before) if name in ("支出", "收入", "投入", "开支") else None
    if match is not None:
        return f"{match['who']}{match['verb']}{name}"
    paid = _PAYS.search(before) if name in ("资金", "支出", "债券", "投资", "经费", "补助") else None
    return paid["who"] + name if paid else None


def beyond_budget(name: str, behind: str) -> str | None:
    """全国财政比年度预算〔超收〕7239亿元: what came in beyond the budget is not all that came in."""
    return f"{name}超收" if name.endswith("财政") and behind.endswith(("超收", "超收了")) else None


_INSURANCE = re.compile(
    r"[\u4e00-\u9fff]{2,14}?(?:养老保险|医疗保险|失业保险|工伤保险|生育保险|合作医疗|医保|新农合)"
)


_INSURED = ("参保", "参合", "参保的人", "参合的人", "参保人数", "参保人员")


def insured_in(name: str, before: str) -> str | None:
    """开展新型农村社会养老保险试点，3.58亿人〔参保〕: 新型农村社会养老保险参保人数."""
    schemes = _INSURANCE.findall(before) if name in _INSURED else []
    if not schemes:
        return None
    return re.sub(r"^.*(?:实施|开展|建立|推进|完善|参加|启动)(?:了)?", "", schemes[-1]) + "参保人数"


_TAX = re.compile(r"增值税|(?:企业|个人)?所得税|消费税|营业税|关税|资源税")


def which_tax(name: str, before: str) -> str | None:
    """深化增值税改革，将制造业现行16%的〔税率〕…: 制造业现行增值税税率."""
    if not name.endswith("税率") or _TAX.search(name):
        return None
    taxes = _TAX.findall(before)
    return f"{name.removesuffix('税率')}{taxes[-1]}税率" if taxes else None


_OF_FOREIGN = {
    "直接投资": "外商直接投资", "实际投资": "实际使用外商直接投资", "实际金额": "实际使用外商直接投资金额",
    "实际使用金额": "实际使用外商直接投资金额", "实际到位": "实际使用外商直接投资金额",
    "实际到位资金": "实际使用外商直接投资金额", "协议金额": "外商直接投资协议金额",
    "合同金额": "外商直接投资合同金额",
}  # fmt: skip


def of_foreign_money(name: str, before: str) -> str | None:
    """外商投资显著增加，…〔直接投资〕达到258亿美元; `before` is the sentence."""
    return (
        _OF_FOREIGN.get(name.replace("的", ""))
        if re.search(r"外商|外资", before) and "对外" not in before
        else None
    )


_COVERED = re.compile(r"纳入(?:了)?(?:低保|保障|保险)(?:的)?范围的")
_SCHEME = re.compile(r"(?P<what>[\u4e00-\u9fff]{2,14}?(?:保障|保险))(?:制度|范围|体系)")


def covered_by(name: str, before: str) -> str | None:
    """全面建立最低生活保障制度，3451.9万〔农村居民纳入保障范围〕: 最低生活保障人数."""
    if not _COVERED.match(name):
        return None
    scheme = _SCHEME.findall(before)
    return re.sub(r"^.*(?:建立|完善|健全|实施|推行)(?:了|和)?", "", scheme[-1]) + "人数" if scheme else None


_REGISTERED = re.compile(r"(?:新登记|新设立?|新注册|新增|新开工)(?:了|共)?$")


_SO_MANY = ("个", "项", "家", "件", "所", "种", "户", "座", "处", "条", "篇", "起", "批")


def of_these(name: str, before: str, behind: str, unit: str) -> str | None:
    """科研成果33000项，有937项获得国家奖: 获得国家奖的科研成果; 收集问题894个，办结851个: 办结的…."""
    if unit not in _SO_MANY:
        return None
    match = _DOING.match(behind)
    told = with_predicate(name, match["what"]) if match else None
    if match and match["what"].startswith("来自"):
        return f"{match['what']}的{name}"
    verb = verb_before(before) if told is None and re.match(r"[，。；、]|$", behind) else None
    return told or (f"{verb}的{name}" if verb else None)


def plain_words(before: str) -> str | None:
    """取消〔评比达标表彰项目〕29项, where no noun phrase could be read: the words themselves."""
    text = re.sub(
        r"^(?:(?:[、，和与及]|又|还|也|共|已|并)+|(?:年均|每年|累计|全年)+(?=.{3}))+", "", before.strip()
    )
    tags = _tags(text)
    if (
        not 3 <= len(text) <= 16
        or not re.fullmatch(r"[\u4e00-\u9fff“”、]+", text)
        or tags[-1][1][0] not in "nv"
    ):
        return None
    return text if tags[0][1][0] in "nvab" and text.count("“") == text.count("”") else None


def newly(name: str, before: str) -> str | None:
    """其中企业3.12万家，新登记4860家: 新登记企业."""
    match = _REGISTERED.search(before)
    return match[0].rstrip("了共") + name if match else None
