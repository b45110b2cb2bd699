"""Where people come in who walk through the demonstration, and pages to which no link leads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, get_args
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import links, offices, people, till_devices, visits
from api.auth.till_devices import till_cookie_of
from api.auth.visitors import cookie_of
from api.email import outbox
from api.jobs.mailing import send_queued
from api.jobs.orders import tend_orders
from api.pages.shop.returning import rest_of
from ledger.days import day_of
from ledger.money import ZERO
from merchants.joining.applying import State, applications_page
from merchants.joining.invitations import invitations_page
from merchants.shops.cashiers import cashiers_of
from merchants.shops.queries import shops_page
from merchants.shops.tills import tills_of
from tests.pages.demonstration import Begun
from tests.pages.given import Live
from vouchers import codes
from vouchers.orders import awaiting, queries
from vouchers.orders.handing_out import printing
from vouchers.orders.queries import OrderView
from vouchers.queries import redemptions_page, voucher_by_code
from vouchers.tables import Voucher

NEWCOMER: Final = "55210055400013"
"""The number of an establishment that is no shop yet."""

OVER: Final = Voucher.last_day < func.current_date()
ONE_OF_EACH: Final = select(func.any_value(Voucher.id)).group_by(Voucher.status, OVER)
"""Vouchers, one in each state."""


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who walks: how the pictures and the faults call them, their cookie, where they begin."""

    name: str
    cookie: str
    starts: tuple[str, ...]


async def comers(begun: Begun, live: Live) -> list[Comer]:
    """Everybody whom the demonstration knows, a guest of it, and somebody whom nobody knows."""
    town, home = begun.town, f"/{begun.demo.programme}"
    async with town.sessions.begin() as session:
        orders = await queries.orders_page(session, limit=200)
        known = Known(session, begun, live.address)
        found = [await known.person(name, email, orders) for name, email in begun.demo.people.items()]
        guest = next(one for one in orders if one.label == "Pour Mamie")
        found += [await known.guest(guest), await known.till()]
        strays = [f"{home}{path}" for path in await known.links(guest.buyer)]
    for _ in range(2):
        await tend_orders(begun.here, town)
        await send_queued(begun.here, town)
        await live.work()
    ends = ("sign-in/link/sent", "company/sent", "join/sent", "lost/sent", f"join/shop/{NEWCOMER}")
    ways = [f"{home}/", *(f"{home}/{path}" for path in ends), *await holders_links(begun), *strays]
    letters = links_in_letters(begun.home)
    ways += [*letters, *(f"{one}/{part}" for one in letters if "/invited/" in one for part in ("form", "decline"))]
    return [*found, Comer("nobody", "", ("/", "/outbox", "/till", *ways))]


def links_in_letters(home: Path) -> list[str]:
    """One of each kind that letters lead to."""
    found: dict[str, str] = {}
    for letter in outbox.newest(home):
        opened = outbox.opened(home, letter.id)
        for link in re.findall(r"https?://127[^/\s]+(/[^\s\"<]+)", opened.plain if opened else ""):
            found.setdefault(re.sub(r"[\w-]{20,}", "", link), link)
    return list(found.values())


