"""The evaluation's command line; `python -m eval --help` lists its commands."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.dataset import GoldError, load_gold
from eval.scoring import score
from eval.table import failure_list, summary_table
from index.errors import WenbaoError


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0; 1 for what went wrong, with one line on stderr; 2 for wrong use."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
        return code
    except (GoldError, WenbaoError, OSError) as error:
        print(f"eval: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("eval: stopped; what was answered so far is kept in the output folder", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    scoring = commands.add_parser("score", help="score an answers.jsonl made by `python -m rag batch`")
    scoring.add_argument("gold", type=Path)
    scoring.add_argument("answers", type=Path)
    scoring.add_argument(
        "--reports", type=Path, help="folder of the reports, to check citations against their text"
    )
    scoring.add_argument(
        "--index", type=Path, help="index of the reports, to check citations against their text"
    )
    scoring.add_argument("--out", type=Path, help="folder for scores.jsonl, summary.json and report.html")
    scoring.set_defaults(run=_score)

    checking = commands.add_parser("check", help="check gold files: format, and evidence against the reports")
    checking.add_argument("gold", type=Path, nargs="+")
    checking.add_argument(
        "--reports", type=Path, required=True, help="folder of the reports, searched in depth"
    )
    checking.add_argument(
        "--planted", action="store_true", help="also plant errors in every item and count those caught"
    )
    checking.set_defaults(run=_check)

    running = commands.add_parser("run", help="answer gold questions, score them, write one page")
    running.add_argument("gold", type=Path, nargs="+")
    running.add_argument("--index", type=Path, help="index directory (else WENBAO_INDEX, else data/index)")
    running.add_argument("--out", type=Path, help="output folder (else data/eval/<gold name>)")
    running.add_argument("--limit", type=int, help="only the first N items")
    running.add_argument(
        "--sample", type=int, metavar="N", help="N items, every kind and language in proportion"
    )
    running.add_argument("--only", action="append", metavar="ID", help="only this item; may be given again")
    running.add_argument("--curve", action="store_true", help="also at the other strictnesses, with a plot")
    running.add_argument(
        "--baseline", type=Path, metavar="REPORTS", help="the stock LlamaIndex pipeline over this folder"
    )
    running.set_defaults(run=_run)

    comparing = commands.add_parser("compare", help="what got better and worse between two runs")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    comparing.set_defaults(run=_compare)

    gate = commands.add_parser("gate", help="a fixed choice of questions must not be answered worse")
    gate.add_argument("--file", type=Path, default=Path(__file__).with_name("gate.json"))
    gate.add_argument("--out", type=Path, help="folder for answers, scores and the page")
    gate.add_argument("--raise", dest="reason", metavar="REASON", help="record what came out better")
    gate.add_argument(
        "--choose", type=int, metavar="N", help="choose the items anew and record what comes out"
    )
    gate.set_defaults(run=_gate)

    table = commands.add_parser("table", help="runs of the same questions side by side, as Markdown")
    table.add_argument("runs", type=Path, nargs="+", metavar="RUN")
    table.set_defaults(run=_table)

    everything = commands.add_parser("all", help="check, run, near misses, comparison with the run before")
    everything.add_argument("gold", type=Path)
    everything.add_argument("--reports", type=Path, required=True, help="folder of the reports")
    everything.add_argument("--index", type=Path, help="their index (else WENBAO_INDEX, else data/index)")
    everything.add_argument("--out", type=Path, default=Path("out/eval"))
    everything.set_defaults(run=_all)

    new = commands.add_parser(
        "new", help="draft questions from the figures of your indexed reports, for you to confirm"
    )
    new.add_argument("--index", type=Path, help="index directory (else WENBAO_INDEX, else data/index)")
    new.add_argument(
        "--out", type=Path, help="gold file to add what you confirm to; without it drafts are printed"
    )
    new.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the drafted questions")
    new.add_argument(
        "--near-misses",
        type=Path,
        metavar="GOLD",
        help="instead: unanswerable variants of these items, another year, region or indicator, checked absent",
    )
    new.add_argument("--reports", type=Path, help="folder of the reports, for --near-misses")
    new.add_argument("--count", type=int, help="how many (else 40 drafts, 200 near misses)")
    new.add_argument("--seed", type=int, default=0)
    new.set_defaults(run=_new)

    drafts = commands.add_parser(
        "drafts-check", help="wrong and right drafts by code: which would be shown? No language model"
    )
    drafts.add_argument("--index", type=Path, help="index directory (else WENBAO_INDEX, else data/index)")
    drafts.add_argument("--planted", type=int, default=225, metavar="N", help="wrong drafts of each kind")
    drafts.add_argument("--right", type=int, default=500, metavar="N", help="right drafts")
    drafts.add_argument("--seed", type=int, default=0)
    drafts.set_defaults(run=_drafts_check)

    rgb = commands.add_parser(
        "rgb", help="an RGB file: batch lines for `rag batch`, or the score of its answers"
    )
    rgb.add_argument("file", type=Path)
    rgb.add_argument("--noise", type=float, default=0.0, help="share of passages that don't hold the answer")
    rgb.add_argument("--passages", type=int, default=5)
    rgb.add_argument("--limit", type=int)
    rgb.add_argument("--answers", type=Path, help="score these; without it the batch lines are printed")
    rgb.set_defaults(run=_rgb)

    calibrate = commands.add_parser(
        "calibrate", help="weights and strictness of the model stage, from RGB runs with WENBAO_CONFIDENCE=0"
    )
    calibrate.add_argument("file", type=Path)
    calibrate.add_argument(
        "runs", nargs="+", metavar="NOISE=ANSWERS", help="share of noise and the answers of that run"
    )
    calibrate.set_defaults(run=_calibrate)

    retrieval = commands.add_parser("retrieval", help="retrieval on CMRC or CRUD, given as files")
    retrieval.add_argument("documents", type=Path)
    retrieval.add_argument("questions", type=Path)
    retrieval.add_argument("--index", type=Path, help="built here on the first call, reused afterwards")
    retrieval.add_argument("--limit", type=int, help="only the first N questions")
    retrieval.add_argument(
        "--dense-weight",
        type=float,
        action="append",
        metavar="W",
        help="search with this share of vectors (0: words alone, 1: vectors alone); may be given again",
    )
    retrieval.add_argument(
        "--hits", type=Path, help="measure this output of `rag batch --retrieve-only` instead of searching"
    )
    retrieval.add_argument("--parts", action="store_true", help="a table of what each part of retrieval adds")
    retrieval.add_argument("--stock", action="store_true", help="with a row of stock LlamaIndex")
    retrieval.add_argument("--features", action="store_true", help="with rows without each feature")
    retrieval.set_defaults(run=_retrieval)

    found = commands.add_parser("retrieval-gold", help="where the evidence of gold items is found")
    found.add_argument("gold", type=Path, nargs="+")
    found.add_argument("--index", type=Path, required=True)
    found.add_argument("--features", action="store_true", help="with rows without each feature")
    found.set_defaults(run=_retrieval_gold)
    return parser


def read_answers(path: Path) -> dict[str, dict[str, Any]]:
    """answers.jsonl by id; an answer without id goes by its line number."""
    answers: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                answer = json.loads(line)
            except json.JSONDecodeError as error:
                raise GoldError(f"{path}:{number}: {error}") from error
            answers[str(answer.get("id") or number)] = answer
    return answers


def _score(options: argparse.Namespace) -> int:
    items = load_gold(options.gold)
    answers = read_answers(options.answers)
    texts: dict[str, str] | None = None
    paths: dict[str, str] = {}
    if options.reports is not None:
        from eval.check import read_texts

        reports = read_texts(options.reports)
        texts = {report.name: report.text for report in reports}
        paths = {report.name: report.path for report in reports}
    elif options.index is not None:
        from eval.run import index_texts

        texts, paths = index_texts(options.index)
    missing = [item.id for item in items if item.id not in answers]
    if missing:
        print(
            f"eval: no answer for {len(missing)} of {len(items)} items: {', '.join(missing[:5])} …",
            file=sys.stderr,
        )
    scored = [item for item in items if item.id in answers]
    scores = [score(item, answers[item.id], texts, paths) for item in scored]
    print(failure_list({i.id: i for i in scored}, answers, scores))
    print()
    print(summary_table(scores))
    if options.out is not None:
        from eval.report import write_outputs

        write_outputs(
            options.out, scored, answers, scores, {"gold": options.gold.name, "answers": options.answers.name}
        )
        print(f"\n{options.out / 'report.html'}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from eval.check import check_files, read_texts

    code = check_files(options.gold, options.reports)
    if options.planted and code == 0:
        from eval.everything import print_planted

        texts = {report.path: report.text for report in read_texts(options.reports)}
        print_planted(load_gold(*options.gold), texts)
    return code


def _table(options: argparse.Namespace) -> int:
    from eval.compare import side_by_side

    print(side_by_side(options.runs))
    return 0


def _all(options: argparse.Namespace) -> int:
    from eval.everything import run_all
    from eval.run import Ours, default_index

    pipeline = Ours(options.index or default_index())
    try:
        gate = Path(__file__).with_name("gate.json")
        return run_all(options.gold, options.reports, pipeline, options.out, gate)
    finally:
        pipeline.close()


def _run(options: argparse.Namespace) -> int:
    from eval.run import run_gold

    return run_gold(
        options.gold,
        options.index,
        options.out,
        limit=options.limit,
        only=options.only or (),
        sample=options.sample,
        baseline=options.baseline,
        curve=options.curve,
    )


def _compare(options: argparse.Namespace) -> int:
    from eval.compare import compare_runs

    print(compare_runs(options.before, options.after))
    return 0


def _gate(options: argparse.Namespace) -> int:
    from eval.gate import run_gate

    return run_gate(options.file, options.out, reason=options.reason, choose=options.choose)


def _new(options: argparse.Namespace) -> int:
    if options.near_misses is None:
        from eval.drafts import run_drafts
        from eval.run import default_index

        index = options.index or default_index()
        return run_drafts(index, options.out, options.count or 40, lang=options.lang, seed=options.seed)
    from eval.near_misses import print_near_misses

    if options.reports is None:
        raise GoldError("--near-misses needs --reports, the folder to find them absent in")
    return print_near_misses(options.near_misses, options.reports, options.count or 200, options.seed)


def _drafts_check(options: argparse.Namespace) -> int:
    from eval.planted_drafts import run_planted_drafts
    from eval.run import default_index

    return run_planted_drafts(options.index or default_index(), options.planted, options.right, options.seed)


def _rgb(options: argparse.Namespace) -> int:
    from eval.rgb import print_batch, print_scores

    if options.answers is None:
        return print_batch(options.file, options.noise, options.passages, options.limit)
    return print_scores(options.file, read_answers(options.answers), options.noise, options.limit)


def _calibrate(options: argparse.Namespace) -> int:
    from eval.calibrate import print_calibration

    runs = [
        (float(noise), read_answers(Path(path)))
        for noise, _, path in (r.partition("=") for r in options.runs)
    ]
    return print_calibration(options.file, runs)


def _retrieval(options: argparse.Namespace) -> int:
    from eval.retrieval_benchmarks import print_hits_file, run_benchmark, run_parts

    if options.hits is not None:
        return print_hits_file(options.hits, options.questions, options.limit)
    if options.parts or options.stock or options.features:
        return run_parts(
            options.documents, options.questions, options.index, options.limit,
            stock=options.stock, features=options.features,
        )  # fmt: skip
    return run_benchmark(
        options.documents,
        options.questions,
        options.index,
        options.limit,
        dense_weights=options.dense_weight or (),
    )


def _retrieval_gold(options: argparse.Namespace) -> int:
    from eval.retrieval_gold import run_gold

    return run_gold(options.gold, options.index, features=options.features)


if __name__ == "__main__":
    raise SystemExit(main())
