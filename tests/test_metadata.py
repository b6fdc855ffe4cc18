"""Title, region, period, date and kind, read by general rules from text, title and file name."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.clean import clean
from index.metadata import read_metadata
from index.readers import read_file
from index.readers import text as text_reader
from index.types import Metadata

SHARED = Path(__file__).resolve().parents[2] / "shared"


def metadata(text: str, name: str = "报告.txt") -> Metadata:
    raw = text_reader.read(Path(name), text.encode())
    return read_metadata(clean(raw, name=name, sha256="")).metadata


def values(found: Metadata) -> tuple[str | None, ...]:
    slots = (found.title, found.region, found.period, found.published, found.kind)
    return tuple(slot.value if slot else None for slot in slots)


def test_bulletin_by_its_title() -> None:
    found = metadata(
        "云川市2023年国民经济和社会发展统计公报\n\n云川市统计局　2024年3月18日\n\n"
        "2023年，全市经济回升向好。地区生产总值4385.2亿元，比上年增长6.1%。\n"
    )
    title = "云川市2023年国民经济和社会发展统计公报"
    assert values(found) == (title, "云川市", "2023", "2024-03-18", "bulletin")
    assert found.region is not None and found.region.origin == "title"
    assert found.published is not None and found.published.origin == "text"


def test_government_work_report_is_dated_by_its_own_year() -> None:
    found = metadata(
        "政府工作报告\n\n——2024年1月24日在云岭省第十四届人民代表大会第二次会议上\n\n各位代表：\n\n"
        "我代表省人民政府作工作报告，请予审议。2023年，全省生产总值增长5.7%。\n"
    )
    assert values(found) == ("政府工作报告", "云岭省", "2024", "2024-01-24", "government work report")


def test_work_report_year_from_a_heading_that_looks_back() -> None:
    found = metadata(
        "云岭省政府工作报告\n\n各位代表：\n\n一、2022年工作回顾\n\n过去一年，全省经济平稳增长。\n"
    )
    assert found.period is not None
    assert (found.period.value, found.period.origin) == ("2023", "heading")


NEWS = """今年前三季度地区生产总值528.6亿元，同比增长8.5%，分别快于全国、全省3.3个、2.9个百分点。

记者日前获悉，云川高新区锚定目标，全力建设科技园区，立足全市、服务全省。

2022年，云川高新区新引进人才1.2万人。2023年9月22日，云川高新区举办交流大会。到2027年，云川高新区力争翻番。

云川市同步推进。云川高新区企业总数达到3.1万家。2021年底，云川高新区获批试验区。
"""


def test_opening_that_names_neither_place_nor_year() -> None:
    found = metadata(NEWS, "a.txt")
    assert values(found)[1:] == ("云川高新区", "2023-01/2023-09", None, "news")
    assert found.title is not None and found.title.origin == "file name"


@pytest.mark.parametrize("name", ["yunchuan-2023q3.txt", "云川高新区2023年前三季度.txt"])
def test_file_name_settles_the_year_that_the_text_leaves_open(name: str) -> None:
    text = "今年前三季度地区生产总值528.6亿元，同比增长8.5%。2022年，全区新引进人才1.2万人，增长较快。\n"
    found = metadata(text, name)
    assert found.period is not None and found.period.value == "2023-01/2023-09"
    assert "file name" in found.period.origin


def test_the_text_ranks_before_the_file_name() -> None:
    text = "云川市2023年上半年经济运行简报\n\n上半年，全市地区生产总值2189.6亿元，增长5.8%。\n"
    found = metadata(text, "report-2019.txt")
    assert values(found)[1:3] == ("云川市", "2023-01/2023-06")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("brief-2023h1.txt", "2023-01/2023-06"),
        ("2023-08.txt", "2023-08"),
        ("2023.txt", "2023"),
        ("n20231.txt", None),
    ],
)
def test_period_from_the_file_name_alone(name: str, code: str | None) -> None:
    found = metadata("全市经济运行平稳，主要指标好于预期，企业信心增强。\n", name)
    assert (found.period.value if found.period else None) == code


def test_planned_years_are_not_the_report_year() -> None:
    text = (
        "今年上半年，云川市经济平稳。2023年7月，云川市新开项目12个。"
        "到2035年，云川市力争总量翻番；到2035年建成强市。\n"
    )
    found = metadata(text, "a.txt")
    assert found.period is not None and found.period.value == "2023-01/2023-06"


def test_nothing_known_stays_none() -> None:
    found = metadata("创新驱动发展战略深入实施，企业活力不断增强。\n", "a.txt")
    assert values(found)[1:4] == (None, None, None)


def test_title_over_two_lines() -> None:
    found = metadata(
        "云川市2023年国民经济和\n\n社会发展统计公报\n\n2023年，全市经济回升向好，生产总值增长6.1%。\n"
    )
    assert found.title is not None and found.title.value == "云川市2023年国民经济和社会发展统计公报"


def test_a_note_in_brackets_is_no_title() -> None:
    found = metadata("（虚构样例：均为编写）\n\n云川市2023年统计公报\n\n全市生产总值增长6.1%，好于全省。\n")
    assert found.title is not None and found.title.value == "云川市2023年统计公报"


@pytest.mark.skipif(not (SHARED / "corpora").is_dir(), reason="../shared/corpora is not here")
def test_real_reports() -> None:
    (seed,) = (SHARED / "corpora" / "seed").glob("*.txt")
    found = read_metadata(clean(read_file(seed), name="report.txt", sha256="")).metadata
    assert values(found)[1:3] == ("济南高新区", "2023-01/2023-09")
    for path in sorted((SHARED / "corpora" / "gwr").glob("*.txt"))[::6]:
        # The name is withheld: the text alone must tell.
        found = read_metadata(clean(read_file(path), name="report.txt", sha256="")).metadata
        assert values(found)[1:3] == ("全国", path.stem[-4:])
        assert found.kind is not None and found.kind.value == "government work report"
