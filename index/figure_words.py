"""The words by which reports say what a number means: verbs, comparisons, heads, bases.

Patterns only; `index.figure_context` applies them. Time expressions have been masked with `TIME`
before they run, so that 由1997年的 and 比上年 look alike whatever the year.
"""

from __future__ import annotations

import re


def word_set(words: str) -> frozenset[str]:
    """The words of a list written with spaces between."""
    return frozenset(words.split())


TIME = "\ue000"  # a character of a masked time expression, one for one
_T = f"{TIME}+"

UP = (
    "增长|上涨|上升|提高|增加|扩大|攀升|提升|增产|增收|增多|递增|加快|跃升|上扬|上调|改善|延长|回升|拓展"
    "|扩展|走高|上浮|调增|增|涨|升|多|高|快|长"
)
DOWN = (
    "负增长|下降|减少|降低|回落|下跌|下滑|缩小|收窄|压减|压缩|削减|下调|缩减|缩短|递减|减产|减亏|放缓"
    "|减缓|萎缩|调减|走低|下浮|精简|精减|裁减|节约|节省|减|降|跌|少|低|慢"
)

# 增长13.5%, 增加到2.52万公里, 降至13%: the verb right before the number.
CHANGE_VERB = re.compile(
    rf"(?P<verb>(?P<up>{UP}|翻)|(?P<down>{DOWN}))(?P<le>了|幅度|)(?P<to>到|至|为|达到|达)?(?P<rest>了"
    rf"|约|近|又|:|：|人均|每人|每年|平均|全部|目前的?|\s)*(?:{_T}的?)?$"
)
# 达到, 为, 实现, 控制在: a level.
LEVEL_VERB = re.compile(
    r"(?P<verb>(?:基本)?建成(?:投产)?|开工(?:建设)?|投产|竣工|通车|开通|完工|平均(?:为|是|达到|达|)"
    r"|恢复到|恢复至|发展到|发展至|推广到|推广至|保持在|稳定在|维持在"
    r"|控制在|控制|稳定|保持|维持|达到|高达|多达"
    r"|实现|完成|突破|超过|接近|跨越|跃上|迈上|站上|首破|合计|共计|总计|总共|累计|总计达"
    r"|定为|确定为|(?:相应)?调整为|不含|不包括|安排|按|拟按|设定为|位于|处在|处于|在|是|为|达|有|共|计|仅|只有|到|至|不到|占|约占"
    r"|均为|都为|已|已经|将|要|拟|才|至少|约为|仍|仍有|还有|尚有|均|都|即|各|分别)"
    rf"(?:了|到|至|为|达|\s)*(?:{_T}的?)?$"
)
# 同比3.7%: growth without a verb.
BARE_GROWTH = re.compile(r"(?:同比|环比)(?:约|近)?$")
FROM_WORD = re.compile(rf"(?:由|从|自)(?:{_T}的?|上年的?|原来的?|现行的?|当前的?|目前的?|最初的?)?\s?$")
TO_VERB = re.compile(
    rf"^[、，]?(?:的|左右|以上|多)?(?:[^，。；]{{0,12}}?)(?P<verb>(?P<up>{UP})|(?P<down>{DOWN})|调整|变"
    rf"|转)(?P<to>到|至|为|成)(?:了)?(?:{_T}的?)?$"
)
LEAD_VERB = re.compile(
    r"(?P<verb>(?P<up>领先于?|高于|快于|好于|优于|超出|高出|大于|多于|超过)|(?P<down>低于|慢于|落后于?"
    r"|少于|小于))"
    r"(?P<reference>(?:(?!增长|下降|上涨|提高)[^，。；\d%]){1,24}?)(?:平均)?(?:水平|增速|增幅"
    r"|平均水平)?(?:约|近|了|分别|各|\s)*$"
)
# 比上年, 较去年同期, 比全国、全省: the comparison before the verb.
COMPARISON = re.compile(
    r"(?:(?<![同环占可对相])比(?![重例价率值])|较(?![大快好高多强低为])"
    r"|(?<![合共不相协])同(?=[^，。；]{1,20}相比))(?P<reference>[^，。；比较\d%]{1,20}?)(?:相比|有所"
    r"|时)?(?:分别|又|各|均|都)*$"
)
SHARE_VERB = re.compile(
    rf"(?<!抢)占(?!地|用|领|据|有|线)(?:到|了"
    rf"|其)?(?P<reference>[^，。；\d%]{{0,26}}?)(?:的)?(?P<head>比重|比例|份额|比)?"
    rf"(?:分别|已|均|也|就|仅|将)*(?:达到|达|为|是|由|从|在|超过|约|接近|的|提高到|上升到|提升到|升至"
    rf"|提高至|降至|下降到|降到|到|\s)*(?:{_T}的?)?$"
)
CONTRIBUTION_VERB = re.compile(
    r"(?P<verb>拉动|上拉|带动|拉升|推动|拉高|(?P<down>下拉|拖累"
    r"|拉低))(?P<object>[^，。；\d%]{0,20}?)(?P<change>增长|上涨|上升|提高|下降|回升|加快|增速"
    r"|回落)?(?:了|约|近|达|\s)*$"
)

