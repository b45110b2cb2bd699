"""Shops in the programme's register, and their way through it: applied or invited, accepted, suspended, left."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind
from ledger.days import day_of
from ledger.ids import new_id, new_ids
from ledger.money import Money
from merchants.shops import identity
from merchants.shops.checking import NewShop
from merchants.shops.errors import MinimumTooHigh, ShopExists, ShopStatusRefused, ShopUnknown
from merchants.shops.queries import ShopView, Status, shop, statuses
from merchants.tables import Shop, ShopEvent, TradeChange

WAYS: Final[Mapping[Status, frozenset[Status]]] = {
    "applied": frozenset({"accepted", "left"}),
    "invited": frozenset({"applied", "accepted", "left"}),
    "accepted": frozenset({"suspended", "left"}),
    "suspended": frozenset({"accepted", "left"}),
    "left": frozenset({"invited", "applied"}),
}
"""From which state a shop may go to which. None is accepted that did not ask, or was not asked (opt-in)."""

Entry = Literal["invited", "applied"]
"""The states in which a shop comes in."""

ROWS_AT_ONCE: Final = 5_000

MOST_MINIMUM: Final = 100_000
"""In cents. A thousand euros: who is owed more is not made to wait for the transfer's sake."""

_PARTICULARS: Final = (
    "name", "legal_name", "street", "postcode", "commune", "commune_code", "naf", "trade", "latitude", "longitude",
)  # fmt: skip


async def register(
    session: AsyncSession, new: NewShop, *, status: Entry = "invited", actor: str, at: datetime
) -> ShopView:
    """Take one shop in, as invited, or as applied by itself.

    :raises ShopExists: if its SIRET is registered
    """
    if new.siret in await sirets(session):
        raise ShopExists(siret=new.siret)
    (shop_id,) = await register_all(session, [new], status=status, actor=actor, at=at)
    return await shop(session, shop_id)


async def register_all(
    session: AsyncSession, new: Sequence[NewShop], *, status: Entry = "invited", actor: str, at: datetime
) -> list[UUID]:
    """Take checked shops in, in a few statements; all or none.

    :raises ShopExists: if one of them was registered meanwhile
    """
    ids = new_ids(len(new))
    pairs = list(zip(ids, new, strict=True))
    for start in range(0, len(pairs), ROWS_AT_ONCE):
        some = pairs[start : start + ROWS_AT_ONCE]
        await posting.open_accounts(session, [posting.NewAccount(id_, Kind.SHOP, one.name) for id_, one in some])
        rows = [
            {"id": id_, "status": status, "status_at": at, "registered_at": at, **asdict(one)} for id_, one in some
        ]  # fmt: skip
        try:
            # One statement, also where some have what others lack.
            await session.execute(insert(Shop), rows, execution_options={"render_nulls": True})
        except IntegrityError as error:  # another registration of the same shop was faster
            raise ShopExists(siret=_siret_in(error)) from error
        events = [{"id": new_id(), "shop_id": id_, "what": status, "actor": actor, "at": at} for id_, _ in some]
        await session.execute(insert(ShopEvent), events)
    return ids


def _siret_in(error: IntegrityError) -> str:
    found = re.search(r"\(siret\)=\((\d{14})\)", str(error.orig))
    if found is None:
        raise error
    return found[1]


async def sirets(session: AsyncSession) -> frozenset[str]:
    """The SIRETs of all registered shops."""
    return frozenset((await session.execute(select(Shop.siret))).scalars())


async def set_status(
    session: AsyncSession, shop_id: UUID, status: Status, *, actor: str, note: str | None = None, at: datetime
) -> ShopView:
    """Let a shop accept, suspend it, let it leave, invite it again. To its own state: nothing happens.

    :raises ShopUnknown, ShopStatusRefused:
    """
    await set_statuses(session, [shop_id], status, actor=actor, note=note, at=at)
    return await shop(session, shop_id)


