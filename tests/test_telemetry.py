"""Traces have a span for each stage and no text; log lines are JSON without secrets."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

from rag.telemetry import JsonLines

CODE = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
import conftest
from served import GDP, app_over, client_of
from rag.telemetry import start_logging
start_logging(tracing=True)
client = client_of(app_over(Path({folder!r})))
client.post("/v1/ask", json={{"question": GDP}})
client.post("/v1/ask", json={{"question": "请介绍市科技馆的新馆长"}})
"""


def test_spans_of_a_question_are_one_trace_without_text(tmp_path: Path) -> None:
    # A process of its own: OpenTelemetry has one provider a process.
    code = CODE.format(paths=[str(ROOT / "tests"), str(ROOT)], folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request"]
    assert [line["stage"] for line in requests] == ["figure", "refused"]
    spans = [
        {line["span"] for line in lines if line["event"] == "span" and line["trace"] == request["trace"]}
        for request in requests
    ]
    assert spans[0] >= {"understand", "retrieve", "answer", "POST /v1/ask"} and "model" not in spans[0]
    assert spans[1] >= {"understand", "retrieve", "answer", "model", "POST /v1/ask"}
    assert not [line for line in lines if "云川" in str(line) or "馆长" in str(line)]


def test_a_log_line_is_one_json_object_and_a_traceback_is_only_named() -> None:
    try:
        raise ValueError("secret")
    except ValueError:
        record = logging.LogRecord("wenbao", logging.ERROR, "f", 1, "failed\nbadly", (), sys.exc_info())
    line = JsonLines().format(record)
    assert "\n" not in line and "secret" not in line
    assert json.loads(line) | {"time": ""} == {
        "time": "", "level": "error", "event": "failed\nbadly", "error": "ValueError"
    }  # fmt: skip


def test_llamaindex_events_become_spans(tmp_path: Path) -> None:
    code = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
import conftest
from answer_reports import index_of, qa_over, REPORTS
from rag.telemetry import start_logging
from answer_reports import REPORTS, index_of, qa_over
from scripted_model import ScriptedModel
from rag.llama_traces import trace_llama_index
start_logging(tracing=True)
trace_llama_index()
qa = qa_over(index_of(Path({folder!r}), REPORTS), ScriptedModel())
qa.as_query_engine().query("云川市2023年地区生产总值是多少？")
qa.as_retriever().retrieve("云川市")
""".format(paths=[str(ROOT / "tests"), str(ROOT)], folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    spans = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    names = [span["span"] for span in spans]
    query = next(span for span in spans if span["span"] == "ReportQueryEngine.query")
    assert "ReportRetriever.retrieve" in names
    assert {span["span"] for span in spans if span["trace"] == query["trace"]} >= {
        "understand",
        "retrieve",
        "answer",
    }
    assert "云川" not in done.stderr