# Words between subject and verb that carry meaning of their own or none.
BASES = (
    (
        "同比",
        re.compile(
            r"同比|[比较]上年同期|[比较]去年同期|[比较]上一?年同期|同期相比|year-on-year|year on year|yoy",
            re.I,
        ),
    ),
    (
        "环比",
        re.compile(
            r"环比|[比较]上月|[比较]上个月|[比较]上季|[比较]上一季|quarter-on-quarter|month-on-month|qoq",
            re.I,
        ),
    ),
    ("两年平均", re.compile(r"两年平均")),
    (
        "年均",
        re.compile(
            r"年均|年平均|平均每年|每年平均|年递增|per year|annual average|on average a year|annually", re.I
        ),
    ),
    (
        "比上年",
        re.compile(r"[比较](?:上一?年|去年|前一年)|over the previous year|from the previous year", re.I),
    ),
    ("可比价", re.compile(r"可比价|不变价|comparable prices|constant prices", re.I)),
    ("现价", re.compile(r"现价|当年价|current prices", re.I)),
    ("实际", re.compile(r"(?<!有)实际(?=增|上|下|提|涨|降)|扣除价格因素|real terms", re.I)),
    ("名义", re.compile(r"名义(?=增|上|下|提)|nominal", re.I)),
    ("日均", re.compile(r"日均|平均每天")),
    ("月均", re.compile(r"月均|平均每月")),
    ("累计", re.compile(r"累计|cumulative", re.I)),
    ("当月", re.compile(r"当月|单月|本月")),
)
ADVERBS = re.compile(
    r"(?:(?:扣除|剔除|考虑)[^，。；]{0,8}因素(?:影响)?后?|同比|环比|同口径|按可比口径|可比口径|可比价"
    r"|按可比价格(?:计算)?|按不变价(?:格|计算)*|分别"
    r"|平均每年|每年平均|年均|年平均|两年平均|平均|实际|名义|累计|共计|合计"
    r"|预计|预期|计划|预定|力争|已经|继续|连续(?:\d+|[一二两三四五六七八九十]+)年|(?:\d+"
    r"|[一二两三四五六七八九十]+)年(?:来|间|内)?|逐年|逐步|进一步|首次|大幅度?|明显|显著|大约|总共|一举"
    r"|成功"
    r"|实现|年初|全部|当年|当月|本月|同期|相应|直接|由此|基本|有望|需要|可以|必须|争取|确保|努力|平稳"
    r"|稳定|高速|快速|持续|共同|从而|至少|不低于|超过|约占|估计|预料|原则上|(?:大大|远远|明显"
    r"|略)?(?:低于|高于|超过了|快于|慢于|相当于)|人均每年|每年|每天|每月|普遍|仍然|依然|一般|连年|常年"
    r"|始终|一直"
    rf"|(?:从|自|由|到|至)?{_T}(?:[至到][{TIME}]+)?(?:的|间|内|中|里|止|起|以来|前|之前)*|\s|，|的|了"
    rf"|：|:|、)$"
)
# Single characters are adverbs only where the tokenizer sees them as words (领军人才 keeps its 才).
SHORT_ADVERBS = frozenset("以要拟将已共均都各又再也还仍并更就只仅才应可能使约近超净则却为因达增减")
# 在明显提高质量和效益的基础上: says under which conditions, not what.
SETTING = re.compile(
    r"在[^，。；]{2,14}(?:初期|时期|期间|过程中|期内)$|(?:安排|确定|定|拟定|预计)为$"
    r"|(?:预期)?(?:目标)?(?:是|为)?[在按][^，。；]{2,30}(?:基础|前提|条件"
    r"|情况|背景|口径)[上下]?$|(?:的)?(?:预期|主要|发展|宏观|调控|计划)*目标(?:是|为|定为|确定为)?$"
)
# Verbs that take a counted object: what stands behind them begins the noun phrase.
VERBS = word_set(
    "拥有 具有 集聚 聚集 汇聚 引进 引育 培育 建成 建立 完成 实现 新建 改建 扩建 新开工 竣工 解决 落地 "
    "获批 获得 荣获 推出 掌握 申报 开展 突破 达成 签约 签订 发放 安排 投入 下达 支持 发行 设立 组建 "
    "形成 达到 认定 新认定 实施 推进 出台 制定 取消 下放 减轻 降低 提高 增加 减少 压减 扩大 惠及 帮助 "
    "吸引 利用 投放 治理 整治 退出 淘汰 化解 创造 创建 拨付 筹集 募集 节约 节省 派出 选派 组织 举办 "
    "承办 免征 参加 参与 覆盖 受理 办理 办结 审结 查处 打造 谋划 储备 纳入 列入 成为 提供 满足 带动 "
    "带领 吸纳 安置 救助 救治 资助 招收 录取 输送 接待 出动 修建 修复 上缴 缴纳 征收 归还 偿还 支付 "
    "支出了 动用 调出 调入 为 给 向 在 对 由 从 有 是 了 着 过 请 派 交付 改善 更新 清理 编制 颁布 "
    "提请 承担 推动 促进 加快 加强 释放 赢得 清退 追回 挽回 补充 置换 争取 统筹 腾退 盘活 预留 兑付 "
    "兑现 代发 增发 共有 现有 已有 拓展 回应 协调 协助 联系 对接 精减 裁减 分流 安装 架设 铺设 开通 "
    "投产 新辟 成立 入选 上拉 拉动 占 使 让 将 把 用于 涉及 包括 荣膺 斩获 取得 下拨 追加 拿出 提前 "
    "下调 上调 改造 帮扶 收回 搭建 启动 立足 聚焦 布局 引入 招引 促成 免除 免费 普及 扫除 收治 出让 "
    "出售 购置 购买 采购 销售 出栏"
)
# Verbs that as often stand inside a noun phrase (服务专员, 培训机构): they never end one from the left.
NOUN_VERBS = word_set(
    "就业 出口 进口 投资 消费 贷款 存款 减排 赤字 支出 收入 储蓄 储备 保险 参保 缴费 补助 补贴 改造 "
    "开发 研发 用电 发电 进出口 增收 结余 盈余 顺差 逆差 投入 供给 供应 销售 生产 出栏 存栏 造林 绿化 "
    "灌溉 贸易 服务 旅游 教育 培训 捐赠 援助 支持 融资 放贷 减税 降费 减负 脱贫 失业 创业 招生 毕业 "
    "死亡 出生 治理 保障 捕捞 养殖 种植 加工 建设 交易 成交 签约 流入 流出 开工 竣工 施工 减免 退税 "
    "让利 担保 借款 负债 欠款 播种 消耗 排放 污染 耗水 耗能 耗电 用水 用地 搬迁 移民 落户 入学 上学 "
    "住院 报销 资助 积累 援建 修建"
)
GROWTH_HEAD = re.compile(
    r"(?:年均|的)*(?:(?:增长|上涨|上升|提高|增加)(?:速度|幅度)|递增速度|增长率|增速|增幅|涨幅|升幅"
    r"|(?P<down>降幅|跌幅|减幅|下降幅度|下降率))$"
)
SHARE_HEAD = re.compile(r"(?:占比|比重|份额|比例|占有率|之比)$")
CONTRIBUTION_HEAD = re.compile(r"(?:贡献率|贡献|拉动率|拉动力)$")
RATE_HEAD = re.compile(r"率$|度$|之比$|比例$|水平$|利率$")
# Heads that only say how something is counted: the subject is whatever was spoken of before.
GENERIC_HEAD = re.compile(
    r"(?:总量|总容量|总额|总数|总规模|总计|数量|规模|增速|增幅|涨幅|降幅|占比|比重|份额|比例|人数|户数|家数"
    r"|总人数|余额|金额|总值|总价值|增量|净增|总产量|合计|数)"
)
# Heads that measure an industry or product named just before: 制造业…，增加值增长.
MEASURE_HEAD = re.compile(
    r"(?:投资总规模|总投资额?|投资总额|总建筑面积|总规模|增加值|总产值|产值|总产量|产量|单产|平均亩产|利润总额|利润|营业收入|销售收入|主营业务收入|收入"
    r"|销售额|零售额|交易额|成交额|投资额|投资|面积|播种面积|价格|出口额|出口|进口额|进口|进出口"
    r"|存款余额|贷款余额|余额|支出|税收|就业|人均收入|人均纯收入|人均可支配收入|总里程|里程|年产能|产能"
    r"|装机容量|容量|库存|赤字|规模)"
)
# Of these, the ones that are indicators by themselves after another indicator: 进出口总额…，其中出口….
STANDS_ALONE = re.compile(
    r"出口额?|进口额?|进出口|投资|支出|税收|就业|价格|收入|利润|赤字|营业收入|人均可支配收入|人均纯收入"
    r"|零售额|存款余额|贷款余额"
)
LIST_HEADS = tuple(
    sorted(
        word_set(
            "居民人均可支配收入 人均可支配收入 居民人均纯收入 居民人均消费支出 人均消费支出 "
            "居民人均生活费收入 居民收入 增加值 总产值 产值 总产量 产量 投资额 投资 销售额 零售额 "
            "营业收入 销售收入 收入 支出 利润总额 利润 "
            "价格 出口额 出口 进口额 进口 进出口总额 进出口 贷款余额 存款余额 余额 人口 面积 里程 "
            "消费支出 消费 失业率 覆盖率 比重 占比 增速 产业 产业增加值 企业 项目 居民 装机容量 税收 "
            "排放量 消费量 用电量 货运量 客运量 周转量 销量 保险 业务量 教育 指数 税率"
        ),
        key=len,
        reverse=True,
    )
)
TARGET = re.compile(
    r"预期目标|主要目标|奋斗目标|目标是|目标为|目标：|的目标|预期增长|力争|争取(?=.{0,20}(?:达到|增长"
    r"|实现|控制|完成|突破))|拟安排|拟按|拟发行|拟定|拟(?=将|新|增)|计划(?=安排|发行|投资|新增|新建"
    r"|完成|到|增长|减少|用|从|实施|建设)"
    r"|要(?=达到|控制在|增长|超过|实现|完成|确保|力争|新增|新建|安排|再|解决|使|把|在)|将(?=达到|安排"
    r"|增加|新增|新建|投入|超过|实现|完成|再|减少|提高到|下降|建成|发行|从|由)|确保|努力实现|今后|未来"
    r"|预算安排|安排(?=.{0,16}亿)|控制在|(?<=达到)万|规划|到\d{4}年|再(?=减少|增加|新增|解决|压减|降低"
    r"|改造|新建|建设|完成)"
    r"|目标|不低于|target|aim|plan(?:s|ned) to|by 20[2-9]\d",
    re.I,
)
FIRM_TARGET = re.compile(
    r"要(?:从|由)|要(?:把|将|使)[^，。；]{0,30}控制在|预期目标|主要目标|奋斗目标|目标(?:是|为|：|:)|力争|拟安排|拟按|拟发行|拟定"
    r"|今后[一二三五十]|要(?:达到|控制在|确保|力争)|target|plan(?:s|ned) to",
    re.I,
)
TARGET_AFTER = re.compile(
    r"^[^，。；]{0,30}等(?:预期|主要|约束性)?目标|^(?:左右|以上|以内|以下|多|余)?的?(?:控制|全年|年度"
    r"|年初|计划|规划|预算|预期|预定|既定|原定|调控|政策"
    r"|增长|发展|奋斗)*(?:目标|指标|预期|任务)"
)
PAST = re.compile(
    r"目前|已(?:经)?(?!定)|了|(?<![比较])(?:去年|上年)|过去|年来|以来|完成了|实现了|回顾|超额|累计"
)
FORECAST = re.compile(
    r"预计|预测|有望|预估|估计|展望|forecast|is expected|are expected|projected|projection", re.I
)
PRELIMINARY = re.compile(
    r"(?<![与比同较])(?:初步核算|初步统计|初步预计|初步测算|初步估算|初步数)|快报[数显统]|(?:统计|业绩)快报"
    r"|preliminary",
    re.I,
)
REVISED = re.compile(r"修订(?:后|数|为|值|的(?:数据|结果))|最终核实|核实后|调整后的数|revised", re.I)
