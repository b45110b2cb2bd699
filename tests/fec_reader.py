"""A FEC read as a stranger reads it, from the text of LPF art. A47 A-1 alone: nothing of ours is used here.

It is stricter than the tax office's own tester, which lets through entries that do not balance, gaps, and 31 February.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ARTICLE = [
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
]  # fmt: skip
MAY_BE_EMPTY = {"CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise"}


@dataclass(frozen=True, slots=True)
class Read:
    """A line of the file; amounts in cents."""

    journal: str
    number: int
    day: date
    account: str
    party: str
    party_name: str
    piece: str
    piece_day: date
    label: str
    debit: int
    credit: int
    valid_on: date


def read(content: bytes) -> list[Read]:
    """Every line, each rule of the article held, or an AssertionError that says which is not."""
    text = content.decode("iso8859-15")
    assert text.endswith("\r\n")
    records = text.split("\r\n")[:-1]
    assert not any(set(record) & set("\r\n") for record in records), "a line break within a field"
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert rows[0] == ARTICLE
    assert all(len(row) == 18 for row in rows), "a tab within a field"
    lines = [_line(dict(zip(ARTICLE, row, strict=True))) for row in rows[1:]]
    _balanced(lines)
    _numbered(lines)
    assert [one.valid_on for one in lines] == sorted(one.valid_on for one in lines), "not in the order of validation"
    return lines


def _line(cells: dict[str, str]) -> Read:
    for name, cell in cells.items():
        assert cell or name in MAY_BE_EMPTY, f"{name} is empty"
        assert cell == cell.strip(), f"{name} has spaces around it"
        assert cell.isprintable(), f"{name} holds what is not printed"
    assert re.fullmatch(r"[1-8]\d\d[0-9A-Za-z]*", cells["CompteNum"])
    assert bool(cells["CompAuxNum"]) == bool(cells["CompAuxLib"]), "half an auxiliary account"
    debit, credit = _cents(cells["Debit"]), _cents(cells["Credit"])
    assert (debit > 0) != (credit > 0), "an amount on both sides, or on none"
    return Read(
        cells["JournalCode"], int(cells["EcritureNum"]), _day(cells["EcritureDate"]), cells["CompteNum"],
        cells["CompAuxNum"], cells["CompAuxLib"], cells["PieceRef"], _day(cells["PieceDate"]), cells["EcritureLib"],
        debit, credit, _day(cells["ValidDate"]),
    )  # fmt: skip


def _cents(typed: str) -> int:
    assert re.fullmatch(r"\d+,\d\d", typed), typed
    return int(Decimal(typed.replace(",", ".")) * 100)


def _day(typed: str) -> date:
    assert re.fullmatch(r"\d{8}", typed), typed
    return date(int(typed[:4]), int(typed[4:6]), int(typed[6:]))


def _balanced(lines: list[Read]) -> None:
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for one in lines:
        sums[one.journal, one.number] += one.debit - one.credit
    assert {entry: left for entry, left in sums.items() if left} == {}
    assert sum(one.debit for one in lines) == sum(one.credit for one in lines)


def _numbered(lines: list[Read]) -> None:
    """In each journal 1, 2, 3 …, each entry in one piece and on one day, days never going back."""
    last: dict[str, Read] = {}
    for one in lines:
        before = last.get(one.journal)
        if before is None:
            assert one.number == 1, one
        else:
            assert one.number in {before.number, before.number + 1}, (before, one)
            assert one.day == before.day if one.number == before.number else one.day >= before.day, (before, one)
        last[one.journal] = one
