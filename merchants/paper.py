"""Paper: a page to draw on in millimetres from its top left corner, with text in points.

The only importer of reportlab, beside the canvas under it (`merchants.paper_canvas`), and of the fonts it embeds.
Everything is plain text, never reportlab's markup, so a shop named ``A & B <b>`` comes out as typed. The same drawing
gives the same bytes.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from itertools import accumulate
from threading import Lock
from typing import Any, BinaryIO, Final, Literal

import pymupdf_fonts  # type: ignore[import-untyped]
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from merchants.paper_canvas import Lettered, Streamed

Face = Literal["plain", "bold", "mono"]
Align = Literal["left", "centre", "right"]

WIDTH: Final = 210.0
HEIGHT: Final = 297.0
POINTS: Final = 72 / 25.4
"""Points in a millimetre."""

INK: Final = "#1B2430"
GREY: Final = "#5B6673"
RULE: Final = "#C9D1D8"
TINT: Final = "#EEF4F5"
ACCENT: Final = "#0F5560"
WHITE: Final = "#FFFFFF"

SMALLEST: Final = 0.7
"""Of the size asked: under that, an ellipsis reads better than smaller letters."""

# Noto Sans covers Latin Extended, Greek with its old accents, and Cyrillic; Cascadia Mono crosses its zeros.
_FONTS: Final[dict[Face, tuple[str, str]]] = {
    "plain": ("ObolePlain", "notos"),
    "bold": ("OboleBold", "notosbo"),
    "mono": ("OboleMono", "cascadiab"),
}
_LACKING: Final = "\ufffd"
_BREAKS: Final = dict.fromkeys(map(ord, "\t\n\v\f\r\x85\u2028\u2029"), " ")
_TOTAL_PAGES: Final = "total-pages"
_DARK: Final = re.compile(rb"\x01+")


@dataclass(frozen=True, slots=True)
class Style:
    """How words look: size and extra letter spacing in points, a face, a colour as ``#RRGGBB``."""

    size: float = 9.5
    face: Face = "plain"
    colour: str = INK
    spacing: float = 0.0

    def bold(self) -> Style:
        return replace(self, face="bold")

    def sized(self, size: float) -> Style:
        return replace(self, size=size)

    def coloured(self, colour: str) -> Style:
        return replace(self, colour=colour)


_CUTTING: Final = Lock()


def _load(name: str, source: str) -> TTFont:
    font = TTFont(name, BytesIO(pymupdf_fonts.myfont(source)))
    face: Any = font.face
    face.makeSubset = _one_at_a_time(face.makeSubset)
    pdfmetrics.registerFont(font)
    return font


def _one_at_a_time(cut: Callable[[list[int]], bytes]) -> Callable[[list[int]], bytes]:
    """What cuts the letters of a document out of a font reads the font at a position that all threads share."""

    def cut_alone(letters: list[int]) -> bytes:
        with _CUTTING:
            return cut(letters)

    return cut_alone


# At import, so that two threads never register one name twice while a document is being drawn with it.
_LOADED: Final[dict[Face, TTFont]] = {face: _load(*font) for face, font in _FONTS.items()}

# What each face can draw, without what draws nothing or turns text around.
_COVERED: Final[dict[Face, frozenset[int]]] = {
    face: frozenset(code for code in font.face.charToGlyph if unicodedata.category(chr(code)) not in {"Cc", "Cf"})
    for face, font in _LOADED.items()
}
_ASCII: Final[dict[Face, bool]] = {face: covered.issuperset(range(32, 127)) for face, covered in _COVERED.items()}


class _Widths(dict[str, float]):
    """How wide a face draws each letter, in thousandths of its size; found out once for each letter in use."""

    def __init__(self, font: TTFont) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, letter: str) -> float:
        face = self._font.face
        width: float = face.charWidths.get(ord(letter), face.defaultWidth)
        self[letter] = width
        return width


_WIDTHS: Final[dict[Face, _Widths]] = {face: _Widths(font) for face, font in _LOADED.items()}


def drawable(words: str, face: Face = "plain") -> str:
    """``words`` as this face can show them: composed, on one line, ``�`` for each character it lacks.

    Never fails: emoji, Chinese, control characters and lone surrogates all become ``�``; invisible marks
    (joiners, variation selectors, text direction) go.
    """
    if words.isascii() and words.isprintable() and _ASCII[face]:
        return words
    text = unicodedata.normalize("NFC", words.translate(_BREAKS))
    covered = _COVERED[face]
    if covered.issuperset(map(ord, text)):
        return text
    kept = (c for c in text if ord(c) in covered or unicodedata.category(c) not in {"Cf", "Mn", "Me"})
    return "".join(c if ord(c) in covered else _LACKING for c in kept)


def width_of(words: str, style: Style) -> float:
    """How wide ``words`` come out, in millimetres."""
    return _width(drawable(words, style.face), style)


