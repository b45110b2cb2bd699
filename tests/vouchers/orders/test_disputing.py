"""Disputes: frozen while the bank decides, as before when won, taken back when lost; the ring-fence hides nothing."""

from __future__ import annotations

from datetime import UTC, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.chart import Kind
from ledger.money import ZERO, Money
from tests.vouchers.orders.cards import CardTown
from tests.vouchers.orders.given import LINES
from vouchers import queries
from vouchers.errors import VoucherBlocked
from vouchers.freezing import VoucherFrozen
from vouchers.orders import disputing
from vouchers.orders.disputing import DisputeView
from vouchers.orders.errors import WrongOrderStatus
from vouchers.orders.paperwork import documents


async def dispute(cards: CardTown, order: UUID) -> DisputeView:
    (found,) = await cards.town.do(lambda session: disputing.disputes_of(session, order))
    return found


async def statuses(cards: CardTown, order: UUID) -> list[str]:
    return [(await cards.town.view(one)).facts.status for one in await cards.town.vouchers_of(order)]


async def test_while_the_bank_decides_nobody_spends_reissues_unblocks_or_refunds(cards: CardTown) -> None:
    order, intent = await cards.paid()
    (first, second, *_) = await cards.town.vouchers_of(order.id)
    await cards.town.till.redeem(first, "5,00")
    await cards.stripe.dispute(intent)
    await cards.hear_all()
    assert await cards.town.status(order.id) == "disputed"
    assert set(await statuses(cards, order.id)) == {"blocked"}
    with pytest.raises(VoucherBlocked):
        await cards.town.till.redeem(first, "5,00")
    with pytest.raises(VoucherFrozen):
        await cards.town.reissue(second)
    with pytest.raises(VoucherFrozen):
        await cards.town.unblock(second)
    with pytest.raises(WrongOrderStatus):
        await cards.refund(order.id)
    found = await dispute(cards, order.id)
    assert (found.withdrawn, found.amount, found.freezes) == (True, order.total, True)
    assert await cards.town.credit() == -order.total
    await cards.assert_sound()


async def test_won_everything_is_as_before_but_what_the_operator_had_blocked(cards: CardTown) -> None:
    order, intent = await cards.paid()
    (stolen, later, fine, *_) = await cards.town.vouchers_of(order.id)
    await cards.town.block(stolen)
    contested = await cards.stripe.dispute(intent)
    await cards.hear_all()
    await cards.town.block(later)
    await cards.stripe.win(contested)
    await cards.hear_all()
    assert await cards.town.status(order.id) == "issued"
    assert await statuses(cards, order.id) == ["blocked", "blocked", "active", "active", "active"]
    await cards.town.till.redeem(fine, "5,00")
    assert await cards.town.credit() == ZERO
    assert (await cards.reconcile()).books == order.total - Money(272) - Money.of("20,00")
    await cards.assert_sound()


async def test_lost_what_was_spent_stays_owed_and_the_ring_fence_says_so(cards: CardTown) -> None:
    order, intent = await cards.paid()
    (first, *_) = await cards.town.vouchers_of(order.id)
    await cards.town.till.redeem(first, "12,50")
    await cards.stripe.lose(await cards.stripe.dispute(intent))
    await cards.hear_all()
    assert await cards.town.status(order.id) == "refunded"
    assert set(await statuses(cards, order.id)) == {"blocked"}
    owed = Money.of("12,50") + order.fee + order.fee_vat
    assert await cards.town.credit() == -owed
    audit = await cards.town.audit()
    assert audit.agrees, audit.findings
    assert not audit.ring_fence.covered
    assert audit.ring_fence.short_by == Money.of("12,50")
    (cancelled,) = [
        one.total
        for one in await cards.town.do(lambda session: documents.papers_of(session, order.id))
        if one.kind == "receipt_cancellation"
    ]
    assert cancelled == Money.of("147,50")
    await cards.town.pay_in(owed)
    assert (await cards.town.audit()).ring_fence.covered


async def test_an_order_that_is_paid_and_disputed_is_not_issued_until_it_is_won(cards: CardTown) -> None:
    order, intent = await cards.paid(issue=False)
    contested = await cards.stripe.dispute(intent)
    await cards.hear_all()
    await cards.advance(order.id)
    found = await cards.town.order(order.id)
    assert (found.status, found.resting, found.covered) == ("disputed", "paid", ZERO)
    other = await cards.town.issued((1, "20,00"))
    assert other.status == "issued"  # the buyer's other orders do not wait for it
    await cards.assert_sound()
    await cards.stripe.win(contested)
    await cards.hear_all()
    await cards.advance(order.id)
    assert await cards.town.status(order.id) == "issued"
    await cards.assert_sound()


