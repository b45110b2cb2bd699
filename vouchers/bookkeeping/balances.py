"""Trial balances of closed months, and what a year begins with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.closed_lines import Side, sums
from ledger.fec import Line
from ledger.money import ZERO, Money, total
from ledger.months import Closed, Places
from vouchers.bookkeeping.charted import Chart, Charted, private_among
from vouchers.bookkeeping.words import CARRIED, JOURNALS, LOSS, PROFIT, spoken

OPENING: Final = "AN"
"""The journal of the one entry that brings balances of the year before."""

RESULT: Final = ("120", "129")
"""The accounts of a year's profit and loss (plan comptable général, class 1)."""


@dataclass(frozen=True, slots=True)
class Balanced:
    """An account in a trial balance: what it began with (debit less credit), what moved, what it came to.

    ``sides`` are the accounts of the ledger that the books of account hold as this one.
    """

    account: Charted
    sides: frozenset[Side]
    opening: Money
    debits: Money
    credits: Money

    @property
    def closing(self) -> Money:
        """Debit less credit at the end."""
        return self.opening + self.debits - self.credits


async def trial_balance(
    session: AsyncSession, closed: Sequence[Closed], first: date, last: date, chart: Chart
) -> list[Balanced]:
    """Every account of the closed months ``first`` to ``last`` of one year, by number and auxiliary account."""
    new_year = first.replace(month=1)
    carried = await brought_forward(session, closed, first.year, chart)
    before = await _moved(session, places_of(closed, new_year, first, up_to=True), chart)
    within = await _moved(session, places_of(closed, first, last), chart)
    found = {one.account: one for one in carried}
    for one in before:
        known = found.get(one.account, Balanced(one.account, one.sides, ZERO, ZERO, ZERO))
        opening = known.opening + one.debits - one.credits
        found[one.account] = replace(known, sides=known.sides | one.sides, opening=opening)
    for one in within:
        known = found.get(one.account, one)
        sides = known.sides | one.sides
        found[one.account] = replace(known, sides=sides, debits=one.debits, credits=one.credits)
    return sorted(found.values(), key=lambda one: one.account)


async def brought_forward(session: AsyncSession, closed: Sequence[Closed], year: int, chart: Chart) -> list[Balanced]:
    """What accounts of classes 1 to 5 hold when a year begins; the result of all years before is on 120 or 129."""
    earlier = [one for one in closed if one.first_day.year < year]
    if not earlier:
        return []
    moved = await _moved(session, Places(1, earlier[-1].last_place), chart)
    carried = [
        Balanced(one.account, one.sides, one.closing, ZERO, ZERO)
        for one in moved
        if not one.account.of_year and one.closing
    ]
    result = total([one.closing for one in moved if one.account.of_year])
    if result:
        number, words = (RESULT[0], PROFIT) if result < ZERO else (RESULT[1], LOSS)
        account = Charted(number, "", spoken(words, chart.language), "")
        carried.append(Balanced(account, frozenset(), result, ZERO, ZERO))
    return sorted(carried, key=lambda one: one.account)


def opening_lines(carried: Iterable[Balanced], first: Closed, chart: Chart, *, valid_on: date) -> list[Line]:
    """The entry that brings them into a year, its first, as art. A47 A-1 has it."""
    label, begins = spoken(CARRIED, chart.language), first.first_day
    return [
        Line(
            journal=OPENING, journal_name=spoken(JOURNALS[OPENING], chart.language), number=1, day=begins,
            account=one.account.number, account_name=one.account.name, party=one.account.party,
            party_name=one.account.party_name, piece=f"AN{begins.year}", piece_day=begins, label=label,
            debit=max(one.opening, ZERO), credit=max(-one.opening, ZERO), valid_on=valid_on,
        )
        for one in carried
    ]  # fmt: skip


def places_of(closed: Sequence[Closed], first: date, last: date, *, up_to: bool = False) -> Places:
    """The places of the closed months from ``first`` to ``last``; ``up_to`` leaves the last one out."""
    some = [one for one in closed if first <= one.first_day <= last and not (up_to and one.first_day == last)]
    return Places(some[0].first_place, some[-1].last_place) if some else Places(1, 0)


async def _moved(session: AsyncSession, places: Places, chart: Chart) -> list[Balanced]:
    """What moved on each account; those that the books of account hold as one are one."""
    found = await sums(session, places)
    private = await private_among(session, {one.side for one in found})
    moved: dict[Charted, Balanced] = {}
    for one in found:
        account = chart.charted(one.side, private)
        known = moved.get(account, Balanced(account, frozenset(), ZERO, ZERO, ZERO))
        moved[account] = Balanced(
            account, known.sides | {one.side}, ZERO, known.debits + one.debits, known.credits + one.credits
        )
    return list(moved.values())
