"""The lazy embedder tells what the loaded model would, without loading it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.lazy_embedder import dimension_of, lazy_embedder


def model_directory(folder: Path, modules: list[str], config: str) -> Path:
    folder.mkdir()
    (folder / "modules.json").write_text(json.dumps([{"type": name} for name in modules]), encoding="utf-8")
    (folder / "config.json").write_text(config, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("modules", "config", "expected"),
    [
        (
            ["sentence_transformers.models.Transformer", "sentence_transformers.models.Pooling"],
            '{"hidden_size": 24}',
            24,
        ),
        (["a.Transformer", "a.Pooling", "a.Dense"], '{"hidden_size": 24}', None),
        (["a.Transformer"], "{}", None),
        (["a.Transformer"], "not json", None),
    ],
    ids=["plain", "another layer", "no size", "broken"],
)
def test_dimension_is_read_where_the_files_say_it(
    tmp_path: Path, modules: list[str], config: str, expected: int | None
) -> None:
    assert dimension_of(model_directory(tmp_path / "m", modules, config)) == expected


def test_no_directory_has_no_dimension(tmp_path: Path) -> None:
    assert dimension_of(tmp_path / "nowhere") is None


@pytest.mark.models
def test_lazy_and_loaded_model_agree() -> None:
    from index.embed import load_embedder
    from rag.models import embedding_path

    lazy, loaded = lazy_embedder(embedding_path()), load_embedder(embedding_path())
    assert (lazy.name, lazy.dimension, lazy.fingerprint()) == (
        loaded.name,
        loaded.dimension,
        loaded.fingerprint(),
    )
    assert (lazy.embed_queries(["云川市"]) == loaded.embed_queries(["云川市"])).all()
    assert (lazy.embed_passages(["云川市"]) == loaded.embed_passages(["云川市"])).all()
