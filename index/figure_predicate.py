"""How the words before a number say what it is: 同比增长, 占全市, 领先全国、全省, 由…增加到."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index import figure_words as words
from index.figure_scan import Quantity
from index.figure_subject_words import is_word
from index.types import Measure

Direction = Literal["up", "down", ""]
UnitClass = Literal["percent", "points", "multiple", "rank", "other"]

_PERCENT_UNITS = frozenset(("%", "‰", "成"))
_TIME_REFERENCE = re.compile(
    rf"[{words.TIME}]|上年|去年|同期|预算|计划|目标|年初|年底|历史|此前|原来|前年|上月|上季|基期|建国|五年前"
)
_RANK_REFERENCE = re.compile(
    r"(?:位居|居|位列|列|排名|排在|排|跃居|跃升至?|升至|跻身|稳居|保持|提升至|提升到|上升至|上升到"
    r"|前移至|名列|为|是)?"
    r"(?P<reference>全[国省市区球]|世界|[^，。；\d、的居列排]{2,8})?(?:的|总量|名次|第)?$"
)
_ONLY_COMPARED = frozenset(("高", "快", "多", "低", "慢", "少", "长"))
_FROM_UNMEASURED = re.compile(r"(?<=.)[由从](?![事业来]|.{0,2}业)[^，。；由从]{1,10}$")
_COMPARED_BEHIND = re.compile(r"(?:左右)?(?:相比|比较)")
_AGAINST = re.compile(r"[与同和](?=[^，。；]*的(?:近|约)?$)")
_SUBJECT_BEHIND = re.compile(
    rf"[{words.TIME}]+的?(?P<what>(?!同期|相比|有所|平均|实际|大幅|水平|全年|总?计划|预算|预计|预期|执行|决算|实绩)[\u4e00-\u9fff]{{3,12}})"
)
_NEW_BEFORE = re.compile(r"新$")
_RATE_BOTH = re.compile(r"[率量额数][均都]$")  # 参保率〔均〕提高到: no word 率均


@dataclass(slots=True)
class Predicate:
    """What was read before a number; offsets are those of the paragraph."""

    subject_end: int
    measure: Measure | None = None  # None: a level, whose kind its head decides
    direction: Direction = ""
    negative: bool = False
    reference: tuple[int, int] | None = None
    role: Literal["", "from", "to"] = ""
    found: bool = True


def unit_class(quantity: Quantity) -> UnitClass:
    """Whether a quantity is a percentage, percentage points, a multiple, a rank or an amount."""
    if quantity.rank:
        return "rank"
    base = quantity.base_unit
    if base in _PERCENT_UNITS or quantity.kind == "fraction":
        return "percent"
    if base in ("个百分点", "个千分点", "个基点", "基点"):
        return "points"
    if base in ("倍", "番"):
        return "multiple"
    return "other"


class PredicateReader:
    """Reads predicates in one paragraph whose time expressions are masked."""

    def __init__(self, masked: str) -> None:
        self.masked = masked

    def before(self, left: int, quantity: Quantity) -> Predicate:
        end = quantity.outer_start
        text = self.masked[left:end]
        kind = unit_class(quantity)
        if quantity.rank:
            return self._rank(left, quantity)
        against = _AGAINST.search(text) if _COMPARED_BEHIND.match(self.masked, quantity.outer_end) else None
        if against is not None:  # 常住人口与2010年普查的72万人相比，增加…
            return Predicate(self.trim(left, left + against.start()))
        from_word = words.FROM_WORD.search(text)
        if from_word and not text.endswith("来", 0, from_word.start()):  # 来自89个国家 is no beginning
            predicate = self._predicate_at(left, left + from_word.start(), kind)
            if predicate.measure == "share":
                predicate.role = "from"
                return predicate
            return Predicate(self.trim(left, left + from_word.start()), role="from")
        return self._predicate_at(left, end, kind)

    def _predicate_at(self, left: int, end: int, kind: UnitClass) -> Predicate:
        text = self.masked[left:end]
        if kind == "percent":
            plan = words.OF_PLAN.search(text)
            if plan:
                span = (left + plan.start("reference"), left + plan.end("reference"))
                return Predicate(self.trim(left, left + plan.start()), "share", reference=span)
            share = words.SHARE_REACHED.search(text) or words.SHARE_VERB.search(text)
            if share:
                named = "near" if share.groupdict().get("near") else "reference"
                reference = (left + share.start(named), left + share.end(named))
                return Predicate(
                    self.trim(left, left + share.start()), "share",
                    reference=reference if share[named] else None
                )  # fmt: skip
        times = words.TIMES_OF.search(text) if kind == "multiple" else None
        if times:
            return Predicate(
                self.trim(left, left + times.start()), "multiple",
                reference=(left + times.start("reference"), left + times.end("reference")),
            )  # fmt: skip
        if kind in ("percent", "points"):
            contribution = words.CONTRIBUTION_VERB.search(text)
            leads_on = contribution and kind == "percent" and contribution["verb"] in ("带动", "推动")
            if contribution and leads_on and contribution["change"] and contribution["object"]:
                down = bool(contribution["down"])
                end_of_object = left + contribution.end("object")
                return Predicate(
                    self.trim(left, end_of_object), "growth", "down" if down else "up", down
                )  # 带动固定资产投资增长5.1%: what grows is the investment
            if contribution and (kind == "points" or contribution["change"]) and contribution["object"]:
                down = bool(contribution["down"])
                return Predicate(
                    self.trim(left, left + contribution.start()), "contribution",
                    "down" if down else "up", down,
                    (left + contribution.start("object"), left + contribution.end("object")),
                )  # fmt: skip
        lead = words.LEAD_OVER_GROWTH.search(text) if kind == "points" else None
        lead = lead or words.LEAD_VERB.search(text)
        if lead and (
            kind in ("percent", "points")
            or re.search(r"全[国省市]|平均|水平|同期|上年|去年", lead["reference"])
        ):
            down = bool(lead["down"])
            return Predicate(
                self.trim(left, left + lead.start()), "lead", "down" if down else "up", down,
                (left + lead.start("reference"), left + lead.end("reference")),
            )  # fmt: skip
        change = words.CHANGE_VERB.search(text)
        if change and not words.GROWTH_HEAD.search(text[: change.end()]):
            predicate = self._change(left, text, change, kind)
            if predicate is not None:
                return predicate
        if kind == "percent" and words.BARE_GROWTH.search(text):
            return Predicate(self.trim(left, end), "growth", "up")
        level = words.LEVEL_VERB.search(text)
        while level and len(level["verb"]) == 1 and not is_word(text[: level.end("verb")], level["verb"]):
            level = words.LEVEL_VERB.search(text, level.start() + 1)  # 预计达到 holds no verb 计
        if level and (len(level["verb"]) > 1 or is_word(text[: level.end("verb")], level["verb"])):
            return Predicate(self.trim(left, left + level.start()))
        return Predicate(self.trim(left, end), found=False)

    def _change(self, left: int, text: str, change: re.Match[str], kind: UnitClass) -> Predicate | None:
        verb_start = change.start()
        comparison = words.COMPARISON.search(text[:verb_start])
        if change["verb"] in _ONLY_COMPARED and not comparison:
            return None
        if len(change["verb"]) == 1 and _NEW_BEFORE.search(text[:verb_start]):
            return None
        opens = comparison and not text[: comparison.start()].strip(f"{words.TIME}，,、 其中：:")
        behind = _SUBJECT_BEHIND.fullmatch(comparison["reference"]) if comparison and opens else None
        if comparison and behind and words.ADVERBS.fullmatch(behind["what"]) is None:
            comparison = None  # 比上年〔产值〕增长14.9%
        direction: Literal["up", "down"] = "up" if change["up"] else "down"
        subject_end = left + (comparison.start() if comparison else verb_start)
        reference = (
            (left + comparison.start("reference"), left + comparison.end("reference")) if comparison else None
        )
        unmeasured = _FROM_UNMEASURED.search(self.masked[left:subject_end]) if change["to"] else None
        if unmeasured:  # 从一个月以上压缩到…
            subject_end = left + unmeasured.start()
        subject_end = subject_end if behind else self.trim(left, subject_end)
        if not comparison and behind is None:
            # 比上年同期实际增长: the comparison may stand before adverbs
            comparison = words.COMPARISON.search(self.masked[left:subject_end])
            if comparison:
                reference = (left + comparison.start("reference"), left + comparison.end("reference"))
                subject_end = self.trim(left, left + comparison.start())
        if change["to"]:
            return Predicate(subject_end, None, direction, role="to", reference=reference)
        down = direction == "down"
        if kind == "points":
            if reference and not _TIME_REFERENCE.search(self.masked[slice(*reference)]):
                return Predicate(subject_end, "lead", direction, down, reference)
            return Predicate(subject_end, "change", direction, down, reference)
        if kind == "percent":
            if (
                reference
                and not _TIME_REFERENCE.search(self.masked[slice(*reference)])
                and change["verb"] in _ONLY_COMPARED
            ):
                return Predicate(subject_end, "lead", direction, down, reference)
            return Predicate(subject_end, "growth", direction, down, reference)
        if kind == "multiple":
            return Predicate(subject_end, "multiple", direction, down, reference)
        return Predicate(subject_end, "change", direction, down, reference)

    def _rank(self, left: int, quantity: Quantity) -> Predicate:
        text = self.masked[left : quantity.start]
        match = _RANK_REFERENCE.search(text)
        if match is None:
            return Predicate(self.trim(left, quantity.start), "rank")
        reference = (
            (left + match.start("reference"), left + match.end("reference")) if match["reference"] else None
        )
        return Predicate(self.trim(left, left + match.start()), "rank", reference=reference)

    def trim(self, left: int, end: int) -> int:
        """Moves `end` to the left over adverbs, comparisons and time words."""
        while end > left:
            text = self.masked[left:end]
            match = words.ADVERBS.search(text) or words.COMPARISON.search(text) or words.SETTING.search(text)
            if match is not None:
                end = left + match.start()
            elif text[-1] in words.SHORT_ADVERBS and (is_word(text, text[-1]) or _RATE_BOTH.search(text)):
                end -= 1
            else:
                return end
        return end
