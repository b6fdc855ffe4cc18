"""Whole copies of an index: backup, restore, and rebuilding it from the files of its reports.

Restoring and rebuilding put the new contents into the index in one transaction: readers go on with the
old state until it is complete, and a process killed in between changes nothing. Where `WENBAO_STORE` names a
server, the index there is meant (`index.store_backup`).
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index import changes, manifest
from index.build import BuildSummary, build_index
from index.database import FILE_NAME, Database, IndexStorageError, log_of, missing, storage_error
from index.errors import IndexMismatchError, IndexMissingError, WenbaoError
from index.limits import Limits
from index.lock import locked
from index.manifest import EmbeddingModel
from index.overrides import without_sidecar
from index.progress import Progress
from index.store import ReportIndex
from index.stores import store_address

REBUILD_FOLDER = "rebuild"  # inside the index's folder, while it is being rebuilt


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    path: str
    overrides: dict[str, str]


def backup(directory: Path, target: Path) -> int:
    """Writes the index as it is now, whoever writes meanwhile, into the one file `target`; its bytes.

    The file is complete or not there at all. IndexMissingError, IndexStorageError, StoreError, WenbaoError.
    """
    if target.is_dir():
        raise WenbaoError(
            f"{target} is a folder: give the name of the backup file in it, as {target / 'wenbao-backup.sqlite'}.",
            f"{target} 是文件夹：请给出备份文件名，如 {target / 'wenbao-backup.sqlite'}。",
        )
    partial = target.with_name(target.name + ".partial")
    try:
        if (address := store_address()) is not None:
            from index.store_backup import copy_store

            target.parent.mkdir(parents=True, exist_ok=True)
            partial.unlink(missing_ok=True)
            copy_store(address, partial)
        else:
            with ReportIndex.open(directory) as index:
                target.parent.mkdir(parents=True, exist_ok=True)
                partial.unlink(missing_ok=True)
                index.copy_to(partial)
        _check(partial)
        _settle(partial, target)
    except OSError as error:
        raise storage_error(error, target.parent) from error
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def restore(file: Path, directory: Path) -> int:
    """Puts a backup in place of the index at `directory`, which may not exist yet; the number of reports.

    All or nothing, but for a server: see `index.store_backup.fill_store`. IndexMissingError if there is no such
    file, IndexStorageError if it is damaged, IndexMismatchError if another version of the program or another
    embedding model made it, IndexBusyError, StoreError.
    """
    if not file.is_file():
        raise IndexMissingError(
            f"There is no backup file {file}: check the path.", f"找不到备份文件 {file}：请检查路径。"
        )
    _check(file)
    if (address := store_address()) is not None:
        from index.store_backup import fill_store

        return fill_store(file, address, directory)
    with locked(directory):
        if not (directory / FILE_NAME).is_file():
            partial = directory / (FILE_NAME + ".partial")
            try:
                shutil.copyfile(file, partial)
                log_of(directory / FILE_NAME).unlink(missing_ok=True)
                _settle(partial, directory / FILE_NAME)
            except OSError as error:
                raise storage_error(error, directory) from error
            finally:
                partial.unlink(missing_ok=True)
        else:
            _refuse_other_model(file, directory)
            replace_contents(directory, file)
    with ReportIndex.open(directory) as index:
        return len(index.reports())


def rebuild(
    directory: Path,
    embedder: EmbeddingModel,
    *,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> BuildSummary:
    """Reads and embeds every report of the index again, from the files they came from, as if it were new.

    For another embedding model or an index of an older format. The user's metadata and the reports' names stay.
    The old index answers until the new one is complete; a run that was stopped goes on where it was. WenbaoError
    if the file of a report is gone, or the index is on a server: nothing is changed then.
    """
    if (address := store_address()) is not None:
        from index.store_backup import not_rebuilt

        raise not_rebuilt(address)
    entries = _entries(directory)
    with locked(directory):
        gone = [entry for entry in entries if not Path(entry.path).is_file()]
        if gone:
            names = ", ".join(entry.name for entry in gone[:5]) + (" …" if len(gone) > 5 else "")
            raise WenbaoError(
                f"The files of {len(gone)} reports are gone ({names}): put them back, or take these reports out "
                "with `python -m rag remove`, then rebuild again. Nothing was changed.",
                f"有 {len(gone)} 份报告的原文件已不在（{names}）：请放回原处，或用 `python -m rag remove` 移除，"
                "然后重新运行。索引未被改动。",
            )
        fresh = directory / REBUILD_FOLDER
        _discard_other(fresh, embedder)
        summary = build_index(
            [Path(entry.path) for entry in entries],
            fresh,
            embedder,
            sync=True,
            progress=progress,
            metadata={entry.name: entry.overrides for entry in entries if entry.overrides},
            limits=limits,
            names={entry.name: entry.path for entry in entries},
        )
        failed = [path.name for path, _ in summary.failed]
        if failed:
            raise WenbaoError(
                f"{len(failed)} reports can no longer be read ({', '.join(failed[:5])}): `python -m rag index` on "
                "their files says why. The index was not changed.",
                f"有 {len(failed)} 份报告无法再次读取（{'、'.join(failed[:5])}）：可对其运行 `python -m rag index` "
                "查看原因。索引未被改动。",
            )
        replace_contents(directory, fresh / FILE_NAME)
        shutil.rmtree(fresh, ignore_errors=True)
    return summary


def _discard_other(fresh: Path, embedder: EmbeddingModel) -> None:
    """What a stopped run left goes on, unless it was made for another model or format."""
    try:
        ReportIndex.open(fresh, embedder).close()
    except IndexMissingError:
        pass
    except WenbaoError:
        shutil.rmtree(fresh, ignore_errors=True)


def replace_contents(directory: Path, source: Path) -> None:
    """Everything in the index at `directory` is replaced by what `source` holds, in one transaction.

    Reports and chunks get ids above all that were ever given, so that nothing kept by a reader is mistaken
    for something new.
    """
    database = Database(directory / FILE_NAME)
    try:
        with database.writing(attach=source) as connection:
            commits, reports, chunks = _last(connection)
            _drop_tables(connection)
            for statement in manifest.schema():
                connection.execute(statement)
            _copy(connection, reports, chunks)
            connection.execute(
                "UPDATE manifest SET value = max(CAST(value AS INTEGER), ?) + 1 WHERE key = 'commits'",
                (commits,),
            )
        database.checkpoint()
    finally:
        database.close()


# ---------------------------------------------------------------- parts


def _check(file: Path) -> None:
    """Raises unless `file` holds a whole index that this version reads."""
    database = Database(file)
    try:
        with database.reading() as connection:
            manifest.check_manifest(manifest.read_manifest(connection, file), file, None)
            found = changes.problems(connection)
    except IndexMissingError:
        found = ["no index in it"]
    except IndexStorageError as error:
        found = [str(error.__cause__ or error.english)]
    finally:
        database.close()
    if found:
        raise IndexStorageError(
            f"{file} is no whole copy of an index ({found[0][:100]}): make the backup again.",
            f"{file} 不是完整的索引备份（{found[0][:100]}）：请重新备份。",
        )


def _refuse_other_model(file: Path, directory: Path) -> None:
    copies = []
    for one in (file, directory / FILE_NAME):
        database = Database(one)
        try:
            with database.reading() as connection:
                copies.append(manifest.read_manifest(connection, directory))
        finally:
            database.close()
    models = [(copy.get("embedding_fingerprint"), copy.get("embedding_name")) for copy in copies]
    if models[0][0] != models[1][0]:
        raise IndexMismatchError(
            f"The backup was made with the embedding model {models[0][1]}, the index at {directory} with "
            f"{models[1][1]}: restore it into a folder of its own with --index.",
            f"备份使用向量模型 {models[0][1]}，而 {directory} 处的索引使用 {models[1][1]}："
            "请用 --index 恢复到另一个文件夹。",
        )


def _settle(partial: Path, target: Path) -> None:
    """The finished file under its name, safe from a power cut."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _entries(directory: Path) -> list[_Entry]:
    """Names, paths and the user's metadata of all reports, from an index of any format so far."""
    file = directory / FILE_NAME
    if not file.is_file():
        raise missing(directory)
    database = Database(file)
    try:
        with database.reading() as connection:
            rows = connection.execute("SELECT name, path, overrides FROM reports ORDER BY name").fetchall()
    finally:
        database.close()
    return [_Entry(name, path, without_sidecar(json.loads(overrides))) for name, path, overrides in rows]


