"""What a figure measures, as it was named: the type that the readers of names hand on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured; `start:end` are offsets of its words in the text, -1 when put together."""

    name: str
    id: str | None
    start: int
    end: int
    rate: bool = False  # itself a percentage, such as 失业率
    head: str = ""  # 增速, 占比, ... that stood behind the name
    generic: bool = False  # only a head (总量, 占比): what it is of stands elsewhere
    whole: str = ""  # of 服务业在国内生产总值中的比重: 国内生产总值
