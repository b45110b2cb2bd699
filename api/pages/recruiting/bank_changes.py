"""Bank accounts that are about to hold: seen by who keeps the money, called off by the operator."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.forms import Sent
from api.pages.place import CurrentPlace
from api.pages.recruiting.access import DecidesAccounts, SeesAccounts
from api.pages.rendering import page, see_other
from merchants.shops import bank_changing
from merchants.shops.identity import masked_iban
from merchants.shops.queries import shops_by_id

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/desk/shops/bank")
async def listed(request: Request, visitor: SeesAccounts, session: PageReading) -> Response:
    """The changes that wait, the one that holds soonest first."""
    changes = await bank_changing.waiting(session)
    shops = await shops_by_id(session, [one.shop for one in changes])
    before = {one.id: masked_iban(one.iban) if one.iban else "" for one in shops.values()}
    return page(
        request, "recruiting/bank_changes.html", changes=changes, shops=shops, before=before,
        decides=visitor.may(P.BANK_WRITE),
    )  # fmt: skip


@router.post("/{slug:slug}/desk/shops/bank/cancel")
async def cancel(place: CurrentPlace, visitor: DecidesAccounts, form: Sent) -> Response:
    """Call a change off; the shop is told."""
    change = form.identifier("change")

    async def work(session: AsyncSession) -> None:
        if change is not None:
            await bank_changing.cancel(session, change, actor=visitor.actor, at=await clock.now(session))

    await in_transaction(place.town.sessions, work)
    return see_other(f"/{place.slug}/desk/shops/bank", said="bank-cancelled")
