"""Hostile and oversized files: an error that names file and cure, in bounded memory and time."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from reader_files import load, write

from index.errors import ReadError
from index.limits import Limits
from index.readers import read_file

ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + '<!ENTITY outside SYSTEM "file:///etc/passwd">]>'
)


def with_part(data: bytes, name: str, change: object) -> bytes:
    """The archive again with one part changed by `change(text)`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            content = old.read(entry)
            new.writestr(entry, change(content.decode()) if entry == name else content)  # type: ignore[operator]
    return buffer.getvalue()


def word(text: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def sheet(text: str) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["指标", "总量"])
    book.active.append([text, 4385.2])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("a.docx", word("实体MARK结束"), "word/document.xml"),
        ("a.xlsx", sheet("实体MARK结束"), "xl/sharedStrings.xml"),
        ("a.xlsx", sheet("实体MARK结束"), "xl/workbook.xml"),
    ],
)
def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path, name: str, data: bytes, part: str) -> None:
    def change(text: str) -> str:
        head, separator, body = text.partition("?>")
        if not separator:
            head, body = "<?xml version='1.0'", text
        return f"{head}?>{ENTITIES}{body.replace('MARK', '&i;&outside;')}"

    path = write(tmp_path, name, with_part(data, part, change))
    try:
        _, report = load(path)
    except ReadError as error:
        assert name in error.english
    else:
        assert len(report.text) < 1000 and "root:" not in report.text


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    inner = word("里面的文字")
    outer = io.BytesIO(word("外面的文字"))
    with zipfile.ZipFile(outer, "a") as archive:
        archive.writestr("word/embeddings/inner.docx", inner)
        archive.writestr("word/media/inner.zip", inner * 20)
    _, report = load(write(tmp_path, "a.docx", outer.getvalue()))
    assert report.text == "外面的文字"


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    data = bytearray(with_part(word("文字"), "word/document.xml", lambda text: text + " " * 3_000_000))
    # The size in the central directory is made small; the data goes on.
    at = data.rindex(b"word/document.xml") - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    with pytest.raises(ReadError, match=r"lying\.docx"):
        read_file(write(tmp_path, "lying.docx", bytes(data)))


def test_a_file_of_300_mb_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.touch()
    os.truncate(path, 300 << 20)  # takes no room on the disk
    with pytest.raises(ReadError, match=r"large\.txt is larger than 200 MB.*WENBAO_LIMIT_FILE_MB"):
        read_file(path)


@pytest.mark.parametrize(
    "page",
    [
        "<table>" * 3000 + "全市生产总值增长6.1%。",
        "<table><tr>" + "<td rowspan=60000 colspan=60000>全市</td>" * 50 + "</tr></table><p>增长6.1%。",
        "<div class=nav>" * 400 + "全市生产总值增长6.1%。",
        "<p>全市生产总值增长6.1%。" + "<span style='" + "display:" * 5000 + "'>",
        "<p>全市生产总值增长6.1%。" + "&#0;&#55296;&#1114112;&" * 500,
        "<p>全市生产总值增长6.1%。<a href='" + "x" * 100_000,
        "<frameset>" * 50 + "<p>全市生产总值增长6.1%。" + "<![CDATA[" * 200,
    ],
    ids=["tables", "spans", "menus", "style", "references", "open link", "frames"],
)
def test_hostile_pages_end_soon(tmp_path: Path, page: str) -> None:
    try:
        _, report = load(write(tmp_path, "a.html", f"<html><body>{page}"))
    except ReadError as error:
        assert "a.html" in error.english
    else:
        report.text.encode()


def test_a_pdf_of_too_many_pages_is_refused(tmp_path: Path) -> None:
    from reader_files import make_pdf

    path = write(tmp_path, "a.pdf", make_pdf(["云川市"]))
    assert read_file(path, Limits(pages=1)).pages == 1
    with pytest.raises(ReadError, match="WENBAO_LIMIT_PAGES"):
        import pypdfium2

        document = pypdfium2.PdfDocument(path)
        document.import_pages(pypdfium2.PdfDocument(path))
        document.save(str(tmp_path / "two.pdf"))
        read_file(tmp_path / "two.pdf", Limits(pages=1))
