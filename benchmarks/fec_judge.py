"""A FEC judged as a stranger judges it, line by line: from the text of LPF art. A47 A-1, with nothing of Obole.

The standard library's ``csv`` reads it; what is remembered is the entry at hand and the last one of each journal, so
that a file of any length can be judged: ``python -m benchmarks.fec_judge 181300013FEC20261031.txt``.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

FIELDS: Final = [
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
]  # fmt: skip
NEEDED: Final = (0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15)
NAME: Final = re.compile(r"\d{9}FEC\d{8}\.txt")

_AMOUNT: Final = re.compile(r"\d+,\d\d")
_ACCOUNT: Final = re.compile(r"[1-8]\d\d[0-9A-Za-z]*")


class FecWrong(Exception):
    """The file breaks the rule that is named, on the line that is named."""


@dataclass(slots=True)
class _Entry:
    """The entry that a journal is at."""

    number: int
    day: date
    left: int = 0


@dataclass(slots=True)
class Judged:
    """What the file comes to; sums in cents."""

    lines: int = 0
    entries: int = 0
    debit: int = 0
    credit: int = 0
    journals: dict[str, _Entry] = field(default_factory=dict)
    now: tuple[str, int] | None = None


def judge(path: Path) -> Judged:
    """Read the whole file.

    :raises FecWrong: at the first line that breaks a rule
    """
    if not NAME.fullmatch(path.name):
        raise FecWrong(f"{path.name} is no name of a FEC")
    found, valid = Judged(), date.min
    with path.open(encoding="iso8859-15", newline="") as file:
        rows = csv.reader(_lines(file), delimiter="\t", quoting=csv.QUOTE_NONE)
        if next(rows, []) != FIELDS:
            raise FecWrong("the first line does not name the eighteen fields")
        for row in rows:
            found.lines += 1
            try:
                _take(found, row)
                valid = _in_order(valid, _day(row[15]), "ValidDate")
            except (ValueError, IndexError) as wrong:
                raise FecWrong(f"line {found.lines + 1}: {wrong}") from wrong
    _close(found)
    if found.debit != found.credit:
        raise FecWrong(f"debits are {found.debit}, credits {found.credit}")
    return found


def _lines(file: Iterator[str]) -> Iterator[str]:
    for line in file:
        if not line.endswith("\r\n") or not line[:-2].replace("\t", " ").isprintable():
            raise FecWrong(f"a line that does not end with CR LF, or holds what is not printed: {line[:80]!r}")
        yield line


def _take(found: Judged, row: Sequence[str]) -> None:
    if len(row) != len(FIELDS) or not all(row[at] for at in NEEDED) or bool(row[6]) != bool(row[7]):
        raise ValueError("not eighteen fields, or one that must be there is empty")
    if not _ACCOUNT.fullmatch(row[4]):
        raise ValueError(f"{row[4]} is no account number")
    debit, credit = _cents(row[11]), _cents(row[12])
    if (debit > 0) == (credit > 0):
        raise ValueError("an amount on both sides, or on none")
    _day(row[9])
    entry = _entry(found, row[0], int(row[2]), _day(row[3]))
    entry.left += debit - credit
    found.debit += debit
    found.credit += credit


def _entry(found: Judged, journal: str, number: int, day: date) -> _Entry:
    """The entry of this line: the one at hand, or the next of its journal, once that at hand is balanced."""
    if found.now == (journal, number):
        entry = found.journals[journal]
        if entry.day != day:
            raise ValueError("an entry on two days")
        return entry
    _close(found)
    before = found.journals.get(journal)
    if number != (before.number if before else 0) + 1:
        raise ValueError(f"entry {number} of journal {journal} is not the next one")
    _in_order(before.day if before else date.min, day, "EcritureDate")
    found.now, found.journals[journal] = (journal, number), _Entry(number, day)
    found.entries += 1
    return found.journals[journal]


def _close(found: Judged) -> None:
    if found.now and (left := found.journals[found.now[0]].left):
        raise FecWrong(f"entry {found.now[1]} of journal {found.now[0]} is out of balance by {left} cents")


def _in_order(before: date, after: date, which: str) -> date:
    if after < before:
        raise ValueError(f"{which} goes back")
    return after


def _cents(typed: str) -> int:
    if not _AMOUNT.fullmatch(typed):
        raise ValueError(f"{typed} is no amount")
    return int(typed.replace(",", ""))


def _day(typed: str) -> date:
    return datetime.strptime(typed, "%Y%m%d").date()  # noqa: DTZ007 - a day, not a moment


if __name__ == "__main__":
    told = judge(Path(sys.argv[1]))
    print(f"{told.lines:,} lines, {told.entries:,} entries, {told.debit / 100:,.2f} on each side: every rule is kept")
