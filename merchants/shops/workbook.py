"""The cells of an XLSX workbook's first sheet, bounded before and while openpyxl reads it.

Formulas are never evaluated. `first_sheet` does not read the results stored beside them either: a formula comes out as
its text; `computed_sheet` gives what the person who saved the file saw, and the text of a formula without a result.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, Final

import openpyxl
from openpyxl.utils import column_index_from_string

from merchants.errors import FileTooLarge, FileUnreadable

UNPACKED_MOST: Final = 200 * 1024 * 1024
COLUMNS_MOST: Final = 256
ROWS_MOST: Final = 250_000  # lines with something on them, and the empty ones between
_PARTS_MOST: Final = 2_000
_STRINGS_BYTES_MOST: Final = 64 * 1024 * 1024
_STRINGS_MOST: Final = 1_000_000
_ROW_BYTES_MOST: Final = 1024 * 1024
_CHUNK: Final = 256 * 1024
_ROW: Final = re.compile(rb"<(?:\w+:)?row[\s/>]")
_STRING: Final = re.compile(rb"<(?:\w+:)?si[\s/>]")
_DECLARATION: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OVERLAP: Final = 64  # bytes of a chunk read again with the next, so that nothing hides across their border
_MERGED: Final = re.compile(rb"""<(?:\w+:)?mergeCell\s+ref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
_MERGED_MOST: Final = 10_000

Cell = str | int | float | None


def first_sheet(content: bytes) -> Iterator[tuple[Cell, ...]]:
    """The sheet's rows in order, empty ones too, as wide as the first that holds anything (256 columns at most).

    :raises FileUnreadable, FileTooLarge:
    """
    try:
        _bound(content)
        yield from _cells(content)
    except (FileUnreadable, FileTooLarge):
        raise
    except Exception as broken:  # openpyxl, zipfile and expat fail in a score of ways on a bad file
        raise FileUnreadable(reason="broken-workbook") from broken


def _cells(content: bytes) -> Iterator[tuple[Cell, ...]]:
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
        top = sheet.iter_rows(min_row=1, min_col=1, max_col=COLUMNS_MOST, values_only=True)
        width = _width(islice(top, ROWS_MOST))
        rows = sheet.iter_rows(min_row=1, min_col=1, max_col=width, values_only=True)
        for row in islice(rows, ROWS_MOST + 1):  # a row may say it is the thousand millionth; openpyxl fills the gap
            yield tuple(map(_plain, row))
    finally:
        workbook.close()


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells made one: a spreadsheet keeps what is typed in the top left one. Counted from 1, the ends included."""

    top: int
    left: int
    bottom: int
    right: int


def computed_sheet(content: bytes, *, width: int, unpacked: int = UNPACKED_MOST) -> Iterator[tuple[Cell, ...]]:
    """The sheet's rows in order, empty ones as empty tuples, cut at `width` columns, with the results of formulas.

    :raises FileUnreadable, FileTooLarge:
    """
    try:
        _bound(content, unpacked)
        yield from _computed(content, width)
    except (FileUnreadable, FileTooLarge):
        raise
    except Exception as broken:
        raise FileUnreadable(reason="broken-workbook") from broken


def _computed(content: bytes, width: int) -> Iterator[tuple[Cell, ...]]:
    books = [
        openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=results, keep_links=False)
        for results in (False, True)
    ]
    try:
        typed, results = (book.worksheets[0] for book in books)
        typed.reset_dimensions()
        results.reset_dimensions()
        pairs = zip(
            typed.iter_rows(min_row=1, min_col=1, max_col=width, values_only=True),
            results.iter_rows(min_row=1, min_col=1, max_col=width),
            strict=True,
        )
        for row, beside in islice(pairs, ROWS_MOST + 1):
            if row.count(None) == len(row):
                yield ()
            else:
                yield tuple(_plain(_seen(value, cell)) for value, cell in zip(row, beside, strict=True))
    finally:
        for book in books:
            book.close()


def _seen(typed: object, result: object) -> object:
    """The result stored beside a formula (an empty text is one), else what was typed."""
    value = getattr(result, "value", None)
    if value is None:
        return "" if getattr(result, "data_type", "") == "str" else typed
    return value


def merged_cells(content: bytes) -> tuple[Merged, ...]:
    """The cells of the first sheet that were made one; ten thousand at most, of a file that `computed_sheet` read.

    Nothing public says which part of the file a sheet is, and openpyxl reads no merged cells in read-only mode.
    """
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        part = workbook.worksheets[0]._worksheet_path  # type: ignore[attr-defined]  # noqa: SLF001
    finally:
        workbook.close()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part) as unpacked:
        found = chain.from_iterable(_MERGED.findall(chunk) for chunk in _chunks(unpacked))
        return tuple(dict.fromkeys(_merged(*one) for one in islice(found, _MERGED_MOST)))


def _merged(left: bytes, top: bytes, right: bytes, bottom: bytes) -> Merged:
    return Merged(
        int(top), column_index_from_string(left.decode()), int(bottom), column_index_from_string(right.decode())
    )


def _width(rows: Iterable[tuple[object, ...]]) -> int:
    """How far the first row that holds anything goes; 1 when none does."""
    for row in rows:
        filled = [at for at, value in enumerate(row, start=1) if value is not None]
        if filled:
            return filled[-1]
    return 1


def _plain(value: object) -> Cell:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if type(value).__module__.startswith("openpyxl."):  # array formulas and data tables
        return f"={getattr(value, 'text', '')}"
    return str(value)


def _bound(content: bytes, most: int = UNPACKED_MOST) -> None:
    """Refuse what would unpack to more than can be held. Sizes declared are the most zipfile will ever read."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > _PARTS_MOST:
            raise FileUnreadable(reason="broken-workbook")
        if sum(part.file_size for part in parts) > most:
            raise FileTooLarge(unit="unpacked", limit=most)
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                with archive.open(part) as unpacked:
                    _bound_part(part, unpacked)


def _bound_part(part: zipfile.ZipInfo, unpacked: IO[bytes]) -> None:
    """Bound what one element can hold in memory: a row, the table of strings. Entities are refused outright."""
    sheet, strings = "worksheets/" in part.filename, part.filename.lower().endswith("sharedstrings.xml")
    if not sheet and part.file_size > _STRINGS_BYTES_MOST:
        raise FileTooLarge(unit="unpacked", limit=_STRINGS_BYTES_MOST)
    since_row = count = 0
    tail = b""
    while chunk := unpacked.read(_CHUNK):
        if _DECLARATION.search(tail + chunk):
            raise FileUnreadable(reason="broken-workbook")
        tail = chunk[-_OVERLAP:]
        if strings:
            count += len(_STRING.findall(chunk))
        if sheet:
            starts = [found.start() for found in _ROW.finditer(chunk)]
            since_row = len(chunk) - starts[-1] if starts else since_row + len(chunk)
        if count > _STRINGS_MOST or since_row > _ROW_BYTES_MOST:
            raise FileTooLarge(unit="unpacked", limit=_STRINGS_MOST if strings else _ROW_BYTES_MOST)


def _chunks(unpacked: IO[bytes]) -> Iterator[bytes]:
    """What a part holds, piece by piece, each with the end of the one before."""
    tail = b""
    while chunk := unpacked.read(_CHUNK):
        yield tail + chunk
        tail = chunk[-_OVERLAP:]
