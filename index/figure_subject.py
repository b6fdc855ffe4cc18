"""What a figure measures: the noun phrase that names it, in standard terms where the vocabulary knows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import rjieba

from index import figure_subject_words as words_of
from index import figure_words as words
from index.figure_clause_names import used_for
from index.figure_counted import counted_span
from index.figure_fuller import PER_HEAD_ALONE, PURPOSES, fuller_start, list_start
from index.figure_named import Subject
from index.figure_naming import lookup, lookup_widely
from index.figure_shares import contribution, share_of
from index.figure_trade import is_flow, partner_before
from index.figure_weak_names import owner_before

if TYPE_CHECKING:
    from index.vocabulary import IndicatorMention, Vocabulary


@lru_cache(maxsize=20_000)
def _tags(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(rjieba.tag(text))


class SubjectReader:
    """Finds subjects in one paragraph. `masked` is the paragraph with time expressions masked."""

    def __init__(
        self, text: str, masked: str, vocabulary: Vocabulary, regions: Sequence[tuple[int, int]] = ()
    ) -> None:
        self.text = text
        self.masked = masked
        self.regions = dict(regions)
        self.vocabulary = vocabulary
        self.mentions: Sequence[IndicatorMention] = vocabulary.find(text)

    # ---------------------------------------------------------------- a phrase that ends at `end`

    def ending_at(self, start: int, end: int) -> Subject | None:
        """The subject whose words end at `end`, not reaching back over `start`."""
        end = start + len(words_of.TRIM_END.sub("", self.masked[start:end]))
        if end <= start:
            return None
        paren = words_of.PAREN.search(self.masked, start, end)
        if paren and paren.start() > start:
            abbreviated = self._mention_ending(start, end)  # 采购经理指数（PMI）
            if abbreviated is not None and abbreviated.end == end:
                indicator = abbreviated.indicator
                return Subject(indicator.name, indicator.id, abbreviated.start, end, indicator.rate)
            end = paren.start()
        stops = [match.end() for match in words_of.HARD_STOP.finditer(self.masked, start, end)]
        begin = stops[-1] if stops else start
        if begin >= end:
            return None
        letters = words_of.LETTERS_INSIDE.search(self.masked, start, begin)
        if letters:  # 研究与试验发展（R&D）经费支出
            for skipped in range(len(letters[1]) - 1):  # 重点地区细颗粒物（PM2.5）平均浓度
                known = lookup_widely(self.vocabulary, letters[1][skipped:] + self.text[begin:end])
                if known is not None:
                    return Subject(known.name, known.id, letters.start(), end, known.rate)
        share = words_of.SHARE_OF.search(self.masked, begin, end)
        if share and share.end() == end and share.start("of") > begin:
            part = self.ending_at(begin, share.start("of"))
            if part is not None:
                if share["ratio"]:
                    return self._ratio(part, end)
                if share["own"]:
                    return replace(part, head=share["own"])
                whole = self.text[slice(*share.span("whole"))].strip("的")
                return replace(self.share_of(part, whole), head=share["head"], whole=whole)
        lifts = words_of.CONTRIBUTES.search(self.masked, begin, end)
        if lifts is not None and lifts.end() == end:
            return contribution(self.vocabulary, lifts)
        mention = self._mention_ending(begin, end)
        purpose = used_for(self.masked[begin:end])
        if purpose is not None and (mention is None or mention.start > end - len(purpose) + 4):
            return self.from_name(self.text[end - len(purpose) : end], end - len(purpose), end)
        project = words_of.PROJECT.search(self.masked, begin, end) if mention is None else None
        phrase = project.start() if project else self._noun_phrase(begin, end)
        if phrase is not None and words_of.HOW_MUCH.fullmatch(self.masked, phrase, end):
            verb = words_of.TRAILING_CHANGE.search(self.masked, begin, phrase)
            grown = self.ending_at(begin, verb.start()) if verb and verb.start() > begin else None
            if verb is not None and grown is not None:  # 工作人员总数减少幅度
                return replace(grown, head=self.text[verb.start() : end])
        if mention is not None:
            first = min(phrase, mention.start) if phrase is not None else mention.start
            sized = words_of.class_start(self.masked, begin, mention.start)
            if sized < mention.start and not mention.text.startswith("亿元"):
                return replace(self.from_name(self.text[sized:end]), start=sized, end=end)
            if not self._begins_a_word(mention.start):
                return self.named(phrase if phrase is not None else mention.start, end)
            before = words.REGION_PREFIX.sub("", self.masked[first : mention.start])
            before = words_of.TRIM_START.sub("", before)
            owned = self._partnered(start, mention) or self._owned(start, mention)
            if owned is not None:
                return owned
            if not before or not words_of.modifies(before):
                head = self.masked[mention.end : end]
                told = None if mention.indicator.rate else words.GROWTH_HEAD.search(mention.text)
                head = head or (told[0] if told else "")
                return Subject(
                    mention.indicator.name, mention.indicator.id, mention.start, mention.end,
                    rate=mention.indicator.rate, head=head,
                )  # fmt: skip
        owned = self._owned_head(start, phrase, end) if phrase is not None else None
        if owned is not None:
            return owned
        if phrase is None:
            verb = words_of.TRAILING_CHANGE.search(self.masked, begin, end)
            if verb is None or verb.start() == begin:
                return None
            planned = words_of.PLANNED.search(self.masked, begin, verb.start())
            growing = self.ending_at(begin, planned.start() if planned else verb.start())
            if growing is None:
                return None
            if growing.name in ("经济", "国民经济"):
                growing = self.from_name("经济增长速度", growing.start, growing.end)
            return replace(growing, head="增长速度")
        return self._related(begin, phrase, end) or self._fully_named(begin, phrase, end)

    def _fully_named(self, begin: int, phrase: int, end: int) -> Subject | None:
        """取消和调整的审批项目, 按人口平均的纯收入: with the words before that belong to the name."""
        each = words_of.PER_HEAD.search(self.masked, begin, end)
        if each is not None and begin < each.start() < phrase + 4:
            phrase = min(self._noun_phrase(begin, each.start()) or each.start(), phrase)
        subject = self.named(phrase, end)
        if subject is None or subject.id is not None or subject.generic or subject.start < 0:
            return subject
        if (first := words_of.class_start(self.masked, begin, subject.start)) < subject.start:
            return replace(subject, name=self.text[first:end], start=first)  # 进出口过亿元〔企业〕
        first = fuller_start(self.masked, begin, subject.start)
        for mention in self.mentions:
            if mention.end == subject.start == first and mention.start >= begin:  # 专项〔转移支付〕项目
                first = self._noun_phrase(begin, mention.start) or mention.start
        if first == subject.start:
            first = list_start(self.masked, begin, subject.start, subject.name)
        if first == subject.start:
            return subject
        fuller = self.named(first, end)
        return (
            fuller if fuller is not None and not fuller.generic and fuller.head == subject.head else subject
        )

    def _related(self, begin: int, start: int, end: int) -> Subject | None:
        """同我国建交的国家, 财政用于民生的比例: a noun with the clause before it."""
        phrase = self.masked[start:end]
        before = self.masked[begin:start]
        if (phrase in words_of.PLACES or phrase.startswith("国家总")) and before.endswith("的"):
            clause = words_of.TO_US.sub("", before[:-1])
            if 2 <= len(clause) <= 12 and words.TIME not in clause:
                return Subject(f"{clause}的{phrase.removesuffix('总数')}", None, start, end)
        spent = words_of.SPENT_ON.search(before)
        if spent and "的" in phrase and lookup(self.vocabulary, phrase) is None:
            return self.from_name(self.text[begin + spent.start() : end], begin + spent.start(), end)
        return None

    def share_of(self, part: Subject, whole: str) -> Subject:
        """服务业 and 国内生产总值 as 服务业比重, where the vocabulary knows such a share."""
        base = self.text[part.start : part.end] if part.start >= 0 else part.name
        return share_of(self.vocabulary, base, part, whole)

    def _ratio(self, part: Subject, end: int) -> Subject:
        """研发经费支出与国内生产总值之比: a rate under its whole name."""
        if part.start < 0:
            return part
        whole = self.named(part.start, end)
        if whole is None:
            return part
        if whole.id is None:
            whole = self.from_name(words_of.GDP.sub("国内生产总值", whole.name), whole.start, whole.end)
        return replace(whole, rate=True)

    def named(self, start: int, end: int) -> Subject | None:
        """The subject that the words `text[start:end]` name."""
        trimmed = words_of.TRIM_START.match(self.masked, start, end)
        if trimmed:
            start = trimmed.end()
        end = start + len(words_of.TRIM_END.sub("", self.masked[start:end]))
        if end <= start:
            return None
        name = self.text[start:end]
        if words_of.STARTS_WITH_CHANGE.match(name) and lookup(self.vocabulary, name) is None:
            return None
        if words.GENERIC_HEAD.fullmatch(name):
            return Subject(name, None, start, end, head=name, generic=True)
        within = words_of.WITHIN_INDUSTRY.match(self.masked, start, end)
        start = within.end() if within else start
        name = self.text[start:end]
        if name.count("”") > name.count("“"):
            opening = self.masked.rfind("“", max(0, start - 24), start)
            if opening >= 0:
                start = opening
        elif name.count("“") > name.count("”"):
            start += name.rindex("“") + 1
        start = self._after_region(start, end)
        name = self.text[start:end]
        if PER_HEAD_ALONE.fullmatch(name):  # 全国平均每人
            return Subject(name, None, start, end, head=name, generic=True)
        if start >= end or (start in self.regions and self.regions[start] >= end) or name in words_of.PLACES:
            return None
        known = lookup_widely(self.vocabulary, name)
        if known is None and (
            name.endswith("率") or not words.GROWTH_HEAD.search(name)
        ):  # 平均人口自然增长率
            known = lookup(self.vocabulary, words_of.YEARLY.sub("", name))
        if known is None and name.startswith("国家"):
            known = lookup(self.vocabulary, name[2:])
            start += 2 if known else 0
        if known:
            return Subject(known.name, known.id, start, end, known.rate)
        for pattern in (words.GROWTH_HEAD, words.SHARE_HEAD):
            head = pattern.search(name)
            if head and head.start() > 1:
                base = words_of.YEARLY.sub("", name[: head.start()].rstrip("的")).removesuffix("预期")
                known = lookup(self.vocabulary, base)
                if base in ("年平均", "年均", "平均"):
                    return Subject(name, None, start, end, head=name, generic=True)
                if known:
                    return Subject(known.name, known.id, start, start + len(base), known.rate, head=head[0])
                if base in ("经济", "国民经济"):
                    return replace(self.from_name("经济增长速度", start, end), head=head[0])
                if pattern is words.GROWTH_HEAD:
                    return Subject(base, None, start, start + len(base), head=head[0])
        name = words_of.INNER_ADVERB.sub("", name)
        return Subject(name, None, start, end, rate=bool(words.RATE_HEAD.search(name)))

    def _after_region(self, start: int, end: int) -> int:
        """Past a place or 全国 with which the phrase opens."""
        for _ in range(2):
            after = self.regions.get(start)
            if after is None:
                prefix = words.REGION_PREFIX.match(self.text[start:end])
                after = start + prefix.end() if prefix else None
            if after is None or after > end - 1 or self.text.startswith(("冠军", "纪录", "遗产"), after):
                break
            if after < end and words_of.BELONGS.match(self.text, after):
                break
            start = after + 1 if self.text[after] == "的" else after
            trimmed = words_of.TRIM_START.match(self.masked, start, end)
            start = trimmed.end() if trimmed and trimmed.end() < end else start
        return start

    def from_name(self, name: str, start: int = -1, end: int = -1) -> Subject:
        """The subject of a name put together from several places (制造业 + 增加值)."""
        known = lookup_widely(self.vocabulary, name)
        if known:
            return Subject(known.name, known.id, start, end, known.rate)
        return Subject(name, None, start, end, rate=bool(words.RATE_HEAD.search(name)))

    def _owned(self, start: int, mention: IndicatorMention) -> Subject | None:
        """国有控股企业实现〔利润总额〕: a head that anybody can have, with whose it is."""
        head = re.sub("^(?:实现|完成|上缴)", "", mention.text)
        if not words.MEASURE_HEAD.fullmatch(head):
            return None
        return self._of_owner(start, mention.start, mention.end, head)

    def _partnered(self, start: int, mention: IndicatorMention) -> Subject | None:
        """对东盟〔进出口〕: with whom belongs to the name."""
        if not is_flow(mention.text):
            return None
        places = tuple(self.text[a:b] for a, b in self.regions.items() if start <= a and b <= mention.start)
        partner = partner_before(self.masked[start : mention.start], places)
        return self.from_name(partner + mention.text, mention.start, mention.end) if partner else None

    def _owned_head(self, start: int, phrase: int, end: int) -> Subject | None:
        """服务业前三季度共实现〔增加值〕, where the head alone is all the phrase."""
        head = self.text[phrase:end]
        alone = words.MEASURE_HEAD.fullmatch(head) and self.masked[phrase - 1 : phrase] not in ("，", "、")
        return self._of_owner(start, phrase, end, head) if alone else None

    def _of_owner(self, start: int, head_start: int, end: int, head: str) -> Subject | None:
        owner = owner_before(self.masked[start:head_start])
        first = self._noun_phrase(start + owner[0], start + owner[1]) if owner is not None else None
        if owner is None or first is None:
            return None
        first = self._after_region(first, start + owner[1])
        return self.from_name(self.text[first : start + owner[1]] + head, first, end)

    def _mention_ending(self, start: int, end: int) -> IndicatorMention | None:
        """The longest vocabulary mention that ends at `end`, bar a head such as 增速 or 总量."""
        best: IndicatorMention | None = None
        for mention in self.mentions:
            if mention.start < start or mention.end > end:
                continue
            tail = self.masked[mention.end : end].lstrip("的")
            if (not tail or words.GENERIC_HEAD.fullmatch(tail) or words.GROWTH_HEAD.fullmatch(tail)) and (
                best is None or mention.end - mention.start > best.end - best.start
            ):
                best = mention
        return best

    def _begins_a_word(self, start: int) -> bool:
        """Whether a known name does not begin inside another word: 农产品加〔工业产值〕."""
        return self.masked[start : start + 2] != "工业" or self.masked[start - 1 : start] not in tuple(
            "加化手"
        )

    def _noun_phrase(self, start: int, end: int) -> int | None:
        """Where the noun phrase that ends at `end` begins."""
        position = end
        first: int | None = None
        after = ""
        quoted = end
        for word, tag in reversed(_tags(self.masked[start:end])):
            position -= len(word)
            if quoted <= position < end and first is not None and position > quoted:
                continue  # inside “岚云合作园”
            if after in words_of.SPENDING and word in words_of.SKIPPED:
                continue  # 工程已投入80亿元
            if word == "在" and words_of.ON.match(self.masked, position):
                first, after = position, word
                continue
            if word in words_of.REACHING and after in words_of.REACHED_BY:
                first, after = position, word
                continue
            if (
                after in words_of.COUNTS
                and first == position + len(word)
                and len(word) == 2
                and tag in ("v", "vn")
                and not words.CHANGE_VERB.search(word)
                and not words.LEVEL_VERB.search(word)
            ):
                first, after = position, word  # 救助人数, 资助金额
                continue
            if (
                word in words.VERBS
                and not (after in words_of.NOUN_ENDINGS and len(word) > 1)
                and not (word in words.NOUN_VERBS and (first is None or tag == "vn"))
                and not (
                    after in words.NOUN_VERBS
                    and word in words.NOUN_VERBS
                    and self._after_noun(start, position)
                )
                and not (
                    word in PURPOSES and first == position + len(word) and self._after_noun(start, position)
                )
            ):
                break
            if (
                tag in ("v", "vd", "vg", "vl")
                and word not in words.NOUN_VERBS
                and word not in words_of.NOUN_ENDINGS
            ):
                # a verb stands inside a noun phrase only before another noun: 登记失业率
                if after in words_of.NOUN_ENDINGS and first is not None and len(word) > 1:
                    first, after = position, word
                    continue
                if after == "的" or (first is None and not self._noun_like(word, start, position)):
                    break
                first = position
            elif word == "”" and (opening := self.masked.rfind("“", start, position)) >= 0:
                quoted = first = opening
            elif word in ("的", "之", "等") or word in words_of.LIST_WORDS or word in "“”·":
                if first is None and word != "”":
                    continue
                if word == "“":
                    first = position
            elif (
                tag.startswith(words_of.NOUN_TAGS)
                or word in words.NOUN_VERBS
                or word in words_of.INSIDE
                or word in words_of.NOUN_ENDINGS
            ) or (first is not None and word.isascii() and word.isalnum()):
                first = position
            elif tag == "q" and first == position + len(word) and self._after_noun(start, position):
                first = position  # 家庭〔户〕人口
            else:
                break
            after = word
        return first

    def _after_noun(self, start: int, position: int) -> bool:
        """Whether a noun stands right before `position`: 医疗〔救助〕补助资金."""
        before = _tags(self.masked[start:position])
        return (
            bool(before)
            and (before[-1][1][0] in "nj" or before[-1][1] == "vn" or before[-1][0] in words.NOUN_VERBS)
            and before[-1][0] not in words_of.PAYERS
        )

    def _noun_like(self, word: str, start: int, position: int) -> bool:
        """Whether a last word tagged as a verb is used as a noun: 企业诉求, 人才流入."""
        if word in words_of.THINGS and start < position:
            return True
        if len(word) < 2 or words.CHANGE_VERB.search(word) or words.LEVEL_VERB.search(word):
            return False
        before = _tags(self.masked[start:position])
        if len(before) > 1 and before[-1][0] == "的" and before[-2][1][0] == "v":
            return True  # 已批准的〔发明〕
        return bool(before) and before[-1][1].startswith(("n", "vn", "b", "j", "l"))

    # ---------------------------------------------------------------- a phrase that begins at `start`

    def starting_at(self, start: int, end: int) -> Subject | None:
        """The counted noun directly behind a number: 416项〔行政审批等事项〕."""
        limit = min(end, start + 30)
        quoted = words_of.QUOTED_KIND.match(self.masked, start, min(end, start + 44))
        if quoted is not None:  # “两基”（基本普及…）攻坚县
            return self.from_name(
                self.text[slice(*quoted.span("name"))] + quoted["noun"], start, quoted.end()
            )
        stop = words_of.HARD_STOP.search(self.masked, start, limit)
        if stop:
            limit = stop.start()
        if limit <= start or self.masked.startswith("等", start):
            return None
        span = counted_span(self.masked, start, limit)
        if span is None:
            return None
        last = span[1]
        for mention in self.mentions:  # 小型水库〔除险加固〕, 行政〔审批事项〕: a known name goes on
            if start <= mention.start < last < mention.end <= limit:
                last = mention.end
        if words_of.NO_OBJECT.match(self.masked, start, last):
            return None
        if self.masked[start:last] == "国家":
            return Subject("国家", None, start, last)
        others = words_of.AND_SUCH.match(self.masked, last, end) if last - start <= 4 else None
        if others is not None:  # 林区、垦区、煤矿等〔棚户区居民〕
            start, last = others.span("what")
        plan = words_of.OF_PLAN.search(self.masked, start + 1, last)  # 引进三千项先进技术的规划
        return self.named(start, plan.start() if plan else last)
