"""What a shop took and will be paid: by day, and as the closing will say it."""

from __future__ import annotations

from datetime import date

from ledger.days import Period
from ledger.money import ZERO, Money
from merchants.settlements import foreseeing
from merchants.settlements.foreseeing import Forecast
from merchants.shops.takings import Takings, never_redeemed, takings, together
from tests.given import Paper, Town, paris

OCTOBER = Period.month("2026-10")


async def forecast(town: Town, shop: int = 0) -> Forecast:
    return await town.do(lambda session: foreseeing.forecast(session, town.tills[shop].shop, at=town.at))


async def test_the_forecast_is_what_the_closing_then_says(town: Town, voucher: Paper) -> None:
    assert (await forecast(town)).figures.paid == ZERO
    first = await town.till.redeem(voucher, "123,45 €")
    await town.till.redeem(voucher, "50,00 €")
    await town.tills[1].redeem(voucher, "9,99 €")
    await town.undo(first, shop=town.till.shop)
    await town.till.redeem(voucher, "77,77 €")
    foreseen = await forecast(town)
    assert (foreseen.period, foreseen.closes_on, foreseen.payable_on) == (OCTOBER, date(2026, 11, 1), date(2026, 11, 6))
    assert foreseen.since == date(2026, 10, 5)
    town.at = paris("2026-11-01 09:00")
    made = {one.shop: one for one in await town.settlements(await town.close(OCTOBER))}
    assert made[town.till.shop].figures == foreseen.figures
    assert made[town.till.shop].payable_on == foreseen.payable_on
    assert (await forecast(town)).figures.turnover == ZERO


async def test_what_a_shop_owes_is_in_its_forecast(town: Town, voucher: Paper) -> None:
    receipt = await town.till.redeem(voucher, "100,00 €")
    town.at = paris("2026-11-01 09:00")
    await town.close(OCTOBER)
    await town.undo(receipt)
    foreseen = await forecast(town)
    assert (foreseen.figures.undone, foreseen.figures.paid) == (Money.of("100"), ZERO)
    assert foreseen.figures.carried_forward < ZERO


async def test_takings_are_counted_by_the_day_in_paris_one_shops_alone(town: Town, voucher: Paper) -> None:
    town.at = paris("2026-10-05 23:59")
    late = await town.till.redeem(voucher, "10,00 €")
    town.at = paris("2026-10-06 00:01")
    await town.till.redeem(voucher, "20,00 €")
    await town.till.redeem(voucher, "5,00 €")
    await town.tills[1].redeem(voucher, "400,00 €")
    await town.undo(late)
    found = await town.do(lambda session: takings(session, town.till.shop, OCTOBER))
    assert found == {
        date(2026, 10, 5): Takings(Money.of("10"), 1, ZERO),
        date(2026, 10, 6): Takings(Money.of("25"), 2, Money.of("10")),
    }
    assert together(list(found.values())).net == Money.of("25")
    shops = [one.shop for one in town.tills]
    assert await town.do(lambda session: never_redeemed(session, shops)) == {town.tills[2].shop}
