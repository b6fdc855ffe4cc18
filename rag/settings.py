"""Every setting in one model: flags over environment (`WENBAO_…`) over the file `wenbao.toml` over defaults.

The file is `WENBAO_CONFIG`, else `wenbao.toml` in the working directory if there is one; its keys are the
field names below. Unknown keys and variables are refused, so that a misspelt one is never silently ignored.
Secrets are `SecretStr`: they print as asterisks.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from index.errors import WenbaoError

Strictness = Literal["careful", "balanced", "exploratory"]
CollectionName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]

PREFIX = "WENBAO_"
DEFAULT_COLLECTION = "default"
# Read by the set-up and the tests, before or without this program.
OTHER_VARIABLES = frozenset({"WENBAO_CONFIG", "WENBAO_PYTHON", "WENBAO_REQUIRE_MODELS"})
# Where code reads a variable itself, what the file says is put into the environment: see `to_environment`.
_SECTIONS = ("keys", "collections")


class SettingsError(WenbaoError):
    """A setting that is unknown or has no usable value; names the setting, never its value."""


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
        """The settings of file and environment. Raises SettingsError."""
        return load_configuration()


class Key(BaseModel):
    """One person's or program's key: what it opens, and whether it may add and remove reports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: SecretStr = Field(min_length=8)
    collections: tuple[CollectionName, ...] = (DEFAULT_COLLECTION,)
    manage: bool = False


class Configuration(Settings, BaseSettings):
    """All settings of the program; a Configuration is also the Settings of its answers."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    # Where things are.
    index: Path = Path("data/index")
    collections: dict[CollectionName, Path] = Field(
        default_factory=dict, description="further indexes by name; `default` is the index above"
    )
    models: Path | None = Field(default=None, description="the models' folder, else the user's cache")
    model_pieces: Path | None = Field(default=None, description="a folder with downloaded pieces of models")
    model_source: str | None = Field(default=None, description="where models are fetched from")

    store: str | None = Field(
        default=None, description="milvus://HOST:PORT/NAME: the index is on that server"
    )
    store_token: SecretStr | None = Field(default=None, description="user:password of that server")

    # Models.
    embed_model: str | None = Field(default=None, description="a sentence-transformers name or directory")
    embed_backend: Literal["auto", "torch", "openvino"] | None = None
    llm_base_url: str | None = Field(default=None, description="an OpenAI-compatible endpoint")
    llm_model: str | None = None
    llm_api_key: SecretStr | None = None
    llm_threads: int | None = Field(default=None, ge=1)

    # What one file may cost to read (index.limits); None is the default there.
    limit_file_mb: int | None = Field(default=None, ge=1)
    limit_unpacked_mb: int | None = Field(default=None, ge=1)
    limit_pages: int | None = Field(default=None, ge=1)
    limit_ocr_pages: int | None = Field(default=None, ge=1)
    limit_cells: int | None = Field(default=None, ge=1)
    limit_seconds: int | None = Field(default=None, ge=1)
    limit_memory_mb: int | None = Field(default=None, ge=1)

    # The server.
    api_key: SecretStr | None = Field(default=None, description="opens every collection and may manage all")
    keys: dict[str, Key] = Field(default_factory=dict, description="further keys by the name of their owner")
    requests_per_minute: int = Field(default=240, ge=1, description="of one key; questions count tenfold")
    llm_slots: int = Field(default=1, ge=1, description="calls the language model takes at a time")
    most_waiting: int = Field(default=16, ge=1, description="calls that may wait for it; more are told: busy")
    upload_mb: int = Field(default=50, ge=1, description="most megabytes of one uploaded file")
    log_questions: bool = Field(default=False, description="whether question texts go into the log")
    trace: Literal["off", "log"] = Field(default="off", description="`log` writes every span to the log")

    # Messages.
    lang: str | None = None
    debug: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings  # flags, then the environment; the file comes through `load`

    def shown(self) -> dict[str, Any]:
        """All settings for people to read; secrets are asterisks."""
        return self.model_dump(mode="json")


def load_configuration(**flags: Any) -> Configuration:
    """The settings in force; `flags` that are None are not given. Raises SettingsError."""
    refuse_unknown_variables()
    given = {name: value for name, value in flags.items() if value is not None}
    from_file = {
        name: value
        for name, value in read_file().items()
        if not os.environ.get(f"{PREFIX}{name.upper()}") and name not in given
    }
    try:
        return Configuration(**from_file, **given)
    except ValidationError as error:
        raise _refused(error) from None
    except ValueError as error:  # a variable that should be JSON; the message names it without its value
        raise SettingsError(f"{error}: give JSON.", f"{error}：应为 JSON。") from None


def to_environment() -> None:
    """Puts the file's settings into the environment where that says nothing, for code that reads variables.

    Raises SettingsError where the file or the environment says something unknown or unusable.
    """
    load_configuration()
    for name, value in read_file().items():
        if name not in _SECTIONS and not os.environ.get(f"{PREFIX}{name.upper()}"):
            text = str(int(value)) if isinstance(value, bool) else str(value)
            if not isinstance(value, bool) or value:
                os.environ[f"{PREFIX}{name.upper()}"] = text


def read_file() -> dict[str, Any]:
    """What the settings file says; nothing where there is none. Raises SettingsError."""
    named = os.environ.get("WENBAO_CONFIG")
    path = Path(named or "wenbao.toml")
    if not named and not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not TOML"
        raise SettingsError(
            f"Cannot read the settings file {path}: {reason}; correct it, or unset WENBAO_CONFIG.",
            f"无法读取设置文件 {path}：{reason}；请更正，或取消 WENBAO_CONFIG。",
        ) from None
    for name in values:
        if name not in Configuration.model_fields:
            raise _unknown(f"{name} in {path}", f"{path} 中的 {name}", name, list(Configuration.model_fields))
    return values


def refuse_unknown_variables() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Configuration.model_fields} | OTHER_VARIABLES
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            raise _unknown(f"the variable {name}", f"环境变量 {name}", name, sorted(known))


def index_directory(given: str | None = None) -> Path:
    """The index named on the command line, else WENBAO_INDEX or `index` of the file, else data/index."""
    return Path(given) if given else load_configuration().index


def _unknown(english: str, chinese: str, name: str, known: list[str]) -> SettingsError:
    near = difflib.get_close_matches(name, known, 1)
    meant = (f"; did you mean {near[0]}?", f"；是否为 {near[0]}？") if near else (".", "。")
    return SettingsError(f"There is no setting {english}{meant[0]}", f"没有这项设置：{chinese}{meant[1]}")


def _refused(error: ValidationError) -> SettingsError:
    """The first problem, without the value: it may be a secret."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return SettingsError(
        f"The setting {place} (or {PREFIX}{place.upper()}): {first['msg']}.",
        f"设置 {place}（或 {PREFIX}{place.upper()}）无效：{first['msg']}。",
    )