async def set_statuses(
    session: AsyncSession, shops: Sequence[UUID], status: Status, *, actor: str, note: str | None = None, at: datetime
) -> None:
    """As `set_status` for many shops at once; all or none.

    Decided under the locks of the shops' accounts, under which redemptions are decided too.

    :raises ShopUnknown, ShopStatusRefused:
    """
    known = await statuses(session, shops)
    if unknown := next((one for one in shops if one not in known), None):
        raise ShopUnknown(shop=unknown)
    await posting.lock(session, shops)
    moved = [one for one, was in (await statuses(session, shops)).items() if _moves(was, status)]
    if not moved:
        return
    changed = update(Shop).where(Shop.id.in_(moved)).values(status=status, status_at=at)
    await session.execute(changed.execution_options(synchronize_session=False))
    events = [{"id": new_id(), "shop_id": one, "what": status, "actor": actor, "note": note, "at": at} for one in moved]
    await session.execute(insert(ShopEvent), events)


def _moves(was: Status, asked: Status) -> bool:
    if was != asked and asked not in WAYS[was]:
        raise ShopStatusRefused(status=was, asked=asked)
    return was != asked


async def set_bank_account(
    session: AsyncSession, shop_id: UUID, *, iban: str, bic: str | None, actor: str, at: datetime
) -> ShopView:
    """Say where the shop is paid.

    :raises ShopUnknown, IbanInvalid, IbanOutsideSepa, BicInvalid:
    """
    await shop(session, shop_id)
    checked = identity.iban(iban)
    await _update(session, shop_id, iban=checked, bic=identity.bic(bic) if bic else None)
    await _tell(session, shop_id, "bank account", actor=actor, note=identity.masked_iban(checked), at=at)
    return await shop(session, shop_id)


async def change_particulars(
    session: AsyncSession, shop_id: UUID, new: NewShop, *, email: str | None = None, actor: str, at: datetime
) -> ShopView:
    """Give a shop the name, the place and the trade of `new`; its SIRET and its bank account stay as they are.

    :param email: where it is written to, if that changes
    :raises ShopUnknown:
    """
    before = await shop(session, shop_id)
    values = {name: getattr(new, name) for name in _PARTICULARS}
    values["email"] = email or before.email
    if all(getattr(before, name) == value for name, value in values.items()):
        return before
    await _update(session, shop_id, **values)
    if new.naf != before.naf:
        was = insert(TradeChange).values(id=new_id(), shop_id=shop_id, naf=before.naf, last_day=day_of(at))
        await session.execute(was)
    await _tell(session, shop_id, "particulars", actor=actor, note=None, at=at)
    return await shop(session, shop_id)


async def set_minimum_payout(
    session: AsyncSession, shop_id: UUID, minimum: Money, *, actor: str, at: datetime
) -> ShopView:
    """Say what the shop must be owed to be paid, where that is more than the programme's own minimum.

    :raises ShopUnknown:
    :raises MinimumTooHigh: above `MOST_MINIMUM`, or below zero
    """
    before = await shop(session, shop_id)
    if not 0 <= minimum.cents <= MOST_MINIMUM:
        raise MinimumTooHigh(most=Money(MOST_MINIMUM))
    if minimum.cents == before.minimum_payout:
        return before
    await _update(session, shop_id, minimum_payout=minimum.cents)
    await _tell(session, shop_id, "minimum payout", actor=actor, note=str(minimum), at=at)
    return await shop(session, shop_id)


async def _update(session: AsyncSession, shop_id: UUID, **values: object) -> None:
    await session.execute(
        update(Shop).where(Shop.id == shop_id).values(**values).execution_options(synchronize_session=False)
    )


async def _tell(session: AsyncSession, shop_id: UUID, what: str, *, actor: str, note: str | None, at: datetime) -> None:
    await session.execute(
        insert(ShopEvent).values(id=new_id(), shop_id=shop_id, what=what, actor=actor, note=note, at=at)
    )
