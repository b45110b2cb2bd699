"""A list of people once judged: who receives a voucher, what is to be mended, what is to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ledger.money import Money, total
from vouchers.orders.lists.beneficiary_columns import Field
from vouchers.orders.lists.list_words import Code, Note


class Someone(Protocol):
    """Who is in the order already."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str | None: ...
    @property
    def staff_number(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong with one field (``line``: with all of it); `list_words.sentence` says what to do.

    ``value`` is what was typed, shortened and printable; ``expected`` a bound; ``other_line`` the line it repeats.
    """

    field: Field | str
    code: Code
    value: str = ""
    expected: Money | int | None = None
    other_line: int | None = None


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something to look at in a line that is taken all the same."""

    field: Field | str
    code: Note
    value: str = ""
    other_line: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody fit to receive a voucher; ``email`` is canonical, ``typed`` what the line said."""

    line: int
    name: str
    email: str | None
    staff_number: str | None
    amount: Money
    typed: Mapping[Field, str]
    notes: tuple[RowNote, ...] = ()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line to mend: ``typed`` goes back into its fields, each fault beside its own."""

    line: int
    typed: Mapping[Field, str]
    faults: tuple[RowFault, ...]

    def faults_of(self, where: str) -> tuple[RowFault, ...]:
        """Those of one field."""
        return tuple(one for one in self.faults if one.field == where)

    @property
    def may_be_confirmed(self) -> bool:
        """Whether nothing is wrong but that it repeats a line, which may be meant."""
        return all(one.code == "twin" for one in self.faults)


@dataclass(frozen=True, slots=True)
class CheckedList:
    """People to give vouchers to, and the lines to mend, each in the order of the list."""

    good: tuple[Row, ...]
    bad: tuple[BadRow, ...]

    @property
    def total(self) -> Money:
        """What the good ones come to."""
        return total([row.amount for row in self.good])

    @property
    def noted(self) -> tuple[Row, ...]:
        """The good ones with something to look at."""
        return tuple(row for row in self.good if row.notes)
