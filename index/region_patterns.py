"""What names of places look like, and what only looks like one. `index.regions` uses these patterns."""

from __future__ import annotations

import re
from typing import Final

from index.gazetteer import ZONE_KINDS

# Characters before or after which a short name is a piece of other words:
# 长江西岸, 复合肥, 确保定点, 扩大连锁, 今日本市
NOT_AFTER: Final = {
    "江西": "长", "江门": "长", "河南": "黄运", "河北": "黄", "湖南": "庭太", "湖北": "庭太",
    "海南": "南东", "海口": "出入港", "大连": "扩重最巨", "日本": "0123456789今每当近同即",
    "合肥": "复混化", "运城": "航海水客货空", "河源": "黄江", "资阳": "投", "内江": "境国省市",
    "保定": "确", "泰安": "国", "衡水": "平均", "通化": "普交", "和田": "总饱", "定西": "一稳肯坚确",
    "山东": "泰佛", "北海": "东", "东部": "省市县区国山江海州华", "中部": "省市县区国山江海州东西",
    "西部": "省市县区国山江海州", "东北": "省市县区山江海州华",
}  # fmt: skip
NOT_BEFORE: Final = {
    "日本": "报市区省刊院", "合肥": "料", "北海": "道", "四平": "八", "广安": "门", "东部": "战",
    "西部": "战", "中部": "战", "和田": "玉", "衡水": "平", "延安": "路", "南京": "路", "朝鲜": "族",
    "印度": "洋", "上海": "路", "山西": "路",
}  # fmt: skip


RELATIVE: Final = re.compile(
    r"(?P<country>(?<![安健])全国|全球|全世界|世界(?=经济(?!组织|论坛)|平均|人口|贸易额|各国|GDP|总))"
    r"|(?<![安健完周齐])(?P<scope>[全我本](?P<unit>省|市|县|州|区)(?![域间位分别委场长民值运内级]))"
)


SUFFIX: Final = re.compile(
    "|".join(sorted(ZONE_KINDS, key=len, reverse=True))
    + r"|自治[区州县旗]|省(?![界了份略力心钱级部会委直际内外道]|得)|市(?![监场值价况面盈占民长委区辖级直内域]"
    r"|政[工公建设基道])"
    r"|县(?![级域城区长委乡处])|区(?![域间块位分别划内外级长委])|州(?![立际长])"
)
# No name of a place contains one of these
FUNCTION: Final = frozenset(
    "的了是在和与及等为以于不各每该全本我其某这那有将把被对从由到至向使让给个约近超达占比较同并且或但而"
    "也都又还已曾"
    "共仅只最更很非无未没可能会要应须需着过第几多少两数位处内外上下前后"
)
DIGITS: Final = frozenset("一二三四五六七八九十百千万亿0123456789")
GENERIC_STEM: Final = re.compile(
    r"[大强业帽夜集楼一二三四五六七八九十两]$"
    r"|^[山林牧矿灾老特城郊辖园社景小片街校厂港库湖海灌疫病展赛选产销垦滩军战专误禁盲雷地大强"
    r"超股门夜集都菜早花汇债楼车牛熊农高原本该各]$"
    r"|(?:住宅|军分|警备|评论|居民|目标|任务|作业|施工|封控|管控|隔离|用餐|取餐|货运|客运|危险|康复"
    r"|文明城|深水|重灾|铁路|高标准|高质量|设|国家级?|省级|市级|县级|地级|世界一流|高水平|特色|重点"
    r"|中心城?|经济|经济技术|高新技术|工业|商务|商业|功能|保税|生态"
    r"|产业|旅游|旅游度假|试验|实验|示范|自贸|自由贸易|开发|保护|行政|自治|管理|直辖|贫困|试点|革命老"
    r"|边境|边疆|民族|单列"
    r"|大中城|中小城|大城|主产|主销|集聚|聚集|集中|居住|生活|服务|引领|先行|先导|核心|起步|启动|拓展|控制"
    r"|合作|度假|风险"
    r"|办公|种植|养殖|流域|沿海|内陆|百强|千强|十强|产粮大|农业大|人口大|工业大|经济大|文化大|资源大"
    r"|科技大|制造大|工业强|经济强|科技强"
    r"|现代化|创新|科创|科技|物流|综合|跨境|改革|开放|协同|发展|一体化|都市|城乡|新城|主城|老城|棚户|厂矿"
    r"|自主创新"
    r"|欠发达地|发达地|少数民族地|困地|高原|平原|丘陵|盆地|草原|农村|城镇|兄弟|周边|邻近|相关|有关|部分"
    r"|试点城|中央|地方|建成|规划"
    r"|证券|农贸|批发|资本|期货|商品|消费)$"
)
LEADING: Final = re.compile(
    r"^(?:促进|推动|推进|支持|加快|建设|带动|走进|来到|位于|地处|隶属|成为|打造|批准|同意|包括|其中|关于"
    r"|以及|根据|针对|设立|服务|助力|建成"
    r"|进入|落户|签约|投资|调研|考察|联合|协同|对接|依托|围绕|坚持|全面|共同|积极|深化|加强|提升|展示"
    r"|聚焦|赋能|引领|融入|辐射|覆盖|请问"
    r"|年|月|日|省|市|县|州|区|国|如|含|即|称|据|赴|驻|经|因|按|若|去|今|看|问|查|说|做|抓|建|靠|离|距|沿"
    r"|往|当|受|凭)+"
)


