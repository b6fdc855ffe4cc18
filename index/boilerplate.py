"""What wikis, licences and web pages put around a report: found by general patterns, line by line.

Only whole lines are dropped here, save a wiki's section-edit links, and every drop is recorded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from index.types import Drop

INVISIBLE = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+"
)

_EDIT_LINK = re.compile(
    r"[\[［](?:编辑|編輯|编辑源代码|編輯原始碼|edit|edit source)(?:\s*\|\s*编辑源代码)?[\]］]"
)
_LICENCE_START = re.compile(
    r"^(?:本作品|本作|本文件|此作品|本页面|本頁面|除非另有声明|除非另有聲明|授权条款|版权信息|版權信息"
    r"|This work |This page |Public ?[Dd]omain|Licen[cs]e:|PD-)"
)
_LICENCE_WORDS = re.compile(
    r"公有领域|公有領域|著作权法|著作權法|知识共享|創用CC|共享创意|版权协议|GFDL|CC[ -]BY|Creative Commons"
    r"|[Pp]ublic ?[Dd]omain"
)
_LICENCE_LIMIT = 4000  # characters; a longer tail would hold the report itself
_SITE_LINE = re.compile(
    r"^(?:"
    r"维基文库，?自由的图书馆|維基文庫，?自由的圖書館|来自维基文库|跳转到导航|跳转到搜索|跳至导航|跳至搜索"
    r"|姊妹(?:计划|計劃)[:：].*|(?:检索|檢索|取)自[“\"「].*|隐藏分类[:：].*|(?:本页|本頁|此页|此頁)面?最后(?:修订|编辑)于.*"
    r"|阅论编|【?(?:字体|字号)[:：]?[\s\[【]*大.{0,6}中.{0,6}小[\s\]】]*|打印(?:本页|此页)?|关闭(?:窗口|本页)?"
    r"|分享到[:：]?.{0,20}|扫一扫.{0,20}|(?:上一篇|下一篇)[:：].*|(?:责任编辑|责编)[:：].{0,12}|返回(?:顶部|首页)"
    r"|(?:您?(?:现在|当前)的?|您的?)(?:所在)?位置(?:是|为)?[:：].*|(?:首页|共?(?<!\d)\d+(?!\d)页?|\s)*(?:上一页|下一页|尾页|末页)(?:首页|上一页|下一页|尾页|末页|共?(?<!\d)\d+(?!\d)页?|\s)+"
    r")$"
)
_DRAWN_RULE = re.compile(
    r"[\u2500-\u257f\s]*[\u2501-\u257f][\u2500-\u257f\s]*[\u2500-\u257f]"
)  # not the dash ──
_DRAWN_EDGE = re.compile(r"[│┃║]")
_COUNTER = re.compile(
    r"(?:浏览|阅读|点击|访问)(?:次数|量|数)?\s*[:：]\s*\d*\s*次?(?=\s|$)|[\[【]?(?:字体|字号)\s*[:：]?[\s\[【]*大.{0,6}中.{0,6}小[\s\]】]*"
    r"(?:打印(?:本页)?)?"
)
_NAVIGATION = re.compile(r"^\s*(?:[←◄«]\s*\S.{0,80}|.{0,80}\S\s*[→►»]|.{0,40}[←◄].{0,60}[→►].{0,40})\s*$")
_PAGE_NUMBER = re.compile(
    r"^(?:[-—–─·•~]+\s*\d{1,4}\s*[-—–─·•~]+|第\s*\d{1,4}\s*页(?:[，,/\s]*共\s*\d{1,4}\s*页)?"
    r"|[Pp]age\s+\d{1,4}(?:\s+of\s+\d{1,4})?|\d{1,4}\s*/\s*\d{1,4})$"
)


def find_drops(text: str, *, lines: list[tuple[int, int]], wrapped: bool) -> list[Drop]:
    """Boilerplate in `text`; `lines` are (start, end) without line ends. Sorted, not overlapping."""
    drops = [*_licence_footer(text, lines)]
    footer = drops[0].start if drops else len(text)
    body = [(start, end) for start, end in lines if start < footer]
    drops += _whole_lines(text, body, wrapped)
    taken = {(drop.start, drop.end) for drop in drops}
    for pattern, reason in (
        (_EDIT_LINK, "wiki edit link"),
        (_DRAWN_EDGE, "drawn rule of a table"),
        (_COUNTER, "web page furniture"),
    ):
        for match in pattern.finditer(text, 0, footer):
            if not any(start <= match.start() < end for start, end in taken):
                drops.append(Drop(match.start(), match.end(), reason, match.group()))
    return sorted(drops, key=lambda drop: drop.start)


def _licence_footer(text: str, lines: list[tuple[int, int]]) -> Iterator[Drop]:
    """From the first licence line of the last stretch of the text to its end."""
    for start, end in lines:
        if len(text) - start > _LICENCE_LIMIT or start == 0:
            continue
        if _LICENCE_START.match(text[start:end].strip()) and _LICENCE_WORDS.search(text, start):
            yield Drop(start, len(text), "licence footer", text[start:])
            return


def _whole_lines(text: str, lines: list[tuple[int, int]], wrapped: bool) -> Iterator[Drop]:
    running = _running_lines(text, lines) if wrapped and "\f" in text else set()
    for start, end in lines:
        if end - start > 120:
            continue
        line = text[start:end].strip()
        if not line:
            continue
        if _SITE_LINE.match(line):
            reason = "web page furniture"
        elif _NAVIGATION.match(line) and not re.search(r"[。；;，,]", line):
            reason = "navigation line"
        elif _DRAWN_RULE.fullmatch(line):
            reason = "drawn rule of a table"
        elif wrapped and _PAGE_NUMBER.match(line):
            reason = "page number"
        elif (start, end) in running:
            reason = "page number" if line.isdigit() else "running header"
        else:
            continue
        yield Drop(start, end, reason, text[start:end])


def _running_lines(text: str, lines: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Lines at the top or bottom of pages (form feeds) that return on most pages, numbers aside."""
    pages: list[list[tuple[int, int]]] = [[]]
    position = 0
    for start, end in lines:
        pages.extend([] for _ in range(text.count("\f", position, start)))
        position = start
        if text[start:end].strip():
            pages[-1].append((start, end))
    edges = [span for page in pages for span in {*page[:2], *page[-2:]} if _may_be_running(text, span)]
    shapes = Counter(_shape(text, span) for span in edges)
    needed = max(3, (len([page for page in pages if page]) + 1) // 2)
    return {span for span in edges if shapes[_shape(text, span)] >= needed}


def _may_be_running(text: str, span: tuple[int, int]) -> bool:
    line = text[span[0] : span[1]].strip()
    return len(line) <= 60 and line[-1] not in "。；，"


def _shape(text: str, span: tuple[int, int]) -> str:
    return re.sub(r"\d+", "0", re.sub(r"\s+", "", text[span[0] : span[1]]))
