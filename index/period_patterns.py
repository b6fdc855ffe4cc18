"""What words of time look like in Chinese and English: patterns and word lists, no resolution.

All patterns run on `flatten(text)`, which has the same length as the text, so offsets are those of
the text. `index.periods` turns the matches into periods.
"""

from __future__ import annotations

import re
from typing import Final

# One character to one character, so that offsets never move.
_FLAT: Final = {
    **{ord("０") + digit: ord("0") + digit for digit in range(10)},
    **{ord("Ａ") + letter: ord("A") + letter for letter in range(26)},
    **{ord("ａ") + letter: ord("a") + letter for letter in range(26)},
    **{ord(dash): ord("-") for dash in "－—–‐‑‒―−─﹣"},
    **{ord(tilde): ord("~") for tilde in "～〜∼"},
    **{ord(quote): ord('"') for quote in "“”„‟″＂「」『』〝〞‘’"},
    **{ord(space): ord(" ") for space in "\u00a0\u3000\u2002\u2003\u2009"},
    ord("○"): ord("〇"),
    ord("零"): ord("〇"),
    ord("（"): ord("("),
    ord("）"): ord(")"),
}


def flatten(text: str) -> str:
    """`text` with widths, dashes, quotes and zeros made uniform; the same length as `text`."""
    return text.translate(_FLAT)


_CHINESE_DIGITS: Final = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_CHINESE_DIGITS["两"] = 2
_CHINESE_DIGITS["首"] = 1

_ENGLISH_NUMBERS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5,
    "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
    "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
}  # fmt: skip

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


def small_number(text: str) -> int | None:
    """9, 九, 十一, 二十, 两, "third" or "14th" as a number below 100; a year such as 二〇二三 as 2023."""
    text = text.strip().lower()
    digits = re.fullmatch(r"(\d+)(?:st|nd|rd|th)?", text)
    if digits:
        return int(digits[1])
    if text in _ENGLISH_NUMBERS:
        return _ENGLISH_NUMBERS[text]
    if len(text) == 4 and all(character in _CHINESE_DIGITS for character in text):
        return int("".join(str(_CHINESE_DIGITS[character]) for character in text))
    tens, ten, ones = text.rpartition("十")
    if (tens and tens not in _CHINESE_DIGITS) or (ones and ones not in _CHINESE_DIGITS):
        return None
    if not ten:
        return _CHINESE_DIGITS.get(ones)
    return _CHINESE_DIGITS.get(tens, 1) * 10 + _CHINESE_DIGITS.get(ones, 0)


# ---------------------------------------------------------------- building blocks

SPACE = r"[ ]?"
YEAR = r"(?:(?:18|19|20)\d\d|(?:一[八九]|二〇)[〇一二三四五六七八九]{2})"
NOT_INSIDE_NUMBER = r"(?<!\d)(?<!\d[.,，．·])"
_CHINESE_BEFORE = r"(?<![一二三四五六七八九十百])"
TO = rf"{SPACE}(?:-{{1,2}}|~|至|到){SPACE}"
MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
QUARTER = r"[1-4一二三四]"
_COUNT = r"(?:\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九两])"

# A part of a year; `index.periods` reads the matched text again to see which.
PART = (
    rf"(?:{MONTH}{SPACE}月?{TO}{MONTH}{SPACE}月(?!\d?\d日)份?"
    rf"|[前头]{_COUNT}{SPACE}个?月(?!内)份?"
    rf"|{MONTH}{SPACE}月(?:份|{SPACE}(?:[12]\d|3[01]|0?[1-9]|[一二三]?十[一二三四五六七八九]?"
    rf"|[一二三四五六七八九])"
    rf"{SPACE}[日号]|[上中下]旬)?"
    rf"|第?{QUARTER}(?:个?季度)?{TO}第?{QUARTER}{SPACE}个?季度"
    rf"|[前头]{SPACE}[1-4一二两三四]{SPACE}个?季度"
    rf"|第?{QUARTER}{SPACE}季度|首季度?"
    r"|[上下]半年|全年(?!龄)|[Qq][1-4](?:[-~][Qq]?[1-4])?|[Hh][12](?![0-9A-Za-z]))"
)
END = r"(?:年?末(?![期端尾])|年?底(?![数部子层线])|年?初(?![步级中等次始具见衷创期]))"

