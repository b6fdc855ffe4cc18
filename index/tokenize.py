"""Search tokens: Chinese words and character bigrams, whole numbers, lower-case Latin words.

Tokens serve the lexical index only and are never shown or cited. So they may differ from the text
where two spellings mean the same: width (NFKC), traditional characters, thousands separators, `19·5`,
百分之二十一点七. What people type and what reports print must meet here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import rjieba
from opencc import OpenCC

from index.numerals import parse_chinese

VERSION = 2  # raise when the tokens of the same text change: indexes are then made anew

_HAN = "々〇\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_PIECE = re.compile(
    r"(?P<number>[0-9]++(?:\.[0-9]++)?)(?P<suffix>[a-z][a-z0-9]*)?"
    rf"|(?P<han>[{_HAN}]+)"
    rf"|(?P<word>(?:(?![{_HAN}])[^\W\d_])+[0-9]*(?:\.[0-9]+)?)"
)
_THOUSANDS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_DOT_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[·•‧・](?=[0-9])")
_PERCENT_IN_WORDS = re.compile(r"百分之([零〇一二三四五六七八九十百两点]+)")

# Function words carry no topic; question words stand in questions and in no answer.
_STOP_LIST = (
    "的 了 着 过 地 得 之 在 是 和 与 及 等 对 为 也 都 而 但 并 且 或 把 被 让 使 给 从 由 向 到 于 以 其 "
    "这 那 此 该 各 就 还 又 再 很 更 最 吗 呢 吧 啊 呀 嘛 哪 谁 几 我 你 您 他 她 它 们 有 将 所 "
    "以及 或者 并且 而且 但是 因为 所以 如果 关于 对于 由于 其中 我们 你们 他们 它们 这个 那个 这些 那些 "
    "什么 多少 怎么 怎样 如何 哪个 哪些 哪里 哪儿 是否 为何 为什么 是多少 请问 有没有 "
    "a an the of in on at to for by with from and or is are was were be been being it its this that "
    "these those as what which who whom whose how many much did do does has have had"
)
_STOP_WORDS = frozenset(_STOP_LIST.split())


@lru_cache(maxsize=1)
def _converter() -> tuple[OpenCC, frozenset[str]]:
    """The traditional-to-simplified converter, and the characters that it would change."""
    converter = OpenCC("t2s")
    characters = list(map(chr, (*range(0x3400, 0xA000), *range(0xF900, 0xFB00))))
    # One call for all; a line end between them keeps the phrase rules out.
    converted = converter.convert("\n".join(characters)).split("\n")
    changed = (before for before, after in zip(characters, converted, strict=True) if before != after)
    return converter, frozenset(changed)


def normalise(text: str) -> str:
    """`text` as it is searched: NFKC, lower case, simplified characters, plain decimal numbers."""
    text = unicodedata.normalize("NFKC", text).lower()
    converter, changed = _converter()
    if not changed.isdisjoint(text):  # the conversion is slow and almost never needed
        text = converter.convert(text)
    text = _PERCENT_IN_WORDS.sub(_percent_in_digits, text)
    text = _DOT_BETWEEN_DIGITS.sub(".", text)
    return _THOUSANDS.sub(lambda match: match.group().replace(",", ""), text)


def _percent_in_digits(match: re.Match[str]) -> str:
    value = parse_chinese(match.group(1))
    return match.group() if value is None else f"{value:f}%"


def _stem(word: str) -> str:
    """An English word without its plural ending, so that `enterprises` finds `enterprise`."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _han_tokens(run: str) -> list[str]:
    """Words of an unbroken run of Chinese characters and its character bigrams, without function words.

    A two-character word is a bigram too and counts twice: it is the surer of the two.
    """
    found: list[str] = []
    content = ""  # characters since the last function word
    for word in [*rjieba.cut(run), ""]:
        if word and word not in _STOP_WORDS:
            found.append(word)
            content += word
        else:
            found.extend(content[position : position + 2] for position in range(len(content) - 1))
            content = ""
    return found


def tokens(text: str) -> list[str]:
    """Search tokens of `text` in order, with repeats; letters, digits and decimal points only."""
    found: list[str] = []
    for piece in _PIECE.finditer(normalise(text)):
        number, suffix, han, word = piece.group("number", "suffix", "han", "word")
        if han:
            found.extend(_han_tokens(han))
        elif number:
            found.append(number)
            if suffix:  # "5g" and "3.5billion" are found by either spelling
                found.extend((number + suffix, _stem(suffix)))
        elif word not in _STOP_WORDS:
            found.append(_stem(word))
    return found
