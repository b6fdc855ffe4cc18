"""The names of the figures of a paragraph, completed by what stands around them.

`ParagraphReader` walks through the clauses; what it has just read is kept here, so that a noun that says
little takes its verb, its predicate or the subject of the clause before.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from index import figure_words as words
from index.figure_clause_names import cut_directly, described, reached_share
from index.figure_fuller import PER_HEAD_ALONE, WEAK, of_topic, with_verb
from index.figure_left_out import (
    named_again,
    of_the_economy,
    only_points_back,
    says_nothing,
    setting_behind,
    where_named,
)
from index.figure_lists import ListReader
from index.figure_money import paid, with_purpose
from index.figure_named import Subject
from index.figure_naming import (
    beyond_budget,
    covered_by,
    group_of,
    grown,
    helped,
    insured_in,
    next_product,
    of_foreign_money,
    output_of,
    part_of,
    plain_words,
    pupils_of,
    reached,
    relieved,
    verb_before,
    which_tax,
    whose_money,
    widened,
    with_predicate,
    withdrawn,
)
from index.figure_predicate import Predicate, PredicateReader, unit_class
from index.figure_reading import Reading, end_of_clause, mask_times
from index.figure_scan import Quantity, find_quantities
from index.figure_together import shared_predicate, tried_in

if TYPE_CHECKING:
    from index.periods import PeriodMention
    from index.vocabulary import Vocabulary

_ONLY_BETWEEN = re.compile(r"各|均|都|在|达|达到|为|总额|超过|约|近")
_BUILT = re.compile(r"(?:城镇|农村|城乡|城市|乡村|全国)?(?:新建|新修|新辟|新开|新设|改建|扩建)$")
_DONE_TO = re.compile(r"(?:得到|实现|完成|进行)(?P<verb>[\u4e00-\u9fff]{2})的(?P<what>[^的]+)")
_HIRED = re.compile(r"(?P<verb>新?引进|引育|培养|培育|吸引|集聚)(?:了|各类|各种|高端)*$")
_PAYER = re.compile(r"(?:中央|地方|各级|省级|市级|国家)财政")
_FUND = re.compile(r"(?:专项)?(?:补助|补贴|奖补|扶持|专项)资金")
_TURNED = re.compile(r"转为|变为|转成|覆盖|惠及")
_MATERIALS = frozenset(("煤", "标准煤", "标煤", "油", "粮食", "水"))
_MOVED = frozenset(("转移", "安置", "培训", "资助", "救助", "帮扶", "扶持"))
_FROM_OPENING = re.compile(r"(?:分别)?[由从]")
_FIELD = re.compile(r"(?:地区|区域|省份|领域|方面|行业|部门|城市|农村)$")


class NamesInContext:
    """What has been read of one paragraph, and names made fuller by it."""

    def __init__(
        self, text: str, vocabulary: Vocabulary, periods: list[PeriodMention], regions: list[tuple[int, int]]
    ) -> None:
        self.text = text
        self.masked = mask_times(text, periods)
        self.predicates = PredicateReader(self.masked)
        self.subjects = ListReader(text, self.masked, vocabulary, regions)
        self.quantities = find_quantities(text)
        self.readings: list[Reading] = []
        self.spoken_of: Subject | None = None  # in an earlier sentence
        self.spoken_before: Subject | None = None  # in the sentence right before, if it had no figure
        self.theme_before = ""  # of the sentence before
        self._sentence = 0  # where the sentence starts
        self._forget()

    def _forget(self) -> None:
        self.subject: Subject | None = None  # what the last figure measured
        self.domain_counted = False  # whether it had a figure of its own
        self.domain: Subject | None = None  # what the last clause spoke of: 制造业
        self.listed: list[Subject] = []  # the subjects of the last 分别-list
        self.recent: list[Subject] = []  # the subjects of the sentence so far
        self.queue: list[Subject] = []  # of these, the ones whose figure is still to come
        self.pending_from: Reading | None = None
        self.whole: Subject | None = None  # what 其中 told a part of
        self.silent: tuple[int, int] | None = None  # the clause before, if it had no figure
        self.modified: Subject | None = (
            None  # what the last figure only describes: 投资在五亿元以上的〔项目〕
        )
        self.counting: str | None = None  # the verb of a list of counted things: 新开放
        self.topic = self.theme = ""  # what the clause before without figures was about, or one earlier

    def _with_context(
        self, subject: Subject | None, left: int, predicate: Predicate, first: Quantity
    ) -> Subject | None:
        """The subject with the verb right before it, or with what the clause before was about."""
        if subject is None:
            fresh = self.subject is None or (self.silent is not None and self.subject.end <= self.silent[0])
            said = None
            if predicate.measure is None and not predicate.role and unit_class(first) == "other":
                said = plain_words(self.masked[left : predicate.subject_end])
                after = self.recent[-1].name if self.recent else ""
                said = said or next_product(after, self.masked[left : predicate.subject_end], first.base_unit)
            if said is not None or not predicate.found:
                return self.subjects.from_name(said) if said else None
            counts = predicate.measure == "change" and unit_class(first) == "other"
            if (
                counts
                and first.base_unit != "元"
                and self.subjects.starting_at(first.outer_end, first.outer_end + 30)
            ):
                return None  # 实行绩效工资制度，提高1200万〔教师待遇〕
            return self._topic_subject() if fresh and predicate.found else None
        if self.subject is not None and subject.start >= 0 and self.masked[left : left + 1] == "、":
            same = self.subjects.of_the_same(self.subject.name, self.text[subject.start : subject.end])
            if same is not None:
                return self.subjects.from_name(same, subject.start, subject.end)
        if (
            subject.id is not None
            and first.base_unit == "人"
            and "人口" in self.text[subject.start : subject.end]
        ):
            moved = self.text[max(left, subject.start - 2) : subject.start]
            if moved in _MOVED:  # 五年转移农村人口8463万人: not how many live there
                said = moved + self.text[subject.start : subject.end]
                return Subject(said, None, subject.start - 2, subject.end)
        if subject.id is not None and self.text[subject.start : subject.end] in ("人才", "各类人才"):
            hired = _HIRED.search(self.text, max(left, subject.start - 6), subject.start)
            if hired is not None:  # 引进各类人才1.28万人: not all there are
                return Subject(f"{hired['verb']}人才", None, subject.start, subject.end)
        taken = self._withdrawn(subject, first) if subject.start >= 0 else None
        if taken is not None:
            return taken
        if subject.id is not None or subject.start < 0:
            return subject
        told = self.text[self._sentence : subject.start]
        kept = self.recent[-1].name if self.recent else ""
        if subject.name in ("存栏", "出栏") and re.search(r".(?:存栏|出栏)", kept):  # 生猪出栏…，年末存栏…
            herd = re.split("存栏|出栏", kept)[0] + subject.name
            return self.subjects.from_name(herd, subject.start, subject.end)
        owner = self.recent[0].name if self.recent else ""
        if subject.name in ("亏损", "盈利") and owner.endswith(("企业", "厂", "公司", "农场")):
            return Subject(owner + subject.name, None, subject.start, subject.end)
        more = whose_money(subject.name, self.text[left : subject.start])
        more = more or beyond_budget(subject.name, self.text[subject.end : first.outer_start])
        if more is not None:
            return Subject(more, None, subject.start, subject.end)
        insured = insured_in(subject.name, told)
        if insured is not None:
            return self.subjects.from_name(insured, subject.start, subject.end)
        other = grown(self.text[left : subject.start]) or of_foreign_money(subject.name, told)
        if other is not None:
            return self.subjects.from_name(other, subject.start, subject.end)
        made = output_of(subject.name, told, first.base_unit)
        product = self.subjects.from_name(made, subject.start, subject.end) if made else subject
        if (
            product.id is not None
            or product.name.endswith("生产能力")
            or self._another_product(made, subject)
        ):
            return product
        funds = (
            with_purpose(subject.name, self.text[first.outer_end :][:60]) if first.base_unit == "元" else None
        )
        theme = self.theme or (self.theme_before if _FUND.fullmatch(subject.name) else "")
        if (
            theme
            and not self.recent
            and funds is None
            and "为此" not in told
            and WEAK.fullmatch(subject.name)
        ):
            payer = "" if self.theme else _PAYER.search(told)
            named = of_topic(theme, subject.name)
            return self.subjects.from_name(payer[0] + named if payer else named, subject.start, subject.end)
        built = _BUILT.search(self.masked, left, subject.start)
        if predicate.found and built is not None and not subject.generic and unit_class(first) == "other":
            return self.subjects.from_name(built[0] + subject.name, subject.start, subject.end)
        if (
            subject.generic
            or predicate.found
            or unit_class(first) != "other"
            or subject.end < predicate.subject_end
        ):
            return subject
        verb = with_verb(self.masked, left, subject.start)
        return self.subjects.from_name(verb + subject.name, subject.start, subject.end) if verb else subject

    def _withdrawn(self, subject: Subject, first: Quantity) -> Subject | None:
        """淘汰落后炼铁产能…、水泥2.3亿吨: what is taken away is no output."""
        begin = max(self.masked.rfind(mark, 0, subject.start) for mark in "，。；：\n") + 1
        name = withdrawn(
            self.text[subject.start : subject.end], self.text[begin : subject.start], first.base_unit
        )
        return self.subjects.from_name(name, subject.start, subject.end) if name else None

    def _another_product(self, made: str | None, subject: Subject) -> bool:
        """棉纱产量286.5万吨…；纸520万吨: the next of a list of products."""
        return (
            made is not None
            and len(subject.name) <= 4
            and bool(self.recent)
            and self.recent[-1].name.endswith("产量")
            and self.masked[subject.start - 1 : subject.start] in tuple("；，、")
        )

    def _topic_subject(self) -> Subject | None:
        return self.subjects.from_name(self.topic) if self.topic else None

    def _own_subject(self, left: int, predicate: Predicate, attached: bool) -> Subject | None:
        if predicate.subject_end <= left:
            return None
        own = self.subjects.ending_at(left, predicate.subject_end)
        if own is not None and self.subject is not None and only_points_back(self.masked[left : own.end]):
            return None  # 收入每年递增6%，这个速度高于…: of what was just told
        return None if own is not None and own.id is None and says_nothing(own.name) else own

    def _named_again(self, start: int, end: int) -> Subject | None:
        """这个比重: what an earlier sentence called so in full, if this one has no subject yet."""
        head = named_again(self.masked[start:end]) if self.subject is None else None
        span = where_named(self.masked, head, self._sentence) if head is not None else None
        return self.subjects.ending_at(*span) if span is not None else None

    def _left_out(self, left: int, first: Quantity, last: Quantity, predicate: Predicate) -> Subject | None:
        """The subject of a clause that has none: the clause before, or the last of an earlier sentence."""
        again = self._named_again(left, first.start)
        if again is not None:
            return again
        if of_the_economy(self.text[left : first.start], self.text[last.outer_end :][:12]):
            return self.subjects.from_name("经济增长速度")
        if self.silent is not None and not words.CONDITION.match(self.masked, self.silent[0]):
            whole = self._of_silent(*self.silent)
            if whole is not None:
                return whole
        if setting_behind(self.text[last.outer_end :][:12]):
            return None  # 在连续两年增长13%的基础上: of other years than what the sentence goes on with
        if self.topic and predicate.found:
            return self._topic_subject()
        if not predicate.found and not predicate.role:
            return None
        before = self.readings[-1] if self.readings else None
        if before is not None and _FROM_OPENING.match(self.masked, self._sentence, first.start):
            return before.subject  # 生产总值翻一番。由681亿元增至1402亿元
        if before is not None and before.sentence_end >= self._sentence - 1:
            same = before.quantity.base_unit == first.base_unit
            return (
                before.subject
                if same or (predicate.measure == "growth" and before.measure == "growth")
                else None
            )
        known = self.spoken_before is not None and self.spoken_before.id is not None
        return self.spoken_before if known else self.subjects.from_name(self.theme) if self.theme else None

    def _of_silent(self, start: int, end: int) -> Subject | None:
        """What a clause without figures is about, if it is a name or says what something is."""
        is_what = self.masked.find("是", start, end)
        stop = is_what if is_what > start + 1 else end
        whole = self.subjects.ending_at(start, self.predicates.trim(start, stop))
        if whole is not None and whole.start >= 0 and whole.id is None:
            goes = words.HOW_IT_GOES.search(self.masked, whole.start + 2, whole.end)
            shorter = self.subjects.ending_at(start, goes.start()) if goes else None
            if shorter is not None and not shorter.generic and len(shorter.name) > 2:
                return shorter  # 确保主要行业税负〔明显降低〕
        if whole is None or whole.generic or says_nothing(whole.name):
            return None
        return whole if whole.end == stop or whole.head else None

    def _part_or_pupils(self, subject: Subject | None, end: int) -> Subject | None:
        """发明专利 behind 专利授权…，其中; 在校学生 of the schools that the sentence spoke of."""
        if subject is None or subject.start < 0:
            return subject
        sentence = max(self.masked.rfind(mark, 0, subject.start) for mark in "。！？\n") + 1
        words_of = self.text[subject.start : subject.end]
        pupils = pupils_of(self.text[sentence : subject.start], words_of)
        if pupils is not None:
            return self.subjects.from_name(pupils, subject.start, subject.end)
        if self.subject is not None and subject.id is None:
            for name in group_of(words_of, self.subject.name):
                joined = self.subjects.from_name(name, subject.start, subject.end)
                town = self.subject.name.startswith(("城", "农村", "乡村", "居民消费价格"))
                if joined.id is not None or town:
                    return joined
        if self.subject is None and self.spoken_of is not None and words_of in ("城市", "农村", "城镇"):
            prices = self.spoken_of.name
            if prices.startswith("居民消费价格") and "其中" in self.text[sentence : subject.start]:
                return self.subjects.from_name(f"{words_of}{prices}", subject.start, subject.end)
        within = self.masked[max(0, subject.start - 3) : subject.start].rstrip("，：:").endswith("其中")
        if within and self.subject is not None and self.subject.id is not None:
            whole = part_of(words_of, self.subject.name)
            part = self.subjects.from_name(whole, subject.start, subject.end) if whole else subject
            return part if part.id is not None else subject
        return subject

    def _counted_fully(
        self, behind: Subject, subject: Subject | None, left: int, group: list[Quantity], right: int
    ) -> Subject:
        """What is counted with the verb before it or the predicate behind it."""
        before = self.masked[left : group[0].outer_start]
        if behind.id is not None and behind.start >= 0 and group[-1].base_unit not in ("元", "美元"):
            who = reached(self.text[behind.start : behind.end], before, self.topic)
            return self.subjects.from_name(who) if who else self._some_of(behind, right)
        if behind.id is not None or behind.start < 0:
            return behind
        if group[-1].base_unit in ("元", "美元"):
            if group[-1].qualifier in ("以上", "以下") and behind.start == group[-1].outer_end:
                return Subject(self.text[group[-1].start : behind.end], None, behind.start, behind.end)
            use = paid(behind.name, before, self.text[behind.end : behind.end + 60])
            return self.subjects.from_name(use, behind.start, behind.end) if use else behind
        last = self.recent[-1].name if self.recent else ""
        if len(behind.name) == 1 and last.endswith(behind.name) and len(last) > 1:
            behind = replace(behind, name=last)  # 410个攻坚县已有317个〔县〕…
        told = (
            before.endswith("的") and "的" in behind.name
        )  # 已开工的57个项目: the name has its clause already
        if before.strip("、和与及以 ") and not told:
            self.counting = verb_before(before)
        insured = insured_in(behind.name, self.text[self._sentence : group[0].start])
        name = (
            insured
            or reached(behind.name, before, self.topic)
            or relieved(before, self.text[group[-1].outer_end :][:40], group[0].base_unit)
        )
        stop = end_of_clause(self.masked, behind.end, aside=True)
        if name is None and right >= end_of_clause(self.masked, behind.end):
            name = with_predicate(behind.name, self.text[behind.end : right])
            name = (name and covered_by(name, self.text[self._sentence : behind.start])) or name
        if name is None and group[0].base_unit in ("", "个", "家", "户", "所", "名"):
            name = shared_predicate(behind.name, self.text[behind.end : stop])
            name = name or tried_in(behind.name, before, self.text[behind.end : stop + 1])
        if told and name is None:
            return behind
        if name is None and group[0].base_unit in ("名", "人", "户", "位", "") and "的" in behind.name:
            beside = subject is not None and subject.end == group[0].outer_start and not subject.generic
            name = helped(behind.name, before, subject.name if beside and subject is not None else "")
        if name is None and self.counting is not None:
            name = f"{self.counting}的{behind.name}"
        elif (
            name is None
            and subject is not None
            and subject.end == group[0].outer_start
            and group[0].base_unit in ("名", "人", "户", "位")
            and not subject.generic
        ):
            name = subject.name + behind.name
        if name is None:
            return behind
        done = _DONE_TO.fullmatch(name)  # 得到改造的农村危房
        for form in (done["what"] + done["verb"], done["verb"] + done["what"]) if done else ():
            known = self.subjects.from_name(form, behind.start, behind.end)
            if known.id is not None:
                return known
        full = self.subjects.from_name(name, behind.start, behind.end)
        return full if full.id is None or full.name != behind.name else behind

    def _some_of(self, known: Subject, right: int) -> Subject:
        """116户国有企业实施政策性关闭破产: these are not all 国有企业, and have a name of their own."""
        said = self.text[known.start : known.end]
        whole = right >= end_of_clause(self.masked, known.end)
        name = with_predicate(said, self.text[known.end : right]) if whole else None
        return self.subjects.from_name(name, known.start, known.end) if name else known

    def _with_modifier(self, left: int, subject: Subject | None) -> Subject | None:
        """过亿元企业达70家: a number right before a noun belongs to its name."""
        if subject is None or subject.start != left or not self.readings or subject.generic:
            return subject
        before = self.readings[-1]
        quantity = before.quantity
        if (
            quantity.outer_end != left
            or unit_class(quantity) in ("points", "rank")
            or self.masked[left : left + 1] == "的"
        ):
            return subject
        start = quantity.outer_start
        own = self.subjects.ending_at(before.scope_start, start)
        if own is not None and own.start >= 0:
            start = own.start
        if words.CHANGE_VERB.search(self.masked, start, quantity.outer_start) or _TURNED.match(subject.name):
            return subject  # 参保人数增加1.4亿、覆盖10.5亿人; 亏损9000万元转为盈利3亿元
        name = self.text[start : subject.end]
        return Subject(name, None, start, subject.end)

    def _of_size(self, subject: Subject, noun: Subject | None) -> Subject | None:
        """投资在五亿元以上的〔项目〕: the size belongs to the name of what is counted next."""
        if noun is None or subject.start < 0 or noun.start < subject.end or noun.id is not None:
            return noun
        name = self.text[subject.start : noun.end]
        return replace(noun, name=name) if len(name) <= 30 else noun

    def _counted_behind(
        self, last: Quantity, right: int, subject: Subject | None, predicate: Predicate, left: int
    ) -> Subject | None:
        """A noun right behind the number is what is counted: 取消416项〔审批事项〕, 85%以上的〔企业〕."""
        if last.rank or predicate.measure in ("lead", "contribution"):
            return None
        start = last.outer_end
        before = self.masked[left : last.outer_start]
        if unit_class(last) == "percent" and predicate.measure == "growth" and cut_directly(before):
            behind = self.subjects.starting_at(start, right)
            vague = subject is None or (subject.id is None and subject.end + 4 > last.outer_start)
            if behind is not None and vague and self.masked[start : start + 1] != "的":
                return behind  # 减少1/3行政审批事项
        if not predicate.found and unit_class(last) == "other" and before.endswith("的"):
            behind = self.subjects.starting_at(start, right)
            name = described(before, self.text[behind.start : behind.end], last.base_unit) if behind else None
            if behind is not None and behind.id is None and name is not None:
                return self.subjects.from_name(name, behind.start, behind.end)
        verb_first = subject is None and unit_class(last) == "other" and predicate.subject_end <= left
        de = self.masked[start : start + 1] == "的"
        cut = (
            de
            and subject is None
            and predicate.measure == "growth"
            and not setting_behind(self.text[start:][:12])
        )
        if (
            predicate.measure not in (None, "share")
            and not (predicate.measure == "change" and verb_first)
            and not cut
        ):
            return None
        most = (
            unit_class(last) == "percent" and subject is None
        )  # 80%以上村卫生室, 一半人口, 在60%政府举办的机构
        most = most and (
            last.qualifier == "以上"
            or last.kind == "fraction"
            or self.masked[last.outer_start - 1 :][:1] in tuple("在有")
        )
        if unit_class(last) == "percent" and subject is not None and not subject.generic:
            place = self.subjects.starting_at(start, right)
            reach = place and reached_share(
                subject.name, before, place.name, self.text[place.end :][:6]
            )  # 基本药物制度在30%的医疗机构实施
            if place is not None and reach and widened(subject.name, place.name) is None:
                return self.subjects.from_name(reach)
        if unit_class(last) in ("percent", "points", "multiple") and (
            (not de and not most) or (predicate.measure == "share" and subject is not None)
        ):
            return None
        if de and subject is not None and unit_class(last) == "other" and not subject.generic:
            gap = self.masked[subject.end : last.outer_start] if subject.start >= 0 else "…"
            bound = gap == "" and last.qualifier in ("以上", "以下")  # 综合能耗5万吨以上的企业
            if (bound or _ONLY_BETWEEN.fullmatch(gap)) and len(subject.name) > 1:
                self.modified = self._of_size(subject, self.subjects.starting_at(start, right))
                return None  # 年炼铁和炼钢各300万吨的二期工程, 投资在五亿元以上的项目
        behind = self.subjects.doing_what(start, right, last.base_unit) or self.subjects.starting_at(
            start, right
        )
        if predicate.role and behind is not None and behind.name in _MATERIALS and subject is None:
            return None  # 综合能耗由2.51吨煤降到2.28吨煤: part of the unit
        if behind is None or (subject is None and words.GROWTH_HEAD.fullmatch(behind.name)):
            return None  # 保持百分之八的增长率
        if subject is not None and PER_HEAD_ALONE.fullmatch(subject.name) and behind.start >= 0:
            said = self.text[behind.start : behind.end]
            return self.subjects.from_name(f"人均{said}", behind.start, behind.end)  # 人均一亩半耕地
        if subject is not None and subject.generic:
            return self.subjects.from_name(behind.name + subject.name, behind.start, behind.end)
        if subject is not None and subject.id is not None:
            return None
        reaches = "覆盖" in self.masked[left : last.outer_start]
        wide = widened(subject.name, behind.name) if subject and predicate.found and not reaches else None
        if wide is not None:
            return Subject(wide, None, behind.start, behind.end)
        if reaches and subject is not None:
            return behind
        if subject is not None and de and unit_class(last) == "percent":
            if words.RATE_HEAD.search(behind.name) or _FIELD.search(subject.name):
                name = subject.name + behind.name
                name = which_tax(name, self.text[self._sentence : last.start]) or name
                return self.subjects.from_name(name, behind.start, behind.end)
            return None
        return behind