def _width(text: str, style: Style) -> float:
    letters = 0.001 * style.size * sum(map(_WIDTHS[style.face].__getitem__, text))
    if style.spacing:
        letters += style.spacing * max(len(text) - 1, 0)
    return letters / POINTS


def fitted(words: str, style: Style, width: float, *, least: float = SMALLEST) -> tuple[str, Style]:
    """``words`` made to fit ``width`` millimetres: smaller, down to ``least`` of their size, then with an ellipsis."""
    text = drawable(words, style.face)
    full = _width(text, style)
    if full <= width:
        return text, style
    share = max(width / full, least)
    style = replace(style, size=style.size * share, spacing=style.spacing * share)
    if _width(text, style) <= width + 1e-6:
        return text, style
    room = width - _width("…", style)
    kept = bisect_right(list(accumulate(_advances(text, style))), room)
    return text[:kept].rstrip() + "…", style


def _advances(text: str, style: Style) -> list[float]:
    """How far each character moves the pen, in millimetres; they add up, since reportlab does not kern."""
    widths, thousandth = _WIDTHS[style.face], 0.001 * style.size
    return [(thousandth * widths[c] + style.spacing) / POINTS for c in text]


def wrapped(words: str, style: Style, width: float) -> list[str]:
    """``words`` in lines of at most ``width`` millimetres; breaks at plain spaces, and inside a word too long."""
    lines: list[str] = []
    line, room = "", width
    (space,) = _advances(" ", style)
    for word in drawable(words, style.face).split(" "):
        reached = list(accumulate(_advances(word, style), initial=0.0))
        if line and space + reached[-1] <= room:
            line, room = f"{line} {word}", room - space - reached[-1]
            continue
        if line:
            lines.append(line)
        begun = 0
        while reached[-1] - reached[begun] > width:
            end = max(bisect_right(reached, reached[begun] + width) - 1, begun + 1)
            lines.append(word[begun:end])
            begun = end
        line, room = word[begun:], width - (reached[-1] - reached[begun])
    return [*lines, line] if line else lines


def fitted_lines(words: str, style: Style, width: float, most: int) -> tuple[list[str], Style]:
    """``words`` in at most ``most`` lines of ``width`` millimetres: smaller as `fitted` does, then cut."""
    for share in (1.0, 0.92, 0.84, 0.76, SMALLEST):
        smaller = replace(style, size=style.size * share, spacing=style.spacing * share)
        lines = wrapped(words, smaller, width)
        if len(lines) <= most:
            return lines, smaller
    left_over = replace(smaller, size=smaller.size / SMALLEST)  # which `fitted` shrinks back before it cuts
    return [*lines[: most - 1], fitted(" ".join(lines[most - 1 :]), left_over, width)[0]], smaller


