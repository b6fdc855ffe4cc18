"""The three promises through the whole pipeline: real index, real figures; only the model is scripted."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from answer_reports import check_promises, index_of, qa_over
from hashing_embedder import HashingEmbedder
from scripted_model import ReadingModel, ScriptedModel

from index.build import build_index, remove_report
from rag.qa import ReportQA
from rag.types import Answer, Turn

ANSWERABLE = [{"有": -0.1, "没": -3.0}, {"能": -0.1, "不": -3.0}]  # the model's judges agree


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("answer"))


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def qa(directory: Path, model: ScriptedModel) -> ReportQA:
    return qa_over(directory, model)


def checked(qa: ReportQA, question: str, **options: object) -> Answer:
    """The answer, with the promises checked on it."""
    answer = qa.ask(question, **options)  # type: ignore[arg-type]
    assert qa.index is not None
    check_promises(answer, qa.index)
    return answer


def refused(qa: ReportQA, question: str, **options: object) -> Answer:
    answer = checked(qa, question, **options)
    assert answer.abstained and answer.stage == "refused", answer.text
    return answer


def texts(answer: Answer) -> list[str]:
    return [figure.text for figure in answer.figures]


def over(folder: Path, model: ScriptedModel, **reports: str) -> ReportQA:
    """The pipeline over reports of a test's own."""
    return qa_over(index_of(folder, {f"{name}.md": text for name, text in reports.items()}), model)


# ---------------------------------------------------------------- figures, without the model

FIGURES = [
    pytest.param("2023年云川市地区生产总值是多少？", ["3127.4亿元"], "yunchuan-2023.md", id="level"),
    pytest.param("2023年云川市地区生产总值增长多少？", ["6.3%"], "yunchuan-2023.md", id="growth"),
    pytest.param("2022年云川市地区生产总值增长多少？", ["4.6%"], "yunchuan-2022.md", id="other-year"),
    pytest.param("2023年临河市地区生产总值增长多少？", ["5.2%"], "linhe-2023.md", id="other-city"),
    pytest.param("2022年云川市社会消费品零售总额增长多少？", ["1.2%"], "yunchuan-2022.md", id="decline"),
    pytest.param("云岭省2024年城镇新增就业目标是多少？", ["55万人以上"], "yunling-2024.md", id="target"),
    pytest.param("2023年云岭省城镇新增就业多少万人？", ["61.4万人"], "yunling-2024.md", id="actual"),
    pytest.param(
        "2024年云岭省经济增长预期目标是多少？", ["5.5%", "6%"], "yunling-2024.md", id="both-ends-of-a-range"
    ),
    pytest.param(
        "脱贫地区贫困发生率由多少下降到多少？", ["8.7%", "1.3%"], "yunling-2024.md", id="from-what-to-what"
    ),
    pytest.param(
        "2023年云川市高技术制造业和装备制造业增加值分别增长多少？",
        ["13.6%", "10.9%"],
        "yunchuan-2023.md",
        id="respectively",
    ),
    pytest.param(
        "云川市装备制造业和高技术制造业增加值2023年分别增长多少？",
        ["10.9%", "13.6%"],
        "yunchuan-2023.md",
        id="respectively-in-the-other-order",
    ),
    pytest.param(
        "2023年云川市装备制造业增加值增长多少？", ["10.9%"], "yunchuan-2023.md", id="second-of-a-pair"
    ),
    pytest.param(
        "2023年临河市粮食产量达到多少，比上年增产多少？",
        ["184.6万吨", "3.2万吨"],
        "linhe-2023.md",
        id="level-and-change",
    ),
    pytest.param(
        "云川市云岭工坊、星火驿站分别有多少家？", ["86家", "129家"], "yunchuan-2023.md", id="own-words"
    ),
    pytest.param(
        "2023年云川市城镇化率比上年提高多少个百分点？", ["0.9个百分点"], "yunchuan-2023.md", id="points"
    ),
    pytest.param(
        "2023年云川市金融机构存款余额是多少？", ["4876.2亿元"], "yunchuan-2023.md", id="table-with-its-unit"
    ),
    pytest.param(
        "2022年云川市金融机构贷款余额是多少？", ["3502.6亿元"], "yunchuan-2023.md", id="other-column-of-table"
    ),
]


