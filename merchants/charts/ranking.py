"""Bars that lie one under the other, each with its name and its number: who has most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from merchants.charts.lettering import breadth, said, shortened
from merchants.charts.shapes import LARGE, LINE, Box, Drawing, Shape, Speech, Stroke, Words

_GAP: Final = 10.0
_THICK: Final = 14.0
_PITCH: Final = 26.0
_PITCH_NARROW: Final = 40.0
_NAMES: Final = 0.36
"""Of the width: what names get at most beside their bars."""

NARROW: Final = 420.0
"""Under this width a name stands above its bar."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One of those that are compared."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class _Track:
    """Where bars lie: zero at ``zero``, and how many units of width a value of one takes."""

    left: float
    right: float
    zero: float
    per: float


def ranking(ranked: Sequence[Ranked], width: float, speech: Speech) -> Drawing:
    """Bars in the order given; the height follows from how many there are."""
    if not ranked:
        return Drawing(width, 2 * LINE, (Words(0, LINE + 4, speech.nothing, "left", "ink"),))
    numbers = [said(one.value, speech.unit, speech.language) for one in ranked]
    widest = max(breadth(number) for number in numbers)
    narrow = width < NARROW
    names = [shortened(one.name, width - widest - _GAP if narrow else width * _NAMES) for one in ranked]
    left = 0.0 if narrow else max(breadth(name) for name in names) + _GAP
    track = _track(ranked, left, width if narrow else width - widest - _GAP)
    pitch = _PITCH_NARROW if narrow else _PITCH
    shapes: list[Shape] = []
    for place, (one, name, number) in enumerate(zip(ranked, names, numbers, strict=True)):
        baseline = place * pitch + 15
        top = baseline + 6 if narrow else baseline - 12
        shapes += [
            Words(0, baseline, name, "left", "ink", LARGE),
            Words(width, baseline, number, "right", "ink", LARGE),
            *_bar(track, top, one, f"{one.name} : {number}" if speech.language == "fr" else f"{one.name}: {number}"),
        ]  # fmt: skip
    height = pitch * len(ranked) + 2
    axis = Stroke(track.zero, 0, track.zero, height, "axis")
    return Drawing(width, height, (*shapes, *([] if narrow else [axis])))


def _track(ranked: Sequence[Ranked], left: float, right: float) -> _Track:
    low, high = min(0, *(one.value for one in ranked)), max(0, *(one.value for one in ranked))
    per = (right - left) / ((high - low) or 1)
    return _Track(left, right, left - low * per, per)


def _bar(track: _Track, top: float, one: Ranked, text: str) -> list[Shape]:
    if not one.value:
        return []
    ends = track.zero, track.zero + one.value * track.per
    return [Box(min(ends), top, abs(ends[1] - ends[0]), _THICK, "first", text)]
