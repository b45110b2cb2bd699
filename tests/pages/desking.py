"""Orders in every state for the pages of the operator's desk, made by the domain itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import Town, in_transaction
from ledger.money import Money
from tests.pages.given import Live
from tests.pages.ordering import SignedIn, a_company, somebody
from vouchers import buyers
from vouchers.buyers import BuyerKind, BuyerView, NewBuyer
from vouchers.orders import disputing, drafting, fulfilling, history, paying, placing, queries, stripe_books
from vouchers.orders.cards.card_words import DisputeState, Movement
from vouchers.orders.drafting import Line, Named, NewOrder
from vouchers.orders.errors import WrongOrderStatus
from vouchers.orders.locking import locked
from vouchers.orders.queries import Method, OrderView, PaymentView

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Desk:
    """A programme whose orders an operator follows. ``buyer`` is the company that orders."""

    live: Live
    town: Town
    buyer: UUID

    async def do(self, work: Callable[[AsyncSession, datetime], Awaitable[Answer]]) -> Answer:
        """Work in one transaction, at the present moment."""

        async def attempt(session: AsyncSession) -> Answer:
            return await work(session, await clock.now(session))

        return await in_transaction(self.town.sessions, attempt)

    async def placed(
        self, quantity: int = 2, worth: str = "50,00", *, buyer: UUID | None = None, method: Method = "transfer",
        people: tuple[Named, ...] = (), label: str = "",
    ) -> OrderView:  # fmt: skip
        """An order that waits for its money: 2 × 50 € make 103,00 € with the fee of 2.5 % and its VAT."""
        lines = () if people else (Line(quantity, Money.of(worth)),)
        asked = NewOrder(buyer or self.buyer, lines=lines, named=people, label=label)

        async def work(session: AsyncSession, at: datetime) -> OrderView:
            made = await drafting.start(session, asked, actor="test", at=at)
            version = (await queries.order(session, made)).version
            return await placing.place(session, made, version=version, method=method, actor="test", at=at)

        return await self.do(work)

    async def paid(self, order: OrderView, amount: Money | None = None, *, intent: str | None = None) -> OrderView:
        """What it misses comes, or another amount; by card if a payment intent is named."""

        async def work(session: AsyncSession, at: datetime) -> None:
            sum_ = amount or order.missing
            if intent is not None:
                await paying.record_card(session, order.id, sum_, payment_intent=intent, actor="stripe", at=at)
            else:
                await paying.record_transfer(session, order.id, sum_, reference="VIR 1", actor="test", at=at)

        await self.do(work)
        return await self.order(order.id)

    async def issued(self, order: OrderView) -> OrderView:
        """Its vouchers are made, here or by the job that was asked to when it was paid."""
        try:
            return await self.do(
                lambda session, at: fulfilling.issue_order(session, order.id, keys=self.town.keys, actor="obole", at=at)
            )
        except WrongOrderStatus:
            return await self.order(order.id)

    async def disputed(
        self, order: OrderView, intent: str, *, due_by: datetime | None = None, status: str = "needs_response"
    ) -> None:
        """The holder of the card contests the payment; an answer is due within five days unless told otherwise."""

        async def work(session: AsyncSession, at: datetime) -> None:
            told = DisputeState(
                f"dp_{intent}", intent, "ch_1", order.total, status, "fraudulent", True, at - timedelta(days=2),
                due_by or at + timedelta(days=5),
            )  # fmt: skip
            await locked(session, order.id)
            await disputing.note_dispute(session, order.id, told, actor="stripe", at=at)

        await self.do(work)

    async def told_by_stripe(self, *lines: Movement) -> None:
        """Lines of Stripe's account are read."""

        async def work(session: AsyncSession, at: datetime) -> None:
            await stripe_books.take_movements(session, lines, at=at)

        await self.do(work)

    async def order(self, order: UUID) -> OrderView:
        async with self.town.sessions() as session:
            return await queries.order(session, order)

    async def told(self, order: UUID) -> list[str]:
        """What was done to an order, in one word each, oldest first."""
        async with self.town.sessions() as session:
            return [one.what for one in await history.history_of(session, order)]

    async def payments(self, order: UUID) -> list[PaymentView]:
        async with self.town.sessions() as session:
            return await queries.payments_of(session, order)

    async def giver(self, buyer: UUID | None = None) -> BuyerView:
        async with self.town.sessions() as session:
            return await buyers.buyer(session, buyer or self.buyer)

    async def new_buyer(self, name: str, kind: BuyerKind = "company", email: str = "facture@autre.example") -> UUID:
        new = NewBuyer(kind, name, email=email)
        return (await self.do(lambda session, at: buyers.register_buyer(session, new, at=at))).id


async def a_desk(live: Live) -> Desk:
    """A programme with a company that orders."""
    town = await live.town()
    return Desk(live, town, await a_company(town))


def people(count: int, worth: str = "50,00") -> tuple[Named, ...]:
    """As many people, each to have a voucher."""
    return tuple(
        Named(f"Personne {i}", Money.of(worth), f"p{i}@savonnerie.example", f"M{i:03d}") for i in range(1, count + 1)
    )


async def operator(desk: Desk) -> SignedIn:
    """Who runs the programme, signed in."""
    return await somebody(desk.live, "operator", email="op@programme.example")


@dataclass(slots=True)
class Busy:
    """A desk on which something of everything waits."""

    waiting: OrderView
    issued: OrderView
    carded: OrderView
    who: SignedIn


async def a_busy_desk(desk: Desk) -> Busy:
    """Orders that wait, that are issued, paid too much, paid by card."""
    other = await desk.new_buyer("Épicerie du Cours")
    waiting = await desk.placed(people=people(4), label="Noël des équipes")
    await desk.placed(buyer=other, worth="70,00")
    issued = await desk.issued(await desk.paid(await desk.placed(people=people(3), label="Rentrée")))
    carded = await desk.issued(await desk.paid(await desk.placed(buyer=other, method="card"), intent="pi_1"))
    await desk.paid(issued, Money.of("12,00"))
    await desk.told_by_stripe(*lines(carded.total))
    return Busy(waiting, issued, carded, await operator(desk))


def lines(paid: Money) -> tuple[Movement, ...]:
    """Stripe's account after one card payment and its payout to the bank."""
    fee = Money.of("1,79")
    at = datetime.now(UTC)
    left = paid - fee
    return (
        Movement("txn_1", "charge", "charge", paid, fee, left, "ch_1", "pi_1", at - timedelta(days=2)),
        Movement("txn_2", "payout", "payout", -left, Money(0), -left, "po_1", None, at - timedelta(hours=3)),
    )


def hidden(page: str, name: str) -> str:
    """What a hidden field of a page holds; its way to the other language carries another of the same name."""
    before, found, after = page.partition("<main")[2].partition(f'name="{name}" value="')
    assert found, f"no {name} in {before[:200]}"
    return after.partition('"')[0]


def confirming(page: str, amount: str) -> dict[str, str]:
    """The form that records what was shown."""
    kept = {name: hidden(page, name) for name in ("once", "seen", "looked_at")}
    return {**kept, "amount": amount, "reference": "VIR SAVONNERIE", "do": "record"}