@pytest.mark.parametrize(("question", "figures", "report"), FIGURES)
def test_figure_is_answered_from_the_reports_alone(
    qa: ReportQA, model: ScriptedModel, question: str, figures: list[str], report: str
) -> None:
    answer = checked(qa, question)
    assert (texts(answer), answer.stage, answer.abstained) == (figures, "figure", False)
    assert {citation.report for citation in answer.citations} == {report}
    assert all(figure in answer.text for figure in figures)
    assert model.prompts == []


def test_respectively_pair_is_said_with_its_own_names(qa: ReportQA) -> None:
    text = checked(qa, "2023年云川市高技术制造业和装备制造业增加值分别增长多少？").text
    assert "高技术制造业增加值增长13.6%" in text and "装备制造业增加值增长10.9%" in text


def test_decline_is_said_as_one(qa: ReportQA) -> None:
    assert "下降1.2%" in checked(qa, "2022年云川市社会消费品零售总额增长多少？").text


def test_target_is_said_as_one(qa: ReportQA) -> None:
    assert checked(qa, "2024年云岭省经济增长预期目标是多少？").text.count("（目标）") == 2


def test_open_period_lists_the_years_newest_first(qa: ReportQA) -> None:
    answer = checked(qa, "云川市地区生产总值是多少？")
    assert texts(answer) == ["3127.4亿元", "2941.8亿元"]
    assert answer.text.index("2023年") < answer.text.index("2022年")


# ---------------------------------------------------------------- arithmetic is shown

COMPUTED = [
    pytest.param(
        "2023年云川市地区生产总值比2022年增加多少亿元？",
        "185.6亿元",
        "3127.4亿元 − 2941.8亿元 = 185.6亿元",
        id="difference-of-two-years",
    ),
    pytest.param(
        "2023年云川市限额以上单位零售额占社会消费品零售总额的百分之几？",
        "39.4%",
        "412.3亿元 ÷ 1046.5亿元 = 39.4%",
        id="share-from-its-parts",
    ),
]


@pytest.mark.parametrize(("question", "result", "calculation"), COMPUTED)
def test_arithmetic_is_shown_with_both_terms_cited(
    qa: ReportQA, model: ScriptedModel, question: str, result: str, calculation: str
) -> None:
    answer = checked(qa, question)
    *terms, computed = answer.figures
    assert (computed.text, computed.calculation, computed.citation) == (result, calculation, None)
    assert len(terms) == 2 and all(term.citation for term in terms)
    assert all(term.text in calculation for term in terms)
    assert calculation in answer.text and model.prompts == []


def test_two_years_side_by_side_without_arithmetic(qa: ReportQA) -> None:
    answer = checked(qa, "2022年和2023年云川市进出口总额分别是多少？")
    assert texts(answer) == ["506.3亿元", "518.6亿元"]
    assert [citation.report for citation in answer.citations] == ["yunchuan-2022.md", "yunchuan-2023.md"]


def test_difference_is_refused_when_one_year_is_missing(qa: ReportQA) -> None:
    refused(qa, "2022年云川市一般公共预算收入比2021年增加多少？")


# ---------------------------------------------------------------- fail closed

