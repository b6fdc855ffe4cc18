"""Prefixes, windows and the fingerprint without a model; vectors with the default one."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from index.embed import (
    Embedder,
    EmbeddingModelError,
    _prefixes,
    as_llama_index,
    fingerprint_of,
    load_embedder,
)


@pytest.mark.parametrize(
    ("name", "prompts", "expected"),
    [
        ("any", {"query": "query: ", "passage": "passage: "}, ("query: ", "passage: ")),
        ("any", {"query": "Q: ", "document": "D: "}, ("Q: ", "D: ")),
        ("any", {"query": "为这个句子生成表示：", "document": ""}, ("为这个句子生成表示：", "")),
        ("multilingual-e5-base", {"query": "", "document": ""}, ("query: ", "passage: ")),
        ("intfloat/e5-small-v2", {}, ("query: ", "passage: ")),
        ("intfloat/multilingual-e5-large-instruct", {}, ("", "")),
        ("BAAI/bge-m3", {}, ("", "")),
        ("some/abe5cde", {}, ("", "")),
    ],
    ids=["saved", "document", "query only", "name", "name first", "instruct", "other", "not in a word"],
)
def test_prefixes(name: str, prompts: dict[str, str], expected: tuple[str, str]) -> None:
    assert _prefixes(name, prompts) == expected


@pytest.mark.parametrize("place", ["/no/such/model", "./no-such-model", "no-such-owner/no-such-model"])
def test_missing_model_is_one_line(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_LANG", "en")
    began = time.monotonic()
    with pytest.raises(EmbeddingModelError) as caught:
        load_embedder(place)
    message = str(caught.value)
    assert place in message and "WENBAO_EMBED_MODEL" in message and "\n" not in message
    assert time.monotonic() - began < 30


def test_directory_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingModelError, match=r"config\.json"):
        load_embedder(str(tmp_path))


def make_directory(folder: Path) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text('{"hidden_size": 8}', encoding="utf-8")
    (folder / "model.safetensors").write_bytes(bytes(5_000_000))
    return folder


def test_fingerprint_is_of_the_content(tmp_path: Path) -> None:
    directory = make_directory(tmp_path / "a")
    first = fingerprint_of(directory)
    moved = tmp_path / "b"
    shutil.move(directory, moved)
    assert fingerprint_of(moved) == first
    for offset in (10, 2_600_000, 4_999_999):
        with (moved / "model.safetensors").open("r+b") as file:
            file.seek(offset)
            file.write(b"\1")
        assert fingerprint_of(moved) != first
        with (moved / "model.safetensors").open("r+b") as file:
            file.seek(offset)
            file.write(b"\0")
    assert fingerprint_of(moved) == first
    (moved / "config_sentence_transformers.json").write_text('{"prompts": {}}', encoding="utf-8")
    assert fingerprint_of(moved) != first


# ---------------------------------------------------------------- with the default model


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    from rag.models import embedding_path

    return load_embedder(embedding_path())


SENTENCES = [
    "前三季度，云川市实现地区生产总值1331.4亿元，同比增长6.1%。",
    "全市新增城镇就业2.3万人，完成年度目标的96%。",
    "Grain output in Beiling reached 332,000 tonnes.",
    "粮食总产量33.2万吨，比上年增产1.1%。",
]


@pytest.mark.models
def test_vectors_are_unit_float32_in_the_order_given(embedder: Embedder) -> None:
    texts = [sentence * (1 + number % 5) for number in range(20) for sentence in SENTENCES]
    done: list[int] = []
    vectors = embedder.embed_passages(texts, progress=done.append)
    assert vectors.shape == (len(texts), embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert done[-1] == len(texts) and done == sorted(done)
    for position in (0, 33, 79):
        alone = embedder.embed_passages([texts[position]])[0]
        assert float(alone @ vectors[position]) > 0.9999
    assert embedder.embed_queries([]).shape == (0, embedder.dimension)


@pytest.mark.models
def test_prefixes_are_applied_once(embedder: Embedder) -> None:
    question = "云川市的地区生产总值是多少？"
    plain = embedder.model.encode(["query: " + question], prompt="", normalize_embeddings=True)[0]
    asked, told = embedder.embed_queries([question])[0], embedder.embed_passages([question])[0]
    assert float(plain @ asked) > 0.9999
    assert float(plain @ told) < 0.9999


@pytest.mark.models
def test_question_finds_its_passage_in_both_languages(embedder: Embedder) -> None:
    passages = embedder.embed_passages(SENTENCES)
    questions = embedder.embed_queries(["云川市的GDP是多少？", "How many new jobs were there in the city?"])
    assert (questions @ passages.T).argmax(axis=1).tolist() == [0, 1]


@pytest.mark.models
def test_long_text_is_not_cut_off(embedder: Embedder) -> None:
    assert embedder.max_tokens == 512
    filler = "云川市统计局表示，各项工作平稳推进。" * 60
    ending = "粮食总产量33.2万吨，比上年增产1.1%。" * 12
    windows = embedder.windows(filler + ending, embedder.passage_prefix)
    assert len(windows) > 1 and "".join(windows) == filler + ending
    for window in windows:
        tokens = embedder.model.tokenizer(embedder.passage_prefix + window)["input_ids"]
        assert len(tokens) <= embedder.max_tokens
    question = embedder.embed_queries(["粮食产量是多少？"])[0]
    with_end, without = embedder.embed_passages([filler + ending, filler])
    assert question @ with_end > question @ without + 0.005


@pytest.mark.models
def test_llama_index_sees_the_same_vectors(embedder: Embedder) -> None:
    wrapped = as_llama_index(embedder)
    question = "云川市的GDP是多少？"
    np.testing.assert_allclose(
        wrapped.get_query_embedding(question), embedder.embed_queries([question])[0], atol=1e-5
    )
    np.testing.assert_allclose(
        wrapped.get_text_embedding_batch(SENTENCES), embedder.embed_passages(SENTENCES), atol=1e-5
    )
    assert wrapped.model_name == embedder.name == "multilingual-e5-small"
