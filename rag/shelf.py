"""Our own copies of the files that were added: stored under safe names, replaced all or nothing."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from index.errors import ReadError, WenbaoError
from index.folders import path_key, readable
from index.readers import SUPPORTED_SUFFIXES

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_NAME_BYTES = 180  # file systems take 255
_INCOMING = ".incoming"  # copies that are not whole yet
_REPLACED = ".replaced"  # the former file of a report, until its new one is indexed

File = Path | tuple[str, bytes | Path]


class FileRefusedError(WenbaoError):
    """A file that is not taken: its kind, size or name; names the file and the cure."""


class Shelf:
    """The folder of copies. One thread at a time may change it."""

    def __init__(self, folder: Path, max_file_bytes: int = MAX_FILE_BYTES) -> None:
        self.folder = folder
        self.max_file_bytes = max_file_bytes

    def store(self, files: Sequence[File]) -> tuple[list[Path], list[tuple[str, WenbaoError]]]:
        """The copies of what is taken, and (file name, error) of what is not.

        A former file of the same name is put aside; `settle` decides which of the two stays.
        """
        stored: list[Path] = []
        failed: list[tuple[str, WenbaoError]] = []
        for file in files:
            given, content = (file.name, file) if isinstance(file, Path) else file
            try:
                name = safe_name(given)
                if self.folder / name in stored:
                    raise FileRefusedError(
                        f"{name} was given twice: rename one of the two.",
                        f"{name} 重复提交：请将其中一个改名。",
                    )
                stored.append(self._store(name, content))
            except WenbaoError as error:
                failed.append((_last_part(given) or readable(given), error))
        return stored, failed

    def settle(self, paths: Sequence[Path], known: Mapping[str, str]) -> None:
        """Keeps of each path the file that the index knows (`known`: path → sha256), the new or the former."""
        for path in paths:
            aside = self.folder / _REPLACED / path.name
            if sha256_of(path) != known.get(path_key(path.resolve())):
                path.unlink(missing_ok=True)
                if aside.exists():
                    aside.replace(path)
            aside.unlink(missing_ok=True)

    def recover(self, known: Mapping[str, str]) -> None:
        """Settles what a killed process left behind."""
        shutil.rmtree(self.folder / _INCOMING, ignore_errors=True)
        if (self.folder / _REPLACED).is_dir():
            self.settle([self.folder / aside.name for aside in (self.folder / _REPLACED).iterdir()], known)

    def discard(self, path: Path) -> None:
        """Deletes the file if it is one of ours."""
        if path.parent == self.folder.resolve():
            path.unlink(missing_ok=True)

    def _store(self, name: str, content: bytes | Path) -> Path:
        target, incoming = self.folder / name, self.folder / _INCOMING / name
        try:
            size = len(content) if isinstance(content, bytes) else content.stat().st_size
            self._check_size(name, size)
            incoming.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                incoming.write_bytes(content)
            else:
                shutil.copyfile(content, incoming)
            if target.exists():
                aside = self.folder / _REPLACED / name
                aside.parent.mkdir(exist_ok=True)
                target.replace(aside)
            incoming.replace(target)
        except OSError as error:
            incoming.unlink(missing_ok=True)
            raise ReadError(
                f"{name} cannot be stored ({error.strerror}): check the file, and room and permissions of "
                f"the folder {self.folder.name}.",
                f"{name} 无法保存（{error.strerror}）：请检查该文件，以及文件夹 {self.folder.name} 的空间和权限。",
            ) from error
        return target

    def _check_size(self, name: str, size: int) -> None:
        if size > self.max_file_bytes:
            limit = self.max_file_bytes / 2**20
            raise FileRefusedError(
                f"{name} has {size / 2**20:.1f} MB, more than the limit of {limit:g} MB: split it first.",
                f"{name} 有 {size / 2**20:.1f} MB，超过 {limit:g} MB 的上限：请先拆分。",
            )


def safe_name(given: str) -> str:
    """The file name to store an upload under: its last part, one line, visible. Raises FileRefusedError.

    Both kinds of slashes separate, so that no name leads out of the folder.
    """
    name = _last_part(given)
    if not name or name.startswith((".", "~$")) or len(name.encode()) > MAX_NAME_BYTES:
        shown = name[:40] or readable(given[:40])
        raise FileRefusedError(
            f"“{shown}” is no usable file name: give it a plain name of at most 60 characters.",
            f"“{shown}”不能用作文件名：请改为不超过 60 个字的普通名称。",
        )
    if PurePosixPath(name).suffix.lower() not in SUPPORTED_SUFFIXES:
        kinds = " ".join(sorted(SUPPORTED_SUFFIXES))
        raise FileRefusedError(
            f"{name}: this kind of file is not read; save it as one of {kinds}.",
            f"{name}：不支持这种文件；请另存为 {kinds} 之一。",
        )
    return name


def sha256_of(path: Path) -> str | None:
    """None where the file cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _last_part(given: str) -> str:
    return readable(PurePosixPath(given.encode("utf-8", "replace").decode().replace("\\", "/")).name).strip()
