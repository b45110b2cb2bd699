"""The operator's first page: what waits for a decision today, and whether the books are sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor
from api.dependencies import Here
from api.pages.catalogues import marked
from api.pages.desk.access import SeesOrders
from api.pages.place import CurrentPlace
from api.pages.rendering import page
from ledger import audit, months
from ledger.days import day_of
from ledger.money import Money, total
from merchants.bank.queries import count_queued
from merchants.joining import applying
from merchants.payouts import queries as payouts
from merchants.payouts.waiting import waiting as settlements_waiting
from merchants.programme import TermsMissing
from merchants.settlements import foreseeing
from merchants.shops import bank_changing
from vouchers.buyers import with_credit
from vouchers.orders import awaiting, stripe_books
from vouchers.orders.awaiting import Awaiting
from vouchers.orders.disputing import ANSWERABLE, DisputeView, open_disputes
from vouchers.orders.refunds import refunds_asked
from vouchers.proving import mornings

router = APIRouter(include_in_schema=False)

SOON: Final = timedelta(days=7)
LOOKED_AT: Final = 500
NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for whoever runs the programme: a path below ``/desk``, how many, of which sum.

    ``kind`` is that of its badge; ``hint`` is what to do.
    """

    name: str
    path: str
    count: int
    amount: Money | None
    kind: str
    hint: str


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """A dispute that waits for an answer; ``late`` if that comes too late."""

    dispute: DisputeView
    one: Awaiting
    late: bool


@router.get("/{slug:slug}/desk")
async def home(
    request: Request, place: CurrentPlace, visitor: SeesOrders, session: PageReading, here: Here
) -> Response:
    """What to do today."""
    at = await clock.now(session)
    today = day_of(at)
    waiting = await awaiting.awaiting(session)
    disputes = await open_disputes(session)
    answers = await _to_answer(session, disputes, at)
    tasks = [
        *_of_orders(waiting, today), *await _of_months(session, visitor, at),
        *await _of_money(session, visitor, disputes, named=len(answers)),
    ]  # fmt: skip
    books = await stripe_books.reconciliation(session) if visitor.may(P.LEDGER_READ) else None
    undelivered = await awaiting.undelivered(session, limit=NAMED)
    return page(
        request, "desk/home.html", tasks=[one for one in tasks if one.count], undelivered=undelivered,
        answers=answers, today=today,
        fence=(await audit.fence_parts(session)).with_buyers if visitor.may(P.LEDGER_READ) else None,
        morning=await mornings.last(session) if visitor.may(P.LEDGER_READ) else None,
        books=books if books is not None and (here.cards.offered(place.slug) or books.movements) else None,
        waiting=len(waiting), waiting_sum=total([one.order.missing for one in waiting]),
        owed=total([one.order.missing for one in waiting if one.owed]),
    )  # fmt: skip


def _of_orders(waiting: Sequence[Awaiting], today: date) -> list[Waiting]:
    overdue = [one for one in waiting if one.owed and one.due_on is not None and one.due_on < today]
    lapsing = [one for one in waiting if not one.owed and one.due_on is not None and one.due_on <= today + SOON]
    return [
        Waiting(
            marked("Vouchers on credit, overdue"), "/desk/money#waiting", len(overdue), _missing(overdue), "error",
            marked("Ask for the money: these vouchers are already in people's hands."),
        ),
        Waiting(
            marked("Orders that lapse within a week"), "/desk/money#waiting", len(lapsing), _missing(lapsing), "wait",
            marked("See whether their money has come."),
        ),
    ]  # fmt: skip


async def _of_months(session: AsyncSession, visitor: Visitor, at: datetime) -> list[Waiting]:
    """Periods of which shops are not settled yet, and the month whose books are not locked yet."""
    found: list[Waiting] = []
    if visitor.may(P.SETTLEMENTS_WRITE):
        try:
            due = len(await foreseeing.to_close(session, at=at))
        except TermsMissing:  # a programme whose rules hold from a day to come has closed nothing
            due = 0
        found.append(
            Waiting(
                marked("Periods to close"), "/desk/month-end", due, None, "wait",
                marked("Look at it shop by shop, then close: shops are paid afterwards."),
            )
        )  # fmt: skip
    if visitor.may(P.ACCOUNTS_CLOSE):
        due = 1 if await months.due_month(session, at=at) else 0
        found.append(
            Waiting(
                marked("Month whose books are to be locked"), "/desk/accounts", due, None, "wait",
                marked("Settle the shops first; then its entries get their numbers."),
            )
        )  # fmt: skip
    return found


