"""Goods that come back: part by part, never more than was spent, to wherever the voucher went, in time to be spent."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from ledger.database import Sessions
from ledger.days import Period
from ledger.errors import Refusal
from ledger.money import ZERO, Money
from tests.given import TERMS, Town, paris
from tests.ledger.given import by_hand
from vouchers import proofs, queries
from vouchers.errors import (
    AlreadyReturned,
    AlreadyUndone,
    AmountNotPositive,
    PartlyReturned,
    RedemptionUnknown,
    ReturnExceeded,
    ReturnTooLate,
)

LATER = timedelta(days=12)


async def test_goods_come_back_in_parcels_and_the_money_goes_back_to_the_voucher(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    receipt = await town.till.redeem(voucher, "12,50")
    town.at += LATER
    first = await town.till.give_back(receipt, "4,00")
    assert (first.amount, first.left, first.rest) == (Money.of("4,00"), Money.of("11,50"), Money.of("8,50"))
    rest = await town.till.give_back(receipt)
    assert (rest.amount, rest.left, rest.rest) == (Money.of("8,50"), Money.of("20,00"), ZERO)
    with pytest.raises(AlreadyReturned):
        await town.till.give_back(receipt)
    assert (await town.left_on(voucher), await town.balance(town.till.shop)) == (Money.of("20,00"), ZERO)
    view = await town.do(lambda session: queries.redemption(session, receipt.redemption))
    told = await town.do(lambda session: queries.returns_of(session, receipt.redemption))
    assert (view.returned, view.undone_at) == (Money.of("12,50"), None)
    assert [(one.amount, one.reason) for one in told] == [
        (Money.of("4,00"), "too small"), (Money.of("8,50"), "too small")
    ]  # fmt: skip
    assert (await town.audit()).agrees


async def test_never_more_comes_back_than_was_spent_nor_nothing(town: Town) -> None:
    receipt = await town.till.redeem(await town.voucher(), "12,50")
    await town.till.give_back(receipt, "4,00")
    with pytest.raises(ReturnExceeded) as refused:
        await town.till.give_back(receipt, "8,51")
    assert (refused.value.left, refused.value.asked) == (Money.of("8,50"), Money.of("8,51"))
    for nothing in ("0", Money(-1)):
        with pytest.raises(AmountNotPositive):
            await town.till.give_back(receipt, nothing)


async def test_what_was_returned_in_part_is_not_undone_and_what_was_undone_is_not_returned(town: Town) -> None:
    """Otherwise the same money would go back twice."""
    one, two = await town.vouchers(2)
    returned, undone = await town.till.redeem(one, "10,00"), await town.till.redeem(two, "10,00")
    await town.till.give_back(returned, "0,01")
    for undo in (town.till.undo, town.undo):
        with pytest.raises(PartlyReturned) as refused:
            await undo(returned)
        assert refused.value.left == Money.of("9,99")
    await town.till.give_back(returned)
    with pytest.raises(AlreadyReturned):
        await town.till.undo(returned)
    await town.till.undo(undone)
    with pytest.raises(AlreadyUndone):
        await town.till.give_back(undone)
    assert (await town.audit()).agrees


async def test_an_undo_and_returns_at_once_give_the_money_back_once(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    receipt = await town.till.redeem(voucher, "10,00")
    tries = (town.till.give_back(receipt, "6,00"), town.till.undo(receipt), town.till.give_back(receipt, "6,00"))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Refusal) for one in answers) == 2
    assert await town.left_on(voucher) in {Money.of("16,00"), Money.of("20,00")}
    assert (await town.audit()).agrees


async def test_a_shop_takes_goods_back_for_ninety_days_and_the_operator_for_ever(town: Town) -> None:
    town.at = paris("2026-10-05T10:00")
    receipt = await town.till.redeem(await town.voucher(), "10,00")
    town.at = paris("2027-01-03T23:59")
    await town.till.give_back(receipt, "1,00")
    town.at = paris("2027-01-04T00:00")
    with pytest.raises(ReturnTooLate) as refused:
        await town.till.give_back(receipt, "1,00")
    assert refused.value.last_day == date(2027, 1, 3)
    await town.give_back(receipt, "1,00")
    with pytest.raises(RedemptionUnknown):
        await town.tills[1].give_back(receipt, "1,00")


async def test_what_comes_back_to_a_replaced_voucher_is_on_its_last_heir(town: Town) -> None:
    lost = await town.voucher(worth="20,00 €")
    receipt = await town.till.redeem(lost, "12,00")
    heir = await town.reissue(await town.reissue(lost))
    returned = await town.till.give_back(receipt, "5,00")
    assert (returned.voucher, returned.left) == (heir.id, Money.of("13,00"))
    assert await town.left_on(lost) == ZERO
    assert (await town.audit()).agrees


async def test_what_comes_back_to_an_expired_voucher_can_be_spent_for_a_month(town: Town) -> None:
    """What had expired on it stays expired."""
    voucher = await town.voucher(worth="20,00 €", last_day=date(2026, 10, 31))
    receipt = await town.till.redeem(voucher, "12,00")
    town.at = paris("2026-11-10T09:00")
    await town.expire()
    returned = await town.till.give_back(receipt, "5,00")
    assert (returned.left, returned.last_day) == (Money.of("5,00"), date(2026, 12, 10))
    assert await town.expire() == 0
    town.at = paris("2026-12-10T18:00")
    await town.till.redeem(voucher, "2,00")
    town.at = paris("2026-12-11T00:10")
    assert await town.expire() == 1
    assert (await town.audit()).agrees


async def test_a_voucher_that_lasts_longer_keeps_its_last_day(town: Town) -> None:
    voucher = await town.voucher(last_day=date(2026, 12, 31))
    receipt = await town.till.redeem(voucher, "12,00")
    assert (await town.till.give_back(receipt)).last_day == date(2026, 12, 31)


async def test_a_capture_is_returned_like_any_redemption_and_counts_in_the_proof_of_its_batch(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    captured = await town.till.capture(await town.till.hold(voucher, "15,00"), "12,00")
    await town.till.give_back(captured, "2,00")
    assert (await town.view(voucher)).available == Money.of("7,00")
    (batch,) = await town.do(proofs.conservation)
    assert (batch.redeemed, batch.returned, batch.missing) == (Money.of("12,00"), Money.of("2,00"), ZERO)


async def test_a_return_is_taken_off_the_next_settlement_with_its_commission(town: Town) -> None:
    """At the rate of the day of sale, whatever the rate became since; and the paper says what it is."""
    one, two = await town.vouchers(2, worth="100,00 €")
    receipt = await town.till.redeem(one, "100,00")
    town.at = paris("2026-11-02T09:00")
    await town.close(Period.month("2026-10"))
    await town.set_terms(TERMS.with_changes({"commission_bp": 500}), since=date(2026, 11, 3))
    town.at = paris("2026-11-05T09:00")
    await town.till.redeem(two, "50,00")
    await town.till.give_back(receipt, "40,00")
    town.at = paris("2026-12-02T09:00")
    (settlement,) = await town.settlements(await town.close(Period.month("2026-11")))
    made = settlement.figures
    assert (made.redeemed, made.undone, made.returned) == (Money.of("50,00"), ZERO, Money.of("40,00"))
    assert [(part.price.rate_bp, part.base) for part in made.commission_parts] == [
        (300, Money.of("-40,00")), (500, Money.of("50,00")),
    ]  # fmt: skip
    assert made.commission == Money.of("1,30")
    statement = await town.statement(settlement)
    assert [(line.what, line.till) for line in statement.lines] == [
        ("redemption", "Caisse 1"), ("return", "Caisse 1")
    ]  # fmt: skip
    assert statement.returned == Money.of("40,00")
    assert (await town.audit()).agrees


async def test_a_return_that_a_superuser_changes_is_named(town: Town, owner: Sessions) -> None:
    receipt = await town.till.redeem(await town.voucher(), "10,00")
    await town.till.give_back(receipt, "9,00")
    returned = (await town.do(lambda session: queries.returns_of(session, receipt.redemption)))[0].id
    await by_hand(owner, "UPDATE returns SET amount = amount + 200")
    findings = {(one.proof, one.id, one.detail) for one in (await town.audit()).findings}
    assert ("return", receipt.redemption, "was returned, but its transfer says otherwise") in findings
    assert ("return", receipt.redemption, "gave back more than was spent") in findings
    await by_hand(owner, "DELETE FROM returns")
    assert ("return", returned) in {(one.proof, one.id) for one in (await town.audit()).findings}
