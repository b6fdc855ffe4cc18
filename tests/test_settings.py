"""Settings: file, environment and flags in one model; what is unknown is refused, secrets never shown."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from conftest import ROOT

from index import limits
from rag.settings import (
    OTHER_VARIABLES,
    Configuration,
    Settings,
    SettingsError,
    index_directory,
    load_configuration,
    to_environment,
)

SECRET = "not-to-be-seen-云"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("WENBAO_CONFIG", "WENBAO_STRICTNESS", "WENBAO_LLM_MODEL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(text: str) -> None:
    Path("wenbao.toml").write_text(text, encoding="utf-8")


def test_flags_over_environment_over_file_over_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_configuration().strictness == "careful"
    write('strictness = "balanced"\nindex = "from-file"\ncandidates = 20\n')
    assert (load_configuration().strictness, load_configuration().candidates) == ("balanced", 20)
    assert index_directory() == Path("from-file")
    monkeypatch.setenv("WENBAO_STRICTNESS", "exploratory")
    assert load_configuration().strictness == "exploratory"
    assert load_configuration(strictness="careful", index=None).strictness == "careful"
    assert index_directory("given") == Path("given")
    assert isinstance(Settings.from_environment(), Configuration)


def test_another_file_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("upload_mb = 7\n", encoding="utf-8")
    monkeypatch.setenv("WENBAO_CONFIG", str(tmp_path / "other.toml"))
    assert load_configuration().upload_mb == 7
    monkeypatch.setenv("WENBAO_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(SettingsError, match=r"none\.toml"):
        load_configuration()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('strictnes = "careful"\n', "strictness"),
        ('[keys.li]\nkey = "long-enough"\nmanages = true\n', "keys.li.manages"),
        ("upload_mb = 0\n", "upload_mb"),
        ('[collections]\n"../up" = "x"\n', "collections"),
        ("strictness = \n", "wenbao.toml"),
    ],
)
def test_what_is_unknown_or_wrong_in_the_file_is_refused(text: str, named: str) -> None:
    write(text)
    with pytest.raises(SettingsError, match=re.escape(named)):
        load_configuration()


def test_unknown_variable_is_refused_with_the_likely_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_STRICTNES", "careful")
    with pytest.raises(SettingsError, match="WENBAO_STRICTNES; did you mean WENBAO_STRICTNESS"):
        load_configuration()


def test_secrets_are_neither_shown_nor_named_in_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    write(f'[keys.li]\nkey = "{SECRET}"\n')
    monkeypatch.setenv("WENBAO_API_KEY", SECRET)
    monkeypatch.setenv("WENBAO_LLM_API_KEY", SECRET)
    configuration = load_configuration()
    assert configuration.keys["li"].key.get_secret_value() == SECRET
    for shown in (repr(configuration), str(configuration.shown()), configuration.model_dump_json()):
        assert SECRET not in shown and "***" in shown
    write(f'[keys.li]\nkey = ["{SECRET}"]\n')
    with pytest.raises(SettingsError) as caught:
        load_configuration()
    assert SECRET not in caught.value.english + caught.value.chinese
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_file_fills_the_environment_where_it_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("WENBAO_LLM_MODEL", "mine")
    monkeypatch.setenv("WENBAO_LLM_BASE_URL", "")
    monkeypatch.setenv("WENBAO_DEBUG", "")
    write('llm_model = "theirs"\nllm_base_url = "http://127.0.0.1:1/v1"\ndebug = false\n')
    to_environment()
    assert os.environ["WENBAO_LLM_MODEL"] == "mine"
    assert os.environ["WENBAO_LLM_BASE_URL"] == "http://127.0.0.1:1/v1"
    assert os.environ["WENBAO_DEBUG"] == ""


def test_every_variable_the_program_reads_is_a_setting() -> None:
    known = {f"WENBAO_{name.upper()}" for name in Configuration.model_fields} | OTHER_VARIABLES
    known |= {limits.PREFIX.rstrip("_")}  # the common beginning of the limits
    assert {f"limit_{field.name}" for field in fields(limits.Limits)} == {
        name for name in Configuration.model_fields if name.startswith("limit_")
    }
    files = [*ROOT.glob("*.py"), *ROOT.glob("[!.]*/**/*.py"), *ROOT.glob("scripts/*"), ROOT / "Makefile"]
    for path in files:
        if "tests" in path.parts or not path.is_file():
            continue
        for name in re.findall(r"WENBAO_[A-Z][A-Z_]*[A-Z]", path.read_text(encoding="utf-8")):
            assert name in known, f"{path.name} reads {name}: add it to rag/settings.py"
