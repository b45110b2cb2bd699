"""Cashiers at work: who redeemed, who may no more, and what each took until the till was closed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.database import Sessions
from ledger.errors import Refusal
from ledger.ids import new_id
from ledger.money import Money
from merchants.shops import cashiers
from merchants.shops.errors import CashierRemoved, CashierUnknown
from tests.given import Town
from tests.till import Paper
from vouchers import queries, redeeming, till_closing
from vouchers.errors import NothingToClose
from vouchers.redeeming import Answer, Receipt
from vouchers.till_closing import ClosingView


async def a_cashier(town: Town, name: str, *, shop: UUID | None = None) -> UUID:
    found = await town.do(lambda session: cashiers.add_cashier(session, shop or town.till.shop, name=name, at=town.at))
    return found.id


async def redeem(town: Town, voucher: Paper, typed: str, cashier: UUID | None, *, key: str | None = None) -> Answer:
    (answer,) = await town.redeem_many([replace(town.till.asks(voucher, typed, key=key), cashier=cashier)])
    return answer


async def receipt(town: Town, voucher: Paper, typed: str, cashier: UUID | None) -> Receipt:
    answer = await redeem(town, voucher, typed, cashier)
    assert isinstance(answer, Receipt), answer
    return answer


async def close(town: Town, till: UUID | None = None) -> dict[UUID | None, ClosingView]:
    closed = await town.do(
        lambda session: till_closing.close_till(session, till or town.till.id, actor="till:1", at=town.at)
    )
    return {one.cashier: one for one in closed}


async def test_a_redemption_knows_its_cashier_and_so_does_its_answer_when_asked_again(town: Town) -> None:
    voucher, lea = await town.voucher(), await a_cashier(town, "Léa")
    first = await redeem(town, voucher, "5,00 €", lea, key="k-1")
    assert isinstance(first, Receipt)
    assert first.cashier == lea
    assert await redeem(town, voucher, "5,00 €", lea, key="k-1") == first
    assert Receipt.unpacked(first.packed()) == first
    view = await town.do(lambda session: queries.redemption(session, first.redemption))
    assert view.cashier == lea
    without = await receipt(town, voucher, "1,00 €", None)
    assert (without.cashier, "cashier" in without.packed()) == (None, False)


async def test_a_cashier_who_was_removed_redeems_no_more_but_what_was_answered_stands(town: Town) -> None:
    voucher, lea = await town.voucher(), await a_cashier(town, "Léa")
    first = await redeem(town, voucher, "5,00 €", lea, key="k-1")
    await town.do(lambda session: cashiers.remove_cashier(session, lea, shop_id=town.till.shop, at=town.at))
    assert isinstance(await redeem(town, voucher, "5,00 €", lea), CashierRemoved)
    assert await redeem(town, voucher, "5,00 €", lea, key="k-1") == first
    assert await town.left_on(voucher) == Money.of("15,00 €")


async def test_the_cashier_of_another_shop_is_nobody_here(town: Town) -> None:
    voucher = await town.voucher()
    neighbour = await a_cashier(town, "Noé", shop=town.tills[1].shop)
    for stranger in (neighbour, new_id()):
        assert isinstance(await redeem(town, voucher, "5,00 €", stranger), CashierUnknown)
    assert await town.left_on(voucher) == Money.of("20,00 €")


async def test_a_closing_says_what_each_cashier_took_since_the_last_one(town: Town) -> None:
    voucher = await town.voucher(worth="100,00 €")
    lea, noe = await a_cashier(town, "Léa"), await a_cashier(town, "Noé")
    wrong = await receipt(town, voucher, "8,00 €", lea)
    await receipt(town, voucher, "12,50 €", lea)
    await receipt(town, voucher, "20,00 €", noe)
    await receipt(town, voucher, "1,00 €", None)
    await town.till.undo(wrong)
    closed = await close(town)
    assert {
        who: (one.redemptions, one.undos, one.redeemed, one.undone, one.total) for who, one in closed.items()
    } == {
        lea: (2, 1, Money(20_50), Money(8_00), Money(12_50)),
        noe: (1, 0, Money(20_00), Money(0), Money(20_00)),
        None: (1, 0, Money(1_00), Money(0), Money(1_00)),
    }  # fmt: skip
    assert len({one.act for one in closed.values()}) == 1
    with pytest.raises(NothingToClose):
        await close(town)


async def test_what_is_undone_after_the_closing_is_taken_off_the_next(town: Town) -> None:
    voucher, lea = await town.voucher(), await a_cashier(town, "Léa")
    done = await receipt(town, voucher, "8,00 €", lea)
    await close(town)
    await town.till.undo(done)
    closed = await close(town)
    assert (closed[lea].redemptions, closed[lea].undos, closed[lea].total) == (0, 1, Money(-8_00))
    listed = await town.do(lambda session: till_closing.closings_of(session, town.till.id))
    assert [one.total for one in listed] == [Money(-8_00), Money(8_00)]


async def test_two_closings_at_once_count_nothing_twice(town: Town) -> None:
    voucher = await town.voucher()
    await receipt(town, voucher, "8,00 €", None)

    async def attempt() -> list[ClosingView] | Refusal:
        try:
            return list((await close(town)).values())
        except NothingToClose as refusal:
            return refusal

    done = await asyncio.gather(attempt(), attempt())
    assert sorted(type(one).__name__ for one in done) == ["NothingToClose", "list"]


async def test_a_closing_waits_for_a_redemption_in_flight_and_counts_it(town: Town) -> None:
    voucher = await town.voucher()
    asked = town.till.asks(voucher, "8,00 €")
    async with town.sessions.begin() as slow:
        await redeeming.redeem_many(slow, [asked], at=town.at)
        closing = asyncio.create_task(close(town))
        done, _ = await asyncio.wait([closing], timeout=0.2)
        assert not done
    assert (await closing)[None].total == Money(8_00)


async def test_only_what_moved_at_this_till_is_counted(town: Town) -> None:
    other = await town.open_till(town.till.shop, label="Caisse 2")
    voucher = await town.voucher()
    await other.redeem(voucher, "3,00 €")
    with pytest.raises(NothingToClose):
        await close(town)
    assert (await close(town, other.id))[None].total == Money(3_00)


@pytest.mark.parametrize("change", ["UPDATE till_closings SET total = total", "DELETE FROM till_closing_lines"])
async def test_a_closing_is_never_changed(town: Town, owner: Sessions, change: str) -> None:
    await receipt(town, await town.voucher(), "8,00 €", None)
    await close(town)
    async with owner() as session:
        await session.execute(text("SET search_path = p_treiz, public"))
        with pytest.raises(DBAPIError, match="never changed"):
            await session.execute(text(change))


async def test_the_day_of_a_till_is_read_from_its_first_moment(town: Town) -> None:
    voucher = await town.voucher()
    first = await receipt(town, voucher, "1,00 €", None)

    async def since(moment: datetime) -> list[UUID]:
        found = await town.do(lambda session: queries.redemptions_at(session, town.till.id, since=moment))
        return [one.id for one in found]

    assert await since(first.at) == [first.redemption]
    assert await since(first.at.replace(year=first.at.year + 1)) == []
