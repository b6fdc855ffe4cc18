"""Clauses and sentences without figures: what they speak of may be what the next one counts."""

from __future__ import annotations

import re

from index import figure_words as words
from index.figure_fuller import topic_of
from index.figure_left_out import says_nothing
from index.figure_named import Subject
from index.figure_said_before import SaidBefore

_NOT_FALLEN = re.compile(r"(?:不仅|不但|非但)?(?:没有|并未|未)(?:下降|减少|降低|下滑|回落|增加|增长)$")
_DRIVEN = re.compile(r"在[^，。；]{2,40}?(?:带动|推动|支撑|拉动|影响|作用)下.*$")
_PURPOSE = re.compile(r"(?:主要|重点|专门|专项|集中|全部)*用于")


class SilentClauses(SaidBefore):
    """Keeps what a clause without figures names."""

    def _read_silent_sentence(self, start: int, end: int) -> None:
        """A sentence without figures: what it speaks of may be what the next one counts."""
        mentions = [mention for mention in self.subjects.mentions if start <= mention.start < end]
        if mentions:
            self.spoken_of = self.subjects.from_name(mentions[-1].indicator.name)
        self._forget()
        self._sentence = start
        self._read_silent_clause(start, end)
        self.spoken_before = self.subject

    def _read_silent_clause(self, start: int, end: int) -> None:
        """A clause without figures may name what the next one counts: 制造业快速增长，增加值…."""
        text = self.masked[start:end].rstrip("，；：、。")
        if _PURPOSE.match(text) and self.subject is not None:
            return  # 拨出25亿元专项资金，用于支援这些地区的建设，比前五年增加22亿元
        self.silent = (start, start + len(text))
        again = self._named_again(start, end)
        if again is not None:  # 这个比重，1978年为…
            self.subject, self.domain, self.domain_counted = again, again, False
            return
        unmoved = _NOT_FALLEN.search(text)
        if unmoved is not None:  # 商品库存不但没有减少，还可能增加
            text = text[: unmoved.start()]
            self.silent = (start, start + len(text))
        driven = _DRIVEN.search(text)
        if driven is not None and driven.start() > 1:  # 国有企业在出口的带动下快速发展
            text = text[: driven.start()]
        self.topic = topic_of(text)
        self.theme = self.topic or self.theme
        whole = self.subjects.ending_at(start, self.predicates.trim(start, start + len(text)))
        if (
            whole is not None
            and whole.id is not None
            and (
                whole.end == start + len(text)
                or words.SETTING.fullmatch(
                    self.masked, whole.end, start + len(text)
                )  # 经济增长的调控目标，定为8%
            )
            and self._opens(start, whole)
        ):
            self.subject = self.domain = whole  # 人口自然增长率，四川省由…降到…
            self.domain_counted = False
            return
        basis = words.ON_BASIS_OF.match(text)
        if basis:  # 粮食总产量在上年增长的基础上，又增产291亿斤
            whole = self.subjects.ending_at(start, start + basis.end("what"))
            if whole is not None and not whole.generic:
                self.subject, self.domain, self.domain_counted = whole, whole, False
                return
        if words.CONDITION.match(text):
            return
        match = words.HOW_IT_GOES.search(text)
        if match is None:
            if whole is not None and not whole.generic and self._opens(start, whole):
                self.subject = self.domain = self._without_deed(whole)
                self.domain_counted = False
            return
        if match.start() > 0:
            subject = self.subjects.ending_at(start, self.predicates.trim(start, start + match.start()))
            if (
                subject is not None
                and not subject.generic
                and len(subject.name) > 1
                and not says_nothing(subject.name)
            ):
                self.domain, self.domain_counted = subject, False
                if subject.id is not None or self.subject is None:
                    self.subject = subject

    def _opens(self, start: int, subject: Subject) -> bool:
        return words.OPENING.fullmatch(self.masked, start, subject.start) is not None