# A word for a year counted from another one. What stands before it must not make it another word
# (文明年…, 过去年均…, 以上年…), hence the negative look-behinds.
RELATIVE_YEAR = (
    r"(?:(?<!当)今年|(?<![基日成资])本年度?|(?<!过)去年|(?<![以马晚界])上一?年(?!纪)度?"
    r"|(?<![目以年月日之此从提])前一?年"
    r"|(?<![文表说证光清])明年|(?<![今以之最])后年|当年(?!价)|(?<![相不共])同年|(?<![层每首多])次年|翌年)"
)
RELATIVE_YEAR_OFFSET: Final = {
    "今年": 0, "本年": 0, "本年度": 0, "去年": -1, "上年": -1, "上年度": -1, "上一年": -1, "上一年度": -1,
    "前一年": -1, "前年": -2, "明年": 1, "后年": 2, "当年": 0, "同年": 0, "次年": 1, "翌年": 1,
    "this year": 0, "the current year": 0, "last year": -1, "the previous year": -1, "the prior year": -1,
    "the preceding year": -1, "the year before": -1, "a year earlier": -1, "a year ago": -1,
    "the year before last": -2, "next year": 1, "the same year": 0, "the following year": 1, "that year": 0,
    "previous year": -1, "prior year": -1, "preceding year": -1, "current year": 0, "the last year": -1,
}  # fmt: skip
# These are counted from the year just spoken of, the others from the report's year.
FROM_NEAREST: Final = frozenset((
    "上年", "上年度", "上一年", "上一年度", "前一年", "当年", "同年", "次年", "翌年", "the previous year",
    "the prior year", "the preceding year", "the year before", "a year earlier", "a year ago",
    "the same year",
    "the following year", "that year", "previous year", "prior year", "preceding year",
))  # fmt: skip

SINCE_EVENT: Final = {
    "解放": 1949, '粉碎"四人帮"': 1976,
    "改革开放": 1978, "十一届三中全会": 1978, "新中国成立": 1949, "建国": 1949, "中华人民共和国成立": 1949,
    "十八大": 2012, "十九大": 2017, "二十大": 2022, "加入世贸组织": 2001, "加入世界贸易组织": 2001,
    "入世": 2001,
}  # fmt: skip

# ---------------------------------------------------------------- Chinese

