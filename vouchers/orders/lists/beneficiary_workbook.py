"""What kind of file a list came in; and of an XLSX, the cells of its first sheet as text."""

from __future__ import annotations

import io
import warnings
import zipfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from merchants.errors import FileTooLarge, FileUnreadable
from merchants.shops.records import COMPOUND, ZIP
from merchants.shops.workbook import ROWS_MOST, Cell, Merged, computed_sheet, merged_cells
from vouchers.orders.lists.amounts import as_typed
from vouchers.orders.lists.list_errors import ListReason, ListUnreadable

UNPACKED_MOST: Final = 64 * 1024 * 1024
COLUMNS_MOST: Final = 64
LINES_MOST: Final = 20_000
"""Lines with something on them that are read at all; how many an order takes is `beneficiary_checking`'s."""

_ABOVE: Final = 20  # a title and a header
_MADE_UP: Final = 10**15  # a spreadsheet keeps fifteen digits
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")  # [MS-OFFCRYPTO] 2.3.4.4: where a password keeps a workbook
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_MARKUP: Final = (b"<!doctype", b"<html", b"<?xml", b"<svg", b"{\\rtf")


class Merges:
    """The cells that a merge leaves empty, by column, told fast."""

    def __init__(self, merged: tuple[Merged, ...]) -> None:
        self._columns: Mapping[int, list[Merged]] = defaultdict(list)
        for one in sorted(merged, key=lambda one: one.top):
            for column in range(one.left, min(one.right, COLUMNS_MOST) + 1):
                self._columns[column].append(one)
        self._tops = {column: [one.top for one in ranges] for column, ranges in self._columns.items()}

    def cover(self, line: int, column: int) -> bool:
        """Whether this cell, counted from 1, is in a merge and is not the one that holds its text."""
        at = bisect_right(self._tops.get(column, ()), line) - 1
        if at < 0:
            return False
        one = self._columns[column][at]
        return one.bottom >= line and (line, column) != (one.top, one.left)


def sheet_of(content: bytes) -> tuple[list[tuple[str, ...]], Merges] | None:
    """The lines of a workbook's first sheet, the empty ones as empty tuples, and its merges; None if it may be a CSV.

    :raises ListUnreadable: naming what kind of file it is instead, or what is wrong with it
    """
    if reason := _kind(content):
        raise ListUnreadable(reason=reason)
    if not content.startswith(ZIP):
        return None
    with warnings.catch_warnings():  # openpyxl warns of styles and validations that it drops; we read neither
        warnings.simplefilter("ignore")
        try:
            lines = list(_lines(content))
            return lines, Merges(merged_cells(content))
        except FileTooLarge as refused:
            raise ListUnreadable(reason="unpacked", limit=refused.limit) from refused
        except FileUnreadable as refused:
            raise ListUnreadable(reason="broken-workbook") from refused


def _lines(content: bytes) -> Iterator[tuple[str, ...]]:
    filled = 0
    for line, row in enumerate(computed_sheet(content, width=COLUMNS_MOST, unpacked=UNPACKED_MOST), start=1):
        if line > ROWS_MOST:
            raise ListUnreadable(reason="far-lines", limit=ROWS_MOST)
        filled += bool(row)
        if filled > LINES_MOST + _ABOVE:
            raise ListUnreadable(reason="many-lines", limit=LINES_MOST)
        yield tuple(map(_text, row))


def _text(cell: Cell) -> str:
    """A cell as its spreadsheet shows it: fifteen digits, no .0; a number too long to be one is marked as such."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    return as_typed(cell) if abs(cell) < _MADE_UP else "#NUM!"


def _kind(content: bytes) -> ListReason | None:
    """What a file is that holds no list we read; None for an XLSX or a text."""
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if content.startswith(COMPOUND):
        return "password" if _ENCRYPTED in content else "old-excel"
    if start.startswith(b"%pdf-"):
        return "pdf"
    if content.startswith(_PICTURES) or (content.startswith(b"RIFF") and content[8:12] == b"WEBP"):
        return "picture"
    if start.startswith(_MARKUP):
        return "other-document"
    return _archive_kind(content) if content.startswith(ZIP) else None


def _archive_kind(content: bytes) -> ListReason | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = frozenset(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return "broken-workbook"
    if "mimetype" in names and "content.xml" in names:
        return "open-document"
    if names and "[Content_Types].xml" not in names:
        return "other-document"
    return (
        "other-document"
        if any(name.startswith(("word/", "ppt/")) or name == "xl/workbook.bin" for name in names)
        else None
    )
