"""Account 517 against Stripe's account: fees, payouts, what comes late, what is unknown, what was touched by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.jobs import cards as jobs
from ledger.chart import Kind, single
from ledger.database import Sessions
from ledger.money import ZERO, Money
from ledger.posting import NewTransfer, post
from tests.given import paris
from tests.ledger.given import by_hand
from tests.vouchers.orders.cards import CardTown
from vouchers.orders import stripe_books
from vouchers.orders.cards.card_words import Movement
from vouchers.orders.stripe_books import Reconciliation


async def take(cards: CardTown, *some: Movement) -> int:
    return len(await cards.town.do(lambda session: stripe_books.take_movements(session, some, at=cards.town.at)))


async def matched(cards: CardTown) -> Reconciliation:
    return await cards.town.do(stripe_books.reconciliation)


def line(kind: str, cents: int, **more: object) -> Movement:
    """A line of Stripe's account that stands alone."""
    plain = Movement("txn_1", kind, kind, Money(cents), ZERO, Money(cents), None, None, paris("2026-11-02T10:00"))
    return replace(plain, **more)


async def test_fees_and_payouts_are_posted_from_stripes_lines_once(cards: CardTown) -> None:
    order, _ = await cards.paid()
    await cards.stripe.charge_fee(200)
    await cards.pay_out()
    for _ in range(2):
        found = await cards.reconcile()
    assert (found.books, found.stripe, found.movements) == (ZERO, ZERO, 3)
    fees = await cards.town.balance(Kind.BANK_FEES)
    assert fees == Money(272 + 200)
    assert await cards.town.balance(Kind.BANK) == order.total - fees
    await cards.assert_sound()


async def test_a_payout_that_comes_back_is_on_517_again(cards: CardTown) -> None:
    order, _ = await cards.paid()
    await cards.stripe.advance(40 * 86_400)
    payout = await cards.stripe.payout()
    await cards.reconcile()
    await cards.stripe.payout_failed(payout)
    found = await cards.reconcile()
    assert found.books == found.stripe == order.total - Money(272)
    assert await cards.town.balance(Kind.BANK) == ZERO
    await cards.assert_sound()


async def test_what_is_in_the_books_and_not_at_stripe_yet_is_shown_and_the_other_way_round(cards: CardTown) -> None:
    order, intent = await cards.paid()
    found = await matched(cards)
    assert [(one.about, one.books) for one in found.in_books_only] == [(intent, order.total)]
    other = await cards.town.placed((1, "20,00"))
    debit = await cards.pay(other.id, "sepa")
    found = await cards.reconcile()
    assert not found.in_books_only
    assert [(one.payment_intent, one.stripe) for one in found.at_stripe_only] == [(debit, other.total)]
    assert found.unexplained == ZERO
    await cards.stripe.settle_sepa(debit)
    assert (await cards.reconcile()).agrees


async def test_lines_that_appear_late_are_found_and_those_known_are_left(cards: CardTown) -> None:
    await cards.stripe.many_movements(150)
    async with cards.town.sessions() as session:
        assert await stripe_books.read_since(session) is None
    lines = [one async for one in cards.gateway.movements()]
    late, *others = lines
    assert await take(cards, *others[:5]) == 5
    assert await jobs.take_movements(cards.here, cards.served) == len(lines) - 5
    assert await jobs.take_movements(cards.here, cards.served) == 0
    async with cards.town.sessions() as session:
        assert await stripe_books.read_since(session) == late.created - stripe_books.LATE
    assert (await matched(cards)).stripe == Money(sum(one.net.cents for one in lines))


async def test_a_line_of_a_type_we_do_not_know_is_kept_and_shown_but_never_posted(cards: CardTown) -> None:
    strange = line("climate_order_purchase", -500, fee=Money(20), net=Money(-520))
    assert await take(cards, strange) == 1
    found = await matched(cards)
    assert (found.books, found.stripe, found.unexplained) == (ZERO, Money(-520), ZERO)
    assert [(one.about, one.type, one.stripe) for one in found.at_stripe_only] == [
        ("txn_1", "climate_order_purchase", Money(-520))
    ]
    assert not found.agrees


