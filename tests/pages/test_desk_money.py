"""Recording money while others work on the same order: decided anew if it would do something else, and only then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api.engines import Database
from api.errors import explain
from api.settings import Settings
from ledger.money import ZERO, Money
from tests.pages.desking import Desk, a_desk, confirming, hidden, operator
from tests.pages.followed import plain
from tests.pages.given import served
from tests.pages.ordering import SELLING
from vouchers import proofs
from vouchers.orders import fulfilling, handing
from vouchers.orders.errors import MoneyMoved
from vouchers.orders.queries import OrderView


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    """A programme that sells, with a fee and a bank account, and a company that orders."""
    async with served(database, settings, terms=SELLING) as live:
        yield await a_desk(live)


async def test_money_recorded_by_another_between_the_look_and_the_click_is_decided_anew_and_nothing_is_lost(
    desk: Desk,
) -> None:
    order = await desk.placed()
    path = f"/treiz/desk/money/{order.id}"
    async with (await operator(desk)).client(desk.live) as client:
        seen = await client.get(path, params={"amount": "103"})
        assert "Exactement ce qui manque" in seen.text
        await desk.paid(order, Money.of("50,00"))
        refused = await client.post(path, data=confirming(seen.text, "103"))
        assert refused.status_code == 422
        assert plain(explain(MoneyMoved(), "fr").detail) in plain(refused.text)
        assert [one.amount for one in await desk.payments(order.id)] == [Money.of("50,00")]
        # The form is there with what was typed, and says what it would do now.
        assert 'value="103"' in refused.text
        assert 'value="VIR SAVONNERIE"' in refused.text
        assert "50,00 € de trop" in plain(refused.text)
        assert hidden(refused.text, "seen") != hidden(seen.text, "seen")
        recorded = await client.post(path, data=confirming(refused.text, "103"))
        assert recorded.status_code == 303, recorded.text
    assert sorted(one.amount.cents for one in await desk.payments(order.id)) == [50_00, 103_00]
    assert ((await desk.order(order.id)).missing, (await desk.giver()).free) == (ZERO, Money.of("50,00"))
    async with desk.town.sessions() as session:
        assert (await proofs.audit(session)).agrees


@pytest.mark.parametrize("how", ["paid before", "on credit"])
async def test_an_order_that_is_issued_and_delivered_meanwhile_takes_the_money_as_it_was_shown(
    desk: Desk, how: str
) -> None:
    order = await desk.placed()
    if how == "paid before":
        order = await desk.paid(order)
    path, amount = f"/treiz/desk/money/{order.id}", "5" if how == "paid before" else "103"
    async with (await operator(desk)).client(desk.live, "en") as client:
        seen = await client.get(path, params={"amount": amount})
        await handed_out(desk, order, on_credit=how == "on credit")
        recorded = await client.post(path, data=confirming(seen.text, amount))
        assert recorded.status_code == 303, recorded.text
    found = await desk.order(order.id)
    assert (found.status, found.missing) == ("delivered", ZERO)
    assert (await desk.giver()).free == (Money.of("5,00") if how == "paid before" else ZERO)


async def handed_out(desk: Desk, order: OrderView, *, on_credit: bool) -> None:
    """Its vouchers are made and taken, before they are paid for if the operator decides so."""
    if not on_credit:
        await desk.issued(order)

    async def work(session: AsyncSession, at: datetime) -> None:
        if on_credit:
            await fulfilling.issue_on_credit(
                session, order.id, reason="Convention", keys=desk.town.keys, actor="op", at=at
            )
        await handing.mark_delivered(session, order.id, actor="op", how="sheets", at=at)

    await desk.do(work)
