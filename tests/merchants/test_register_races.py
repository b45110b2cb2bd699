"""Two who register the same shop at once: one is told that it is there."""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.database import Sessions
from merchants.shops import registering
from merchants.shops.checking import check_shop
from merchants.shops.errors import ShopExists
from tests.given import OPENED

CAFE = {
    "siret": "39009842400034", "sign": "BAR PIERRE", "street": "55 rue de Forbin", "postcode": "13002",
    "commune": "Marseille", "naf": "56.30Z",
}  # fmt: skip


async def test_a_shop_registered_twice_at_once_is_there_once(sessions: Sessions) -> None:
    both_have_looked = asyncio.Barrier(2)

    async def register(session: AsyncSession) -> None:
        assert "39009842400034" not in await registering.sirets(session)
        await both_have_looked.wait()
        await registering.register_all(session, [check_shop(CAFE)], actor="operator", at=OPENED)

    async def alone() -> None:
        async with sessions.begin() as session:
            await register(session)

    async with sessions.begin() as session:
        await posting.open_books(session)
    answers = await asyncio.gather(alone(), alone(), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "ShopExists"]
    assert next(answer.siret for answer in answers if isinstance(answer, ShopExists)) == "39009842400034"
