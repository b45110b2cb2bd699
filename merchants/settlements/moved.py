"""From transfers to what they move of redemptions: of which day, of how much, and how much went back before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, tallies
from ledger.money import ZERO, Money
from ledger.movements import Movement
from merchants.movements import RETURN, Moved, redemption_in


async def moved_by(session: AsyncSession, movements: Sequence[Movement]) -> list[Moved]:
    """The same movements, in their order.

    A return reverses no transfer as a whole: its document names the redemption, which dates it. What went back before
    it is counted in the order in which the shop's account has its transfers, whichever settlement took them.
    """
    sold = {one.transfer: named for one in movements if (named := redemption_in(one.document)) is not None}
    first = await balances.transfers_by_id(session, list(sold.values()))
    before = await _returned_before(session, [one for one in movements if one.transfer in sold])
    made = []
    for one in movements:
        redeemed = first.get(sold[one.transfer]) if one.transfer in sold else None
        if redeemed is None:  # it reverses all of one; or books were spoiled, and the proofs will say so
            made.append(Moved(one, Money(abs(one.amount.cents))))
        else:
            dated = replace(one, first_at=redeemed.effective_at)
            made.append(Moved(dated, redeemed.amount, before[one.transfer]))
    return made


async def _returned_before(session: AsyncSession, returns: Sequence[Movement]) -> dict[UUID, Money]:
    """What had gone back of its redemption before each return."""
    documents = list({one.document for one in returns if one.document is not None})
    shops = list({one.account for one in returns})
    so_far: dict[str, Money] = {}
    before: dict[UUID, Money] = {}
    for one in await tallies.taken_under(session, shops, kind=RETURN, documents=documents):
        before[one.transfer] = so_far.get(one.document, ZERO)
        so_far[one.document] = before[one.transfer] + one.amount
    return before
