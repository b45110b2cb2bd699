"""How recruiting stands: what waits for an answer, who was asked, who is in and never took a voucher."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading
from api.pages.recruiting.access import Recruits
from api.pages.recruiting.words import STANDINGS
from api.pages.rendering import page
from merchants.joining import applying, establishments
from merchants.joining import invitations as reading
from merchants.shops import bank_changing, takings
from merchants.shops.queries import shops_page

router = APIRouter(include_in_schema=False)

MOST: Final = 100_000
AT_A_TIME: Final = 100
DECIDED_SHOWN: Final = 10


@router.get("/{slug:slug}/desk/shops")
async def overview(request: Request, visitor: Recruits, session: PageReading) -> Response:
    """Everything about shops that come in."""
    accepted = await shops_page(session, status="accepted", limit=MOST)
    silent = await takings.never_redeemed(session, [one.id for one in accepted])
    sees_accounts = visitor.may(P.SETTLEMENTS_READ)
    return page(
        request, "recruiting/overview.html", accepted=len(accepted), silent=len(silent),
        waiting=await applying.applications_page(session, states=("waiting",), limit=AT_A_TIME),
        decided=await applying.applications_page(session, states=("accepted", "declined"), limit=DECIDED_SHOWN),
        counted=await reading.counted(session), standings=STANDINGS, known=await establishments.count(session),
        changes=await bank_changing.count_waiting(session) if sees_accounts else 0,
    )  # fmt: skip


@router.get("/{slug:slug}/desk/shops/silent")
async def silent(request: Request, _visitor: Recruits, session: PageReading, after: UUID | None = None) -> Response:
    """Shops that are in and never took a voucher: worth a visit."""
    accepted = await shops_page(session, status="accepted", limit=MOST)
    never = await takings.never_redeemed(session, [one.id for one in accepted])
    listed = [one for one in accepted if one.id in never and (after is None or one.id > after)]
    shown = listed[:AT_A_TIME]
    onwards = f"?after={shown[-1].id}" if len(listed) > AT_A_TIME else None
    return page(
        request, "recruiting/silent.html", shops=shown, count=len(never), after=onwards, before="?" if after else None
    )
