"""The OpenVINO graph: which models it takes, batches, and the same vectors as torch."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from index.embed import load_embedder
from index.openvino_encoder import BATCH_TOKENS, OpenVINOEncoder, UnsupportedModelError, _batches, _settings

CONFIG: dict[str, Any] = {
    "model_type": "bert", "hidden_act": "gelu", "hidden_size": 8, "pad_token_id": 0, "max_position_embeddings": 32,
}  # fmt: skip
MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]


def directory(folder: Path, config: dict[str, Any], pooling: dict[str, Any], modules: list[Any]) -> Path:
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling), encoding="utf-8")
    for name in ("model.safetensors", "tokenizer.json"):
        (folder / name).write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    ("change", "pooling", "kind", "length"),
    [
        ({}, {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, "mean", 32),
        ({}, {"pooling_mode_cls_token": True}, "cls", 32),
        ({}, {"pooling_mode": "mean"}, "mean", 32),
        ({"model_type": "xlm-roberta", "pad_token_id": 1}, {"pooling_mode_cls_token": True}, "cls", 30),
    ],
    ids=["mean", "cls", "newer key", "positions behind the padding"],
)
def test_settings(
    tmp_path: Path, change: dict[str, Any], pooling: dict[str, Any], kind: str, length: int
) -> None:
    settings = _settings(directory(tmp_path / "m", CONFIG | change, pooling, MODULES))
    assert (settings["pooling"], settings["max_tokens"]) == (kind, length)


@pytest.mark.parametrize(
    ("change", "pooling", "modules"),
    [
        ({"model_type": "modernbert"}, {"pooling_mode_cls_token": True}, MODULES),
        ({"hidden_act": "silu"}, {"pooling_mode_cls_token": True}, MODULES),
        ({"position_embedding_type": "relative_key"}, {"pooling_mode_cls_token": True}, MODULES),
        ({}, {"pooling_mode_max_tokens": True}, MODULES),
        ({}, {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}, MODULES),
        ({}, {"pooling_mode_cls_token": True}, [*MODULES, {"path": "2_Dense", "type": "x.Dense"}]),
    ],
    ids=["architecture", "activation", "positions", "max pooling", "two poolings", "dense layer"],
)
def test_other_models_are_left_to_torch(
    tmp_path: Path, change: dict[str, Any], pooling: dict[str, Any], modules: list[Any]
) -> None:
    with pytest.raises(UnsupportedModelError):
        _settings(directory(tmp_path / "m", CONFIG | change, pooling, modules))


def test_batches_hold_everything_once_and_like_lengths_together() -> None:
    lengths = [7, 500, 30, 500, 12, 400] * 20
    batches = _batches(lengths, 32)
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    assert [lengths[position] for batch in batches for position in batch] == sorted(lengths, reverse=True)
    for batch in batches:
        assert len(batch) <= 32 and max(lengths[p] for p in batch) * len(batch) <= BATCH_TOKENS
    assert _batches([9999], 32) == [[0]] and _batches([], 32) == []


# ---------------------------------------------------------------- with models


@pytest.mark.models
def test_default_model_gives_the_vectors_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.models import embedding_path

    texts = [
        "云川市实现地区生产总值1331.4亿元，同比增长6.1%。",
        "Grain output fell.",
        "①全角～ＧＤＰ " * 60,
    ] * 12
    fast = load_embedder(embedding_path())
    assert isinstance(fast.model, OpenVINOEncoder)
    monkeypatch.setenv("WENBAO_EMBED_BACKEND", "torch")
    slow = load_embedder(embedding_path())
    assert not isinstance(slow.model, OpenVINOEncoder)
    assert fast.fingerprint() == slow.fingerprint()
    cosines = np.sum(fast.embed_passages(texts) * slow.embed_passages(texts[:3] * 12), axis=1)
    assert cosines.min() > 0.9999


@pytest.mark.models
@pytest.mark.parametrize(("kind", "pooling"), [("bert", "cls"), ("xlm-roberta", "mean")])
def test_random_models_of_both_kinds_agree_with_torch(
    tmp_path: Path, kind: str, pooling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import BertConfig, BertModel, XLMRobertaConfig, XLMRobertaModel

    from rag.models import embedding_path

    torch.manual_seed(7)
    sizes: dict[str, Any] = {
        "vocab_size": 250037, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3,
        "intermediate_size": 48, "max_position_embeddings": 66, "pad_token_id": 1, "initializer_range": 0.5,
    }  # fmt: skip
    model = BertModel(BertConfig(**sizes)) if kind == "bert" else XLMRobertaModel(XLMRobertaConfig(**sizes))
    folder = directory(tmp_path / "m", {}, {f"pooling_mode_{pooling}_tokens".replace("cls_tokens", "cls_token"): True,
                                            "word_embedding_dimension": 24}, MODULES)  # fmt: skip
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((Path(embedding_path()) / name).read_bytes())
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 64}', encoding="utf-8")
    texts = ["全市粮食产量", "Grain output", "云川市生产总值增长。" * 20]
    fast = OpenVINOEncoder(folder, precision="f32").encode(texts)
    monkeypatch.setenv("WENBAO_EMBED_BACKEND", "torch")
    slow = load_embedder(str(folder)).model.encode(texts, prompt="", normalize_embeddings=True)
    assert np.sum(fast * slow, axis=1).min() > 0.9999


@pytest.mark.models
def test_threads_share_one_encoder() -> None:
    from rag.models import embedding_path

    encoder = OpenVINOEncoder(Path(embedding_path()))
    texts = [f"第{number}季度工业增加值增长{number}.5%。" for number in range(6)]
    alone = encoder.encode(texts)
    found: dict[int, Any] = {}
    threads = [
        Thread(target=lambda n=n: found.update({n: encoder.encode([texts[n]])[0]})) for n in range(len(texts))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, vector in found.items():
        assert float(vector @ alone[number]) > 0.9999
    assert len(found) == len(texts)