ABSENT = [
    pytest.param("2021年云川市地区生产总值是多少？", id="year-before"),
    pytest.param("2024年云川市地区生产总值是多少？", id="year-after"),
    pytest.param("2022年云川市规模以上工业增加值增长多少？", id="year-without-the-indicator"),
    pytest.param("2023年上半年云川市地区生产总值是多少？", id="part-of-the-year"),
    pytest.param("2023年12月云川市规模以上工业增加值增长多少？", id="month-of-the-year"),
    pytest.param("2023年青岚市地区生产总值是多少？", id="city-without-report"),
    pytest.param("2023年云川市粮食产量是多少？", id="only-the-neighbour-has-it"),
    pytest.param("2023年云川市实际使用外资是多少？", id="only-the-neighbour-has-it-in-dollars"),
    pytest.param("2023年云川高新区地区生产总值是多少？", id="zone-inside-the-city"),
    pytest.param("2023年云川市地区生产总值增长目标是多少？", id="actual-is-no-target"),
    pytest.param("2024年云岭省地区生产总值增长多少？", id="target-is-no-actual"),
    pytest.param("2024年云岭省城镇新增就业实际完成多少万人？", id="target-is-not-achieved"),
    pytest.param("2023年云岭省居民消费价格上涨多少？", id="target-of-next-year"),
    pytest.param("2023年云川市货运量是多少？", id="indicator-absent"),
    pytest.param("2023年云川市城镇登记失业率是多少？", id="rate-absent"),
    pytest.param("2023年云川市有多少家瞪羚企业？", id="count-absent"),
    pytest.param("2023年云川市地区生产总值领先全省多少个百分点？", id="comparison-absent"),
    pytest.param("What was the GDP of Yunchuan City in 2019?", id="english-other-year"),
    pytest.param("What was the grain output of Yunchuan City in 2023?", id="english-neighbour-has-it"),
]


@pytest.mark.parametrize("question", ABSENT)
def test_near_figure_is_never_an_answer(qa: ReportQA, model: ScriptedModel, question: str) -> None:
    refused(qa, question)
    assert not any(kind == "complete" for kind, _ in model.prompts)


def test_refusal_says_what_was_looked_for_and_what_is_near(qa: ReportQA) -> None:
    text = refused(qa, "2021年云川市地区生产总值是多少？").text
    assert "没有找到：2021年云川市地区生产总值" in text
    assert "相近但不是答案" in text and "2022年云川市国内生产总值" in text


def test_english_refusal_is_in_english(qa: ReportQA) -> None:
    answer = refused(qa, "What was the GDP of Yunchuan City in 2019?")
    assert answer.language == "en" and answer.text.startswith("Not in these reports")


@pytest.mark.parametrize("question", ["2023年云川市地区生产总值是多少？", "市科技馆的新馆长是谁？"])
def test_no_reports_chosen_means_no_answer_and_no_call(
    qa: ReportQA, model: ScriptedModel, question: str
) -> None:
    answer = refused(qa, question, reports=[])
    assert answer.hits == () and model.prompts == []


def test_reports_not_chosen_are_not_used(qa: ReportQA) -> None:
    refused(qa, "2023年云川市地区生产总值是多少？", reports=["linhe-2023.md", "yunchuan-2022.md"])
    answer = checked(qa, "2023年云川市地区生产总值是多少？", reports=["yunchuan-2023.md"])
    assert texts(answer) == ["3127.4亿元"]
    assert {hit.chunk.report for hit in answer.hits} == {"yunchuan-2023.md"}


def test_removed_report_is_never_cited_again(tmp_path: Path) -> None:
    directory = index_of(tmp_path)
    qa = qa_over(directory, ScriptedModel(["罗明川"], ANSWERABLE))
    assert texts(checked(qa, "2023年云川市地区生产总值是多少？")) == ["3127.4亿元"]
    remove_report(directory, "yunchuan-2023.md")
    for question in ("2023年云川市地区生产总值是多少？", "2023年云川市金融机构存款余额是多少？"):
        refused(qa, question)
    answer = checked(qa, "市科技馆的新馆长是谁？")
    assert answer.abstained
    assert all(hit.chunk.report != "yunchuan-2023.md" for hit in answer.hits)
    assert texts(checked(qa, "2022年云川市地区生产总值是多少？")) == ["2941.8亿元"]