async def holders_links(begun: Begun) -> list[str]:
    """The page of one voucher in each state, and what its holder can do."""
    keys = begun.town.keys
    async with begun.town.sessions() as session:
        states: list[UUID] = list((await session.execute(ONE_OF_EACH)).scalars())
        fresh = await voucher_by_code(session, UUID(bytes=codes.read(begun.demo.codes[0], keys.keys)))
    first, *others = [f"/v/{codes.derive(keys.current, one).token}" for one in (fresh.facts.id, *states)]
    return [first, *(f"{first}/{part}" for part in ("full", "keep", "remind")), *others]


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
        shops = await self._shops(f"{home}/shop", who.id, at) if name == "shop" else []
        token = await visits.begin(self.session, person=who.id, browser="Chromium", at=at)
        actor = f"person:{who.id}"
        own = [one for one in orders if one.made_by == actor]
        starts = [f"{home}/", f"{home}/account", f"{home}/account/details"]
        starts += [f"{home}/orders/{one.id}" for one in own]
        for one in own:
            starts += await self._unlinked(f"{home}/orders/{one.id}", one)
        if name == "buyer 1":
            starts.append(f"{home}/company/people/withdraw")
        if name == "accountant":  # orders of companies that name people are in an attestation
            named = (one.id for one in orders if (one.status, one.handing) == ("delivered", "email"))
            starts += [f"{home}/orders/{one}" for one in named]
        if name == "operator":
            starts += await self._desk(f"{home}/desk", orders)
            starts.append(f"{home}/people/{who.id}/offices")
        return Comer(name, self._cookie(token), (*starts, *shops))

    async def guest(self, order: OrderView) -> Comer:
        """A private person who ordered without an account."""
        token = await visits.begin(
            self.session, guest=order.buyer, browser="Chromium", at=await clock.now(self.session)
        )
        home = f"/{self.begun.demo.programme}"
        return Comer("guest", self._cookie(token), (f"{home}/", f"{home}/account", f"{home}/orders"))

    async def till(self) -> Comer:
        """A telephone that is a till: that of the shop whose owner signs in."""
        at, shop = await clock.now(self.session), UUID(self.begun.demo.shop)
        till = next(one.id for one in await tills_of(self.session, shop) if one.revoked_at is None)
        link = await till_devices.make_pairing(self.session, till, by="test", at=at)
        token = await till_devices.pair(self.session, link.rpartition("/")[2], browser="Chromium", at=at)
        device = await till_devices.recognise(self.session, token, at=at)
        assert device is not None
        (stands, *_) = await cashiers_of(self.session, shop)
        await till_devices.stand_at(self.session, device, stands.id, at=at)
        (taken, *_) = await redemptions_page(self.session, shop=shop, limit=1)
        home, cookie = f"/{self.begun.demo.programme}/till", till_cookie_of(self.begun.demo.programme, self.address)[0]
        another = await till_devices.make_pairing(self.session, till, by="test", at=at)
        ways = ("", "/today", "/cashier", "/shell", f"/receipts/{taken.id}", another.removeprefix("/till"))
        return Comer("till", f"{cookie}={token}", tuple(f"{home}{path}" for path in ways))

    async def links(self, guest: UUID) -> list[str]:
        """What letters lead to: for somebody who has a password, and for a guest."""
        at = await clock.now(self.session)
        somebody = await people.find(self.session, email=self.begun.demo.people["manager"])
        assert somebody is not None
        return [
            await links.link_for(self.session, somebody.id, "sign_in", at),
            await links.guest_link_for(self.session, guest, at),
        ]

    async def _desk(self, desk: str, orders: list[OrderView]) -> list[str]:
        """What the operator comes to by a form."""
        ((paid, _), *_) = await awaiting.last_payments(self.session, limit=1)
        (applied, *_) = await applications_page(self.session, states=get_args(State), limit=1)
        (invited, *_) = await invitations_page(self.session, limit=1)
        return [
            f"{desk}/money/recorded/{paid.id}", f"{desk}/shops/applications/{applied.id}/accept",
            f"{desk}/shops/invitations/{invited.id}/remind", *(f"{desk}/orders/{one.id}" for one in orders),
        ]  # fmt: skip

    async def _shops(self, shops: str, owner: UUID, at: datetime) -> list[str]:
        """The forms of a shop, asked for again; goods that came back another day; a second shop, to choose from."""
        first = self.begun.demo.shop
        second = next(one for one in await shops_page(self.session, limit=9) if str(one.id) != first)
        await offices.give(self.session, person=owner, role="shop", subject=second.id, by="test", at=at)
        taken = await redemptions_page(self.session, shop=UUID(first), limit=200)
        back = next(one for one in taken if day_of(one.at) < day_of(at) and rest_of(one) > ZERO)
        ways = (
            "bank/x", "closures", "particulars", "settlements/letters", "online/x", "tills/x",
            f"takings/{back.id}/return",
        )  # fmt: skip
        return [shops, *(f"{shops}/{first}/{path}" for path in ways)]

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
