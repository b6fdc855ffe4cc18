"""Whatever the model drafts, only what a sentence carries is shown; the index is real."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import ReadingModel, ScriptedModel

from rag.qa import ReportQA
from rag.settings import Settings
from rag.types import Answer

pytestmark = pytest.mark.usefixtures("no_name_by_code")

ANSWERABLE = [{"有": -0.1, "没": -4.0}, {"能": -0.1, "不": -4.0}]  # the model's judges agree
UNANSWERABLE = [{"没": -0.1, "有": -4.0}, {"不": -0.1, "能": -4.0}]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("model-answer"))


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def qa(directory: Path, model: ScriptedModel) -> ReportQA:
    return qa_over(directory, model)


def checked(qa: ReportQA, question: str) -> Answer:
    """The answer, with the promises checked on it."""
    answer = qa.ask(question)
    assert qa.index is not None
    check_promises(answer, qa.index)
    return answer


def texts(answer: Answer) -> list[str]:
    return [figure.text for figure in answer.figures]


NAME_QUESTION = "深谷装备创新联合体由哪家企业牵头？"
WRONG_DRAFTS = [
    pytest.param("云川科技", "科技", id="other-name"),
    pytest.param("深谷装备创新联合体由临河重工牵头", "临河", id="other-name-in-a-sentence"),
    pytest.param("2022年9月由云川重工牵头揭牌", "2022", id="other-year"),
    pytest.param("云川重工，投资86亿元", "86", id="figure-from-nowhere"),
]


@pytest.mark.parametrize(("draft", "wrong"), WRONG_DRAFTS)
def test_wrong_name_draft_never_shows(qa: ReportQA, model: ScriptedModel, draft: str, wrong: str) -> None:
    model.queue(draft).queue_logprobs(*ANSWERABLE)
    answer = checked(qa, NAME_QUESTION)
    assert answer.abstained or answer.stage == "repaired"
    assert wrong not in answer.text.replace("创新联合体由哪家企业牵头", "")


TALK_QUESTION = "请介绍云川市2023年的工业表现"
WRONG_FIGURES = [
    pytest.param("规模以上工业增加值增长8.5%", "8.5", id="wrong-value"),
    pytest.param("规模以上工业增加值增长8.4个百分点", "8.4", id="wrong-unit"),
    pytest.param("规模以上工业增加值增长84%", "84", id="wrong-scale"),
    pytest.param("规模以上工业增加值增长4%", "4%", id="digits-cut"),
    pytest.param("2022年规模以上工业增加值增长8.4%", "8.4", id="wrong-period"),
    pytest.param("临河市规模以上工业增加值增长8.4%", "8.4", id="wrong-region"),
    pytest.param("地区生产总值3127.4亿元，工业占八成", "八成", id="share-from-nowhere"),
    pytest.param("房地产开发投资增长11.3%", "增长11.3", id="decline-told-as-growth"),
]


@pytest.mark.parametrize(("draft", "wrong"), WRONG_FIGURES)
def test_wrong_figure_draft_never_shows(qa: ReportQA, model: ScriptedModel, draft: str, wrong: str) -> None:
    model.queue(draft).queue_logprobs(*ANSWERABLE)
    answer = checked(qa, TALK_QUESTION)
    assert model.prompts[0][0] == "complete"  # the draft was indeed asked for
    assert wrong not in answer.text


@pytest.mark.parametrize(
    ("draft", "shown"),
    [
        pytest.param("规模以上工业增加值增长8.4%", "8.4%", id="as-written"),
        pytest.param("[1]规模以上工业增加值增长8.4%。", "8.4%", id="marker-and-stop-stripped"),
        pytest.param("固定资产投资增长5.5%", "5.5%", id="other-sentence"),
    ],
)
def test_true_draft_shows_with_its_own_sentence(
    qa: ReportQA, model: ScriptedModel, draft: str, shown: str
) -> None:
    model.queue(draft).queue_logprobs(*ANSWERABLE)
    answer = checked(qa, TALK_QUESTION)
    assert (answer.stage, texts(answer)) == ("model", [shown])
    assert shown in answer.citations[0].quote and model.spent


def test_name_comes_from_the_model_and_is_cited(qa: ReportQA, model: ScriptedModel) -> None:
    model.queue("罗明川").queue_logprobs(*ANSWERABLE)
    answer = checked(qa, "市科技馆的新馆长是谁？")
    assert (answer.text, answer.stage) == ("罗明川[1]。", "model")
    assert answer.citations[0].quote == "市科技馆的新馆长是罗明川。"
    draft, answerable, supported = (text for _, text in model.prompts)
    assert all("市科技馆的新馆长是罗明川。" in prompt for prompt in (draft, answerable, supported))
    assert "罗明川" in supported.partition("回答")[2]
    assert answer.usage.prompt_tokens == 30  # three calls of 10


def test_repaired_draft_keeps_the_carried_clause_only(qa: ReportQA, model: ScriptedModel) -> None:
    model.queue("新馆长是罗明川，任期3年").queue_logprobs(*ANSWERABLE)
    answer = checked(qa, "市科技馆的新馆长是谁？")
    assert (answer.text, answer.stage) == ("新馆长是罗明川[1]。", "repaired")


@pytest.mark.parametrize(
    ("drafts", "logprobs"),
    [
        pytest.param(["罗明川"], UNANSWERABLE, id="model-says-not-answerable"),
        pytest.param([""], [], id="model-says-nothing"),
        pytest.param(["\n"], [], id="blank-draft"),
        pytest.param(["[1]"], [], id="marker-alone"),
        pytest.param(["不知道"], [], id="model-does-not-know"),
    ],
)
def test_model_stage_refuses(directory: Path, drafts: list[str], logprobs: list[dict[str, float]]) -> None:
    model = ScriptedModel(drafts, logprobs)
    answer = checked(qa_over(directory, model), "市科技馆的新馆长是谁？")
    assert answer.abstained and answer.stage == "refused"
    assert model.spent


def test_stream_never_shows_a_draft_that_fails(qa: ReportQA, model: ScriptedModel) -> None:
    model.queue("云川科技，投资86亿元").queue_logprobs(*ANSWERABLE)
    shown = "".join(event.text for event in qa.stream(NAME_QUESTION))
    assert "云川科技" not in shown and "86" not in shown


def test_a_draft_that_repeats_the_question_is_no_answer(qa: ReportQA, model: ScriptedModel) -> None:
    model.queue("深谷装备创新联合体").queue_logprobs(*ANSWERABLE)
    assert checked(qa, NAME_QUESTION).abstained


@pytest.mark.parametrize(
    ("words", "shown"), [(["有", "能"], True), (["有", "不"], False), (["没", "不"], False)]
)
def test_an_endpoint_without_logprobs_is_taken_at_its_word(
    qa: ReportQA, model: ScriptedModel, words: list[str], shown: bool
) -> None:
    model.queue("罗明川", *words).queue_logprobs(None, None)
    answer = checked(qa, "市科技馆的新馆长是谁？")
    assert answer.abstained is not shown and model.spent


TWO_PASSAGES = [
    "云川科技馆的馆长是罗明川。",
    "云川科技馆的书记是赵岚山，他去年到任。",
    "临河科技馆周一闭馆。",
]
TWO_PART_QUESTION = "云川科技馆的馆长和书记是谁？"


def test_each_part_of_a_question_is_answered_and_cited(directory: Path) -> None:
    model = ReadingModel({"馆长是罗明川&馆长是谁": ("罗明川", 3.9), "赵岚山&书记是谁": ("赵岚山", 3.9)})
    answer = qa_over(directory, model).ask(TWO_PART_QUESTION, passages=TWO_PASSAGES)
    assert answer.text == "馆长：罗明川[1]；书记：赵岚山[2]。"
    assert [c.report for c in answer.citations] == ["passage-1", "passage-2"]
    assert all(c.quote == TWO_PASSAGES[n][c.start : c.end] for n, c in enumerate(answer.citations))


def test_a_part_that_is_not_found_is_said_to_be(directory: Path) -> None:
    model = ReadingModel({"馆长是罗明川&馆长是谁": ("罗明川", 3.9), "赵岚山": ("沈知远", 3.9)})
    answer = qa_over(directory, model).ask(TWO_PART_QUESTION, passages=TWO_PASSAGES)
    assert answer.text == "馆长：罗明川[1]；书记：没有找到。"


WHO = "云川科技馆的新馆长是谁？"
RUMOURS = [
    "云川科技馆的新馆长是谁？坊间说是沈知远，也有人说是别人。",
    "馆里昨天宣布，罗明川接任云川科技馆馆长，下月到岗。",
    "临河科技馆周一闭馆。",
]


def test_the_draft_that_its_passage_proves_best_is_taken(directory: Path) -> None:
    model = ReadingModel({"坊间": ("沈知远", 1.9), "罗明川": ("罗明川", 2.4)})
    answer = qa_over(directory, model).ask(WHO, passages=RUMOURS)
    assert answer.text == "罗明川[1]。" and answer.citations[0].report == "passage-2"
    shown = [text for kind, text in model.prompts if kind == "complete"]
    assert len(shown) == 2 and not any("坊间" in text and "罗明川" in text for text in shown)


def test_a_draft_that_none_proves_is_not_shown(directory: Path) -> None:
    model = ReadingModel({"坊间": ("沈知远", 0.2), "罗明川": ("罗明川", 0.4)})
    assert qa_over(directory, model).ask(WHO, passages=RUMOURS).abstained


def test_a_draft_that_the_model_wavered_over_is_not_shown(directory: Path) -> None:
    knows = {"罗明川": ("罗明川", 2.5)}
    assert (
        qa_over(directory, ReadingModel(knows, {"罗明川": -0.1})).ask(WHO, passages=RUMOURS).text
        == "罗明川[1]。"
    )
    assert qa_over(directory, ReadingModel(knows, {"罗明川": -3.5})).ask(WHO, passages=RUMOURS).abstained


def test_an_answer_of_another_kind_than_asked_is_none(directory: Path) -> None:
    passages = ["云川科技馆开馆，馆长是罗明川。", "云川科技馆2024年03月05日开馆。", "临河科技馆周一闭馆。"]
    model = ReadingModel({"馆长是罗明川": ("罗明川", 5.0), "03月05日": ("03月05日", 3.0)})
    answer = qa_over(directory, model).ask("云川科技馆哪天开馆？", passages=passages)
    assert answer.text == "2024年3月5日[1]。"


def test_a_day_is_told_from_where_its_year_stands(directory: Path) -> None:
    passages = ["云川科技馆将于3月5日开馆。", "新建的云川科技馆2024年3月5日开馆。", "临河科技馆周一闭馆。"]
    model = ReadingModel({"将于": ("3月5日", 2.4), "新建": ("2024年3月5日", 2.2)})
    answer = qa_over(directory, model).ask("云川科技馆哪天开馆？", passages=passages)
    assert answer.text == "2024年3月5日[1]。"


def test_a_number_of_people_is_no_length(directory: Path) -> None:
    passages = ["云川航班失联，机上人数不详，搜救范围150公里。", "临河科技馆周一闭馆。"]
    model = ReadingModel({"失联": ("150公里", 5.0)})
    assert qa_over(directory, model).ask("云川失联航班上有多少人？", passages=passages).abstained
    assert "150公里" in qa_over(directory, model).ask("云川失联航班搜救范围多大？", passages=passages).text


def test_code_alone_takes_no_price_of_one_share_and_no_number_of_places(directory: Path) -> None:
    qa = qa_over(directory, ReadingModel({}))
    share = ["云川软件以每股95元的价格收购临河动漫。", "临河科技馆周一闭馆。"]
    assert qa.ask("云川软件花了多少钱收购临河动漫？", passages=share).abstained
    places = ["云川大学2022年录取的本科生来自31个省、自治区、直辖市。", "临河科技馆周一闭馆。"]
    assert qa.ask("云川大学2022年录取了多少名本科生？", passages=places).abstained


def test_the_plan_and_the_name_that_question_and_sentence_share_are_no_difference(directory: Path) -> None:
    passages = ["今年全省公务员考试计划招录3.71万人，近260万人报名。", "临河科技馆周一闭馆。"]
    model = ReadingModel({"招录": ("3.71万人", 5.0)})
    asked = "2023年公务员考试计划招录多少人？"
    assert "3.71万人" in qa_over(directory, model).ask(asked, passages=passages).text
    passages = ["亚洲45个国家和地区奥委会全部报名参加云川市运动会。", "临河科技馆周一闭馆。"]
    model = ReadingModel({"奥委会": ("45个", 5.0)})
    asked = "有多少个国家和地区报名参加云川市运动会？"
    assert "45个" in qa_over(directory, model).ask(asked, passages=passages).text


def test_an_answer_that_several_passages_give_is_likelier(directory: Path) -> None:
    passages = [
        "云川科技馆的新馆长，有人说是沈知远。",
        "馆里宣布，云川科技馆的新馆长是罗明川。",
        "云川科技馆的新馆长罗明川昨天到任。",
    ]
    model = ReadingModel({"沈知远": ("沈知远", 2.2), "宣布": ("罗明川", 2.1), "到任": ("罗明川", 2.0)})
    answer = qa_over(directory, model).ask(WHO, passages=passages)
    assert answer.text == "罗明川[1]。" and answer.signals["agreeing"] == 1.0


def test_what_was_done_is_not_the_plan_that_its_sentence_also_names(directory: Path) -> None:
    passages = ["2023年全省公务员考试计划招录3.71万人，实际招录2.95万人。", "临河科技馆周一闭馆。"]
    model = ReadingModel({"招录": ("2.95万人", 5.0)})
    asked = "2023年公务员考试计划招录多少人？"
    assert "2.95" not in qa_over(directory, model).ask(asked, passages=passages).text


def test_no_other_passage_is_asked_once_two_agree(directory: Path) -> None:
    passages = [
        "云川科技馆的新馆长是罗明川，馆里宣布。",
        "云川科技馆的新馆长罗明川昨天到任。",
        "临河科技馆周一闭馆。",
    ]
    model = ReadingModel({"罗明川": ("罗明川", 3.9)})
    assert qa_over(directory, model).ask(WHO, passages=passages).text == "罗明川[1]。"
    assert not any("周一闭馆" in text for _, text in model.prompts)


def test_confidence_and_its_signals_are_told(qa: ReportQA, model: ScriptedModel) -> None:
    model.queue("罗明川").queue_logprobs(*ANSWERABLE)
    told = checked(qa, "市科技馆的新馆长是谁？").to_dict()
    assert 0.5 < told["confidence"] <= 1
    assert told["signals"]["supported"] == 3.9 and told["signals"]["words"] == 1.0


def test_a_lower_confidence_shows_more(directory: Path) -> None:
    model = ScriptedModel()
    model.queue("罗明川").queue_logprobs(*UNANSWERABLE)
    answer = checked(qa_over(directory, model, Settings(confidence=0.0)), "市科技馆的新馆长是谁？")
    assert answer.text == "罗明川[1]。"