CHINESE_YEAR = re.compile(
    rf"(?:{NOT_INSIDE_NUMBER}(?P<year>{YEAR}){SPACE}年(?!代)(?:度(?!夏)|份)?|(?P<relative>{RELATIVE_YEAR}))"
    rf"(?:(?:[的,，(]|{SPACE})(?P<part>{PART})|全年)?"
    rf"(?P<day>\d日)?(?:当月|当季)?(?P<end>{END})?(?P<same>同期)?(?P<since>以来|之后|至今(?![年天日])|迄今|到(?:现在|目前)(?!的)"
    rf"|起(?![草步点伏诉源始航色因]))?(?:期间)?"
)
CHINESE_PART = re.compile(
    rf"{NOT_INSIDE_NUMBER}{_CHINESE_BEFORE}(?<![每任上下这某第个])(?P<part>{PART})"
    rf"(?:当月|当季)?(?P<end>末(?![期端尾])|底(?![数部子层线])"
    rf"|初(?![步级中等次始具见衷创期]))?(?P<same>同期)?"
    r"(?P<since>以来|至今(?![年天日])|迄今)?"
    r"|(?<![年每\d今去上前明后当同次翌近])(?P<bare_end>年[末底]"
    r"|年初(?![步级中等次始具见衷创期]))(?P<bare_since>以来)?"
)
# 2013—2017年, 2013-17年, 2013年到2017年五年间, 1978、1979两年共…, and the bare 2013-2017 of either language
_BOTH_YEARS = rf"(?:、|和|与)(?={YEAR}年?两年(?![^，。？\n]{{0,24}}(?:分别|各)))"
YEAR_RANGE = re.compile(
    rf"{NOT_INSIDE_NUMBER}(?P<first>{YEAR})(?:{SPACE}年(?:度|底|末)?)?(?:{TO}|{_BOTH_YEARS})(?P<last>{YEAR}|\d\d(?!\d))"
    rf"(?P<suffix>{SPACE}年(?!代)(?:度|底|末)?(?!\d?\d月|前[一二三四\d])"
    rf"(?:这?{_COUNT}年(?:间|来|期间)?|期间|间)?|这?{_COUNT}年(?:间|来|期间)?)?(?![\d.]|-\d|{SPACE}[月日])"
)
ISO_DATE = re.compile(
    rf"{NOT_INSIDE_NUMBER}(?<!-)(?P<year>(?:19|20)\d\d)(?:-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>[0-3]\d))?"
    r"|(?P<sep>[/.])(?P<month2>0?[1-9]|1[0-2])(?P=sep)(?P<day2>[0-3]?\d))(?![\d.年-])"
)
YEAR_LIST_ITEM = re.compile(
    rf"{NOT_INSIDE_NUMBER}(?P<year>{YEAR})"
    rf"(?={SPACE}(?:、|和|及|与|或){SPACE}(?:{YEAR}{SPACE}(?:、|和|及|与|或){SPACE})*{YEAR}{SPACE}年)"
)
PART_LIST_ITEM = re.compile(
    rf"{NOT_INSIDE_NUMBER}{_CHINESE_BEFORE}(?:(?P<month>{MONTH})(?=(?:[、和及]{MONTH})+月)"
    rf"|(?P<quarter>第?{QUARTER})(?=(?:[、和及]第?{QUARTER})+季度))"
)
RELATIVE_MONTH = re.compile(
    r"(?P<word>(?<![日基])本月|当月|(?<!以)上个?月|(?<![日基])本季度?|当季|(?<!以)上一?个?季度)(?P<end>末"
    r"|底|初(?!步))?"
)
RELATIVE_MONTH_SHIFT: Final = {"本月": 0, "当月": 0, "上月": -1, "上个月": -1}
MANY_YEARS = re.compile(
    rf"(?P<past>过去的?|(?<![最接])近|最近的?|这|前(?=\S{{1,3}}年间))(?P<n>{_COUNT}){SPACE}年(?:来|间|里"
    rf"|期间)?(?!期|级|制|内)"
    rf"|(?P<future>今后的?|未来的?|接下来的?|这(?=[\d一二两三四五六七八九十]{{1,2}}年(?:要|将|必须)))(?P<m>{_COUNT}){SPACE}年(?!期|级|制|内(?:地|部|外))(?:内)?"
    rf"|(?<![第连续每\d.一二三四五六七八九十百几数多前后近上])(?P<k>{_COUNT}){SPACE}年多?(?:来|间)(?!源)"
    rf"|(?<![第连续每\d.一二三四五六七八九十百几数多前后近上过这两])(?P<w>[三四五十]){SPACE}年"
    r"(?:内(?=全国|全省|全市|使|将|要|，)|(?=平均|年均|累计|合计|总共|增加|增长|接近翻|共[有计新完投]|中(?=国家|[^央西部小国等高华医期外药东]\S)|淘汰|关停|安排|用于|培养|建成|转移|解决)"
    r"|(?=为[\d一二三四五六七八九])|(?=\d[\d.]*[万亿][多余]?[农人城名户]))"
    # 五年全社会固定资产投资…, 中央财政五年支出…: a count of years that opens a clause or stands before a verb
    rf"|(?<=[，。；：\n])(?P<opening>[三四五十]){SPACE}年(?=[\u4e00-\u9fff])"
    r"(?!内|动乱|浩劫|困难|期|级|制|以|左|多|半|任|不|未|如一|计划|规划|行动|时间|前|后|代|来|间|疫|抗|磨|一)"
    rf"|(?<=[政费府])(?P<spending>[三四五十]){SPACE}年(?=支出|投入|投资|安排|累计|拨付|下达)"
    # 用三年时间, 三年内: in a plan they lie ahead, which index.figure_work_report sees to
    rf"|(?<=用)(?P<using>{_COUNT}){SPACE}年(?:左右)?的?时间"
    rf"|(?<=[，。；：\n到在后成])(?P<within>[两三四五]){SPACE}年内(?![地部外])"
    r"|(?P<both>今明两年|去今两年)"
)
# 过去五年（到2022年）, 到2017年的五年间
YEARS_UP_TO = re.compile(
    rf"(?:过去的?|近|最近的?|这|前)?(?P<n>{_COUNT}){SPACE}年(?:来|间|里|期间)?[(](?:截?至|到)?(?P<year>{YEAR}){SPACE}年(?:底|末)?(?:为?止)?[)]"
    rf"|(?:截?至|到)(?P<year2>{YEAR}){SPACE}年(?:底|末)?(?:为?止)?的?(?:这|前|过去)?(?P<n2>{_COUNT}){SPACE}年(?:来|间|里|期间)?"
)
PLAN = re.compile(
    r'(?:"(?P<quoted>十[一二三四五]?|[一二三四五六七八九])五"'
    r"|(?<![第年月日、一二三四五六七八九十])(?P<bare>十[一二三四五]?|[一二三四五六七八九])五(?=时期|期间"
    r"|规划|计划|末|以来|开局|收官)"
    r"|第(?P<full>十[一二三四五]?|[一二三四五六七八九])个五年(?=计划|规划|时期))"
    r"(?:规划|计划)?(?:时期|期间)?"
    r"(?:(?P<side>[前头后])(?P<n>[一二两三四\d])年|(?P<last>末年?|收官之?年|最后一年)|(?P<first>开局之?年"
    r"|初年?|第一年)"
    r"|(?P<since>以来))?"
)
CENTURY_END = re.compile(r"(?:(?P<this>本世纪)|(?:20|二十)世纪)末(?!期)")
DECADE = re.compile(
    r"(?:(?P<century>20|21|二十|二十一|上|本)世纪)?(?P<ten>[1-9]0|[一二三四五六七八九]十)年代(?P<ends>初|末)?"
)
SINCE = re.compile(rf"(?:党的)?(?P<event>{'|'.join(SINCE_EVENT)})以来")
# A bare year in a Chinese sentence only where nothing else can be meant
BARE_YEAR = re.compile(
    rf"(?:(?<=^)|(?<=[ (《,，。在从自到至和与]))(?<![\d.]\s)(?P<year>(?:19|20)\d\d)"
    rf"(?:{SPACE}(?P<part>{PART})|(?=$|{SPACE}(?:GDP|CPI|PPI|[)?？》])|全国|全省|全市|全区|年报))"
    rf"|(?<![\dA-Za-z.])(?P<year2>(?:19|20)\d\d)(?P<part2>前[一二三1-3]个?季度|[上下]半年"
    rf"|第?{QUARTER}季度|[QqHh][1-4])"
)
# What follows a year when the year names a report rather than the data in it
REPORT_TAIL = re.compile(
    r"的?《?(?:国务院|中央|[\u4e00-\u9fff]{2,8}?[省市县区州国])?的?(?:人民)?"
    r"(?:政府|国民经济[和与]社会发展|经济(?:和社会)?(?:运行|发展)|统计|财政|预算|工作|年度|发展|计划|执行"
    r"|情况|草案|主要|数据)*"
    r"(?:报告|公报|年鉴|年报|白皮书|快报|月报)》?"
)
REPORT_BEFORE = re.compile(r"《?(?:政府工作报告|统计公报|统计年鉴)》?(?P<open>\()?$")