def test_replaced_report_gives_its_new_figure(tmp_path: Path) -> None:
    old = "# 云川市2023年国民经济和社会发展统计公报\n\n2023年云川市地区生产总值3127.4亿元。\n"
    directory = index_of(tmp_path, {"y.md": old})
    qa = qa_over(directory, ScriptedModel())
    assert texts(checked(qa, "2023年云川市地区生产总值是多少？")) == ["3127.4亿元"]
    (tmp_path / "reports" / "y.md").write_text(old.replace("3127.4", "3131.9"), encoding="utf-8")
    assert build_index([tmp_path / "reports"], directory, HashingEmbedder()).updated
    assert texts(checked(qa, "2023年云川市地区生产总值是多少？")) == ["3131.9亿元"]


# ---------------------------------------------------------------- ties are the model's to break

FIRST = "# 云川市2022年国民经济和社会发展统计公报\n\n2022年云川市地区生产总值2941.8亿元，比上年增长4.6%。\n"
SECOND = "# 云川市2022年地区生产总值公告\n\n2022年云川市地区生产总值为2338.6亿元，比上年增长4.4%。\n"


@pytest.mark.parametrize(
    ("choice", "figures"),
    [
        pytest.param({"1": -0.1, "0": -3.0}, ["2941.8亿元"], id="first"),
        pytest.param({"2": -0.1, "0": -3.0}, ["2338.6亿元"], id="second"),
        pytest.param({" 2": -0.1, "0": -3.0}, ["2338.6亿元"], id="token-with-space"),
        pytest.param({"0": -0.1, "1": -2.0}, [], id="none-of-them"),
        pytest.param({"7": -0.1}, [], id="no-such-option"),
        pytest.param({"三": -0.1}, [], id="no-number"),
    ],
)
def test_model_chooses_among_figures_that_fit(
    tmp_path: Path, choice: dict[str, float], figures: list[str]
) -> None:
    model = ScriptedModel([], [choice])
    answer = checked(over(tmp_path, model, a=FIRST, b=SECOND), "2022年云川市地区生产总值是多少？")
    assert texts(answer) == figures
    assert answer.stage == ("model" if figures else "refused")
    ((_, prompt),) = model.prompts
    assert "[1]" in prompt and "[2]" in prompt and "[3]" not in prompt


@pytest.mark.parametrize(
    ("written", "figures"),
    [("2", ["2338.6亿元"]), ("0", []), ("9", []), ("都不是", [])],
    ids=["second", "none", "no-such-option", "words"],
)
def test_choice_without_logprobs_is_read_from_the_text(
    tmp_path: Path, written: str, figures: list[str]
) -> None:
    model = ScriptedModel([written], [None])
    answer = checked(over(tmp_path, model, a=FIRST, b=SECOND), "2022年云川市地区生产总值是多少？")
    assert texts(answer) == figures and model.spent


# ---------------------------------------------------------------- English over Chinese reports


@pytest.mark.parametrize(
    ("question", "said", "figure"),
    [
        pytest.param(
            "What was the GDP of Yunchuan City in 2023?", "312.74 billion yuan", "3127.4亿元", id="billion"
        ),
        pytest.param(
            "How much foreign investment did Linhe City actually use in 2023?",
            "271 million US dollars",
            "2.71亿美元",
            id="dollars",
        ),
        pytest.param(
            "How fast did retail sales of consumer goods grow in Yunchuan City in 2023?",
            "grew 7.7%",
            "7.7%",
            id="growth",
        ),
        pytest.param(
            "How many permanent residents did Yunchuan City have at the end of 2023?",
            "4.632 million people",
            "463.2万人",
            id="people",
        ),
    ],
)
def test_english_answer_converts_units(
    qa: ReportQA, model: ScriptedModel, question: str, said: str, figure: str
) -> None:
    answer = checked(qa, question)
    assert answer.language == "en" and said in answer.text and texts(answer) == [figure]
    assert figure in answer.citations[0].quote and model.prompts == []


