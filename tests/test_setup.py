"""The set-up scripts and the locks: what they pick, refuse and pin. Nothing is installed here."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import stat
import subprocess
import threading
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from conftest import ROOT

LOCKS = sorted(ROOT.glob("requirements*.lock"))


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """scripts/setup.py working on an empty folder with copies of the locks."""
    specification = importlib.util.spec_from_file_location("wenbao_setup", ROOT / "scripts" / "setup.py")
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    for path in [*LOCKS, ROOT / "pyproject.toml"]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for name, value in {
        "ROOT": tmp_path,
        "ENVIRONMENT": tmp_path / ".venv",
        "STATE": tmp_path / ".setup",
    }.items():
        monkeypatch.setattr(module, name, value)
    return module


def run_setup_script(path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", str(ROOT / "scripts" / "setup.sh")],
        capture_output=True, encoding="utf-8", timeout=60, env={"PATH": path} | environment,
    )  # fmt: skip


def executable(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


# ---------------------------------------------------------------- the locks


def test_there_are_these_locks() -> None:
    assert [path.name for path in LOCKS] == [
        "requirements-cuda.lock", "requirements-dev.lock", "requirements-milvus.lock", "requirements-ocr.lock",
        "requirements-ray.lock", "requirements-torch.lock", "requirements.lock",
    ]  # fmt: skip


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_hashes_and_no_lock_names_an_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    pins = re.split(r"(?m)^(?=[a-z0-9])", re.sub(r"(?m)^#.*\n", "", text))[1:]
    assert pins
    for pin in pins:
        assert re.match(r"[a-z0-9.-]+==[^ ;]+( ; python_full_version [<>=]+ '[\d.]+(\.\*)?')? \\\n", pin), (
            pin[:80]
        )
        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", pin)) >= 1


def test_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = {
        path.name: set(re.findall(r"(?m)^([a-z0-9.-]+)==", path.read_text(encoding="utf-8")))
        for path in LOCKS
    }

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[<>=!~\[; ]", item)[0].lower() for item in requirements}

    run = locked["requirements.lock"] | locked["requirements-torch.lock"]
    assert names(project["dependencies"]) - run == set()
    assert names(project["optional-dependencies"]["dev"]) - run - locked["requirements-dev.lock"] == set()
    for extra in ("ocr", "milvus", "ray"):
        own = locked[f"requirements-{extra}.lock"]
        assert names(project["optional-dependencies"][extra]) - run == own & names(
            project["optional-dependencies"][extra]
        )
        assert not own & run
    assert locked["requirements-torch.lock"] == {"torch"}
    assert all(name.startswith(("nvidia-", "cuda-", "triton")) for name in locked["requirements-cuda.lock"])


# ---------------------------------------------------------------- setup.sh


def test_other_platforms_get_one_line(tmp_path: Path) -> None:
    executable(tmp_path / "uname", '#!/bin/sh\n[ "$1" = -s ] && echo Darwin || echo arm64\n')
    done = run_setup_script(f"{tmp_path}:/usr/bin:/bin")
    assert done.returncode == 1
    assert done.stdout == "" and done.stderr.count("\n") == 1
    assert "Darwin arm64" in done.stderr


def test_no_usable_python_gets_one_line() -> None:
    done = run_setup_script("/usr/bin:/bin", WENBAO_PYTHON="/bin/false")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "WENBAO_PYTHON" in done.stderr


def test_a_shim_that_does_not_run_is_skipped(tmp_path: Path) -> None:
    shims, working = tmp_path / "shims", tmp_path / "bin"
    for folder in (shims, working):
        folder.mkdir()
    executable(shims / "python3.11", "#!/bin/sh\necho 'not installed' >&2\nexit 127\n")
    # Passes the check, and shows by its output that it is the one that was chosen.
    executable(working / "python3.11", '#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "chosen $*"\n')
    done = run_setup_script(f"{shims}:{working}:/usr/bin:/bin")
    assert done.stdout == "chosen scripts/setup.py\n", done.stderr


# ---------------------------------------------------------------- setup.py


def test_stamp_follows_locks_and_tools(setup: ModuleType) -> None:
    plain, dev = setup.stamp_value(False), setup.stamp_value(True)
    assert plain != dev
    with (setup.ROOT / "requirements-dev.lock").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert setup.stamp_value(False) == plain
    assert setup.stamp_value(True) != dev
    assert not setup.is_current(False)
    setup.ENVIRONMENT.mkdir()
    setup.stamp_file(False).write_text(plain, encoding="utf-8")
    assert setup.is_current(False) and not setup.is_current(True)


@pytest.mark.parametrize(
    ("version", "cuda", "expected"),
    [
        ("2.13.0+cpu", "cuda: Optional[str] = None", False),
        ("2.13.0+cu130", "cuda: Optional[str] = '13.0'", True),
        ("2.13.0", "cuda = None", False),
    ],
)
def test_build_of_torch_is_read_from_its_file(
    setup: ModuleType, version: str, cuda: str, expected: bool
) -> None:
    assert setup.torch_build() is None
    file = setup.ENVIRONMENT / "lib" / "python3.11" / "site-packages" / "torch" / "version.py"
    file.parent.mkdir(parents=True)
    file.write_text(f"__all__ = ['cuda']\n__version__ = '{version}'\n{cuda}\nhip = None\n", encoding="utf-8")
    assert setup.torch_build() == version
    assert setup.needs_cuda_libraries() is expected
    assert setup.takes_cpu_build() is not expected


def test_sizes_are_stated_and_a_full_disk_stops(
    setup: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 10**12})
    monkeypatch.setattr(setup.shutil, "disk_usage", lambda path: usage)
    setup.state_sizes(cpu=True, dev=False, models=True)
    said = capsys.readouterr().out
    assert f"about {setup.SIZE_CPU[0]:,} MB download, {setup.SIZE_CPU[1]:,} MB disk" in said
    assert f"about {setup.SIZE_MODELS[0]:,} MB download" in said
    usage.free = setup.SIZE_CPU[1] * 10**6
    with pytest.raises(setup.SetupError, match="MB free"):
        setup.state_sizes(cpu=True, dev=False, models=False)


def test_second_setup_waits_for_the_first(setup: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    setup.STATE.mkdir()
    order: list[str] = []

    def second() -> None:
        with setup.only_one():
            order.append("second")

    with (setup.STATE / "lock").open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    assert "waiting" in capsys.readouterr().out


def test_pip_runs_with_the_users_settings_inside_the_environment(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "file:///mirror")
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    environment = setup.pip_environment()
    assert environment["PIP_INDEX_URL"] == "file:///mirror"
    assert "PIP_TARGET" not in environment and environment["PIP_USER"] == "0"
    assert not any("index" in argument for argument in setup.pip("install"))


# ---------------------------------------------------------------- the repository


def test_no_tracked_file_names_a_registry_or_this_machine() -> None:
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip("not a git checkout")
    # Written apart, so that this file is none of them.
    forbidden = [
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "/".join(("", "work", "main")),
        "/".join(("", "work", "shared")),
    ]
    found = []
    for name in filter(None, done.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix not in {".pdf", ".docx", ".xlsx", ".ttf", ".png"}:
            text = path.read_bytes().decode("utf-8", "replace")
            found += [f"{name}: {word}" for word in forbidden if word in text]
    assert found == []


def test_make_ask_without_a_question_or_with_a_wrong_folder_is_wrong_use(tmp_path: Path) -> None:
    script = ["/bin/bash", str(ROOT / "scripts" / "prepare.sh"), "ask"]
    environment = {key: value for key, value in os.environ.items() if key not in ("Q", "DIR")}
    blank = subprocess.run(script, capture_output=True, encoding="utf-8", env=environment)
    assert (blank.returncode, blank.stdout) == (2, "") and "Q=" in blank.stderr
    wrong = environment | {"Q": "增长多少？", "DIR": str(tmp_path / "不存在")}
    done = subprocess.run(script, capture_output=True, encoding="utf-8", env=wrong)
    assert (done.returncode, done.stdout) == (2, "") and "不存在" in done.stderr
