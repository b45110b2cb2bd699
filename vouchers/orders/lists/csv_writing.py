"""Lines for a spreadsheet, of which none can run anything there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from ledger.formats import Language
from ledger.money import Money

_RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV that spreadsheets open by a double click: UTF-8 with its mark, semicolons, CRLF, every cell `harmless`."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run: one that begins as a formula does gets an apostrophe.

    Source: OWASP, "CSV Injection". Spaces before do not help: some spreadsheets trim them.
    """
    return f"'{cell}" if cell.startswith(_RUNS) or cell.lstrip().startswith(_RUNS) else cell


def decimal(amount: Money, language: Language) -> str:
    """An amount as a spreadsheet of that language reads it: ``1250,50`` or ``1250.50``."""
    euros, cents = divmod(abs(amount.cents), 100)
    mark = "," if language == "fr" else "."
    return f"{'-' if amount.cents < 0 else ''}{euros}{mark}{cents:02d}"