async def test_a_question_of_the_bank_freezes_nothing_and_is_shown(cards: CardTown) -> None:
    order, intent = await cards.paid()
    await cards.stripe.dispute(intent, inquiry=True)
    await cards.hear_all()
    assert await cards.town.status(order.id) == "issued"
    assert set(await statuses(cards, order.id)) == {"active"}
    found = await dispute(cards, order.id)
    assert (found.inquiry, found.withdrawn) == (True, False)
    assert "inquiry" in await cards.town.told(order.id)
    assert len(await cards.town.do(disputing.open_disputes)) == 1


async def test_the_day_by_which_to_answer_is_kept_and_what_is_most_urgent_comes_first(cards: CardTown) -> None:
    waits, soon, asked = [await cards.paid((1, "20,00")) for _ in range(3)]
    await cards.stripe.dispute(waits[1], days=None)
    late = await cards.stripe.dispute(soon[1], days=20)
    await cards.stripe.dispute(asked[1], days=6, inquiry=True)
    await cards.hear_all()

    async def urgent() -> list[UUID]:
        found = await cards.town.do(disputing.open_disputes)
        assert [one.order for one in await cards.town.do(recent)] == [one.order for one in found]
        return [one.order for one in found]

    assert await urgent() == [asked[0].id, soon[0].id, waits[0].id]
    found = await dispute(cards, soon[0].id)
    assert found.due_by is not None
    assert found.answer_by == found.due_by.astimezone(UTC).date()
    assert not found.too_late(found.due_by)
    assert found.too_late(found.due_by + timedelta(seconds=1))
    assert (await dispute(cards, waits[0].id)).answer_by is None
    await cards.stripe.answer(late)
    await cards.hear_all()
    answered = await dispute(cards, soon[0].id)
    assert (answered.status, answered.answer_by) == ("under_review", None)
    assert not answered.too_late(found.due_by + timedelta(seconds=1))
    assert (await urgent())[0] == asked[0].id


async def recent(session: AsyncSession) -> list[DisputeView]:
    return await disputing.recent_disputes(session, limit=10)


async def test_a_part_that_is_lost_is_taken_from_the_last_vouchers_and_the_others_live_on(cards: CardTown) -> None:
    order, intent = await cards.paid()
    await cards.stripe.lose(await cards.stripe.dispute(intent, amount=6_000))
    await cards.hear_all()
    assert await cards.town.status(order.id) == "issued"
    left = [(await cards.town.left_on(one)).cents for one in await cards.town.vouchers_of(order.id)]
    assert left == [2_000, 2_000, 2_000, 4_000, 0]
    assert await statuses(cards, order.id) == ["active"] * 4 + ["blocked"]
    assert await cards.town.credit() == ZERO
    await cards.assert_sound()


async def test_one_of_two_payments_that_is_lost_leaves_the_order_paid(cards: CardTown) -> None:
    """Somebody paid twice, once by transfer: without the card's money the order is paid for all the same."""
    order = await cards.town.placed()
    session = await cards.open(order.id)
    await cards.town.pay(order.id)
    await cards.stripe.pay(session)
    await cards.hear_all()
    await cards.advance(order.id)
    intent = (await cards.gateway.checkout(session)).payment_intent or ""
    await cards.stripe.lose(await cards.stripe.dispute(intent))
    await cards.hear_all()
    assert await cards.town.status(order.id) == "issued"
    assert set(await statuses(cards, order.id)) == {"active"}
    assert await cards.town.credit() == ZERO
    await cards.assert_sound()


async def test_what_a_funder_added_to_a_voucher_goes_back_to_the_funder_when_it_is_lost(cards: CardTown) -> None:
    town = cards.town
    await town.pay_in("10,00", owner=town.funder)
    order, intent = await cards.paid((1, "40,00"))
    (paper,) = await town.vouchers_of(order.id)
    await town.top_up(paper, "10,00")
    await cards.stripe.lose(await cards.stripe.dispute(intent))
    await cards.hear_all()
    assert await town.balance(town.funder) == Money.of("10,00")
    assert await town.left_on(paper) == ZERO
    assert await town.balance(Kind.STRIPE) == ZERO
    assert (await town.do(lambda session: queries.voucher_view(session, paper.id))).facts.status == "blocked"


async def test_a_dispute_decided_before_anybody_heard_of_it_ends_as_if_all_had_come_in_time(cards: CardTown) -> None:
    """Only the last message comes."""
    order, intent = await cards.paid(*LINES)
    await cards.stripe.lose(await cards.stripe.dispute(intent))
    last = (await cards.stripe.events("charge.dispute.closed"))[-1]
    await cards.hear(last)
    assert await cards.town.status(order.id) == "refunded"
    assert await cards.town.credit() == -(order.fee + order.fee_vat)
    told = await cards.town.told(order.id)
    assert told[-6:] == [
        "dispute_opened", "disputed", "dispute_withdrawn", "dispute_closed", "charged_back", "refunded",
    ]  # fmt: skip
    await cards.assert_sound()
