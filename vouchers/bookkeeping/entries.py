"""The lines of entries: each transfer is two, one on each side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.closed_lines import ClosedLine, Side, lines_page
from ledger.database import Sessions
from ledger.days import day_of
from ledger.fec import Line
from ledger.money import ZERO, Money
from ledger.months import Places
from merchants.movements import till_in
from vouchers.bookkeeping.charted import Chart, Charted, private_among
from vouchers.bookkeeping.words import JOURNALS, event, spoken

AT_ONCE: Final = 500
"""Transfers that are read together: enough to be fast, few enough that a till does not wait for their lines."""


async def entries(
    sessions: Sessions, places: Places, chart: Chart, *, of: frozenset[Side] = frozenset()
) -> AsyncIterator[list[Line]]:
    """The lines of these places in their order; those on some accounts only, if they are named.

    It takes a session for each part rather than one for all: whoever downloads slowly holds nothing of the database.
    Places are written once, so that the parts agree.
    """
    after = 0
    while True:
        async with sessions.begin() as session:
            some = await lines_page(session, places, after=after, limit=AT_ONCE, of=of)
            lines = await _both_sides(session, some, chart, of)
        if not some:
            return
        after = some[-1].place
        yield lines


async def _both_sides(
    session: AsyncSession, some: Sequence[ClosedLine], chart: Chart, of: frozenset[Side]
) -> list[Line]:
    private = await private_among(session, {side for one in some for side in (one.debit, one.credit)})
    return [
        _line(one, chart.charted(side, private), debit, credit, _piece(one, private), chart)
        for one in some
        for side, debit, credit in ((one.debit, one.amount, ZERO), (one.credit, ZERO, one.amount))
        if not of or side in of
    ]


def _line(one: ClosedLine, account: Charted, debit: Money, credit: Money, piece: str, chart: Chart) -> Line:
    return Line(
        journal=one.journal,
        journal_name=spoken(JOURNALS[one.journal], chart.language),
        number=one.number,
        day=one.day,
        account=account.number,
        account_name=account.name,
        party=account.party,
        party_name=account.party_name,
        piece=piece,
        piece_day=day_of(one.effective_at),
        label=event(one.kind, chart.language),
        debit=debit,
        credit=credit,
        valid_on=day_of(one.closed_at),
    )


def _piece(one: ClosedLine, private: Collection[UUID]) -> str:
    """The paper behind it; what has none is its own piece in the ledger, as a redemption is, which names its till.

    So is what a private person paid: the bank's words for it hold a name more often than not.
    """
    named = {one.debit.id, one.credit.id} & set(private)
    return one.document if one.document and till_in(one.document) is None and not named else str(one.transfer)
