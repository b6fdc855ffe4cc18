"""The manifest, and the fetch as a user meets it: verified, all or nothing, one line when it fails."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wheels import content, make_wheel, wheel_of

from rag import models
from rag.errors import ModelFetchError, ModelMissingError

ROOT = Path(__file__).resolve().parent.parent
WHOLE = b"".join(content(number) for number in (1, 2, 3))


# ---------------------------------------------------------------- the manifest


def test_manifest_is_consistent() -> None:
    entries = models.manifest()
    assert entries[models.DEFAULT_LLM].kind == "llm" and entries[models.DEFAULT_LLM].default
    assert entries[models.DEFAULT_EMBEDDING].kind == "embedding" and entries[models.DEFAULT_EMBEDDING].default
    assert [entry.kind for entry in entries.values() if entry.default] == ["llm", "embedding"]
    for entry in entries.values():
        digests = [entry.sha256, *(piece.sha256 for piece in entry.pieces)]
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)
        assert sum(piece.bytes for piece in entry.pieces) == entry.bytes
        assert len(set(digests)) == len(digests) or len(entry.pieces) == 1
        assert entry.hub.repository and entry.hub.files  # a second source beside the pieces
        assert entry.free_bytes > 2 * entry.bytes
        # In numeric order, or the joined file would be another.
        numbers = [
            int(re.sub(r".*part", "", piece.package) or 1)
            for piece in entry.pieces
            if "part" in piece.package
        ]
        assert numbers == list(range(1, len(numbers) + 1))


def test_manifest_names_no_address() -> None:
    assert "://" not in models.MANIFEST.read_text(encoding="utf-8")


# ---------------------------------------------------------------- where models are


def test_models_directory_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_MODELS", str(tmp_path / "own"))
    assert models.models_directory() == tmp_path / "own"
    monkeypatch.delenv("WENBAO_MODELS")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert models.models_directory() == tmp_path / "cache" / "wenbao" / "models"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert models.models_directory() == tmp_path / ".cache" / "wenbao" / "models"


def test_embedding_path_prefers_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_EMBED_MODEL", "BAAI/bge-m3")
    assert models.embedding_path() == "BAAI/bge-m3"
    monkeypatch.delenv("WENBAO_EMBED_MODEL")
    with pytest.raises(ModelMissingError, match="rag models fetch"):
        models.embedding_path()


def test_missing_model_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelMissingError) as caught:
        models.locate(models.DEFAULT_LLM)
    monkeypatch.setenv("WENBAO_LANG", "zh")
    assert "没有模型" in str(caught.value) and "python -m rag models fetch" in str(caught.value)
    monkeypatch.setenv("WENBAO_LANG", "en")
    assert "is not in" in str(caught.value)


def test_unknown_model_names_the_known() -> None:
    with pytest.raises(ModelMissingError) as caught:
        models.fetch("gpt-9")
    assert models.DEFAULT_LLM in caught.value.english


def test_incomplete_model_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_MODELS", str(tmp_path))
    (tmp_path / f"{models.DEFAULT_LLM}.gguf").write_bytes(b"GGUF")
    (tmp_path / models.DEFAULT_EMBEDDING).mkdir()
    for name in (models.DEFAULT_LLM, models.DEFAULT_EMBEDDING):
        with pytest.raises(ModelMissingError, match="incomplete"):
            models.locate(name)
    assert [status.path for status in models.list_models()] == [None] * len(models.manifest())


# ---------------------------------------------------------------- the fetch


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A manifest with one small model, its three wheels in `links`, and the models directory `models`."""
    for name, value in {
        "WENBAO_LANG": "en",
        "WENBAO_MODELS": str(tmp_path / "models"),
        "WENBAO_MODEL_SOURCE": "pieces",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path / "links"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("WENBAO_MODEL_PIECES", raising=False)
    write_manifest(tmp_path)
    monkeypatch.setattr(models, "MANIFEST", tmp_path / "models.json")
    models.manifest.cache_clear()
    yield tmp_path
    models.manifest.cache_clear()


def write_manifest(folder: Path, **changes: Any) -> None:
    pieces = [make_wheel(folder / "links", number, content(number)) for number in (1, 2, 3)]
    entry = {
        "id": "small", "kind": "llm", "default": True, "title": "a small model", "licence": "MIT",
        "installed": "small.gguf", "file": "small.gguf", "bytes": len(WHOLE),
        "sha256": hashlib.sha256(WHOLE).hexdigest(), "unpack": None, "free_bytes": 10_000,
        "hub": {"repository": "no-such-owner/no-such-model", "files": ["small.gguf"]},
        "pieces": [dataclasses.asdict(piece) for piece in pieces],
    }  # fmt: skip
    (folder / "models.json").write_text(json.dumps({"models": [entry | changes]}), encoding="utf-8")
    models.manifest.cache_clear()


def only_line(error: pytest.ExceptionInfo[ModelFetchError]) -> str:
    assert "\n" not in error.value.english and "\n" not in error.value.chinese
    return error.value.english


def test_fetch_leaves_the_model_and_nothing_else(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = models.fetch("small")
    assert path == place / "models" / "small.gguf" == models.locate("small")
    assert path.read_bytes() == WHOLE
    left = [p for p in (place / "models").rglob("*") if p.is_file() and p != path and p.suffix != ".lock"]
    assert left == []
    captured = capsys.readouterr()
    assert captured.out == "" and "a small model" in captured.err
    assert [status.path for status in models.list_models()] == [path]


def test_fetched_model_is_not_fetched_again_but_a_damaged_one_is(place: Path) -> None:
    path = models.fetch("small", progress=False)
    hidden = place / "links"
    hidden.rename(place / "hidden")
    assert models.fetch("small", progress=False) == path  # no wheel is within reach
    path.write_bytes(bytes(len(WHOLE)))  # right size, wrong content
    (place / "hidden").rename(hidden)
    models.fetch("small", progress=False)
    assert path.read_bytes() == WHOLE


def test_failed_fetch_is_one_line_and_resumes(place: Path) -> None:
    third = wheel_of(place / "links", 3)
    kept = third.read_bytes()
    third.unlink()
    with pytest.raises(ModelFetchError) as caught:
        models.fetch("small", progress=False)
    line = only_line(caught)
    assert "wenbao-test-part3==1.0" in line and "WENBAO_MODEL_PIECES" in line
    assert not (place / "models" / "small.gguf").exists()
    third.write_bytes(kept)
    wheel_of(place / "links", 1).unlink()
    assert models.fetch("small", progress=False).read_bytes() == WHOLE


def test_model_whose_whole_differs_is_refused(place: Path) -> None:
    write_manifest(place, sha256="0" * 64)
    with pytest.raises(ModelFetchError, match="another sha256"):
        models.fetch("small", progress=False)
    assert not (place / "models" / "small.gguf").exists()


@pytest.mark.parametrize("whole", [False, True], ids=["wheels", "the model file"])
def test_closed_network_with_a_folder(place: Path, monkeypatch: pytest.MonkeyPatch, whole: bool) -> None:
    folder = place / "brought"
    (place / "links").rename(folder)
    if whole:
        for wheel in folder.iterdir():
            wheel.unlink()
        (folder / "small.gguf").write_bytes(WHOLE)
    monkeypatch.setenv("WENBAO_MODEL_PIECES", str(folder))
    assert models.fetch("small", progress=False).read_bytes() == WHOLE
    assert len(list(folder.iterdir())) == (1 if whole else 3)


def test_folder_that_is_not_there(place: Path) -> None:
    with pytest.raises(ModelFetchError, match="no folder"):
        models.fetch("small", pieces=place / "nowhere")


def test_too_little_room_is_said_before_anything_is_fetched(place: Path) -> None:
    write_manifest(place, free_bytes=10**18)
    with pytest.raises(ModelFetchError) as caught:
        models.fetch("small", progress=False)
    assert "1000000000.0 GB" in only_line(caught) and "WENBAO_MODELS" in caught.value.english
    assert not list((place / "models").rglob("*.whl"))


def test_directory_that_cannot_be_written(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("WENBAO_MODELS", str(place / "file" / "models"))
    with pytest.raises(ModelFetchError) as caught:
        models.fetch("small", progress=False)
    assert "set WENBAO_MODELS" in only_line(caught)


def test_hub_out_of_reach_is_one_line(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_MODEL_SOURCE", "hub")
    with pytest.raises(ModelFetchError) as caught:
        models.fetch("small", progress=False)
    assert "hub:" in only_line(caught)


def test_unknown_source_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_MODEL_SOURCE", "torrent")
    with pytest.raises(ModelFetchError, match="use pieces or hub"):
        models.fetch("small")


FETCH = """
import pathlib, sys
from rag import models
models.MANIFEST = pathlib.Path(sys.argv[1])
{before}
try:
    models.fetch("small", progress=False, pieces=pathlib.Path(sys.argv[2]))
except models.ModelFetchError as error:
    sys.exit(str(error))
"""


def start_fetch(place: Path, before: str = "") -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-c",
        FETCH.format(before=before),
        str(place / "models.json"),
        str(place / "links"),
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, encoding="utf-8", cwd=place)


def test_two_fetches_at_once(place: Path) -> None:
    processes = [start_fetch(place) for _ in range(2)]
    complaints = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], complaints
    assert (place / "models" / "small.gguf").read_bytes() == WHOLE


def test_write_that_fails_midway_loses_nothing(place: Path) -> None:
    # The kernel refuses to let a file grow beyond 4,000 bytes: within the second piece.
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))"
    process = start_fetch(place, before=limit)
    complaint = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert complaint.count("\n") == 1 and "Cannot write small" in complaint, complaint
    assert not (place / "models" / "small.gguf").exists()
    again = start_fetch(place)
    assert again.communicate(timeout=60)[1] == "" and again.returncode == 0
    assert (place / "models" / "small.gguf").read_bytes() == WHOLE


@pytest.mark.models
def test_default_models_are_the_ones_of_the_manifest() -> None:
    """Reads the whole LLM file: the sha256 of the real one, and the embedding directory's parts."""
    assert models._verified(models.manifest()[models.DEFAULT_LLM], models.locate(models.DEFAULT_LLM))
    assert models.locate(models.DEFAULT_EMBEDDING).is_dir()
