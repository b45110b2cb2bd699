"""Tables of the books of account as files for a spreadsheet: CSV as it is read, XLSX up to a size."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from ledger.formats import Language, shown_day
from ledger.money import Money
from vouchers.orders.lists.csv_writing import decimal, harmless

Cell = str | int | date | Money | Decimal
Row = Sequence[Cell]
Rows = AsyncIterator[Sequence[Row]]

_CHUNK: Final = 1 << 16


async def csv_bytes(rows: Rows, language: Language) -> AsyncIterator[bytes]:
    """UTF-8 with its mark, semicolons, CRLF; no text runs anything, numbers and days are as the language has them."""
    mark = b"\xef\xbb\xbf"
    async for some in rows:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(
            [_written(cell, language) for cell in row] for row in some
        )
        yield mark + out.getvalue().encode("utf-8", "replace")
        mark = b""


async def xlsx_bytes(rows: Rows, title: str, *, widths: Sequence[int] = ()) -> AsyncIterator[bytes]:
    """One sheet, written to a file on the way: what is in memory is a part of it. Nothing comes before all is read.

    :param widths: of the first columns, in letters; those that are not named have the spreadsheet's own
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    try:
        async for some in rows:
            await asyncio.to_thread(_append, sheet, some)
    finally:
        sheet.close()
    with TemporaryFile() as file:
        await asyncio.to_thread(book.save, file)
        file.seek(0)
        while part := await asyncio.to_thread(_read, file):
            yield part


def _read(file: IO[bytes]) -> bytes:
    return file.read(_CHUNK)


def _append(sheet: Any, some: Sequence[Row]) -> None:
    for row in some:
        sheet.append([_cell(sheet, cell) for cell in row])


def _cell(sheet: Any, cell: Cell) -> Any:
    if isinstance(cell, str):
        return harmless(_printable(cell))
    if isinstance(cell, Money):
        euros = WriteOnlyCell(sheet)
        euros.value = Decimal(cell.cents).scaleb(-2)
        euros.number_format = "#,##0.00"
        return euros
    return cell


def _printable(text: str) -> str:
    """Without the control characters that a workbook refuses."""
    return "".join(one if one.isprintable() else " " for one in text)


def _written(cell: Cell, language: Language) -> str:
    if isinstance(cell, Money):
        return decimal(cell, language)
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", "," if language == "fr" else ".")
    if isinstance(cell, date):
        return shown_day(cell, language) if language == "fr" else cell.isoformat()
    return harmless(cell) if isinstance(cell, str) else str(cell)
