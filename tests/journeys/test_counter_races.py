"""Many tills, one voucher: what happens at the same instant happens in one order or another, and never twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.days import Period
from ledger.errors import HoldClosed, KeyReused, Refusal
from ledger.money import ZERO, Money, total
from tests.given import Paper, Town, paris
from vouchers import errors, redeeming
from vouchers.redeeming import Asked, Receipt

ROUNDS = 6


async def at_once(*deeds: Coroutine[Any, Any, Any]) -> list[Any]:
    """What each came to: its answer, or the refusal it met. Anything else fails the test."""
    made = await asyncio.gather(*deeds, return_exceptions=True)
    for one in made:
        if isinstance(one, BaseException) and not isinstance(one, Refusal):
            raise one
    return made


def kinds(made: list[Any]) -> Counter[type]:
    return Counter(type(one) for one in made)


async def spent_on(town: Town, voucher: Paper) -> Money:
    """What the voucher has lost so far."""
    return Money.of("20,00") - await town.left_on(voucher)


@pytest.mark.parametrize(("asked", "done", "left"), [("1,25", 16, "0"), ("2,00", 10, "0"), ("3,00", 6, "2,00")])
async def test_sixteen_tills_at_once_spend_exactly_what_the_voucher_holds(
    town: Town, asked: str, done: int, left: str
) -> None:
    voucher = await town.voucher(worth="20,00 €")
    tills = [await town.open_till(town.tills[number % 3].shop) for number in range(16)]
    made = await at_once(*(till.redeem(voucher, asked) for till in tills))
    assert kinds(made) == Counter({Receipt: done, errors.NotEnoughLeft: 16 - done})
    assert await town.left_on(voucher) == Money.of(left)
    receipts = sorted(one.left for one in made if isinstance(one, Receipt))
    assert receipts == [Money.of(left) + Money.of(asked) * times for times in range(done)]
    assert total([await town.balance(town.tills[number].shop) for number in range(3)]) == Money.of(asked) * done
    assert (await town.audit()).agrees


async def test_two_tills_at_once_cannot_both_spend_the_last_ten_euros(town: Town) -> None:
    for voucher in await town.vouchers(ROUNDS, worth="10,00 €"):
        made = await at_once(*(till.redeem(voucher, "10,00 €") for till in town.tills[:2]))
        assert kinds(made) == Counter({Receipt: 1, errors.NotEnoughLeft: 1})


async def test_twenty_parallel_posts_with_one_key_redeem_once_and_are_answered_alike(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    made = await at_once(*(town.till.redeem(voucher, "12,50 €", key="k-1") for _ in range(20)))
    assert len(made) == 20
    assert set(made) == {made[0]}
    assert await town.left_on(voucher) == Money.of("7,50")
    assert (await town.audit()).agrees


async def test_a_refusal_under_a_key_is_the_same_for_twenty_in_parallel(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    made = await at_once(*(town.till.redeem(voucher, "20,01 €", key="k-1") for _ in range(20)))
    assert {(type(one), one.left, one.asked) for one in made} == {
        (errors.NotEnoughLeft, Money.of("20,00"), Money.of("20,01"))
    }


async def test_of_two_amounts_under_one_key_in_parallel_one_is_redeemed_and_the_other_refused(town: Town) -> None:
    for voucher in await town.vouchers(ROUNDS):
        amounts = ["5,00 €", "6,00 €"] * 4
        made = await at_once(*(town.till.redeem(voucher, amount, key=str(voucher.id)) for amount in amounts))
        assert kinds(made) == Counter({Receipt: 4, KeyReused: 4})
        (spent,) = {one.amount for one in made if isinstance(one, Receipt)}
        assert await spent_on(town, voucher) == spent


async def test_a_key_of_one_till_is_no_key_of_another(town: Town) -> None:
    voucher = await town.voucher()
    first, second, _ = await at_once(*(till.redeem(voucher, "5,00 €", key="k-1") for till in town.tills))
    assert first.redemption != second.redemption
    assert await town.left_on(voucher) == Money.of("5,00")


async def test_a_lost_answer_can_be_asked_again_and_spends_once(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    first = await town.till.redeem(voucher, "12,50 €", key="k-1")
    town.at += timedelta(days=400)
    again = await town.till.redeem(voucher, "12,50 €", key="k-1")
    assert again == first
    assert await town.left_on(voucher) == Money.of("7,50 €")


async def test_what_was_refused_under_a_key_stays_refused_even_once_it_could_be_done(town: Town) -> None:
    voucher = await town.voucher()
    await town.block(voucher)
    with pytest.raises(errors.VoucherBlocked):
        await town.till.redeem(voucher, "1,00", key="k-1")
    await town.unblock(voucher)
    with pytest.raises(errors.VoucherBlocked):
        await town.till.redeem(voucher, "1,00", key="k-1")
    await town.till.redeem(voucher, "1,00", key="k-2")


async def test_two_batches_that_share_a_key_redeem_it_once(town: Town) -> None:
    one, two, shared = await town.vouchers(3)
    asks = town.till.asks
    common = asks(shared, "5,00 €", key="shared")
    for number in range(ROUNDS):
        first = [asks(one, "1,00", key=f"a{number}"), common, asks(two, "0,50", key=f"b{number}")]
        second = [common, asks(two, "1,00", key=f"c{number}"), asks(one, "0,50", key=f"d{number}")]
        here, there = await at_once(town.redeem_many(first), town.redeem_many(second))
        assert here[1] == there[0]
        assert kinds([*here, *there]) == Counter({Receipt: 6})
    assert await spent_on(town, shared) == Money.of("5,00")
    assert await spent_on(town, one) == await spent_on(town, two) == Money.of("1,50") * ROUNDS
    assert (await town.audit()).agrees


async def test_two_batches_whose_shared_key_takes_no_common_lock_meet_at_the_key(town: Town) -> None:
    """Codes that are not there lock nothing: only the key itself can tell that another was first."""
    asked = replace(town.till.asks(await town.voucher(), "5,00 €", key="shared"), code=town.buyer)
    made = await at_once(*(town.redeem_many([asked]) for _ in range(12)))
    assert {answer.name for (answer,) in made} == {"code-not-recognised"}


async def test_one_key_twice_in_one_batch_is_redeemed_once(town: Town) -> None:
    voucher = await town.voucher()
    asked = town.till.asks(voucher, "5,00 €", key="k-1")
    other = town.till.asks(voucher, "6,00 €", key="k-1")
    first, again, refused = await town.redeem_many([asked, asked, other])
    assert first == again
    assert isinstance(refused, KeyReused)
    assert await town.left_on(voucher) == Money.of("15,00")


async def test_a_batch_stands_no_more_than_the_voucher_holds_and_one_refused_touches_no_other(town: Town) -> None:
    voucher, other = await town.vouchers(2, worth="10,00 €")
    asks = [town.till.asks(voucher, "6,00"), town.till.asks(voucher, "5,00"), town.till.asks(voucher, "4,00")]
    made = await town.redeem_many([*asks, town.till.asks(other, "10,00"), town.till.asks(other, "0,01")])
    assert [type(one) for one in made] == [Receipt, errors.NotEnoughLeft, Receipt, Receipt, errors.NotEnoughLeft]
    assert made[1].left == Money.of("4,00")
    assert await town.left_on(voucher) == await town.left_on(other) == ZERO


async def test_a_voucher_blocked_at_the_counter_is_spent_before_or_not_at_all(town: Town) -> None:
    for voucher in await town.vouchers(ROUNDS):
        *made, _ = await at_once(*(till.redeem(voucher, "2,00") for till in town.tills), town.block(voucher))
        assert set(kinds(made)) <= {Receipt, errors.VoucherBlocked}
        assert await spent_on(town, voucher) == Money.of("2,00") * kinds(made)[Receipt]
    assert (await town.audit()).agrees


async def test_what_is_reissued_at_the_counter_is_what_was_not_spent(town: Town) -> None:
    for voucher in await town.vouchers(ROUNDS):
        *made, heir = await at_once(*(till.redeem(voucher, "2,00") for till in town.tills), town.reissue(voucher))
        assert set(kinds(made)) <= {Receipt, errors.VoucherReplaced}
        assert await town.left_on(voucher) == ZERO
        assert await spent_on(town, heir) == Money.of("2,00") * kinds(made)[Receipt]
    assert (await town.audit()).agrees


async def test_a_voucher_is_reissued_once(town: Town) -> None:
    voucher = await town.voucher()
    made = await at_once(*(town.reissue(voucher) for _ in range(5)))
    assert kinds(made) == Counter({Paper: 1, errors.VoucherReplaced: 4})


async def test_an_undo_during_a_reissue_ends_on_the_new_voucher(town: Town) -> None:
    for voucher in await town.vouchers(ROUNDS):
        receipt = await town.till.redeem(voucher, "12,00")
        heir, undone = await at_once(town.reissue(voucher), town.till.undo(receipt))
        assert undone.voucher in {voucher.id, heir.id}
        assert (await town.left_on(voucher), await town.left_on(heir)) == (ZERO, Money.of("20,00"))
    assert (await town.audit()).agrees


async def test_at_midnight_a_voucher_is_spent_or_expires_and_not_both(town: Town) -> None:
    vouchers = await town.vouchers(ROUNDS, last_day=date(2026, 10, 31))
    town.at = paris("2026-10-31T23:59:59.999999")
    after = replace(town, at=paris("2026-11-01T00:00"))
    made = await at_once(*(till.redeem(one, "2,00") for till in town.tills for one in vouchers), after.expire())
    assert set(kinds(made[:-1])) <= {Receipt, errors.NotEnoughLeft}
    town.at = after.at
    await town.expire()
    assert [await town.left_on(one) for one in vouchers] == [ZERO] * ROUNDS
    with pytest.raises(errors.VoucherExpired):
        await town.till.redeem(vouchers[0], "0,01")
    assert (await town.audit()).agrees


async def test_a_voucher_extended_while_it_expires_keeps_its_money(town: Town) -> None:
    vouchers = await town.vouchers(ROUNDS, last_day=date(2026, 10, 31))
    town.at = paris("2026-11-02T08:00")
    await at_once(town.expire(), *(town.extend(one, date(2026, 12, 31)) for one in vouchers), town.expire())
    assert [await town.left_on(one) for one in vouchers] == [Money.of("20,00")] * ROUNDS
    assert (await town.audit()).agrees


async def test_a_redemption_is_undone_once_by_whoever_comes_first(town: Town) -> None:
    for voucher in await town.vouchers(ROUNDS):
        receipt = await town.till.redeem(voucher, "12,00")
        made = await at_once(town.till.undo(receipt), town.undo(receipt), town.till.undo(receipt))
        assert kinds(made)[errors.AlreadyUndone] == 2
        assert await town.left_on(voucher) == Money.of("20,00")


async def test_a_hold_is_captured_or_voided_and_not_both(town: Town) -> None:
    for voucher in await town.vouchers(ROUNDS):
        hold = await town.till.hold(voucher, "12,00")
        captured, voided = await at_once(town.till.capture(hold), town.till.void(hold))
        assert isinstance(captured, HoldClosed) != isinstance(voided, HoldClosed)
        assert await spent_on(town, voucher) == (ZERO if isinstance(captured, HoldClosed) else Money.of("12,00"))
    assert (await town.audit()).agrees


async def test_holds_and_redemptions_at_once_never_promise_more_than_there_is(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    deeds = [deed for till in town.tills for deed in (till.hold(voucher, "4,00"), till.redeem(voucher, "4,00"))]
    made = await at_once(*deeds)
    assert kinds(made)[errors.NotEnoughLeft] == 1
    assert (await town.view(voucher)).available == ZERO


async def test_a_funder_gives_no_more_than_it_has_to_two_vouchers_at_once(town: Town) -> None:
    await town.pay_in("15,00", owner=town.funder)
    made = await at_once(*(town.top_up(one, "10,00") for one in await town.vouchers(2)))
    assert kinds(made)[errors.FundsExhausted] == 1
    assert await town.balance(town.funder) == Money.of("5,00")


async def test_one_payment_pays_for_one_batch(town: Town) -> None:
    await town.pay_in("100,00")
    made = await at_once(*(town.issue("50,00", 2) for _ in range(4)))
    assert kinds(made)[errors.NotPaid] == 3


async def test_a_day_is_closed_while_its_vouchers_are_still_being_undone(town: Town) -> None:
    vouchers = await town.vouchers(8)
    receipts = [await town.till.redeem(one, "10,00") for one in vouchers]
    town.at += timedelta(days=1)
    day = Period(date(2026, 10, 5), date(2026, 10, 5))
    first, *_, second = await at_once(town.close(day), *(town.undo(one) for one in receipts), town.close(day))
    assert first == second
    assert first.turnover == Money.of("80,00")
    town.at += timedelta(days=1)
    following = await town.close(Period(date(2026, 10, 6), date(2026, 10, 6)))
    assert following.turnover == -Money.of("80,00")
    assert (await town.audit()).agrees


async def test_batches_in_opposite_orders_do_not_deadlock(town: Town) -> None:
    """No transaction is tried again here: a deadlock would come out."""
    vouchers = await town.vouchers(12)
    await town.pay_in("50,00", owner=town.funder)

    async def redeemed(asks: list[Asked]) -> None:
        async with town.sessions.begin() as session:
            answers = await redeeming.redeem_many(session, asks, at=town.at)
            assert kinds(answers) == Counter({Receipt: len(asks)})

    def asks(order: int) -> list[Asked]:
        return [town.tills[number % 3].asks(one, "0,10") for number, one in enumerate(vouchers[::order])]

    await asyncio.gather(*(redeemed(asks(order)) for order in (1, -1) * 8))
    assert [await spent_on(town, one) for one in vouchers] == [Money.of("1,60")] * 12
    assert (await town.audit()).agrees


async def test_everything_at_once_leaves_the_books_green(town: Town) -> None:
    vouchers = await town.vouchers(6, last_day=date(2026, 10, 6))
    await town.pay_in("50,00", owner=town.funder)
    receipts = [await town.till.redeem(one, "1,00") for one in vouchers]
    later = replace(town, at=paris("2026-10-08T09:00"))
    deeds: list[Coroutine[Any, Any, Any]] = []
    for one, receipt in zip(vouchers, receipts, strict=True):
        deeds += [
            town.tills[1].redeem(one, "3,00"), town.tills[2].hold(one, "2,00"), town.top_up(one, "1,00"),
            town.undo(receipt), town.block(one), town.reissue(one), later.extend(one, date(2026, 12, 24)),
        ]  # fmt: skip
    day = Period(date(2026, 10, 5), date(2026, 10, 5))
    await at_once(*deeds, later.expire(), later.time_out(), later.close(day), later.expire())
    audit = await town.audit()
    assert audit.agrees, audit.findings
    assert audit.ring_fence.covered
