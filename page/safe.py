"""Escaping: the only way text of reports, models and file names gets into the page."""

from __future__ import annotations

from html import escape as escape_html

# gradio fills its HTML through templates: braces, dollars and backquotes must not reach them as such.
_TEMPLATE_SIGNS = str.maketrans({"{": "&#123;", "}": "&#125;", "$": "&#36;", "`": "&#96;", "@": "&#64;"})


def escape(text: object) -> str:
    """`text` as it may stand in HTML, in an attribute or between tags."""
    return escape_html(str(text)).translate(_TEMPLATE_SIGNS)


def button(label: str, do: str, *, css: str = "", title: str = "", **data: object) -> str:
    """A button whose click triggers `do` with `data`; every part is escaped."""
    fields = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    described = f' aria-label="{escape(title)}" title="{escape(title)}"' if title else ""
    return f'<button type="button" class="{escape(css)}" data-do="{escape(do)}"{fields}{described}>{escape(label)}</button>'
