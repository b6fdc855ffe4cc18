"""Can the reader see where each numeral of an answer comes from?

Written without the product's own verification, computing or figure reading, so that it can contradict
them. A figure is shown if it stands, value and unit, in the quote that its marker cites (the next [n] after
it; any quote where the answer has no marker there; a table row has the units of its table), or is the
result of arithmetic written in the answer or in a figure's `calculation` whose operands are themselves
quoted and which comes out right. Dates and numbers repeated from the question are counted apart: they
label the answer, they aren't its claim.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from eval.quantities import Quantity, fold_width, read_quantities, same_quantity, without_markers
from eval.table_units import implied_quantities


@dataclass(frozen=True, slots=True)
class ShownFigures:
    """Counts over one answer; `unshown` and `misattributed` hold the figures as written."""

    total: int
    quoted: int
    computed: int
    echoed: int  # only repeated from the question
    misattributed: tuple[str, ...]  # stands in another citation than the one its marker names
    unshown: tuple[str, ...]
    unshown_periods: tuple[str, ...]  # dates in no quote, question or report name

    @property
    def all_shown(self) -> bool:
        """Whether no figure lacks its source (dates aside)."""
        return not self.unshown and not self.misattributed


_MARKER_RUN: Final = re.compile(r"(?:[\[［【]\d{1,2}[\]］】]\s*)+")


def shown_figures(
    answer: Mapping[str, Any], context: Sequence[str] = (), texts: Mapping[str, str] | None = None
) -> ShownFigures:
    """Judge an answer's text by its own citations; `context` is the question and the turns before it.

    `texts` are the reports' canonical texts by name: a quoted table row takes its units from the table there.
    """
    text = str(answer.get("answer", ""))
    quotes = {
        int(c["marker"]): str(c["quote"])
        for c in answer.get("citations", ())
        if "marker" in c and "quote" in c
    }
    reports = {
        int(c["marker"]): str(c.get("report", "")) for c in answer.get("citations", ()) if "marker" in c
    }
    in_quotes = {
        marker: read_quantities(quote) + implied_quantities(quote, (texts or {}).get(reports[marker], ""))
        for marker, quote in quotes.items()
    }
    everywhere = [quantity for quantities in in_quotes.values() for quantity in quantities]
    names = [str(c.get("report", "")) for c in answer.get("citations", ())]
    labels = " ".join([*context, *quotes.values(), *names])
    asked = [quantity for text_ in context for quantity in read_quantities(text_)]
    quantities = read_quantities(without_markers(text))

    def quoted(quantity: Quantity) -> bool:
        return any(_stands(quantity, other) for other in everywhere)

    results = _computed_results(text, answer, quoted)
    totals = {"quoted": 0, "computed": 0, "echoed": 0}
    misattributed: list[str] = []
    unshown: list[str] = []
    unshown_periods: list[str] = []
    for quantity in quantities:
        if quantity.is_period:
            if str(int(quantity.number)) not in fold_width(labels) and not any(
                p.number == quantity.number for p in read_quantities(labels)
            ):
                unshown_periods.append(quantity.text)
            continue
        markers = _markers_after(text, quantity.end) & set(quotes)
        cited = [other for marker in markers for other in in_quotes[marker]] if markers else everywhere
        if any(_stands(quantity, other) for other in cited):
            totals["quoted"] += 1
        elif any(same_quantity(quantity, result) for result in results):
            totals["computed"] += 1
        elif quoted(quantity):
            misattributed.append(quantity.text)
        elif any(_stands(quantity, other) for other in asked) or _is_hundred_percent(text, quantity):
            totals["echoed"] += 1
        else:
            unshown.append(quantity.text)
    total = sum(totals.values()) + len(misattributed) + len(unshown)
    return ShownFigures(
        total,
        **totals,
        misattributed=tuple(misattributed),
        unshown=tuple(unshown),
        unshown_periods=tuple(unshown_periods),
    )


def _stands(stated: Quantity, source: Quantity) -> bool:
    """Whether the source has this figure; an operand written without unit agrees by its number."""
    if {stated.direction, source.direction} == {"up", "down"}:
        return False
    if same_quantity(source, stated):
        return True
    return not stated.dimension and not stated.scaled and abs(stated.number) == abs(source.number)


def _is_hundred_percent(text: str, quantity: Quantity) -> bool:
    before = fold_width(text)[: quantity.start].rstrip()
    return quantity.number == 100 and before.endswith(("×", "*", "x"))


def _markers_after(text: str, position: int) -> set[int]:
    match = _MARKER_RUN.search(text, position)
    return {int(n) for n in re.findall(r"\d+", match.group())} if match else set()


# ---------------------------------------------------------------- arithmetic shown in the answer

_OPERATORS: Final = {"+": 1, "-": 1, "*": 2, "/": 2}


def _plain(text: str) -> str:
    for written, operator in (("×", "*"), ("÷", "/"), ("≈", "="), ("≒", "="), ("＝", "="), ("等于", "= ")):
        text = text.replace(written, operator)
    return fold_width(text)


def _computed_results(text: str, answer: Mapping[str, Any], quoted: Any) -> list[Quantity]:
    """Results of right arithmetic over quoted operands, in the text or in a figure's `calculation`."""
    expressions = [without_markers(text)]
    for figure in answer.get("figures", ()):
        calculation = figure.get("calculation")
        if calculation:
            calculation = str(calculation)
            has_result = "=" in _plain(calculation)
            expressions.append(calculation if has_result else f"{calculation} = {figure.get('text', '')}")
    results: list[Quantity] = []
    for expression in expressions:
        plain = _plain(expression)
        for tokens in _equations(plain):
            results += _right_results(tokens, quoted)
    return results


