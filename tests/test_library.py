"""Managing reports: what is taken, what is refused and why, and that every source stays to be opened."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from answer_reports import LINHE_2023, YUNCHUAN_2022, YUNCHUAN_2023
from filelock import FileLock
from hashing_embedder import HashingEmbedder

from index.build import IndexBusyError, build_index
from index.errors import IndexMissingError, ReportNotFoundError
from index.overrides import MetadataError
from index.store import ReportIndex
from rag.library import Library, SourceGoneError
from rag.shelf import FileRefusedError, safe_name

NAME = "yunchuan-2023.md"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "data" / "index", HashingEmbedder)


def test_upload_is_indexed_and_its_source_opens_without_the_original(library: Library) -> None:
    assert library.reports() == []
    summary = library.add([(NAME, YUNCHUAN_2023.encode())])
    assert (summary.added, summary.failed) == ([NAME], [])
    (info,) = library.reports()
    assert (info.name, info.region, info.period, info.kind) == (NAME, "云川市", "2023", "bulletin")
    assert info.chunks == summary.chunks > 0 and info.figures == summary.figures > 20
    assert info.indexed_at.startswith("20") and info.indexed_at.endswith("Z")
    assert library.source_path(NAME).read_text(encoding="utf-8") == YUNCHUAN_2023
    text = library.text(NAME)
    figures = library.figures(NAME)
    assert [text[one.start : one.end] for one in figures] == [one.text for one in figures]
    assert [one.start for one in figures] == sorted(one.start for one in figures)


def test_a_file_is_copied_so_that_the_original_may_go(library: Library, tmp_path: Path) -> None:
    original = tmp_path / NAME
    original.write_text(YUNCHUAN_2023, encoding="utf-8")
    library.add([original])
    original.unlink()
    assert library.source_path(NAME).read_text(encoding="utf-8") == YUNCHUAN_2023


def test_one_bad_file_does_not_stop_the_others(library: Library) -> None:
    progress: list[tuple[str, int, int]] = []
    summary = library.add(
        [
            ("broken.pdf", b"no PDF at all"),
            ("program.exe", b"MZ"),
            ("empty.txt", b""),
            (NAME, YUNCHUAN_2023.encode()),
            (f"elsewhere/{NAME}", YUNCHUAN_2022.encode()),
            ("../../linhe.md", LINHE_2023.encode()),
        ],
        lambda *step: progress.append(step),
    )
    assert summary.added == [NAME, "linhe.md"]
    failed = dict(summary.failed)
    assert set(failed) == {"broken.pdf", "program.exe", "empty.txt", NAME}
    for name, error in failed.items():
        assert name in error.english and name in error.chinese
    assert "get it again" in failed["broken.pdf"].english and "save it as" in failed["program.exe"].english
    assert sorted(path.name for path in library.shelf.folder.rglob("*") if path.is_file()) == [
        "linhe.md",
        NAME,
    ]
    assert progress[-1] == ("done", 4, 4)
    assert library.source_path("linhe.md").parent == library.shelf.folder


def test_too_large_a_file_is_refused_before_it_is_stored(tmp_path: Path) -> None:
    library = Library(tmp_path / "index", HashingEmbedder, max_file_bytes=100)
    summary = library.add([("big.txt", "长".encode() * 100), ("small.txt", "云川市增长6%。".encode())])
    assert summary.added == ["small.txt"]
    (name, error), *rest = summary.failed
    assert name == "big.txt" and "limit" in error.english and not rest
    assert [path.name for path in library.shelf.folder.iterdir() if path.is_file()] == ["small.txt"]


def test_a_new_file_of_a_name_takes_the_place_of_the_former(library: Library) -> None:
    library.add([(NAME, YUNCHUAN_2022.encode())])
    assert library.add([(NAME, YUNCHUAN_2022.encode())]).unchanged == [NAME]
    assert library.add([(NAME, YUNCHUAN_2023.encode())]).updated == [NAME]
    assert len(library.reports()) == 1
    assert "3127.4亿元" in library.text(NAME)
    assert library.source_path(NAME).read_text(encoding="utf-8") == YUNCHUAN_2023


def test_an_unreadable_new_file_leaves_the_former_report_and_its_source(library: Library) -> None:
    library.add([(NAME, YUNCHUAN_2023.encode())])
    summary = library.add([(NAME, b"\x00\x01\x02\x03" * 50)])
    assert [name for name, _ in summary.failed] == [NAME]
    assert "3127.4亿元" in library.text(NAME)
    assert library.source_path(NAME).read_text(encoding="utf-8") == YUNCHUAN_2023


def test_a_process_killed_while_replacing_loses_nothing(library: Library) -> None:
    library.add([(NAME, YUNCHUAN_2023.encode())])
    shelf = library.shelf.folder
    (shelf / ".replaced").mkdir(exist_ok=True)
    (shelf / NAME).rename(shelf / ".replaced" / NAME)  # what is there between putting aside and indexing
    (shelf / NAME).write_text(YUNCHUAN_2022, encoding="utf-8")
    with pytest.raises(SourceGoneError, match=NAME):
        library.source_path(NAME)
    library.add([("linhe.md", LINHE_2023.encode())])
    assert library.source_path(NAME).read_text(encoding="utf-8") == YUNCHUAN_2023


def test_busy_index_changes_nothing(library: Library) -> None:
    library.add([(NAME, YUNCHUAN_2023.encode())])
    with FileLock(library.directory / "index.lock"), pytest.raises(IndexBusyError):
        library.add([(NAME, YUNCHUAN_2022.encode()), ("linhe.md", LINHE_2023.encode())])
    assert library.source_path(NAME).read_text(encoding="utf-8") == YUNCHUAN_2023
    assert not (library.shelf.folder / "linhe.md").exists()


def test_remove_takes_report_and_copy_but_no_file_of_the_users(library: Library, tmp_path: Path) -> None:
    original = tmp_path / "linhe.md"
    original.write_text(LINHE_2023, encoding="utf-8")
    build_index([original], library.directory, HashingEmbedder())
    library.add([(NAME, YUNCHUAN_2023.encode())])
    copy = library.source_path(NAME)
    assert library.source_path("linhe.md") == original
    library.remove(NAME)
    library.remove("linhe.md")
    assert library.reports() == [] and not copy.exists() and original.exists()
    with ReportIndex.open(library.directory) as index:
        assert index.figures() == [] and index.search_lexical("云川市", 5) == []
    with pytest.raises(ReportNotFoundError, match="no report"):
        library.remove(NAME)


def test_metadata_is_set_kept_and_taken_back(library: Library) -> None:
    library.add([(NAME, YUNCHUAN_2023.encode())])
    library.set_metadata(NAME, title="年度公报", region="云岭省", period="2023年前三季度")
    (info,) = library.reports()
    assert (info.title, info.region, info.period) == ("年度公报", "云岭省", "2023-01/2023-09")
    library.add([(NAME, YUNCHUAN_2022.encode())])
    library.set_metadata(NAME, title="", period="")
    (info,) = library.reports()
    assert (info.region, info.period) == ("云岭省", "2022") and "统计公报" in (info.title or "")
    with pytest.raises(MetadataError, match="no period"):
        library.set_metadata(NAME, period="很久以前")
    with pytest.raises(ReportNotFoundError):
        library.set_metadata("other.md", title="x")


def test_a_library_without_index_has_no_report(library: Library) -> None:
    with pytest.raises(ReportNotFoundError):
        library.text("any.txt")
    with pytest.raises(IndexMissingError):
        ReportIndex.open(library.directory)


def test_uploads_of_several_threads_take_turns(library: Library) -> None:
    failures: list[BaseException] = []

    def add(number: int) -> None:
        try:
            library.add([(f"report-{number}.md", YUNCHUAN_2023.encode())])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [] and len(library.reports()) == 4


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a.txt", "a.txt"),
        ("../../etc/a.txt", "a.txt"),
        ("C:\\reports\\云川市.PDF", "云川市.PDF"),
        ("a\nb\x00.txt", "a_b_.txt"),
        ("report\u202etxt.md", "report_txt.md"),
    ],
)
def test_names_are_made_safe(given: str, expected: str) -> None:
    assert safe_name(given) == expected


@pytest.mark.parametrize("given", ["", "..", "/", ".hidden.txt", "长" * 100 + ".txt", "a.exe", "a"])
def test_unusable_names_are_refused(given: str) -> None:
    with pytest.raises(FileRefusedError):
        safe_name(given)
