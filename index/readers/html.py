"""Web pages: block elements become paragraphs, tables keep their spans, page furniture is dropped.

What is dropped (scripts, navigation, hidden text) is recorded, so that nothing vanishes unseen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import lxml.etree
import lxml.html

from index.errors import ReadError
from index.limits import Limits, Progress
from index.readers.tables import GridCell, Writer, address, describe, header_rows
from index.readers.text import decode
from index.types import RawReport, Table

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_CODE = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "canvas"})
_FURNITURE = frozenset({"nav", "footer", "aside", "form", "button", "select", "menu"})
_FURNITURE_NAMES = re.compile(
    r"(?i)(?:^|[-_ ])(?:nav|navbar|menu|breadcrumbs?|crumbs?|footer|sidebar|share|toolbar|copyright"
    r"|pagination|comments?)(?:$|[-_ ])"
)
_HIDDEN = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|(?:left|top|text-indent)\s*:\s*-\d{4,}"
)
# Rules of the page's own style sheets for a single class or id; those for printing alone do not count.
_MEDIA = re.compile(r"@media[^{]{0,300}\{(?:[^{}]{0,500}\{[^{}]{0,5000}\}){0,200}[^{}]{0,500}\}")
_MOST_STYLE = 200_000  # characters of a style sheet that are looked at
_MOST_MENU = 2000  # elements of a menu
_STYLE_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,5000})\}")
_SIMPLE = re.compile(r"[a-z]{0,10}([.#][\w-]+)")
_LINK_SHARE = 0.8  # of the text of a block: more is a menu or a list of other pages
_OPEN_BREAK = re.compile(
    r"(?<=[，、：（《“])[ \u3000]*\n[ \u3000]*(?=\S)|(?<![ \u3000])[ \u3000]*\n[ \u3000]*(?=[，。、；：）》”])"
)
_META_CHARSET = re.compile(rb"""(?i)<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{2,20})""")
_MAXIMUM_DEPTH = 250
_MAXIMUM_SPAN = 200


def read(
    path: Path, data: bytes, limits: Limits | None = None, progress: Progress | None = None
) -> RawReport:
    """Paragraphs, headings and tables of a page in document order."""
    found = _META_CHARSET.search(data[:4096])
    declared = found.group(1).decode("ascii") if found else None
    text, encoding = decode(
        data, path.name, {"gb2312": "gb18030", "gbk": "gb18030"}.get(declared or "", declared)
    )
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = lxml.html.HTMLParser(remove_pis=True, huge_tree=False)
    try:
        root = lxml.html.document_fromstring(text, parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError) as error:
        raise ReadError(
            f"{path.name} has no readable page in it: save the page again from the browser.",
            f"{path.name} 中没有可读的网页：请在浏览器中重新保存。",
        ) from error
    comments = [comment.text or "" for comment in root.iter(lxml.etree.Comment)]
    lxml.etree.strip_elements(root, lxml.etree.Comment, with_tail=False)
    page = _Page(Writer("html"), sum(len(part) for part in root.itertext()), _hidden_names(root))
    page.walk(root, "", 0)
    page.flush("")
    page.describe_tables()
    title = root.findtext(".//title")
    for reason, left_out in [
        *(("page title", "".join(element.itertext())) for element in root.iter("title")),
        *(("comment", comment) for comment in comments),
        *page.unseen,
    ]:
        page.writer.line(" ".join(left_out.split()), drop=reason)
    return page.writer.report(title=" ".join(title.split()) if title else None, encoding=encoding)


@dataclass(slots=True)
class _Page:
    writer: Writer
    characters: int  # of the whole page, to tell a menu from the main text
    hidden: frozenset[str] = frozenset()  # ".class" and "#id" that the style sheets hide
    inline: list[str] = field(default_factory=list)
    level: int = 0
    around: list[str] = field(default_factory=list)  # lines in order, without tables
    unseen: list[tuple[str, str]] = field(default_factory=list)  # (reason, text) left out of tables
    waiting: list[tuple[int, int]] = field(default_factory=list)  # (table, its position in `around`)

    def walk(self, element: Any, drop: str, depth: int) -> None:
        """Write `element` and what is in it; `drop` is the reason if all of it is left out."""
        tag = element.tag if isinstance(element.tag, str) else ""
        reason = drop or _drop_reason(element, tag, self.characters, self.hidden)
        if tag == "title":
            return
        if tag == "br":
            self.inline.append("\n")
            return
        block = tag in _BLOCKS or (reason != drop)
        if block:
            self.flush(drop)
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.level = int(tag[1])
        if tag == "table" and not reason and _is_data_table(element, self.hidden):
            self._table(element)
            return
        self._add(element.text, tag)
        if depth < _MAXIMUM_DEPTH:
            for child in element:
                self.walk(child, reason, depth + 1)
                self._add(child.tail, tag)
        else:
            self._add("".join(element.itertext()), tag)
        if block:
            self.flush(reason)
        elif tag in ("td", "th"):
            self.inline.append(" ")

    def _add(self, text: str | None, tag: str) -> None:
        if text:
            self.inline.append(text if tag == "pre" else re.sub(r"[ \t\r\n\f]+", " ", text))

    def flush(self, drop: str) -> None:
        """End the paragraph that is being gathered."""
        text = _OPEN_BREAK.sub(" ", "".join(self.inline))  # a break inside a sentence is one of layout
        self.inline.clear()
        for line in text.split("\n"):
            if line.strip():
                self.writer.line(line.strip(" "), level=self.level, drop=drop)
                if not drop:
                    self.around.append(line.strip())
        self.level = 0

    def _table(self, element: Any) -> None:
        cells = _grid(element, self.hidden)
        self.unseen += _left_out(element, self.hidden)
        caption = element.find("caption")
        if caption is not None:
            self._add("".join(caption.itertext()), "caption")
            self.flush("")
        if not any(cell.text for cell in cells):
            return
        head = sum(1 for row in _rows(element) if _is_header(row))
        rows = 1 + max(cell.row for cell in cells)
        count = head if 0 < head < rows and head <= 4 else header_rows(cells)
        written = self.writer.rows(cells, name=f"table {len(self.writer.tables) + 1}")
        self.waiting.append((len(self.writer.tables), len(self.around)))
        self.writer.tables.append(Table(tuple(written), count))

    def describe_tables(self) -> None:
        """Titles, units and notes, from the lines around each table."""
        for number, position in self.waiting:
            before = self.around[max(0, position - 3) : position]
            title, unit, notes = describe(before, self.around[position : position + 8])
            table = self.writer.tables[number]
            self.writer.tables[number] = Table(table.cells, table.header_rows, title, unit, notes)


def _hidden_names(root: Any) -> frozenset[str]:
    """Classes (".name") and ids ("#name") that the page's own style sheets hide."""
    found: set[str] = set()
    for sheet in root.iter("style"):
        first, *rest = (sheet.text or "")[:_MOST_STYLE].split("/*")
        plain = first + " ".join(part.partition("*/")[2] for part in rest)
        for rule in _STYLE_RULE.finditer(_MEDIA.sub(" ", plain)):
            if _HIDDEN.search(rule[2]):
                names = (_SIMPLE.fullmatch(selector.strip()) for selector in rule[1].split(","))
                found.update(name[1] for name in names if name)
    return frozenset(found)


