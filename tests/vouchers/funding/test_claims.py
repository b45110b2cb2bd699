"""What is kept for an order is kept while it is paid: gone with its money, and there again when that is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ledger.database import Sessions
from ledger.money import Money
from tests.ledger.given import by_hand
from tests.vouchers.funding.test_rules import opened, seen
from tests.vouchers.orders.given import OrderTown
from vouchers.funding import claiming
from vouchers.orders import adding, disputing, giving_back, placing
from vouchers.orders.cards.card_words import DisputeState, RefundState
from vouchers.orders.queries import OrderView

PROMISED = Money.of("20")


async def paid(town: OrderTown) -> OrderView:
    """Paid by card, with 10 € kept for each of its two vouchers."""
    order = await town.placed((2, "20,00"))
    await town.pay(order.id, method="card", intent="pi_1")
    assert await kept(town, order) == [("kept", PROMISED)]
    return await town.order(order.id)


async def kept(town: OrderTown, order: OrderView) -> list[tuple[str, Money]]:
    found = await town.do(lambda session: claiming.claims_of(session, order.id))
    return [(one.state, one.amount) for one in found]


async def refunded_at_stripe(town: OrderTown, order: OrderView) -> None:
    told = RefundState("re_1", "succeeded", order.total, "pi_1", None, None)
    await town.do(lambda session: giving_back.note_refund(session, order, told, actor="stripe", at=town.at))
    assert await town.status(order.id) == "awaiting_payment"


async def disputed(town: OrderTown, order: OrderView, status: str, *, withdrawn: bool) -> None:
    told = DisputeState("dp_1", "pi_1", "ch_1", order.total, status, "fraudulent", withdrawn, town.at, None)
    await town.do(lambda session: disputing.note_dispute(session, order.id, told, actor="stripe", at=town.at))


async def proved(town: OrderTown) -> None:
    audit = await town.audit()
    assert audit.agrees, audit.findings


async def test_an_order_whose_money_goes_and_comes_again_has_its_top_up_once(orders: OrderTown) -> None:
    rule = await opened(orders)
    order = await paid(orders)
    await refunded_at_stripe(orders, order)
    assert (await seen(orders, rule)).left == Money.of("60")
    await proved(orders)
    await orders.pay(order.id)
    assert await kept(orders, order) == [("released", PROMISED), ("kept", PROMISED)]
    await orders.issue_order(order.id)
    assert [await orders.left_on(one) for one in await orders.vouchers_of(order.id)] == [Money.of("30")] * 2
    await proved(orders)


async def test_while_a_bank_decides_the_top_up_is_kept_and_once_it_is_won_it_is_given(orders: OrderTown) -> None:
    rule = await opened(orders)
    order = await paid(orders)
    await disputed(orders, order, "needs_response", withdrawn=True)
    assert (await seen(orders, rule)).left == Money.of("40")
    await proved(orders)
    await disputed(orders, order, "won", withdrawn=False)
    assert await kept(orders, order) == [("kept", PROMISED)]
    await orders.issue_order(order.id)
    assert await orders.balance(orders.funder) == Money.of("80")
    await proved(orders)


@pytest.mark.parametrize(("status", "becomes"), [("lost", "refunded"), ("won", "awaiting_payment")])
async def test_what_a_dispute_takes_from_an_order_takes_its_top_up_too(
    orders: OrderTown, status: str, becomes: str
) -> None:
    rule = await opened(orders)
    order = await paid(orders)
    await disputed(orders, order, "needs_response", withdrawn=True)
    await disputed(orders, order, status, withdrawn=True)
    assert await orders.status(order.id) == becomes
    assert ((await seen(orders, rule)).left, await kept(orders, order)) == (Money.of("60"), [("released", PROMISED)])
    await proved(orders)


@pytest.mark.parametrize("lapses", [True, False])
async def test_what_an_unpaid_order_was_left_with_goes_when_it_lapses_or_is_changed(
    orders: OrderTown, lapses: bool
) -> None:
    """Orders whose money had gone kept their top-ups once."""
    rule = await opened(orders)
    order = await orders.placed((2, "20,00"))
    await orders.do(lambda session: adding.promise(session, order, actor="obole", at=orders.at))
    (named,) = (await orders.audit()).findings
    assert (named.proof, named.subject) == ("funding", "promise")
    if lapses:
        later = orders.at + timedelta(40)
        assert await orders.do(lambda session: placing.lapse_due(session, at=later)) == 1
    else:
        await orders.reopen(order.id)
    assert (await seen(orders, rule)).left == Money.of("60")
    await proved(orders)


@pytest.mark.parametrize("status", ["cancelled", "refunded", "awaiting_payment"])
async def test_a_top_up_that_is_kept_for_an_order_that_is_not_paid_is_named(
    orders: OrderTown, owner: Sessions, status: str
) -> None:
    await opened(orders)
    order = await paid(orders)
    (claim,) = await orders.do(lambda session: claiming.claims_of(session, order.id))
    await by_hand(owner, "UPDATE orders SET status = :status WHERE id = :id", status=status, id=order.id)
    assert ("funding", claim.id) in {(one.proof, one.id) for one in (await orders.audit()).findings}
