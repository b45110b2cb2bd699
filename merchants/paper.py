"""Paper: a page to draw on in millimetres from its top left corner, with text in points.

The only importer of reportlab, and of the fonts it embeds. Everything is plain text, never reportlab's markup, so a
shop named ``A & B <b>`` comes out as typed. The same drawing gives the same bytes.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import accumulate
from typing import Any, BinaryIO, Final, Literal

import pymupdf_fonts  # type: ignore[import-untyped]
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

rl_config.useA85 = 0  # pages as plain compressed bytes: a fifth smaller than in ASCII, and many times as fast to write

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


def _load(name: str, source: str) -> TTFont:
    font = TTFont(name, BytesIO(pymupdf_fonts.myfont(source)))
    pdfmetrics.registerFont(font)
    return font


# At import, so that two threads never register one name twice while a document is being drawn with it.
_LOADED: Final[dict[Face, TTFont]] = {face: _load(*font) for face, font in _FONTS.items()}

# What each face can draw, without what draws nothing or turns text around.
_COVERED: Final[dict[Face, frozenset[int]]] = {
    face: frozenset(code for code in font.face.charToGlyph if unicodedata.category(chr(code)) not in {"Cc", "Cf"})
    for face, font in _LOADED.items()
}


def drawable(words: str, face: Face = "plain") -> str:
    """``words`` as this face can show them: composed, on one line, ``�`` for each character it lacks.

    Never fails: emoji, Chinese, control characters and lone surrogates all become ``�``; invisible marks
    (joiners, variation selectors, text direction) go.
    """
    text = unicodedata.normalize("NFC", words.translate(_BREAKS))
    covered = _COVERED[face]
    if covered.issuperset(map(ord, text)):
        return text
    kept = (c for c in text if ord(c) in covered or unicodedata.category(c) not in {"Cf", "Mn", "Me"})
    return "".join(c if ord(c) in covered else _LACKING for c in kept)


def width_of(words: str, style: Style) -> float:
    """How wide ``words`` come out, in millimetres."""
    text = drawable(words, style.face)
    letters = _LOADED[style.face].stringWidth(text, style.size)
    return float(letters + style.spacing * max(len(text) - 1, 0)) / POINTS


def fitted(words: str, style: Style, width: float, *, least: float = SMALLEST) -> tuple[str, Style]:
    """``words`` made to fit ``width`` millimetres: smaller, down to ``least`` of their size, then with an ellipsis."""
    text = drawable(words, style.face)
    full = width_of(text, style)
    if full <= width:
        return text, style
    share = max(width / full, least)
    style = replace(style, size=style.size * share, spacing=style.spacing * share)
    if width_of(text, style) <= width + 1e-6:
        return text, style
    room = width - width_of("…", style)
    kept = bisect_right(list(accumulate(_advances(text, style))), room)
    return text[:kept].rstrip() + "…", style


def _advances(text: str, style: Style) -> list[float]:
    """How far each character moves the pen, in millimetres; they add up, since reportlab does not kern."""
    return [(_LOADED[style.face].stringWidth(c, style.size) + style.spacing) / POINTS for c in text]


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


class _Streamed(Canvas):
    """A canvas that writes each page to its file as soon as it is finished, and then forgets it.

    reportlab keeps every page until the end, then makes the whole file in memory: a gigabyte for 100,000 pages.
    """

    _doc: Any  # the stubs do not know it

    def __init__(self, out: BinaryIO, **options: Any) -> None:
        super().__init__(out, **options)

        def write(part: bytes) -> None:
            out.write(part)

        self._file = pdfdoc.PDFFile(pdfdoc.PDF_VERSION_DEFAULT)
        write(b"".join(self._file.strings))
        self._file.strings.clear()
        self._file.write = write  # instead of into memory; the file goes on counting where each object begins

    def showPage(self) -> None:  # noqa: N802 - the name is reportlab's
        super().showPage()
        pages = self._doc.Pages.pages
        page = pages.pop()
        pages.append(self._doc.Reference(page))
        self._put(pages[-1].name)
        self._put(self._doc.Reference(page.Contents).name)

    def save(self) -> None:
        """What `PDFDocument.SaveToFile` does, but for what is written already."""
        doc = self._doc
        for font in doc.delayedFonts:
            font.addObjects(doc)
        doc.info.invariant = doc.invariant
        doc.info.digest(doc.signature)
        catalog, info = doc.Reference(doc.Catalog), doc.Reference(doc.info)
        doc.Catalog.Outlines = None
        done = 0
        while done < doc.objectcounter:  # an object may name others when it is written
            done += 1
            if doc.numberToId[done] not in doc.idToOffset:
                self._put(doc.numberToId[done])
        table = pdfdoc.PDFCrossReferenceTable()
        table.addsection(0, [doc.numberToId[number] for number in range(1, done + 1)])
        start = self._file.add(table.format(doc))
        self._file.add(pdfdoc.PDFTrailer(start, Size=done + 1, Root=catalog, Info=info, ID=doc.ID()).format(doc))

    def _put(self, name: str) -> None:
        doc = self._doc
        doc.idToOffset[name] = self._file.add(pdfdoc.PDFIndirectObject(name, doc.idToObject[name]).format(doc))
        doc.idToObject[name] = None


class Paper:
    """A4 pages drawn one after the other and written to a binary file by `save`.

    Positions are millimetres from the top left; for text, ``y`` is the baseline.

    :param streamed: write each page when it is finished, so that any number of them takes no memory; without
        `page_number`, whose total is not known then
    """

    def __init__(self, out: BinaryIO, *, title: str, language: str, author: str = "", streamed: bool = False) -> None:
        self.page = 1
        self._canvas = (_Streamed if streamed else Canvas)(
            out,
            pagesize=(WIDTH * POINTS, HEIGHT * POINTS),
            pageCompression=1,
            invariant=1,  # no clock and no random file id: the same statement gives the same bytes
            lang=language,
            initialFontName=_LOADED["plain"].fontName,  # type: ignore[arg-type]  # the stubs say float
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
        text = drawable(words, style.face)
        if width is not None:
            text, style = fitted(text, style, width, least=least)
        if align != "left":
            x -= width_of(text, style) * (0.5 if align == "centre" else 1)
        self._canvas.setFont(_LOADED[style.face].fontName, style.size)
        self._canvas.setFillColor(HexColor(style.colour))
        self._canvas.drawString(x * POINTS, _up(y), text, charSpace=style.spacing)

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
        canvas = self._canvas
        canvas.setStrokeColor(HexColor(colour))
        canvas.setLineWidth(thick * POINTS)
        canvas.setDash([2.2, 2.8] if dashed else [])
        canvas.line(x1 * POINTS, _up(y1), x2 * POINTS, _up(y2))

    def rectangle(self, x: float, y: float, width: float, height: float, *, colour: str, corner: float = 0) -> None:
        """A filled rectangle; ``corner`` is its radius in millimetres."""
        self._canvas.setFillColor(HexColor(colour))
        box = (x * POINTS, _up(y + height), width * POINTS, height * POINTS)
        if corner:
            self._canvas.roundRect(*box, corner * POINTS, stroke=0, fill=1)
        else:
            self._canvas.rect(*box, stroke=0, fill=1)

    def squares(self, x: float, y: float, side: float, rows: Sequence[Sequence[bool]]) -> None:
        """A grid of black squares, ``side`` millimetres in all, as one filled shape so that no seam shows."""
        canvas = self._canvas
        canvas.saveState()
        canvas.translate(x * POINTS, _up(y))
        canvas.scale(side * POINTS / len(rows), -side * POINTS / len(rows))
        canvas.setFillColor(HexColor("#000000"))
        # Written out here: by way of reportlab's paths, whole numbers take longer than all else on the page.
        canvas.addLiteral(
            " ".join(
                f"{run.start()} {row} {run.end() - run.start()} 1 re"
                for row, modules in enumerate(rows)
                for run in _DARK.finditer(bytes(modules))
            )
        )
        canvas.addLiteral("f")
        canvas.restoreState()

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


def _up(y: float) -> float:
    """PDF measures from the bottom, in points."""
    return (HEIGHT - y) * POINTS
