"""Judging shops before they enter: every fault of every line, and the good ones in the form they will be kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from merchants.errors import ShopFieldsInvalid
from merchants.shops.columns import Field
from merchants.shops.judging import NewShop, Sheet, judge
from merchants.shops.reading import Rows

__all__ = ["BadLine", "Checked", "NewShop", "check_rows", "check_shop"]


@dataclass(frozen=True, slots=True)
class BadLine:
    """One fault of one line; `value` is shortened, printable, and of an IBAN only the ends."""

    line: int
    field: str
    code: str
    value: str = ""
    expected: str = ""
    other_line: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """Shops to register, and every fault of every other line, in the order of the file."""

    good: tuple[NewShop, ...]
    bad: tuple[BadLine, ...]


def check_rows(rows: Rows, known_sirets: Collection[str]) -> Checked:
    """Judge every line; one fault keeps a line out. Of two lines with one SIRET, the second is at fault."""
    known, seen = frozenset(known_sirets), dict[str, int]()
    good: list[NewShop] = []
    bad: list[BadLine] = []
    for row in rows.rows:
        sheet, other = Sheet(), None
        shop = None
        if row.overfull:
            sheet.refuse("line", "cells-too-many")
        else:
            shop = judge(row.cells, sheet)
        if sheet.siret in known:
            sheet.refuse("siret", "siret-already-registered", sheet.siret)
        elif sheet.siret in seen:
            other = seen[sheet.siret]
            sheet.refuse("siret", "siret-duplicate-in-file", sheet.siret)
        elif sheet.siret is not None:
            seen[sheet.siret] = row.line
        if shop is not None and not sheet.faults:
            good.append(shop)
        bad += [
            BadLine(row.line, one.field, one.code, one.value, one.expected, other if _is_twin(one.code) else None)
            for one in sheet.faults
        ]
    return Checked(good=tuple(good), bad=tuple(bad))


def check_shop(fields: Mapping[Field, str]) -> NewShop:
    """Judge one shop by the rules of `check_rows`; whether it is registered already is for the caller to ask.

    :raises ShopFieldsInvalid: with every fault.
    """
    sheet = Sheet()
    shop = judge(fields, sheet)
    if shop is None:
        raise ShopFieldsInvalid(faults=tuple(sheet.faults))
    return shop


def _is_twin(code: str) -> bool:
    return code == "siret-duplicate-in-file"
