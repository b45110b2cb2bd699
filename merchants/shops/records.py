"""The records of a file of lines, whatever it lists: bytes to text, text to cells. Nothing is named or judged here."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final, Literal

from merchants.errors import FileUnreadable
from merchants.shops.workbook import Cell

DELIMITERS: Final = (",", ";", "\t")
ZIP: Final = b"PK\x03\x04"
COMPOUND: Final = b"\xd0\xcf\x11\xe0"
"""How the compound files of old Excel begin, and those in which a password keeps a new one."""
_RECORD_MOST: Final = 1_000_000
_BEYOND_ASCII: Final = 0x80

TextEncoding = Literal["utf-8", "windows-1252", "utf-16", "mac-roman"]

_EXPECTED: Final = frozenset("àâäáãåæçéèêëíìîïñóòôöõøœúùûüÿÀÂÄÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜŸ€°«»’‘“”–—…·©®º\xa0")
"""What lists in French and the languages around it are written with beyond ASCII."""


def filled(cell: Cell) -> bool:
    """Whether there is something in a cell."""
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def csv_records(text: str, delimiter: str) -> Iterator[tuple[Cell, ...]]:
    """The records of a CSV, empty lines as empty tuples. A stray or unclosed quote stops the reading: what it would
    swallow is other lines.

    :raises FileUnreadable: `line` is the record's.
    """
    lines = _Lines(text)
    number = 0
    try:
        for number, record in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), start=1):  # noqa: B007
            lines.pending = 0
            yield tuple(record)
    except csv.Error as broken:
        raise FileUnreadable(reason="broken-line", line=number + 1) from broken


class _Lines:
    """The physical lines of a text (LF, CRLF or CR), of which one record may not gather a million characters."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self.pending = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.pending += len(line)
            if self.pending > _RECORD_MOST:
                raise csv.Error("record too long")
            yield line


def decoded(content: bytes) -> tuple[str, TextEncoding]:
    """Text of any bytes: UTF-16 and UTF-8 by their marks, else UTF-8 in which a byte that is not is Windows-1252's.

    Old Excel on a Mac writes Mac Roman, and names no encoding: it is taken for that if it makes letters of all that
    Windows-1252 makes signs of (``Ž`` for é, ``ˆ`` for à).

    :raises FileUnreadable: ``not-text``
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
        encoding: TextEncoding = "utf-16"
    else:
        body = content.removeprefix(codecs.BOM_UTF8)
        try:
            text, encoding = body.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            if _from_an_old_mac(body):
                text, encoding = body.decode("mac_roman"), "mac-roman"
            else:
                text, encoding = body.decode("utf-8", errors=_WINDOWS_1252), "windows-1252"
    start = text[:1000]
    if start.count("\0") * 20 > len(start):  # pictures, programs, UTF-16 without its mark; a stray NUL is a bad cell
        raise FileUnreadable(reason="not-text")
    return text, encoding


def _from_an_old_mac(body: bytes) -> bool:
    beyond = bytes(sorted({one for one in body if one >= _BEYOND_ASCII}))
    as_windows, as_mac = beyond.decode("cp1252", errors="replace"), beyond.decode("mac_roman")
    return not set(as_windows) <= _EXPECTED and set(as_mac) <= _EXPECTED


def _as_windows_1252(broken: UnicodeError) -> tuple[str, int]:
    if not isinstance(broken, UnicodeDecodeError):
        raise broken
    wrong = broken.object[broken.start : broken.end]
    return wrong.decode("cp1252", errors="replace"), broken.end


_WINDOWS_1252: Final = "obole-windows-1252"
codecs.register_error(_WINDOWS_1252, _as_windows_1252)
