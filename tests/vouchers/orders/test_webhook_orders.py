"""Every order in which messages of Stripe may come, as often as they like, ends in the same books."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ledger import balances
from ledger.chart import Kind, single
from ledger.money import Money
from tests.thoroughness import examples
from tests.vouchers.orders.cards import CardTown, Told
from tests.vouchers.orders.given import OrderTown
from vouchers.buyers import buyer
from vouchers.queries import voucher_views

EXAMPLES: Final = examples(3)
"""For each story, beside the newest message first; what differs most from one to the next is which
message is heard first, and after it little is left to do."""
MOST: Final = 30
"""More messages than any story sends."""
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
        FULL - 1_546, 102, 125 - 38, 25 - 8,
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


@pytest.fixture
async def cards(cards: CardTown) -> AsyncIterator[CardTown]:
    """As everywhere; and when all that a test tells has been told, nothing is found in the books."""
    yield cards
    await cards.assert_sound()


places = st.lists(st.integers(0, MOST - 1), max_size=4)
"""Drawn before anything happens, since an example may be given up while it draws."""


@pytest.mark.parametrize("story", ENDS, ids=lambda story: story.__name__)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@example(order_heard=list(reversed(range(MOST))), again=[(place, place) for place in range(4)])
@given(order_heard=st.permutations(range(MOST)), again=st.lists(st.tuples(*[st.integers(0, MOST - 1)] * 2), max_size=4))
async def test_however_the_messages_come_the_books_end_the_same(
    cards: CardTown, story: Story, order_heard: list[int], again: list[tuple[int, int]]
) -> None:
    """All are heard once everything has happened, in any order and any number of times."""
    async with a_telling(cards) as telling:
        await story(cards, telling.order)
        events = await telling.events()
        assert len(events) <= MOST
        heard = [events[place] for place in order_heard if place < len(events)]
        for which, where in again:
            heard.insert(where % (len(heard) + 1), events[which % len(events)])
        for event in heard:
            await cards.hear(event)
        await telling.ends_as(ENDS[story])


@settings(max_examples=examples(2), suppress_health_check=list(HealthCheck))
@given(issued_heard=places, disputed_heard=places, lost_heard=places)
async def test_messages_between_the_events_of_a_dispute_end_in_the_same_books(
    cards: CardTown, issued_heard: list[int], disputed_heard: list[int], lost_heard: list[int]
) -> None:
    """Old messages come again between the steps, and new ones are skipped until later."""
    async with a_telling(cards) as telling:
        intent = await issued(cards, telling.order)
        await telling.hear_some(issued_heard)
        dispute = await cards.stripe.dispute(intent)
        await telling.hear_some(disputed_heard)
        await cards.stripe.lose(dispute)
        await telling.hear_some(lost_heard)
        for event in await telling.events():
            await cards.hear(event)
        await telling.ends_as(ENDS[lost])


@dataclass(frozen=True, slots=True)
class Telling:
    """An order of a buyer of its own, and the messages since it was placed."""

    cards: CardTown
    order: UUID
    payer: UUID
    sums: dict[Kind, int]
    heard: int

    async def events(self) -> list[Told]:
        return (await self.cards.stripe.events())[self.heard :]

    async def hear_some(self, places: list[int]) -> None:
        events = await self.events()
        for place in places:
            await self.cards.hear(events[place % len(events)])

    async def ends_as(self, end: Books) -> None:
        """The books are these, and 517 is what Stripe has."""
        matched = await self.cards.match()
        assert await _books(self.cards.town, self.order, self.payer, self.sums) == end
        assert matched.agrees, matched


@asynccontextmanager
async def a_telling(cards: CardTown) -> AsyncIterator[Telling]:
    """An order that waits for its payment."""
    payer = await cards.town.new_buyer("Camille Martin")
    heard = len(await cards.stripe.events())
    sums = await _sums(cards.town)
    yield Telling(cards, (await cards.town.placed(*LINES, buyer=payer)).id, payer, sums, heard)


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


async def test_messages_that_are_lost_are_made_up_for_by_the_jobs(cards: CardTown) -> None:
    """Not one message arrives: what the jobs look at by themselves ends in the same books."""
    for story, end in ENDS.items():
        async with a_telling(cards) as telling:
            await story(cards, telling.order)
            await cards.tend_later()
            # The lines of Stripe's account show what was lost.
            await cards.reconcile()
            await telling.ends_as(end)


async def _sums(town: OrderTown) -> dict[Kind, int]:
    kinds = (Kind.STRIPE, Kind.BANK_FEES, Kind.FEES, Kind.VAT)
    held = await town.do(lambda session: balances.balances_of(session, [single(kind) for kind in kinds]))
    return {kind: held[single(kind)].balance.cents for kind in kinds}


async def _books(town: OrderTown, order: UUID, payer: UUID, before: dict[Kind, int]) -> Books:
    found = await town.order(order)
    known = await town.do(lambda session: buyer(session, payer))
    papers = [paper.id for paper in await town.vouchers_of(order)]
    views = await town.do(lambda session: voucher_views(session, papers))
    now = await _sums(town)
    did = {kind: now[kind] - before[kind] for kind in now}
    return Books(
        found.status, found.covered.cents, known.credit.cents, known.set_aside.cents,
        tuple(sorted((one.facts.status, one.left.cents) for one in views.values())),
        tuple(one.state for one in await town.attempts(order)),
        did[Kind.STRIPE] + did[Kind.BANK_FEES], did[Kind.BANK_FEES], did[Kind.FEES], did[Kind.VAT],
    )  # fmt: skip