def _is_hidden(element: Any, hidden: frozenset[str]) -> bool:
    style = element.get("style") or ""
    if element.get("hidden") is not None or (style and _HIDDEN.search(style)):
        return True
    names = {f".{name}" for name in (element.get("class") or "").split()} | {f"#{element.get('id')}"}
    return not hidden.isdisjoint(names)


def _is_menu(element: Any) -> bool:
    """Whether nearly all text of a block are links: at least two of them."""
    if sum(1 for _ in islice(element.iter(), _MOST_MENU)) == _MOST_MENU:
        return False
    links = ["".join(link.itertext()).strip() for link in element.iter("a")]
    length = sum(len("".join(part.split())) for part in element.itertext())
    linked = sum(len("".join(link.split())) for link in links)
    return sum(1 for link in links if link) >= 2 and linked >= _LINK_SHARE * length


def _drop_reason(element: Any, tag: str, characters: int, hidden: frozenset[str] = frozenset()) -> str:
    """Why an element is left out, "" if it is not."""
    if tag in _CODE:
        return "script or style"
    if _is_hidden(element, hidden):
        return "hidden text"
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    furniture = tag in _FURNITURE or element.get("role") in ("navigation", "banner", "contentinfo", "search")
    if not furniture and tag in ("div", "ul", "ol", "section", "p", "header", "table") and named.strip():
        furniture = any(_FURNITURE_NAMES.search(name) for name in named.split())
    if not furniture and tag in ("div", "ul", "ol", "dl", "section", "p", "header"):
        furniture = _is_menu(element)
    if not furniture:
        return ""
    # A careless site may put its main text into a form or a "footer": too much text to be furniture.
    length = sum(len(part.strip()) for part in element.itertext())
    return "navigation or page furniture" if length <= max(200, 0.3 * characters) else ""


