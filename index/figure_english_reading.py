"""English sentences: each quantity with its meaning and its name."""

from __future__ import annotations

import re
from dataclasses import replace

from index.figure_english_context import EnglishMeaning, read_english_meaning
from index.figure_english_lists import groups_of, names_of_members
from index.figure_english_names import EnglishName, clause_start, english_name, made_name
from index.figure_named import Subject
from index.figure_place_lists import PlacesListed
from index.figure_reading import Reading, basis_of
from index.figure_scan import Quantity

_OF_PLACE = re.compile(r"(?:[\w -]+\s)?(?:of|in|for)\s(?:the\s)?")


class EnglishSentences(PlacesListed):
    """Reads the English sentences of a paragraph."""

    whole_of: dict[str, Subject] = {}  # noqa: RUF012 (replaced, never changed in place)

    def _read_english_sentence(self, start: int, end: int, quantities: list[Quantity]) -> None:
        self._forget()
        self.whole_of = {**self.whole_of}
        before: EnglishName | None = None
        members = names_of_members(self.text, start, quantities, self.subjects.vocabulary)
        first_of = {run[0]: run for run in groups_of(self.text, quantities)}
        shared: dict[int, EnglishMeaning] = {}
        for index, quantity in enumerate(quantities):
            limit = quantities[index + 1].start if index + 1 < len(quantities) else end
            meaning = read_english_meaning(self.text, quantity, (start, end), self.subjects.mentions, limit)
            told = quantities[index - 1].end if index else start
            if index in members:  # exports and imports grew by 5.2 percent and 0.3 percent respectively
                meaning = shared.get(index, replace(meaning, mention=None, counted=""))
                shared |= dict.fromkeys(first_of.get(index, ()), meaning)
                name: EnglishName | None = members[index]
            else:
                name = self._english_name(start, told, quantity, meaning, before)
            subject = None
            if meaning.mention is not None:
                indicator = meaning.mention.indicator
                subject = Subject(
                    indicator.name, indicator.id, meaning.mention.start, meaning.mention.end, indicator.rate
                )
            if meaning.counted:
                noun = self.subjects.from_name(meaning.counted)
                subject = noun if noun.id is not None else self.subjects.from_name(f"new {meaning.counted}")
                subject = subject if subject.id is not None else noun
                before = EnglishName(meaning.counted, None, quantity.end, quantity.end)
            elif name is not None:
                before = name
                known = name.indicator
                subject = (
                    Subject(known.name, known.id, name.start, name.end, known.rate)
                    if known is not None
                    else Subject(name.name, None, name.start, name.end)
                    if name.name
                    else None
                )
            elif meaning.mention is not None and meaning.mention.end <= quantity.start:
                mention = meaning.mention
                before = EnglishName(mention.text, mention.indicator, mention.start, mention.end)
            reading = Reading(
                quantity, start, start, end, start, end, subject, meaning.measure, meaning.negative,
                meaning.direction, basis_of(self.text[start:end]), meaning.reference,
            )  # fmt: skip
            if name is not None and subject is not None and subject.id is None:
                self._in_region(reading, name)
            if reading.subject is not None and reading.place < 0 and name is not None and name.head:
                self.whole_of[name.head] = reading.subject
            self.readings.append(reading)

    def _english_name(
        self, start: int, told: int, quantity: Quantity, meaning: EnglishMeaning, before: EnglishName | None
    ) -> EnglishName | None:
        """The phrase that the figure is said of, else what the figure before was, if its clause names nothing.

        The figure before ends at `told`.
        """
        stop = quantity.outer_start
        behind = meaning.mention is not None and meaning.mention.start >= quantity.end
        made = made_name(self.text, start, (stop, quantity.end), self.subjects.vocabulary)
        if made is not None and quantity.base_unit not in ("%", "个百分点", "元", "美元"):
            return made
        if behind and quantity.base_unit not in ("%", "个百分点") and not self._goes_on(quantity, meaning):
            return None  # no fewer than 95,000 〔new urban jobs〕
        name = english_name(self.text, start, stop, self.subjects.vocabulary, before)
        begin = max(told, clause_start(self.text, start, stop))
        own = meaning.mention is not None and begin <= meaning.mention.start < stop
        if name is not None:
            return name
        return before if before is not None and not own and not meaning.counted else None

    def _goes_on(self, quantity: Quantity, meaning: EnglishMeaning) -> bool:
        """To 105 million tonnes while its crude oil 〔imports〕…: what stands behind begins another clause."""
        between = self.text[quantity.end : meaning.mention.start] if meaning.mention is not None else ""
        return re.search(r"\b(?:while|whereas|and|but)\b|[,;]", between) is not None

    def _in_region(self, reading: Reading, name: EnglishName) -> None:
        """Value added of the eastern region: of that place, and what the paragraph's other value added is."""
        owner = self.text[name.start : name.end]
        for start, end in self.subjects.regions.items():
            whose = _OF_PLACE.fullmatch(self.text, name.start, start)
            if name.start <= start < name.end and whose and owner.endswith(self.text[start:end]):
                reading.place = start
                whole = self.whole_of.get(name.head)
                told = name.head or self.text[name.start : start].strip()
                reading.subject = whole if whole is not None else Subject(told, None, name.start, start)
                return
