"""Questions that ask two things at once."""

from __future__ import annotations

import pytest

from rag.question_parts import names_fewer, question_parts


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        pytest.param(
            "云川科技馆揭牌的时间和地点", ["云川科技馆揭牌的时间", "云川科技馆揭牌的地点"], id="attributes"
        ),
        pytest.param(
            "上海和北京2021年的产值分别是多少？",
            ["上海2021年的产值是多少？", "北京2021年的产值是多少？"],
            id="places",
        ),
        pytest.param("2022年和2023年的馆长是谁？", ["2022年的馆长是谁？", "2023年的馆长是谁？"], id="years"),
        pytest.param("邀请赛男女单打冠军", ["邀请赛男子单打冠军", "邀请赛女子单打冠军"], id="both-sexes"),
        pytest.param("邀请赛男女单冠军", ["邀请赛男单冠军", "邀请赛女单冠军"], id="both-sexes-short"),
        pytest.param(
            "云川影展最佳影片奖和最佳导演奖分别是什么？",
            ["云川影展最佳影片奖是什么？", "云川影展最佳导演奖是什么？"],
            id="phrases-that-begin-alike",
        ),
        pytest.param(
            "英特尔和英伟达全年营收", ["英特尔全年营收", "英伟达全年营收"], id="a-name-the-dictionary-lacks"
        ),
        pytest.param(
            "云川重工前两季度营收分别是多少？",
            ["云川重工第一季度营收是多少？", "云川重工第二季度营收是多少？"],
            id="quarters",
        ),
        pytest.param("云川重工前两季度营收是多少？", ["云川重工前两季度营收是多少？"], id="half-a-year"),
        pytest.param(
            "谁当选云川市市长和临河市市长？", ["谁当选云川市市长？", "谁当选临河市市长？"], id="like-phrases"
        ),
        pytest.param(
            "新游戏的发售日期和标准版价格是什么？",
            ["新游戏的发售日期是什么？", "新游戏的标准版价格是什么？"],
            id="one-complete",
        ),
        pytest.param("《战争和平原》的导演是谁？", ["《战争和平原》的导演是谁？"], id="inside-a-title"),
        pytest.param(
            "云川首个新药叫什么，是哪家公司的？",
            ["云川首个新药叫什么？", "云川首个新药是哪家公司的？"],
            id="name-and-more",
        ),
        pytest.param(
            "云川首个新药是哪家公司研制的，药名是什么？",
            ["云川首个新药是哪家公司研制的？", "云川首个新药药名是什么？"],
            id="which-and-more",
        ),
        pytest.param("新馆的馆长是谁，副馆长是谁？", ["新馆的馆长是谁，副馆长是谁？"], id="two-of-one-kind"),
        pytest.param("有多少个国家和地区参加？", ["有多少个国家和地区参加？"], id="one-count"),
        pytest.param("新馆长是谁？", ["新馆长是谁？"], id="one"),
        pytest.param("和谐号什么时候开通？", ["和谐号什么时候开通？"], id="not-a-joining-word"),
    ],
)
def test_parts(question: str, asked: list[str]) -> None:
    assert [part.question for part in question_parts(question)] == asked


def test_labels_tell_the_parts_apart() -> None:
    assert [part.label for part in question_parts("演出的时间和地点")] == ["时间", "地点"]
    assert [part.label for part in question_parts("演出的时间")] == [""]


@pytest.mark.parametrize(
    ("question", "said", "fewer"),
    [
        ("哪两个市为负增长？", ["云川"], True),
        ("哪两个市为负增长？", ["云川和临河"], False),
        ("哪三大产业领先？", ["装备、化工"], True),
        ("Which two cities shrank?", ["Yunchuan and Linhe"], False),
        ("Which two cities shrank?", ["Yunchuan"], True),
        ("哪个市为负增长？", ["云川"], False),
    ],
)
def test_as_many_names_as_asked(question: str, said: list[str], fewer: bool) -> None:
    assert names_fewer(question, said) == fewer


def test_one_answer_to_a_question_about_each_of_two_is_too_few() -> None:
    question = "新办法对机关和对学校各从哪个月起算？"
    assert names_fewer(question, ["7月"])
    assert not names_fewer(question, ["机关从7月", "学校从1月"])
