"""Haystack and txtai beside Wenbao: the same files, questions, language model server and embedding model.

    python bench/peers/race.py [--peer haystack] [--peer txtai] [--beside] [--questions 20] [--reports 8] [--more]

Each peer has an environment of its own under bench/peers/, made here from its requirements file if it is not there
(Wenbao's own is not touched), and a script that sets it up as its guides say. Both get the clean text of the reports
that bench/answers.py chooses, and for indexing the files of bench/indexing.py. Scored by `eval` like every other run.
A follow-up is put to a peer in whole words, as the gold has them: their guides' pipelines keep no conversation.

`--beside` measures Wenbao and stock LlamaIndex in the same run, under the same load; without it their figures are those
that bench/indexing.py and bench/answers.py left in out/bench. What goes on is told on standard error; each process has a
limit of time (`--limit`; a peer stops asking at four fifths of it, and only what it answered counts; the same command
with `--more` asks it the rest), and what was measured until then is kept in out/bench/peers.json.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from bench.answers import FIRST, GOLD, SAMPLES, chosen_items, chosen_reports
from bench.common import OUT, ROOT, commit, machine
from bench.indexing import QUESTION, reports

HERE = Path(__file__).resolve().parent
FOLDER = OUT / "peers"
PEERS = ("haystack", "txtai")
BESIDE = {"wenbao": "ours", "stock": "stock"}
INSTALL_LIMIT = 3600.0
SEED = 11


class FailedError(Exception):
    """A process of a contender that failed or took too long, in words; the race goes on with the next."""


def say(words: str) -> None:
    """A line on standard error, with the time and the load."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"race {time.strftime('%H:%M:%S')} (load {load}): {words}", file=sys.stderr, flush=True)


