"""Is a gold file well-formed, and does what it claims hold in the reports?

`check_item` finds, against the canonical texts: evidence that isn't there; a gold figure that no evidence
states (or, for computed items, an operand that none states, or a `calc` that doesn't come out); a keyword
that the gold answer doesn't match; a gold answer that our own scoring wouldn't call right; a distractor
that is in fact the answer; an `absent` pattern that matches.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from eval.dataset import GoldError, GoldItem, parse_item, resolve_doc, select_docs
from eval.metrics.distractors import distractors_stated
from eval.metrics.figures import states
from eval.quantities import compact, read_quantities
from eval.scoring import score
from eval.table_units import implied_quantities
from index.clean import clean
from index.readers import SUPPORTED_SUFFIXES, read_file
from index.types import Report


def read_texts(folder: Path) -> list[Report]:
    """Every report under a folder (or one file), as its canonical text; raises ReadError for a bad one."""
    if not folder.exists():
        raise GoldError(f"no such folder: {folder}")
    paths = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.is_file())
    paths = [path for path in paths if path.suffix.lower() in SUPPORTED_SUFFIXES]
    names = [path.name for path in paths]
    reports: list[Report] = []
    for path in paths:
        unique = names.count(path.name) == 1
        name = path.name if unique or folder.is_file() else path.relative_to(folder).as_posix()
        reports.append(clean(read_file(path), name=name, sha256="", path=str(path)))
    if not reports:
        raise GoldError(f"no report in {folder}")
    return reports


@lru_cache(maxsize=2048)
def _paragraphs(text: str) -> tuple[str, ...]:
    """The lines (a paragraph each) without white space: no pattern may match across paragraphs."""
    return tuple(compact(line) for line in text.splitlines())


@lru_cache(maxsize=2048)
def _joined(text: str) -> str:
    return compact(text)


def check_item(item: GoldItem, texts: Mapping[str, str]) -> list[str]:
    """What is wrong with one item, one line each; `texts` are canonical texts by path."""
    problems: list[str] = []
    joined = {path: _joined(text) for path, text in texts.items()}
    docs = [resolve_doc(doc, texts) for doc in item.docs]
    problems += [
        f"doc {doc!r} is no report" for doc, found in zip(item.docs, docs, strict=True) if found is None
    ]
    known = [path for path in docs if path is not None] or list(texts)
    if item.passages is not None:
        joined, known = {"passages": compact(" ".join(item.passages))}, ["passages"]
    for evidence in item.evidence:
        if not any(compact(evidence) in joined[path] for path in known):
            elsewhere = [Path(path).name for path in joined if compact(evidence) in joined[path]]
            problems.append(f"evidence not in {item.docs or 'any report'}: {evidence!r}" + _hint(elsewhere))
    problems += _check_figures(
        item, list(item.passages) if item.passages else [texts[path] for path in known]
    )
    problems += _check_answer(item)
    for pattern in item.absent:
        for path in select_docs(item.absent_docs, texts) if item.absent_docs else known:
            for paragraph in _paragraphs(texts[path]) if path in texts else ():
                if match := re.search(pattern, paragraph):
                    problems.append(f"absent {pattern!r} is in {Path(path).name}: {match.group()!r}")
                    break
    if item.absent and item.absent_docs and not select_docs(item.absent_docs, texts):
        problems.append(f"absent_docs {item.absent_docs!r} names no report")
    return problems


def _hint(elsewhere: Sequence[str]) -> str:
    return f" (it is in {', '.join(elsewhere[:3])})" if elsewhere else ""


def _check_figures(item: GoldItem, texts: Sequence[str]) -> list[str]:
    stated = [q for evidence in item.evidence for q in read_quantities(evidence)]
    stated += [q for evidence in item.evidence for text in texts for q in implied_quantities(evidence, text)]
    computed = bool(item.operands or item.calc)
    problems = [
        f"{'operand' if computed else 'figure'} {figure.text} is in no evidence"
        for figure in (item.operands if computed else item.figures)
        if not any(states(figure, quantity) for quantity in stated)
    ]
    for figure in item.figures:
        first, *others = figure.quantities
        problems += [
            f"alt of {figure.text} is another quantity"
            for other in others
            if first.amount != other.amount and first.unit_text
        ]
    if item.calc:
        try:
            value = evaluate(item.calc)
        except ValueError as error:
            return [*problems, str(error)]
        if item.figures and abs(value - abs(item.figures[0].quantities[0].number)) > Fraction(1, 10**6):
            problems.append(f"calc {item.calc} gives {float(value):g}, not {item.figures[0].text}")
    return problems


def _check_answer(item: GoldItem) -> list[str]:
    if not item.answerable:
        return [
            f"unanswerable, but has {name}"
            for name in ("figures", "keywords", "accept")
            if getattr(item, name)
        ]
    if not item.answer:
        return ["answer is empty"]
    problems: list[str] = []
    scored = score(item, {"answer": item.answer, "abstained": False})
    if scored.outcome != "right":
        missing = [f.text for f, found in zip(item.figures, scored.figures_found, strict=False) if not found]
        missing += [k for k, found in zip(item.keywords, scored.keywords_found, strict=True) if not found]
        problems.append(f"the gold answer {item.answer!r} lacks {', '.join(missing)}")
    problems += [f"distractor {text} is in the gold answer" for text in distractors_stated(item, item.answer)]
    for distractor in item.distractors:
        figures = [r for figure in item.figures for r in figure.quantities]
        numeric = re.fullmatch(r"\d+(?:\.\d+)?", distractor)
        if numeric and Fraction(distractor) in [f.number for f in figures]:
            problems.append(f"distractor {distractor} is a gold figure")
    return problems


def evaluate(expression: str) -> Fraction:
    """The magnitude of a `calc`: numbers, + - * / ( ), round(x, digits); ValueError for anything else."""

    def value(node: ast.AST) -> Fraction:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return Fraction(str(node.value))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -value(node.operand)
        if isinstance(node, ast.BinOp):
            left, right = value(node.left), value(node.right)
            if isinstance(node.op, ast.Add):
                return left + right
            if isinstance(node.op, ast.Sub):
                return left - right
            if isinstance(node.op, ast.Mult):
                return left * right
            if isinstance(node.op, ast.Div) and right:
                return left / right
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round":
            digits = int(value(node.args[1])) if len(node.args) > 1 else 0
            scaled = value(node.args[0]) * 10**digits
            half_up = (abs(scaled) + Fraction(1, 2)).__floor__() * (1 if scaled >= 0 else -1)
            return Fraction(half_up, 10**digits)
        raise ValueError(f"calc {expression!r} is no arithmetic")

    try:
        return abs(value(ast.parse(expression, mode="eval").body))
    except SyntaxError as error:
        raise ValueError(f"calc {expression!r} is no arithmetic") from error


def check_files(paths: Sequence[Path], folder: Path) -> int:
    """Check gold files against the reports of a folder, print every problem; exit code 1 if there is any."""
    texts = {report.path: report.text for report in read_texts(folder)}
    bad = count = 0
    for path in paths:
        items: list[GoldItem] = []
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
            if line.strip():
                count += 1
                try:
                    items += _one(path, number, line)
                except GoldError as error:
                    bad += 1
                    print(error)
        seen: set[str] = set()
        for item in items:
            problems = check_item(item, texts)
            problems += [f"id {item.id!r} is there twice"] if item.id in seen else []
            seen.add(item.id)
            bad += bool(problems)
            for problem in problems:
                print(f"{path.name}:{item.line}: {item.id}: {problem}")
    print(f"{count} items in {len(paths)} files, {len(texts)} reports: {count - bad} good, {bad} bad")
    return 1 if bad else 0


def _one(path: Path, number: int, line: str) -> list[GoldItem]:
    try:
        return [parse_item(json.loads(line), line=number)]
    except (ValueError, TypeError, KeyError) as error:
        raise GoldError(f"{path.name}:{number}: {error}") from error