@pytest.mark.parametrize(
    ("kind", "cents", "bank", "fees"),
    [
        ("payout", -1_000, 1_000, 0), ("payout_failure", 1_000, -1_000, 0), ("payout_cancel", 1_000, -1_000, 0),
        ("stripe_fee", -300, 0, 300), ("stripe_fee", 300, 0, -300),
    ],
)  # fmt: skip
async def test_each_line_that_stands_alone_moves_517_by_what_it_says(
    cards: CardTown, kind: str, cents: int, bank: int, fees: int
) -> None:
    assert await take(cards, line(kind, cents), line(kind, cents)) == 1
    assert (await cards.town.balance(Kind.STRIPE)).cents == cents
    assert (await cards.town.balance(Kind.BANK)).cents == bank
    assert (await cards.town.balance(Kind.BANK_FEES)).cents == fees
    await cards.assert_sound()


async def test_a_charge_whose_message_was_lost_brings_its_payment(cards: CardTown) -> None:
    """The page was never looked at again either: Stripe's own line is what tells."""
    order = await cards.town.placed()
    await cards.pay(order.id)
    await jobs.take_movements(cards.here, cards.served)
    assert await cards.town.status(order.id) == "paid"
    assert (await matched(cards)).agrees


async def test_what_touches_517_by_another_door_is_found(cards: CardTown) -> None:
    await cards.paid()
    await cards.reconcile()
    by_another_door = NewTransfer("mistake", single(Kind.BANK), single(Kind.STRIPE), Money(123))
    await cards.town.do(lambda session: post(session, [by_another_door], at=cards.town.at))
    found = await matched(cards)
    assert found.unexplained == Money(-123)
    assert ("stripe", single(Kind.STRIPE)) in {(one.proof, one.id) for one in (await cards.town.audit()).findings}


SPOILED = [
    ("UPDATE buyers SET set_aside = set_aside + 1", "set-aside"),
    ("UPDATE payments SET amount = amount + 1", "payment"),
    ("UPDATE payments SET method = 'transfer', payment_intent = NULL", "payment"),
    ("UPDATE refunds SET amount = amount + 1", "refund"),
    ("UPDATE refunds SET fee = fee + 1", "refund"),
    ("UPDATE refunds SET state = 'failed'", "refund"),
    ("UPDATE disputes SET amount = amount + 1", "dispute"),
    ("UPDATE disputes SET withdrawn = false, withdrawal_id = NULL", "stripe"),
    ("UPDATE stripe_movements SET fee = fee + 1, net = net - 1 WHERE fee > 0", "stripe"),
    ("UPDATE stripe_movements SET entry_id = gen_random_uuid() WHERE entry_id IS NOT NULL", "stripe"),
]


async def test_what_a_superuser_changes_is_named(cards: CardTown, owner: Sessions) -> None:
    order, _ = await cards.paid()
    await cards.send(await cards.refund(order.id, "20,00", with_fee=True))
    _, intent = await cards.paid((1, "20,00"))
    await cards.stripe.dispute(intent)
    await cards.converge(intent)
    await cards.reconcile()
    await cards.assert_sound()
    for statement, proof in SPOILED:
        table = statement.split()[1]
        await by_hand(owner, f"CREATE TABLE kept AS TABLE {table}")
        await by_hand(owner, statement)
        found = {one.proof for one in (await cards.town.audit()).findings}
        assert proof in found, statement
        columns = statement.split(" SET ")[1].split(" WHERE ")[0]
        names = [part.split("=")[0].strip() for part in columns.split(",")]
        back = ", ".join(f"{name} = kept.{name}" for name in names)
        await by_hand(owner, f"UPDATE {table} SET {back} FROM kept WHERE kept.id = {table}.id")  # noqa: S608 - ours
        await by_hand(owner, "DROP TABLE kept")
    await cards.assert_sound()


async def test_more_refunds_by_hand_than_come_with_a_payment_are_all_in_the_books(cards: CardTown) -> None:
    order, intent = await cards.paid((2, "50,00"))
    for _ in range(11):
        await cards.stripe.refund(intent, amount=100)
    await cards.converge(intent)
    assert await cards.town.balance(Kind.STRIPE) == order.total - Money.of("11,00")
