"""Every error whose message is meant for the user: those of `index` and those of the models."""

from __future__ import annotations

from index.errors import (
    IndexMismatchError,
    IndexMissingError,
    ReadError,
    ReportNotFoundError,
    WenbaoError,
    interface_language,
)

__all__ = [
    "IndexMismatchError",
    "IndexMissingError",
    "IndicatorUnknownError",
    "LLMAccessError",
    "LLMModelNotFoundError",
    "LLMRequestError",
    "LLMTimeoutError",
    "LLMUnreachableError",
    "ModelFetchError",
    "ModelMissingError",
    "ReadError",
    "ReportNotFoundError",
    "WenbaoError",
    "interface_language",
]


class IndicatorUnknownError(WenbaoError):
    """The words name no indicator of the vocabulary."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"no indicator is known under “{words}”: use a statistical term such as “GDP growth”, or add yours "
            "to a vocabulary file (WENBAO_VOCABULARY).",
            f"没有名为“{words}”的指标：请用统计指标名称（如“地区生产总值增速”），或在词表文件中加入（WENBAO_VOCABULARY）。",
        )


class ModelMissingError(WenbaoError):
    """A model is not in the models directory, or is incomplete; names the command that mends it."""


class ModelFetchError(WenbaoError):
    """A model could not be fetched: no network, no room, or other content than expected."""


class LLMUnreachableError(WenbaoError):
    """No answer can be had from the LLM endpoint; the parent of the other endpoint errors."""


class LLMAccessError(LLMUnreachableError):
    """The endpoint refused the API key."""


class LLMModelNotFoundError(LLMUnreachableError):
    """The endpoint does not know the model."""


class LLMTimeoutError(LLMUnreachableError):
    """The endpoint took too long."""


class LLMRequestError(LLMUnreachableError):
    """The endpoint refused the request (too long a prompt, an unknown parameter)."""