# ---------------------------------------------------------------- tables


def _is_data_table(table: Any, hidden: frozenset[str] = frozenset()) -> bool:
    """A table of data, not one that lays out a page: columns, and no long text or tables in its cells."""
    if any(inner is not table for inner in table.iter("table")):
        return False
    rows = _rows(table)
    if max((sum(1 for cell in row if cell.tag in ("td", "th")) for row in rows), default=0) < 2:
        return False
    return all(
        len(_cell_text(cell, hidden)) <= 300 for row in rows for cell in row if cell.tag in ("td", "th")
    )


def _rows(table: Any) -> list[Any]:
    return [row for row in table.iter("tr") if any(cell.tag in ("td", "th") for cell in row)]


def _is_header(row: Any) -> bool:
    if row.getparent() is not None and row.getparent().tag == "thead":
        return True
    return all(cell.tag == "th" for cell in row if cell.tag in ("td", "th"))


def _cell_text(cell: Any, hidden: frozenset[str]) -> str:
    visible: list[str] = []
    _visible_text(cell, visible, 0, hidden)
    return " ".join("".join(visible).split())


def _visible_text(element: Any, parts: list[str], depth: int, hidden: frozenset[str]) -> None:
    tag = element.tag if isinstance(element.tag, str) else ""
    if tag in _CODE or depth > _MAXIMUM_DEPTH or _is_hidden(element, hidden):
        return
    parts.append(" " if tag == "br" else element.text or "")
    for child in element:
        _visible_text(child, parts, depth + 1, hidden)
        parts.append(child.tail or "")


def _left_out(table: Any, names: frozenset[str]) -> list[tuple[str, str]]:
    """(reason, text) of what a table holds beside its visible cells."""
    found: list[tuple[str, str]] = []
    for element in table.iter():
        if not isinstance(element.tag, str):
            continue
        hidden = _is_hidden(element, names)
        if element.tag in _CODE or (hidden and element is not table):
            text = "".join(element.itertext())
            found.append(("script or style" if element.tag in _CODE else "hidden text", text))
        if element.tag in ("table", "thead", "tbody", "tfoot", "tr"):
            stray = [element.text, *(child.tail for child in element)]
            found += [("text between cells", text) for text in stray if text and text.strip()]
    return [(reason, text) for reason, text in found if text.strip()]


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return max(1, min(int(value), _MAXIMUM_SPAN)) if value.isdigit() else 1


def _grid(table: Any, hidden: frozenset[str]) -> list[GridCell]:
    """Cells at their columns, after cells that reach down from rows above."""
    cells: list[GridCell] = []
    taken: set[tuple[int, int]] = set()
    rows: Sequence[Any] = _rows(table)
    for row, element in enumerate(rows):
        column = 0
        for cell in element:
            if cell.tag not in ("td", "th"):
                continue
            while (row, column) in taken:
                column += 1
            down, across = min(_span(cell, "rowspan"), len(rows) - row), _span(cell, "colspan")
            taken.update((row + y, column + x) for y in range(down) for x in range(across))
            cells.append(GridCell(_cell_text(cell, hidden), row, column, down, across, address(row, column)))
            column += across
    return cells
