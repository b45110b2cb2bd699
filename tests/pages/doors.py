"""Where people come in who walk through the demonstration, and pages to which no link leads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import links, people, visits
from api.auth.visitors import cookie_of
from api.jobs.mailing import send_queued
from api.jobs.orders import tend_orders
from tests.pages.demonstration import Begun
from vouchers import codes
from vouchers.orders import awaiting, queries
from vouchers.orders.handing_out import printing
from vouchers.orders.queries import OrderView
from vouchers.tables import Voucher

OVER: Final = Voucher.last_day < func.current_date()
ONE_OF_EACH: Final = select(func.any_value(Voucher.id)).group_by(Voucher.status, OVER)
"""Vouchers, one in each state."""


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who walks: how the pictures and the faults call them, their cookie, where they begin."""

    name: str
    cookie: str
    starts: tuple[str, ...]


async def comers(begun: Begun, address: str) -> list[Comer]:
    """Everybody whom the demonstration knows, a guest of it, and somebody whom nobody knows."""
    town, home = begun.town, f"/{begun.demo.programme}"
    async with town.sessions.begin() as session:
        orders = await queries.orders_page(session, limit=200)
        known = Known(session, begun, address)
        found = [await known.person(name, email, orders) for name, email in begun.demo.people.items()]
        guest = next(one for one in orders if one.label == "Pour Mamie")
        found.append(await known.guest(guest))
        strays = [f"{home}{path}" for path in await known.links(guest.buyer)]
    for _ in range(2):
        await tend_orders(begun.here, town)
        await send_queued(begun.here, town)
    vouchers = await holders_links(begun)
    ways = [f"{home}/", f"{home}/sign-in/link/sent", f"{home}/company/sent"]
    return [*found, Comer("nobody", "", ("/", "/outbox", *ways, *strays, *vouchers))]


async def holders_links(begun: Begun) -> list[str]:
    """The page of one voucher in each state."""
    async with begun.town.sessions() as session:
        vouchers: list[UUID] = list((await session.execute(ONE_OF_EACH)).scalars())
    return [f"/v/{codes.derive(begun.town.keys.current, one).token}" for one in vouchers]


@dataclass(frozen=True, slots=True)
class Known:
    """What the books of the demonstration say of those who come."""

    session: AsyncSession
    begun: Begun
    address: str

    async def person(self, name: str, email: str, orders: list[OrderView]) -> Comer:
        """Somebody who signs in: its first page, its account, every order that it may open, in whatever state."""
        who = await people.find(self.session, email=email)
        assert who is not None
        home, at = f"/{self.begun.demo.programme}", await clock.now(self.session)
        token = await visits.begin(self.session, person=who.id, browser="Chromium", at=at)
        actor = f"person:{who.id}"
        own = [one for one in orders if one.made_by == actor]
        starts = [f"{home}/", f"{home}/account", f"{home}/account/details"]
        starts += [f"{home}/orders/{one.id}" for one in own]
        for one in own:
            starts += await self._unlinked(f"{home}/orders/{one.id}", one)
        if name == "buyer 1":
            starts.append(f"{home}/company/people/withdraw")
        if name == "operator":
            ((paid, _), *_) = await awaiting.last_payments(self.session, limit=1)
            starts += [f"{home}/desk/money/recorded/{paid.id}", f"{home}/people/{who.id}/offices"]
            starts += [f"{home}/desk/orders/{one.id}" for one in orders]
        return Comer(name, self._cookie(token), tuple(starts))

    async def guest(self, order: OrderView) -> Comer:
        """A private person who ordered without an account."""
        token = await visits.begin(
            self.session, guest=order.buyer, browser="Chromium", at=await clock.now(self.session)
        )
        home = f"/{self.begun.demo.programme}"
        return Comer("guest", self._cookie(token), (f"{home}/", f"{home}/account", f"{home}/orders"))

    async def links(self, guest: UUID) -> list[str]:
        """What letters lead to: for somebody who has a password, and for a guest."""
        at = await clock.now(self.session)
        somebody = await people.find(self.session, email=self.begun.demo.people["manager"])
        assert somebody is not None
        return [
            await links.link_for(self.session, somebody.id, "sign_in", at),
            await links.guest_link_for(self.session, guest, at),
        ]

    async def _unlinked(self, here: str, order: OrderView) -> list[str]:
        """Steps that are passed by when they are done, forms asked for again, sheets that are being drawn."""
        if order.status == "draft":
            return [f"{here}/check"]
        if order.status == "awaiting_payment":
            return [f"{here}/pay", f"{here}/pay-by-card", f"{here}/use-credit", f"{here}/reopen"]
        if order.status not in {"issued", "delivered"}:
            return []
        at = await clock.now(self.session)
        drawn = await printing.ask_printing(
            self.session, order.id, layout="eight", language="fr", actor=order.made_by, at=at
        )
        await printing.begin(self.session, drawn.id, at=at)
        await printing.progress(self.session, drawn.id, done=2, of=5, at=at)
        return [f"{here}/history", f"{here}/printings", f"{here}/printings/{drawn.id}"]

    def _cookie(self, token: str) -> str:
        return f"{cookie_of(self.begun.demo.programme, self.address)[0]}={token}"
