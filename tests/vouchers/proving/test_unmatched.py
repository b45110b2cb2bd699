"""Money that waits: since when the oldest of it does, and red once it is too long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from ledger import posting
from ledger.chart import Kind, single
from ledger.days import Period
from ledger.money import ZERO, Money
from ledger.posting import NewTransfer
from merchants.payouts import approving, proposing
from merchants.shops import registering
from tests.given import TERMS, Town, paris
from tests.merchants.bank.given import ACCOUNT, document, entry, file, statement
from vouchers.orders import bank_matching
from vouchers.proving import unmatched
from vouchers.proving.unmatched import PATIENCE, Unmatched, Where


async def waiting(town: Town, where: Where) -> Unmatched:
    found = await town.do(lambda session: unmatched.unmatched(session, at=town.at))
    return next(one for one in found if one.where == where)


async def red_after(town: Town, where: Where, since: date) -> None:
    """It holds on the last day that it may take, and not on the next."""
    noon = paris(f"{since}T12:00")
    town.at = noon + timedelta(days=PATIENCE[where])
    assert (await waiting(town, where)).state == "holds"
    town.at += timedelta(days=1)
    late = await waiting(town, where)
    assert (late.state, late.days, late.since) == ("broken", PATIENCE[where] + 1, since)


async def test_where_nothing_waits_nothing_is_late(town: Town) -> None:
    town.at += timedelta(days=1_000)
    found = await town.do(lambda session: unmatched.unmatched(session, at=town.at))
    assert {one.where for one in found} == set(PATIENCE)
    assert all((one.count, one.amount, one.since, one.state) == (0, ZERO, None, "holds") for one in found)


async def test_lines_of_statements_wait_from_the_day_on_which_the_bank_booked_them(town: Town) -> None:
    await town.set_terms(replace(TERMS, iban=ACCOUNT), since=date(2026, 1, 1))
    lines = entry("50.00", day="2026-10-06"), entry("20.00", way="DBIT", day="2026-10-05")
    content = document(statement(*lines, closing="1030.00"))
    await town.do(lambda session: bank_matching.take(session, file(content), actor="op", at=town.at))
    found = await waiting(town, "bank-lines")
    assert (found.count, found.amount) == (2, Money.of("30"))
    assert found.oldest is not None
    await red_after(town, "bank-lines", date(2026, 10, 5))


async def test_the_credit_of_a_buyer_is_as_old_as_the_oldest_cent_of_it_that_is_left(town: Town) -> None:
    for typed in ("2026-01-10T12:00", "2026-02-10T12:00", "2026-03-10T12:00"):
        town.at = paris(typed)
        await town.pay_in("10,00")
    assert (await waiting(town, "buyers-credit")).since == date(2026, 1, 10)
    await town.issue("10,00")
    assert (await waiting(town, "buyers-credit")).since == date(2026, 2, 10)
    await town.issue("5,00")
    found = await waiting(town, "buyers-credit")
    assert (found.since, found.amount, found.oldest) == (date(2026, 2, 10), Money.of("15"), town.buyer)
    await red_after(town, "buyers-credit", date(2026, 2, 10))


async def test_settlements_wait_to_be_paid_and_then_for_the_bank_to_say_so(town: Town) -> None:
    await town.set_terms(replace(TERMS, iban=ACCOUNT), since=date(2026, 1, 1))
    shop = town.till.shop
    await town.do(
        lambda session: registering.set_bank_account(session, shop, iban=ACCOUNT, bic=None, actor="op", at=town.at)
    )
    await town.till.redeem(await town.voucher(worth="100,00"), "100,00")
    town.at = paris("2026-11-03T09:00")
    await town.close(Period.month("2026-10"))
    (settlement,) = await town.settlements()
    due = await waiting(town, "settlements")
    assert (due.count, due.amount, due.since) == (1, Money.of("96,40"), settlement.payable_on)
    made = await town.do(
        lambda session: proposing.propose(session, execution_day=date(2026, 11, 4), actor="one", at=town.at)
    )
    assert await waiting(town, "settlements") == due
    await town.do(lambda session: approving.approve(session, made.id, actor="other", at=town.at))
    assert (await waiting(town, "settlements")).count == 0
    sent = await waiting(town, "payouts")
    assert (sent.count, sent.amount, sent.oldest) == (1, Money.of("96,40"), made.id)
    await red_after(town, "payouts", date(2026, 11, 4))


async def test_settlements_nobody_pays_are_late_two_weeks_after_they_may_be_paid(town: Town) -> None:
    await town.till.redeem(await town.voucher(worth="100,00"), "100,00")
    town.at = paris("2026-11-03T09:00")
    await town.close(Period.month("2026-10"))
    (settlement,) = await town.settlements()
    await red_after(town, "settlements", settlement.payable_on)


async def test_money_at_stripe_is_as_old_as_what_is_left_of_it(town: Town) -> None:
    stripe, bank = single(Kind.STRIPE), single(Kind.BANK)
    for typed, debit, credit, cents in (
        ("2026-10-01T12:00", stripe, town.buyer, 5_000), ("2026-10-03T12:00", stripe, town.buyer, 3_000),
        ("2026-10-04T12:00", bank, stripe, 5_000),
    ):  # fmt: skip
        moved = NewTransfer("moved", debit, credit, Money(cents))
        await town.do(lambda session, m=moved, at=paris(typed): posting.post(session, [m], at=at))
    town.at = paris("2026-10-05T12:00")
    found = await waiting(town, "stripe")
    assert (found.amount, found.since) == (Money.of("30"), date(2026, 10, 3))
    await red_after(town, "stripe", date(2026, 10, 3))