# 城+市, 山+区: words of their own unless the dictionary has the whole as a place (金山区, 禹城市)
AMBIGUOUS_TAIL: Final = re.compile(r"(?:城市|[城山矿港湖海地社水灾库园郊牧林景小街校厂老特宅]区|[小大强]县)$")


CAPITALISED: Final = r"[A-Z][a-z]+(?:['’][a-z]+)?(?:-[A-Z][a-z]+)?"
ENGLISH_ZONE: Final = re.compile(
    rf"\b(?P<stem>{CAPITALISED}(?: {CAPITALISED}){{0,2}}?) (?:[Nn]ational )?"
    r"(?:(?:(?:[Hh]i|[Hh]igh)[- ]?[Tt]ech\w*(?: [Ii]ndustr\w+)?|[Ee]conomic(?: and [Tt]echnological)?"
    r"|[Ff]ree[- ][Tt]rade(?: [Pp]ilot)?"
    r"|(?:[Cc]omprehensive )?[Bb]onded|[Cc]ooperation|[Dd]evelopment)(?: [Dd]evelopment)? (?:[Zz]one"
    r"|[Aa]rea|[Pp]ark)|[Nn]ew (?:[Aa]rea|[Dd]istrict))\b"
)
ENGLISH_UNIT: Final = re.compile(
    rf"\b(?P<stem>{CAPITALISED}(?: {CAPITALISED})?) (?P<unit>Province|City|Municipality|County|District"
    rf"|Prefecture|Autonomous Region"
    r"|city|province|county|district)\b"
)
ENGLISH_SCOPE: Final = re.compile(
    r"\b(?:(?P<country>[Nn]ational(?! (?:high|key|lab|stand|park|bureau|people|holi|day|level"
    r"|econom\w+ and social|congress|champion|team|statistic"
    r"|debt|bond|treasur|security|defen))|[Nn]ationwide|[Nn]ationally)"
    r"|(?P<scope>(?:[Tt]he|[Tt]his|[Oo]ur) (?:(?:whole|entire) )?(?P<unit>province|city|municipality"
    r"|district|county|zone|prefecture)(?:'s)?(?! of [A-Z])))\b"
)
NOT_PLACES: Final = frozenset(
    [
        "The",
        "In",
        "Of",
        "For",
        "And",
        "What",
        "How",
        "Which",
        "Did",
        "Does",
        "Is",
        "Was",
        "Were",
        "When",
        "Where",
        "Why",
        "Who",
        "By",
        "At",
        "On",
        "To",
    ]
)


ORGANISATION: Final = re.compile(
    r"^(?:人民)?(?:银行|大学|学院|科学院|工程院|公司|集团|人大|政协|妇联|总工会|两会|共产党|证监会"
    r"|银保监会|移动|电信|联通|石油|石化|中车|科大"
    r"|制造2025|梦|共青团|特色社会主义|式现代化|[（(][\u4e00-\u9fff]{2,6}[）)]自由?贸易?"
    r"|[\u4e00-\u9fff]{2,8}(?:股份|有限|集团|公司|大学"
    r"|银行)|文明城市|人民代表大会|卫生城市)"
)
COMPARED: Final = re.compile(
    r"(?:高于|低于|快于|慢于|领先于?|超过|比|较|落后于?|好于|优于|大于|小于|不及|位居|居|列|above|below"
    r"|than|ahead of|over|behind)"
    r" ?(?:the )?(?:同期)?(?:[\u4e00-\u9fff]{2,3}[、和])?$",
    re.IGNORECASE,
)
