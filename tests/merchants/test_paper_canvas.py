"""Lines on paper come out as reportlab itself would set them, to the byte."""

from __future__ import annotations

from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from merchants.paper import ACCENT, INK, RULE, Face, drawable
from merchants.paper_canvas import Lettered

FONTS: dict[Face, str] = {"plain": "ObolePlain", "bold": "OboleBold", "mono": "OboleMono"}
MANY = "".join(chr(code) for code in range(0x100, 0x250))
"""More letters than one part of a font holds."""

Line = tuple[str, Face, float, float, float, str, float]
lines = st.lists(
    st.tuples(
        st.text(max_size=40) | st.sampled_from([MANY, "(a) \\ b", "12,50 €", "Łódź Ὀβολός"]),
        st.sampled_from(sorted(FONTS)),
        st.floats(-10, 900), st.floats(-10, 900), st.floats(0.5, 40),
        st.sampled_from([INK, ACCENT, "#FFFFFF"]), st.sampled_from([0.0, 0.4, 1.25]),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


def by_reportlab(drawn: list[Line]) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pageCompression=0, invariant=1)
    canvas.setFillColor(HexColor(INK))
    for text, face, x, y, size, colour, spacing in drawn:
        canvas.setFont(FONTS[face], size)
        canvas.setFillColor(HexColor(colour))
        canvas.drawString(x, y, drawable(text, face), charSpace=spacing)
        canvas.setStrokeColor(HexColor(RULE))
        canvas.setLineWidth(size)
        canvas.setDash([2.2, 2.8] if spacing else [])
        canvas.line(x, y, y, x)
    canvas.save()
    return out.getvalue()


def by_us(drawn: list[Line]) -> bytes:
    out = BytesIO()
    canvas = Lettered(out, pageCompression=0, invariant=1)
    canvas.setFillColor(HexColor(INK))  # which is where reportlab chooses the version of the format
    for text, face, x, y, size, colour, spacing in drawn:
        font = pdfmetrics.getFont(FONTS[face])
        canvas.line_of_text(x, y, drawable(text, face), font, size, colour, spacing)
        canvas.straight_line(x, y, y, x, colour=RULE, thick=size, dash="[2.2 2.8]" if spacing else "[]")
    canvas.save()
    return out.getvalue()


@settings(max_examples=20)
@given(drawn=lines)
def test_text_and_lines_are_what_reportlab_would_write(drawn: list[Line]) -> None:
    assert by_us(drawn * 2) == by_reportlab(drawn * 2)
