"""Which files to index under the paths given, what each is called, and what is left out and why."""

from __future__ import annotations

import itertools
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from index.errors import ReadError
from index.readers import IMAGE_SUFFIXES, SUPPORTED_SUFFIXES, ocr

_PAGE_PARTS = re.compile(r"[._]files(?:/|$)")  # where browsers put the pictures of a saved page

Failure = tuple[Path, ReadError]


@dataclass(frozen=True, slots=True)
class Source:
    """A file to index; `folder` is the one given by the user that it lies in, or its parent."""

    path: Path  # absolute, links resolved
    folder: Path

    @property
    def key(self) -> str:
        """The path as it is stored; a name that is no valid Unicode is spelled out."""
        return path_key(self.path)

    @property
    def relative(self) -> str:
        """The path within its folder."""
        return readable(self.path.relative_to(self.folder).as_posix())

    def names(self) -> Iterator[str]:
        """What the report may be called, shortest first: file name, relative path, then longer ones."""
        parts = self.path.parts
        inside = len(parts) - len(self.folder.parts)
        yield readable(self.path.name)
        for count in range(max(inside, 2), len(parts)):
            yield readable(PurePath(*parts[-count:]).as_posix())
        yield readable(self.path.as_posix())


@dataclass(slots=True)
class Found:
    """`folders` are those that were walked; `files` in them that are no reports are passed over."""

    files: list[Source] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    pictures: int = 0  # left out for want of OCR


def path_key(path: Path) -> str:
    return str(path).encode("utf-8", "backslashreplace").decode()


def readable(name: str) -> str:
    """A file name as a report name: one line, composed characters, nothing unprintable."""
    composed = unicodedata.normalize("NFC", name)
    return "".join(character if character.isprintable() else "_" for character in composed)


def find_files(paths: Iterable[Path]) -> Found:
    """The files under `paths`, each once, in a stable order. Links that lead out of a folder are refused."""
    found = Found()
    seen: set[Path] = set()
    for path in paths:
        absolute = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100  links are judged below
        if absolute.is_dir():
            folder = absolute.resolve()
            found.folders.append(folder)
            _walk(folder, found, seen)
        elif not absolute.exists():
            found.failed.append((path, _error(path, "does not exist: check the path", "不存在：请检查路径")))
        else:
            _add(absolute, absolute.resolve().parent, found, seen)
    return found


def _walk(folder: Path, found: Found, seen: set[Path]) -> None:
    def unreadable(error: OSError) -> None:
        where = Path(os.fsdecode(error.filename))
        found.failed.append(
            (where, _error(where, "cannot be opened: check permissions", "无法打开：请检查权限"))
        )

    for directory, subfolders, names in os.walk(folder, onerror=unreadable):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in subfolders:
            link = Path(directory, name)
            if link.is_symlink() and not link.resolve().is_relative_to(folder):
                found.failed.append((link, _outside(link)))
        for name in sorted(names):
            suffix = Path(name).suffix.lower()
            if name.startswith((".", "~$")) or suffix not in SUPPORTED_SUFFIXES:
                continue
            if suffix in IMAGE_SUFFIXES and (not ocr.available() or _PAGE_PARTS.search(directory)):
                found.pictures += not _PAGE_PARTS.search(directory)
                continue
            _add(Path(directory, name), folder, found, seen)


def _add(path: Path, folder: Path, found: Found, seen: set[Path]) -> None:
    try:
        target = path.resolve(strict=True)
        mode = target.stat().st_mode
    except (OSError, RuntimeError):
        found.failed.append((path, _error(path, "is a link to nothing: remove it", "是失效的链接：请删除")))
        return
    if path.is_symlink() and not target.is_relative_to(folder):
        found.failed.append((path, _outside(path)))
    elif not stat.S_ISREG(mode):
        # Opening a pipe or device could wait for ever.
        found.failed.append((path, _error(path, "is no regular file: leave it out", "不是普通文件：请移出")))
    elif target not in seen:
        seen.add(target)
        found.files.append(Source(target, folder))


def _outside(path: Path) -> ReadError:
    return _error(
        path,
        "is a link that leads out of its folder: copy the file there, or give its own path",
        "是指向文件夹之外的链接：请复制原文件，或直接给出原文件的路径",
    )


def _error(path: Path, english: str, chinese: str) -> ReadError:
    name = readable(path.name)
    return ReadError(f"{name} {english}.", f"{name} {chinese}。")


def choose_names(sources: Sequence[Source], taken: dict[str, str]) -> dict[str, str]:
    """Path key → report name. `taken` (name → path key) are names in use, which stay with their files.

    Files of the same name that come together are all called by their path within the folder.
    """
    owners = dict(taken)
    chosen = {key: name for name, key in taken.items()}
    new = [source for source in sources if source.key not in chosen]
    often = Counter(readable(source.path.name) for source in new)
    for source in new:
        candidates = list(source.names())
        if often[candidates[0]] > 1 and source.relative != candidates[0]:
            candidates = candidates[1:]
        # The last resort is for unprintable names that read alike.
        numbered = (f"{candidates[-1]} ({number})" for number in itertools.count(2))
        name = next(name for name in itertools.chain(candidates, numbered) if name not in owners)
        owners[name] = source.key
        chosen[source.key] = name
    return chosen
