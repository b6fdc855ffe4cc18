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