def _last(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Commits so far and the highest ids ever given to a report and to a chunk; 0 where there are none."""

    def value(query: str) -> int:
        try:
            row = connection.execute(query).fetchone()
        except sqlite3.OperationalError:  # an older format without that table
            return 0
        return int(row[0]) if row and row[0] is not None else 0

    return (
        value("SELECT value FROM main.manifest WHERE key = 'commits'"),
        value("SELECT seq FROM main.sqlite_sequence WHERE name = 'reports'"),
        value("SELECT seq FROM main.sqlite_sequence WHERE name = 'chunks'"),
    )


def _drop_tables(connection: sqlite3.Connection) -> None:
    """Virtual tables first: their own tables go with them."""
    rows = connection.execute("SELECT name, sql FROM main.sqlite_schema WHERE type = 'table'").fetchall()
    virtual = [name for name, sql in rows if sql and sql.upper().startswith("CREATE VIRTUAL")]
    for name in sorted(virtual, key=len, reverse=True):  # lexical_terms reads lexical
        connection.execute(f'DROP TABLE main."{name}"')
    for name, _ in rows:
        if name not in virtual and not name.startswith("sqlite_"):
            connection.execute(f'DROP TABLE IF EXISTS main."{name}"')


def _copy(connection: sqlite3.Connection, reports: int, chunks: int) -> None:
    """All rows of the attached index, with ids moved up by the numbers given."""
    connection.execute("INSERT INTO main.manifest SELECT key, value FROM copy.manifest")
    moved: dict[str, Sequence[tuple[str, int]]] = {
        "reports": [("id", reports)],
        "chunks": [("id", chunks), ("report_id", reports)],
        "vectors": [("chunk_id", chunks)],
        "figures": [("report_id", reports), ("chunk_id", chunks)],
        "sketches": [("report_id", reports)],
    }
    has_sketches = connection.execute("SELECT 1 FROM copy.sqlite_schema WHERE name = 'sketches'").fetchone()
    for table, shifts in moved.items():
        if table == "sketches" and not has_sketches:
            continue
        shift = dict(shifts)
        names = [
            row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")
        ]  # no generated ones
        values = [f'"{name}" + {shift[name]}' if name in shift else f'"{name}"' for name in names]
        columns = ", ".join(f'"{name}"' for name in names)
        connection.execute(
            f"INSERT INTO main.{table} ({columns}) SELECT {', '.join(values)} FROM copy.{table}"
        )
    connection.execute(
        "INSERT INTO main.lexical (rowid, context, body) SELECT rowid + ?, context, body FROM copy.lexical",
        (chunks,),
    )
    connection.execute("DELETE FROM main.lexical_totals")
    connection.execute("INSERT INTO main.lexical_totals SELECT * FROM copy.lexical_totals")
    for table, last in (("reports", reports), ("chunks", chunks)):
        connection.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?, ? WHERE NOT EXISTS"
            " (SELECT 1 FROM sqlite_sequence WHERE name = ?)",
            (table, last, table),
        )
