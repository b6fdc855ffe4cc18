"""One module a format; `read_file` chooses by content first and by extension second."""

from __future__ import annotations

import importlib
import stat
from pathlib import Path

from index.errors import ReadError, WenbaoError
from index.readers.text import MAGIC
from index.types import RawReport

MAXIMUM_BYTES = 200 * 1024 * 1024

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
}
SUPPORTED_SUFFIXES: frozenset[str] = frozenset(_READERS)


def read_file(path: Path, *, maximum_bytes: int = MAXIMUM_BYTES) -> RawReport:
    """Read one report. Raises ReadError, naming the file and the cure, on anything unreadable."""
    path = Path(path)
    data = _bytes(path, maximum_bytes)
    module = importlib.import_module(f"index.readers.{_reader_name(path, data)}")
    try:
        report: RawReport = module.read(path, data)
    except WenbaoError:
        raise
    except MemoryError:
        raise _damaged(path, "out of memory") from None
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a parser failing on a hostile file must not stop the others
        # (python-calamine's panics derive from BaseException alone)
        raise _damaged(path, f"{type(error).__name__}: {str(error)[:120]}") from error
    if not report.text.strip():
        raise ReadError(
            f"{path.name} has no text in it (a scan?): convert it with OCR first, or leave it out.",
            f"{path.name} 中没有文字（可能是扫描件）：请先做 OCR，或不要加入它。",
        )
    return report


def _bytes(path: Path, maximum_bytes: int) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadError(
                f"{path.name} is not a regular file: give the path of a report or a folder of reports.",
                f"{path.name} 不是普通文件：请给出报告文件或文件夹的路径。",
            )
        if status.st_size > maximum_bytes:
            megabytes, limit = status.st_size >> 20, maximum_bytes >> 20
            raise ReadError(
                f"{path.name} has {megabytes} MB, more than the limit of {limit} MB: split it first.",
                f"{path.name} 有 {megabytes} MB，超过 {limit} MB 的上限：请先拆分。",
            )
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
    if by_suffix in ("pdf", "docx"):
        kind = next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), "something else")
        raise ReadError(
            f"{path.name} is damaged or not a {suffix[1:].upper()} file (it looks like {kind}): "
            "get it again from its source.",
            f"{path.name} 已损坏或不是 {suffix[1:].upper()} 文件（看起来是 {kind}）：请重新获取。",
        )
    return by_suffix


def _damaged(path: Path, detail: str) -> ReadError:
    return ReadError(
        f"{path.name} could not be read ({detail}): it may be damaged; get or save it again.",
        f"{path.name} 无法读取（{detail}）：文件可能已损坏，请重新获取或另存。",
    )
