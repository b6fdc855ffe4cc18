"""Times in Chinese and English text: what they mean, where they stand, what kind they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.period_patterns import flatten, small_number
from index.period_reading import plan_years
from index.periods import Period, find_periods

REPORT = Period.parse("2023-01/2023-09")


def codes(text: str, reference: Period | None = REPORT) -> list[tuple[str, str]]:
    return [(mention.text, mention.period.code()) for mention in find_periods(text, reference=reference)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023年云川市地区生产总值", [("2023年", "2023")]),
        ("２０２３年", [("２０２３年", "2023")]),
        ("二〇二三年与二零二二年", [("二〇二三年", "2023"), ("二零二二年", "2022")]),
        ("一九八六年", [("一九八六年", "1986")]),
        ("2023年前三季度", [("2023年前三季度", "2023-01/2023-09")]),
        ("2023 年 1－9 月", [("2023 年 1－9 月", "2023-01/2023-09")]),
        ("2022年1月至8月份", [("2022年1月至8月份", "2022-01/2022-08")]),
        ("2023年，一至九月", [("2023年，一至九月", "2023-01/2023-09")]),
        ("2022年前11个月", [("2022年前11个月", "2022-01/2022-11")]),
        (
            "2022年上半年、2022年下半年",
            [("2022年上半年", "2022-01/2022-06"), ("2022年下半年", "2022-07/2022-12")],
        ),
        ("2024年第二季度", [("2024年第二季度", "2024-04/2024-06")]),
        ("2024年一至三季度", [("2024年一至三季度", "2024-01/2024-09")]),
        ("2023年全年", [("2023年全年", "2023")]),
        ("2023Q1和2023H1", [("2023Q1", "2023-01/2023-03"), ("2023H1", "2023-01/2023-06")]),
        ("2023-08", [("2023-08", "2023-08")]),
        ("2003年和2004年", [("2003年", "2003"), ("2004年", "2004")]),
        ("2021、2022和2023年", [("2021", "2021"), ("2022", "2022"), ("2023年", "2023")]),
        ("2023年初步核算", [("2023年", "2023")]),
        ("2013年起草的规划", [("2013年", "2013")]),
    ],
)
def test_absolute_chinese(text: str, expected: list[tuple[str, str]]) -> None:
    assert codes(text, None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今年前三季度", [("今年前三季度", "2023-01/2023-09")]),
        ("去年四季度", [("去年四季度", "2022-10/2022-12")]),
        ("前三季度增长，9月当月增长", [("前三季度", "2023-01/2023-09"), ("9月当月", "2023-09")]),
        ("全年", [("全年", "2023")]),
        ("本月、上月、本季度", [("本月", "2023-09"), ("上月", "2023-08"), ("本季度", "2023-07/2023-09")]),
        ("一、二季度", [("一", "2023-01/2023-03"), ("二季度", "2023-04/2023-06")]),
        ("7、8月份", [("7", "2023-07"), ("8月份", "2023-08")]),
        ("前年和明年", [("前年", "2021"), ("明年", "2024")]),
        ("去年同期", [("去年同期", "2022-01/2022-09")]),
        ("今年以来", [("今年以来", "2023-01/2023-09")]),
        ("近三年", [("近三年", "2021/2023")]),
    ],
)
def test_relative_chinese(text: str, expected: list[tuple[str, str]]) -> None:
    assert codes(text) == expected
    assert all(mention.relative for mention in find_periods(text, reference=REPORT))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In 2023, output rose.", [("2023", "2023")]),
        ("the first three quarters of 2023", [("the first three quarters of 2023", "2023-01/2023-09")]),
        ("Q1-Q3 2023", [("Q1-Q3 2023", "2023-01/2023-09")]),
        ("the first half of 2022", [("the first half of 2022", "2022-01/2022-06")]),
        ("January-September 2023", [("January-September 2023", "2023-01/2023-09")]),
        ("the first nine months of 2023", [("the first nine months of 2023", "2023-01/2023-09")]),
        ("Q3 2021 and September 2021", [("Q3 2021", "2021-07/2021-09"), ("September 2021", "2021-09")]),
        ("2003 and 2004", [("2003", "2003"), ("2004", "2004")]),
        ("last year", [("last year", "2022")]),
        ("this year", [("this year", "2023")]),
        ("the first quarter", [("the first quarter", "2023-01/2023-03")]),
        ("the same period last year", [("the same period last year", "2022-01/2022-09")]),
        ("the 14th Five-Year Plan period", [("the 14th Five-Year Plan period", "2021/2025")]),
        ("the five years to 2017", [("the five years to 2017", "2013/2017")]),
        ("over the decade ending in 2022", [("the decade ending in 2022", "2013/2022")]),
        ("the past five years", [("the past five years", "2019/2023")]),
        ("2013–2017", [("2013–2017", "2013/2017")]),
    ],
)
def test_english(text: str, expected: list[tuple[str, str]]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "企业2057家，职工2000人，已有2000多年历史，售价2023元",
        "1999.5万吨，33，212万吨，1.5月",
        "文明年、过去年均、马上年检、以前年度、以上年产值、当今年轻人",
        "同比、环比、每年、近年来、多年来、每年年底",
        "2,003 people and 2003 companies, 2010 yuan",
        "year-on-year growth of 13.5 percent; may 5 of them march on",
        "十五年、第三季、三月三",
    ],
)
def test_what_is_no_period(text: str) -> None:
    assert codes(text, None) == []


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("2022年底", "point", "2022"),
        ("9月末", "point", "2023-09"),
        ("三季度末", "point", "2023-09"),
        ("上年末", "point", "2022"),
        ("year-end 2005", "point", "2005"),
        ("the end of 2007", "point", "2007"),
        ("2014年3月5日", "date", "2014-03"),
        ("15 September 2023", "date", "2023-09"),
        ("2014年政府工作报告", "report", "2014"),
        ("2022年云川市国民经济和社会发展统计公报", "report", "2022"),
        ("政府工作报告（2014年）", "report", "2014"),
        ("the 2014 government work report", "report", "2014"),
        ("government work report of 2014", "report", "2014"),
        ("改革开放以来", "since", "1978-01/2023-09"),
        ("2012年以来", "since", "2012-01/2023-09"),
        ("since 2012", "since", "2012-01/2023-09"),
        ("“十一五”时期", "range", "2006/2010"),
        ("“十三五”末", "point", "2020"),
        ("“十三五”前三年", "range", "2016/2018"),
        ("第七个五年计划", "range", "1986/1990"),
        ("20世纪90年代", "range", "1990/1999"),
        ("五年间", "range", "2019/2023"),
    ],
)
def test_kind_covers_the_whole_text(text: str, kind: str, code: str) -> None:
    (mention,) = find_periods(text, reference=REPORT)
    assert (mention.kind, mention.period.code(), mention.text) == (kind, code, text)


@pytest.mark.parametrize(
    ("text", "span", "first", "last"),
    [
        ("从2009年到2011年", "2009年到2011年", "2009", "2011"),
        ("1997年至2002年增长", "1997年至2002年", "1997", "2002"),
        ("2013—2017年五年间", "2013—2017年五年间", "2013", "2017"),
        ("1998-99年", "1998-99年", "1998", "1999"),
        ("2022年四季度至2023年一季度", "2022年四季度至2023年一季度", "2022-10/2022-12", "2023-01/2023-03"),
        ("去年9月至今年8月", "去年9月至今年8月", "2022-09", "2023-08"),
        ("between 2003 and 2004", "2003 and 2004", "2003", "2004"),
        ("from 2003 to 2005", "2003 to 2005", "2003", "2005"),
        ("过去五年", "过去五年", "2019", "2023"),
    ],
)
def test_both_ends_of_a_range_can_be_read(text: str, span: str, first: str, last: str) -> None:
    (mention,) = find_periods(text, reference=REPORT)
    assert mention.kind == "range" and mention.text == span
    assert mention.first is not None and mention.last is not None
    assert (mention.first.code(), mention.last.code()) == (first, last)
    assert (mention.period.start, mention.period.end) == (mention.first.start, mention.last.end)


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("2023年比2022年增长", [False, True]),
        ("今年与2012年相比", [False, True]),
        ("较上年末增加", [True]),
        ("2014 rose 5% over 2013", [False, True]),
        ("由2012年的3万亿元增加到2017年", [False, False]),
    ],
)
def test_what_something_is_compared_with(text: str, compared: list[bool]) -> None:
    assert [mention.compared for mention in find_periods(text, reference=REPORT)] == compared


def test_a_part_without_a_year_takes_the_year_of_its_sentence() -> None:
    assert codes("2021年一季度增长5%，二季度增长4%。三季度增长3%。")[1:] == [
        ("二季度", "2021-04/2021-06"),
        ("三季度", "2023-07/2023-09"),
    ]


def test_what_is_compared_with_gives_no_year_to_what_follows() -> None:
    assert codes("比2019年增长5%，三季度增长3%")[1] == ("三季度", "2023-07/2023-09")


def test_last_year_is_counted_from_the_year_spoken_of() -> None:
    """上年 belongs to the sentence, 去年 to the report."""
    assert codes("2014年比上年增长")[1] == ("上年", "2013")
    assert codes("2014年的产量，去年的产量")[1] == ("去年", "2022")


def test_relative_mentions_without_a_reference_need_a_year_in_the_text() -> None:
    assert codes("去年和前三季度", None) == []
    assert codes("2014年政府工作报告中，去年增长多少？", None)[1] == ("去年", "2013")


def test_five_years_of_a_report_on_a_year_just_begun() -> None:
    (mention,) = find_periods("过去五年", reference=Period.of_years(2018), years_completed=False)
    assert mention.period.code() == "2013/2017"
    (mention,) = find_periods("今后五年", reference=Period.of_years(2018), years_completed=False)
    assert mention.period.code() == "2018/2022"


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        ("2023", "2023年", "2023"),
        ("2023-08", "2023年8月", "August 2023"),
        ("2023-01/2023-09", "2023年前三季度", "the first three quarters of 2023"),
        ("2023-01/2023-06", "2023年上半年", "the first half of 2023"),
        ("2023-04/2023-06", "2023年二季度", "the second quarter of 2023"),
        ("2023-01/2023-08", "2023年1—8月", "January–August 2023"),
        ("2013/2017", "2013—2017年", "2013–2017"),
        ("2022-09/2023-08", "2022年9月—2023年8月", "September 2022 – August 2023"),
    ],
)
def test_code_and_label_are_read_back(code: str, chinese: str, english: str) -> None:
    period = Period.parse(code)
    assert period.code() == code
    assert (period.label("zh"), period.label("en")) == (chinese, english)
    assert codes(chinese, None)[0][1] == code
    assert codes(english, None)[0][1] == code


@pytest.mark.parametrize("code", ["", "23", "2023-13", "2023-09/2023-01", "2023/2023-05", "2023年"])
def test_bad_codes_are_refused(code: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(code)


def test_containment_and_year() -> None:
    year, nine_months = Period.of_years(2023), Period.parse("2023-01/2023-09")
    assert year.contains(nine_months) and not nine_months.contains(year)
    assert Period.of_years(2022).overlaps(Period.parse("2022-12/2023-01"))
    assert not Period.of_years(2021).overlaps(year)
    assert (nine_months.year, Period.of_years(2013, 2017).year) == (2023, None)
    assert nine_months.shifted(-1).code() == "2022-01/2022-09"


def test_five_year_plans() -> None:
    assert [plan_years(n) for n in (1, 2, 3, 10, 14)] == [
        (1953, 1957), (1958, 1962), (1966, 1970), (2001, 2005), (2021, 2025),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "number"),
    [("十", 10), ("十一", 11), ("二十", 20), ("三十二", 32), ("两", 2), ("14th", 14), ("三", 3)],
)
def test_small_numbers(text: str, number: int) -> None:
    assert small_number(text) == number


@given(st.integers(1950, 2049), st.integers(1, 12), st.integers(0, 30))
def test_every_code_is_read_back(year: int, month: int, length: int) -> None:
    last = year * 12 + month - 1 + length
    period = Period((year, month), (last // 12, last % 12 + 1))
    assert Period.parse(period.code()) == period


PIECES = st.sampled_from(
    ["2023年", "去年", "前三季度", "1—9月", "比", "，", "。", "增长5%", "至", "到", "in 2022", " to ",
    "“十四五”", "末",
     "近五年", "上半年", "和", "2014年政府工作报告", "9月", "（", "）", "\n", "同期", "年底", "1.5", "Q1 ",
     "２０２１年"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_mentions_are_exact_ordered_and_apart(text: str) -> None:
    position = 0
    for mention in find_periods(text, reference=REPORT):
        assert mention.start >= position and mention.end > mention.start
        assert text[mention.start : mention.end] == mention.text
        position = mention.end


@given(st.text())
def test_flattening_keeps_every_offset(text: str) -> None:
    assert len(flatten(text)) == len(text)
