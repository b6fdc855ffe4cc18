"""The labels of components in both languages: said once, changed all together."""

from __future__ import annotations

from typing import Any

import gradio as gr

from page.strings import say


class Words:
    """Remembers which property of which component says which string."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._said: list[tuple[Any, dict[str, str]]] = []

    def say(self, key: str) -> str:
        """The string in the language the page is built in."""
        return say(key, self.language)

    def on(self, component: Any, **keys: str) -> Any:
        """Notes that each named property of `component` says the string of that key; returns the component."""
        self._said.append((component, keys))
        return component

    @property
    def components(self) -> list[Any]:
        return [component for component, _ in self._said]

    def updates(self, language: str) -> list[Any]:
        """One update a component, in the order of `components`."""
        return [
            gr.update(**{name: say(key, language) for name, key in keys.items()}) for _, keys in self._said
        ]
