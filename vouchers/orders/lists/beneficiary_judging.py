"""Judging one line of a list of people, field by field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ledger.errors import AmountMalformed
from ledger.money import ZERO, Money
from merchants.shops.spelling import folded, shown, spaced, storable
from vouchers.orders.lists.addresses import AddressInvalid, canonical
from vouchers.orders.lists.amounts import amount_typed
from vouchers.orders.lists.beneficiary_columns import Field
from vouchers.orders.lists.beneficiary_file import Typed
from vouchers.orders.lists.beneficiary_rows import Row, RowFault
from vouchers.orders.lists.list_words import Code, address_code

NAME_LONGEST: Final = 120
STAFF_NUMBER_LONGEST: Final = 40

_FORMULA_STARTS: Final = ("=", "+", "-", "@")
_SPREADSHEET_ERRORS: Final = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"})
_NOTHING: Final = frozenset({"-", "–", "—", "/", "."})
_TOTALS: Final = frozenset({"TOTAL", "TOTAUX", "SOUS TOTAL", "TOTAL GENERAL", "GRAND TOTAL"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a line is judged by: `checking.check_rows` says what each is."""

    face_value: Money | None
    least: Money
    most: Money
    email_needed: bool


@dataclass(slots=True)
class Sheet:
    """The faults of one line, gathered."""

    typed: Typed
    faults: list[RowFault] = field(default_factory=list)

    def refuse(
        self, where: Field | str, code: Code, value: str = "", *, expected: Money | int | None = None,
        other_line: int | None = None,
    ) -> None:  # fmt: skip
        self.faults.append(RowFault(where, code, shown(value), expected, other_line))

    def clean(self, where: Field) -> str | None:
        """What was typed, on one line; None with the fault written down, or when there is nothing."""
        text = spaced(self.typed.cells.get(where, ""))
        starts = "=" if where == "amount" else _FORMULA_STARTS
        if not text:
            if where in self.typed.merged:
                self.refuse(where, "merged-cell")
        elif (text.startswith(starts) and len(text) > 1) or any(map(_computed, text.split())):
            self.refuse(where, "formula", text)
        elif where != "email" and not storable(text):
            self.refuse(where, "characters-forbidden", text)
        elif where in ("name", "amount") or text not in _NOTHING:
            return text
        return None

    def faulty(self, where: Field) -> bool:
        return any(one.field == where for one in self.faults)


def _computed(word: str) -> bool:
    """Whether a spreadsheet left this behind; a name is made of two cells, of which the second may be the formula."""
    return (word.startswith("=") and len(word) > 1) or word.upper() in _SPREADSHEET_ERRORS


def judged(typed: Typed, terms: Terms, sheet: Sheet) -> Row | None:
    if typed.overfull:
        sheet.refuse("line", "cells-too-many")
    name, email = _name(sheet), _email(sheet, terms)
    staff_number, amount = _staff_number(sheet), _amount(sheet, terms)
    if name is None or amount is None or sheet.faults:
        return None
    return Row(typed.line, name, email, staff_number, amount, typed.cells)


def _name(sheet: Sheet) -> str | None:
    text = sheet.clean("name")
    if text is None:
        if not sheet.faulty("name"):
            sheet.refuse("name", "name-missing")
    elif not any(map(str.isalpha, text)):
        sheet.refuse("name", "name-without-letter", text)
    elif len(text) > NAME_LONGEST:
        sheet.refuse("name", "name-too-long", text, expected=NAME_LONGEST)
    elif folded(text) in _TOTALS:
        sheet.refuse("name", "total-line", text)
    else:
        return text
    return None


def _email(sheet: Sheet, terms: Terms) -> str | None:
    text = sheet.clean("email")
    if text is None:
        if terms.email_needed and not sheet.faulty("email"):
            sheet.refuse("email", "email-missing")
        return None
    try:
        return canonical(sheet.typed.cells["email"])
    except AddressInvalid as refused:
        sheet.refuse("email", address_code(refused.reason), text)
        return None


def _staff_number(sheet: Sheet) -> str | None:
    text = sheet.clean("staff_number")
    if text is not None and len(text) > STAFF_NUMBER_LONGEST:
        sheet.refuse("staff_number", "staff-number-too-long", text, expected=STAFF_NUMBER_LONGEST)
    return text


def _amount(sheet: Sheet, terms: Terms) -> Money | None:
    text = sheet.clean("amount")
    if sheet.faulty("amount"):
        return None
    if text is None:
        if terms.face_value is None:
            sheet.refuse("amount", "amount-missing")
        amount = terms.face_value
    else:
        try:
            amount = amount_typed(text)
        except AmountMalformed:
            sheet.refuse("amount", "amount-malformed", text)
            return None
    if amount is None:
        return None
    if amount <= ZERO:
        sheet.refuse("amount", "amount-negative" if amount < ZERO else "amount-zero", text or "")
    elif amount < terms.least:
        sheet.refuse("amount", "amount-below", text or "", expected=terms.least)
    elif amount > terms.most:
        sheet.refuse("amount", "amount-above", text or "", expected=terms.most)
    return amount
