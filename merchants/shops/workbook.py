"""The cells of an XLSX workbook's first sheet, bounded before and while openpyxl reads it.

Formulas are never evaluated, nor are the results stored beside them read: a formula comes out as its text.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Final

import openpyxl

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


def _bound(content: bytes) -> None:
    """Refuse what would unpack to more than can be held. Sizes declared are the most zipfile will ever read."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > _PARTS_MOST:
            raise FileUnreadable(reason="broken-workbook")
        if sum(part.file_size for part in parts) > UNPACKED_MOST:
            raise FileTooLarge(unit="unpacked", limit=UNPACKED_MOST)
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
    while chunk := unpacked.read(_CHUNK):
        if _DECLARATION.search(chunk):
            raise FileUnreadable(reason="broken-workbook")
        if strings:
            count += len(_STRING.findall(chunk))
        if sheet:
            starts = [found.start() for found in _ROW.finditer(chunk)]
            since_row = len(chunk) - starts[-1] if starts else since_row + len(chunk)
        if count > _STRINGS_MOST or since_row > _ROW_BYTES_MOST:
            raise FileTooLarge(unit="unpacked", limit=_STRINGS_MOST if strings else _ROW_BYTES_MOST)
