"""Backup and restore of an index on a Milvus server: the same one file as of a folder."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from index.database import FILE_NAME
from index.errors import WenbaoError
from index.migrate import from_store, to_store
from index.milvus_server import Location


def copy_store(address: str, target: Path) -> None:
    """Writes the index on the server, as it is now, into the new file `target`. IndexMissingError, StoreError."""
    location = Location.parse(address)
    with tempfile.TemporaryDirectory(prefix="wenbao-backup-", dir=target.parent) as folder:
        from_store(location, Path(folder))
        (Path(folder) / FILE_NAME).replace(target)


def fill_store(file: Path, address: str, directory: Path) -> int:
    """Puts a backup, which is whole, on a server; the number of reports.

    The name at the end of the address must be new or hold a part of the same index: many rows on a server are no
    transaction, so what is there is never overwritten. A run that was stopped goes on. WenbaoError where another
    index is there, StoreError, IndexMismatchError.
    """
    location = Location.parse(address)
    directory.mkdir(parents=True, exist_ok=True)
    # A copy: reading would leave SQLite's own files beside the backup.
    with tempfile.TemporaryDirectory(prefix="restoring-", dir=directory) as folder:
        shutil.copyfile(file, Path(folder) / FILE_NAME)
        return to_store(Path(folder), location)


def not_rebuilt(address: str) -> WenbaoError:
    """What to do instead of rebuilding an index that others read on a server."""
    location = Location.parse(address)
    return WenbaoError(
        f"The index {location} is on a server and is not rebuilt in place. Copy it into a folder (`python -m rag "
        "migrate from-store --index FOLDER`), rebuild it there with WENBAO_STORE unset, then bring it to the server "
        "under another name (`migrate to-store --store …/NAME --index FOLDER`). Nothing was changed.",
        f"{location} 位于服务器上，不能就地重建：请先用 `python -m rag migrate from-store --index 文件夹` 复制到文件夹，"
        "取消 WENBAO_STORE 后在该文件夹运行 `rebuild`，再用 `migrate to-store --store …/新名称 --index 文件夹` 迁回。"
        "索引未被改动。",
    )
