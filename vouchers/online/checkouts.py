"""Checkouts: a shop says what a basket costs, the holder enters a code on a page of ours, a hold comes of it.

The shop never sees the code. One checkout gives one hold, however often its page is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.formats import Language
from ledger.ids import new_id
from ledger.money import CURRENCY, ZERO, Money
from merchants.shops.errors import TillUnknown
from merchants.shops.tills import counters
from vouchers import holding
from vouchers.errors import AmountNotPositive, HoldTooLong
from vouchers.notices.writing import tell
from vouchers.online.errors import CheckoutClosed, CheckoutUnknown
from vouchers.online.tables import Checkout
from vouchers.online.website import refuse_unregistered

LASTS: Final = timedelta(minutes=30)
"""How long a holder may take to find the voucher and enter its code."""

State = Literal["open", "completed", "cancelled", "expired"]


@dataclass(frozen=True, slots=True)
class NewCheckout:
    """A basket to be paid by voucher, whole or in part.

    :param return_url: where the holder goes on, in whole; ``origin`` and ``path`` are its parts, judged
    :param nonce: given back with the holder, so that the shop knows that it comes from this checkout
    :param lasts: how long the hold shall last
    """

    till: UUID
    amount: Money
    reference: str
    return_url: str
    origin: str
    path: str
    nonce: str
    language: Language
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class CheckoutView:
    """A checkout as it stands. ``held`` is what the hold was placed for; the shop asks for the rest by other means."""

    id: UUID
    shop: UUID
    till: UUID
    amount: Money
    reference: str
    return_url: str
    return_origin: str
    nonce: str
    language: Language
    hold_minutes: int
    opened_at: datetime
    expires_at: datetime
    state: State
    hold: UUID | None
    held: Money
    closed_at: datetime | None

    @property
    def to_pay(self) -> Money:
        """What the hold does not cover."""
        return self.amount - self.held


async def open_checkout(session: AsyncSession, new: NewCheckout, *, at: datetime) -> CheckoutView:
    """Open a checkout, to which the shop then sends its customer.

    :raises AmountNotPositive, HoldTooLong, TillUnknown, TillRevoked, ShopNotAccepted:
    :raises ReturnAddressUnknown: if the shop has not registered where it wants the holder back
    """
    if new.amount <= ZERO:
        raise AmountNotPositive(amount=new.amount)
    minutes = int(new.lasts.total_seconds() // 60)
    if not holding.LEAST <= new.lasts <= holding.MOST:
        raise HoldTooLong(minutes=minutes)
    counter = (await counters(session, [new.till])).get(new.till)
    if counter is None:
        raise TillUnknown(till=new.till)
    counter.refuse_unless_open()
    await refuse_unregistered(session, counter.shop, origin=new.origin, path=new.path)
    checkout_id = new_id()
    await session.execute(
        insert(Checkout).values(
            id=checkout_id, shop_id=counter.shop, till_id=new.till, amount=new.amount.cents, reference=new.reference,
            return_url=new.return_url, return_origin=new.origin, nonce=new.nonce, language=new.language,
            hold_minutes=minutes, opened_at=at, expires_at=at + LASTS,
        )
    )  # fmt: skip
    return await checkout(session, checkout_id, at=at)


async def complete(
    session: AsyncSession, checkout_id: UUID, *, code: UUID, amount: Money, at: datetime
) -> CheckoutView:
    """Hold a voucher for a checkout. One that is completed already is answered as it was, whatever is asked now.

    :param code: the lookup hash of the code
    :param amount: what the holder was shown and agreed to, at most what the checkout asks for
    :raises CheckoutUnknown: also if more than it asks for would be held
    :raises CheckoutClosed: if it was cancelled, or its time is over
    :raises: the refusals of ``vouchers.holding.place``
    """
    found = await _locked(session, checkout_id, at=at)
    if found.state == "completed":
        return found
    if found.state != "open":
        raise CheckoutClosed(state=found.state)
    if amount > found.amount:
        raise CheckoutUnknown(checkout=checkout_id)
    lasts = timedelta(minutes=found.hold_minutes)
    hold = await holding.place(session, till=found.till, code=code, amount=amount, lasts=lasts, at=at)
    await _close(session, checkout_id, state="completed", hold_id=hold.id, held=amount.cents, closed_at=at)
    done = await checkout(session, checkout_id, at=at)
    told = {
        "checkout": done.id, "reference": done.reference, "status": done.state, "amount": done.amount.cents,
        "held": amount.cents, "to_pay": done.to_pay.cents, "currency": CURRENCY, "hold": hold.id,
        "expires_at": hold.held.expires_at, "shop": done.shop, "till": done.till,
    }  # fmt: skip
    await tell(session, done.shop, "checkout.completed", told, at=at)
    return done


async def cancel(session: AsyncSession, checkout_id: UUID, *, at: datetime) -> CheckoutView:
    """The holder goes back without a voucher; what is closed already stays as it is.

    :raises CheckoutUnknown:
    """
    found = await _locked(session, checkout_id, at=at)
    if found.state == "open":
        await _close(session, checkout_id, state="cancelled", closed_at=at)
    return await checkout(session, checkout_id, at=at)


async def checkout(session: AsyncSession, checkout_id: UUID, *, shop: UUID | None = None, at: datetime) -> CheckoutView:
    """One checkout.

    :raises CheckoutUnknown: also if it is another shop's
    """
    statement = select(Checkout).where(Checkout.id == checkout_id).execution_options(populate_existing=True)
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None or (shop is not None and row.shop_id != shop):
        raise CheckoutUnknown(checkout=checkout_id)
    return _view(row, at)


async def checkouts_page(
    session: AsyncSession, *, shop: UUID | None = None, after: UUID | None = None, limit: int, at: datetime
) -> list[CheckoutView]:
    """Checkouts, newest first."""
    statement = select(Checkout).order_by(Checkout.id.desc()).limit(limit)
    if shop is not None:
        statement = statement.where(Checkout.shop_id == shop)
    if after is not None:
        statement = statement.where(Checkout.id < after)
    return [_view(row, at) for row in (await session.execute(statement)).scalars()]


async def _locked(session: AsyncSession, checkout_id: UUID, *, at: datetime) -> CheckoutView:
    """The checkout, read after its row is locked: two tabs that confirm at once come one after the other."""
    await session.execute(select(Checkout.id).where(Checkout.id == checkout_id).with_for_update())
    return await checkout(session, checkout_id, at=at)


async def _close(session: AsyncSession, checkout_id: UUID, **values: object) -> None:
    await session.execute(
        update(Checkout).where(Checkout.id == checkout_id).values(**values).execution_options(synchronize_session=False)
    )


def _view(row: Checkout, at: datetime) -> CheckoutView:
    over = row.state == "open" and row.expires_at <= at
    return CheckoutView(
        row.id, row.shop_id, row.till_id, Money(row.amount), row.reference, row.return_url, row.return_origin,
        row.nonce, cast("Language", row.language), row.hold_minutes, row.opened_at, row.expires_at,
        "expired" if over else cast("State", row.state), row.hold_id, Money(row.held or 0), row.closed_at,
    )  # fmt: skip
