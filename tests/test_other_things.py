"""Things a question names that stand nowhere by the figure: another kind of firm, another slogan, one half of a name for two."""

from __future__ import annotations

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import NOT_THERE, ScriptedModel

from rag.qa import ReportQA

CITY = """# 云川市2023年经济运行情况

云川市统计局 2024年1月20日

2023年，全市拥有深海信息产业相关企业60家，销售收入超百亿元。国有及国有控股工业企业实现利润38亿元，比上年增长45.2%。
全市工农业总产值1510亿元。进出口总额518.6亿元，从全省第六位上升到第三位。城乡居民储蓄存款增加12亿元。
全市通过“快批用地”政策累计争取土地指标4100亩。线下成立8家“春雨”企业服务站。
全部取消屠宰税、车船税，每年减轻农民负担4.1亿元。今年牧业税率降低，减轻牧民负担0.7亿元。
"""


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> ReportQA:
    model = ScriptedModel(logprobs=[NOT_THERE] * 20)
    return qa_over(index_of(tmp_path_factory.mktemp("others"), {"city.md": CITY}), model)


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("2023年云川市深海信息企业的销售收入是多少？", "百亿元"),
        ("2023年云川市国有及国有控股工业企业的利润涨了多少？", "45.2%"),
        ("2023年云川市工农业总产值是多少亿元？", "1510亿元"),
        ("2023年云川市进出口总额是多少，居全省第几？", "第三位"),
        ("2023年云川市进出口总额居全省第几位？", "第三位"),
        ("靠“快批用地”政策，2023年云川市争取到多少亩土地指标？", "4100亩"),
        ("2023年云川市线下设立了几家“春雨”企业服务站？", "8家"),
    ],
)
def test_the_thing_itself_is_answered(qa: ReportQA, question: str, shown: str) -> None:
    answer = qa.ask(question)
    assert shown in answer.text, answer.text
    check_promises(answer, qa.index)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("2023年云川市软件信息企业的销售收入是多少？", id="other-modifier"),
        pytest.param("2023年云川市国有及国有控股商业企业的利润涨了多少？", id="other-branch"),
        pytest.param("2023年云川市农业总产值是多少亿元？", id="half-of-two"),
        pytest.param("2023年云川市农村居民储蓄存款增加多少？", id="half-of-towns-and-country"),
        pytest.param("2023年云川市进出口总额是多少，居亚洲第几？", id="other-order"),
        pytest.param("2023年云川市工农业总产值是多少，居全省第几？", id="no-order"),
        pytest.param("靠“快批园区”政策，2023年云川市争取到多少亩土地指标？", id="other-slogan"),
        pytest.param("2023年云川市线下设立了几家“春雨”居民服务站？", id="other-station"),
        pytest.param("取消屠宰税、契税后，2023年云川市每年减轻农民负担多少？", id="other-condition"),
    ],
)
def test_another_is_refused(qa: ReportQA, question: str) -> None:
    answer = qa.ask(question)
    assert answer.abstained, answer.text
