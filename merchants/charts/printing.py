"""A drawing on paper: the same shapes, in the ink of our papers."""

from __future__ import annotations

from typing import Final

from merchants.charts.shapes import EDGE, Area, Box, Drawing, Stroke, Tone, Words
from merchants.paper import ACCENT, GREY, INK, POINTS, RULE, Paper, Style

_WARM: Final = "#9C4A18"
_WARM_TINT: Final = "#F9EADB"
_UNDER: Final = "#D7E6E8"
_COLOURS: Final[dict[Tone, str]] = {
    "first": ACCENT, "second": _WARM, "axis": GREY, "grid": RULE, "ink": INK, "soft": GREY,
}  # fmt: skip


def print_chart(paper: Paper, drawing: Drawing, x: float, y: float, width: float) -> float:
    """Draw on a page, ``width`` millimetres wide with its top left corner at ``x`` and ``y``; returns where it ends."""
    unit = width / drawing.width
    for shape in drawing.shapes:
        match shape:
            case Box():
                _box(paper, shape, x, y, unit)
            case Stroke():
                ends = (x + shape.x1 * unit, y + shape.y1 * unit, x + shape.x2 * unit, y + shape.y2 * unit)
                paper.line(*ends, colour=_COLOURS[shape.tone], thick=shape.thick * unit)
            case Area():
                paper.area([(x + right * unit, y + down * unit) for right, down in shape.corners], colour=_UNDER)
            case Words():
                style = Style(shape.size * unit * POINTS, colour=_COLOURS[shape.tone])
                paper.text(x + shape.x * unit, y + shape.y * unit, shape.text, style, align=shape.align)
    return y + drawing.height * unit


def _box(paper: Paper, box: Box, x: float, y: float, unit: float) -> None:
    left, top, width, height = x + box.x * unit, y + box.y * unit, box.width * unit, box.height * unit
    paper.rectangle(left, top, width, height, colour=_COLOURS[box.tone])
    edge = EDGE * unit
    if box.tone == "second" and min(width, height) > 2 * edge:
        paper.rectangle(left + edge, top + edge, width - 2 * edge, height - 2 * edge, colour=_WARM_TINT)
