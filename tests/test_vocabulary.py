"""Names of indicators: which one a text means, and that the list itself is sound."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from index.units import normalise
from index.vocabulary import (
    Indicator,
    Vocabulary,
    VocabularyError,
    english_expansion,
    load_vocabulary,
)

VOCABULARY = load_vocabulary()


def found(text: str) -> list[tuple[str, str]]:
    return [(mention.text, mention.indicator.id) for mention in VOCABULARY.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("云川市地区生产总值增长5%", [("地区生产总值", "gross_domestic_product")]),
        ("ＧＤＰ总量", [("ＧＤＰ总量", "gross_domestic_product")]),
        ("国民生产总值", [("国民生产总值", "gross_national_product")]),
        ("社会商品零售总额", [("社会商品零售总额", "social_commodity_retail_sales")]),
        ("社零总额", [("社零总额", "retail_sales_consumer_goods")]),
        ("规上工业增加值", [("规上工业增加值", "industrial_value_added_above_scale")]),
        ("农民人均纯收入", [("农民人均纯收入", "rural_net_income")]),
        ('专精特新"小巨人"企业', [('专精特新"小巨人"企业', "little_giants")]),
        ("细颗粒物(PM2.5)平均浓度", [("细颗粒物(PM2.5)平均浓度", "pm25")]),
        ("进口博览会上的出口", [("出口", "exports")]),
        ("居高企稳、税收政策、人口普查", []),
    ],
)
def test_chinese(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("What was industrial value-added growth?", "industrial_value_added"),
        ("Industrial enterprises above designated size", "above_scale_industrial_enterprises"),
        ("value added of high-tech manufacturing", "high_tech_manufacturing_value_added"),
        ("Urbanisation rates", "urbanisation_rate"),
        ("urbanization rate", "urbanisation_rate"),
        ("labour productivity", "labour_productivity"),
        ("new and high tech enterprises", "high_tech_enterprises"),
        ("per capita\ndisposable income", "disposable_income"),
        ("R&D intensity", "research_intensity"),
        ("GDP per capita", "gdp_per_capita"),
    ],
)
def test_english(text: str, id: str) -> None:
    assert [mention.indicator.id for mention in VOCABULARY.find(text)] == [id]


def test_latin_names_end_at_word_borders() -> None:
    assert found("GDPR, reexports, CPIs rose") == [("CPIs", "consumer_price_index")]
    assert found("人均GDP达到") == [("人均GDP", "gdp_per_capita")]


@pytest.mark.parametrize(
    ("narrow", "broad"),
    [
        ("高技术制造业增加值", "制造业增加值"),
        ("规模以上工业增加值", "工业增加值"),
        ("城镇居民人均可支配收入", "居民人均可支配收入"),
        ("民间投资", "固定资产投资"),
        ("有效发明专利", "有效专利"),
        ("出口", "进出口总额"),
        ("新能源汽车产量", "汽车产量"),
    ],
)
def test_a_narrower_indicator_is_another_one_below_the_broader(narrow: str, broad: str) -> None:
    (mention,) = VOCABULARY.find(narrow)
    outer = VOCABULARY.lookup(broad)
    assert outer is not None and mention.indicator.id != outer.id
    assert outer.id in VOCABULARY.ancestors(mention.indicator.id)


def test_spans_are_exact_and_apart() -> None:
    text = "一般公共预算收入和进出口总额分别增长，固定资产投资；retail sales of consumer goods, exports"
    mentions = VOCABULARY.find(text)
    assert len(mentions) == 5
    assert all(text[m.start : m.end] == m.text for m in mentions)
    assert all(a.end <= b.start for a, b in pairwise(mentions))


def test_every_name_finds_its_own_indicator() -> None:
    for indicator in VOCABULARY:
        for name in (indicator.name, *indicator.synonyms, *indicator.english):
            assert VOCABULARY.lookup(name) == indicator, name
            assert [m.indicator.id for m in VOCABULARY.find(name)] == [indicator.id], name


def test_every_indicator_has_english_and_known_units() -> None:
    assert len(VOCABULARY) >= 250
    for indicator in VOCABULARY:
        assert indicator.english, indicator.id
        for unit in indicator.units:
            assert normalise(Decimal(1), unit)[1], (indicator.id, unit)


def test_lookup_knows_both_languages_and_nothing_else() -> None:
    gdp = VOCABULARY.get("gross_domestic_product")
    assert VOCABULARY.lookup("GDP") == VOCABULARY.lookup("Gross domestic product") == gdp
    assert VOCABULARY.lookup("地区生产总值增长") is None
    with pytest.raises(KeyError):
        VOCABULARY.get("no_such_indicator")


def test_english_question_is_expanded_to_chinese_terms() -> None:
    terms = english_expansion(
        "How many high-tech enterprises did the zone have, and how fast did exports grow?"
    )
    assert {"高新技术企业", "出口总额", "高新区"} <= set(terms)
    assert english_expansion("qwerty") == []
    assert english_expansion("patents") != []


def test_a_long_text_gives_every_mention() -> None:
    text = "规模以上工业增加值同比增长五个百分点，全体干部群众齐心协力，固定资产投资保持平稳。" * 1200
    assert len(VOCABULARY.find(text)) == 2400


def test_a_user_file_extends_the_vocabulary(tmp_path: Path) -> None:
    path = tmp_path / "extra.json"
    entries = [
        {"id": "widget_output", "name": "飞梭产量", "english": ["widget output"], "units": ["台"]},
        {"id": "gross_domestic_product", "synonyms": ["区产总值"]},
    ]
    path.write_text(json.dumps({"indicators": entries, "glossary": {"widget": ["飞梭"]}}), encoding="utf-8")
    extended = load_vocabulary(path)
    assert [m.indicator.id for m in extended.find("飞梭产量与区产总值和GDP")] == [
        "widget_output", "gross_domestic_product", "gross_domestic_product",
    ]  # fmt: skip
    assert extended.expand("a widget") == ["飞梭"]
    assert VOCABULARY.find("飞梭产量") == []


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ('{"indicators": [{"id": "x", "name": "出口"}]}', "exports"),
        ('{"indicators": [{"id": "x", "name": "飞梭", "parent": "nothing"}]}', "parent"),
        ('{"indicators": [{"id": "x", "name": "飞梭", "colour": "red"}]}', "colour"),
        ('{"indicators": [{"id": "x"}]}', "name"),
        ('{"indicators": [{"name": "飞梭"}]}', "id"),
        ('{"words": []}', "glossary"),
        ("not json", "cannot be read"),
    ],
)
def test_bad_files_are_refused_with_their_reason(tmp_path: Path, content: str, part: str) -> None:
    path = tmp_path / "extra.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(VocabularyError) as error:
        load_vocabulary(path)
    assert part in error.value.english
    assert error.value.chinese


def test_one_name_cannot_mean_two_indicators() -> None:
    def indicator(id: str, name: str) -> Indicator:
        return Indicator(id, name, (), (), ())

    with pytest.raises(VocabularyError):
        Vocabulary([indicator("a", "飞梭产量"), indicator("b", "飞梭产量")])
    with pytest.raises(VocabularyError):
        Vocabulary([indicator("a", "飞梭产量"), indicator("a", "飞轮产量")])
    with pytest.raises(VocabularyError):
        Vocabulary([indicator("a", "飞梭产量")], not_indicators=["飞梭产量"])
