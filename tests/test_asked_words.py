"""Which figure a question's words mean, where several stand side by side; only the model is scripted."""

from __future__ import annotations

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import NOT_THERE, ScriptedModel

from rag import question_words as words
from rag.qa import ReportQA

REPORTS = {
    "phones.md": """# 2023年6月云岭省手机市场运行情况

2023年6月，云岭省手机出货量214.9万部，同比下降20.9%，其中，5G手机173.2万部，占同期出货量的80.6%。国产品牌手机出货量195.2万部。

数字出版营业收入87.7亿元。图书出版营业收入69.8亿元。
""",
    "trade-2023.md": """# 云川市2023年国民经济和社会发展统计公报

2023年，云川市实现货物进出口总额320.5亿元，增长6.2%。民营企业进出口占进出口总额的59.2%，外商投资企业进出口占进出口总额的30.8%。

全市来华旅游人数达到26.9万人次，创汇1.8亿美元。试点覆盖17个县，惠及农民177万人。

国有及国有控股工业企业实现利润96.7亿元，增长7.7%。高速公路营业里程超过38公里，占全省的60%以上。公路营业里程242公里。人口自然增长率为5.1‰。通过评审的项目12个，过审的地块7宗。单位地区生产总值能耗下降1.2%。粮食产量332.1万吨，比上年增加27.3万吨。2024年单位地区生产总值能耗计划下降4%。
""",
}


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> ReportQA:
    return qa_over(
        index_of(tmp_path_factory.mktemp("asked"), REPORTS), ScriptedModel(logprobs=2 * [NOT_THERE])
    )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("2023年6月云岭省5G手机出货量是多少？", ["173.2万部"], id="the-word-of-the-later-figure"),
        pytest.param("2023年6月云岭省手机出货量是多少？", ["214.9万部"], id="the-whole"),
        pytest.param("2023年6月云岭省国产品牌手机出货量是多少？", ["195.2万部"], id="a-part"),
        pytest.param("2023年6月云岭省非国产品牌手机出货量是多少？", [], id="what-the-part-is-not"),
        pytest.param("2023年6月云岭省数字出版营业收入是多少？", ["87.7亿元"], id="a-common-word-in-a-name"),
        pytest.param("2023年云川市试点覆盖了多少个县、惠及多少名农民？", ["17个", "177万人"], id="two-counts"),
        pytest.param(
            "2023年云川市民营企业和外商投资企业进出口合计占进出口总额的百分之几？",
            ["59.2%", "30.8%", "90%"],
            id="shares-added",
        ),
        pytest.param("2023年云川市旅游创汇是多少？", ["1.8亿美元"], id="the-end-of-a-name"),
        pytest.param("2023年云川市国有及国有控股工业企业实现利润多少？", ["96.7亿元"], id="word-for-word"),
        pytest.param("倒推一下，2022年云川市粮食产量是多少？", ["332.1万吨", "27.3万吨", "304.8万吨"], id="worked-back"),
        pytest.param("2022年云川市粮食产量是多少？", [], id="not-worked-back-unasked"),
        pytest.param("2023年云川市货物进出口总额上胀了多少？", ["6.2%"], id="a-mistyped-verb"),
        pytest.param("2023年云川市粮食产量下达了多少？", [], id="another-verb"),
        pytest.param("2023年云川市货物进出口总额除去民营企业还剩多少？", [], id="what-is-left-over"),
        pytest.param("2023年云川市民营企业进出口占地区生产总值的比重是多少？", [], id="share-of-another-whole"),
    ],
)  # fmt: skip
def test_the_figure_that_the_words_name(qa: ReportQA, question: str, expected: list[str]) -> None:
    answer = qa.ask(question)
    assert qa.index is not None
    check_promises(answer, qa.index)
    assert [figure.text for figure in answer.figures] == expected, answer.text
    assert answer.abstained == (not expected)


def test_a_share_of_the_province_is_none_of_all_roads(qa: ReportQA) -> None:
    assert "60%" in qa.ask("2023年云川市高速公路营业里程占全省的比重是多少？").text
    assert "60%" not in qa.ask("2023年云川市高速公路里程约占公路营业里程的多大比例？").text


def test_a_natural_growth_rate_in_english(qa: ReportQA) -> None:
    assert "5.1‰" in qa.ask("What was the natural growth rate of 云川市 in 2023?").text


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("2023年云川市通过评审的项目有几个？", "12个"),
        ("2023年云川市审核通过的项目有几个？", "12个"),
        ("2023年云川市过审的地块有多少宗？", "7宗"),
    ],
)
def test_what_passed_a_review_in_either_word(qa: ReportQA, question: str, figure: str) -> None:
    answer = qa.ask(question)
    assert [shown.text for shown in answer.figures] == [figure], answer.text


def test_content_terms_keep_names_and_negations() -> None:
    assert words.content_terms("数字出版") == ("数字", "出版")
    assert words.content_terms("具体数字是多少") == ()
    assert "非国产" in "".join(words.content_terms("非国产品牌手机"))
    assert words.content_terms("教育、卫生、文化四项支出") == ("教育", "卫生", "文化", "支出")
