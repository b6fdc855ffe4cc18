"""Follow-ups by kind: times counted from the year before, what "it" is compared with, parts, turns of phrase."""

from __future__ import annotations

import pytest

from index.vocabulary import load_vocabulary
from rag.conversation import resolve
from rag.types import Turn


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        # times
        ("2018年云川市粮食产量是多少？", "再往前两年，2016年呢？", "2016年云川市粮食产量是多少？"),
        ("2018年云川市粮食产量是多少？", "两年后呢？", "2020年云川市粮食产量是多少？"),
        ("How large was grain output in 2012?", "And two years later?", "How large was grain output in 2014?"),
        ("How large was grain output in 2012?", "And in the following year?", "How large was grain output in 2013?"),
        # what it is compared with
        ("2023年云川市粮食产量是多少？", "2024年比它多多少？", "2024年云川市粮食产量是多少，与2023年相比变化多少？"),
        ("2023年云川市粮食产量是多少？", "比上一年多多少？", "2023年云川市粮食产量是多少，与2022年相比变化多少？"),
        ("2023年云川市粮食产量是多少？", "比上年增产多少？", "2023年云川市粮食产量比上年增产多少？"),
        ("云川市进出口总额多少？", "这个增速比全省高多少？", "云川市进出口总额增速比全省高多少？"),
        # another of its kind
        ("2020年云川市城镇居民人均可支配收入是多少？", "农村呢？", "2020年云川市农村居民人均可支配收入是多少？"),
        ("云川市引进了多少个“三星”院士团队？", "领军人才呢？", "云川市引进了多少个领军人才？"),
        ("2006年市财政用于科技的支出是多少？", "教育呢？", "2006年市财政用于教育的支出是多少？"),
        ("2012年保障性住房新开工多少万套？", "建成多少？", "2012年保障性住房建成多少万套？"),
        ("云川市新增外贸企业多少家？", "其中过亿元的有多少家？", "云川市过亿元的外贸企业有多少家？"),
        ("云川市“快批”一共过审了几个项目？", "其中高新区占几个？", "云川市“快批”一共过审了几个来自高新区的项目？"),
        ("云川中小企业合作区有多少家外资企业？", "规上企业又有多少？", "云川中小企业合作区有多少家规上企业？"),
        ("云川中小企业合作区落地多少家企业？", "规上的呢？", "云川中小企业合作区落地多少家规上企业？"),
        ("2023年云川市经济增长的预期目标是多少？", "实际完成得怎么样，增长了多少？", "2023年云川市经济增长实际是多少？"),
        ("2021年底云川市贷款余额是多少？", "2023年末呢，多了多少？", "2023年末云川市贷款余额是多少，与2021年底相比变化多少？"),
        # 项目 alone would be any project
        ("云川市“快批”一共过审了几个项目？", "其中高新区的有几个？", "云川市“快批”一共过审了几个高新区的项目？"),
        ("2014年云川市实际使用外资多少？", "2018年是多少？", "2018年云川市实际使用外资多少？"),
        ("2014年云川市粮食产量增长多少？", "那2018年又是多少呢？", "2018年云川市粮食产量增长多少？"),
        ("2010年云川市出口多少亿美元？", "那进口呢，增速多少？", "2010年云川市进口的增速是多少？"),
        (
            "How large was the fiscal deficit planned for 2017?",
            "And the part run by local governments?",
            "How large was the fiscal deficit by local governments planned for 2017?",
        ),
        ("1991年云川市新增的煤炭生产能力是多少？", "发电装机呢？", "1991年云川市新增的发电装机是多少？"),
        (
            "How much railway investment was to be completed in 2019?",
            "And for highway projects?",
            "How much highway investment was to be completed in 2019?",
        ),
        (
            "How fast did grain output grow in 2012?",
            "What had been the target for that year?",
            "What was the target for grain output growth in 2012?",
        ),
        # plans and what came of them
        ("2012年国内生产总值增长目标是多少？", "最后完成得怎么样？", "2012年国内生产总值实际增长多少？"),
        ("2012年国内生产总值增长多少？", "当初定的目标呢？", "2012年国内生产总值增长的目标是多少？"),
        ("What was GDP growth in 2012?", "And the target?", "What was the target for GDP growth in 2012?"),
    ],
)  # fmt: skip
def test_made_whole(before: str, question: str, whole: str) -> None:
    assert resolve(question, [Turn(before)], load_vocabulary()) == whole


def test_the_first_years_of_a_span_are_not_counted_back() -> None:
    whole = resolve("前三年呢？", [Turn("2018年云川市粮食产量是多少？")], load_vocabulary())
    assert "2015年" not in whole


@pytest.mark.parametrize(
    "before", ["2021年青岚市粮食产量增长多少？", "How fast did grain output grow in 2018?"]
)
@pytest.mark.parametrize(
    "question",
    [
        "2023年前三季度云川市进出口总额同比增长多少？",  # not three years before
        "2023年云川市地区生产总值比2022年增加多少亿元？",
        "云川市首个改革试验区是什么时候设立的？",
        "跟云川高新区合建“远望合作园”的是哪个市？",
        "2024年云川市的政府工作报告是谁作的？",
        "云川市 2023年 粮食产量",
        "How large an issue of bonds was planned for 2004, and how much less was it than the year before?",
    ],
)
def test_a_whole_question_takes_nothing_but_place_and_time(before: str, question: str) -> None:
    alone = resolve(question, [], load_vocabulary()).rstrip("?？")
    assert alone in resolve(question, [Turn(before)], load_vocabulary(), ("云川市", "云川高新区", "青岚市"))
