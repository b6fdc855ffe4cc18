"""The command line from outside: exit codes, one-line errors, and what each command prints."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, RunWenbao

REPORT = (
    "云川市2031年国民经济和社会发展统计公报\n"
    "（虚构样例）\n\n"
    "2031年，云川市实现地区生产总值1864.2亿元，比上年增长6.3%。\n"
    "规模以上工业增加值同比增长8.7%，社会消费品零售总额同比下降1.2%。\n"
)


def only_line(text: str) -> str:
    """The one line that an error may be."""
    assert "Traceback" not in text
    assert text.endswith("\n") and text.count("\n") == 1, text
    assert text.startswith("wenbao: ")
    return text


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    path = tmp_path / "reports" / "云川市2031年公报.txt"
    path.parent.mkdir()
    path.write_text(REPORT, encoding="utf-8")
    return path


# ---------------------------------------------------------------- no index, no model


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, rag.cli; rag.cli.build_parser().format_help();"
        "print(*{'torch', 'faiss', 'llama_index', 'gradio', 'fastapi', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == ""


def test_help_names_every_command(run_wenbao: RunWenbao) -> None:
    done = run_wenbao("--help")
    assert done.returncode == 0
    indexing = ["index", "remove", "list", "text", "figures"]
    commands = [*indexing, "ask", "batch", "search", "compare", "models", "serve", "doctor"]
    assert [name for name in commands if f"    {name} " not in done.stdout] == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no command"),
        pytest.param(["answer", "?"], id="unknown command"),
        pytest.param(["ask"], id="no question"),
        pytest.param(["ask", "  "], id="blank question"),
        pytest.param(["search", "增长多少？", "--top-k", "0"], id="top-k 0"),
        pytest.param(["models"], id="models without action"),
        pytest.param(["batch", "nowhere.jsonl"], id="no question file"),
        pytest.param(["batch", "."], id="question file is a folder"),
        pytest.param(["serve", "--port", "http"], id="port is no number"),
    ],
)
def test_wrong_use_is_one_line_and_code_2(run_wenbao: RunWenbao, arguments: list[str]) -> None:
    done = run_wenbao(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    only_line(done.stderr)


@pytest.mark.parametrize(
    "arguments", [["list"], ["text", "a.txt"], ["figures", "a.txt", "--json"], ["remove", "a.txt"]]
)
def test_missing_index_says_how_to_make_one(run_wenbao: RunWenbao, arguments: list[str]) -> None:
    done = run_wenbao(*arguments, "--index", "no-such-index")
    assert done.returncode == 1
    assert done.stdout == ""
    line = only_line(done.stderr)
    assert "no-such-index" in line and "rag index" in line


@pytest.mark.parametrize(
    "arguments", [["ask", "增长多少？"], ["search", "增长多少？"], ["serve", "--port", "0"]]
)
def test_missing_model_says_how_to_fetch_it(run_wenbao: RunWenbao, arguments: list[str]) -> None:
    done = run_wenbao(*arguments)
    assert done.returncode == 1
    assert "rag models fetch" in only_line(done.stderr) or "rag index" in done.stderr


def test_indexing_without_a_model_says_how_to_fetch_it(run_wenbao: RunWenbao, report_file: Path) -> None:
    done = run_wenbao("index", str(report_file))
    assert done.returncode == 1
    assert "rag models fetch" in only_line(done.stderr)


def test_wrong_path_is_named(run_wenbao: RunWenbao) -> None:
    done = run_wenbao("index", "nowhere/年报.pdf")
    assert done.returncode == 1
    assert "nowhere/年报.pdf" in only_line(done.stderr)


@pytest.mark.parametrize("content", ["[1]", "{", '{"a.txt": "云川市"}'])
def test_metadata_file_of_another_shape_is_refused(
    run_wenbao: RunWenbao, report_file: Path, tmp_path: Path, content: str
) -> None:
    meta = tmp_path / "meta.json"
    meta.write_text(content, encoding="utf-8")
    done = run_wenbao("index", str(report_file), "--meta", str(meta))
    assert done.returncode == 1
    assert "meta.json" in only_line(done.stderr)


def test_messages_come_in_chinese_where_asked_for(run_wenbao: RunWenbao) -> None:
    done = run_wenbao("index", "nowhere.txt", WENBAO_LANG="zh")
    assert "找不到 nowhere.txt" in only_line(done.stderr)


def test_each_broken_batch_line_has_its_own_answer_line(run_wenbao: RunWenbao) -> None:
    lines = ["{not json", '"text"', '{"id": "q3"}', '{"id": "q4", "question": "？", "passages": "x"}', ""]
    done = run_wenbao("batch", "-", stdin="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [None, None, "q3", "q4"]
    assert all(answer["error"] and answer["answer"] == "" for answer in answers)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_models_list_without_models(run_wenbao: RunWenbao) -> None:
    done = run_wenbao("models", "list")
    assert done.returncode == 0
    assert [line.split("\t")[-1] for line in done.stdout.splitlines()] == ["not fetched"] * 3


def test_unknown_model_is_one_line(run_wenbao: RunWenbao) -> None:
    done = run_wenbao("models", "fetch", "no-such-model")
    assert done.returncode == 1
    assert "no-such-model" in only_line(done.stderr)


def test_doctor_gives_a_command_for_everything_missing(run_wenbao: RunWenbao) -> None:
    done = run_wenbao("doctor")
    missing = [line for line in done.stdout.splitlines() if line.startswith("MISSING")]
    cures = [line for line in done.stdout.splitlines() if "→" in line]
    assert done.returncode == 1
    assert {"embedding model", "language model", "index"} <= {line[8:].split(":")[0] for line in missing}
    assert len(cures) == len(missing)
    only_line(done.stderr)


def test_doctor_reports_an_endpoint_that_does_not_answer(run_wenbao: RunWenbao) -> None:
    done = run_wenbao("doctor", WENBAO_LLM_BASE_URL="http://127.0.0.1:9/v1")
    assert "MISSING LLM endpoint: http://127.0.0.1:9/v1 does not answer" in done.stdout


def test_serving_others_needs_a_key(run_wenbao: RunWenbao) -> None:
    done = run_wenbao("serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1
    assert "WENBAO_API_KEY" in only_line(done.stderr)


def test_ctrl_c_is_one_line(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "rag", "batch", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT), "WENBAO_LANG": "en"},
        # A background job's children inherit an ignored SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    # A first answer shows that it has started and waits for more.
    process.stdin.write("{}\n")
    process.stdin.flush()
    assert "error" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert errors.splitlines()[-1].startswith("wenbao: Stopped")


def test_closed_pipe_is_quiet(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "rag", "models", "list"],
        stdout=writing, stderr=subprocess.PIPE, encoding="utf-8", timeout=20,
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 1


def test_processes_of_tests_reach_loopback_only(tmp_path: Path) -> None:
    code = (
        "import socket\n"
        "for host in ('192.0.2.1', 'example.org'):\n"
        "    try:\n        socket.create_connection((host, 80), timeout=5)\n"
        "    except OSError as error:\n        print('blocked' in str(error))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests" / "offline")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=environment, check=True
    )
    assert done.stdout.split() == ["True", "True"]


# ---------------------------------------------------------------- with the real models


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of REPORT and of a file that cannot be read, made through the command line."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "reports").mkdir()
    (folder / "reports" / "云川市2031年公报.txt").write_text(REPORT, encoding="utf-8")
    (folder / "reports" / "empty.txt").write_text("", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "rag", "index", "reports", "--index", "index"],
        cwd=folder, capture_output=True, encoding="utf-8",
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'tests' / 'offline'}:{ROOT}", "WENBAO_LANG": "en"},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr  # the empty file is named, the other indexed
    assert "empty.txt" in only_line(done.stderr)
    assert "Added 1, " in done.stdout
    return folder / "index"


@pytest.mark.models
def test_index_text_figures_and_list_agree(run_wenbao: RunWenbao, indexed: Path) -> None:
    (listed,) = json.loads(run_wenbao("list", "--json", "--index", str(indexed)).stdout)
    text = run_wenbao("text", listed["name"], "--index", str(indexed)).stdout
    figures = [
        json.loads(line)
        for line in run_wenbao(
            "figures", listed["name"], "--json", "--index", str(indexed)
        ).stdout.splitlines()
    ]
    assert listed["characters"] == len(text)
    assert listed["figures"] == len(figures)
    assert all(text[figure["start"] : figure["end"]] == figure["text"] for figure in figures)
    assert {(figure["value"], figure["unit"]) for figure in figures} >= {
        (1864.2, "亿元"),
        (8.7, "%"),
        (-1.2, "%"),
    }


@pytest.mark.models
def test_ask_prints_the_answer_and_its_quote(run_wenbao: RunWenbao, indexed: Path) -> None:
    done = run_wenbao("ask", "云川市规模以上工业增加值同比增长多少？", "--index", str(indexed))
    assert done.returncode == 0, done.stderr
    assert "8.7%" in done.stdout.splitlines()[0]
    assert "规模以上工业增加值同比增长8.7%" in done.stdout
    assert done.stderr == ""


@pytest.mark.models
def test_batch_keeps_order_and_needs_no_index_for_passages(run_wenbao: RunWenbao, indexed: Path) -> None:
    lines = [
        {
            "id": "a",
            "question": "青岚县的粮食产量是多少？",
            "passages": ["青岚县全年粮食产量为12.4万吨。"],
            "note": 1,
        },
        {"id": 7, "question": "云川市地区生产总值是多少？"},
        {"id": "b", "question": ""},
    ]
    stdin = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    done = run_wenbao("batch", "-", "--index", str(indexed), stdin=stdin)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", 7, "b"]
    assert "12.4万吨" in answers[0]["answer"]
    assert {citation["report"] for citation in answers[0]["citations"]} == {"passage-1"}
    assert "1864.2亿元" in answers[1]["answer"]
    assert answers[2]["error"]
    assert done.returncode == 1
    alone = run_wenbao("batch", "-", "--index", "no-such-index", stdin=stdin.splitlines()[0])
    assert alone.returncode == 0 and "12.4万吨" in json.loads(alone.stdout)["answer"]


@pytest.mark.models
def test_retrieval_alone_gives_indexed_chunks(run_wenbao: RunWenbao, indexed: Path) -> None:
    question = "社会消费品零售总额"
    text = run_wenbao("text", "云川市2031年公报.txt", "--index", str(indexed)).stdout
    found = json.loads(
        run_wenbao("search", question, "--top-k", "2", "--json", "--index", str(indexed)).stdout
    )
    stdin = json.dumps({"id": 1, "question": question}) + "\n"
    batch = run_wenbao("batch", "-", "--retrieve-only", "--top-k", "2", "--index", str(indexed), stdin=stdin)
    hits = found["hits"]
    assert 1 <= len(hits) <= 2
    assert all(text[hit["start"] : hit["end"]] == hit["text"] for hit in hits)
    assert json.loads(batch.stdout)["hits"] == hits


@pytest.mark.models
def test_unchanged_files_are_skipped_and_sync_removes(run_wenbao: RunWenbao, report_file: Path) -> None:
    folder = report_file.parent
    assert "Added 1, " in run_wenbao("index", str(folder), "--index", "i").stdout
    assert "unchanged 1" in run_wenbao("index", str(folder), "--index", "i").stdout
    report_file.rename(folder / "另一份.txt")
    assert "removed 1" in run_wenbao("index", str(folder), "--sync", "--index", "i").stdout
    names = [line.split("\t")[0] for line in run_wenbao("list", "--index", "i").stdout.splitlines()]
    assert names == ["另一份.txt"]
    assert run_wenbao("remove", "另一份.txt", "--index", "i").returncode == 0
    assert "empty" in run_wenbao("list", "--index", "i").stdout


@pytest.mark.models
def test_unreachable_endpoint_is_one_line(run_wenbao: RunWenbao, indexed: Path) -> None:
    # A question that code alone cannot answer, so that the endpoint is needed.
    done = run_wenbao(
        "ask", "What does the bulletin describe?", "--index", str(indexed),
        WENBAO_LLM_BASE_URL="http://127.0.0.1:9/v1", WENBAO_LLM_MODEL="any",
    )  # fmt: skip
    assert done.returncode == 1
    assert "127.0.0.1:9" in only_line(done.stderr)
