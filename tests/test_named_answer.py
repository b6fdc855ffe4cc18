"""Names, dates, places, lists and meanings read off a sentence by code; all of it invented."""

from __future__ import annotations

import pytest

from rag.evidence import Sentence
from rag.named_answer import named_answers, only_answer
from rag.named_question import asked_twice, named_question

STANDARD = "云川量子研究院联合青岚理工大学制定发布我国首个量子测距国家标准《量子测距术语》，产业基础更牢。"
REPORT = (
    "国产支线客机YC200投入商业运营，“远望”号科考船建成入列。恒曜制药小分子1类创新药舒瑞定片获批，成为云川市首个获批上市的1类创新药。"
    "云川高新区聚焦光伏与储能、智能装备与机器人、医药与健康三大主导产业。立足全市经济社会发展主引擎、主阵地、主力军的“三主”定位，"
    "岭南湾区规划建设提速，云岭海大桥建成通车。云川市将审议《云川市噪声条例（草案）》，治理噪声扰民，完善地方法规。"
    "云川市打造大众创业、科技创新和公共产品、公共服务“双引擎”。"
    "加快建设高水平科创策源地、高质量发展增长极。我国于1998年5月正式加入世界测绘组织。"
)


def answer(question: str, *texts: str) -> str | None:
    asked = named_question(question, ("云川高新区", "云川市"))
    assert asked is not None
    sentences = [
        Sentence("r", start, start + len(text), f"{text}。", 0.0)
        for whole in texts
        for start, text in enumerate(whole.split("。"))
        if text
    ]
    found = only_answer(named_answers(asked, sentences))
    return found.text if found else None


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("哪款国产支线客机投入商业运营？", "YC200"),
        ("建成入列的科考船叫什么？", "“远望”号"),
        ("云川市首个获批上市的1类创新药叫什么名字？", "舒瑞定片"),
        ("云川高新区的三大主导产业是哪些？", "光伏与储能、智能装备与机器人、医药与健康"),
        ("云川高新区的“三主”定位指什么？", "全市经济社会发展主引擎、主阵地、主力军"),
        ("我国什么时候正式加入世界测绘组织？", "1998年5月"),
        ("云川高新区要加快建设哪两个“地、极”？", "高水平科创策源地、高质量发展增长极"),
        ("2018年岭南地区哪座大桥建成通车？", "云岭海大桥"),
        ("云川市将审议哪部针对噪声扰民的地方法规草案？", "《云川市噪声条例（草案）》"),
        ("云川市的“双引擎”是哪两个？", "大众创业、科技创新和公共产品、公共服务"),
    ],
)
def test_stands_where_the_form_of_the_question_puts_it(question: str, wanted: str) -> None:
    assert answer(question, REPORT) == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("云川量子研究院与谁联合制定了我国首个量子测距国家标准？", "青岚理工大学"),
        ("我国首个量子测距国家标准叫什么？", "《量子测距术语》"),
        ("我国第一个量子测距国家标准是由哪两家单位联合制定的？", "云川量子研究院联合青岚理工大学"),
    ],
)
def test_partner_title_and_makers(question: str, wanted: str) -> None:
    assert answer(question, STANDARD) == wanted


@pytest.mark.parametrize(
    "question",
    [
        "哪款国产支线客机停止商业运营并退役？",  # another verb
        "云川高新区的四大主导产业是哪些？",  # another count
        "我国什么时候正式加入世界气象组织？",  # another body
        "建成入列的破冰船叫什么？",
    ],
)
def test_nothing_where_a_word_of_the_question_is_missing(question: str) -> None:
    assert answer(question, REPORT) is None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        pytest.param(
            "云川远航智慧整车项目首批量产的是什么车型？",
            "云川远航智慧整车项目月产破万辆，首批新车型“远航60”已实现量产。",
            id="how-many-is-no-name",
        ),
        pytest.param("云川大桥什么时候启用？", "云川大桥于2021年3月开工建设。", id="begun-is-not-opened"),
        pytest.param("云川博览会由谁主办？", "云川博览会由云川会展公司承办。", id="run-by-is-not-held-by"),
    ],
)
def test_nothing_of_another_kind_or_event(question: str, sentence: str) -> None:
    assert answer(question, sentence) is None


def test_nothing_where_two_sentences_answer_differently() -> None:
    assert (
        answer("哪家企业入选全球独角兽榜？", "甲丰重机入选全球独角兽榜", "乙盛光电入选全球独角兽榜") is None
    )


def test_two_things_asked_at_once() -> None:
    assert asked_twice("合作大会是哪一天、在哪座城市开的？") == (
        "合作大会是哪一天开的",
        "合作大会在哪座城市开的",
    )
    assert named_question("基本法是哪一年通过的，由谁通过？") is None
    assert named_question("企业总数达到什么水平？") is None
