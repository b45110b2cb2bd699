"""People who order, signed in: what the tests of the pages of orders start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import httpx
from playwright.async_api import BrowserContext
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import offices, people, visits
from api.auth.permissions import Role
from api.auth.visitors import cookie_of
from api.installation import Town, in_transaction
from merchants.programme import Terms
from tests.given import TERMS
from tests.pages.given import SLUG, Live
from vouchers import buyers
from vouchers.buyers import NewBuyer

SELLING: Final[Terms] = TERMS.with_changes(
    {"service_fee_bp": 250, "iban": "FR7630006000011234567890189", "bic": "AGRIFRPPXXX"}
)
"""With a service fee of 2.5 % and a bank account."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with an office, and the cookie of its visit."""

    person: UUID
    subject: UUID | None
    name: str
    value: str

    @property
    def header(self) -> dict[str, str]:
        """The cookie for a client without a browser."""
        return {"cookie": f"{self.name}={self.value}"}

    async def enter(self, context: BrowserContext, live: Live) -> None:
        """Give a browser the cookie."""
        await context.add_cookies(
            [
                {
                    "name": self.name,
                    "value": self.value,
                    "url": live.address.replace("http:", "https:"),
                    "secure": True,
                    "sameSite": "Lax",
                }
            ]
        )

    def client(self, live: Live, language: str = "fr") -> httpx.AsyncClient:
        """A browser without a screen that is signed in."""
        return live.client(language, **self.header)


async def a_company(
    town: Town, name: str = "Savonnerie du Port", *, email: str | None = "ce@savonnerie.example"
) -> UUID:
    """A company that buys."""
    new = NewBuyer(
        "company", name, "552100554", None, email, street="3 rue de la Soude", postcode="13008", commune="Marseille"
    )

    async def work(session: AsyncSession) -> UUID:
        return (await buyers.register_buyer(session, new, at=await clock.now(session))).id

    return await in_transaction(town.sessions, work)


async def somebody(
    live: Live, role: Role, subject: UUID | None = None, *, email: str = "someone@savonnerie.example"
) -> SignedIn:
    """Somebody who holds an office and is signed in."""
    town = await live.town()

    async def work(session: AsyncSession) -> tuple[UUID, str]:
        at = await clock.now(session)
        known = await people.find(session, email=email)
        who = known or await people.register(session, email=email, name="Camille Martin", language="fr", at=at)
        await offices.give(session, person=who.id, role=role, subject=subject, by="test", at=at)
        return who.id, await visits.begin(session, person=who.id, browser="Chromium", at=at)

    person, token = await in_transaction(town.sessions, work)
    name, _ = cookie_of(SLUG, live.address)
    return SignedIn(person, subject, name, token)


async def a_buyer(live: Live) -> SignedIn:
    """A company's assistant, signed in."""
    return await somebody(live, "buyer", await a_company(await live.town()))
