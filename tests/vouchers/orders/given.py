"""A town that sells: a buyer whose orders are drafted, placed, paid and issued in one line each.

Amounts are given as a person types them; lines as quantity and face value: ``await town.placed((3, "20,00"))``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final
from uuid import UUID

from api.settings import Settings
from ledger.chart import Kind
from ledger.database import Sessions
from ledger.ids import new_id
from ledger.money import Money
from merchants.programme import Terms
from tests.given import OPENED, TERMS, Town, a_town
from tests.till import Paper, money
from vouchers import buyers
from vouchers.orders import card, drafting, fulfilling, history, paying, placing, queries
from vouchers.orders.drafting import Line, Named, NewOrder
from vouchers.orders.queries import Method, OrderView, PaymentView

SELLING: Final = TERMS.with_changes(
    {"service_fee_bp": 250, "iban": "FR7630006000011234567890189", "bic": "AGRIFRPPXXX"}
)
"""The rules of ``tests.given`` with a service fee of 2.5 % and a bank account."""

LINES: Final = ((3, "20,00"), (2, "50,00"))
"""160,00 € of vouchers; with 4,00 € of fee and 0,80 € of VAT on it 164,80 €."""

Asked = tuple[int, str]


def named(count: int, worth: str = "20,00", *, email: bool = True) -> tuple[Named, ...]:
    """As many people, each to have a voucher."""
    return tuple(
        Named(f"Personne {i}", Money.of(worth), f"p{i}@savonnerie.example" if email else None, f"M{i:03d}")
        for i in range(1, count + 1)
    )


@dataclass(slots=True)
class OrderTown(Town):
    """A programme whose buyer orders. ``slug`` is the name by which Stripe's objects know it."""

    slug: str = "treiz"

    async def draft(
        self, *lines: Asked, people: Sequence[Named] = (), buyer: UUID | None = None, **new: object
    ) -> UUID:
        """Start an order of these lines, or of ``LINES`` if neither lines nor people are given."""
        asked = () if people and not lines else (lines or LINES)
        order = NewOrder(
            **{
                "buyer": buyer or self.buyer,
                "lines": tuple(Line(quantity, Money.of(worth)) for quantity, worth in asked),
                "named": tuple(people),
                **new,
            }
        )
        return await self.do(lambda session: drafting.start(session, order, actor="buyer", at=self.at))

    async def place(self, order: UUID, *, method: Method | None = None) -> OrderView:
        version = (await self.order(order)).version
        return await self.do(
            lambda session: placing.place(session, order, version=version, method=method, actor="buyer", at=self.at)
        )

    async def placed(self, *lines: Asked, method: Method | None = None, **new: object) -> OrderView:
        """Start and place an order."""
        return await self.place(await self.draft(*lines, **new), method=method)

    async def pay(
        self, order: UUID, typed: str | Money | None = None, *, method: Method = "transfer", intent: str | None = None
    ) -> PaymentView:
        """Money that came for an order: what it misses, unless told otherwise."""
        amount = (await self.order(order)).missing if typed is None else money(typed)
        if method == "card":
            intent = intent or f"pi_{new_id().hex}"
            return await self.do(
                lambda session: paying.record_card(
                    session, order, amount, payment_intent=intent, actor="stripe", at=self.at
                )
            )
        return await self.do(
            lambda session: paying.record_transfer(
                session, order, amount, reference="VIR 1", actor="operator", at=self.at
            )
        )

    async def paid(self, *lines: Asked, method: Method = "transfer", **new: object) -> OrderView:
        """Start, place and pay an order."""
        found = await self.placed(*lines, method=method, **new)
        await self.pay(found.id, method=method)
        return await self.order(found.id)

    async def issue_order(self, order: UUID) -> OrderView:
        return await self.do(
            lambda session: fulfilling.issue_order(session, order, keys=self.keys, actor="obole", at=self.at)
        )

    async def issued(self, *lines: Asked, method: Method = "transfer", **new: object) -> OrderView:
        """Start, place, pay and issue an order."""
        return await self.issue_order((await self.paid(*lines, method=method, **new)).id)

    async def cancel(self, order: UUID) -> OrderView:
        return await self.do(lambda session: placing.cancel(session, order, actor="buyer", at=self.at))

    async def reopen(self, order: UUID) -> OrderView:
        return await self.do(lambda session: placing.reopen(session, order, actor="buyer", at=self.at))

    async def order(self, order: UUID) -> OrderView:
        return await self.do(lambda session: queries.order(session, order))

    async def status(self, order: UUID) -> str:
        return (await self.order(order)).status

    async def vouchers_of(self, order: UUID) -> list[Paper]:
        """The vouchers of an order as they are held, line by line; reissued ones after those they replace."""
        lines = await self.do(lambda session: queries.lines_of(session, order))
        return [paper for line in lines if line.batch for paper in await self.papers(line.batch)]

    async def attempts(self, order: UUID) -> list[card.AttemptView]:
        return await self.do(lambda session: card.attempts_of(session, order))

    async def told(self, order: UUID) -> list[str]:
        """What was done to an order, in one word each, oldest first."""
        return [one.what for one in await self.do(lambda session: history.history_of(session, order))]

    async def credit(self, buyer: UUID | None = None) -> Money:
        """What a buyer has paid in and not used; negative if it owes."""
        return (await self.do(lambda session: buyers.buyer(session, buyer or self.buyer))).credit

    async def new_buyer(self, name: str, *, kind: buyers.BuyerKind = "person", email: str | None = None) -> UUID:
        new = buyers.NewBuyer(kind, name, email=email)
        return (await self.do(lambda session: buyers.register_buyer(session, new, at=self.at))).id

    async def sums(self) -> dict[str, Money]:
        """What the accounts of each kind hold together."""
        return {kind.value: await self.balance(kind) for kind in (Kind.BANK, Kind.STRIPE, Kind.FEES, Kind.VAT)}


async def an_order_town(
    sessions: Sessions, settings: Settings, *, terms: Terms = SELLING, slug: str = "treiz", shops: int = 1
) -> OrderTown:
    """Found a programme in an empty schema, whose buyer is a company that gives vouchers to its staff."""
    town = await a_town(sessions, settings, terms=terms, at=OPENED, shops=shops)
    selling = OrderTown(**{one.name: getattr(town, one.name) for one in fields(town)}, slug=slug)
    for till in selling.tills:
        object.__setattr__(till, "town", selling)
    return selling
