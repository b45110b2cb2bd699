"""A minimum payout: below it nothing is paid and the statement says so; who left is paid whatever it is owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.days import Period
from ledger.money import ZERO, Money
from merchants.programme import TermsMalformed
from merchants.settlements import foreseeing
from merchants.settlements.queries import SettlementView
from merchants.shops import registering
from tests.given import TERMS, Paper, Town
from tests.merchants.test_statement_pdf import pages_of

OCTOBER, NOVEMBER, DECEMBER = (Period.month(f"2026-{month}") for month in (10, 11, 12))


async def closed(town: Town, period: Period) -> list[SettlementView]:
    """The settlements of a period, closed the day after."""
    town.at = period.ends
    return await town.settlements(await town.close(period))


async def test_what_is_below_the_minimum_is_carried_and_paid_with_the_next(town: Town, voucher: Paper) -> None:
    await town.set_terms(replace(TERMS, minimum_payout=20_00), since=date(2026, 10, 1))
    await town.till.redeem(voucher, "10,00")
    (small,) = await closed(town, OCTOBER)
    assert (small.figures.paid, small.figures.carried_forward) == (ZERO, Money.of("9,64"))
    assert await town.balance(town.till.shop) == Money.of("9,64")
    for language, said in (
        ("fr", "Les 9,64 € dus sont reportés : un virement se fait à partir de 20,00 €."),
        ("en", "The €9.64 due are kept for the next settlement: transfers are made from €20.00 on."),
    ):
        page = pages_of(await town.statement(small), language)[0]
        assert said in page
        assert ("Reporté au prochain règlement" if language == "fr" else "Kept for the next settlement") in page
    await town.till.redeem(voucher, "15,00")
    foreseen = await town.do(lambda session: foreseeing.forecast(session, town.till.shop, at=town.at))
    (next_one,) = await closed(town, NOVEMBER)
    assert (next_one.figures.brought_forward, next_one.figures.paid) == (Money.of("9,64"), Money.of("24,10"))
    assert foreseen.figures == next_one.figures
    assert await town.balance(town.till.shop) == ZERO
    assert (await town.audit()).agrees


async def test_a_shop_that_left_is_paid_what_was_too_little_without_having_moved(town: Town, voucher: Paper) -> None:
    await town.set_terms(replace(TERMS, minimum_payout=20_00), since=date(2026, 10, 1))
    for till in town.tills[:2]:
        await till.redeem(voucher, "10,00")
    await closed(town, OCTOBER)
    await town.set_status(town.till.shop, "left")
    (last,) = await closed(town, NOVEMBER)
    assert (last.shop, last.figures.turnover, last.figures.paid) == (town.till.shop, ZERO, Money.of("9,64"))
    assert "Aucune opération pendant cette période." in pages_of(await town.statement(last))[0]
    assert await closed(town, DECEMBER) == []
    assert (await town.audit()).agrees


async def test_a_shop_may_wait_longer_than_others_but_never_less_long(town: Town, voucher: Paper) -> None:
    await town.set_terms(replace(TERMS, minimum_payout=5_00), since=date(2026, 10, 1))
    for till, minimum in zip(town.tills[:2], (Money.of("50,00"), Money.of("1,00")), strict=True):
        await till.redeem(voucher, "4,00")
        await town.do(
            lambda session, till=till, minimum=minimum: registering.set_minimum_payout(
                session, till.shop, minimum, actor="op", at=town.at
            )
        )
    assert [one.figures.minimum for one in await closed(town, OCTOBER)] == [Money.of("50,00"), Money.of("5,00")]
    assert await town.balance(town.tills[1].shop) == Money.of("3,86")


async def test_a_lower_minimum_pays_what_waits_at_the_next_closing(town: Town, voucher: Paper) -> None:
    await town.set_terms(replace(TERMS, minimum_payout=20_00), since=date(2026, 10, 1))
    await town.till.redeem(voucher, "10,00")
    await closed(town, OCTOBER)
    await town.set_terms(TERMS, since=date(2026, 11, 15))
    (paid,) = await closed(town, NOVEMBER)
    assert paid.figures.paid == Money.of("9,64")


@pytest.mark.parametrize("cents", [-1, 100_001])
async def test_a_minimum_has_bounds(town: Town, cents: int) -> None:
    with pytest.raises(TermsMalformed):
        await town.set_terms(replace(TERMS, minimum_payout=cents), since=date(2026, 11, 1))


async def test_a_programme_outside_vat_says_so_and_gives_back_what_it_charged_before(
    town: Town, voucher: Paper
) -> None:
    """CGI art. 293 B; what is undone of a month with VAT gives its VAT back."""
    receipt = await town.till.redeem(voucher, "100,00")
    (before,) = await closed(town, OCTOBER)
    assert before.figures.vat == Money(60)
    await town.set_terms(replace(TERMS, vat_rate_bp=0), since=date(2026, 11, 1))
    await town.till.redeem(voucher, "300,00")
    await town.tills[1].redeem(voucher, "10,00")
    await town.undo(receipt)
    mixed, plain = await closed(town, NOVEMBER)
    assert mixed.figures.vat_parts == ((0, Money(9_00), ZERO), (2_000, -Money(3_00), -Money(60)))
    assert "TVA sur -3,00 € de commission, 20 %" in pages_of(await town.statement(mixed))[0]
    page = pages_of(await town.statement(plain))[0]
    assert "TVA non applicable, art. 293 B du CGI." in page.replace("\n", " ")
    assert "TVA sur" not in page
    assert "Commission, 3 % de 10,00 €" in page
    assert "TVA de vos ventes" not in page, "a shop outside VAT declares none"
    assert (await town.audit()).agrees
