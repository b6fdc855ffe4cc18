"""The members of a list, each with what it shares with the others: 高技术制造业、装备制造业增加值."""

from __future__ import annotations

import re

from index.figure_naming import in_apposition, lookup, share_tail
from index.figure_subject import HARD_STOP, PAREN, TRIM_END, Subject, SubjectReader

_EACH = re.compile(r"(?:分别|各自?)(?:完成|实现|达到|淘汰|压减|新增|化解|退出)(?P<head>[^、和与及]{2,8})$")
_PER_UNIT = re.compile(r"(?:单位|万元)(?:国内|地区)?生产总值|单位工业增加值|万元工业增加值")


class ListReader(SubjectReader):
    """Finds single subjects, and the subjects that a list names."""

    def _pieces(self, separator: str, begin: int, end: int) -> list[tuple[int, int]]:
        pieces: list[tuple[int, int]] = []
        position = begin
        for match in re.finditer(separator, self.masked[begin:end]):
            pieces.append((position, begin + match.start()))
            position = begin + match.end()
        pieces.append((position, end))
        return [piece for piece in pieces if piece[0] < piece[1]]

    def of_the_same(self, first: str, name: str) -> str | None:
        """二氧化碳排放 behind 单位国内生产总值能耗和: of a unit of output too, where such a term is known."""
        unit = _PER_UNIT.match(first)
        return unit[0] + name if unit and lookup(self.vocabulary, unit[0] + name) else None

    def items(self, start: int, end: int, count: int) -> list[Subject] | None:
        """`count` subjects named in a list that ends at `end`: 高技术制造业、装备制造业增加值."""
        end = start + len(TRIM_END.sub("", self.masked[start:end]))
        paren = PAREN.search(self.masked, start, end)
        end = paren.start() if paren else end
        stops = [match.end() for match in HARD_STOP.finditer(self.masked, start, end)]
        begin = stops[-1] if stops else start
        each = _EACH.search(self.masked, begin, end)
        head = self.text[slice(*each.span("head"))] if each else ""
        end = each.start() if each else end
        pieces = self._pieces(r"、", begin, end)
        if len(pieces) != count:  # A和B、C和D分别增长x、y
            pieces = self._pieces(r"、|以及|和|与|及", begin, end)
        if len(pieces) < count:
            return None
        pieces = pieces[-count:]
        first = self._noun_phrase(*pieces[0])
        if first is None and self.masked[pieces[0][1] - 1 : pieces[0][1]] in tuple("一二三四"):
            first = pieces[0][1] - 1  # 一、二、三产业
        if first is None:
            return None
        pieces[0] = (first, pieces[0][1])
        pieces[0] = (self._after_region(*pieces[0]), pieces[0][1])
        names = [self.text[a:b] for a, b in pieces]
        tailed = share_tail(in_apposition(names))
        names = [
            name
            if lookup(self.vocabulary, name) is not None
            and lookup(self.vocabulary, full) is None
            and lookup(self.vocabulary, tailed[-1]) is not None
            else full
            for name, full in zip(names, tailed, strict=True)
        ]
        names = [name + head for name in names]
        for index, (a, b) in enumerate(pieces):
            names[index] = self.of_the_same(names[0], self.text[a:b]) or names[index]
        return [self.from_name(name, *piece) for name, piece in zip(names, pieces, strict=True)]
