"""Issuing a batch: paid for, or on credit by decision; bulk, all or none; valid through its last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from ledger.chart import Kind
from ledger.ids import new_id
from ledger.money import BIGINT_MAX, ZERO, Money, total
from tests.given import TERMS, Town, paris
from vouchers import issuing, queries
from vouchers.errors import AmountNotPositive, BatchTooLarge, BuyerUnknown, LastDayTooEarly, NotPaid


async def batches(town: Town) -> list[queries.BatchView]:
    return await town.do(lambda session: queries.batches_page(session, limit=100))


async def batch(town: Town, batch_id: UUID) -> queries.BatchView:
    return await town.do(lambda session: queries.batch(session, batch_id))


async def test_a_voucher_holds_its_face_value_and_the_buyer_has_paid_it(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    view = await town.view(voucher)
    assert (view.left, view.available, view.face_value) == (Money.of("20,00"),) * 3
    assert (view.facts.serial, view.facts.status, view.facts.origin) == (1, "active", voucher.id)
    assert await town.balance(town.buyer) == ZERO
    assert await town.balance(Kind.BANK) == Money.of("20,00")


async def test_the_service_fee_and_its_vat_are_paid_on_top(town: Town) -> None:
    await town.set_terms(replace(TERMS, service_fee_bp=150), since=date(2026, 1, 1))
    issued = await batch(town, await town.batch("50,00 €", 140, paid="7 126,00 €"))
    assert (issued.fee, issued.fee_vat) == (Money.of("105,00"), Money.of("21,00"))
    assert await town.balance(Kind.FEES) == Money.of("105,00")
    assert await town.balance(Kind.VAT) == Money.of("21,00")
    assert await town.balance(town.buyer) == ZERO


async def test_fee_and_vat_are_rounded_once_for_the_batch(town: Town) -> None:
    await town.set_terms(replace(TERMS, service_fee_bp=150), since=date(2026, 1, 1))
    issued = await batch(town, await town.batch("1,10 €", 3, paid="3,36 €"))
    assert (issued.fee, issued.fee_vat) == (Money(5), Money(1))


@pytest.mark.parametrize("paid", ["0", "7 000,00", "7 125,99"])
async def test_a_batch_that_is_not_paid_to_the_cent_is_refused_and_nothing_is_written(town: Town, paid: str) -> None:
    await town.set_terms(replace(TERMS, service_fee_bp=150), since=date(2026, 1, 1))
    with pytest.raises(NotPaid) as refused:
        await town.batch("50,00 €", 140, paid=paid)
    assert (refused.value.paid, refused.value.cost) == (Money.of(paid), Money.of("7 126,00"))
    assert await batches(town) == []
    assert await town.balance(Kind.FEES) == ZERO


async def test_a_batch_on_credit_leaves_a_debt_and_a_hole_in_the_ring_fence(town: Town) -> None:
    issued = await town.issue("50,00 €", 2, on_credit=True)
    assert (await batch(town, issued)).on_credit
    assert await town.balance(town.buyer) == Money.of("100,00")
    audit = await town.audit()
    assert audit.agrees
    assert audit.ring_fence.short_by == Money.of("100,00")
    await town.pay_in("100,00")
    assert (await town.audit()).ring_fence.covered


async def test_two_thousand_vouchers_are_numbered_and_each_has_codes_of_its_own(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "ROWS_AT_ONCE", 700)
    await town.pay_in("10 000,00")
    told: list[tuple[int, int]] = []
    new = issuing.NewBatch(town.buyer, Money.of("5,00"), 2_000)
    issued = await town.do(
        lambda session: issuing.issue(
            session, new, keys=town.keys, actor="op", at=town.at, progress=lambda *done: told.append(done)
        )
    )
    assert told == [(700, 2_000), (1_400, 2_000), (2_000, 2_000)]
    views = await town.do(lambda session: queries.vouchers_page(session, batch=issued, limit=5_000))
    assert [view.facts.serial for view in views] == list(range(1, 2_001))
    assert total([view.left for view in views]) == Money.of("10 000,00")
    assert len({town.paper(view.facts).code for view in views}) == 2_000
    assert (await town.audit()).agrees


async def test_a_batch_that_fails_half_way_leaves_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "ROWS_AT_ONCE", 10)
    await town.pay_in("300,00")
    new = issuing.NewBatch(town.buyer, Money.of("10,00"), 30)

    def fail_at_twenty(done: int, _of: int) -> None:
        if done == 20:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await town.do(
            lambda session: issuing.issue(session, new, keys=town.keys, actor="op", at=town.at, progress=fail_at_twenty)
        )
    assert await batches(town) == []
    assert await town.balance(town.buyer) == -Money.of("300,00")
    assert (await town.audit()).agrees


@pytest.mark.parametrize("worth", [Money(0), Money(-1)])
async def test_a_voucher_is_worth_something(town: Town, worth: Money) -> None:
    with pytest.raises(AmountNotPositive):
        await town.issue(worth)


@pytest.mark.parametrize(
    ("worth", "quantity"), [(Money(1), 0), (Money(1), -1), (Money(1), 100_001), (Money(BIGINT_MAX // 4), 2)]
)
async def test_a_batch_has_one_to_a_hundred_thousand_vouchers_that_can_be_added_up(
    town: Town, worth: Money, quantity: int
) -> None:
    with pytest.raises(BatchTooLarge):
        await town.issue(worth, quantity, on_credit=True)


async def test_only_a_buyer_of_this_programme_buys(town: Town) -> None:
    for stranger in (new_id(), town.till.shop):
        with pytest.raises(BuyerUnknown):
            await town.issue("5,00", buyer=stranger, on_credit=True)


@pytest.mark.parametrize(
    ("on", "months", "first_day", "last_day"),
    [
        ("2026-10-05", 12, None, "2027-10-05"),
        ("2027-12-31", 2, None, "2028-02-29"),
        ("2028-02-29", 12, None, "2029-02-28"),
        ("2028-02-29", 48, None, "2032-02-29"),
        ("2026-10-05", 6, "2027-08-31", "2028-02-29"),
        ("2026-01-31", 1, None, "2026-02-28"),
    ],
)
async def test_the_last_day_follows_from_the_programmes_validity(
    town: Town, on: str, months: int, first_day: str | None, last_day: str
) -> None:
    await town.set_terms(replace(TERMS, validity_months=months), since=date(2026, 1, 1))
    town.at = paris(f"{on}T09:00")
    voucher = await town.voucher(valid_from=date.fromisoformat(first_day) if first_day else None)
    facts = (await town.view(voucher)).facts
    assert (facts.valid_from, facts.last_day) == (date.fromisoformat(first_day or on), date.fromisoformat(last_day))


async def test_the_day_of_issue_is_that_of_paris(town: Town) -> None:
    town.at = paris("2026-10-06T00:30")
    assert (await town.view(await town.voucher())).facts.valid_from == date(2026, 10, 6)


async def test_a_voucher_may_be_for_today_only_but_not_for_yesterday(town: Town) -> None:
    today, yesterday = date(2026, 10, 5), date(2026, 10, 4)
    assert (await town.view(await town.voucher(last_day=today))).facts.last_day == today
    with pytest.raises(LastDayTooEarly) as refused:
        await town.voucher(valid_from=date(2026, 9, 1), last_day=yesterday)
    assert (refused.value.last_day, refused.value.earliest) == (yesterday, today)


async def test_a_voucher_does_not_end_before_it_begins(town: Town) -> None:
    with pytest.raises(LastDayTooEarly) as refused:
        await town.voucher(valid_from=date(2026, 12, 1), last_day=date(2026, 11, 30))
    assert refused.value.earliest == date(2026, 12, 1)
