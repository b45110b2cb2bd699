"""What is known of holders is forgotten: some months after nothing can be spent any more, or at once when they ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from vouchers.holders import claiming, reminding
from vouchers.holders.claiming import spendable
from vouchers.holders.tables import Claim, HolderLetter, Reminder
from vouchers.queries import voucher_views

IDLE: Final = timedelta(days=90)
"""How long after nothing could be spent of a voucher any more it is forgotten who kept it: an undo may come late."""

LOOKED_EACH: Final = timedelta(days=1)
AT_ONCE: Final = 500


async def forget_idle(session: AsyncSession, *, at: datetime) -> int:
    """Look at vouchers that were not looked at today, some hundred in one go; forget those that are over for months.

    Whoever keeps, or is reminded of, a voucher on which something is left again, an undo or a new last day later, is
    forgotten that much later.

    :returns: how many were looked at; call again until it is none
    """
    await session.execute(
        delete(HolderLetter).where(HolderLetter.ends_at < at).execution_options(synchronize_session=False)
    )
    due = set[UUID]()
    for table in (Claim, Reminder):
        found = await session.execute(
            select(table.voucher_id).where(table.looked_at <= at - LOOKED_EACH).order_by(table.looked_at).limit(AT_ONCE)
        )
        due |= set(found.scalars())
    if not due:
        return 0
    views = await voucher_views(session, sorted(due))
    alive = [one for one in views.values() if spendable(one, at)]
    idle = sorted(due - {one.facts.id for one in alive})
    await reminding.look_again(session, [one.facts for one in alive], today=day_of(at))
    for rows in (cast("Table", Claim.__table__), cast("Table", Reminder.__table__)):
        of = rows.c.voucher_id.in_
        await session.execute(update(rows).where(of(sorted(due))).values(looked_at=at))
        await session.execute(update(rows).where(of([one.facts.id for one in alive])).values(idle_since=None))
        await session.execute(update(rows).where(of(idle), rows.c.idle_since.is_(None)).values(idle_since=at))
        await session.execute(delete(rows).where(of(idle), rows.c.idle_since <= at - IDLE))
    return len(due)


async def forget_address(session: AsyncSession, email: str, *, at: datetime) -> None:
    """Forget an address at once: what is kept with it is free, it is reminded of nothing, its letters are gone.

    What an order says of its beneficiaries is the buyer's, and stays.

    :param email: canonical, in whatever case
    """
    for one in await claiming.kept_by(session, email):
        await claiming.let_go(session, one.facts.id, email=email, at=at)
    await claiming.strike_address(session, email)
    known = email.lower()
    for statement in (
        delete(Reminder).where(func.lower(Reminder.email) == known),
        delete(HolderLetter).where(func.lower(HolderLetter.email) == known),
    ):
        await session.execute(statement.execution_options(synchronize_session=False))
