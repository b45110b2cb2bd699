"""What closing a month would come to is what it comes to; and which month comes next."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.days import Period
from ledger.money import ZERO, Money
from merchants.settlements import foreseeing
from merchants.settlements.foreseeing import Preview
from merchants.settlements.queries import SettlementView
from merchants.settlements.rounds import Round
from tests.given import Paper, Town, paris

OCTOBER, NOVEMBER, DECEMBER = (Period.month(f"2026-{month}") for month in (10, 11, 12))
LAST_DAY = date(2030, 1, 1)


async def preview(town: Town, period: Period) -> Preview:
    return await town.do(lambda session: foreseeing.preview(session, Round(period), at=town.at))


async def comes_next(town: Town) -> Period | None:
    return await town.do(lambda session: foreseeing.month_to_close(session, at=town.at))


@pytest.fixture
async def lived(town: Town, voucher: Paper) -> Town:
    """Three shops in October: one is undone in November after it was settled, so that it owes in the end."""
    first, second, third = town.tills
    receipt = await first.redeem(voucher, "100,00 €")
    await second.redeem(voucher, "33,33 €")
    await third.redeem(voucher, "0,01 €")
    town.at = paris("2026-11-02 09:00")
    await town.close(OCTOBER)
    await town.undo(receipt)
    await second.redeem(voucher, "12,50 €")
    town.at = paris("2026-12-02 09:00")
    return town


def told(of: Preview) -> set[tuple[object, ...]]:
    return {(one.shop.id, one.figures) for one in of.shops}


def settled(of: list[SettlementView]) -> set[tuple[object, ...]]:
    return {(one.shop, one.figures) for one in of}


async def test_what_is_shown_is_what_is_closed(lived: Town) -> None:
    shown = await preview(lived, NOVEMBER)
    closed = await lived.close(NOVEMBER)
    assert told(shown) == settled(await lived.settlements(closed))
    assert (shown.turnover, shown.commission, shown.vat, shown.paid) == (
        closed.turnover, closed.commission, closed.vat, closed.paid,
    )  # fmt: skip
    assert shown.carried < ZERO
    assert [one.figures.turnover for one in shown.shops] == [Money.of("12,50"), -Money.of("100,00")]


async def test_looking_at_it_changes_nothing(lived: Town) -> None:
    assert await preview(lived, NOVEMBER) == await preview(lived, NOVEMBER)
    assert len(await lived.settlements()) == 3
    assert (await lived.audit()).agrees


async def test_a_month_that_is_not_over_is_shown_so_far(lived: Town) -> None:
    lived.at = paris("2026-11-03 09:00")
    assert (await preview(lived, NOVEMBER)).turnover == Money.of("12,50") - Money.of("100,00")


async def test_the_month_after_the_last_closing_comes_next_once_it_is_over(lived: Town) -> None:
    assert await comes_next(lived) == NOVEMBER
    await lived.close(NOVEMBER)
    assert await comes_next(lived) is None
    lived.at = paris("2027-01-01 00:00")
    assert await comes_next(lived) == DECEMBER


async def test_before_the_first_closing_it_is_the_month_of_the_oldest_movement(town: Town, voucher: Paper) -> None:
    assert await comes_next(town) is None
    await town.till.redeem(voucher, "1,00 €")
    assert await comes_next(town) is None
    town.at = paris("2026-12-15 09:00")
    await town.till.redeem(voucher, "1,00 €")
    assert await comes_next(town) == OCTOBER


async def test_after_a_closing_in_the_middle_of_a_month_the_rest_of_it_comes_next(lived: Town) -> None:
    await lived.close(Period(date(2026, 11, 1), date(2026, 11, 8)))
    assert await comes_next(lived) == NOVEMBER
