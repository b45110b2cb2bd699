"""What is known of holders goes: three months after nothing can be spent any more, at once when they ask."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy import text

from tests.given import Town, paris
from tests.vouchers.holders.given import (
    ANNE,
    BORIS,
    be_reminded,
    deliver,
    keep,
    keeper,
    kept_by,
    lose,
    post,
    reminders,
    waiting,
    with_money,
)
from tests.vouchers.orders.given import OrderTown, named
from vouchers.holders import forgetting, letters

A_DAY: Final = timedelta(days=1)


async def forget(town: Town) -> None:
    """As a night does."""
    while await town.do(lambda session: forgetting.forget_idle(session, at=town.at)):
        pass


async def known(town: Town) -> tuple[int, int, int]:
    """How many addresses are kept, reminded, written to."""

    async def work(session: object) -> tuple[int, int, int]:
        counted = []
        for table in ("claims WHERE email IS NOT NULL", "reminders", "holder_letters"):
            statement = text(f"SELECT count(*) FROM p_treiz.{table}")  # noqa: S608 - of this test
            counted.append((await session.execute(statement)).scalar_one())  # type: ignore[attr-defined]
        return counted[0], counted[1], counted[2]

    return await town.do(work)


async def test_a_voucher_that_was_empty_for_three_months_is_nobodys(town: Town) -> None:
    spent, left = await town.vouchers(2, last_day=date(2028, 1, 1))
    for one in (spent, left):
        await keep(town, one, ANNE)
        await be_reminded(town, one, ANNE)
    await town.till.redeem(spent, "20,00")
    town.at += A_DAY
    await forget(town)
    town.at += forgetting.IDLE - A_DAY
    await forget(town)
    assert await kept_by(town, ANNE) == [spent.id, left.id]
    town.at += A_DAY
    await forget(town)
    assert await kept_by(town, ANNE) == [left.id]
    assert (await known(town))[:2] == (1, 1)


async def test_what_is_given_back_meanwhile_begins_the_three_months_anew(town: Town) -> None:
    voucher = await town.voucher(last_day=date(2028, 1, 1))
    await keep(town, voucher, ANNE)
    receipt = await town.till.redeem(voucher, "20,00")
    town.at += A_DAY
    await forget(town)
    await town.undo(receipt)
    town.at += forgetting.IDLE + A_DAY
    await forget(town)
    assert await kept_by(town, ANNE) == [voucher.id]


async def test_a_voucher_that_is_over_for_three_months_is_nobodys_and_its_letters_are_gone(town: Town) -> None:
    voucher = await town.voucher(last_day=date(2026, 12, 31))
    await keep(town, voucher, ANNE)
    await be_reminded(town, voucher, BORIS, days=(3,))
    town.at = paris("2026-12-28T10:00")
    assert await reminders(town) == [(BORIS, 3)]
    town.at = paris("2027-01-01T10:00")
    await forget(town)
    town.at += forgetting.IDLE
    await forget(town)
    assert (await known(town))[:2] == (0, 0)
    town.at += letters.LASTS["remind"]
    await forget(town)
    assert await known(town) == (0, 0, 0)


async def test_a_last_day_that_moved_moves_the_reminders(town: Town) -> None:
    voucher = await town.voucher(last_day=date(2026, 12, 31))
    await be_reminded(town, voucher, ANNE, days=(15,))
    town.at = paris("2026-12-10T10:00")
    await town.extend(voucher, date(2027, 3, 31))
    await forget(town)
    town.at = paris("2026-12-16T10:00")
    assert await reminders(town) == []
    town.at = paris("2027-03-16T10:00")
    assert await reminders(town) == [(ANNE, 15)]


async def test_asked_to_an_address_is_forgotten_at_once_everywhere(town: Town) -> None:
    mine, other = await town.vouchers(2)
    await keep(town, mine, ANNE)
    await be_reminded(town, mine, ANNE)
    await keep(town, other, BORIS)
    await lose(town, ANNE)
    await town.do(lambda session: forgetting.forget_address(session, ANNE.upper(), at=town.at))
    assert await keeper(town, mine) is None
    assert await keeper(town, other) == BORIS
    assert (await known(town))[:2] == (1, 0)
    assert await waiting(town) == []
    assert await town.left_on(mine) == await town.left_on(other)


async def test_forgotten_by_whom_it_was_sent_to_it_is_found_by_that_address_no_more(orders: OrderTown) -> None:
    order = (await orders.issued(people=named(1), handing="email")).id
    (voucher,) = await orders.vouchers_of(order)
    await deliver(orders, order)
    await orders.do(lambda session: forgetting.forget_address(session, "p1@savonnerie.example", at=orders.at))
    assert await with_money(orders, "p1@savonnerie.example") == []
    await keep(orders, voucher, ANNE)


async def test_a_letter_whose_link_is_over_goes(town: Town) -> None:
    await keep(town, await town.voucher(), ANNE)
    await lose(town, BORIS)
    await post(town)
    town.at += max(letters.LASTS["claim"], letters.LASTS["lost"]) + A_DAY
    await forget(town)
    assert (await known(town))[2] == 0