class Paper:
    """A4 pages drawn one after the other and written to a binary file by `save`.

    Positions are millimetres from the top left; for text, ``y`` is the baseline.

    :param streamed: write each page when it is finished, so that any number of them takes no memory; without
        `page_number`, whose total is not known then
    """

    def __init__(self, out: BinaryIO, *, title: str, language: str, author: str = "", streamed: bool = False) -> None:
        self.page = 1
        self._canvas = (Streamed if streamed else Lettered)(
            out,
            pagesize=(WIDTH * POINTS, HEIGHT * POINTS),
            pageCompression=1,
            invariant=1,  # no clock and no random file id: the same statement gives the same bytes
            lang=language,
            initialFontName=_LOADED["plain"].fontName,
        )
        self._canvas.setTitle(drawable(title))
        self._canvas.setAuthor(drawable(author))
        self._canvas.setCreator("Obole")
        self._canvas.setViewerPreference("DisplayDocTitle", "true")
        self._total_style: Style | None = None

    def text(
        self,
        x: float,
        y: float,
        words: str,
        style: Style,
        *,
        align: Align = "left",
        width: float | None = None,
        least: float = SMALLEST,
    ) -> None:
        """One line starting, centred or ending at ``x``; with a ``width``, made to fit it."""
        if width is None:
            text = drawable(words, style.face)
        else:
            text, style = fitted(words, style, width, least=least)
        if align != "left":
            x -= _width(text, style) * (0.5 if align == "centre" else 1)
        font = _LOADED[style.face]
        self._canvas.line_of_text(x * POINTS, _up(y), text, font, style.size, style.colour, style.spacing)

    def paragraph(
        self,
        x: float,
        y: float,
        words: str,
        style: Style,
        *,
        width: float,
        leading: float = 1.4,
        most: int = 1000,
        align: Align = "left",
    ) -> float:
        """Wrapped lines, smaller then cut when there are more than ``most``; returns the baseline after them."""
        lines, style = fitted_lines(words, style, width, most)
        for line in lines:
            self.text(x, y, line, style, align=align)
            y += style.size * leading / POINTS
        return y

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        colour: str = RULE,
        thick: float = 0.2,
        dashed: bool = False,
    ) -> None:
        """A straight line, ``thick`` in millimetres; ``dashed`` for where to cut or fold."""
        ends = (x1 * POINTS, _up(y1), x2 * POINTS, _up(y2))
        self._canvas.straight_line(*ends, colour=colour, thick=thick * POINTS, dash="[2.2 2.8]" if dashed else "[]")

    def rectangle(self, x: float, y: float, width: float, height: float, *, colour: str, corner: float = 0) -> None:
        """A filled rectangle; ``corner`` is its radius in millimetres."""
        self._canvas.setFillColor(HexColor(colour))
        box = (x * POINTS, _up(y + height), width * POINTS, height * POINTS)
        if corner:
            self._canvas.roundRect(*box, corner * POINTS, stroke=0, fill=1)
        else:
            self._canvas.rect(*box, stroke=0, fill=1)

    def area(self, corners: Sequence[tuple[float, float]], *, colour: str) -> None:
        """A filled shape within these corners."""
        path = self._canvas.beginPath()
        for place, (x, y) in enumerate(corners):
            (path.lineTo if place else path.moveTo)(x * POINTS, _up(y))
        path.close()
        self._canvas.setFillColor(HexColor(colour))
        self._canvas.drawPath(path, stroke=0, fill=1)

    def squares(self, x: float, y: float, side: float, rows: Sequence[bytes]) -> None:
        """A grid of black squares, ``side`` millimetres in all, as one filled shape so that no seam shows.

        :param rows: a byte for each square, 1 for black
        """
        # Written out here: by way of reportlab's paths, whole numbers take longer than all else on the page.
        square = side * POINTS / len(rows)
        starts, lengths = _runs(len(rows))
        dark = _DARK.finditer(b"\0".join(rows))  # what is light between two rows keeps their runs apart
        drawn = " ".join([starts[start] + lengths[end - start] for start, end in map(re.Match.span, dark)])
        self._canvas.addLiteral(
            f"q {square:.6f} 0 0 {-square:.6f} {x * POINTS:.6f} {_up(y):.6f} cm 0 0 0 rg {drawn} f Q"
        )

    def picture(self, x: float, y: float, width: float, height: float, png: bytes, *, align: Align = "left") -> None:
        """A PNG as large as fits a box, in the middle of its height, on this side of its width."""
        anchor = {"left": "w", "centre": "c", "right": "e"}[align]
        self._canvas.drawImage(
            ImageReader(BytesIO(png)), x * POINTS, _up(y + height), width * POINTS, height * POINTS,
            mask="auto", preserveAspectRatio=True, anchor=anchor,
        )  # fmt: skip

    @contextmanager
    def stamp(self, name: str) -> Iterator[None]:
        """Draw once, as on a page, what many places share; it shows wherever it is pressed."""
        self._canvas.beginForm(name, 0, 0, WIDTH * POINTS, HEIGHT * POINTS)
        yield
        self._canvas.endForm()

    def press(self, name: str, x: float = 0.0, y: float = 0.0) -> None:
        """Put a stamp on the page, moved right and down by so many millimetres."""
        self._canvas.saveState()
        self._canvas.translate(x * POINTS, -y * POINTS)
        self._canvas.doForm(name)
        self._canvas.restoreState()

    def page_number(self, x: float, y: float, label: str, style: Style) -> None:
        """``label 3 / 12`` starting at ``x``. The total is filled in by `save`, when it is known."""
        begun = f"{label} {self.page} / "
        self.text(x, y, begun, style)
        canvas = self._canvas
        canvas.saveState()
        canvas.translate((x + width_of(begun, style)) * POINTS, _up(y))
        canvas.setFont(_LOADED[style.face].fontName, style.size)
        canvas.setFillColor(HexColor(style.colour))
        canvas.doForm(_TOTAL_PAGES)
        canvas.restoreState()
        self._total_style = style

    def next_page(self) -> None:
        """Finish this page and start another."""
        self._canvas.showPage()
        self.page += 1

    def save(self) -> None:
        """Finish the last page and write the file. The file stays open."""
        self._canvas.showPage()
        if (style := self._total_style) is not None:
            self._canvas.beginForm(_TOTAL_PAGES, 0, -20, 100, 20)
            self._canvas.setFont(_LOADED[style.face].fontName, style.size)
            self._canvas.setFillColor(HexColor(style.colour))
            self._canvas.drawString(0, 0, str(self.page))
            self._canvas.endForm()
        self._canvas.save()


@lru_cache(maxsize=8)
def _runs(side: int) -> tuple[list[str], list[str]]:
    """How a run of dark squares is written: what each place in a grid begins it with, what each length ends it with."""
    starts = [f"{place} {row} " for row in range(side) for place in range(side + 1)]
    return starts, [f"{length} 1 re" for length in range(side + 1)]


def _up(y: float) -> float:
    """PDF measures from the bottom, in points."""
    return (HEIGHT - y) * POINTS
