"""A drawing as SVG that stands in a page. Colours come from the page's style sheet, by class."""

from __future__ import annotations

from html import escape
from typing import Final

from merchants.charts.shapes import SMALL, Align, Area, Box, Drawing, Shape, Stroke, Words

_ANCHORS: Final[dict[Align, str]] = {"left": "start", "centre": "middle", "right": "end"}


def svg(drawing: Drawing, *, name: str, title: str, told: str, form: str = "") -> str:
    """A drawing as one picture with a title and a description, for who sees it and who hears it.

    :param name: of the picture within its page, by which its title and its description are found
    :param told: what it shows, in a sentence; the figures themselves stand in a table beside it
    :param form: a class more, by which the page chooses among forms of one chart
    """
    classes = f"chart {form}".strip()
    head = (
        f'<svg class="{escape(classes)}" viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}" role="img"'
        f' aria-labelledby="{escape(name)}-title {escape(name)}-desc" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{escape(name)}-title">{_text(title)}</title><desc id="{escape(name)}-desc">{_text(told)}</desc>'
    )
    return head + "".join(map(_shape, drawing.shapes)) + "</svg>"


def _shape(shape: Shape) -> str:
    match shape:
        case Box():
            at = f'x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.width)}" height="{_n(shape.height)}"'
            said = f"<title>{_text(shape.said)}</title>" if shape.said else ""
            return f'<rect class="chart-box chart-{shape.tone}" {at}>{said}</rect>'
        case Stroke():
            ends = f'x1="{_n(shape.x1)}" y1="{_n(shape.y1)}" x2="{_n(shape.x2)}" y2="{_n(shape.y2)}"'
            thick = "" if shape.thick == 1 else f' stroke-width="{_n(shape.thick)}"'
            return f'<line class="chart-line chart-{shape.tone}" {ends}{thick}/>'
        case Area():
            corners = " ".join(f"{_n(x)},{_n(y)}" for x, y in shape.corners)
            return f'<polygon class="chart-area chart-{shape.tone}" points="{corners}"/>'
        case Words():
            return _words(shape)


def _words(words: Words) -> str:
    anchor = "" if words.align == "left" else f' text-anchor="{_ANCHORS[words.align]}"'
    size = "chart-small" if words.size == SMALL else "chart-large"
    where = f'x="{_n(words.x)}" y="{_n(words.y)}"'
    return f'<text class="{size} chart-{words.tone}" {where}{anchor}>{_text(words.text)}</text>'


def _n(number: float) -> str:
    """To a hundredth of a unit."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    """As XML can hold it: neither control characters nor halves of letters."""
    return escape("".join(c if c.isprintable() else " " for c in text))
