"""Reading a list of shops from a CSV or XLSX file: text in, rows of text by field out. Nothing is judged here.

Line numbers are those of a spreadsheet: the header is 1 when nothing stands above it, an empty line counts, and a
cell with a line break inside its quotes does not (in a text editor the numbers then differ after that cell).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from merchants.errors import FileTooLarge, FileUnreadable
from merchants.shops.columns import Field, recognised, require
from merchants.shops.records import COMPOUND, DELIMITERS, ZIP, TextEncoding, csv_records, decoded, filled
from merchants.shops.spelling import shown
from merchants.shops.workbook import ROWS_MOST, Cell, first_sheet

BYTES_MOST: Final = 32 * 1024 * 1024
LINES_MOST: Final = 100_000
_ZERO_FILLED: Final[Mapping[Field, int]] = {"siret": 14, "postcode": 5, "commune_code": 5}

Encoding = TextEncoding | Literal["xlsx"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line with something on it. `overfull`: it has more cells than the header, so which is which is lost."""

    line: int
    cells: Mapping[Field, str]
    overfull: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file holds. `columns` maps a field to its title as typed; `ignored` are the titles nobody knows.

    `empty_lines` are those above the last line with something on it.
    """

    rows: tuple[Row, ...]
    columns: Mapping[Field, str]
    ignored: tuple[str, ...]
    empty_lines: int
    encoding: Encoding


def read_rows(content: bytes, filename: str = "") -> Rows:
    """Read a CSV (comma, semicolon or tab; UTF-8, UTF-16 with its mark, Windows-1252) or an XLSX, told by its content.

    At most 32 MiB and 100,000 lines. `filename` serves only to say what is wrong with a file that calls itself XLSX.

    :raises FileUnreadable, FileTooLarge, ColumnsMissing:
    """
    if len(content) > BYTES_MOST:
        raise FileTooLarge(unit="bytes", limit=BYTES_MOST)
    if content.startswith(COMPOUND):
        raise FileUnreadable(reason="old-excel")
    if content.startswith(ZIP):
        with warnings.catch_warnings():  # openpyxl warns of styles and validations that it drops; we read neither
            warnings.simplefilter("ignore")
            return _table(first_sheet(content), "xlsx")
    if filename.lower().endswith((".xlsx", ".xlsm")):
        raise FileUnreadable(reason="broken-workbook")
    text, encoding = decoded(content)
    return _table(csv_records(text, _delimiter(text)), encoding)


def _table(records: Iterable[tuple[Cell, ...]], encoding: Encoding) -> Rows:
    """Find the header in the first line with something on it, then take the lines below."""
    numbered = enumerate(records, start=1)
    top, header = next((one for one in numbered if any(map(filled, one[1]))), (0, ()))
    if not header:
        raise FileUnreadable(reason="empty")
    titles = [_text(cell) for cell in header]
    found = recognised(titles)
    require(found, titles)
    rows: list[Row] = []
    width = len(titles)
    for line, record in numbered:
        if line > ROWS_MOST or len(rows) > LINES_MOST:
            raise FileTooLarge(unit="lines", limit=LINES_MOST)
        if any(filled(cell) for cell in record):
            rows.append(_row(line, record, found, width))
    if len(rows) > LINES_MOST:
        raise FileTooLarge(unit="lines", limit=LINES_MOST)
    last = rows[-1].line if rows else top
    return Rows(
        rows=tuple(rows),
        columns={field: titles[position] for position, field in found.items()},
        ignored=tuple(shown(title) for at, title in enumerate(titles) if at not in found and title.strip()),
        empty_lines=last - len(rows) - 1,
        encoding=encoding,
    )


def _row(line: int, record: tuple[Cell, ...], found: Mapping[int, Field], width: int) -> Row:
    present = len(record)
    return Row(
        line=line,
        cells={field: _text(record[at], field) for at, field in found.items() if at < present and filled(record[at])},
        overfull=present > width and any(filled(cell) for cell in record[width:]),
    )


def _text(cell: Cell, field: Field | None = None) -> str:
    """A cell as text; a spreadsheet's number gets back the leading zeros that its field has."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float) and not cell.is_integer():
        return repr(cell)
    if abs(cell) >= 10**15:  # a spreadsheet keeps 15 digits: what comes after is made up
        return f"{float(cell):.14E}" if abs(cell) < 10**300 else "#NUM!"
    digits = str(int(cell))
    return digits.zfill(_ZERO_FILLED.get(field, 0)) if field else digits


def _delimiter(text: str) -> str:
    """The delimiter by which the header names most fields; by number of cells when it names none.

    Of a file with nothing but delimiters, that one.
    """

    def merit(delimiter: str) -> tuple[int, int]:
        try:
            header = next((one for one in csv_records(text, delimiter) if any(map(filled, one))), ())
        except FileUnreadable:  # quotes that only make sense with another delimiter
            return -1, 0
        return len(recognised([_text(cell) for cell in header])), len(header) or len(text)

    return max(DELIMITERS, key=merit)


__all__ = ["BYTES_MOST", "LINES_MOST", "Row", "Rows", "read_rows"]
