"""Every order in which messages of Stripe may come, as often as they like, ends in the same books."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.chart import Kind
from ledger.money import Money
from tests.vouchers.orders.cards import CardTown
from tests.vouchers.orders.given import OrderTown
from vouchers.buyers import buyer

EXAMPLES: Final = 20
LINES: Final = ((2, "20,00"), (1, "10,00"))
"""50,00 € of vouchers; with fee and VAT 51,50 €."""


@dataclass(frozen=True, slots=True)
class Books:
    """What an order left behind: its status, its vouchers, its buyer, and what it brought to each account."""

    status: str
    covered: int
    credit: int
    set_aside: int
    vouchers: tuple[tuple[str, int], ...]
    attempts: tuple[str, ...]
    stripe: int
    bank_fees: int
    fees: int
    vat: int


Story = Callable[[CardTown, UUID], Awaitable[None]]


async def declined(cards: CardTown, order: UUID) -> None:
    """The card is declined, the page closes."""
    await cards.pay(order, "declined")
    await cards.stripe.expire(await cards.page(order))


async def bought(cards: CardTown, order: UUID) -> None:
    """Paid by card."""
    await cards.pay(order)


async def bought_at_the_second_try(cards: CardTown, order: UUID) -> None:
    await cards.pay(order, "declined")
    await cards.stripe.pay(await cards.page(order))


async def debited(cards: CardTown, order: UUID) -> None:
    """Paid by a direct debit that takes days."""
    await cards.stripe.settle_sepa(await cards.pay(order, "sepa"))


async def debited_in_vain(cards: CardTown, order: UUID) -> None:
    await cards.stripe.settle_sepa(await cards.pay(order, "sepa"), succeeds=False)


async def issued(cards: CardTown, order: UUID) -> str:
    """Paid and issued."""
    intent = await cards.pay(order)
    await cards.converge(intent)
    await cards.advance(order)
    (first, *_) = await cards.town.vouchers_of(order)
    await cards.town.till.redeem(first, "5,00")
    return intent


async def refunded(cards: CardTown, order: UUID) -> None:
    """A part is given back; whoever asked Stripe died before the books knew of it."""
    intent = await issued(cards, order)
    asked = await cards.refund(order, "15,00", with_fee=True)
    await cards.gateway.refund(refund=asked.id, payment_intent=intent, amount=asked.amount)


async def refunded_in_vain(cards: CardTown, order: UUID) -> None:
    """The payer's bank sends the refund back."""
    intent = await issued(cards, order)
    asked = await cards.refund(order)
    sent = await cards.gateway.refund(refund=asked.id, payment_intent=intent, amount=asked.amount)
    await cards.stripe.fail_refund(sent.id)


async def refunded_by_hand(cards: CardTown, order: UUID) -> None:
    """Somebody gave a part back at Stripe itself."""
    await cards.stripe.refund(await issued(cards, order), amount=700)


async def disputed(cards: CardTown, order: UUID) -> None:
    """Contested, not decided yet."""
    await cards.stripe.dispute(await issued(cards, order))


async def won(cards: CardTown, order: UUID) -> None:
    await cards.stripe.win(await cards.stripe.dispute(await issued(cards, order)))


async def lost(cards: CardTown, order: UUID) -> None:
    await cards.stripe.lose(await cards.stripe.dispute(await issued(cards, order)))


async def lost_before_it_was_issued(cards: CardTown, order: UUID) -> None:
    await cards.stripe.lose(await cards.stripe.dispute(await cards.pay(order)))


async def asked_about(cards: CardTown, order: UUID) -> None:
    """The bank asks a question, which is answered."""
    await cards.stripe.win(await cards.stripe.dispute(await issued(cards, order), inquiry=True))


FULL, PART = 5_150, 4_500
_CARD_FEE, _DEBIT_FEE, _DISPUTE_FEE = 102, 35, 2_000

SPENT: Final = (("active", 1_000), ("active", 1_500), ("active", 2_000))
"""5,00 € of 50,00 € are spent."""

FROZEN: Final = tuple(("blocked", cents) for _, cents in SPENT)
GONE: Final = (("blocked", 0),) * 3

ENDS: Final[dict[Story, Books]] = {
    declined: Books("awaiting_payment", 0, 0, 0, (), ("expired",), 0, 0, 0, 0),
    bought: Books("paid", FULL, FULL, FULL, (), ("paid",), FULL, 102, 0, 0),
    bought_at_the_second_try: Books("paid", FULL, FULL, FULL, (), ("paid",), FULL, 102, 0, 0),
    debited: Books("paid", FULL, FULL, FULL, (), ("paid",), FULL, 35, 0, 0),
    debited_in_vain: Books("awaiting_payment", 0, 0, 0, (), ("failed",), 0, 35, 0, 0),
    refunded: Books(
        "issued", FULL, 0, 0, (("active", 1_500), ("active", 1_500), ("blocked", 0)), ("paid",),
        FULL - 1_545, 102, 125 - 38, 25 - 8,
    ),
    refunded_in_vain: Books("refunded", FULL, PART, 0, GONE, ("paid",), FULL, 102, 125, 25),
    refunded_by_hand: Books("issued", FULL, -700, 0, SPENT, ("paid",), FULL - 700, 102, 125, 25),
    disputed: Books("disputed", FULL, -FULL, 0, FROZEN, ("paid",), 0, 2_102, 125, 25),
    won: Books("issued", FULL, 0, 0, SPENT, ("paid",), FULL, 2_102, 125, 25),
    lost: Books("refunded", FULL, PART - FULL, 0, GONE, ("paid",), 0, 2_102, 125, 25),
    lost_before_it_was_issued: Books("refunded", 0, 0, 0, (), ("paid",), 0, 2_102, 0, 0),
    asked_about: Books("issued", FULL, 0, 0, SPENT, ("paid",), FULL, 102, 125, 25),
}  # fmt: skip
"""What each story ends in, in cents, before Stripe's fees are taken from 517."""


