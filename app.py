"""The web page: a question box, the answer with its citations, the evidence. A view; logic is in `rag`.

`python app.py [--index DIR] [--host] [--port]` serves it with the HTTP API on 127.0.0.1:7860, and starts
without an index too: the page then says how to make one.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from html import escape

from rag.offline import go_offline

go_offline()  # before gradio is imported: it reads its switches then

import gradio as gr  # noqa: E402
from fastapi import FastAPI  # noqa: E402
from starlette.datastructures import MutableHeaders  # noqa: E402
from starlette.types import ASGIApp, Message, Receive, Scope, Send  # noqa: E402

from index.errors import WenbaoError  # noqa: E402
from index.types import Hit  # noqa: E402
from rag.server import MAX_QUESTION_CHARACTERS, Service, create_app, listen, refuse_open_door  # noqa: E402
from rag.settings import index_directory  # noqa: E402
from rag.terminal import complain  # noqa: E402
from rag.types import Answer, Citation  # noqa: E402

# The page may load nothing from elsewhere, so that text of a report cannot send anything out.
# gradio's own scripts need 'unsafe-inline' and 'unsafe-eval'.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
STYLE = """
.answer { font-size: 1.15rem; line-height: 1.7; white-space: pre-wrap; }
.refused { opacity: .85; }
.quote { border-left: 3px solid #b8860b; margin: .4rem 0 1rem; padding: .2rem .8rem; white-space: pre-wrap; }
.quote mark { background: #ffd54f; color: #111; padding: 0 .1em; }
.where { font-size: .85rem; opacity: .75; }
"""
INTRODUCTION = """# 问报 Wenbao
从报告中回答问题，每个数字均经核对并注明出处。 Answers from reports, every figure checked and cited.
"""
# About the sample reports, so that a first visitor sees an answer, its arithmetic and a refusal.
EXAMPLE_QUESTIONS = (
    "2023年云川市规模以上工业增加值增长多少？",
    "云川高新区前三季度经济增速分别领先全国、全省多少个百分点？",
    "2023年云川市和青岚市的GDP增速相差多少个百分点？",
    "What was Yunchuan's general public budget revenue in 2022?",
    "2021年临海市地区生产总值是多少？",
)
SYSTEM_FONTS = ["system-ui", "Noto Sans CJK SC", "Microsoft YaHei", "sans-serif"]
NOTHING = "<p class='where'>—</p>"


def render_answer(answer: Answer) -> str:
    """The answer as HTML; everything that comes from reports or the model is escaped."""
    kind = "answer refused" if answer.abstained else "answer"
    parts = [f"<p class='{kind}'>{escape(answer.text)}</p>"]
    parts += [
        f"<p class='where'>计算 Calculation: {escape(figure.calculation)}</p>"
        for figure in answer.figures
        if figure.calculation
    ]
    return "".join(parts)


def render_citations(answer: Answer) -> str:
    """Each citation: report, page, place, exact quote."""
    parts = []
    for citation in answer.citations:
        page = f" · 第 {citation.page} 页 page {citation.page}" if citation.page is not None else ""
        parts.append(
            f"<p class='where'>[{citation.marker}] {escape(citation.report)}{page}"
            f" · {citation.start}–{citation.end}</p><p class='quote'>{marked(citation, answer)}</p>"
        )
    return "".join(parts) or NOTHING


def marked(citation: Citation, answer: Answer) -> str:
    """The quote escaped, with the figures of the answer that it carries marked."""
    spans: list[tuple[int, int]] = []
    for figure in answer.figures:
        number = re.match(r"[^\d百千万亿]*([\d.,，·百千万亿一二三四五六七八九十点分之]+)", figure.text)
        if figure.citation != citation.marker or number is None:
            continue
        found = re.search(rf"(?<![\d.]){re.escape(number[1])}(?!\d|\.\d)", citation.quote)
        if found:
            spans.append(found.span())
    text, end = "", 0
    for start, stop in sorted(set(spans)):
        if start >= end:
            text += f"{escape(citation.quote[end:start])}<mark>{escape(citation.quote[start:stop])}</mark>"
            end = stop
    return text + escape(citation.quote[end:])


def render_hits(hits: tuple[Hit, ...]) -> str:
    """What was found, best first."""
    parts = [
        f"<p class='where'>{escape(hit.chunk.report)} · {hit.chunk.start}–{hit.chunk.end}</p>"
        f"<p class='quote'>{escape(hit.chunk.text)}</p>"
        for hit in hits
    ]
    return "".join(parts) or NOTHING


def render_error(error: WenbaoError) -> str:
    return f"<p class='answer refused'>{escape(error.chinese)}<br>{escape(error.english)}</p>"


def build_page(service: Service) -> gr.Blocks:
    """The page over one service."""

    def ask(question: str) -> Iterator[tuple[str, str, str]]:
        """Answer, citations, evidence: evidence as soon as it is found, then the verified answer."""
        question = (question or "").strip()[:MAX_QUESTION_CHARACTERS]
        if not question:
            yield "<p class='where'>请输入问题。 Please type a question.</p>", NOTHING, NOTHING
            return
        yield "<p class='where'>检索中… Searching …</p>", NOTHING, NOTHING
        try:
            for event in service.engine().stream(question):
                if event.kind == "evidence":
                    yield "<p class='where'>核对中… Checking …</p>", NOTHING, render_hits(event.hits)
                elif event.answer is not None:
                    answer = event.answer
                    yield render_answer(answer), render_citations(answer), render_hits(answer.hits)
        except WenbaoError as error:
            yield render_error(error), NOTHING, NOTHING

    with gr.Blocks(title="问报 Wenbao", analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        gr.Markdown(INTRODUCTION)
        question = gr.Textbox(
            label="问题 Question",
            placeholder="规模以上工业增加值同比增长多少？",
            max_length=MAX_QUESTION_CHARACTERS,
            autofocus=True,
            elem_id="question",
        )
        button = gr.Button("提问 Ask", variant="primary", elem_id="ask")
        gr.Examples([[example] for example in EXAMPLE_QUESTIONS], question, label="例如 For example")
        gr.Markdown("### 回答 Answer")
        answer = gr.HTML(NOTHING, elem_id="answer")
        gr.Markdown("### 出处 Citations")
        citations = gr.HTML(NOTHING, elem_id="citations")
        with gr.Accordion("检索到的段落 Passages found", open=False):
            evidence = gr.HTML(NOTHING, elem_id="evidence")
        shown = [answer, citations, evidence]
        button.click(ask, question, shown, api_name=False, concurrency_limit=2)
        question.submit(ask, question, shown, api_name=False, concurrency_limit=2)
    page.queue(max_size=32, api_open=False)
    return page


class SecurityHeaders:
    """Adds the content security policy and its companions to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def create_page_app(service: Service, host: str = "127.0.0.1") -> FastAPI:
    """The API with the page mounted at `/`."""
    app = create_app(service, host=host)
    app.add_middleware(SecurityHeaders)
    theme = gr.themes.Base(font=SYSTEM_FONTS, font_mono=["monospace"])
    mounted: FastAPI = gr.mount_gradio_app(
        app, build_page(service), path="/", server_name=host, footer_links=[], run_history=False,
        allowed_paths=[], max_file_size="1mb", ssr_mode=False, pwa=False, mcp_server=False,
        theme=theme, css=STYLE,
    )  # fmt: skip
    return mounted


def main() -> int:
    parser = argparse.ArgumentParser(description="The Wenbao page with its HTTP API.")
    parser.add_argument("--index", metavar="DIR", help="else WENBAO_INDEX, else data/index")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7860)
    options = parser.parse_args()
    try:
        refuse_open_door(options.host)
        service = Service(index_directory(options.index))
        return listen(create_page_app(service, options.host), options.host, options.port)
    except WenbaoError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
