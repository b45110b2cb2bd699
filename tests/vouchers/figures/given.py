"""A small town whose figures are known by hand. It is seen from the first of December 2026."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from api.pages.desk.figures_asked import Asked, Offered, offered
from api.pages.desk.figures_seen import Seen, seen
from ledger.days import Period
from ledger.money import Money
from merchants.shops import registering
from merchants.shops.checking import check_shop
from tests.given import Town, paris
from tests.till import Till

AUTUMN: Final = Period(date(2026, 10, 5), date(2026, 11, 30))
NOW: Final = paris("2026-12-01T09:00")


async def open_bakery(town: Town) -> Till:
    """A bakery in Aix, beside the bars of Marseille that stand already."""
    new = check_shop(
        {
            "siret": "55210055400013", "sign": "Aux bons pains", "street": "3 cours Mirabeau", "postcode": "13100",
            "commune": "Aix-en-Provence", "naf": "10.71C", "email": "pain@aix.example",
        }
    )  # fmt: skip
    shop = await town.do(lambda session: registering.register(session, new, actor="op", at=town.at))
    await town.set_status(shop.id, "accepted")
    return await town.open_till(shop.id)


async def look(
    town: Town, period: Period = AUTUMN, *, trade: str = "", commune: str = "", campaign: UUID | None = None
) -> Seen:
    """All figures, as the desk reads them at ``NOW``."""
    choice: Offered = await town.do(offered)
    asked = Asked(period, trade, commune, campaign)
    return await town.do(lambda session: seen(session, asked, choice, at=NOW))


def euros(*typed: str) -> list[Money]:
    return [Money.of(one) for one in typed]