def command(words: list[str], limit: float, what: str, task: str | None = None) -> str:
    """What a process prints; its complaints go to our standard error. Raises FailedError."""
    try:
        done = subprocess.run(
            words, input=task, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False, timeout=limit,
            env=os.environ | {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "TQDM_DISABLE": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise FailedError(
            f"{what} took longer than {limit:.0f} s and was ended (--limit allows more)"
        ) from None
    if done.returncode:
        reason = f"signal {-done.returncode}" if done.returncode < 0 else f"code {done.returncode}"
        raise FailedError(f"{what} ended with {reason}; its complaint is above, if it had one")
    return done.stdout


def last_object(printed: str, what: str) -> dict[str, Any]:
    """The JSON object on the last line printed."""
    lines = printed.splitlines()
    try:
        found = json.loads(lines[-1])
    except (IndexError, ValueError):
        raise FailedError(f"{what} ended without its result; it printed: {printed[-500:]!r}") from None
    assert isinstance(found, dict)
    return found


# ---------------------------------------------------------------- the peers


def environment(peer: str) -> Path:
    """The Python of the peer's environment, which is made if need be."""
    folder = HERE / f".venv-{peer}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        say(f"making the environment of {peer} (1.5 GB, minutes)")
        venv.create(folder, with_pip=True, clear=True)
        for wanted in (["torch==2.13.0"], ["-r", str(HERE / f"{peer}.txt")]):
            words = [str(python), "-m", "pip", "install", "-q", *wanted]
            command(words, INSTALL_LIMIT, f"pip for {peer}")
        (folder / "ready").touch()
    return python


def ask(peer: str, task: dict[str, Any], limit: float) -> dict[str, Any]:
    """What the peer's process measured and answered."""
    words = [str(environment(peer)), str(HERE / f"{peer}_race.py")]
    return last_object(command(words, limit, peer, json.dumps(task)), peer)


def scored(ids: list[str], answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Accuracy and the rest, as eval counts them."""
    from eval.dataset import load_gold
    from eval.scoring import score, summarise

    items = {item.id: item for item in load_gold(GOLD)}
    scores = [  # of a peer whose time was over, those that it answered
        score(items[id_], {"id": id_, "answer": one["answer"], "citations": [], "hits": []})
        for id_, one in zip(ids, answers, strict=False)
    ]
    counted = summarise(scores)
    tokens = [one["prompt_tokens"] for one in answers if one["prompt_tokens"]]
    return {
        **{key: counted[key] for key in ("n", "accuracy", "wrong", "right", "right_refusal")},
        "median_seconds": statistics.median(one["seconds"] for one in answers),
        "prompt_tokens_mean": statistics.fmean(tokens) if tokens else None,
    }


def of_peer(
    peer: str,
    common: dict[str, Any],
    ids: list[str],
    files: list[Path],
    limit: float,
    measured: dict[str, Any] | None,
) -> dict[str, Any]:
    """The figures of Haystack or txtai; with those `measured`, of the questions that it had no time for."""
    from eval.dataset import load_gold

    items = {item.id: item for item in load_gold(GOLD)}
    kept = FOLDER / f"{peer}.json"
    answers: list[dict[str, Any]] = []
    if measured is None:
        say(f"{peer} indexes {len(files)} files")
        indexed = ask(peer, common | {"files": [*map(str, files)], "first": QUESTION, "questions": []}, limit)
        measured = {key: indexed[key] for key in ("index_seconds", "vectors", "load_seconds")}
    else:
        answers = json.loads(kept.read_text(encoding="utf-8"))
    questions = [items[id_].resolved_question or items[id_].question for id_ in ids[len(answers) :]]
    texts = sorted(map(str, (FOLDER / "texts").iterdir()))
    say(f"{peer} answers {len(questions)} questions on {len(texts)} reports")
    if questions:
        answers += ask(peer, common | {"files": texts, "first": FIRST, "questions": questions}, limit)[
            "answers"
        ]
    kept.write_text(json.dumps(answers, ensure_ascii=False, indent=1), encoding="utf-8")
    return measured | scored(ids, answers)


# ---------------------------------------------------------------- Wenbao and stock


def of_our_environment(name: str, ids: list[str], files: list[Path], limit: float) -> dict[str, Any]:
    """The figures of Wenbao or stock LlamaIndex: the processes of bench/indexing.py and bench/answers.py."""
    which = BESIDE[name]
    say(f"{name} indexes {len(files)} files")
    words = [sys.executable, str(ROOT / "bench" / "indexing.py"), "--child", which, *map(str, files)]
    indexed = last_object(command(words, limit, name), name)
    if name == "wenbao":
        words = [
            sys.executable,
            "-m",
            "rag",
            "index",
            str(FOLDER / "reports"),
            "--index",
            str(FOLDER / "index"),
        ]
        command(words, limit, "wenbao's indexing of the reports")
    say(f"{name} answers {len(ids)} questions")
    words = [
        sys.executable,
        str(ROOT / "bench" / "answers.py"),
        "--run",
        which,
        "--folder",
        str(FOLDER),
        *ids,
    ]
    answered = last_object(command(words, limit, name), name)
    return {
        **{key: answered[key] for key in ("n", "accuracy", "wrong", "right", "right_refusal")},
        "median_seconds": answered["median_seconds_answered"],
        "answered": answered["answered"],
        "median_seconds_with_the_model": answered["median_seconds_answered_with_the_model"],
        "answered_with_the_model": answered["answered_with_the_model"],
        "prompt_tokens_mean": answered["prompt_tokens_mean"],
        "index_seconds": indexed["seconds"],
        "vectors": indexed["vectors"],
        "load_seconds": indexed["load_seconds"],
    }


def known() -> dict[str, dict[str, Any]]:
    """Wenbao's and stock's figures of bench/indexing.py and bench/answers.py, as far as they have run here."""
    parts = {part: OUT / f"{part}.json" for part in ("answers", "indexing")}
    if missing := [f"bench/{part}.py" for part, file in parts.items() if not file.is_file()]:
        say(
            f"nothing of Wenbao and stock to set beside: {' and '.join(missing)} did not run here (or use --beside)"
        )
        return {}
    answers, indexing = (json.loads(file.read_text(encoding="utf-8")) for file in parts.values())
    return {
        f"{name}, {answers['commit']}": {
            **{key: answers[which][key] for key in ("n", "accuracy", "wrong", "prompt_tokens_mean")},
            "median_seconds": answers[which]["median_seconds_answered"],
            "index_characters_per_second": indexing["characters_per_second"][which],
        }
        for name, which in BESIDE.items()
    }


# ---------------------------------------------------------------- the race


def prepare(names: list[str]) -> None:
    """The reports in out/bench/peers, and their clean texts for those that cannot read them."""
    from eval.check import read_texts

    shutil.rmtree(FOLDER, ignore_errors=True)
    for part in ("reports", "texts"):
        (FOLDER / part).mkdir(parents=True)
    for name in names:
        shutil.copy(SAMPLES / name, FOLDER / "reports" / name)
    for report in read_texts(FOLDER / "reports"):
        (FOLDER / "texts" / f"{report.name}.txt").write_text(report.text, encoding="utf-8")


def table(results: dict[str, dict[str, Any]]) -> str:
    """The figures of all, for reading."""
    head = f"{'':22}{'n':>4}{'right':>8}{'wrong':>8}{'tokens':>8}{'seconds':>9}{'char./s':>9}"
    lines = [
        f"{name:22}{one['n']:>4}{one['accuracy']:>8.0%}{one['wrong']:>8.0%}{one['prompt_tokens_mean'] or 0:>8.0f}"
        f"{one['median_seconds']:>9.3g}{one['index_characters_per_second']:>9,.0f}"
        for name, one in results.items()
    ]
    return "\n".join([head, *lines])


def _end(number: int, _: object) -> None:
    sys.exit(f"race: ended by {signal.Signals(number).name}")


def main() -> int:
    """Race the peers named, all by default."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", action="append", choices=PEERS)
    parser.add_argument("--beside", action="store_true", help="measure Wenbao and stock LlamaIndex too")
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--reports", type=int, default=8, help="fewer for a try")
    parser.add_argument("--files", type=int, default=8, help="to index; fewer for a try")
    parser.add_argument(
        "--more",
        action="store_true",
        help="go on where a contender had no time: measure only what is missing",
    )
    parser.add_argument("--limit", type=float, default=1800, help="seconds that one process may take")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)  # else it would end without a word, and its processes go on
    from rag.embedded import EmbeddedServer
    from rag.models import DEFAULT_LLM, embedding_path, locate

    peers = options.peer or list(PEERS)
    try:
        for peer in peers:
            environment(peer)
    except FailedError as error:
        sys.exit(f"race: {error}")
    names = chosen_reports(options.reports)
    ids = chosen_items(names, options.questions)
    random.Random(SEED).shuffle(ids)  # so that the first of them are of every kind
    if not options.more:
        prepare(names)
    files = reports(None, options.files)
    characters = sum(len(file.read_text(encoding="utf-8")) for file in files)
    say(
        f"{len(names)} reports, {len(ids)} questions; to index: {len(files)} files, {characters:,} characters"
    )
    server = EmbeddedServer(lambda: locate(DEFAULT_LLM), DEFAULT_LLM)
    address = server.start()
    os.environ |= {
        "WENBAO_LLM_BASE_URL": address, "WENBAO_LLM_MODEL": DEFAULT_LLM, "WENBAO_LLM_API_KEY": server.api_key,
    }  # fmt: skip
    common = {
        "embedding": embedding_path(),
        "llm_url": address,
        "llm_key": server.api_key,
        "llm_model": DEFAULT_LLM,
        "limit": 0.8 * options.limit,  # then a peer asks no more
    }
    failed: list[str] = []
    results: dict[str, dict[str, Any]] = {} if options.beside else known()
    if options.more:
        before = json.loads((OUT / "peers.json").read_text(encoding="utf-8"))
        results = {name: before[name] for name in before if isinstance(before[name], dict)}
        characters = before["characters"]
    try:
        for name in ["wenbao", *peers, "stock"] if options.beside else peers:
            if options.more and name in results and results[name]["n"] == len(ids):
                continue
            loads = [os.getloadavg()[0]]
            try:
                if name in BESIDE:
                    one = of_our_environment(name, ids, files, options.limit)
                else:
                    one = of_peer(
                        name, common, ids, files, options.limit, results.get(name) if options.more else None
                    )
            except FailedError as error:
                say(f"{name} has no figures: {error}")
                failed.append(name)
                continue
            loads = [*one.get("load_before_and_after", ()), *loads, os.getloadavg()[0]]
            results[name] = one | {
                "index_characters_per_second": characters / one["index_seconds"],
                "load_before_and_after": loads,
            }
            kept = {"commit": commit(), "machine": machine(), "characters": characters, **results}
            (OUT / "peers.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")
            say(f"{name}: {json.dumps(results[name])}")
    finally:
        server.stop()
    print(table(results), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
