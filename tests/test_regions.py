"""Places in text and how they lie in each other. Unlisted places here are invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.regions import (
    contains_region,
    find_regions,
    level_of,
    normalise_region,
    pinyin_matches,
    resolve_home,
    same_region,
)


def names(text: str, home: str | None = None, known: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(mention.text, mention.name) for mention in find_regions(text, home=home, known=known)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全国、我国和中国", [("全国", "全国"), ("我国", "全国"), ("中国", "全国")]),
        ("山东和广西", [("山东", "山东省"), ("广西", "广西壮族自治区")]),
        ("济南、青岛市", [("济南", "济南市"), ("青岛市", "青岛市")]),
        ("山东省济南市", [("山东省济南市", "济南市")]),
        ("济南高新技术产业开发区", [("济南高新技术产业开发区", "济南高新区")]),
        ("苏州市工业园区", [("苏州市工业园区", "苏州工业园")]),
        ("浦东新区、雄安新区", [("浦东新区", "浦东新区"), ("雄安新区", "雄安新区")]),
        ("云川市地区生产总值", [("云川市", "云川市")]),
        ("2023年云川市规上工业", [("云川市", "云川市")]),
        ("促进云川市发展", [("云川市", "云川市")]),
        (
            "云川高新区与云川市高新技术产业开发区",
            [("云川高新区", "云川高新区"), ("云川市高新技术产业开发区", "云川高新区")],
        ),
        ("青岚省临湖市", [("青岚省临湖市", "临湖市")]),
        ("望江县和东岭区", [("望江县", "望江县"), ("东岭区", "东岭区")]),
        ("济南市历城区", [("济南市历城区", "历城区")]),
        ("美国、日本与印度尼西亚", [("美国", "美国"), ("日本", "日本"), ("印度尼西亚", "印度尼西亚")]),
        (
            "长三角、京津冀、西部地区",
            [("长三角", "长江三角洲"), ("京津冀", "京津冀"), ("西部地区", "西部地区")],
        ),
        ("亚洲和全球", [("亚洲", "亚洲"), ("全球", "全球")]),
    ],
)
def test_chinese_names(text: str, expected: list[tuple[str, str]]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "城市、超市、股市、上市公司、门市、夜市、直辖市、试点城市、十四个市",
        "地区、园区、社区、灾区、市区、经济特区、工业区、集聚区、粮食主产区、贫困地区、偏远地区",
        "各省、外省、邻省、节省、三个县、产粮大县、贫困县",
        "自贸试验区、国家级高新区、经济开发区和综合保税区",
        "长江西岸、复合肥、确保定点、扩大连锁经营、10月9日本报讯、平衡水平、稳定西部以外",
        "建立健全区域协调机制、安全省心、健全市场、完全区分",
        "国内生产总值、国家高新技术企业",
        "industrial output of us all, who china not",
    ],
)
def test_what_is_no_place(text: str) -> None:
    assert [name for name in names(text) if name[1] not in ("西部地区",)] == []


@pytest.mark.parametrize(
    ("home", "scope", "expected"),
    [
        ("济南高新区", "全区", "济南高新区"),
        ("济南高新区", "全市", "济南市"),
        ("济南高新区", "全省", "山东省"),
        ("济南高新区", "我省", "山东省"),
        ("云川高新区", "全市", "云川市"),
        ("云川高新区", "全省", "全省"),
        ("云川市", "我市", "云川市"),
        ("云川市", "全区", "全区"),
        ("北京市", "全市", "北京市"),
        ("广西", "全区", "广西壮族自治区"),
        ("望江县", "全县", "望江县"),
        ("济南高新区", "the zone", "济南高新区"),
        ("济南高新区", "the city", "济南市"),
    ],
)
def test_home_resolves_the_whole_zone_city_and_province(home: str, scope: str, expected: str) -> None:
    assert names(f"高于{scope}平均" if scope[0] in "全我" else f"above {scope} average", home) == [
        (scope, expected)
    ]


def test_without_home_the_scope_names_itself() -> None:
    assert names("全市、我省") == [("全市", "全市"), ("我省", "全省")]
    assert resolve_home("全市", None) == "全市"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("China's exports to the United States", [("China", "全国"), ("the United States", "美国")]),
        ("GDP of Jinan High-tech Zone", [("Jinan High-tech Zone", "济南高新区")]),
        ("Shandong and Guangdong Province", [("Shandong", "山东省"), ("Guangdong Province", "广东省")]),
        ("the national average", [("national", "全国")]),
        ("How did Yunchuan City do?", [("Yunchuan City", "Yunchuan City")]),
    ],
)
def test_english_names(text: str, expected: list[tuple[str, str]]) -> None:
    assert names(text) == expected


def test_english_names_of_unlisted_places_are_found_through_what_the_index_knows() -> None:
    known = ("云川市", "云川高新区", "林东县")
    assert names("Yunchuan, Lindong County and the Yunchuan High-tech Zone", known=known) == [
        ("Yunchuan", "云川市"),
        ("Lindong County", "林东县"),
        ("Yunchuan High-tech Zone", "云川高新区"),
    ]


def test_a_known_place_needs_no_suffix() -> None:
    assert names("云川的增速", home="云川市") == [("云川", "云川市")]
    assert names("云川的增速") == []


def test_names_of_organisations_and_what_is_compared_with_are_marked() -> None:
    bank, country = find_regions("中国银行，高于全国")
    assert (bank.is_part_of_name, bank.compared) == (True, False)
    assert (country.is_part_of_name, country.compared) == (False, True)


@pytest.mark.parametrize(
    ("written", "standard", "level"),
    [
        ("济南", "济南市", "city"),
        ("国家", "全国", "country"),
        ("Jinan", "济南市", "city"),
        ("the Jinan High-tech Industrial Development Zone", "济南高新区", "zone"),
        ("Shandong Province", "山东省", "province"),
        ("山东省济南市", "济南市", "city"),
        ("济南市高新区", "济南高新区", "zone"),
        ("云川市经济技术开发区", "云川经开区", "zone"),
        ("Pudong New Area", "浦东新区", "zone"),
        ("云川市", "云川市", "city"),
        ("Suzhou", "苏州市", "city"),
    ],
)
def test_standard_name_and_level(written: str, standard: str, level: str) -> None:
    assert normalise_region(written) == standard
    assert level_of(standard) == level
    assert normalise_region(standard) == standard


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("济南", "济南市", True),
        ("中国", "全国", True),
        ("云川", "云川市", True),
        ("云川县", "云川市", False),
        ("云川市", "临湖市", False),
        ("云川市", "云川高新区", False),
        ("Yunchuan", "云川市", True),
        ("Yunchuan County", "云川市", False),
        ("Yunchuan High-tech Zone", "云川高新区", True),
        ("Yunchuan", "临湖市", False),
        ("吉林省", "吉林市", False),
    ],
)
def test_same_region(first: str, second: str, same: bool) -> None:
    assert same_region(first, second) is same
    assert same_region(second, first) is same


@pytest.mark.parametrize(
    ("outer", "inner", "contains"),
    [
        ("全国", "山东", True),
        ("山东", "济南高新区", True),
        ("济南", "济南", True),
        ("济南", "山东", False),
        ("广东", "济南", False),
        ("全国", "美国", False),
        ("全球", "美国", True),
        ("东部地区", "济南高新区", True),
        ("西部地区", "济南", False),
        ("云川市", "云川高新区", True),
        ("全国", "云川高新区", True),
        ("青岚省", "云川市", None),
        ("山东", "云川市", None),
        ("云川高新区", "云川市", False),
    ],
)
def test_containment_is_true_false_or_unknown(outer: str, inner: str, contains: bool | None) -> None:
    assert contains_region(outer, inner) is contains


@pytest.mark.parametrize(
    ("english", "chinese", "matches"),
    [
        ("Yunchuan", "云川", True),
        ("Xi'an", "西安", True),
        ("Luliang", "吕梁", True),
        ("Yunchua", "云川", False),
    ],
)
def test_pinyin(english: str, chinese: str, matches: bool) -> None:
    assert pinyin_matches(english, chinese) is matches


PIECES = st.sampled_from(
    ["山东", "济南市", "高新区", "全省", "云川市", "促进", "的", "，", "城市", "Jinan High-tech Zone ",
    "China", "我国",
     "望江县", "高于", "全区", "和", "2023年", "地区", "the city ", "\n", "中国银行", "市", "区", "新区"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=10).map("".join), st.sampled_from([None, "济南高新区", "云川市"]))
def test_mentions_are_exact_ordered_and_apart(text: str, home: str | None) -> None:
    position = 0
    for mention in find_regions(text, home=home):
        assert mention.start >= position and mention.end > mention.start
        assert text[mention.start : mention.end] == mention.text
        assert mention.name and mention.level
        position = mention.end


def test_a_city_that_shares_a_listed_name_is_a_place_of_its_own() -> None:
    assert [m.name for m in find_regions("2022年喀什市的社零总额")] == ["喀什市"]
    assert [m.name for m in find_regions("广东市县财政")] == ["广东省"]
    assert [m.name for m in find_regions("北京市场")] == ["北京市"]


def test_no_month_stands_behind_a_year_without_a_number() -> None:
    assert "亮泉市" not in [m.name for m in find_regions("2023年月亮泉市的生产总值")]