def test_english_range_gives_both_ends(qa: ReportQA) -> None:
    answer = checked(qa, "What is Yunling Province's GDP growth target for 2024?")
    assert texts(answer) == ["5.5%", "6%"] and answer.text.count("(target)") == 2


def test_english_name_goes_through_a_translation(qa: ReportQA, model: ScriptedModel) -> None:
    model.queue("市科技馆的新馆长是谁？", "罗明川").queue_logprobs(*ANSWERABLE)
    answer = checked(qa, "Who is the new head of the science museum?")
    assert "罗明川" in answer.text and answer.language == "en" and answer.stage == "model"
    assert "science museum" in model.prompts[0][1] and "新馆长" in model.prompts[1][1]


# ---------------------------------------------------------------- conversations


@pytest.mark.parametrize(
    ("before", "question", "figures"),
    [
        pytest.param("2023年云川市地区生产总值增长多少？", "2022年呢？", ["4.6%"], id="other-year"),
        pytest.param("2023年云川市地区生产总值增长多少？", "临河市呢？", ["5.2%"], id="other-city"),
        pytest.param(
            "2023年云川市地区生产总值增长多少？", "社会消费品零售总额呢？", ["7.7%"], id="other-indicator"
        ),
        pytest.param(
            "2023年云川市地区生产总值增长多少？",
            "和2022年比呢？",
            ["6.3%", "4.6%", "1.7个百分点"],
            id="comparison",
        ),
        pytest.param("2023年云川市地区生产总值增长多少？", "青岚市呢？", [], id="city-without-report"),
        pytest.param("2023年云川市地区生产总值增长多少？", "2019年呢？", [], id="year-without-report"),
        pytest.param(
            "What was the GDP of Yunchuan City in 2023?", "And in 2022?", ["2941.8亿元"], id="english"
        ),
    ],
)
def test_follow_up(qa: ReportQA, before: str, question: str, figures: list[str]) -> None:
    answer = checked(qa, question, history=[{"question": before, "answer": ""}])
    assert texts(answer) == figures and answer.abstained == (not figures)
    assert answer.question == question


def test_third_turn_builds_on_the_second(qa: ReportQA) -> None:
    history = [Turn("2023年云川市地区生产总值增长多少？"), Turn("2022年呢？")]
    assert texts(checked(qa, "社会消费品零售总额呢？", history=history)) == ["1.2%"]


def test_earlier_answer_is_no_evidence(qa: ReportQA) -> None:
    history = [Turn("2021年云川市地区生产总值是多少？", "2021年云川市地区生产总值为9999.9亿元。")]
    assert "9999.9" not in refused(qa, "2020年呢？", history=history).text


# ---------------------------------------------------------------- raw passages

PASSAGES = [
    "2023年云川市地区生产总值3127.4亿元，比上年增长6.3%。",
    "  临河市2023年出口98.5亿元，进口41.2亿元。\n市长由赵岚山担任。",
    "今年前三季度，云川市新登记企业4860家，同比增长16.2%。",
]


@pytest.mark.parametrize(
    ("question", "figures", "passage"),
    [
        pytest.param("2023年云川市地区生产总值是多少？", ["3127.4亿元"], 1, id="stated-slots"),
        pytest.param("2023年临河市出口额是多少？", ["98.5亿元"], 2, id="first-of-two"),
        pytest.param("2023年临河市进口额是多少？", ["41.2亿元"], 2, id="second-of-two"),
        pytest.param("云川市新登记企业多少家？", ["4860家"], 3, id="year-unknown"),
    ],
)
def test_passages_answer_alone_with_their_offsets(
    directory: Path, question: str, figures: list[str], passage: int
) -> None:
    model = ScriptedModel()
    qa = qa_over(directory, model)
    answer = qa.ask(question, passages=PASSAGES)
    assert texts(answer) == figures and model.prompts == []
    (citation,) = answer.citations
    assert citation.report == f"passage-{passage}"
    assert PASSAGES[passage - 1][citation.start : citation.end] == citation.quote
    assert figures[0] in citation.quote