def _result_first(run: list[Token]) -> list[list[Token]]:
    """`6.7万亿元(74.4-67.7=6.7` also as `74.4-67.7=6.7万亿元`: a result may stand before its arithmetic."""
    if len(run) < 5 or not isinstance(run[0], Quantity) or run[1] != "(":
        return [run]
    rest = run[2:]
    expression = rest[: rest.index("=")] if "=" in rest else rest
    return [rest, [*expression, "=", run[0]]]


Token = Quantity | str


def _equations(text: str) -> list[list[Token]]:
    """Runs of quantities joined by nothing but operators, parentheses and =, each with at least one =."""
    runs: list[list[Token]] = []
    run: list[Token] = []
    previous_end = 0
    for quantity in read_quantities(text):
        gap = re.sub(r"\s|约", "", text[previous_end : quantity.start])
        if quantity.number < 0 and not re.search(r"[-+*/=(]$", gap):
            gap += "-"
        if run and re.fullmatch(r"[()+*/=-]+", gap):
            run += list(gap)
        else:
            runs.append(run)
            opening = re.search(r"\(*$", gap)
            run = list(opening.group()) if opening else []
        run.append(quantity)
        previous_end = quantity.end
    runs.append(run)
    runs = [turned for run in runs for turned in _result_first(run)]
    return [
        run
        for run in runs
        if "=" in run and any(token in _OPERATORS for token in run if isinstance(token, str))
    ]


def _right_results(tokens: list[Token], quoted: Any) -> list[Quantity]:
    sides: list[list[Token]] = [[]]
    for token in tokens:
        if token == "=":
            sides.append([])
        else:
            sides[-1].append(token)
    expression, *rest = sides
    while expression.count("(") > expression.count(")"):  # an opening one that belongs to the sentence
        expression = expression[expression.index("(") + 1 :]
    operands = [token for token in expression if isinstance(token, Quantity)]
    if not all(quoted(operand) or operand.number in (100, 1000) for operand in operands):
        return []
    results: list[Quantity] = []
    for side in rest:
        stated = [token for token in side if isinstance(token, Quantity)]
        if len(stated) == 1 and _comes_out(expression, stated[0]):
            results.append(stated[0])
    return results


def _comes_out(expression: list[Token], stated: Quantity) -> bool:
    """Whether the expression gives the stated result, to the digits stated."""
    half = Fraction(1, 2) / 10**stated.decimals
    for by_amount in (False, True):
        value = _evaluate(expression, by_amount)
        if value is None:
            continue
        for result in {value, value / stated.scale, value * 100 if stated.dimension == "percent" else value}:
            if abs(abs(result) - abs(stated.number)) <= half:
                return True
    return False


def _evaluate(tokens: list[Token], by_amount: bool) -> Fraction | None:
    """The value by precedence; None if the tokens are no expression."""
    values: list[Fraction] = []
    operators: list[str] = []

    def apply() -> bool:
        if len(values) < 2:
            return False
        right, left, operator = values.pop(), values.pop(), operators.pop()
        if operator == "/" and right == 0:
            return False
        values.append(
            left + right if operator == "+" else left - right if operator == "-" else left * right
            if operator == "*" else left / right
        )  # fmt: skip
        return True

    for token in tokens:
        if isinstance(token, Quantity):
            values.append(abs(token.amount if by_amount else token.number))
        elif token == "(":
            operators.append(token)
        elif token == ")":
            while operators and operators[-1] != "(":
                if not apply():
                    return None
            if not operators:
                return None
            operators.pop()
        else:
            while operators and operators[-1] != "(" and _OPERATORS[operators[-1]] >= _OPERATORS[token]:
                if not apply():
                    return None
            operators.append(token)
    while operators:
        if operators[-1] == "(" or not apply():
            return None
    return values[0] if len(values) == 1 else None
