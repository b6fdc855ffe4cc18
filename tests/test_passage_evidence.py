"""Which pieces of raw passages are shown to the model."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hashing_embedder import HashingEmbedder

from index.build import index_passages
from index.vocabulary import load_vocabulary
from rag.evidence import EvidenceReader, Sentence
from rag.passage_evidence import PIECE_CHARACTERS, pieces, question_terms, select_pieces
from rag.query import understand
from rag.retrieve import retrieve
from rag.settings import Settings

LONG = "，".join(f"第{n}栏有许多与科技馆无关的链接和日期{n}" for n in range(60))


def chosen(question: str, passages: Sequence[str], characters: int = 450) -> list[Sentence]:
    embedder = HashingEmbedder()
    index = index_passages(passages, embedder)
    query = understand(question, load_vocabulary())
    hits = retrieve(query, index, embedder, Settings(), top_k=12)
    found = select_pieces(question, EvidenceReader(index), hits, characters)
    for sentence in found:
        assert index.report(sentence.report).text[sentence.start : sentence.end] == sentence.text
    return found


def test_the_piece_that_answers_comes_first() -> None:
    passages = [
        "科技馆的票价是30元。科技馆很大，很受欢迎。",
        "云川科技馆于2023年5月12日开馆。馆内有书店。",
        LONG,
    ]
    first, *_ = chosen("云川科技馆什么时候开馆？", passages)
    assert first.text == "云川科技馆于2023年5月12日开馆。"


def test_the_kind_asked_for_outranks_more_words() -> None:
    passages = ["云川科技馆开馆时间尚未公布，云川科技馆开馆备受关注。", "云川科技馆5月12日迎客。"]
    assert "5月12日" in chosen("云川科技馆的开馆时间", passages)[0].text


def test_words_of_the_sentence_before_count() -> None:
    passages = ["云川科技馆公布了票价。成人票30元。", "电影院公布了片单。成人票50元。"]
    texts = [s.text for s in chosen("云川科技馆的成人票是多少？", passages)]
    assert texts.index("成人票30元。") < texts.index("成人票50元。")


@pytest.mark.parametrize("characters", [100, 200, 450])
def test_budget_holds(characters: int) -> None:
    found = chosen("科技馆有多少栏？", [LONG, LONG[::-1]], characters)
    assert found and sum(len(s.text) for s in found) <= max(characters, PIECE_CHARACTERS + 20)


def test_pieces_lose_nothing_but_white_space() -> None:
    text = f"第一句。\n{LONG}。  {'长' * 300}。尾句"
    spans = list(pieces(text, 0, len(text)))
    assert "".join(text[a:b] for a, b in spans).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert all(b - a <= PIECE_CHARACTERS + 40 for a, b in spans if "长" not in text[a:b])


def test_question_words_are_no_terms() -> None:
    terms = question_terms("2023年5月云川科技馆的馆长是谁？")
    assert {"2023年", "5月", "科技馆", "馆长"} <= set(terms)
    assert not {"谁", "是", "的"} & set(terms)
