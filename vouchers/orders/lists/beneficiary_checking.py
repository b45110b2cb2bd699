"""Judging lists of people: those fit to receive a voucher, and every fault of every other line, with what was typed.

Lines read from a file and lines mended in a form go through the same check.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ledger.money import Money
from merchants.shops.spelling import folded
from vouchers.orders.lists.addresses import matching
from vouchers.orders.lists.beneficiary_file import Typed
from vouchers.orders.lists.beneficiary_judging import Sheet, Terms, judged
from vouchers.orders.lists.beneficiary_rows import BadRow, CheckedList, Row, RowNote, Someone
from vouchers.orders.lists.list_errors import ListTooLong
from vouchers.orders.lists.list_examples import EXAMPLE_NAMES

AT_MOST: Final = 5_000
"""People in one list."""


def check_rows(
    rows: Sequence[Typed],
    *,
    face_value: Money | None,
    least: Money,
    most: Money,
    at_most: int = AT_MOST,
    known: Collection[Someone] = (),
    email_needed: bool = False,
) -> CheckedList:
    """Judge every line. One fault keeps a line out; lines that repeat another wait for a confirmation.

    :param face_value: for lines that name no amount; without one, each must
    :param least, most: the programme's bounds of a voucher
    :param known: who is in the order already, so that a second file does not bring the same people again
    :param email_needed: the vouchers go out by e-mail
    :raises ListTooLong: more lines than ``at_most``, counting those known
    """
    if len(rows) + len(known) > at_most:
        raise ListTooLong(lines=len(rows) + len(known), at_most=at_most)
    terms = Terms(face_value, least, most, email_needed)
    seen = _Seen(known)
    good: list[Row] = []
    bad: list[BadRow] = []
    for typed in rows:
        sheet = Sheet(typed)
        row = judged(typed, terms, sheet)
        if row is not None:
            row = seen.compared(row, typed, sheet)
        if row is not None and not sheet.faults:
            good.append(row)
        else:
            bad.append(BadRow(typed.line, typed.cells, tuple(sheet.faults)))
    return CheckedList(tuple(good), tuple(bad))


class _Seen:
    """Who came before: what makes a line repeat another, or share something with it."""

    def __init__(self, known: Collection[Someone]) -> None:
        self._amounts: dict[_Identity, dict[Money | None, int | None]] = {}
        self._numbers: dict[str, tuple[int | None, str]] = {}
        self._addresses: dict[str, tuple[int | None, str]] = {}
        for someone in known:
            self._keep(_Identity.of(someone), None, None)

    def compared(self, row: Row, typed: Typed, sheet: Sheet) -> Row:
        """The row with what is to be looked at; a fault on the sheet if it repeats another and nobody confirmed it."""
        who = _Identity.of(row)
        notes: list[RowNote] = []
        before = self._amounts.get(who, {})
        if None in before or row.amount in before:
            other = before.get(row.amount)
            if typed.confirmed:
                notes.append(RowNote("line", "twin-meant", other_line=other))
            else:
                sheet.refuse("line", "twin", row.name, other_line=other)
                return row
        else:
            notes += self._shared(row, who)
        if row.name in EXAMPLE_NAMES:
            notes.append(RowNote("name", "example-left"))
        self._keep(who, row.amount, row.line)
        return replace(row, notes=tuple(notes)) if notes else row

    def _shared(self, row: Row, who: _Identity) -> list[RowNote]:
        """A staff number or an address that came before; the same person when the name is the same too."""
        notes: list[RowNote] = []
        number, address = self._numbers.get(who.staff_number or ""), self._addresses.get(who.email or "")
        for found in (number, address):
            if found is not None and found[1] == who.name:
                return [RowNote("line", "same-person", other_line=found[0])]
        if number is not None:
            notes.append(RowNote("staff_number", "staff-number-shared", row.staff_number or "", number[0]))
        if address is not None:
            notes.append(RowNote("email", "email-shared", row.email or "", address[0]))
        if not notes and (before := self._amounts.get(who)):
            notes.append(RowNote("line", "same-person", other_line=next(iter(before.values()))))
        return notes

    def _keep(self, who: _Identity, amount: Money | None, line: int | None) -> None:
        self._amounts.setdefault(who, {}).setdefault(amount, line)
        if who.staff_number is not None:
            self._numbers.setdefault(who.staff_number, (line, who.name))
        if who.email is not None:
            self._addresses.setdefault(who.email, (line, who.name))


@dataclass(frozen=True, slots=True)
class _Identity:
    """What two spellings of one person have in common."""

    name: str
    email: str | None
    staff_number: str | None

    @classmethod
    def of(cls, someone: Someone) -> _Identity:
        return cls(
            folded(someone.name) or someone.name.casefold(),
            matching(someone.email) if someone.email else None,
            someone.staff_number.casefold() if someone.staff_number else None,
        )
