"""Who may open which page of the desk: always for the programme as a whole, so that no buyer ever may."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.permissions import Permission as P
from api.auth.visitors import Visitor, VisitorOf
from vouchers.orders.awaiting import Awaiting, with_buyer
from vouchers.orders.errors import OrderUnknown


def _who_may(permission: P) -> Any:
    async def check(visitor: VisitorOf) -> Visitor:
        visitor.require(permission)
        return visitor

    return Depends(check)


SeesOrders = Annotated[Visitor, _who_may(P.ORDERS_READ)]
SeesBooks = Annotated[Visitor, _who_may(P.LEDGER_READ)]
ClosesAccounts = Annotated[Visitor, _who_may(P.ACCOUNTS_CLOSE)]
SeesBuyers = Annotated[Visitor, _who_may(P.BUYERS_READ)]
RecordsMoney = Annotated[Visitor, _who_may(P.ORDERS_PAY)]
CancelsOrders = Annotated[Visitor, _who_may(P.ORDERS_WRITE)]
GivesCredit = Annotated[Visitor, _who_may(P.ORDERS_CREDIT)]
GivesBack = Annotated[Visitor, _who_may(P.REFUNDS_WRITE)]
SeesFigures = Annotated[Visitor, _who_may(P.FIGURES_READ)]
PlansCampaigns = Annotated[Visitor, _who_may(P.CAMPAIGNS_WRITE)]
SeesRules = Annotated[Visitor, _who_may(P.RECRUITING_WRITE)]
WritesRules = Annotated[Visitor, _who_may(P.PROGRAMME_WRITE)]
SeesAllSettlements = Annotated[Visitor, _who_may(P.SETTLEMENTS_READ)]
ClosesMonths = Annotated[Visitor, _who_may(P.SETTLEMENTS_WRITE)]
SetsCommissions = Annotated[Visitor, _who_may(P.PROGRAMME_WRITE)]
SeesPayouts = Annotated[Visitor, _who_may(P.PAYOUTS_READ)]
ProposesPayouts = Annotated[Visitor, _who_may(P.PAYOUTS_PROPOSE)]
ExtendsVouchers = Annotated[Visitor, _who_may(P.VOUCHERS_WRITE)]
SetsRules = Annotated[Visitor, _who_may(P.PROGRAMME_WRITE)]
KeepsBuyers = Annotated[Visitor, _who_may(P.BUYERS_WRITE)]
KeepsFunders = Annotated[Visitor, _who_may(P.BUYERS_WRITE)]


async def order_and_buyer(session: AsyncSession, order_id: UUID) -> Awaiting:
    """An order with its buyer.

    :raises OrderUnknown:
    """
    found = await with_buyer(session, order_id)
    if found is None:
        raise OrderUnknown(order=order_id)
    return found
