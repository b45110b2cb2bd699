"""An axis: round numbers that stand apart, and where a value comes to stand between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from merchants.charts.lettering import breadth, reach, said_round
from merchants.charts.shapes import SMALL, Moments, Shape, Speech, Stroke, Unit, Words

_APART: Final = 34.0
"""The least distance between two lines of the grid."""

_GAP: Final = 8.0
LEGEND: Final = 26.0
FOOT: Final = 24.0
_HEAD: Final = 10.0


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from the lowest to the highest round number, drawn from ``bottom`` up to ``top``; zero is among them."""

    ticks: tuple[int, ...]
    top: float
    bottom: float

    def at(self, value: int) -> float:
        """How far down this value stands."""
        low, high = self.ticks[0], self.ticks[-1]
        return self.bottom - (self.bottom - self.top) * ((value - low) / (high - low))


@dataclass(frozen=True, slots=True)
class Field:
    """Where the data of a chart over time is drawn: between ``left`` and ``right``, by this scale."""

    left: float
    right: float
    scale: Scale
    slots: int

    @property
    def slot(self) -> float:
        """How much width each moment has."""
        return (self.right - self.left) / max(self.slots, 1)

    def middle(self, place: int) -> float:
        """Where the moment at this place (from 0) has its middle."""
        return self.left + self.slot * (place + 0.5)


def round_numbers(low: int, high: int, *, most: int, unit: Unit = "money") -> tuple[int, ...]:
    """Multiples of 1, 2 or 5 times a power of ten, from one at or below ``low`` to one at or above ``high``.

    Zero is always among them; at most ``most`` steps (two or more); at least one.
    """
    low, high = min(low, 0), max(high, 0)
    if low == high:
        return (0, 100 if unit == "money" else 1)
    step = 1
    while _down(low, step) + _up(high, step) > most:
        step = _next(step)
    return tuple(step * times for times in range(-_down(low, step), _up(high, step) + 1))


def _down(low: int, step: int) -> int:
    return -(low // step)


def _up(high: int, step: int) -> int:
    return -(-high // step)


def _next(step: int) -> int:
    """After 1 comes 2, then 5, then 10."""
    return step * 5 // 2 if str(step)[0] == "2" else step * 2


def laid_out(width: float, height: float, values: Iterable[int], slots: int, speech: Speech, *, key: bool) -> Field:
    """Where the data of a chart over time goes, once words have their room; ``key`` if there is a legend above."""
    some = [*values, 0]
    top, bottom = _HEAD + (LEGEND if key else 0.0), height - FOOT
    most = max(int((bottom - top) // _APART), 2)
    scale = Scale(round_numbers(min(some), max(some), most=most, unit=speech.unit), top, bottom)
    widest = max(breadth(label, SMALL) for label in labels(scale, speech))
    return Field(min(widest + _GAP, width / 2), width - 2, scale, slots)


def labels(scale: Scale, speech: Speech) -> list[str]:
    """What is said of each line of the grid."""
    largest = max(scale.ticks, key=abs)
    return [said_round(tick, speech.unit, speech.language, beside=largest) for tick in scale.ticks]


def grid(field: Field, speech: Speech) -> list[Shape]:
    """Lines at round numbers, each with its number on the left; that of zero is the axis."""
    shapes: list[Shape] = []
    for tick, label in zip(field.scale.ticks, labels(field.scale, speech), strict=True):
        y = field.scale.at(tick)
        shapes.append(Stroke(field.left, y, field.right, y, "grid" if tick else "axis"))
        shapes.append(Words(field.left - _GAP, y + SMALL * 0.35, label, "right"))
    return shapes


def foot(field: Field, moments: Moments, height: float) -> list[Shape]:
    """Names of moments under them, as many as there is room for, at even distances."""
    widest = max((breadth(name, SMALL) for name in moments.short), default=0.0)
    every = max(int(-(-(widest + _GAP) // field.slot)), 1) if field.slot else 1
    shapes: list[Shape] = []
    free = 0.0
    for place in range(0, len(moments.short), every):
        words = _within(Words(field.middle(place), height - 6, moments.short[place], "centre"), field.right)
        start, end = reach(words)
        if start >= free and end <= field.right + 1e-6:
            shapes.append(words)
            free = end + _GAP / 2
    return shapes


def _within(words: Words, right: float) -> Words:
    """Moved inwards, if it would stick out on either side."""
    start, end = reach(words)
    shift = max(-start, 0.0) - max(end - right, 0.0)
    return Words(words.x + shift, words.y, words.text, words.align)


def nothing(field: Field, speech: Speech) -> Words:
    """What is said in the middle of an empty chart."""
    middle = (field.scale.top + field.scale.bottom) / 2
    return Words((field.left + field.right) / 2, middle, speech.nothing, "centre", "ink")
