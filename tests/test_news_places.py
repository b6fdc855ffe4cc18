"""Newspaper pieces: where one was written or photographed is not what its figures are of."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.clean import clean
from index.metadata import read_metadata
from index.news_places import own_places, stays, without_asides
from index.readers import text as text_reader
from index.regions import find_regions
from index.types import Metadata


def _metadata(text: str) -> Metadata:
    raw = text_reader.read(Path("piece.txt"), text.encode())
    return read_metadata(clean(raw, name="piece.txt", sha256="")).metadata


@pytest.mark.parametrize(
    "text",
    [
        "新华社昆明3月2日电（记者 张三）货物运输平稳。",
        "某某网成都5月6日讯 消费回暖。",
        "成都街头的早市。视觉中国 资料图消费回暖。",
        "5月6日，市民在成都购物。图片来源：视觉中国消费回暖。",
        "发布会6日在成都举行。",
    ],
)
def test_datelines_and_captions_name_no_place_of_figures(text: str) -> None:
    assert len(without_asides(text)) == len(text)
    assert own_places(text, find_regions(text)) == []


def test_a_sentence_with_a_figure_is_no_caption() -> None:
    text = "成都进口增长3.1%。视觉中国 图"
    assert [mention.name for mention in own_places(text, find_regions(text))] == ["成都市"]


def test_the_whole_city_is_the_one_whose_office_gave_the_figures() -> None:
    text = "青岛市统计局发布数据，根据山东省核算结果，全市工业增加值增长5.1%。"
    assert own_places(text, find_regions(text))[-1].name == "青岛市"


def test_another_city_between_leaves_it_open() -> None:
    text = "青岛市统计局发布数据，烟台市也公布了结果，全市工业增加值增长5.1%。"
    assert own_places(text, find_regions(text))[-1].name == "全市"


def test_the_office_names_the_region_of_the_piece() -> None:
    found = _metadata("记者日前从云南省统计局获悉，上半年，全省工业增加值增长5.1%，出口增长2.0%。")
    assert found.region is not None and found.region.value == "云南省"


@pytest.mark.parametrize(
    "passing",
    ["较2019年同期增长2.2%", "该企业自1996年投产以来累计生产300万台", "码头于2018年11月3日启用"],
)
def test_a_year_in_passing_does_not_date_the_piece(passing: str) -> None:
    opening = "记者获悉，今年前5个月，进出口增长4.1%。" + "外贸继续稳中有进，企业订单充足。" * 30
    assert _metadata(opening + passing + "。").period is None


def test_a_named_whole_city_stays_until_another_place_is_named() -> None:
    text = "青岛市统计局发布数据，全市出口增长5.1%。其中，服装增长2.2%。烟台增长3.0%。家具增长1.0%。"
    found = own_places(text, find_regions(text))
    whole = next(mention for mention in found if mention.text == "全市")
    assert stays(whole, found, text.index("其中"))
    assert not stays(whole, found, text.index("家具"))
