"""Orders from draft to delivered: price, payment short, over and twice, credit, lapse, who gets which voucher."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.chart import Kind
from ledger.days import day_of
from ledger.money import ZERO, Money, total
from tests.thoroughness import examples
from tests.vouchers.orders.given import OrderTown, named
from vouchers.buyers import buyer
from vouchers.errors import NotPaid
from vouchers.facts import heirs_of
from vouchers.orders import awaiting, drafting, fulfilling, handing, paying, placing, queries, refunding
from vouchers.orders.drafting import Line, Named, NewOrder
from vouchers.orders.errors import (
    AddressesMissing,
    CreditNotForPeople,
    DeliveryDayPast,
    FaceValueOutOfBounds,
    MessageOnItsWay,
    NotEnoughCredit,
    OrderChanged,
    OrderEmpty,
    OrderTooLarge,
    QuantityNotPositive,
    TextTooLong,
    WrongOrderStatus,
)
from vouchers.orders.giving.urssaf import OccasionUnknown
from vouchers.orders.handing_out import replacing


async def free(town: OrderTown) -> Money:
    return (await town.do(lambda session: buyer(session, town.buyer))).free


async def test_an_order_is_paid_to_the_cent_issued_line_by_line_and_the_books_agree(orders: OrderTown) -> None:
    placed = await orders.placed((3, "20,00"), (2, "50,00"))
    assert (placed.status, placed.total, placed.number) == (
        "awaiting_payment",
        Money.of("164,80"),
        "TREIZC-2026-000001",
    )
    assert placed.lapses_on == day_of(orders.at) + timedelta(30)
    await orders.pay(placed.id)
    assert await orders.status(placed.id) == "paid"
    assert await free(orders) == ZERO
    issued = await orders.issue_order(placed.id)
    assert issued.status == "issued"
    lines = await orders.do(lambda session: queries.lines_of(session, placed.id))
    assert [(line.quantity, line.face_value) for line in lines] == [(3, Money.of("20")), (2, Money.of("50"))]
    assert len(await orders.vouchers_of(placed.id)) == 5
    assert await orders.balance(Kind.FEES) == Money.of("4,00")
    assert await orders.balance(Kind.VAT) == Money.of("0,80")
    assert await orders.credit() == ZERO
    assert (await orders.audit()).agrees
    assert await orders.told(placed.id) == ["started", "placed", "payment", "paid", "issued"]


@pytest.mark.parametrize("short", ["0,01", "1,00"])
async def test_a_payment_that_is_short_waits_for_the_rest(orders: OrderTown, short: str) -> None:
    placed = await orders.placed()
    await orders.pay(placed.id, placed.total - Money.of(short))
    waiting = await orders.order(placed.id)
    assert (waiting.status, waiting.missing) == ("awaiting_payment", Money.of(short))
    with pytest.raises(WrongOrderStatus):
        await orders.issue_order(placed.id)
    await orders.pay(placed.id)
    assert await orders.status(placed.id) == "paid"
    assert "short" in await orders.told(placed.id)


async def test_what_is_over_is_the_buyers_credit_which_pays_the_next_order_or_goes_back(orders: OrderTown) -> None:
    first = await orders.placed()
    await orders.pay(first.id, first.total + Money.of("1,00"))
    assert await orders.status(first.id) == "paid"
    assert await free(orders) == Money.of("1,00")
    await orders.issue_order(first.id)
    second = await orders.placed((1, "10,00"))
    used = await orders.do(lambda session: paying.use_credit(session, second.id, actor="buyer", at=orders.at))
    assert (used.covered, used.status) == (Money.of("1,00"), "awaiting_payment")
    assert await free(orders) == ZERO
    with pytest.raises(NotEnoughCredit):
        await orders.do(
            lambda session: paying.pay_back(
                session, orders.buyer, Money.of("0,01"), reference="x", actor="op", at=orders.at
            )
        )
    await orders.cancel(second.id)
    await orders.do(
        lambda session: paying.pay_back(
            session, orders.buyer, Money.of("1,00"), reference="x", actor="op", at=orders.at
        )
    )
    assert await orders.credit() == ZERO
    assert (await orders.audit()).agrees


async def test_an_order_paid_twice_is_issued_once_and_the_second_payment_is_credit(orders: OrderTown) -> None:
    placed = await orders.placed()
    await orders.pay(placed.id, placed.total)
    await orders.pay(placed.id, placed.total)
    await orders.issue_order(placed.id)
    await orders.pay(placed.id, placed.total)
    assert await free(orders) == placed.total * 2
    assert len(await orders.vouchers_of(placed.id)) == 5
    assert (await orders.told(placed.id)).count("paid_in_excess") == 2


async def test_what_an_order_did_not_need_is_told_to_its_buyer_once_for_each_payment(orders: OrderTown) -> None:
    giver = await orders.new_buyer("Conserverie", kind="company", email="ce@conserverie.example")
    placed = await orders.placed(buyer=giver)
    await orders.pay(placed.id, placed.total - Money.of("1,00"))
    await orders.pay(placed.id, "3,00")
    for _ in range(2):
        await orders.pay(placed.id, "10,00", method="card", intent="pi_1")
    await orders.cancel(placed.id)
    await orders.pay(placed.id, "20,00")
    await orders.pay(await orders.draft(buyer=giver), "30,00")
    asked = await orders.do(lambda session: handing.mailings_of(session, placed.id, kind="kept"))
    told = [
        await orders.do(lambda session, one=one: paying.kept_by(session, placed.id, letter=one.attempt))
        for one in asked
    ]
    assert [(one.why, one.came, one.kept, one.debt) for one in told if one] == [
        ("over", Money.of("3,00"), Money.of("2,00"), ZERO),
        ("paid", Money.of("10,00"), Money.of("10,00"), ZERO),
        ("cancelled", Money.of("20,00"), Money.of("20,00"), ZERO),
    ]


async def test_what_is_over_for_an_order_on_credit_pays_what_else_is_owed_and_the_buyer_is_told(
    orders: OrderTown,
) -> None:
    giver = await orders.new_buyer("Conserverie", kind="company", email="ce@conserverie.example")
    first, second = await orders.placed((1, "20,00"), buyer=giver), await orders.placed(buyer=giver)
    for one in (first, second):
        await orders.do(
            lambda session, one=one: fulfilling.issue_on_credit(
                session, one.id, reason="convention", keys=orders.keys, actor="op", at=orders.at
            )
        )
    await orders.pay(second.id, second.total + first.total + Money.of("5,00"))
    (asked,) = await orders.do(lambda session: handing.mailings_of(session, second.id, kind="kept"))
    told = await orders.do(lambda session: paying.kept_by(session, second.id, letter=asked.attempt))
    assert told is not None
    assert (told.why, told.kept, told.debt) == ("over", first.total + Money.of("5,00"), first.total)
    assert told.credit == Money.of("5,00")


async def test_of_the_money_of_a_cancelled_order_is_free_what_is_neither_used_nor_given_back(
    orders: OrderTown,
) -> None:
    placed, other = await orders.placed((1, "50,00")), await orders.placed((1, "20,00"))

    async def still_free() -> Money:
        return await orders.do(lambda session: paying.still_free(session, placed.id))

    await orders.pay(placed.id, "40,00")
    await orders.cancel(placed.id)
    await orders.pay(await orders.draft(), "7,00")
    assert await still_free() == Money.of("40,00")
    await orders.do(
        lambda session: refunding.ask_credit_refund(
            session, placed.id, amount=Money.of("15,00"), method="transfer", reason="", actor="op", at=orders.at
        )
    )
    assert await still_free() == Money.of("25,00")
    await orders.do(lambda session: paying.use_credit(session, other.id, actor="buyer", at=orders.at))
    assert await still_free() == Money.of("32,00") - other.total


async def test_one_payment_intent_counts_once(orders: OrderTown) -> None:
    placed = await orders.placed(method="card")
    for _ in range(3):
        await orders.pay(placed.id, placed.total, method="card", intent="pi_1")
    assert await orders.credit() == placed.total
    assert len(await orders.do(lambda session: queries.payments_of(session, placed.id))) == 1


async def test_money_set_aside_for_an_order_pays_for_no_other_batch(orders: OrderTown) -> None:
    await orders.paid((1, "50,00"))
    with pytest.raises(NotPaid):
        await orders.issue("50,00")


async def test_an_unpaid_order_lapses_after_its_last_day_and_late_money_is_credit_for_it(orders: OrderTown) -> None:
    placed = await orders.placed()
    await orders.pay(placed.id, "10,00")
    orders.at += timedelta(30)
    assert await orders.do(lambda session: placing.lapse_due(session, at=orders.at)) == 0
    orders.at += timedelta(1)
    assert await orders.do(lambda session: placing.lapse_due(session, at=orders.at)) == 1
    assert await orders.status(placed.id) == "cancelled"
    assert await free(orders) == Money.of("10,00")
    await orders.pay(placed.id, "154,80")
    assert await free(orders) == placed.total
    await orders.reopen(placed.id)
    again = await orders.place(placed.id)
    assert (again.status, again.number) == ("paid", placed.number)


async def test_an_order_on_credit_is_issued_at_once_by_the_operators_recorded_decision(orders: OrderTown) -> None:
    placed = await orders.placed()
    await orders.do(
        lambda session: fulfilling.issue_on_credit(
            session, placed.id, reason="convention", keys=orders.keys, actor="op", at=orders.at
        )
    )
    assert await orders.credit() == -placed.total
    assert not (await orders.audit()).ring_fence.covered
    await orders.pay(placed.id, placed.total)
    settled = await orders.order(placed.id)
    assert (settled.on_credit, settled.missing, await orders.credit()) == (True, ZERO, ZERO)
    assert (await orders.audit()).ring_fence.covered


async def test_a_private_person_pays_first(orders: OrderTown) -> None:
    person = await orders.new_buyer("Marie Curie")
    placed = await orders.placed((1, "20,00"), buyer=person)
    with pytest.raises(CreditNotForPeople):
        await orders.do(
            lambda session: fulfilling.issue_on_credit(
                session, placed.id, reason="x", keys=orders.keys, actor="op", at=orders.at
            )
        )


async def test_each_beneficiary_gets_a_voucher_of_its_value_and_keeps_it_when_it_is_reissued(orders: OrderTown) -> None:
    people = (*named(3, "20,00"), Named("Zoé", Money.of("50,00"), "zoe@savonnerie.example"), *named(2, "20,00"))
    issued = await orders.issued(people=people)
    receivers = await orders.do(lambda session: queries.beneficiaries_of(session, issued.id))
    vouchers = [one.voucher for one in receivers]
    assert len(set(vouchers)) == 6
    worth = [(await orders.view(one)).face_value for one in vouchers if one]
    assert worth == [one.face_value for one in people]
    (zoe,) = await orders.do(lambda session: queries.beneficiaries_of(session, issued.id, search="zoé"))
    heir = await orders.do(
        lambda session: replacing.replace(
            session, issued.id, zoe.id, keys=orders.keys, reason="lost", actor="buyer", at=orders.at
        )
    )
    assert zoe.voucher is not None
    assert await orders.do(lambda session: heirs_of(session, [zoe.voucher or UUID(int=0)])) == {zoe.voucher: heir}
    assert (await orders.view(heir)).left == Money.of("50,00")
    assert (await orders.view(zoe.voucher)).left == ZERO
    assert (await orders.audit()).agrees


async def test_vouchers_by_email_need_an_address_each_and_go_out_once(orders: OrderTown) -> None:
    with pytest.raises(AddressesMissing):
        await orders.placed((1, "20,00"), people=named(2), handing="email")
    issued = await orders.issued(people=named(3), handing="email")

    async def ask() -> int:
        return await orders.do(lambda session: handing.ask_vouchers(session, issued.id, actor="obole", at=orders.at))

    assert [await ask(), await ask()] == [3, 0]
    first = await orders.do(lambda session: queries.beneficiaries_of(session, issued.id, limit=1))

    async def again(address: str | None = None) -> handing.MailingView:
        return await orders.do(
            lambda session: handing.ask_again(
                session, issued.id, first[0].id, address=address, actor="buyer", at=orders.at
            )
        )

    with pytest.raises(MessageOnItsWay):
        await again()
    sent = await orders.do(lambda session: handing.mailings_of(session, issued.id, kind=handing.VOUCHER))
    assert await orders.do(lambda session: handing.claim(session, sent[0].id, at=orders.at))
    assert not await orders.do(lambda session: handing.claim(session, sent[0].id, at=orders.at))
    orders.at += timedelta(hours=1)
    assert await orders.do(lambda session: handing.doubt_stale(session, at=orders.at)) == 1
    fresh = await again("new@savonnerie.example")
    assert (fresh.attempt, fresh.address) == (2, "new@savonnerie.example")


async def test_a_message_with_nothing_left_to_say_is_dropped_and_never_asked_again(orders: OrderTown) -> None:
    issued = await orders.issued(people=named(2), handing="email")
    await orders.do(lambda session: handing.ask_vouchers(session, issued.id, actor="obole", at=orders.at))
    overtaken, leaving = await orders.do(lambda session: handing.mailings_of(session, issued.id, kind=handing.VOUCHER))

    async def drop(one: handing.MailingView) -> bool:
        return await orders.do(lambda session: handing.settle(session, one.id, "dropped", detail=None, at=orders.at))

    await orders.do(lambda session: handing.claim(session, leaving.id, at=orders.at))
    assert await drop(overtaken)
    assert not await drop(leaving), "another worker is sending it"
    assert await orders.do(lambda session: handing.counted(session, issued.id)) == {"dropped": 1, "sending": 1}
    assert not await orders.do(
        lambda session: handing.ask_failed(session, issued.id, doubtful=True, actor="buyer", at=orders.at)
    )
    assert await orders.do(lambda session: awaiting.undelivered(session, limit=5)) == []


async def test_two_who_change_a_draft_see_each_other(orders: OrderTown) -> None:
    draft = await orders.draft()
    new = NewOrder(orders.buyer, lines=(Line(1, Money.of("10,00")),))
    assert (
        await orders.do(lambda session: drafting.change(session, draft, new, version=1, actor="buyer", at=orders.at))
        == 2
    )
    with pytest.raises(OrderChanged):
        await orders.do(lambda session: drafting.change(session, draft, new, version=1, actor="buyer", at=orders.at))
    with pytest.raises(OrderChanged):
        await orders.do(lambda session: placing.place(session, draft, version=1, actor="buyer", at=orders.at))


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        ({"lines": (Line(1, Money.of("4,99")),)}, FaceValueOutOfBounds),
        ({"named": (Named("A", Money.of("500,01")),)}, FaceValueOutOfBounds),
        ({"lines": (Line(0, Money.of("10,00")),)}, QuantityNotPositive),
        ({"lines": (Line(100_001, Money.of("10,00")),)}, OrderTooLarge),
        ({"message": "x" * 301}, TextTooLong),
        ({"named": (Named("x" * 121, Money.of("10,00")),)}, TextTooLong),
        ({"deliver_on": date(2026, 10, 4)}, DeliveryDayPast),
        ({"deliver_on": date(2027, 12, 1)}, DeliveryDayPast),
        ({"occasion": "tuesday"}, OccasionUnknown),
    ],
)
async def test_a_draft_refuses_by_name(orders: OrderTown, new: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await orders.do(
            lambda session: drafting.start(session, NewOrder(orders.buyer, **new), actor="b", at=orders.at)  # type: ignore[arg-type]
        )


async def test_an_empty_draft_is_kept_but_not_placed(orders: OrderTown) -> None:
    empty = await orders.do(
        lambda session: drafting.start(session, NewOrder(orders.buyer), actor="buyer", at=orders.at)
    )
    with pytest.raises(OrderEmpty):
        await orders.place(empty)


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    payments=st.lists(st.integers(1, 20_000), max_size=5),
    lines=st.lists(st.tuples(st.integers(1, 4), st.integers(500, 5_000)), min_size=1, max_size=3),
)
async def test_however_money_comes_nothing_is_lost(
    orders: OrderTown, payments: list[int], lines: list[tuple[int, int]]
) -> None:
    """Whatever comes is on the order, in the vouchers, or the buyer's; an order is issued if and only if it is paid."""
    before = await orders.credit()
    asked = [(quantity, f"{face // 100},{face % 100:02d}") for quantity, face in lines]
    placed = await orders.placed(*asked)
    for cents in payments:
        await orders.pay(placed.id, Money(cents))
    found = await orders.order(placed.id)
    came = total([Money(cents) for cents in payments])
    assert found.covered == min(came, found.total)
    assert (found.status == "paid") == (came >= found.total)
    if found.status == "paid":
        await orders.issue_order(placed.id)
        assert await orders.credit() - before == came - found.total
    else:
        await orders.cancel(placed.id)
        assert await orders.credit() - before == came
    known = await orders.do(lambda session: buyer(session, orders.buyer))
    assert known.set_aside == ZERO
    assert (await orders.audit()).agrees
