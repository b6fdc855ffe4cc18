"""Every setting in one place; unknown keys are refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Strictness = Literal["careful", "balanced", "exploratory"]


class Settings(BaseModel):
    """How answers are made. Sizes are in characters, shares between 0 and 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    strictness: Strictness = "careful"
    confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="least confidence of a model-stage answer, instead of strictness",
    )
    candidates: int = Field(default=40, ge=1, description="chunks each retriever contributes")
    dense_weight: float = Field(default=0.4, ge=0, le=1, description="share of the dense score in the fusion")
    evidence_characters: int = Field(
        default=450, ge=100, description="most characters of evidence shown to the LLM"
    )
    answer_tokens: int = Field(default=80, ge=8, description="most tokens the LLM may write for one draft")
    vocabulary: Path | None = Field(default=None, description="the user's own indicator file")

    @classmethod
    def from_environment(cls) -> Settings:
        """Settings with what the environment overrides (WENBAO_STRICTNESS, WENBAO_CONFIDENCE, WENBAO_VOCABULARY)."""
        values: dict[str, object] = {}
        if strictness := os.environ.get("WENBAO_STRICTNESS"):
            values["strictness"] = strictness
        if confidence := os.environ.get("WENBAO_CONFIDENCE"):
            values["confidence"] = confidence
        if vocabulary := os.environ.get("WENBAO_VOCABULARY"):
            values["vocabulary"] = Path(vocabulary)
        return cls.model_validate(values)


def index_directory(given: str | None = None) -> Path:
    """The index named on the command line, else WENBAO_INDEX, else data/index."""
    return Path(given or os.environ.get("WENBAO_INDEX") or "data/index")