@pytest.mark.parametrize("story", ENDS, ids=lambda story: story.__name__)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_however_the_messages_come_the_books_end_the_same(
    cards: CardTown, story: Story, data: st.DataObject
) -> None:
    """Some are heard while it happens, all of them afterwards, in any order and any number of times."""
    town = cards.town
    heard_before = len(await cards.stripe.events())
    payer = await town.new_buyer("Camille Martin")
    before = await _sums(town)
    order = (await town.placed(*LINES, buyer=payer)).id
    await story(cards, order)
    events = (await cards.stripe.events())[heard_before:]
    again = data.draw(st.lists(st.integers(0, len(events) - 1), max_size=4), label="again")
    for place in data.draw(st.permutations([*range(len(events)), *again]), label="order"):
        await cards.hear(events[place])
    matched = await cards.reconcile()
    assert await _books(town, order, payer, before) == ENDS[story]
    assert matched.agrees, matched
    await cards.assert_sound()


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_messages_between_the_events_of_a_dispute_end_in_the_same_books(
    cards: CardTown, data: st.DataObject
) -> None:
    """Old messages come again between the steps, and new ones are skipped until later."""
    town = cards.town
    heard_before = len(await cards.stripe.events())
    payer = await town.new_buyer("Camille Martin")
    before = await _sums(town)
    order = (await town.placed(*LINES, buyer=payer)).id

    async def some() -> None:
        events = (await cards.stripe.events())[heard_before:]
        for place in data.draw(st.lists(st.integers(0, len(events) - 1), max_size=4)):
            await cards.hear(events[place])

    intent = await issued(cards, order)
    await some()
    dispute = await cards.stripe.dispute(intent)
    await some()
    await cards.stripe.lose(dispute)
    await some()
    for event in (await cards.stripe.events())[heard_before:]:
        await cards.hear(event)
    matched = await cards.reconcile()
    assert await _books(town, order, payer, before) == ENDS[lost]
    assert matched.agrees, matched
    await cards.assert_sound()


async def test_after_everything_is_paid_out_517_stands_at_zero(cards: CardTown) -> None:
    for story in ENDS:
        if story in {disputed, lost, lost_before_it_was_issued}:
            continue
        order = (await cards.town.placed(*LINES, buyer=await cards.town.new_buyer(story.__name__))).id
        await story(cards, order)
    await cards.hear_all()
    await cards.pay_out()
    matched = await cards.reconcile()
    assert matched.agrees, matched
    assert (matched.books, matched.stripe) == (Money(0), Money(0))
    assert await cards.town.balance(Kind.BANK) > Money(0)
    await cards.assert_sound()


async def test_messages_that_are_lost_are_made_up_for_by_the_jobs(cards: CardTown) -> None:
    """Not one message arrives: what the jobs look at by themselves ends in the same books."""
    for story, end in ENDS.items():
        payer = await cards.town.new_buyer(story.__name__)
        before = await _sums(cards.town)
        order = (await cards.town.placed(*LINES, buyer=payer)).id
        await story(cards, order)
        await cards.tend_later()
        matched = await cards.reconcile()
        # The lines that show what was lost may have come in this very round: the next one finds nothing open.
        matched = await cards.reconcile()
        assert matched.agrees, (story.__name__, matched)
        found = await _books(cards.town, order, payer, before)
        assert found == end, story.__name__


async def _sums(town: OrderTown) -> dict[Kind, int]:
    kinds = (Kind.STRIPE, Kind.BANK_FEES, Kind.FEES, Kind.VAT)
    return {kind: (await town.balance(kind)).cents for kind in kinds}


async def _books(town: OrderTown, order: UUID, payer: UUID, before: dict[Kind, int]) -> Books:
    found = await town.order(order)
    known = await town.do(lambda session: buyer(session, payer))
    views = [await town.view(paper) for paper in await town.vouchers_of(order)]
    now = await _sums(town)
    did = {kind: now[kind] - before[kind] for kind in now}
    return Books(
        found.status, found.covered.cents, known.credit.cents, known.set_aside.cents,
        tuple(sorted((one.facts.status, one.left.cents) for one in views)),
        tuple(one.state for one in await town.attempts(order)),
        did[Kind.STRIPE] + did[Kind.BANK_FEES], did[Kind.BANK_FEES], did[Kind.FEES], did[Kind.VAT],
    )  # fmt: skip
