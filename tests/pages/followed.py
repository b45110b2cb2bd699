"""Orders that are followed on their pages: what happens to them behind the pages, what a page says, its files."""

from __future__ import annotations

import asyncio
import html
from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from PIL import Image
from playwright.async_api import Page
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import in_transaction
from api.jobs.mailing import send_queued
from api.jobs.orders import advance_order
from ledger.money import Money
from tests.pages.given import Live
from tests.pages.ordering import SignedIn
from tests.scanner import scan
from vouchers.orders import drafting, handing, paying, placing, queries
from vouchers.orders.drafting import Line, Named, NewOrder
from vouchers.orders.queries import OrderView
from vouchers.orders.tables import Mailing

PEOPLE: Final = tuple(
    Named(name, Money.of("50,00"), f"{name.split()[0].lower()}@savonnerie.example", f"M{number:03d}")
    for number, name in enumerate(
        ("Ada Lovelace", "Grace Hopper", "Marie Curie", "Rosalind Franklin", "Hedy Lamarr", "Katherine Johnson"),
        start=1,
    )
)

TRIES: Final = 200
NEVER: Final = UUID("01a204d2-0860-74ce-a8b1-a57a89cfe4e9")
"""An order that never was."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A buyer signed in, and what becomes of its orders behind the pages."""

    live: Live
    buyer: SignedIn

    async def do(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        return await in_transaction((await self.live.town()).sessions, work)

    async def placed(
        self,
        *,
        label: str = "Noël 2026",
        handing: Any = "sheets",
        people: tuple[Named, ...] = PEOPLE,
        lines: tuple[Line, ...] = (),
    ) -> OrderView:
        assert self.buyer.subject is not None
        new = NewOrder(
            self.buyer.subject, lines, people, label=label, occasion="christmas", handing=handing,
            message="Joyeux Noël à toutes et à tous !",
        )  # fmt: skip

        async def work(session: AsyncSession) -> OrderView:
            at = await clock.now(session)
            actor = f"person:{self.buyer.person}"
            made = await drafting.start(session, new, actor=actor, at=at)
            return await placing.place(session, made, version=1, method="transfer", actor=actor, at=at)

        return await self.do(work)

    async def pay(self, order_id: UUID, typed: str | None = None) -> None:
        async def work(session: AsyncSession) -> None:
            amount = Money.of(typed) if typed else (await queries.order(session, order_id)).missing
            at = await clock.now(session)
            await paying.record_transfer(
                session, order_id, amount, reference="VIR 1", actor=f"person:{self.buyer.person}", at=at
            )

        await self.do(work)

    async def issued(self, **new: Any) -> OrderView:
        """Placed, paid, its vouchers made, its messages sent."""
        found = await self.placed(**new)
        await self.pay(found.id)
        town = await self.live.town()
        await advance_order(town, found.id)
        await self.send()
        await advance_order(town, found.id)
        return await self.order(found.id)

    async def send(self) -> None:
        """Send what waits. The served queue does so too: whoever has a message settles it in a moment."""
        for _ in range(TRIES):
            await send_queued(self.live.app.state.installation, await self.live.town())
            if not await self.do(_moving):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("messages are still on their way")

    async def order(self, order_id: UUID) -> OrderView:
        return await self.do(lambda session: queries.order(session, order_id))

    async def people(self, order_id: UUID) -> list[queries.BeneficiaryView]:
        return await self.do(lambda session: queries.beneficiaries_of(session, order_id))

    async def fail(self, order_id: UUID, position: int, state: str) -> None:
        """The last message to somebody is refused, comes back, was overtaken before it left, or nobody knows."""
        who = (await self.people(order_id))[position - 1]

        async def work(session: AsyncSession) -> None:
            at = await clock.now(session)
            one = (await handing.last_messages(session, order_id))[who.id]
            if state in {"doubtful", "dropped"}:
                again = await handing.ask_again(session, order_id, who.id, actor="obole", at=at)
                if state == "dropped":
                    await handing.settle(session, again.id, "dropped", detail=None, at=at)
                    return
                await handing.claim(session, again.id, at=at)
                await handing.settle(session, again.id, "doubtful", detail=None, at=at)
            elif state == "bounced":
                await handing.bounced(session, one.id, detail="550 5.1.1 User unknown", at=at)
            else:
                assert state == "refused"
                await session.execute(update(Mailing).where(Mailing.id == one.id).values(state="sending"))
                await handing.settle(session, one.id, "refused", detail="550 5.1.1 No such mailbox here", at=at)

        await self.do(work)

    async def states(self, order_id: UUID) -> dict[str, str]:
        """The state of the last message to each person, by name."""
        names = {one.id: one.name for one in await self.people(order_id)}
        last = await self.do(lambda session: handing.last_messages(session, order_id))
        return {names[who]: one.state for who, one in last.items()}


async def download(page: Page, name: str) -> bytes:
    """What a link brings."""
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name=name).first.click()
    path = await (await waiting.value).path()
    return await asyncio.to_thread(Path(path).read_bytes)


async def text_of(page: Page) -> str:
    return plain(await page.locator("main").inner_text())


def plain(text: str) -> str:
    """With the spaces that a keyboard has."""
    return html.unescape(text).replace("\u00a0", " ").replace("\u202f", " ")


def read_code(address: str | None) -> str:
    """What a banking application reads from a picture that the page holds."""
    assert address is not None
    image = Image.open(BytesIO(b64decode(address.removeprefix("data:image/png;base64,"))))
    (found,) = scan(image)
    return found.text


async def _moving(session: AsyncSession) -> bool:
    last = [await handing.last_messages(session, one.id) for one in await queries.orders_page(session, limit=50)]
    return any(one.state in {"queued", "sending"} for of_order in last for one in of_order.values())
