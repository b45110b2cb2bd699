"""A shop that sells online, its owner, and vouchers to pay with: what the tests of its pages start from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.keys import make_key
from api.engines import Database, owner_engine
from api.installation import Town, in_transaction
from ledger.money import Money
from merchants.shops import registering
from merchants.shops.checking import check_shop
from tests.given import SHOPS
from tests.pages.given import Live
from vouchers import buyers, codes, issuing, queries
from vouchers.online import checkouts, website
from vouchers.online.checkouts import CheckoutView, NewCheckout

ORIGIN: Final = "https://boutique.example.org"
STATE: Final = "b2f1c7a09e5d4c1a"


@dataclass(slots=True)
class Selling:
    """A served programme with an online shop in it."""

    live: Live
    town: Town
    shop: UUID
    till: UUID
    buyer: UUID
    held: dict[UUID, str] = field(default_factory=dict)
    """Vouchers by their typed codes."""

    async def do(self, work: Any) -> Any:
        """Work in one transaction, told the present moment."""

        async def attempt(session: AsyncSession) -> Any:
            return await work(session, await clock.now(session))

        return await in_transaction(self.town.sessions, attempt)

    async def voucher(self, worth: str = "20,00", *, expired: bool = False) -> str:
        """The code typed from a new voucher."""

        async def work(session: AsyncSession, at: datetime) -> UUID:
            new = issuing.NewBatch(self.buyer, Money.of(worth), 1, on_credit=True)
            then = at - timedelta(days=600) if expired else at
            return await issuing.issue(session, new, keys=self.town.keys, actor="test", at=then)

        batch = await self.do(work)
        (view,) = await self.do(lambda session, _: queries.vouchers_page(session, batch=batch, limit=1))
        key = self.town.keys.keys[view.facts.key_number]
        code = codes.spell(codes.derive(key, view.facts.id).typed)
        self.held[view.facts.id] = code
        return code

    async def left(self, code: str) -> tuple[Money, Money]:
        """What is left on a voucher, and what of it can be spent."""
        found = UUID(bytes=codes.read(code, self.town.keys.keys))
        view = await self.do(lambda session, _: queries.voucher_by_code(session, found))
        return view.left, view.available

    async def checkout(
        self, amount: str = "12,50", *, language: Any = "fr", path: str = "/panier/merci"
    ) -> CheckoutView:
        new = NewCheckout(
            self.till, Money.of(amount), "Commande 1817", ORIGIN + path, ORIGIN, path.partition("?")[0], STATE,
            language, timedelta(days=2),
        )  # fmt: skip
        view: CheckoutView = await self.do(lambda session, at: checkouts.open_checkout(session, new, at=at))
        return view

    async def view(self, checkout: UUID) -> CheckoutView:
        found: CheckoutView = await self.do(lambda session, at: checkouts.checkout(session, checkout, at=at))
        return found

    async def key(self, *scopes: str) -> str:
        _, text = await self.do(
            lambda session, at: make_key(
                session, slug="treiz", role="till", subject=self.till, label="Site", at=at, scopes=scopes or None
            )
        )
        return str(text)


async def a_shop(town: Town, number: int = 0) -> UUID:
    """One of the shops of the tests, which accepts."""

    async def work(session: AsyncSession) -> UUID:
        at = await clock.now(session)
        new = check_shop({**SHOPS[number], "commune": "Marseille", "naf": "56.30Z"})
        made = await registering.register(session, new, actor="test", at=at)
        await registering.set_status(session, made.id, "accepted", actor="test", at=at)
        return made.id

    return await in_transaction(town.sessions, work)


async def a_seller(live: Live) -> Selling:
    """A shop whose website takes vouchers."""
    town = await live.town()
    shop = await a_shop(town)

    async def work(session: AsyncSession) -> tuple[UUID, UUID]:
        at = await clock.now(session)
        till = await website.online_till(session, shop, at=at)
        await website.register_return(session, shop, origin=ORIGIN, path="/panier", actor="test", at=at)
        buyer = await buyers.register_buyer(session, buyers.NewBuyer("company", "Savonnerie du Port"), at=at)
        return till.id, buyer.id

    till, buyer = await in_transaction(town.sessions, work)
    return Selling(live, town, shop, till, buyer)


async def as_owner(database: Database, *statements: str) -> None:
    """Run SQL as the owner: let time pass, and the like."""
    async with owner_engine(database) as engine, engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