def test_passages_need_no_index_and_leave_the_reports_alone(directory: Path) -> None:
    embedder = qa_over(directory, ScriptedModel()).embedder
    model = ReadingModel({"市长由赵岚山担任": ("赵岚山", 3.9)})
    answer = ReportQA(None, embedder, model).ask("市长由谁担任？", passages=PASSAGES)  # type: ignore[arg-type]
    assert answer.text == "赵岚山[1]。" and answer.citations[0].report == "passage-2"
    with pytest.raises(ValueError, match="passages"):
        ReportQA(None, embedder, model).ask("市长由谁担任？")  # type: ignore[arg-type]


def test_no_passages_is_a_refusal_without_a_call(qa: ReportQA, model: ScriptedModel) -> None:
    answer = qa.ask("2023年云川市地区生产总值是多少？", passages=[])
    assert answer.abstained and answer.citations == () and model.prompts == []


@pytest.mark.parametrize("draft", ["临河市货运量3127.4亿元", "98.5亿元"])
def test_passage_draft_of_something_else_is_refused(directory: Path, draft: str) -> None:
    model = ReadingModel({"出口98.5亿元": (draft, 3.9)})
    answer = qa_over(directory, model).ask("2023年临河市货运量是多少？", passages=PASSAGES)
    assert answer.abstained and "complete" in dict(model.prompts)


# ---------------------------------------------------------------- the answer itself


def test_same_question_twice_gives_the_same_answer(directory: Path) -> None:
    for question in (
        "2023年云川市地区生产总值是多少？",
        "地区生产总值是多少？",
        "2021年云川市粮食产量是多少？",
    ):
        one = qa_over(directory, ScriptedModel())
        first, again = one.ask(question), one.ask(question)
        fresh = qa_over(directory, ScriptedModel()).ask(question)
        for other in (again, fresh):
            assert (other.text, other.citations, other.figures) == (
                first.text,
                first.citations,
                first.figures,
            )
            assert other.hits == first.hits


def test_stream_gives_evidence_then_text_then_the_answer(qa: ReportQA) -> None:
    events = list(qa.stream("2023年云川市地区生产总值是多少？", id="q-1"))
    assert [event.kind for event in events] == ["evidence", "text", "answer"]
    assert events[0].hits and events[0].answer is None
    answer = events[-1].answer
    assert answer is not None and answer.id == "q-1" and events[1].text == answer.text


def test_async_answer_is_the_same(qa: ReportQA) -> None:
    question = "2023年云川市地区生产总值是多少？"
    assert asyncio.run(qa.aask(question)).text == qa.ask(question).text


def test_answer_as_json(qa: ReportQA) -> None:
    given = qa.ask("2023年云川市地区生产总值增长多少？", id="7").to_dict()
    assert given["id"] == "7" and given["stage"] == "figure" and given["model"] == "scripted"
    assert given["figures"] == [
        {"text": "6.3%", "value": 6.3, "unit": "%", "citation": 1, "calculation": None}
    ]
    (citation,) = given["citations"]
    assert citation["marker"] == 1 and citation["report"] == "yunchuan-2023.md"
    assert given["usage"] == {"prompt_tokens": 0, "completion_tokens": 0, "cached_tokens": 0}
    assert given["timings_ms"]["retrieve"] <= given["timings_ms"]["total"]
    assert given["hits"] and all(hit["text"] for hit in given["hits"])


def test_two_figures_of_one_sentence_share_a_marker(qa: ReportQA) -> None:
    answer = checked(qa, "2023年临河市粮食产量达到多少，比上年增产多少？")
    assert [citation.marker for citation in answer.citations] == [1]
    assert [figure.citation for figure in answer.figures] == [1, 1]


def test_close_stops_the_model(qa: ReportQA, model: ScriptedModel) -> None:
    qa.close()
    assert model.closed