async def _to_answer(session: AsyncSession, disputes: Sequence[DisputeView], at: datetime) -> list[ToAnswer]:
    """The first of the disputes, as far as a day is named by which each is to be answered."""
    named = [one for one in disputes[:NAMED] if one.answer_by is not None]
    orders = await awaiting.orders_by_id(session, {one.order for one in named})
    return [ToAnswer(one, orders[one.order], one.too_late(at)) for one in named]


async def _of_money(
    session: AsyncSession, visitor: Visitor, disputes: Sequence[DisputeView], *, named: int
) -> list[Waiting]:
    """Disputes but the first, which are ``named`` by themselves; refunds to send, free credit."""
    others = disputes[named:]
    awaited = any(one.status in ANSWERABLE for one in others)
    found = [
        Waiting(
            marked("Other disputes that are open") if named else marked("Disputes that are open"), "/desk/disputes",
            len(others), total([one.amount for one in others]), "error" if awaited else "wait",
            marked("See which of them need an answer at Stripe.") if awaited else marked("The bank has to decide."),
        )
    ]  # fmt: skip
    found += await _of_shops(session, visitor)
    found += await _of_payouts(session, visitor)
    if visitor.may(P.REFUNDS_WRITE):
        asked = await refunds_asked(session, "transfer", limit=LOOKED_AT)
        sums = total([one.amount for one in asked])
        found.append(
            Waiting(
                marked("Refunds to send by transfer"), "/desk/refunds", len(asked), sums, "wait",
                marked("Send them from your bank, then confirm."),
            )
        )  # fmt: skip
    if visitor.may(P.ORDERS_PAY):
        found.append(
            Waiting(
                marked("Lines of bank statements"), "/desk/bank", await count_queued(session), None, "wait",
                marked("Say which order each is for, or what it is."),
            )
        )  # fmt: skip
        givers = await with_credit(session)
        found.append(
            Waiting(
                marked("Buyers with free credit"), "/desk/credit", len(givers), total([one.free for one in givers]),
                "note", marked("Use it for their next order, or send it back."),
            )
        )  # fmt: skip
    return found


async def _of_shops(session: AsyncSession, visitor: Visitor) -> list[Waiting]:
    found: list[Waiting] = []
    if visitor.may(P.RECRUITING_WRITE):
        found.append(
            Waiting(
                marked("Shops that ask to join"), "/desk/shops", await applying.count_waiting(session), None, "wait",
                marked("Look at each, then let it in or say why not."),
            )
        )  # fmt: skip
    if visitor.may(P.SETTLEMENTS_READ):
        found.append(
            Waiting(
                marked("Bank accounts about to change"), "/desk/shops/bank", await bank_changing.count_waiting(session),
                None, "note", marked("Each holds in two days unless it is called off."),
            )
        )  # fmt: skip
    return found


async def _of_payouts(session: AsyncSession, visitor: Visitor) -> list[Waiting]:
    if not visitor.may(P.PAYOUTS_READ):
        return []
    to_pay = await settlements_waiting(session)
    return [
        Waiting(
            marked("Payout runs to approve"), "/desk/payouts#runs", await payouts.count_proposed(session), None, "wait",
            marked("Whoever did not propose a run looks at it and approves it."),
        ),
        Waiting(
            marked("Settlements to pay"), "/desk/payouts", len(to_pay.payable), to_pay.total, "wait",
            marked("Propose a run; a colleague approves it."),
        ),
        Waiting(
            marked("Settlements that are held back"), "/desk/payouts#held", len(to_pay.held_back), to_pay.held, "note",
            marked("See what holds each of them back."),
        ),
    ]  # fmt: skip


def _missing(some: Sequence[Awaiting]) -> Money:
    return total([one.order.missing for one in some])
