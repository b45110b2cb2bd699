from __future__ import annotations
from collections.abc import AsyncIterator
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from api.settings import Settings
from ledger.database import Sessions
from tests.stripe_double.driving import Account
from tests.stripe_double.fixture import stripe_account, stripe_double
from tests.vouchers.orders.cards import CardTown, a_card_town

@pytest.fixture
async def cards(sessions: Sessions, engine: AsyncEngine, settings: Settings, stripe_account: Account) -> AsyncIterator[CardTown]:
    async with a_card_town(sessions, engine, settings, stripe_account) as town:
        yield town

async def test_smoke(cards: CardTown) -> None:
    o, pi = await cards.paid()
    print(o.status, pi, await cards.town.sums())
    await cards.hear_all()
    r = await cards.reconcile()
    print(r)
    asked = await cards.refund(o.id, "30,00", with_fee=True)
    sent = await cards.send(asked)
    print(sent)
    await cards.assert_sound()
    du = await cards.stripe.dispute(pi)
    await cards.hear_all()
    print(await cards.town.status(o.id), await cards.town.told(o.id))
    await cards.assert_sound()
    print(await cards.reconcile())
    await cards.stripe.lose(du)
    await cards.hear_all()
    print(await cards.town.status(o.id), await cards.town.told(o.id), await cards.town.credit())
    await cards.assert_sound()
    print(await cards.reconcile())

async def test_speed(cards: CardTown) -> None:
    import time
    o, pi = await cards.paid()
    ev = await cards.stripe.events()
    from vouchers.orders import converging
    for e in ev:
        t=time.perf_counter(); await cards.hear(e); print(e["type"], round(1000*(time.perf_counter()-t)))
    t=time.perf_counter()
    await cards.gateway.payment(pi); print("payment", round(1000*(time.perf_counter()-t)))
    t=time.perf_counter(); await cards.gateway.refunds(pi); print("refunds", round(1000*(time.perf_counter()-t)))
    t=time.perf_counter(); await cards.stripe.events(); print("ask", round(1000*(time.perf_counter()-t)))
    t=time.perf_counter(); await cards.town.sums(); print("sums", round(1000*(time.perf_counter()-t)))
    t=time.perf_counter(); await cards.assert_sound(); print("audit", round(1000*(time.perf_counter()-t)))
    t=time.perf_counter(); await cards.paid(); print("paid", round(1000*(time.perf_counter()-t)))
