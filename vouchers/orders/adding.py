"""What funders add to the vouchers of an order: told before it is paid, kept when it is, given when it is issued."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.money import Money
from vouchers import topping_up
from vouchers.buyers import BuyerView, buyer
from vouchers.facts import vouchers_by_id
from vouchers.funding import claiming
from vouchers.funding.claiming import ClaimView, Offer
from vouchers.funding.rules import Bought, Wanted
from vouchers.funding.ruling import rules_for
from vouchers.orders.history import tell
from vouchers.orders.queries import BeneficiaryView, OrderView, beneficiaries_of, lines_of
from vouchers.rules.queries import rule_of_version
from vouchers.tables import Voucher
from vouchers.topping_up import Gift


async def offers(session: AsyncSession, found: OrderView, *, at: datetime) -> list[Offer]:
    """What rules would add, were the order paid now. Only its payment makes it certain: who pays first is first."""
    giver = await buyer(session, found.buyer)
    bought = await _bought(session, found, giver)
    if not await rules_for(session, bought, at=at):
        return []
    wanted = await _wanted(session, found, giver)
    return await claiming.offers(session, wanted, bought, at=at)


async def promised(session: AsyncSession, order_id: UUID) -> list[ClaimView]:
    """What was promised to a paid order, and what was given to one that is issued."""
    return await claiming.claims_of(session, order_id, "kept", "given")


async def promise(session: AsyncSession, found: OrderView, *, actor: str, at: datetime) -> None:
    """Keep for an order what rules add to it, now that it is paid."""
    giver = await buyer(session, found.buyer)
    bought = await _bought(session, found, giver)
    if not await rules_for(session, bought, at=at):
        return
    wanted = await _wanted(session, found, giver)
    kept = await claiming.promise(session, found.id, wanted, bought, at=at)
    if kept:
        await tell(session, found.id, "top_up_kept", actor=actor, at=at, amount=kept)


async def let_go(session: AsyncSession, order_id: UUID) -> None:
    """Release what is kept for an order that is not paid any more, or is taken back, before it is issued."""
    await claiming.let_go(session, order_id)


async def give(session: AsyncSession, order_id: UUID, *, actor: str, at: datetime) -> None:
    """Give what is kept for an order to its vouchers, which are issued in this transaction."""
    claims = await claiming.claims_of(session, order_id, "kept")
    if not claims:
        return
    vouchers = await _vouchers(session, order_id)
    facts = await vouchers_by_id(session, vouchers)
    books = await posting.lock(session, {*vouchers, *(one.funder for one in claims)})
    for one in claims:
        places = list(one.shares)
        gifts = [Gift(facts[vouchers[place - 1]], one.shares[place]) for place in places]
        given = await topping_up.give(
            session, gifts, funder_id=one.funder, books=books, at=at, out_of=one.id, counted=True
        )
        await claiming.was_given(session, one, dict(zip(places, given, strict=True)))
        await tell(session, order_id, "topped_up", actor=actor, at=at, amount=one.amount)


async def _vouchers(session: AsyncSession, order_id: UUID) -> list[UUID]:
    """The vouchers of an issued order, line by line, in the order of their numbers."""
    found: list[UUID] = []
    for line in await lines_of(session, order_id):
        of_line = select(Voucher.id).where(Voucher.batch_id == line.batch).order_by(Voucher.serial)
        found += (await session.execute(of_line)).scalars()
    return found


async def _bought(session: AsyncSession, found: OrderView, giver: BuyerView) -> Bought:
    """Who buys; a rule of use is meant through all of its versions."""
    use = None if found.rule is None else await rule_of_version(session, found.rule)
    return Bought(giver.kind, giver.postcode, use)


async def _wanted(session: AsyncSession, found: OrderView, giver: BuyerView) -> list[Wanted]:
    """The vouchers that an order asks for, line by line, and for whom: people come in the order of the list."""
    people: dict[Money, list[BeneficiaryView]] = defaultdict(list)
    for one in await beneficiaries_of(session, found.id):
        people[one.face_value].append(one)
    wanted: list[Wanted] = []
    for line in await lines_of(session, found.id):
        named: Sequence[BeneficiaryView | None] = people.pop(line.face_value, []) if line.named else []
        named = [*named, *[None] * (line.quantity - len(named))]
        wanted += [Wanted(line.face_value, _person(one, giver)) for one in named]
    return wanted


def _person(one: BeneficiaryView | None, giver: BuyerView) -> str:
    """What stands for a person without naming them: vouchers without a name are their buyer's own."""
    known = str(giver.id)
    if one is not None and one.email:
        known = one.email.lower()
    elif one is not None:
        known = f"{giver.id} {one.staff_number or one.name}"
    return hashlib.sha256(known.encode()).hexdigest()
