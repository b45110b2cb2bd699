"""Who may open which page of a shop: its owners, and whoever runs the programme. Another shop's owner never."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from api.auth.permissions import Permission as P
from api.auth.visitors import Visitor, VisitorOf
from merchants.shops.queries import ShopView, shop


@dataclass(frozen=True, slots=True)
class OwnShop:
    """A shop, and who opens its pages."""

    shop: ShopView
    visitor: Visitor

    @property
    def id(self) -> UUID:
        """The shop's."""
        return self.shop.id

    @property
    def actor(self) -> str:
        """How the books name who does something here."""
        return self.visitor.actor


def _who_may(permission: P) -> Any:
    async def check(visitor: VisitorOf, shop_id: UUID) -> OwnShop:
        visitor.require(permission, shop_id)
        async with visitor.town.sessions.begin() as session:
            return OwnShop(await shop(session, shop_id), visitor)

    return Depends(check)


SeesTakings = Annotated[OwnShop, _who_may(P.REDEMPTIONS_READ)]
SeesSettlements = Annotated[OwnShop, _who_may(P.SETTLEMENTS_READ)]
KeepsTills = Annotated[OwnShop, _who_may(P.TILLS_WRITE)]
ReturnsGoods = Annotated[OwnShop, _who_may(P.REDEMPTIONS_RETURN)]
SellsOnline = Annotated[OwnShop, _who_may(P.ONLINE_WRITE)]
ShowsItself = Annotated[OwnShop, _who_may(P.SHOPFRONT_WRITE)]
DecidesWherePaid = Annotated[OwnShop, _who_may(P.BANK_WRITE)]
