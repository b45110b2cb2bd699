"""Which settlements wait to be paid, and which of them are held back, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.money import Money, total
from merchants.errors import BicInvalid, IbanInvalid, IbanOutsideSepa
from merchants.payouts.credit_transfers import MOST, Account
from merchants.payouts.errors import NameNotSendable
from merchants.payouts.sepa_text import sendable_name
from merchants.payouts.tables import Payout, PayoutDecision
from merchants.shops import bank_changing, identity
from merchants.shops.queries import ShopView, shops_by_id
from merchants.tables import Closing, Settlement, Shop

Why = Literal[
    "no-account", "account-invalid", "outside-sepa", "account-changing", "suspended", "name-not-sendable", "too-much",
    "came-back",
]  # fmt: skip
"""Why a settlement is held back: its shop named no account, or one that fails its check, or whose country SEPA does
not reach; another account waits to hold; the operator suspended the shop; its name cannot be sent; no transfer is
that large; it was sent to the same account before, and came back or was not executed."""


BACK: Final = and_(
    Payout.state == "returned",
    ~exists().where(PayoutDecision.payout_id == Payout.id, PayoutDecision.what == "again"),
)
"""A payout that came back, or that the bank did not execute, and of which nobody said that its account is right."""


@dataclass(frozen=True, slots=True)
class Due:
    """A settlement to be paid: of which shop, and how much."""

    settlement: UUID
    number: str
    shop: UUID
    amount: Money
    payable_on: date


@dataclass(frozen=True, slots=True)
class Payable:
    """A settlement that can be paid; the account as it will be sent."""

    due: Due
    sign: str
    to: Account


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A settlement that cannot be paid now."""

    due: Due
    sign: str
    why: Why


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, in the order of the settlements."""

    payable: tuple[Payable, ...]
    held_back: tuple[HeldBack, ...]

    @property
    def total(self) -> Money:
        """What can be paid."""
        return total([one.due.amount for one in self.payable])

    @property
    def held(self) -> Money:
        """What is held back."""
        return total([one.due.amount for one in self.held_back])


async def waiting(session: AsyncSession) -> Waiting:
    """The settlements that pay something and are in no run, but for runs that were withdrawn or what came back.

    Those of a closing that is not finished wait for the rest of it.
    """
    live = exists().where(Payout.settlement_id == Settlement.id, Payout.state.not_in(("withdrawn", "returned")))
    columns = Settlement.id, Settlement.number, Settlement.shop_id, Settlement.paid, Settlement.payable_on
    whole = select(Closing.id).where(Closing.finished_at.is_not(None))
    statement = select(*columns).where(Settlement.paid > 0, ~live, Settlement.closing_id.in_(whole))
    rows = await session.execute(statement.order_by(Settlement.id))
    return await judged(session, [Due(id_, number, shop, Money(paid), day) for id_, number, shop, paid, day in rows])


async def judged(session: AsyncSession, due: Sequence[Due]) -> Waiting:
    """Which of these can be paid now."""
    shops = await shops_by_id(session, list({one.shop for one in due}))
    changing = {one.shop for one in await bank_changing.waiting(session)}
    back = await _came_back(session, [one.settlement for one in due])
    found = [
        judge(one, shops[one.shop], changing=one.shop in changing, back=(one.settlement, shops[one.shop].iban) in back)
        for one in due
    ]
    return Waiting(
        tuple(one for one in found if isinstance(one, Payable)),
        tuple(one for one in found if isinstance(one, HeldBack)),
    )


async def _came_back(session: AsyncSession, settlements: Sequence[UUID]) -> set[tuple[UUID, str | None]]:
    """Settlements with the accounts from which they came back, but for those to which they may be sent again."""
    statement = select(Payout.settlement_id, Payout.iban).where(Payout.settlement_id.in_(settlements), BACK)
    return {(settlement, iban) for settlement, iban in await session.execute(statement)}


async def came_back_from(session: AsyncSession, settlement: UUID) -> list[UUID]:
    """The payouts of a settlement that came back from the account that its shop has now."""
    statement = select(Payout.id).join(Shop, Shop.id == Payout.shop_id)
    found = await session.execute(statement.where(Payout.settlement_id == settlement, Payout.iban == Shop.iban, BACK))
    return list(found.scalars())


def judge(due: Due, shop: ShopView, *, changing: bool, back: bool = False) -> Payable | HeldBack:
    """Whether a settlement can be paid, and to whom. Pure.

    The name is that of whoever holds the account, as far as it is known: banks compare the two before they pay
    (regulation 2024/886, verification of payee).

    :param changing: whether another account of the shop waits to hold
    :param back: whether it was sent to the account of the shop before, and came back
    """
    obstacles: dict[Why, bool] = {
        "suspended": shop.status == "suspended",
        "account-changing": changing,
        "no-account": not shop.iban,
        "came-back": back,
        "too-much": due.amount > MOST,
    }
    found = next((why for why, stands in obstacles.items() if stands), None) or _account(shop)
    return Payable(due, shop.name, found) if isinstance(found, Account) else HeldBack(due, shop.name, found)


def _account(shop: ShopView) -> Account | Why:
    """Where a shop is paid, or why it cannot be."""
    try:
        bank = identity.bic(shop.bic) if shop.bic else None
        return Account(sendable_name(shop.legal_name or shop.name), identity.iban(shop.iban or ""), bank)
    except NameNotSendable:
        return "name-not-sendable"
    except IbanOutsideSepa:
        return "outside-sepa"
    except (IbanInvalid, BicInvalid):
        return "account-invalid"
