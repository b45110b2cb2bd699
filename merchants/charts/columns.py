"""Bars over time: one series, or two side by side or one upon the other; what is below zero hangs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from merchants.charts.axes import Field, foot, grid, laid_out, nothing
from merchants.charts.lettering import breadth, said, shortened
from merchants.charts.shapes import LARGE, Box, Drawing, Frame, Moments, Series, Shape, Speech, Tone, Words

TONES: Final[tuple[Tone, ...]] = ("first", "second")
_FILLED: Final = 0.72
_WIDEST: Final = 64.0
_SWATCH: Final = 11.0


def columns(
    moments: Moments, series: Sequence[Series], frame: Frame, speech: Speech, *, stacked: bool = False
) -> Drawing:
    """Bars of one or two series, with a legend where there are two.

    :param series: of as many values as there are moments; ``stacked``, the second stands upon the first (both zero
        or above, else they hang below one another as they are)
    """
    heights = _stacked_sums(series) if stacked else list(chain.from_iterable(one.values for one in series))
    count = len(moments.short)
    field = laid_out(frame.width, frame.height, heights, count, speech, key=len(series) > 1)
    shapes = grid(field, speech)
    if any(any(one.values) for one in series):
        bars = _upon(field, moments, series, speech) if stacked else _beside(field, moments, series, speech)
        shapes += [*bars, *grid(field, speech)[_zero(field)]]
    else:
        shapes.append(nothing(field, speech))
    key = legend([one.name for one in series], frame.width) if len(series) > 1 else []
    return Drawing(frame.width, frame.height, (*key, *shapes, *foot(field, moments, frame.height)))


def legend(names: Sequence[str], width: float) -> list[Shape]:
    """What each tone stands for, above a chart."""
    room = width / len(names) - _SWATCH - 20
    shapes: list[Shape] = []
    x = 0.0
    for name, tone in zip(names, TONES, strict=False):
        text = shortened(name, room)
        shapes += [Box(x, 3, _SWATCH, _SWATCH, tone), Words(x + _SWATCH + 6, 13, text, "left", "ink", LARGE)]
        x += _SWATCH + 6 + breadth(text) + 14
    return shapes


def _zero(field: Field) -> slice:
    """The axis once more, over the bars that stand on it."""
    place = 2 * field.scale.ticks.index(0)
    return slice(place, place + 1)


def _stacked_sums(series: Sequence[Series]) -> list[int]:
    parts = list(zip(*[one.values for one in series], strict=True))
    return [sum(max(v, 0) for v in some) for some in parts] + [sum(min(v, 0) for v in some) for some in parts]


def _beside(field: Field, moments: Moments, series: Sequence[Series], speech: Speech) -> Iterator[Box]:
    whole = min(field.slot * _FILLED, _WIDEST * len(series))
    each = whole / len(series)
    for place, name in enumerate(moments.whole):
        left = field.middle(place) - whole / 2
        for nth, one in enumerate(series):
            yield from _bar(field, left + nth * each, each, 0, one.values[place], nth, (name, one.name), speech)


def _upon(field: Field, moments: Moments, series: Sequence[Series], speech: Speech) -> Iterator[Box]:
    width = min(field.slot * _FILLED, _WIDEST)
    for place, name in enumerate(moments.whole):
        left = field.middle(place) - width / 2
        risen, hung = 0, 0
        for nth, one in enumerate(series):
            value = one.values[place]
            start = risen if value >= 0 else hung
            yield from _bar(field, left, width, start, value, nth, (name, one.name), speech)
            risen, hung = risen + max(value, 0), hung + min(value, 0)


def _bar(
    field: Field, x: float, width: float, start: int, value: int, nth: int, names: tuple[str, str], speech: Speech
) -> Iterator[Box]:
    """The bar of a value that is not zero, from where the one under it ends."""
    if not value:
        return
    ends = field.scale.at(start), field.scale.at(start + value)
    told = f"{names[0]} – {names[1]} : " if speech.language == "fr" else f"{names[0]} – {names[1]}: "
    text = told + said(value, speech.unit, speech.language)
    yield Box(x, min(ends), width, abs(ends[0] - ends[1]), TONES[nth], text)