# ---------------------------------------------------------------- English

_MONTH_NAME = r"(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_FULL_MONTH_NAME = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_SHORT_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)\b\.?"
_YEAR_WORD = (
    r"(?P<relative>(?:the )?(?:this|last|next|current|previous|prior|preceding|following|same|that) year"
    r"|the year before(?: last)?|a year (?:earlier|ago))"
)
_YEAR4 = r"(?:19|20)\d\d"
_ORDINAL = r"(?:first|second|third|fourth|1st|2nd|3rd|4th)"
_NUMBER = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2})"
ENGLISH_PART = (
    rf"(?:first (?:{_NUMBER}|half) ?(?:quarters?|months?)?|{_ORDINAL} (?:quarter|half)"
    rf"|(?:Q[1-4]|H[12])(?: ?(?:-|~|to|through) ?(?:Q[1-4]|H[12]))?"
    rf"|{_MONTH_NAME} ?(?:-|~|to|through|until) ?{_MONTH_NAME}"
    rf"|(?:\d{{1,2}} )?{_MONTH_NAME}(?: \d{{1,2}}(?:st|nd|rd|th)?,?)?)"
)
ENGLISH_DATED = re.compile(
    r"\b(?:(?P<end>(?:the )?end[- ](?:of )?|(?:the )?year[- ]end(?: of)? |(?:the )?beginning of "
    r"|early (?=\d)|late (?=\d))?(?:the )?)?"
    rf"(?:(?P<part>{ENGLISH_PART})(?:,? (?:of |in )?)(?:(?P<year>{_YEAR4})\b(?!-\d|,\d|\.\d)|{_YEAR_WORD})"
    rf"|(?P<year2>{_YEAR4}),? ?(?P<part2>Q[1-4](?:-Q?[1-4])?|H[12]|first half|second half|full[- ]year)\b"
    rf"|{_YEAR_WORD.replace('relative', 'relative2')})(?P<endafter>[- ]end\b|'s end\b)?",
    re.IGNORECASE,
)
ENGLISH_PART_ALONE = re.compile(
    rf"\b(?:the )?(?P<part>first {_NUMBER} (?:quarters?|months?)|{_ORDINAL} (?:quarter"
    rf"|half)\b(?! of the (?:century|decade))"
    rf"|(?:Q[1-4]|H[12])(?: ?[-~] ?(?:Q[1-4]|H[12]))?\b|{_SHORT_MONTH} ?(?:-|–|~|to|through) ?{_SHORT_MONTH}"
    rf"|{_FULL_MONTH_NAME}(?: ?(?:-|~|to"
    rf"|through) ?{_FULL_MONTH_NAME})?\b)"
)
ENGLISH_SAME_PERIOD = re.compile(
    rf"\b(?:the )?(?:same|corresponding|year-ago) period (?:of |in )?(?:{_YEAR_WORD}|(?P<year>{_YEAR4})\b)",
    re.IGNORECASE,
)
_COUNTED = (
    "people persons companies enterprises firms households yuan tons tonnes km kilomet units items patents "
    "projects cases students schools hospitals beds jobs workers million billion trillion thousand percent "
    "hectares mu square vehicles sets institutions residents villages new high-tech dollars rmb kwh mw gw "
    "days "
    "applications shops stores hours points metres meters talents researchers"
).replace(" ", "|")
ENGLISH_YEAR = re.compile(
    rf"(?<![\w.,$¥€£/-])(?<!reached )(?<!totaled )(?<!totalled )(?<!exceeded )(?<!about )(?<!nearly )"
    rf"(?<!some )(?<!only )"
    rf"(?P<end>(?:[Tt]he )?[Ee]nd(?:-| of )(?:the year )?|(?:[Tt]he )?[Yy]ear[- ]end(?: of)? "
    rf"|(?:[Tt]he )?[Bb]eginning of |FY ?)?"
    rf"(?:the )?(?:year )?(?P<year>{_YEAR4})(?P<endafter>[- ]end\b|[- ]year[- ]end\b)?(?![\w%‰]|[.,]\d"
    rf"|-\d| ?(?:%|‰|per ?cent|{_COUNTED}))"
)
ENGLISH_PLAN = re.compile(
    r"\b(?:the )?(?P<n>\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
    r"|tenth"
    r"|eleventh|twelfth|thirteenth|fourteenth|fifteenth) (?:five[- ]year (?:plan|program(?:me)?)"
    r"|FYP)(?: period)?\b",
    re.IGNORECASE,
)
ENGLISH_MANY_YEARS = re.compile(
    rf"\b(?:the |these )?(?:(?P<past>past|last|previous|recent|preceding)|(?P<future>next"
    rf"|coming)) (?P<n>{_NUMBER}) years\b",
    re.IGNORECASE,
)
# the five years to 2017, the decade ending in 2022
ENGLISH_YEARS_TO = re.compile(
    rf"\b(?:the |these )?(?:(?:past|last|previous) )?(?:(?P<n>{_NUMBER}) years|(?P<decade>decade))"
    rf",? (?:(?:up )?to|through|ending(?: in| with)?|ended)(?: the end of| end-| late)? ?(?P<year>{_YEAR4})\b",
    re.IGNORECASE,
)
ENGLISH_SINCE = re.compile(
    rf"\bsince (?:(?:the )?(?P<reform>reform and opening[- ]up)|(?:the )?(?:end of )?(?P<year>{_YEAR4})\b"
    r"|(?:the )?(?P<start>(?:start|beginning) of (?:the|this) year))",
    re.IGNORECASE,
)
ENGLISH_DECADE = re.compile(r"\b(?:the )?(?P<ten>(?:19|20)\d0)s\b")
ENGLISH_REPORT_TAIL = re.compile(
    r"(?:'s)? ?(?:(?:state council|central|national|annual|provincial|municipal|china|chinese) )*"
    r"(?:government work report|report on the work of the government|work report|annual report"
    r"|government report"
    r"|statistical (?:bulletin|communiqu[eé]|report|yearbook)|report\b)",
    re.IGNORECASE,
)
ENGLISH_REPORT_BEFORE = re.compile(
    r"(?:(?:the )?(?:government )?work report|report on the work of the government"
    r"|statistical (?:bulletin|communiqu[eé]|yearbook)|annual report)"
    r"(?: (?:of|for|in|from))? ?\(?(?:the year )?$",
    re.IGNORECASE,
)

COMPARED_BEFORE = re.compile(
    r"(?:比|较|相比于|相较于?|高于|低于|多于|少于|超过|\b(?:than|over|from|against|versus|vs\.?|on"
    r"|compared (?:with|to)|up from|down from))"
    r" ?(?:that of |that in |in |the level of |the )?$",
    re.IGNORECASE,
)
COMPARED_AROUND = (re.compile(r"[与同跟和]$"), re.compile(r"^\S{0,8}?(?:相比|比较|持平|相当)"))
SENTENCE_END = re.compile(r"[。！？!?；;\n]|\.(?=\s)")
