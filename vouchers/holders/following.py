"""What became of a voucher, as its holder reads it: spent where and when, given back, added to, set aside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, holds
from ledger.balances import Posted
from ledger.money import Money
from merchants.shops.queries import ShopView, shops_by_id
from vouchers import freezing
from vouchers.campaigns.figures import rewards_of
from vouchers.funders import funders_by_id
from vouchers.queries import VoucherView
from vouchers.tables import HoldAsked, Voucher
from vouchers.topping_up import TOP_UP

MOST: Final = 500
"""Movements of one voucher that are read."""

GIVEN_BACK: Final = ("refunded", "charged_back")
"""What is told of a voucher of which all was taken back."""

What = Literal["spent", "undone", "returned", "added"]


@dataclass(frozen=True, slots=True)
class Thanks:
    """The campaign to which a gift is due, and the purchase that it is for: ``won`` by drawing lots, or by right."""

    title: str
    slug: str
    won: bool
    shop: str
    spent: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """Something that happened to what is on a voucher.

    ``undone`` is money that was spent and given back since; ``returned`` comes back from a shop by itself; ``added`` is
    a gift of public money, with ``thanks`` if a campaign gave it. ``who`` is the shop or the funder, ``commune`` that
    of the shop.
    """

    what: What
    who: str
    commune: str
    amount: Money
    at: datetime
    thanks: Thanks | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """What an online shop holds of a voucher, and until when."""

    shop: str
    amount: Money
    until: datetime


async def movements_of(session: AsyncSession, one: VoucherView) -> list[Movement]:
    """What happened to a voucher and to those that it replaces, newest first."""
    chain = await _chain(session, one.facts.origin)
    posted = {each.id: each for account in chain for each in await balances.history(session, account, limit=MOST)}
    newest_first = sorted(posted.values(), key=lambda each: (each.effective_at, each.id), reverse=True)
    moved = [each for each in newest_first if not {each.debit, each.credit} <= chain]
    undone = {each.reverses for each in moved if each.reverses is not None}
    others = {each.credit if each.debit in chain else each.debit for each in moved}
    shops = await shops_by_id(session, sorted(others))
    funders = await funders_by_id(session, sorted(others - set(shops)))
    names = {id_: known.name for id_, known in funders.items()}
    thanks = await _thanks(session, one) if funders else {}
    found = [_movement(each, chain, undone, shops, names, thanks) for each in moved if each.reverses is None]
    return [each for each in found if each is not None]


async def set_aside(session: AsyncSession, one: VoucherView, *, at: datetime) -> list[SetAside]:
    """What online shops hold of a voucher, the oldest first."""
    rows = (await session.execute(select(HoldAsked).where(HoldAsked.voucher_id == one.facts.id))).scalars()
    asked = {row.id: row.shop_id for row in rows}
    held = [
        each for each in await holds.by_id(session, list(asked)) if each.state == "pending" and at < each.expires_at
    ]
    shops = await shops_by_id(session, list({asked[each.id] for each in held}))
    return [SetAside(shops[asked[each.id]].name, each.left, each.expires_at) for each in held]


async def is_frozen(session: AsyncSession, voucher_id: UUID) -> bool:
    """Whether its payment is disputed."""
    return bool(await freezing.frozen_among(session, [voucher_id]))


async def was_given_back(session: AsyncSession, voucher_id: UUID) -> bool:
    """Whether what was on it went back to whoever had paid for it."""
    return any([bool(await freezing.told_among(session, [voucher_id], what)) for what in GIVEN_BACK])


async def _chain(session: AsyncSession, origin: UUID) -> set[UUID]:
    # Spelt so that the primary key and the index of reissued vouchers find them.
    wanted = or_(Voucher.id == origin, and_(Voucher.origin_id == origin, Voucher.origin_id != Voucher.id))
    return set((await session.execute(select(Voucher.id).where(wanted))).scalars())


async def _thanks(session: AsyncSession, one: VoucherView) -> dict[UUID, Thanks]:
    """What campaigns added, by the transfers that added it."""
    found = await rewards_of(session, one.facts.id)
    shops = await shops_by_id(session, list({each.shop for each in found}))
    return {
        each.top_up: Thanks(
            each.title, each.slug, each.why == "prize", shops[each.shop].name, each.spent, each.spent_at
        )
        for each in found
    }


def _movement(
    each: Posted, chain: Collection[UUID], undone: Collection[UUID], shops: Mapping[UUID, ShopView],
    funders: Mapping[UUID, str], thanks: Mapping[UUID, Thanks],
) -> Movement | None:  # fmt: skip
    """A transfer as its holder reads it; None for what does not concern them: issuing, expiry, refunds."""
    if each.debit in chain and each.credit in shops:
        shop = shops[each.credit]
        return Movement(
            "undone" if each.id in undone else "spent", shop.name, shop.commune, each.amount, each.effective_at
        )
    if each.credit in chain and each.debit in shops:
        shop = shops[each.debit]
        return Movement("returned", shop.name, shop.commune, each.amount, each.effective_at)
    if each.kind == TOP_UP and each.credit in chain and each.id not in undone:
        return Movement("added", funders.get(each.debit, ""), "", each.amount, each.effective_at, thanks.get(each.id))
    return None
