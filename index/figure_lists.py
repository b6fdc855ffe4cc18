"""The members of a list, each with what it shares with the others: 高技术制造业、装备制造业增加值."""

from __future__ import annotations

import re
from dataclasses import replace

import rjieba

from index import figure_subject_words as words_of
from index import figure_words as words
from index.figure_counted import counted_span
from index.figure_list_names import in_apposition, share_tail, shorter
from index.figure_named import Subject
from index.figure_naming import lookup
from index.figure_subject import SubjectReader
from index.figure_subject_words import HARD_STOP, PAREN, TRIM_END

_EACH = re.compile(r"(?:分别|各自?)(?:完成|实现|达到|淘汰|压减|新增|化解|退出)(?P<head>[^、和与及]{2,8})$")
_WITH_CLAUSE = re.compile(
    r"(?:以上|左右)?(?P<name>(?P<clause>[^，。；：、\d\ue000“”（）的]{3,16})的(?P<noun>[^，。；：、\d\ue000的]{2,10}?))"
    r"(?=[，。；、\n]|实施|实行|纳入|$)"
)
_MATTERS = re.compile(
    r"[\u4e00-\u9fff“”]{3,14}(?:和|与)?[\u4e00-\u9fff]{0,6}?事项(?=[，。；、（]|实现|纳入|均|已|全部|$)"
)
_SHARE_NAME = re.compile(r"(?P<part>.{2,}?)占(?P<whole>[^占]{2,16}?)的?(?P<head>比重|比例|份额)")
_ITEMS = ("事项", "项目", "标准", "措施", "任务")
_PER_UNIT = re.compile(r"(?:单位|万元)(?:国内|地区)?生产总值|单位工业增加值|万元工业增加值")

_EACH_HAS = re.compile(r"人均(?P<what>[\u4e00-\u9fff]{1,6})(?:占有量|拥有量|消费量)")
_MORE = re.compile(r"[、和与及]")


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
        if first is None and count > 1 and pieces[0][0] == begin and pieces[0][1] - begin <= 10:
            first = begin  # 电脑及其零部件、汽车
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
        return [self._share_or_name(name, *piece) for name, piece in zip(names, pieces, strict=True)]

    def _share_or_name(self, name: str, start: int, end: int) -> Subject:
        """第二产业占地区生产总值的比重, a member of a list: the share that the vocabulary knows."""
        told = _SHARE_NAME.fullmatch(name)
        if told is None:
            return self.from_name(name, start, end)
        shared = self.share_of(replace(self.from_name(told["part"]), start=-1), told["whole"])
        return replace(shared, start=start, end=end, head=told["head"], whole=told["whole"])

    def doing_what(self, start: int, limit: int, unit: str) -> Subject | None:
        """国务院部门…实施的〔审批事项〕, 受过高等教育的〔人才〕: a counted noun behind a clause of its own."""
        matters = _MATTERS.match(self.masked, start, limit) if unit == "项" else None
        if matters is not None:  # 职业资格许可和认定事项, 群众经常办理事项
            return self.from_name(self.text[slice(*matters.span())], *matters.span())
        found = _WITH_CLAUSE.match(self.masked, start, limit)
        if found is None or counted_span(self.masked, found.start("noun"), found.end("noun")) is None:
            return None
        tags = rjieba.tag(found["clause"])
        verbs = [index for index, (_, tag) in enumerate(tags) if tag[0] == "v"]
        if not verbs or (verbs[0] > 1 and not (unit == "项" and found["noun"].endswith(_ITEMS))):
            return None
        first = tags[0]
        if verbs[0] == 1 and first[1][0] == "n" and not found["noun"].endswith((*_ITEMS, "机构")):
            return None  # 17个省完成了…的改革
        return self.from_name(self.text[slice(*found.span("name"))], *found.span("name"))

    def among(self, part: str, whole: str) -> Subject | None:
        """网上零售额…，其中实物商品: 实物商品网上零售额, where the vocabulary knows the two words as one name."""
        known = lookup(self.vocabulary, part + whole) if len(part) > 1 and not part.endswith(whole) else None
        return Subject(known.name, known.id, -1, -1, known.rate) if known is not None else None

    def joined(self, domain: Subject, head: Subject) -> Subject:
        """制造业 … 增加值 as 制造业增加值; the span is that of the head."""
        name = words_of.NEW.sub("", domain.name)
        each = _EACH_HAS.fullmatch(name)
        if each is not None and "产" in head.name and not head.name.startswith("人均"):
            name = each["what"]  # 粮食按人口平均占有量超过…，总产量达到: what all of it is, not per head
            return self.from_name(name + head.name, head.start, head.end)
        alone = words.STANDS_ALONE.fullmatch(head.name) or words.STANDS_ALONE.fullmatch(
            self.text[head.start : head.end] if head.start >= 0 else head.name
        )
        if head.start >= 0 and words.MEASURE_HEAD.fullmatch(self.text[head.start : head.end]):
            head = replace(head, name=self.text[head.start : head.end])
        if head.name.startswith(("总产值", "产值", "产量", "总产量", "单产", "增加值")):
            name = re.sub("的?(?:生产和建设|生产)$", "", name)
        measured = (
            domain.rate
            or words.MEASURE_HEAD.search(name + "$")
            or name.endswith(("总额", "总值", "率", "数"))
        )
        said = self.text[domain.start : domain.end] if domain.start >= 0 else ""
        for form in (said, *shorter(name)):
            if _MORE.search(name.removeprefix(form)) and name.startswith(form):
                continue  # 交通运输和邮电通信建设: no 交通运输投资
            known = lookup(self.vocabulary, form + head.name) if len(form) > 1 else None
            same = head.name in ("总产量", "产量", "总产值", "产值")  # 粮食…，总产量
            if known is not None and (known.id != domain.id or same):
                return Subject(known.name, known.id, head.start, head.end, known.rate)
        if name.endswith(head.name):
            return self.from_name(name, head.start, head.end)
        if (measured or name.endswith(words.LIST_HEADS)) and (alone or domain.id is not None):
            return head
        for known_head in words.LIST_HEADS:
            if known_head in words_of.KEPT_HEADS:
                continue
            if name.endswith(known_head) and len(name) > len(known_head):
                name = name[: -len(known_head)]
                break
        return self.from_name(name + head.name, head.start, head.end)

    def whole(self, subject: Subject) -> Subject:
        """新增经营主体 as 经营主体, for a clause that goes on with 总量."""
        shorter = words_of.NEW.sub("", subject.name)
        return subject if shorter == subject.name else self.from_name(shorter, subject.start, subject.end)
