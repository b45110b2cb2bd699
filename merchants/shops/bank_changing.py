"""Another bank account for a shop: asked for, announced, and written to the shop two days later if nobody objects.

Whoever steals a mailbox can then not have the next payout sent elsewhere unseen: the letter goes to the address that
was known before, the desk shows the change, and the owner or the operator calls it off with one click. Until it holds,
nothing is paid to the shop (`merchants.payouts`). A first account waits all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.ids import new_id
from ledger.wishes import wish
from merchants.shops import identity, registering
from merchants.shops.errors import BankAccountSame, BankChangeOver, BankChangeUnknown
from merchants.shops.queries import shop
from merchants.tables import BankChange

State = Literal["waiting", "applied", "cancelled"]

WAITS: Final = timedelta(hours=48)
SYSTEM: Final = "obole"


@dataclass(frozen=True, slots=True)
class BankChangeView:
    """A change of a bank account; of the account only what makes it recognisable.

    ``told`` is the address of the shop that was known when it was asked for.
    """

    id: UUID
    shop: UUID
    masked: str
    state: State
    told: str | None
    asked_by: str
    asked_at: datetime
    applies_at: datetime
    ended_by: str
    ended_at: datetime | None


async def ask_change(
    session: AsyncSession, shop_id: UUID, *, iban: str, bic: str | None, actor: str, at: datetime
) -> BankChangeView:
    """Ask for another account. One that waits already is called off by it, and the two days begin anew.

    :raises ShopUnknown, IbanInvalid, IbanOutsideSepa, BicInvalid, BankAccountSame:
    """
    checked, bank = identity.iban(iban), identity.bic(bic) if bic else None
    await shop(session, shop_id)
    await posting.lock(session, [shop_id])
    known = await shop(session, shop_id)
    if known.iban == checked:
        raise BankAccountSame(masked=identity.masked_iban(checked))
    await _end(session, "cancelled", BankChange.shop_id == shop_id, actor=actor, at=at)
    change_id = new_id()
    await session.execute(
        insert(BankChange).values(
            id=change_id, shop_id=shop_id, iban=checked, bic=bank, told=known.email, asked_by=actor, asked_at=at,
            applies_at=at + WAITS,
        )
    )  # fmt: skip
    wish(session, "bank_change_letter", change=str(change_id), what="asked")
    return await change(session, change_id)


async def cancel(
    session: AsyncSession, change_id: UUID, *, shop_id: UUID | None = None, actor: str, at: datetime
) -> BankChangeView:
    """Call a change off while it waits; a second time changes nothing.

    :param shop_id: the only shop whose changes may be called off here, if it is not any
    :raises BankChangeUnknown, BankChangeOver:
    """
    found = await change(session, change_id)
    if shop_id is not None and found.shop != shop_id:
        raise BankChangeUnknown(change=change_id)
    if await _end(session, "cancelled", BankChange.id == change_id, actor=actor, at=at):
        wish(session, "bank_change_letter", change=str(change_id), what="cancelled")
    found = await change(session, change_id)
    if found.state == "applied":
        raise BankChangeOver(state=found.state)
    return found


async def apply_due(session: AsyncSession, *, at: datetime) -> int:
    """Write the changes to their shops whose two days are over.

    :returns: how many
    """
    due = await _end(session, "applied", BankChange.applies_at <= at, actor=SYSTEM, at=at)
    for one in due:
        await registering.set_bank_account(
            session, one.shop_id, iban=one.iban, bic=one.bic, actor=one.asked_by, at=at
        )  # fmt: skip
        wish(session, "bank_change_letter", change=str(one.id), what="applied")
    return len(due)


async def change(session: AsyncSession, change_id: UUID) -> BankChangeView:
    """One change.

    :raises BankChangeUnknown:
    """
    row = (await session.execute(select(BankChange).where(BankChange.id == change_id))).scalar_one_or_none()
    if row is None:
        raise BankChangeUnknown(change=change_id)
    return _view(row)


async def waiting_of(session: AsyncSession, shop_id: UUID) -> BankChangeView | None:
    """The change of a shop that waits, if one does."""
    found = await waiting(session, shop_id)
    return found[0] if found else None


async def waiting(session: AsyncSession, shop_id: UUID | None = None) -> list[BankChangeView]:
    """The changes that wait, of one shop or of all, the one that holds soonest first."""
    statement = select(BankChange).where(BankChange.state == "waiting").order_by(BankChange.applies_at, BankChange.id)
    if shop_id is not None:
        statement = statement.where(BankChange.shop_id == shop_id)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def changes_of(session: AsyncSession, shop_id: UUID, *, limit: int) -> list[BankChangeView]:
    """The changes of a shop, newest first."""
    statement = select(BankChange).where(BankChange.shop_id == shop_id).order_by(BankChange.id.desc()).limit(limit)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def count_waiting(session: AsyncSession) -> int:
    """How many changes wait."""
    statement = select(func.count()).select_from(BankChange).where(BankChange.state == "waiting")
    return (await session.execute(statement)).scalar_one()


async def _end(session: AsyncSession, state: State, which: Any, *, actor: str, at: datetime) -> Sequence[BankChange]:
    """Move changes that wait to their end, each once."""
    ended = (
        update(BankChange)
        .where(BankChange.state == "waiting", which)
        .values(state=state, ended_by=actor, ended_at=at)
        .returning(BankChange)
    )
    return (await session.execute(ended.execution_options(synchronize_session=False))).scalars().all()


def _view(row: BankChange) -> BankChangeView:
    return BankChangeView(
        row.id, row.shop_id, identity.masked_iban(row.iban), cast("State", row.state), row.told, row.asked_by,
        row.asked_at, row.applies_at, row.ended_by, row.ended_at,
    )  # fmt: skip
