"""Who may recruit shops: the operator and the town-centre manager. Bank accounts are for who keeps the money."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends

from api.auth.permissions import Permission as P
from api.auth.visitors import Visitor, VisitorOf


def _who_may(permission: P) -> Any:
    async def check(visitor: VisitorOf) -> Visitor:
        visitor.require(permission)
        return visitor

    return Depends(check)


FindsShops = Annotated[Visitor, _who_may(P.SHOPS_READ)]
Recruits = Annotated[Visitor, _who_may(P.RECRUITING_WRITE)]
SeesAccounts = Annotated[Visitor, _who_may(P.SETTLEMENTS_READ)]
DecidesAccounts = Annotated[Visitor, _who_may(P.BANK_WRITE)]
