"""The canvas under a page: reportlab's, but quicker at text, and able to write each page as soon as it is finished."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, BinaryIO, Final

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.rl_accel import escapePDF, fp_str
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

rl_config.useA85 = 0  # pages as plain compressed bytes: a fifth smaller than in ASCII, and many times as fast to write

KEPT: Final = 20_000
"""Lines of text that a document keeps as they are written, some hundred bytes each: lists repeat most of theirs."""


class Lettered(Canvas):
    """A canvas that sets a line of text as ``Canvas.drawString`` does, to the byte, in a fifth of the time."""

    _code: list[str]  # the stubs know neither
    _doc: Any

    def __init__(self, out: BinaryIO, **options: Any) -> None:
        super().__init__(out, **options)
        # Kept by the document, not by the process: what is on paper may be worth money.
        self._set: dict[tuple[str, float, str], str] = {}

    def line_of_text(
        self, x: float, y: float, text: str, font: TTFont, size: float, colour: str, spacing: float
    ) -> None:
        """``text`` starting at a point of the page, in points from its lower left corner."""
        key = (font.fontName, size, text)
        shown = self._set.get(key)
        if shown is None:
            if len(self._set) >= KEPT:
                self._set.clear()
            shown = self._set[key] = self._shown(text, font, size)
        self._code.append(_filling(colour))
        place = f"BT 1 0 0 1 {_number(x)} {_number(y)} Tm"
        if spacing:
            self._code.append(f"{place} {_number(spacing)} Tc {shown} T* 0 Tc ET")
        else:
            self._code.append(f"{place} {shown} T* ET")

    def straight_line(
        self, x1: float, y1: float, x2: float, y2: float, *, colour: str, thick: float, dash: str
    ) -> None:
        """As ``Canvas.line`` does, with all that it is drawn by, in points."""
        ends = f"n {_number(x1)} {_number(y1)} m {_number(x2)} {_number(y2)} l S"
        self._code += (_stroking(colour), f"{_number(thick)} w", f"{dash} 0 d", ends)

    def _shown(self, text: str, font: TTFont, size: float) -> str:
        """The operators that show ``text``: letters in the font's parts of 256, each named where it begins."""
        operators, before = list[str](), -1
        for part, letters in font.splitString(text, self._doc):
            if part != before:
                name = font.getSubsetInternalName(part, self._doc)
                operators.append(f"{name} {_number(size)} Tf {_number(size * 1.2)} TL")
                before = part
            operators.append(f"({escapePDF(letters)}) Tj")
        return " ".join(operators)


class Streamed(Lettered):
    """A canvas that writes each page to its file as soon as it is finished, and then forgets it.

    reportlab keeps every page until the end, then makes the whole file in memory: a gigabyte for 100,000 pages.
    """

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


@lru_cache(maxsize=4_096)
def _number(value: float) -> str:
    """A number as reportlab writes it. Positions repeat from row to row and from page to page."""
    return str(fp_str(value))


@lru_cache(maxsize=64)
def _filling(colour: str) -> str:
    return f"{fp_str(HexColor(colour).rgb())} rg"


@lru_cache(maxsize=64)
def _stroking(colour: str) -> str:
    return f"{fp_str(HexColor(colour).rgb())} RG"
