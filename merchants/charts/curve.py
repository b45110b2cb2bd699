"""A line over time, with what lies under it shaded: how much of something there was at each moment."""

from __future__ import annotations

from itertools import pairwise

from merchants.charts.axes import foot, grid, laid_out, nothing
from merchants.charts.shapes import Area, Box, Drawing, Frame, Moments, Series, Shape, Speech, Stroke


def curve(moments: Moments, series: Series, frame: Frame, speech: Speech) -> Drawing:
    """A line through the values of a series; a single one is a point with a short line through it."""
    field = laid_out(frame.width, frame.height, series.values, len(moments.short), speech, key=False)
    shapes = grid(field, speech)
    points = [(field.middle(place), field.scale.at(value)) for place, value in enumerate(series.values)]
    if any(series.values):
        shapes += _line(points, field.scale.at(0), reach=min(field.slot / 2, 40.0))
    else:
        shapes.append(nothing(field, speech))
    return Drawing(frame.width, frame.height, (*shapes, *foot(field, moments, frame.height)))


def _line(points: list[tuple[float, float]], zero: float, *, reach: float) -> list[Shape]:
    if len(points) == 1:
        ((x, y),) = points
        return [Stroke(x - reach, y, x + reach, y, "first", 2.2), _dot(x, y)]
    (first, _), (last, _) = points[0], points[-1]
    under = Area(((first, zero), *points, (last, zero)), "first")
    return [under, *[Stroke(*a, *b, "first", 2.2) for a, b in pairwise(points)], _dot(*points[-1])]


def _dot(x: float, y: float) -> Box:
    """Where the line ends: the value that holds now."""
    return Box(x - 3, y - 3, 6, 6, "first")
