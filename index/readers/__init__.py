"""One module a format; `read_file` chooses by content first and by extension second."""

from __future__ import annotations

import importlib
import stat
from pathlib import Path

from index.errors import ReadError, WenbaoError
from index.limits import Limits, Progress
from index.readers.text import MAGIC
from index.types import RawReport

_READERS = {
    ".txt": "text",
    ".text": "text",
    ".pdf": "pdf",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".xlsx": "spreadsheet",
    ".xlsm": "spreadsheet",
    ".xls": "spreadsheet",
    ".ods": "spreadsheet",
    ".csv": "spreadsheet",
    ".tsv": "spreadsheet",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".tif": "image",
    ".tiff": "image",
    ".bmp": "image",
    ".webp": "image",
}
SUPPORTED_SUFFIXES: frozenset[str] = frozenset(_READERS)
IMAGE_SUFFIXES: frozenset[str] = frozenset(suffix for suffix, name in _READERS.items() if name == "image")


def read_file(path: Path, limits: Limits | None = None) -> RawReport:
    """Read one report. Raises ReadError, naming the file and the cure, on anything unreadable."""
    path = Path(path)
    limits = limits or Limits()
    return read_data(path, read_bytes(path, limits), limits)


def read_data(
    path: Path, data: bytes, limits: Limits | None = None, progress: Progress | None = None
) -> RawReport:
    """Read the report whose bytes are given; `path` only names it."""
    limits = limits or Limits()
    module = importlib.import_module(f"index.readers.{_reader_name(path, data)}")
    try:
        report: RawReport = module.read(path, data, limits, progress)
    except WenbaoError:
        raise
    except MemoryError:
        raise limits.exceeded(
            path.name, "memory_mb", "needs more than {} MB of memory to be read", "读取所需内存超过 {} MB"
        ) from None
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a parser failing on a hostile file must not stop the others
        # (python-calamine's panics derive from BaseException alone)
        raise _damaged(path, f"{type(error).__name__}: {str(error)[:120]}") from error
    if not report.text.strip():
        raise ReadError(
            f"{path.name} has no text in it: check it in its own program, or leave it out.",
            f"{path.name} 中没有文字：请在原程序中检查，或不要加入它。",
        )
    return report


def read_bytes(path: Path, limits: Limits) -> bytes:
    """The whole file; ReadError if it is none, is empty, too large or may not be read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadError(
                f"{path.name} is not a regular file: give the path of a report or a folder of reports.",
                f"{path.name} 不是普通文件：请给出报告文件或文件夹的路径。",
            )
        if status.st_size > limits.file_mb << 20:
            raise limits.exceeded(path.name, "file_mb", "is larger than {} MB", "大于 {} MB")
        data = path.read_bytes()
    except FileNotFoundError:
        raise ReadError(f"{path} does not exist: check the path.", f"{path} 不存在：请检查路径。") from None
    except PermissionError:
        raise ReadError(
            f"{path.name} may not be read: give yourself read permission.",
            f"{path.name} 没有读取权限：请先授予读取权限。",
        ) from None
    except OSError as error:
        raise ReadError(
            f"{path.name} could not be read ({error.strerror}): try copying it to a local disk.",
            f"{path.name} 读取失败（{error.strerror}）：请复制到本地磁盘再试。",
        ) from error
    if not data:
        raise ReadError(
            f"{path.name} is empty: put the report's text in it, or leave it out.",
            f"{path.name} 是空文件：请放入报告内容，或不要加入它。",
        )
    return data


def _reader_name(path: Path, data: bytes) -> str:
    suffix = path.suffix.lower()
    by_suffix = _READERS.get(suffix)
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if image_kind(data):
        return "image"
    if data.startswith(b"PK\x03\x04"):
        if b"word/" in data[:200_000] or b"word/" in data[-200_000:]:
            return "docx"
        if any(mark in data[:200_000] or mark in data[-200_000:] for mark in (b"xl/", b"spreadsheet")):
            return "spreadsheet"
    if by_suffix is None:
        supported = " ".join(sorted(SUPPORTED_SUFFIXES))
        raise ReadError(
            f"{path.name}: this kind of file is not read; save it as one of {supported}.",
            f"{path.name}：不支持这种文件；请另存为 {supported} 之一。",
        )
    if data.startswith(b"\xd0\xcf\x11\xe0") and suffix in (".docx", ".xlsx", ".xlsm"):
        raise ReadError(
            f"{path.name} is locked by a password or is an old Office file: save it again without a "
            f"password as {suffix}.",
            f"{path.name} 有密码保护或是旧版 Office 文件：请去掉密码并另存为 {suffix}。",
        )
    if by_suffix in ("pdf", "docx", "image"):
        kind = next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), "something else")
        raise ReadError(
            f"{path.name} is damaged or not a {suffix[1:].upper()} file (it looks like {kind}): "
            "get it again from its source.",
            f"{path.name} 已损坏或不是 {suffix[1:].upper()} 文件（看起来是 {kind}）：请重新获取。",
        )
    return by_suffix


def image_kind(data: bytes) -> str:
    """The format of a picture that OCR can read, "" for anything else."""
    for magic, kind in _IMAGES.items():
        if data.startswith(magic):
            return kind
    return "WebP" if data.startswith(b"RIFF") and data[8:12] == b"WEBP" else ""


_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}


def _damaged(path: Path, detail: str) -> ReadError:
    return ReadError(
        f"{path.name} could not be read ({detail}): it may be damaged; get or save it again.",
        f"{path.name} 无法读取（{detail}）：文件可能已损坏，请重新获取或另存。",
    )
