"""What moves through the books day by day, and since when money lies where it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.chart import Kind, Side
from ledger.database import sum_of
from ledger.days import PARIS
from ledger.money import ZERO, Money
from ledger.parallel import given, lists
from ledger.tables import Account, Transfer


async def unreversed_by_day(
    session: AsyncSession, *, transfer_kind: str, since: datetime, before: datetime
) -> dict[date, Money]:
    """What transfers of a kind come to that nothing reverses, by the day in Paris from which they count."""
    undo = aliased(Transfer)
    day = func.date(func.timezone(str(PARIS), Transfer.effective_at))
    statement = (
        select(day, sum_of(Transfer.amount))
        .outerjoin(undo, undo.reverses == Transfer.id)
        .where(
            Transfer.kind == transfer_kind, undo.id.is_(None), Transfer.effective_at >= since,
            Transfer.effective_at < before,
        )
        .group_by(day)
    )  # fmt: skip
    return {one: Money(cents) for one, cents in await session.execute(statement)}


async def moved_by_day(session: AsyncSession, *, kind: Kind, since: datetime, before: datetime) -> dict[date, Money]:
    """What came to the accounts of a kind less what left them (credits less debits), by day in Paris."""
    found: dict[date, Money] = defaultdict(lambda: ZERO)
    day = func.date(func.timezone(str(PARIS), Transfer.effective_at))
    for side, sign in ((Transfer.credit_account_id, 1), (Transfer.debit_account_id, -1)):
        statement = (
            select(day, sum_of(Transfer.amount))
            .join(Account, Account.id == side)
            .where(Account.kind == kind, Transfer.effective_at >= since, Transfer.effective_at < before)
            .group_by(day)
        )
        for one, cents in await session.execute(statement):
            found[one] += Money(sign * cents)
    return dict(found)


async def since_when(session: AsyncSession, amounts: Mapping[UUID, Money], side: Side) -> dict[UUID, datetime]:
    """Since when these amounts lie on these accounts, if what came first left first.

    :param amounts: what is left on each account, on the side on which money comes in
    """
    if not amounts:
        return {}
    account, seq = (
        (Transfer.credit_account_id, Transfer.credit_seq)
        if side is Side.CREDIT
        else (Transfer.debit_account_id, Transfer.debit_seq)
    )
    asked = lists(id=Uuid(), amount=BigInteger())
    newer = func.sum(Transfer.amount).over(partition_by=account, order_by=seq.desc()) - Transfer.amount
    came = (
        select(asked.c.id, asked.c.amount, Transfer.effective_at.label("at"), newer.label("newer"))
        .join(Transfer, account == asked.c.id)
        .subquery()
    )
    # What is newer than a transfer does not make up the amount: so some of the transfer is still there.
    statement = select(came.c.id, func.min(came.c.at)).where(came.c.newer < came.c.amount).group_by(came.c.id)
    rows = await session.execute(statement, given(id=amounts, amount=[one.cents for one in amounts.values()]))
    return {id_: at for id_, at in rows}  # noqa: C416 - rows are no pairs to a type checker
