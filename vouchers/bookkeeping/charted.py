"""Accounts as the books of account name them: their numbers, and who stands behind them.

Numbers are the programme's, of the rules entered last: they hold for the whole past. An auxiliary account is a buyer, a
shop or a funder by its id in the ledger; all vouchers together are one. A private person is told by that id alone: the
rule asks for an auxiliary account, not for a name, and what leaves here is kept for years by others.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import fec
from ledger.chart import CHART, Kind
from ledger.closed_lines import Side
from ledger.formats import Language
from merchants.programme import Terms
from vouchers.bookkeeping.words import COLLECTIVE, PRIVATE, spoken
from vouchers.tables import Buyer

ALL_VOUCHERS: Final = "BONS"

ROWS_AT_ONCE: Final = 10_000
"""Ids in one statement: it takes 65,535 parameters at most."""


@dataclass(frozen=True, slots=True, order=True)
class Charted:
    """An account by its number; ``party`` is its auxiliary account, if it has any."""

    number: str
    party: str
    name: str
    party_name: str

    @property
    def of_year(self) -> bool:
        """Whether it begins each year at nothing: charges and proceeds, classes 6 and 7."""
        return self.number[0] in "67"


@dataclass(frozen=True, slots=True)
class Chart:
    """The chart of accounts of a programme, in a language."""

    numbers: dict[Kind, str]
    names: dict[str, str]
    language: Language

    def charted(self, side: Side, private: Collection[UUID]) -> Charted:
        """An account of the ledger.

        :param private: the buyers who are private people
        """
        number = self.numbers[side.kind]
        if side.id is None:
            return Charted(number, ALL_VOUCHERS, self.names[number], spoken(COLLECTIVE, self.language))
        if CHART[side.kind].single:
            return Charted(number, "", self.names[number], "")
        name = spoken(PRIVATE, self.language) if side.id in private else side.name
        return Charted(number, side.id.hex.upper(), self.names[number], name)


def chart_of(terms: Terms, language: Language) -> Chart:
    """The chart of a programme. Kinds that share a number share its name.

    :raises AccountNumberUnfit: if a number is none of the French chart
    """
    numbers = {kind: terms.account_number(kind) for kind in Kind}
    names: dict[str, list[str]] = {}
    for kind, number in numbers.items():
        fec.refuse_unfit(kind.value, number)
        names.setdefault(number, []).append(spoken((CHART[kind].label_fr, CHART[kind].label_en), language))
    return Chart(numbers, {number: ", ".join(called) for number, called in names.items()}, language)


async def private_among(session: AsyncSession, sides: Collection[Side]) -> frozenset[UUID]:
    """Which of these accounts are private people's."""
    buyers = [side.id for side in sides if side.kind is Kind.BUYER and side.id is not None]
    found: set[UUID] = set()
    for start in range(0, len(buyers), ROWS_AT_ONCE):
        some = buyers[start : start + ROWS_AT_ONCE]
        rows = await session.execute(select(Buyer.id).where(Buyer.id.in_(some), Buyer.kind == "person"))
        found.update(rows.scalars())
    return frozenset(found)
